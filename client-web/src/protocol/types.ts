// What goes over the wire, as docs of `club.v1` name it. A client ignores what it does not know: every reader of these
// types must survive more fields, more kinds of entries and more reasons.

export type Role = 'member' | 'moderator' | 'admin';
export type RoomKind = 'country' | 'sector' | 'pair' | 'direct' | 'event' | 'custom';

export interface Member {
  id: string;
  login: string;
  name: string;
  title?: string;
  company?: string;
  country?: string;
  sectors?: string[];
  languages?: string[];
  about?: string;
  offers?: string;
  seeks?: string;
  role: Role;
  online?: boolean;
}

/** Who wrote an entry, as it was when posted. */
export interface Author {
  id: string;
  name: string;
  country?: string;
  company?: string;
}

export interface Room {
  room: string;
  kind: RoomKind;
  country?: string;
  sector?: string;
  with?: Member;
  title: string;
  topic?: string;
  head: number;
  read: number;
  unread: number;
  mentions: number;
  online: number;
  joined: boolean;
  locked?: boolean;
  slow?: number;
  role: 'member' | 'speaker' | 'moderator';
}

export interface Reaction {
  emoji: string;
  count: number;
  mine: boolean;
}

interface EntryHead {
  room: string;
  seq: number;
  at: string;
  from: Author;
}

export interface MessageEntry extends EntryHead {
  type: 'message';
  text?: string;
  client_id: string;
  reply_to?: number;
  mentions?: string[];
  edited_at?: string;
  removed?: boolean;
  reactions?: Reaction[];
}

export interface EditEntry extends EntryHead {
  type: 'edit';
  target: number;
  text?: string;
}

export interface RemoveEntry extends EntryHead {
  type: 'remove';
  target: number;
  reason?: string;
}

export interface ReactEntry extends EntryHead {
  type: 'react';
  target: number;
  emoji: string;
  on: boolean;
}

export interface OtherEntry extends EntryHead {
  type: 'room' | 'moderation' | 'question' | 'offer';
}

export type Entry = MessageEntry | EditEntry | RemoveEntry | ReactEntry | OtherEntry;

export interface Page {
  entries: Entry[];
  more: boolean;
  as_of: number;
}

export interface JoinPage extends Page {
  room: Room;
}

export interface Written {
  seq: number;
  at: string;
}

export interface Posted extends Written {
  duplicate: boolean;
}

export interface Person {
  id: string;
  name: string;
  country?: string;
  company?: string;
}

export interface Invite {
  invite: string;
  role: Role;
  room?: string;
  uses: number;
  used: number;
  made_by: string;
  made_at: string;
  expires_at: string;
}

export interface NewInvite {
  invite: string;
  url: string;
  expires_at: string;
}

export interface Limits {
  text: number;
  frame: number;
  history: number;
  in_flight: number;
  batch: number;
  ping: number;
}

export interface Welcome {
  protocol: string;
  member: Member;
  instance: string;
  epoch: string;
  time: string;
  limits: Limits;
}

type Nothing = Record<string, never>;

/** Method → what it takes and what it answers. */
export interface Methods {
  'ping': { params: Nothing; result: Nothing };
  'room.list': { params: Nothing; result: { rooms: Room[] } };
  'room.open': { params: { country?: string; sector?: string }; result: { room: Room } };
  'direct.open': { params: { member: string }; result: { room: Room } };
  'room.join': { params: { room: string; after?: number; limit?: number }; result: JoinPage };
  'room.leave': { params: { room: string }; result: Nothing };
  'room.history': { params: { room: string; before?: number; after?: number; limit?: number }; result: Page };
  'room.members': { params: { room: string; after?: string; limit?: number };
    result: { members: Person[]; more: boolean } };
  'room.read': { params: { room: string; seq: number }; result: Nothing };
  'room.typing': { params: { room: string }; result: Nothing };
  'message.post': { params: { room: string; client_id: string; text: string; reply_to?: number }; result: Posted };
  'message.edit': { params: { room: string; seq: number; text: string }; result: Written };
  'message.remove': { params: { room: string; seq: number; reason?: string }; result: Written };
  'message.react': { params: { room: string; seq: number; emoji: string; on: boolean }; result: Written };
  'invite.create': { params: { client_id: string; role?: Role; room?: string; uses?: number; for?: number };
    result: NewInvite };
  'invite.list': { params: Nothing; result: { invites: Invite[] } };
  'invite.revoke': { params: { invite: string }; result: Nothing };
}

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]['params'];
export type Result<M extends Method> = Methods[M]['result'];

/** Notification → its params. */
export interface Notifications {
  welcome: Welcome;
  closing: { retry_after: number };
  entry: Entry;
  typing: { room: string; from: Author };
  presence: { room: string; online: number };
  read: { room: string; seq: number };
  room: Room;
  heads: { rooms: Record<string, { head: number; unread: number; mentions: number }> };
  left: { room: string; reason: string };
  acted: { action: string; room?: string; reason?: string; until?: string };
  notice: { level: string; text: string };
}

export type Notification = {
  [N in keyof Notifications]: { method: N; params: Notifications[N] };
}[keyof Notifications];

/** Over HTTP. */
export interface ClubFacts {
  name: string;
  countries: { code: string; names: Record<string, string> }[];
  sectors: { slug: string; names: Record<string, string> }[];
  languages: string[];
  version: string;
}

export interface InviteGrant {
  room?: string;
  role: Role;
  expires_at: string;
}

export interface NewMember {
  invite: string;
  login: string;
  password: string;
  name: string;
  company?: string;
  country?: string;
  sectors?: string[];
  languages?: string[];
}
