import type { Action, Params, Result, Room, Sanction as InForce } from '../protocol/types.js';
import { changeRoom } from '../state/rooms.js';
import { tell, withRoom } from '../state/club.js';
import type { Branch, Undo } from '../state/club.js';
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

  /** `before`: what takes back that it is lifted. */
  async sanction({ kind, member, name, room, seconds, reason }: Sanction, before: Undo | null = null): Promise<void> {
    const where = room === null ? {} : { room };
    const why = reason === '' ? {} : { reason };
    const params: Params<'member.mute'> = { member, for: seconds, ...where, ...why };
    const { until } =
      kind === 'mute'
        ? await this.#parts.line.call('member.mute', params)
        : await this.#parts.line.call('member.ban', params);
    const lifted = seconds === 0;
    const undo: Undo | null = lifted ? before : { kind: 'sanction', sanction: kind, member, name, room, again: null };
    this.#done(lifted ? `un${kind}` : kind, name, until, undo);
  }

  async lift(inForce: InForce): Promise<void> {
    const { kind, member, member_name: name, reason = '' } = inForce;
    const room = inForce.room ?? null;
    const again = { until: inForce.until ?? null, reason };
    await this.sanction(
      { kind, member, name, room, seconds: 0, reason: '' },
      { kind: 'sanction', sanction: kind, member, name, room, again },
    );
  }

  sanctions(params: Params<'sanction.list'>): Promise<Result<'sanction.list'>> {
    return this.#parts.line.call('sanction.list', params);
  }

  staff(room: string, after: string | null): Promise<Result<'room.staff'>> {
    return this.#parts.line.call('room.staff', after === null ? { room } : { room, after });
  }

  admitted(room: string, after: string | null): Promise<Result<'room.admitted'>> {
    return this.#parts.line.call('room.admitted', after === null ? { room } : { room, after });
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
    before: 'member' | 'moderator' | 'admin' = role === 'member' ? 'moderator' : 'member',
  ): Promise<void> {
    const where = room === null ? {} : { room };
    await this.#parts.line.call('member.appoint', { member, role, ...where });
    // Nobody acts on another admin.
    const undo: Undo | null = role === 'admin' ? null : { kind: 'appoint', member, name, room, role: before };
    this.#done(role === 'member' ? 'dismiss' : 'appoint', name, null, undo);
  }

  async create(title: string, topic: string, isPrivate: boolean): Promise<Room> {
    const params = { client_id: this.#parts.newId(), title, topic, private: isPrivate };
    const { room } = await this.#parts.line.call('room.create', params);
    this.#parts.store.update((state) => withRoom(state, room));
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

  /** `exact`: all of the branch were as they were not to be, so that the way back leads to how it was. */
  async freeze(branch: Branch, name: string, on: boolean, reason: string, exact: boolean): Promise<void> {
    const why = reason === '' ? {} : { reason };
    const { members } = await this.#parts.line.call('invite.freeze', { ...named(branch), on, ...why });
    const undo: Undo | null = members === 0 || !exact ? null : { kind: 'freeze', branch, name, on: !on };
    this.#done(on ? 'freeze' : 'unfreeze', name, null, undo, members);
  }

  /** From the top where no branch is given; behind the member `after`. */
  tree(branch: Branch | null, after: string | null): Promise<Result<'invite.tree'>> {
    const where = branch === null ? {} : named(branch);
    return this.#parts.line.call('invite.tree', { ...where, ...(after === null ? {} : { after }) });
  }

  /** How many a freeze would shut out, or let in again. */
  async branch(branch: Branch): Promise<{ open: number; frozen: number }> {
    const { open = 0, frozen = 0 } = await this.#parts.line.call('invite.tree', { ...named(branch), limit: 1 });
    return { open, frozen };
  }

  actions(params: Params<'audit.list'>): Promise<ActionPage> {
    return this.#parts.line.call('audit.list', params);
  }

  async undo(undo: Undo): Promise<void> {
    switch (undo.kind) {
      case 'sanction':
        return this.#undoSanction(undo);
      case 'appoint':
        return this.appoint(undo.member, undo.name, undo.room, undo.role);
      case 'update':
        return this.update(undo.room, undo.change);
      case 'pin':
        return this.pin(undo.room, undo.seq, undo.on);
      case 'raid':
        return this.raid(undo.on);
      case 'freeze':
        return this.freeze(undo.branch, undo.name, undo.on, '', true);
      case 'admit':
        return this.admit(undo.room, undo.member, undo.name, undo.on);
    }
  }

  /** What was lifted comes back for as long as it had still to last. */
  #undoSanction({ again, sanction: kind, member, name, room }: Extract<Undo, { kind: 'sanction' }>): Promise<void> {
    if (again === null) return this.sanction({ kind, member, name, room, seconds: 0, reason: '' });
    const left = again.until === null ? null : Math.ceil((Date.parse(again.until) - this.#parts.clock.now()) / 1000);
    const seconds = left === null ? null : Math.max(1, left);
    return this.sanction({ kind, member, name, room, seconds, reason: again.reason });
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

function named({ kind, id }: Branch): { member: string } | { invite: string } {
  return kind === 'member' ? { member: id } : { invite: id };
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
