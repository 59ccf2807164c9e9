import { LineBroken } from '../protocol/errors.js';
import type { Refused } from '../protocol/errors.js';
import type { Outcome } from '../protocol/requests.js';
import { tellFailure } from '../state/club.js';
import { changePost, postsOf, readPost, withoutArrived } from '../state/pending.js';
import type { Post } from '../state/pending.js';
import { waitAfter } from './parts.js';
import type { ClubParts } from './parts.js';

const MOST_POSTS = 200;
/** Another tab that holds a room for longer may stand still: sending twice is harmless, waiting is not. */
const TURN_PATIENCE = 5_000;
/** What another tab has done is told about as fast as it can be seen in the vault. */
const NEWS_PATIENCE = 50;

/** Posts on their way: kept before they are sent, sent one after the other in each room, again until they are
 * answered. All tabs of the member know all of them, and one tab at a time sends. */
export class Outbox {
  #parts: ClubParts;
  /** Posts of which a copy is on the disk, and those that are being written. */
  #kept = new Map<string, Promise<boolean>>();
  #cancelTimers = new Map<string, () => void>();
  #ended = false;

  constructor(parts: ClubParts) {
    this.#parts = parts;
  }

  /** Takes up what an earlier page left behind. */
  load(posts: readonly Post[]): void {
    const { store } = this.#parts;
    const known = new Set(store.state.posts.map((post) => post.clientId));
    const fresh = posts.filter((post) => !known.has(post.clientId));
    for (const post of fresh) this.#kept.set(post.clientId, Promise.resolve(true));
    const all = [...store.state.posts, ...fresh].sort((a, b) => a.order - b.order);
    store.update((state) => ({ ...state, posts: all.slice(0, MOST_POSTS) }));
  }

  /** What an earlier page left behind; what a moderator was to look at may be published since, and is asked once more. */
  begin(posts: readonly Post[]): void {
    this.load(posts.map((post) => (post.reason === 'held' ? { ...post, stage: 'waiting' } : post)));
  }

  /** A moderator has looked at a post that was held back: it has a number now, or will not be posted. */
  lookedAt(clientId: string, seq: number | null): void {
    const post = this.#find(clientId);
    if (post === undefined) return;
    if (seq === null) return this.#change(clientId, { stage: 'failed', reason: 'held_dropped' });
    this.#arrived(post, seq);
    void this.#forget(clientId, seq);
  }

  /** False: too many are waiting already. */
  add(room: string, text: string, replyTo: number | null, clientId = this.#parts.newId()): boolean {
    const { clock, store } = this.#parts;
    const { posts } = store.state;
    if (posts.length >= MOST_POSTS) return false;
    const last = posts.reduce((order, post) => Math.max(order, post.order), 0);
    const post: Post = {
      clientId,
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
    if (renewed !== clientId) this.#forget(clientId, null);
    this.#change(clientId, { clientId: renewed, stage: 'waiting', reason: null, notBefore: 0 });
    this.pump(post.room);
  }

  discard(clientId: string): void {
    this.#forget(clientId, null);
    this.#remove(clientId);
  }

  /** Another history: what is kept says what is shown. */
  keepAgain(): void {
    for (const post of this.#parts.store.state.posts) this.#keep(post);
    this.settle();
  }

  /** Entries that the state has taken in may have been posts of ours: what is no longer pending is not kept. */
  settle(): void {
    const pending = new Set(this.#parts.store.state.posts.map((post) => post.clientId));
    for (const clientId of this.#kept.keys()) if (!pending.has(clientId)) this.#forget(clientId, 0);
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
    else void this.#send(next);
  }

  /** Another tab wrote, changed or was refused a post. */
  told(value: unknown): void {
    const post = readPost(value);
    if (post === null) return;
    const known = this.#find(post.clientId);
    if (known === undefined) this.load([post]);
    else if (known.stage === 'waiting' || known.stage === 'failed')
      this.#put(post.clientId, { stage: post.stage, reason: post.reason });
    this.pump(post.room);
  }

  /** Another tab has the answer to a post; without a number its author threw it away. */
  toldGone(clientId: string, seq: number | null): void {
    const post = this.#find(clientId);
    this.#kept.delete(clientId);
    if (post === undefined) return;
    if (seq === null) this.#remove(clientId);
    else this.#arrived(post, seq);
    this.pump(post.room);
  }

  stop(): void {
    this.#ended = true;
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

  async #send(post: Post): Promise<void> {
    this.#put(post.clientId, { stage: 'sending' });
    const kept = await this.#kept.get(post.clientId);
    const release = await this.#parts.locks.take(`club.post.${post.room}`, TURN_PATIENCE);
    try {
      if (kept === true && !(await this.#parts.keep.holds('posts', post.clientId))) await this.#news();
      if (!this.#ended && this.#find(post.clientId)?.stage === 'sending') await this.#ask(post);
    } finally {
      release();
    }
    if (!this.#ended) this.pump(post.room);
  }

  /** Another tab was first, it seems. */
  #news(): Promise<void> {
    return new Promise((done) => this.#parts.clock.after(NEWS_PATIENCE, done));
  }

  #ask(post: Post): Promise<void> {
    const params = { room: post.room, client_id: post.clientId, text: post.text };
    const withReply = post.replyTo === null ? params : { ...params, reply_to: post.replyTo };
    return new Promise((done) => {
      this.#parts.line.request('message.post', withReply, (outcome) => done(this.#answered(post, outcome)));
    });
  }

  /** Whoever takes the room's turn next finds that this one is done. */
  async #answered(post: Post, outcome: Outcome<'message.post'>): Promise<void> {
    if (!outcome.ok) this.#refused(post, outcome.error);
    else {
      this.#arrived(post, outcome.result.seq);
      await this.#forget(post.clientId, outcome.result.seq);
    }
  }

  /** It stays in sight until the room's log has it; a room that is not open has no log to wait for. */
  #arrived(post: Post, seq: number): void {
    const { store } = this.#parts;
    const joined = store.state.opened.has(post.room);
    const cursor = joined ? (store.state.logs.get(post.room)?.cursor ?? 0) : Number.MAX_SAFE_INTEGER;
    store.update((state) => {
      const posts = changePost(state.posts, post.clientId, { stage: 'sent', seq, reason: null });
      return { ...state, posts: withoutArrived(posts, post.room, cursor) };
    });
  }

  #refused(post: Post, error: Refused | LineBroken): void {
    if (error instanceof LineBroken) this.#put(post.clientId, { stage: 'waiting', reason: null });
    else if (error.passes) {
      const notBefore = this.#parts.clock.now() + waitAfter(error);
      this.#put(post.clientId, { stage: 'waiting', reason: error.reason, notBefore });
    } else {
      this.#change(post.clientId, { stage: 'failed', reason: error.reason });
      this.#tellOf(post, error.reason);
    }
  }

  /** Where its room is open it is seen there. */
  #tellOf({ room }: Post, reason: string): void {
    const { store } = this.#parts;
    if (!store.state.opened.has(room)) store.update((state) => tellFailure(state, 'post', reason));
  }

  #put(clientId: string, change: Partial<Post>): void {
    this.#parts.store.update((state) => ({ ...state, posts: changePost(state.posts, clientId, change) }));
  }

  #change(clientId: string, change: Partial<Post>): void {
    this.#put(clientId, change);
    const post = this.#find(change.clientId ?? clientId);
    if (post !== undefined) this.#keep(post);
  }

  #remove(clientId: string): void {
    this.#parts.store.update((state) => ({
      ...state,
      posts: state.posts.filter((post) => post.clientId !== clientId),
    }));
  }

  #find(clientId: string): Post | undefined {
    return this.#parts.store.state.posts.find((post) => post.clientId === clientId);
  }

  #keep(post: Post): void {
    if (post.stage === 'sent') return;
    this.#kept.set(post.clientId, this.#parts.keep.put('posts', post.clientId, post));
    this.#parts.tabs.tell({ kind: 'post', post });
  }

  async #forget(clientId: string, seq: number | null): Promise<void> {
    const kept = this.#kept.get(clientId);
    this.#kept.delete(clientId);
    this.#parts.tabs.tell({ kind: 'gone', clientId, seq });
    if (kept !== undefined) await this.#parts.keep.drop('posts', clientId);
  }
}
