// Where in the club the reader is.

import { signal } from '@preact/signals';
import { entryHref, inviteIn, readRoute, roomHref } from './address.js';
import type { Route } from './address.js';

export const route = signal<Route>({ page: 'rooms' });

export function go(href: string): void {
  location.hash = href;
}

/** Opens a room at an entry: lit up, with what was around it, wherever in the log it is. */
export function showEntry(room: string, seq: number): void {
  go(entryHref(room, seq));
}

/** Once shown, an entry leaves the address bar, so that a link to it works again, and a reload reads on. */
export function forgetTarget(room: string): void {
  history.replaceState(null, '', roomHref(room));
}

/** `invited` gets the token; it leaves the address bar and the history at once. */
export function followAddress(invited: (token: string) => void): void {
  const read = (): void => {
    const invite = inviteIn(location.hash);
    if (invite !== null) {
      history.replaceState(null, '', '/');
      invited(invite);
    }
    route.value = readRoute(location.hash);
  };
  addEventListener('hashchange', read);
  read();
}
