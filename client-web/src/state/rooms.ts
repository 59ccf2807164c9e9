// The member's list of rooms and its unread marks. Pure.

import type { Entry, Member, Notifications, Room } from '../protocol/types.js';
import { findMessage, isChange, newestOf } from './log.js';
import type { RoomLog } from './log.js';
import { withSettings } from './notes.js';

export type Rooms = ReadonlyMap<string, Room>;

const MOST_UNREAD = 1000;

function settled(room: Room): Room {
  return room.read >= room.head ? { ...room, unread: 0, mentions: 0 } : room;
}

/** An answer may be older than what is known, by its head or by its mark: neither goes back, and counts go with both. */
export function mergeRoom(known: Room | undefined, incoming: Room): Room {
  if (known === undefined) return incoming;
  const read = Math.max(known.read, incoming.read);
  if (incoming.head >= known.head && incoming.read >= known.read) return settled(incoming);
  const { head, unread, mentions } = known;
  return settled({ ...incoming, read, head, unread, mentions });
}

export function putRoom(rooms: Rooms, room: Room): Rooms {
  return new Map(rooms).set(room.room, mergeRoom(rooms.get(room.room), room));
}

/** These rooms in that order, as they are known by now, and no others. */
export function onlyRooms(rooms: Rooms, ids: Iterable<string>): Rooms {
  const next = new Map<string, Room>();
  for (const id of ids) {
    const room = rooms.get(id);
    if (room !== undefined) next.set(id, room);
  }
  return next;
}

export function changeRoom(rooms: Rooms, id: string, change: (room: Room) => Room): Rooms {
  const room = rooms.get(id);
  return room === undefined ? rooms : new Map(rooms).set(id, change(room));
}

/** The direct talk with that member. */
export function markBlocked(rooms: Rooms, member: string, blocked: boolean): Rooms {
  const talk = [...rooms.values()].find((room) => room.with?.id === member);
  if (talk === undefined) return rooms;
  return changeRoom(rooms, talk.room, (room) =>
    room.with === undefined ? room : { ...room, with: { ...room.with, blocked } },
  );
}

export function applyHeads(rooms: Rooms, heads: Notifications['heads']['rooms']): Rooms {
  const next = new Map(rooms);
  for (const [id, { head, unread, mentions }] of Object.entries(heads)) {
    const room = next.get(id);
    if (room !== undefined && head >= room.head) next.set(id, settled({ ...room, head, unread, mentions }));
  }
  return next;
}

function unreadIn(log: RoomLog, read: number): { unread: number; mentions: number } {
  const unread = newestOf(log).messages.filter(
    (message) => message.seq > read && message.from.id !== log.me && !message.removed,
  );
  const mentions = unread.filter((message) => message.mentions.includes(log.me));
  return { unread: Math.min(unread.length, MOST_UNREAD), mentions: mentions.length };
}

/** The reader's mark went on; what is left is counted where the log shows it. */
export function markRead(rooms: Rooms, id: string, seq: number, log: RoomLog | undefined): Rooms {
  return changeRoom(rooms, id, (room) => {
    if (seq <= room.read) return room;
    const newest = log === undefined ? undefined : newestOf(log);
    const covered = newest !== undefined && newest.after <= seq && newest.upto >= room.head;
    return settled({ ...room, read: seq, ...(covered && log !== undefined ? unreadIn(log, seq) : {}) });
  });
}

/** Another connection of the member read on. The server counts what the log here may not reach back to; what came since
 * it counted is counted here. */
export function readElsewhere(rooms: Rooms, { room: id, seq, ...counts }: Notifications['read'], log?: RoomLog): Rooms {
  const { head, unread, mentions } = counts;
  const room = rooms.get(id);
  const newer = room !== undefined && head !== undefined && seq >= room.read && head >= room.head;
  if (!newer || unread === undefined || mentions === undefined) return markRead(rooms, id, seq, log);
  return changeRoom(rooms, id, (known) => settled({ ...known, read: seq, head, unread, mentions }));
}

/** An entry of a joined room. `before` is the log without it, where there is one. What the server had counted already is
 * not counted again. */
export function countEntry(rooms: Rooms, entry: Entry, me: string, before: RoomLog | undefined): Rooms {
  return changeRoom(rooms, entry.room, (known) => {
    const room = entry.type === 'room' ? withSettings(known, entry) : known;
    if (entry.seq <= room.head) return room;
    const counted = { ...room, head: entry.seq };
    if (entry.type === 'message' && entry.from.id !== me) {
      const mentioned = entry.mentions?.includes(me) === true;
      return {
        ...counted,
        unread: Math.min(room.unread + 1, MOST_UNREAD),
        mentions: room.mentions + (mentioned ? 1 : 0),
      };
    }
    if (isChange(entry) && entry.type === 'remove' && before !== undefined)
      return uncounted(counted, entry.target, before);
    return counted;
  });
}

function uncounted(room: Room, target: number, before: RoomLog): Room {
  const message = findMessage(before, target);
  if (
    message === undefined ||
    message === null ||
    message.removed ||
    message.seq <= room.read ||
    message.from.id === before.me
  )
    return room;
  const mentioned = message.mentions.includes(before.me);
  const mentions = Math.max(0, room.mentions - (mentioned ? 1 : 0));
  return { ...room, unread: Math.max(0, room.unread - 1), mentions };
}

export type Level = NonNullable<Room['notify']>;

export function levelOf(room: Room | undefined): Level {
  return room?.notify ?? 'all';
}

/** As the server has it: nothing is said where all is wanted. */
export function withLevel(room: Room, level: Level): Room {
  const { notify: _before, ...rest } = room;
  return level === 'all' ? rest : { ...rest, notify: level };
}

/** What calls for the reader, by what they want to be told of in each room. */
export interface News {
  count: number;
  /** How many of them name the reader. */
  mentions: number;
}

export function newsOf(rooms: Iterable<Room>): News {
  const news = { count: 0, mentions: 0 };
  for (const room of rooms) {
    const level = levelOf(room);
    if (level === 'none') continue;
    news.count += level === 'all' ? room.unread : room.mentions;
    news.mentions += room.mentions;
  }
  return news;
}

/** The club, or a room of it. */
export function moderatesAnything({ me, rooms }: { me: Member; rooms: Rooms }): boolean {
  return (
    me.role !== 'member' || [...rooms.values()].some(({ kind, role }) => kind !== 'direct' && role === 'moderator')
  );
}
