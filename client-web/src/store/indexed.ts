// The browser's database as a vault. The only user of `idb`.

import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import { OWN_WORDS, WHAT_WAS_READ } from '../club/vault.js';
import type { Owner, Shelf, Vault, VaultChange } from '../club/vault.js';
import { isRecord } from '../protocol/frames.js';

const NAME = 'club';
/** Raised when what is kept takes another form: then all of it but the posts is dropped. */
const VERSION = 1;
const SHELVES: readonly Shelf[] = [...WHAT_WAS_READ, ...OWN_WORDS];
const OPENING_PATIENCE = 3_000;
const PATIENCE = 2_000;
/** So often in a row nothing came in time: then it is not asked any more. */
const MOST_LATE = 2;

/** `id`: whose it is, also after they left and only their words remain. */
type Meta = { id: string } & Partial<Owner>;

type Shelves = Record<Shelf, { key: string; value: unknown }>;
interface Schema extends DBSchema, Shelves {
  meta: { key: 'owner'; value: Meta };
}

type Database = IDBPDatabase<Schema>;

class Late extends Error {}

function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Late()), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** An older state of a log must not hide what a newer one knows, a removal above all. */
function isOlder(value: unknown, stored: unknown): boolean {
  if (!isRecord(value) || !isRecord(stored) || value['epoch'] !== stored['epoch']) return false;
  return Number(value['cursor']) < Number(stored['cursor']);
}

type Writing = IDBPTransaction<Schema, ('meta' | Shelf)[], 'readwrite'>;

async function putOne(all: Writing, { shelf, key, value }: VaultChange): Promise<void> {
  const store = all.objectStore(shelf);
  if (value === undefined) await store.delete(key);
  else if (shelf !== 'logs' || !isOlder(value, await store.get(key))) await store.put(value, key);
}

function abort(all: Writing): void {
  try {
    all.abort();
  } catch {
    // It ended by itself.
  }
}

export class IndexedVault implements Vault {
  #database: Promise<Database> | null = null;
  #member = '';
  #late = 0;
  #broken = false;

  async owner(): Promise<Partial<Owner> | null> {
    return (await this.#try((database) => database.get('meta', 'owner'), undefined)) ?? null;
  }

  async claim(member: string): Promise<void> {
    this.#member = member;
    await this.#try(async (database) => {
      const all = database.transaction(['meta', ...SHELVES], 'readwrite', { durability: 'strict' });
      const meta = await all.objectStore('meta').get('owner');
      if (meta?.id !== member) {
        const emptied = SHELVES.map((shelf) => all.objectStore(shelf).clear());
        await Promise.all([...emptied, all.objectStore('meta').put({ id: member }, 'owner')]);
      }
      await all.done;
    }, undefined);
  }

  async read(shelf: Shelf): Promise<readonly (readonly [string, unknown])[]> {
    return this.#try(async (database) => {
      const some = database.transaction(['meta', shelf], 'readonly');
      const [meta, keys, values] = await Promise.all([
        some.objectStore('meta').get('owner'),
        some.objectStore(shelf).getAllKeys(),
        some.objectStore(shelf).getAll(),
      ]);
      return meta?.id === this.#member ? keys.map((key, at) => [key, values[at]] as const) : [];
    }, []);
  }

  async find(shelf: Shelf, key: string): Promise<unknown> {
    return this.#try(async (database) => {
      const some = database.transaction(['meta', shelf], 'readonly');
      const [meta, value] = await Promise.all([
        some.objectStore('meta').get('owner'),
        some.objectStore(shelf).get(key) as Promise<unknown>,
      ]);
      return meta?.id === this.#member ? value : undefined;
    }, null);
  }

  async write(changes: readonly VaultChange[], owner: Partial<Owner> = {}): Promise<boolean | null> {
    const strict = changes.some(({ shelf }) => OWN_WORDS.includes(shelf));
    return this.#try<boolean | null>(async (database) => {
      const all = database.transaction(['meta', ...SHELVES], 'readwrite', {
        durability: strict ? 'strict' : 'relaxed',
      });
      const done = all.done.then(
        () => true,
        () => false,
      );
      const meta = await all.objectStore('meta').get('owner');
      if (meta?.id !== this.#member) return false;
      try {
        for (const change of changes) await putOne(all, change);
        await all.objectStore('meta').put({ ...meta, ...owner }, 'owner');
      } catch {
        // What began it may be there already.
        abort(all);
      }
      return done;
    }, null);
  }

  clear(shelves: readonly Shelf[], owner: Partial<Owner>): Promise<void> {
    return this.#empty(shelves, (meta) => ({ ...meta, ...owner }));
  }

  leave(keepOwnWords: boolean): Promise<void> {
    // Their words are of the history that they were written in.
    return this.#empty(keepOwnWords ? WHAT_WAS_READ : SHELVES, ({ id, epoch }) =>
      keepOwnWords ? { id, epoch: epoch ?? null } : null,
    );
  }

  async #empty(shelves: readonly Shelf[], next: (meta: Meta) => Meta | null): Promise<void> {
    const member = this.#member;
    await this.#try(async (database) => {
      const all = database.transaction(['meta', ...SHELVES], 'readwrite', { durability: 'strict' });
      const metas = all.objectStore('meta');
      const meta = await metas.get('owner');
      if (meta?.id === member) {
        const after = next(meta);
        const emptied = shelves.map((shelf) => all.objectStore(shelf).clear());
        await Promise.all([...emptied, after === null ? metas.clear() : metas.put(after, 'owner')]);
      }
      await all.done;
    }, undefined);
  }

  async #try<T>(work: (database: Database) => Promise<T>, otherwise: T): Promise<T> {
    if (this.#broken) return otherwise;
    try {
      const database = await this.#open();
      const result = await inTime(work(database), PATIENCE);
      this.#late = 0;
      return result;
    } catch (error) {
      if (error instanceof Late) this.#late += 1;
      if (this.#late >= MOST_LATE) this.#broken = true;
      return otherwise;
    }
  }

  #open(): Promise<Database> {
    this.#database ??= inTime(this.#connect(), OPENING_PATIENCE).catch((error: unknown) => {
      this.#broken = true;
      throw error;
    });
    return this.#database;
  }

  async #connect(): Promise<Database> {
    const forget = (): void => {
      this.#database = null;
    };
    const database = await openDB<Schema>(NAME, VERSION, {
      upgrade(opened) {
        opened.createObjectStore('meta');
        for (const shelf of SHELVES) opened.createObjectStore(shelf);
      },
      // A newer build wants to change the form.
      blocking: () => {
        forget();
        database.close();
      },
      terminated: forget,
    });
    return database;
  }
}
