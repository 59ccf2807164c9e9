// Members post, edit, remove, react and read over all instances, and moderators act on them, while everything breaks; then
// all is healed, everybody must agree, and the journals are held against the store.
import { sleep } from '../../wire/support/club.mjs';
import { check } from './checker.mjs';
import { Cluster, eventually, within } from './cluster.mjs';
import { delays } from './delays.mjs';
import { carryOut, plan, things } from './faults.mjs';
import { EFFECT_MS, Journal, outcomeOf } from './journal.mjs';
import { Load, loginsOf } from './load.mjs';
import { checkRoom } from './moderated_room.mjs';
import { KEEPERS, LOUD, Moderating, ROOM, readAudit } from './moderating.mjs';
import { checkModerating } from './moderating_check.mjs';
import { Random } from './random.mjs';
import { readModeratedRoom, readTruth } from './truth.mjs';
import { listViolations } from './violations.mjs';

const AGREES_MS = 10_000;
const RESTS_MS = 40_000;
const LET_IN_MS = 60_000; // thousands may be coming back
const PART_MS = 240_000;
const LONG_RUN_SECONDS = 300;
const PROBE = 'probe';
const DIED = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL']);

/** `{seed, seconds, told?, prefer?, …}`: of what happened, in counts, and the violations. */
export async function faultsFor({ seed, seconds, told = () => {}, prefer = [], ...options }) {
  let broken;
  const result = await underLoad({ ...options, seed, links: true, told }, async ({ cluster, random, journal }) => {
    broken = await breakThings({ there: things(cluster), random, journal, seconds, told, prefer, evenly: !prefer.length });
  });
  return { ...result, seconds, faults: broken.counts };
}

/**
 * Breaks things for so long: how often each kind came to something, and what was told of them when. A long time has parts: all is
 * healed between them, and what came to something seldom comes the more often from then on.
 */
export async function breakThings({ there, random, journal, seconds, told, ...options }) {
  const counts = {};
  const log = [];
  const chosen = random.of('faults');
  const choices = random.of('choices');
  const long = seconds >= LONG_RUN_SECONDS;
  const began = Date.now();
  const left = () => began + seconds * 1000 - Date.now();
  while (left() > 0) {
    const before = Date.now() - began;
    const faults = plan(there, chosen, Math.min(PART_MS, left()), { ...options, counts, long });
    if (!faults.length) break;
    const take = ({ at, since, ...fault }) => {
      if (fault.over && !fault.idle) counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
      const news = { at: at + before, ...fault, ...(since !== undefined && { since: since + before }) };
      log.push({ time: performance.now(), ...news });
      told(news);
    };
    const errors = await carryOut(there, faults, choices, take, options);
    for (const error of errors) journal.violation('the harness works', error.stack);
    if (errors.some(({ goesOn }) => goesOn)) return { counts, log };
  }
  await sleep(Math.max(0, left()));
  return { counts, log };
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

/** Members write and read while `disturb` does what it does; then everybody must agree. `start`: another cluster than one
 * on this machine's own network; `size`: of the load; `beside`: what else goes on, `(cluster, random) => [actor, …]`. */
export async function underLoad({ seed, steady = false, told = () => {}, start = Cluster.start, size, logins = [], beside = () => [], ...setup }, disturb) {
  const random = new Random(seed);
  const { instances = 3, store = 'postgresql', redis = true, links = false } = setup;
  const members = [...new Set([...loginsOf(size), ...KEEPERS, ...LOUD, PROBE, ...logins])];
  const cluster = await start({ instances, store, redis, links, seed, members, settings: { CLUB_LIMITS: 'off' } });
  const journal = new Journal();
  const load = new Load({ cluster, journal, steady, size, random: random.of('load') });
  const moderating = new Moderating({ cluster, random: random.of('moderating') });
  const actors = beside({ cluster, random, journal });
  const all = [load, moderating, ...actors];
  let result;
  try {
    for (const one of all) await one.start();
    await disturb({ cluster, random, journal });
    result = await found({ cluster, journal, load, moderating, actors, all, told });
  } finally {
    for (const one of all) one.stopping = true;
    await Promise.all(all.map((one) => one.stop()));
    await cluster.finish().catch((error) => {
      if (!result) throw error;
      result.violations.push({ rule: 'all parts end well', text: error.stack });
    });
  }
  return { seed, ...result };
}

/** All is healed, and looked at. */
async function found({ cluster, journal, load, moderating, actors, all, told }) {
  await cluster.heal();
  const healed = Date.now();
  told({ kind: 'healed' });
  const known = instancesKnow({ cluster, load, journal, healed });
  const rested = await within(Promise.all(all.map((one) => one.rest())).then(() => true), RESTS_MS);
  if (!rested) journal.violation('what was under way comes to an end', `not within ${RESTS_MS} ms after the faults`);
  const agreed = await agree(cluster, { load, moderating, journal, healed }).catch((error) => {
    journal.violation('after the faults everybody agrees', error.stack);
    return Infinity;
  });
  told({ kind: 'agreed', after: agreed });
  await known;
  falls(cluster, journal);
  for (const actor of actors) await actor.agrees().catch((error) => journal.violation('after the faults everybody agrees', error.stack));
  await Promise.all(all.map((one) => one.stop()));
  const { acts, journal: loud } = moderating;
  const epochs = cluster.promotions ?? 0;
  const moderated = await readModeratedRoom(cluster, moderating.members);
  const violations = [
    ...check(journal, await readTruth(cluster, [...load.clients, ...actors.flatMap(({ clients = [] }) => clients)]), { epochs }),
    ...checkRoom(loud, acts, moderated, { epochs }),
    ...checkModerating(acts, loud.writes, { entries: moderated.rooms[ROOM].entries, audit: await readAudit(cluster) }, moderating.told()),
  ];
  for (const actor of actors) violations.push(...actor.found);
  for (const text of await cluster.complaints()) violations.push({ rule: "the store's own check finds it whole", text });
  return { agreed, links: linkCounts(cluster), ...delays(journal), ...summary(journal, load), acts: counted(acts, loud), violations };
}

/** Ten seconds after it was healed each instance knows of everything that was committed two seconds before, and of the same
 * history as the store, whoever is not back yet. */
async function instancesKnow({ cluster, load, journal, healed }) {
  const differ = (text) => journal.violation('ten seconds after the faults each instance knows what is there', text);
  const one = async (instance, i, { heads, epoch }) => {
    const probe = new Probe(instance, await cluster.cookie(PROBE));
    try {
      for (const room of load.openRooms) {
        const { as_of: head } = await probe.ask('room.history', { room, limit: 1 });
        if (head < heads.get(room)) differ(`${room} on ${i}: head ${head}, the store had ${heads.get(room)}`);
      }
      if (epoch && probe.line.welcome.epoch !== epoch) differ(`history ${probe.line.welcome.epoch} on ${i}, the store has ${epoch}`);
    } finally {
      await probe.line?.close();
    }
  };
  try {
    await sleep(healed + AGREES_MS - EFFECT_MS - Date.now());
    const known = { heads: await headsOf(cluster), epoch: await epochOf(cluster) };
    await sleep(EFFECT_MS);
    await Promise.all(cluster.instances.map((instance, i) => one(instance, i, known).catch(({ stack }) => differ(stack))));
  } catch ({ stack }) {
    differ(stack);
  }
}

/** Asks an instance until it answers: thousands may be coming back. */
class Probe {
  constructor(instance, cookie) {
    Object.assign(this, { instance, cookie });
  }

  ask(method, params) {
    return eventually(async () => {
      this.line = await letIn(this.instance, this.cookie, this.line, LET_IN_MS);
      return (await this.line.ask(method, params).catch(() => ({}))).result;
    }, `${method} is answered`, LET_IN_MS);
  }
}

const letIn = (instance, cookie, line, ms) => (line && !line.isClosed ? line : eventually(() => instance.connect({ cookie }).catch(() => undefined), 'a probe is let in', ms));

/** Of each room. */
const headsOf = async (cluster) => new Map((await cluster.query('SELECT id, head FROM room')).map(({ id, head }) => [id, Number(head)]));

/** Of a store that several instances share. */
const epochOf = async (cluster) => (cluster.instances.length > 1 ? (await cluster.query('SELECT club_epoch_1() AS epoch'))[0].epoch : undefined);

/** What everybody must see alike once nothing is broken any more: milliseconds until it was so. */
async function agree(cluster, { load, moderating, journal, healed }) {
  const rested = Date.now(); // before that, there is still something new
  const cookie = await cluster.cookie(PROBE);
  let probes = [];
  let differences;
  do {
    probes = await Promise.all(cluster.instances.map((instance, i) => letIn(instance, cookie, probes[i])));
    differences = await look(cluster, load, probes, [...load.clients, ...moderating.followers]);
    if (!differences.length) break;
    await sleep(250);
  } while (Date.now() < rested + AGREES_MS);
  const took = Date.now() - healed;
  for (const text of differences.slice(0, 10)) journal.violation('after the faults everybody agrees', text);
  await Promise.all(probes.map((probe, i) => readAlong(probe, `probe ${i}`, load, journal).catch((error) => journal.violation('after the faults everybody agrees', error.message))));
  await Promise.all(probes.map((probe) => probe.close()));
  return took;
}

/** What an instance gives of each room goes into the journal, too. */
async function readAlong(probe, line, load, journal) {
  for (const room of load.openRooms) {
    const asked = { method: 'room.history', line, room, limit: 100, sentAt: journal.clock() };
    journal.page(asked, await probe.call('room.history', { room, limit: 100 }));
  }
}

async function look(cluster, load, probes, followers) {
  const differences = [];
  const heads = await headsOf(cluster);
  for (const room of load.openRooms) {
    for (const [i, probe] of probes.entries()) {
      const online = present(cluster, load, room, i);
      const { result, error } = await probe.ask('room.join', { room, limit: 1 }).catch((reason) => ({ error: reason.message }));
      if (error) differences.push(`${room} on ${i}: ${JSON.stringify(error)}`);
      else if (result.room.head !== heads.get(room)) differences.push(`${room} on ${i}: head ${result.room.head}, the store has ${heads.get(room)}`);
      else if (result.room.online !== online) differences.push(`${room} on ${i}: online ${result.room.online}, there are ${online}`);
      const { result: page } = await probe.ask('room.history', { room, limit: 1 }).catch(() => ({}));
      if (page?.as_of !== heads.get(room)) differences.push(`${room} on ${i}: known up to ${page?.as_of}, the store has ${heads.get(room)}`);
    }
  }
  for (const { room } of load.talks) {
    for (const [i, probe] of probes.entries()) {
      const { error } = await probe.ask('room.join', { room, limit: 1 }).catch(() => ({}));
      if (error?.data?.reason !== 'not_found') differences.push(`a stranger is not kept out of a direct talk on ${i}: ${JSON.stringify(error ?? null)}`);
    }
  }
  for (const client of followers) {
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

/** An instance that ended by itself while it served, and had no reason to. */
export function falls(cluster, journal) {
  for (const [i, instance] of cluster.instances.entries()) {
    for (const { status, signal, stood, excused } of instance.falls) {
      if (DIED.has(signal) || (stood && !excused)) journal.violation('no instance ends by itself', `instance ${i}: ${signal ?? status}\n${instance.log.slice(-2000)}`);
    }
    const said = /ERROR: \w+Sanitizer|runtime error:|Assertion|assert failed/.exec(instance.log);
    if (said) journal.violation('no instance ends by itself', instance.log.slice(said.index, said.index + 2000));
  }
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
  const { twice, slow } = load;
  return { writes: outcomes, attempts, deliveries: journal.deliveries, pages: journal.pages.length, marks: journal.marks.size, connects, twice, slow };
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

const times = ({ median, high, longest }) => `${Math.round(median)} ms (half), ${Math.round(high)} ms (99 of 100), ${Math.round(longest)} ms (all)`;

export function report({ seed, seconds, faults, agreed, links, answers, told, writes, acts, attempts, deliveries, pages, marks, connects, twice, slow, violations }) {
  const list = (counts) => Object.entries(counts).sort().map(([name, count]) => `${name} ${count}`).join(', ');
  const lines = [
    `seed ${seed}, ${seconds} s`,
    `writes: answered ${writes.answered}, unknown ${writes.unknown}, refused ${writes.refused}, sent ${attempts} times`,
    `moderated: ${list(acts)}`,
    `posts sent to two instances at once: ${twice.sent}, answered by both: ${twice.answered}; rooms marked as read, by members: ${marks}`,
    `told: ${deliveries} deliveries, ${pages} pages, over ${connects} connections`,
    ...(slow.readers ? [`  ${slow.readers} of them at 1 KB a second: ${slow.told} deliveries, ${slow.pages} joins`] : []),
    `posts answered within ${times(answers)}, told within ${times(told)}`,
    `faults: ${list(faults)}`,
    `lines: ${list(links)}`,
    `all agreed ${agreed} ms after the faults`,
    ...listViolations(violations),
  ];
  return lines.join('\n');
}
