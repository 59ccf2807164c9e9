import { LineBroken, reasonOf } from '../protocol/errors.js';
import type { Refused } from '../protocol/errors.js';
import type { Outcome } from '../protocol/requests.js';
import { tell } from '../state/club.js';
import type { Act, PendingAct } from '../state/pending.js';
import { UNKNOWN_WAIT } from './parts.js';
import type { ClubParts } from './parts.js';

const MOST_ACTS = 50;

type Answer = Outcome<'message.edit' | 'message.remove' | 'message.react'>;

/** Edits, removals and reactions: shown at once, asked again after a broken line, taken back when refused. Asking twice
 * is harmless, since an act that changes nothing is answered like the first. */
export class Acts {
  #parts: ClubParts;
  #next = 1;
  #asked = new Set<number>();
  #cancelTimers = new Set<() => void>();

  constructor(parts: ClubParts) {
    this.#parts = parts;
  }

  add(room: string, target: number, act: Act): void {
    const { store } = this.#parts;
    if (store.state.acts.length >= MOST_ACTS) return;
    const pending: PendingAct = { id: this.#next++, room, target, act, seq: null };
    store.update((state) => ({ ...state, acts: [...state.acts, pending] }));
    if (this.#parts.line.open) this.#ask(pending);
  }

  askAll(): void {
    for (const act of this.#parts.store.state.acts) {
      if (act.seq === null && !this.#asked.has(act.id)) this.#ask(act);
    }
  }

  stop(): void {
    for (const cancel of this.#cancelTimers) cancel();
    this.#cancelTimers.clear();
  }

  #ask(pending: PendingAct): void {
    const { line } = this.#parts;
    const { room, target: seq, act } = pending;
    const done = (outcome: Answer): void => this.#answered(pending, outcome);
    this.#asked.add(pending.id);
    if (act.kind === 'edit') line.request('message.edit', { room, seq, text: act.text }, done);
    else if (act.kind === 'react') line.request('message.react', { room, seq, emoji: act.emoji, on: act.on }, done);
    else line.request('message.remove', act.reason === null ? { room, seq } : { room, seq, reason: act.reason }, done);
  }

  #answered(pending: PendingAct, outcome: Answer): void {
    this.#asked.delete(pending.id);
    if (outcome.ok) this.#confirmed(pending, outcome.result.seq);
    else this.#refused(pending, outcome.error);
  }

  /** Stays in sight until the room's log has the entry. */
  #confirmed(pending: PendingAct, seq: number): void {
    const { store } = this.#parts;
    const log = store.state.opened.has(pending.room) ? store.state.logs.get(pending.room) : undefined;
    if (log === undefined || log.cursor >= seq) this.#forget(pending);
    else
      store.update((state) => ({
        ...state,
        acts: state.acts.map((act) => (act.id === pending.id ? { ...act, seq } : act)),
      }));
  }

  #refused(pending: PendingAct, error: Refused | LineBroken): void {
    if (error instanceof LineBroken) return;
    if (error.passes) {
      this.#askAfter(pending, (error.retryAfter ?? UNKNOWN_WAIT) * 1000);
      return;
    }
    this.#forget(pending);
    const notice = { kind: 'failed', what: pending.act.kind, reason: reasonOf(error), words: '', until: null } as const;
    this.#parts.store.update((state) => tell(state, notice));
  }

  #askAfter(pending: PendingAct, wait: number): void {
    const cancel = this.#parts.clock.after(wait, () => {
      this.#cancelTimers.delete(cancel);
      const waiting = this.#parts.store.state.acts.some((act) => act.id === pending.id);
      if (waiting && this.#parts.line.open && !this.#asked.has(pending.id)) this.#ask(pending);
    });
    this.#cancelTimers.add(cancel);
  }

  #forget(pending: PendingAct): void {
    this.#parts.store.update((state) => ({ ...state, acts: state.acts.filter((act) => act.id !== pending.id) }));
  }
}
