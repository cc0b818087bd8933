// Starts one `isp serve` on a folder of its own and stops it again.

import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_SECONDS = 30;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/**
 * Resolves to `{ url, setupLink, output(), mails(), command(args, input), stop() }` once the server is healthy.
 * `prepare` may fill its database, in its environment, beforehand; a server without an administrator must also have
 * printed its set-up link.
 */
export async function startServer(binary, logFile, prepare) {
  const folder = mkdtempSync(join(tmpdir(), 'isp-end2end-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const { DATABASE_URL: _database, ...inherited } = process.env;
  const env = {
    ...inherited,
    DATABASE_URL: `sqlite://${join(folder, 'isp.db')}`,
    ISP_BASE_URL: url,
    ISP_MAIL_OUTBOX: join(folder, 'outbox'),
    // The tests say where they come from, as a proxy would.
    ISP_TRUSTED_PROXIES: '127.0.0.1',
    LEPTOS_SITE_ADDR: new URL(url).host,
  };
  prepare?.(env);
  const child = spawn(binary, ['serve'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });

  let output = '';
  let exited = null;
  const log = createWriteStream(logFile);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
      log.write(chunk);
    });
  }
  const end = new Promise((resolve) => {
    child.on('error', (error) => resolve((exited = error.message)));
    child.on('exit', (code, signal) => resolve((exited = `exit ${code ?? signal}`)));
  });

  /** What has been written to anybody, oldest first. */
  const mails = () => {
    if (!existsSync(env.ISP_MAIL_OUTBOX)) return [];
    const names = readdirSync(env.ISP_MAIL_OUTBOX).filter((name) => name.endsWith('.eml'));
    return names.sort().map((name) => readFileSync(join(env.ISP_MAIL_OUTBOX, name), 'utf8'));
  };
  /** Runs another command of the product on the same database; gives what it prints. */
  const command = (args, input = '') => execFileSync(binary, args, { cwd: folder, env, input, encoding: 'utf8', stdio: 'pipe' });

  const stop = async () => {
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await end;
    clearTimeout(hard);
    log.end();
    rmSync(folder, { recursive: true, force: true });
  };

  const deadline = Date.now() + START_SECONDS * 1000;
  while (exited === null && Date.now() < deadline) {
    const setupLink = output.match(/\/setup\?token=[^\s"\\]+/)?.[0];
    if ((setupLink || prepare) && (await answers(`${url}/health`))) {
      return { url, setupLink, output: () => output, mails, command, stop };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error(`${binary} serve did not start (${exited ?? `no answer in ${START_SECONDS} s`}):\n${output}`);
}
