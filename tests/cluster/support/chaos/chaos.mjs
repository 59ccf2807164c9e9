// A world under load in which everything breaks; what came of it, on a page.
import { summary } from '../summary.mjs';
import { within } from '../cluster.mjs';
import { breakThings, underLoad } from '../minute.mjs';
import { Disk } from '../disk.mjs';
import { ENTERED_MS, Herd, MOSTLY, herdLogins } from './herd.mjs';
import { LASTS_MS, kinds, things } from './kinds.mjs';
import { Private, guestLogins } from './private.mjs';
import { timeline } from './picture.mjs';
import { recoveries } from './recoveries.mjs';
import { FILES, MEMORY, Resources } from './resources.mjs';
import { Shut, shutLogins } from './shut.mjs';
import { World } from './world.mjs';

const PRIVATE_ROOMS = 3;
const MEGABYTES = 400;
const ENDS_MS = 900_000; // beside the faults
const BETWEEN_MS = [300, 2000]; // so that in an hour each kind comes thirty times and more
const ROOMS = ['kz', 'ru', 'cn', 'uz', 'kg', 'pk', 'ir', 'by', 'fintech', 'trade', 'robotics', 'investment', 'logistics', 'energy', 'travel', 'education',
  'kz.fintech', 'ru.finance', 'cn.trade', 'uz.trade', 'ir.energy', 'by.robotics', 'pk.agriculture', 'kg.logistics'];
const SIZES = {
  whole: { rooms: ROOMS, writers: 30, readers: 200, thinks: [400, 2400] },
  small: { rooms: ROOMS.slice(0, 8), writers: 12, readers: 24 },
};

/**
 * `{seed, seconds, herd, size, prefer, logs?, told?}`: `size` `whole` or `small`, `prefer` kinds of faults that come more often
 * than others, `logs` a folder for what the parts say. Of what happened, in counts, with the violations.
 */
export async function chaosFor({ seed, seconds, herd: count = 5000, size = 'whole', prefer = [], logs, told = () => {} }) {
  let broken;
  let actors;
  let journal;
  let world;
  const beside = ({ cluster, random, journal: kept }) => {
    journal = kept;
    world = cluster;
    const resources = new Resources({ cluster });
    const shut = new Shut({ cluster, random: random.of('shut'), journal });
    const rooms = Array.from({ length: PRIVATE_ROOMS }, (_, number) => new Private({ cluster, random: random.of(`private ${number}`), journal, number }));
    const herd = count ? new Herd({ cluster, random: random.of('herd'), journal, count }) : undefined;
    actors = { resources, shut, rooms, herd };
    return [herd, shut, ...rooms, resources].filter(Boolean);
  };
  const start = (setup) => World.start({ ...setup, logIn: shutLogins, logs, disk: () => Disk.make({ megabytes: MEGABYTES }) });
  const logins = [...shutLogins, ...guestLogins, ...herdLogins(count)];
  const carried = (tell) => underLoad({ seed, told: tell, start, size: SIZES[size], logins, beside }, async ({ cluster, random }) => {
    broken = await breakThings({
      there: things(cluster, actors.herd),
      random,
      journal,
      seconds,
      told: tell,
      own: kinds,
      usual: LASTS_MS,
      between: BETWEEN_MS,
      prefer,
      evenly: !prefer.length,
    });
  });
  const result = await inTime(carried, { ms: seconds * 1000 + ENDS_MS, told, seen: () => (journal?.seen ?? []).map(({ text }) => text) });
  const { resources, shut, rooms, herd } = actors;
  const recovered = recoveries(broken.log, journal, { own: kinds, door: world.balancer.place.name, instances: world.instances.map(({ place }) => place.name) });
  return {
    ...result,
    violations: [...result.violations, ...neverAgain(recovered)],
    seconds,
    faults: Object.fromEntries(Object.keys(kinds).map((kind) => [kind, broken.counts[kind] ?? 0])),
    timeline: timeline(broken.log, journal, seconds * 1000),
    recovered,
    ended: endedBy(world),
    herd: { count, recoveries: herd?.recoveries ?? [], calm: herd?.calm },
    shut: shut.counts,
    guests: { in: added(rooms, 'in'), out: added(rooms, 'out') },
    memory: { before: most(resources.before), after: most(resources.after), peak: resources.peak },
    more: resources.more,
  };
}

/** After what the club, or an instance, was not well again. */
function neverAgain(recovered) {
  const never = Object.entries(recovered).filter(([, { first, each }]) => [first, each].some((found) => found?.longest === Infinity));
  return never.map(([kind]) => ({ rule: 'the club is well again after each fault', text: kind }));
}

/** What does not end, or fails, says what was told and seen until then. */
async function inTime(carried, { ms, told, seen }) {
  let last = 'nothing';
  const running = carried((news) => {
    last = news.kind;
    told(news);
  });
  const result = await within(running, ms).catch((error) => {
    throw new Error([error.stack, ...seen()].join('\n'));
  });
  if (!result) throw new Error([`it does not end; told of last: ${last}`, ...seen()].join('\n'));
  return result;
}

const added = (rooms, name) => rooms.reduce((sum, { counts }) => sum + counts[name], 0);

/** How often an instance ended by itself because of what was taken from it: {what: times}. */
function endedBy({ instances }) {
  const times = {};
  for (const { excused, stood } of instances.flatMap(({ falls }) => falls)) if (excused && stood) times[excused] = (times[excused] ?? 0) + 1;
  return times;
}

const most = (all) => Math.max(...all.map(({ memory }) => memory));
const megabytes = (bytes) => (Number.isFinite(bytes) ? `${(bytes / (1 << 20)).toFixed(0)} MB` : 'not known');
const seconds = (ms) => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'never');

function herdLines({ count, recoveries: all, calm }) {
  if (!calm) return [];
  const [half, last] = ['half', 'all'].map((part) => summary(all.map((one) => one[part])));
  const late = all.filter((one) => one.all === Infinity).length;
  const lines = [
    `| ${count} members with a line each, all in one room, a tenth by the balancer, closed at once with nothing broken any more: half of them · all of them back and caught up after | ${[calm.half, calm.all].map(seconds).join(' · ')} |`,
    `| what that cost: reads of the store by all instances | ${calm.reads ?? 'not known'} |`,
  ];
  if (!all.length) return lines;
  return [
    ...lines,
    `| the same in the middle of the faults, ${all.length} times, with at least ${MOSTLY * 100} of 100 of them there: half of them back and caught up after (median · longest) | ${[half.median, half.longest].map(seconds).join(' · ')} |`,
    `| all of them back and caught up (median) · not within ${ENTERED_MS / 1000} s, until the faults were over | ${seconds(last.median)} · ${late} times |`,
  ];
}

const recoveryCells = ({ first, each, itself } = {}) =>
  [first, each, itself].flatMap((found) => (found ? [found.median, found.high, found.longest].map(seconds) : ['', '', ''])).join(' | ');

/** In Markdown. */
export function page({ seed, seconds: time, faults, writes, deliveries, pages, marks, connects, twice, slow, violations, recovered, ended, more, herd, shut, guests, memory, agreed, acts }) {
  const total = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const refusals = Object.entries(acts).map(([name, count]) => `${name} ${count}`).join(', ');
  const lines = [
    '# What was broken, and what came of it',
    '',
    `\`make chaos FOR=${time} SEED=${seed}\`: ${total} faults of ${Object.values(faults).filter(Boolean).length} kinds in ${time} seconds, three instances behind haproxy, PostgreSQL with a synchronous standby, Redis.`,
    '',
    '| | |',
    '| --- | --- |',
    `| writes, without those of the room in which moderators act: answered · unknown · refused as they had to be | ${writes.answered} · ${writes.unknown} · ${writes.refused} |`,
    `| deliveries · pages read · connections of writers and readers | ${deliveries} · ${pages} · ${connects} |`,
    `| posts sent to two instances at once · answered by both | ${twice.sent} · ${twice.answered} |`,
    `| members' marks of reading that were answered, by rooms | ${marks} |`,
    `| readers on a line of 1 KB a second · told · pages | ${slow.readers} · ${slow.told} · ${slow.pages} |`,
    `| logouts · bans of the club, of those who had joined, with the time at which it took effect known | ${shut.logouts} · ${shut.bans} |`,
    `| guests of ${PRIVATE_ROOMS} private rooms let in · put out, of those who had joined, with the time at which it took effect known | ${guests.in} · ${guests.out} |`,
    `| in the room in which moderators act | ${refusals} |`,
    `| **violations** | **${violations.length}** |`,
    `| all agreed, after the last fault | ${seconds(agreed)} |`,
    `| memory of the largest instance: with everybody there, before the faults · after them · at most | ${megabytes(memory.before)} · ${megabytes(memory.after)} · ${megabytes(memory.peak)} |`,
    `| most that an instance held for ten seconds on end, or in the end, beyond what it had when it was ready and ${MEMORY.socket >> 10} KB for each socket it ever had at a time: memory (${megabytes(MEMORY.bytes)} allowed) · files (${FILES} allowed) | ${megabytes(more.memory)} · ${more.files} |`,
    `| an instance ended by itself, out of memory | ${ended['out of memory'] ?? 0} |`,
    ...herdLines(herd),
    '',
    'From the moment in which what was killed or stopped is begun again, or what was in the way is taken away (of what is over at once: from its beginning), whatever else is still broken, until somebody was answered what was sent after it, until each instance has answered something, and until the one has that it concerned. Of the balancer and what is between it and an instance: until somebody was answered through the balancer. Of Redis and the lines to it: until something that was posted on one instance after it was told on another one, until something was on each, and on the one that it concerned. Clocks, and thousands who are cut off, have no such times:',
    '',
    '| fault | times | somebody: median | 99th percentile | longest | each instance: median | 99th percentile | longest | the one concerned: median | 99th percentile | longest |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...Object.entries(faults).sort().map(([kind, count]) => `| ${kind} | ${count} | ${recoveryCells(recovered[kind])} |`),
    '',
  ];
  return lines.join('\n');
}
