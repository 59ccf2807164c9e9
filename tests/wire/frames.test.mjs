// RFC 6455: frames right and wrong, as raw bytes, over TLS as clients come and without it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clubForFile, sleep, WAIT_MS } from './support/club.mjs';
import { frame, Raw, text } from './support/raw.mjs';

const ping = (id = 1, more = {}) => ({ jsonrpc: '2.0', id, method: 'ping', params: {}, ...more });
const answers = (id) => (got) => got.some((one) => one.opcode === 1 && String(one.payload).includes(`"id":${id}`) && String(one.payload).includes('"result"'));
const closed = (...codes) => (got) => got.some((one) => one.opcode === 8 && codes.includes(one.code));
const dropped = (got) => got.at(-1)?.end && !got.some((one) => one.opcode === 8);
const either = (...codes) => (got) => closed(...codes)(got) || dropped(got);
const pong = (payload) => (got) => got.some((one) => one.opcode === 10 && one.payload.equals(Buffer.from(payload)));
const padded = (size) => {
  const bare = JSON.stringify(ping(1, { params: { pad: '' } })).length;
  return JSON.stringify(ping(1, { params: { pad: 'x'.repeat(size - bare) } }));
};
const bytes = Buffer.from(JSON.stringify(ping(1, { params: { 说: 'привет 你好 🐫' } })));
const code = (number) => Buffer.from([number >> 8, number & 255]);

const rows = [
  ['a text frame is a request', answers(1), (raw) => raw.write(text(ping()))],
  ['lengths around 125, 126 and 127 bytes', (got) => got.map((one) => String(one.payload)).join().split('"result"').length === 4, (raw) => [125, 126, 127].forEach((size) => raw.write(text(padded(size))))],
  ['two fragments are one message', answers(1), (raw) => [frame(1, bytes.subarray(0, 20), { fin: false }), frame(0, bytes.subarray(20))].forEach((f) => raw.write(f))],
  ['a ping between two fragments is answered first', (got) => pong('p')(got) && answers(1)(got), async (raw) => {
    raw.write(frame(1, bytes.subarray(0, 20), { fin: false }));
    raw.write(frame(9, 'p'));
    await sleep(60);
    raw.write(frame(0, bytes.subarray(20)));
  }],
  ['empty fragments are fragments', answers(1), (raw) => [frame(1, '', { fin: false }), frame(0, bytes, { fin: false }), frame(0, '')].forEach((f) => raw.write(f))],
  ['a character may be split over fragments, byte by byte', answers(1), (raw) => bytes.forEach((byte, i) => raw.write(frame(i ? 0 : 1, Buffer.from([byte]), { fin: i === bytes.length - 1 })))],
  ['one byte at a time', answers(1), async (raw) => {
    for (const byte of text(ping())) {
      raw.write(Buffer.from([byte]));
      await sleep(1);
    }
  }],
  ['a ping is answered with its payload', pong('abc'), (raw) => raw.write(frame(9, 'abc'))],
  ['an empty ping', pong(''), (raw) => raw.write(frame(9))],
  ['a ping of 125 bytes', pong('x'.repeat(125)), (raw) => raw.write(frame(9, 'x'.repeat(125)))],
  ['a ping of 126 bytes', either(1002), (raw) => raw.write(frame(9, 'x'.repeat(126)))],
  ['a pong that nobody asked for is ignored', answers(1), (raw) => [frame(10, 'q'), text(ping())].forEach((f) => raw.write(f))],
  ['a fragmented ping', either(1002), (raw) => raw.write(frame(9, 'x', { fin: false }))],
  ['the first reserved bit', either(1002), (raw) => raw.write(frame(1, 'x', { rsv: 4 }))],
  ['the second reserved bit', either(1002), (raw) => raw.write(frame(1, 'x', { rsv: 2 }))],
  ['the third reserved bit on a ping', either(1002), (raw) => raw.write(frame(9, 'x', { rsv: 1 }))],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [`opcode ${opcode}`, either(1002), (raw) => raw.write(frame(opcode, 'x'))]),
  ['masked with zeros', answers(1), (raw) => raw.write(text(ping(), { key: Buffer.alloc(4) }))],
  ['a continuation without a start', either(1002), (raw) => raw.write(frame(0, 'x'))],
  ['a new text within a fragmented one', either(1002), (raw) => [frame(1, 'a', { fin: false }), frame(1, 'b')].forEach((f) => raw.write(f))],
  ['a stray continuation after a whole text', either(1002), (raw) => [text(ping()), frame(0, 'b')].forEach((f) => raw.write(f))],
  ...[
    ['0xff', [0xff]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond 10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a lone continuation byte', [0x80]],
    ['cut at the end', [0x61, 0x62, 0x63, 0xd0]],
    ['three of four bytes', [0xf0, 0x9f, 0x98]],
    ['after 5,000 good bytes', [...Array(5000).fill(0x61), 0xff]],
  ].map(([name, list]) => [`broken UTF-8: ${name}`, closed(1007), (raw) => raw.write(frame(1, Buffer.from(list)))]),
  ['broken UTF-8 over two fragments', closed(1007), (raw) => [frame(1, Buffer.from([0xd0]), { fin: false }), frame(0, 'a')].forEach((f) => raw.write(f))],
  ['a binary frame', closed(1003), (raw) => raw.write(frame(2, Buffer.from([0, 1])))],
  ['a frame of 65,536 bytes', answers(1), (raw) => raw.write(text(padded(65536)))],
  ['a frame of 65,537 bytes', closed(1009), (raw) => raw.write(text(padded(65537)))],
  ['fragments that together are over 65,536 bytes', closed(1009), (raw) => {
    for (let i = 0; i < 5; i++) raw.write(frame(i ? 0 : 1, 'x'.repeat(16000), { fin: false }));
  }],
  ['a header that says 2^40 bytes', either(1009), (raw) => raw.write(frame(1, 'x'.repeat(100), { size: 2 ** 40 }))],
  ['a header with the highest bit', either(1002, 1009), (raw) => raw.write(Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.alloc(8, 0xff), Buffer.from('abcdxxxx')]))],
  ['a length in a longer form than needed does no harm', (got) => answers(1)(got) || either(1002)(got), (raw) => raw.write(text(ping(), { lengthForm: 16 }))],
  ['an unmasked frame does no harm', (got) => answers(1)(got) || either(1002)(got), (raw) => raw.write(text(ping(), { mask: false }))],
  ['close 1000 is answered with 1000', closed(1000), (raw) => raw.write(frame(8, Buffer.concat([code(1000), Buffer.from('bye')])))],
  ['close without a code', (got) => got.some((one) => one.opcode === 8) || got.at(-1)?.end, (raw) => raw.write(frame(8))],
  ['close with one byte', (got) => got.some((one) => one.opcode === 8) || got.at(-1)?.end, (raw) => raw.write(frame(8, Buffer.from([3])))],
  ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].map((number) => [`close with the invalid code ${number}`, either(1002), (raw) => raw.write(frame(8, code(number)))]),
  ...[1001, 1007, 3000, 4999].map((number) => [`close with ${number} is answered`, closed(number), (raw) => raw.write(frame(8, code(number)))]),
  ['close with a reason that is no UTF-8', either(1007), (raw) => raw.write(frame(8, Buffer.from([3, 0xe8, 0xff, 0xfe])))],
  ['data after a close are ignored', (got) => closed(1000)(got) && !answers(9)(got), (raw) => [frame(8, code(1000)), text(ping(9))].forEach((f) => raw.write(f)), true],
];

// Both are there before the first test: one that is declared while others run may come after the end.
const clubs = [];
for (const tls of [true, false]) {
  const club = await clubForFile({ members: ['anna'], tls, settings: { CLUB_LIMITS: 'off' } });
  clubs.push({ tls, club, cookie: await club.cookie('anna') });
}

for (const { tls, club, cookie } of clubs) {
  for (const [name, fits, act, patient] of rows) {
    test(`${name} (${tls ? 'TLS' : 'plain'})`, async () => {
      const raw = await Raw.upgraded(club, cookie);
      try {
        await act(raw);
        const got = await raw.frames(WAIT_MS, patient ? undefined : fits);
        assert.ok(fits(got), got.map((one) => (one.opcode === undefined ? Object.keys(one)[0] : `${one.opcode} ${one.code ?? String(one.payload).slice(0, 120)}`)).join(' | '));
      } finally {
        raw.destroy();
      }
    });
  }
  test(`after all of that others are served (${tls ? 'TLS' : 'plain'})`, async () => {
    const line = await club.connect('anna');
    assert.deepEqual(await line.call('ping'), {});
    await line.close();
  });
}
