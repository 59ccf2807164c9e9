// What is broken in a world of its own network (world.mjs), beside what is broken on one machine (../faults.mjs).
import { spawnSync } from 'node:child_process';
import { sleep } from '../../../wire/support/club.mjs';
import { eventually, within } from '../cluster.mjs';
import { RARE, kinds as usual, leaves } from '../faults.mjs';

const HOUR = 3600;
const JUMPS_MS = [1000, 2500]; // the clock looks at its setting each second
const NEARLY_MS = 5000;
const MEMORY_SHARE = 0.2;
const CLOCK_MS = [4000, 20_000];
const SHORT_MS = [1000, 4000];
/** Without PostgreSQL next to nothing goes on: mostly it is away for seconds. */
const SHORTLY = { lasts: SHORT_MS, longer: 0.1 };
const MIDDLE_MS = [1000, 10_000];
const LONG_MS = [1000, 20_000];
/** How long what says nothing else lasts. */
export const LASTS_MS = LONG_MS;
const SLOW = 1000; // bytes a second
const COMMITS_MS = 6000;
const KILLED = 'was terminated by signal 9';
const NO_SPACE = 'No space left on device'; // as PostgreSQL says it
const SERVES_MS = 9000; // until an instance serves again, about: more is broken at a time than on one machine
const RESTARTED_MS = 45_000; // and until all have ended well and serve again, one after the other

const limit = ({ process: { pid } }, what, value) => {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--${what}=${value}:`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};
const isShort = (instance, has, least) => {
  try {
    return !instance.running || has(instance) + least > instance.most;
  } catch {
    return false; // it is ending: seen with the next look
  }
};
/** Something is taken from an instance, given back later; if it ended meanwhile it starts again. It worked if it `has` so much
 * of it that the `least` that is ever asked for is more than there is. */
const deprived = (what, { has, least, most, given, excuse }) => ({
  weight: 1,
  on: 'instance',
  takes: SERVES_MS,
  begin: ({ instance }) => {
    instance.excused = excuse;
    instance.most = most(instance);
    limit(instance, what, instance.most);
  },
  end: async ({ instance }) => {
    if (instance.running) limit(instance, what, given);
    else await instance.serveUntilReady();
    instance.excused = instance.most = undefined;
  },
  worked: ({ instance }) => [Number(instance.most !== undefined && isShort(instance, has, least))],
});
const outOfFiles = { has: ({ files }) => files, least: 1, most: ({ files }) => files, given: 20_000 };
const outOfMemory = {
  has: (instance) => instance.memory('VmData'),
  least: 128 << 10, // what malloc asks the system for
  most: ({ idle }) => Math.round(idle.data + idle.resident * MEMORY_SHARE),
  given: 'unlimited',
  excuse: 'out of memory',
};

/** Something is done to packets of a place: `place` says of which, of what is held. It worked if some were caught, while an
 * instance that has to do with it, if any, served. */
const spoiled = (on, place, begin, more = {}) => ({
  weight: 1,
  on,
  ...more,
  begin: ({ [on]: held }) => begin(place(held), held),
  end: ({ [on]: held }) => place(held).heal(),
  worked: ({ [on]: held }) => [place(held).caught(), ...(held.instance ? [held.instance.served] : [])],
});
/** Those from another one do not come, or those to it, or both: `other` is its address. */
const cut = (on, { place, other }, ways, more) =>
  spoiled(
    on,
    place,
    async (at, held) => {
      if (ways.includes('in')) await at.deafTo(other(held));
      if (ways.includes('out')) await at.muteTo(other(held));
    },
    more,
  );
/** Lines between them are reset as soon as anything is said on them. */
const reset = (on, { place, other }, more) => spoiled(on, place, (at, held) => at.resets(other(held)), { lasts: SHORT_MS, ...more });
/** A tenth of all packets is lost, from whomever, to whomever. */
const lossy = (on, more) => spoiled(on, ({ place }) => place, (at) => at.lossy(0.1), more);
const lineTo = (to) => ({ place: ({ place }) => place, other: ({ network }) => network[to] });
const balancerToMembers = { place: ({ place }) => place, other: ({ members }) => members };
const primaryToStandby = { place: ({ world }) => world.primary.place, other: ({ place }) => place.address };
/** What concerns both servers; the others may be broken at a time. */
const both = { weight: 1, on: 'postgres', all: true, with: 'standby' };

/** While one of these instances has a transaction open: whichever is the first to say COMMIT. */
async function inTransaction(instances, act) {
  let acted;
  const once = () => (acted ??= act() ?? true);
  const came = await Promise.race(instances.map(({ line }) => line.atCommit(once, COMMITS_MS)));
  await acted;
  return came;
}
/** What is done then, and what undoes it. */
const amid = (on, instances, act, more) => ({
  weight: 1,
  on,
  rare: RARE,
  takes: 3000, // a COMMIT may not come at once
  ...more,
  begin: (context) => inTransaction(instances(context), () => act(context)),
});
const itself = ({ instance }) => [instance];
const allOf = ({ postgres: { world } }) => world.instances;
const worldOf = ({ postgres: [{ world }] }) => world;

async function jump({ clock, random, lasts }) {
  const until = Date.now() + lasts;
  const hour = random.pick([-HOUR, HOUR]);
  for (let offset = hour; Date.now() < until; offset = random.chance(0.7) ? hour : random.between(-HOUR, HOUR)) {
    clock.offset = offset;
    const { length } = clock.instance.log;
    await sleep(random.between(...JUMPS_MS));
    const times = [await welcomedAt(clock.instance), loggedAt(clock.instance.log.slice(length))];
    if (times.some((time) => Math.abs(time - Date.now() - offset * 1000) < NEARLY_MS)) clock.seen++;
  }
}

/** What time it is for an instance, as it welcomes a member; NaN: it did not say, since the store does not answer or it is away. */
async function welcomedAt(instance) {
  const cookie = await instance.world.cookie('admin');
  const told = instance.connect({ cookie }).then((line) => {
    line.cut();
    return Date.parse(line.welcome.time);
  });
  return (await within(told.catch(() => NaN), JUMPS_MS[1])) ?? NaN;
}

/** … as it wrote last. */
const loggedAt = (log) => Date.parse(log.trimEnd().split('\n').at(-1).split(' ')[0]);

/** PostgreSQL ends with its disk, and comes back with what was flushed. */
async function powerCut(server) {
  const { disk } = server.place;
  await disk.cut([server.pid]);
  await server.kill();
  await disk.mountAgain();
  await server.serve();
}

/** Until PostgreSQL says so. */
async function processKilled({ postgres, random }) {
  const said = () => postgres.log.split(KILLED).length;
  const before = said();
  return postgres.signalOne('SIGKILL', random) && eventually(() => said() > before, 'PostgreSQL misses its process', NEARLY_MS);
}

/** What is committed waits for the standby, which has it or has it not; then the primary is gone. */
async function parted({ primary, standby }, random) {
  const other = standby.place.address;
  await (random.chance(0.5) ? primary.place.muteTo(other) : primary.place.deafTo(other));
}

async function failsOver(world) {
  const { place } = world.primary;
  await world.primary.kill();
  await place.heal();
  await world.promote();
  await world.follow();
}

export const kinds = {
  ...usual,
  'instance killed': { ...usual['instance killed'], takes: SERVES_MS },
  'instance goes away': { ...usual['instance goes away'], takes: SERVES_MS },
  'postgres away': { ...usual['postgres away'], ...SHORTLY },
  'postgres killed': { ...usual['postgres killed'], ...SHORTLY },
  'postgres stopped': { ...usual['postgres stopped'], ...SHORTLY },
  'postgres cut before COMMIT': { ...usual['postgres cut before COMMIT'], lasts: MIDDLE_MS },
  'postgres cut after COMMIT': { ...usual['postgres cut after COMMIT'], lasts: MIDDLE_MS },
  'postgres cut before its answer to COMMIT': { ...usual['postgres cut before its answer to COMMIT'], lasts: MIDDLE_MS },
  'all instances restarted in turn': {
    weight: 1,
    on: 'instance',
    all: true,
    lasts: [0, 0],
    takes: RESTARTED_MS,
    begin: async ({ instance: all }) => {
      for (const instance of all) {
        await leaves({ instance });
        await instance.serveUntilReady();
      }
    },
  },
  'instance out of files': deprived('nofile', outOfFiles),
  'instance out of memory': deprived('data', outOfMemory),
  'instance killed inside a transaction': amid('instance', itself, ({ instance }) => instance.kill(), {
    lasts: SHORT_MS,
    takes: SERVES_MS,
    end: ({ instance }) => instance.serveUntilReady(),
  }),
  'instance stopped inside a transaction': amid('instance', itself, ({ instance }) => instance.pause(), {
    end: ({ instance }) => instance.resume(),
  }),
  'postgres killed inside a transaction': amid('postgres', allOf, ({ postgres }) => postgres.kill(), {
    ...SHORTLY,
    end: ({ postgres }) => postgres.serve(),
  }),
  'postgres stopped inside a transaction': amid('postgres', allOf, ({ postgres }) => postgres.pause(), {
    ...SHORTLY,
    end: ({ postgres }) => postgres.resume(),
  }),
  'clock of an instance jumps an hour': {
    weight: 1,
    on: 'clock',
    lasts: CLOCK_MS,
    rare: 2,
    begin: (context) => void jump(context),
    end: ({ clock }) => (clock.offset = 0),
    worked: ({ clock }) => [clock.seen],
  },
  'instance does not hear its members': cut('line', lineTo('members'), ['in']),
  'members do not hear an instance': cut('line', lineTo('members'), ['out']),
  'instance does not hear postgres': cut('line', lineTo('toPostgres'), ['in']),
  'postgres does not hear an instance': cut('line', lineTo('toPostgres'), ['out']),
  'instance does not hear redis': cut('line', lineTo('toRedis'), ['in'], { seenIn: 'told' }),
  'redis does not hear an instance': cut('line', lineTo('toRedis'), ['out'], { seenIn: 'told' }),
  'instance does not hear the balancer': cut('line', lineTo('balancer'), ['in'], { seenIn: 'door' }),
  'balancer does not hear an instance': cut('line', lineTo('balancer'), ['out'], { seenIn: 'door' }),
  'instance and balancer cut off': cut('line', lineTo('balancer'), ['in', 'out'], { seenIn: 'door' }),
  'balancer does not hear members': cut('balancer', balancerToMembers, ['in'], { rare: 1 }),
  'members do not hear the balancer': cut('balancer', balancerToMembers, ['out'], { rare: 1 }),
  'instance loses a tenth of all packets': lossy('line'),
  'balancer loses a tenth of all packets': lossy('balancer', { rare: 1 }),
  'standby loses a tenth of all packets': lossy('standby', { lasts: MIDDLE_MS, rare: 1 }),
  'lines to an instance reset': reset('line', lineTo('members')),
  'lines to postgres reset': reset('line', lineTo('toPostgres')),
  'lines to redis reset': reset('line', lineTo('toRedis'), { seenIn: 'told' }),
  'lines between balancer and instance reset': reset('line', lineTo('balancer'), { seenIn: 'door' }),
  'lines to the balancer reset': reset('balancer', balancerToMembers, { rare: 1 }),
  'lines to the standby reset': reset('standby', primaryToStandby, { rare: 1 }),
  'redis on a line of 1 KB a second': { weight: 1, on: 'redisLink', begin: ({ redisLink }) => (redisLink.pace = SLOW), worked: ({ redisLink }) => [redisLink.counts.paced] },
  'postgres on a line of 1 KB a second': { weight: 1, on: 'postgresLink', begin: ({ postgresLink }) => (postgresLink.pace = SLOW), worked: ({ postgresLink }) => [postgresLink.counts.paced] },
  'balancer killed': { weight: 1, on: 'balancer', begin: ({ balancer }) => balancer.kill(), end: ({ balancer }) => balancer.serve() },
  'balancer stopped': { weight: 1, on: 'balancer', begin: ({ balancer }) => balancer.pause(), end: ({ balancer }) => balancer.resume() },
  'redis replaced by an empty one': { weight: 1, on: 'redis', lasts: [0, 0], begin: ({ redis }) => redis.world.replaceRedis() },
  'process of postgres killed': {
    weight: 1,
    on: 'postgres',
    lasts: [0, 0],
    begin: processKilled,
  },
  'process of postgres stopped': {
    weight: 1,
    on: 'postgres',
    lasts: MIDDLE_MS,
    begin: ({ postgres, random }) => postgres.signalOne('SIGSTOP', random),
    end: ({ postgres }) => postgres.resume(),
  },
  // Whoever ends sessions that wait for a standby lets the others read what it has not: PostgreSQL's manual, 27.2.8.4.
  'postgres ends its backends': { ...usual['postgres ends its backends'], ...both, begin: async (context) => (await worldOf(context).primary.terminate()) > 0 },
  'standby killed': { weight: 1, on: 'standby', ...SHORTLY, begin: ({ standby }) => standby.kill(), end: ({ standby }) => standby.serve() },
  'standby stopped': { weight: 1, on: 'standby', ...SHORTLY, begin: ({ standby }) => standby.pause(), end: ({ standby }) => standby.resume() },
  'postgres does not hear its standby': cut('standby', primaryToStandby, ['in'], { lasts: MIDDLE_MS, rare: 1 }),
  'standby does not hear postgres': cut('standby', primaryToStandby, ['out'], { lasts: MIDDLE_MS, rare: 1 }),
  'standby promoted': {
    ...both,
    lasts: [0, 3000],
    takes: 6000,
    begin: (context) => worldOf(context).promote(),
    end: (context) => worldOf(context).follow(),
  },
  'standby that lags promoted': {
    ...both,
    lasts: SHORT_MS,
    takes: 7000,
    begin: (context) => parted(worldOf(context), context.random),
    end: (context) => failsOver(worldOf(context)),
    worked: (context) => [worldOf(context).primary.place.caught()],
  },
  'power cut under postgres': { weight: 1, on: 'postgres', lasts: [0, 0], takes: 4000, begin: ({ postgres: { world } }) => powerCut(world.primary) },
  'power cut under the standby': { weight: 1, on: 'standby', lasts: [0, 0], takes: 4000, begin: ({ standby: { world } }) => powerCut(world.standby) },
  'power cut under both': {
    ...both,
    lasts: [0, 0],
    takes: 4000,
    begin: (context) => Promise.all([worldOf(context).primary, worldOf(context).standby].map(powerCut)),
  },
  'disk of postgres full': {
    weight: 1,
    on: 'postgres',
    lasts: MIDDLE_MS,
    begin: ({ postgres: { world } }) => world.primary.place.disk.fill(),
    end: async ({ postgres: { world } }) => {
      world.primary.place.disk.free();
      if (!world.primary.runs) await world.primary.serve();
    },
    worked: ({ postgres: { world } }) => [world.primary.log.split(NO_SPACE).length],
  },
  'thousands of members cut off at once': { weight: 1, on: 'herd', lasts: [0, 0], takes: 25_000, rare: RARE, begin: ({ herd }) => herd.cutAll() },
};

/** One that stands for whichever server of the world has that part now: `primary`, `standby`, `redis`. */
const whoeverIs = (part, world) =>
  new Proxy(world, {
    get(_, name) {
      if (name === 'world') return world;
      const value = world[part][name];
      return typeof value === 'function' ? value.bind(world[part]) : value;
    },
  });

/** An instance's lines to PostgreSQL as one: broken is the one to the server that has the last word, healed are both. */
const lineOf = (instance) =>
  new Proxy(instance, {
    get(_, name) {
      if (name === 'heal') return () => instance.postgresLinks.forEach((link) => link.heal());
      if (name === 'counts') return added(instance.postgresLinks);
      const value = instance.line[name];
      return typeof value === 'function' ? value.bind(instance.line) : value;
    },
    set(_, name, value) {
      instance.line[name] = value;
      return true;
    },
  });

const added = (links) => Object.fromEntries(Object.keys(links[0].counts).map((name) => [name, links.reduce((sum, { counts }) => sum + counts[name], 0)]));

/** What may be broken of a world: {name: [thing, …]}. */
export function things(world, herd) {
  const { members, toPostgres, toRedis } = world.network;
  const network = { members, toPostgres, toRedis, balancer: world.balancer.place.address };
  return {
    instance: world.instances,
    line: world.instances.map((instance) => ({ place: instance.place, instance, network })),
    clock: world.instances.map((instance) => ({ instance, seen: 0, set offset(seconds) { instance.clock = seconds; } })),
    redis: [whoeverIs('redis', world)],
    redisLink: world.redisLinks,
    postgres: [whoeverIs('primary', world)],
    standby: [whoeverIs('standby', world)],
    postgresLink: world.instances.map(lineOf),
    balancer: [Object.assign(world.balancer, { members })],
    herd: herd ? [herd] : [],
  };
}
