// Every page in both themes, with and without JavaScript: axe finds nothing, nothing scrolls sideways, the console is silent.

import { strict as assert } from 'node:assert';
import { administrator, axe, noSidewaysScroll, phone, sameOrigin, screenshot, testBothWays, visit } from './support.mjs';

const PAGES = [
  { path: '/login', signedIn: false },
  { path: '/customers' },
  { path: '/customers?q=zzzz-nobody' },
  { path: '/customers/new' },
  { path: '/customers/import' },
  { path: '/customers/trash' },
  { path: '/customers/:id' },
  { path: '/customers/:id/edit' },
  { path: '/customers/:id/history' },
  { path: '/customers/999999999', status: 404 },
  { path: '/no-such-page', status: 404 },
  { path: '/dev/ui', optional: true },
];

let customer;

/** The path of one customer, made once. */
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
  for (const theme of ['light', 'dark']) {
    testBothWays(`${path} in ${theme}`, async ({ open, javascript }) => {
      const page = await open({ theme, signedIn, allow: optional || status >= 400 ? /status of 404/ : undefined });
      const address = path.includes(':id') ? path.replace(':id', await customerId(page)) : path;
      const response = await visit(page, address);
      if (optional && response.status() !== 200) return;
      assert.equal(response.status(), status);
      assert.ok((await page.title()).trim(), `${path} has no title`);
      await axe(page);
      await screenshot(page, `${path} ${theme}${javascript ? '' : ' no-js'}`);
      await page.setViewportSize(phone);
      await axe(page);
      await screenshot(page, `${path} ${theme}${javascript ? '' : ' no-js'} phone`);
      await page.setViewportSize({ width: 320, height: 800 });
      await noSidewaysScroll(page);
    });
  }
}
