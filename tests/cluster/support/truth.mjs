// What the store has in the end of what was posted, for checker.mjs.
import { ROOM } from './moderating.mjs';

const TYPES = [, 'message', 'edit', 'remove', 'react', 'room', 'moderation'];
const NUMBERS = ['seq', 'at', 'edited', 'removed', 'target', 'reply_to', 'flag'];

async function readRooms(cluster, which, members) {
  const rooms = {};
  for (const { id, head } of await cluster.query(`SELECT id, head FROM room WHERE ${which} ORDER BY id`)) rooms[id] = { head: Number(head), entries: [] };
  const rows = await cluster.query(
    `SELECT room.id AS room, seq, entry.at, type, login AS member, entry.client_id, text, edited, removed, target, reply_to, emoji, flag
     FROM entry JOIN room ON room.key = entry.room JOIN member ON member.key = entry.member WHERE ${which} ORDER BY room.id, seq`,
  );
  for (const row of rows) {
    for (const name of NUMBERS) if (row[name] !== null) row[name] = Number(row[name]);
    row.type = TYPES[row.type];
    rooms[row.room].entries.push(row);
  }
  const marks = await cluster.query(
    `SELECT room.id AS room, login AS member, read FROM listing JOIN room ON room.key = listing.room JOIN member ON member.key = listing.member WHERE ${which}`,
  );
  return { rooms, marks: new Map(marks.map(({ room, member, read }) => [`${member} ${room}`, Number(read)])), members: Object.fromEntries(members.map(({ login, me }) => [login, me])) };
}

/** All rooms but the one where moderators act: its members keep a journal of their own. `members`: who writes, [{login, me}]. */
export const readTruth = (cluster, members) => readRooms(cluster, `room.id <> '${ROOM}'`, members);

export const readModeratedRoom = (cluster, members) => readRooms(cluster, `room.id = '${ROOM}'`, members);
