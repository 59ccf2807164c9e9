// make run-cluster: what is printed is there, what is killed comes back, and nothing stays behind.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import https from 'node:https';
import { fileURLToPath } from 'node:url';
import { CLUBD, sleep } from '../wire/support/club.mjs';

const WAIT_MS = 90_000;

/** The status of a page, or undefined when nobody answers. */
const page = (url) =>
  new Promise((done) => {
    const request = https.get(url, { rejectUnauthorized: false, agent: false, timeout: 10_000 }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode));
      answer.on('error', () => done(undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(undefined));
  });

async function until(look, what) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(100)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what()}`);
}

test('each part that is killed is started again, and the end leaves nothing behind', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('run.mjs', import.meta.url))], { env: { ...process.env, CLUBD }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise((done) => child.once('exit', (status) => done(status)));
  try {
    await until(() => /Ctrl-C/.test(output), () => `it did not come up:\n${output}`);
    const url = /The club is at (\S+)/.exec(output)[1];
    const folder = /lies in (\S+)/.exec(output)[1];
    assert.match(output, new RegExp(`\n  ${url}/#invite=[A-Za-z0-9_-]{43}\n`));
    assert.equal(await page(`${url}/api/club`), 200);
    const pids = [...output.matchAll(/^ {2}([a-z]+(?: \d)?) +pid (\d+)/gm)].map(([, name, pid]) => [name, Number(pid)]);
    assert.deepEqual(pids.map(([name]) => name), ['postgresql', 'redis', 'instance 1', 'instance 2', 'haproxy']);
    for (const [, pid] of pids) process.kill(pid, 'SIGKILL');
    for (const [name] of pids) await until(() => output.includes(`${name} runs again`), () => `${name} did not come back:\n${output}`);
    await until(async () => (await page(`${url}/api/club`)) === 200, () => `the club did not come back:\n${output}`);
    child.kill('SIGINT');
    assert.equal(await ended, 0, output);
    assert.equal(existsSync(folder), false);
    assert.equal(await page(`${url}/api/club`), undefined);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});
