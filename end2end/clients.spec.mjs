// API clients: made, tried from a shell, changed over to a new secret, shut out.

import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  checkbox,
  clientForm,
  clientList,
  clientPage,
  complaint,
  field,
  fieldError,
  fill,
  hydrated,
  notice,
  row,
  skipBrowserChecks,
} from './screens.mjs';
import { inspect, make, sameOrigin, testBothWays, visit } from './support.mjs';

const run = promisify(execFile);
const MACHINE = {
  is_confidential: true,
  grants: ['client_credentials'],
  scopes: ['customers.read'],
  scope: { all_partners: true, all_locations: true },
};

/** Pastes lines of a page into a shell; gives the JSON that comes back. */
async function paste(lines, variables = {}) {
  const { stdout } = await run('sh', ['-c', lines], { env: { ...process.env, no_proxy: '127.0.0.1', ...variables } });
  return JSON.parse(stdout);
}

/** What the token endpoint answers to these credentials. */
const askForToken = (page, clientId, secret) =>
  page.request.post('/oauth/token', {
    headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
    form: { grant_type: 'client_credentials' },
  });

const listCustomers = (page, token) => page.request.get('/api/v1/customers?limit=1', { headers: { authorization: `Bearer ${token}` } });

/** Waits for the page after a form that the browser sends itself. */
async function done(page, word, words) {
  await page.waitForURL((url) => url.searchParams.get('done') === word);
  await notice(page, words).waitFor();
  await hydrated(page);
}

testBothWays('a system without API clients says what they are for', async ({ open }) => {
  const page = await open();
  await visit(page, '/api-clients');
  await clientList.new(page).waitFor();
  const clients = await page.request.get('/api/v1/oauth-clients');
  if ((await clients.json()).length > 0) return;
  await clientList.empty(page).waitFor();
  await inspect(page, 'api clients empty');
});

testBothWays('a client is made, tried from a shell, and changed over to a new secret', async ({ open, javascript }) => {
  const page = await open();
  const name = `Billing ${javascript ? 'one' : 'two'}`;
  await visit(page, '/api-clients');
  await clientList.new(page).click();
  await page.waitForURL('**/api-clients/new');
  await clientForm.create(page).waitFor();
  await fill(page, { Name: name, Description: 'Writes the bills.' });
  await checkbox(page, 'See customers').check();
  await clientForm.create(page).click();
  await done(page, 'created', 'API client created.');
  await inspect(page, 'api client with secret');

  const old = await clientPage.secret(page).innerText();
  const found = await paste(await clientPage.lines(page).textContent());
  assert.equal(typeof found.total_count, 'number');
  if (javascript) {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await clientPage.copySecret(page).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), old);
  }
  await clientPage.keptSecret(page).click();
  await clientPage.secret(page).waitFor({ state: 'detached' });
  await hydrated(page);
  assert.doesNotMatch(await page.content(), new RegExp(old));
  const again = await paste(await clientPage.lines(page).textContent(), { ISP_CLIENT_SECRET: old });
  assert.equal(typeof again.total_count, 'number');

  await clientPage.rotate(page);
  await done(page, 'rotated', 'New secret made.');
  const next = await clientPage.secret(page).innerText();
  assert.notEqual(next, old);
  assert.equal(await clientPage.secrets(page).count(), 2);
  await inspect(page, 'api client with two secrets');
  const path = new URL(page.url()).pathname;
  const stored = await page.request.get(path.replace('/api-clients', '/api/v1/oauth-clients'));
  const { client_id: clientId } = await stored.json();
  for (const secret of [old, next]) assert.equal((await askForToken(page, clientId, secret)).status(), 200);
  await clientPage.revoke(clientPage.secrets(page).filter({ hasText: `…${old.slice(-4)}` }));
  await done(page, 'secret-revoked', 'Secret revoked.');
  assert.equal((await askForToken(page, clientId, old)).status(), 401);
  assert.equal((await askForToken(page, clientId, next)).status(), 200);

  await visit(page, '/api-clients');
  await clientList.open(page, name).waitFor();
});

testBothWays('what is refused is said at the field, and what was chosen stays', async ({ open }) => {
  const page = await open();
  await visit(page, '/api-clients/new');
  await fill(page, { Description: 'Refused', 'Kind of its tokens': 'JWT', 'Redirect URIs': 'http://app.example.net/back' });
  await checkbox(page, 'For itself').uncheck();
  await checkbox(page, 'Again without asking').check();
  await skipBrowserChecks(page);
  await clientForm.create(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  await fieldError(page, 'Name');
  assert.match(await fieldError(page, 'Redirect URIs'), /https/);
  assert.match(await complaint(page).innerText(), /what the client may ask for/);
  assert.match(await complaint(page).innerText(), /Refresh tokens come with/);
  assert.equal(await field(page, 'Redirect URIs').inputValue(), 'http://app.example.net/back');
  assert.equal(await checkbox(page, 'For itself').isChecked(), false);
  assert.equal(await checkbox(page, 'Again without asking').isChecked(), true);
  assert.equal(await page.getByRole('radio', { name: 'JWT' }).isChecked(), true);
  await inspect(page, 'api client new with errors');
});

testBothWays('a client is changed, and two changes at once are shown side by side', async ({ open, javascript }) => {
  const page = await open();
  const { id } = await make(page, 'oauth-clients', { ...MACHINE, name: `Contended ${javascript ? 'one' : 'two'}` });
  await visit(page, `/api-clients/${id}`);
  await fill(page, { Description: 'Mine first' });
  await clientForm.save(page).click();
  await done(page, 'saved', 'Changes saved.');

  const api = `/api/v1/oauth-clients/${id}`;
  const tag = (await page.request.get(api)).headers().etag;
  const theirs = await page.request.patch(api, { headers: { ...sameOrigin(), 'if-match': tag }, data: { description: 'Theirs' } });
  assert.equal(theirs.status(), 200, await theirs.text());
  await fill(page, { Description: 'Mine again' });
  await clientForm.save(page).click();
  await clientForm.conflict(page).waitFor();
  await hydrated(page);
  assert.match(await clientForm.conflict(page).innerText(), /Description\s+Theirs\s+Mine again/);
  await inspect(page, 'api client conflict');
  await clientForm.keepMine(page).click();
  await done(page, 'saved', 'Changes saved.');
  await page.getByRole('main').getByText('Mine again').first().waitFor();
});

testBothWays('tokens end at once, and a client that is shut out gets no more', async ({ open, javascript }) => {
  const page = await open();
  const name = `Shut out ${javascript ? 'one' : 'two'}`;
  const { id, client_id: clientId, client_secret: secret } = await make(page, 'oauth-clients', { ...MACHINE, name });
  const newToken = async () => (await (await askForToken(page, clientId, secret)).json()).access_token;
  const first = await newToken();
  assert.equal((await listCustomers(page, first)).status(), 200);
  await visit(page, `/api-clients/${id}`);
  await clientPage.endTokens(page);
  await done(page, 'tokens-revoked', 'All its tokens are ended.');
  assert.equal((await listCustomers(page, first)).status(), 401);

  const second = await newToken();
  assert.equal((await listCustomers(page, second)).status(), 200);
  await clientPage.deactivate(page);
  await done(page, 'deactivated', 'API client deactivated');
  await inspect(page, 'api client deactivated');
  assert.equal((await listCustomers(page, second)).status(), 401);
  assert.equal((await askForToken(page, clientId, secret)).status(), 401);
  await visit(page, `/authentication-events?event=client_failed&subject=${encodeURIComponent(name)}`);
  await row(page, 'API client could not prove itself').first().waitFor();
});
