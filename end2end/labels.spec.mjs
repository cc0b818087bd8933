// The shelf of labels: their colours and categories, what keeps them, and who may change them.

import { strict as assert } from 'node:assert';
import { arrive, bulkBar, changedMeanwhile, colourOf, labelsCard, labelsPage as labels, people, way, wear } from './record-screens.mjs';
import {
  complaint,
  customerList as list,
  field,
  fieldError,
  fill,
  heading,
  hydrated,
  link,
  notice,
  row,
  skipBrowserChecks,
} from './screens.mjs';
import { hire, inspect, make, sameOrigin, signIn, testBothWays, visit } from './support.mjs';

const read = async (page, path) => (await page.request.get(`/api/v1/${path}`)).json();

testBothWays('a shelf without labels says what they are for', async ({ open }) => {
  const page = await open();
  await visit(page, '/labels');
  if ((await read(page, 'labels')).length > 0) return;
  await labels.empty(page).waitFor();
  await link(page, 'Create the first label').waitFor();
  await page.getByText('No categories yet.').waitFor();
  await inspect(page, 'labels empty');
});

testBothWays('a category is made, lies in another, and goes when it holds nothing', async ({ open, javascript }) => {
  const page = await open();
  const [outer, inner] = [`${way(javascript)} service`, `${way(javascript)} access`];
  await visit(page, '/labels');
  await labels.newCategory(page).click();
  await arrive(page, '**/labels?category=new');
  await inspect(page, 'label category new');
  await fill(page, { 'Name of the category': outer });
  await labels.createCategory(page).click();
  await arrive(page, '**/labels?done=category-created');
  await notice(page, 'Category created.').waitFor();

  await visit(page, '/labels?category=new');
  await fill(page, { 'Name of the category': inner, 'Belongs to': outer });
  await labels.createCategory(page).click();
  await arrive(page, '**/labels?done=category-created');
  await link(page, outer).click();
  await arrive(page, /\?category=\d+/);
  await page.getByText('It holds labels or categories, so it cannot be deleted.').waitFor();
  await inspect(page, 'label category with another in it');

  await link(page, `${outer} › ${inner}`).click();
  await heading(page, `Edit ${inner}`).waitFor();
  await page.getByRole('main').getByRole('button', { name: 'Delete', exact: true }).click();
  await inspect(page, 'label category delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete category', exact: true }).click();
  await arrive(page, '**/labels?done=category-deleted');
  await notice(page, 'Category deleted.').waitFor();
  await link(page, `${outer} › ${inner}`).waitFor({ state: 'detached' });
});

testBothWays('a label is made in a suggested colour', async ({ open, javascript }) => {
  const page = await open();
  const name = `${way(javascript)} very important`;
  const { name: category } = await make(page, 'label-categories', { name: `${way(javascript)} standing` });
  await visit(page, '/labels');
  await labels.newLabel(page).click();
  await arrive(page, '**/labels?new=1');
  await fill(page, {
    Name: name,
    'Shown as': `${way(javascript)} VIP`,
    'What it means': 'Call back at once.',
    Category: category,
    Priority: '500',
  });
  await labels.swatch(page, 'Yellow').click();
  assert.equal(await labels.chosenSwatch(page, 'Yellow').isChecked(), true);
  if (javascript) {
    assert.equal(await labels.hex(page).inputValue(), '#facc15');
    assert.equal(await colourOf(labels.preview(page)), '#facc15');
  }
  await inspect(page, 'label new');
  await labels.createLabel(page).click();
  await arrive(page, '**/labels?done=created');
  await notice(page, 'Label created.').waitFor();
  const made = row(page, name);
  await made.waitFor();
  assert.match(await made.innerText(), /VIP[\s\S]*Call back at once\.[\s\S]*500/);
  assert.equal(await colourOf(made.locator('.label-chip')), '#facc15');
  await heading(page, category).waitFor();
  await inspect(page, 'labels with one');
});

testBothWays('a label is made in a colour of our own', async ({ open, javascript }) => {
  const page = await open();
  const name = `${way(javascript)} plum`;
  await visit(page, '/labels?new=1');
  await fill(page, { Name: name });
  if (javascript) {
    await labels.hex(page).fill('#5B0F3C');
    assert.equal(await colourOf(labels.preview(page)), '#5b0f3c');
    await labels.hex(page).fill('#5b0');
    await labels.hex(page).fill('#5b0f3c');
  } else {
    await page.getByRole('radio', { name: 'Another colour' }).check();
    await labels.hex(page).fill('#5B0F3C');
  }
  assert.equal(await page.getByRole('radio', { name: 'Another colour' }).isChecked(), true);
  await labels.createLabel(page).click();
  await arrive(page, '**/labels?done=created');
  assert.equal(await colourOf(row(page, name).locator('.label-chip')), '#5b0f3c');
});

testBothWays('what is refused of a label is said, and what was typed stays', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 4(09|22)/ });
  const taken = `${way(javascript)} Café`;
  await make(page, 'labels', { name: taken });
  await visit(page, '/labels?new=1');
  await fill(page, { Name: taken.toUpperCase(), 'What it means': 'Typed before.', Priority: '7' });
  await labels.swatch(page, 'Green').click();
  await labels.createLabel(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'Name'), /There is .* already/);
  assert.equal(await field(page, 'Name').inputValue(), taken.toUpperCase());
  assert.equal(await field(page, 'What it means').inputValue(), 'Typed before.');
  assert.equal(await field(page, 'Priority').inputValue(), '7');
  assert.equal(await labels.chosenSwatch(page, 'Green').isChecked(), true);
  await inspect(page, 'label name taken');

  await page.getByRole('radio', { name: 'Another colour' }).check();
  await labels.hex(page).fill('red');
  await fill(page, { Name: '', Priority: '2000' });
  await skipBrowserChecks(page);
  await labels.createLabel(page).click();
  await complaint(page).filter({ hasText: '1,000' }).waitFor();
  await hydrated(page);
  await fieldError(page, 'Name');
  assert.match(await fieldError(page, 'Priority'), /0 to 1,000/);
  assert.equal(await labels.hex(page).getAttribute('aria-invalid'), 'true');
  assert.equal(await labels.hex(page).inputValue(), 'red');
  await inspect(page, 'label with errors');
});

testBothWays('a label is edited, and an older version of it is not saved', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 412/ });
  const label = await make(page, 'labels', { name: `${way(javascript)} wavering`, colour: '#2563eb' });
  const theirs = await open();
  await visit(page, '/labels');
  await labels.edit(page, label.name).click();
  await arrive(page, `**/labels?edit=${label.id}`);
  await visit(theirs, `/labels?edit=${label.id}`);
  assert.equal(await labels.chosenSwatch(page, 'Blue').isChecked(), true);
  await inspect(page, 'label edit');

  await fill(theirs, { 'What it means': 'Theirs.', State: 'Inactive' });
  await labels.swatch(theirs, 'Red').click();
  await labels.saveLabel(theirs).click();
  await arrive(theirs, '**/labels?done=saved');
  const saved = row(theirs, label.name).filter({ hasText: 'Theirs.' }).filter({ hasText: 'Inactive' });
  await saved.waitFor();
  assert.equal(await colourOf(saved.locator('.label-chip')), '#dc2626');

  await fill(page, { 'What it means': 'Mine.' });
  await labels.saveLabel(page).click();
  await changedMeanwhile(page).waitFor();
  await hydrated(page);
  assert.equal(await field(page, 'What it means').inputValue(), 'Mine.');
  await inspect(page, 'label changed meanwhile');
  await labels.saveLabel(page).click();
  await changedMeanwhile(page).waitFor();
  await hydrated(page);
  await link(page, 'Reload the page').click();
  await page.waitForFunction(() => document.querySelector('textarea')?.value === 'Theirs.');
});

testBothWays('a label that somebody wears stays, and one that nobody wears goes', async ({ open, javascript }) => {
  const page = await open();
  const label = await make(page, 'labels', { name: `${way(javascript)} clinging` });
  const [one, two] = await people(page, `Clinging${way(javascript)}`, ['Una', 'Dua']);
  await wear(page, one, label);
  await wear(page, two, label);
  await visit(page, `/labels?edit=${label.id}`);
  await page.getByText('2 customers wear it, so it cannot be deleted. Make it inactive instead.').waitFor();
  await inspect(page, 'label not deletable');
  for (const { id } of [one, two]) {
    const gone = await page.request.delete(`/api/v1/customers/${id}/labels/${label.id}`, { headers: sameOrigin() });
    assert.equal(gone.status(), 204);
  }
  await visit(page, `/labels?edit=${label.id}`);
  await page.getByRole('main').getByRole('button', { name: 'Delete', exact: true }).click();
  await inspect(page, 'label delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete label', exact: true }).click();
  await arrive(page, '**/labels?done=deleted');
  await notice(page, 'Label deleted.').waitFor();
  await row(page, label.name).waitFor({ state: 'detached' });
});

testBothWays('a label that was put on meanwhile is not deleted, and the number is said', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 409/ });
  const label = await make(page, 'labels', { name: `${way(javascript)} sudden` });
  await visit(page, `/labels?edit=${label.id}`);
  const [who] = await people(page, `Sudden${way(javascript)}`, ['Eno']);
  await wear(page, who, label);
  await labels.deleteLabel(page);
  await complaint(page).filter({ hasText: 'Customers that wear it, those in the trash included: 1.' }).waitFor();
  await hydrated(page);
  await inspect(page, 'label in use');
});

testBothWays('whoever may only read sees the labels without a way to change them', async ({ open, javascript }) => {
  const page = await open();
  const label = await make(page, 'labels', { name: `${way(javascript)} looked at` });
  const [who] = await people(page, `Lookedat${way(javascript)}`, ['Ivo']);
  await wear(page, who, label);
  const theirs = await open({ signedIn: false });
  await signIn(theirs, await hire('Labelreader', javascript));
  await visit(theirs, '/labels');
  await row(theirs, label.name).waitFor();
  assert.equal(await labels.newLabel(theirs).count(), 0);
  assert.equal(await labels.newCategory(theirs).count(), 0);
  assert.equal(await labels.edit(theirs, label.name).count(), 0);
  await inspect(theirs, 'labels read only');
  await visit(theirs, `/labels?edit=${label.id}`);
  assert.equal(await labels.saveLabel(theirs).count(), 0);
  await visit(theirs, `/customers/${who.id}`);
  await labelsCard.worn(theirs).filter({ hasText: label.name }).waitFor();
  assert.equal(await labelsCard.remove(theirs, label.name).count(), 0);
  assert.equal(await labelsCard.add(theirs).count(), 0);
  await visit(theirs, `/customers?q=${who.last_name}`);
  await list.open(theirs, who.name).waitFor();
  assert.equal(await bulkBar.form(theirs).count(), 0);
});
