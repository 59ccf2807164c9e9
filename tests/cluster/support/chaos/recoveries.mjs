// How long after the end of a fault the club works again, whatever else is broken beside it: from the moment in which what
// was killed or stopped is begun again, or what was in the way is taken away. Of what is over at once, as a restart, it is from
// its beginning. That it works is seen where the fault was: in answers of the instances, in answers through the balancer, or
// in what is told on one instance of what was posted on another one, which takes Redis.
import { Sorted, groupBy } from '../sorted.mjs';
import { summary } from '../summary.mjs';

const LATE_MS = 120_000; // so long before the end of all nobody waited long enough to say that it never came
/** In what it is seen for what takes hold of these; of the others in answers. A kind's own `seenIn` comes before it. */
const SEEN_IN = { balancer: 'door', redis: 'told', redisLink: 'told', clock: 'nothing', herd: 'nothing' };

/** What takes hold of these concerns one instance, the one of the same number. */
const OF_ONE = new Set(['instance', 'line', 'redisLink', 'postgresLink']);

/**
 * `log`: of what was told of faults (faults.mjs), `own`: their kinds, `door`: the balancer's place, `instances`: theirs; {kind:
 * {times, first, each, itself}}, until it was seen at all, and, but for the balancer, at each instance, and at the one that it
 * concerned, if it was one, all {median, high, longest} in milliseconds, Infinity: it was not seen again. Nothing of kinds that
 * it is not seen of.
 */
export function recoveries(log, journal, { own, door, instances }) {
  const answers = answersOf(journal);
  const atDoor = new Map([[door, answers.get(door) ?? firstAnswers([])]]);
  answers.delete(door);
  const seen = { answers, door: atDoor, told: toldOf(journal, door) };
  const found = {};
  for (const { kind, on, which, over, idle, lasts, from, time } of log) {
    const where = seen[own[kind].seenIn ?? SEEN_IN[on] ?? 'answers'];
    if (!over || idle || !where) continue;
    const took = (list) => (list?.first(lasts ? from : time)?.answeredAt ?? Infinity) - from;
    const times = [...where.values()].map(took);
    if (!times.every(Number.isFinite) && from > lastOf(where) - LATE_MS) continue;
    found[kind] ??= where === atDoor ? { first: [] } : { first: [], each: [], ...(OF_ONE.has(on) && { itself: [] }) };
    found[kind].first.push(Math.min(...times));
    found[kind].each?.push(Math.max(...times));
    if (which !== undefined) found[kind].itself?.push(took(where.get(instances[which])));
  }
  const summed = ({ first, each, itself }) => ({ times: first.length, first: summary(first), each: each && summary(each), itself: itself?.length ? summary(itself) : undefined });
  return Object.fromEntries(Object.entries(found).map(([kind, times]) => [kind, summed(times)]));
}

const lastOf = (lists) => Math.max(...[...lists.values()].map(({ numbers }) => numbers.at(-1) ?? -Infinity));

const byPlace = (all) => new Map([...groupBy(all, ({ place }) => place)].map(([place, list]) => [place, firstAnswers(list)]));

/** In the order in which they were sent; each has the first answer to it or to any later one. */
function firstAnswers(list) {
  const sorted = new Sorted(list, ({ sentAt }) => sentAt);
  const { things } = sorted;
  for (let i = things.length - 2; i >= 0; i--) things[i].answeredAt = Math.min(things[i].answeredAt, things[i + 1].answeredAt);
  return sorted;
}

/** By place: what was asked there and answered. */
function answersOf(journal) {
  const attempts = journal.writes.flatMap((write) => write.attempts).filter(({ place, outcome }) => place !== undefined && outcome === 'answered');
  return byPlace(attempts.map(({ place, sentAt, answeredAt }) => ({ place, sentAt, answeredAt })));
}

/** By instance: posts that were sent to another one, and when they were told on this one. */
function toldOf(journal, door) {
  const posts = postsOf(journal, door);
  for (const { events } of journal.followers.values()) {
    for (const { what, line, entry, at } of events) {
      const post = what === 'entry' ? posts.get(`${entry.room} ${entry.seq}`) : undefined;
      const place = post && journal.places.get(line);
      if (place === undefined || place === door || place === post.place) continue;
      post.told.set(place, Math.min(at, post.told.get(place) ?? Infinity));
    }
  }
  const told = [...posts.values()].flatMap(({ sentAt, told: times }) => [...times].map(([place, answeredAt]) => ({ place, sentAt, answeredAt })));
  return byPlace(told);
}

/** Those that were sent once, to an instance, by their rooms and numbers. */
function postsOf(journal, door) {
  const posts = new Map();
  for (const { kind, room, attempts } of journal.writes) {
    const [{ place, outcome, sentAt, seq } = {}] = attempts;
    if (kind !== 'post' || attempts.length !== 1 || outcome !== 'answered' || place === undefined || place === door) continue;
    posts.set(`${room} ${seq}`, { place, sentAt, told: new Map() });
  }
  return posts;
}
