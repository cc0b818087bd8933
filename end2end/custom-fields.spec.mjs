// Custom fields: defined, asked for, checked, shown, filtered by, archived, and kept as they are while values exist.

import { strict as assert } from 'node:assert';
import { arrive, changedMeanwhile, fieldsPage as fields, person, way } from './record-screens.mjs';
import {
  checkbox,
  complaint,
  confirm,
  customerForm,
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

const CUSTOMER_URL = /\/customers\/\d+(\?|$)/;
const read = async (page, path) => (await page.request.get(`/api/v1/${path}`)).json();
const define = (page, title, kind, more = {}) => make(page, 'custom-fields', { title, kind, ...more });
const group = (page, title) => page.getByRole('group', { name: title, exact: true });

/** A test whose fields are archived afterwards, however it ends: other tests shall not be asked for them. */
function fieldTest(name, run) {
  testBothWays(name, async (context) => {
    try {
      await run(context);
    } finally {
      const page = await context.open();
      for (const { id, archived_at } of await read(page, 'custom-fields')) {
        if (!archived_at) await page.request.post(`/api/v1/custom-fields/${id}/archive`, { headers: sameOrigin() });
      }
    }
  });
}

testBothWays('a system without custom fields says what they are for', async ({ open }) => {
  const page = await open();
  await visit(page, fields.path);
  const there = await read(page, 'custom-fields');
  if (there.some((one) => !one.archived_at)) return;
  await fields.empty(page).waitFor();
  await fields.new(page).waitFor();
  await inspect(page, 'custom fields empty');
});

fieldTest('a field of each kind is added, asked for, and shown', async ({ open, javascript }) => {
  const page = await open();
  const word = way(javascript);
  const kinds = [
    { Title: `${word} nickname`, Kind: 'Text', Hint: 'As on the door.' },
    { Title: `${word} sockets`, Kind: 'Whole number', Least: '1', Greatest: '9' },
    { Title: `${word} installed on`, Kind: 'Date' },
    { Title: `${word} medium`, Kind: 'One of several', Options: 'Fibre\nCopper' },
    { Title: `${word} extras`, Kind: 'Some of several', Options: 'Phone\nTV\nBackup' },
    { Title: `${word} has a dog`, Kind: 'Yes or no' },
  ];
  await visit(page, `${fields.path}/new`);
  await inspect(page, 'custom field new');
  for (const values of kinds) {
    await visit(page, fields.path);
    await fields.new(page).click();
    await arrive(page, `**${fields.path}/new`);
    await fill(page, values);
    await fields.create(page).click();
    await arrive(page, `**${fields.path}?done=created`);
    await notice(page, 'Custom field created.').waitFor();
    await row(page, values.Title).getByText(values.Kind, { exact: true }).waitFor();
  }
  await inspect(page, 'custom fields');

  await visit(page, '/customers/new');
  const surname = `Fielded${word}`;
  await fill(page, {
    Category: 'Person',
    'First name': 'Kim',
    'Last name': surname,
    [`${word} nickname`]: 'Kimmy',
    [`${word} sockets`]: '3',
    [`${word} installed on`]: '2026-05-31',
    [`${word} medium`]: 'Fibre',
    [`${word} has a dog`]: 'Yes',
  });
  const extras = group(page, `${word} extras`);
  await extras.getByRole('checkbox', { name: 'Backup' }).check();
  await extras.getByRole('checkbox', { name: 'Phone' }).check();
  await inspect(page, 'customer new with custom fields');
  await customerForm.save(page).click();
  await arrive(page, CUSTOMER_URL);
  const shown = await page.getByRole('main').innerText();
  for (const value of ['Kimmy', '3', '31 May 2026', 'Fibre', 'Phone, Backup', 'Yes']) assert.ok(shown.includes(value), `${value} is not shown`);
  await inspect(page, 'customer with custom fields');

  await visit(page, `${new URL(page.url()).pathname}/edit`);
  assert.equal(await field(page, `${word} nickname`).inputValue(), 'Kimmy');
  assert.equal(await extras.getByRole('checkbox', { name: 'Phone' }).isChecked(), true);
  assert.equal(await extras.getByRole('checkbox', { name: 'TV' }).isChecked(), false);
  for (const name of ['Phone', 'Backup']) await extras.getByRole('checkbox', { name }).uncheck();
  await fill(page, { [`${word} nickname`]: '' });
  await customerForm.save(page).click();
  await arrive(page, CUSTOMER_URL);
  await page.getByRole('main').getByText('31 May 2026').waitFor();
  const after = await page.getByRole('main').innerText();
  assert.doesNotMatch(after, /Kimmy|Backup/);
});

fieldTest('what is wrong with a definition is said at the field, and what was typed stays', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 4(09|22)/ });
  const taken = `taken_${way(javascript).toLowerCase()}`;
  await define(page, `${way(javascript)} taken key`, 'text', { key: taken });
  await visit(page, `${fields.path}/new`);
  await fill(page, { Key: 'Not A Key', Kind: 'One of several', Hint: 'Typed before.', Least: 'five', Pattern: '[A-Z' });
  await checkbox(page, 'Required').check();
  await skipBrowserChecks(page);
  await fields.create(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  for (const label of ['Title', 'Key', 'Options', 'Least', 'Pattern']) await fieldError(page, label);
  assert.match(await fieldError(page, 'Least'), /does not apply to the kind “One of several”/);
  assert.equal(await field(page, 'Hint').inputValue(), 'Typed before.');
  assert.equal(await field(page, 'Kind').locator('option:checked').innerText(), 'One of several');
  assert.equal(await checkbox(page, 'Required').isChecked(), true);
  await inspect(page, 'custom field with errors');

  await fill(page, { Title: 'Doubled', Key: taken, Kind: 'Text', Least: '', Pattern: '' });
  await fields.create(page).click();
  await complaint(page).filter({ hasText: 'has the key' }).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'Key'), /has the key/);
});

fieldTest('what is wrong with a value is said at the field, and what was typed stays', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 422/ });
  const word = way(javascript);
  await define(page, `${word} contract`, 'text', { pattern: '[A-Z]{2}[0-9]{4}', hint: 'Two letters, four digits.' });
  await define(page, `${word} metres`, 'integer', { minimum: '1', maximum: '100' });
  await define(page, `${word} signed on`, 'date', { is_required: true });
  await define(page, `${word} speed`, 'select', { options: ['Slow', 'Fast'] });
  await define(page, `${word} wishes`, 'multi_select', { options: ['Blue', 'Green'] });
  await define(page, `${word} paperless`, 'boolean');
  await visit(page, '/customers/new');
  await fill(page, {
    Category: 'Person',
    'First name': 'Vera',
    'Last name': `Wrongvalue${word}`,
    [`${word} contract`]: 'ab12',
    [`${word} metres`]: '101',
    [`${word} speed`]: 'Fast',
    [`${word} paperless`]: 'No',
  });
  await group(page, `${word} wishes`).getByRole('checkbox', { name: 'Green' }).check();
  await skipBrowserChecks(page);
  await customerForm.save(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, `${word} contract`), /Two letters, four digits/);
  await fieldError(page, `${word} metres`);
  await fieldError(page, `${word} signed on`);
  assert.equal(await field(page, `${word} contract`).inputValue(), 'ab12');
  assert.equal(await field(page, `${word} metres`).inputValue(), '101');
  assert.equal(await field(page, `${word} speed`).inputValue(), 'Fast');
  assert.equal(await field(page, `${word} paperless`).inputValue(), 'false');
  assert.equal(await group(page, `${word} wishes`).getByRole('checkbox', { name: 'Green' }).isChecked(), true);
  assert.equal(await group(page, `${word} wishes`).getByRole('checkbox', { name: 'Blue' }).isChecked(), false);
  await inspect(page, 'customer new with wrong values');
  await complaint(page).getByRole('link').first().click();
  assert.equal(await field(page, `${word} contract`).evaluate((input) => input === document.activeElement), true);

  await fill(page, { [`${word} contract`]: 'AB1234', [`${word} metres`]: '100', [`${word} signed on`]: '2026-05-31' });
  await customerForm.save(page).click();
  await arrive(page, CUSTOMER_URL);
  await page.getByRole('main').getByText('AB1234').waitFor();
});

fieldTest('a field is a column of the list, and a condition of the filters', async ({ open, javascript }) => {
  const page = await open();
  const surname = `Columned${way(javascript)}`;
  const made = await define(page, `${way(javascript)} house number`, 'integer', { is_listed: true });
  const values = (number) => ({ custom_fields: { [made.key]: number } });
  const low = await person(page, 'Lola', surname, values(7));
  const high = await person(page, 'Hilda', surname, values(70));
  await visit(page, `/customers?q=${surname}`);
  await list.header(page, made.title).waitFor();
  assert.match(await row(page, high.name).innerText(), /70/);
  await inspect(page, 'list with a custom column');

  await list.openFilters(page);
  const filters = list.filters(page);
  await filters.getByLabel('Field', { exact: true }).selectOption({ label: made.title });
  await filters.getByLabel('Comparison', { exact: true }).selectOption({ label: 'is greater than' });
  await filters.getByLabel('Value', { exact: true }).fill('9');
  await inspect(page, 'filters with a condition');
  await list.apply(page).click();
  await list.chip(page, `${made.title} is greater than 9`).waitFor();
  await list.open(page, low.name).waitFor({ state: 'detached' });
  await list.open(page, high.name).waitFor();
  await hydrated(page);
  await list.chip(page, `${made.title} is greater than 9`).click();
  await list.open(page, low.name).waitFor();
});

fieldTest('an archived field is asked for no longer, and comes back with its values', async ({ open, javascript }) => {
  const page = await open();
  const made = await define(page, `${way(javascript)} attic key`, 'text');
  const who = await person(page, 'Arkady', `Archived${way(javascript)}`, { custom_fields: { [made.key]: 'Under the mat' } });
  await visit(page, fields.path);
  await link(page, made.title).click();
  await arrive(page, `**${fields.path}/${made.id}`);
  await heading(page, made.title).first().waitFor();
  await inspect(page, 'custom field');
  await fields.archive(page).click();
  await arrive(page, `**${fields.path}?done=archived`);
  await notice(page, 'Custom field archived. Its values are kept.').waitFor();
  await fields.table(page, 'Archived custom fields').getByRole('link', { name: made.title }).waitFor();
  await inspect(page, 'custom fields archived');
  await visit(page, `/customers/${who.id}`);
  assert.equal(await page.getByText('Under the mat').count(), 0);
  await visit(page, `/customers/${who.id}/edit`);
  await customerForm.save(page).waitFor();
  assert.equal(await field(page, made.title).count(), 0);

  await visit(page, `${fields.path}/${made.id}`);
  await fields.unarchive(page).click();
  await arrive(page, `**${fields.path}?done=unarchived`);
  await notice(page, 'taken back from the archive').waitFor();
  await visit(page, `/customers/${who.id}`);
  await page.getByText('Under the mat').waitFor();
});

fieldTest('the kind stays while customers have values, and so does the field', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 409/ });
  const made = await define(page, `${way(javascript)} locker`, 'text');
  await person(page, 'Lasse', `Locker${way(javascript)}`, { custom_fields: { [made.key]: '12' } });
  await visit(page, `${fields.path}/${made.id}`);
  await fill(page, { Kind: 'Whole number', Hint: 'In the hall.' });
  await fields.save(page).click();
  await complaint(page).filter({ hasText: 'The kind cannot change: customers with a value of this field: 1.' }).waitFor();
  await hydrated(page);
  assert.equal(await field(page, 'Hint').inputValue(), 'In the hall.');
  await inspect(page, 'custom field kind stays');
  await visit(page, `${fields.path}/${made.id}`);
  await page.getByRole('main').getByRole('button', { name: 'Delete', exact: true }).click();
  await inspect(page, 'custom field delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete custom field', exact: true }).click();
  await complaint(page).filter({ hasText: '1' }).waitFor();
  await hydrated(page);
  await inspect(page, 'custom field not deleted');
});

fieldTest('a field without values changes its kind, and is deleted', async ({ open, javascript }) => {
  const page = await open();
  const made = await define(page, `${way(javascript)} fleeting`, 'text');
  await visit(page, `${fields.path}/${made.id}`);
  await fill(page, { Kind: 'Date' });
  await fields.save(page).click();
  await arrive(page, `**${fields.path}?done=saved`);
  await row(page, made.title).getByText('Date', { exact: true }).waitFor();
  await visit(page, `${fields.path}/${made.id}`);
  await confirm(page.getByRole('main'), 'Delete', 'Delete custom field');
  await arrive(page, `**${fields.path}?done=deleted`);
  await notice(page, 'Custom field deleted.').waitFor();
  await row(page, made.title).waitFor({ state: 'detached' });
});

fieldTest('an older version of a definition is not saved', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 412/ });
  const made = await define(page, `${way(javascript)} contended`, 'text');
  const theirs = await open();
  for (const each of [page, theirs]) await visit(each, `${fields.path}/${made.id}`);
  await fill(theirs, { Hint: 'Theirs.' });
  await fields.save(theirs).click();
  await arrive(theirs, `**${fields.path}?done=saved`);
  await fill(page, { Hint: 'Mine.' });
  await fields.save(page).click();
  await changedMeanwhile(page).waitFor();
  await hydrated(page);
  assert.equal(await field(page, 'Hint').inputValue(), 'Mine.');
  await inspect(page, 'custom field changed meanwhile');
  await link(page, 'Reload the page').click();
  await page.waitForFunction(() => document.querySelector('#field-hint')?.value === 'Theirs.');
});

fieldTest('whoever may only read reads a definition and changes nothing', async ({ open, javascript }) => {
  const page = await open();
  const made = await define(page, `${way(javascript)} looked up`, 'text');
  const theirs = await open({ signedIn: false, allow: /status of 403/ });
  await signIn(theirs, await hire('Fieldreader', javascript));
  await visit(theirs, fields.path);
  await link(theirs, made.title).waitFor();
  assert.equal(await fields.new(theirs).count(), 0);
  await visit(theirs, `${fields.path}/${made.id}`);
  await theirs.getByText('To change custom fields you need the permission').waitFor();
  assert.equal(await fields.save(theirs).count(), 0);
  await inspect(theirs, 'custom field read only');
  assert.equal((await visit(theirs, `${fields.path}/new`)).status(), 403);
});
