// The line to PostgreSQL. It finds the COMMIT in what an instance says and may cut the connection just before it is
// handed on, just after it was, or just before its answer is handed back.
import { Link } from './link.mjs';

const PROTOCOL_3 = 196608;
const IS_COMMIT = /(^|;)\s*(commit|end)\b/i;
const COMMITTED = 'COMMIT\0'; // as the server says it
const LINGERS_MS = 300;
const HOLDS_MS = 40;

const zero = (bytes, from) => bytes.indexOf(0, from);

export class PostgresLink extends Link {
  /** `pass`; `before`, `after` and `answer` cut at a COMMIT, `share` of them. */
  mode = 'pass';
  share = 1;
  #awaiting = []; // the next COMMIT
  counts = { ...this.counts, commits: 0, cutBefore: 0, cutAfter: 0, cutAnswer: 0 };

  began(pair) {
    pair.rest = Buffer.alloc(0);
    pair.typed = false; // the first messages have no letter
    pair.commits = new Set(); // names of prepared statements
    pair.holds = false; // a COMMIT, until what waited for it was done
  }

  /**
   * Does `act` once, while a transaction that an instance is about to commit is open: its writes are at the server, its
   * COMMIT is not. Where none comes within so many milliseconds, then, whatever becomes of the line: was there one?
   */
  atCommit(act, ms) {
    return new Promise((done, failed) => {
      let timer;
      const settle = (came) => {
        clearTimeout(timer);
        this.#awaiting = this.#awaiting.filter((one) => one !== settle);
        try {
          Promise.resolve(act()).then(() => done(came), failed);
        } catch (error) {
          failed(error);
        }
      };
      this.#awaiting.push(settle);
      timer = setTimeout(settle, ms, false);
    });
  }

  fromClient(pair, bytes) {
    if (pair.dying) return;
    pair.rest = pair.rest.length ? Buffer.concat([pair.rest, bytes]) : bytes;
    if (!pair.holds) this.#handOn(pair);
  }

  #handOn(pair) {
    let passed = 0; // bytes of `rest` that may go
    let cut;
    for (;;) {
      const head = pair.typed ? 1 : 0;
      if (pair.rest.length < passed + head + 4) break;
      const size = head + pair.rest.readInt32BE(passed + head);
      if (pair.rest.length < passed + size) break;
      const message = pair.rest.subarray(passed, passed + size);
      const commits = this.#isCommit(pair, message);
      if (commits && this.#awaiting.length) pair.holds = true;
      else if (commits && !cut) cut = this.#decide();
      if (cut === 'before' || pair.holds) break;
      passed += size;
    }
    if (passed) pair.toServer(pair.rest.subarray(0, passed));
    pair.rest = Buffer.from(pair.rest.subarray(passed));
    if (cut === 'before') this.#cutBefore(pair);
    if (cut === 'after') this.#cutAfter(pair);
    if (cut === 'answer') this.#cutAnswer(pair);
    if (pair.holds) setTimeout(() => this.#letGo(pair), this.random.between(1, HOLDS_MS));
  }

  /** The server has had the time to carry out what came before. */
  #letGo(pair) {
    pair.holds = false;
    if (pair.ended || pair.dying) return;
    for (const settle of [...this.#awaiting]) settle(true);
    if (this.silent) pair.lost = true;
    else this.#handOn(pair);
  }

  #decide() {
    this.counts.commits++;
    if (this.mode === 'pass' || this.random.next() >= this.share) return undefined;
    return this.mode;
  }

  /** At once, or when the answers to what came before are back. */
  #cutBefore(pair) {
    this.counts.cutBefore++;
    pair.dying = 'before';
    if (this.random.chance(0.5)) pair.cut();
    else setTimeout(() => pair.cut(), this.random.between(1, HOLDS_MS));
  }

  /** At once, while it is being carried out. */
  #cutAfter(pair) {
    this.counts.cutAfter++;
    pair.dying = 'after';
    pair.cut({ lingers: LINGERS_MS });
  }

  /** When its answer is here: the other answers may be handed on. Where that takes long, before. */
  #cutAnswer(pair) {
    pair.dying = 'answer';
    setTimeout(() => pair.ended || this.#cutAfter(pair), LINGERS_MS);
  }

  fromServer(pair, bytes) {
    if (pair.dying === 'answer' && bytes.includes(COMMITTED)) {
      this.counts.cutAnswer++;
      return void pair.cut();
    }
    pair.toClient(bytes);
  }

  #isCommit(pair, message) {
    if (!pair.typed) {
      pair.typed = message.readInt32BE(4) === PROTOCOL_3;
      return false;
    }
    const letter = String.fromCharCode(message[0]);
    const first = zero(message, 5);
    if (letter === 'Q') return IS_COMMIT.test(message.toString('utf8', 5, first));
    if (letter === 'P') {
      const name = message.toString('latin1', 5, first);
      if (IS_COMMIT.test(message.toString('utf8', first + 1, zero(message, first + 1)))) pair.commits.add(name);
      else pair.commits.delete(name);
    }
    // The second name of a Bind is the statement's.
    return letter === 'B' && pair.commits.has(message.toString('latin1', first + 1, zero(message, first + 1)));
  }

  heal() {
    this.mode = 'pass';
    super.heal();
  }
}
