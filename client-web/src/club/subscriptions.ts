import { LineBroken } from '../protocol/errors.js';
import type { Refused } from '../protocol/errors.js';
import type { Outcome } from '../protocol/requests.js';
import type { Entry } from '../protocol/types.js';
import {
  changeOpened,
  closeRoom,
  forgetLog,
  joinedPage,
  openRoom,
  overheard,
  recallLog,
  streamed,
  withRoom,
} from '../state/club.js';
import { leavesGap } from '../state/log.js';
import { waitAfter } from './parts.js';
import type { ClubParts } from './parts.js';

const PAGE = 100;
/** The first page of a room: enough for a screen, small on a slow line. */
const FIRST_PAGE = 50;
const FIRST_PAGE_SLOW = 20;
/** Somebody who was away for longer than this gets the newest messages, and reads on upwards. */
const FAR_BEHIND = 1000;
/** Somebody who only opens the room has no place in it yet that would be worth as much. */
const FAR_BEHIND_AT_FIRST = 200;

/** The rooms in front of the reader: joined, and joined again with the cursor after every break. */
export class Subscriptions {
  #parts: ClubParts;
  #afterPage: () => void;
  /** Answers to an older join of the room are of no interest. */
  #generation = new Map<string, number>();
  #cancelTimers = new Map<string, () => void>();

  constructor(parts: ClubParts, afterPage: () => void) {
    this.#parts = parts;
    this.#afterPage = afterPage;
  }

  open(room: string): void {
    if (this.#parts.store.state.opened.has(room)) return;
    const { store, keep } = this.#parts;
    store.update((state) => openRoom(state, room));
    if (store.state.logs.has(room) || !keep.has(room)) this.#join(room);
    else void this.#recall(room);
  }

  /** Shows what an earlier page had, and goes on from there. */
  async #recall(room: string): Promise<void> {
    const { store, keep } = this.#parts;
    const generation = this.#forgetJoin(room);
    const log = await keep.log(room);
    if (this.#generation.get(room) !== generation || !store.state.opened.has(room)) return;
    // The history may have changed while it was read.
    if (log !== null && keep.has(room)) store.update((state) => recallLog(state, log));
    this.#join(room);
  }

  close(room: string): void {
    if (!this.#parts.store.state.opened.has(room)) return;
    this.#forgetJoin(room);
    this.#parts.store.update((state) => closeRoom(state, room));
    this.#parts.line.request('room.leave', { room }, () => {});
  }

  /** A new connection knows of no subscription. */
  joinAll(): void {
    for (const [room, opened] of this.#parts.store.state.opened) {
      if (opened.stage !== 'refused') this.#join(room);
    }
  }

  /** The reader asks to try again after a refusal. */
  rejoin(room: string): void {
    this.#parts.store.update((state) => changeOpened(state, room, { stage: 'joining', reason: null }));
    this.#join(room);
  }

  entry(entry: Entry): void {
    const { store } = this.#parts;
    const log = store.state.logs.get(entry.room);
    if (!store.state.opened.has(entry.room)) store.update((state) => overheard(state, entry));
    else if (log !== undefined && leavesGap(log, entry)) this.#join(entry.room);
    else store.update((state) => streamed(state, entry));
  }

  /** The server ended the subscription. */
  left(room: string, reason: string): void {
    if (!this.#parts.store.state.opened.has(room)) return;
    this.#refuse(room, reason);
  }

  stop(): void {
    for (const room of this.#generation.keys()) this.#forgetJoin(room);
  }

  #forgetJoin(room: string): number {
    const generation = (this.#generation.get(room) ?? 0) + 1;
    this.#generation.set(room, generation);
    this.#cancelTimers.get(room)?.();
    return generation;
  }

  #join(room: string): void {
    const { line, store } = this.#parts;
    const generation = this.#forgetJoin(room);
    if (!line.open) return;
    const cursor = store.state.logs.get(room)?.cursor;
    const params =
      cursor === undefined
        ? { room, limit: line.slow ? FIRST_PAGE_SLOW : FIRST_PAGE }
        : { room, after: cursor, limit: PAGE };
    line.request('room.join', params, (outcome) => {
      if (this.#generation.get(room) === generation) this.#joined(room, outcome);
      // It was closed meanwhile: what came before the answer is told by nothing else.
      else if (outcome.ok && store.state.rooms.has(room)) store.update((state) => withRoom(state, outcome.result.room));
    });
  }

  #joined(room: string, outcome: Outcome<'room.join'>): void {
    if (!outcome.ok) {
      this.#failed(room, outcome.error);
      return;
    }
    const page = outcome.result;
    const last = page.entries[page.entries.length - 1]?.seq ?? 0;
    const first = this.#parts.store.state.opened.get(room)?.stage === 'joining';
    if (page.more && page.room.head - last > (first ? FAR_BEHIND_AT_FIRST : FAR_BEHIND)) {
      this.#joinAfresh(room);
      return;
    }
    this.#parts.store.update((state) => joinedPage(state, page));
    this.#afterPage();
    if (page.more) this.#join(room);
  }

  #failed(room: string, error: Refused | LineBroken): void {
    if (error instanceof LineBroken) return;
    if (error.reason === 'conflict' && this.#parts.store.state.logs.has(room)) this.#joinAfresh(room);
    else if (error.passes) this.#putOff(room, error);
    else this.#refuse(room, error.reason);
  }

  /** What is remembered is of another history, or too old to be worth catching up. */
  #joinAfresh(room: string): void {
    this.#parts.keep.forget(room);
    this.#parts.store.update((state) => forgetLog(state, room));
    this.#join(room);
  }

  #putOff(room: string, error: Refused): void {
    this.#parts.store.update((state) => changeOpened(state, room, { reason: error.reason }));
    const cancel = this.#parts.clock.after(waitAfter(error), () => this.#join(room));
    this.#cancelTimers.set(room, cancel);
  }

  #refuse(room: string, reason: string): void {
    this.#forgetJoin(room);
    this.#parts.keep.forget(room);
    this.#parts.store.update((state) => changeOpened(forgetLog(state, room), room, { stage: 'refused', reason }));
  }
}
