import type { Clock } from '../protocol/clock.js';
import type { Refused } from '../protocol/errors.js';
import type { Line } from '../protocol/line.js';
import type { ClubState } from '../state/club.js';
import type { PendingAct, Post } from '../state/pending.js';
import type { Keep } from './keep.js';

/** Tabs of one browser take turns; where the browser has no locks, a turn is there at once. */
export interface Locks {
  /** Waits for the turn, but no longer than `patience` milliseconds; what it returns ends the turn. */
  take(name: string, patience: number): Promise<() => void>;
}

export type TabNews =
  | { kind: 'post'; post: Post }
  /** Without a number: thrown away. */
  | { kind: 'gone'; clientId: string; seq: number | null }
  | { kind: 'act'; act: PendingAct }
  /** Without a number: refused. */
  | { kind: 'acted'; id: string; seq: number | null };

/** The member's other tabs in this browser. */
export interface Tabs {
  tell(news: TabNews): void;
}

/** The one place where the state changes. */
export class Store {
  #state: ClubState;
  #changed: (state: ClubState, before: ClubState) => void;

  constructor(state: ClubState, changed: (state: ClubState, before: ClubState) => void) {
    this.#state = state;
    this.#changed = changed;
  }

  get state(): ClubState {
    return this.#state;
  }

  update(change: (state: ClubState) => ClubState): void {
    const next = change(this.#state);
    if (next === this.#state) return;
    const before = this.#state;
    this.#state = next;
    this.#changed(next, before);
  }
}

/** What the parts of the club share. */
export interface ClubParts {
  line: Line;
  store: Store;
  clock: Clock;
  keep: Keep;
  locks: Locks;
  tabs: Tabs;
  newId(): string;
}

/** Seconds to wait when the server says that waiting helps but not how long. */
const UNKNOWN_WAIT = 3;

/** Milliseconds after which what was refused for now may be asked again. */
export function waitAfter({ retryAfter }: Refused): number {
  return (retryAfter ?? UNKNOWN_WAIT) * 1000;
}
