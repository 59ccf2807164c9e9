// How long after the end of a fault the club works again, whatever else is broken beside it: from the moment in which what
// was killed or stopped is begun again, or what was in the way is taken away, until somebody was answered what was sent after
// it, and until each instance has answered something. Of what is over at once, as a restart, it is from its beginning.
import { summary } from '../summary.mjs';

const LATE_MS = 30_000; // so long before the end of all nobody waited long enough to say that it never came

/** `log`: of what was told of faults (faults.mjs); {kind: {times, first, each}}, both {median, high, longest} in milliseconds,
 * Infinity: an instance never answered again. */
export function recoveries(log, journal) {
  const answered = answersOf(journal);
  const last = Math.max(...[...answered.values()].flat().map(({ sentAt }) => sentAt));
  const found = {};
  for (const { kind, over, idle, lasts, from, time } of log) {
    if (!over || idle) continue;
    const times = [...answered.values()].map((list) => firstAnswer(list, lasts ? from : time) - from);
    if (!times.every(Number.isFinite) && from > last - LATE_MS) continue;
    found[kind] ??= { first: [], each: [] };
    found[kind].first.push(Math.min(...times));
    found[kind].each.push(Math.max(...times));
  }
  const summed = Object.entries(found).map(([kind, { first, each }]) => [kind, { times: first.length, first: summary(first), each: summary(each) }]);
  return Object.fromEntries(summed);
}

/** By instance: what it was asked and answered, by when that was sent; each then has the first answer to it or any later one. */
function answersOf(journal) {
  const answered = new Map();
  for (const { attempts } of journal.writes) {
    for (const { place, outcome, sentAt, answeredAt } of attempts) {
      if (place === undefined || outcome !== 'answered') continue;
      if (!answered.has(place)) answered.set(place, []);
      answered.get(place).push({ sentAt, answeredAt });
    }
  }
  for (const list of answered.values()) earliestAfter(list);
  return answered;
}

function earliestAfter(list) {
  list.sort((a, b) => a.sentAt - b.sentAt);
  for (let i = list.length - 2; i >= 0; i--) list[i].answeredAt = Math.min(list[i].answeredAt, list[i + 1].answeredAt);
}

function firstAnswer(list, time) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].sentAt < time) low = middle + 1;
    else high = middle;
  }
  return list[low]?.answeredAt ?? Infinity;
}
