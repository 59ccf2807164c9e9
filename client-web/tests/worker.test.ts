// What the service worker answers and keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeredHere, olderThan, stemOf, successors } from '../src/worker/rules.js';

const ORIGIN = 'https://club.example.org';

test('The page and files with a hash come from the browser, everything else from the server', () => {
  const kind = (path: string, mode = 'cors', method = 'GET'): unknown =>
    answeredHere(method, new URL(path, ORIGIN), ORIGIN, mode);
  assert.equal(kind('/', 'navigate'), 'page');
  assert.equal(kind('/index.html', 'navigate'), 'page');
  assert.equal(kind('/assets/main-ABCDEFGH.js'), 'file');
  for (const path of ['/api/session', '/api/club', '/ws', '/sw.js', '/manifest-ru.webmanifest', '/'])
    assert.equal(kind(path), null, path);
  for (const path of ['/api/session', '/healthz', '/assets/main-ABCDEFGH.js'])
    assert.equal(kind(path, 'navigate'), null, path);
  assert.equal(kind('/assets/emoji-en-ABCDEFGH.json', 'cors', 'HEAD'), 'file');
  assert.equal(kind('/', 'navigate', 'HEAD'), null);
  assert.equal(kind('/assets/main-ABCDEFGH.js', 'cors', 'POST'), null);
  assert.equal(kind('https://elsewhere.example.org/assets/main-ABCDEFGH.js'), null);
});

test('What an older build kept of what is loaded later is kept of the new one, with what it needs', () => {
  assert.equal(stemOf('/assets/ru-OLDOLD12.js'), '/assets/ru.js');
  const build = {
    version: 'two',
    shell: ['/assets/main-NEWNEW12.js'],
    named: [],
    later: {
      '/assets/ru-NEWNEW12.js': [],
      '/assets/zh-NEWNEW12.js': [],
      '/assets/card-NEWNEW12.js': ['/assets/chunk-NEWNEW12.js'],
    },
  };
  const stems = new Set(['/assets/ru-OLDOLD12.js', '/assets/card-OLDOLD12.js', '/'].map(stemOf));
  assert.deepEqual(successors(build, stems), [
    '/assets/ru-NEWNEW12.js',
    '/assets/card-NEWNEW12.js',
    '/assets/chunk-NEWNEW12.js',
  ]);
});

test('A build drops what was kept before it, never what the next one is keeping', () => {
  const names = ['club-one', 'club-two', 'club-three'];
  assert.deepEqual(olderThan('club-two', names), ['club-one']);
  assert.deepEqual(olderThan('club-one', names), []);
  assert.deepEqual(olderThan('club-gone', names), []);
});
