#include "sql.h"
#include "finding.h"
#include "reports_sql.h"
#include "search_sql.h"
#include "tree_sql.h"

#define MEMBER_COLUMNS \
  "key, author, login, name, title, company, country, about, offers, seeks, sectors, languages, role, disabled, " \
  "password, made_at"
#define INVITE_COLUMNS \
  "key, role, room, uses, used, made_at, expires_at, made_by, revoked, digest, " \
  "(SELECT member.name FROM member WHERE member.key = invite.made_by)"
#define PAGE_COLUMNS \
  "seq, at, type, author, member, client_id, text, reply_to, mentions, edited, removed, reacted, target, " \
  "target_member, emoji, flag, reason, action, until, detail"
#define AUDIT_COLUMNS \
  "SELECT audit.key, audit.at, audit.by, actor.name, audit.action, room.id, audit.member, target.name, audit.seq, " \
  "audit.until, audit.reason, audit.detail FROM audit LEFT JOIN member AS actor ON actor.key = audit.by " \
  "LEFT JOIN member AS target ON target.key = audit.member LEFT JOIN room ON room.key = audit.room "
/* Who did it says the log of acts: whoever did the same to the same last. */
#define SANCTION_COLUMNS \
  "SELECT sanction.member, target.name, sanction.room, room.id, sanction.kind, actor.key, actor.name, " \
  "sanction.reason, sanction.at, sanction.until FROM sanction JOIN member AS target ON target.key = sanction.member " \
  "LEFT JOIN member AS actor ON actor.key = (SELECT audit.by FROM audit WHERE audit.member = sanction.member " \
  "AND coalesce(audit.room, 0) = sanction.room AND audit.action = CASE sanction.kind WHEN 1 THEN 'mute' ELSE 'ban' END " \
  "ORDER BY audit.key DESC LIMIT 1) LEFT JOIN room ON room.key = sanction.room "
/* Frozen is neither muted nor banned. */
#define SANCTION_HOLDS(now) "sanction.kind < 3 AND (sanction.until = 0 OR sanction.until > " now ") "
/* Crossings of the rooms of one kind that $1 is a moderator of. What is compared with an index over an expression must
 * have no affinity: +. */
#define CROSSINGS_OF(kind, which) \
  "SELECT crossing.key FROM standing CROSS JOIN room ON room.key = standing.room AND room.kind = " kind " " \
  "CROSS JOIN room AS crossing ON crossing.kind = 2 AND " which " WHERE standing.member = $1 "
/* All rooms that $1 is a moderator of: `room` of `mine`. */
#define MODERATED \
  "WITH mine AS (SELECT standing.room FROM standing WHERE standing.member = $1 UNION " CROSSINGS_OF( \
      "0", \
      "crossing.id > room.id || '.' AND crossing.id < room.id || '/'") "UNION " CROSSINGS_OF("1", \
                                                                                             "substr(crossing.id, instr(crossing.id, '.') + 1) = +room.id") ") "
#define REPORT_COLUMNS \
  "SELECT report.key, report.at, report.member, room.id, report.room, report.seq, report.accused, report.reason, " \
  "report.text, report.text_id, report.reply_to, report.outcome, report.note, report.settled_by, report.settled_at " \
  "FROM report JOIN room ON room.key = report.room "
/* A message's text as of entry `until`. */
#define TEXT_AS_OF(until) \
  "CASE WHEN edited IS NULL THEN text ELSE coalesce((SELECT later.text FROM entry AS later WHERE later.room = $1 " \
  "AND later.target = entry.seq AND later.type = 2 AND later.seq <= " until \
  " ORDER BY later.seq DESC LIMIT 1), text) END"
#define SESSION_COLUMNS "session.key, session.member, made_at, used_at, ended"

/* Those below the ones that a branch begins with. */
#define TREE_BELOW \
  "SELECT came.key FROM branch CROSS JOIN member AS came WHERE came.invited_by = branch.key AND came.role < $2) " TREE_COUNT

static const char *const texts[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN",
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_DATA_VERSION] = "PRAGMA data_version",

    [SQL_META] = "SELECT epoch, secret, schema, oldest FROM meta WHERE one = 1",
    [SQL_CLUB_HEAD] = "SELECT coalesce(max(seq), 0) FROM club_log",
    [SQL_CLUB_ADD] = "INSERT INTO club_log (seq, at, kind, member, session, room) VALUES ($1, $2, $3, $4, $5, $6)",
    [SQL_CLUB_AFTER] = "SELECT seq, kind, member, session, room FROM club_log WHERE seq > $1 ORDER BY seq LIMIT $2",
    [SQL_RAID] = "SELECT value FROM switch WHERE name = 'raid'",

    [SQL_ROOM_BY_ID] = "SELECT key, kind, head, at, low, high, locked, slow, private FROM room WHERE id = $1",
    [SQL_ROOM_BY_PAIR] = "SELECT id FROM room WHERE low = $1 AND high = $2",
    [SQL_ROOM_ADD] = "INSERT INTO room (id, kind, low, high) VALUES ($1, $2, $3, $4)",
    [SQL_ROOM_ADVANCE] = "UPDATE room SET head = $1, at = $2 WHERE key = $3",
    [SQL_ROOM_LIST] =
        "SELECT room.key, room.id, room.kind, room.head, listing.read, room.low, room.high, room.locked, room.slow, "
        "room.private, room.title IS NOT NULL OR room.topic IS NOT NULL OR EXISTS (SELECT 1 FROM pin WHERE pin.room = "
        "room.key), listing.notify FROM listing JOIN room ON room.key = listing.room WHERE listing.member = $1 AND (room.private = 0 OR "
        "EXISTS (SELECT 1 FROM admission WHERE admission.room = room.key AND admission.member = listing.member)) AND "
        "NOT EXISTS (SELECT 1 FROM sanction WHERE sanction.member = listing.member AND sanction.room = room.key AND "
        "sanction.kind = 2 AND (sanction.until = 0 OR sanction.until > $2)) ORDER BY room.at DESC, room.id",
    [SQL_ROOM_SETTINGS] = "SELECT title, topic FROM room WHERE key = $1",
    [SQL_ROOM_UPDATE] = "UPDATE room SET title = $1, topic = $2, locked = $3, slow = $4 WHERE key = $5",
    [SQL_ROOM_CREATE] = "INSERT INTO room (id, kind, title, topic, private, made_by, client_id) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
    [SQL_ROOM_BY_CLIENT] = "SELECT id FROM room WHERE made_by = $1 AND client_id = $2",
    [SQL_ROOM_CUSTOM_COUNT] = "SELECT count(*) FROM room WHERE client_id IS NOT NULL",
    [SQL_ADMISSION_GET] = "SELECT 1 FROM admission WHERE room = $1 AND member = $2",
    [SQL_ADMISSION_ADD] = "INSERT INTO admission (room, member, at) VALUES ($1, $2, $3)",
    [SQL_ADMISSION_DROP] = "DELETE FROM admission WHERE room = $1 AND member = $2",
    [SQL_ADMISSION_COUNT] = "SELECT count(*) FROM admission WHERE room = $1",
    [SQL_PINS] = "SELECT seq, at FROM pin WHERE room = $1 ORDER BY at DESC, seq DESC",
    [SQL_PIN_ADD] = "INSERT INTO pin (room, seq, at) VALUES ($1, $2, $3)",
    [SQL_PIN_DROP] = "DELETE FROM pin WHERE room = $1 AND seq = $2",
    [SQL_POSTED_GET] = "SELECT at FROM posted WHERE room = $1 AND member = $2",
    [SQL_POSTED_SET] = "INSERT INTO posted (room, member, at) VALUES ($1, $2, $3) "
                       "ON CONFLICT (room, member) DO UPDATE SET at = excluded.at",
    [SQL_LISTING_GET] = "SELECT read, notify FROM listing WHERE member = $1 AND room = $2",
    [SQL_LISTING_COUNT] = "SELECT count(*) FROM listing WHERE member = $1",
    [SQL_LISTING_ADD] = "INSERT INTO listing (member, room, read) VALUES ($1, $2, $3)",
    [SQL_LISTING_DROP] = "DELETE FROM listing WHERE member = $1 AND room = $2",
    [SQL_LISTING_NOTIFY] = "UPDATE listing SET notify = $1 WHERE member = $2 AND room = $3",
    [SQL_LISTING_READ] = "UPDATE listing SET read = $1 WHERE member = $2 AND room = $3",

    [SQL_POST] = "INSERT INTO entry (room, seq, at, type, author, member, client_id, text, reply_to, mentions) "
                 "VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9) "
                 "ON CONFLICT (member, client_id) WHERE client_id IS NOT NULL DO NOTHING",
    [SQL_POST_FIND] = "SELECT room, seq, at FROM entry WHERE member = $1 AND client_id = $2",
    [SQL_CHANGE_ADD] = "INSERT INTO entry (room, seq, at, type, author, member, text, target, target_member, emoji, "
                       "flag, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    [SQL_ACT_ADD] = "INSERT INTO entry (room, seq, at, type, author, member, target, target_member, reason, action, "
                    "until, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    [SQL_PURGE_FIND] = "SELECT seq, at, type, member, removed, mentions FROM entry WHERE room = $1 AND seq <= $2 "
                       "ORDER BY seq DESC LIMIT $3",
    [SQL_ENTRY_GET] =
        "SELECT at, type, member, text, edited, removed, mentions FROM entry WHERE room = $1 AND seq = $2",
    [SQL_ENTRY_AT] = "SELECT at FROM entry WHERE room = $1 AND seq = $2",
    [SQL_ENTRY_TEXT] = "SELECT at, text FROM entry WHERE room = $1 AND seq = $2",
    [SQL_ENTRY_EDITED] = "UPDATE entry SET edited = $1 WHERE room = $2 AND seq = $3",
    [SQL_ENTRY_REACTED] = "UPDATE entry SET reacted = 1 WHERE room = $1 AND seq = $2 AND reacted IS NULL",
    [SQL_EDIT_COUNT] = "SELECT count(*) FROM entry WHERE room = $1 AND target = $2 AND type = 2",
    [SQL_WIPE_MESSAGE] = "UPDATE entry SET text = NULL, mentions = NULL, removed = $1 WHERE room = $2 AND seq = $3",
    [SQL_WIPE_EDITS] = "UPDATE entry SET text = NULL, removed = $1 WHERE room = $2 AND target = $3 AND type = 2",
    [SQL_REACTS_OF_MEMBER] = "SELECT seq, at, emoji, flag FROM entry WHERE room = $1 AND target = $2 AND type = 4 "
                             "AND member = $3 ORDER BY key",
    [SQL_REACTIONS] = "SELECT emoji, count FROM reaction WHERE room = $1 AND target = $2 ORDER BY first",
    [SQL_REACTORS] =
        "SELECT member FROM entry WHERE room = $1 AND target = $2 AND emoji = $3 AND type = 4 AND flag = 1 "
        "AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.room = $1 AND later.target = $2 "
        "AND later.type = 4 AND later.member = entry.member AND later.emoji = $3 "
        "AND later.seq > entry.seq) ORDER BY member",
    [SQL_REACTION_UP] = "INSERT INTO reaction (room, target, emoji, count, first) VALUES ($1, $2, $3, 1, $4) "
                        "ON CONFLICT (room, target, emoji) DO UPDATE SET count = reaction.count + 1",
    [SQL_REACTION_DOWN] = "UPDATE reaction SET count = count - 1 WHERE room = $1 AND target = $2 AND emoji = $3",
    [SQL_REACTION_DROP] = "DELETE FROM reaction WHERE room = $1 AND target = $2 AND emoji = $3 AND count <= 0",
    [SQL_MENTION_ADD] = "INSERT INTO mention (member, room, seq) VALUES ($1, $2, $3)",
    [SQL_MENTION_DROP] = "DELETE FROM mention WHERE member = $1 AND room = $2 AND seq = $3",
    [SQL_MENTION_COUNT] = "SELECT count(*) FROM (SELECT 1 FROM mention WHERE member = $1 AND room = $2 AND seq > $3 "
                          "LIMIT $4) AS found",
    [SQL_PAGE_AFTER] =
        "SELECT " PAGE_COLUMNS " FROM entry WHERE room = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4",
    [SQL_PAGE_BEFORE] = "SELECT " PAGE_COLUMNS " FROM entry WHERE room = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
    [SQL_MESSAGES_AFTER] =
        "SELECT " PAGE_COLUMNS " FROM entry WHERE room = $1 AND seq > $2 AND type = 1 ORDER BY seq LIMIT $3",
    [SQL_MESSAGES_BEFORE] =
        "SELECT " PAGE_COLUMNS " FROM entry WHERE room = $1 AND seq < $2 AND type = 1 ORDER BY seq DESC LIMIT $3",
    [SQL_AUTHOR_GET] = "SELECT name, country, company FROM author WHERE key = $1",
    [SQL_MARKS_AFTER] = "SELECT seq, type, member, target, removed FROM entry "
                        "WHERE room = $1 AND seq > $2 AND seq <= $3 ORDER BY seq",
    [SQL_MARKS_BEFORE] =
        "SELECT seq, type, member, target, removed FROM entry WHERE room = $1 AND seq <= $2 ORDER BY seq DESC",
    [SQL_UNREAD_BETWEEN] =
        "SELECT count(*) FROM (SELECT 1 FROM (SELECT type, member, removed FROM entry WHERE room = $1 AND seq > $2 "
        "AND seq <= $3 ORDER BY seq DESC LIMIT $4) AS newest WHERE type = 1 AND member <> $5 AND removed IS NULL "
        "LIMIT $6) AS found",

    [SQL_MEMBER_BY_KEY] = "SELECT " MEMBER_COLUMNS " FROM member WHERE key = $1",
    [SQL_MEMBER_BY_LOGIN] = "SELECT " MEMBER_COLUMNS " FROM member WHERE login = $1",
    [SQL_MEMBER_LIST] = "SELECT " MEMBER_COLUMNS " FROM member ORDER BY login",
    [SQL_MEMBER_MENTIONED] = "SELECT key FROM member WHERE login = $1 AND disabled = 0",
    [SQL_MEMBER_ADD] = "INSERT INTO member (login, name, title, company, country, about, offers, seeks, sectors, "
                       "languages, role, password, author, made_at, invited_by, invite) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14, $15)",
    [SQL_MEMBER_SET_AUTHOR] = "UPDATE member SET author = $1 WHERE key = $2",
    [SQL_MEMBER_UPDATE] =
        "UPDATE member SET name = $1, title = $2, company = $3, country = $4, about = $5, offers = $6, "
        "seeks = $7, sectors = $8, languages = $9 WHERE key = $10",
    [SQL_MEMBER_SET_ROLE] = "UPDATE member SET role = $1 WHERE key = $2",
    [SQL_MEMBER_SET_DISABLED] = "UPDATE member SET disabled = $1 WHERE key = $2",
    [SQL_MEMBER_SET_PASSWORD] = "UPDATE member SET password = $1 WHERE key = $2",
    [SQL_ADMIN_COUNT] = "SELECT count(*) FROM member WHERE role = 2 AND disabled = 0",
    [SQL_AUTHOR_ADD] = "INSERT INTO author (member, name, country, company) VALUES ($1, $2, $3, $4)",

    [SQL_BLOCK_GET] = "SELECT 1 FROM block WHERE member = $1 AND other = $2",
    [SQL_BLOCK_COUNT] = "SELECT count(*) FROM block WHERE member = $1",
    [SQL_BLOCK_ADD] = "INSERT INTO block (member, other, at) VALUES ($1, $2, $3)",
    [SQL_BLOCK_DROP] = "DELETE FROM block WHERE member = $1 AND other = $2",
    [SQL_BLOCKED] = "SELECT " MEMBER_COLUMNS " FROM member WHERE key IN (SELECT other FROM block WHERE member = $1 "
                    "AND other > $2 ORDER BY other LIMIT $3) ORDER BY key",

    [SQL_CARD_CLEAR] = "DELETE FROM card_term WHERE member = $1 AND field = $2",
    [SQL_CARD_ADD] = "INSERT INTO card_term (term, member, field) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [SQL_CARD_MARK] = "INSERT INTO card_cut (member, cutter) VALUES ($1, $2) "
                      "ON CONFLICT (member) DO UPDATE SET cutter = $2",
    [SQL_CARDS_UNCUT] = "SELECT " MEMBER_COLUMNS " FROM member WHERE key > $1 AND NOT EXISTS (SELECT 1 FROM card_cut "
                        "WHERE card_cut.member = member.key AND cutter = $2) ORDER BY key LIMIT $3",
    [SQL_CARD_COUNT] = "SELECT count(*) FROM (SELECT 1 FROM card_term WHERE term = $1 AND field BETWEEN $2 AND $3 "
                       "LIMIT $4) AS found",
    [SQL_CARD_HAS] = "SELECT 1 FROM card_term WHERE term = $1 AND member = $2 AND field BETWEEN $3 AND $4",
    [SQL_CARD_MEMBERS] = "SELECT member FROM card_term WHERE term = $1 AND member > $2 AND field BETWEEN $3 AND $4 "
                         "ORDER BY member LIMIT $5",
    [SQL_MEMBER_AFTER] = "SELECT " MEMBER_COLUMNS " FROM member WHERE key > $1 ORDER BY key",

    [SQL_RIGHTS] = "SELECT role, disabled, author, EXISTS (SELECT 1 FROM sanction WHERE sanction.member = member.key), "
                   "EXISTS (SELECT 1 FROM standing WHERE standing.member = member.key), "
                   "EXISTS (SELECT 1 FROM report WHERE report.accused = member.key AND report.text_id IS NOT NULL) "
                   "FROM member WHERE key = $1",
    [SQL_STANDING_AMONG] = "SELECT 1 FROM room JOIN standing ON standing.room = room.key "
                           "WHERE standing.member = $1 AND room.id IN ($2, $3, $4) LIMIT 1",
    [SQL_STANDING_GET] = "SELECT 1 FROM standing WHERE member = $1 AND room = $2",
    [SQL_STANDINGS] = "SELECT room.id FROM standing JOIN room ON room.key = standing.room "
                      "WHERE standing.member = $1 ORDER BY standing.room",
    [SQL_STANDING_ADD] = "INSERT INTO standing (member, room, at) VALUES ($1, $2, $3)",
    [SQL_STANDING_DROP] = "DELETE FROM standing WHERE member = $1 AND room = $2",
    [SQL_STANDING_COUNT] = "SELECT count(*) FROM standing WHERE member = $1",
    [SQL_SANCTIONS_HERE] = "SELECT room, kind, until FROM sanction WHERE member = $1 AND room IN (0, $2) "
                           "AND (until = 0 OR until > $3)",
    [SQL_SANCTIONS] = "SELECT sanction.kind, room.id, sanction.until, sanction.reason FROM sanction LEFT JOIN room "
                      "ON room.key = sanction.room WHERE sanction.member = $1 "
                      "AND (sanction.until = 0 OR sanction.until > $2) ORDER BY sanction.room, sanction.kind",
    [SQL_SANCTION_GET] = "SELECT until, reason FROM sanction WHERE member = $1 AND room = $2 AND kind = $3 "
                         "AND (until = 0 OR until > $4)",
    [SQL_SANCTION_PUT] = "INSERT INTO sanction (member, room, kind, until, at, reason) VALUES ($1, $2, $3, $4, $5, $6) "
                         "ON CONFLICT (member, room, kind) DO UPDATE SET until = excluded.until, at = excluded.at, "
                         "reason = excluded.reason",
    [SQL_SANCTION_DROP] = "DELETE FROM sanction WHERE member = $1 AND room = $2 AND kind = $3",
    [SQL_SANCTION_CLEAN] = "DELETE FROM sanction WHERE member = $1 AND until > 0 AND until <= $2",
    [SQL_SANCTION_COUNT] = "SELECT count(*) FROM sanction WHERE member = $1 AND (until = 0 OR until > $2)",
    [SQL_SANCTION_LIST] =
        SANCTION_COLUMNS "WHERE (sanction.member, sanction.room, sanction.kind) > ($1, $2, $3) "
                         "AND " SANCTION_HOLDS("$4") "ORDER BY sanction.member, sanction.room, sanction.kind",
    [SQL_SANCTION_OF_ROOM] =
        SANCTION_COLUMNS "WHERE sanction.room = $1 AND (sanction.member, sanction.kind) > ($2, $3) "
                         "AND " SANCTION_HOLDS("$4") "ORDER BY sanction.member, sanction.kind",
    [SQL_SANCTION_OF_MEMBER] =
        SANCTION_COLUMNS "WHERE sanction.member = $1 AND (sanction.room, sanction.kind) > ($2, $3) "
                         "AND " SANCTION_HOLDS("$4") "ORDER BY sanction.room, sanction.kind",
    [SQL_SANCTION_MODERATED] = MODERATED SANCTION_COLUMNS
    "WHERE sanction.room IN (SELECT mine.room FROM mine) AND (sanction.member, sanction.room, "
    "sanction.kind) > ($2, $3, $4) AND " SANCTION_HOLDS("$5") "ORDER BY sanction.member, sanction.room, sanction.kind",
    [SQL_STAFF] = "SELECT key, name, country, company, role, (SELECT room.id FROM standing JOIN room "
                  "ON room.key = standing.room WHERE standing.member = member.key AND room.id IN ($1, $2, $3) "
                  "ORDER BY room.id <> $1, room.id LIMIT 1) FROM member WHERE key IN "
                  "(SELECT key FROM member WHERE role > 0 AND key > $4 UNION SELECT standing.member FROM room "
                  "JOIN standing ON standing.room = room.key WHERE room.id IN ($1, $2, $3) AND standing.member > $4) "
                  "ORDER BY key",
    [SQL_ADMITTED] = "SELECT member.key, name, country, company FROM admission JOIN member ON member.key = "
                     "admission.member WHERE admission.room = $1 AND admission.member > $2 "
                     "ORDER BY admission.member LIMIT $3",
    [SQL_INVITED] = "SELECT key FROM member WHERE invited_by = $1 ORDER BY key LIMIT $2",
    [SQL_CAME] = "SELECT key FROM member WHERE invite = $1 ORDER BY key LIMIT $2",
    [SQL_TREE_MEMBER] = TREE_MEMBER("$1"),
    [SQL_TREE_ABOVE] = TREE_ABOVE("$3"),
    [SQL_TREE_INVITED] = TREE_THOSE("$1", "invited_by"),
    [SQL_TREE_CAME] = TREE_THOSE("$1", "invite"),
    [SQL_TREE_ROOTS] = TREE_ROOTS("$1"),
    [SQL_TREE_BRANCH] = "WITH RECURSIVE branch(key) AS (SELECT $1 UNION ALL " TREE_BELOW,
    [SQL_TREE_BRANCHES] =
        "WITH RECURSIVE branch(key) AS (SELECT key FROM member WHERE invite = $1 AND role < $2 UNION ALL " TREE_BELOW,
    [SQL_INVITER] = "SELECT host.key, host.name FROM member JOIN member AS host ON host.key = member.invited_by "
                    "WHERE member.key = $1",
    [SQL_RAID_SET] = "INSERT INTO switch (name, value) VALUES ('raid', $1) "
                     "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [SQL_AUDIT_ADD] = "INSERT INTO audit (at, by, action, room, member, seq, until, reason, detail) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [SQL_AUDIT_BY_KEY] = AUDIT_COLUMNS "WHERE audit.key = $1",
    [SQL_AUDIT_LIST] = AUDIT_COLUMNS "WHERE audit.key < $1 ORDER BY audit.key DESC",
    [SQL_AUDIT_OF_ROOM] = AUDIT_COLUMNS "WHERE audit.key < $1 AND audit.room = $2 ORDER BY audit.key DESC",
    [SQL_AUDIT_OF_MEMBER] =
        AUDIT_COLUMNS "WHERE audit.key < $1 AND audit.member = $2 UNION ALL " AUDIT_COLUMNS
                      "WHERE audit.key < $1 AND audit.by = $2 AND audit.member IS NOT $2 ORDER BY 1 DESC",

    [SQL_REPORT_ADD] =
        "INSERT INTO report (at, member, client_id, room, seq, accused, reason, text, text_id, reply_to) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    [SQL_REPORT_BY_KEY] = REPORT_COLUMNS "WHERE report.key = $1",
    [SQL_REPORT_BY_CLIENT] = "SELECT key FROM report WHERE member = $1 AND client_id = $2",
    [SQL_REPORT_BY_MESSAGE] =
        "SELECT key FROM report WHERE accused = $1 AND room = $2 AND seq = $3 AND member = $4 ORDER BY key LIMIT 1",
    [SQL_REPORT_HELD] = "SELECT key, room FROM report WHERE accused = $1 AND text_id = $2",
    [SQL_REPORT_OPEN_COUNT] =
        "SELECT count(*) FROM report WHERE member = $1 AND client_id IS NOT NULL AND outcome IS NULL",
    [SQL_REPORT_HELD_COUNT] =
        "SELECT count(*) FROM report WHERE accused = $1 AND text_id IS NOT NULL AND outcome IS NULL",
    [SQL_REPORT_SETTLE] =
        "UPDATE report SET outcome = $1, note = $2, settled_by = $3, settled_at = $4, text = NULL, seq = $5 "
        "WHERE key = $6",
    [SQL_REPORTS_OPEN] = REPORT_COLUMNS "WHERE report.key < $1 AND report.outcome IS NULL ORDER BY report.key DESC",
    [SQL_REPORTS_MARK] = "SELECT " REPORTS_MARK,
    [SQL_REPORTS_SETTLED] =
        REPORT_COLUMNS "WHERE report.key < $1 AND report.outcome IS NOT NULL ORDER BY report.key DESC",
    [SQL_REPORTS_OWN] =
        REPORT_COLUMNS "WHERE report.key < $1 AND report.member = $2 AND (report.outcome IS NOT NULL) = $3 "
                       "ORDER BY report.key DESC",
    [SQL_REPORTS_BEFORE] =
        "SELECT count(*), coalesce(sum(outcome IS NOT NULL AND outcome NOT IN ('dismissed', 'published')), 0) "
        "FROM report WHERE accused = $1 AND key <> $2",

    [SQL_SESSION_BY_DIGEST] = "SELECT " SESSION_COLUMNS " FROM session WHERE digest = $1",
    [SQL_SESSION_BY_KEY] = "SELECT " SESSION_COLUMNS " FROM session WHERE key = $1",
    [SQL_SESSION_ADD] = "INSERT INTO session (digest, member, made_at, used_at, address, client) "
                        "VALUES ($1, $2, $3, $3, $4, $5)",
    [SQL_SESSION_PURGE] = "DELETE FROM session WHERE member = $1 AND (ended > 0 OR made_at < $2 OR used_at < $3)",
    [SQL_SESSIONS_OF_MEMBER] = "SELECT key FROM session WHERE member = $1 AND ended = 0 ORDER BY used_at, key",
    [SQL_SESSION_LIST] = "SELECT key, made_at, used_at, address, client FROM session WHERE member = $1 AND ended = 0 "
                         "AND made_at >= $2 AND used_at >= $3",
    [SQL_SESSION_END] = "UPDATE session SET ended = $1 WHERE key = $2",
    [SQL_SESSION_TOUCH] = "UPDATE session SET used_at = $1 WHERE key = $2",

    [SQL_INVITE_BY_DIGEST] = "SELECT " INVITE_COLUMNS " FROM invite WHERE digest = $1",
    [SQL_INVITE_BY_CLIENT] = "SELECT " INVITE_COLUMNS " FROM invite WHERE made_by = $1 AND client_id = $2",
    [SQL_INVITE_BY_KEY] = "SELECT " INVITE_COLUMNS " FROM invite WHERE key = $1",
    [SQL_INVITE_ADD] = "INSERT INTO invite (digest, role, room, uses, made_at, expires_at, made_by, client_id, first) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [SQL_INVITE_COUNT] = "SELECT count(*) FROM invite WHERE made_by = $1 AND revoked = 0 AND used < uses "
                         "AND (expires_at = 0 OR expires_at > $2)",
    [SQL_INVITE_LIST] = "SELECT " INVITE_COLUMNS " FROM invite WHERE made_by = $1 AND revoked = 0 AND used < uses "
                        "AND (expires_at = 0 OR expires_at > $2) ORDER BY key DESC LIMIT $3",
    [SQL_INVITE_LIST_ANY] = "SELECT " INVITE_COLUMNS " FROM invite WHERE revoked = 0 AND used < uses "
                            "AND (expires_at = 0 OR expires_at > $1) ORDER BY key DESC LIMIT $2",
    [SQL_INVITE_REVOKE] = "UPDATE invite SET revoked = 1 WHERE key = $1",
    [SQL_INVITE_VOID_FIRST] = "UPDATE invite SET revoked = 1 WHERE first = 1 AND revoked = 0",
    [SQL_INVITE_VOID_OF_MEMBER] = "UPDATE invite SET revoked = 1 WHERE made_by = $1 AND revoked = 0",
    [SQL_INVITE_USE] = "UPDATE invite SET used = used + 1 WHERE key = $1",

    [SQL_SEARCH_ROOMS] = SEARCH_ROOMS("$2"),
    [SQL_SEARCH_ROOM] = SEARCH_ROOM("$2"),
    [SQL_FINDING_ROOMS] = FINDING_ROOMS("$2"),
    [SQL_SEARCH_EDITED] =
        "SELECT target FROM entry WHERE room = $1 AND seq > $2 AND type = 2 AND target <= $2 ORDER BY seq DESC LIMIT $3",
    [SQL_SEARCH_MARKS] = "SELECT marks FROM index_term WHERE room = $1 AND block = $2 AND term = $3",
    [SQL_SEARCH_LOOK] = "SELECT at, member, text, type, edited, removed FROM entry WHERE room = $1 AND seq = $2",
    [SQL_INDEX_BEHIND] = "SELECT id FROM room WHERE head > coalesce((SELECT indexed FROM index_room "
                         "WHERE index_room.room = room.key), 0) LIMIT $1",
    [SQL_INDEX_ROOM] =
        "SELECT key, head, coalesce((SELECT indexed FROM index_room WHERE index_room.room = room.key), 0) "
        "FROM room WHERE id = $1",
    [SQL_INDEX_TEXTS] =
        "SELECT seq, member, " TEXT_AS_OF("$2") " FROM entry WHERE room = $1 AND seq > $3 AND seq <= $2 "
                                                "AND type = 1 AND removed IS NULL ORDER BY seq",
    [SQL_INDEX_EDITS] = "SELECT seq, " TEXT_AS_OF("$2") ", " TEXT_AS_OF(
        "$3") " FROM entry WHERE room = $1 AND seq IN "
              "(SELECT target FROM entry AS edit WHERE edit.room = $1 AND edit.seq > $2 AND edit.seq <= $3 "
              "AND edit.type = 2 AND edit.target <= $2) AND removed IS NULL",
    [SQL_INDEX_ADD] = "INSERT INTO index_term (room, block, term, marks) VALUES ($1, $2, $3, $4) "
                      "ON CONFLICT (room, block, term) DO UPDATE SET marks = index_term.marks || excluded.marks",
    [SQL_INDEX_DROP] =
        "UPDATE index_term SET marks = replace(marks, $1, '') WHERE room = $2 AND block = $3 AND term = $4",
    [SQL_INDEX_DROP_EMPTY] = "DELETE FROM index_term WHERE room = $1 AND block = $2 AND term = $3 AND marks = ''",
    [SQL_INDEX_FORGET] = "UPDATE index_term SET marks = club_unmarked($1, marks) "
                         "WHERE room = $2 AND block = $3 AND club_unmarked($1, marks) IS NOT NULL",
    [SQL_INDEX_FORGET_EMPTY] = "DELETE FROM index_term WHERE room = $1 AND block = $2 AND marks = ''",
    [SQL_INDEX_TURN] = "UPDATE index_room SET indexed = -indexed WHERE room = $1",
    [SQL_INDEX_ADVANCE] = "INSERT INTO index_room (room, indexed) VALUES ($1, $2) "
                          "ON CONFLICT (room) DO UPDATE SET indexed = excluded.indexed",
};

const char *sql_text(enum sql sql) {
  return texts[sql];
}
