// A customer's life: empty list, create, refuse, edit, conflict, delete, restore, history.

import { strict as assert } from 'node:assert';
import { customerForm, customerList, customerPage, field, fieldError, fill, heading, hydrated } from './screens.mjs';
import { customerCount, test, testBothWays, visit } from './support.mjs';

const CUSTOMER_URL = /\/customers\/\d+$/;

/** A person of a name that no other test uses. */
const person = (surname, javascript) => {
  const first = javascript ? 'Wanda' : 'Paula';
  return { first, name: `${first} ${surname}`, email: `${first}.${surname}@example.net`.toLowerCase(), surname };
};

async function create(page, { first, surname, email }) {
  await visit(page, '/customers/new');
  await fill(page, { Category: 'Person', 'First name': first, 'Last name': surname, 'E-mail': email, City: 'Utrecht' });
  await customerForm.save(page).click();
  await page.waitForURL(CUSTOMER_URL);
  await hydrated(page);
  return new URL(page.url()).pathname;
}

test('a system without customers says how to get some', async ({ open }) => {
  const page = await open();
  await visit(page, '/customers');
  if ((await customerCount(page)) === 0) await customerList.empty(page).waitFor();
  await customerList.new(page).waitFor();
});

testBothWays('a person is created and shown', async ({ open, javascript }) => {
  const page = await open();
  const who = person('Lovelace', javascript);
  await visit(page, '/customers');
  await customerList.new(page).click();
  await page.waitForURL('**/customers/new');
  await hydrated(page);
  await fill(page, {
    Category: 'Person',
    'First name': who.first,
    'Last name': who.surname,
    'E-mail': who.email,
    Phone: '030 1234567',
    City: 'Utrecht',
    Country: 'Netherlands',
  });
  await customerForm.save(page).click();
  await page.waitForURL(CUSTOMER_URL);
  await heading(page, who.name).first().waitFor();
  await visit(page, '/customers');
  await customerList.open(page, who.name).waitFor();
});

testBothWays('a company is created and shown', async ({ open, javascript }) => {
  const page = await open();
  const company = `${javascript ? 'North' : 'South'} Cable Works`;
  await visit(page, '/customers/new');
  await fill(page, { Category: 'Company' });
  await fill(page, { Company: company });
  await customerForm.save(page).click();
  await page.waitForURL(CUSTOMER_URL);
  await heading(page, company).first().waitFor();
});

testBothWays('what is refused is said at the field, and what was typed stays', async ({ open }) => {
  const page = await open({ allow: /status of 422/ });
  await visit(page, '/customers/new');
  await fill(page, { Category: 'Person', 'First name': 'Grace', 'Last name': 'Refused', 'E-mail': 'grace@@example' });
  // The browser's own check of type=email would come first.
  await page.locator('form').evaluateAll((forms) => forms.forEach((form) => (form.noValidate = true)));
  await customerForm.save(page).click();
  await page.locator('[aria-invalid=true]').first().waitFor();
  assert.match(await fieldError(page, 'E-mail'), /e-?mail/i);
  assert.equal(await field(page, 'E-mail').inputValue(), 'grace@@example');
  assert.equal(await field(page, 'Last name').inputValue(), 'Refused');
});

testBothWays('a customer is edited', async ({ open, javascript }) => {
  const page = await open();
  const who = person('Before', javascript);
  const path = await create(page, who);
  await customerPage.edit(page).first().click();
  await page.waitForURL(`**${path}/edit`);
  await hydrated(page);
  await fill(page, { City: 'Groningen' });
  await customerForm.save(page).click();
  await page.waitForURL(CUSTOMER_URL);
  await page.getByRole('main').getByText('Groningen').first().waitFor();
});

testBothWays('two edits at once are shown side by side', async ({ open, javascript }) => {
  const mine = await open({ allow: /status of 4(09|12)/ });
  const path = await create(mine, person('Contended', javascript));
  const theirs = await open();
  await visit(mine, `${path}/edit`);
  await visit(theirs, `${path}/edit`);

  await fill(theirs, { City: 'Maastricht' });
  await customerForm.save(theirs).click();
  await theirs.waitForURL(CUSTOMER_URL);

  await fill(mine, { City: 'Leeuwarden' });
  await customerForm.save(mine).click();
  const conflict = customerForm.conflict(mine);
  await conflict.waitFor();
  const shown = await conflict.evaluate((region) => region.innerText + [...region.querySelectorAll('input')].map((i) => i.value));
  assert.match(shown, /Maastricht/);
  assert.match(shown, /Leeuwarden/);

  await customerForm.keepMine(mine).click();
  await mine.waitForURL(CUSTOMER_URL);
  await mine.getByRole('main').getByText('Leeuwarden').first().waitFor();
});

testBothWays('a deleted customer comes back from the trash', async ({ open, javascript }) => {
  const page = await open();
  const who = person('Trashed', javascript);
  const path = await create(page, who);
  await customerPage.delete(page);
  await page.waitForURL((url) => url.pathname !== path);
  await visit(page, '/customers/trash');
  const row = page.getByRole('main').getByRole('row').filter({ hasText: who.name });
  await customerPage.restore(row).click();
  await row.waitFor({ state: 'detached' }).catch(() => {});
  await visit(page, path);
  await heading(page, who.name).first().waitFor();
});

testBothWays('the history shows who changed what', async ({ open, javascript }) => {
  const page = await open();
  const path = await create(page, person('Historic', javascript));
  await visit(page, `${path}/edit`);
  await fill(page, { City: 'Zwolle' });
  await customerForm.save(page).click();
  await page.waitForURL(CUSTOMER_URL);
  await hydrated(page);
  await customerPage.history(page).first().click();
  await page.waitForURL(`**${path}/*`);
  const main = page.getByRole('main');
  await main.getByText('Utrecht').first().waitFor();
  await main.getByText('Zwolle').first().waitFor();
  await main.getByText(/Ada/).first().waitFor();
});
