// Faults of some seconds that overlap, chosen by a seed before they begin: of a long time part by part. Each takes hold of
// one thing (an instance, PostgreSQL, Redis, a line), or of all of a kind, of another kind too, and gives it back healed; what is
// held is not broken twice.
import { sleep } from '../../wire/support/club.mjs';
import { within } from './cluster.mjs';

const FIRST_MS = 2000;
const BETWEEN_MS = [300, 2350];
const LASTS_MS = [1000, 10_000];
const SHORT_MS = [1000, 4000];
/** How late what waits for the one before still begins, at least: of a long time a share, or what often waits would come rarely. */
const LATE_MS = 6000;
const LATE_SHARE = 0.1;
const GOES_ON_MS = 5000;
const SERVES_MS = 4000; // until an instance serves again, about, whatever else is broken
/** In which an instance that is told to leave has ended: eight seconds, on a machine that has other things to do. */
export const LEAVES_MS = 15_000;
const LOOKS_MS = 250;
const ENDS_MS = 120_000; // after the last one was to be over, as late as it may be
const PREFERRED = 6; // times as often
const AHEAD = 6; // halvings at most of what came more often than others
/** So many times as often as others is to come what comes to nothing at times. */
export const RARE = 1.4;

const counted = (link, name) => (context) => [context[link].counts[name]];

/** As an operator does it: it ends well, and in time. */
export async function leaves({ instance }) {
  if (!instance.running) return false;
  const { status, signal, took } = await instance.leave();
  if (status !== 0 || took > LEAVES_MS) throw new Error(`an instance ended with ${status ?? signal ?? 'nothing'} after SIGTERM, ${took} ms later\n${instance.log.slice(-2000)}`);
}

// `on`: what is taken hold of, `all`: of all of it, and of all of what it is `with`. `end` undoes it; what has none heals by
// itself. `worked`: numbers that have all grown before it is undone if it came to anything; a `begin` that came to nothing may
// say false instead. `rare`: how many times as often as others it is to come, since it comes to nothing at times; of what has
// `worked` RARE, unless it says otherwise. `longer`: how often, of one, it lasts as long as what says nothing of it, where there
// is time for it.
export const kinds = {
  'instance killed': {
    weight: 4,
    on: 'instance',
    takes: SERVES_MS,
    begin: ({ instance }) => instance.kill(),
    end: ({ instance }) => instance.serveUntilReady(),
  },
  'instance stopped': { weight: 4, on: 'instance', begin: ({ instance }) => instance.pause(), end: ({ instance }) => instance.resume() },
  'instance goes away': {
    weight: 2,
    on: 'instance',
    takes: SERVES_MS,
    begin: leaves,
    end: ({ instance }) => instance.serveUntilReady(),
  },
  'redis emptied': { weight: 1, on: 'redis', lasts: [0, 0], begin: emptied },
  'redis killed': { weight: 2, on: 'redis', begin: ({ redis }) => redis.kill(), end: ({ redis }) => redis.restart() },
  'redis stopped': { weight: 2, on: 'redis', begin: ({ redis }) => redis.pause(), end: ({ redis }) => redis.resume() },
  'redis deaf': { weight: 3, on: 'redisLink', begin: ({ redisLink }) => (redisLink.mode = 'withhold'), worked: counted('redisLink', 'withheld') },
  'redis doubles': { weight: 2, on: 'redisLink', begin: ({ redisLink }) => (redisLink.mode = 'double'), worked: counted('redisLink', 'doubled') },
  'redis reorders': { weight: 2, on: 'redisLink', begin: ({ redisLink }) => (redisLink.mode = 'reorder'), worked: counted('redisLink', 'reordered') },
  'redis garbles': { weight: 2, on: 'redisLink', begin: ({ redisLink }) => (redisLink.mode = 'garble'), worked: counted('redisLink', 'garbled') },
  'redis speaks nonsense': { weight: 1, on: 'redisLink', lasts: SHORT_MS, begin: ({ redisLink }) => (redisLink.mode = 'nonsense'), worked: counted('redisLink', 'nonsense') },
  'redis cut': { weight: 1, on: 'redisLink', lasts: [0, 0], begin: ({ redisLink }) => redisLink.cut(), worked: counted('redisLink', 'cuts') },
  'redis unreachable': { weight: 1, on: 'redisLink', begin: ({ redisLink }) => redisLink.silence(), worked: counted('redisLink', 'lost') },
  'postgres restarted (fast)': { weight: 1, on: 'postgres', lasts: [0, 0], begin: ({ postgres }) => postgres.restart({ mode: 'fast' }) },
  'postgres restarted (immediate)': { weight: 1, on: 'postgres', lasts: [0, 0], begin: ({ postgres }) => postgres.restart({ mode: 'immediate' }) },
  'postgres away': { weight: 1, on: 'postgres', begin: ({ postgres }) => postgres.halt({ mode: 'immediate' }), end: ({ postgres }) => postgres.serve() },
  'postgres killed': { weight: 1, on: 'postgres', lasts: SHORT_MS, begin: ({ postgres }) => postgres.kill(), end: ({ postgres }) => postgres.serve() },
  'postgres stopped': { weight: 1, on: 'postgres', lasts: SHORT_MS, begin: ({ postgres }) => postgres.pause(), end: ({ postgres }) => postgres.resume() },
  'postgres ends its backends': { weight: 2, on: 'postgres', lasts: [0, 0], begin: async ({ postgres }) => (await postgres.terminate()) > 0 },
  'postgres cut': { weight: 2, on: 'postgresLink', lasts: [0, 0], begin: ({ postgresLink }) => postgresLink.cut(), worked: counted('postgresLink', 'cuts') },
  'postgres cut before COMMIT': { weight: 5, on: 'postgresLink', lasts: SHORT_MS, begin: cutAtCommit('before'), worked: counted('postgresLink', 'cutBefore') },
  'postgres cut after COMMIT': { weight: 2, on: 'postgresLink', lasts: SHORT_MS, begin: cutAtCommit('after'), worked: counted('postgresLink', 'cutAfter') },
  'postgres cut before its answer to COMMIT': { weight: 2, on: 'postgresLink', lasts: SHORT_MS, begin: cutAtCommit('answer'), worked: counted('postgresLink', 'cutAnswer') },
  'postgres slow': { weight: 2, on: 'postgresLink', begin: ({ postgresLink, random }) => (postgresLink.delay = random.between(5, 400)), worked: counted('postgresLink', 'delayed') },
  'postgres unreachable': { weight: 1, on: 'postgresLink', begin: ({ postgresLink }) => postgresLink.silence(), worked: counted('postgresLink', 'lost') },
};

/** As one that is set up anew is: it has nothing, and knows nobody. */
async function emptied({ redis }) {
  await redis.command('FLUSHALL');
  const subscribed = await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  const others = await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
  return Number(subscribed) + Number(others) > 0;
}

function cutAtCommit(mode) {
  return ({ postgresLink, random }) => {
    postgresLink.share = random.pick([0.2, 0.5, 1]);
    postgresLink.mode = mode;
  };
}

/** What may be broken of this cluster: {name: [thing, …]}. */
export function things(cluster) {
  return {
    instance: cluster.instances,
    redis: cluster.redis ? [cluster.redis] : [],
    redisLink: cluster.redisLinks,
    postgres: cluster.postgres ? [cluster.postgres] : [],
    postgresLink: cluster.postgresLinks,
  };
}

/** The names of what a fault takes hold of. */
function hold({ on, which }, { with: other }, there) {
  if (which !== undefined) return [`${on} ${which}`];
  return [on, other].filter(Boolean).flatMap((of) => there[of].map((_, i) => `${of} ${i}`));
}

/**
 * The faults of so many milliseconds: [{at, lasts, kind, on, which, seed}]. `prefer`: kinds that come more often; `evenly`:
 * what came rarely is more likely, by `counts` of before, too, and what may come to nothing is to come more often; `usual`: how
 * long a fault lasts that says nothing of it; `between`: how long from the beginning of one to that of the next; `long`: of a
 * run in which what has `longer` may last as long.
 */
export function plan(there, random, ms, { own = kinds, prefer = [], evenly = false, usual = LASTS_MS, between = BETWEEN_MS, counts = {}, long = false } = {}) {
  for (const name of prefer) if (!own[name]) throw new Error(`there is no fault ${name}`);
  const possible = Object.entries(own).filter(([, kind]) => there[kind.on]?.length);
  const least = Math.min(...possible.map(([name]) => counts[name] ?? 0));
  const ahead = (name) => (evenly ? Math.min((counts[name] ?? 0) - least, AHEAD) : 0);
  // What many kinds have to take hold of is to be idle the least.
  const crowd = ({ on }) => (evenly ? possible.filter(([, other]) => other.on === on).length / there[on].length : 1);
  const weight = (name, kind) => (kind.weight * crowd(kind) * (prefer.includes(name) ? PREFERRED : 1)) / 2 ** ahead(name);
  const weights = Object.fromEntries(possible.map(([name, kind]) => [name, weight(name, kind)]));
  const heldUntil = new Map();
  const freeFrom = (name) => heldUntil.get(name) ?? 0;
  const allFrom = (kind) => Math.max(...hold(kind, kind, there).map(freeFrom));
  // What takes hold of all waits until the last one is free, and keeps the others meanwhile: else it would hardly come.
  const choices = (kind, at) => {
    const { on, all } = kind;
    if (all) return at < freeFrom(`all ${on}`) || allFrom(kind) >= ms ? [] : [undefined];
    return there[on].map((_, i) => i).filter((i) => at >= freeFrom(`${on} ${i}`));
  };
  const faults = [];
  for (let now = FIRST_MS; now < ms; now += random.between(...between)) {
    const free = Object.entries(weights).filter(([name]) => choices(own[name], now).length);
    if (!free.length) continue;
    const kind = random.weighted(Object.fromEntries(free));
    const { on, lasts: short = usual, longer = 0, takes = 1000 } = own[kind];
    const [low, high] = longer && long && random.chance(longer) ? usual : short;
    const which = random.pick(choices(own[kind], now));
    const at = which === undefined ? Math.max(now, allFrom(own[kind])) : now;
    const lasts = Math.min(low ? random.within(low, high) : random.between(low, high), ms - at);
    for (const name of [...hold({ on, which }, own[kind], there), ...(which === undefined ? [`all ${on}`] : [])]) heldUntil.set(name, at + lasts + takes);
    faults.push({ at, lasts, kind, on, which, seed: random.between(0, 2 ** 31) });
    if (evenly) weights[kind] /= 2 ** (1 / (own[kind].rare ?? (own[kind].worked ? RARE : 1)));
    if (evenly && weights[kind] < 2 ** -40) for (const name of Object.keys(weights)) weights[name] *= 2 ** 40;
  }
  return faults;
}

/**
 * Carries the faults out; all is healed when it is done. `told` hears of each when it begins, {at, kind, on, which, lasts}, and
 * when it is `over`: `since` when it began, `from` when its end began, or where it heals by itself it, `time` when that was
 * done, both as of performance.now(), and `idle` if it came to nothing. What could not be done: errors, `goesOn` if that was to
 * undo one, after which no other one begins; and those that are not over so many milliseconds, `ends`, after the last one was
 * to be, as late as it may be.
 */
export async function carryOut(there, faults, random, told = () => {}, { own = kinds, ends = ENDS_MS } = {}) {
  const began = Date.now();
  const last = Math.max(0, ...faults.map(({ at, lasts }) => at + lasts));
  const late = Math.max(LATE_MS, LATE_SHARE * last);
  const errors = [];
  let giveUp; // all that is said from then on would be of what could not be undone
  const givenUp = new Promise((done) => (giveUp = () => done(true)));
  const failed = (error) => {
    errors.push(error);
    if (error.goesOn) giveUp();
  };
  const goOn = new Map(); // faults that are not over: since when
  const held = new Map(); // the end of what a thing was last held by
  const one = async (fault) => {
    const { at, lasts, kind, on, which, seed } = fault;
    if (await within(givenUp, Math.max(began + at - Date.now(), 0))) return;
    let release;
    const end = new Promise((done) => (release = done));
    const names = hold(fault, own[kind], there);
    const before = names.map((name) => held.get(name));
    for (const name of names) held.set(name, end);
    const hopeless = await Promise.race([givenUp, Promise.all(before).then(() => false)]);
    if (hopeless || Date.now() - began > at + late) return void release(); // the one before took longer than was planned
    goOn.set(fault, Date.now());
    const since = Date.now() - began;
    told({ at: since, kind, on, which, lasts });
    const context = { [on]: which === undefined ? there[on] : there[on][which], random: random.of(String(seed)), lasts };
    const { from, idle } = await carryOutOne(own[kind], context, (error) => failed(Object.assign(error, { message: `${kind}: ${error.message}` })));
    told({ at: Date.now() - began, kind, on, which, lasts, over: true, since, from, time: performance.now(), idle });
    goOn.delete(fault);
    release();
  };
  await within(Promise.all(faults.map(one)), last + late + ends);
  for (const [{ kind, which }, since] of goOn) errors.push(new Error(`${kind}${which === undefined ? '' : ` ${which}`}: not over ${Date.now() - since} ms after it began`));
  return errors;
}

/** What was begun is ended, whatever fails meanwhile. What lasts and came to nothing so far goes on for a while. */
async function carryOutOne({ on, begin, end, worked = () => [] }, context, failed) {
  const attempt = async (action, more) => {
    try {
      return await action?.(context);
    } catch (error) {
      return failed(Object.assign(error, more));
    }
  };
  const look = () => attempt(async () => Promise.all(await worked(context)));
  const before = await look();
  const grew = async () => (await look())?.every((now, i) => now > before?.[i]) ?? false;
  let from = performance.now();
  const begun = await attempt(begin);
  if (context.lasts) await sleep(context.lasts);
  const until = Date.now() + (context.lasts ? GOES_ON_MS : 0);
  let idle = !(await grew());
  for (; idle && Date.now() < until; idle = !(await grew())) await sleep(LOOKS_MS);
  if (context.lasts) from = performance.now();
  if (end) await attempt(end, { goesOn: true });
  else if (on.endsWith('Link')) context[on].heal();
  return { from, idle: idle || begun === false };
}
