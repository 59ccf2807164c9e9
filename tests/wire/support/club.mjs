// A real server in a folder of its own, on free ports, with the members that a test asks for.
import { after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Line, sleep, WAIT_MS } from './line.mjs';
import { freePort } from './port.mjs';
import { holdHttp } from './schema.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const CLUBD = resolve(root, process.env.CLUBD || 'build/clubd');
/** For what only prepares a test: the build at full speed where there is one beside that of the sanitizers. */
const HANDY = process.env.CLUBD_HANDY ? resolve(root, process.env.CLUBD_HANDY) : CLUBD;
export const slow = Boolean(process.env.CLUBD_SLOW);
/** Of a test for which the sanitizers' build is too slow. */
export const onlyFast = { only: true, skip: slow };
const RESTS_LOOK_MS = 400;
const RESTS_LOOKS = 25;
const RESTS_SHARE = 0.7; // of a core
export const PASSWORD = 'верблюд-на-мосту 42';

// Members as the tests know them; `role` follows the login where it is the same word.
const people = {
  anna: { name: 'Анна Каренова', country: 'ru', company: 'Волга Логистика' },
  bo: { name: '王博', country: 'cn', company: '丝路科技' },
  dana: { name: 'Dana Akhmetova', country: 'kz', company: 'Steppe Fintech' },
  emil: { name: 'Emil Rahimov', country: 'uz', company: 'Samarkand Trade' },
  admin: { name: 'Ada Min', country: 'kg', company: 'The Club', role: 'admin' },
  moderator: { name: 'Мода Ратор', country: 'tj', company: 'The Club', role: 'moderator' },
};

const turn = () => new Promise((done) => setImmediate(done));
const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

export class Club {
  #lines = new Set();
  #cookies = new Map(); // login → of a cookie, the promise
  #adding; // {logins, cookies} of the present turn
  log = '';
  output = '';

  /** `members`: logins, of `people` or new ones; `passwords`: they can log in; `settings`: environment; `tls: false` for a
   * plain one; `address`: of another network than this process's, which `wrapper` enters. */
  static async start({ members = ['anna', 'bo'], passwords = false, settings = {}, tls = true, wrapper, address = '127.0.0.1', serve = true } = {}) {
    const club = new this();
    club.address = address;
    club.folder = mkdtempSync(join(tmpdir(), 'clubd-'));
    club.tls = tls;
    club.port = await freePort();
    club.adminPort = await freePort();
    club.wrapper = wrapper;
    club.settings = {
      CLUB_LISTEN: `${address}:${club.port}`,
      CLUB_ADMIN_LISTEN: `${address}:${club.adminPort}`,
      CLUB_DATA: join(club.folder, 'var'),
      CLUB_STORE: `sqlite:${join(club.folder, 'var/club.db')}`,
      CLUB_RATE_POSTS: 'off',
      CLUB_FIRST_DAY: 'off', // all members are new here
      ...(tls ? {} : { CLUB_TLS: 'off', CLUB_URL: `http://localhost:${club.port}` }),
      ...settings,
    };
    if (members.length) await club.import(members, { passwords });
    if (serve) await club.serve();
    return club;
  }

  get origin() {
    return `${this.tls ? 'https' : 'http'}://localhost:${this.port}`;
  }

  /** As the certificate has it. */
  get host() {
    return this.address === '127.0.0.1' ? 'localhost' : this.address;
  }

  get database() {
    return join(this.folder, 'var/club.db');
  }

  get ca() {
    if (!this.tls) return undefined;
    const folder = join(this.folder, 'var');
    const name = readdirSync(folder).find((file) => /\.(pem|crt)$/.test(file) && !/key/.test(file));
    return readFileSync(join(folder, name));
  }

  environment(more = {}) {
    const { PATH, HOME, LANG, ASAN_OPTIONS, UBSAN_OPTIONS, TMPDIR } = process.env;
    const kept = Object.entries({ PATH, HOME, LANG, ASAN_OPTIONS, UBSAN_OPTIONS, TMPDIR }).filter(([, value]) => value);
    return { ...Object.fromEntries(kept), ...this.settings, ...more };
  }

  /** Runs `clubd WORDS`: `{status, output, errors}`. */
  run(words, { input = '', settings = {}, program = CLUBD } = {}) {
    return new Promise((done) => {
      const child = execFile(
        program,
        words,
        { env: this.environment(settings), cwd: this.folder, timeout: 60_000, maxBuffer: 1 << 26 },
        (error, output, errors) => done({ status: error ? (error.code ?? error.signal) : 0, output, errors }),
      );
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });
  }

  /** The same, and it must go well: its output. */
  async command(words, options) {
    const { status, output, errors } = await this.run(words, options);
    assert.equal(status, 0, `clubd ${words.join(' ')}: ${errors}`);
    return output;
  }

  /** `passwords`, which cost time: without them nobody can log in. `more`: of each of them, beside what is known of some. */
  async import(logins, { passwords = false, ...more } = {}) {
    const rows = logins.map((login) => {
      const person = { name: `Member ${login}`, country: 'kz', company: '', role: 'member', ...people[login], ...more };
      return [login, ...(passwords ? [PASSWORD] : []), person.name, person.country, person.company, person.role].map(quoted).join(',');
    });
    const file = join(this.folder, 'members.csv');
    writeFileSync(file, `login,${passwords ? 'password,' : ''}name,country,company,role\n${rows.join('\n')}\n`);
    return this.command(['member', 'import', file], { program: HANDY });
  }

  /** Of a member, or of each of several, in turn. */
  async cookies(logins, count = 1) {
    const output = await this.command(['session', 'add', ...[logins].flat(), '--count', String(count)], { program: HANDY });
    return output.trim().split('\n');
  }

  /** The cookie of the one session that a member's lines share unless a test asks for more. */
  async cookie(login) {
    if (!this.#cookies.has(login)) this.#cookies.set(login, this.#added(login));
    try {
      return await this.#cookies.get(login);
    } catch (error) {
      this.#cookies.delete(login);
      throw error;
    }
  }

  /** Those that are asked for in one turn are added by one process. */
  async #added(login) {
    this.#adding ??= { logins: [], cookies: turn().then(() => this.#addAll()) };
    const at = this.#adding.logins.push(login) - 1;
    const { cookies } = this.#adding;
    const all = await cookies.catch(() => undefined); // one who is not known fails all
    return all ? all[at] : (await this.cookies(login))[0];
  }

  #addAll() {
    const { logins } = this.#adding;
    this.#adding = undefined;
    return this.cookies(logins);
  }

  /** Starts it and waits until it is ready. */
  async serve({ ready = true, settings = {} } = {}) {
    const [program, ...words] = [...(this.wrapper ?? []), CLUBD, 'serve'];
    this.process = spawn(program, words, { env: this.environment(settings), cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout.setEncoding('utf8').on('data', (text) => (this.output += text));
    this.process.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
    const child = this.process;
    this.ended = new Promise((done) => child.once('close', (status, signal) => done({ status, signal })));
    this.running = true;
    this.ended.then(() => {
      if (this.process === child) this.running = false;
    });
    if (ready) await this.ready();
  }

  async ready(ms = 3 * WAIT_MS) {
    const until = Date.now() + ms;
    while (Date.now() < until) {
      if (!this.running) break;
      const answer = await this.admin('/readyz').catch(() => undefined);
      if (answer?.status === 200) return;
      await sleep(20);
    }
    throw new Error(`the server did not become ready:\n${this.log.slice(-3000)}`);
  }

  signal(name) {
    this.process.kill(name);
  }

  /** As a crash: nothing is said to anybody. */
  async kill() {
    this.signal('SIGKILL');
    await this.ended;
  }

  async restart(options) {
    await this.kill();
    await this.serve(options);
  }

  /** How it ended: `{status, signal}`; nothing when it goes on. */
  async endsWithin(ms) {
    let timer;
    const late = new Promise((done) => (timer = setTimeout(done, ms)));
    const ended = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    return ended;
  }

  /** SIGTERM, and what must follow; `after` of each test file does it. */
  async stop() {
    for (const line of this.#lines) line.socket.terminate();
    if (!this.running) return;
    const began = Date.now();
    this.signal('SIGTERM');
    const limit = slow ? 20_000 : 8_000;
    const ended = await this.endsWithin(limit + 4000);
    if (!ended) await this.kill();
    assert.ok(ended, 'it did not end after SIGTERM');
    assert.deepEqual(ended, { status: 0, signal: null }, this.log.slice(-3000));
    assert.ok(Date.now() - began < limit, `it took ${Date.now() - began} ms to end`);
  }

  /** No sanitizer spoke, nothing secret is in the log. */
  checkLog() {
    const bad = /ERROR: \w+Sanitizer|runtime error:|Assertion|assert failed/.exec(this.log);
    assert.ok(!bad, bad && this.log.slice(Math.max(0, bad.index - 200), bad.index + 6000));
    assert.ok(!this.log.includes(PASSWORD), 'a password is in the log');
  }

  async finish() {
    try {
      await this.stop();
      this.checkLog();
      for (const line of this.#lines) assert.deepEqual(line.complaints, [], 'what the server sent is not as described');
    } finally {
      if (this.running) await this.kill();
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** A line of a member, welcomed: `who` is a login, or `{cookie}`. */
  async connect(who, options = {}) {
    const cookie = typeof who === 'string' ? await this.cookie(who) : who?.cookie;
    const line = this.open({ cookie, ...options });
    await line.opened;
    line.welcome = await line.notification('welcome');
    line.me = line.welcome.member.id;
    line.cookie = cookie;
    return line;
  }

  /** A line that may be refused. */
  open(options = {}) {
    const url = `${this.tls ? 'wss' : 'ws'}://${this.host}:${this.port}${options.path ?? '/ws'}`;
    const line = new Line(url, { origin: this.origin, ca: this.ca, ...options });
    this.#lines.add(line);
    // One that had nothing to complain of is forgotten.
    line.closed.then(() => line.complaints.length || this.#lines.delete(line));
    return line;
  }

  /** An HTTP request: `body` is sent as JSON, unless it is text. */
  http(method, path, { body, cookie, headers = {}, origin = this.origin, host, agent = false } = {}) {
    const payload = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const module = this.tls ? https : http;
    return new Promise((done, reject) => {
      const request = module.request(
        {
          host: this.address,
          port: this.port,
          servername: 'localhost',
          ca: this.ca,
          method,
          path,
          agent,
          setHost: false,
          timeout: WAIT_MS,
          headers: {
            Host: host ?? `localhost:${this.port}`,
            ...(origin ? { Origin: origin } : {}),
            ...(cookie ? { Cookie: `__Host-club=${cookie}` } : {}),
            ...(payload ? { 'Content-Type': 'application/json', 'Content-Length': payload.length } : {}),
            ...headers,
          },
        },
        (response) => {
          const pieces = [];
          response.on('data', (piece) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => {
            const bytes = Buffer.concat(pieces);
            const answer = { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString('utf8') };
            if (/^application\/json/.test(response.headers['content-type'] ?? '') && bytes.length) answer.json = JSON.parse(answer.text);
            try {
              if (path.startsWith('/api/') && method !== 'HEAD') holdHttp(method, path, answer);
              done(answer);
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)));
      request.on('error', reject);
      request.end(payload);
    });
  }

  admin(path) {
    return new Promise((done, reject) => {
      http
        .get({ host: this.address, port: this.adminPort, path, agent: false, timeout: WAIT_MS }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (piece) => (text += piece));
          response.on('end', () => done({ status: response.statusCode, headers: response.headers, text }));
        })
        .on('timeout', function () {
          this.destroy(new Error(`${path}: no answer`));
        })
        .on('error', reject);
    });
  }

  /** Metrics of one moment, each the sum over its labels. */
  async metrics(...names) {
    const { text } = await this.admin('/metrics');
    const all = text.split('\n');
    return names.map((name) => {
      const lines = all.filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    });
  }

  async metric(name) {
    const [value] = await this.metrics(name);
    return value;
  }

  /** Rows of the store, read beside the server or after it. */
  query(sql) {
    const { status, stdout, stderr } = spawnSync('sqlite3', ['-json', '-readonly', this.database, sql], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    assert.equal(status, 0, stderr);
    return stdout ? JSON.parse(stdout) : [];
  }

  /** Bytes, as its status names them. */
  memory(name = 'VmRSS') {
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${this.process.pid}/status`, 'utf8'))[1]) * 1024;
  }

  /** Seconds of CPU that it used. */
  cpu() {
    const fields = readFileSync(`/proc/${this.process.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Does it take little of a core at last? What was written is indexed for a while; a loop that spins goes on. */
  async rests() {
    for (let looks = 0; looks < RESTS_LOOKS; looks++) {
      const before = this.cpu();
      await sleep(RESTS_LOOK_MS);
      if (this.cpu() - before < RESTS_SHARE * (RESTS_LOOK_MS / 1000)) return true;
    }
    return false;
  }
}

/** A club for a whole test file: stopped, and looked at, after its last test. */
export async function clubForFile(options) {
  const club = await Club.start(options);
  after(() => club.finish());
  return club;
}

let made = 0;
/** A client_id that nobody used. */
export const clientId = (word = 'c') => `${word}-${process.pid}-${++made}`;

export const sessionCookie = (answer) => /__Host-club=([^;]*)/.exec([answer.headers['set-cookie']].flat().join('\n'))?.[1];
export { sleep, WAIT_MS };

// Node may spin for ever in its own end, waiting for TLS sockets that were destroyed while they wrote. Whoever has something
// to do then comes before this: process.prependListener.
process.on('exit', () => process.exit());
// That end would come before anything is said of an error that nobody caught.
process.on('uncaughtExceptionMonitor', (error) => console.error(error));

