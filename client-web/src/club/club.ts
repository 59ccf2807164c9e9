import type { Clock } from '../protocol/clock.js';
import { LineBroken, Refused } from '../protocol/errors.js';
import { Line } from '../protocol/line.js';
import type { LineParts, LineState } from '../protocol/line.js';
import type {
  Author,
  Invite,
  Member,
  NewInvite,
  Notification,
  Notifications,
  Params,
  Result,
  Room,
  Session,
  Welcome,
} from '../protocol/types.js';
import { withFace } from '../state/faces.js';
import {
  actedOn,
  changeLog,
  changeOpened,
  dismissNotice,
  enterEpoch,
  listRoom,
  pruneTyping,
  setPeople,
  startClub,
  startTyping,
  tell,
  tellFailure,
  withoutRoom,
} from '../state/club.js';
import type { ClubState, People } from '../state/club.js';
import { setFollowing } from '../state/log.js';
import type { Message } from '../state/message.js';
import type { Act } from '../state/pending.js';
import { changeRoom, markBlocked, withLevel } from '../state/rooms.js';
import type { Level } from '../state/rooms.js';
import { Acts } from './acts.js';
import { History } from './history.js';
import { Keep } from './keep.js';
import { RoomList } from './list.js';
import { Marks } from './marks.js';
import { Moderation } from './moderation.js';
import { Reports } from './reports.js';
import { Outbox } from './outbox.js';
import { Store } from './parts.js';
import type { ClubParts, Locks, TabNews, Tabs } from './parts.js';
import { Subscriptions } from './subscriptions.js';
import type { Vault } from './vault.js';

/** Members, page by page. */
export interface Page {
  members: Member[];
  more: boolean;
}

export interface ClubOptions extends LineParts {
  clock: Clock;
  vault: Vault;
  locks: Locks;
  tabs: Tabs;
  newId(): string;
  changed(state: ClubState): void;
  /** The session is over (or the member banned), or it is another member's: the page must begin again. */
  ended(why: 'no_session' | 'banned' | 'other'): void;
}

/** A line that breaks because one instance of several went away is open again within this time. */
const LINE_PATIENCE = 1_500;
const TYPING_SHOWN = 6_000;
const TYPING_TOLD = 3_000;
const PEOPLE_PAGE = 100;

/** The club as one member uses it, without a page: everything that the views call. */
export class Club {
  readonly #line: Line;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #options: ClubOptions;
  readonly #outbox: Outbox;
  readonly #acts: Acts;
  readonly #subscriptions: Subscriptions;
  readonly #history: History;
  readonly #list: RoomList;
  readonly #marks: Marks;
  readonly #keep: Keep;
  #drafts = new Map<string, string>();
  #stopped = false;
  /** What moderators do; the server says who may. */
  readonly moderation: Moderation;
  readonly reports: Reports;
  #typedAt = new Map<string, number>();
  #cancelLost: (() => void) | null = null;

  constructor(me: Member, options: ClubOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#keep = new Keep(options.vault, options.clock, () => this.state);
    this.#store = new Store(startClub(me), (state, before) => {
      this.#keep.follow(before, state);
      options.changed(state);
    });
    this.#line = new Line(options, {
      state: (state) => this.#lineChanged(state),
      notification: (notification) => this.#notified(notification),
    });
    const { clock, locks, tabs } = options;
    const own = { line: this.#line, store: this.#store, keep: this.#keep };
    const parts: ClubParts = { ...own, clock, locks, tabs, newId: () => options.newId() };
    this.#outbox = new Outbox(parts);
    this.#acts = new Acts(parts);
    this.#subscriptions = new Subscriptions(parts, () => this.#outbox.settle());
    this.#history = new History(parts);
    this.#list = new RoomList(parts);
    this.#marks = new Marks(parts);
    this.moderation = new Moderation(parts);
    this.reports = new Reports(parts, this.moderation, this.#outbox);
  }

  get state(): ClubState {
    return this.#store.state;
  }

  get textLimit(): number {
    return this.#line.limits.text;
  }

  /** First what an earlier page left, then the line. */
  async start(): Promise<void> {
    const left = await this.#keep.open();
    if (this.#stopped) return;
    this.#store.update((state) => ({ ...state, epoch: left.epoch, lastOpen: left.at }));
    this.#drafts = left.drafts;
    this.#list.show(left.rooms);
    this.#marks.load(left.marks);
    this.#outbox.begin(left.posts);
    this.#acts.load(left.acts);
    this.#line.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#marks.flush();
    this.#keep.stop();
    this.#subscriptions.stop();
    this.#outbox.stop();
    this.#acts.stop();
    this.#marks.stop();
    this.#list.stop();
    this.reports.stop();
    this.#line.stop();
  }

  /** The network is back, or the page is seen again. */
  wake(): void {
    this.#line.wake();
  }

  /** The page goes out of sight or away. */
  rest(): void {
    this.#marks.flush();
    void this.#keep.flush();
  }

  /** Another tab of the member in this browser says something. */
  told(news: TabNews): void {
    if (this.#stopped) return;
    switch (news.kind) {
      case 'post':
        return this.#outbox.told(news.post);
      case 'gone':
        return this.#outbox.toldGone(news.clientId, news.seq);
      case 'act':
        return this.#acts.told(news.act);
      case 'acted':
        return this.#acts.toldDone(news.id, news.seq);
    }
  }

  draft(room: string): string {
    return this.#drafts.get(room) ?? '';
  }

  keepDraft(room: string, text: string): void {
    if (text === '') this.#drafts.delete(room);
    else this.#drafts.set(room, text);
    this.#keep.draft(room, text);
  }

  open(room: string): void {
    this.#subscriptions.open(room);
  }

  close(room: string): void {
    this.#marks.flush();
    this.#subscriptions.close(room);
  }

  rejoin(room: string): void {
    this.#subscriptions.rejoin(room);
  }

  /** A room that the member may enter is to be on the list. */
  want(room: string, place: Params<'room.open'>): void {
    this.#list.want(room, place);
  }

  async talkTo(member: string): Promise<Room> {
    const { room } = await this.#line.call('direct.open', { member });
    this.#store.update((state) => listRoom(state, room));
    return room;
  }

  older(room: string): Promise<void> {
    return this.#history.older(room);
  }

  newer(room: string): Promise<void> {
    return this.#history.newer(room);
  }

  newest(room: string): void {
    this.#history.newest(room);
  }

  around(room: string, seq: number): Promise<boolean> {
    return this.#history.around(room, seq);
  }

  newestMessages(room: string): Promise<readonly Message[]> {
    return this.#history.newestMessages(room);
  }

  quote(room: string, seq: number): Promise<void> {
    return this.#history.quote(room, seq);
  }

  /** The reader is at the newest message, or has left it. */
  follow(room: string, following: boolean): void {
    this.#store.update((state) => changeLog(state, room, (log) => setFollowing(log, following)));
  }

  seen(room: string, seq: number): void {
    this.#marks.seen(room, seq);
  }

  /** What of the room the member wants to be told of, on all their devices. */
  async setLevel(room: string, level: Level): Promise<void> {
    await this.#line.call('room.notify', { room, level });
    this.#store.update((state) => ({
      ...state,
      rooms: changeRoom(state.rooms, room, (known) => withLevel(known, level)),
    }));
  }

  /** Where the line at what is new stands from now on; null: nowhere. */
  drawNewLine(room: string, newAfter: number | null): void {
    this.#store.update((state) => changeOpened(state, room, { newAfter }));
  }

  post(room: string, text: string, replyTo: number | null): boolean {
    this.#typedAt.delete(room);
    return this.#outbox.add(room, text, replyTo);
  }

  retry(clientId: string): void {
    this.#outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.#outbox.discard(clientId);
  }

  act(room: string, target: number, act: Act): void {
    this.#acts.add(room, target, act);
  }

  typing(room: string): void {
    const now = this.#clock.now();
    if (now - (this.#typedAt.get(room) ?? 0) < TYPING_TOLD) return;
    this.#typedAt.set(room, now);
    this.#line.request('room.typing', { room }, () => {});
  }

  /** Who is in the room: one page more of them, or as many as were read, anew. */
  async loadPeople(room: string, more: boolean): Promise<void> {
    const known = this.state.people.get(room) ?? { persons: [], more: false };
    const wanted = more ? known.persons.length + 1 : known.persons.length;
    this.#store.update((state) => setPeople(state, room, { ...known, loading: 'loading' }));
    try {
      const page = await this.#people(room, more ? known.persons : [], wanted);
      this.#store.update((state) => setPeople(state, room, { ...page, loading: 'idle' }));
    } catch {
      this.#store.update((state) => setPeople(state, room, { ...known, loading: 'failed' }));
    }
  }

  /** Pages behind those that are known, until there are as many as are wanted. */
  async #people(room: string, known: readonly Author[], wanted: number): Promise<Omit<People, 'loading'>> {
    const persons = [...known];
    for (;;) {
      const after = persons.at(-1)?.id;
      const params = { room, limit: PEOPLE_PAGE, ...(after === undefined ? {} : { after }) };
      const { members, more } = await this.#line.call('room.members', params);
      persons.push(...members);
      if (!more || members.length === 0 || persons.length >= wanted) return { persons, more };
    }
  }

  async card(id: string): Promise<Member> {
    const { member } = await this.#line.call('member.get', { member: id });
    this.#store.update((state) => withFace(state, member));
    return member;
  }

  async changeCard(params: Params<'member.update'>): Promise<Member> {
    const { member } = await this.#line.call('member.update', params);
    this.#store.update((state) => withFace({ ...state, me: member }, member));
    return member;
  }

  find(params: Params<'member.find'>): Promise<Page> {
    return this.#line.call('member.find', params);
  }

  findRooms(params: Params<'room.find'>): Promise<Result<'room.find'>> {
    return this.#line.call('room.find', params);
  }

  search(params: Params<'message.search'>): Promise<Result<'message.search'>> {
    return this.#line.call('message.search', params);
  }

  async block(member: string, on: boolean): Promise<void> {
    await this.#line.call('member.block', { member, on });
    // The server tells of it too; who pressed the button sees it now.
    this.#store.update((state) => ({ ...state, rooms: markBlocked(state.rooms, member, on) }));
  }

  blocked(after: string | null): Promise<Page> {
    return this.#line.call('member.blocked', after === null ? {} : { after });
  }

  async sessions(): Promise<Session[]> {
    return (await this.#line.call('session.list', {})).sessions;
  }

  async endSession(session: string): Promise<void> {
    await this.#line.call('session.end', { session });
  }

  makeInvite(params: Omit<Params<'invite.create'>, 'client_id'>): Promise<NewInvite> {
    return this.#line.call('invite.create', { ...params, client_id: this.#options.newId() });
  }

  async listInvites(): Promise<Invite[]> {
    return (await this.#line.call('invite.list', {})).invites;
  }

  async revokeInvite(invite: string): Promise<void> {
    await this.#line.call('invite.revoke', { invite });
  }

  tell(what: string, reason: string): void {
    this.#store.update((state) => tellFailure(state, what, reason));
  }

  dismiss(notice: number): void {
    this.#store.update((state) => dismissNotice(state, notice));
  }

  #lineChanged(line: LineState): void {
    const away = line.at !== 'open' && line.at !== 'off' && line.at !== 'ended';
    const broke = this.state.line.at === 'open' && line.at !== 'open';
    const lastOpen = line.at === 'open' ? null : broke ? this.#clock.now() : this.state.lastOpen;
    this.#store.update((state) => ({ ...state, line, lineLost: away && state.lineLost, lastOpen }));
    if (away) this.#cancelLost ??= this.#clock.after(LINE_PATIENCE, () => this.#lost());
    else this.#forgetLost();
    if (line.at === 'ended') this.#options.ended(line.why);
  }

  #lost(): void {
    this.#store.update((state) => ({ ...state, lineLost: true }));
  }

  #forgetLost(): void {
    this.#cancelLost?.();
    this.#cancelLost = null;
  }

  #notified(notification: Notification): void {
    switch (notification.method) {
      case 'welcome':
        return this.#welcomed(notification.params);
      case 'entry':
        return this.#entered(notification.params);
      case 'left':
        return this.#left(notification.params);
      case 'read':
        return this.#marks.told(notification.params);
      case 'typing':
        return this.#typed(notification.params);
      case 'heads':
        return this.#list.heads(notification.params.rooms);
      case 'reports':
        return this.reports.countSoon();
      case 'acted':
        return this.#acted(notification.params);
      default:
        return this.#listed(notification);
    }
  }

  /** What changes the list of rooms only, and what is not known here. */
  #listed(notification: Notification): void {
    const { method, params } = notification;
    this.#store.update((state) => {
      if (method === 'room') return listRoom(state, params);
      if (method === 'notice' && (params.code === 'raid' || params.code === 'calm'))
        return { ...state, raid: params.code === 'raid' };
      if (method === 'notice')
        return tell(state, { kind: 'server', what: '', reason: '', words: params.text, until: null });
      if (method !== 'presence') return state;
      const rooms = changeRoom(state.rooms, params.room, (room) => ({ ...room, online: params.online }));
      return { ...state, rooms };
    });
  }

  #welcomed(welcome: Welcome): void {
    if (welcome.member.id !== this.state.me.id) {
      this.#options.ended('other');
      return;
    }
    const another = this.state.epoch !== null && this.state.epoch !== welcome.epoch;
    const raid = welcome.raid === true;
    this.#store.update((state) => ({ ...enterEpoch(state, welcome.epoch), me: welcome.member, raid }));
    if (another) this.#forgetHistory();
    this.#marks.flush();
    this.#subscriptions.joinAll();
    this.#list.load();
    this.#outbox.pumpAll();
    void this.#acts.askAll();
  }

  #forgetHistory(): void {
    this.#marks.forget();
    this.#keep.forgetAll();
    this.#outbox.keepAgain();
  }

  #entered(entry: Notifications['entry']): void {
    this.#subscriptions.entry(entry);
    // A removed text stays nowhere.
    if (entry.type === 'remove') void this.#keep.flush();
    if (entry.type === 'message' && entry.from.id === this.state.me.id) this.#outbox.settle();
  }

  #typed({ room, from }: Notifications['typing']): void {
    const until = this.#clock.now() + TYPING_SHOWN;
    this.#store.update((state) => withFace(startTyping(state, room, from, until), from));
    this.#clock.after(TYPING_SHOWN + 50, () => this.#store.update((state) => pruneTyping(state, this.#clock.now())));
  }

  #left({ room, reason }: Notifications['left']): void {
    this.#subscriptions.left(room, reason);
    this.#store.update((state) => withoutRoom(state, room));
  }

  #acted(acted: Notifications['acted']): void {
    const { action, reason, until, detail } = acted;
    const outcome = action === 'settle' ? detail?.['outcome'] : undefined;
    const held = action === 'settle' ? detail?.['held'] : undefined;
    const published = outcome === 'published' ? (acted.seq ?? null) : null;
    if (typeof held === 'string') this.#outbox.lookedAt(held, published);
    let what = typeof outcome === 'string' ? `settle.${outcome}` : action;
    if (typeof held === 'string') what = published === null ? 'held.dropped' : 'held.published';
    const notice = { kind: 'acted', what, reason: '', words: reason ?? '', until: until ?? null } as const;
    this.#store.update((state) =>
      tell(actedOn(state, acted), { ...notice, ...(acted.room === undefined ? {} : { room: acted.room }) }),
    );
  }
}

/** Whether asking again later may help; used where the member pressed a button. */
export function isTransient(error: unknown): boolean {
  return error instanceof LineBroken || (error instanceof Refused && error.passes);
}
