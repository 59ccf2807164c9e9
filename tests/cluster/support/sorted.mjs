// Things in the order of a number that each has, a time or a place in a log; those of a range are found without looking at all.

export class Sorted {
  /** `number(thing)`; they need not be in order. */
  constructor(things, number) {
    this.things = [...things].sort((one, other) => number(one) - number(other));
    this.numbers = this.things.map(number);
  }

  /** How many are at most there. */
  upTo(number) {
    let [low, high] = [0, this.numbers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.numbers[middle] <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first one that is there or later. */
  first(number) {
    let at = this.upTo(number);
    while (this.numbers[at - 1] === number) at--;
    return this.things[at];
  }

  /** The last one that is at most there. */
  last(number) {
    return this.things[this.upTo(number) - 1];
  }

  /** Those in between, without both ends. */
  between(from, until) {
    const found = [];
    for (let i = this.upTo(from); this.numbers[i] < until; i++) found.push(this.things[i]);
    return found;
  }
}

/** `name(thing)` → [thing, …], in their order. */
export function groupBy(things, name) {
  const groups = new Map();
  for (const thing of things) {
    const key = name(thing);
    if (groups.has(key)) groups.get(key).push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}
