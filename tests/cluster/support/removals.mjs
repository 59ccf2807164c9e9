// What is promised of removed texts: two seconds after a removal was answered, no answer holds the text.
//
// Only what was *asked* for after that is looked at: an answer that was made before may take as long as the network likes.
import { EFFECT_MS } from './journal.mjs';
import { short } from './violations.mjs';

/** `room seq` → the earliest of the `times(attempts)` of its removals. */
function earliest(writes, times) {
  const found = new Map();
  for (const { kind, room, target, attempts } of writes) {
    if (kind !== 'remove') continue;
    const name = `${room} ${target}`;
    for (const time of times(attempts)) found.set(name, Math.min(found.get(name) ?? Infinity, time));
  }
  return found;
}

/** `room seq` → when its removal was first asked for. */
export const removalsAsked = (writes) => earliest(writes, (attempts) => attempts.slice(0, 1).map(({ sentAt }) => sentAt));

/** `room seq` → when its removal was first answered. */
const removalsAnswered = (writes) => earliest(writes, (attempts) => attempts.filter(({ outcome }) => outcome === 'answered').map(({ answeredAt }) => answeredAt));

/** 7: pages and what was found by their words. `fail(rule, text)` is told. */
export function removals({ writes, pages, searches }, fail) {
  const removed = removalsAnswered(writes);
  for (const { method, room, line, sentAt, entries } of [...pages, ...searches]) {
    for (const entry of entries) {
      if (entry.text === undefined) continue;
      const since = removed.get(`${room} ${entry.type === 'edit' ? entry.target : entry.seq}`);
      if (since !== undefined && sentAt > since + EFFECT_MS)
        fail('a removed text is in no answer after two seconds', `${method} on ${line}, asked ${Math.round(sentAt - since)} ms after: ${short(entry)}`);
    }
  }
}
