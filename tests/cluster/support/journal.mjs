// What members did and were told during the faults, kept in memory for the checker (checker.mjs).
//
// A *write* is what a member wants once: a post with its client_id, an edit, a removal, a reaction. It has attempts, one
// for each time it was sent: {line, sentAt, sent, outcome, seq, at, duplicate, reason, answeredAt}. `outcome` is
// `answered`, `refused` (with a reason that says that nothing happened) or `unknown` (`unavailable`, or no answer).
// With `expects` it must be refused, for one of these reasons. `sent` counts all requests of all members, so that it orders what one connection sent.
//
// A *follower* is a member's client in a room: what it was told, in order: joins with their pages, entries, left.
// A *page* is an answer with entries; a *search* one with messages that were found.
//
// Times are milliseconds of one clock, that of this process.

/** Within that, what was answered takes effect everywhere; for as long may be used what the store has not confirmed. */
export const EFFECT_MS = 2000;

export class Journal {
  writes = [];
  followers = new Map(); // `client room` → {client, room, events}
  pages = [];
  searches = [];
  /** `member room` → the highest mark of reading that was answered. */
  marks = new Map();
  /** The histories that anybody was told of, in that order: epoch → {toldAt, openedAt}, when it was told first, and when the
   * last line was opened on which it was told. */
  epochs = new Map();
  /** Lines → the place where each leads, where that is known. */
  places = new Map();
  /** What must never be, seen when it happened: {rule, text}. */
  seen = [];
  deliveries = 0;
  #sent = 0;
  #entries = new Map();

  /** `origin`: what the wall clock said when that one began. */
  constructor(clock = () => performance.now(), origin = performance.timeOrigin) {
    Object.assign(this, { clock, origin });
  }

  /** `kind`: post, edit, remove, react, and of what moderators do moderation and room. */
  write(kind, fields) {
    const write = { kind, attempts: [], ...fields };
    this.writes.push(write);
    return write;
  }

  /** `place`: the instance that it is asked of, where that is known. */
  attempt(write, line, place) {
    const attempt = { line, place, sentAt: this.clock(), sent: ++this.#sent, outcome: 'unknown' };
    write.attempts.push(attempt);
    return attempt;
  }

  /** One object for all that say the same. */
  entry(entry) {
    const text = JSON.stringify(entry);
    const known = this.#entries.get(text);
    if (known) return known;
    this.#entries.set(text, entry);
    return entry;
  }

  follower(client, room) {
    const name = `${client} ${room}`;
    let follower = this.followers.get(name);
    if (!follower) this.followers.set(name, (follower = { client, room, events: [] }));
    return follower;
  }

  /** An answer with entries: `asked` is {method, room, after?, before?, limit?, line, sentAt, client?, member?}, the client that
   * asked where that must be known (a join is known by its follower), and whose it is, where it is one of a load. */
  page(asked, result) {
    const page = { ...asked, answeredAt: this.clock(), as_of: result.as_of, more: result.more, entries: result.entries.map((entry) => this.entry(entry)) };
    this.pages.push(page);
    return page;
  }

  /** `asked` is {method, room, line, sentAt, client?}: it was asked over one room. */
  found(asked, { hits }) {
    this.searches.push({ ...asked, answeredAt: this.clock(), entries: hits.map(({ entry }) => this.entry(entry)) });
  }

  marked(member, room, seq) {
    const name = `${member} ${room}`;
    this.marks.set(name, Math.max(this.marks.get(name) ?? 0, seq));
  }

  joined(client, page) {
    this.follower(client, page.room).events.push({ what: 'join', line: page.line, page });
  }

  delivered(client, line, entry) {
    this.deliveries++;
    this.follower(client, entry.room).events.push({ what: 'entry', line, entry: this.entry(entry), at: this.clock() });
  }

  left(client, line, room) {
    this.follower(client, room).events.push({ what: 'left', line });
  }

  /** On a line that was opened at that time. */
  welcomed(epoch, openedAt) {
    const known = this.epochs.get(epoch);
    if (known) known.openedAt = Math.max(known.openedAt, openedAt);
    else this.epochs.set(epoch, { toldAt: this.clock(), openedAt });
  }

  /** Another history: what was kept is thrown away. */
  afresh(client) {
    for (const follower of this.followers.values()) if (follower.client === client) follower.events.push({ what: 'afresh' });
  }

  violation(rule, text) {
    this.seen.push({ rule, text });
  }
}

export const outcomeOf = (write) => {
  const found = write.attempts.map((attempt) => attempt.outcome);
  if (found.includes('answered')) return 'answered';
  return found.length > 0 && found.every((outcome) => outcome === 'refused') ? 'refused' : 'unknown';
};
