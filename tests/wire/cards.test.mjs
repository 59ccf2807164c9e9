// Members' cards: what others see of a member, and the member's own changes of it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from './support/club.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana'] });

test('a card shows what its member said, to everybody and over reconnects', async () => {
  const [anna, bo] = [await club.connect('anna'), await club.connect('bo')];
  const card = {
    name: 'Анна Ким', title: 'Директор', company: '丝路贸易', country: 'kz', sectors: ['fintech', 'trade'], languages: ['ru', 'zh'],
    about: 'Двадцать лет в логистике.', offers: 'склад в Алматы', seeks: '寻找电商合作伙伴',
  };
  const { member } = await anna.call('member.update', card);
  for (const [field, value] of Object.entries(card)) assert.deepEqual(member[field], value, field);
  assert.deepEqual((await bo.call('member.get', { member: anna.me })).member, { ...member, blocked: false });
  await anna.close();
  const again = await club.connect('anna');
  const { online, ...kept } = (await again.call('member.get', { member: again.me })).member;
  const { online: was, ...said } = member;
  assert.deepEqual(kept, said);
  assert.deepEqual([online, was], [true, true]);
  await again.close();
  await bo.close();
});

test('entries keep the name that their author had', async () => {
  const anna = await club.connect('anna');
  await anna.call('room.join', { room: 'uz' });
  const post = async (text) => anna.entry('uz', (await anna.call('message.post', { room: 'uz', client_id: clientId(), text })).seq);
  await anna.call('member.update', { name: 'Анна Первая' });
  const first = await post('раз');
  await anna.call('member.update', { name: 'Анна Вторая' });
  const second = await post('два');
  const { entries } = await anna.call('room.history', { room: 'uz' });
  assert.deepEqual([first, second].map(({ from }) => from.name), ['Анна Первая', 'Анна Вторая']);
  assert.deepEqual(entries.map(({ from }) => from.name), ['Анна Первая', 'Анна Вторая']);
  await anna.close();
});

test('markup, direction marks and long words stay text, and what is too long is refused', async () => {
  const dana = await club.connect('dana');
  const about = '<script>alert("x")</script> \u202eоборот\u202c "\\" ' + 'ы'.repeat(400);
  assert.equal((await dana.call('member.update', { about })).member.about, about);
  for (const [params, what] of [
    [{ about: 'ы'.repeat(501) }, { reason: 'too_long', field: 'about' }],
    [{ name: 'x'.repeat(10_000) }, { reason: 'too_long', field: 'name' }],
    [{ name: '' }, { field: 'name' }],
    [{ name: '   ' }, { field: 'name' }],
    [{ about: 'bell \u0007' }, { field: 'about' }],
    [{ country: 'atlantis' }, { field: 'country' }],
    [{ sectors: ['alchemy'] }, { field: 'sectors' }],
    [{ languages: 'ru' }, { field: 'languages' }],
  ]) {
    const refused = await dana.refused('member.update', params);
    assert.deepEqual({ reason: refused.reason, field: refused.field }, { reason: undefined, field: undefined, ...what }, JSON.stringify(params).slice(0, 60));
  }
  assert.equal((await dana.call('member.get', { member: dana.me })).member.about, about, 'nothing of it was taken');
  assert.equal((await dana.refused('member.get', { member: 'm4711' })).reason, 'not_found');
  await dana.close();
});
