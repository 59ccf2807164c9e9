// What the member has done and the server has not confirmed yet. Pure.

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
  id: number;
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
