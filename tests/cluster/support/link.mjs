// The line between an instance and what it depends on: it may be cut, refused, slowed down or made deaf.
import { once } from 'node:events';
import net from 'node:net';

/** What a line that is well again may still be behind. */
const SOON_MS = 2000;

/** One direction of a connection: what is under way keeps its order, whatever the delay becomes. */
class Way {
  busyUntil = 0;
  #waiting = [];

  /** `action` is done at that time, or when what came before was done. */
  add(at, action) {
    if (!this.#waiting.length && at <= Date.now()) return action();
    this.busyUntil = Math.max(at, this.busyUntil);
    this.#waiting.push({ at: this.busyUntil, action });
    if (this.#waiting.length === 1) this.#arm();
  }

  #arm() {
    setTimeout(() => {
      while (this.#waiting.length && this.#waiting[0].at <= Date.now()) this.#waiting.shift().action();
      if (this.#waiting.length) this.#arm();
    }, Math.max(1, this.#waiting[0].at - Date.now()));
  }
}

/** One connection through a link: `client` is the instance's end. What a kind of link keeps about it is in there, too. */
class Pair {
  ended = false;
  up = new Way();
  down = new Way();

  constructor(client, server) {
    this.client = client;
    this.server = server;
  }

  toServer(bytes) {
    if (!this.ended) this.server.write(bytes);
  }

  toClient(bytes) {
    if (!this.ended) this.client.write(bytes);
  }

  /** At once, as when a machine is gone; the server may end what it was told before when `lingers` milliseconds. */
  cut({ lingers = 0 } = {}) {
    if (this.ended) return;
    this.ended = true;
    this.client.resetAndDestroy();
    if (lingers) setTimeout(() => this.server.destroy(), lingers).unref();
    else this.server.destroy();
  }
}

export class Link {
  pairs = new Set();
  /** Nobody is let through. */
  refuses = false;
  /** Milliseconds that each piece takes, both ways. */
  delay = 0;
  /** Nothing gets through, and nobody is told. */
  silent = false;
  /** Bytes a second, each way of each connection. */
  pace = Infinity;
  /** Connections that were cut while both ends were there; pieces that were lost, late, or at a pace. */
  counts = { cuts: 0, lost: 0, delayed: 0, paced: 0 };

  /** `target`: a port of this machine, or `{host, port}`. `at`: the address to listen at, and to come from. */
  static async to(target, { at = '127.0.0.1' } = {}) {
    const link = new this();
    link.target = typeof target === 'number' ? { host: '127.0.0.1', port: target } : target;
    link.address = at;
    link.listener = net.createServer((client) => link.#join(client)).listen(0, at);
    await once(link.listener, 'listening');
    link.port = link.listener.address().port;
    link.listener.unref();
    return link;
  }

  #join(client) {
    if (this.refuses) return void client.resetAndDestroy();
    const server = net.connect({ ...this.target, localAddress: this.address, noDelay: true });
    client.setNoDelay(true);
    const pair = new Pair(client, server);
    this.pairs.add(pair);
    this.began(pair);
    client.on('data', (bytes) => this.#later(pair, pair.up, () => this.fromClient(pair, bytes), bytes.length));
    server.on('data', (bytes) => this.#later(pair, pair.down, () => this.fromServer(pair, bytes), bytes.length));
    for (const [socket, other, way] of [[client, server, pair.up], [server, client, pair.down]]) {
      socket.on('error', () => {});
      socket.on('end', () => this.#later(pair, way, () => other.end()));
      socket.on('close', () => {
        if (this.silent) return void (pair.lost = true);
        this.pairs.delete(pair);
        if (!pair.ended) this.#later(pair, way, () => other.destroy());
      });
    }
  }

  #later(pair, way, action, bytes = 0) {
    if (bytes) this.#count();
    if (this.silent) return void (pair.lost = true);
    way.add(Math.max(Date.now() + this.delay, way.busyUntil) + (bytes * 1000) / this.pace, action);
  }

  #count() {
    if (this.silent) this.counts.lost++;
    else if (this.pace < Infinity) this.counts.paced++;
    else if (this.delay) this.counts.delayed++;
  }

  // What a kind of link may do otherwise.
  began() {}
  fromClient(pair, bytes) {
    pair.toServer(bytes);
  }
  fromServer(pair, bytes) {
    pair.toClient(bytes);
  }

  /** All connections that there are; new ones are let through. */
  cut() {
    for (const pair of [...this.pairs]) {
      if (pair.server.readyState === 'open') this.counts.cuts++;
      pair.cut();
    }
    this.pairs.clear();
  }

  /** As a network that is gone: what stands hears nothing any more, and what comes hangs. */
  silence() {
    this.silent = true;
  }

  /** All is well again. What was silent lost bytes and must begin anew. */
  heal() {
    this.refuses = false;
    this.delay = 0;
    this.silent = false;
    const soon = Date.now() + SOON_MS;
    for (const pair of [...this.pairs]) if (pair.lost || pair.up.busyUntil > soon || pair.down.busyUntil > soon) pair.cut();
    this.pace = Infinity;
  }

  close() {
    this.cut();
    this.listener.close();
  }
}
