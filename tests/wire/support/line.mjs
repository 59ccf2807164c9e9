// A client's line: JSON-RPC over a WebSocket, with what came kept in order and waited for.
import WebSocket from 'ws';
import { holdError, holdNotification, holdResult } from './schema.mjs';

export const WAIT_MS = process.env.CLUBD_SLOW ? 30_000 : 10_000;

export class Refused extends Error {
  constructor(method, error) {
    super(`${method}: ${JSON.stringify(error)}`);
    this.code = error.code;
    this.reason = error.data?.reason;
    this.field = error.data?.field;
    this.retryAfter = error.data?.retry_after;
    this.error = error;
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Line {
  #next = 1;
  #calls = new Map();
  #watchers = new Set();
  #frame = 0;
  /** Everything received, oldest first: `{frame, message}`; `frame` counts the frames it came in. */
  received = [];
  /** What was wrong with what the server sent; `close` and the end of a test look at it. */
  complaints = [];

  constructor(url, { cookie, origin, ca, headers = {}, protocol = 'club.v1', localAddress } = {}) {
    this.socket = new WebSocket(url, protocol ? [protocol] : [], {
      origin,
      ca,
      perMessageDeflate: false,
      localAddress,
      headers: { ...(cookie ? { Cookie: `__Host-club=${cookie}` } : {}), ...headers },
    });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
      this.socket.once('unexpected-response', (request, response) => {
        let body = '';
        response.on('data', (piece) => (body += piece));
        response.on('end', () => reject(Object.assign(new Error(`${response.statusCode} ${body}`), { status: response.statusCode, body })));
      });
    });
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    this.closed.then(({ code }) => {
      this.isClosed = true;
      for (const call of this.#calls.values()) call.reject(Object.assign(new Error(`closed with ${code}`), { closed: code }));
      this.#calls.clear();
      for (const watcher of [...this.#watchers]) watcher();
    });
    this.socket.on('error', () => {});
    this.socket.on('message', (data, binary) => this.#receive(data, binary));
  }

  #receive(data, binary) {
    if (binary) return void this.complaints.push('a binary frame');
    if (data.length > 65536) this.complaints.push(`a frame of ${data.length} bytes`);
    const frame = ++this.#frame;
    const text = data.toString('utf8');
    let value;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const at = Number(/position (\d+)/.exec(error.message)?.[1] ?? 0);
      return void this.complaints.push(`${error.message}, there: ${text.slice(Math.max(0, at - 150), at + 150)}`);
    }
    if (Array.isArray(value) && value.length === 0) this.complaints.push('an empty batch');
    for (const message of [value].flat()) {
      if (message.jsonrpc !== '2.0') this.complaints.push(`no JSON-RPC: ${JSON.stringify(message).slice(0, 200)}`);
      this.received.push({ frame, message });
      this.#check(() => message.method && holdNotification(message, message === value && text));
      const call = 'id' in message && this.#calls.get(message.id);
      if (call) {
        this.#calls.delete(message.id);
        call.take(message);
      }
    }
    for (const watcher of [...this.#watchers]) watcher();
  }

  #check(action) {
    try {
      action();
    } catch (error) {
      this.complaints.push(error.message);
    }
  }

  /** Sends whatever it is given: text as it is, anything else as JSON. */
  send(value) {
    this.socket.send(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value));
  }

  /** The whole answer to a request, with `result` or `error`. */
  ask(method, params = {}, id = this.#next++) {
    const answered = this.answer(id, method);
    this.send({ jsonrpc: '2.0', id, method, params });
    return answered;
  }

  /** The answer to a request with that id, which somebody else sends. */
  answer(id, method = '') {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return void reject(Object.assign(new Error('closed'), { closed: true }));
      const timer = setTimeout(() => {
        this.#calls.delete(id);
        reject(new Error(`${method || 'request'} ${id}: no answer in ${WAIT_MS} ms`));
      }, WAIT_MS);
      this.#calls.set(id, {
        take: (message) => {
          clearTimeout(timer);
          this.#check(() => ('error' in message ? holdError(method, message.error) : holdResult(method, message.result)));
          if ('error' in message === 'result' in message) this.complaints.push(`result or error: ${JSON.stringify(message)}`);
          resolve(message);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  /** The result, or `Refused`. */
  async call(method, params = {}) {
    const message = await this.ask(method, params);
    if (message.error) throw new Refused(method, message.error);
    return message.result;
  }

  /** Refused as it should be: gives the error. */
  async refused(method, params = {}) {
    const message = await this.ask(method, params);
    if (!message.error) throw new Error(`${method} was carried out: ${JSON.stringify(message.result).slice(0, 300)}`);
    return new Refused(method, message.error);
  }

  batch(requests) {
    this.send(requests);
  }

  /** Notifications of a kind so far: their params. */
  all(method, fits = () => true) {
    return this.received.filter(({ message }) => message.method === method && fits(message.params)).map(({ message }) => message.params);
  }

  /** Waits until `look()` gives something, looking again with each frame. */
  until(look, what = 'what was awaited', ms = WAIT_MS) {
    return new Promise((resolve, reject) => {
      const finish = (action, value) => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        action(value);
      };
      const watcher = () => {
        let value;
        try {
          value = look();
        } catch (error) {
          return finish(reject, error);
        }
        if (value) finish(resolve, value);
        else if (this.isClosed) finish(reject, Object.assign(new Error(`closed before ${what} came`), { closed: true }));
      };
      const timer = setTimeout(() => finish(reject, new Error(`${what} did not come in ${ms} ms`)), ms);
      this.#watchers.add(watcher);
      watcher();
    });
  }

  /** The first notification of a kind that fits: those before are kept. */
  notification(method, fits = () => true, ms = WAIT_MS) {
    return this.until(() => this.all(method, fits)[0], `the notification ${method}`, ms);
  }

  /** All hits of a search: one that takes long stops early and says so. */
  async found(params) {
    const hits = [];
    for (let page = { more: true }; page.more; hits.push(...page.hits)) {
      page = await this.call('message.search', { ...params, ...(page.before && { before: page.before }) });
    }
    return hits;
  }

  /** Asks again and again, many at once, until some are refused: those answers. */
  async askTooOften(method, params) {
    const refused = [];
    for (let tries = 0; tries < 20 && !refused.length; tries++) {
      const answers = await Promise.all(Array.from({ length: 32 }, () => this.ask(method, params)));
      refused.push(...answers.filter(({ error }) => error));
    }
    return refused;
  }

  entry(room, seq, ms = WAIT_MS) {
    return this.notification('entry', (entry) => entry.room === room && entry.seq === seq, ms);
  }

  entries(room) {
    return this.all('entry', (entry) => entry.room === room);
  }

  forget() {
    this.received = [];
  }

  async close(code = 1000) {
    if (this.socket.readyState !== WebSocket.CLOSED) this.socket.close(code);
    const timer = setTimeout(() => this.socket.terminate(), 3000);
    const result = await this.closed;
    clearTimeout(timer);
    if (this.complaints.length) throw new Error(this.complaints.slice(0, 3).join('\n'));
    return result;
  }

  /** The line breaks: no Close frame. */
  cut() {
    this.socket.terminate();
    return this.closed;
  }

  pause() {
    this.socket.pause();
  }

  resume() {
    this.socket.resume();
  }
}
