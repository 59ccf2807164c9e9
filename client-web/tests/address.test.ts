import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inviteIn, memberHref, readRoute, roomHref } from '../src/app/address.js';

test('An invite link is read, other addresses are not taken for one', () => {
  assert.equal(
    inviteIn('#invite=Fl_eBTeZ-Ul2J3E4Nxva9JQeZcBfIsHIBUU7ZgBlROU'),
    'Fl_eBTeZ-Ul2J3E4Nxva9JQeZcBfIsHIBUU7ZgBlROU',
  );
  for (const hash of ['', '#/', '#invite=', '#invite=a/b', '#/room/invite=abc'])
    assert.equal(inviteIn(hash), null, hash);
});

test('An address of a room leads to it, a broken one to the list', () => {
  assert.deepEqual(readRoute(roomHref('dm.m1%-m2/x')), { page: 'room', room: 'dm.m1%-m2/x' });
  assert.deepEqual(readRoute(memberHref('m7')), { page: 'member', member: 'm7' });
  assert.deepEqual(readRoute('#/room/%E0%A4%A'), { page: 'room', room: '%E0%A4%A' });
  for (const hash of ['', '#/', '#/room/', '#nothing']) assert.deepEqual(readRoute(hash), { page: 'rooms' }, hash);
});
