// The one place that knows the screens' labels: each screen's fields and buttons by role and name.

import { strict as assert } from 'node:assert';

/** Waits until the browser's half has taken over; without JavaScript the page is usable as it comes. */
export async function hydrated(page) {
  if (page.javascript) await page.locator('html[data-hydrated]').waitFor({ state: 'attached', timeout: 20_000 });
}

/** A field by the words of its label, optional or not; choices are found by `fill`. */
export const field = (page, label) =>
  page.getByLabel(new RegExp(`^${label}\\s*(optional)?$`)).and(page.locator(':not([type=radio], [type=checkbox])'));
export const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' });
export const link = (page, name) => page.getByRole('link', { name, exact: typeof name === 'string' });
export const heading = (page, name) => page.getByRole('heading', { name });

/** Fills fields by label; a select takes the label of its option, a group of radio buttons that of the button. */
export async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) {
    const group = page.getByRole('group', { name: label, exact: true }).filter({ has: page.getByRole('radio') });
    if (await group.count()) {
      await group.getByRole('radio', { name: value }).check();
      continue;
    }
    const input = field(page, label);
    if ((await input.evaluate((element) => element.tagName)) === 'SELECT') await input.selectOption({ label: value });
    else await input.fill(value);
  }
}

/** The message that belongs to a field: what its aria-describedby points to while it is invalid. */
export async function fieldError(page, label) {
  const input = field(page, label);
  assert.equal(await input.getAttribute('aria-invalid'), 'true', `"${label}" is not marked as invalid`);
  const ids = (await input.getAttribute('aria-describedby')) ?? '';
  const texts = await Promise.all(ids.split(/\s+/).filter(Boolean).map((id) => page.locator(`[id="${id}"]`).innerText()));
  assert.ok(texts.join('').trim(), `"${label}" is invalid without a message that is tied to it`);
  return texts.join(' ');
}

export const setupForm = {
  async submit(page, { name, username, email, password }) {
    await fill(page, { 'Full name': name, Username: username, 'E-mail': email, Password: password });
    await button(page, 'Create administrator').click();
  },
};

export const signInForm = {
  async submit(page, username, password) {
    await fill(page, { Username: username, Password: password });
    await button(page, 'Sign in').click();
  },
};

/** Signing out sits behind the account menu when there is one. */
export async function signOut(page) {
  const out = button(page, 'Sign out');
  if (!(await out.isVisible())) await page.locator('summary', { hasText: /account|ada/i }).first().click();
  await out.click();
}

export const customerForm = {
  save: (page) => button(page, /^(create customer|save changes)$/i),
  createAnyway: (page) => button(page, 'Create anyway'),
  /** The links to customers that may be the same. */
  duplicates: (page) => page.getByRole('alert').filter({ hasText: /may be an account/i }).getByRole('link'),
  /** Both versions of an edit conflict, side by side. */
  conflict: (page) => page.getByRole('alert').filter({ hasText: /somebody else saved/i }),
  keepMine: (page) => button(page, 'Keep mine'),
  takeTheirs: (page) => link(page, 'Take theirs'),
  summary: (page) => page.getByRole('alert').first(),
};

export const customerList = {
  new: (page) => link(page, 'New customer').first(),
  empty: (page) => page.getByText('No customers yet'),
  noMatch: (page) => page.getByText('No customer matches'),
  search: (page) => page.getByRole('main').getByRole('searchbox'),
  rows: (page) => page.getByRole('main').getByRole('table').locator('tbody tr'),
  open: (page, name) => page.getByRole('main').getByRole('link', { name }).first(),
  sortBy: (page, column) => page.getByRole('columnheader', { name: column }).getByRole('link'),
  header: (page, column) => page.getByRole('columnheader', { name: column }),
  filters: (page) => page.getByRole('dialog', { name: 'Filter customers' }),
  async openFilters(page) {
    await button(page, 'Filters').click();
    await customerList.filters(page).waitFor();
  },
  apply: (page) => button(page, 'Apply filters'),
  chip: (page, label) => link(page, `Remove filter ${label}`),
  pageSize: (page, size) => page.getByRole('navigation', { name: 'Size of the page' }).getByRole('link', { name: String(size), exact: true }),
  // Without a neighbour there is a greyed word with the role of a link.
  next: (page) => page.getByRole('navigation', { name: 'Pages' }).locator('a[rel=next]'),
  previous: (page) => page.getByRole('navigation', { name: 'Pages' }).locator('a[rel=prev]'),
  clear: (page) => link(page, 'Clear filters').first(),
};

export const customerPage = {
  edit: (page) => link(page, 'Edit'),
  history: (page) => link(page, 'History'),
  restore: (page) => button(page, /^restore/i),
  undo: (page) => button(page, 'Undo'),
  notice: (page, words) => page.getByRole('main').getByRole('status').filter({ hasText: words }),
  async askToDelete(page) {
    await button(page, 'Delete').click();
    await page.getByRole('dialog', { name: /^Delete / }).waitFor();
  },
  async delete(page) {
    await customerPage.askToDelete(page);
    await button(page, 'Delete customer').click();
    await customerPage.notice(page, 'Customer deleted.').waitFor();
    await hydrated(page);
  },
};

export const importWizard = {
  file: (page) => page.locator('input[type=file]'),
  upload: (page) => button(page, 'Upload'),
  column: (page, name) => page.getByLabel(name, { exact: true }),
  check: (page) => button(page, 'Check the file'),
  commit: (page) => button(page, /^Import (\d|anyway)/),
  badRows: (page) => page.getByRole('group', { name: 'Bad rows' }).locator('tbody tr'),
  download: (page) => link(page, /^Download (bad|rejected) rows$/),
  done: (page) => page.getByText(/customers? created\./),
};
