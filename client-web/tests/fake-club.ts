// A club inside the process that keeps the protocol's promises, with a line that a test can cut wherever it likes.

import type { Clock } from '../src/protocol/clock.js';
import type { Socket, SocketEvents } from '../src/protocol/line.js';
import type { Author, Entry, Member, MessageEntry, Page, Reaction, Room, RoomKind } from '../src/protocol/types.js';

export const LIMITS = { text: 4000, frame: 65536, history: 100, in_flight: 32, batch: 32, ping: 25 };

type Params = Record<string, unknown>;

export class FakeError extends Error {
  constructor(
    readonly reason: string,
    readonly retryAfter: number | null = null,
  ) {
    super(reason);
  }
}

export interface Faults {
  /** Milliseconds until a frame arrives. */
  latency(): number;
  /** More, for an answer that nothing has to wait for: so answers come in any order. */
  lateness(): number;
  /** Whether the line breaks now, before or after the request was carried out. */
  cut(when: 'before' | 'after', method: string): boolean;
  /** An error instead of carrying out. */
  refuse(method: string, params: Params): FakeError | null;
}

export const NO_FAULTS: Faults = { latency: () => 1, lateness: () => 0, cut: () => false, refuse: () => null };

interface Log {
  entries: Entry[];
  reads: Map<string, number>;
}

export class FakeConnection implements Socket {
  readonly subscribed = new Set<string>();
  readonly frames: string[] = [];
  open = true;
  #earliest = 0;

  constructor(
    readonly club: FakeClub,
    readonly member: Member,
    readonly events: SocketEvents,
  ) {}

  send(frame: string): void {
    this.frames.push(frame);
    this.club.clock.after(this.club.faults.latency(), () => {
      if (this.open) this.club.receive(this, frame);
    });
  }

  close(): void {
    this.open = false;
    this.club.connections.delete(this);
  }

  /** The line ends; the client notices. */
  cut(code: number): void {
    if (!this.open) return;
    this.close();
    this.events.closed(code);
  }

  /** Frames arrive in the order in which they were sent, unless they are `late`. */
  deliver(message: object, late = 0): void {
    const { clock, faults } = this.club;
    const at = Math.max(this.#earliest, clock.now() + faults.latency()) + late;
    if (late === 0) this.#earliest = at;
    clock.after(at - clock.now(), () => {
      if (this.open) this.events.frame(JSON.stringify(message));
    });
  }
}

export class FakeClub {
  readonly members = new Map<string, Member>();
  readonly connections = new Set<FakeConnection>();
  readonly logs = new Map<string, Log>();
  readonly listed = new Map<string, Set<string>>();
  /** By author and client_id; a test may have cut its log short since. */
  readonly #posts = new Map<string, Entry>();
  /** Rooms on a page of the list, and members on one of those who are in a room. */
  listPage = 100;
  peoplePage = 100;
  readonly carriedOut: { method: string; member: string; params: Params }[] = [];
  faults: Faults = NO_FAULTS;
  epoch = 'epoch-1';
  up = true;

  constructor(readonly clock: Clock) {}

  addMember(id: string, login: string, name: string, more: Partial<Member> = {}): Member {
    const member: Member = {
      id,
      login,
      name,
      title: '',
      country: 'kz',
      company: '',
      sectors: [],
      languages: [],
      about: '',
      offers: '',
      seeks: '',
      role: 'member',
      online: true,
      ...more,
    };
    this.members.set(id, member);
    this.listed.set(id, new Set());
    return member;
  }

  rename(member: Member, name: string): void {
    member.name = name;
  }

  /** What `openSocket` of a member's line does. */
  connect(member: Member, events: SocketEvents): FakeConnection {
    const connection = new FakeConnection(this, member, events);
    if (!this.up) {
      this.clock.after(this.faults.latency(), () => connection.cut(1006));
      return connection;
    }
    this.connections.add(connection);
    const welcome = {
      protocol: 'club.v1',
      member,
      instance: 'one',
      epoch: this.epoch,
      time: new Date(this.clock.now()).toISOString(),
      limits: LIMITS,
    };
    this.clock.after(this.faults.latency(), () => connection.deliver(notification('welcome', welcome)));
    return connection;
  }

  cutAll(code = 1006): void {
    for (const connection of [...this.connections]) connection.cut(code);
  }

  entries(room: string): Entry[] {
    return this.#log(room).entries;
  }

  texts(room: string): string[] {
    return this.entries(room)
      .filter((entry): entry is MessageEntry => entry.type === 'message')
      .map((entry) => entry.text ?? '');
  }

  /** Something that another member does, without a connection. */
  act(member: Member, method: string, params: Params): unknown {
    return this.#carryOut(null, member, method, params);
  }

  /** Goes back to an older history, as after a restored backup. */
  restore(room: string, length: number): void {
    this.#log(room).entries.length = length;
    this.epoch += '*';
    this.cutAll(1001);
  }

  notifyAll(method: string, params: object): void {
    for (const connection of this.connections) connection.deliver(notification(method, params));
  }

  receive(connection: FakeConnection, frame: string): void {
    const value = JSON.parse(frame) as unknown;
    for (const request of (Array.isArray(value) ? value : [value]) as {
      id: number;
      method: string;
      params: Params;
    }[]) {
      if (!connection.open) return;
      this.#request(connection, request);
    }
  }

  #request(connection: FakeConnection, { id, method, params }: { id: number; method: string; params: Params }): void {
    if (this.faults.cut('before', method)) {
      connection.cut(1006);
      return;
    }
    const late = method === 'room.join' || method === 'message.post' ? 0 : this.faults.lateness();
    try {
      const refused = this.faults.refuse(method, params);
      if (refused !== null) throw refused;
      const after: Entry[] = [];
      const result = this.#carryOut(connection, connection.member, method, params, after);
      if (this.faults.cut('after', method)) connection.cut(1006);
      connection.deliver({ jsonrpc: '2.0', id, result }, late);
      for (const entry of after) this.#fanOut(entry);
    } catch (error) {
      if (!(error instanceof FakeError)) throw error;
      const data =
        error.retryAfter === null ? { reason: error.reason } : { reason: error.reason, retry_after: error.retryAfter };
      connection.deliver({ jsonrpc: '2.0', id, error: { code: 1000, message: error.reason, data } }, late);
    }
  }

  #fanOut(entry: Entry): void {
    for (const connection of this.connections) {
      if (connection.subscribed.has(entry.room)) connection.deliver(notification('entry', entry));
      else if (this.listed.get(connection.member.id)?.has(entry.room)) {
        const { head, unread, mentions } = this.#room(connection.member, entry.room, connection);
        connection.deliver(notification('heads', { rooms: { [entry.room]: { head, unread, mentions } } }));
      }
    }
  }

  #carryOut(from: FakeConnection | null, member: Member, method: string, params: Params, after?: Entry[]): unknown {
    this.carriedOut.push({ method, member: member.id, params });
    const written = (entry: Entry): void => {
      if (after === undefined) this.#fanOut(entry);
      else after.push(entry);
    };
    const room = String(params['room'] ?? '');
    switch (method) {
      case 'ping':
        return {};
      case 'room.list':
        return this.#listPage(member, params['after'], from);
      case 'room.open':
        return this.#open(member, params, from);
      case 'direct.open':
        return this.#direct(member, String(params['member']), from);
      case 'room.join':
        return this.#join(member, params, from);
      case 'room.leave':
        from?.subscribed.delete(room);
        return {};
      case 'room.history':
        return this.#history(member, params);
      case 'room.members':
        return this.#people(room, params['after']);
      case 'room.read':
        return this.#read(member, room, Number(params['seq']), from);
      case 'room.notify':
        return {};
      case 'room.typing':
        return this.#typing(member, room, from);
      case 'message.post':
        return this.#post(member, params, written);
      case 'message.edit':
        return this.#write(member, params, written, { type: 'edit', text: params['text'] });
      case 'message.remove':
        return this.#write(member, params, written, { type: 'remove', reason: params['reason'] });
      case 'message.react':
        return this.#react(member, params, written);
      case 'report.settle':
        return {};
      case 'invite.freeze':
        return { members: 3 };
      default:
        throw new FakeError('forbidden');
    }
  }

  #log(room: string): Log {
    const known = this.logs.get(room) ?? { entries: [], reads: new Map<string, number>() };
    this.logs.set(room, known);
    return known;
  }

  #room(member: Member, id: string, from: FakeConnection | null): Room {
    const { entries, reads } = this.#log(id);
    const read = reads.get(member.id) ?? 0;
    const unread = entries.filter(
      (entry): entry is MessageEntry =>
        entry.type === 'message' &&
        entry.seq > read &&
        entry.from.id !== member.id &&
        !this.#removed(id, entry.seq, entries.length),
    );
    const other = id.startsWith('dm.')
      ? id
          .slice(3)
          .split('-')
          .find((part) => part !== member.id)
      : undefined;
    const [country = '', sector = ''] = id.split('.');
    const kind: RoomKind =
      other !== undefined ? 'direct' : sector !== '' ? 'pair' : country.length === 2 ? 'country' : 'sector';
    const partner = other === undefined ? undefined : this.members.get(other);
    return {
      room: id,
      kind,
      title: id,
      topic: '',
      locked: false,
      slow: 0,
      head: entries.length,
      read,
      unread: unread.length,
      mentions: unread.filter((entry) => entry.mentions?.includes(member.id) === true).length,
      online: this.#present(id).length,
      joined: from?.subscribed.has(id) === true,
      role: member.role === 'member' ? 'member' : 'moderator',
      ...(partner === undefined ? {} : { with: partner }),
    };
  }

  /** Those with unread messages come first: the list moves while it is read. */
  #listPage(member: Member, after: unknown, from: FakeConnection | null): unknown {
    const rooms = [...(this.listed.get(member.id) ?? [])].map((id) => this.#room(member, id, from));
    rooms.sort((a, b) => Number(b.unread > 0) - Number(a.unread > 0));
    const begin = after === undefined ? 0 : rooms.findIndex(({ room }) => room === after) + 1;
    if (after !== undefined && begin === 0) throw new FakeError('conflict');
    const end = begin + this.listPage;
    return { rooms: rooms.slice(begin, end), more: end < rooms.length };
  }

  #present(room: string): Author[] {
    const present = new Map<string, Author>();
    for (const connection of this.connections) {
      if (connection.subscribed.has(room)) present.set(connection.member.id, author(connection.member));
    }
    return [...present.values()];
  }

  #people(room: string, after: unknown): unknown {
    const behind = this.#present(room)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .filter(({ id }) => after === undefined || id > String(after));
    return { members: behind.slice(0, this.peoplePage), more: behind.length > this.peoplePage };
  }

  #open(member: Member, params: Params, from: FakeConnection | null): unknown {
    const parts = [params['country'], params['sector']].filter((part) => typeof part === 'string').join('.');
    return { room: this.#list(member, String(params['room'] ?? parts), from) };
  }

  #list(member: Member, id: string, from: FakeConnection | null): Room {
    const rooms = this.listed.get(member.id);
    const log = this.#log(id);
    if (rooms?.has(id) === false && !log.reads.has(member.id))
      log.reads.set(member.id, id.startsWith('dm.') ? 0 : log.entries.length);
    rooms?.add(id);
    return this.#room(member, id, from);
  }

  #direct(member: Member, other: string, from: FakeConnection | null): unknown {
    const id = `dm.${[member.id, other].sort().join('-')}`;
    const partner = this.members.get(other);
    if (partner === undefined) throw new FakeError('not_found');
    if (this.listed.get(other)?.has(id) === false) {
      const room = this.#list(partner, id, null);
      for (const connection of this.connections)
        if (connection.member.id === other) connection.deliver(notification('room', room));
    }
    return { room: this.#list(member, id, from) };
  }

  #page(member: Member, room: string, entries: Entry[], limit: number, newest: boolean): Page {
    const size = Math.min(limit, LIMITS.history);
    const part = newest ? entries.slice(-size) : entries.slice(0, size);
    const asOf = this.#log(room).entries.length;
    return {
      entries: part.map((entry) => this.#stands(member, entry, asOf)),
      more: entries.length > size,
      as_of: asOf,
    };
  }

  #join(member: Member, params: Params, from: FakeConnection | null): unknown {
    const room = String(params['room']);
    const { entries } = this.#log(room);
    const limit = Number(params['limit'] ?? 50);
    const after = params['after'];
    if (typeof after === 'number' && after > entries.length) throw new FakeError('conflict');
    const rest = typeof after === 'number' ? entries.slice(after) : entries;
    const page = this.#page(member, room, rest, limit, typeof after !== 'number');
    const more = typeof after === 'number' && page.more;
    if (more) from?.subscribed.delete(room);
    else from?.subscribed.add(room);
    return { ...page, more, room: this.#room(member, room, from) };
  }

  #history(member: Member, params: Params): unknown {
    const room = String(params['room']);
    const { entries } = this.#log(room);
    const limit = Number(params['limit'] ?? 50);
    if (typeof params['after'] === 'number')
      return this.#page(member, room, entries.slice(params['after']), limit, false);
    const before = typeof params['before'] === 'number' ? params['before'] : entries.length + 1;
    return this.#page(member, room, entries.slice(0, before - 1), limit, true);
  }

  #read(member: Member, room: string, seq: number, from: FakeConnection | null): unknown {
    const { entries, reads } = this.#log(room);
    if (seq > entries.length) throw new FakeError('conflict');
    reads.set(member.id, Math.max(seq, reads.get(member.id) ?? 0));
    const { head, unread, mentions } = this.#room(member, room, from);
    for (const connection of this.connections) {
      if (connection !== from && connection.member.id === member.id)
        connection.deliver(notification('read', { room, seq, head, unread, mentions }));
    }
    return {};
  }

  #typing(member: Member, room: string, from: FakeConnection | null): unknown {
    for (const connection of this.connections) {
      if (connection !== from && connection.subscribed.has(room))
        connection.deliver(notification('typing', { room, from: author(member) }));
    }
    return {};
  }

  #append(room: string, member: Member, fields: object): Entry {
    const { entries } = this.#log(room);
    const head = { room, seq: entries.length + 1, at: new Date(this.clock.now()).toISOString(), from: author(member) };
    const entry = { ...head, ...fields } as Entry;
    entries.push(entry);
    return entry;
  }

  #post(member: Member, params: Params, written: (entry: Entry) => void): unknown {
    const room = String(params['room']);
    const key = JSON.stringify([member.id, params['client_id']]);
    const known = this.#posts.get(key);
    if (known !== undefined && this.#log(known.room).entries[known.seq - 1] === known) {
      if (known.room !== room) throw new FakeError('conflict');
      return { seq: known.seq, at: known.at, duplicate: true };
    }
    const text = String(params['text']);
    const mentions = [...this.members.values()]
      .filter((other) => text.includes(`@${other.login}`))
      .map((other) => other.id);
    const fields = {
      type: 'message',
      text,
      client_id: params['client_id'],
      ...(typeof params['reply_to'] === 'number' ? { reply_to: params['reply_to'] } : {}),
      ...(mentions.length > 0 ? { mentions } : {}),
    };
    const entry = this.#append(room, member, fields);
    this.#posts.set(key, entry);
    written(entry);
    return { seq: entry.seq, at: entry.at, duplicate: false };
  }

  #target(params: Params): Entry {
    const room = String(params['room']);
    const target = this.#log(room).entries[Number(params['seq']) - 1];
    if (target?.type !== 'message' || this.#removed(room, target.seq, Number.MAX_SAFE_INTEGER))
      throw new FakeError('not_found');
    return target;
  }

  #write(member: Member, params: Params, written: (entry: Entry) => void, fields: object): unknown {
    const target = this.#target(params);
    if (target.from.id !== member.id && member.role === 'member') throw new FakeError('forbidden');
    const entry = this.#append(target.room, member, { ...fields, target: target.seq });
    written(entry);
    return { seq: entry.seq, at: entry.at };
  }

  #react(member: Member, params: Params, written: (entry: Entry) => void): unknown {
    const target = this.#target(params);
    const { emoji, on } = params;
    const last = this.#log(target.room)
      .entries.filter(
        (entry) =>
          entry.type === 'react' && entry.target === target.seq && entry.emoji === emoji && entry.from.id === member.id,
      )
      .at(-1);
    if (last !== undefined && last.type === 'react' && last.on === on) return { seq: last.seq, at: last.at };
    if (last === undefined && on !== true) throw new FakeError('not_found');
    const entry = this.#append(target.room, member, { type: 'react', target: target.seq, emoji, on });
    written(entry);
    return { seq: entry.seq, at: entry.at };
  }

  #removed(room: string, seq: number, asOf: number): boolean {
    return this.#log(room).entries.some(
      (entry) => entry.type === 'remove' && entry.target === seq && entry.seq <= asOf,
    );
  }

  /** An entry as an answer shows it. */
  #stands(member: Member, entry: Entry, asOf: number): Entry {
    if (entry.type === 'edit' && this.#removed(entry.room, entry.target, asOf)) {
      const { text: _, ...rest } = entry;
      return rest;
    }
    if (entry.type !== 'message') return entry;
    if (this.#removed(entry.room, entry.seq, asOf)) {
      const { text: _, mentions: __, ...rest } = entry;
      return { ...rest, removed: true };
    }
    return this.#current(member, entry, asOf);
  }

  #current(member: Member, entry: MessageEntry, asOf: number): MessageEntry {
    let shown = entry;
    const reactions = new Map<string, Set<string>>();
    for (const change of this.#log(entry.room).entries.slice(0, asOf)) {
      if (change.type === 'edit' && change.target === entry.seq)
        shown = { ...shown, text: change.text ?? '', edited_at: change.at };
      if (change.type !== 'react' || change.target !== entry.seq) continue;
      const members = reactions.get(change.emoji) ?? new Set<string>();
      if (change.on) members.add(change.from.id);
      else members.delete(change.from.id);
      reactions.set(change.emoji, members);
      if (members.size === 0) reactions.delete(change.emoji);
    }
    const list = [...reactions].map(
      ([emoji, members]): Reaction => ({ emoji, count: members.size, mine: members.has(member.id) }),
    );
    return list.length === 0 ? shown : { ...shown, reactions: list };
  }
}

function author(member: Member): Author {
  return { id: member.id, name: member.name, country: member.country, company: member.company };
}

function notification(method: string, params: object): object {
  return { jsonrpc: '2.0', method, params };
}
