// JSON-RPC: requests, batches, ids, and everything that is none.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile, sleep, WAIT_MS } from './support/club.mjs';

const club = await clubForFile({ members: ['anna', 'bo'], settings: { CLUB_LIMITS: 'off' } });
const anna = await club.connect('anna');
const room = 'kz';
const head = async () => (await anna.call('room.history', { room, limit: 1 })).as_of;
const request = (id, method = 'ping', params = {}) => ({ jsonrpc: '2.0', id, method, params });

/** The answers that a fresh line gets to what it sends, until it is quiet. */
async function answersTo(sent, expected = 1) {
  const line = await club.connect('anna');
  line.forget();
  line.send(sent);
  const found = () => line.received.map(({ message }) => message).filter((message) => 'result' in message || 'error' in message);
  if (expected) await line.until(() => found().length >= expected, `${expected} answers to ${String(sent).slice(0, 80)}`);
  line.send(request('last'));
  await line.until(() => found().some((one) => one.id === 'last'));
  const all = found().filter((one) => one.id !== 'last');
  await line.close();
  return all;
}
async function rejected(sent, code) {
  const before = await head();
  const all = await answersTo(sent);
  assert.equal(all.length, 1, JSON.stringify(all));
  assert.equal(all[0].error?.code, code, `${String(sent).slice(0, 100)}: ${JSON.stringify(all[0])}`);
  assert.equal(all[0].id, null);
  assert.equal(await head(), before, 'something was stored');
}

test('an answer carries the id as it was sent', async () => {
  for (const id of [0, 1, -1, 2 ** 53, -(2 ** 53), 'x', 'ключ 🐫', '\u0001', 'x'.repeat(64), '1']) {
    const [answer] = await answersTo(JSON.stringify(request(id)));
    assert.deepEqual(answer, { jsonrpc: '2.0', id, result: {} });
  }
});

test('ids of other forms are no requests', async () => {
  for (const id of ['null', '1.5', '1e2', '9007199254740993', 'true', '{}', '[]', `"${'x'.repeat(65)}"`, '1.0']) {
    await rejected(`{"jsonrpc":"2.0","id":${id},"method":"message.post","params":{"room":"kz","client_id":"a","text":"x"}}`, -32600);
  }
});

test('a request without an id is carried out and never answered', async () => {
  const before = await head();
  const line = await club.connect('anna');
  const client_id = clientId();
  line.send({ jsonrpc: '2.0', method: 'message.post', params: { room, client_id, text: 'без ответа' } });
  line.send({ jsonrpc: '2.0', method: 'nothing', params: {} });
  line.send({ jsonrpc: '2.0', method: 'message.post', params: {} });
  await line.call('room.history', { room });
  await sleep(100);
  assert.equal(await head(), before + 1);
  assert.deepEqual(line.received.filter(({ message }) => 'error' in message), []);
  await line.close();
});

test('what is no JSON is -32700 with id null', async () => {
  const post = (text) => `{"jsonrpc":"2.0","id":1,"method":"message.post","params":{"room":"kz","client_id":"a","text":${text}}}`;
  for (const sent of ['', '{', 'x', '{"jsonrpc":"2.0",}', post("'x'"), post('"\\u0000"'), post('"\\ud800"'), post('"\\udc00\\ud800"'), post('1e400'), post('"x'), '{"a":1}{"b":2}', '[1,2', 'NaN', '\ufeff{}', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', post('"x","text":"y"')]) {
    await rejected(sent, -32700);
  }
});

test('nesting over 32 is -32700, up to 32 is taken', async () => {
  const nested = (depth) => `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
  const [answer] = await answersTo(nested(30));
  assert.deepEqual(answer.result, {});
  await rejected(nested(31), -32700);
  await rejected('['.repeat(60000), -32700);
  await rejected('{"a":'.repeat(10000), -32700);
});

test('what is no request is -32600', async () => {
  for (const sent of ['1', '"x"', 'null', 'true', '{}', '[]']) await rejected(sent, -32600);
  await rejected('{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600);
  for (const sent of ['{"jsonrpc":"2.0","id":1}', '{"id":1,"method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":7}', '{"jsonrpc":2.0,"id":1,"method":"ping"}']) {
    const [answer] = await answersTo(sent);
    assert.equal(answer.error.code, -32600, sent);
  }
});

test('an unknown method is -32601', async () => {
  for (const method of ['nothing', '', 'message.shout', 'Ping', 'ping ', 'room', 'toString', 'x'.repeat(1000)]) {
    const [answer] = await answersTo(JSON.stringify(request(1, method)));
    assert.equal(answer.error.code, -32601, method);
    assert.equal(answer.id, 1);
  }
});

test('params that are missing or of a wrong type are -32602, and the field is named', async () => {
  const good = { room, client_id: 'never', text: 'x' };
  for (const [params, field] of [
    [{ ...good, room: undefined }, 'room'],
    [{ ...good, client_id: undefined }, 'client_id'],
    [{ ...good, text: undefined }, 'text'],
    [{ ...good, text: 1 }, 'text'],
    [{ ...good, text: true }, 'text'],
    [{ ...good, room: {} }, 'room'],
    [{ ...good, room: '' }, 'room'],
    [{ ...good, reply_to: '1' }, 'reply_to'],
    [{ ...good, reply_to: 0 }, 'reply_to'],
    [{ ...good, reply_to: -1 }, 'reply_to'],
    [{ ...good, reply_to: 1.5 }, 'reply_to'],
  ]) {
    const error = await anna.refused('message.post', params);
    assert.equal(error.code, -32602, JSON.stringify(params));
    assert.equal(error.field, field);
  }
  for (const params of ['[]', '"x"', '7', 'null', 'true']) {
    const [answer] = await answersTo(`{"jsonrpc":"2.0","id":1,"method":"message.post","params":${params}}`);
    assert.ok([-32600, -32602].includes(answer.error.code), params);
  }
  for (const seq of ['1.0', '1e0', '9007199254740993', '-0.5']) {
    const [answer] = await answersTo(`{"jsonrpc":"2.0","id":1,"method":"room.read","params":{"room":"kz","seq":${seq}}}`);
    assert.equal(answer.error.code, -32602, seq);
    assert.equal(answer.error.data.field, 'seq');
  }
});

test('unknown params are ignored, and absent params are as good as empty ones', async () => {
  const [answer] = await answersTo('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"future":[1,{"x":null}]},"more":true}');
  assert.deepEqual(answer.result, {});
  const [bare] = await answersTo('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  assert.deepEqual(bare.result, {});
});

test('a batch is answered each for itself, in whatever frames', async () => {
  const all = await answersTo(JSON.stringify([request('a'), request('b', 'room.open', { country: 'kz' }), request('c', 'nothing'), request('d', 'message.post', { room, client_id: clientId(), text: '批' })]), 4);
  const by = Object.fromEntries(all.map((answer) => [answer.id, answer]));
  assert.deepEqual(by.a.result, {});
  assert.equal(by.b.result.room.room, 'kz');
  assert.equal(by.c.error.code, -32601);
  assert.ok(by.d.result.seq > 0);
});

test('a batch of one is a batch, one of 32 is carried out whole, one of 33 and an empty one not at all', async () => {
  assert.equal((await answersTo(JSON.stringify([request(1)]))).length, 1);
  const posts = (count) => JSON.stringify(Array.from({ length: count }, (_, i) => request(i, 'message.post', { room, client_id: clientId('batch'), text: `${i}` })));
  const before = await head();
  const all = await answersTo(posts(32), 32);
  assert.deepEqual(all.map((answer) => answer.id).sort((x, y) => x - y), Array.from({ length: 32 }, (_, i) => i));
  assert.equal(await head(), before + 32);
  await rejected(posts(33), -32600);
  await rejected('[]', -32600);
});

test('in a batch what is no request gets -32600 and the others are carried out', async () => {
  const all = await answersTo(JSON.stringify([1, request('ok'), {}, 'x', [request('nested')]]), 5);
  assert.equal(all.filter((answer) => answer.error?.code === -32600 && answer.id === null).length, 4);
  assert.deepEqual(all.find((answer) => answer.id === 'ok').result, {});
});

test('a batch of requests without ids is carried out in silence', async () => {
  const before = await head();
  assert.deepEqual(await answersTo(JSON.stringify([1, 2, 3].map((i) => ({ jsonrpc: '2.0', method: 'message.post', params: { room, client_id: clientId(), text: `тихо ${i}` } }))), 0), []);
  for (const end = Date.now() + WAIT_MS; (await head()) < before + 3 && Date.now() < end; ) await sleep(20);
  assert.equal(await head(), before + 3);
});

test('requests of one line for one room are carried out as sent', async () => {
  const line = await club.connect('bo');
  const waiting = [];
  for (let index = 0; index < 30; index++) {
    waiting.push(line.call('message.post', { room: 'kg', client_id: clientId(), text: `${index}` }));
    if (index % 10 === 9) waiting.push(line.call('room.history', { room: 'kg', limit: 100 }).then((page) => assert.equal(page.as_of, index + 1, 'a page overtook posts')));
  }
  const seqs = (await Promise.all(waiting)).filter(Boolean).map((answer) => answer.seq);
  assert.deepEqual(seqs, seqs.map((_, index) => index + 1));
  await line.close();
});

test('more requests than may be unanswered are kept and carried out later', async () => {
  const line = await club.connect('bo');
  const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => line.call('message.post', { room: 'uz', client_id: clientId(), text: `№ ${index}` })));
  assert.deepEqual(answers.map((answer) => answer.seq), answers.map((_, index) => index + 1));
  await line.close();
});

test('more than a hundred answers of -32700 or -32600 within ten seconds close with 4008', async () => {
  const line = await club.connect('bo');
  for (let index = 0; index < 150; index++) line.send('{');
  const { code } = await line.closed;
  assert.equal(code, 4008);
  assert.ok(line.received.filter(({ message }) => message.error?.code === -32700).length >= 100);
});

test('a client’s answers and results are no requests', async () => {
  await rejected('{"jsonrpc":"2.0","id":1,"result":{}}', -32600);
});
