// Every page in both themes, with and without JavaScript: axe finds nothing, nothing scrolls sideways, the console is silent.

import { strict as assert } from 'node:assert';
import { button } from './screens.mjs';
import { administrator, inspect, mailedLink, make, test, testBothWays, visit } from './support.mjs';

const PAGES = [
  { path: '/login', signedIn: false },
  { path: '/login/code', signedIn: false },
  { path: '/forgot-password', signedIn: false },
  { path: '/choose-password?token=:invitation', signedIn: false },
  { path: '/choose-password?token=nobody-has-it', signedIn: false, status: 410 },
  { path: '/setup', signedIn: false, status: 410 },
  { path: '/customers' },
  { path: '/customers?status=active&category=company&country=NO' },
  { path: '/customers?q=zzzz-nobody' },
  { path: '/customers?created_from=yesterday', status: 422 },
  { path: '/customers/new' },
  { path: '/customers/import' },
  { path: '/customers/trash' },
  { path: '/customers/:customer' },
  { path: '/customers/:customer/edit' },
  { path: '/customers/:customer/history' },
  { path: '/customers/:customer/contacts' },
  { path: '/customers/:customer/hierarchy' },
  { path: '/customers/:customer/hierarchy?move=1&parent_q=zzzz-nobody' },
  { path: '/customers/:customer/status' },
  { path: '/customers/:customer/status/activate' },
  { path: '/customers/:customer/status/resume' },
  { path: '/customers/:customer/status/promote', status: 404 },
  { path: '/customers/999999999', status: 404 },
  { path: '/customers/999999999/contacts', status: 404 },
  { path: '/customers/999999999/hierarchy', status: 404 },
  { path: '/customers/999999999/status', status: 404 },
  { path: '/customers/999999999/status/activate', status: 404 },
  { path: '/hierarchy' },
  { path: '/labels' },
  { path: '/admin/partners' },
  { path: '/admin/locations' },
  { path: '/admin/custom-fields' },
  { path: '/admin/custom-fields/new' },
  { path: '/admin/custom-fields/999999999', status: 404 },
  { path: '/imports/999999999', status: 404 },
  { path: '/account' },
  { path: '/account/second-factor' },
  { path: '/account/sessions' },
  { path: '/account/api' },
  { path: '/authentication-events' },
  { path: '/authentication-events?event=sign_in&subject=ada&from=2020-01-01' },
  { path: '/authentication-events?subject=zzzz-nobody' },
  { path: '/authentication-events?from=yesterday', status: 422 },
  { path: '/staff' },
  { path: '/staff?q=zzzz-nobody' },
  { path: '/staff/new' },
  { path: '/staff/:self' },
  { path: '/staff/:colleague' },
  { path: '/staff/999999999', status: 404 },
  { path: '/roles' },
  { path: '/roles/new' },
  { path: '/roles/:system-role' },
  { path: '/roles/:own-role' },
  { path: '/roles/999999999', status: 404 },
  { path: '/api-clients' },
  { path: '/api-clients/new' },
  { path: '/api-clients/:application' },
  { path: '/api-clients/999999999', status: 404 },
  { path: '/oauth/consent?:request' },
  { path: '/oauth/consent', status: 400 },
  { path: '/no-such-page', status: 404 },
  { path: '/dev/ui', optional: true },
];

const REDIRECT_URI = 'https://app.example.net/back';
const CUSTOMER = { category: 'person', first_name: 'Inspected', last_name: `By ${administrator.name}`, email: 'inspected@example.net' };
const COLLEAGUE = { full_name: 'Ines Inspected', username: 'ines.inspected', email: 'ines@example.net', role: 'read-only' };
const APPLICATION = {
  name: 'Inspected app',
  description: 'Has something of everything.',
  is_confidential: true,
  token_kind: 'jwt',
  grants: ['client_credentials', 'authorization_code', 'refresh_token'],
  redirect_uris: REDIRECT_URI,
  scopes: ['read', 'customers.update'],
  scope: { all_locations: true },
};
const REQUEST = {
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'read customers.update',
  state: 'a b&c',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

const read = async (page, path) => (await page.request.get(`/api/v1/${path}`)).json();
const idOf = async (record) => (await record).id;

/** What stands for a record in the paths above, and how it comes to be. */
const RECORDS = {
  customer: (page) => idOf(make(page, 'customers', CUSTOMER)),
  self: (page) => idOf(read(page, 'auth/me')),
  colleague: (page) => idOf(make(page, 'staff', { ...COLLEAGUE, scope: { all_partners: true } })),
  async invitation(page) {
    await recordOf(page, 'colleague');
    return new URL(await mailedLink(COLLEAGUE.email, 'Your account in ISP Framework')).searchParams.get('token');
  },
  'system-role': async (page) => (await read(page, 'roles')).find(({ key }) => key === COLLEAGUE.role).id,
  async 'own-role'(page) {
    const parent = await recordOf(page, 'system-role');
    return idOf(make(page, 'roles', { name: 'Inspected role', parent, permissions: ['audit.read'], requires_second_factor: true }));
  },
  application: (page) => idOf(make(page, 'oauth-clients', APPLICATION)),
  async request(page) {
    const { client_id } = await read(page, `oauth-clients/${await recordOf(page, 'application')}`);
    return new URLSearchParams({ ...REQUEST, client_id });
  },
};
const records = {};
/** Each record is made once. */
const recordOf = (page, name) => (records[name] ??= RECORDS[name](page));

for (const { path, status = 200, signedIn = true, optional = false } of PAGES) {
  testBothWays(path, async ({ open }) => {
    const page = await open({ signedIn, allow: optional || status >= 400 ? new RegExp(`status of ${optional ? 404 : status}`) : undefined });
    const [place, name] = path.match(/:([a-z-]+)/) ?? [];
    const address = name ? path.replace(place, await recordOf(await open(), name)) : path;
    const response = await visit(page, address);
    if (optional && response.status() === 404) return;
    assert.equal(response.status(), status);
    assert.match(await page.title(), /\S · ISP Framework$/, `${path} has no title of its own`);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, `${path} wants one main heading`);
    await inspect(page, path);
  });
}

testBothWays('the colours that were chosen stay', async ({ open }) => {
  const page = await open();
  await visit(page, '/customers');
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.locator('summary', { hasText: administrator.name }).click();
  await inspect(page, 'user menu');
  await button(page, 'Dark').click();
  await page.locator('html[data-theme=dark]').waitFor();
  assert.notEqual(await paper(), light);
  await visit(page, '/customers/new');
  assert.notEqual(await paper(), light);
});

test('a script without the nonce is refused, and the tests would hear of it', async ({ open }) => {
  const page = await open({ allow: /Content Security Policy/ });
  await visit(page, '/customers');
  const message = page.waitForEvent('console', (message) => /Content Security Policy/.test(message.text()));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.intruder = true';
    document.body.append(script);
  });
  await message;
  assert.equal(await page.evaluate(() => globalThis.intruder), undefined);
});
