// Lines of one session, which come back as long as they are let in, and join one room whenever that is allowed. What reaches
// them is handed on at once.
import { sleep } from '../../../wire/support/club.mjs';

const LINES = 2;
const AGAIN_MS = [100, 500];
const JOINS_MS = [300, 900];

export class Watch {
  stopped = false;
  /** Was it ever given what is said in the room? */
  hasJoined = false;
  #lines = new Set();

  /**
   * `welcomed(params, openedAt)`, `joined(askedAt)` and `entry(params)` are told of each that comes, on whichever line, the
   * times as of the wall clock: when the line was opened, and when it was asked to join, since an answer may come late.
   */
  constructor({ cluster, cookie, random, room, welcomed = () => {}, joined = () => {}, entry }) {
    Object.assign(this, { cluster, cookie, random, room, welcomed, joined, entry });
  }

  start() {
    this.ended = Promise.all(Array.from({ length: LINES }, () => this.#run()));
    return this;
  }

  /** Has each line joined? */
  get isThere() {
    return this.#lines.size === LINES && [...this.#lines].every(({ joined }) => joined);
  }

  async #run() {
    while (!this.stopped) {
      const line = this.random.pick(this.cluster.doors).open({ cookie: this.cookie });
      line.openedAt = Date.now();
      this.#lines.add(line);
      line.until(() => this.#drain(line), 'the end', 2 ** 31 - 1).catch(() => {});
      const ended = await Promise.race([line.closed, this.#end()]);
      if (!ended) line.socket.terminate();
      this.#lines.delete(line);
      await sleep(this.random.between(...AGAIN_MS));
    }
  }

  #end() {
    return new Promise((done) => {
      const timer = setInterval(() => this.stopped && (clearInterval(timer), done()), 100);
    });
  }

  #drain(line) {
    for (const { message } of line.received.splice(0)) {
      if (message.method === 'welcome') {
        this.welcomed(message.params, line.openedAt);
        this.#join(line);
      } else if (message.method === 'left') this.#join(line);
      else if (message.method === 'entry') this.entry(message.params);
    }
    return false;
  }

  /** Again and again where it is refused. */
  async #join(line) {
    line.joined = false;
    while (!this.stopped && !line.isClosed) {
      const askedAt = Date.now();
      const answer = await line.ask('room.join', { room: this.room, limit: 1 }).catch(() => line.socket.terminate());
      if (answer?.result) {
        line.joined = this.hasJoined = true;
        return this.joined(askedAt);
      }
      await sleep(this.random.between(...JOINS_MS));
    }
  }

  stop() {
    this.stopped = true;
    return this.ended;
  }
}
