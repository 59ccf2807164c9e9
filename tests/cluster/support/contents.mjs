// One place has one content for everybody at all times, but for what was removed: what anybody was told of an entry is held
// against the store's, and against what others were told.
import { isDeepStrictEqual } from 'node:util';
import { removalsAsked } from './removals.mjs';
import { Sorted, groupBy } from './sorted.mjs';
import { short } from './violations.mjs';

const RULE = 'one place has one content';

/** What edits, removals and reactions change of a message; a reaction is also told otherwise to whom it is. */
const CHANGES = new Set(['text', 'edited_at', 'removed', 'reactions']);
/** These go with the text that is removed. An edit leaves them as they are. */
const GOES = new Set(['mentions', 'files']);
/** What is compared with the store as truth.mjs makes it of its columns. */
const SAYS = ['from', 'mentions', 'reason', 'action', 'member', 'until', 'title', 'topic', 'locked', 'slow', 'pinned'];

/** What must be the same whenever these two were told, whoever was: all that there is, also what is new in the protocol. */
function lasting(one, other) {
  const whole = one.text !== undefined && other.text !== undefined;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !CHANGES.has(name) && (whole || !GOES.has(name)));
}

export class Contents {
  #texts = new Map(); // `room seq` → the text of a message or edit, as it was posted
  #tellings = new Set(); // those that were looked at; journal.mjs keeps one object for all that say the same
  #first = new Map(); // `room seq` → the telling that others are held against
  #byTarget = new Map(); // `room seq` → {edits: [seq], counts: [{seq, of}]} of a message; `of`: its reactions after that one
  #own; // `room seq member emoji` → that member's reactions with it on a message, Sorted: [{seq, flag}]

  /** `fail(rule, text)` is told of what is wrong. */
  constructor(journal, truth, fail) {
    Object.assign(this, { journal, truth, fail });
    this.removalsAsked = removalsAsked(journal.writes);
    this.#learnAnswered();
    this.#index();
  }

  entry(room, seq) {
    return this.truth.rooms[room]?.entries[seq - 1];
  }

  /** What a message or edit said when it was posted, also when it was removed since: as the store, its author or anybody
   * was told; undefined: nobody knows. */
  text(room, seq) {
    return this.entry(room, seq)?.text ?? this.#texts.get(`${room} ${seq}`);
  }

  /** What was answered, and what is shown in pages, is known before anything is compared. */
  #learnAnswered() {
    for (const { kind, room, text, attempts } of this.journal.writes) {
      if (kind !== 'post' && kind !== 'edit') continue;
      for (const { outcome, seq } of attempts) {
        if (outcome === 'answered' && this.text(room, seq) === undefined) this.#texts.set(`${room} ${seq}`, text);
      }
    }
  }

  #index() {
    const own = [];
    for (const [room, { entries }] of Object.entries(this.truth.rooms)) {
      for (const entry of entries) {
        const { type, target, seq, member, emoji, flag } = entry;
        if (type === 'edit') this.#of(room, target).edits.push(seq);
        if (type !== 'react') continue;
        this.#react(this.#of(room, target).counts, entry);
        own.push({ name: `${room} ${target} ${member} ${emoji}`, seq, flag });
      }
    }
    this.#own = new Map([...groupBy(own, ({ name }) => name)].map(([name, some]) => [name, new Sorted(some, ({ seq }) => seq)]));
  }

  /** What a member did on a message with one emoji, Sorted: [{seq, flag}]; undefined: nothing. */
  reactions(room, target, member, emoji) {
    return this.#own.get(`${room} ${target} ${member} ${emoji}`);
  }

  /** Had the member put that on the message, as of an entry? */
  #isOwn({ room, seq }, member, emoji, asOf) {
    return Boolean(this.reactions(room, seq, member, emoji)?.last(asOf)?.flag);
  }

  #react(counts, { seq, emoji, flag }) {
    const of = new Map(counts.at(-1)?.of);
    const count = (of.get(emoji) ?? 0) + (flag ? 1 : -1);
    if (count) of.set(emoji, count);
    else of.delete(emoji);
    counts.push({ seq, of });
  }

  #of(room, target) {
    const name = `${room} ${target}`;
    if (!this.#byTarget.has(name)) this.#byTarget.set(name, { edits: [], counts: [] });
    return this.#byTarget.get(name);
  }

  /** What was the last of each as of an entry: {edit?, counts}. */
  #lastOf(told, asOf) {
    const known = this.#of(told.room, told.seq);
    known.sorted ??= [new Sorted(known.edits, (seq) => seq), new Sorted(known.counts, ({ seq }) => seq)];
    const [edits, counts] = known.sorted;
    return { edit: edits.last(asOf), counts: counts.last(asOf)?.of ?? new Map() };
  }

  look() {
    for (const { events, client } of this.journal.followers.values()) {
      for (const event of events) if (event.what === 'entry') this.#told(event, client);
    }
    for (const page of this.journal.pages) for (const entry of page.entries) this.#stands(page, entry);
    for (const search of this.journal.searches) for (const entry of search.entries) this.#found(search, entry);
  }

  #complain(who, entry, what) {
    this.fail(RULE, `${who}: ${what}: ${short(entry)} but ${short(this.entry(entry.room, entry.seq) ?? null)}`);
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
    else if (!this.#tellings.has(told)) this.#alike(who, told);
    return fits;
  }

  /** What lasts is told to everybody as the store has it, and alike. Who is told first is believed; until somebody is told
   * the text, nobody knows what goes with it. */
  #alike(who, told) {
    this.#tellings.add(told);
    const name = `${told.room} ${told.seq}`;
    const first = this.#first.get(name);
    if (first?.text === undefined) this.#first.set(name, told);
    const { says, removed } = this.entry(told.room, told.seq);
    if (says) this.#compare(who, told, says, SAYS.filter((field) => !removed || !GOES.has(field)), 'the store has');
    if (first) this.#compare(who, told, first, lasting(told, first), 'others were told');
    if (told.type === 'message' && told.text === undefined) this.#compare(who, told, {}, [...GOES], 'it goes with the text');
  }

  #compare(who, told, other, fields, whose) {
    for (const field of fields) {
      if (isDeepStrictEqual(told[field], other[field])) continue;
      this.fail(RULE, `${who}: ${told.room} ${told.seq}: ${field} is ${short(told[field] ?? null)}, ${whose} ${short(other[field] ?? null)}`);
    }
  }

  /** As it was posted; the first who is told is believed where nobody else knows. */
  #posted(who, told) {
    const known = this.text(told.room, told.seq);
    if (known === undefined) this.#texts.set(`${told.room} ${told.seq}`, told.text);
    else if (known !== told.text) this.#complain(who, told, `another text than ${short(known)}`);
  }

  /** A notification shows the entry as it was posted, or without its text, once its removal was asked for. */
  #told({ entry: told, at }, who) {
    if (!this.#same(who, told) || (told.type !== 'message' && told.type !== 'edit')) return;
    const removing = this.removalsAsked.get(`${told.room} ${told.type === 'edit' ? told.target : told.seq}`);
    if (told.text !== undefined) this.#posted(who, told);
    else if (!this.entry(told.room, told.seq).removed || !(removing <= at)) this.#complain(who, told, 'no text');
  }

  /** An answer shows a message as it stands at `as_of`, an edit as it was posted. */
  #stands(page, told) {
    const who = `${page.method} on ${page.line}`;
    if (!this.#same(who, told) || (told.type !== 'message' && told.type !== 'edit')) return;
    const { removed } = this.entry(told.room, told.seq);
    const gone = Boolean(removed && removed <= page.as_of);
    const marked = told.type === 'edit' ? gone : told.removed === true;
    if (gone !== marked || gone !== (told.text === undefined)) return this.#complain(who, told, `as of ${page.as_of}`);
    if (gone) return;
    if (told.type === 'edit') return this.#posted(who, told);
    this.#asOf(who, page, told);
  }

  #asOf(who, { as_of: asOf, member }, told) {
    const { edit, counts } = this.#lastOf(told, asOf);
    const expected = this.text(told.room, edit ?? told.seq);
    if (expected !== undefined && told.text !== expected) this.#complain(who, told, `another text as of ${asOf} than ${short(expected)}`);
    const editedAt = edit && this.entry(told.room, edit).at;
    if ((told.edited_at && Date.parse(told.edited_at)) !== editedAt) this.#complain(who, told, `edited at another time as of ${asOf} than ${editedAt}`);
    const shown = told.reactions ?? [];
    if (shown.length !== counts.size || shown.some(({ emoji, count }) => counts.get(emoji) !== count))
      this.#complain(who, told, `other reactions as of ${asOf} than ${short([...counts])}`);
    if (member && shown.some(({ emoji, mine }) => mine !== this.#isOwn(told, member, emoji, asOf))) this.#complain(who, told, `not what ${member} has put on it as of ${asOf}`);
  }

  /** What is found says what the message says, or said once: a search's answer has no `as_of`. */
  #found({ method, line }, told) {
    const who = `${method} on ${line}`;
    if (!this.#same(who, told)) return;
    const texts = [told.seq, ...this.#of(told.room, told.seq).edits].map((seq) => this.text(told.room, seq));
    if (!texts.includes(told.text) && !texts.includes(undefined)) this.#complain(who, told, 'a text that it never had');
  }
}
