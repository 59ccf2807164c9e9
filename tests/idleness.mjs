// Which share of the machine's cores has nothing to do, whoever uses them.
import { readFileSync } from 'node:fs';

/** `[idle, all]` ticks since the machine started; waiting for a disk is no work. */
function ticks() {
  const [line] = readFileSync('/proc/stat', 'utf8').split('\n');
  const fields = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return [fields[3] + fields[4], fields.reduce((total, field) => total + field, 0)];
}

const share = ([idle, all], [idleThen, allThen]) => (all > allThen ? (idle - idleThen) / (all - allThen) : 0);

export class Idleness {
  #first = ticks();
  #last = this.#first;

  /** Since the last look. */
  look() {
    const now = ticks();
    const idle = share(now, this.#last);
    this.#last = now;
    return idle;
  }

  /** Since it was made. */
  whole() {
    return share(ticks(), this.#first);
  }
}
