// The member's list of rooms and its unread marks. Pure.

import type { Entry, Notifications, Room } from '../protocol/types.js';
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

/** The list as answered; a room that is `kept` may have been opened while the answer was under way. */
export function listRooms(rooms: Rooms, listed: readonly Room[], kept: readonly string[]): Rooms {
  const next = new Map(listed.map((room) => [room.room, mergeRoom(rooms.get(room.room), room)]));
  for (const id of kept) {
    const room = rooms.get(id);
    if (room !== undefined && !next.has(id)) next.set(id, room);
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

/** An entry of a joined room that came after what the server counted. `before` is the log without it. */
export function countEntry(rooms: Rooms, entry: Entry, before: RoomLog): Rooms {
  return changeRoom(rooms, entry.room, (room) => {
    if (entry.seq <= room.head) return room;
    const counted = { ...(entry.type === 'room' ? withSettings(room, entry) : room), head: entry.seq };
    if (entry.type === 'message' && entry.from.id !== before.me) {
      const mentioned = entry.mentions?.includes(before.me) === true;
      return {
        ...counted,
        unread: Math.min(room.unread + 1, MOST_UNREAD),
        mentions: room.mentions + (mentioned ? 1 : 0),
      };
    }
    if (isChange(entry) && entry.type === 'remove') return uncounted(counted, entry.target, before);
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

export function totalUnread(rooms: Rooms): number {
  let total = 0;
  for (const room of rooms.values()) total += room.unread;
  return total;
}
