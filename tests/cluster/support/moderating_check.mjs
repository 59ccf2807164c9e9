// Holds what moderators did (moderating.mjs) against what the store has in the end.
//
// `acts` and `writes` are of moderating.mjs; `truth`: {head, entries: [{seq, at, type, member, client_id, removed, target}],
// audit: [{action, member, seq, reason, detail}]} of the room, `type` as the store numbers it. What is found is
// [{rule, text}].

export const EFFECT_MS = 2000;
const MESSAGE = 1;
const REMOVAL = 3;
const SETTINGS = 5;
const REASONS = { mute: 'muted', ban: 'banned', lock: 'locked' };
const DONE = { mute: ['mute', 'unmute'], ban: ['ban', 'unban'] };

const short = (value) => JSON.stringify(value).slice(0, 300);

export function checkModerating(acts, writes, truth) {
  const check = new Check(acts, writes, truth);
  check.log();
  check.silence();
  check.refusals();
  check.sanctions();
  check.locks();
  check.removals();
  check.purges();
  return check.found;
}

class Check {
  found = [];

  constructor(acts, writes, truth) {
    Object.assign(this, { acts, writes, truth });
  }

  fail(rule, text) {
    this.found.push({ rule, text });
  }

  once(rule, act, count) {
    if (count > 1 || (act.outcome === 'answered' && count < 1)) this.fail(rule, `${count} times: ${short(act)}`);
  }

  of(...actions) {
    return this.acts.filter(({ action }) => actions.includes(action));
  }

  log() {
    const { head, entries } = this.truth;
    if (entries.length !== head) this.fail('the log has no hole and nothing twice', `${entries.length} entries, head ${head}`);
    entries.forEach(({ seq }, i) => seq !== i + 1 && this.fail('the log has no hole and nothing twice', `${seq} at ${i + 1}`));
  }

  /** Each mute, ban and lock with the act that lifts it. */
  #periods() {
    const open = new Map();
    const periods = [];
    for (const act of this.of('mute', 'ban', 'lock')) {
      const name = `${act.action} ${act.member ?? ''}`;
      if (!act.lifts) {
        periods.push({ act });
        open.set(name, periods.at(-1));
      } else if (open.has(name)) {
        open.get(name).lift = act;
        open.delete(name);
      }
    }
    return periods;
  }

  /** Two seconds after it was answered nothing is committed by whom it concerns, until it is lifted. */
  silence() {
    const messages = this.truth.entries.filter(({ type, client_id: id }) => type === MESSAGE && id);
    for (const { act, lift } of this.#periods()) {
      if (act.outcome !== 'answered') continue;
      const [from, until] = [act.answeredAt + EFFECT_MS, lift?.sentAt ?? Infinity];
      for (const { seq, at, member } of messages) {
        if (at > from && at < until && (!act.member || act.member === member))
          this.fail('nothing is committed two seconds after a mute, ban or lock', `${seq} by ${member}, ${at - act.answeredAt} ms after: ${short(act)}`);
      }
    }
  }

  /** Nobody is refused but by what was asked for and not lifted. */
  refusals() {
    const periods = this.#periods();
    for (const { member, clientId, attempts } of this.writes) {
      for (const { outcome, reason, sentAt, answeredAt } of attempts) {
        if (outcome !== 'refused') continue;
        const fits = ({ act, lift }) =>
          REASONS[act.action] === reason && (!act.member || act.member === member) && act.sentAt <= answeredAt && !(lift?.answeredAt < sentAt);
        if (!periods.some(fits)) this.fail('nothing is refused without a reason', `${reason}: ${clientId} by ${member}`);
      }
    }
    for (const act of this.acts) if (act.outcome === 'refused') this.fail('nothing is refused without a reason', short(act));
  }

  /** Each has a reason of its own, so that its record is known; asked again it changes nothing. */
  sanctions() {
    for (const act of this.of('mute', 'ban')) {
      const done = DONE[act.action][Number(Boolean(act.lifts))];
      const rows = this.truth.audit.filter(({ action, member, reason }) => action === done && member === act.member && reason === act.reason);
      this.once('an answered act is in the audit log once', act, rows.length);
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
    const entries = this.truth.entries.filter(({ type }) => type === SETTINGS);
    const acts = this.of('lock');
    const answered = acts.filter(({ outcome }) => outcome === 'answered').length;
    if (records.length !== entries.length) this.fail(rule, `${records.length} records of ${entries.length} changed settings`);
    if (records.length < answered || records.length > acts.length) this.fail(rule, `${records.length} records of ${answered} answered locks and unlocks`);
    records.forEach(({ detail }, i) => detail?.locked !== (i % 2 === 0) && this.fail(rule, `lock ${i}: ${short(detail)}`));
  }

  removals() {
    for (const act of this.of('remove')) {
      const rows = this.truth.audit.filter(({ action, seq }) => action === 'remove' && seq === act.target);
      this.once('an answered act is in the audit log once', act, rows.length);
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
    const sum = (counts) => counts.reduce((all, one) => all + one, 0);
    const gone = this.truth.entries.filter(({ type, removed, member }) => type === MESSAGE && removed && logins.has(member));
    const noted = sum(records.map(({ detail }) => detail.removed));
    if (noted !== gone.length) this.fail(rule, `${gone.length} messages were purged, the audit log says ${noted}`);
    for (const { removed } of gone) {
      if (this.truth.entries[removed - 1]?.type !== REMOVAL) this.fail('what was answered is there', `no removal at ${removed}`);
    }
    const answered = acts.filter(({ outcome, result }) => outcome === 'answered' && result.removed > 0);
    if (records.length < answered.length || records.length > sum(acts.map(({ attempts }) => attempts))) this.fail(rule, `${records.length} records of ${answered.length} answered purges`);
    if (noted < sum(answered.map(({ result }) => result.removed))) this.fail(rule, `the audit log has ${noted} purged messages, fewer than were answered`);
  }
}
