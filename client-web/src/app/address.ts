// What the address bar says.

export type Route =
  | { page: 'rooms' }
  /** `target`: the entry to show; null: wherever the reader left off. */
  | { page: 'room'; room: string; target: { seq: number } | null }
  | { page: 'about'; room: string }
  | { page: 'new-room' }
  | { page: 'audit'; member: string | null }
  | { page: 'reports' }
  | { page: 'sanctions' }
  | { page: 'member'; member: string }
  | { page: 'invites' }
  /** Of a member or an invite; null: from the top. */
  | { page: 'tree'; of: string | null }
  | { page: 'directory' }
  /** `text`: what is looked for; empty: as it was left. */
  | { page: 'find-rooms'; text: string }
  | { page: 'search'; room: string | null }
  | { page: 'account' };

export function readRoute(hash: string): Route {
  const [, page, rest, entry] = hash.split('/');
  if (page === 'room' && rest !== undefined && rest !== '')
    return { page: 'room', room: decode(rest), target: readTarget(entry) };
  if (page === 'about' && rest !== undefined && rest !== '') return { page: 'about', room: decode(rest) };
  if (page === 'audit') return { page: 'audit', member: rest === undefined || rest === '' ? null : decode(rest) };
  if (page === 'search') return { page: 'search', room: rest === undefined || rest === '' ? null : decode(rest) };
  if (page === 'tree') return { page, of: rest === undefined || rest === '' ? null : decode(rest) };
  if (page === 'find-rooms') return { page, text: decode(rest ?? '') };
  if (page === 'reports' || page === 'sanctions') return { page };
  if (page === 'new-room') return { page: 'new-room' };
  if (page === 'member' && rest !== undefined && rest !== '') return { page: 'member', member: decode(rest) };
  return page === 'invites' || page === 'directory' || page === 'account' ? { page } : { page: 'rooms' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readTarget(entry: string | undefined): { seq: number } | null {
  const seq = /^[1-9]\d{0,15}$/.test(entry ?? '') ? Number(entry) : 0;
  return seq > 0 && Number.isSafeInteger(seq) ? { seq } : null;
}

export function roomHref(room: string): string {
  return `#/room/${encodeURIComponent(room)}`;
}

/** The room, at one of its entries. */
export function entryHref(room: string, seq: number): string {
  return `${roomHref(room)}/${seq}`;
}

export function memberHref(member: string): string {
  return `#/member/${encodeURIComponent(member)}`;
}

export function aboutHref(room: string): string {
  return `#/about/${encodeURIComponent(room)}`;
}

/** What moderators did, to everybody or to one member. */
export function auditHref(member: string | null): string {
  return member === null ? '#/audit' : `#/audit/${encodeURIComponent(member)}`;
}

/** Who came by whom: by a member, by an invite, or from the top. */
export function treeHref(of: string | null): string {
  return of === null ? '#/tree' : `#/tree/${encodeURIComponent(of)}`;
}

/** In all rooms, or in one. */
export function searchHref(room: string | null): string {
  return room === null ? '#/search' : `#/search/${encodeURIComponent(room)}`;
}

/** All rooms that one may enter. */
export function findRoomsHref(text: string): string {
  return text === '' ? '#/find-rooms' : `#/find-rooms/${encodeURIComponent(text)}`;
}

export const NEW_ROOM_HREF = '#/new-room';
export const REPORTS_HREF = '#/reports';
export const SANCTIONS_HREF = '#/sanctions';
export const INVITES_HREF = '#/invites';
export const DIRECTORY_HREF = '#/directory';
export const ACCOUNT_HREF = '#/account';
export const ROOMS_HREF = '#/';

/** The token of an invite link, if the address carries one. */
export function inviteIn(hash: string): string | null {
  return /^#invite=([\w-]+)$/.exec(hash)?.[1] ?? null;
}
