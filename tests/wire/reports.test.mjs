// Reports of messages: who may send, see and settle them, and who is told what came of them.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Club, clientId, clubForFile } from './support/club.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'emil', 'moderator', 'admin'] });

const lines = (...logins) => Promise.all(logins.map((login) => club.connect(login)));
const ends = (...all) => Promise.all(all.map((line) => line.close()));
const post = async (line, room, text) => (await line.call('message.post', { room, client_id: clientId(), text })).seq;
const send = (line, room, seq, reason = '广告') => line.call('report.send', { client_id: clientId(), room, seq, reason });
const settled = (line, seq) => line.notification('acted', (act) => act.action === 'settle' && act.seq === seq);
const outcomeOf = async (line, method, params) => {
  const { error } = await line.ask(method, params);
  return !error ? 'done' : error.code === -32602 ? 'params' : error.data.reason;
};

test('a report is in the queue with the message, what was around it and who was reported before, and its sender is told the outcome', async () => {
  const [anna, bo, moderator] = await lines('anna', 'bo', 'moderator');
  const texts = ['Кто возит хлопок?', '我们可以', 'Дёшево!!! <b>звоните</b>', 'Не надо здесь', '谢谢'];
  const seqs = [];
  for (const [i, text] of texts.entries()) seqs.push(await post(i === 2 ? bo : anna, 'kz', text));
  const seq = seqs[2];
  const { report } = await send(anna, 'kz', seq, 'Реклама\n‮ чужих услуг');
  assert.equal((await send(anna, 'kz', seq)).report, report, 'the same message again');
  const { reports, more } = await moderator.call('report.list');
  assert.equal(more, false);
  const [found] = reports.filter((one) => one.report === report);
  assert.deepEqual(
    [found.sender.name, found.accused.name, found.room, found.seq, found.text, found.reason, found.reported_before, found.upheld_before, found.outcome],
    ['Анна Каренова', '王博', 'kz', seq, texts[2], 'Реклама\n‮ чужих услуг', 0, 0, undefined],
  );
  assert.deepEqual(found.around.map((entry) => entry.text), [texts[0], texts[1], texts[3], texts[4]]);
  assert.equal(anna.all('acted').length, 0);
  await moderator.call('message.remove', { room: 'kz', seq });
  assert.deepEqual(await moderator.call('report.settle', { report, outcome: 'removed', note: 'Спасибо' }), {});
  const told = await settled(anna, seq);
  assert.deepEqual([told.room, told.reason, told.detail, told.by, told.by_name], ['kz', 'Спасибо', { report: Number(report.slice(1)), outcome: 'removed' }, undefined, undefined]);
  assert.ok(!bo.all('acted').some(({ action }) => action === 'settle'), 'whom it is about learns of no report');
  assert.equal((await moderator.call('report.list')).reports.length, 0);
  const [past] = (await moderator.call('report.list', { state: 'settled' })).reports;
  assert.deepEqual([past.report, past.text, past.outcome, past.note, past.settled_by.name], [report, undefined, 'removed', 'Спасибо', 'Мода Ратор']);
  const [own] = (await anna.call('report.list', { state: 'settled', own: true })).reports;
  assert.deepEqual([own.report, own.outcome, own.settled_by, own.around], [report, 'removed', undefined, []]);
  const again = await post(bo, 'uz', 'И тут дёшево');
  await send(anna, 'uz', again);
  const [next] = (await moderator.call('report.list')).reports;
  assert.deepEqual([next.reported_before, next.upheld_before], [1, 1]);
  await moderator.call('report.settle', { report: next.report, outcome: 'dismissed' });
  await ends(anna, bo, moderator);
});

test('two who settle the same report at once: one outcome stands, the other is told so', async () => {
  const [anna, bo, moderator, admin] = await lines('anna', 'bo', 'moderator', 'admin');
  const seq = await post(bo, 'cn', '便宜');
  const { report } = await send(anna, 'cn', seq);
  const outcomes = { dismissed: moderator, warned: admin };
  const answers = await Promise.all(
    Object.entries(outcomes).map(([outcome, line]) => outcomeOf(line, 'report.settle', { report, outcome })),
  );
  assert.deepEqual([...answers].sort(), ['conflict', 'done']);
  const won = Object.keys(outcomes)[answers.indexOf('done')];
  assert.equal((await settled(anna, seq)).detail.outcome, won);
  assert.equal(await outcomeOf(admin, 'report.settle', { report, outcome: won }), 'done', 'the same again changes nothing');
  const { actions } = await moderator.call('audit.list', { room: 'cn' });
  assert.equal(actions.filter(({ action }) => action === 'settle').length, 1);
  await ends(anna, bo, moderator, admin);
});

test('who moderates a country sees and settles its reports and those of its crossings, no others, none about themself', async () => {
  const [anna, bo, dana, admin] = await lines('anna', 'bo', 'dana', 'admin');
  assert.equal(await outcomeOf(dana, 'report.list', {}), 'forbidden');
  await admin.call('member.appoint', { member: dana.me, room: 'kz', role: 'moderator' });
  await dana.notification('acted', ({ action }) => action === 'appoint');
  const here = (await send(anna, 'kz.trade', await post(bo, 'kz.trade', 'Слон'))).report;
  const there = (await send(anna, 'ru', await post(bo, 'ru', 'Слон'))).report;
  const about = (await send(anna, 'kz', await post(dana, 'kz', 'Я тут главная'))).report;
  assert.deepEqual((await dana.call('report.list')).reports.map(({ report }) => report), [here]);
  for (const report of [there, about]) assert.equal(await outcomeOf(dana, 'report.settle', { report, outcome: 'dismissed' }), 'forbidden');
  for (const line of [anna, bo]) assert.equal(await outcomeOf(line, 'report.settle', { report: here, outcome: 'dismissed' }), 'forbidden');
  await dana.call('report.settle', { report: here, outcome: 'warned' });
  await admin.call('member.appoint', { member: dana.me, room: 'kz', role: 'member' });
  assert.equal(await outcomeOf(dana, 'report.list', {}), 'forbidden');
  for (const report of [there, about]) await admin.call('report.settle', { report, outcome: 'dismissed' });
  await ends(anna, bo, dana, admin);
});

test('a message of a direct talk is reported to those who moderate the club, without the rest of the talk', async () => {
  const [anna, bo, moderator, emil] = await lines('anna', 'bo', 'moderator', 'emil');
  const { room: { room } } = await anna.call('direct.open', { member: bo.me });
  await post(anna, room, '这是我们之间的');
  const seq = await post(bo, room, 'Переведи деньги сюда');
  assert.equal(await outcomeOf(emil, 'report.send', { client_id: clientId(), room, seq, reason: 'x' }), 'not_found');
  const { report } = await send(anna, room, seq);
  const [found] = (await moderator.call('report.list')).reports;
  assert.deepEqual([found.report, found.room, found.around], [report, room, []]);
  await moderator.call('report.settle', { report, outcome: 'warned' });
  assert.equal((await settled(anna, seq)).room, room);
  await ends(anna, bo, moderator, emil);
});

test('one is told of the outcome also when one was away, by the list of the own reports', async () => {
  const [anna, bo, moderator] = await lines('anna', 'bo', 'moderator');
  const { report } = await send(anna, 'by', await post(bo, 'by', '刷屏'));
  await anna.close();
  await moderator.call('report.settle', { report, outcome: 'dismissed', note: '没有问题' });
  const back = await club.connect('anna');
  const [own] = (await back.call('report.list', { own: true, state: 'settled' })).reports;
  assert.deepEqual([own.report, own.outcome, own.note], [report, 'dismissed', '没有问题']);
  assert.deepEqual((await bo.call('report.list', { own: true })).reports, []);
  await ends(back, bo, moderator);
});

test('pages of the queue are whole and in order, and open reports of one member are limited', async () => {
  const [emil, bo, moderator] = await lines('emil', 'bo', 'moderator');
  const sent = [];
  for (let i = 0; i < 20; i++) sent.push((await send(emil, 'tj', await post(bo, 'tj', `便宜 ${i}`))).report);
  const more = await post(bo, 'tj', 'ещё');
  assert.equal(await outcomeOf(emil, 'report.send', { client_id: clientId(), room: 'tj', seq: more, reason: 'x' }), 'rate_limited');
  const seen = [];
  for (let page = { more: true }; page.more;) {
    page = await moderator.call('report.list', { limit: 7, ...(seen.length ? { before: seen.at(-1) } : {}) });
    seen.push(...page.reports.map(({ report }) => report));
  }
  assert.deepEqual(seen, sent.reverse());
  for (const report of seen) await moderator.call('report.settle', { report, outcome: 'dismissed' });
  await ends(emil, bo, moderator);
});

test('forged messages, rooms, reports and outcomes are refused before anything is done', async () => {
  const [anna, bo, admin] = await lines('anna', 'bo', 'admin');
  const seq = await post(bo, 'ir', '您好');
  const removed = await post(bo, 'ir', 'x');
  await bo.call('message.remove', { room: 'ir', seq: removed });
  const { seq: reacted } = await anna.call('message.react', { room: 'ir', seq, emoji: '👍', on: true });
  const fine = { client_id: clientId(), room: 'ir', seq, reason: 'Спам' };
  for (const [change, expected] of [
    [{ seq: await post(anna, 'ir', 'своё') }, 'forbidden'],
    [{ seq: removed }, 'not_found'], [{ seq: reacted }, 'not_found'], [{ seq: 999 }, 'not_found'],
    [{ room: 'r.nowhere' }, 'not_found'], [{ room: 'dm.x' }, 'not_found'], [{ room: '@club' }, 'not_found'],
    [{ seq: 0 }, 'params'], [{ seq: -1 }, 'params'], [{ seq: 1.5 }, 'params'], [{ seq: '1' }, 'params'], [{ seq: 1e300 }, 'params'],
    [{ reason: '' }, 'params'], [{ reason: 5 }, 'params'], [{ reason: undefined }, 'params'], [{ reason: 'x'.repeat(501) }, 'too_long'],
    [{ client_id: '' }, 'params'], [{ client_id: 'два' }, 'params'],
  ]) {
    assert.equal(await outcomeOf(anna, 'report.send', { ...fine, ...change }), expected, JSON.stringify(change));
  }
  const { report } = await anna.call('report.send', fine);
  for (const wrong of ['p0', 'p-1', '3', 'a1', 'p99999999999999999999', `${report}x`, 'p4711']) {
    assert.equal(await outcomeOf(admin, 'report.settle', { report: wrong, outcome: 'dismissed' }), 'not_found', wrong);
  }
  for (const outcome of ['', 'Removed', 'open', null, 3, undefined]) assert.equal(await outcomeOf(admin, 'report.settle', { report, outcome }), 'params', `${outcome}`);
  assert.equal(await outcomeOf(admin, 'report.settle', { report, outcome: 'published' }), 'conflict', 'it is not held');
  assert.equal(await outcomeOf(admin, 'report.settle', { report, outcome: 'muted', note: 'x'.repeat(501) }), 'too_long');
  for (const list of [{ state: 'all' }, { state: null }, { before: '9' }, { before: 'a9' }, { limit: 0 }, { limit: -1 }, { own: 1 }]) {
    assert.equal(await outcomeOf(admin, 'report.list', list), 'params', JSON.stringify(list));
  }
  const [still] = (await admin.call('report.list')).reports;
  assert.equal(still.report, report);
  await ends(anna, bo, admin);
});

test('of a text that fifty new accounts post, all but the first two wait for a moderator, who publishes it or drops it', async () => {
  const raiders = Array.from({ length: 50 }, (_, index) => `raider${index}`);
  const raided = await Club.start({ members: ['moderator', 'admin', ...raiders], settings: { CLUB_FIRST_DAY: 'on' } });
  try {
    const [moderator, admin] = [await raided.connect('moderator'), await raided.connect('admin')];
    const raid = [];
    await Promise.all(raiders.map((login) => raided.cookie(login)));
    for (const login of raiders) raid.push(await raided.connect(login));
    const say = (line, text, client_id = clientId('raid')) => line.ask('message.post', { room: 'kz', client_id, text });
    const variants = ['КУПИТЕ слонов, дёшево: пишите мне!', 'купите  слонов\nдёшево… пишите​ мне 🐘'];
    const ids = raid.map(() => clientId('raid'));
    const answers = await Promise.all(raid.map((line, index) => say(line, variants[index % 2], ids[index])));
    const held = answers.flatMap(({ error }, index) => (error ? [{ error, index }] : []));
    assert.equal(held.length, 48);
    for (const { error } of held) assert.deepEqual([error.code, error.data], [1000, { reason: 'held' }]);
    for (const line of raid.slice(0, 5)) assert.ok((await say(line, '好的，谢谢大家')).result, 'what is short is not held');
    const { room: { room: talk } } = await raid[9].call('direct.open', { member: raid[8].me });
    assert.ok((await raid[9].ask('message.post', { room: talk, client_id: clientId(), text: variants[0] })).result, 'nor a direct talk');
    assert.ok((await say(admin, variants[0])).result, 'nor what moderators write');

    // An answer that was lost is asked for again; by an instance that remembers nothing, too.
    const [first, second] = held.map(({ index }) => index);
    await raided.restart();
    const back = [await raided.connect(raiders[first]), await raided.connect(raiders[second]), await raided.connect('moderator')];
    for (const line of raid.slice(0, 2).concat(moderator, admin)) await line.close();
    for (let time = 0; time < 2; time++) assert.equal((await say(back[0], variants[0], ids[first])).error.data.reason, 'held');
    const { head } = (await back[0].call('room.join', { room: 'kz' })).room;
    const queue = [];
    for (let page = { more: true }; page.more;) {
      page = await back[2].call('report.list', queue.length ? { before: queue.at(-1).report } : {});
      queue.push(...page.reports);
    }
    assert.equal(queue.length, 48, 'each is held once');
    const of = (line) => queue.find(({ accused }) => accused.id === line.me).report;
    await back[2].call('report.settle', { report: of(back[0]), outcome: 'published' });
    const published = await back[0].notification('entry', (entry) => entry.client_id === ids[first]);
    assert.deepEqual([published.seq, published.from.id], [head + 1, back[0].me]);
    const told = await settled(back[0], published.seq);
    assert.deepEqual([told.detail.outcome, told.detail.held], ['published', ids[first]]);
    const again = (await say(back[0], variants[0], ids[first])).result;
    assert.deepEqual([again.seq, again.duplicate], [published.seq, true]);
    await back[2].call('report.settle', { report: of(back[1]), outcome: 'dismissed', note: '广告' });
    const dropped = await back[1].notification('acted', ({ action }) => action === 'settle');
    assert.deepEqual([dropped.detail.outcome, dropped.detail.held, dropped.reason], ['dismissed', ids[second], '广告']);
    assert.equal((await say(back[1], variants[0], ids[second])).error.data.reason, 'held');
    const { entries } = await back[0].call('room.history', { room: 'kz' });
    assert.deepEqual(entries.filter(({ text = '' }) => /слонов/iu.test(text)).length, 4, 'two, the admin’s and the published one');
  } finally {
    await raided.finish();
  }
});

test('those who moderate hear that a report came or was settled, and count those that wait; others neither hear nor count', async () => {
  const [anna, bo, moderator, admin] = await lines('anna', 'bo', 'moderator', 'admin');
  const open = async (line) => (await line.call('report.count')).open;
  const before = await open(moderator);
  const heard = [moderator, admin].map((line) => line.notification('reports'));
  const { report } = await send(anna, 'uz', await post(bo, 'uz', 'Дёшево 便宜'));
  await Promise.all(heard);
  assert.equal(await open(moderator), before + 1);
  assert.equal(await open(admin), before + 1);
  const again = moderator.all('reports').length;
  await admin.call('report.settle', { report, outcome: 'dismissed' });
  await moderator.until(() => moderator.all('reports').length > again, 'that it was settled');
  assert.equal(await open(moderator), before);
  assert.equal((await anna.refused('report.count')).reason, 'forbidden');
  assert.equal(anna.all('reports').length, 0);
  await ends(anna, bo, moderator, admin);
});
