import { LineBroken, Refused } from '../protocol/errors.js';
import { isRecord } from '../protocol/frames.js';
import type { Outcome } from '../protocol/requests.js';
import { changePost, postsOf, withoutArrived } from '../state/pending.js';
import type { Post } from '../state/pending.js';
import { UNKNOWN_WAIT } from './parts.js';
import type { ClubParts } from './parts.js';

const MOST_POSTS = 200;

/** Posts on their way: kept over reloads, sent one after the other in each room, again until they are answered. */
export class Outbox {
  #parts: ClubParts;
  #prefix: string;
  /** What this page keeps in storage; posts of the member's other pages lie beside them. */
  #kept = new Set<string>();
  #cancelTimers = new Map<string, () => void>();

  constructor(parts: ClubParts) {
    this.#parts = parts;
    this.#prefix = `club.post.${parts.store.state.me.id}.`;
  }

  /** Takes up what an earlier page left behind. */
  load(): void {
    const { storage, store } = this.#parts;
    const keys = storage.keys().filter((key) => key.startsWith(this.#prefix));
    const posts = keys.map((key) => readPost(storage.get(key))).filter((post): post is Post => post !== null);
    posts.sort((a, b) => a.order - b.order);
    for (const post of posts) this.#kept.add(post.clientId);
    store.update((state) => ({ ...state, posts: posts.slice(0, MOST_POSTS) }));
  }

  /** False: too many are waiting already. */
  add(room: string, text: string, replyTo: number | null): boolean {
    const { clock, newId, store } = this.#parts;
    const { posts } = store.state;
    if (posts.length >= MOST_POSTS) return false;
    const last = posts.reduce((order, post) => Math.max(order, post.order), 0);
    const post: Post = {
      clientId: newId(),
      room,
      text,
      replyTo,
      at: new Date(clock.now()).toISOString(),
      order: Math.max(last + 1, clock.now()),
      stage: 'waiting',
      reason: null,
      notBefore: 0,
      seq: null,
    };
    store.update((state) => ({ ...state, posts: [...state.posts, post] }));
    this.#keep(post);
    this.pump(room);
    return true;
  }

  retry(clientId: string): void {
    const post = this.#find(clientId);
    if (post?.stage !== 'failed') return;
    // Under an id that belongs to a post elsewhere it would be refused for ever.
    const renewed = post.reason === 'conflict' ? this.#parts.newId() : clientId;
    this.#unkeep(clientId);
    this.#change(clientId, { clientId: renewed, stage: 'waiting', reason: null, notBefore: 0 });
    this.pump(post.room);
  }

  discard(clientId: string): void {
    this.#unkeep(clientId);
    this.#parts.store.update((state) => ({
      ...state,
      posts: state.posts.filter((post) => post.clientId !== clientId),
    }));
  }

  discardAll(): void {
    for (const post of this.#parts.store.state.posts) this.discard(post.clientId);
  }

  /** Entries that the state has taken in may have been posts of ours: what is no longer pending is not kept. */
  settle(): void {
    const pending = new Set(this.#parts.store.state.posts.map((post) => post.clientId));
    for (const clientId of this.#kept) {
      if (!pending.has(clientId)) this.#unkeep(clientId);
    }
  }

  pumpAll(): void {
    for (const room of new Set(this.#parts.store.state.posts.map((post) => post.room))) this.pump(room);
  }

  /** Sends the room's next post, if none is under way: so they arrive in their order even when one is put off. */
  pump(room: string): void {
    const { line, store, clock } = this.#parts;
    const posts = postsOf(store.state.posts, room);
    const next = posts.find((post) => post.stage === 'waiting');
    if (!line.open || next === undefined || posts.some((post) => post.stage === 'sending')) return;
    const wait = next.notBefore - clock.now();
    if (wait > 0) this.#pumpAfter(room, wait);
    else this.#send(next);
  }

  stop(): void {
    for (const cancel of this.#cancelTimers.values()) cancel();
    this.#cancelTimers.clear();
  }

  #pumpAfter(room: string, wait: number): void {
    this.#cancelTimers.get(room)?.();
    this.#cancelTimers.set(
      room,
      this.#parts.clock.after(wait, () => this.pump(room)),
    );
  }

  #send(post: Post): void {
    this.#change(post.clientId, { stage: 'sending' });
    const params = { room: post.room, client_id: post.clientId, text: post.text };
    const withReply = post.replyTo === null ? params : { ...params, reply_to: post.replyTo };
    this.#parts.line.request('message.post', withReply, (outcome) => this.#answered(post, outcome));
  }

  #answered(post: Post, outcome: Outcome<'message.post'>): void {
    if (outcome.ok) this.#arrived(post, outcome.result.seq);
    else this.#refused(post, outcome.error);
    this.pump(post.room);
  }

  /** It stays in sight until the room's log has it; a room that is not open has no log to wait for. */
  #arrived(post: Post, seq: number): void {
    const { store } = this.#parts;
    this.#unkeep(post.clientId);
    const joined = store.state.opened.has(post.room);
    const cursor = joined ? (store.state.logs.get(post.room)?.cursor ?? 0) : Number.MAX_SAFE_INTEGER;
    store.update((state) => {
      const posts = changePost(state.posts, post.clientId, { stage: 'sent', seq, reason: null });
      return { ...state, posts: withoutArrived(posts, post.room, cursor) };
    });
  }

  #refused(post: Post, error: Refused | LineBroken): void {
    if (error instanceof LineBroken) this.#change(post.clientId, { stage: 'waiting', reason: null });
    else if (error.passes) {
      const wait = (error.retryAfter ?? UNKNOWN_WAIT) * 1000;
      this.#change(post.clientId, {
        stage: 'waiting',
        reason: error.reason,
        notBefore: this.#parts.clock.now() + wait,
      });
    } else this.#change(post.clientId, { stage: 'failed', reason: error.reason });
  }

  #change(clientId: string, change: Partial<Post>): void {
    this.#parts.store.update((state) => ({ ...state, posts: changePost(state.posts, clientId, change) }));
    const post = this.#find(change.clientId ?? clientId);
    if (post !== undefined && change.stage !== 'sending') this.#keep(post);
  }

  #find(clientId: string): Post | undefined {
    return this.#parts.store.state.posts.find((post) => post.clientId === clientId);
  }

  #keep(post: Post): void {
    if (post.stage === 'sent') return;
    this.#kept.add(post.clientId);
    this.#parts.storage.set(this.#prefix + post.clientId, JSON.stringify(post));
  }

  #unkeep(clientId: string): void {
    this.#kept.delete(clientId);
    this.#parts.storage.remove(this.#prefix + clientId);
  }
}

/** What lies in storage may be of another version or damaged; such a post is left alone. */
function readPost(text: string | null): Post | null {
  let value: unknown;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  const { clientId, room, text: words, replyTo, at, order, stage, reason } = value;
  if (typeof clientId !== 'string' || typeof room !== 'string' || typeof words !== 'string') return null;
  if (typeof at !== 'string' || typeof order !== 'number') return null;
  return {
    clientId,
    room,
    text: words,
    replyTo: typeof replyTo === 'number' ? replyTo : null,
    at,
    order,
    stage: stage === 'failed' ? 'failed' : 'waiting',
    reason: typeof reason === 'string' ? reason : null,
    notBefore: 0,
    seq: null,
  };
}
