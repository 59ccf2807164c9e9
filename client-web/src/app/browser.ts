// The browser's parts behind the interfaces that the club client is driven by.

import type { Socket, SocketEvents } from '../protocol/line.js';

export function openWebSocket(events: SocketEvents): Socket {
  const scheme = location.protocol === 'http:' ? 'ws:' : 'wss:';
  const socket = new WebSocket(`${scheme}//${location.host}/ws`, 'club.v1');
  socket.onmessage = (message: MessageEvent<unknown>) => {
    if (typeof message.data === 'string') events.frame(message.data);
  };
  socket.onclose = (event) => events.closed(event.code);
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    close: () => {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(1000);
    },
  };
}

/** A random UUID; `crypto.randomUUID` is missing where the page came over plain HTTP. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
