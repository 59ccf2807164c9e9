// The slow line that members have (tests/browser/support/slow-line.mjs), with nobody but this test at its ends.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { SlowLine } from '../browser/support/slow-line.mjs';
import { sleep } from '../wire/support/line.mjs';

const LINE = { bytesASecond: 5000, delay: 200, each: true };

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/** Whatever is said to it keeps this process busy, as one that has other lines: timers that are set meanwhile are of before. */
const busy = (socket) =>
  socket.on('data', ([ms]) => {
    for (const until = performance.now() + ms; performance.now() < until; );
  });

test('what passes a slow line comes as it was sent, also in a process that is busy', async () => {
  const [far, other] = [net.createServer(), net.createServer(busy)];
  const slow = await SlowLine.listen({ host: '127.0.0.1', port: await listening(far) }, LINE);
  const came = once(far, 'connection').then(([socket]) => text(socket));
  const beside = net.connect(await listening(other), '127.0.0.1').setNoDelay();
  const near = net.connect(slow.port, '127.0.0.1').setNoDelay();
  let sent = '';
  for (let i = 0; i < 100; i++) {
    const word = `${i}${'.'.repeat((i * 37) % 50)} `;
    sent += word;
    beside.write(Buffer.from([i % 10 === 9 ? 200 : 0]));
    near.write(word);
    await sleep(5);
  }
  near.end();
  assert.equal(await came, sent);
  beside.destroy();
  await slow.close();
  for (const server of [far, other]) server.close();
});
