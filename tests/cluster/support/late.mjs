// What was asked and not answered may still be carried out: it lies in the socket of an instance that is frozen, or its
// packets are sent again when they get through. So it may take effect after the next act, which is the opposite one.

/** Longer than the longest fault lasts (chaos/kinds.mjs, and what faults.mjs adds to it); and what TCP sends into a fault it
 * sends again after pauses that double, the last of which ends 25.4 s after the first sending. */
export const LATE_MS = 30_000;

/** To look for longer than any of those faults lasts. */
export const OUTLASTS_MS = [20_000, 25_000];

/** Until when an act may be carried out of which an attempt was sent at `unknownAt` and never answered. */
export const lateUntil = ({ unknownAt }) => (unknownAt === undefined ? 0 : unknownAt + LATE_MS);

/** Somebody who is put out and let in again in turn. */
export class Turns {
  #late = { in: 0, out: 0 };

  /** `since`: when somebody was put out, for certain; undefined: is in, or may be. */
  constructor({ since, clock = Date.now } = {}) {
    Object.assign(this, { since, clock });
  }

  /** `ask` asks until it is answered, as Member.insist, whose answer it gives. */
  async letIn(ask) {
    this.since = undefined;
    return this.#ask('in', ask);
  }

  async putOut(ask) {
    const certain = this.clock() >= this.#late.in;
    const answer = await this.#ask('out', ask);
    if (certain && answer?.outcome === 'answered') this.since = this.clock();
    return answer;
  }

  async #ask(turn, ask) {
    const answer = await ask();
    this.#late[turn] = Math.max(this.#late[turn], lateUntil(answer ?? {}));
    return answer;
  }

  /** Let in, and put out once more by what was carried out late? */
  get mayBeOut() {
    return this.clock() < this.#late.out;
  }
}
