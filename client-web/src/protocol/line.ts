import { backoffDelay, retryDelay } from './backoff.js';
import type { Clock } from './clock.js';
import { LineBroken } from './errors.js';
import { isRecord, readFrame } from './frames.js';
import type { Incoming } from './frames.js';
import { Requests } from './requests.js';
import type { Outcome } from './requests.js';
import type { Limits, Method, Notification, Params, Result, Welcome } from './types.js';

/** What a WebSocket does for us; the browser's and the tests' are behind it. */
export interface Socket {
  send(frame: string): void;
  close(): void;
}

export interface SocketEvents {
  frame(text: string): void;
  closed(code: number): void;
}

export type SessionCheck = 'session' | 'no_session' | 'unreachable';

export interface LineParts {
  openSocket(events: SocketEvents): Socket;
  /** Browsers do not show why an upgrade failed; plain HTTP tells "logged out" from "not reachable". */
  checkSession(): Promise<SessionCheck>;
  clock: Clock;
  random(): number;
}

export type Trouble = 'broken' | 'going_away';

export type LineState =
  | { at: 'off' }
  /** `cause`: why the last line ended; null: there was none. */
  | { at: 'connecting'; cause: Trouble | null }
  | { at: 'open' }
  | { at: 'leaving'; retryAfter: number }
  | { at: 'waiting'; until: number; tries: number; cause: Trouble }
  | { at: 'ended'; why: 'no_session' | 'banned' };

export interface LineEvents {
  state(state: LineState): void;
  /** In order, and after the answers that came before them in their frame. */
  notification(notification: Notification): void;
}

const OPENING_PATIENCE = 20_000;
/** A large frame takes this long on a slow line, and nothing is heard before its end. */
const PATIENCE = 20_000;
const WAKE_PATIENCE = 8_000;
/** Only a connection that lived this long counts as a success that resets the backoff. */
const STABLE_AFTER = 10_000;
const CLOSED_SESSION = 4001;
const CLOSED_BANNED = 4003;

/** Several ways there and back: a line that takes this long to open brings large pages slowly, too. */
const SLOW_OPENING = 1_200;

const FIRST_LIMITS: Limits = { text: 4000, frame: 65536, history: 100, in_flight: 32, batch: 32, ping: 25 };

/** One line to the server that is always being kept up: connects, pings, notices a dead line, tries again. */
export class Line {
  #parts: LineParts;
  #events: LineEvents;
  #state: LineState = { at: 'off' };
  #socket: Socket | null = null;
  #requests = new Requests();
  #limits = FIRST_LIMITS;
  #tries = 0;
  #openedAt = 0;
  #connectingAt = 0;
  #slow = false;
  /** Frames heard on all connections. */
  #heard = 0;
  #retryAfter: number | null = null;
  #flushing = false;
  /** A deadline runs by which something must be heard. */
  #expecting = false;
  #cancelTimer = (): void => {};
  #cancelPing = (): void => {};
  #cancelDeadline = (): void => {};

  constructor(parts: LineParts, events: LineEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  get state(): LineState {
    return this.#state;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** By the time that the last one took to open. */
  get slow(): boolean {
    return this.#slow;
  }

  get open(): boolean {
    return this.#state.at === 'open' || this.#state.at === 'leaving';
  }

  start(): void {
    if (this.#state.at === 'off' || this.#state.at === 'ended') this.#connect();
  }

  /** Ends the line for good, without an event for the requests' owners to start over. */
  stop(): void {
    this.#setState({ at: 'off' });
    this.#drop();
  }

  /** Something changed for the better (the network is back, the page is seen again): find out now. */
  wake(): void {
    if (this.#state.at === 'waiting') this.#connect();
    else if (this.open) this.#ping(WAKE_PATIENCE);
  }

  /** `done` runs while the answer is read. Without an open line it is broken at once. */
  request<M extends Method>(method: M, params: Params<M>, done: (outcome: Outcome<M>) => void): void {
    if (!this.open) {
      done({ ok: false, error: new LineBroken() });
      return;
    }
    this.#requests.add(method, params, done);
    this.#flushSoon();
  }

  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return new Promise((resolve, reject) => {
      this.request(method, params, (outcome) => (outcome.ok ? resolve(outcome.result) : reject(outcome.error)));
    });
  }

  #setState(state: LineState): void {
    this.#state = state;
    this.#events.state(state);
  }

  #connect(): void {
    const cause = this.#state.at === 'waiting' ? this.#state.cause : null;
    this.#drop();
    this.#retryAfter = null;
    this.#connectingAt = this.#parts.clock.now();
    this.#setState({ at: 'connecting', cause });
    const socket = this.#parts.openSocket({
      frame: (text) => {
        if (this.#socket === socket) this.#receive(text);
      },
      closed: (code) => {
        if (this.#socket === socket) this.#closed(code);
      },
    });
    this.#socket = socket;
    this.#cancelTimer = this.#parts.clock.after(OPENING_PATIENCE, () => this.#closed(0));
  }

  /** Forgets the socket and everything that hung on it. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#cancelTimer();
    this.#cancelPing();
    this.#cancelDeadline();
    this.#expecting = false;
    socket?.close();
    this.#requests.breakAll();
  }

  #closed(code: number): void {
    const wasOpen = this.open;
    if (wasOpen && this.#parts.clock.now() - this.#openedAt >= STABLE_AFTER) this.#tries = 0;
    if (code === CLOSED_SESSION) this.#end('no_session');
    else if (code === CLOSED_BANNED) this.#end('banned');
    else {
      const told = this.#retryAfter !== null; // then it was the server itself that answered
      this.#wait(this.#retryAfter);
      if (!wasOpen && !told) this.#askSession();
    }
  }

  #end(why: 'no_session' | 'banned'): void {
    this.#setState({ at: 'ended', why });
    this.#drop();
  }

  #wait(retryAfter: number | null): void {
    const { clock, random } = this.#parts;
    const delay = retryAfter === null ? backoffDelay(this.#tries, random()) : retryDelay(retryAfter, random());
    this.#tries += 1;
    const cause = retryAfter === null ? 'broken' : 'going_away';
    this.#setState({ at: 'waiting', until: clock.now() + delay, tries: this.#tries, cause });
    this.#drop();
    this.#cancelTimer = clock.after(delay, () => this.#connect());
  }

  #askSession(): void {
    void this.#parts.checkSession().then((check) => {
      const trying = this.#state.at === 'waiting' || this.#state.at === 'connecting';
      if (check === 'no_session' && trying) this.#end('no_session');
    });
  }

  #receive(text: string): void {
    this.#heard += 1;
    const socket = this.#socket;
    for (const message of readFrame(text)) {
      if (this.#socket !== socket) return;
      this.#take(message);
    }
    this.#flushSoon();
  }

  #take(message: Incoming): void {
    if (message.kind === 'result') this.#requests.result(message.id, message.result);
    else if (message.kind === 'notification') this.#notified(message);
    else if (message.id !== null) this.#requests.refuse(message.id, message.error);
    // A frame of ours was refused whole: nobody can say which requests are lost, so start over.
    else this.#closed(0);
  }

  #notified(message: { method: string; params: Record<string, unknown> }): void {
    const notification = message as Notification;
    if (notification.method === 'welcome') this.#welcome(notification.params);
    if (notification.method === 'closing') this.#closing(notification.params.retry_after);
    this.#events.notification(notification);
  }

  #welcome(welcome: Welcome): void {
    if (isRecord(welcome.limits)) this.#limits = { ...FIRST_LIMITS, ...welcome.limits };
    this.#cancelTimer();
    this.#openedAt = this.#parts.clock.now();
    this.#slow = this.#openedAt - this.#connectingAt > SLOW_OPENING;
    this.#setState({ at: 'open' });
    this.#pingLater();
  }

  #closing(retryAfter: number): void {
    this.#retryAfter = Number.isFinite(retryAfter) ? retryAfter : 1;
    if (this.open) this.#setState({ at: 'leaving', retryAfter: this.#retryAfter });
  }

  #pingLater(): void {
    this.#cancelPing();
    this.#cancelPing = this.#parts.clock.after(this.#limits.ping * 1000, () => {
      this.#ping(PATIENCE);
      this.#pingLater();
    });
  }

  #ping(patience: number): void {
    this.request('ping', {}, () => {});
    this.#flush();
    this.#expect(patience);
  }

  /** Takes the line for dead when nothing at all is heard in time. */
  #expect(patience: number): void {
    const heard = this.#heard;
    this.#expecting = true;
    this.#cancelDeadline();
    this.#cancelDeadline = this.#parts.clock.after(patience, () => {
      this.#expecting = false;
      if (this.#heard === heard && this.open) this.#closed(0);
    });
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (!this.open || this.#socket === null) return;
    const frames = this.#requests.take(this.#limits);
    for (const frame of frames) this.#socket.send(frame);
    if (frames.length > 0 && !this.#expecting) this.#expect(PATIENCE);
  }
}
