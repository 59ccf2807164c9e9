// A browser's vault in memory, which can fail on purpose, and turns that its tabs take.
import type { Locks, TabNews } from '../src/club/parts.js';
import { OWN_WORDS, WHAT_WAS_READ } from '../src/club/vault.js';
import type { Owner, Shelf, Vault, VaultChange } from '../src/club/vault.js';
import type { Clock } from '../src/protocol/clock.js';

const SHELVES: readonly Shelf[] = [...WHAT_WAS_READ, ...OWN_WORDS];

type Meta = { id: string } & Partial<Owner>;

export class FakeVault {
  readonly shelves = new Map<Shelf, Map<string, unknown>>(SHELVES.map((shelf) => [shelf, new Map<string, unknown>()]));
  meta: Meta | null = null;
  /** Nothing can be written, as on a full disk. */
  full = false;
  /** Neither written nor read. */
  broken = false;
  /** All that was ever written, as text. */
  readonly written: string[] = [];
  #listeners = new Map<object, (news: TabNews) => void>();

  shelf(name: Shelf): Map<string, unknown> {
    const shelf = this.shelves.get(name);
    if (shelf === undefined) throw new Error(name);
    return shelf;
  }

  /** Everything that lies there, as text. */
  get text(): string {
    return JSON.stringify([this.meta, ...SHELVES.map((shelf) => [...this.shelf(shelf)])]);
  }

  listen(tab: object, heard: (news: TabNews) => void): void {
    this.#listeners.set(tab, heard);
  }

  tell(from: object, news: TabNews): void {
    const copy = JSON.parse(JSON.stringify(news)) as TabNews;
    for (const [tab, heard] of this.#listeners) if (tab !== from) queueMicrotask(() => heard(copy));
  }

  tab(): Vault {
    return new Tab(this);
  }
}

class Tab implements Vault {
  #vault: FakeVault;
  #member = '';

  constructor(vault: FakeVault) {
    this.#vault = vault;
  }

  owner(): Promise<Partial<Owner> | null> {
    return Promise.resolve(this.#vault.broken ? null : this.#vault.meta);
  }

  claim(member: string): Promise<void> {
    this.#member = member;
    const vault = this.#vault;
    if (vault.meta?.id !== member && !vault.broken) {
      for (const shelf of SHELVES) vault.shelf(shelf).clear();
      vault.meta = { id: member };
    }
    return Promise.resolve();
  }

  read(shelf: Shelf): Promise<readonly (readonly [string, unknown])[]> {
    return Promise.resolve(this.#mine ? [...this.#vault.shelf(shelf)] : []);
  }

  find(shelf: Shelf, key: string): Promise<unknown> {
    if (this.#vault.broken) return Promise.resolve(null);
    return Promise.resolve(this.#mine ? this.#vault.shelf(shelf).get(key) : undefined);
  }

  write(changes: readonly VaultChange[], owner: Partial<Owner> = {}): Promise<boolean | null> {
    const vault = this.#vault;
    if (vault.broken) return Promise.resolve(null);
    if (!this.#mine || vault.meta === null) return Promise.resolve(false);
    if (vault.full && changes.some(({ value }) => value !== undefined)) return Promise.resolve(false);
    vault.meta = { ...vault.meta, ...owner };
    for (const { shelf, key, value } of changes) this.#put(shelf, key, value);
    return Promise.resolve(true);
  }

  clear(shelves: readonly Shelf[], owner: Partial<Owner>): Promise<void> {
    if (this.#mine && this.#vault.meta !== null) {
      for (const shelf of shelves) this.#vault.shelf(shelf).clear();
      this.#vault.meta = { ...this.#vault.meta, ...owner };
    }
    return Promise.resolve();
  }

  leave(keepOwnWords: boolean): Promise<void> {
    const { meta } = this.#vault;
    if (this.#mine && meta !== null) {
      for (const shelf of keepOwnWords ? WHAT_WAS_READ : SHELVES) this.#vault.shelf(shelf).clear();
      this.#vault.meta = keepOwnWords ? { id: meta.id, epoch: meta.epoch ?? null } : null;
    }
    return Promise.resolve();
  }

  get #mine(): boolean {
    return !this.#vault.broken && this.#vault.meta?.id === this.#member;
  }

  #put(shelf: Shelf, key: string, value: VaultChange['value']): void {
    const values = this.#vault.shelf(shelf);
    const text = JSON.stringify(value);
    if (value === undefined) values.delete(key);
    else {
      this.#vault.written.push(text);
      if (shelf !== 'logs' || !isOlder(value, values.get(key))) values.set(key, JSON.parse(text));
    }
  }
}

function isOlder(value: unknown, stored: unknown): boolean {
  const [one, other] = [value, stored] as [{ epoch: string; cursor: number }, typeof value | undefined];
  const known = other as { epoch: string; cursor: number } | undefined;
  return known !== undefined && one.epoch === known.epoch && one.cursor < known.cursor;
}

/** Locks over the tests' own time. */
export class Turns implements Locks {
  #clock: Clock;
  #last = new Map<string, Promise<void>>();
  /** How many hold one now, and the most that ever did. */
  holding = new Map<string, number>();
  most = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async take(name: string, patience: number): Promise<() => void> {
    const before = this.#last.get(name);
    let release = (): void => {};
    const turn = new Promise<void>((done) => (release = done));
    this.#last.set(
      name,
      Promise.all([before, turn]).then(() => {}),
    );
    let cancel = (): void => {};
    if (before !== undefined)
      await Promise.race([before, new Promise<void>((late) => (cancel = this.#clock.after(patience, late)))]);
    cancel();
    const count = (this.holding.get(name) ?? 0) + 1;
    this.holding.set(name, count);
    this.most = Math.max(this.most, count);
    return () => {
      this.holding.set(name, (this.holding.get(name) ?? 1) - 1);
      release();
    };
  }
}
