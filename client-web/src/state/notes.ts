// What moderators did in a room, as its log tells it between the messages. Pure.

import type { Entry, ModerationEntry, Page, Room, RoomEntry } from '../protocol/types.js';

export type Note = RoomEntry | ModerationEntry;

const NOTES_KEPT = 300;

export function isNote(entry: Entry): entry is Note {
  return entry.type === 'room' || entry.type === 'moderation';
}

/** Each once, in order; the newest are kept. */
export function withNotes(known: readonly Note[], entries: readonly Entry[]): readonly Note[] {
  const fresh = entries.filter(isNote).filter((note) => !known.some((other) => other.seq === note.seq));
  if (fresh.length === 0) return known;
  return [...known, ...fresh].sort((a, b) => a.seq - b.seq).slice(-NOTES_KEPT);
}

export function notesOf(page: Page): readonly Note[] {
  return withNotes([], page.entries);
}

/** The room with what the entry says of it. */
export function withSettings(room: Room, entry: RoomEntry): Room {
  const { title, topic, locked, slow, pinned } = entry;
  const given = { title, topic, locked, slow, pinned };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...room, ...said };
}
