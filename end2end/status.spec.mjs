// Where a customer stands: every action by its page, holds, changes for a later day, the history, and who may do what.

import { strict as assert } from 'node:assert';
import { arrive, person, way } from './record-screens.mjs';
import { complaint, field, fieldError, fill, hydrated, link, notice, skipBrowserChecks } from './screens.mjs';
import { become, inDays, statusMenu, statusPage } from './tree-screens.mjs';
import { hire, inspect, signIn, test, testBothWays, visit } from './support.mjs';

/** A person of a name that no other test uses, in a status. */
async function standing(page, surname, ...changes) {
  const email = `${surname}.${way(page.javascript)}@status.example`.toLowerCase();
  const customer = await person(page, way(page.javascript), surname, { email });
  for (const change of changes) await become(page, customer, change);
  return customer;
}

const ACTIVE = { to: 'active' };
const SUSPENDED = { to: 'suspended', hold: 'non_payment' };
const TERMINATED = { to: 'terminated', reason: 'moved' };

/** What the menu of a customer offers now. */
async function offered(page, customer) {
  await visit(page, `/customers/${customer.id}`);
  await statusMenu.open(page);
  return statusMenu.offered(page);
}

/** The status that is stored. */
async function statusOf(page, { id }) {
  return (await (await page.request.get(`/api/v1/customers/${id}`)).json()).status;
}

/** The key of a role that releases holds, but no serious ones. */
async function clerk(page) {
  const roles = await (await page.request.get('/api/v1/roles')).json();
  const may = (role, permission) => role.permissions.includes(permission);
  const fits = (role) => may(role, 'customers.release_hold') && !may(role, 'customers.release_serious_hold');
  return roles.find(fits).key;
}

testBothWays('the menu offers what the status allows', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Offering');
  assert.deepEqual(await offered(page, customer), ['Activate', 'Terminate']);
  await inspect(page, 'status menu of a new customer');
  await become(page, customer, ACTIVE);
  assert.deepEqual(await offered(page, customer), ['Suspend', 'Deactivate', 'Terminate']);
  await become(page, customer, SUSPENDED);
  assert.deepEqual(await offered(page, customer), ['Resume', 'Release a hold', 'Add a hold', 'Deactivate', 'Terminate']);
  await inspect(page, 'status menu of a suspended customer');
  await become(page, customer, { to: 'inactive', reason: 'Away' });
  assert.deepEqual(await offered(page, customer), ['Activate', 'Release a hold', 'Terminate']);
  await become(page, customer, TERMINATED);
  assert.deepEqual(await offered(page, customer), ['Reinstate']);
});

testBothWays('a new customer is activated', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Activating');
  await statusPage.choose(page, customer, 'Activate');
  await inspect(page, 'status activate');
  await fill(page, { Note: 'The line is up.' });
  await statusPage.done(page, 'Activate', 'Customer activated.');
  assert.equal(await statusPage.badge(page).innerText(), 'Active');
  await inspect(page, 'status activated');
});

testBothWays('whom nobody can reach is not activated, and the menu says why', async ({ open }) => {
  const page = await open();
  const customer = await person(page, way(page.javascript), 'Unreachable');
  await visit(page, `/customers/${customer.id}`);
  await statusMenu.open(page);
  const activate = statusMenu.item(page, /^Activate/);
  assert.equal(await activate.getAttribute('aria-disabled'), 'true');
  await activate.getByText('There is no way to reach the customer: add an e-mail address or a phone number first.').waitFor();
  await inspect(page, 'status menu with a reason');
  await visit(page, statusPage.path(customer, 'activate'));
  await page.getByText('This is not possible now').waitFor();
  await page.getByText('There is no way to reach the customer').waitFor();
  await inspect(page, 'status not possible');
  await link(page, 'Back to the customer').click();
  await arrive(page, `**/customers/${customer.id}`);
});

testBothWays('a suspension wants a reason, and what was typed stays', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Suspending', ACTIVE);
  await statusPage.choose(page, customer, 'Suspend');
  await fill(page, { Note: 'Three reminders went unanswered.', Until: inDays(20) });
  await skipBrowserChecks(page);
  await statusPage.submit(page, 'Suspend').click();
  await complaint(page).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'Reason'), /choose one/);
  assert.equal(await field(page, 'Note').inputValue(), 'Three reminders went unanswered.');
  assert.equal(await field(page, 'Until').inputValue(), inDays(20));
  await inspect(page, 'status suspend with errors');
  await fill(page, { Reason: 'Unpaid invoices' });
  await statusPage.done(page, 'Suspend', 'Customer suspended.');
  const banner = page.getByRole('main').locator('.banner').filter({ hasText: 'Suspended: unpaid invoices' });
  await banner.getByText(/Three reminders went unanswered\..*Ends by itself on /).waitFor();
  await inspect(page, 'status suspended');
});

testBothWays('a hold that would end before it begins is refused', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Backwards', ACTIVE);
  await visit(page, statusPage.path(customer, 'suspend'));
  await fill(page, { Reason: 'Technical', Until: inDays(-3) });
  await statusPage.submit(page, 'Suspend').click();
  await complaint(page).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'Until'), /day after the one on which the hold begins/);
  assert.equal(await field(page, 'Reason').inputValue(), 'technical');
});

testBothWays('holds are added and released one by one; with the last the service goes on', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Holding', ACTIVE, SUSPENDED);
  await statusPage.choose(page, customer, 'Add a hold');
  const reasons = await field(page, 'Reason').locator('option').allInnerTexts();
  assert.ok(!reasons.includes('Unpaid invoices') && reasons.includes('Abuse'), `${reasons}`);
  await inspect(page, 'status second hold');
  await fill(page, { Reason: 'Abuse', Note: 'Spam.' });
  await statusPage.done(page, 'Add a hold', 'Customer suspended.');
  await page.getByText('Suspended: unpaid invoices, abuse').waitFor();

  await link(page, 'Release the hold “Abuse”').click();
  await arrive(page, '**/status/release_hold?reason=abuse');
  assert.equal(await field(page, 'Hold').inputValue(), 'abuse');
  await inspect(page, 'status release');
  await fill(page, { Note: 'Cleaned up.' });
  await statusPage.done(page, 'Release a hold', 'Hold closed.');
  assert.equal(await statusOf(page, customer), 'suspended');
  await statusPage.choose(page, customer, 'Release a hold');
  await fill(page, { Hold: 'Unpaid invoices' });
  await statusPage.done(page, 'Release a hold', 'Hold closed.');
  assert.equal(await statusPage.badge(page).innerText(), 'Active');
});

testBothWays('resuming says which holds it closes', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Resuming', ACTIVE, SUSPENDED, { to: 'suspended', hold: 'technical' });
  await statusPage.choose(page, customer, 'Resume');
  await page.getByText('Holds that are closed: unpaid invoices, technical.').waitFor();
  await inspect(page, 'status resume');
  await statusPage.done(page, 'Resume', 'Customer activated.');
  assert.equal(await page.getByText('Suspended:').count(), 0);
});

testBothWays('a customer is deactivated for a reason, which is asked for', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Pausing', ACTIVE);
  await statusPage.choose(page, customer, 'Deactivate');
  await fill(page, { Note: 'Until spring.' });
  await skipBrowserChecks(page);
  await statusPage.submit(page, 'Deactivate').click();
  await complaint(page).waitFor();
  await hydrated(page);
  await fieldError(page, 'Reason');
  assert.equal(await field(page, 'Note').inputValue(), 'Until spring.');
  await fill(page, { Reason: 'Holiday home' });
  await statusPage.done(page, 'Deactivate', 'Customer deactivated.');
  assert.equal(await statusPage.badge(page).innerText(), 'Inactive');
});

testBothWays('activating a customer with a hold suspends it at once', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Relapsing', ACTIVE, SUSPENDED, { to: 'inactive', reason: 'Away' });
  await statusPage.choose(page, customer, 'Activate');
  await page.getByText('Activating this customer will suspend it: unpaid invoices').waitFor();
  await inspect(page, 'status activate with a hold');
  await statusPage.done(page, 'Activate', 'Customer suspended.');
  assert.equal(await statusOf(page, customer), 'suspended');
});

testBothWays('a customer is terminated and reinstated', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Returning', ACTIVE);
  await statusPage.choose(page, customer, 'Terminate');
  await skipBrowserChecks(page);
  await fill(page, { Note: 'Moved to Bergen.' });
  await statusPage.submit(page, 'Terminate').click();
  await complaint(page).waitFor();
  await hydrated(page);
  await fieldError(page, 'Reason');
  assert.equal(await field(page, 'Note').inputValue(), 'Moved to Bergen.');
  await inspect(page, 'status terminate');
  await fill(page, { Reason: 'Moved away' });
  await statusPage.done(page, 'Terminate', 'Customer terminated.');
  await statusPage.choose(page, customer, 'Reinstate');
  await fill(page, { Reason: 'Came back' });
  await inspect(page, 'status reinstate');
  await statusPage.done(page, 'Reinstate', 'Customer deactivated.');
  assert.equal(await statusPage.badge(page).innerText(), 'Inactive');
});

testBothWays('a change is set for a later day and cancelled again', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Planned', ACTIVE);
  await statusPage.choose(page, customer, 'Terminate');
  await fill(page, { Reason: 'Went to a competitor', 'On a later day': inDays(-2) });
  await statusPage.submit(page, 'Terminate').click();
  await complaint(page).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'On a later day'), /This day is over/);
  await fill(page, { 'On a later day': inDays(30), Note: 'End of the contract.' });
  await statusPage.done(page, 'Terminate', 'The change of status is set for its day.');
  assert.equal(await statusPage.badge(page).innerText(), 'Active');
  const waiting = page.getByRole('main').locator('.banner').filter({ hasText: /Becomes terminated on / });
  await waiting.getByText('End of the contract.').waitFor();
  await inspect(page, 'status scheduled');

  await statusPage.choose(page, customer, 'Deactivate');
  await page.getByText(/so none can be set for another day/).waitFor();
  assert.equal(await field(page, 'On a later day').count(), 0);
  await visit(page, `/customers/${customer.id}`);
  await statusPage.cancel(page).click();
  await page.waitForURL(/\?done=cancelled/);
  await notice(page, 'The change of status is cancelled.').waitFor();
  assert.equal(await waiting.count(), 0);
  await visit(page, `/customers/${customer.id}/history`);
  await page.getByRole('main').getByText(/Ada Administrator/).first().waitFor();
});

testBothWays('the page of the status tells every change and every hold', async ({ open }) => {
  const page = await open();
  const fresh = await standing(page, 'Unwritten');
  await visit(page, statusPage.path(fresh));
  await page.getByText('No changes yet', { exact: true }).waitFor();
  await page.getByText('No holds', { exact: true }).waitFor();
  await inspect(page, 'status without a past');

  const until = inDays(9);
  const held = { to: 'suspended', hold: 'fraud', note: 'Card was stolen.', resume_on: until };
  const customer = await standing(page, 'Chronicled', ACTIVE, held, { to: 'inactive', reason: 'Under review', note: 'Legal looks at it.' });
  await visit(page, `/customers/${customer.id}`);
  await statusMenu.open(page);
  await statusMenu.item(page, 'Status and holds').click();
  await arrive(page, `**${statusPage.path(customer)}`);
  const changes = await statusPage.changes(page).allInnerTexts();
  assert.equal(changes.length, 3);
  assert.match(changes[0], /Ada Administrator changed the status from suspended to inactive.*Under review.*Legal looks at it\./s);
  assert.match(changes[1], /from active to suspended.*Fraud.*Card was stolen\./s);
  assert.match(changes[2], /from new to active/);
  assert.match(await statusPage.holds(page).innerText(), /Fraud.*Card was stolen\..*Open/s);
  await page.getByText('Activating this customer will suspend it: fraud').waitFor();
  await inspect(page, 'status history');
});

testBothWays('a hold that this person may not close stops the resuming, and the menu says which', async ({ open, javascript }) => {
  const page = await open();
  const customer = await standing(page, 'Locked', ACTIVE, { to: 'suspended', hold: 'abuse' }, SUSPENDED);
  const theirs = await open({ signedIn: false });
  await signIn(theirs, await hire('Unlocking', javascript, await clerk(page)));
  await visit(theirs, `/customers/${customer.id}`);
  await statusMenu.open(theirs);
  const resume = statusMenu.item(theirs, /^Resume/);
  assert.equal(await resume.getAttribute('aria-disabled'), 'true');
  assert.match(await resume.innerText(), /to be closed: abuse\./);
  await inspect(theirs, 'status menu with remaining holds');
  assert.equal(await link(theirs, 'Release the hold “Abuse”').count(), 0);
  await link(theirs, 'Release the hold “Unpaid invoices”').click();
  await arrive(theirs, '**/status/release_hold?reason=non_payment');
  assert.deepEqual(await field(theirs, 'Hold').locator('option').allInnerTexts(), ['Choose a hold', 'Unpaid invoices']);
  await statusPage.done(theirs, 'Release a hold', 'Hold closed.');
  assert.equal(await statusOf(page, customer), 'suspended');
});

testBothWays('holds that came while the form was open are not passed over', async ({ open, javascript }) => {
  const page = await open();
  const customer = await standing(page, 'Overtaken', ACTIVE, SUSPENDED);
  const theirs = await open({ signedIn: false });
  await signIn(theirs, await hire('Overtaking', javascript, await clerk(page)));
  await visit(theirs, statusPage.path(customer, 'resume'));
  await statusPage.submit(theirs, 'Resume').waitFor();
  await become(page, customer, { to: 'suspended', hold: 'fraud' });
  await statusPage.submit(theirs, 'Resume').click();
  await complaint(theirs).waitFor();
  await hydrated(theirs);
  assert.match(await complaint(theirs).innerText(), /fraud/);
  await inspect(theirs, 'status holds remaining');
  assert.equal(await statusOf(page, customer), 'suspended');
});

testBothWays('an action that the status does not allow is refused by its page', async ({ open }) => {
  const page = await open({ allow: /status of 404/ });
  const customer = await standing(page, 'Misplaced');
  await visit(page, statusPage.path(customer, 'suspend'));
  await page.getByText('The customer is new.').waitFor();
  assert.equal(await statusPage.submit(page, 'Suspend').count(), 0);
  assert.equal((await visit(page, statusPage.path(customer, 'promote'))).status(), 404);
});

testBothWays('a read-only person sees where a customer stands, and no actions', async ({ open, javascript }) => {
  const page = await open();
  const customer = await standing(page, 'Observed', ACTIVE, SUSPENDED);
  await become(page, customer, { ...TERMINATED, effective_on: inDays(12) });
  const theirs = await open({ signedIn: false });
  await signIn(theirs, await hire('Observing', javascript));
  assert.deepEqual(await offered(theirs, customer), []);
  assert.deepEqual(await statusMenu.menu(theirs).getByRole('link').allInnerTexts(), ['Status and holds']);
  await theirs.getByText('Suspended: unpaid invoices').waitFor();
  await theirs.getByText(/Becomes terminated on /).waitFor();
  assert.equal(await statusPage.cancel(theirs).count(), 0);
  assert.equal(await link(theirs, /^Release the hold/).count(), 0);
  await inspect(theirs, 'status for reading');
  await visit(theirs, statusPage.path(customer, 'resume'));
  await theirs.getByText('This is not possible now').waitFor();
  await inspect(theirs, 'status action not permitted');
});

test('the menu is opened, walked, left and used by keys alone', async ({ open }) => {
  const page = await open();
  const customer = await standing(page, 'Keyboarded');
  await visit(page, `/customers/${customer.id}`);
  const summary = statusMenu.menu(page).locator('summary');
  const first = statusMenu.item(page, 'Activate');
  await summary.focus();
  await page.keyboard.press('Enter');
  await first.waitFor();
  await page.keyboard.press('Escape');
  await first.waitFor({ state: 'hidden' });
  assert.equal(await summary.evaluate((element) => element === document.activeElement), true);
  await page.keyboard.press('Space');
  await first.waitFor();
  for (const name of ['Activate', 'Terminate', 'Status and holds']) {
    await page.keyboard.press('Tab');
    assert.equal((await page.evaluate(() => document.activeElement.innerText)).trim(), name);
  }
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await arrive(page, `**${statusPage.path(customer, 'terminate')}`);
});

test('a reason why not is reached by the Tab key', async ({ open }) => {
  const page = await open();
  const customer = await person(page, 'Tabbed', 'Unreachable');
  await visit(page, `/customers/${customer.id}`);
  await statusMenu.menu(page).locator('summary').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.innerText), /Activate\s+There is no way to reach the customer/);
});
