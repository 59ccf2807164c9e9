// What the member has done and the server has not confirmed yet. Pure.

import { isRecord } from '../protocol/frames.js';
import type { Message } from './message.js';
import { withOwnReaction } from './message.js';

export interface Post {
  clientId: string;
  room: string;
  text: string;
  replyTo: number | null;
  at: string;
  /** Posts go out in this order. */
  order: number;
  stage: 'waiting' | 'sending' | 'sent' | 'failed';
  /** Why it failed, or what it waits for. */
  reason: string | null;
  /** Not to be sent before (milliseconds). */
  notBefore: number;
  /** Its number, once answered. */
  seq: number | null;
}

export type Act =
  | { kind: 'edit'; text: string }
  | { kind: 'remove'; reason: string | null }
  | { kind: 'react'; emoji: string; on: boolean };

export interface PendingAct {
  id: string;
  /** Acts are asked in this order. */
  order: number;
  room: string;
  target: number;
  act: Act;
  seq: number | null;
}

export function postsOf(posts: readonly Post[], room: string): Post[] {
  return posts.filter((post) => post.room === room).sort((a, b) => a.order - b.order);
}

export function changePost(posts: readonly Post[], clientId: string, change: Partial<Post>): readonly Post[] {
  return posts.map((post) => (post.clientId === clientId ? { ...post, ...change } : post));
}

/** Posts whose entry the log has, or must have by its cursor, are no longer pending. */
export function withoutArrived(posts: readonly Post[], room: string, cursor: number): readonly Post[] {
  const arrived = (post: Post): boolean => post.room === room && post.seq !== null && post.seq <= cursor;
  return posts.some(arrived) ? posts.filter((post) => !arrived(post)) : posts;
}

/** A message with what its reader did to it and the server has not confirmed. */
export function withActs(message: Message, acts: readonly PendingAct[]): Message {
  let shown = message;
  for (const { target, act } of acts) {
    if (target !== message.seq || shown.removed) continue;
    if (act.kind === 'edit') shown = { ...shown, text: act.text };
    if (act.kind === 'react') shown = withOwnReaction(shown, act.emoji, act.on);
  }
  return shown;
}

/** What was kept may be of another version or damaged: such a post is left alone. One that was under way waits again. */
export function readPost(value: unknown): Post | null {
  if (!isRecord(value)) return null;
  const { clientId, room, text, replyTo, at, order, stage, reason } = value;
  if (typeof clientId !== 'string' || typeof room !== 'string' || typeof text !== 'string') return null;
  if (typeof at !== 'string' || typeof order !== 'number') return null;
  return {
    clientId,
    room,
    text,
    replyTo: typeof replyTo === 'number' ? replyTo : null,
    at,
    order,
    stage: stage === 'failed' ? 'failed' : 'waiting',
    reason: typeof reason === 'string' ? reason : null,
    notBefore: 0,
    seq: null,
  };
}

function readDeed(value: unknown): Act | null {
  if (!isRecord(value)) return null;
  const { kind, text, reason, emoji, on } = value;
  if (kind === 'edit' && typeof text === 'string') return { kind, text };
  if (kind === 'remove') return { kind, reason: typeof reason === 'string' ? reason : null };
  return kind === 'react' && typeof emoji === 'string' && typeof on === 'boolean' ? { kind, emoji, on } : null;
}

export function readAct(value: unknown): PendingAct | null {
  if (!isRecord(value)) return null;
  const { id, order, room, target } = value;
  const act = readDeed(value['act']);
  if (typeof id !== 'string' || typeof room !== 'string' || typeof order !== 'number') return null;
  return typeof target !== 'number' || act === null ? null : { id, order, room, target, act, seq: null };
}
