// What the address bar says.

export type Route =
  | { page: 'rooms' }
  | { page: 'room'; room: string }
  | { page: 'member'; member: string }
  | { page: 'invites' };

export function readRoute(hash: string): Route {
  const [, page, rest] = hash.split('/');
  if (page === 'room' && rest !== undefined && rest !== '') return { page: 'room', room: decode(rest) };
  if (page === 'member' && rest !== undefined && rest !== '') return { page: 'member', member: decode(rest) };
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

export function memberHref(member: string): string {
  return `#/member/${encodeURIComponent(member)}`;
}

export const INVITES_HREF = '#/invites';
export const ROOMS_HREF = '#/';

/** The token of an invite link, if the address carries one. */
export function inviteIn(hash: string): string | null {
  return /^#invite=([\w-]+)$/.exec(hash)?.[1] ?? null;
}
