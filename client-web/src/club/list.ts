import { LineBroken } from '../protocol/errors.js';
import type { Refused } from '../protocol/errors.js';
import type { Outcome } from '../protocol/requests.js';
import type { Notifications, Params, Room } from '../protocol/types.js';
import { listRoom, withRoom } from '../state/club.js';
import { applyHeads, onlyRooms } from '../state/rooms.js';
import { waitAfter } from './parts.js';
import type { ClubParts } from './parts.js';

type Heads = Notifications['heads']['rooms'];
/** A list as it is read: the rooms of the pages so far. */
type Reading = { rooms: string[]; pages: number };

/** What is told within this time is listed once. */
const GATHER = 1_000;
/** The list has 1,000 rooms and a page dozens: more would be a server that goes round in circles. */
const MOST_PAGES = 100;

/** The member's list of rooms, page by page. It moves while it is read: a room that went from a page still to come to
 * one that was read is told as `heads`, and then the list is read again. */
export class RoomList {
  #parts: ClubParts;
  #reading: Reading | null = null;
  #unknown = new Set<string>();
  /** Rooms of an earlier page that no list of this one has shown yet. */
  #unconfirmed = new Set<string>();
  /** Rooms that are to be on the list, by what asks for them. */
  #wanted = new Map<string, Params<'room.open'>>();
  #cancelTimer: (() => void) | null = null;

  constructor(parts: ClubParts) {
    this.#parts = parts;
  }

  /** As an earlier page knew it. */
  show(rooms: readonly Room[]): void {
    for (const { room } of rooms) this.#unconfirmed.add(room);
    if (rooms.length > 0) this.#show(rooms);
  }

  /** From the first page on, on a new line too. */
  load(): void {
    this.#forgetTimer();
    this.#unknown.clear();
    this.#reading = { rooms: [], pages: 0 };
    this.#ask(this.#reading);
  }

  heads(heads: Heads): void {
    const { store } = this.#parts;
    store.update((state) => ({ ...state, rooms: applyHeads(state.rooms, heads) }));
    for (const room of Object.keys(heads)) if (!store.state.rooms.has(room)) this.#unknown.add(room);
    if (this.#reading === null) this.#listUnknown();
  }

  /** Once the list is known the room is put there unless it is: also when its reader has left it by then. */
  want(room: string, place: Params<'room.open'>): void {
    this.#wanted.set(room, place);
    this.#putWanted();
  }

  stop(): void {
    this.#forgetTimer();
    this.#reading = null;
  }

  #ask(reading: Reading): void {
    const after = reading.rooms[reading.rooms.length - 1];
    this.#parts.line.request('room.list', after === undefined ? {} : { after }, (outcome) => {
      if (this.#reading === reading) this.#answered(reading, outcome);
    });
  }

  #answered(reading: Reading, outcome: Outcome<'room.list'>): void {
    if (!outcome.ok) {
      this.#failed(outcome.error);
      return;
    }
    const { rooms, more } = outcome.result;
    reading.pages += 1;
    for (const { room } of rooms) {
      reading.rooms.push(room);
      this.#unconfirmed.delete(room);
    }
    this.#show(rooms);
    if (more === true && rooms.length > 0 && reading.pages < MOST_PAGES) this.#ask(reading);
    else this.#finish(reading);
  }

  /** What asks for attention comes first, and need not wait for the rest; what is told of it from now on is newer. */
  #show(rooms: readonly Room[]): void {
    this.#parts.store.update((state) => ({ ...rooms.reduce(withRoom, state), roomsKnown: true }));
  }

  #finish({ rooms, pages }: Reading): void {
    this.#reading = null;
    this.#parts.store.update((state) => {
      /* Between pages a room may have moved to where it was not seen. */
      const known = [...state.rooms.keys()].filter((room) => !this.#unconfirmed.has(room) || state.opened.has(room));
      const kept = pages > 1 ? known : [...state.opened.keys()];
      const listed = new Set([...rooms, ...((pages > 1 ? state.listed : null) ?? [])]);
      return { ...state, rooms: onlyRooms(state.rooms, new Set([...rooms, ...kept])), roomsKnown: true, listed };
    });
    this.#listUnknown();
    this.#putWanted();
  }

  #putWanted(): void {
    const { line, store } = this.#parts;
    const { listed } = store.state;
    if (!line.open || listed === null || this.#reading !== null) return;
    for (const [room, place] of this.#wanted) {
      this.#wanted.delete(room);
      if (!listed.has(room)) line.request('room.open', place, (outcome) => this.#put(room, place, outcome));
    }
  }

  /** A refusal shows where the room is joined. */
  #put(room: string, place: Params<'room.open'>, outcome: Outcome<'room.open'>): void {
    if (outcome.ok) this.#parts.store.update((state) => listRoom(state, outcome.result.room));
    else if (outcome.error instanceof LineBroken) this.#wanted.set(room, place);
    else if (outcome.error.passes) {
      this.#wanted.set(room, place);
      this.#loadAfter(waitAfter(outcome.error));
    }
  }

  /** A broken line lists anew when it is back. */
  #failed(error: Refused | LineBroken): void {
    this.#reading = null;
    if (!(error instanceof LineBroken)) this.#loadAfter(waitAfter(error));
  }

  #listUnknown(): void {
    const { rooms } = this.#parts.store.state;
    if ([...this.#unknown].some((room) => !rooms.has(room))) this.#loadAfter(GATHER);
    this.#unknown.clear();
  }

  /** What waits already is not put off. */
  #loadAfter(wait: number): void {
    this.#cancelTimer ??= this.#parts.clock.after(wait, () => {
      this.#cancelTimer = null;
      if (this.#parts.line.open) this.load();
    });
  }

  #forgetTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
