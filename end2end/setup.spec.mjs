// The first administrator, signing in and out.

import { strict as assert } from 'node:assert';
import { button, hydrated, setupForm, signInForm, signOut } from './screens.mjs';
import { administrator, signIn, test, testBothWays, visit, world } from './support.mjs';

test('the set-up link makes the first administrator and is gone afterwards', async ({ open }) => {
  const page = await open({ signedIn: false, allow: /status of (403|404|410)/ });
  await visit(page, world.server.setupLink);
  await setupForm.submit(page, administrator);
  await page.waitForURL('**/customers');
  world.administrator = Promise.resolve();

  const other = await open({ signedIn: false, allow: /status of (403|404|410)/ });
  await visit(other, world.server.setupLink);
  assert.equal(await button(other, 'Create administrator').count(), 0);
});

testBothWays('signing out ends the session', async ({ open }) => {
  const page = await open({ signedIn: false });
  await signIn(page);
  await signOut(page);
  await page.waitForURL('**/login**');
  await visit(page, '/customers');
  assert.match(page.url(), /\/login/);
});

testBothWays('a wrong password and an unknown name get the same answer, once', async ({ open }) => {
  const answers = [];
  for (const [username, password] of [[administrator.username, 'not-the-password-1'], ['nobody', 'not-the-password-1']]) {
    const page = await open({ signedIn: false, allow: /status of 401/ });
    await visit(page, '/login');
    await signInForm.submit(page, username, password);
    const alert = page.getByRole('alert').filter({ hasText: /\S/ });
    await alert.first().waitFor();
    assert.equal(await alert.count(), 1);
    answers.push(await alert.innerText());
    assert.match(page.url(), /\/login/);
  }
  assert.equal(answers[0], answers[1]);
});

testBothWays('a deep link returns after signing in', async ({ open }) => {
  const page = await open({ signedIn: false });
  await visit(page, '/customers?status=active');
  assert.match(page.url(), /\/login/);
  await signInForm.submit(page, administrator.username, administrator.password);
  await page.waitForURL(/\/customers\?status=active/);
  await hydrated(page);
});
