// The line between an instance and what it depends on: it may be cut, refused, slowed down or made deaf.
import { once } from 'node:events';
import net from 'node:net';

/** One connection through a link: `client` is the instance's end. What a kind of link keeps about it is in there, too. */
class Pair {
  ended = false;

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

  /** `target`: a port of this machine. */
  static async to(target) {
    const link = new this();
    link.target = target;
    link.listener = net.createServer((client) => link.#join(client)).listen(0, '127.0.0.1');
    await once(link.listener, 'listening');
    link.port = link.listener.address().port;
    link.listener.unref();
    return link;
  }

  #join(client) {
    if (this.refuses) return void client.resetAndDestroy();
    const server = net.connect({ host: '127.0.0.1', port: this.target, noDelay: true });
    client.setNoDelay(true);
    const pair = new Pair(client, server);
    this.pairs.add(pair);
    this.began(pair);
    client.on('data', (bytes) => this.#later(pair, () => this.fromClient(pair, bytes)));
    server.on('data', (bytes) => this.#later(pair, () => this.fromServer(pair, bytes)));
    for (const [socket, other] of [[client, server], [server, client]]) {
      socket.on('error', () => {});
      socket.on('end', () => this.#later(pair, () => other.end()));
      socket.on('close', () => {
        if (this.silent) return void (pair.lost = true);
        this.pairs.delete(pair);
        if (!pair.ended) this.#later(pair, () => other.destroy());
      });
    }
  }

  /** What is under way keeps its order, whatever the delay becomes. */
  #later(pair, action) {
    if (this.silent) return void (pair.lost = true);
    const at = Math.max(Date.now() + this.delay, pair.busyUntil ?? 0);
    if (at <= Date.now()) return action();
    pair.busyUntil = at;
    setTimeout(action, at - Date.now());
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
    for (const pair of [...this.pairs]) pair.cut();
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
    for (const pair of [...this.pairs]) if (pair.lost) pair.cut();
  }

  close() {
    this.cut();
    this.listener.close();
  }
}
