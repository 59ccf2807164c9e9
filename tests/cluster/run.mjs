// make run-cluster: PostgreSQL, Redis, two instances and haproxy on this machine, for whoever wants to see it and to kill
// each part by hand. Everything lies in one temporary folder and ends with this process.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sleep } from '../wire/support/club.mjs';
import { freePort } from '../wire/support/port.mjs';
import { Postgres } from '../wire/support/postgres.mjs';
import { Redis } from '../wire/support/redis.mjs';
import { balancerConfiguration } from './support/balancer.mjs';
import { statusOf } from './support/page.mjs';

const INSTANCES = 2;
const AGAIN_MS = 3000;
const LOOK_MS = 250;
const READY_MS = 60_000;
const ENDS_MS = 12_000; // instances take eight seconds at most to tell their members

const root = fileURLToPath(new URL('../..', import.meta.url));
const clubd = resolve(root, process.env.CLUBD || 'build/clubd');
const folder = mkdtempSync(join(tmpdir(), 'club-'));
const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const say = (text) => console.log(text);
const time = () => new Date().toTimeString().slice(0, 8);
let ending = false;

// Should this process be killed, what it started ends all the same: all that has its working folder in ours.
const GUARDIAN = `
trap '' INT TERM HUP
cat >/dev/null
for at in /proc/[0-9]*; do
  case "$(readlink $at/cwd)" in "$1"/*) grep -qE '^(clubd|haproxy|redis-server|postgres)' $at/comm && kill -KILL "\${at#/proc/}" ;; esac
done
rm -rf "$1"
`;

function guard() {
  const guardian = spawn('sh', ['-c', GUARDIAN, 'guardian', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guardian.unref();
  guardian.stdin.unref();
}

/** A program of our own, in a folder of its own there, so that the guardian finds it. */
class Program {
  constructor(name, argv, settings = {}) {
    Object.assign(this, { name, argv, settings });
    this.folder = mkdtempSync(join(folder, `${name.replace(' ', '-')}-`));
    this.log = join(this.folder, 'log');
  }

  async start() {
    const [program, ...words] = this.argv;
    // Not in the terminal's group: Ctrl-C is for us, and the order in which all ends is ours.
    const child = spawn(program, words, { cwd: this.folder, env: { ...environment, ...this.settings }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const log = createWriteStream(this.log, { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
    this.child = child;
    this.ended = once(child, 'exit').then(([status, signal]) => signal ?? `status ${status}`);
    await once(child, 'spawn');
  }

  get pid() {
    return this.child.pid;
  }

  async stop() {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), ENDS_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

/** How to look after the two servers that the tests bring, with the same words. */
const postgresPart = (postgres) => ({
  name: 'postgresql',
  log: join(postgres.folder, 'log'),
  get pid() {
    return postgres.pid;
  },
  get ended() {
    return gone(postgres.pid);
  },
  start: () => postgres.serve(),
  stop: () => postgres.stop(),
});

const redisPart = (redis) => ({
  name: 'redis',
  get pid() {
    return redis.process.pid;
  },
  get ended() {
    return redis.ended.then(() => redis.process.signalCode ?? `status ${redis.process.exitCode}`);
  },
  start: () => redis.restart(),
  stop: () => redis.stop(),
});

async function gone(pid) {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return 'somebody';
    }
    await sleep(LOOK_MS);
  }
}

async function healthy(port) {
  const asked = promisify(execFile)(clubd, ['health', String(port)], { env: environment });
  return asked.then(() => true, () => false);
}

async function ready(part) {
  let fell = false;
  part.ended.then(() => (fell = true));
  for (const until = Date.now() + READY_MS; Date.now() < until && !ending && !fell; await sleep(LOOK_MS)) {
    if (await healthy(part.health)) return;
  }
  if (!ending) throw new Error(`${part.name} is not ready; it says:\n${readFileSync(part.log, 'utf8').slice(-2000)}`);
}

/** Until the club is there for whoever opens the link. */
async function reachable(balancer, url) {
  for (const until = Date.now() + READY_MS; Date.now() < until && !ending; await sleep(LOOK_MS)) if ((await statusOf(`${url}/api/club`)) === 200) return;
  if (!ending) throw new Error(`${url} does not answer; ${balancer.name} says:\n${readFileSync(balancer.log, 'utf8').slice(-2000)}`);
}

/** Why a program ended by itself, in its own words. */
function lastWords(part, how) {
  if (!part.log || !how.startsWith('status')) return '';
  return `: ${readFileSync(part.log, 'utf8').trimEnd().split('\n').at(-1)}`;
}

/** Starts a part again, however often it ends. */
async function lookAfter(part) {
  while (!ending) {
    const { pid } = part;
    const how = await part.ended;
    if (ending) return;
    say(`${time()} ${part.name} (pid ${pid}) was ended by ${how}${lastWords(part, how)}; it is started again in ${AGAIN_MS / 1000} seconds`);
    await sleep(AGAIN_MS);
    if (ending) return;
    await part.start().then(
      () => say(`${time()} ${part.name} runs again: pid ${part.pid}`),
      (error) => say(`${time()} ${part.name} did not start: ${error.message.split('\n')[0]}`),
    );
  }
}

/** The balancer of docker/, with these instances in place of those that a container engine knows. */
function balancerFile(port, instances, healthPort) {
  const path = join(folder, 'haproxy.cfg');
  const servers = instances.map(({ port: own, health }) => ({ address: '127.0.0.1', port: own, adminPort: health }));
  writeFileSync(path, balancerConfiguration({ instances: servers, files: 4000, bind: `127.0.0.1:${port}`, healthBind: `127.0.0.1:${healthPort}` }));
  return path;
}

async function instance(number, url, postgres, redis) {
  const [port, health] = [await freePort(), await freePort()];
  const program = new Program(`instance ${number}`, [clubd, 'serve'], {
    CLUB_LISTEN: `127.0.0.1:${port}`,
    CLUB_ADMIN_LISTEN: `127.0.0.1:${health}`,
    CLUB_URL: url,
    CLUB_DATA: join(folder, 'var'), // one certificate for all
    CLUB_STORE: postgres.url,
    CLUB_REDIS: redis.url,
    CLUB_TRUSTED_PROXIES: '127.0.0.1',
  });
  return Object.assign(program, { port, health });
}

async function firstLink({ settings }) {
  const { stdout } = await promisify(execFile)(clubd, ['invite', '--role', 'admin'], { cwd: folder, env: { ...environment, ...settings } });
  return stdout.trim();
}

const row = (part, port, more = '') => say(`  ${part.name.padEnd(11)} pid ${String(part.pid).padEnd(7)} port ${String(port).padEnd(6)} ${more}`.trimEnd());

async function run(parts) {
  process.env.TMPDIR = folder;
  say(`Two instances behind haproxy, with PostgreSQL and Redis. All of it lies in ${folder} until it ends.`);
  const [postgres, redis] = await Promise.all([Postgres.start(), Redis.start()]);
  parts.unshift(postgresPart(postgres), redisPart(redis));
  row(parts[0], postgres.port);
  row(parts[1], redis.port);

  const port = Number(process.env.CLUB_PORT) || (await freePort());
  const url = `https://localhost:${port}`;
  const instances = [];
  for (let number = 1; number <= INSTANCES; number++) {
    const one = await instance(number, url, postgres, redis);
    await one.start();
    parts.unshift(one);
    instances.push(one);
    await ready(one); // the first one makes the tables
    row(one, one.port, `http://127.0.0.1:${one.health}/readyz, /metrics; ${one.log}`);
  }
  const balancer = new Program('haproxy', ['haproxy', '-db', '-f', balancerFile(port, instances, await freePort())]);
  await balancer.start();
  parts.unshift(balancer);
  row(balancer, port);
  await reachable(balancer, url);
  say(`\nThe club is at ${url} (with a self-made certificate). Its first admin joins with this link:\n  ${await firstLink(instances[0])}`);
  say(`\nKill what you like (kill -9 PID, kill -STOP PID): what ended is started again. Ctrl-C ends everything.\n`);
}

async function end(parts, status) {
  if (ending) process.exit(1); // asked twice
  ending = true;
  if (parts.length) say('Ending: the instances tell their members first.');
  const own = parts.filter((part) => part instanceof Program);
  for (const group of [own.filter(({ health }) => health), own.filter(({ health }) => !health), parts.filter((part) => !own.includes(part))]) {
    await Promise.allSettled(group.map((part) => part.stop()));
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit(status);
}

const parts = [];
chmodSync(folder, 0o755); // PostgreSQL may be another user
guard();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(parts, 0));
try {
  await run(parts);
  await Promise.all(parts.map(lookAfter));
} catch (error) {
  if (!ending) console.error(error.message);
  await end(parts, 1);
}
