// Where in the club the reader is.

import { signal } from '@preact/signals';
import { inviteIn, readRoute } from './address.js';
import type { Route } from './address.js';

export const route = signal<Route>({ page: 'rooms' });

export function go(href: string): void {
  location.hash = href;
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
