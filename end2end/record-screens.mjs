// The one place that knows the labels of the screens around the record: labels, contacts, custom fields, places.

import { button, confirm, field, hydrated, link } from './screens.mjs';
import { make, visit } from './support.mjs';

/** Which of the two ways a test runs, as a word for names that must differ. */
export const way = (javascript) => (javascript ? 'Swift' : 'Plain');

/** Makes a person through REST; gives the record. */
export const person = (page, first_name, last_name, more = {}) =>
  make(page, 'customers', { category: 'person', first_name, last_name, ...more });

/** People of one surname, which no other test uses. */
export async function people(page, surname, firsts) {
  const made = [];
  for (const first of firsts) made.push(await person(page, first, surname));
  return made;
}

/** Puts a label on a customer through REST. */
export const wear = (page, customer, label) => make(page, `customers/${customer.id}/labels`, { label_id: label.id });

/** A card or an entry by its heading. */
export const card = (page, title) =>
  page
    .getByRole('main')
    .locator('section, .card')
    .filter({ has: page.getByRole('heading', { name: title, exact: true, level: 2 }) })
    .first();

/** Waits for an address and for the page behind it. */
export async function arrive(page, url) {
  await page.waitForURL(url);
  await hydrated(page);
}

/** Both versions met: somebody else was faster. */
export const changedMeanwhile = (page) => page.getByRole('alert').filter({ hasText: 'Somebody else saved a change since you opened this' });

export const labelsPage = {
  empty: (page) => page.getByText('No labels yet', { exact: true }),
  newLabel: (page) => link(page, 'New label'),
  newCategory: (page) => link(page, 'New category'),
  createLabel: (page) => button(page, 'Create label'),
  saveLabel: (page) => button(page, 'Save label'),
  createCategory: (page) => button(page, 'Create category'),
  /** One of the suggested colours: the box itself is drawn by its swatch. */
  swatch: (page, name) => page.getByTitle(name, { exact: true }),
  chosenSwatch: (page, name) => page.getByRole('radio', { name, exact: true }),
  hex: (page) => page.getByLabel('Another colour, such as #2563eb'),
  /** How the label will look. */
  preview: (page) => page.getByRole('group', { name: 'Colour', exact: true }).locator('.label-chip'),
  edit: (page, name) => link(page, `Edit ${name}`),
  deleteLabel: (page) => confirm(page.getByRole('main'), 'Delete', 'Delete label'),
};

/** The colour that a chip is filled with. */
export const colourOf = (chip) => chip.locator('rect').getAttribute('fill');

export const labelsCard = {
  card: (page) => card(page, 'Labels'),
  worn: (page) => labelsCard.card(page).locator('.labels-worn > li'),
  details: (page) => labelsCard.card(page).getByText('Notes and expiry', { exact: true }),
  add: (page) => button(labelsCard.card(page), 'Add label'),
  remove: (page, name) => button(labelsCard.card(page), `Remove ${name}`),
  /** The labels beside the name of the customer. */
  beside: (page) => page.locator('.page-head').getByRole('list', { name: 'Labels' }).getByRole('listitem'),
};

export const bulkBar = {
  form: (page) => page.locator('form#bulk'),
  count: (page) => bulkBar.form(page).locator('.bulk-count'),
  tick: (page, name) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check(),
  label: (page) => field(bulkBar.form(page), 'Label'),
  add: (page) => button(bulkBar.form(page), 'Add label'),
  remove: (page) => button(bulkBar.form(page), 'Remove label'),
  selectPage: (page) => button(page, 'Select page'),
  clearSelection: (page) => button(page, 'Clear selection'),
  selectAll: (page) => button(page, /^Select all [\d,]+ matching$/),
  refine: (page) => page.getByRole('main').locator('summary').filter({ hasText: 'Refine' }),
  facet: (page, name) => page.getByRole('main').locator('.facets').getByRole('link', { name }),
  /** What came of it. */
  outcome: (page, words) => page.getByRole('main').getByRole('status').filter({ hasText: words }),
};

export const contactsPage = {
  path: (customer) => `/customers/${customer.id}/contacts`,
  noContacts: (page) => page.getByText('No contacts yet', { exact: true }),
  noAddresses: (page) => page.getByText('No addresses yet', { exact: true }),
  addContact: (page) => link(page, 'Add contact').first(),
  addAddress: (page) => link(page, 'Add address').first(),
  saveNewContact: (page) => button(page, 'Add contact'),
  saveContact: (page) => button(page, 'Save contact'),
  saveNewAddress: (page) => button(page, 'Add address'),
  saveAddress: (page) => button(page, 'Save address'),
  /** A contact or address by its heading. */
  entry: (page, name) =>
    page.getByRole('main').getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true, level: 3 }) }),
  edit: (page, name) => link(contactsPage.entry(page, name), 'Edit'),
  makePrimary: (page, name) => button(contactsPage.entry(page, name), 'Make primary'),
  askToRemove: (page, name) => button(contactsPage.entry(page, name), 'Remove').click(),
  question: (page, name) => page.getByRole('dialog', { name: `Remove ${name}?`, exact: true }),
};

export const fieldsPage = {
  path: '/admin/custom-fields',
  empty: (page) => page.getByText('No custom fields yet', { exact: true }),
  new: (page) => link(page, 'New custom field'),
  create: (page) => button(page, 'Create custom field'),
  save: (page) => button(page, 'Save changes'),
  archive: (page) => button(page, 'Archive'),
  unarchive: (page) => button(page, 'Take back from the archive'),
  table: (page, name) => page.getByRole('table', { name, exact: true }),
  delete: (page) => confirm(page.getByRole('main'), 'Delete', 'Delete custom field'),
};

/** What differs between the pages of partners and of locations. */
export const placesPage = {
  path: (kind) => `/admin/${kind}s`,
  new: (page, kind) => link(page, `New ${kind}`),
  add: (page, kind) => button(page, `Add ${kind}`),
  save: (page) => button(page, 'Save changes'),
  edit: (page, name) => link(page, `Edit ${name}`),
  row: (page, name) => page.getByRole('main').getByRole('row').filter({ has: page.getByRole('cell', { name }) }),
  /** Opens the page of one through the list. */
  async openEdit(page, kind, name) {
    await visit(page, placesPage.path(kind));
    await placesPage.edit(page, name).click();
    await arrive(page, /\?edit=\d+/);
  },
};
