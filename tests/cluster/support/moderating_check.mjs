// Holds what moderators did (moderating.mjs) against what the store has in the end. Each time is looked up, so that the work
// grows little faster than what was done and written.
//
// `acts` and `writes` are of moderating.mjs; `truth`: {entries: as truth.mjs makes them, audit: [{action, member, seq, reason,
// detail}]} of the room; `told`: [{member, events, looks?}] of the followers there (journal.mjs) and of what else they asked
// for. What is found is [{rule, text}]. Of the log itself checker.mjs sees to it.
//
// An act with an attempt of which nobody knows what became (`unknownAt`) may be carried out late (late.mjs), after the next
// one, which is the opposite one. All others are done when they are answered.
import { EFFECT_MS } from './journal.mjs';
import { lateUntil } from './late.mjs';
import { Sorted, groupBy } from './sorted.mjs';
import { short } from './violations.mjs';

const REASONS = { mute: 'muted', ban: 'banned', lock: 'locked' };
const DONE = { mute: ['mute', 'unmute'], ban: ['ban', 'unban'] };

const sum = (counts) => counts.reduce((all, one) => all + one, 0);
const nameOf = ({ action, member }) => `${action} ${member ?? ''}`;

/** From when to when nothing may be done against it. */
const spanOf = ({ act, lift }) => [act.answeredAt + EFFECT_MS, lift?.sentAt ?? Infinity];

/** Acts of one kind on one member, each from when it was asked for until it was over for certain. */
class Held {
  constructor(periods) {
    this.sorted = new Sorted(periods, ({ act }) => act.sentAt);
    let longest = -Infinity;
    this.until = this.sorted.things.map(({ over }) => (longest = Math.max(longest, over?.answeredAt ?? Infinity)));
  }

  /** May it have been so at any time from `sentAt` to `answeredAt`? */
  during(sentAt, answeredAt) {
    return this.until[this.sorted.upTo(answeredAt) - 1] >= sentAt;
  }
}

export function checkModerating(acts, writes, truth, told = []) {
  const check = new Check(acts, writes, truth, told);
  check.silence();
  check.deliveries();
  check.refusals();
  check.sanctions();
  check.locks();
  check.removals();
  check.purges();
  return check.found;
}

class Check {
  found = [];

  constructor(acts, writes, truth, told) {
    Object.assign(this, { acts, writes, truth, told });
  }

  fail(rule, text) {
    this.found.push({ rule, text });
  }

  /** `count`: what there is of an act. */
  once(rule, act, count, { least = 1, most = 1 } = {}) {
    if (count > most || (act.outcome === 'answered' && count < least)) this.fail(rule, `${count} times: ${short(act)}`);
  }

  of(...actions) {
    return this.acts.filter(({ action }) => actions.includes(action));
  }

  /** Each mute, ban and lock with the act that lifts it, and with the one by which it is `over` for certain, also where it
   * was carried out late. `doubtful`: a lifting before it may have been, and have ended it. */
  #periods() {
    const periods = [];
    const byName = new Map();
    for (const act of this.of('mute', 'ban', 'lock')) {
      const name = nameOf(act);
      const line = byName.get(name) ?? { late: 0, open: [] };
      byName.set(name, line);
      if (act.lifts) {
        for (const period of line.open) period.lift ??= act;
        for (const period of line.open) if (act.outcome === 'answered' && act.sentAt >= lateUntil(period.act)) period.over = act;
        line.open = line.open.filter(({ over }) => !over);
        line.late = Math.max(line.late, lateUntil(act));
      } else {
        const period = { act, doubtful: act.sentAt < line.late };
        periods.push(period);
        line.open.push(period);
      }
    }
    return periods;
  }

  /** Those that hold from their answer until they are lifted. */
  #certain() {
    return this.#periods().filter(({ act, doubtful }) => act.outcome === 'answered' && !doubtful);
  }

  /** Two seconds after it was answered nothing is committed by whom it concerns, until it is lifted. */
  silence() {
    const messages = this.truth.entries.filter(({ type, client_id: id }) => type === 'message' && id);
    const all = new Sorted(messages, ({ at }) => at);
    const own = new Map([...groupBy(messages, ({ member }) => member)].map(([member, some]) => [member, new Sorted(some, ({ at }) => at)]));
    for (const period of this.#certain()) {
      const { act } = period;
      const concerned = act.member ? own.get(act.member) : all;
      for (const { seq, at, member } of concerned?.between(...spanOf(period)) ?? [])
        this.fail('nothing is committed two seconds after a mute, ban or lock', `${seq} by ${member}, ${at - act.answeredAt} ms after: ${short(act)}`);
    }
  }

  /** Two seconds after a ban was answered nothing that was committed since is given to whom it concerns, also in no page and
   * in nothing that is found, and nothing is answered that was asked for since, until it is lifted. */
  deliveries() {
    const bans = this.#certain().filter(({ act }) => act.action === 'ban');
    for (const { member, events, looks = [] } of this.told) {
      const joins = events.map(({ page }) => page).filter(Boolean);
      const given = {
        entries: new Sorted(events.filter(({ what }) => what === 'entry').map(({ entry, at }) => ({ seq: entry.seq, at: Date.parse(entry.at), toldAt: at })), ({ at }) => at),
        answers: new Sorted([...joins, ...looks], ({ answeredAt }) => answeredAt),
      };
      for (const ban of bans) if (ban.act.member === member) this.#given(given, ban);
    }
  }

  #given({ entries, answers }, ban) {
    const rule = 'nothing is given two seconds after a ban';
    const { act } = ban;
    const [from, until] = spanOf(ban);
    const after = (at) => `${Math.round(at - act.answeredAt)} ms after`;
    // What is told once the ban is lifted may have been under way when it was: its time is older than its commit.
    for (const { seq, at, toldAt } of entries.between(from, until))
      if (toldAt < until) this.fail(rule, `${seq}, committed ${after(at)}, told ${after(toldAt)}, lifting asked for ${after(until)}: ${short(act)}`);
    // What was asked for in time may be answered late, but with nothing that was committed since: by then the ban is known
    // wherever that can be read. What is answered once the lifting was asked for may have been read after it.
    for (const { method, sentAt, answeredAt, entries: shown } of answers.between(from, until)) {
      const how = `${method} asked ${after(sentAt)}, answered ${after(answeredAt)}, lifting asked for ${after(until)}: ${short(act)}`;
      if (sentAt > from) this.fail(rule, `let in by ${how}`);
      for (const { seq, at } of shown) if (Date.parse(at) > from) this.fail(rule, `${seq}, committed ${after(Date.parse(at))}, by ${how}`);
    }
  }

  /** Nobody is refused but by what was asked for and not lifted. */
  refusals() {
    const reasons = new Map([...groupBy(this.#periods(), ({ act }) => `${REASONS[act.action]} ${act.member ?? ''}`)].map(([name, periods]) => [name, new Held(periods)]));
    for (const { member, clientId, attempts } of this.writes) {
      for (const { outcome, reason, sentAt, answeredAt } of attempts) {
        if (outcome !== 'refused') continue;
        const known = [reasons.get(`${reason} ${member}`), reasons.get(`${reason} `)];
        if (!known.some((held) => held?.during(sentAt, answeredAt))) this.fail('nothing is refused without a reason', `${reason}: ${clientId} by ${member}`);
      }
    }
    for (const act of this.acts) if (act.outcome === 'refused') this.fail('nothing is refused without a reason', short(act));
  }

  /** How often an act may have changed something: another one like it that comes late makes it change nothing (but a mute or
   * ban, which changes the reason), one that is carried out late itself changes again what was changed back. */
  #changes() {
    const late = new Map(); // name and direction → until when
    const changes = new Map();
    for (const act of this.of('mute', 'ban', 'lock')) {
      const name = `${nameOf(act)} ${Boolean(act.lifts)}`;
      const like = act.lifts || act.action === 'lock';
      const least = like && act.sentAt < (late.get(name) ?? 0) ? 0 : 1;
      changes.set(act, { least, most: act.unknownAt === undefined ? 1 : act.attempts });
      late.set(name, Math.max(late.get(name) ?? 0, lateUntil(act)));
    }
    return changes;
  }

  /** Each has a reason of its own, so that its record is known; asked again it changes nothing. */
  sanctions() {
    const changes = this.#changes();
    const rows = groupBy(this.truth.audit, ({ action, member, reason }) => `${action} ${member} ${reason}`);
    for (const act of this.of('mute', 'ban')) {
      const done = DONE[act.action][Number(Boolean(act.lifts))];
      const count = rows.get(`${done} ${act.member} ${act.reason}`)?.length ?? 0;
      this.once('an answered act is in the audit log once', act, count, changes.get(act));
    }
    const asked = new Set(this.of('mute', 'ban').map(({ reason }) => reason));
    for (const row of this.truth.audit) {
      if (Object.values(DONE).flat().includes(row.action) && !asked.has(row.reason)) this.fail('nothing is in the audit log that nobody asked for', short(row));
    }
  }

  /** Locking and unlocking take turns: each is one entry and one record. */
  locks() {
    const rule = 'an answered act is in the audit log once';
    const records = this.truth.audit.filter(({ action }) => action === 'update');
    const entries = this.truth.entries.filter(({ type }) => type === 'room');
    const changes = [...this.#changes()].filter(([{ action }]) => action === 'lock');
    const least = sum(changes.map(([{ outcome }, { least }]) => (outcome === 'answered' ? least : 0)));
    const most = sum(changes.map(([, { most }]) => most));
    if (records.length !== entries.length) this.fail(rule, `${records.length} records of ${entries.length} changed settings`);
    if (records.length < least || records.length > most) this.fail(rule, `${records.length} records of ${least} to ${most} locks and unlocks`);
    records.forEach(({ detail }, i) => detail?.locked !== (i % 2 === 0) && this.fail(rule, `lock ${i}: ${short(detail)}`));
  }

  removals() {
    const rows = groupBy(this.truth.audit.filter(({ action }) => action === 'remove'), ({ seq }) => seq);
    for (const act of this.of('remove')) {
      this.once('an answered act is in the audit log once', act, rows.get(act.target)?.length ?? 0);
      const { removed } = this.truth.entries[act.target - 1] ?? {};
      if (act.outcome === 'answered' && removed !== act.result.seq) this.fail('what was answered is there', `removed by ${removed}: ${short(act)}`);
    }
  }

  /** Who is purged is removed from by nobody else. */
  purges() {
    const rule = 'an answered act is in the audit log once';
    const acts = this.of('purge');
    const records = this.truth.audit.filter(({ action }) => action === 'purge');
    const logins = new Set(acts.map(({ member }) => member));
    const gone = this.truth.entries.filter(({ type, removed, member }) => type === 'message' && removed && logins.has(member));
    const noted = sum(records.map(({ detail }) => detail.removed));
    if (noted !== gone.length) this.fail(rule, `${gone.length} messages were purged, the audit log says ${noted}`);
    for (const { removed } of gone) {
      if (this.truth.entries[removed - 1]?.type !== 'remove') this.fail('what was answered is there', `no removal at ${removed}`);
    }
    const answered = acts.filter(({ outcome, result }) => outcome === 'answered' && result.removed > 0);
    if (records.length < answered.length || records.length > sum(acts.map(({ attempts }) => attempts))) this.fail(rule, `${records.length} records of ${answered.length} answered purges`);
    if (noted < sum(answered.map(({ result }) => result.removed))) this.fail(rule, `the audit log has ${noted} purged messages, fewer than were answered`);
  }
}
