// What the store has in the end of what was posted, for checker.mjs.
import { ROOM } from './moderating.mjs';

const TYPES = [, 'message', 'edit', 'remove', 'react', 'room', 'moderation'];
const NUMBERS = ['seq', 'at', 'edited', 'removed', 'target', 'reply_to', 'flag', 'author', 'until'];

/** A member's id, as the protocol has it, of the key in the store. */
const idOf = (key) => `m${key}`;

/** Key → `from` of entries: each is one object, however many entries have it. */
async function readAuthors(cluster) {
  const rows = await cluster.query('SELECT author.key, author.member, author.name, author.country, author.company FROM author');
  return new Map(rows.map(({ key, member, name, country, company }) => [Number(key), { id: idOf(member), name, country: country ?? '', company: company ?? '' }]));
}

/** What everybody is told of an entry and nothing changes, beside what rows show: contents.mjs compares it. What goes with a
 * removed text is not there. */
function saysOf({ type, mentions, target_member: member, reason, action, until, detail }, from) {
  const says = { from, ...(detail && JSON.parse(`{${detail}}`)) }; // a room's settings are kept as they are told
  if (mentions) says.mentions = mentions.split(' ').map(idOf);
  if (reason) says.reason = reason;
  if (type !== 'moderation') return says;
  if (until > 0) says.until = new Date(until).toISOString();
  return { ...says, action, member: idOf(member) };
}

async function readRooms(cluster, which, members) {
  const rooms = {};
  for (const { id, head } of await cluster.query(`SELECT id, head FROM room WHERE ${which} ORDER BY id`)) rooms[id] = { head: Number(head), entries: [] };
  const authors = await readAuthors(cluster);
  const rows = await cluster.query(
    `SELECT room.id AS room, seq, entry.at, type, login AS member, entry.client_id, text, edited, removed, target, reply_to, emoji, flag,
     entry.author, entry.mentions, entry.target_member, entry.reason, entry.action, entry.until, entry.detail
     FROM entry JOIN room ON room.key = entry.room JOIN member ON member.key = entry.member WHERE ${which} ORDER BY room.id, seq`,
  );
  for (const row of rows) {
    for (const name of NUMBERS) if (row[name] !== null) row[name] = Number(row[name]);
    row.type = TYPES[row.type];
    row.says = saysOf(row, authors.get(row.author));
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
