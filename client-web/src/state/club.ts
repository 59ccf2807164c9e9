// Everything the views show of the club. Pure functions from one state to the next.

import type { LineState } from '../protocol/line.js';
import type { Author, Entry, JoinPage, Member, Notifications, Page, Params, Room } from '../protocol/types.js';
import { withFace } from './faces.js';
import { applyEntry, applyJoinPage, leavesGap, showNewest, startLog } from './log.js';
import type { RoomLog } from './log.js';
import type { PendingAct, Post } from './pending.js';
import { withoutArrived } from './pending.js';
import { withSettings } from './notes.js';
import { changeRoom, countEntry, putRoom } from './rooms.js';
import type { Rooms } from './rooms.js';

export type Loading = 'idle' | 'loading' | 'failed';

/** A room that is open in front of the reader. */
export interface Opened {
  stage: 'joining' | 'joined' | 'refused';
  /** Why it was refused, or what joining waits for. */
  reason: string | null;
  /** The line at what is new stands after this entry; null: no line. */
  newAfter: number | null;
  older: Loading;
  newer: Loading;
}

export interface Typist {
  id: string;
  name: string;
  until: number;
}

export interface People {
  persons: readonly Author[];
  more: boolean;
  loading: Loading;
}

/** A member and all who came through that one, or all who came by an invite and through those. */
export interface Branch {
  kind: 'member' | 'invite';
  id: string;
}

/** What takes an act of a moderator back. */
export type Undo =
  | {
      kind: 'sanction';
      sanction: 'mute' | 'ban';
      member: string;
      name: string;
      room: string | null;
      /** As it was before it was lifted; null: it is lifted. */
      again: { until: string | null; reason: string } | null;
    }
  | { kind: 'appoint'; member: string; name: string; room: string | null; role: 'member' | 'moderator' | 'admin' }
  | { kind: 'update'; room: string; change: Omit<Params<'room.update'>, 'room'> }
  | { kind: 'raid'; on: boolean }
  | { kind: 'freeze'; branch: Branch; name: string; on: boolean }
  | { kind: 'pin'; room: string; seq: number; on: boolean }
  | { kind: 'admit'; room: string; member: string; name: string; on: boolean };

/** Something to tell the member once. `reason` is a key of the texts. */
export interface Notice {
  id: number;
  kind: 'failed' | 'acted' | 'server' | 'done';
  /** What failed, was done to the member, or done by the member. */
  what: string;
  reason: string;
  /** Words that come from the server or from another member; shown as they are. */
  words: string;
  until: string | null;
  /** Where it was done; absent: in the whole club. */
  room?: string;
  undo?: Undo | null;
  count?: number;
}

export interface ClubState {
  readonly me: Member;
  readonly line: LineState;
  /** The line is away for longer than one that is open again at once: the member is told. */
  readonly lineLost: boolean;
  /** When the line was last open, in milliseconds: what is shown stands as of then. Null: it was not yet, or is. */
  readonly lastOpen: number | null;
  readonly epoch: string | null;
  /** Every room is slow, and nobody new is let in. */
  readonly raid: boolean;
  /** Reports that wait, of rooms that the member moderates; as many as the server counts. */
  readonly openReports: number;
  /** Another number whenever they were counted again. */
  readonly reportsCounted: number;
  readonly rooms: Rooms;
  readonly roomsKnown: boolean;
  /** The rooms that are on the member's list; one that is open need not be. Null: it was not read to its end yet. */
  readonly listed: ReadonlySet<string> | null;
  readonly logs: ReadonlyMap<string, RoomLog>;
  readonly opened: ReadonlyMap<string, Opened>;
  readonly typing: ReadonlyMap<string, readonly Typist[]>;
  readonly people: ReadonlyMap<string, People>;
  readonly posts: readonly Post[];
  readonly acts: readonly PendingAct[];
  readonly notices: readonly Notice[];
}

const LOGS_KEPT = 8;
const NOTICES_KEPT = 4;

export function startClub(me: Member): ClubState {
  return {
    me,
    line: { at: 'off' },
    lineLost: false,
    lastOpen: null,
    epoch: null,
    raid: false,
    openReports: 0,
    reportsCounted: 0,
    rooms: new Map(),
    roomsKnown: false,
    listed: null,
    logs: new Map(),
    opened: new Map(),
    typing: new Map(),
    people: new Map(),
    posts: [],
    acts: [],
    notices: [],
  };
}

export type Standing = 'open' | 'breaking' | 'lost';

/** How it stands with the line, for whoever waits for an answer. One that is about to go away is open, too. */
export function lineOf({ line, lineLost }: Pick<ClubState, 'line' | 'lineLost'>): Standing {
  if (line.at === 'open' || line.at === 'leaving') return 'open';
  return lineLost ? 'lost' : 'breaking';
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const next = new Map(map);
  next.delete(key);
  return next;
}

export function openRoom(state: ClubState, room: string): ClubState {
  const opened: Opened = { stage: 'joining', reason: null, newAfter: null, older: 'idle', newer: 'idle' };
  return { ...state, opened: new Map(state.opened).set(room, opened) };
}

/** The newest end of the log stays for a quick return. */
export function closeRoom(state: ClubState, room: string): ClubState {
  const log = state.logs.get(room);
  const logs = new Map(without(state.logs, room));
  if (log !== undefined) logs.set(room, { ...showNewest(log), following: true });
  for (const oldest of logs.keys()) {
    if (logs.size <= LOGS_KEPT) break;
    logs.delete(oldest);
  }
  const opened = without(state.opened, room);
  return { ...state, opened, logs, typing: without(state.typing, room), people: without(state.people, room) };
}

/** What was kept of an open room; the line at what is new stands where it stood then. */
export function recallLog(state: ClubState, log: RoomLog): ClubState {
  const room = state.rooms.get(log.room);
  const newAfter = room !== undefined && room.unread > 0 ? room.read : null;
  return changeOpened({ ...state, logs: new Map(state.logs).set(log.room, log) }, log.room, { newAfter });
}

export function changeOpened(state: ClubState, room: string, change: Partial<Opened>): ClubState {
  const opened = state.opened.get(room);
  if (opened === undefined) return state;
  return { ...state, opened: new Map(state.opened).set(room, { ...opened, ...change }) };
}

export function changeLog(state: ClubState, room: string, change: (log: RoomLog) => RoomLog): ClubState {
  const log = state.logs.get(room);
  if (log === undefined) return state;
  const next = change(log);
  return next === log ? state : { ...state, logs: new Map(state.logs).set(room, next) };
}

export function forgetLog(state: ClubState, room: string): ClubState {
  return { ...state, logs: without(state.logs, room) };
}

/** The store now holds another history: what was kept of the old one is not true any more. */
export function enterEpoch(state: ClubState, epoch: string): ClubState {
  if (state.epoch === epoch) return state;
  if (state.epoch === null) return { ...state, epoch };
  // What was not answered is sent as it is; what it answers may be another message by now.
  const posts = state.posts.filter((post) => post.stage !== 'sent').map((post) => ({ ...post, replyTo: null }));
  return { ...state, epoch, rooms: new Map(), roomsKnown: false, listed: null, logs: new Map(), acts: [], posts };
}

/** Removes from what is pending whatever the log has by now. */
function settle(state: ClubState, room: string): ClubState {
  const cursor = state.logs.get(room)?.cursor ?? 0;
  const done = (act: PendingAct): boolean => act.room === room && act.seq !== null && act.seq <= cursor;
  const acts = state.acts.some(done) ? state.acts.filter((act) => !done(act)) : state.acts;
  return { ...state, acts, posts: withoutArrived(state.posts, room, cursor) };
}

/** Own posts are known by their client id, also when the answer to them was lost. */
function withoutPosted(state: ClubState, entries: readonly Entry[]): ClubState {
  const arrived = new Set<string>();
  for (const entry of entries) {
    if (entry.type === 'message' && entry.from.id === state.me.id) arrived.add(entry.client_id);
  }
  const posts = state.posts.filter((post) => !arrived.has(post.clientId));
  return posts.length === state.posts.length ? state : { ...state, posts };
}

/** A room as the server says; what its log tells of later than that stays. */
export function withRoom(state: ClubState, room: Room): ClubState {
  const notes = state.logs.get(room.room)?.notes ?? [];
  const later = notes.flatMap((note) => (note.type === 'room' && note.seq > room.head ? [note] : []));
  const rooms = putRoom(state.rooms, room);
  return { ...state, rooms: changeRoom(rooms, room.room, (known) => later.reduce(withSettings, known)) };
}

export function joinedPage(state: ClubState, page: JoinPage): ClubState {
  const id = page.room.room;
  const log = state.logs.get(id);
  const next = log === undefined ? startLog(id, state.me.id, page) : applyJoinPage(log, page);
  const known = withRoom(state, page.room);
  const joined = withoutPosted({ ...known, logs: new Map(state.logs).set(id, next) }, page.entries);
  return settle(page.more ? joined : finishJoin(joined, id, page), id);
}

/** The line at what is new is drawn when the room was opened, and stays through reconnects. */
function finishJoin(state: ClubState, room: string, page: JoinPage): ClubState {
  const first = state.opened.get(room)?.stage === 'joining';
  const newAfter = first ? { newAfter: page.room.unread > 0 ? page.room.read : null } : {};
  return changeOpened(state, room, { stage: 'joined', reason: null, ...newAfter });
}

/** An entry that the server told. */
export function streamed(state: ClubState, entry: Entry): ClubState {
  const log = state.logs.get(entry.room);
  if (log === undefined) return state;
  const next = applyEntry(log, entry);
  if (next === log) return state;
  const rooms = countEntry(state.rooms, entry, state.me.id, log);
  const logs = new Map(state.logs).set(entry.room, next);
  const typing = entry.type === 'message' ? stopTyping(state, entry.room, entry.from.id) : state.typing;
  // The stream tells things as they happen: so is their author called now.
  const met = withFace({ ...state, rooms, logs, typing }, entry.from);
  return settle(withoutPosted(met, [entry]), entry.room);
}

/** An entry of a room that was closed here, told before the server knew of that: it tells of no head besides. */
export function overheard(state: ClubState, entry: Entry): ClubState {
  const log = state.logs.get(entry.room);
  if (log !== undefined && !leavesGap(log, entry)) return streamed(state, entry);
  return { ...state, rooms: countEntry(state.rooms, entry, state.me.id, log) };
}

/** History that brings an own post proves that it arrived. */
export function historyPage(state: ClubState, room: string, page: Page, put: (log: RoomLog) => RoomLog): ClubState {
  return withoutPosted(changeLog(state, room, put), page.entries);
}

export function startTyping(state: ClubState, room: string, from: Author, until: number): ClubState {
  if (from.id === state.me.id) return state;
  const others = (state.typing.get(room) ?? []).filter((typist) => typist.id !== from.id);
  const typing = new Map(state.typing).set(room, [...others, { id: from.id, name: from.name, until }]);
  return { ...state, typing };
}

function stopTyping(state: ClubState, room: string, member: string): ClubState['typing'] {
  const typists = state.typing.get(room) ?? [];
  if (!typists.some((typist) => typist.id === member)) return state.typing;
  return new Map(state.typing).set(
    room,
    typists.filter((typist) => typist.id !== member),
  );
}

export function pruneTyping(state: ClubState, now: number): ClubState {
  const typing = new Map<string, readonly Typist[]>();
  for (const [room, typists] of state.typing) {
    const left = typists.filter((typist) => typist.until > now);
    if (left.length > 0) typing.set(room, left);
  }
  return { ...state, typing };
}

export function setPeople(state: ClubState, room: string, people: People): ClubState {
  return { ...state, people: new Map(state.people).set(room, people) };
}

export function tell(state: ClubState, notice: Omit<Notice, 'id'>): ClubState {
  const id = (state.notices[state.notices.length - 1]?.id ?? 0) + 1;
  return { ...state, notices: [...state.notices, { ...notice, id }].slice(-NOTICES_KEPT) };
}

/** `reason` is a key of the texts. */
export function tellFailure(state: ClubState, what: string, reason: string): ClubState {
  return tell(state, { kind: 'failed', what, reason, words: '', until: null });
}

/** A moderator did something to the member: what the rooms say of the member's own standing follows. */
export function actedOn(state: ClubState, { action, room, until, reason, role }: Notifications['acted']): ClubState {
  const me = role === undefined || role === state.me.role ? state.me : { ...state.me, role };
  if (action !== 'mute' && action !== 'unmute') return me === state.me ? state : { ...state, me };
  const muted = { ...(until === undefined ? {} : { until }), ...(reason === undefined ? {} : { reason }) };
  const rooms = new Map(state.rooms);
  for (const id of room === undefined ? rooms.keys() : [room]) {
    const known = rooms.get(id);
    if (known === undefined) continue;
    const { muted: before, ...rest } = known;
    rooms.set(id, action === 'mute' ? { ...rest, muted } : rest);
  }
  return { ...state, me, rooms };
}

/** A room that is on the member's list, as the server says. */
export function listRoom(state: ClubState, room: Room): ClubState {
  const { listed } = state;
  const added = listed === null || listed.has(room.room) ? listed : new Set([...listed, room.room]);
  return { ...withRoom(state, room), listed: added };
}

/** One may not enter it any more. */
export function withoutRoom(state: ClubState, room: string): ClubState {
  return { ...state, rooms: without(state.rooms, room) };
}

export function dismissNotice(state: ClubState, id: number): ClubState {
  return { ...state, notices: state.notices.filter((notice) => notice.id !== id) };
}
