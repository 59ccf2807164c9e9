// Tries the compose file for real: members chat over the balancer while the instances are scaled from one to three and
// back and containers are frozen, killed and restarted; then their journals are held against the database.
//   node docker/try.mjs            (make images first; ws from tests/node_modules)
// ENGINE and COMPOSE name the programs: docker and "docker compose" where that is, else podman and podman-compose. It is a
// project of its own, whose volumes are removed before and after it.
import { execFile, spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { check } from '../tests/cluster/support/checker.mjs';
import { delays } from '../tests/cluster/support/delays.mjs';
import { Journal, outcomeOf } from '../tests/cluster/support/journal.mjs';
import { Load, loginsOf } from '../tests/cluster/support/load.mjs';
import { readTruth } from '../tests/cluster/support/truth.mjs';
import { Random } from '../tests/cluster/support/random.mjs';
import { sleep } from '../tests/wire/support/club.mjs';
import { Line } from '../tests/wire/support/line.mjs';

const COMMAND_MS = 180_000;
const READY_MS = 180_000;
const AGREES_MS = 60_000;
const CALM_MS = 5000;
const PORT = Number(process.env.PORT) || 18443;
const PROJECT = 'club-try';
const STOPS_SECONDS = 15;
const seed = Number(process.env.SEED) || Date.now() % 1_000_000;
const engine = process.env.ENGINE ?? (spawnSync('docker', ['--version']).error ? 'podman' : 'docker'); // as `make images`
const compose = (process.env.COMPOSE ?? (basename(engine) === 'podman' ? 'podman-compose' : 'docker compose')).split(' ');
const file = fileURLToPath(new URL('compose.yaml', import.meta.url));
const settings = { CLUB_PUBLISH: `127.0.0.1:${PORT}`, CLUB_URL: `https://localhost:${PORT}`, CLUB_RATE_POSTS: 'off', CLUB_FIRST_DAY: 'off' };
const began = Date.now();
const say = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);

function run(program, words, { input = '', env = {} } = {}) {
  return new Promise((done, reject) => {
    const child = execFile(program, words, { timeout: COMMAND_MS, maxBuffer: 1 << 28, env: { ...process.env, ...env } }, (error, output, errors) => {
      if (error) reject(new Error(`${program} ${words.join(' ')}: ${error.message}\n${errors}`));
      else done(output.trim());
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

const ask = (...words) => run(engine, words);

// ---- the project ----

// Old podman-compose says with a failure that a container is there already.
const project = (...words) => [...compose.slice(1), '-p', PROJECT, '-f', file, ...words];
const up = (instances) => run(compose[0], project('up', '-d'), { env: { ...settings, CLUBD_N: String(instances) } }).catch(() => {});
const down = () => run(compose[0], project('down', '-v'), { env: { ...settings, CLUBD_N: '3' } });

/** Its containers of a service, the oldest first: names. */
async function containers(service, { all = false } = {}) {
  const labels = [`project=${PROJECT}`, `service=${service}`].flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
  const words = ['ps', ...labels, '--format', '{{.Names}}'];
  const names = (await ask(...words, ...(all ? ['--all'] : []))).split('\n').filter(Boolean);
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

const one = async (service) => (await containers(service, { all: true }))[0];

async function scale(instances) {
  say(`scaled to ${instances}`);
  await up(instances);
  // Docker has done this already.
  for (const name of (await containers('clubd', { all: true })).slice(instances)) {
    await ask('stop', '-t', String(STOPS_SECONDS), name);
    await ask('rm', name);
  }
}

/** Until so many instances say that they are ready. */
async function ready(instances) {
  for (const until = Date.now() + READY_MS; ; await sleep(500)) {
    const names = await containers('clubd');
    const answers = await Promise.allSettled(names.map((name) => ask('exec', name, 'clubd', 'health', '9464')));
    if (answers.filter(({ status }) => status === 'fulfilled').length >= instances) return;
    if (Date.now() > until) throw new Error(`${instances} instances are not ready: ${JSON.stringify(answers)}`);
  }
}

// ---- what the members' harness wants of a cluster ----

/** The balancer, as if it were the one instance. */
class Gate {
  constructor(certificate) {
    this.certificate = certificate;
  }

  open({ cookie }) {
    return new Line(`wss://localhost:${PORT}/ws`, { cookie, origin: settings.CLUB_URL, ca: this.certificate });
  }
}

async function certificate() {
  for (const until = Date.now() + READY_MS; ; await sleep(500)) {
    const socket = tls.connect({ host: '127.0.0.1', port: PORT, rejectUnauthorized: false });
    const found = await new Promise((done) => {
      socket.once('secureConnect', () => done(socket.getPeerCertificate()));
      socket.once('error', () => done(undefined));
    });
    socket.destroy();
    if (found?.raw) return `-----BEGIN CERTIFICATE-----\n${found.raw.toString('base64')}\n-----END CERTIFICATE-----\n`;
    if (Date.now() > until) throw new Error('the balancer lets nobody in');
  }
}

async function makeMembers(logins) {
  const [container] = await containers('clubd');
  const rows = logins.map((login) => `${login},верблюд-на-мосту 42,Member ${login},kz,Караван,${login === 'moderator' ? 'moderator' : 'member'}`);
  const sheet = ['login,password,name,country,company,role', ...rows].join('\n');
  await run(engine, ['exec', '-i', container, 'clubd', 'member', 'import', '/dev/stdin'], { input: `${sheet}\n` });
  const cookies = (await ask('exec', container, 'clubd', 'session', 'add', ...logins)).split('\n');
  return new Map(logins.map((login, index) => [login, cookies[index]]));
}

async function query(sql) {
  const words = ['exec', '-i', await one('postgresql'), '/opt/postgresql/psql', '-h', '/tmp', '-U', 'postgres', '-d', 'club', '-X', '-q', '-A', '-t', '-f', '-'];
  const output = await run(engine, words, { input: `SELECT row_to_json(found) FROM (${sql}) found;\n` });
  return output.split('\n').filter(Boolean).map((row) => JSON.parse(row));
}

// ---- what is done to it ----

async function disturb() {
  const instance = async (number) => (await containers('clubd', { all: true }))[number - 1];
  await sleep(CALM_MS);
  await scale(3);
  await ready(3);
  await sleep(CALM_MS);

  say('an instance is frozen for ten seconds');
  await ask('pause', await instance(1));
  await sleep(10_000);
  await ask('unpause', await instance(1));
  await sleep(CALM_MS);

  say('an instance is killed');
  await ask('kill', '-s', 'KILL', await instance(2));
  await sleep(CALM_MS);
  await ask('start', await instance(2));
  await ready(3);

  say('Redis is killed');
  await ask('kill', '-s', 'KILL', await one('redis'));
  await sleep(CALM_MS);
  await ask('start', await one('redis'));
  await sleep(CALM_MS);

  say('PostgreSQL is restarted');
  await ask('restart', '-t', '60', await one('postgresql'));
  await ready(3);
  await sleep(CALM_MS);

  say('the instances are restarted one after the other');
  for (let number = 1; number <= 3; number++) {
    await ask('restart', '-t', String(STOPS_SECONDS), await instance(number));
    await ready(3);
    await sleep(2000);
  }
  await scale(1);
  await ready(1);
  await sleep(CALM_MS);
}

// ---- the whole ----

async function agree(load, journal) {
  for (const until = Date.now() + AGREES_MS; ; await sleep(500)) {
    const heads = new Map((await query('SELECT id, head FROM room')).map(({ id, head }) => [id, Number(head)]));
    const behind = load.clients.filter((client) => !client.follows || [...client.rooms].some(([room, { cursor }]) => cursor !== heads.get(room)));
    if (!behind.length) return;
    if (Date.now() > until) return behind.map(({ name }) => journal.violation('after the faults everybody agrees', `${name} is behind`));
  }
}

function report(journal, load, violations) {
  const { answers, told } = delays(journal);
  const outcomes = { answered: 0, unknown: 0, refused: 0 };
  for (const write of journal.writes) outcomes[outcomeOf(write)]++;
  const connects = load.clients.reduce((sum, client) => sum + client.reconnects, 0);
  say(`writes: ${outcomes.answered} answered, ${outcomes.unknown} unknown, ${outcomes.refused} refused`);
  say(`${journal.deliveries} deliveries to ${load.clients.length} clients over ${connects} connections`);
  const times = ({ median, high, longest }) => `${Math.round(median)} ms (half), ${Math.round(high)} ms (99 of 100), ${Math.round(longest)} ms (all)`;
  say(`posts answered within ${times(answers)}`);
  say(`and told within ${times(told)}`);
  for (const { rule, text } of violations.slice(0, 20)) say(`${rule}: ${text}`);
  say(`violations: ${violations.length}`);
}

async function chat() {
  const random = new Random(seed);
  const logins = loginsOf();
  const cookies = await makeMembers(logins);
  const cluster = { instances: [new Gate(await certificate())], query, cookie: async (login) => cookies.get(login) };
  const journal = new Journal();
  const load = new Load({ cluster, journal, random: random.of('load') });
  await load.start();
  say(`${load.clients.length} clients chat over the balancer, seed ${seed}`);
  await disturb();
  await load.rest();
  await agree(load, journal);
  await load.stop();
  const violations = check(journal, await readTruth(cluster, load.clients));
  report(journal, load, violations);
  return violations.length === 0;
}

await down().catch(() => {});
let fine = false;
try {
  say('up with one instance');
  await up(1);
  await ready(1);
  fine = await chat();
} finally {
  if (process.env.KEEP !== '1') await down();
}
process.exit(fine ? 0 : 1);
