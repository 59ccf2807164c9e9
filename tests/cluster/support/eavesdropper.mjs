// Somebody in Redis who should not be there: hears everything that is published, and publishes what it likes.
import { once } from 'node:events';
import net from 'node:net';

/** The reply that begins at `at`: {value, end}, or nothing when it is not whole. Published bytes stay bytes. */
function reply(bytes, at) {
  const line = bytes.indexOf('\r\n', at);
  if (line < 0) return undefined;
  const word = bytes.toString('latin1', at + 1, line);
  const end = line + 2;
  if (bytes[at] === 0x24) {
    const size = Number(word);
    if (size < 0) return { value: null, end };
    return bytes.length >= end + size + 2 ? { value: bytes.subarray(end, end + size), end: end + size + 2 } : undefined;
  }
  if (bytes[at] !== 0x2a) return { value: word, end };
  const items = { value: [], end };
  for (let i = 0; i < Number(word); i++) {
    const item = reply(bytes, items.end);
    if (!item) return undefined;
    items.value.push(item.value);
    items.end = item.end;
  }
  return items;
}

const command = (...words) =>
  Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...words.flatMap((word) => [Buffer.from(`$${Buffer.from(word).length}\r\n`), Buffer.from(word), Buffer.from('\r\n')])]);

export class Eavesdropper {
  /** {channel, message}, both bytes. */
  heard = [];
  #rest = Buffer.alloc(0);

  static async on(redis) {
    const one = new Eavesdropper();
    one.ear = net.connect(redis.port, '127.0.0.1');
    one.mouth = net.connect(redis.port, '127.0.0.1');
    await Promise.all([once(one.ear, 'connect'), once(one.mouth, 'connect')]);
    one.mouth.resume();
    one.ear.on('data', (bytes) => one.#take(bytes));
    one.ear.write(command('PSUBSCRIBE', '*'));
    await once(one.ear, 'data');
    return one;
  }

  #take(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let next = reply(this.#rest, 0); next; next = this.#rest.length ? reply(this.#rest, 0) : undefined) {
      const [kind, , channel, message] = next.value;
      if (String(kind) === 'pmessage') this.heard.push({ channel: Buffer.from(channel), message: Buffer.from(message) });
      this.#rest = this.#rest.subarray(next.end);
    }
  }

  say(channel, message) {
    this.mouth.write(command('PUBLISH', channel, message));
  }

  end() {
    this.ear.destroy();
    this.mouth.destroy();
  }
}
