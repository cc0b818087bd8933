// One's own account: profile, password, sessions, second factor, and the ways back in.

import { strict as assert } from 'node:assert';
import { Authenticator } from './authenticator.mjs';
import {
  accountPage,
  choosePasswordForm,
  codeForm,
  complaint,
  fieldError,
  forgotForm,
  hydrated,
  link,
  mainMenu,
  notice,
  row,
  secondFactorPage as factor,
  sessionsPage,
  signInForm,
  signOut,
} from './screens.mjs';
import { hire, inspect, mailedLink, make, signIn, testBothWays, visit } from './support.mjs';

const NEW_PASSWORD = 'amber-windmill-ferry-88';
const RESET = 'Choose a new password for ISP Framework';
const REFUSED = /status of 4\d\d/;

const isAt = (path) => (url) => url.pathname === path;

/** A page of somebody who has just signed in. */
async function openAs(open, person, options) {
  const page = await open({ signedIn: false, ...options });
  await signIn(page, person);
  return page;
}

/** Leaves, and comes back as far as the question for the code. */
async function returnToCode(page, person) {
  await signOut(page);
  await page.waitForURL(isAt('/login'));
  await hydrated(page);
  await signInForm.submit(page, person.username, person.password);
  await page.waitForURL(isAt('/login/code'));
  await hydrated(page);
}

/** Does the session of the page still open anything? */
async function isSignedIn(page) {
  await visit(page, '/account');
  return new URL(page.url()).pathname !== '/login';
}

testBothWays('people keep their own profile', async ({ open, javascript }) => {
  const who = await hire('Profiled', javascript);
  const page = await openAs(open, who, { allow: REFUSED });
  await visit(page, '/account');
  await accountPage.saveProfile(page, { 'Time zone': 'Atlantis/Capital' });
  await complaint(page).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'Time zone'), /IANA name/);
  await inspect(page, 'account with errors');
  await accountPage.saveProfile(page, { 'Full name': `${who.name} Junior`, 'Time zone': 'Europe/Oslo' });
  await notice(page, 'Profile saved.').waitFor();
  await hydrated(page);
  await page.getByRole('banner').getByText(`${who.name} Junior`).waitFor();
});

testBothWays('a new password ends every other session', async ({ open, javascript }) => {
  const who = await hire('Changed', javascript);
  const here = await openAs(open, who, { allow: REFUSED });
  const there = await openAs(open, who);
  await visit(here, '/account');
  await accountPage.changePassword(here, 'not-the-password-1', NEW_PASSWORD);
  await complaint(here).waitFor();
  await hydrated(here);
  assert.match(await fieldError(here, 'Current password'), /not your password/);
  await accountPage.changePassword(here, who.password, NEW_PASSWORD);
  await notice(here, 'Password changed.').waitFor();
  await hydrated(here);
  await inspect(here, 'password changed');
  assert.equal(await isSignedIn(here), true);
  assert.equal(await isSignedIn(there), false);
  await signIn(there, { ...who, password: NEW_PASSWORD });
});

testBothWays('another session is ended, then all others', async ({ open, javascript }) => {
  const who = await hire('Everywhere', javascript);
  const here = await openAs(open, who);
  const there = await openAs(open, who);
  await visit(here, '/account/sessions');
  assert.equal(await sessionsPage.rows(here).count(), 2);
  await inspect(here, 'two sessions');
  await sessionsPage.end(here).click();
  await notice(here, 'Signed out there.').waitFor();
  await sessionsPage.end(here).waitFor({ state: 'detached' });
  assert.equal(await isSignedIn(there), false);

  await signIn(there, who);
  await visit(here, '/account/sessions');
  await sessionsPage.endOthers(here);
  await sessionsPage.end(here).waitFor({ state: 'detached' });
  assert.equal(await isSignedIn(there), false);
  assert.equal(await isSignedIn(here), true);
});

testBothWays('a second factor is set up and asked for, and recovery codes stand in for it', async ({ open, javascript }) => {
  const who = await hire('Factored', javascript);
  const page = await openAs(open, who, { allow: REFUSED });
  await visit(page, '/account/second-factor');
  await inspect(page, 'second factor off');
  await factor.start(page, who.password);
  await factor.picture(page).waitFor();
  await hydrated(page);
  await inspect(page, 'second factor pending');
  const app = new Authenticator(await factor.key(page).innerText());
  await factor.turnOn(page, app.code());
  await factor.codes(page).first().waitFor();
  await hydrated(page);
  const codes = await factor.codes(page).allInnerTexts();
  assert.equal(new Set(codes).size, 10);
  await inspect(page, 'recovery codes');
  await factor.keptCodes(page).click();
  await factor.isOn(page).waitFor();
  await hydrated(page);
  await inspect(page, 'second factor on');

  await returnToCode(page, who);
  await inspect(page, 'sign-in code');
  await codeForm.submit(page, app.code());
  await page.waitForURL(isAt('/customers'));
  await hydrated(page);

  await returnToCode(page, who);
  await codeForm.submit(page, codes[0].toUpperCase());
  await page.waitForURL(isAt('/customers'));
  await hydrated(page);
  await returnToCode(page, who);
  await codeForm.submit(page, codes[0]);
  await complaint(page).waitFor();
  assert.match(await complaint(page).innerText(), /used before/);
  await visit(page, '/customers');
  assert.match(page.url(), /\/login/);

  const administrators = await open();
  await visit(administrators, `/authentication-events?event=recovery_code_used&subject=${who.username}`);
  await row(administrators, 'Recovery code used').waitFor();
  assert.equal(await row(administrators, 'Recovery code used').count(), 1);
});

testBothWays('a role that asks for a second factor opens nothing before', async ({ open, javascript }) => {
  const administrators = await open();
  const role = { name: `Guarded ${javascript ? 'desk' : 'shop'}`, permissions: ['customers.read'], requires_second_factor: true };
  const { key } = await make(administrators, 'roles', role);
  const who = await hire('Guarded', javascript, key);
  const page = await openAs(open, who);
  assert.equal(new URL(page.url()).pathname, '/account/second-factor');
  await page.getByText('Your role asks for a second factor').first().waitFor();
  assert.deepEqual(await mainMenu(page), []);
  await inspect(page, 'second factor required');
  await factor.start(page, who.password);
  await factor.picture(page).waitFor();
  await hydrated(page);
  const app = new Authenticator(await factor.key(page).innerText());
  await factor.turnOn(page, app.code());
  await factor.keptCodes(page).click();
  await factor.isOn(page).waitFor();
  await visit(page, '/customers');
  assert.equal(new URL(page.url()).pathname, '/customers');
});

testBothWays('a forgotten password is replaced by mail, and nobody learns who has an account', async ({ open, javascript }) => {
  const who = await hire('Forgetful', javascript);
  const page = await open({ signedIn: false, allow: REFUSED });
  const answers = [];
  for (const name of [`nobody.${who.username}`, who.email]) {
    await visit(page, '/login');
    await link(page, 'Forgot your password?').click();
    await page.waitForURL(isAt('/forgot-password'));
    await forgotForm.submit(page, name);
    await notice(page, 'If an account exists').waitFor();
    await hydrated(page);
    answers.push(await page.getByRole('main').innerText());
  }
  assert.equal(answers[0], answers[1]);
  await inspect(page, 'forgot password sent');

  const reset = await mailedLink(who.email, RESET);
  await visit(page, reset);
  await choosePasswordForm.submit(page, 'short');
  await complaint(page).waitFor();
  await hydrated(page);
  await fieldError(page, 'Password');
  await inspect(page, 'choose password with errors');
  await choosePasswordForm.submit(page, NEW_PASSWORD);
  await notice(page, 'Your password is set.').waitFor();
  await hydrated(page);
  await inspect(page, 'password chosen');
  await signInForm.submit(page, who.username, who.password);
  await complaint(page).waitFor();
  await hydrated(page);
  await signInForm.submit(page, who.username, NEW_PASSWORD);
  await page.waitForURL(isAt('/customers'));
  await hydrated(page);
  assert.equal((await visit(page, reset)).status(), 410);
});
