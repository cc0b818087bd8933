// Colleagues and roles: invited by mail, limited by their role, out at once when they leave.

import { strict as assert } from 'node:assert';
import {
  checkbox,
  choosePasswordForm,
  complaint,
  confirm,
  field,
  fieldError,
  fill,
  heading,
  hydrated,
  mainMenu,
  notice,
  roleForm,
  rolesPage,
  signInForm,
  skipBrowserChecks,
  staffForm,
  staffList,
} from './screens.mjs';
import { colleague, hire, inspect, mailedLink, make, signIn, testBothWays, visit } from './support.mjs';

const INVITATION = 'Your account in ISP Framework';
const READ_ONLY = 'Read only';

/** Goes to somebody's page through the list. */
async function openMember(page, person) {
  await visit(page, `/staff?q=${encodeURIComponent(person.username)}`);
  await staffList.open(page, person.name).click();
  await page.waitForURL(/\/staff\/\d+$/);
  await staffForm.save(page).waitFor();
}

testBothWays('a colleague is invited, chooses a password by the mail, and sees what the role allows', async ({ open, javascript }) => {
  const page = await open();
  const who = colleague('Invited', javascript);
  await visit(page, '/staff');
  await staffList.invite(page).click();
  await page.waitForURL('**/staff/new');
  await staffForm.send(page).waitFor();
  await fill(page, { 'Full name': who.name, Username: who.username, 'E-mail': who.email, Role: READ_ONLY });
  await staffForm.send(page).click();
  await page.waitForURL(/\/staff\/\d+\?done=invited/);
  await notice(page, 'Invitation sent.').waitFor();
  await hydrated(page);
  await inspect(page, 'staff invited');

  const theirs = await open({ signedIn: false, allow: /status of 4(03|10)/ });
  const link = await mailedLink(who.email, INVITATION);
  await visit(theirs, link);
  await theirs.getByText(`Welcome, ${who.name}.`).waitFor();
  await inspect(theirs, 'choose password');
  await choosePasswordForm.submit(theirs, who.password);
  await notice(theirs, 'Your password is set.').waitFor();
  await hydrated(theirs);
  await signInForm.submit(theirs, who.username, who.password);
  await theirs.waitForURL('**/customers');
  await hydrated(theirs);
  assert.deepEqual(await mainMenu(theirs), ['Customers', 'Hierarchy', 'Labels', 'Trash']);
  for (const closed of ['/staff', '/staff/new', '/roles', '/api-clients', '/authentication-events', '/admin/custom-fields/new']) {
    assert.equal((await visit(theirs, closed)).status(), 403, closed);
  }
  await inspect(theirs, 'forbidden');
  assert.equal((await visit(theirs, link)).status(), 410);
});

testBothWays('what runs the installation stands apart in the navigation', async ({ open }) => {
  const page = await open();
  await visit(page, '/admin/partners');
  const navigation = page.getByRole('navigation', { name: 'Main' });
  await navigation.getByText('Administration', { exact: true }).waitFor();
  const items = await mainMenu(page);
  assert.deepEqual(items.slice(0, 5), ['Customers', 'Hierarchy', 'Labels', 'Import', 'Trash']);
  assert.deepEqual(items.slice(5), ['Staff', 'Roles', 'API clients', 'Partners', 'Locations', 'Custom fields', 'Sign-ins']);
  assert.equal(await navigation.locator('[aria-current=page]').innerText(), 'Partners');
});

testBothWays('an invitation that cannot be sent says why', async ({ open }) => {
  const page = await open({ allow: /status of 422/ });
  await visit(page, '/staff/new');
  await fill(page, { 'Full name': 'Grace Refused', Username: 'a b', 'E-mail': 'grace@@example' });
  await skipBrowserChecks(page);
  await staffForm.send(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'Username'), /letters a to z/);
  assert.match(await fieldError(page, 'E-mail'), /address such as/);
  await fieldError(page, 'Role');
  assert.equal(await field(page, 'Full name').inputValue(), 'Grace Refused');
  assert.equal(await field(page, 'E-mail').inputValue(), 'grace@@example');
  await inspect(page, 'staff new with errors');
});

testBothWays('a role inherits, is given to somebody, and holds at once', async ({ open, javascript }) => {
  const page = await open();
  const role = `Night desk ${javascript ? 'one' : 'two'}`;
  await visit(page, '/roles');
  await rolesPage.new(page).click();
  await page.waitForURL('**/roles/new');
  await roleForm.create(page).waitFor();
  await fill(page, { Name: role, 'Inherits from': READ_ONLY, Description: 'Brings files in at night.' });
  await checkbox(page, 'Import customers from files').check();
  await roleForm.create(page).click();
  await page.waitForURL(/\/roles\/\d+\?done=created/);
  await notice(page, 'Role created.').waitFor();
  await hydrated(page);
  assert.equal(await checkbox(page, 'See customers').isDisabled(), true);
  assert.equal(await checkbox(page, 'See customers').isChecked(), true);
  await inspect(page, 'role of our own');

  await visit(page, '/roles');
  assert.equal(await rolesPage.grant(page, role, 'customers.import'), 'Granted');
  assert.equal(await rolesPage.grant(page, role, 'customers.read'), 'Inherited');
  assert.equal(await rolesPage.grant(page, role, 'customers.delete'), 'Not granted');
  await inspect(page, 'matrix with a role of our own');

  const who = await hire('Nightly', javascript);
  const theirs = await open({ signedIn: false });
  await signIn(theirs, who);
  assert.deepEqual(await mainMenu(theirs), ['Customers', 'Hierarchy', 'Labels', 'Trash']);
  await openMember(page, who);
  await fill(page, { Role: role });
  await staffForm.save(page).click();
  await page.waitForURL(/\/staff\/\d+\?done=saved/);
  await notice(page, 'Changes saved.').waitFor();
  await hydrated(page);
  await visit(theirs, '/customers');
  assert.deepEqual(await mainMenu(theirs), ['Customers', 'Hierarchy', 'Labels', 'Import', 'Trash']);
});

testBothWays('a role without a name is refused, and what was ticked stays', async ({ open }) => {
  const page = await open({ allow: /status of 422/ });
  await visit(page, '/roles/new');
  await checkbox(page, 'Create customers').check();
  await skipBrowserChecks(page);
  await roleForm.create(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  await fieldError(page, 'Name');
  assert.equal(await checkbox(page, 'Create customers').isChecked(), true);
  await inspect(page, 'role new with errors');
});

testBothWays('a role that nobody holds is deleted', async ({ open, javascript }) => {
  const page = await open();
  const name = `Short-lived ${javascript ? 'one' : 'two'}`;
  const { id } = await make(page, 'roles', { name });
  await visit(page, `/roles/${id}`);
  await heading(page, name).first().waitFor();
  await confirm(page.getByRole('main'), 'Delete', 'Delete role');
  await page.waitForURL(/\/roles\?done=deleted/);
  await notice(page, 'Role deleted.').waitFor();
});

testBothWays('whoever leaves is out at once, and may come back', async ({ open, javascript }) => {
  const page = await open();
  const who = await hire('Leaving', javascript);
  const theirs = await open({ signedIn: false });
  await signIn(theirs, who);
  await openMember(page, who);
  await confirm(page.getByRole('main'), 'Deactivate', 'Deactivate account');
  await notice(page, 'Account deactivated.').waitFor();
  await hydrated(page);
  await inspect(page, 'staff deactivated');
  await visit(theirs, '/customers');
  assert.match(theirs.url(), /\/login/);
  await page.getByRole('button', { name: 'Activate', exact: true }).click();
  await notice(page, 'Account activated.').waitFor();
  await signIn(theirs, who);
});
