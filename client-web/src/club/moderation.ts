import type { Action, Params, Room } from '../protocol/types.js';
import { changeRoom, putRoom } from '../state/rooms.js';
import { tell } from '../state/club.js';
import type { Undo } from '../state/club.js';
import type { ClubParts } from './parts.js';

export interface Sanction {
  kind: 'mute' | 'ban';
  member: string;
  name: string;
  /** Absent: in the whole club. */
  room: string | null;
  /** Seconds; 0 lifts it; null: until it is lifted. */
  seconds: number | null;
  reason: string;
}

export interface ActionPage {
  actions: Action[];
  more: boolean;
}

/** What moderators do. Each answers once the server has done it, and says so with a way back where there is one. */
export class Moderation {
  #parts: ClubParts;

  constructor(parts: ClubParts) {
    this.#parts = parts;
  }

  async sanction({ kind, member, name, room, seconds, reason }: Sanction): Promise<void> {
    const where = room === null ? {} : { room };
    const why = reason === '' ? {} : { reason };
    const params: Params<'member.mute'> = { member, for: seconds, ...where, ...why };
    const { until } =
      kind === 'mute'
        ? await this.#parts.line.call('member.mute', params)
        : await this.#parts.line.call('member.ban', params);
    const lifted = seconds === 0;
    const undo: Undo | null = lifted ? null : { kind: 'sanction', sanction: kind, member, name, room };
    this.#done(lifted ? `un${kind}` : kind, name, until, undo);
  }

  async purge(room: string, member: string, name: string, seconds: number): Promise<void> {
    const { removed } = await this.#parts.line.call('message.purge', { room, member, for: seconds });
    this.#done('purge', name, null, null, removed);
  }

  async update(room: string, change: Omit<Params<'room.update'>, 'room'>): Promise<void> {
    const before = this.#parts.store.state.rooms.get(room);
    await this.#parts.line.call('room.update', { room, ...change });
    const back = before === undefined ? null : undoing(before, change);
    this.#change(room, change);
    this.#done('update', '', null, back === null ? null : { kind: 'update', room, change: back });
  }

  async pin(room: string, seq: number, on: boolean): Promise<void> {
    await this.#parts.line.call('room.pin', { room, seq, on });
    this.#done(on ? 'pin' : 'unpin', '', null, { kind: 'pin', room, seq, on: !on });
  }

  async appoint(
    member: string,
    name: string,
    room: string | null,
    role: 'member' | 'moderator' | 'admin',
  ): Promise<void> {
    const where = room === null ? {} : { room };
    await this.#parts.line.call('member.appoint', { member, role, ...where });
    this.#done(role === 'member' ? 'dismiss' : 'appoint', name, null, null);
  }

  async create(title: string, topic: string, isPrivate: boolean): Promise<Room> {
    const params = { client_id: this.#parts.newId(), title, topic, private: isPrivate };
    const { room } = await this.#parts.line.call('room.create', params);
    this.#parts.store.update((state) => ({ ...state, rooms: putRoom(state.rooms, room) }));
    return room;
  }

  async admit(room: string, member: string, name: string, on: boolean): Promise<void> {
    await this.#parts.line.call('room.invite', { room, member, on });
    this.#done(on ? 'admit' : 'exclude', name, null, { kind: 'admit', room, member, name, on: !on });
  }

  async raid(on: boolean): Promise<void> {
    await this.#parts.line.call('club.raid', { on });
    this.#parts.store.update((state) => ({ ...state, raid: on }));
    this.#done(on ? 'raid' : 'calm', '', null, { kind: 'raid', on: !on });
  }

  async freeze(member: string, name: string, on: boolean, reason: string): Promise<void> {
    const why = reason === '' ? {} : { reason };
    const { members } = await this.#parts.line.call('invite.freeze', { member, on, ...why });
    this.#done(on ? 'freeze' : 'unfreeze', name, null, { kind: 'freeze', member, name, on: !on }, members);
  }

  actions(params: Params<'audit.list'>): Promise<ActionPage> {
    return this.#parts.line.call('audit.list', params);
  }

  async undo(undo: Undo): Promise<void> {
    switch (undo.kind) {
      case 'sanction':
        return this.sanction({ ...undo, kind: undo.sanction, seconds: 0, reason: '' });
      case 'update':
        return this.update(undo.room, undo.change);
      case 'pin':
        return this.pin(undo.room, undo.seq, undo.on);
      case 'raid':
        return this.raid(undo.on);
      case 'freeze':
        return this.freeze(undo.member, undo.name, undo.on, '');
      case 'admit':
        return this.admit(undo.room, undo.member, undo.name, undo.on);
    }
  }

  /** The log tells it too; a room that is not open has no log here. */
  #change(room: string, change: Omit<Params<'room.update'>, 'room'>): void {
    const { store } = this.#parts;
    if (store.state.opened.has(room)) return;
    store.update((state) => ({ ...state, rooms: changeRoom(state.rooms, room, (known) => ({ ...known, ...change })) }));
  }

  #done(what: string, words: string, until: string | null, undo: Undo | null, count = 0): void {
    const notice = { kind: 'done', what, reason: '', words, until, undo, count } as const;
    this.#parts.store.update((state) => tell(state, notice));
  }
}

/** What puts the room back as it was. */
function undoing(before: Room, change: Omit<Params<'room.update'>, 'room'>): Omit<Params<'room.update'>, 'room'> {
  const back: Omit<Params<'room.update'>, 'room'> = {};
  if (change.title !== undefined) back.title = before.title;
  if (change.topic !== undefined) back.topic = before.topic;
  if (change.locked !== undefined) back.locked = before.locked;
  if (change.slow !== undefined) back.slow = before.slow;
  return back;
}
