import { LineBroken, reasonOf } from '../protocol/errors.js';
import type { Refused } from '../protocol/errors.js';
import type { Outcome } from '../protocol/requests.js';
import { tellFailure } from '../state/club.js';
import { readAct } from '../state/pending.js';
import type { Act, PendingAct } from '../state/pending.js';
import { waitAfter } from './parts.js';
import type { ClubParts } from './parts.js';

const MOST_ACTS = 50;
const TURN_PATIENCE = 5_000;

type Answer = Outcome<'message.edit' | 'message.remove' | 'message.react'>;

/** Edits, removals and reactions: shown at once, kept before they are asked, asked again after a broken line, taken
 * back when refused. Asking twice at once is harmless, since an act that changes nothing is answered like the first;
 * asking late is not, so that one tab at a time asks, and only for what no other tab has done. */
export class Acts {
  #parts: ClubParts;
  #kept = new Map<string, Promise<boolean>>();
  #busy = false;
  /** Not to be asked before (milliseconds). */
  #notBefore = new Map<string, number>();
  #cancelTimers = new Set<() => void>();
  #ended = false;

  constructor(parts: ClubParts) {
    this.#parts = parts;
  }

  /** Takes up what an earlier page left behind. */
  load(acts: readonly PendingAct[]): void {
    const { store } = this.#parts;
    const fresh = acts.filter((act) => !store.state.acts.some(({ id }) => id === act.id));
    for (const act of fresh) this.#kept.set(act.id, Promise.resolve(true));
    const all = [...store.state.acts, ...fresh].sort((a, b) => a.order - b.order);
    store.update((state) => ({ ...state, acts: all.slice(0, MOST_ACTS) }));
  }

  /** Another tab has one more: should it go away, this one asks. */
  told(value: unknown): void {
    const act = readAct(value);
    if (act === null) return;
    this.load([act]);
    void this.askAll();
  }

  /** Another tab has the answer; without a number it was refused. */
  toldDone(id: string, seq: number | null): void {
    const act = this.#parts.store.state.acts.find((one) => one.id === id);
    this.#kept.delete(id);
    if (act === undefined) return;
    if (seq === null) this.#forget(act);
    else this.#confirmed(act, seq);
  }

  add(room: string, target: number, act: Act): void {
    const { store, clock, newId, keep } = this.#parts;
    const { acts } = store.state;
    if (acts.length >= MOST_ACTS) return;
    const last = acts.reduce((order, one) => Math.max(order, one.order), 0);
    const order = Math.max(last + 1, clock.now());
    const pending: PendingAct = { id: newId(), order, room, target, act, seq: null };
    store.update((state) => ({ ...state, acts: [...state.acts, pending] }));
    this.#kept.set(pending.id, keep.put('acts', pending.id, pending));
    this.#parts.tabs.tell({ kind: 'act', act: pending });
    void this.askAll();
  }

  /** Acts that the state does not have any more, of another history, are not asked. */
  async askAll(): Promise<void> {
    if (this.#busy || !this.#parts.line.open || this.#due().length === 0) return;
    this.#busy = true;
    await Promise.all(this.#kept.values());
    const release = await this.#parts.locks.take('club.acts', TURN_PATIENCE);
    const checked = new Set<string>();
    for (const act of this.#due()) {
      if (await this.#isDoneElsewhere(act)) this.#forget(act);
      else checked.add(act.id);
    }
    const due = this.#due().filter(({ id }) => checked.has(id));
    await Promise.all(due.map((act) => this.#ask(act)));
    release();
    this.#busy = false;
    // Those of a line that broke are asked when there is a new one.
    if (this.#due().some(({ id }) => !checked.has(id))) void this.askAll();
  }

  stop(): void {
    this.#ended = true;
    for (const cancel of this.#cancelTimers) cancel();
    this.#cancelTimers.clear();
  }

  #due(): PendingAct[] {
    if (this.#ended) return [];
    const now = this.#parts.clock.now();
    return this.#parts.store.state.acts.filter((act) => act.seq === null && (this.#notBefore.get(act.id) ?? 0) <= now);
  }

  async #isDoneElsewhere({ id }: PendingAct): Promise<boolean> {
    return (await this.#kept.get(id)) === true && !(await this.#parts.keep.holds('acts', id));
  }

  #ask(pending: PendingAct): Promise<void> {
    const { line } = this.#parts;
    const { room, target: seq, act } = pending;
    return new Promise((resolve) => {
      const done = (outcome: Answer): void => resolve(this.#answered(pending, outcome));
      if (act.kind === 'edit') line.request('message.edit', { room, seq, text: act.text }, done);
      else if (act.kind === 'react') line.request('message.react', { room, seq, emoji: act.emoji, on: act.on }, done);
      else
        line.request('message.remove', act.reason === null ? { room, seq } : { room, seq, reason: act.reason }, done);
    });
  }

  async #answered(pending: PendingAct, outcome: Answer): Promise<void> {
    if (!outcome.ok) return this.#refused(pending, outcome.error);
    this.#confirmed(pending, outcome.result.seq);
    await this.#unkeep(pending, outcome.result.seq);
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

  async #refused(pending: PendingAct, error: Refused | LineBroken): Promise<void> {
    if (error instanceof LineBroken) return;
    if (error.passes) {
      this.#askAfter(pending, waitAfter(error));
      return;
    }
    this.#forget(pending);
    this.#parts.store.update((state) => tellFailure(state, pending.act.kind, reasonOf(error)));
    await this.#unkeep(pending, null);
  }

  #askAfter({ id }: PendingAct, wait: number): void {
    const { clock } = this.#parts;
    this.#notBefore.set(id, clock.now() + wait);
    const cancel = clock.after(wait, () => {
      this.#cancelTimers.delete(cancel);
      void this.askAll();
    });
    this.#cancelTimers.add(cancel);
  }

  #forget(pending: PendingAct): void {
    this.#notBefore.delete(pending.id);
    this.#parts.store.update((state) => ({ ...state, acts: state.acts.filter((act) => act.id !== pending.id) }));
  }

  async #unkeep({ id }: PendingAct, seq: number | null): Promise<void> {
    this.#parts.tabs.tell({ kind: 'acted', id, seq });
    if (this.#kept.delete(id)) await this.#parts.keep.drop('acts', id);
  }
}
