// What is known of one room's log. Pure: the same entries in whatever order answers come end in the same log.
//
// Entries arrive on two ways. The stream (join pages, then notifications) is without a hole and moves `cursor`; it
// alone changes messages. History pages only bring messages, each as it stood at the page's `as_of`; changes of the
// stream that are newer than that are kept and applied to it.
//
// What is held of the log is one window, where the reader is, and, while that is not at the end, the newest end apart
// from it. Between the two lies what is not here; nobody is shown one straight after the other. When the window has
// been read on as far as the newest end begins, both are one again.

import type { Entry, Page } from '../protocol/types.js';
import { applyChange, messageOf } from './message.js';
import type { Change, Message } from './message.js';
import { isNote, notesOf, withNotes } from './notes.js';
import type { Note } from './notes.js';

/** All messages of the log with `after` < seq <= `upto`, in order. */
export interface Stretch {
  readonly messages: readonly Message[];
  readonly after: number;
  readonly upto: number;
}

export interface RoomLog extends Stretch {
  readonly room: string;
  readonly me: string;
  /** The newest end, up to the cursor, while the window lies before it; null: the window reaches to the end. */
  readonly newest: Stretch | null;
  /** What moderators did; of the window and the newest end, and perhaps more. */
  readonly notes: readonly Note[];
  /** The last entry of the stream. */
  readonly cursor: number;
  /** The reader is at the newest message: the window is trimmed at its old end, else at its new one. */
  readonly following: boolean;
  /** The stream's changes after `changesAfter`, for history pages that are older than they. */
  readonly changes: readonly Change[];
  readonly changesAfter: number;
  /** Messages outside the window that are shown as quotes; null: there is none. */
  readonly quoted: ReadonlyMap<number, Message | null>;
}

export const WINDOW = 500;
/** Messages of the newest end that are kept while the reader is elsewhere. */
export const NEWEST = 100;
const CHANGES_KEPT = 1000;
const QUOTES_KEPT = 200;

export function isChange(entry: Entry): entry is Change {
  return entry.type === 'edit' || entry.type === 'remove' || entry.type === 'react';
}

/** The window reaches to the end of what the stream brought. */
export function isAttached(log: RoomLog): boolean {
  return log.newest === null;
}

/** The part of the log that ends with the newest message. */
export function newestOf(log: RoomLog): Stretch {
  return log.newest ?? log;
}

function lastSeq(page: Page, otherwise: number): number {
  return page.entries[page.entries.length - 1]?.seq ?? otherwise;
}

function pageAfter(page: Page): number {
  const first = page.entries[0];
  return first === undefined ? 0 : first.seq - 1;
}

/** Messages of a page as they stand now: as of the page, then what the stream brought since. */
function messagesOf(log: Pick<RoomLog, 'me' | 'changes'>, page: Page): Message[] {
  const messages: Message[] = [];
  for (const entry of page.entries) {
    if (entry.type !== 'message') continue;
    const later = log.changes.filter((change) => change.target === entry.seq);
    messages.push(
      later.reduce((message, change) => applyChange(message, change, log.me), messageOf(entry, page.as_of)),
    );
  }
  return messages;
}

/** The first page of a join without `after`: the newest entries. */
export function startLog(room: string, me: string, page: Page): RoomLog {
  const cursor = lastSeq(page, page.as_of);
  const empty = { room, me, newest: null, following: true, changes: [], quoted: new Map<number, Message | null>() };
  const messages = messagesOf(empty, page);
  return {
    ...empty,
    messages,
    notes: notesOf(page),
    after: pageAfter(page),
    upto: cursor,
    cursor,
    changesAfter: page.as_of,
  };
}

function keepChange(log: RoomLog, change: Change): Pick<RoomLog, 'changes' | 'changesAfter'> {
  const changes = [...log.changes, change];
  const dropped = changes.length > CHANGES_KEPT ? changes.shift() : undefined;
  return { changes, changesAfter: dropped === undefined ? log.changesAfter : Math.max(log.changesAfter, dropped.seq) };
}

function changeQuoted(log: RoomLog, change: Change): RoomLog['quoted'] {
  const quote = log.quoted.get(change.target);
  if (quote === undefined || quote === null) return log.quoted;
  return new Map(log.quoted).set(change.target, applyChange(quote, change, log.me));
}

function changeMessages(messages: readonly Message[], change: Change, me: string): readonly Message[] {
  const index = messages.findIndex((message) => message.seq === change.target);
  const message = messages[index];
  if (message === undefined) return messages;
  const changed = [...messages];
  changed[index] = applyChange(message, change, me);
  return changed;
}

/** The last `most` messages of a window. */
function newestPart<S extends Stretch>(stretch: S, most: number): S {
  const surplus = stretch.messages.length - most;
  const last = stretch.messages[surplus - 1];
  return last === undefined ? stretch : { ...stretch, messages: stretch.messages.slice(surplus), after: last.seq };
}

/** Cuts the window to its size at the old end. */
function trimOld(log: RoomLog): RoomLog {
  return newestPart(log, WINDOW);
}

/** Two windows that meet, as one. */
function joined(older: Stretch, newer: Stretch): Stretch {
  const more = newer.messages.filter((message) => message.seq > older.upto);
  return { messages: [...older.messages, ...more], after: older.after, upto: Math.max(older.upto, newer.upto) };
}

/** The newest end as it is kept when the window goes elsewhere. */
function keptNewest(log: RoomLog): Stretch {
  const { messages, after, upto } = newestOf(log);
  return newestPart({ messages, after, upto }, NEWEST);
}

/** Cuts the window to its size at the new end. */
function trimNew(log: RoomLog): RoomLog {
  const first = log.messages[WINDOW];
  if (first === undefined) return log;
  return { ...log, messages: log.messages.slice(0, WINDOW), upto: first.seq - 1, newest: keptNewest(log) };
}

/** The window has been read on: where it meets the newest end, they are one. */
function attached(log: RoomLog): RoomLog {
  if (log.newest === null || log.upto < log.newest.after) return log;
  return { ...log, ...joined(log, log.newest), newest: null };
}

/** A page may have brought what the stream brings now. */
function extended(stretch: Stretch, entry: Entry, asOf: number): Stretch {
  if (entry.seq <= stretch.upto) return stretch;
  const messages = entry.type === 'message' ? [...stretch.messages, messageOf(entry, asOf)] : stretch.messages;
  return { messages, after: stretch.after, upto: entry.seq };
}

function appended(log: RoomLog, entry: Entry, asOf: number): RoomLog {
  if (log.newest !== null) return { ...log, newest: newestPart(extended(log.newest, entry, asOf), NEWEST) };
  if (!log.following && entry.type === 'message' && entry.seq > log.upto && log.messages.length >= WINDOW)
    return { ...log, newest: extended({ messages: [], after: log.upto, upto: log.upto }, entry, asOf) };
  return trimOld({ ...log, ...extended(log, entry, asOf) });
}

/** The stream skipped something; join again with the cursor. */
export function leavesGap(log: RoomLog, entry: Entry): boolean {
  return entry.seq > log.cursor + 1;
}

/** The next entry of the stream. What is there already changes nothing. */
export function applyEntry(log: RoomLog, entry: Entry, asOf: number = entry.seq): RoomLog {
  if (entry.seq !== log.cursor + 1) return log;
  const notes = isNote(entry) ? withNotes(log.notes, [entry]) : log.notes;
  const next: RoomLog = { ...appended(log, entry, asOf), notes, cursor: entry.seq };
  if (!isChange(entry)) return next;
  const messages = changeMessages(next.messages, entry, log.me);
  const newest =
    next.newest === null ? null : { ...next.newest, messages: changeMessages(next.newest.messages, entry, log.me) };
  return { ...next, ...keepChange(log, entry), messages, newest, quoted: changeQuoted(next, entry) };
}

/** A page of the stream: what a join with `after` answered. */
export function applyJoinPage(log: RoomLog, page: Page): RoomLog {
  return page.entries.reduce((result, entry) => applyEntry(result, entry, page.as_of), log);
}

/** The page is older than the changes that are still kept: it cannot be brought up to date, ask again. */
export function isStale(log: RoomLog, page: Page): boolean {
  return page.as_of < log.changesAfter;
}

/** History before the window; `before` is what was asked. */
export function applyOlder(log: RoomLog, page: Page, before: number): RoomLog {
  if (before !== log.after + 1) return log;
  const after = page.more ? pageAfter(page) : 0;
  const notes = withNotes(log.notes, page.entries);
  return trimNew({ ...log, after, notes, messages: [...messagesOf(log, page), ...log.messages] });
}

/** History after the window; `after` is what was asked. */
export function applyNewer(log: RoomLog, page: Page, after: number): RoomLog {
  if (after !== log.upto) return log;
  const upto = Math.max(log.upto, lastSeq(page, log.upto));
  const notes = withNotes(log.notes, page.entries);
  const messages = messagesOf(log, page).filter((message) => message.seq > log.upto);
  return trimOld(attached({ ...log, upto, notes, messages: [...log.messages, ...messages] }));
}

/** Another window, around a place. What was there is dropped, but for the newest end. */
export function replaceWindow(log: RoomLog, page: Page): RoomLog {
  if (page.entries.length === 0) return log;
  const stretch = { messages: messagesOf(log, page), after: pageAfter(page), upto: lastSeq(page, log.cursor) };
  const noted = { ...log, notes: withNotes(log.notes, page.entries) };
  const newest = keptNewest(log);
  if (stretch.after > newest.upto) return { ...noted, ...stretch, newest: null };
  if (stretch.after >= newest.after) return { ...noted, ...joined(newest, stretch), newest: null };
  return attached({ ...noted, ...stretch, newest });
}

/** Nothing is missing between the window and the newest end: no page need be asked for. */
export function meetsNewest(log: RoomLog): boolean {
  return log.newest !== null && log.upto >= log.newest.after;
}

/** The window goes on to the newest end, or jumps there. */
export function showNewest(log: RoomLog): RoomLog {
  if (log.newest === null) return log;
  return trimOld(meetsNewest(log) ? attached(log) : { ...log, ...log.newest, newest: null });
}

export function setFollowing(log: RoomLog, following: boolean): RoomLog {
  if (log.following === following) return log;
  const next = { ...log, following };
  return following && isAttached(next) ? trimOld(next) : next;
}

/** A page that was asked for one quoted message. */
export function applyQuote(log: RoomLog, page: Page, seq: number): RoomLog {
  const message = messagesOf(log, page).find((candidate) => candidate.seq === seq) ?? null;
  const quoted = new Map(log.quoted).set(seq, message);
  for (const oldest of quoted.keys()) {
    if (quoted.size <= QUOTES_KEPT) break;
    quoted.delete(oldest);
  }
  return { ...log, quoted };
}

/** Undefined: not known yet. Null: there is none. */
export function findMessage(log: RoomLog, seq: number): Message | null | undefined {
  const here = (message: Message): boolean => message.seq === seq;
  return log.messages.find(here) ?? log.newest?.messages.find(here) ?? log.quoted.get(seq);
}
