// The rows of a room's log as they are shown: messages, days between them, the line at what is new, what is pending.
// Pure; times are cut into days by a handed-in function, since days depend on the reader's zone.

import type { Message } from './message.js';
import type { RoomLog } from './log.js';
import { isAttached } from './log.js';
import type { Note } from './notes.js';
import type { PendingAct, Post } from './pending.js';
import { postsOf, withActs } from './pending.js';

export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Message; own: boolean; follows: boolean; acting: boolean }
  | { kind: 'note'; key: string; note: Note }
  | { kind: 'post'; key: string; post: Post; follows: boolean };

const GROUP_MILLISECONDS = 5 * 60_000;

interface Walk {
  rows: Row[];
  /** The first message is the room's first. */
  fromStart: boolean;
  day: string;
  /** Who wrote last, and as whom. */
  lastFrom: string;
  lastAt: number;
  newAfter: number | null;
}

/** Messages of one author soon after each other stand together, under one name. */
function follows(walk: Walk, from: string, at: number): boolean {
  return walk.lastFrom === from && at - walk.lastAt < GROUP_MILLISECONDS;
}

function enterDay(walk: Walk, at: string, dayOf: (at: string) => string): void {
  const day = dayOf(at);
  if (day === walk.day) return;
  // Where the window begins it is not known whether the day does.
  if (walk.day !== '' || walk.fromStart) walk.rows.push({ kind: 'day', key: `day ${day}`, at });
  walk.day = day;
  walk.lastFrom = '';
}

function enterNew(walk: Walk, message: Message, me: string): void {
  if (walk.newAfter === null || message.seq <= walk.newAfter || message.from.id === me) return;
  walk.rows.push({ kind: 'new', key: 'new' });
  walk.newAfter = null;
  walk.lastFrom = '';
}

function pushMessage(walk: Walk, message: Message, me: string, acting: boolean): void {
  const at = Date.parse(message.at);
  const own = message.from.id === me;
  // Under another name somebody begins anew; one's own stand under none.
  const from = own ? me : `${message.from.id} ${message.from.name}`;
  walk.rows.push({
    kind: 'message',
    key: String(message.seq),
    message,
    own,
    follows: follows(walk, from, at),
    acting,
  });
  walk.lastFrom = from;
  walk.lastAt = at;
}

/** Notes up to `before` that belong into the window. */
function pushNotes(walk: Walk, notes: Note[], before: number, dayOf: (at: string) => string): void {
  for (let note = notes[0]; note !== undefined && note.seq < before; note = notes[0]) {
    notes.shift();
    enterDay(walk, note.at, dayOf);
    walk.rows.push({ kind: 'note', key: `note ${note.seq}`, note });
    walk.lastFrom = '';
  }
}

export interface TimelineParts {
  log: RoomLog;
  posts: readonly Post[];
  acts: readonly PendingAct[];
  newAfter: number | null;
  dayOf(at: string): string;
}

export function timeline({ log, posts, acts, newAfter, dayOf }: TimelineParts): Row[] {
  // A line that belongs above the window is not drawn at its edge.
  const drawn = newAfter !== null && newAfter >= log.after ? newAfter : null;
  const walk: Walk = { rows: [], fromStart: log.after === 0, day: '', lastFrom: '', lastAt: 0, newAfter: drawn };
  const acted = acts.filter((act) => act.room === log.room);
  const notes = log.notes.filter((note) => note.seq > log.after && note.seq <= log.upto);
  for (const message of log.messages) {
    pushNotes(walk, notes, message.seq, dayOf);
    const own = acted.filter((act) => act.target === message.seq);
    enterDay(walk, message.at, dayOf);
    enterNew(walk, message, log.me);
    pushMessage(walk, own.length === 0 ? message : withActs(message, own), log.me, own.length > 0);
  }
  pushNotes(walk, notes, Number.POSITIVE_INFINITY, dayOf);
  if (!isAttached(log)) return walk.rows;
  const shown = new Set(
    log.messages.filter((message) => message.from.id === log.me).map((message) => message.clientId),
  );
  for (const post of postsOf(posts, log.room)) {
    if (shown.has(post.clientId)) continue;
    enterDay(walk, post.at, dayOf);
    const at = Date.parse(post.at);
    walk.rows.push({ kind: 'post', key: `post ${post.clientId}`, post, follows: follows(walk, log.me, at) });
    walk.lastFrom = log.me;
    walk.lastAt = at;
  }
  return walk.rows;
}
