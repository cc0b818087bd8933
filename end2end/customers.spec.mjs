// A customer's life: empty list, create, refuse, edit, conflict, delete, restore, history.

import { strict as assert } from 'node:assert';
import {
  customerForm,
  customerList,
  customerPage,
  field,
  fieldError,
  fill,
  heading,
  hydrated,
  notice,
  skipBrowserChecks,
} from './screens.mjs';
import { customerCount, inspect, test, testBothWays, visit } from './support.mjs';

const CUSTOMER_URL = /\/customers\/\d+(\?|$)/;

/** A person of a name that no other test uses. */
const person = (surname, javascript) => {
  const first = javascript ? 'Wanda' : 'Paula';
  return { first, name: `${first} ${surname}`, email: `${first}.${surname}@example.net`.toLowerCase(), surname };
};

/** Waits until it is where a person looks: nobody should have to scroll to learn of it. */
const inView = async (locator) => {
  const seen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && top < innerHeight && bottom > 0;
  };
  for (let tries = 0; tries < 20; tries += 1) {
    if (await locator.evaluate(seen)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
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
  await customerForm.save(page).waitFor();
  await fill(page, {
    Category: 'Person',
    'First name': who.first,
    'Last name': who.surname,
    'E-mail': who.email,
    Phone: javascript ? '030 1234567' : '040 7654321',
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
  await skipBrowserChecks(page);
  await customerForm.save(page).click();
  await page.locator('[aria-invalid=true]').first().waitFor();
  assert.match(await fieldError(page, 'E-mail'), /address such as/);
  assert.equal(await field(page, 'E-mail').inputValue(), 'grace@@example');
  assert.equal(await field(page, 'Last name').inputValue(), 'Refused');
  assert.ok(await page.getByRole('radio', { name: 'Person' }).isChecked());
  await hydrated(page);
  await inspect(page, 'new with errors');
  await customerForm.summary(page).getByRole('link').first().click();
  assert.equal(await field(page, 'E-mail').evaluate((input) => input === document.activeElement), true);
});

testBothWays('possible duplicates are warned of, and may be created anyway', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 409/ });
  const who = person('Twinning', javascript);
  await create(page, who);
  await visit(page, '/customers/new');
  await fill(page, { Category: 'Person', 'First name': who.first, 'Last name': who.surname, City: 'Delft' });
  await customerForm.save(page).click();
  await customerForm.duplicates(page).filter({ hasText: who.name }).first().waitFor();
  await hydrated(page);
  assert.equal(await inView(customerForm.duplicates(page).first()), true);
  assert.equal(await field(page, 'City').inputValue(), 'Delft');
  await inspect(page, 'duplicates');
  await customerForm.createAnyway(page).click();
  await page.waitForURL(CUSTOMER_URL);
});

testBothWays('a customer is edited', async ({ open, javascript }) => {
  const page = await open();
  const who = person('Before', javascript);
  const path = await create(page, who);
  await customerPage.edit(page).first().click();
  await page.waitForURL(`**${path}/edit`);
  await customerForm.save(page).waitFor();
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
  assert.equal(await inView(conflict), true);
  const shown = await conflict.innerText();
  assert.match(shown, /City\s+Maastricht\s+Leeuwarden/);
  assert.doesNotMatch(shown, /E-mail/);
  await hydrated(mine);
  await inspect(mine, 'edit conflict');

  await customerForm.keepMine(mine).click();
  await mine.waitForURL(CUSTOMER_URL);
  await mine.getByRole('main').getByText('Leeuwarden').first().waitFor();
});

testBothWays('a deleted customer comes back from the trash', async ({ open, javascript }) => {
  const page = await open();
  const who = person('Trashed', javascript);
  const path = await create(page, who);
  await customerPage.askToDelete(page);
  await inspect(page, 'delete');
  await visit(page, path);
  await customerPage.delete(page);
  await inspect(page, 'deleted');
  await customerPage.undo(page).click();
  await customerPage.edit(page).waitFor();
  await visit(page, path);
  await customerPage.delete(page);
  await visit(page, '/customers?q=' + encodeURIComponent(who.name));
  await customerList.noMatch(page).first().waitFor();

  await visit(page, '/customers/trash');
  const row = page.getByRole('main').getByRole('row').filter({ hasText: who.name });
  await inspect(page, 'trash with customers');
  await customerPage.restore(row).click();
  await page.getByText('The trash is empty').or(notice(page, 'Customer restored.')).waitFor();
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
  await page.waitForURL(`**${path}/history`);
  const main = page.getByRole('main');
  await main.getByText('Utrecht').first().waitFor();
  await main.getByText('Zwolle').first().waitFor();
  await main.getByText(/Ada Administrator\s*changed City/).waitFor();
  await main.getByText(/Ada Administrator\s*created the customer/).waitFor();
  await hydrated(page);
  await inspect(page, 'history of a change');
});
