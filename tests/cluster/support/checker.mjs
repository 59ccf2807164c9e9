// Holds a journal against what the store has in the end. Linear in what was written and told.
//
// `truth`: {rooms: {ROOM: {head, entries: [{seq, at, type, member, client_id, text, edited, removed, target, emoji, flag}]}}}
// with `member` a login, as the store shows it after the faults. What is found is [{rule, text}].
import { outcomeOf } from './journal.mjs';

export const REMOVAL_MS = 2000;
/** What an answer may take from the instance to its reader, and the reader to look at it, on a loaded machine. */
export const ARRIVAL_MS = 3000;
const TYPES = { post: 'message', edit: 'edit', remove: 'remove', react: 'react' };
// A refusal with these says that nothing happened; others are not to be expected.
const MAY_BE_REFUSED = {
  post: ['not_found'], // what it replies to is removed
  edit: ['not_found'],
  remove: [],
  react: ['not_found', 'rate_limited'],
};

const short = (value) => JSON.stringify(value).slice(0, 400);

export function check(journal, truth) {
  const check = new Check(journal, truth);
  check.log();
  check.answered();
  check.unanswered();
  check.unasked();
  check.contents();
  check.subscriptions();
  check.causality();
  check.lines();
  check.removals();
  return [...journal.seen, ...check.found];
}

class Check {
  found = [];
  #texts = new Map(); // `room seq` → the text of a message or edit, as it was posted

  constructor(journal, truth) {
    this.journal = journal;
    this.truth = truth;
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

  /** 2: what was answered is there, at that place, and is what was asked for. */
  answered() {
    for (const write of this.journal.writes) {
      for (const attempt of write.attempts) if (attempt.outcome === 'answered') this.#answeredAs(write, attempt);
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
    if (write.kind !== 'post' && entry.target !== write.target) complain('another target');
    if (write.kind !== 'remove' && entry.member !== write.member) complain('another author');
    if (write.text !== undefined && entry.text !== null && entry.text !== write.text) complain('another text');
    if (write.text !== undefined && entry.text === null && !entry.removed) complain('no text');
    if (write.kind === 'react' && (entry.emoji !== write.emoji || Boolean(entry.flag) !== write.on)) complain('another reaction');
    if (write.kind === 'remove' && this.entry(write.room, write.target)?.removed !== attempt.seq) complain('the target is not removed by it');
  }

  /** 3: what was refused is not there, what nobody knows is there once at most. */
  unanswered() {
    const places = this.#places();
    for (const write of this.journal.writes) {
      const count = write.kind === 'react' || write.kind === 'remove' ? undefined : (places.get(this.#name(write)) ?? 0);
      const outcome = outcomeOf(write);
      if (outcome === 'refused' && count) this.fail('what was refused is not there', short(write));
      if (count > 1) this.fail('what was asked once is there once at most', `${count}: ${short(write)}`);
      for (const { outcome: one, reason } of write.attempts) if (one === 'refused') this.#refusedFor(write, reason);
    }
  }

  #refusedFor(write, reason) {
    const allowed = write.expects ?? MAY_BE_REFUSED[write.kind];
    const removed = this.entry(write.room, write.target ?? write.replyTo)?.removed;
    if (allowed.includes(reason) && (reason !== 'not_found' || write.expects || removed)) return;
    this.fail('nothing is refused without a reason', `${reason}: ${short(write)}`);
  }

  /** Posts by client_id, edits by target and text: the harness never asks for the same edit twice. */
  #name({ kind, member, room, clientId, target, text }) {
    return kind === 'post' ? `post ${member} ${clientId}` : `edit ${member} ${room} ${target} ${text}`;
  }

  #places() {
    const places = new Map();
    for (const [room, log] of Object.entries(this.truth.rooms)) {
      for (const { type, member, client_id: clientId, target, text, seq } of log.entries) {
        if (type !== 'message' && type !== 'edit') continue;
        const name = this.#name({ kind: type === 'message' ? 'post' : 'edit', member, room, clientId, target, text: text ?? this.text(room, seq) });
        places.set(name, (places.get(name) ?? 0) + 1);
      }
    }
    return places;
  }

  /** Nothing is there that nobody asked for. */
  unasked() {
    const asked = new Map();
    const name = ({ kind, member, room, clientId, target, emoji, on }) =>
      kind === 'post' ? `post ${member} ${room} ${clientId}` : `${kind} ${member} ${room} ${target} ${emoji ?? ''} ${kind === 'react' ? on : ''}`;
    for (const write of this.journal.writes) {
      if (outcomeOf(write) !== 'refused') asked.set(name(write), (asked.get(name(write)) ?? 0) + write.attempts.length);
    }
    for (const [room, log] of Object.entries(this.truth.rooms)) {
      for (const entry of log.entries.slice(log.before ?? 0)) {
        const kind = entry.type === 'message' ? 'post' : entry.type;
        const wanted = name({ ...entry, kind, room, clientId: entry.client_id, on: Boolean(entry.flag), emoji: entry.emoji ?? undefined });
        const left = asked.get(wanted) ?? 0;
        if (left < 1) this.fail('nothing is there that nobody asked for', `${room}: ${short(entry)}`);
        asked.set(wanted, left - 1);
      }
    }
  }

  /** What a message or edit said when it was posted, also when it was removed since: as the store or anybody was told. */
  text(room, seq) {
    return this.entry(room, seq)?.text ?? this.#texts.get(`${room} ${seq}`);
  }

  /** 4: one place has one content for everybody at all times, but for what was removed. */
  contents() {
    for (const { room, events, client } of this.journal.followers.values()) {
      for (const { what, entry } of events) if (what === 'entry') this.#told(room, entry, client);
    }
    for (const page of this.journal.pages) {
      for (const entry of page.entries) this.#stands(page, entry);
    }
  }

  #complain(who, entry, what) {
    this.fail('one place has one content', `${who}: ${what}: ${short(entry)} but ${short(this.entry(entry.room, entry.seq) ?? null)}`);
  }

  /** What never changes. */
  #same(who, told) {
    const entry = this.entry(told.room, told.seq);
    if (!entry) return this.#complain(who, told, 'it is not in the store'), false;
    const fits =
      told.type === entry.type &&
      Date.parse(told.at) === entry.at &&
      (told.client_id ?? null) === (entry.client_id ?? null) &&
      (told.target ?? null) === (entry.target ?? null) &&
      (told.emoji ?? null) === (entry.emoji ?? null) &&
      (told.reply_to ?? null) === (entry.reply_to ?? null) &&
      (told.type !== 'react' || told.on === Boolean(entry.flag)) &&
      (!this.truth.members || this.truth.members[entry.member] === told.from.id);
    if (!fits) this.#complain(who, told, 'another entry');
    return fits;
  }

  /** A notification shows the entry as it was posted. */
  #told(room, told, who) {
    if (!this.#same(who, told) || (told.type !== 'message' && told.type !== 'edit')) return;
    const name = `${room} ${told.seq}`;
    const known = this.text(room, told.seq);
    if (told.text === undefined) {
      if (!this.entry(room, told.seq).removed) this.#complain(who, told, 'no text');
    } else if (known === undefined) this.#texts.set(name, told.text);
    else if (known !== told.text) this.#complain(who, told, `another text than ${short(known)}`);
  }

  /** An answer shows a message as it stands at `as_of`. */
  #stands(page, told) {
    const who = `${page.method} on ${page.line}`;
    if (!this.#same(who, told)) return;
    const { seq, room } = told;
    const { removed } = this.entry(room, seq);
    const gone = Boolean(removed && removed <= page.as_of);
    if (told.type === 'edit' && gone !== (told.text === undefined)) this.#complain(who, told, `as of ${page.as_of}`);
    if (told.type !== 'message') return;
    if (gone !== (told.removed === true) || gone !== (told.text === undefined)) return this.#complain(who, told, `as of ${page.as_of}`);
    if (gone) return;
    const edits = this.#edits().get(`${room} ${seq}`) ?? [];
    const last = edits.filter((edit) => edit <= page.as_of).at(-1);
    const expected = this.text(room, last ?? seq);
    if (expected !== undefined && told.text !== expected) this.#complain(who, told, `another text as of ${page.as_of} than ${short(expected)}`);
  }

  #editsOf;
  /** `room seq` → the numbers of its edits. */
  #edits() {
    if (this.#editsOf) return this.#editsOf;
    this.#editsOf = new Map();
    for (const [room, log] of Object.entries(this.truth.rooms)) {
      for (const { type, target, seq } of log.entries) {
        if (type !== 'edit') continue;
        const name = `${room} ${target}`;
        if (!this.#editsOf.has(name)) this.#editsOf.set(name, []);
        this.#editsOf.get(name).push(seq);
      }
    }
    return this.#editsOf;
  }

  /** 5: what a subscription is given rises by one, over reconnects too. */
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
        if (!page.more && last !== page.as_of) complain(`a join's answer ends at ${last}, as of ${page.as_of}`);
        if (!page.more && cursor !== undefined && page.after !== undefined && page.as_of < cursor) complain(`joined as of ${page.as_of}, had ${cursor}`);
        cursor = page.more ? last : page.as_of;
        joined = page.more ? undefined : event.line;
      }
    }
  }

  /** 6: what was answered before another was asked for stands before it. */
  causality() {
    const moments = [];
    for (const write of this.journal.writes) {
      if (write.kind !== 'post' && write.kind !== 'edit') continue;
      const answers = write.attempts.filter((attempt) => attempt.outcome === 'answered');
      if (!answers.length) continue;
      const { room } = write;
      const { seq } = answers[0];
      moments.push({ time: write.attempts[0].sentAt, room, seq, asked: true });
      moments.push({ time: Math.min(...answers.map((answer) => answer.answeredAt)), room, seq, asked: false });
    }
    moments.sort((a, b) => a.time - b.time || b.asked - a.asked);
    const highest = new Map();
    for (const { room, seq, asked } of moments) {
      const before = highest.get(room) ?? 0;
      if (!asked) highest.set(room, Math.max(before, seq));
      else if (seq <= before) this.fail('what was answered before stands before', `${room}: ${seq} was asked for after ${before} was answered`);
    }
  }

  /** 6: posts of one connection to one room stand as they were sent. */
  lines() {
    const sent = [];
    for (const write of this.journal.writes) {
      if (write.kind !== 'post') continue;
      for (const attempt of write.attempts) {
        if (attempt.outcome === 'answered' && !attempt.duplicate) sent.push({ ...attempt, room: write.room });
      }
    }
    sent.sort((a, b) => a.sent - b.sent);
    const last = new Map();
    for (const { line, room, seq } of sent) {
      const name = `${line} ${room}`;
      if (seq <= (last.get(name) ?? 0)) this.fail('posts of a connection stand as they were sent', `${room} on ${line}: ${seq} was sent after ${last.get(name)}`);
      last.set(name, seq);
    }
  }

  /** 7: two seconds after a removal was answered, nobody is given the text, whenever they asked. */
  removals() {
    const removed = new Map();
    for (const { kind, room, target, attempts } of this.journal.writes) {
      if (kind !== 'remove') continue;
      const name = `${room} ${target}`;
      for (const { outcome, answeredAt } of attempts) {
        if (outcome === 'answered') removed.set(name, Math.min(removed.get(name) ?? Infinity, answeredAt));
      }
    }
    for (const page of this.journal.pages) {
      for (const entry of page.entries) {
        if (entry.text === undefined) continue;
        const since = removed.get(`${page.room} ${entry.type === 'edit' ? entry.target : entry.seq}`);
        if (since === undefined) continue;
        const [asked, came] = [page.sentAt - since, page.answeredAt - since].map(Math.round);
        // Whenever it was asked for; but what was on its way already, to a reader that takes nothing, is no answer of now.
        if (asked > REMOVAL_MS || (!page.slow && came > REMOVAL_MS + ARRIVAL_MS))
          this.fail('a removed text is in no answer after two seconds', `${page.method} on ${page.line}, asked ${asked} ms after, came ${came} ms after: ${short(entry)}`);
      }
    }
  }
}
