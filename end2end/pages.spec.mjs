// Every page in both themes, with and without JavaScript: axe finds nothing, nothing scrolls sideways, the console is silent.

import { strict as assert } from 'node:assert';
import { button } from './screens.mjs';
import { administrator, inspect, sameOrigin, test, testBothWays, visit } from './support.mjs';

const PAGES = [
  { path: '/login', signedIn: false },
  { path: '/setup', signedIn: false, status: 410 },
  { path: '/customers' },
  { path: '/customers?status=active&category=company&country=NO' },
  { path: '/customers?q=zzzz-nobody' },
  { path: '/customers?created_from=yesterday', status: 422 },
  { path: '/customers/new' },
  { path: '/customers/import' },
  { path: '/customers/trash' },
  { path: '/customers/:id' },
  { path: '/customers/:id/edit' },
  { path: '/customers/:id/history' },
  { path: '/customers/999999999', status: 404 },
  { path: '/imports/999999999', status: 404 },
  { path: '/no-such-page', status: 404 },
  { path: '/dev/ui', optional: true },
];

let customer;

/** The id of one customer, made once. */
async function customerId(page) {
  customer ??= page.request
    .post('/api/v1/customers', {
      headers: sameOrigin(),
      data: { category: 'person', first_name: 'Inspected', last_name: `By ${administrator.name}`, email: 'inspected@example.net' },
    })
    .then(async (response) => (await response.json()).id);
  return customer;
}

for (const { path, status = 200, signedIn = true, optional = false } of PAGES) {
  testBothWays(path, async ({ open }) => {
    const page = await open({ signedIn, allow: optional || status >= 400 ? new RegExp(`status of ${optional ? 404 : status}`) : undefined });
    const address = path.includes(':id') ? path.replace(':id', await customerId(page)) : path;
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
