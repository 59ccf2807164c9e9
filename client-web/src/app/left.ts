// How a page was left, for when one comes back to it. It belongs to the club that was open then: whoever logs in after
// somebody else finds nothing of theirs.

import type { Club } from '../club/club.js';
import { club } from './session.js';

export interface Left<T> {
  read(): T;
  write(value: T): void;
}

export function leftBehind<T>(otherwise: T): Left<T> {
  const left = new WeakMap<Club, { value: T }>();
  return {
    read: () => (left.get(club()) ?? { value: otherwise }).value,
    write: (value) => void left.set(club(), { value }),
  };
}
