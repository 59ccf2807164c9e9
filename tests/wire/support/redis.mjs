// A real Redis in a folder of its own, on a free port, which a test may kill, freeze and start again.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './port.mjs';
import { sleep, WAIT_MS } from './line.mjs';

const run = promisify(execFile);
const running = new Set();
process.prependListener('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Redis {
  output = '';

  /** `password`: of everybody. `words`: further ones for redis-server. `place`: another network, `{address, wrapper}`. */
  static async start({ password, words = [], place = { address: '127.0.0.1', wrapper: [] } } = {}) {
    const redis = new Redis();
    redis.place = place;
    redis.folder = mkdtempSync(join(tmpdir(), 'clubd-redis-'));
    redis.port = await freePort();
    redis.password = password;
    redis.words = words;
    await redis.#begin();
    return redis;
  }

  get url() {
    const who = this.password ? `:${encodeURIComponent(this.password)}@` : '';
    return `redis://${who}${this.place.address}:${this.port}`;
  }

  async #begin() {
    const { address, wrapper } = this.place;
    const words = ['--port', this.port, '--bind', address, '--protected-mode', 'no', '--dir', this.folder, '--save', '', '--appendonly', 'no'];
    if (this.password) words.push('--requirepass', this.password);
    // It ends with this process, however that ends.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...wrapper, 'redis-server', ...words.map(String), ...this.words], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    running.add(child);
    this.process = child;
    this.ended = new Promise((done) => {
      child.once('error', done);
      child.once('close', done);
    }).then(() => running.delete(child));
    const until = Date.now() + 3 * WAIT_MS;
    while (running.has(child) && Date.now() < until) {
      if ((await this.command('PING').catch(() => '')) === 'PONG') return;
      await sleep(20);
    }
    throw new Error(`redis-server does not answer:\n${this.output.slice(-2000)}`);
  }

  /** What redis-cli prints for a command. */
  async command(...words) {
    const { stdout } = await run('redis-cli', ['-h', this.place.address, '-p', String(this.port), ...words], {
      env: { PATH: process.env.PATH, ...(this.password ? { REDISCLI_AUTH: this.password } : {}) },
      timeout: WAIT_MS,
    });
    return stdout.trim();
  }

  /** As a crash; nothing that it held is kept. */
  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** The same again, on the same port, empty. */
  async restart() {
    await this.kill();
    await this.#begin();
  }

  /** It keeps its sockets and says nothing. */
  pause() {
    assert.ok(this.process.kill('SIGSTOP'));
  }

  resume() {
    assert.ok(this.process.kill('SIGCONT'));
  }

  /** For good. */
  async stop() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
