// Bytes as a hostile or a clumsy client sends them: no library between the test and the socket.
import { after } from 'node:test';
import net from 'node:net';
import tls from 'node:tls';
import { randomBytes } from 'node:crypto';
import { sleep, WAIT_MS } from './line.mjs';

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** A WebSocket frame; `size` pretends another length, `lengthForm` uses a longer form than needed. */
export function frame(opcode, payload = Buffer.alloc(0), { fin = true, rsv = 0, mask = true, key, size, lengthForm } = {}) {
  const bytes = Buffer.from(payload);
  const length = size ?? bytes.length;
  const head = [Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode])];
  const flag = mask ? 0x80 : 0;
  if (lengthForm === 64 || length > 65535) {
    const field = Buffer.alloc(9);
    field[0] = flag | 127;
    field.writeBigUInt64BE(BigInt(length), 1);
    head.push(field);
  } else if (lengthForm === 16 || length > 125) {
    head.push(Buffer.from([flag | 126, length >> 8, length & 255]));
  } else head.push(Buffer.from([flag | length]));
  if (!mask) return Buffer.concat([...head, bytes]);
  const maskKey = key ?? randomBytes(4);
  const masked = Buffer.from(bytes.map((byte, index) => byte ^ maskKey[index & 3]));
  return Buffer.concat([...head, maskKey, masked]);
}

export const text = (value, options) => frame(1, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), options);

const all = new Set();
after(() => {
  for (const raw of all) raw.destroy();
  // A socket in whatever state a hostile client left it must not keep the test program alive.
  setTimeout(() => process.exit(), 15_000).unref();
});

export class Raw {
  data = Buffer.alloc(0);
  ended = false;

  static async connect(club, { receiveBuffer, port = club.port } = {}) {
    const raw = new Raw();
    const plain = net.connect({ host: '127.0.0.1', port, noDelay: true });
    raw.plain = plain;
    all.add(raw);
    plain.on('error', () => {});
    raw.socket = club.tls ? tls.connect({ socket: plain, ca: club.ca, servername: 'localhost' }) : plain;
    raw.socket.on('data', (piece) => (raw.data = Buffer.concat([raw.data, piece])));
    const end = () => (raw.ended = true);
    raw.socket.on('error', end).on('close', end).on('end', end);
    await new Promise((resolve, reject) => {
      raw.socket.once(club.tls ? 'secureConnect' : 'connect', resolve);
      raw.socket.once('error', reject);
      raw.socket.once('close', () => reject(new Error('cut before it was open')));
    });
    return raw;
  }

  /** With a WebSocket open on it, welcomed. */
  static async upgraded(club, cookie, options) {
    const raw = await Raw.connect(club, options);
    raw.write(upgrade(club, { cookie }));
    await raw.until(() => raw.data.includes('\r\n\r\n'));
    const at = raw.data.indexOf('\r\n\r\n') + 4;
    raw.head = raw.data.subarray(0, at).toString('latin1');
    if (!raw.head.startsWith('HTTP/1.1 101')) throw new Error(raw.head);
    raw.data = raw.data.subarray(at);
    const first = await raw.frame();
    if (!String(first.payload).includes('welcome')) throw new Error(`no welcome: ${first.payload}`);
    return raw;
  }

  write(bytes) {
    if (!this.ended && this.socket.writable) this.socket.write(bytes);
  }

  async until(look, ms = WAIT_MS) {
    const end = Date.now() + ms;
    while (!look()) {
      if (this.ended || Date.now() > end) return look();
      await sleep(2);
    }
    return true;
  }

  /** The next frame: `{opcode, payload, code?}`, or `{end: true}`, or `{silent: true}`. */
  async frame(ms = WAIT_MS) {
    await this.until(() => this.#whole(), ms);
    const size = this.#whole();
    if (!size) return this.ended ? { end: true } : { silent: true };
    const opcode = this.data[0] & 15;
    const payload = this.data.subarray(size.head, size.head + size.body);
    this.data = this.data.subarray(size.head + size.body);
    return { opcode, payload, code: opcode === 8 && payload.length >= 2 ? payload.readUInt16BE(0) : undefined };
  }

  #whole() {
    const { data } = this;
    if (data.length < 2) return undefined;
    let head = 2;
    let body = data[1] & 127;
    if (body === 126) {
      if (data.length < 4) return undefined;
      body = data.readUInt16BE(2);
      head = 4;
    } else if (body === 127) {
      if (data.length < 10) return undefined;
      body = Number(data.readBigUInt64BE(2));
      head = 10;
    }
    return data.length >= head + body ? { head, body } : undefined;
  }

  /** All that comes until the end or silence, or until it fits; a Close frame is answered. */
  async frames(ms = WAIT_MS, fits = () => false) {
    const found = [];
    for (;;) {
      const next = await this.frame(ms);
      found.push(next);
      if (next.end || next.silent || fits(found)) return found;
      if (next.opcode === 8) this.write(frame(8, next.payload.subarray(0, 2)));
    }
  }

  /** The HTTP answer so far, or what came before the end. */
  async answer(ms = WAIT_MS) {
    await this.until(() => {
      const text = this.data.toString('latin1');
      const at = text.indexOf('\r\n\r\n');
      if (at < 0) return false;
      const length = /content-length:\s*(\d+)/i.exec(text.slice(0, at));
      return !length || this.data.length >= at + 4 + Number(length[1]);
    }, ms);
    const whole = this.data.toString('utf8');
    const at = whole.indexOf('\r\n\r\n');
    return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(whole)?.[1] ?? 0), head: whole.slice(0, at), body: whole.slice(at + 4), ended: this.ended };
  }

  reset() {
    this.plain.resetAndDestroy();
  }

  destroy() {
    all.delete(this);
    this.socket?.destroy();
    this.plain.destroy();
  }
}

/** The bytes of an upgrade; `without` leaves headers out, `set` puts others in. */
export function upgrade(club, { cookie, method = 'GET', path = '/ws', version = 'HTTP/1.1', without = [], set = {} } = {}) {
  const headers = {
    Host: `localhost:${club.port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'club.v1',
    Origin: club.origin,
    ...(cookie ? { Cookie: `__Host-club=${cookie}` } : {}),
    ...set,
  };
  for (const name of without) delete headers[name];
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  return `${method} ${path} ${version}\r\n${lines.join('\r\n')}\r\n\r\n`;
}
