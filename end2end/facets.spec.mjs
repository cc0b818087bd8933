// Narrowing the list: tabs of statuses with counts, finer choices, conditions on any field, chips, and the address.

import { strict as assert } from 'node:assert';
import { person, way } from './record-screens.mjs';
import { customerList as list, fill, hydrated } from './screens.mjs';
import { become, facets } from './tree-screens.mjs';
import { inspect, make, testBothWays, visit } from './support.mjs';

/** A surname for one test, run one way; the list is narrowed to it. */
const surname = (word, javascript) => `${word}${way(javascript)}`;

const listOf = (name, more = '') => `/customers?q=${name.toLowerCase()}${more}`;

/** The names of the rows, sorted. */
async function names(page) {
  return (await list.rows(page).locator('td[data-label=Name] a').allInnerTexts()).map((name) => name.split(' ')[0]).sort();
}

/** Goes by a link of the list and waits until the address has, or has lost, a parameter. */
async function follow(page, link, name, value) {
  await link.click();
  await page.waitForURL((url) => url.searchParams.get(name) === value);
  await hydrated(page);
}

/** Waits until the list shows exactly these first names. */
async function shows(page, ...wanted) {
  for (const name of wanted) await list.rows(page).filter({ hasText: name }).first().waitFor();
  await list.rows(page).nth(wanted.length).waitFor({ state: 'detached' });
  assert.deepEqual(await names(page), [...wanted].sort());
}

/** Sets further conditions in the dialog and applies them. */
async function filterBy(page, values) {
  await list.openFilters(page);
  await fill(list.filters(page), values);
  await list.apply(page).click();
  await list.filters(page).waitFor({ state: 'hidden' });
}

testBothWays('the tabs count the statuses and follow a change', async ({ open, javascript }) => {
  const page = await open();
  const name = surname('Tabbing', javascript);
  const ann = await person(page, 'Ann', name, { email: `ann.${name}@facets.example` });
  await person(page, 'Bob', name);
  await person(page, 'Cid', name);
  await visit(page, listOf(name));
  assert.deepEqual(await facets.counts(page), { All: '3', New: '3', Active: '0', Suspended: '0', Inactive: '0', Terminated: '0' });
  assert.equal(await facets.current(page), 'All');
  await inspect(page, 'list with tabs');

  await become(page, ann, { to: 'active' });
  await visit(page, listOf(name));
  const { All, New, Active } = await facets.counts(page);
  assert.deepEqual({ All, New, Active }, { All: '3', New: '2', Active: '1' });
  await follow(page, facets.tab(page, 'Active'), 'status', 'active');
  await shows(page, 'Ann');
  assert.equal(await facets.current(page), 'Active');
  assert.equal((await facets.counts(page)).New, '2', 'a tab does not count by itself');
  assert.deepEqual(await facets.chips(page), ['Status: Active']);
  await follow(page, facets.tab(page, 'New'), 'status', 'new');
  await shows(page, 'Bob', 'Cid');
  await follow(page, facets.tab(page, 'All'), 'status', null);
  await shows(page, 'Ann', 'Bob', 'Cid');
});

testBothWays('a tab without customers says that nobody matches, and the others stay', async ({ open, javascript }) => {
  const page = await open();
  const name = surname('Deserted', javascript);
  await person(page, 'Ann', name);
  await visit(page, listOf(name, '&status=terminated'));
  await list.noMatch(page).first().waitFor();
  assert.equal((await facets.counts(page)).New, '1');
  await inspect(page, 'list with an empty tab');
  await follow(page, facets.tab(page, 'New'), 'status', 'new');
  await shows(page, 'Ann');
});

testBothWays('Refine divides by partner, location and category, and takes each choice back', async ({ open, javascript }) => {
  const page = await open();
  const name = surname('Refining', javascript);
  const partner = await make(page, 'partners', { name: `Reseller ${name}` });
  const location = await make(page, 'locations', { name: `Harbour ${name}` });
  await person(page, 'Ann', name, { partner_id: partner.id });
  await person(page, 'Bob', name, { partner_id: partner.id, location_id: location.id });
  await make(page, 'customers', { category: 'company', company_name: `Cid ${name}`, location_id: location.id });
  await visit(page, listOf(name));
  await facets.refine(page).click();
  assert.match(await facets.choice(page, 'Partners', partner.name).innerText(), /2$/);
  assert.match(await facets.choice(page, 'Locations', location.name).innerText(), /2$/);
  assert.match(await facets.choice(page, 'Categories', 'Company').innerText(), /1$/);
  await inspect(page, 'list refined');

  await follow(page, facets.choice(page, 'Partners', partner.name), 'partner', String(partner.id));
  await shows(page, 'Ann', 'Bob');
  await follow(page, facets.choice(page, 'Locations', location.name), 'location', String(location.id));
  await shows(page, 'Bob');
  assert.deepEqual(await facets.chips(page), [`Partner: ${partner.name}`, `Location: ${location.name}`]);
  assert.equal(await facets.choice(page, 'Partners', partner.name).getAttribute('aria-current'), 'true');
  await inspect(page, 'list refined twice');
  await follow(page, facets.choice(page, 'Partners', partner.name), 'partner', null);
  await shows(page, 'Bob', 'Cid');
  await follow(page, facets.choice(page, 'Categories', 'Company'), 'category', 'company');
  await shows(page, 'Cid');
  await follow(page, list.chip(page, `Location: ${location.name}`), 'location', null);
  await follow(page, list.chip(page, 'Category: Company'), 'category', null);
  await shows(page, 'Ann', 'Bob', 'Cid');
});

testBothWays('conditions on any field add up, and each chip takes its own away', async ({ open, javascript }) => {
  const page = await open();
  const name = surname('Conditioned', javascript);
  await person(page, 'Ann', name, { city: 'Ålesund' });
  await person(page, 'Bob', name, { city: 'Ålgård', tax_id: `NO-${name}` });
  await person(page, 'Cid', name, { city: 'Bergen' });
  await visit(page, listOf(name));
  await filterBy(page, { Field: 'City', Comparison: 'begins with', Value: 'al' });
  await shows(page, 'Ann', 'Bob');
  assert.deepEqual(await facets.chips(page), ['City begins with al']);
  await filterBy(page, { Field: 'Tax ID', Comparison: 'is empty' });
  await shows(page, 'Ann');
  assert.deepEqual(await facets.chips(page), ['City begins with al', 'Tax ID is empty']);
  await inspect(page, 'list with conditions');

  const other = await open();
  await visit(other, page.url());
  await shows(other, 'Ann');
  assert.deepEqual(await facets.chips(other), ['City begins with al', 'Tax ID is empty']);

  await list.chip(page, 'City begins with al').click();
  await shows(page, 'Ann', 'Cid');
  await hydrated(page);
  assert.deepEqual(await facets.chips(page), ['Tax ID is empty']);
  await list.chip(page, 'Tax ID is empty').click();
  await shows(page, 'Ann', 'Bob', 'Cid');
});

testBothWays('a condition on a custom field finds by its value', async ({ open, javascript }) => {
  const page = await open();
  const name = surname('Fieldmarked', javascript);
  const field = await make(page, 'custom-fields', { title: `Router ${name}`, key: `router_${name}`.toLowerCase(), kind: 'text' });
  await person(page, 'Ann', name, { custom_fields: { [field.key]: 'Fritz 7590' } });
  await person(page, 'Bob', name, { custom_fields: { [field.key]: 'Omada' } });
  await person(page, 'Cid', name);
  await visit(page, listOf(name));
  await filterBy(page, { Field: field.title, Comparison: 'contains', Value: 'fritz' });
  await shows(page, 'Ann');
  assert.deepEqual(await facets.chips(page), [`${field.title} contains fritz`]);
  await list.chip(page, `${field.title} contains fritz`).click();
  await shows(page, 'Ann', 'Bob', 'Cid');
  await hydrated(page);
  await filterBy(page, { Field: field.title, Comparison: 'is empty' });
  await shows(page, 'Cid');
});

testBothWays('the list finds who has sub-accounts, who is one, and who is on hold', async ({ open, javascript }) => {
  const page = await open();
  const name = surname('Kindred', javascript);
  const ann = await person(page, 'Ann', name);
  await person(page, 'Bob', name, { parent_id: ann.id });
  const cid = await person(page, 'Cid', name, { email: `cid.${name}@facets.example` });
  await become(page, cid, { to: 'active' });
  await become(page, cid, { to: 'suspended', hold: 'technical' });
  await visit(page, listOf(name));
  await filterBy(page, { 'Has sub-accounts': 'Yes' });
  await shows(page, 'Ann');
  await list.chip(page, 'Has sub-accounts').click();
  await shows(page, 'Ann', 'Bob', 'Cid');
  await hydrated(page);
  await filterBy(page, { 'Is a sub-account': 'Yes' });
  await shows(page, 'Bob');
  await list.chip(page, 'Has a parent').click();
  await shows(page, 'Ann', 'Bob', 'Cid');
  await hydrated(page);
  await filterBy(page, { 'Has an open hold': 'Yes' });
  await shows(page, 'Cid');
  await list.chip(page, 'Has an open hold').click();
  await shows(page, 'Ann', 'Bob', 'Cid');
  await hydrated(page);
  await list.openFilters(page);
  await list.filters(page).getByRole('group', { name: 'Open hold' }).getByLabel('Technical').check();
  await list.apply(page).click();
  await shows(page, 'Cid');
  assert.deepEqual(await facets.chips(page), ['Hold: Technical']);
  await inspect(page, 'list by holds');
});

testBothWays('the dialog keeps what is set, and all of it is cleared at once', async ({ open, javascript }) => {
  const page = await open();
  const name = surname('Clearing', javascript);
  await person(page, 'Ann', name, { country: 'NO' });
  await visit(page, listOf(name, '&country=NO&has_parent=false&level=1&created_from=2020-01-01&filter=email:is_null'));
  await shows(page, 'Ann');
  const chips = ['Country: Norway', 'Level: 1', 'Created from: 2020-01-01', 'Main accounts', 'E-mail is empty'];
  assert.deepEqual(await facets.chips(page), chips);
  await list.openFilters(page);
  const dialog = list.filters(page);
  assert.equal(await dialog.getByLabel('Country').inputValue(), 'NO');
  assert.equal(await dialog.getByLabel('Is a sub-account').inputValue(), 'false');
  assert.equal(await dialog.getByLabel('Created from').inputValue(), '2020-01-01');
  await inspect(page, 'filters kept');
  await list.apply(page).click();
  await shows(page, 'Ann');
  assert.deepEqual(await facets.chips(page), chips);
  await list.clear(page).click();
  await page.waitForURL((url) => !url.searchParams.has('country'));
  await page.getByRole('group', { name: 'Filters that are set' }).waitFor({ state: 'detached' });
});

testBothWays('a condition that means nothing is answered with what is wrong and a way out', async ({ open }) => {
  const page = await open({ allow: /status of 422/ });
  for (const [query, words] of [
    ['filter=weather:eq:sunny', 'There is no field weather.'],
    ['filter=city:sounds_like:oslo', 'city cannot be compared by sounds_like.'],
    ['filter=customer_since:gt:soon', 'customer_since gt needs other values.'],
    ['filter=email:eq', 'email eq needs other values.'],
    ['status=asleep', 'Status:'],
    ['level=99', 'Account level: Numbers from 1 to 20.'],
  ]) {
    assert.equal((await visit(page, `/customers?${query}`)).status(), 422, query);
    await facets.problem(page).getByText('The list cannot be filtered like this').waitFor();
    await facets.problem(page).getByText(words).waitFor();
  }
  await inspect(page, 'list with a wrong condition');
  await list.clear(page).click();
  await page.waitForURL('**/customers');
  await facets.problem(page).waitFor({ state: 'detached' });
});

testBothWays('where there are labels the bar to put them on leaves with the last row', async ({ open, javascript }) => {
  const page = await open();
  const name = surname('Barred', javascript);
  await make(page, 'labels', { name: `Label ${name}`, colour: '#2563eb' });
  await person(page, 'Ann', name);
  await visit(page, listOf(name));
  await page.locator('form#bulk').waitFor();
  await filterBy(page, { 'Has sub-accounts': 'Yes' });
  await list.noMatch(page).first().waitFor();
  await page.locator('form#bulk').waitFor({ state: 'detached' });
  assert.deepEqual(await facets.chips(page), ['Has sub-accounts']);
  if (javascript) assert.deepEqual([...new URL(page.url()).searchParams.keys()].sort(), ['has_children', 'q']);
});

testBothWays('a comparison that does not fit its field is said after the dialog', async ({ open }) => {
  const page = await open({ allow: /status of 422/ });
  await visit(page, '/customers');
  await list.openFilters(page);
  await fill(list.filters(page), { Field: 'Customer since', Comparison: 'contains', Value: 'May' });
  await list.apply(page).click();
  await facets.problem(page).getByText('customer_since cannot be compared by contains.').waitFor();
});
