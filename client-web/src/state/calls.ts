// What calls a reader who is not looking: messages that came to rooms by what is wanted there. Pure.

import type { Room } from '../protocol/types.js';
import type { ClubState } from './club.js';
import type { Message } from './message.js';
import { levelOf, newsOf } from './rooms.js';

/** Rooms to which something came that calls, once the list was read to its end: what was new before it does not. */
export function callsBetween(before: ClubState, after: ClubState): string[] {
  if (before.rooms === after.rooms || before.listed === null || before.epoch !== after.epoch) return [];
  const calls = [...after.rooms.values()].filter((room) => {
    const { unread = 0, mentions = 0 } = before.rooms.get(room.room) ?? {};
    const level = levelOf(room);
    return level === 'all' ? room.unread > unread : level === 'mentions' && room.mentions > mentions;
  });
  return calls.map(({ room }) => room);
}

/** Rooms in which something was read or removed, that are not to call any more, or are gone; and up to which message what
 * was told of them is over: another tab may have told of a newer one already. */
export function calmedBetween(before: ClubState, after: ClubState): { room: string; upto: number }[] {
  if (before.rooms === after.rooms) return [];
  const count = (room: Room | undefined): number => (room === undefined ? 0 : newsOf([room]).count);
  const rooms = [...before.rooms.values()].filter((room) => count(after.rooms.get(room.room)) < count(room));
  return rooms.map(({ room, read }) => {
    const now = after.rooms.get(room);
    if (now === undefined) return { room, upto: Number.MAX_SAFE_INTEGER };
    return { room, upto: count(now) > 0 && now.read > read ? now.read : now.head };
  });
}

/** Somebody waits for an answer there. */
export function isPressing(room: Room): boolean {
  return room.kind === 'direct' || room.mentions > 0;
}

/** The newest message that calls the reader. */
export function callingMessage(messages: readonly Message[], room: Room, me: string): Message | undefined {
  const level = levelOf(room);
  const calls = ({ seq, from, removed, mentions }: Message): boolean =>
    seq > room.read && from.id !== me && !removed && (level === 'all' || mentions.includes(me));
  return level === 'none' ? undefined : messages.filter(calls).at(-1);
}
