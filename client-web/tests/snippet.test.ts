import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snippetOf } from '../src/views/snippet.js';

const shown = (text: string, found: number[][]): string =>
  snippetOf(text, found)
    .map((piece) => (piece.found ? `[${piece.text}]` : piece.text))
    .join('');

test('the words that were found are marked, characters counted as code points', () => {
  assert.equal(
    shown('👍 经济合作 and договоры', [
      [4, 2],
      [11, 8],
    ]),
    '👍 经济[合作] and [договоры]',
  );
  assert.equal(shown('без слов', []), 'без слов');
});

test('of a long text the part around the first word is shown, from the beginning of a word', () => {
  const text = `${'слово '.repeat(100)}искомое${' слово'.repeat(100)}`;
  const snippet = shown(text, [[600, 7]]);
  assert.match(snippet, /^… слово/);
  assert.match(snippet, /\[искомое\]/);
  assert.match(snippet, / …$/);
  assert.ok([...snippet].length < 280);
});

test('a word without an end and places that make no sense break nothing', () => {
  const text = 'ы'.repeat(10_000);
  assert.ok([...shown(text, [[0, 10_000]])].length < 280);
  assert.equal(shown('abc', [[7, 2], [1], [], [0, 1]]), 'abc');
});
