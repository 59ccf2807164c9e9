import type { Clock } from '../protocol/clock.js';
import { isRecord } from '../protocol/frames.js';
import type { Room } from '../protocol/types.js';
import type { ClubState } from '../state/club.js';
import { keptLog, revivedLog } from '../state/kept.js';
import type { RoomLog } from '../state/log.js';
import { readAct, readPost } from '../state/pending.js';
import type { PendingAct, Post } from '../state/pending.js';
import { WHAT_WAS_READ } from './vault.js';
import type { Vault, VaultChange } from './vault.js';

/** What changed within this time is written at once. */
const GATHER = 400;
/** While the line is open this often it is noted that what is kept is of now. */
const NOTE_TIME = 60_000;
const ROOMS_KEPT = 30;
/** Characters of all logs, about as many bytes. */
const SIZE_KEPT = 4_000_000;

interface Size {
  usedAt: number;
  size: number;
}

/** What an earlier page left for this one. */
export interface Left {
  epoch: string | null;
  /** When its line was last open. */
  at: number | null;
  rooms: Room[];
  posts: Post[];
  acts: PendingAct[];
  marks: Map<string, number>;
  drafts: Map<string, string>;
}

type Pairs = readonly (readonly [string, unknown])[];

/** Follows the state and keeps of it what the next page begins with. */
export class Keep {
  #vault: Vault;
  #clock: Clock;
  #state: () => ClubState;
  #sizes = new Map<string, Size>();
  /** As they were written: rooms whose counts of who is online changed are not written again. */
  #rooms = new Map<string, string>();
  #dirtyLogs = new Set<string>();
  #dirtyRooms = false;
  #changes: VaultChange[] = [];
  #cancelFlush: (() => void) | null = null;
  #cancelTime: (() => void) | null = null;
  #ended = false;

  constructor(vault: Vault, clock: Clock, state: () => ClubState) {
    this.#vault = vault;
    this.#clock = clock;
    this.#state = state;
  }

  async open(): Promise<Left> {
    const vault = this.#vault;
    await vault.claim(this.#state().me.id);
    const shelves = (['rooms', 'posts', 'acts', 'marks', 'drafts', 'sizes'] as const).map((shelf) => vault.read(shelf));
    const [rooms = [], posts = [], acts = [], marks = [], drafts = [], sizes = []] = await Promise.all(shelves);
    for (const [room, value] of sizes) {
      if (isRecord(value)) this.#sizes.set(room, { usedAt: Number(value['usedAt']), size: Number(value['size']) });
    }
    const owner = await vault.owner();
    return {
      epoch: owner?.epoch ?? null,
      at: owner?.at ?? null,
      rooms: this.#readRooms(rooms),
      posts: posts.map(([, value]) => readPost(value)).filter((post) => post !== null),
      acts: acts.map(([, value]) => readAct(value)).filter((act) => act !== null),
      marks: new Map(marks.filter((pair): pair is [string, number] => typeof pair[1] === 'number')),
      drafts: new Map(drafts.filter((pair): pair is [string, string] => typeof pair[1] === 'string')),
    };
  }

  has(room: string): boolean {
    return this.#sizes.has(room);
  }

  /** As it was when last written; null: there is none of the present history. */
  async log(room: string): Promise<RoomLog | null> {
    const value = await this.#vault.find('logs', room);
    const { me, epoch } = this.#state();
    return this.has(room) ? revivedLog(value, me.id, epoch) : null;
  }

  /** The state went from `before` to `after`. */
  follow(before: ClubState, after: ClubState): void {
    if (this.#ended) return;
    if (before.rooms !== after.rooms) this.#dirtyRooms = true;
    if (before.logs !== after.logs) this.#followLogs(before, after);
    const wasOpen = before.line.at === 'open';
    if (after.line.at === 'open' && !wasOpen) this.#noteTime();
    if (after.line.at !== 'open' && wasOpen) this.#cancelTime?.();
    if (this.#dirtyRooms || this.#dirtyLogs.size > 0 || (wasOpen && after.line.at !== 'open')) this.#flushSoon();
  }

  /** Nothing of a room is kept any more: it is of another history, or may not be read. */
  forget(room: string): void {
    this.#dirtyLogs.delete(room);
    this.#sizes.delete(room);
    this.#later({ shelf: 'logs', key: room }, { shelf: 'sizes', key: room });
    void this.flush();
  }

  /** The store holds another history: what was read of the old one, and what was to be changed in it, goes. */
  forgetAll(): void {
    this.#sizes.clear();
    this.#rooms.clear();
    this.#dirtyLogs.clear();
    this.#changes = this.#changes.filter(({ shelf }) => shelf === 'drafts');
    void this.#vault.clear([...WHAT_WAS_READ, 'acts'], { epoch: this.#state().epoch });
  }

  mark(room: string, seq: number | null): void {
    this.#later(seq === null ? { shelf: 'marks', key: room } : { shelf: 'marks', key: room, value: seq });
  }

  draft(room: string, text: string): void {
    this.#later(text === '' ? { shelf: 'drafts', key: room } : { shelf: 'drafts', key: room, value: text });
  }

  /** True: it is on the disk. Where there is no more space, the logs make room for it. */
  async put(shelf: 'posts' | 'acts', key: string, value: object): Promise<boolean> {
    if (this.#ended) return false;
    const change = { shelf, key, value };
    const written = await this.#vault.write([change]);
    if (written !== false) return written === true;
    this.#evict(0);
    return (await this.#vault.write([...this.#changes.splice(0), change])) === true;
  }

  async drop(shelf: 'posts' | 'acts', key: string): Promise<void> {
    if (!this.#ended) await this.#vault.write([{ shelf, key }]);
  }

  async holds(shelf: 'posts' | 'acts', key: string): Promise<boolean> {
    return (await this.#vault.find(shelf, key)) !== undefined;
  }

  /** The page may go away: what waits is written now. */
  async flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    if (this.#ended) return;
    this.#gatherRooms();
    this.#gatherLogs();
    const changes = this.#changes.splice(0);
    const { me, epoch, line, lastOpen } = this.#state();
    const at = line.at === 'open' ? this.#clock.now() : lastOpen;
    const written = await this.#vault.write(changes, { member: me, epoch, ...(at === null ? {} : { at }) });
    if (written === false && changes.some(({ shelf }) => shelf === 'logs')) this.#shrink();
  }

  stop(): void {
    this.#ended = true;
    this.#cancelFlush?.();
    this.#cancelTime?.();
  }

  #readRooms(pairs: Pairs): Room[] {
    const rooms = pairs
      .map(([, value]) => value)
      .filter((value) => isRecord(value) && typeof value['room'] === 'string');
    for (const room of rooms as Room[]) this.#rooms.set(room.room, JSON.stringify(room));
    return rooms as Room[];
  }

  #followLogs(before: ClubState, after: ClubState): void {
    for (const [room, log] of after.logs) {
      const known = before.logs.get(room);
      const same = known?.cursor === log.cursor && known.messages === log.messages && known.quoted === log.quoted;
      if (!same) this.#dirtyLogs.add(room);
    }
  }

  #later(...changes: VaultChange[]): void {
    const replaced = (known: VaultChange): boolean =>
      changes.some(({ shelf, key }) => known.shelf === shelf && known.key === key);
    this.#changes = [...this.#changes.filter((known) => !replaced(known)), ...changes];
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (!this.#ended) this.#cancelFlush ??= this.#clock.after(GATHER, () => void this.flush());
  }

  #noteTime(): void {
    this.#cancelTime?.();
    this.#cancelTime = this.#clock.after(NOTE_TIME, () => {
      void this.flush();
      this.#noteTime();
    });
  }

  #gatherRooms(): void {
    if (!this.#dirtyRooms) return;
    this.#dirtyRooms = false;
    const { rooms } = this.#state();
    for (const [id, room] of rooms) {
      const value = { ...room, online: 0, joined: false };
      const text = JSON.stringify(value);
      if (this.#rooms.get(id) === text) continue;
      this.#rooms.set(id, text);
      this.#changes.push({ shelf: 'rooms', key: id, value });
    }
    for (const id of this.#rooms.keys()) if (!rooms.has(id)) this.#dropRoom(id);
  }

  #dropRoom(room: string): void {
    this.#rooms.delete(room);
    this.#changes.push({ shelf: 'rooms', key: room });
    if (!this.#state().opened.has(room)) this.#dropLog(room);
  }

  #dropLog(room: string): void {
    if (!this.#sizes.delete(room)) return;
    this.#changes.push({ shelf: 'logs', key: room }, { shelf: 'sizes', key: room });
  }

  #gatherLogs(): void {
    const { logs, epoch } = this.#state();
    for (const room of this.#dirtyLogs) {
      const log = logs.get(room);
      const value = log === undefined || epoch === null ? null : keptLog(log, epoch);
      if (value === null) continue;
      const size = { usedAt: this.#clock.now(), size: JSON.stringify(value).length };
      this.#sizes.set(room, size);
      this.#changes.push({ shelf: 'logs', key: room, value }, { shelf: 'sizes', key: room, value: size });
    }
    this.#dirtyLogs.clear();
    this.#evict(SIZE_KEPT);
  }

  /** The oldest go first. */
  #evict(most: number): void {
    const byUse = [...this.#sizes].sort(([, a], [, b]) => b.usedAt - a.usedAt);
    let total = 0;
    byUse.forEach(([room, { size }], at) => {
      total += size;
      if (total > most || at >= ROOMS_KEPT) this.#dropLog(room);
    });
  }

  /** The browser gives no more space: half of what is there has to do. */
  #shrink(): void {
    const total = [...this.#sizes.values()].reduce((sum, { size }) => sum + size, 0);
    this.#evict(total / 2);
    void this.#vault.write(this.#changes.splice(0));
  }
}
