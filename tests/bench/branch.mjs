// How long until a branch of the tree of invites that was frozen is out, its members connected to two instances that share
// PostgreSQL and Redis: `node tests/bench/branch.mjs [MEMBERS]`, where `make bench` has been.
import { createHash, randomBytes } from 'node:crypto';
import WebSocket from 'ws';
import { Cluster } from '../cluster/support/cluster.mjs';

const MEMBERS = Number(process.argv[2] ?? 3000);
const AT_ONCE = 50;
const cluster = await Cluster.start({ members: ['admin', 'anna'], settings: { CLUB_LIMITS: 'off' } });

/** They came by three generations: the first member, a tenth by that one, the rest by those. */
async function plant() {
  const [{ key: root }] = await cluster.query("SELECT key FROM member WHERE login = 'anna'");
  await cluster.postgres.query(
    'INSERT INTO member (login, name, sectors, languages, role, author, made_at, invited_by) ' +
      `SELECT 'b' || i, 'Ветвь 分支 ' || i, '', '', 0, ${root}, 1, ${root} FROM generate_series(1, ${MEMBERS}) i`,
  );
  const tenth = Math.ceil(MEMBERS / 10);
  await cluster.postgres.query(
    `UPDATE member m SET invited_by = h.key FROM member h WHERE m.login = 'b' || substr(m.login, 2) AND h.login = 'b' || ` +
      `(1 + substr(m.login, 2)::int % ${tenth}) AND m.login LIKE 'b%' AND m.login <> 'bo' AND substr(m.login, 2)::int > ${tenth}`,
  );
  const members = await cluster.query("SELECT key FROM member WHERE login ~ '^b[0-9]' ORDER BY key");
  const tokens = members.map(() => randomBytes(32).toString('base64url'));
  const rows = members.map(({ key }, index) => {
    const digest = createHash('sha256').update(tokens[index]).digest('hex');
    return `('\\x${digest}', ${key}, ${Date.now()}, ${Date.now()}, 0, '', '')`;
  });
  await cluster.postgres.query(`INSERT INTO session (digest, member, made_at, used_at, ended, address, client) VALUES ${rows.join(', ')}`);
  return { root, tokens };
}

function connect(instance, token) {
  const socket = new WebSocket(`ws://localhost:${instance.port}/ws`, ['club.v1'], {
    origin: instance.origin, headers: { Cookie: `__Host-club=${token}` }, perMessageDeflate: false,
  });
  // When the server's last word came: what this one process needs for thousands of closing lines is not the server's.
  let told;
  socket.on('message', (bytes) => {
    if (bytes.includes('"acted"')) told = performance.now();
  });
  const closed = new Promise((resolve) => socket.once('close', (code) => resolve({ code, at: told })));
  const welcome = new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
  return { closed, welcome };
}

async function gather(tokens) {
  const all = [];
  for (let begin = 0; begin < tokens.length; begin += AT_ONCE) {
    const some = tokens.slice(begin, begin + AT_ONCE).map((token, index) => connect(cluster.instances[index % 2], token));
    await Promise.all(some.map(({ welcome }) => welcome));
    all.push(...some);
  }
  return all;
}

try {
  const { root, tokens } = await plant();
  const lines = await gather(tokens);
  const admin = await cluster.line('admin');
  const used = () => cluster.instances.reduce((sum, instance) => sum + instance.cpu(), 0);
  const before = used();
  const began = performance.now();
  const { members } = await admin.call('invite.freeze', { member: `m${root}`, on: true });
  const answered = performance.now();
  const ends = await Promise.all(lines.map(({ closed }) => closed));
  const codes = [...new Set(ends.map(({ code }) => code))].join(', ');
  const after = ends.map(({ at }) => at - answered).sort((a, b) => a - b);
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  console.log(`${members} frozen, answered after ${seconds(answered - began)}; told and closed with ${codes}: half ${seconds(after[after.length >> 1])} after the answer, all ${seconds(after.at(-1))}; the instances used ${(used() - before).toFixed(2)} s of processor time`);
  await admin.close();
} finally {
  await cluster.finish();
}
process.exit(0);
