// Labels on customers: put on and taken off one, found in the list, and for many at once.

import { strict as assert } from 'node:assert';
import { bulkBar, labelsCard, people, way, wear } from './record-screens.mjs';
import {
  complaint,
  customerList as list,
  field,
  fieldError,
  fill,
  hydrated,
  notice,
  row,
  skipBrowserChecks,
} from './screens.mjs';
import { inspect, make, test, testBothWays, visit } from './support.mjs';

const read = async (page, path) => (await page.request.get(`/api/v1/${path}`)).json();

testBothWays('a customer gets a label with notes and a last day, loses it, and the history keeps both', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 422/ });
  const label = await make(page, 'labels', { name: `${way(javascript)} promised`, colour: '#16a34a' });
  const [who] = await people(page, `Promised${way(javascript)}`, ['Pia']);
  await visit(page, `/customers/${who.id}`);
  const card = labelsCard.card(page);
  await card.getByText('No labels.', { exact: true }).waitFor();
  await field(card, 'Add a label').selectOption({ label: label.name });
  await labelsCard.details(page).click();
  await fill(card, { Notes: 'Fibre in May.', 'Last day': '2020-01-01' });
  await labelsCard.add(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  await fieldError(card, 'Last day');
  assert.equal(await field(card, 'Notes').inputValue(), 'Fibre in May.');
  assert.equal(await field(card, 'Add a label').locator('option:checked').innerText(), label.name);
  await inspect(page, 'label assign with errors');

  await fill(card, { 'Last day': '2099-12-31' });
  await labelsCard.add(page).click();
  const worn = labelsCard.worn(page).filter({ hasText: label.name });
  await worn.waitFor();
  await hydrated(page);
  assert.match(await worn.innerText(), /Fibre in May\.[\s\S]*Ada Administrator[\s\S]*Comes off/);
  await notice(page, 'Label added.').waitFor();
  await labelsCard.beside(page).filter({ hasText: label.name }).waitFor();
  await inspect(page, 'customer with a label');

  await labelsCard.remove(page, label.name).click();
  await worn.waitFor({ state: 'detached' });
  await notice(page, 'Label removed.').waitFor();
  await labelsCard.beside(page).filter({ hasText: label.name }).waitFor({ state: 'detached' });
  await visit(page, `/customers/${who.id}/history`);
  const main = page.getByRole('main');
  const deeds = main.getByRole('listitem').filter({ hasText: label.name });
  await deeds.first().waitFor({ state: 'attached' });
  assert.ok((await deeds.count()) >= 2, 'putting on and taking off are both in the history');
  await inspect(page, 'history of labels');
});

testBothWays('choosing no label to put on is said at the field', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 422/ });
  await make(page, 'labels', { name: `${way(javascript)} not chosen` });
  const [who] = await people(page, `Unchosen${way(javascript)}`, ['Nia']);
  await visit(page, `/customers/${who.id}`);
  await skipBrowserChecks(page);
  await labelsCard.add(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  await fieldError(labelsCard.card(page), 'Add a label');
});

testBothWays('the list is narrowed by labels through facets, chips and the mode', async ({ open, javascript }) => {
  const page = await open();
  const surname = `Facetta${way(javascript)}`.toLowerCase();
  const [red, blue] = [
    await make(page, 'labels', { name: `${way(javascript)} facet red`, colour: '#dc2626' }),
    await make(page, 'labels', { name: `${way(javascript)} facet blue`, colour: '#2563eb' }),
  ];
  const [both, one, none] = await people(page, surname, ['Bothe', 'Onne', 'Nonne']);
  for (const [who, label] of [[both, red], [both, blue], [one, red]]) await wear(page, who, label);
  const shown = async () => (await list.rows(page).allInnerTexts()).map((text) => text.match(/Bothe|Onne|Nonne/)[0]).sort();

  await visit(page, `/customers?q=${surname}`);
  await list.open(page, none.name).waitFor();
  await bulkBar.refine(page).click();
  assert.match(await bulkBar.facet(page, red.name).innerText(), /2/);
  assert.match(await bulkBar.facet(page, blue.name).innerText(), /1/);
  await inspect(page, 'list refined');
  await bulkBar.facet(page, red.name).click();
  await page.waitForURL((url) => url.searchParams.get('label') === String(red.id) && url.searchParams.get('q') === surname);
  await list.open(page, none.name).waitFor({ state: 'detached' });
  await hydrated(page);
  assert.deepEqual(await shown(), ['Bothe', 'Onne']);
  await list.chip(page, `Label: ${red.name}`).waitFor();
  assert.equal(await bulkBar.facet(page, red.name).getAttribute('aria-current'), 'true');
  await bulkBar.facet(page, blue.name).click();
  await list.open(page, one.name).waitFor({ state: 'detached' });
  await hydrated(page);
  assert.deepEqual(await shown(), ['Bothe']);

  await list.openFilters(page);
  await list.filters(page).getByLabel('Of these labels').selectOption({ label: 'None of them' });
  await list.apply(page).click();
  await page.waitForURL((url) => url.searchParams.get('labels_mode') === 'none');
  await list.open(page, none.name).waitFor();
  await hydrated(page);
  assert.deepEqual(await shown(), ['Nonne']);
  await visit(page, page.url().replace('labels_mode=none', 'labels_mode=any'));
  assert.deepEqual(await shown(), ['Bothe', 'Onne']);
  await inspect(page, 'list by labels');
  await list.chip(page, `Any label: ${red.name}`).click();
  await list.open(page, one.name).waitFor({ state: 'detached' });
  await hydrated(page);
  assert.deepEqual(await shown(), ['Bothe']);
  await list.clear(page).click();
  await page.waitForURL((url) => !url.searchParams.has('label'));
});

testBothWays('three who are ticked get a label at once', async ({ open, javascript }) => {
  const page = await open();
  const surname = `Ticked${way(javascript)}`.toLowerCase();
  const label = await make(page, 'labels', { name: `${way(javascript)} ticked` });
  const [one, two, three, four] = await people(page, surname, ['Aino', 'Bo', 'Cai', 'Dag']);
  await wear(page, one, label);
  await visit(page, `/customers?q=${surname}`);
  for (const who of [one, two, three]) await bulkBar.tick(page, who.name);
  if (javascript) await bulkBar.count(page).filter({ hasText: '3 selected' }).waitFor();
  await bulkBar.label(page).selectOption({ label: label.name });
  await inspect(page, 'bulk three ticked');
  await bulkBar.add(page).click();
  await bulkBar.outcome(page, '2 customers changed').waitFor();
  await bulkBar.outcome(page, '1 customer was so already.').waitFor();
  await hydrated(page);
  for (const who of [one, two, three]) await row(page, who.name).getByText(label.name).waitFor();
  assert.equal(await row(page, four.name).getByText(label.name).count(), 0);
  assert.equal(new URL(page.url()).searchParams.get('q'), surname);
  await inspect(page, 'bulk done');

  await visit(page, `/customers?q=${surname}`);
  await bulkBar.tick(page, two.name);
  await bulkBar.label(page).selectOption({ label: label.name });
  await bulkBar.remove(page).click();
  await bulkBar.outcome(page, '1 customer changed').waitFor();
  await row(page, two.name).getByText(label.name).waitFor({ state: 'detached' });
});

testBothWays('labelling many needs a label and somebody to label', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 4(00|22)/ });
  const surname = `Nobodyticked${way(javascript)}`.toLowerCase();
  const label = await make(page, 'labels', { name: `${way(javascript)} for nobody` });
  const [who] = await people(page, surname, ['Emi']);
  await visit(page, `/customers?q=${surname}`);
  await skipBrowserChecks(page);
  await bulkBar.tick(page, who.name);
  await bulkBar.add(page).click();
  await complaint(page).filter({ hasText: 'Please choose a label.' }).waitFor();
  await hydrated(page);
  await fieldError(bulkBar.form(page), 'Label');
  await inspect(page, 'bulk without a label');

  await visit(page, `/customers?q=${surname}`);
  await bulkBar.label(page).selectOption({ label: label.name });
  await bulkBar.add(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  assert.doesNotMatch(await complaint(page).innerText(), /Please choose a label/);
  assert.match(await complaint(page).innerText(), /customer/i);
  await inspect(page, 'bulk without anybody');
});

test('everybody whom the filter finds gets a label, after a question that tells the number', async ({ open }) => {
  const page = await open();
  const surname = 'everybodyelse';
  const label = await make(page, 'labels', { name: 'For everybody' });
  const all = await people(page, surname, ['Fia', 'Gus', 'Hal']);
  await visit(page, `/customers?q=${surname}&limit=2&sort=name`);
  await bulkBar.selectPage(page).click();
  await bulkBar.count(page).filter({ hasText: '2 selected' }).waitFor();
  await bulkBar.clearSelection(page).click();
  await bulkBar.count(page).filter({ hasText: 'Tick customers to label them' }).waitFor();
  await bulkBar.selectAll(page).click();
  await bulkBar.count(page).filter({ hasText: 'All 3 customers selected' }).waitFor();
  await bulkBar.label(page).selectOption({ label: label.name });
  await bulkBar.add(page).click();
  const question = page.getByRole('dialog', { name: 'Add the label to 3 customers?' });
  await question.waitFor();
  await inspect(page, 'bulk everybody');
  await question.getByRole('button', { name: 'Add to 3 customers', exact: true }).click();
  await bulkBar.outcome(page, '3 customers changed').waitFor();
  await question.waitFor({ state: 'hidden' });
  for (const { id } of all) {
    const worn = await read(page, `customers/${id}/labels`);
    assert.deepEqual(worn.map((one) => one.label.name), [label.name]);
  }
});
