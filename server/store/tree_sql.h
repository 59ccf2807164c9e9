#ifndef STORE_TREE_SQL_H
#define STORE_TREE_SQL_H
/* Members in the tree of invites, in words that both databases understand. Bans are kind 2, what is frozen kind 3. */

#define TREE_COLUMNS(now) \
  "m.key, m.login, m.name, m.company, m.country, m.role, m.disabled, m.made_at, " \
  "(SELECT count(*) FROM (SELECT 1 FROM member AS came WHERE came.invited_by = m.key LIMIT 1000) AS those), " \
  "CASE WHEN EXISTS (SELECT 1 FROM sanction AS s WHERE s.member = m.key AND s.room = 0 AND s.kind = 3) " \
  "THEN 1 ELSE 0 END, " \
  "CASE WHEN EXISTS (SELECT 1 FROM sanction AS s WHERE s.member = m.key AND s.room = 0 AND s.kind = 2 AND " \
  "(s.until = 0 OR s.until > " now ")) THEN 1 ELSE 0 END, m.invite"
#define TREE_SELECT(now) "SELECT " TREE_COLUMNS(now) " FROM member AS m "

/* `now` is $1, in the words of each, where it is not said otherwise. */

/* The one of the key $2. */
#define TREE_MEMBER(now) TREE_SELECT(now) "WHERE m.key = $2"
/* Those above the one of the key $1, the nearest first, at most $2; `now` is $3. */
#define TREE_ABOVE(now) \
  "WITH RECURSIVE up(key, far) AS (SELECT member.invited_by, 1 FROM member WHERE member.key = $1 UNION ALL " \
  "SELECT member.invited_by, up.far + 1 FROM up JOIN member ON member.key = up.key WHERE up.far < $2) " \
  "SELECT " TREE_COLUMNS(now) " FROM up JOIN member AS m ON m.key = up.key ORDER BY up.far"
/* Those behind $3, at most $4, of whom `which` ("invited_by", "invite") is $2. */
#define TREE_THOSE(now, which) TREE_SELECT(now) "WHERE m." which " = $2 AND m.key > $3 ORDER BY m.key LIMIT $4"
/* The same for PostgreSQL, which must not take the primary key instead, and look at everybody. */
#define TREE_THOSE_IN_ORDER(now, which) \
  TREE_SELECT(now) "WHERE (m." which ", m.key) > ($2, $3) AND m." which " <= $2 ORDER BY m." which ", m.key LIMIT $4"
/* Whom nobody of the club invited, those behind $2, at most $3. */
#define TREE_ROOTS(now) TREE_SELECT(now) "WHERE m.invited_by IS NULL AND m.key > $2 ORDER BY m.key LIMIT $3"
/* Of a branch, the first $3 of it, and those of them that are frozen. */
#define TREE_COUNT \
  "SELECT count(*), count(s.member) FROM (SELECT branch.key FROM branch LIMIT $3) AS b " \
  "LEFT JOIN sanction AS s ON s.member = b.key AND s.room = 0 AND s.kind = 3"
#endif
