// What is known of one room's log. Pure: the same entries in whatever order answers come end in the same log.
//
// Entries arrive on two ways. The stream (join pages, then notifications) is without a hole and moves `cursor`; it
// alone changes messages. History pages only bring messages, each as it stood at the page's `as_of`; changes of the
// stream that are newer than that are kept and applied to it.

import type { Entry, Page } from '../protocol/types.js';
import { applyChange, messageOf } from './message.js';
import type { Change, Message } from './message.js';
import { isNote, notesOf, withNotes } from './notes.js';
import type { Note } from './notes.js';

export interface RoomLog {
  readonly room: string;
  readonly me: string;
  /** Messages of the window: all of those with `after` < seq <= `upto`, in order. */
  readonly messages: readonly Message[];
  /** What moderators did; of the window, and perhaps more. */
  readonly notes: readonly Note[];
  readonly after: number;
  readonly upto: number;
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
const CHANGES_KEPT = 1000;
const QUOTES_KEPT = 200;

export function isChange(entry: Entry): entry is Change {
  return entry.type === 'edit' || entry.type === 'remove' || entry.type === 'react';
}

/** The window reaches to the end of what the stream brought. */
export function isAttached(log: RoomLog): boolean {
  return log.upto >= log.cursor;
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
  const empty = { room, me, following: true, changes: [], quoted: new Map<number, Message | null>() };
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

function changeMessages(log: RoomLog, change: Change): readonly Message[] {
  const index = log.messages.findIndex((message) => message.seq === change.target);
  const message = log.messages[index];
  if (message === undefined) return log.messages;
  const messages = [...log.messages];
  messages[index] = applyChange(message, change, log.me);
  return messages;
}

/** Cuts the window to its size at the old end. */
function trimOld(log: RoomLog): RoomLog {
  const surplus = log.messages.length - WINDOW;
  if (surplus <= 0) return log;
  const last = log.messages[surplus - 1];
  return { ...log, messages: log.messages.slice(surplus), after: last === undefined ? log.after : last.seq };
}

/** Cuts the window to its size at the new end. */
function trimNew(log: RoomLog): RoomLog {
  const first = log.messages[WINDOW];
  if (first === undefined) return log;
  return { ...log, messages: log.messages.slice(0, WINDOW), upto: first.seq - 1 };
}

function appended(log: RoomLog, entry: Entry, asOf: number): RoomLog {
  if (log.upto !== log.cursor) return log;
  if (isNote(entry)) return { ...log, upto: entry.seq, notes: withNotes(log.notes, [entry]) };
  if (entry.type !== 'message') return { ...log, upto: entry.seq };
  if (!log.following && log.messages.length >= WINDOW) return log;
  return trimOld({ ...log, upto: entry.seq, messages: [...log.messages, messageOf(entry, asOf)] });
}

/** The stream skipped something; join again with the cursor. */
export function leavesGap(log: RoomLog, entry: Entry): boolean {
  return entry.seq > log.cursor + 1;
}

/** The next entry of the stream. What is there already changes nothing. */
export function applyEntry(log: RoomLog, entry: Entry, asOf: number = entry.seq): RoomLog {
  if (entry.seq !== log.cursor + 1) return log;
  const next: RoomLog = { ...appended(log, entry, asOf), cursor: entry.seq };
  if (!isChange(entry)) return next;
  const kept = keepChange(log, entry);
  return { ...next, ...kept, messages: changeMessages(next, entry), quoted: changeQuoted(next, entry) };
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
  return trimOld({ ...log, upto, notes, messages: [...log.messages, ...messagesOf(log, page)] });
}

/** Another window: the newest messages, or those around a place. */
export function replaceWindow(log: RoomLog, page: Page): RoomLog {
  if (page.entries.length === 0) return log;
  const messages = messagesOf(log, page);
  return { ...log, messages, notes: notesOf(page), after: pageAfter(page), upto: lastSeq(page, log.cursor) };
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
  return log.messages.find((message) => message.seq === seq) ?? log.quoted.get(seq);
}
