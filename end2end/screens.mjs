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
export const checkbox = (page, name) => page.getByRole('checkbox', { name, exact: true });
/** What the page says has just been done. */
export const notice = (page, words) => page.getByRole('main').getByRole('status').filter({ hasText: words });
/** What is wrong, above the form. */
export const complaint = (page) => page.getByRole('alert').filter({ hasText: /\S/ }).first();
/** The row of a table that holds these words. */
export const row = (page, words) => page.getByRole('main').getByRole('row').filter({ hasText: words });

/** Has the server check what the browser would not even send. */
export const skipBrowserChecks = (page) => page.locator('form').evaluateAll((forms) => forms.forEach((form) => (form.noValidate = true)));

/** Opens the question behind a button and answers it. */
export async function confirm(place, trigger, answer) {
  await place.getByRole('button', { name: trigger, exact: true }).click();
  await place.getByRole('dialog').getByRole('button', { name: answer, exact: true }).click();
}

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

export const codeForm = {
  async submit(page, code) {
    await fill(page, { Code: code });
    await button(page, 'Continue').click();
  },
};

export const forgotForm = {
  async submit(page, name) {
    await fill(page, { 'Username or e-mail': name });
    await button(page, 'Send the link').click();
  },
};

export const choosePasswordForm = {
  async submit(page, password) {
    await fill(page, { Password: password });
    await button(page, 'Set password').click();
  },
};

/** The words of the navigation. */
export const mainMenu = (page) => page.getByRole('navigation', { name: 'Main' }).getByRole('listitem').allInnerTexts();

/** Signing out sits behind the menu of the person. */
export async function signOut(page) {
  const bar = page.getByRole('banner');
  await bar.locator('summary').click();
  await button(bar, 'Sign out').click();
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
  async askToDelete(page) {
    await button(page, 'Delete').click();
    await page.getByRole('dialog', { name: /^Delete / }).waitFor();
  },
  async delete(page) {
    await customerPage.askToDelete(page);
    await button(page, 'Delete customer').click();
    await notice(page, 'Customer deleted.').waitFor();
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

export const accountPage = {
  async saveProfile(page, values) {
    await fill(page, values);
    await button(page, 'Save profile').click();
  },
  async changePassword(page, current, chosen) {
    await fill(page, { 'Current password': current, 'New password': chosen });
    await button(page, 'Change password').click();
  },
};

export const secondFactorPage = {
  async start(page, password) {
    await fill(page, { 'Your password': password });
    await button(page, 'Set up').click();
  },
  picture: (page) => page.getByRole('img', { name: /^QR code/ }),
  key: (page) => page.locator('.key code'),
  async turnOn(page, code) {
    await fill(page, { Code: code });
    await button(page, 'Turn on').click();
  },
  codes: (page) => page.locator('ol.recovery-codes').getByRole('listitem'),
  keptCodes: (page) => button(page, 'I have kept them'),
  isOn: (page) => page.getByText('Recovery codes left', { exact: true }),
};

export const sessionsPage = {
  rows: (page) => page.getByRole('group', { name: 'Your sessions', exact: true }).locator('tbody tr'),
  end: (page) => button(page, /^End the session of/),
  endOthers: (page) => confirm(page.getByRole('main'), 'End all others', 'End all others'),
};

export const staffList = {
  invite: (page) => link(page, 'Invite'),
  open: (page, name) => page.getByRole('main').getByRole('link', { name, exact: true }),
};

export const staffForm = {
  send: (page) => button(page, 'Send invitation'),
  save: (page) => button(page, 'Save changes'),
};

export const roleForm = {
  create: (page) => button(page, 'Create role'),
};

export const rolesPage = {
  new: (page) => link(page, 'New role'),
  /** What the matrix says of a role and a permission: `Granted`, `Inherited` or `Not granted`. */
  async grant(page, role, permission) {
    const matrix = page.getByRole('region', { name: 'Permissions of the roles' });
    const names = await matrix.getByRole('columnheader').allTextContents();
    const column = names.findIndex((name) => name.startsWith(role));
    assert.ok(column > 0, `${role} is not among ${names}`);
    const cells = matrix.getByRole('row').filter({ hasText: permission }).locator('th, td');
    return (await cells.nth(column).textContent()).replace('–', '').trim();
  },
};

export const clientList = {
  empty: (page) => page.getByText('No API clients yet'),
  new: (page) => link(page, 'New API client').first(),
  open: (page, name) => page.getByRole('main').getByRole('link', { name, exact: true }),
};

export const clientForm = {
  create: (page) => button(page, 'Create API client'),
  save: (page) => button(page, 'Save changes'),
  /** Both versions of an edit conflict, side by side. */
  conflict: (page) => page.getByRole('alert').filter({ hasText: /somebody else saved/i }),
  keepMine: (page) => button(page, 'Keep mine'),
};

export const clientPage = {
  secret: (page) => page.locator('p.secret'),
  copySecret: (page) => button(page, 'Copy client secret'),
  keptSecret: (page) => button(page, 'I have kept it'),
  /** The lines for a shell that list customers. */
  lines: (page) => page.getByRole('main').locator('pre').filter({ hasText: '/api/v1/customers' }),
  secrets: (page) => page.getByRole('group', { name: 'Secrets', exact: true }).locator('tbody tr'),
  rotate: (page) => confirm(page.getByRole('main'), 'Rotate secret', 'Make a new secret'),
  revoke: (row) => confirm(row, 'Revoke', 'Revoke secret'),
  endTokens: (page) => confirm(page.getByRole('main'), 'End all tokens', 'End all tokens'),
  deactivate: (page) => confirm(page.getByRole('main'), 'Deactivate', 'Deactivate client'),
};

export const consentPage = {
  title: (page, client) => heading(page, `${client} wants access to your account`),
  allow: (page) => button(page, 'Allow'),
  refuse: (page) => button(page, 'Refuse'),
};

export const apiAccessPage = {
  end: (row) => button(row, /^End the access of/),
};
