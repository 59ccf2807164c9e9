// Holds the room where moderators act (moderating.mjs) against the journal of those who write there, as checker.mjs does
// with all others. What moderators did is fed to it as writes of theirs: removals, also those of a purge, changed settings
// and sanctions.
import { check } from './checker.mjs';
import { lateUntil } from './late.mjs';
import { short } from './violations.mjs';

// Whether it was so is looked at in moderating_check.mjs.
const MAY_BE_REFUSED = { post: ['muted', 'banned', 'locked'] };
const KINDS = { mute: 'moderation', ban: 'moderation', lock: 'room' };

/** `acts`: of moderating.mjs; `truth`: of that room alone, as for `check`. What is found is [{rule, text}]. */
export function checkRoom(journal, acts, truth, options) {
  const [[room, { entries }]] = Object.entries(truth.rooms);
  const done = [...acts.filter(({ action }) => action !== 'purge').map((act) => asWrite(act, room)), ...purged(acts, room, entries)];
  const { followers, pages, searches, marks, epochs, seen, origin } = journal;
  const whole = { followers, pages, searches, marks, epochs, seen, origin, writes: [...journal.writes, ...done] };
  return [...check(whole, truth, { ...options, mayBeRefused: MAY_BE_REFUSED }), ...escaped(journal.writes, acts, entries)];
}

function asWrite(act, room) {
  const { action, by, target, outcome, sentAt, answeredAt, attempts: count } = act;
  const attempts = Array.from({ length: Math.max(0, count - 1) }, () => ({ outcome: 'unknown', sentAt }));
  const { seq, at } = act.result ?? {};
  if (outcome !== 'refused') attempts.push({ outcome, sentAt, answeredAt, seq, at });
  // Only of a removal its answer says which entry it is.
  if (action === 'remove') return { kind: 'remove', member: by, room, target, attempts };
  return { kind: KINDS[action], member: by, room, attempts: attempts.map((attempt) => ({ ...attempt, outcome: 'unknown' })) };
}

/** The removals that purges made, each as a write of who purged then: it was answered with the purge. One purge follows another. */
function purged(acts, room, entries) {
  const purges = acts.filter(({ action, outcome }) => action === 'purge' && outcome !== 'refused');
  const writes = [];
  let next = 0;
  let late = 0; // until when one of those before may have been carried out
  for (const { seq, at, type, member, target } of entries) {
    for (; purges[next]?.sentAt <= at; next++) late = Math.max(late, lateUntil(purges[next]));
    const act = purges[next - 1];
    if (type !== 'remove' || !act || act.by !== member || act.member !== entries[target - 1]?.member) continue;
    const answered = act.outcome === 'answered' && at <= act.answeredAt;
    if (!answered && at > late) continue;
    writes.push({ kind: 'remove', member, room, target, attempts: [{ outcome: answered ? 'answered' : 'unknown', sentAt: act.sentAt, answeredAt: act.answeredAt, seq }] });
  }
  return writes;
}

/** What was answered before a purge was asked for, and is no older than it says, is gone when that is answered. */
function escaped(writes, acts, entries) {
  const found = [];
  const purges = acts.filter(({ action, outcome }) => action === 'purge' && outcome === 'answered');
  const posts = writes.flatMap(({ kind, member, attempts }) => (kind === 'post' ? attempts.filter(({ outcome }) => outcome === 'answered').map((one) => ({ ...one, member })) : []));
  let next = 0;
  for (const { member, seq, answeredAt } of posts.sort((one, other) => one.answeredAt - other.answeredAt)) {
    while (purges[next]?.askedAt <= answeredAt) next++;
    const act = purges[next];
    const entry = entries[seq - 1];
    if (!act || act.member !== member || !entry || entry.at < act.answeredAt - act.seconds * 1000) continue;
    if (!(entries[entry.removed - 1]?.at <= act.answeredAt)) found.push({ rule: 'what was answered is there', text: `not purged: ${short(entry)} by ${short(act)}` });
  }
  return found;
}
