// Finding customers: words, filters, order, pages, and the address bar that remembers them.

import { strict as assert } from 'node:assert';
import { customerList as list, heading, hydrated } from './screens.mjs';
import { inspect, sameOrigin, test, testBothWays, visit } from './support.mjs';

const PEOPLE = 60;
let seeded;

/** Sixty people whose surname no other test uses, made through REST. */
async function seed(page) {
  for (let number = 1; number <= PEOPLE; number += 1) {
    const id = String(number).padStart(2, '0');
    const response = await page.request.post('/api/v1/customers', {
      headers: sameOrigin(),
      data: { category: 'person', first_name: `Søren ${id}`, last_name: 'Quixworth', email: `quixworth${id}@example.net` },
    });
    assert.equal(response.status(), 201, await response.text());
  }
}

async function openList(open, query = '') {
  const page = await open();
  await (seeded ??= seed(page));
  await visit(page, `/customers${query}`);
  return page;
}

async function search(page, words) {
  await list.search(page).fill(words);
  await list.search(page).press('Enter');
  await page.waitForURL((url) => url.searchParams.get('q') === words);
  await hydrated(page);
}

testBothWays('words are found without accents and case, and the address keeps them', async ({ open }) => {
  const page = await openList(open);
  await search(page, 'soren quixworth07');
  await list.open(page, /Søren 07 Quixworth/).waitFor();
  assert.equal(await list.rows(page).count(), 1);
  await visit(page, page.url());
  assert.equal(await list.search(page).inputValue(), 'soren quixworth07');
  await list.open(page, /Søren 07 Quixworth/).waitFor();
});

testBothWays('no match offers to clear', async ({ open }) => {
  const page = await openList(open);
  await search(page, 'zzzz-nobody');
  await list.noMatch(page).first().waitFor();
  await list.clear(page).click();
  await page.waitForURL((url) => !url.searchParams.get('q'));
});

testBothWays('filters narrow the list, and a chip takes them away', async ({ open }) => {
  const page = await openList(open, '?q=quixworth');
  await list.openFilters(page);
  await inspect(page, 'filters');
  await list.filters(page).getByLabel('Company').check();
  await list.apply(page).click();
  await page.waitForURL((url) => url.searchParams.get('category') === 'company' && url.searchParams.get('q') === 'quixworth');
  await hydrated(page);
  await list.noMatch(page).first().waitFor();
  assert.equal(await list.filters(page).isVisible(), false);
  await list.chip(page, 'Category: Company').click();
  await page.waitForURL((url) => !url.searchParams.has('category') && url.searchParams.get('q') === 'quixworth');
  await list.open(page, /Quixworth/).waitFor();
});

test('the list follows the typing without loading the page anew', async ({ open }) => {
  const page = await openList(open);
  await page.evaluate(() => (globalThis.stayed = true));
  await list.search(page).pressSequentially('quixworth 33');
  await page.waitForURL((url) => url.searchParams.get('q') === 'quixworth 33');
  await list.open(page, /Søren 33 Quixworth/).waitFor();
  await list.open(page, /Søren 33 Quixworth/).click();
  await heading(page, 'Søren 33 Quixworth').first().waitFor();
  await page.goBack();
  await list.open(page, /Søren 33 Quixworth/).waitFor();
  assert.equal(await list.search(page).inputValue(), 'quixworth 33');
  assert.equal(await page.evaluate(() => globalThis.stayed), true);
});

testBothWays('columns sort, and the back button goes back', async ({ open }) => {
  const page = await openList(open, '?q=quixworth');
  await list.sortBy(page, 'Name').click();
  await page.waitForURL((url) => url.searchParams.has('sort'));
  await page.locator('th[aria-sort=ascending], th[aria-sort=descending]').first().waitFor();
  const direction = await list.header(page, 'Name').getAttribute('aria-sort');
  const end = direction === 'ascending' ? '01' : String(PEOPLE);
  await list.rows(page).first().getByText(new RegExp(`Søren ${end} Quixworth`)).first().waitFor();
  await page.goBack();
  await page.waitForURL((url) => !url.searchParams.has('sort'));
  await hydrated(page);
  await list.open(page, /Quixworth/).waitFor();
});

testBothWays('pages follow each other without a gap', async ({ open }) => {
  const page = await openList(open, '?q=quixworth&limit=25&sort=name');
  const names = new Set();
  for (let number = 1; ; number += 1) {
    for (const text of await list.rows(page).allInnerTexts()) names.add(text.match(/Søren \d\d/)?.[0]);
    if ((await list.next(page).count()) === 0 || number > 5) break;
    const before = page.url();
    const first = await list.rows(page).first().innerText();
    await list.next(page).click();
    await page.waitForURL((url) => url.href !== before);
    await hydrated(page);
    await list.rows(page).filter({ hasText: first.match(/Søren \d\d/)[0] }).waitFor({ state: 'detached' });
  }
  assert.equal(names.size, PEOPLE);
});
