// All members of two instances lose their lines in one moment and come back as their browsers do, with TLS: both instances
// are killed, and started again at once. PostgreSQL, Redis and both instances share the server's core. Each member has a
// list of thirty rooms; coming back it is welcomed, asks in one frame for the room in which all are, after the last entry
// it has, and for its list, and is back when it has both answers and nothing of the room is missing.
import {Cluster} from './cluster.mjs';
import {cores, fast, load, many, say, wanted} from './measuring.mjs';
import {decimals, table, thousands} from './table.mjs';

const ROOM = 'kz.fintech'; // where the load generator's members are
const ROOMS = 28; // on each list, and two direct talks
const MESSAGES = 50, UNREAD = 20; // in each room, and at most

// Through the server this would take an hour.
const LISTS = [
  `INSERT INTO entry (room, seq, at, author, member, type, client_id, text)
   SELECT r.key, s, 1, m.author, m.key, 1, 'before-' || r.key || '-' || s, repeat('Караван идёт 商队 ', 12)
   FROM room r, generate_series(1, ${MESSAGES}) s, (SELECT key, author FROM member ORDER BY key LIMIT 1) m
   WHERE r.kind <> 3`,
  `UPDATE room SET head = ${MESSAGES}, at = 1 WHERE kind <> 3`,
  `WITH numbered AS (SELECT key, row_number() OVER (ORDER BY key) AS n FROM member),
     pair AS (SELECT a.key AS low, b.key AS high, a.n FROM numbered a JOIN numbered b ON b.n = a.n + 1)
   INSERT INTO room (id, kind, low, high) SELECT 'dm.' || lpad(n::text, 22, '0'), 3, low, high FROM pair`,
  `INSERT INTO listing (member, room, read)
   SELECT low, key, 0 FROM room WHERE kind = 3 UNION ALL SELECT high, key, 0 FROM room WHERE kind = 3`,
  `WITH place AS (SELECT key, row_number() OVER (ORDER BY id = '${ROOM}' DESC, id) - 1 AS n, count(*) OVER () AS all_of
     FROM room WHERE kind <> 3)
   INSERT INTO listing (member, room, read)
   SELECT m.key, p.key, ${MESSAGES} - (m.key * 31 + p.n * 7) % ${UNREAD + 1} FROM member m JOIN place p
   ON p.n = 0 OR (p.n + m.key * 13) % (p.all_of - 1) < ${ROOMS - 1}`,
  'VACUUM ANALYZE',
];

const COUNTED = ['clubd_store_reads_total', 'clubd_pages_read_total', 'clubd_pages_shared_total'];
const counts = async ({adminPort}) => {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  return Object.fromEntries(COUNTED.map((name) => [name, Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)[1])]));
};

/** Each is started again in the moment in which it is gone. */
const startAgain = (club) => {
  const killed = club.child;
  return killed.ended.then(() => { if (club.child === killed) club.start(); });
};

const once = async (cluster) => {
  const clubs = [cluster.one, cluster.other];
  let store, bus;
  const again = Promise.all(clubs.map(startAgain));
  clubs[0].child.ended.then(() => [store, bus] = [cluster.storeSeconds(), cluster.busSeconds()]);
  const result = await load('stampede', {...cores, ...cluster.both(), members: many, list: 1, ms: fast ? 500 : 2000});
  await again;
  const said = await Promise.all(clubs.map(counts));
  for (const name of COUNTED) result[name] = said.reduce((sum, one) => sum + one[name], 0);
  return {...result, store_cpu: cluster.storeSeconds() - store, bus_cpu: cluster.busSeconds() - bus,
    instances_cpu: cluster.serverSeconds()};
};

const rowsOf = (one) => {
  const seconds = (...keys) => keys.map((key) => `${decimals(one[key], 1)} s`).join(' / ');
  const numbers = (...keys) => keys.map((key) => thousands(one[key])).join(' / ');
  const reads = one.clubd_store_reads_total;
  return [
    ['back and caught up: the first / half / 99 of 100 / all', seconds('first_s', 'half_s', 'p99_s', 'all_s')],
    ['told to come later: members / times / most often one member', numbers('told_members', 'told', 'told_most')],
    ['… in so long: least / median / most', seconds('told_least_s', 'told_median_s', 'told_longest_s')],
    ['… who came before that', numbers('early')],
    ['tries where nobody listened / that broke / that were given up after 20 s without a word',
      numbers('refused', 'broken', 'out_of_patience')],
    ['posts of those who were in, until answered: median / longest', seconds('post_s', 'post_longest_s')],
    ['reads of the store: all / for a member', `${thousands(reads)} / ${decimals(reads / one.members)}`],
    ['pages of the room: read / given to others, too', numbers('clubd_pages_read_total', 'clubd_pages_shared_total')],
    ['processor time: PostgreSQL / both instances / Redis', seconds('store_cpu', 'instances_cpu', 'bus_cpu')],
    ['cores busy: server / load', `${decimals(one.server_core)} / ${decimals(one.load_core)}`],
  ];
};

/** The table's text; empty when it isn't wanted. */
export const herdTable = async () => {
  if (!wanted('herd')) return '';
  say(`a herd of ${thousands(many)} over two instances`);
  const cluster = await Cluster.start({members: many, tls: true});
  try {
    for (const statement of LISTS) await cluster.postgres.query(statement);
    return table([`${thousands(many)} members with TLS, both of two instances killed with \`kill -9\` and started again`, ''],
      rowsOf(await once(cluster)));
  } finally {
    await cluster.end();
  }
};
