// What is promised of removed texts: two seconds after a removal was answered, no answer holds the text.
//
// Only what was *asked* for after that is looked at: an answer that was made before may take as long as the network likes.
import { EFFECT_MS } from './journal.mjs';
import { short } from './violations.mjs';

/** `room seq` → when its removal was first asked for. */
export function removalsAsked(writes) {
  const asked = new Map();
  for (const { kind, room, target, attempts } of writes) {
    if (kind !== 'remove' || !attempts.length) continue;
    const name = `${room} ${target}`;
    asked.set(name, Math.min(asked.get(name) ?? Infinity, attempts[0].sentAt));
  }
  return asked;
}

/** `room seq` → when its removal was first answered. */
function answeredRemovals(writes) {
  const removed = new Map();
  for (const { kind, room, target, attempts } of writes) {
    if (kind !== 'remove') continue;
    const name = `${room} ${target}`;
    for (const { outcome, answeredAt } of attempts) {
      if (outcome === 'answered') removed.set(name, Math.min(removed.get(name) ?? Infinity, answeredAt));
    }
  }
  return removed;
}

/** 7: pages and what was found by their words. `fail(rule, text)` is told. */
export function removals({ writes, pages, searches }, fail) {
  const removed = answeredRemovals(writes);
  for (const { method, room, line, sentAt, entries } of [...pages, ...searches]) {
    for (const entry of entries) {
      if (entry.text === undefined) continue;
      const since = removed.get(`${room} ${entry.type === 'edit' ? entry.target : entry.seq}`);
      if (since !== undefined && sentAt > since + EFFECT_MS)
        fail('a removed text is in no answer after two seconds', `${method} on ${line}, asked ${Math.round(sentAt - since)} ms after: ${short(entry)}`);
    }
  }
}
