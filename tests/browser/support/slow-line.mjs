// A slow line between a browser and the server: so many bytes a second in each direction, a delay, and a part of the
// packets lost where this machine lets a test have a network of its own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../wire/support/port.mjs';

/** As on a mobile line of the nineties, or of a mountain valley today. `delay`: milliseconds there and back. */
export const SLOW = { bytesASecond: 32_000 / 8, delay: 600 };
/** A packet on such a line. */
const PIECE = 500;

/** One direction, which all connections share unless each has its own: pieces leave one after another, and each arrives a
 * while later. */
class Direction {
  #free = 0;
  bytes = 0;

  constructor({ bytesASecond, delay }) {
    this.pace = 1000 / bytesASecond;
    this.delay = delay / 2;
  }

  /** When a piece of this size is there. */
  arrival(size) {
    this.bytes += size;
    const now = performance.now();
    this.#free = Math.max(now, this.#free) + size * this.pace;
    return this.#free + this.delay - now;
  }
}

/** What is on its way. Timers that are late do not fire in the order in which they are due: so there is one, for the first. */
class Arriving {
  #queue = [];

  after(ms, arrive) {
    this.#queue.push({ due: performance.now() + ms, arrive });
    if (this.#queue.length === 1) this.#wait();
  }

  #wait() {
    setTimeout(() => this.#arrive(), this.#queue[0].due - performance.now());
  }

  #arrive() {
    while (this.#queue.length && this.#queue[0].due <= performance.now()) this.#queue.shift().arrive();
    if (this.#queue.length) this.#wait();
  }
}

export class SlowLine {
  #sockets = new Set();
  connections = 0;

  /** `far`: where the server listens, a port, `{host, port}` or `{path}`; `line.each`: a line for each connection, which is not counted. */
  static async listen(far, line = SLOW) {
    const slow = new SlowLine();
    slow.far = far;
    slow.line = line;
    slow.up = new Direction(line);
    slow.down = new Direction(line);
    slow.port = await freePort();
    slow.server = net.createServer((socket) => slow.#join(socket)).listen(slow.port, '127.0.0.1');
    await once(slow.server, 'listening');
    return slow;
  }

  get origin() {
    return `https://localhost:${this.port}`;
  }

  counts() {
    return { up: this.up.bytes, down: this.down.bytes, connections: this.connections };
  }

  async close() {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.server, 'close');
  }

  #join(client) {
    this.connections += 1;
    const server = net.connect(typeof this.far === 'number' ? { host: '127.0.0.1', port: this.far } : this.far);
    // Opening a connection is a way there and back before anything can be said.
    const opened = performance.now() + this.line.delay;
    const [up, down] = this.line.each ? [new Direction(this.line), new Direction(this.line)] : [this.up, this.down];
    this.#carry(client, server, up, opened);
    this.#carry(server, client, down, opened);
  }

  #carry(from, to, direction, opened) {
    this.#sockets.add(from);
    const arriving = new Arriving();
    from.on('error', () => {}).on('data', (bytes) => {
      from.pause();
      let last = 0;
      for (let at = 0; at < bytes.length; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        const waits = Math.max(direction.arrival(piece.length), opened - performance.now());
        last = waits - direction.delay;
        arriving.after(waits, () => to.writable && to.write(piece));
      }
      // What has not left yet is not read: the sender sees how slow the line is.
      setTimeout(() => from.resume(), Math.max(0, last));
    });
    from.on('close', () => {
      this.#sockets.delete(from);
      arriving.after(direction.arrival(0), () => to.end());
    });
  }
}

const run = (...words) => execFileSync(words[0], words.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });

/** A way to a port of this machine on which a part of the packets is lost, both ways. Null: it cannot be had here. It is
 * the loopback of a network of its own, reached by sockets in a folder: an interface that came or went in this network
 * would end the connections of every browser on this machine. */
export class Lossy {
  static async open(port, part = 0.1) {
    const lossy = new Lossy();
    lossy.name = `club-loss-${process.pid}`;
    lossy.folder = mkdtempSync(join(tmpdir(), 'club-loss-'));
    lossy.path = join(lossy.folder, 'in');
    try {
      lossy.#make(part);
    } catch {
      await lossy.close();
      return null;
    }
    await lossy.#relay(port);
    return lossy;
  }

  #make(part) {
    run('ip', 'netns', 'add', this.name);
    const inside = (...words) => run('ip', 'netns', 'exec', this.name, ...words);
    inside('ip', 'link', 'set', 'lo', 'up');
    inside('iptables', '-A', 'INPUT', '-m', 'statistic', '--mode', 'random', '--probability', String(part), '-j', 'DROP');
  }

  async #relay(port) {
    const out = join(this.folder, 'out');
    this.back = relay({ port, host: '127.0.0.1' }).listen(out);
    await once(this.back, 'listening');
    const words = ['netns', 'exec', this.name, process.execPath, fileURLToPath(import.meta.url), this.path, out];
    this.child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(this.child.stdout, 'data');
  }

  async close() {
    if (this.child) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    this.back?.close();
    try {
      run('ip', 'netns', 'del', this.name);
    } catch {
      // It was never made.
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whoever connects is connected to `far`. */
function relay(far) {
  return net.createServer((near) => {
    const there = net.connect(far);
    for (const [one, other] of [[near, there], [there, near]]) one.on('error', () => {}).on('close', () => other.destroy()).pipe(other);
  });
}

// Inside that network: from the folder over the lossy loopback back to the folder.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [into, out] = process.argv.slice(2);
  const far = relay({ path: out }).listen(0, '127.0.0.1', () => relay({ port: far.address().port, host: '127.0.0.1' }).listen(into, () => console.log('ready')));
}
