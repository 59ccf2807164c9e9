import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryHref, inviteIn, memberHref, readRoute, roomHref } from '../src/app/address.js';

test('An invite link is read, other addresses are not taken for one', () => {
  assert.equal(
    inviteIn('#invite=Fl_eBTeZ-Ul2J3E4Nxva9JQeZcBfIsHIBUU7ZgBlROU'),
    'Fl_eBTeZ-Ul2J3E4Nxva9JQeZcBfIsHIBUU7ZgBlROU',
  );
  for (const hash of ['', '#/', '#invite=', '#invite=a/b', '#/room/invite=abc'])
    assert.equal(inviteIn(hash), null, hash);
});

test('An address of a room leads to it, a broken one to the list', () => {
  assert.deepEqual(readRoute(roomHref('dm.m1%-m2/x')), { page: 'room', room: 'dm.m1%-m2/x', target: null });
  assert.deepEqual(readRoute(memberHref('m7')), { page: 'member', member: 'm7' });
  assert.deepEqual(readRoute('#/room/%E0%A4%A'), { page: 'room', room: '%E0%A4%A', target: null });
  for (const hash of ['', '#/', '#/room/', '#nothing']) assert.deepEqual(readRoute(hash), { page: 'rooms' }, hash);
});

test('An address of an entry leads to it, a broken one to its room', () => {
  assert.deepEqual(readRoute(entryHref('kz.fintech', 42)), { page: 'room', room: 'kz.fintech', target: { seq: 42 } });
  for (const entry of ['', '0', '-1', '1e3', '7x', '9'.repeat(17)])
    assert.deepEqual(readRoute(`#/room/kz/${entry}`), { page: 'room', room: 'kz', target: null }, entry);
});
