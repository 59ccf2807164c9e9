// A room's log as it is kept over reloads, and back. Pure.

import { isRecord } from '../protocol/frames.js';
import { findMessage, showNewest } from './log.js';
import type { RoomLog } from './log.js';
import type { Message } from './message.js';
import type { Note } from './notes.js';

/** Messages of a room that are kept. */
export const MESSAGES_KEPT = 100;

/** The newest messages, each as it stands at `cursor`, and what they quote. */
export interface KeptLog {
  room: string;
  epoch: string;
  cursor: number;
  after: number;
  messages: readonly Message[];
  notes: readonly Note[];
  quoted: readonly Message[];
}

function quotesOf(log: RoomLog, messages: readonly Message[], after: number): Message[] {
  const targets = new Set(messages.map((message) => message.replyTo).filter((seq) => seq !== null && seq <= after));
  return [...targets].flatMap((seq) => findMessage(log, seq ?? 0) ?? []);
}

/** The newest end, wherever the reader is. */
export function keptLog(log: RoomLog, epoch: string): KeptLog {
  const { room, cursor, notes, ...end } = showNewest(log);
  const surplus = end.messages.length - MESSAGES_KEPT;
  const messages = surplus > 0 ? end.messages.slice(surplus) : end.messages;
  const after = end.messages[surplus - 1]?.seq ?? end.after;
  return {
    room,
    epoch,
    cursor,
    after,
    messages,
    notes: notes.filter((note) => note.seq > after),
    quoted: quotesOf(log, messages, after),
  };
}

function isKeptLog(value: unknown): value is KeptLog {
  if (!isRecord(value)) return false;
  const { room, epoch, cursor, after, messages, notes, quoted } = value;
  const named = typeof room === 'string' && typeof epoch === 'string';
  const placed = Number.isSafeInteger(cursor) && Number.isSafeInteger(after);
  return named && placed && [messages, notes, quoted].every((list) => Array.isArray(list));
}

/** Null: it is of another history, or not as it must be. What changed since comes by joining after its cursor. */
export function revivedLog(value: unknown, me: string, epoch: string | null): RoomLog | null {
  if (!isKeptLog(value) || value.epoch !== epoch) return null;
  const { room, cursor, after, messages, notes, quoted } = value;
  return {
    room,
    me,
    messages,
    notes,
    after,
    upto: cursor,
    newest: null,
    cursor,
    following: true,
    changes: [],
    changesAfter: cursor,
    quoted: new Map(quoted.map((message) => [message.seq, message])),
  };
}
