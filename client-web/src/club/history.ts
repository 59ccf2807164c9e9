import { LineBroken } from '../protocol/errors.js';
import type { Page, Params } from '../protocol/types.js';
import { changeLog, changeOpened, historyPage } from '../state/club.js';
import type { Opened } from '../state/club.js';
import {
  applyNewer,
  applyOlder,
  applyQuote,
  findMessage,
  isAttached,
  isStale,
  meetsNewest,
  newestOf,
  replaceWindow,
  showNewest,
} from '../state/log.js';
import type { RoomLog } from '../state/log.js';
import { messageOf } from '../state/message.js';
import type { Message } from '../state/message.js';
import type { ClubParts } from './parts.js';

const PAGE = 50;
/** Of a slow line the reader wants most what is asked for next. */
const PAGE_SLOW = 20;
/** Enough to find the last message among reactions and edits. */
const NEWEST_ASKED = 20;
/** A page of reactions and edits shows nothing: then the next one is fetched, a few times. */
const MOST_PAGES = 10;
const MOST_STALE = 3;

type Bounds = Omit<Params<'room.history'>, 'room'>;

/** Moves the window over a room's log. */
export class History {
  #parts: ClubParts;
  #asked = new Set<string>();

  constructor(parts: ClubParts) {
    this.#parts = parts;
  }

  async older(room: string): Promise<void> {
    await this.#fill(
      room,
      'older',
      (log) => log.after === 0,
      async (log) => {
        const before = log.after + 1;
        const page = await this.#page(room, { before, limit: this.#size });
        this.#put(room, page, (current) => applyOlder(current, page, before));
      },
    );
  }

  /** Those of the end; the server is asked unless the room is open. */
  async newestMessages(room: string): Promise<readonly Message[]> {
    const { store } = this.#parts;
    const log = this.#log(room);
    if (log !== undefined && store.state.opened.get(room)?.stage === 'joined') return newestOf(log).messages;
    const page = await this.#page(room, { limit: NEWEST_ASKED });
    return page.entries.flatMap((entry) => (entry.type === 'message' ? [messageOf(entry, page.as_of)] : []));
  }

  async newer(room: string): Promise<void> {
    const known = this.#log(room);
    if (known !== undefined && meetsNewest(known)) {
      this.newest(room);
      return;
    }
    await this.#fill(room, 'newer', isAttached, async (log) => {
      const after = log.upto;
      const page = await this.#page(room, { after, limit: this.#size });
      this.#put(room, page, (current) => applyNewer(current, page, after));
    });
  }

  /** The window goes back to the newest messages, which are here. */
  newest(room: string): void {
    this.#parts.store.update((state) => changeLog(state, room, showNewest));
  }

  /** The window goes to a place; false: it could not. */
  async around(room: string, seq: number): Promise<boolean> {
    const found = (): boolean => {
      const log = this.#log(room);
      return log !== undefined && log.after < seq && seq <= log.upto;
    };
    if (found()) return true;
    const newest = this.#log(room)?.newest ?? null;
    if (newest !== null && newest.after < seq) this.newest(room);
    else await this.#replace(room, { before: seq + Math.floor(this.#size / 2), limit: this.#size });
    return found();
  }

  /** Fetches a message that is quoted and not in the window. */
  async quote(room: string, seq: number): Promise<void> {
    const key = `${room} ${seq}`;
    const log = this.#log(room);
    if (!this.#parts.line.open || log === undefined || findMessage(log, seq) !== undefined || this.#asked.has(key))
      return;
    this.#asked.add(key);
    try {
      const page = await this.#page(room, { before: seq + 1, limit: 1 });
      this.#put(room, page, (current) => applyQuote(current, page, seq));
      this.#asked.delete(key);
    } catch (error) {
      // What was refused is not asked for over and over.
      if (error instanceof LineBroken) this.#asked.delete(key);
    }
  }

  get #size(): number {
    return this.#parts.line.slow ? PAGE_SLOW : PAGE;
  }

  #log(room: string): RoomLog | undefined {
    return this.#parts.store.state.logs.get(room);
  }

  #put(room: string, page: Page, put: (log: RoomLog) => RoomLog): void {
    this.#parts.store.update((state) => historyPage(state, room, page, put));
  }

  async #fill(
    room: string,
    side: 'older' | 'newer',
    complete: (log: RoomLog) => boolean,
    step: (log: RoomLog) => Promise<void>,
  ): Promise<void> {
    const opened = this.#parts.store.state.opened.get(room);
    if (!this.#parts.line.open || opened?.stage !== 'joined' || opened[side] === 'loading') return;
    this.#mark(room, side, 'loading');
    try {
      await this.#steps(room, complete, step);
      this.#mark(room, side, 'idle');
    } catch (error) {
      this.#mark(room, side, error instanceof LineBroken ? 'idle' : 'failed');
    }
  }

  async #steps(
    room: string,
    complete: (log: RoomLog) => boolean,
    step: (log: RoomLog) => Promise<void>,
  ): Promise<void> {
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const log = this.#log(room);
      if (log === undefined || complete(log)) return;
      await step(log);
      const ends = (messages: RoomLog['messages'] | undefined): string =>
        `${messages?.[0]?.seq} ${messages?.at(-1)?.seq}`;
      if (ends(this.#log(room)?.messages) !== ends(log.messages)) return;
    }
  }

  #mark(room: string, side: 'older' | 'newer', loading: Opened['older']): void {
    this.#parts.store.update((state) => changeOpened(state, room, { [side]: loading }));
  }

  async #replace(room: string, bounds: Bounds): Promise<void> {
    try {
      const page = await this.#page(room, bounds);
      this.#parts.store.update((state) => changeLog(state, room, (log) => replaceWindow(log, page)));
    } catch {
      this.#mark(room, 'newer', 'failed');
    }
  }

  async #page(room: string, bounds: Bounds): Promise<Page> {
    for (let tries = 0; ; tries += 1) {
      const page = await this.#parts.line.call('room.history', { room, ...bounds });
      const log = this.#log(room);
      if (tries >= MOST_STALE || log === undefined || !isStale(log, page)) return page;
    }
  }
}
