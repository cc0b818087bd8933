// The one place that knows the labels of the tree, of moving, of the status and of the facets.

import { strict as assert } from 'node:assert';
import { way } from './record-screens.mjs';
import { button, hydrated, importWizard as wizard, link, notice } from './screens.mjs';
import { make, sameOrigin, visit } from './support.mjs';

/** A company through REST; each way of running a test has its own. */
export const company = (page, name, parent, more = {}) =>
  make(page, 'customers', { category: 'company', company_name: `${name} ${way(page.javascript)}`, parent_id: parent?.id, ...more });

/** Customers each under the one before; the first is a main account. */
export async function chain(page, name, length) {
  const line = [];
  for (let level = 1; level <= length; level += 1) line.push(await company(page, `${name} ${level}`, line.at(-1)));
  return line;
}

/** The record as it is stored now. */
export const stored = async (page, { id }) => (await page.request.get(`/api/v1/customers/${id}`)).json();

/** Changes a status through REST, as whoever is signed in on the page. */
export async function become(page, { id }, change) {
  const response = await page.request.post(`/api/v1/customers/${id}/status`, { headers: sameOrigin(), data: change });
  assert.equal(response.status(), 200, await response.text());
}

/** Moves a customer through REST, as somebody else would meanwhile. */
export async function moveMeanwhile(page, { id }, parent_id) {
  const { version } = await stored(page, { id });
  const headers = { ...sameOrigin(), 'if-match': `"${version}"` };
  const response = await page.request.put(`/api/v1/customers/${id}/parent`, { headers, data: { parent_id } });
  assert.equal(response.status(), 200, await response.text());
}

/** So many days from now, as a box for a day takes it. */
export const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

export const tree = {
  /** The whole tree; a list of links without JavaScript. */
  of: (page, label) => page.getByRole(page.javascript ? 'tree' : 'list', { name: label, exact: true }),
  row: (page, { id }) => page.locator(`[id="tree-${id}"]`),
  /** What opens and closes a row by mouse. */
  toggle: (page, customer) => page.locator('.tree-row').filter({ has: tree.row(page, customer) }).locator('.tree-toggle'),
  more: (page, { id }) => page.locator(`[id="tree-${id}-more"]`),
  /** The rows directly below one. */
  below: (page, { id }) => page.locator(`.tree-item:has(> .tree-row > [id="tree-${id}"]) > ul > .tree-item`),
  nobody: (page) => page.getByText('No customer has sub-accounts yet', { exact: true }),
  /** Waits until a row has the focus. */
  focused: (page, { id }) => page.locator(`[id="tree-${id}"]:focus`).waitFor(),
};

export const hierarchyPage = {
  path: ({ id }) => `/customers/${id}/hierarchy`,
  newChild: (page) => link(page, 'New sub-account'),
  move: (page) => link(page, 'Move …'),
  /** Waits until these names, and no others, are the way down to a customer. */
  async trail(page, ...names) {
    const items = page.getByRole('navigation', { name: 'Parent accounts' }).getByRole('listitem');
    await items.filter({ hasText: names.at(-2) }).first().waitFor();
    assert.deepEqual(await items.allInnerTexts(), names);
  },
  fact: (page, term) =>
    page.getByRole('main').locator('.fact').filter({ has: page.locator('dt').getByText(term, { exact: true }) }).locator('dd').first(),
};

export const moveCard = {
  search: (page) => page.getByLabel('Search for the new parent', { exact: true }),
  /** Types the words; without JavaScript the search is a page of its own. */
  async find(page, words) {
    await moveCard.search(page).fill(words);
    if (page.javascript) return;
    await button(page.getByRole('main'), 'Search').click();
    await page.waitForURL((url) => url.searchParams.get('parent_q') === words);
  },
  parent: (page, name) => page.getByRole('group', { name: 'New parent', exact: true }).getByRole('radio', { name }),
  nobody: (page) => moveCard.parent(page, 'Nobody: make it a main account'),
  submit: (page) => button(page, 'Move customer'),
};

export const moveQuestion = {
  dialog: (page, moved, onto) => page.getByRole('dialog', { name: `Move ${moved.name} under ${onto.name}?`, exact: true }),
  /** Drags a row onto another one. */
  drag: (page, moved, onto) => tree.row(page, moved).dragTo(tree.row(page, onto)),
  toast: (page, words) => page.locator('.toast').filter({ hasText: words }),
};

export const statusMenu = {
  menu: (page) => page.getByRole('main').locator('details.menu'),
  async open(page) {
    await statusMenu.menu(page).locator('summary').click();
    await statusMenu.item(page, 'Status and holds').waitFor();
  },
  item: (page, name) => statusMenu.menu(page).getByRole('link', { name }),
  /** What the menu offers, without the reasons why not. */
  async offered(page) {
    const items = statusMenu.menu(page).locator('.menu-item[href*="/status/"]');
    return (await items.allInnerTexts()).map((text) => text.trim());
  },
};

export const statusPage = {
  path: ({ id }, action) => `/customers/${id}/status${action ? `/${action}` : ''}`,
  changes: (page) => page.getByRole('main').locator('ol.timeline').getByRole('listitem'),
  holds: (page) => page.getByRole('table', { name: 'Holds', exact: true }).locator('tbody tr'),
  cancel: (page) => button(page, 'Cancel this change'),
  /** The button that does it; its words are those of the action. */
  submit: (page, name) => page.getByRole('main').locator('form.form').getByRole('button', { name, exact: true }),
  badge: (page) => page.locator('.page-title .badge').first(),
  /** Opens the page of an action through the menu. */
  async choose(page, customer, action) {
    await visit(page, `/customers/${customer.id}`);
    await statusMenu.open(page);
    await statusMenu.item(page, action).click();
    await page.waitForURL(/\/status\/[a-z_]+$/);
    await hydrated(page);
  },
  /** Sends the form and waits for what the customer's page then says. */
  async done(page, button, words) {
    await statusPage.submit(page, button).click();
    await page.waitForURL(/\/customers\/\d+\?done=/);
    await notice(page, words).waitFor();
    await hydrated(page);
  },
};

export const facets = {
  tabs: (page) => page.getByRole('navigation', { name: 'Customers by status' }),
  tab: (page, name) => facets.tabs(page).getByRole('link', { name: new RegExp(`^${name} `) }),
  /** Every tab with how many it holds. */
  async counts(page) {
    const texts = await facets.tabs(page).getByRole('link').allInnerTexts();
    return Object.fromEntries(texts.map((text) => text.trim().match(/^(.+?)\s+([\d,]+)$/).slice(1)));
  },
  current: async (page) => (await facets.tabs(page).locator('[aria-current=true]').innerText()).replace(/\s+[\d,]+\s*$/, '').trim(),
  refine: (page) => page.getByRole('main').locator('details.refine > summary'),
  group: (page, title) =>
    page.locator('.facet-group').filter({ has: page.getByRole('heading', { name: title, exact: true }) }),
  choice: (page, title, name) => facets.group(page, title).getByRole('link', { name: new RegExp(`^${name} `) }),
  problem: (page) => page.getByRole('main').locator('.banner-danger'),
  /** The words of all chips that are set. */
  async chips(page) {
    const chips = page.getByRole('group', { name: 'Filters that are set' }).getByRole('link', { name: /^Remove filter / });
    return (await chips.allTextContents()).map((text) => text.replace('Remove filter ', '').trim());
  },
};

export const importWizard = {
  ...wizard,
  /** Gives a column a second meaning, behind its disclosure. */
  async alsoMeans(page, column, meaning) {
    await page.locator('summary').filter({ hasText: new RegExp(`^Also\\s+from ${column}$`) }).click();
    await wizard.column(page, `${column} is also`).selectOption({ label: meaning });
  },
};
