// Holds a journal against what the store has in the end. Linear in what was written and told.
//
// `truth`: {rooms: {ROOM: {head, entries: [{seq, at, type, member, client_id, text, edited, removed, target, reply_to, emoji, flag, says?}]}}}
// with `member` a login and `says` as truth.mjs makes it, marks?: Map of `member room` to how far that member has read it, as
// the store shows it after the faults. What is found is [{rule, text}].
import { Contents } from './contents.mjs';
import { EFFECT_MS, outcomeOf } from './journal.mjs';
import { removals } from './removals.mjs';
import { groupBy } from './sorted.mjs';
import { short } from './violations.mjs';

const TYPES = { post: 'message', edit: 'edit', remove: 'remove', react: 'react' };
// A refusal with these says that nothing happened; others are not to be expected.
const MAY_BE_REFUSED = {
  post: ['not_found'], // what it replies to is removed
  edit: ['not_found'],
  remove: [],
  react: ['not_found', 'rate_limited'],
};

/** By how much the clock of the journal and that of the store may differ, on one machine. */
const CLOCKS_MS = 1000;
const EXPECTED = 'what must be refused is refused';
const STANDS = 'what changes nothing is answered with what stands';

/** Those of its attempts. */
const answersOf = ({ attempts }) => attempts.filter(({ outcome }) => outcome === 'answered');

/** `epochs`: how often the history may have become another one, `mayBeRefused`: reasons beside the usual ones, by kind. */
export function check(journal, truth, { epochs = 0, mayBeRefused = {} } = {}) {
  const check = new Check(journal, truth, mayBeRefused);
  check.log();
  check.turns();
  check.gone();
  check.contents.look(); // first of all that needs texts: it knows also those that are gone
  check.pages();
  check.answered();
  check.marks();
  check.duplicates();
  check.unanswered();
  check.expected();
  check.unasked();
  check.subscriptions();
  check.histories(epochs);
  check.causality();
  check.lines();
  removals(journal, (rule, text) => check.fail(rule, text));
  return [...journal.seen, ...check.found];
}

class Check {
  found = [];
  #placed; // name → [{room, seq}] of posts and edits in the store

  constructor(journal, truth, mayBeRefused) {
    Object.assign(this, { journal, truth, mayBeRefused });
    this.contents = new Contents(journal, truth, (rule, text) => this.fail(rule, text));
  }

  fail(rule, text) {
    this.found.push({ rule, text });
  }

  entry(room, seq) {
    return this.truth.rooms[room]?.entries[seq - 1];
  }

  /** 1: entries are 1 to the head without a hole; a member's client_id is there once. */
  log() {
    const rule = 'the log has no hole and nothing twice';
    const clients = new Set();
    for (const [room, log] of Object.entries(this.truth.rooms)) {
      log.entries.forEach((entry, index) => {
        if (entry.seq !== index + 1) this.fail(rule, `${room}: ${entry.seq} at place ${index + 1}`);
        if (index > 0 && entry.at < log.entries[index - 1].at) this.fail(rule, `${room} ${entry.seq}: its time goes back`);
        if (entry.client_id === null || entry.client_id === undefined) return;
        const name = `${entry.member} ${entry.client_id}`;
        if (clients.has(name)) this.fail(rule, `${room} ${entry.seq}: ${name} is there twice`);
        clients.add(name);
      });
      if (log.head !== log.entries.length) this.fail(rule, `${room}: head ${log.head}, entries ${log.entries.length}`);
    }
  }

  /** 1: a message is removed once, and a reaction is put on and taken off in turn. */
  turns() {
    const rule = 'what changes nothing is not there';
    for (const [room, log] of Object.entries(this.truth.rooms)) {
      const removed = new Set();
      const on = new Set();
      for (const { type, seq, target, member, emoji, flag } of log.entries) {
        const name = `${target} ${member} ${emoji}`;
        if (type === 'remove' && removed.has(target)) this.fail(rule, `${room} ${seq}: ${target} was removed before`);
        if (type === 'react' && on.has(name) === Boolean(flag)) this.fail(rule, `${room} ${seq}: ${name} was ${flag ? 'on' : 'off'} before`);
        if (type === 'remove') removed.add(target);
        if (type === 'react' && flag) on.add(name);
        if (type === 'react' && !flag) on.delete(name);
      }
    }
  }

  /** 1, 4: a removed message has no text, nor have its edits, and names the removal; one that stands names its last edit. */
  gone() {
    const rule = 'what is removed is gone, and nothing else';
    for (const [room, { entries }] of Object.entries(this.truth.rooms)) {
      const edited = new Map();
      const removed = new Map();
      for (const { type, seq, target } of entries) {
        if (type === 'edit') edited.set(target, seq);
        if (type === 'remove') removed.set(target, seq);
      }
      for (const entry of entries) {
        if (entry.type !== 'message' && entry.type !== 'edit') continue;
        const by = removed.get(entry.type === 'edit' ? entry.target : entry.seq);
        if ((entry.removed ?? undefined) !== by) this.fail(rule, `${room}: removed by ${by}: ${short(entry)}`);
        if ((entry.text === null) !== (by !== undefined)) this.fail(rule, `${room}: ${by === undefined ? 'no text' : 'a text'}: ${short(entry)}`);
        if (entry.type === 'message' && (entry.edited ?? undefined) !== edited.get(entry.seq)) this.fail(rule, `${room}: edited by ${edited.get(entry.seq)}: ${short(entry)}`);
      }
    }
  }

  /** 2: what was answered is there, at that place, and is what was asked for. */
  answered() {
    for (const write of this.journal.writes) {
      for (const attempt of answersOf(write)) this.#answeredAs(write, attempt);
    }
  }

  #answeredAs(write, attempt) {
    const rule = 'what was answered is there';
    const entry = this.entry(write.room, attempt.seq);
    const complain = (what) => this.fail(rule, `${write.room} ${attempt.seq}: ${what}: ${short({ ...write, attempts: [attempt] })} but ${short(entry ?? null)}`);
    if (!entry) return complain('lost');
    if (attempt.at !== undefined && Date.parse(attempt.at) !== entry.at) complain('another time');
    if (write.kind === 'react' && entry.type === 'message' && !write.on && attempt.seq === write.target) return; // it never was on
    if (entry.type !== TYPES[write.kind]) return complain('another type');
    if (write.kind === 'post' && entry.client_id !== write.clientId) complain('another client_id');
    if (write.kind === 'post' && (entry.reply_to ?? undefined) !== write.replyTo) complain('another message that it replies to');
    if (write.kind !== 'post' && entry.target !== write.target) complain('another target');
    if (write.kind !== 'remove' && entry.member !== write.member) complain('another author');
    if (write.text !== undefined && entry.text !== null && entry.text !== write.text) complain('another text');
    if (write.text !== undefined && entry.text === null && !entry.removed) complain('no text');
    if (write.kind === 'react' && (entry.emoji !== write.emoji || Boolean(entry.flag) !== write.on)) complain('another reaction');
    if (write.kind === 'remove' && this.entry(write.room, write.target)?.removed !== attempt.seq) complain('the target is not removed by it');
  }

  /** 2: nobody has read less than was answered. The last five seconds of marks might be lost, but the server stores each
   * before it answers, and is held to that. A room that is not on a member's list has no mark; where they write it is. */
  marks() {
    const rooms = Object.entries(this.truth.rooms);
    const wrote = new Set(rooms.flatMap(([room, { entries }]) => entries.filter(({ type }) => type === 'message').map(({ member }) => `${member} ${room}`)));
    for (const [name, seq] of this.truth.marks ? this.journal.marks : []) {
      const read = this.truth.marks.get(name) ?? (wrote.has(name) ? 0 : seq);
      if (read < seq) this.fail('what was answered is there', `${name}: read up to ${read}, ${seq} was answered`);
    }
  }

  /** 2: a post is new once at most, and not at all when it is repeated after it was answered. */
  duplicates() {
    const rule = 'a repeated post is known as one';
    for (const write of this.journal.writes) {
      if (write.kind !== 'post') continue;
      const answered = answersOf(write);
      if (answered.length < 2) continue;
      const first = Math.min(...answered.map(({ answeredAt }) => answeredAt));
      const fresh = answered.filter(({ duplicate }) => duplicate !== true);
      if (fresh.length > 1) this.fail(rule, `new ${fresh.length} times: ${short(write)}`);
      if (fresh.some(({ sentAt }) => sentAt > first)) this.fail(rule, `new again: ${short(write)}`);
    }
  }

  /** 3: what was refused is not there, what nobody knows is there once at most. */
  unanswered() {
    const asked = this.contents.removalsAsked;
    for (const write of this.journal.writes) {
      const places = this.#placesOf(write);
      const count = places.length;
      const outcome = outcomeOf(write);
      if (outcome === 'refused' && count) this.fail('what was refused is not there', short(write));
      if (write.expects && outcome === 'unknown' && count) this.fail(EXPECTED, `it is there: ${short(write)}`);
      if (count > 1) this.fail('what was asked once is there once at most', `${count}: ${short(write)}`);
      if (write.kind === 'post' && outcome === 'unknown') for (const place of places) this.#postedAs(write, place);
      for (const attempt of write.attempts) if (attempt.outcome === 'refused') this.#refusedFor(write, attempt, asked);
    }
  }

  /** 3: nobody knows whether it is there; where it is, it is as it was asked for. */
  #postedAs(write, { room, seq }) {
    const entry = this.entry(room, seq);
    const text = this.contents.text(room, seq);
    if (room === write.room && (entry.reply_to ?? undefined) === write.replyTo && [write.text, undefined].includes(text)) return;
    this.fail('what is there is what was asked for', `${short(write)} but ${short(entry)}`);
  }

  /** 3: what must not be done is never answered. */
  expected() {
    for (const write of this.journal.writes) {
      if (write.expects && answersOf(write).length) this.fail(EXPECTED, short(write));
    }
  }

  #refusedFor(write, { reason, answeredAt }, asked) {
    const { room, kind, expects } = write;
    const allowed = expects ?? [...MAY_BE_REFUSED[kind], ...(this.mayBeRefused[kind] ?? [])];
    const target = write.target ?? write.replyTo;
    // Only a removal that was asked for by then can be the reason.
    const gone = () => this.entry(room, target)?.removed && asked.get(`${room} ${target}`) <= answeredAt;
    if (allowed.includes(reason) && (reason !== 'not_found' || expects || gone())) return;
    this.fail('nothing is refused without a reason', `${reason}: ${short(write)}`);
  }

  /** Posts by client_id, edits by target and text: the harness never asks for the same edit twice. */
  #name({ kind, member, room, clientId, target, text }) {
    return kind === 'post' ? `post ${member} ${clientId}` : `edit ${member} ${room} ${target} ${text}`;
  }

  /** Where a post or an edit is in the store: [{room, seq}]. */
  #placesOf(write) {
    if (write.kind !== 'post' && write.kind !== 'edit') return [];
    this.#placed ??= this.#places();
    return this.#placed.get(this.#name(write)) ?? [];
  }

  #places() {
    const places = [];
    for (const [room, log] of Object.entries(this.truth.rooms)) {
      for (const { type, member, client_id: clientId, target, text, seq } of log.entries) {
        if (type !== 'message' && type !== 'edit') continue;
        const name = this.#name({ kind: type === 'message' ? 'post' : 'edit', member, room, clientId, target, text: text ?? this.contents.text(room, seq) });
        places.push({ name, room, seq });
      }
    }
    return groupBy(places, ({ name }) => name);
  }

  /** Nothing is there that nobody asked for. */
  unasked() {
    const asked = new Map();
    const name = ({ kind, member, room, clientId, target, emoji, on }) =>
      kind === 'post' ? `post ${member} ${room} ${clientId}` : `${kind} ${member} ${room} ${target ?? ''} ${emoji ?? ''} ${kind === 'react' ? on : ''}`;
    const edits = new Set();
    for (const write of this.journal.writes) {
      if (outcomeOf(write) === 'refused') continue;
      asked.set(name(write), (asked.get(name(write)) ?? 0) + write.attempts.length);
      if (write.kind === 'edit') edits.add(this.#name(write));
    }
    for (const [room, log] of Object.entries(this.truth.rooms)) {
      for (const entry of log.entries) {
        const kind = entry.type === 'message' ? 'post' : entry.type;
        const wanted = name({ ...entry, kind, room, clientId: entry.client_id, on: Boolean(entry.flag), emoji: entry.emoji ?? undefined });
        const left = asked.get(wanted) ?? 0;
        if (left < 1 || (kind === 'edit' && !this.#isAskedEdit(entry, room, edits))) this.fail('nothing is there that nobody asked for', `${room}: ${short(entry)}`);
        asked.set(wanted, left - 1);
      }
    }
  }

  /** With that text, where anybody knows it. */
  #isAskedEdit({ member, target, seq }, room, edits) {
    const text = this.contents.text(room, seq);
    return text === undefined || edits.has(this.#name({ kind: 'edit', member, room, target, text }));
  }

  /** 4: a page of a log has no hole, begins or ends where it was asked to, and says whether there is more beyond it. */
  pages() {
    const rule = 'a page has no hole, and ends where it says';
    for (const page of this.journal.pages) {
      if (page.method !== 'room.history') continue;
      const { room, line, after, before = Infinity, limit, as_of: asOf, more, entries } = page;
      const complain = (what) => this.fail(rule, `${room} on ${line}, after ${after}, before ${before}, as of ${asOf}: ${what}`);
      entries.forEach(({ seq }, i) => i > 0 && seq !== entries[i - 1].seq + 1 && complain(`${seq} after ${entries[i - 1].seq}`));
      if (entries.length > limit) complain(`${entries.length} entries`);
      const [first, last] = [entries[0]?.seq, entries.at(-1)?.seq];
      if (after !== undefined) {
        if (entries.length ? first !== after + 1 : after < asOf) complain(`begins with ${first}`);
        if (more !== (last ?? after) < asOf) complain(`more: ${more} after ${last}`);
      } else {
        const end = Math.min(before - 1, asOf);
        if (entries.length ? last !== end : end > 0) complain(`ends with ${last}`);
        if (more !== (first ?? 1) > 1) complain(`more: ${more} before ${first}`);
      }
    }
  }

  /** 5: what a subscription is given rises by one, over reconnects too. Another history begins it anew (`histories`). */
  subscriptions() {
    for (const follower of this.journal.followers.values()) this.#subscription(follower);
  }

  #subscription({ client, room, events }) {
    const rule = 'a subscription has no hole and nothing twice';
    const complain = (what) => this.fail(rule, `${client} in ${room}: ${what}`);
    let cursor; // nothing known yet
    let joined; // the line on which the subscription stands
    for (const event of events) {
      if (event.what === 'afresh') cursor = joined = undefined;
      else if (event.what === 'left') joined = undefined;
      else if (event.what === 'entry') {
        const { seq } = event.entry;
        if (joined !== event.line) complain(`${seq} came without a subscription`);
        if (cursor !== undefined && seq !== cursor + 1) complain(`${seq} came after ${cursor}`);
        cursor = seq;
      } else {
        const { page } = event;
        let last = page.after ?? (page.entries.length ? page.entries[0].seq - 1 : page.as_of);
        if (page.after !== undefined && cursor !== undefined && page.after > cursor) complain(`joined after ${page.after}, had ${cursor}`);
        for (const { seq } of page.entries) {
          if (seq !== last + 1) complain(`${seq} came after ${last} in a join's answer`);
          last = seq;
        }
        if (page.more && !page.entries.length) complain(`a join's answer after ${page.after} has nothing and says that there is more`);
        if (!page.more && last !== page.as_of) complain(`a join's answer ends at ${last}, as of ${page.as_of}`);
        if (!page.more && cursor !== undefined && page.after !== undefined && page.as_of < cursor) complain(`joined as of ${page.as_of}, had ${cursor}`);
        cursor = page.more ? last : page.as_of;
        joined = page.more ? undefined : event.line;
      }
    }
  }

  /** 5: members are told of another history when there is one, and only then, since for them that excuses a hole; and not of
   * the one before, but for the two seconds for which an instance may go by what it knew. */
  histories(most) {
    const epochs = [...this.journal.epochs];
    const names = epochs.map(([epoch]) => epoch).join(', ');
    if (most > 0 && epochs.length === 1) this.fail('a standby that was promoted makes another history', `${most} were promoted, told of ${names} alone`);
    if (epochs.length - 1 > most) this.fail('the history changes only when a standby was promoted', `${epochs.length - 1} times, at most ${most}: ${names}`);
    for (const [i, [epoch, { openedAt }]] of epochs.entries()) {
      const after = openedAt - epochs[i + 1]?.[1].toldAt;
      if (after > EFFECT_MS) this.fail('nobody is told of a history that is over', `${epoch} on a line that was opened ${Math.round(after)} ms after the next one was known, of ${names}`);
    }
  }

  /** 6: what was answered before another was asked for stands before it. Posts and edits do, also those that were given up: an
   * attempt may be carried out late, but not before it was sent. A removal that changes nothing is answered with the entry that
   * did it, which is none before the first that was asked for. So is a reaction; but that entry's still stood then. */
  causality() {
    const moments = this.journal.writes.flatMap((write) => [...this.#answers(write), ...this.#asked(write), ...this.#stood(write)]);
    moments.push(...this.#removed());
    moments.sort((a, b) => a.time - b.time || Number(b.asked) - Number(a.asked));
    const highest = new Map();
    for (const { room, seq, asked, undone } of moments) {
      const before = highest.get(room) ?? 0;
      if (!asked) highest.set(room, Math.max(before, seq));
      else if (undone <= before) this.fail(STANDS, `${room}: ${seq} was answered, asked for after ${before} was answered: ${undone} had undone it`);
      else if (!undone && seq <= before) this.fail('what was answered before stands before', `${room}: ${seq} was asked for after ${before} was answered`);
    }
  }

  /** From when on a write is known to be there. */
  #answers(write) {
    const { room } = write;
    const answers = answersOf(write);
    return answers.length ? [{ time: Math.min(...answers.map(({ answeredAt }) => answeredAt)), room, seq: answers[0].seq, asked: false }] : [];
  }

  /** Before when a post or an edit was not there. */
  #asked(write) {
    const { room, kind, attempts } = write;
    if (!attempts.length || (kind !== 'post' && kind !== 'edit')) return [];
    const [answer] = answersOf(write);
    const places = answer ? [{ room, seq: answer.seq }] : this.#placesOf(write);
    return places.map((place) => ({ time: attempts[0].sentAt, room: place.room, seq: place.seq, asked: true }));
  }

  /** Before when each removal was not there. */
  #removed() {
    const moments = [];
    const asked = this.contents.removalsAsked;
    for (const [room, { entries }] of Object.entries(this.truth.rooms)) {
      for (const { type, seq, target } of entries) {
        const time = type === 'remove' ? asked.get(`${room} ${target}`) : undefined;
        if (time !== undefined) moments.push({ time, room, seq, asked: true });
      }
    }
    return moments;
  }

  /** Before when what a reaction was answered with was not `undone` by the member's next one like it, from another device or
   * carried out late: that was not there before an attempt was sent. The log has no hole: it was there for certain when
   * anything behind it in the room was answered, whether it was answered itself or not. */
  #stood(write) {
    if (write.kind !== 'react') return [];
    const own = this.contents.reactions(write.room, write.target, write.member, write.emoji);
    const moments = answersOf(write).map(({ sentAt, seq }) => ({ time: sentAt, room: write.room, seq, asked: true, undone: own?.first(seq + 1)?.seq }));
    return moments.filter(({ undone }) => undone);
  }

  /** 6: posts of one connection to one room stand as they were sent. */
  lines() {
    const sent = this.journal.writes.flatMap((write) => this.#maker(write) ?? []);
    sent.sort((a, b) => a.sent - b.sent);
    const last = new Map();
    for (const { line, room, seq } of sent) {
      const name = `${line} ${room}`;
      if (seq <= (last.get(name) ?? 0)) this.fail('posts of a connection stand as they were sent', `${room} on ${line}: ${seq} was sent after ${last.get(name)}`);
      last.set(name, seq);
    }
  }

  /** The attempt that made the entry of a post, with its place: the one that was told so, or the only one that was sent by then.
   * That of which nobody knows how it ended may have made it, too. */
  #maker(write) {
    if (write.kind !== 'post') return undefined;
    const [place] = this.#placesOf(write);
    if (!place) return undefined;
    const fresh = answersOf(write).find(({ duplicate }) => !duplicate);
    if (fresh) return { ...fresh, ...place };
    const { at } = this.entry(place.room, place.seq);
    const could = write.attempts.filter(({ outcome, sentAt }) => outcome !== 'refused' && this.journal.origin + sentAt <= at + CLOCKS_MS);
    return could.length === 1 ? { ...could[0], ...place } : undefined;
  }
}
