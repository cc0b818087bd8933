// The one place that knows the screens' labels: each screen's fields and buttons by role and name.

import { strict as assert } from 'node:assert';

/** Waits until the browser's half has taken over; without JavaScript the page is usable as it comes. */
export async function hydrated(page) {
  if (page.javascript) await page.locator('html[data-hydrated]').waitFor({ state: 'attached', timeout: 20_000 });
}

/** A field by the words of its label, whatever follows them (a hint, "required", "optional"). */
export const field = (page, label) => page.getByLabel(new RegExp(`^${label}\\b`, 'i'));
export const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' });
export const link = (page, name) => page.getByRole('link', { name, exact: typeof name === 'string' });
export const heading = (page, name) => page.getByRole('heading', { name });

/** Fills fields by label; a select takes the label of its option, a group of radio buttons that of the button. */
export async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) {
    const group = page.getByRole('group', { name: label });
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
  save: (page) => button(page, /^(create customer|save( changes)?|create)$/i),
  /** Both versions of an edit conflict, side by side. */
  conflict: (page) => page.getByRole('region', { name: /conflict|changed/i }),
  keepMine: (page) => button(page, /keep (mine|my)|overwrite|save mine/i),
};

export const customerList = {
  new: (page) => link(page, /new customer/i).first(),
  empty: (page) => page.getByText(/no customers yet/i),
  noMatch: (page) => page.getByText(/no customers? match|nothing (found|matches)/i),
  search: (page) => page.getByRole('main').getByRole('searchbox'),
  rows: (page) => page.getByRole('main').getByRole('table').locator('tbody tr'),
  open: (page, name) => page.getByRole('main').getByRole('link', { name }).first(),
  sortBy: (page, column) => page.getByRole('columnheader', { name: column }).getByRole('link'),
  header: (page, column) => page.getByRole('columnheader', { name: column }),
  filter: (page, label) => page.getByRole('main').getByLabel(label, { exact: true }),
  apply: (page) => button(page, /^(apply|search|filter)/i).first(),
  next: (page) => link(page, /^next/i),
  previous: (page) => link(page, /^(previous|first)/i),
  clear: (page) => link(page, /clear/i).first(),
};

export const customerPage = {
  edit: (page) => link(page, /^edit/i),
  history: (page) => link(page, /^(history|activity)/i),
  restore: (page) => button(page, /^restore/i),
  /** Deleting sits behind the Actions menu, and may ask once more. */
  async delete(page) {
    const control = page.getByRole('main').locator('button, a').filter({ hasText: /^\s*delete/i }).first();
    if (!(await control.isVisible())) await page.locator('summary', { hasText: /actions/i }).click();
    await control.click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: /delete/i });
    const asked = await confirm.waitFor({ timeout: 1000 }).then(() => true, () => false);
    if (asked) await confirm.click();
  },
};

export const importWizard = {
  file: (page) => page.locator('input[type=file]'),
  upload: (page) => button(page, /upload|continue|next/i),
  column: (page, name) => page.getByLabel(new RegExp(`^${name}`, 'i')),
  check: (page) => button(page, /check|dry run|continue|next/i),
  commit: (page) => button(page, /^(start import|import)/i),
  done: (page) => page.getByRole('main').getByText(/\b(done|finished|completed|succeeded)\b/i).first(),
};
