// Faults of one to ten seconds that overlap, all chosen by a seed before they begin. Each takes hold of one thing (an
// instance, PostgreSQL, Redis, a line) and gives it back healed; what is held is not broken twice.
import { sleep } from '../../wire/support/club.mjs';

const FIRST_MS = 2000;
const BETWEEN_MS = [300, 1600];
const LASTS_MS = [1000, 10_000];
const SHORT_MS = [1000, 4000];
const LATE_MS = 2000;

// `on`: what is taken hold of. `end` undoes it; what has none heals by itself.
const kinds = {
  'instance killed': {
    weight: 4,
    on: 'instance',
    begin: ({ instance }) => instance.kill(),
    end: ({ instance }) => instance.serveUntilReady(),
  },
  'instance stopped': { weight: 4, on: 'instance', begin: ({ instance }) => instance.pause(), end: ({ instance }) => instance.resume() },
  'instance goes away': {
    weight: 2,
    on: 'instance',
    begin: ({ instance }) => instance.leave(),
    end: ({ instance }) => instance.serveUntilReady(),
  },
  'redis emptied': { weight: 1, on: 'redis', lasts: [0, 0], begin: ({ redis }) => redis.command('FLUSHALL') },
  'redis killed': { weight: 2, on: 'redis', begin: ({ redis }) => redis.kill(), end: ({ redis }) => redis.restart() },
  'redis stopped': { weight: 2, on: 'redis', begin: ({ redis }) => redis.pause(), end: ({ redis }) => redis.resume() },
  'redis deaf': { weight: 3, on: 'redisLink', begin: ({ redisLink }) => (redisLink.mode = 'withhold') },
  'redis doubles': { weight: 2, on: 'redisLink', begin: ({ redisLink }) => (redisLink.mode = 'double') },
  'redis reorders': { weight: 2, on: 'redisLink', begin: ({ redisLink }) => (redisLink.mode = 'reorder') },
  'redis garbles': { weight: 2, on: 'redisLink', begin: ({ redisLink }) => (redisLink.mode = 'garble') },
  'redis speaks nonsense': { weight: 1, on: 'redisLink', lasts: SHORT_MS, begin: ({ redisLink }) => (redisLink.mode = 'nonsense') },
  'redis cut': { weight: 1, on: 'redisLink', lasts: [0, 0], begin: ({ redisLink }) => redisLink.cut() },
  'redis unreachable': { weight: 1, on: 'redisLink', begin: ({ redisLink }) => redisLink.silence() },
  'postgres restarted (fast)': { weight: 1, on: 'postgres', lasts: [0, 0], begin: ({ postgres }) => postgres.restart({ mode: 'fast' }) },
  'postgres restarted (immediate)': { weight: 1, on: 'postgres', lasts: [0, 0], begin: ({ postgres }) => postgres.restart({ mode: 'immediate' }) },
  'postgres away': { weight: 1, on: 'postgres', begin: ({ postgres }) => postgres.halt({ mode: 'immediate' }), end: ({ postgres }) => postgres.serve() },
  'postgres killed': { weight: 1, on: 'postgres', lasts: SHORT_MS, begin: ({ postgres }) => postgres.kill(), end: ({ postgres }) => postgres.serve() },
  'postgres stopped': { weight: 1, on: 'postgres', lasts: SHORT_MS, begin: ({ postgres }) => postgres.pause(), end: ({ postgres }) => postgres.resume() },
  'postgres ends its backends': { weight: 2, on: 'postgres', lasts: [0, 0], begin: ({ postgres }) => postgres.terminate().catch(() => {}) },
  'postgres cut': { weight: 2, on: 'postgresLink', lasts: [0, 0], begin: ({ postgresLink }) => postgresLink.cut() },
  'postgres cut before COMMIT': { weight: 3, on: 'postgresLink', lasts: SHORT_MS, begin: cutAtCommit('before') },
  'postgres cut after COMMIT': { weight: 3, on: 'postgresLink', lasts: SHORT_MS, begin: cutAtCommit('after') },
  'postgres slow': { weight: 2, on: 'postgresLink', begin: ({ postgresLink, random }) => (postgresLink.delay = random.between(5, 400)) },
  'postgres unreachable': { weight: 1, on: 'postgresLink', begin: ({ postgresLink }) => postgresLink.silence() },
};

function cutAtCommit(mode) {
  return ({ postgresLink, random }) => {
    postgresLink.share = random.pick([0.1, 0.4, 1]);
    postgresLink.mode = mode;
  };
}

/** What may be broken of this cluster: {name: [thing, …]}. */
function things(cluster) {
  return {
    instance: cluster.instances,
    redis: cluster.redis ? [cluster.redis] : [],
    redisLink: cluster.redisLinks,
    postgres: cluster.postgres ? [cluster.postgres] : [],
    postgresLink: cluster.postgresLinks,
  };
}

/** The faults of so many milliseconds: [{at, lasts, kind, on, which, seed}]. */
export function plan(cluster, random, ms) {
  const there = things(cluster);
  const weights = Object.fromEntries(Object.entries(kinds).filter(([, kind]) => there[kind.on].length).map(([name, kind]) => [name, kind.weight]));
  const heldUntil = new Map();
  const faults = [];
  for (let at = FIRST_MS; at < ms; at += random.between(...BETWEEN_MS)) {
    const kind = random.weighted(weights);
    const { on, lasts: [least, most] = LASTS_MS } = kinds[kind];
    const which = random.between(0, there[on].length - 1);
    const lasts = Math.min(random.between(least, most), ms - at);
    const thing = `${on} ${which}`;
    if (at < (heldUntil.get(thing) ?? 0)) continue;
    heldUntil.set(thing, at + lasts + 1000);
    faults.push({ at, lasts, kind, on, which, seed: random.between(0, 2 ** 31) });
  }
  return faults;
}

/** Carries the faults out; all is healed when it is done. `told` hears of each, and when it is `over`. */
export async function carryOut(cluster, faults, random, told = () => {}) {
  const began = Date.now();
  const there = things(cluster);
  const held = new Map(); // the end of what a thing was last held by
  const one = async ({ at, lasts, kind, on, which, seed }) => {
    await sleep(Math.max(began + at - Date.now(), 0));
    const thing = `${on} ${which}`;
    const before = held.get(thing);
    let release;
    held.set(thing, new Promise((done) => (release = done)));
    await before;
    if (Date.now() - began > at + LATE_MS) return void release(); // the one before took longer than was planned
    told({ at: Date.now() - began, kind, which, lasts });
    const context = { [on]: there[on][which], random: random.of(String(seed)) };
    try {
      await kinds[kind].begin(context);
      await sleep(lasts);
      if (kinds[kind].end) await kinds[kind].end(context);
      else if (on.endsWith('Link')) context[on].heal();
      if (lasts) told({ at: Date.now() - began, kind, which, over: true });
    } finally {
      release();
    }
  };
  const results = await Promise.allSettled(faults.map(one));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}
