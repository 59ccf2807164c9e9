// The line between the browsers and the server: it can be cut.
import { after } from 'node:test';
import { once } from 'node:events';
import net from 'node:net';
import { freePort } from '../../wire/support/port.mjs';

export class Proxy {
  #sockets = new Set();
  #swallows = false;
  port = 0;
  target = 0;

  static async listen() {
    const proxy = new Proxy();
    proxy.port = await freePort();
    await proxy.mend();
    after(() => proxy.cut());
    return proxy;
  }

  get origin() {
    return `https://localhost:${this.port}`;
  }

  /** Everything breaks, and nothing answers any more. */
  async cut() {
    if (!this.server) return;
    const { server } = this;
    this.server = undefined;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }

  /** What the server says is lost from now on; it still hears. */
  swallow() {
    this.#swallows = true;
  }

  async mend() {
    this.#swallows = false;
    this.server = net.createServer((socket) => this.#join(socket)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  #join(client) {
    const server = net.connect(this.target, '127.0.0.1');
    for (const [one, other] of [
      [client, server],
      [server, client],
    ]) {
      this.#sockets.add(one);
      one.on('error', () => {}).on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    client.pipe(server);
    server.on('data', (piece) => {
      if (!this.#swallows) client.write(piece);
    });
  }
}
