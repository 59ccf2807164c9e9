// The line to Redis. It knows published messages from the rest of what Redis says and may withhold them, double them,
// change their order and garble them.
import { Link } from './link.mjs';

const REORDER_MS = 1000;
const REORDER_COUNT = 8;

/** Where the reply ends that begins at `at`; -1: not here yet. */
function replyEnd(bytes, at) {
  const line = bytes.indexOf('\r\n', at);
  if (line < 0) return -1;
  const count = Number(bytes.toString('latin1', at + 1, line));
  let end = line + 2;
  switch (bytes[at]) {
    case 0x24: // $
      end += count < 0 ? 0 : count + 2;
      return end <= bytes.length ? end : -1;
    case 0x2a: // *
    case 0x3e: // >
      for (let i = 0; i < count && end >= 0; i++) end = replyEnd(bytes, end);
      return end;
    default:
      return end;
  }
}

const isMessage = (reply) => /^[*>][34]\r\n\$[78]\r\np?message\r\n/.test(reply.toString('latin1', 0, 24));

/** The same form, some bytes of what was published are others. */
function garbled(reply, random) {
  const copy = Buffer.from(reply);
  const size = copy.length - 2;
  const first = copy.lastIndexOf('\r\n$', size);
  const begin = Math.max(copy.indexOf('\r\n', first + 2) + 2, 0);
  for (let i = random.between(1, 5); i > 0 && begin < size; i--) copy[random.between(begin, size - 1)] ^= random.between(1, 255);
  return copy;
}

export class RedisLink extends Link {
  /** `pass`, `withhold`, `double`, `reorder`, `garble`, `nonsense` (what is no reply at all). */
  mode = 'pass';
  counts = { ...this.counts, messages: 0, withheld: 0, doubled: 0, reordered: 0, garbled: 0, nonsense: 0 };

  began(pair) {
    pair.rest = Buffer.alloc(0);
    pair.held = [];
  }

  fromServer(pair, bytes) {
    pair.rest = pair.rest.length ? Buffer.concat([pair.rest, bytes]) : bytes;
    const pieces = [];
    for (;;) {
      const end = pair.rest.length ? replyEnd(pair.rest, 0) : -1;
      if (end < 0) break;
      const reply = pair.rest.subarray(0, end);
      pair.rest = pair.rest.subarray(end);
      if (isMessage(reply)) pieces.push(...this.#message(pair, Buffer.from(reply)));
      else pieces.push(reply);
    }
    if (pieces.length) pair.toClient(Buffer.concat(pieces));
  }

  #message(pair, reply) {
    this.counts.messages++;
    switch (this.mode) {
      case 'withhold':
        this.counts.withheld++;
        return [];
      case 'double':
        this.counts.doubled++;
        return [reply, reply];
      case 'garble':
        this.counts.garbled++;
        return [garbled(reply, this.random)];
      case 'nonsense':
        this.counts.nonsense++;
        return [Buffer.from('?no reply\r\n')];
      case 'reorder':
        this.#hold(pair, reply);
        return [];
      default:
        return [reply];
    }
  }

  #hold(pair, reply) {
    pair.held.push(reply);
    if (pair.held.length >= REORDER_COUNT) return this.#release(pair);
    pair.timer ??= setTimeout(() => this.#release(pair), REORDER_MS);
  }

  #release(pair) {
    clearTimeout(pair.timer);
    pair.timer = undefined;
    const held = pair.held.splice(0);
    let replies = this.random.shuffled(held);
    if (replies.every((reply, i) => reply === held[i])) replies = [...held].reverse();
    if (!pair.ended && held.length > 1) this.counts.reordered += held.length;
    for (const reply of replies) pair.toClient(reply);
  }

  heal() {
    this.mode = 'pass';
    super.heal();
  }
}
