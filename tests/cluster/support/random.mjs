// Random choices that a seed gives again. Who asks for its own generator gets the same ones whatever others ask for.

function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

export class Random {
  #state;

  constructor(seed) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** A generator of its own for whoever is named so. */
  of(name) {
    return new Random(hash(`${this.seed} ${name}`));
  }

  /** At least 0, below 1 (mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both bounds inclusive. */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** A whole number, both bounds inclusive, of which the lower one is at least 1: as likely from 1 to 2 as from 10 to 20. */
  within(low, high) {
    return Math.min(Math.floor(low * ((high + 1) / low) ** this.next()), high);
  }

  chance(share) {
    return this.next() < share;
  }

  pick(items) {
    return items[Math.floor(this.next() * items.length)];
  }

  /** `weights`: `{name: weight}`; a name. */
  weighted(weights) {
    let at = this.next() * Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    for (const [name, weight] of Object.entries(weights)) if ((at -= weight) < 0) return name;
    return Object.keys(weights).at(-1);
  }

  shuffled(items) {
    const left = [...items];
    for (let i = left.length - 1; i > 0; i--) {
      const j = this.between(0, i);
      [left[i], left[j]] = [left[j], left[i]];
    }
    return left;
  }
}
