// A message as it stands, and what entries do to it. Pure.

import type { Author, EditEntry, MessageEntry, ReactEntry, Reaction, RemoveEntry } from '../protocol/types.js';

export interface Message {
  seq: number;
  at: string;
  from: Author;
  clientId: string;
  text: string;
  replyTo: number | null;
  mentions: readonly string[];
  editedAt: string | null;
  removed: boolean;
  reason: string | null;
  reactions: readonly Reaction[];
  /** Every change up to this number is in it already. */
  asOf: number;
}

export type Change = EditEntry | RemoveEntry | ReactEntry;

export function messageOf(entry: MessageEntry, asOf: number): Message {
  const removed = entry.removed === true;
  return {
    seq: entry.seq,
    at: entry.at,
    from: entry.from,
    clientId: entry.client_id,
    text: removed ? '' : (entry.text ?? ''),
    replyTo: entry.reply_to ?? null,
    mentions: entry.mentions ?? [],
    editedAt: entry.edited_at ?? null,
    removed,
    reason: null,
    reactions: removed ? [] : (entry.reactions ?? []),
    asOf: Math.max(asOf, entry.seq),
  };
}

function reacted(reactions: readonly Reaction[], emoji: string, on: boolean, mine: boolean): readonly Reaction[] {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) return on ? [...reactions, { emoji, count: 1, mine }] : reactions;
  const count = known.count + (on ? 1 : -1);
  if (count <= 0) return reactions.filter((reaction) => reaction !== known);
  const changed = { emoji, count, mine: mine ? on : known.mine };
  return reactions.map((reaction) => (reaction === known ? changed : reaction));
}

/** Shows a reaction of the reader's own before the server confirmed it. */
export function withOwnReaction(message: Message, emoji: string, on: boolean): Message {
  const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine);
  return mine === on ? message : { ...message, reactions: reacted(message.reactions, emoji, on, true) };
}

function changed(message: Message, change: Change, me: string): Message {
  if (message.removed) return message;
  switch (change.type) {
    case 'edit':
      // An edit without its text belongs to a message whose removal follows.
      return change.text === undefined ? message : { ...message, text: change.text, editedAt: change.at };
    case 'remove':
      return { ...message, removed: true, text: '', mentions: [], reactions: [], reason: change.reason ?? null };
    case 'react':
      return { ...message, reactions: reacted(message.reactions, change.emoji, change.on, change.from.id === me) };
  }
}

/** Applies a change only when the message does not have it yet. */
export function applyChange(message: Message, change: Change, me: string): Message {
  if (change.target !== message.seq || change.seq <= message.asOf) return message;
  return { ...changed(message, change, me), asOf: change.seq };
}
