import type { Clock } from '../protocol/clock.js';
import type { Line } from '../protocol/line.js';
import type { ClubState } from '../state/club.js';

/** Where posts are kept until they are answered; the browser's storage, or a map in tests. Must not throw. */
export interface KeyValue {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/** The one place where the state changes. */
export class Store {
  #state: ClubState;
  #changed: (state: ClubState) => void;

  constructor(state: ClubState, changed: (state: ClubState) => void) {
    this.#state = state;
    this.#changed = changed;
  }

  get state(): ClubState {
    return this.#state;
  }

  update(change: (state: ClubState) => ClubState): void {
    const next = change(this.#state);
    if (next === this.#state) return;
    this.#state = next;
    this.#changed(next);
  }
}

/** What the parts of the club share. */
export interface ClubParts {
  line: Line;
  store: Store;
  clock: Clock;
  storage: KeyValue;
  newId(): string;
}

/** Seconds to wait when the server says that waiting helps but not how long. */
export const UNKNOWN_WAIT = 3;
