// Members post, edit, remove, react and read over all instances, and moderators act on them, while everything breaks; then
// all is healed, everybody must agree, and the journals are held against the store.
import { sleep } from '../../wire/support/club.mjs';
import { check } from './checker.mjs';
import { Cluster, eventually, within } from './cluster.mjs';
import { delays } from './delays.mjs';
import { carryOut, plan } from './faults.mjs';
import { Journal, outcomeOf } from './journal.mjs';
import { Load, readerLogins, writerLogins } from './load.mjs';
import { KEEPERS, LOUD, Moderating, ROOM, readModerated } from './moderating.mjs';
import { checkModerating } from './moderating_check.mjs';
import { Random } from './random.mjs';

const AGREES_MS = 10_000;
const RESTS_MS = 40_000;
const PROBE = 'probe';
const DIED = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL']);

/** `{seed, seconds, told?, …}`: of what happened, in counts, and the violations. */
export async function faultsFor({ seed, seconds, told = () => {}, ...options }) {
  const counts = {};
  const result = await underLoad({ ...options, seed, links: true, told }, async ({ cluster, random }) => {
    const faults = plan(cluster, random.of('faults'), seconds * 1000);
    const until = Date.now() + seconds * 1000;
    await carryOut(cluster, faults, random.of('choices'), (fault) => {
      if (!fault.over) counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
      told(fault);
    });
    await sleep(Math.max(0, until - Date.now()));
  });
  return { ...result, seconds, faults: counts };
}

/** One instance after the other goes away and comes back: also how each ended, and how long everything took. */
export async function rollingRestart({ seed }) {
  const began = Date.now();
  const ends = [];
  const result = await underLoad({ seed, instances: 3, steady: true }, async ({ cluster }) => {
    await sleep(3000);
    for (const instance of cluster.instances) {
      ends.push(await instance.leave());
      await instance.serveUntilReady();
      await sleep(1500);
    }
  });
  return { ...result, seconds: Math.round((Date.now() - began) / 1000), faults: { 'instance goes away': ends.length }, ends };
}

/** Members write and read while `disturb` does what it does; then everybody must agree. */
async function underLoad({ seed, instances = 3, store = 'postgresql', redis = true, links = false, steady = false, told = () => {} }, disturb) {
  const random = new Random(seed);
  const members = [...new Set([...writerLogins, ...readerLogins, ...KEEPERS, ...LOUD, PROBE])];
  const cluster = await Cluster.start({ instances, store, redis, links, seed, members, settings: { CLUB_LIMITS: 'off' } });
  const journal = new Journal();
  const load = new Load({ cluster, journal, steady, random: random.of('load') });
  const moderating = new Moderating({ cluster, random: random.of('moderating') });
  try {
    await load.start();
    await moderating.start();
    await disturb({ cluster, random });
    cluster.heal();
    const healed = Date.now();
    told({ kind: 'healed' });
    await within(Promise.all([load.rest(), moderating.rest()]), RESTS_MS);
    const agreed = await agree(cluster, load, journal, healed);
    told({ kind: 'agreed', after: agreed });
    falls(cluster, journal);
    await Promise.all([load.stop(), moderating.stop()]);
    const { acts, journal: loud } = moderating;
    const violations = [...check(journal, await readTruth(cluster, load)), ...loud.seen, ...checkModerating(acts, loud.writes, await readModerated(cluster))];
    return { seed, agreed, links: linkCounts(cluster), ...delays(journal), ...summary(journal, load), acts: counted(acts, loud), violations };
  } finally {
    load.stopping = moderating.stopping = true;
    await Promise.all([load.stop(), moderating.stop()]);
    await cluster.finish();
  }
}

/** What everybody must see alike once nothing is broken any more: milliseconds until it was so. */
async function agree(cluster, load, journal, healed) {
  const rested = Date.now(); // before that, there is still something new
  const cookie = await cluster.cookie(PROBE);
  const probeOf = (instance) => eventually(() => instance.connect({ cookie }).catch(() => undefined), 'a probe is let in');
  const probes = await Promise.all(cluster.instances.map(probeOf));
  let differences;
  do {
    differences = await look(cluster, load, probes);
    if (!differences.length) break;
    await sleep(250);
  } while (Date.now() < rested + AGREES_MS);
  const took = Date.now() - healed;
  for (const text of differences.slice(0, 10)) journal.violation('after the faults everybody agrees', text);
  await Promise.all(probes.map((probe) => probe.close()));
  return took;
}

async function look(cluster, load, probes) {
  const differences = [];
  const heads = new Map((await cluster.query('SELECT id, head FROM room')).map(({ id, head }) => [id, Number(head)]));
  for (const room of load.rooms.filter((id) => id !== load.direct)) {
    for (const [i, probe] of probes.entries()) {
      const online = present(cluster, load, room, i);
      const { result, error } = await probe.ask('room.join', { room, limit: 1 });
      if (error) differences.push(`${room} on ${i}: ${JSON.stringify(error)}`);
      else if (result.room.head !== heads.get(room)) differences.push(`${room} on ${i}: head ${result.room.head}, the store has ${heads.get(room)}`);
      else if (result.room.online !== online) differences.push(`${room} on ${i}: online ${result.room.online}, there are ${online}`);
    }
  }
  for (const client of load.clients) {
    if (!client.follows) differences.push(`${client.name} has not joined all its rooms`);
    for (const [room, { cursor }] of client.rooms) {
      if (cursor !== heads.get(room)) differences.push(`${client.name} has ${room} up to ${cursor}, the store ${heads.get(room)}`);
    }
  }
  return differences;
}

/** Distinct members in a room as an instance knows them, the probe too: without Redis only its own. */
function present(cluster, load, room, instance) {
  const here = load.clients.filter((client) => client.rooms.has(room) && (cluster.redis || client.line?.instance === cluster.instances[instance]));
  return new Set(here.map(({ login }) => login)).size + 1;
}

/** An instance that ends by itself while it serves. */
function falls(cluster, journal) {
  for (const [i, instance] of cluster.instances.entries()) {
    for (const { status, signal } of instance.falls) {
      if (DIED.has(signal)) journal.violation('no instance crashes', `instance ${i}: ${signal}\n${instance.log.slice(-2000)}`);
    }
    const said = /ERROR: \w+Sanitizer|runtime error:|Assertion|assert failed/.exec(instance.log);
    if (said) journal.violation('no instance crashes', instance.log.slice(said.index, said.index + 2000));
  }
}

const TYPES = [, 'message', 'edit', 'remove', 'react'];
const NUMBERS = ['seq', 'at', 'edited', 'removed', 'target', 'reply_to', 'flag'];

export async function readTruth(cluster, load) {
  const rooms = {};
  const others = `room.id <> '${ROOM}'`; // where moderators act
  for (const { id, head } of await cluster.query(`SELECT id, head FROM room WHERE ${others} ORDER BY id`)) rooms[id] = { head: Number(head), entries: [] };
  const rows = await cluster.query(
    `SELECT room.id AS room, seq, entry.at, type, login AS member, entry.client_id, text, edited, removed, target, reply_to, emoji, flag
     FROM entry JOIN room ON room.key = entry.room JOIN member ON member.key = entry.member WHERE ${others} ORDER BY room.id, seq`,
  );
  for (const row of rows) {
    for (const name of NUMBERS) if (row[name] !== null) row[name] = Number(row[name]);
    row.type = TYPES[row.type];
    rooms[row.room].entries.push(row);
  }
  const members = Object.fromEntries(load.clients.map((client) => [client.login, client.me]));
  return { rooms, members };
}

function linkCounts(cluster) {
  const sum = {};
  for (const link of [...cluster.postgresLinks, ...cluster.redisLinks]) {
    for (const [name, count] of Object.entries(link.counts)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}

function summary(journal, load) {
  const outcomes = { answered: 0, unknown: 0, refused: 0 };
  for (const write of journal.writes) outcomes[outcomeOf(write)]++;
  const attempts = journal.writes.reduce((sum, write) => sum + write.attempts.length, 0);
  const connects = load.clients.reduce((sum, client) => sum + client.reconnects, 0);
  return { writes: outcomes, attempts, deliveries: journal.deliveries, pages: journal.pages.length, connects };
}

/** Answered acts by their kind, and how those who went on writing fared. */
function counted(acts, loud) {
  const counts = {};
  for (const { action, lifts, outcome } of acts) {
    const name = outcome === 'answered' ? `${action}${lifts ? ' lifted' : ''}` : `${action} ${outcome}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  for (const write of loud.writes) counts[`posts ${outcomeOf(write)}`] = (counts[`posts ${outcomeOf(write)}`] ?? 0) + 1;
  return counts;
}

const times = ({ median, most, worst }) => `${median} ms (half), ${most} ms (99 of 100), ${worst} ms (all)`;

export function report({ seed, seconds, faults, agreed, links, answers, told, writes, acts, attempts, deliveries, pages, connects, violations }) {
  const list = (counts) => Object.entries(counts).sort().map(([name, count]) => `${name} ${count}`).join(', ');
  const lines = [
    `seed ${seed}, ${seconds} s`,
    `writes: answered ${writes.answered}, unknown ${writes.unknown}, refused ${writes.refused}, sent ${attempts} times`,
    `moderated: ${list(acts)}`,
    `told: ${deliveries} deliveries, ${pages} pages, over ${connects} connections`,
    `posts answered within ${times(answers)}, told within ${times(told)}`,
    `faults: ${list(faults)}`,
    `lines: ${list(links)}`,
    `all agreed ${agreed} ms after the faults`,
    `violations: ${violations.length}`,
  ];
  const rules = new Map();
  for (const { rule, text } of violations) rules.set(rule, [...(rules.get(rule) ?? []), text]);
  for (const [rule, texts] of rules) {
    lines.push(`  ${rule}: ${texts.length}`);
    for (const text of texts.slice(0, 4)) lines.push(`    ${text}`);
  }
  return lines.join('\n');
}
