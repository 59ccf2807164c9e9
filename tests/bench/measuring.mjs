// What every row of the bench needs: the folder, the cores, how the load generator is run, clubs to run it against.
import fs from 'node:fs';
import path from 'node:path';
import {freePort} from '../wire/support/port.mjs';
import {end, start, untilListening} from './processes.mjs';
import {readResult} from './table.mjs';

export const build = path.resolve(process.argv[2] ?? 'build');
export const fast = process.env.FAST === '1';
export const serverCore = Number(process.env.SERVER_CORE ?? 0), loadCore = Number(process.env.LOAD_CORE ?? 1);
export const turns = fast ? 1 : 3;
export const milliseconds = fast ? 700 : 2500;
export const many = fast ? 4000 : 10000;
export const folder = fs.mkdtempSync(path.join(build, 'bench-'));
process.on('exit', () => fs.rmSync(folder, {recursive: true, force: true}));
const only = process.env.ONLY ? new RegExp(process.env.ONLY) : /./;
export const wanted = (name) => only.test(name);

export const say = (text) => process.stderr.write(`${text}\n`);

export const load = async (scenario, options, core = loadCore) => {
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  const child = start(core, path.join(build, 'bench/load'), [scenario, ...words], {log: path.join(folder, 'load.log')});
  const code = await child.ended;
  if (code === 0) return readResult(child.output);
  const why = fs.readFileSync(path.join(folder, 'load.log'), 'utf8').trim().split('\n').slice(-3).join('; ');
  throw new Error(`load ${scenario} ${words.join(' ')}: ${code}: ${why}`);
};

export const cores = {server_core: serverCore, load_core: loadCore};
// The load never sleeps while it measures: with a core of its own it would otherwise be woken by nearly every write of a
// slower server, and a faster one would not pay for that.
export const measuring = {...cores, ms: milliseconds, warm_ms: fast ? 200 : 500, spin: 1};

const attempts = fast ? 2 : 3;
let measurementsDisturbed = 0;
export const disturbed = () => measurementsDisturbed;

/** Once more when somebody else took a part of the cores, so that the figures are about the two; the calmest counts. */
export const calm = async (measure) => {
  let best, least = Infinity;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const result = await measure();
    const others = Math.max(result.server_core - result.server_seconds / result.seconds,
      result.load_core - result.load_seconds / result.seconds);
    if (!(others >= least)) [best, least] = [result, others];
    if (!(least > 0.08)) return best;
  }
  measurementsDisturbed++;
  return best;
};

/** One clubd. With a store of its own in which `many` members have sessions, unless one is given. */
export class Club {
  constructor(name, tls, {store, cookies, settings = {}} = {}) {
    this.tls = tls;
    this.data = path.join(folder, name);
    this.cookies = cookies ?? path.join(folder, `${name}.cookies`);
    this.store = store ?? `sqlite:${path.join(this.data, 'club.db')}`;
    this.settings = settings;
    this.log = path.join(folder, `${name}.log`);
  }
  async prepare() {
    fs.mkdirSync(this.data, {mode: 0o700});
    this.port = await freePort();
    this.adminPort = await freePort();
  }
  async seed(members = many) {
    await this.prepare();
    await load('seed', {store: this.store, cookies: this.cookies, members});
  }
  start() {
    this.child = start(serverCore, path.join(build, 'clubd'), ['serve'], {log: this.log, environment: {
      CLUB_LISTEN: `127.0.0.1:${this.port}`, CLUB_ADMIN_LISTEN: `127.0.0.1:${this.adminPort}`, CLUB_DATA: this.data,
      CLUB_STORE: this.store, CLUB_LIMITS: 'off', CLUB_RATE_POSTS: 'off', ...(this.tls ? {} : {CLUB_TLS: 'off'}),
      ...this.settings}});
    return this.child;
  }
  async serve() {
    this.start();
    await untilListening(this.child, this.port);
  }
  get address() { return `127.0.0.1:${this.port}`; }
  options() {
    return {to: this.address, cookies: this.cookies, tls: Number(this.tls), servers: this.child.pid};
  }
  end() { return this.child ? end(this.child) : undefined; }
}
