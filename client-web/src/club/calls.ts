import type { Clock } from '../protocol/clock.js';
import type { Room } from '../protocol/types.js';
import { callingMessage, callsBetween, calmedBetween, isPressing } from '../state/calls.js';
import type { ClubState } from '../state/club.js';
import type { Message } from '../state/message.js';
import { newsOf } from '../state/rooms.js';

/** What is read within this time, here or on another device, calls nobody; what comes within it calls once. */
const PATIENCE = 600;
/** One room calls no more often. */
const PAUSE = 4_000;
/** After a break many rooms have something new at once. */
const MOST_AT_ONCE = 4;

/** How the browser calls its owner. */
export interface Bell {
  /** Of the member's tabs in one browser, one rings. */
  leads(): Promise<boolean>;
  /** In whichever of those tabs. */
  inSight(room: string): Promise<boolean>;
  ring(room: Room, message: Message): void;
  /** What was shown of the room's messages up to that one goes. */
  silence(room: string, upto: number): void;
}

export interface CallsParts {
  clock: Clock;
  bell: Bell;
  state(): ClubState;
  newestMessages(room: string): Promise<readonly Message[]>;
}

/** Calls the member to rooms where something new came that they want to be told of. */
export class Calls {
  #parts: CallsParts;
  #due = new Set<string>();
  #rung = new Map<string, { seq: number; at: number }>();
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  follow(before: ClubState, after: ClubState): void {
    for (const { room, upto } of calmedBetween(before, after)) this.#parts.bell.silence(room, upto);
    for (const room of callsBetween(before, after)) this.#due.add(room);
    if (this.#due.size > 0) this.#cancel ??= this.#parts.clock.after(PATIENCE, () => this.#ring());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#due.clear();
  }

  #ring(): void {
    this.#cancel = null;
    const { clock, state } = this.#parts;
    const rooms = [...this.#due]
      .flatMap((id) => state().rooms.get(id) ?? [])
      .filter((room) => newsOf([room]).count > 0);
    const paused = ({ room }: Room): boolean => clock.now() - (this.#rung.get(room)?.at ?? 0) < PAUSE;
    const ready = rooms.filter((room) => !paused(room));
    this.#due = new Set(rooms.filter(paused).map(({ room }) => room));
    if (this.#due.size > 0) this.#cancel = clock.after(PATIENCE, () => this.#ring());
    ready.sort((a, b) => Number(isPressing(b)) - Number(isPressing(a)));
    for (const { room } of ready.slice(0, MOST_AT_ONCE)) void this.#call(room);
  }

  async #call(id: string): Promise<void> {
    const { bell, clock, state, newestMessages } = this.#parts;
    if (!(await bell.leads()) || (await bell.inSight(id))) return;
    // Without a line nothing can be told of it; the next message calls again.
    const messages = await newestMessages(id).catch(() => []);
    const room = state().rooms.get(id);
    if (this.#stopped || room === undefined || newsOf([room]).count === 0) return;
    const message = callingMessage(messages, room, state().me.id);
    if (message === undefined || message.seq <= (this.#rung.get(id)?.seq ?? 0)) return;
    this.#rung.set(id, { seq: message.seq, at: clock.now() });
    bell.ring(room, message);
  }
}
