// Makes the README's pictures: a demo database of its own, one sign-in, the list and one customer.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { customerList, hydrated, signInForm } from './screens.mjs';
import { startServer } from './server.mjs';
import { chromium } from './support.mjs';

const binary = resolve(process.env.ISP_BIN ?? join(import.meta.dirname, '../target/isp'));
const images = join(import.meta.dirname, '../docs/images');
const folder = mkdtempSync(join(tmpdir(), 'isp-shots-'));
mkdirSync(images, { recursive: true });

/** Fills the database and resolves to what `isp demo` prints to sign in with. */
function fill(env) {
  const printed = execFileSync(binary, ['demo', '--customers', '2000'], { cwd: folder, env, encoding: 'utf8' });
  const [, username, password] = printed.match(/Sign in as (\S+) with the password (\S+)/);
  return { username, password };
}

async function shoot(page, theme, name) {
  await page.emulateMedia({ colorScheme: theme });
  await page.screenshot({ path: join(images, name) });
  console.log(`docs/images/${name}`);
}

let server;
let browser;
try {
  let account;
  server = await startServer(binary, join(folder, 'server.log'), (env) => (account = fill(env)));
  browser = await chromium.launch({ executablePath: process.env.ISP_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ baseURL: server.url, viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await page.goto('/login');
  await signInForm.submit(page, account.username, account.password);
  await page.waitForURL('**/customers');
  page.javascript = true;
  await hydrated(page);
  // Names in the Latin script: few machines have the fonts of all the others.
  await page.goto('/customers?q=an&status=active&category=person&sort=name');
  await hydrated(page);
  await shoot(page, 'light', 'customers.png');
  await customerList.rows(page).first().getByRole('link').click();
  await page.getByRole('link', { name: 'Edit', exact: true }).waitFor();
  await shoot(page, 'dark', 'customer.png');
} finally {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
