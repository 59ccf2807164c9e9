// The vault over a database like the browser's: whose it is, what is written whole, what happens when it fails.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { OWN_WORDS, WHAT_WAS_READ } from '../src/club/vault.js';
import { IndexedVault } from '../src/store/indexed.js';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

async function everything(vault: IndexedVault): Promise<string> {
  const shelves = await Promise.all([...WHAT_WAS_READ, ...OWN_WORDS].map((shelf) => vault.read(shelf)));
  return JSON.stringify(shelves.flat());
}

test('What a member kept is there for the next page of that member, and gone for another one', async () => {
  const first = new IndexedVault();
  await first.claim('m1');
  const words = [{ shelf: 'posts', key: 'a', value: { text: 'Договор готов' } }] as const;
  assert.equal(await first.write(words, { epoch: 'e', at: 7 }), true);
  const second = new IndexedVault();
  await second.claim('m1');
  assert.deepEqual(await second.read('posts'), [['a', { text: 'Договор готов' }]]);
  assert.deepEqual(await second.owner(), { id: 'm1', epoch: 'e', at: 7 });
  const other = new IndexedVault();
  await other.claim('m2');
  assert.equal(await everything(other), '[]');
  assert.deepEqual(await other.owner(), { id: 'm2' });
  // Pages of the first one may still be open.
  assert.equal(await first.write(words), false);
  assert.equal(await everything(first), '[]');
  assert.equal(await first.find('posts', 'a'), undefined);
  await first.leave(false);
  assert.deepEqual(await other.owner(), { id: 'm2' });
});

test('Without a session what was read goes, and the own words wait for their author', async () => {
  const vault = new IndexedVault();
  await vault.claim('m1');
  await vault.write(
    [
      { shelf: 'posts', key: 'a', value: { text: 'моё' } },
      { shelf: 'drafts', key: 'kz', value: 'черновик' },
      { shelf: 'logs', key: 'kz', value: { epoch: 'e', cursor: 1, messages: ['чужое'] } },
      { shelf: 'rooms', key: 'kz', value: { room: 'kz' } },
    ],
    { epoch: 'e', at: 1 },
  );
  await vault.leave(true);
  assert.deepEqual(await vault.owner(), { id: 'm1', epoch: 'e' });
  assert.deepEqual(JSON.parse(await everything(vault)), [
    ['a', { text: 'моё' }],
    ['kz', 'черновик'],
  ]);
  await vault.leave(false);
  assert.deepEqual([await vault.owner(), await everything(vault)], [null, '[]']);
});

test('An older state of a log is not put over a newer one, but one of another epoch is', async () => {
  const vault = new IndexedVault();
  await vault.claim('m1');
  const put = (epoch: string, cursor: number): Promise<boolean | null> =>
    vault.write([{ shelf: 'logs', key: 'kz', value: { epoch, cursor } }]);
  await put('e', 5);
  await put('e', 4);
  assert.deepEqual(await vault.find('logs', 'kz'), { epoch: 'e', cursor: 5 });
  await put('f', 1);
  assert.deepEqual(await vault.find('logs', 'kz'), { epoch: 'f', cursor: 1 });
  await vault.write([
    { shelf: 'logs', key: 'kz' },
    { shelf: 'logs', key: 'kz', value: { epoch: 'f', cursor: 0 } },
  ]);
  assert.deepEqual(await vault.find('logs', 'kz'), { epoch: 'f', cursor: 0 });
});

test('A write is whole or not at all', async () => {
  const vault = new IndexedVault();
  await vault.claim('m1');
  const uncloneable = { run: (): void => {} };
  const written = await vault.write([
    { shelf: 'posts', key: 'a', value: { text: 'моё' } },
    { shelf: 'posts', key: 'b', value: uncloneable },
  ]);
  assert.deepEqual([written, await vault.read('posts')], [false, []]);
});

test('A newer form of the database, or none at all, is no harm: nothing is kept', async () => {
  await new Promise((done) => {
    indexedDB.open('club', 99).onsuccess = done;
  });
  const newer = new IndexedVault();
  await newer.claim('m1');
  assert.deepEqual([await newer.owner(), await newer.write([]), await everything(newer)], [null, null, '[]']);
  Reflect.deleteProperty(globalThis, 'indexedDB');
  const none = new IndexedVault();
  await none.claim('m1');
  assert.deepEqual([await none.owner(), await none.write([]), await everything(none)], [null, null, '[]']);
});

test('A database that does not answer is given up after a while', async () => {
  const silent = { open: () => ({ addEventListener: () => {} }) };
  Object.defineProperty(globalThis, 'indexedDB', { value: silent, configurable: true, writable: true });
  const vault = new IndexedVault();
  assert.equal(await vault.owner(), null);
  const began = Date.now();
  assert.equal(await vault.write([]), null);
  assert.ok(Date.now() - began < 1_000, 'it is asked again each time');
});
