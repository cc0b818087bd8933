// What the specs are written with: tests, pages with and without JavaScript, people, signing in, mail, axe, screenshots.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { hydrated, signInForm, setupForm } from './screens.mjs';

const cache = process.env.ISP_CACHE ?? join(homedir(), '.cache/isp');
const require = createRequire(join(cache, 'npm/'));
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const { chromium } = require('playwright-core');
/** Loads a package of the cache that consists of modules. */
export const load = (name) => import(pathToFileURL(require.resolve(name)).href);
export const results = fileURLToPath(new URL('results/', import.meta.url));
const desktop = { width: 1280, height: 900 };
const phone = { width: 375, height: 800 };
export const administrator = {
  name: 'Ada Administrator',
  username: 'ada',
  email: 'ada@example.net',
  password: 'quiet-harbour-lantern-42',
};

/** Every test of every spec, in the order in which they are written. */
export const tests = [];
/** What the runner sets up before the first test: the browser and the server. */
export const world = { browser: null, server: null, administrator: null, state: null, pages: 0 };

/** Registers a test; `run` gets `{ open, javascript }`. */
export function test(name, run, javascript = true) {
  tests.push({ name, run, javascript });
}

/** Registers a test twice: with and without JavaScript. */
export function testBothWays(name, run) {
  test(`${name}, with JavaScript`, run, true);
  test(`${name}, without JavaScript`, run, false);
}

/** Runs one test; its pages are closed afterwards and must have kept the console silent. */
export async function runTest({ run, javascript }, onFailure) {
  const opened = [];
  const open = (options) => openPage({ javascript, ...options }, opened);
  try {
    await run({ open, javascript });
    const noise = opened.flatMap(({ noise }) => noise);
    if (noise.length > 0) throw new Error(`the console was not silent:\n  ${noise.join('\n  ')}`);
  } catch (error) {
    for (const [index, { page }] of opened.entries()) await onFailure(page, index).catch(() => {});
    throw error;
  } finally {
    for (const { page } of opened) await page.context().close();
  }
}

/**
 * A page in a browser profile of its own, and at an address of its own: failed sign-ins of one test lock no other out.
 * `allow` is a pattern of console messages that the test provokes, such as Chromium's own line about a 404.
 */
async function openPage({ javascript, signedIn = true, allow }, opened) {
  world.pages += 1;
  const context = await world.browser.newContext({
    baseURL: world.server.url,
    javaScriptEnabled: javascript,
    extraHTTPHeaders: { 'x-forwarded-for': `10.0.${world.pages >> 8}.${world.pages & 255}` },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    viewport: desktop,
    storageState: signedIn ? await administratorState() : undefined,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.javascript = javascript;
  const noise = [];
  const hear = (text) => allow?.test(text) || noise.push(text);
  page.on('console', (message) => {
    // Where scripts are off, what was loaded ahead for them stays unused.
    if (!javascript && message.text().includes('was preloaded using link preload')) return;
    if (['warning', 'error'].includes(message.type())) hear(`${message.type()}: ${message.text()} (${page.url()})`);
  });
  page.on('pageerror', (error) => hear(`uncaught: ${error.message} (${page.url()})`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // Where scripts are off, Chromium refuses to load them in the name of the page's policy.
    const isScript = !javascript && /\/pkg\/\w+\/isp\.js$/.test(request.url());
    // A navigation cuts off what the page before was still loading.
    if (reason !== 'net::ERR_ABORTED' && !isScript) hear(`request failed: ${request.url()} ${reason}`);
  });
  opened.push({ page, noise });
  return page;
}

/** Goes to a path of the site and waits until the page can be used; returns the response. */
export async function visit(page, path) {
  const response = await page.goto(path);
  await hydrated(page);
  return response;
}

/** Signs in through the page, making the first administrator when there is none yet. */
export async function signIn(page, { username, password } = administrator) {
  await ensureAdministrator();
  await visit(page, '/login');
  await signInForm.submit(page, username, password);
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await hydrated(page);
}

/** Uses the set-up link unless a test has done so already. */
export async function ensureAdministrator() {
  world.administrator ??= inFreshPage(async (page) => {
    await page.goto(world.server.setupLink);
    await setupForm.submit(page, administrator);
    await page.waitForURL('**/customers');
  });
  await world.administrator;
}

/** Makes an account on the command line; `role` is the key of one. The surname must be no other test's. */
export async function hire(surname, javascript, role = 'read-only') {
  await ensureAdministrator();
  const person = colleague(surname, javascript);
  const { name, username, email, password } = person;
  const options = Object.entries({ username, email, name, role }).flatMap(([option, value]) => [`--${option}`, value]);
  world.server.command(['staff', 'create', ...options], `${password}\n`);
  return person;
}

/** Somebody whom no other test knows, each way of running a test somebody else. */
export function colleague(surname, javascript) {
  const first = javascript ? 'Wilma' : 'Pablo';
  const username = `${first}.${surname}`.toLowerCase();
  return { name: `${first} ${surname}`, username, email: `${username}@example.net`, password: 'brisk-meadow-compass-17' };
}

/** The link in the newest mail to somebody with this subject; mail goes out every few seconds. */
export async function mailedLink(email, subject) {
  const isIt = (mail) => mail.includes(`\r\nTo: ${email}\r\n`) && mail.includes(`\r\nSubject: ${subject}\r\n`);
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    const link = world.server.mails().findLast(isIt)?.match(/^http\S+\/choose-password\?token=\S+$/m)?.[0];
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail "${subject}" has come to ${email}`);
}

/** The administrator's cookies, from one sign-in for all tests: sign-ins are rate limited. */
async function administratorState() {
  world.state ??= inFreshPage(async (page) => {
    await signIn(page);
    return page.context().storageState();
  });
  return world.state;
}

async function inFreshPage(action) {
  const page = await openPage({ javascript: false, signedIn: false }, []);
  try {
    return await action(page);
  } finally {
    await page.context().close();
  }
}

/** Looks at the page as it stands: axe and a picture in both themes on a desk and a phone, nothing sideways at 320 px. */
export async function inspect(page, name) {
  const way = page.javascript ? '' : ' no-js';
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme });
    for (const [size, viewport] of Object.entries({ '': desktop, ' phone': phone })) {
      await page.setViewportSize(viewport);
      await axe(page);
      await screenshot(page, `${name} ${theme}${size}${way}`);
    }
  }
  await page.setViewportSize({ width: 320, height: 800 });
  await noSidewaysScroll(page);
  await page.setViewportSize(desktop);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Fails with every finding of axe on the page as it stands. */
async function axe(page) {
  // Where scripts are off, timers stand still, with which axe queues its checks; microtasks still run.
  if (!page.javascript) {
    await page.evaluate(() => {
      globalThis.setTimeout = (callback, delay = 0) => delay < 50 && Promise.resolve().then(callback);
    });
  }
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'], preload: false });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map((n) => n.html).join('\n    ')}`);
  });
  if (violations.length > 0) throw new Error(`axe on ${page.url()}:\n  ${violations.join('\n  ')}`);
}

/** Fails when the page is wider than the window. */
async function noSidewaysScroll(page) {
  const [content, window] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  if (content > window) throw new Error(`${page.url()} is ${content} px wide in a window of ${window} px`);
}

/** Saves a picture of the whole page under end2end/results. */
export function screenshot(page, name) {
  return page.screenshot({ path: join(results, `${name.replace(/[^\w-]+/g, '-').replace(/^-/, '')}.png`), fullPage: true });
}

/** Headers that a script of our own origin would send with an unsafe request. */
export const sameOrigin = () => ({ origin: world.server.url, 'sec-fetch-site': 'same-origin' });

/** Makes a record through REST, as whoever is signed in on the page; gives the answer. */
export async function make(page, path, data) {
  const response = await page.request.post(`/api/v1/${path}`, { headers: sameOrigin(), data });
  assert.equal(response.status(), 201, await response.text());
  return response.json();
}

/** The number of customers that the signed-in administrator can see. */
export async function customerCount(page) {
  const response = await page.request.get('/api/v1/customers?limit=1');
  return (await response.json()).total_count;
}
