import { signal } from '@preact/signals';

export type Route = { page: 'rooms' } | { page: 'room'; room: string } | { page: 'invites' };

export function readRoute(hash: string): Route {
  const [, page, rest] = hash.split('/');
  if (page === 'room' && rest !== undefined && rest !== '') return { page: 'room', room: decode(rest) };
  return page === 'invites' ? { page: 'invites' } : { page: 'rooms' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function roomHref(room: string): string {
  return `#/room/${encodeURIComponent(room)}`;
}

export const INVITES_HREF = '#/invites';
export const ROOMS_HREF = '#/';

/** The token of an invite link, if the address carries one. */
export function inviteIn(hash: string): string | null {
  return /^#invite=([\w-]+)$/.exec(hash)?.[1] ?? null;
}

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
