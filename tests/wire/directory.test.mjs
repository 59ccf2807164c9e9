// The directory: whoever offers what another seeks, found in any language and in any form of a word.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { clubForFile } from './support/club.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'emil'] });
const logins = async (line, params) => (await line.call('member.find', params)).members.map(({ login }) => login);

const lines = {};
for (const login of ['anna', 'bo', 'dana', 'emil']) lines[login] = await club.connect(login);
const { anna, bo, dana, emil } = lines;
await anna.call('member.update', {
  title: 'Директор', about: 'Двадцать лет заключаем договоры', offers: 'перевозки и таможенное оформление', seeks: 'поставщик хлопка',
  sectors: ['logistics'], languages: ['ru', 'en'],
});
await bo.call('member.update', { offers: '跨境电商仓储', seeks: '寻找经济合作伙伴, customs clearance', languages: ['zh'] });
await dana.call('member.update', { offers: 'payment services', seeks: 'partners in Uzbekistan', sectors: ['fintech'], languages: ['en', 'ru'] });
await emil.call('member.update', { offers: 'поставка хлопка и пряжи', seeks: 'перевозка в Россию', languages: ['ru'] });

test('members are found by words in any form, in three languages', async () => {
  for (const [text, found] of [
    ['договора', ['anna']],
    ['ТАМОЖЕННОГО оформления', ['anna']],
    ['合作', ['bo']],
    ['经济合作', ['bo']],
    ['services payments', ['dana']],
    ['волга', ['anna']], // the company
    ['王博', ['bo']],
    ['emil', ['emil']],
    ['хлопка', ['anna', 'emil']],
    ['хлопка payment', []],
  ]) {
    assert.deepEqual(await logins(dana, { text }), found, text);
  }
});

test('one finds who offers what one seeks, and who seeks what one offers', async () => {
  assert.deepEqual(await logins(anna, { offers: 'поставщик хлопка' }), ['emil']);
  assert.deepEqual(await logins(anna, { seeks: 'перевозки и таможенное оформление' }), ['emil']);
  assert.deepEqual(await logins(bo, { offers: '仓储' }), ['bo']);
  assert.deepEqual(await logins(dana, { offers: 'partners in Uzbekistan' }), []);
});

test('filters narrow the list, and pages cover it once', async () => {
  assert.deepEqual(await logins(anna, {}), ['anna', 'bo', 'dana', 'emil']);
  assert.deepEqual(await logins(anna, { country: 'uz' }), ['emil']);
  assert.deepEqual(await logins(anna, { sector: 'fintech' }), ['dana']);
  assert.deepEqual(await logins(anna, { language: 'ru', text: 'хлопка' }), ['anna', 'emil']);
  const seen = [];
  for (let after, more = true; more; ) {
    const page = await anna.call('member.find', { limit: 1, ...(after ? { after } : {}) });
    ({ more } = page);
    assert.equal(page.members.length, 1);
    after = page.members[0].id;
    seen.push(page.members[0].login);
  }
  assert.deepEqual(seen, ['anna', 'bo', 'dana', 'emil']);
});

test('forged and endless params stay text or are refused', async () => {
  const line = await club.connect('dana');
  for (const [params, field] of [
    [{ country: 'atlantis' }, 'country'],
    [{ sector: "' OR 1=1" }, 'sector'],
    [{ language: 'klingon' }, 'language'],
    [{ after: '1' }, 'after'],
    [{ limit: 0 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ text: '' }, 'text'],
    [{ text: '  ' }, 'text'],
    [{ text: 'bell \u0007' }, 'text'],
    [{ text: ['x'] }, 'text'],
  ]) {
    assert.equal((await line.refused('member.find', params)).field, field, JSON.stringify(params));
  }
  for (const [params, field] of [[{ text: 'w'.repeat(10_000) }, 'text'], [{ offers: 'ы'.repeat(501) }, 'offers'], [{ seeks: '合'.repeat(501) }, 'seeks']]) {
    const refused = await line.refused('member.find', params);
    assert.deepEqual([refused.reason, refused.field], ['too_long', field]);
  }
  for (const text of ['<script>', '%_%', "'; DROP TABLE member; --", '\u202e\u2066', '…', '🚀'.repeat(30), 'w'.repeat(100), 'a "b" NEAR c*']) {
    assert.deepEqual(await logins(line, { text }), [], text);
  }
  await line.close();
});

test('markup, direction marks and long words on a card stay text, and are found', async () => {
  const long = 'й'.repeat(450);
  const about = `<b>жирный</b> \u202eоборот\u202c ${long}`;
  await anna.call('member.update', { about });
  const { members } = await dana.call('member.find', { text: 'жирный оборот' });
  assert.deepEqual(members.map(({ about: said }) => said), [about]);
  assert.deepEqual(await logins(dana, { text: 'договора' }), [], 'what it said before');
});

test('who is disabled is not found, and searching has a rate', async () => {
  await club.command(['member', 'disable', 'emil']);
  assert.deepEqual(await logins(bo, { text: 'пряжа' }), []);
  await club.command(['member', 'enable', 'emil']);
  assert.deepEqual(await logins(bo, { text: 'пряжа' }), ['emil']);
  const refused = await bo.askTooOften('member.find', { text: 'пряжа' });
  assert.ok(refused.length > 0 && refused.every(({ error }) => error.data.reason === 'rate_limited' && error.data.retry_after >= 1));
});

test('members whom an older release stored are found after the start', async () => {
  for (const line of Object.values(lines)) await line.close();
  await club.kill();
  const { status, stderr } = spawnSync('sqlite3', [club.database, 'DELETE FROM card_term; DELETE FROM card_cut;'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  await club.serve();
  const line = await club.connect('anna');
  for (let tries = 0; ; tries++) {
    const found = await logins(line, { offers: 'хлопка' });
    if (found.length > 0 || tries > 20) {
      assert.deepEqual(found, ['emil']);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.deepEqual(await logins(line, { country: 'cn', text: '电商' }), ['bo']);
  await line.close();
});
