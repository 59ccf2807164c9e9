import type { ClubFacts, Member } from '../protocol/types.js';

/** What one browser keeps of one member. `sizes` tells of each of the `logs` how large it is and when it was used. */
export type Shelf = 'rooms' | 'logs' | 'sizes' | 'marks' | 'posts' | 'acts' | 'drafts';

/** What the member wrote and the server has not. */
export const OWN_WORDS: readonly Shelf[] = ['posts', 'acts', 'drafts'];
/** What came from the server. */
export const WHAT_WAS_READ: readonly Shelf[] = ['rooms', 'logs', 'sizes', 'marks'];

export interface Owner {
  member: Member;
  facts: ClubFacts;
  /** The history that the entries are of. */
  epoch: string | null;
  /** When the line was last open, in milliseconds. */
  at: number;
}

export interface VaultChange {
  shelf: Shelf;
  key: string;
  /** Absent: it is taken out. A log is not put over a later one of the same epoch. */
  value?: object | string | number;
}

/** Where things are kept over reloads and crashes: the browser's database, or a map in tests. All tabs share it. It
 * never throws and answers in bounded time: where it does not work it is empty and keeps nothing. */
export interface Vault {
  /** Whose it is, as far as it is known; null: nobody's. After they left with their words kept, no member is named. */
  owner(): Promise<Partial<Owner> | null>;
  /** It is this member's from now on: what another one left is gone when this returns. */
  claim(member: string): Promise<void>;
  /** Everything on a shelf with its key; nothing once it is somebody else's. */
  read(shelf: Shelf): Promise<readonly (readonly [string, unknown])[]>;
  /** Undefined: it is not there; null: nobody knows. */
  find(shelf: Shelf, key: string): Promise<unknown>;
  /** All of it or nothing, and nothing once it is somebody else's; true: it is on the disk; null: nobody knows yet. */
  write(changes: readonly VaultChange[], owner?: Partial<Owner>): Promise<boolean | null>;
  /** Empties shelves, before anything that is written later. */
  clear(shelves: readonly Shelf[], owner: Partial<Owner>): Promise<void>;
  /** The member has left: with their own words kept it waits for them, else it is nobody's. */
  leave(keepOwnWords: boolean): Promise<void>;
}
