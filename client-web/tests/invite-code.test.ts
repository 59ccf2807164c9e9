// The QR code of an invite link, read back as a camera would.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import jsQR from 'jsqr';
import { codeFile, codeOf } from '../src/views/invite-code.js';

const SCALE = 4;

function pixels(size: number, path: string): Uint8ClampedArray {
  const side = size * SCALE;
  const image = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let i = 0; i < SCALE * SCALE; i++) {
      const column = Number(x) * SCALE + (i % SCALE);
      const row = Number(y) * SCALE + Math.floor(i / SCALE);
      image.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
    }
  }
  return image;
}

for (const url of [
  'https://localhost:8443/#invite=Zt3v0mD1q9Jc7a5KxWbQfR2sUeYh8PnLoGiT4wMzXkA',
  'https://клуб.example:8443/#invite=' + 'w'.repeat(43),
]) {
  test(`the code of ${url} is read as that`, () => {
    const { size, path } = codeOf(url);
    const read = jsQR(pixels(size, path), size * SCALE, size * SCALE);
    assert.equal(read?.data, url);
  });
}

test('the file holds the same code, black on white', () => {
  const code = codeOf('https://localhost/#invite=a');
  const file = codeFile(code);
  assert.ok(file.includes(`d="${code.path}"`));
  assert.ok(file.includes('fill="#fff"'));
});
