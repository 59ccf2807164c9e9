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

export class SlowLine {
  #sockets = new Set();
  connections = 0;

  /** `far`: where the server listens, a port or `{host, port}`; `line.each`: a line for each connection, which is not counted. */
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
    const server = net.connect({ host: '127.0.0.1', ...(typeof this.far === 'number' ? { port: this.far } : this.far) });
    // Opening a connection is a way there and back before anything can be said.
    const opened = performance.now() + this.line.delay;
    const [up, down] = this.line.each ? [new Direction(this.line), new Direction(this.line)] : [this.up, this.down];
    this.#carry(client, server, up, opened);
    this.#carry(server, client, down, opened);
  }

  #carry(from, to, direction, opened) {
    this.#sockets.add(from);
    from.on('error', () => {}).on('data', (bytes) => {
      from.pause();
      let last = 0;
      for (let at = 0; at < bytes.length; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        const waits = Math.max(direction.arrival(piece.length), opened - performance.now());
        last = waits - direction.delay;
        setTimeout(() => to.writable && to.write(piece), waits);
      }
      // What has not left yet is not read: the sender sees how slow the line is.
      setTimeout(() => from.resume(), Math.max(0, last));
    });
    from.on('close', () => {
      this.#sockets.delete(from);
      setTimeout(() => to.end(), direction.arrival(0));
    });
  }
}

const run = (...words) => execFileSync(words[0], words.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });

/** A way to a port of this machine on which a part of the packets is lost, both ways. Null: it cannot be had here. */
export class Lossy {
  static async open(port, part = 0.1) {
    const lossy = new Lossy();
    const number = 1 + (process.pid % 250);
    lossy.name = `club-loss-${process.pid}`;
    lossy.host = `10.213.${number}.2`;
    lossy.folder = mkdtempSync(join(tmpdir(), 'club-loss-'));
    try {
      lossy.#make(number, part);
    } catch (error) {
      await lossy.close();
      lossy.why = String(error.stderr ?? error);
      return null;
    }
    await lossy.#relay(port);
    return lossy;
  }

  #make(number, part) {
    const [near, far] = [`clubl${number}a`, `clubl${number}b`];
    run('ip', 'netns', 'add', this.name);
    run('ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', this.name);
    run('ip', 'addr', 'add', `10.213.${number}.1/30`, 'dev', near);
    run('ip', 'link', 'set', near, 'up');
    const inside = (...words) => run('ip', 'netns', 'exec', this.name, ...words);
    inside('ip', 'addr', 'add', `${this.host}/30`, 'dev', far);
    inside('ip', 'link', 'set', far, 'up');
    for (const chain of ['INPUT', 'OUTPUT'])
      inside('iptables', '-A', chain, '-m', 'statistic', '--mode', 'random', '--probability', String(part), '-j', 'DROP');
  }

  /** From inside that network back to the server by a socket in a folder, which belongs to no network. */
  async #relay(port) {
    const path = join(this.folder, 'way');
    this.back = net.createServer((socket) => {
      const server = net.connect(port, '127.0.0.1');
      for (const [one, other] of [[socket, server], [server, socket]]) one.on('error', () => {}).on('close', () => other.destroy()).pipe(other);
    });
    this.back.listen(path);
    await once(this.back, 'listening');
    this.port = 8443;
    const words = ['netns', 'exec', this.name, process.execPath, fileURLToPath(import.meta.url), path, String(this.port)];
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

// The relay itself, inside that network.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, port] = process.argv.slice(2);
  const relay = net.createServer((client) => {
    const back = net.connect(path);
    for (const [one, other] of [[client, back], [back, client]]) one.on('error', () => {}).on('close', () => other.destroy()).pipe(other);
  });
  relay.listen(Number(port), () => console.log('ready'));
}
