-- The open reports of a room without its settled ones, and a count of them that reads nothing else.

CREATE INDEX report_room_open ON report (room, key) WHERE outcome IS NULL;
-- The pulse looks whether anything was settled.
CREATE INDEX report_settled ON report (settled_at) WHERE settled_at IS NOT NULL;

-- Of the rooms that the member moderates and may enter; of direct talks, where it moderates the club. Newest first.
CREATE FUNCTION club_report_keys_1(given_member bigint, given_settled boolean, given_before bigint, given_limit bigint,
                                   given_now bigint, OUT reason text, OUT keys bigint[])
LANGUAGE plpgsql AS $$
DECLARE
  mine record;
BEGIN
  SELECT * INTO mine FROM club_moderated_1(given_member);
  IF club_is_shut_1(given_member, given_now)
     OR NOT (mine.everything OR EXISTS (SELECT FROM standing s WHERE s.member = given_member)) THEN
    reason := 'forbidden';
  ELSIF mine.everything AND given_settled THEN
    keys := ARRAY(SELECT p.key FROM report p JOIN room r ON r.key = p.room
                    WHERE p.key < given_before AND p.outcome IS NOT NULL AND p.accused <> given_member
                      AND (r.kind = 3 OR club_enters_1(r, given_member, given_now) IS NULL)
                    ORDER BY p.key DESC LIMIT given_limit);
  ELSIF mine.everything THEN
    keys := ARRAY(SELECT p.key FROM report p JOIN room r ON r.key = p.room
                    WHERE p.key < given_before AND p.outcome IS NULL AND p.accused <> given_member
                      AND (r.kind = 3 OR club_enters_1(r, given_member, given_now) IS NULL)
                    ORDER BY p.key DESC LIMIT given_limit);
  ELSIF given_settled THEN
    keys := ARRAY(SELECT near.key FROM unnest(mine.rooms) AS mine_too(room) JOIN room r ON r.key = mine_too.room,
                    LATERAL (SELECT p.key FROM report p
                               WHERE (p.room, p.key) > (r.key, 0) AND (p.room, p.key) < (r.key, given_before)
                                 AND p.outcome IS NOT NULL AND p.accused <> given_member
                               ORDER BY p.room DESC, p.key DESC LIMIT given_limit) AS near
                    WHERE club_enters_1(r, given_member, given_now) IS NULL
                    ORDER BY near.key DESC LIMIT given_limit);
  ELSE
    keys := ARRAY(SELECT near.key FROM unnest(mine.rooms) AS mine_too(room) JOIN room r ON r.key = mine_too.room,
                    LATERAL (SELECT p.key FROM report p
                               WHERE (p.room, p.key) > (r.key, 0) AND (p.room, p.key) < (r.key, given_before)
                                 AND p.outcome IS NULL AND p.accused <> given_member
                               ORDER BY p.room DESC, p.key DESC LIMIT given_limit) AS near
                    WHERE club_enters_1(r, given_member, given_now) IS NULL
                    ORDER BY near.key DESC LIMIT given_limit);
  END IF;
END $$;

CREATE FUNCTION club_reports_open_1(given_member bigint, given_limit bigint, given_now bigint)
RETURNS TABLE (reason text, found bigint) LANGUAGE sql VOLATILE AS $$
  SELECT k.reason, coalesce(cardinality(k.keys), 0)::bigint
    FROM club_report_keys_1($1, false, 9223372036854775807, $2, $3) AS k;
$$;

-- As before, with the keys from there; `reported_before` counts all other reports about the accused.
CREATE OR REPLACE FUNCTION club_reports_1(given_member bigint, given_own boolean, given_settled boolean, given_before bigint,
                               given_limit bigint, given_now bigint)
RETURNS TABLE (reason text, its_key bigint, its_at bigint, sender bigint, accused bigint, settled_by bigint, room text,
               seq bigint, its_text text, its_reason text, reported_before bigint, upheld_before bigint, outcome text,
               note text, settled_at bigint, around boolean)
LANGUAGE plpgsql ROWS 20 AS $$
#variable_conflict use_column
DECLARE
  wanted_keys bigint[];
BEGIN
  IF NOT given_own THEN
    SELECT k.reason, k.keys INTO reason, wanted_keys
      FROM club_report_keys_1(given_member, given_settled, given_before, given_limit, given_now) AS k;
  ELSIF club_is_shut_1(given_member, given_now) THEN
    reason := 'forbidden';
  ELSE
    wanted_keys := ARRAY(SELECT p.key FROM report p
                           WHERE p.member IS NOT NULL AND (p.member, p.key) > (given_member, 0)
                             AND (p.member, p.key) < (given_member, given_before)
                             AND (p.outcome IS NOT NULL) = given_settled
                           ORDER BY p.member DESC, p.key DESC LIMIT given_limit);
  END IF;
  IF reason IS NOT NULL THEN
    RETURN NEXT;
    RETURN;
  END IF;
  RETURN QUERY
    SELECT NULL::text, p.key, p.at, coalesce(p.member, 0), p.accused, CASE WHEN given_own THEN 0 ELSE coalesce(p.settled_by, 0) END,
           r.id::text, coalesce(p.seq, 0),
           CASE WHEN p.seq IS NULL THEN p.text
                WHEN given_own AND club_enters_1(r, given_member, given_now) IS NOT NULL THEN NULL
                ELSE (SELECT CASE WHEN e.edited IS NULL THEN e.text ELSE
                               (SELECT x.text FROM entry x WHERE x.room = e.room AND x.seq = e.edited) END
                        FROM entry e WHERE e.room = p.room AND e.seq = p.seq) END,
           p.reason,
           CASE WHEN given_own THEN 0 ELSE
             (SELECT count(*) FROM report o WHERE o.accused = p.accused AND o.key <> p.key) END,
           CASE WHEN given_own THEN 0 ELSE
             (SELECT count(*) FROM report o WHERE o.accused = p.accused AND o.key <> p.key
                AND o.outcome NOT IN ('dismissed', 'published')) END,
           p.outcome, p.note, coalesce(p.settled_at, 0), NOT given_own AND p.seq IS NOT NULL AND r.kind <> 3
    FROM unnest(wanted_keys) AS wanted(key) JOIN report p ON p.key = wanted.key JOIN room r ON r.key = p.room
    ORDER BY p.key DESC;
END $$;

-- By member, room, kind, behind given_after. What it takes to see others' is in the program's table of rights
-- (given_in_room, given_in_club); one's own everybody sees.
CREATE OR REPLACE FUNCTION club_sanctions_1(given_in_room bigint, given_in_club bigint, given_asker bigint, given_room text,
                                 given_member bigint, after_member bigint, after_room bigint, after_kind bigint,
                                 given_limit bigint, given_now bigint)
RETURNS TABLE (reason text, its_member bigint, member_name text, room_key bigint, its_room text, its_kind bigint,
               its_by bigint, by_name text, its_reason text, since bigint, its_until bigint)
LANGUAGE plpgsql ROWS 100 AS $$
#variable_conflict use_column
DECLARE
  now bigint := club_now_1(given_now);
  own boolean := given_member = given_asker;
  everything boolean := false;
  rooms bigint[] := '{}';
  it room;
  picked sanction[];
BEGIN
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  IF club_is_shut_1(given_asker, given_now) THEN
    reason := 'forbidden';
  ELSIF given_room IS NOT NULL THEN
    reason := club_enters_1(it, given_asker, given_now);
    IF own AND reason = 'banned' THEN
      reason := NULL;
    ELSIF reason IS NULL AND NOT own AND club_standing_1(given_asker, it.key) < given_in_room THEN
      reason := 'forbidden';
    END IF;
    rooms := ARRAY[it.key];
  ELSIF NOT own THEN
    SELECT club_standing_1(given_asker, NULL) >= given_in_club, m.rooms INTO everything, rooms
      FROM club_moderated_1(given_asker) m;
    IF NOT everything AND rooms = '{}' THEN
      reason := 'forbidden';
    END IF;
    IF NOT everything THEN
      rooms := ARRAY(SELECT r.key FROM unnest(rooms) AS of(room) JOIN room r ON r.key = of.room
                       WHERE club_enters_1(r, given_asker, given_now) IS NULL);
    END IF;
  END IF;
  IF reason IS NOT NULL THEN
    RETURN NEXT;
    RETURN;
  END IF;
  IF given_member > 0 THEN
    picked := ARRAY(SELECT s FROM sanction s
                      WHERE s.member = given_member AND (given_member, s.room, s.kind) > (after_member, after_room, after_kind)
                        AND s.kind < 3 AND (s.until = 0 OR s.until > now)
                        AND ((own AND given_room IS NULL) OR s.room = ANY (rooms) OR (everything AND (s.room = 0
                             OR club_enters_1((SELECT r FROM room r WHERE r.key = s.room), given_asker, given_now) IS NULL)))
                      ORDER BY s.room, s.kind LIMIT given_limit);
  ELSIF everything THEN
    picked := ARRAY(SELECT s FROM sanction s
                      WHERE (s.member, s.room, s.kind) > (after_member, after_room, after_kind)
                        AND s.kind < 3 AND (s.until = 0 OR s.until > now)
                        AND (s.room = 0
                             OR club_enters_1((SELECT r FROM room r WHERE r.key = s.room), given_asker, given_now) IS NULL)
                      ORDER BY s.member, s.room, s.kind LIMIT given_limit);
  ELSE
    picked := ARRAY(SELECT near.s
                      FROM unnest(rooms) AS of(room),
                        LATERAL (SELECT s, s.member, s.room, s.kind FROM sanction s
                                   WHERE s.room = of.room AND s.member >= after_member
                                     AND (s.member, s.room, s.kind) > (after_member, after_room, after_kind)
                                     AND s.kind < 3 AND (s.until = 0 OR s.until > now)
                                   ORDER BY s.room, s.member, s.kind LIMIT given_limit) AS near
                      ORDER BY near.member, near.room, near.kind LIMIT given_limit);
  END IF;
  RETURN QUERY
    SELECT NULL::text, p.member, (SELECT m.name FROM member m WHERE m.key = p.member), p.room,
           (SELECT r.id::text FROM room r WHERE r.key = p.room), p.kind, coalesce(actor.key, 0), actor.name,
           p.reason, p.at, p.until
      FROM unnest(picked) AS p
        -- Who did it says the log of acts: whoever did the same to the same last. In the order of that member's acts, so
        -- that nobody else's are read.
        LEFT JOIN member actor ON actor.key = (SELECT a.by FROM audit a
          WHERE a.member IS NOT NULL AND (a.member, a.key) > (p.member, 0) AND a.member <= p.member
            AND coalesce(a.room, 0) = p.room AND a.action = CASE p.kind WHEN 1 THEN 'mute' ELSE 'ban' END
          ORDER BY a.member DESC, a.key DESC LIMIT 1)
      ORDER BY p.member, p.room, p.kind;
END $$;
