import type { Notifications } from '../protocol/types.js';
import { Refused } from '../protocol/errors.js';
import type { Outcome } from '../protocol/requests.js';
import { markRead, readElsewhere } from '../state/rooms.js';
import { waitAfter } from './parts.js';
import type { ClubParts } from './parts.js';

/** Short, so that the member's other devices follow within a second. */
const THROTTLE = 400;

/** How far the member has read: shown here at once, told to the server now and then. */
export class Marks {
  #parts: ClubParts;
  #due = new Map<string, number>();
  #cancel: (() => void) | null = null;

  constructor(parts: ClubParts) {
    this.#parts = parts;
  }

  /** Marks that an earlier page made and the server has not. */
  load(marks: ReadonlyMap<string, number>): void {
    this.#due = new Map([...marks, ...this.#due]);
  }

  /** They were of another history. */
  forget(): void {
    this.#due.clear();
  }

  /** The member has seen everything up to `seq`. */
  seen(room: string, seq: number): void {
    const { store } = this.#parts;
    const known = store.state.rooms.get(room);
    if (known === undefined || seq <= known.read) return;
    store.update((state) => ({ ...state, rooms: markRead(state.rooms, room, seq, state.logs.get(room)) }));
    this.#due.set(room, seq);
    this.#parts.keep.mark(room, seq);
    this.#cancel ??= this.#parts.clock.after(THROTTLE, () => this.flush());
  }

  /** Another connection of the member read on. */
  told(read: Notifications['read']): void {
    const { store } = this.#parts;
    store.update((state) => ({ ...state, rooms: readElsewhere(state.rooms, read, state.logs.get(read.room)) }));
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const { line } = this.#parts;
    for (const [room, seq] of line.open ? this.#due : []) {
      this.#due.delete(room);
      line.request('room.read', { room, seq }, (outcome) => this.#answered(room, seq, outcome));
    }
  }

  #answered(room: string, seq: number, outcome: Outcome<'room.read'>): void {
    const { clock, keep, line } = this.#parts;
    const later = this.#due.get(room) ?? 0;
    const error = outcome.ok ? null : outcome.error;
    const passing = line.open && error instanceof Refused && error.passes ? error : null;
    const again = error !== null && (passing !== null || !line.open);
    if (again && later < seq) this.#due.set(room, seq);
    else if (later === 0) keep.mark(room, null);
    if (passing !== null) this.#cancel ??= clock.after(waitAfter(passing), () => this.flush());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
