// Runs every `*.spec.mjs` of this folder against one fresh server. Arguments pick the tests whose names contain them.

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startServer } from './server.mjs';
import { chromium, results, runTest, screenshot, tests, world } from './support.mjs';

const TEST_SECONDS = 90;
const words = process.argv.slice(2);
const binary = resolve(process.env.ISP_BIN ?? join(import.meta.dirname, '../target/isp'));

/** The tests of all specs; set-up comes first because it needs the link that works once. */
async function collect() {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.spec.mjs'));
  files.sort((a, b) => Number(b.startsWith('setup')) - Number(a.startsWith('setup')) || a.localeCompare(b));
  for (const file of files) {
    const before = tests.length;
    await import(`./${file}`);
    for (const each of tests.slice(before)) each.name = `${file.replace('.spec.mjs', '')}: ${each.name}`;
  }
  return tests.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
}

function withTimeout(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${TEST_SECONDS} s`)), TEST_SECONDS * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function succeeds(each) {
  const begun = performance.now();
  const picture = (page, index) => screenshot(page, `failed ${each.name} ${index}`);
  let failure;
  await withTimeout(runTest(each, picture)).catch((error) => (failure = error));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${failure ? 'FAIL' : 'ok  '} ${each.name} (${seconds} s)`);
  if (failure) console.log(`     ${(failure.stack ?? String(failure)).slice(0, 2000).replaceAll('\n', '\n     ')}`);
  return !failure;
}

const stop = async () => {
  await world.browser?.close();
  await world.server?.stop();
};
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
    world.browser?.close();
  });
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
let [passed, failed] = [0, 0];
try {
  const chosen = await collect();
  world.server = await startServer(binary, join(results, 'server.log'));
  world.browser = await chromium.launch({
    executablePath: process.env.ISP_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  for (const each of chosen) {
    if (interrupted) break;
    if (await succeeds(each)) passed += 1;
    else failed += 1;
  }
  const panic = world.server.output().match(/.*panicked at.*/);
  if (panic) {
    failed += 1;
    console.log(`FAIL the server panicked: ${panic[0]} (see ${join(results, 'server.log')})`);
  }
} finally {
  await stop();
}
if (failed > 0) console.log(`Pictures and the server's log are in ${results}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = interrupted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
