// A club of one room, played by hand for the tests of what looks at journals.
import { Journal } from './journal.mjs';

export const AT = Date.parse('2026-01-31T08:05:03.000Z');
export const iso = (at) => new Date(at).toISOString();
export const LOGINS = { anna: 'm1', bo: 'm2', admin: 'm3' };

/** A club of one room, played by hand on a made-up clock. */
export class Story {
  now = 0;
  truth = { rooms: { kz: { head: 0, entries: [] } }, members: LOGINS };
  journal = new Journal(() => ++this.now, AT);
  #posted = new Map(); // seq → the text as it was posted, also when it is removed since

  get log() {
    return this.truth.rooms.kz;
  }

  row(fields) {
    const none = { client_id: null, text: null, edited: null, removed: null, target: null, reply_to: null, emoji: null, flag: null };
    const row = { ...none, seq: ++this.log.head, at: AT + this.log.head, ...fields };
    this.log.entries.push(row);
    this.#posted.set(row.seq, row.text);
    this.#changes(row);
    return row;
  }

  /** As the store does: a message names its last edit, and when it is removed neither it nor its edits have a text any more. */
  #changes({ type, seq, target }) {
    const { entries } = this.log;
    const message = entries[target - 1];
    if (type === 'edit' && message) message.edited = seq;
    if (type !== 'remove' || message?.removed !== null) return;
    for (const row of entries) if (row === message || (row.type === 'edit' && row.target === target)) Object.assign(row, { text: null, removed: seq });
  }

  /** Sent and answered on a line, unless `outcome` is another. */
  write(kind, fields, { line = 'a', row = {}, outcome = 'answered', reason, there = outcome === 'answered', seq } = {}) {
    const write = this.journal.write(kind, { member: 'anna', room: 'kz', ...fields });
    const attempt = this.journal.attempt(write, line);
    const { member, clientId: client_id, text, target, replyTo, emoji, on } = write;
    const type = kind === 'post' ? 'message' : kind;
    const made = there && this.row({ type, member, client_id: client_id ?? null, text: text ?? null, target: target ?? null, reply_to: replyTo ?? null, emoji: emoji ?? null, flag: on === undefined ? null : Number(on), ...row });
    Object.assign(attempt, { outcome, reason, answeredAt: this.journal.clock() });
    if (outcome === 'answered') Object.assign(attempt, { seq: seq ?? made.seq, at: iso(made.at), duplicate: false });
    return { write, attempt, row: made };
  }

  post(clientId, options) {
    return this.write('post', { clientId, text: `Привет, ${clientId}` }, options);
  }

  told(seq, more = {}) {
    const row = this.log.entries[seq - 1];
    const entry = { room: 'kz', seq, at: iso(row.at), type: row.type, from: { id: LOGINS[row.member] } };
    const posted = { ...row, text: row.text ?? this.#posted.get(seq) };
    for (const name of ['client_id', 'text', 'target', 'reply_to', 'emoji']) if (posted[name] !== null) entry[name] = posted[name];
    if (row.type === 'react') entry.on = Boolean(row.flag);
    return { ...entry, ...more };
  }

  /** The same write once more. */
  again(write, { line = 'a', ...how }) {
    return Object.assign(this.journal.attempt(write, line), { answeredAt: this.journal.clock() }, how);
  }

  found(fields, entries) {
    this.journal.found({ method: 'message.search', room: 'kz', line: 'h', sentAt: this.journal.clock(), ...fields }, { hits: entries.map((entry) => ({ room: 'kz', entry, found: [[0, 1]] })) });
  }

  /** Of history, unless said, as if it had been asked for from its first entry on. */
  page(fields, entries, { as_of = this.log.head, more = entries.at(-1)?.seq < as_of } = {}) {
    const after = (entries[0]?.seq ?? 1) - 1;
    return this.journal.page({ method: 'room.history', room: 'kz', after, line: 'h', sentAt: this.journal.clock(), ...fields }, { as_of, more, entries });
  }

  join(client, line, after, entries, options) {
    const page = this.page({ method: 'room.join', line, after }, entries, { more: false, ...options });
    this.journal.joined(client, page);
  }

  deliver(client, line, ...seqs) {
    for (const seq of seqs) this.journal.delivered(client, line, typeof seq === 'number' ? this.told(seq) : seq);
  }
}
