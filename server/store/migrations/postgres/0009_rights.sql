-- Who may enter, whose word counts where, and how an act is written down. What it takes for an act is in the program's one
-- table of rights and comes with each call (club_right_1); what makes a standing is here alone.
--
-- Whatever acts, appoints or dismisses holds the club log's row first (club_hold_1) and looks in statements after that: so
-- standings, sanctions and switches stay as they were seen until the act is done.

CREATE TYPE club_right_1 AS (done text, undone text, in_room bigint, in_club bigint, room boolean, club boolean,
                             above boolean, oneself boolean);

-- The crossings of a sector. Those of a country are found by the beginning of their ids.
CREATE INDEX room_sector ON room (substr(id, position('.' IN id) + 1)) WHERE kind = 2;
CREATE INDEX room_custom ON room (key) WHERE kind = 4;
CREATE INDEX room_private ON room (key) WHERE private <> 0;
CREATE INDEX audit_by ON audit (by, key) WHERE by IS NOT NULL;

-- Disabled, banned from the club, or frozen.
CREATE FUNCTION club_is_shut_1(given_member bigint, given_now bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN NOT EXISTS (SELECT FROM member m WHERE m.key = given_member AND m.disabled = 0)
    OR EXISTS (SELECT FROM sanction s WHERE s.member = given_member AND s.room = 0 AND s.kind IN (2, 3)
                 AND (s.until = 0 OR s.until > club_now_1(given_now)));
END $$;

-- Why the member may not enter; absent: may. The one place for it.
CREATE FUNCTION club_enters_1(it room, given_member bigint, given_now bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF it.key IS NULL OR (it.kind = 3 AND given_member NOT IN (it.low, it.high)) THEN
    RETURN 'not_found';
  END IF;
  IF club_is_shut_1(given_member, given_now) THEN
    RETURN 'forbidden';
  END IF;
  IF it.private <> 0 AND NOT EXISTS (SELECT FROM admission a WHERE a.room = it.key AND a.member = given_member) THEN
    RETURN 'not_found';
  END IF;
  IF EXISTS (SELECT FROM sanction s WHERE s.member = given_member AND s.room = it.key AND s.kind = 2
               AND (s.until = 0 OR s.until > club_now_1(given_now))) THEN
    RETURN 'banned';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION club_entering_1(given_room text, given_member bigint, given_now bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  it room;
BEGIN
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  RETURN club_enters_1(it, given_member, given_now);
END $$;

-- How far the member's word counts in a room, or, where it is absent, in the club: 0, a member's; 1, of the room; 2, of the
-- club; 3, an admin's. The one place for it.
CREATE FUNCTION club_standing_1(given_member bigint, given_room bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  its_role bigint := (SELECT m.role FROM member m WHERE m.key = given_member);
  it record;
BEGIN
  IF its_role > 0 THEN
    RETURN its_role + 1;
  END IF;
  IF EXISTS (SELECT FROM standing s WHERE s.member = given_member AND s.room = given_room) THEN
    RETURN 1;
  END IF;
  SELECT r.id, position('.' IN r.id) AS dot INTO it FROM room r WHERE r.key = given_room AND r.kind = 2;
  IF FOUND AND EXISTS (SELECT FROM standing s JOIN room r ON r.key = s.room
                         WHERE s.member = given_member
                           AND r.id IN (left(it.id, it.dot - 1), substr(it.id, it.dot + 1))) THEN
    RETURN 1;
  END IF;
  RETURN 0;
END $$;

-- What somebody moderates: `everything`, or those rooms.
CREATE FUNCTION club_moderated_1(given_member bigint, OUT everything boolean, OUT rooms bigint[])
LANGUAGE plpgsql AS $$
BEGIN
  everything := club_standing_1(given_member, NULL) >= 2;
  rooms := ARRAY(
    SELECT s.room FROM standing s WHERE s.member = given_member
    UNION SELECT crossing.key FROM standing s JOIN room r ON r.key = s.room AND r.kind = 0,
      LATERAL (SELECT c.key FROM room c
                 WHERE c.kind = 2 AND c.id > r.id || '.' AND c.id < r.id || '/' OFFSET 0) AS crossing
      WHERE s.member = given_member
    UNION SELECT crossing.key FROM standing s JOIN room r ON r.key = s.room AND r.kind = 1,
      LATERAL (SELECT c.key FROM room c
                 WHERE c.kind = 2 AND substr(c.id, position('.' IN c.id) + 1) = r.id OFFSET 0) AS crossing
      WHERE s.member = given_member);
END $$;

-- May the actor do it, there and to that member (0: to nobody)? The one place for it. Holds what may not change meanwhile.
-- `its_room`: absent where it is done in the club.
CREATE FUNCTION club_may_1(given_right club_right_1, given_actor bigint, given_room text, given_member bigint,
                           given_now bigint, OUT reason text, OUT its_room bigint)
LANGUAGE plpgsql AS $$
DECLARE
  standing bigint;
  it room;
BEGIN
  PERFORM club_hold_1();
  IF club_is_shut_1(given_actor, given_now) THEN
    reason := 'forbidden';
    RETURN;
  END IF;
  IF given_right.room AND (given_room IS NOT NULL OR NOT given_right.club) THEN
    SELECT * INTO it FROM room r WHERE r.id = given_room;
    reason := club_enters_1(it, given_actor, given_now);
    IF reason IS NOT NULL THEN
      RETURN;
    END IF;
    its_room := it.key;
  END IF;
  standing := club_standing_1(given_actor, its_room);
  IF standing < (CASE WHEN its_room IS NULL THEN given_right.in_club ELSE given_right.in_room END) THEN
    reason := 'forbidden';
  ELSIF given_member = 0 THEN
    RETURN;
  ELSIF NOT EXISTS (SELECT FROM member m WHERE m.key = given_member) THEN
    reason := 'not_found';
  ELSIF given_right.above AND NOT (given_right.oneself AND given_member = given_actor)
        AND club_standing_1(given_member, its_room) >= standing THEN
    reason := 'forbidden';
  END IF;
END $$;

-- ---- how it is written down ----

CREATE FUNCTION club_role_word_1(given_role bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE given_role WHEN 0 THEN 'member' WHEN 1 THEN 'moderator' ELSE 'admin' END;
END $$;

-- Into the audit log; its key.
CREATE FUNCTION club_note_1(given_actor bigint, given_action text, given_room bigint, given_member bigint,
                            given_seq bigint, given_until bigint, given_reason text, given_detail text,
                            given_now bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  its_key bigint;
BEGIN
  INSERT INTO audit (at, by, action, room, member, seq, until, reason, detail)
    VALUES (club_now_1(given_now), given_actor, given_action, given_room, given_member, given_seq, given_until,
            nullif(given_reason, ''), given_detail)
    RETURNING key INTO its_key;
  RETURN its_key;
END $$;

-- Whom it concerns is told by every instance; the club log's head.
CREATE FUNCTION club_tell_1(given_audit bigint, given_member bigint, given_room bigint, given_now bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RETURN club_add_1(4, given_member, given_audit, (SELECT r.id FROM room r WHERE r.key = given_room), given_now);
END $$;

-- Into the room's log: of the type 5, what changed there, or 6, what was done to somebody.
CREATE FUNCTION club_write_1(given_room bigint, given_actor bigint, given_type bigint, given_action text,
                             given_member bigint, given_until bigint, given_reason text, given_detail text,
                             given_now bigint, OUT its_seq bigint, OUT its_at bigint)
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE room SET head = head + 1, at = greatest(at, club_now_1(given_now)) WHERE key = given_room
    RETURNING head, at INTO its_seq, its_at;
  INSERT INTO entry (room, seq, at, type, author, member, action, target_member, until, reason, detail)
    SELECT given_room, its_seq, its_at, given_type, m.author, m.key, given_action, given_member, given_until,
           nullif(given_reason, ''), given_detail FROM member m WHERE m.key = given_actor;
END $$;

-- What an act answers: `first` to `seq` are the entries that it added to the room's log, `first` absent where there are none.
CREATE TYPE club_acted_1 AS (reason text, changed boolean, seq bigint, at bigint, until bigint, audit bigint,
                             club_head bigint, count bigint, room_id text, room bigint, first bigint);

-- … before anything changed: the room as it stands.
CREATE FUNCTION club_unchanged_1(given_room bigint) RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  acted club_acted_1;
BEGIN
  acted.changed := false;
  acted.room := given_room;
  SELECT r.id, r.head, r.at INTO acted.room_id, acted.seq, acted.at FROM room r WHERE r.key = given_room;
  RETURN acted;
END $$;

-- The log from given_first to given_last, as it is sent.
CREATE FUNCTION club_added_1(given_room bigint, given_first bigint, given_last bigint)
RETURNS TABLE (seq bigint, at bigint, type bigint, author bigint, member bigint, client_id text, text text,
               reply_to bigint, mentions text, removed bigint, target bigint, target_member bigint, emoji text, flag bigint,
               reason text, action text, until bigint, detail text, name text, country text, company text)
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT e.seq, e.at, e.type, e.author, e.member, e.client_id, e.text, e.reply_to, e.mentions, e.removed,
                      e.target, e.target_member, e.emoji, e.flag, e.reason, e.action, e.until, e.detail,
                      a.name, a.country, a.company
    FROM entry e JOIN author a ON a.key = e.author
    WHERE e.room = given_room AND e.seq >= given_first AND e.seq <= given_last ORDER BY e.seq;
END $$;

-- ---- what holds for a member ----

-- When it was made, on a line of its own; the rooms that it moderates, with spaces between, on another; then sanctions: kind,
-- end, room or "-", bytes of the reason, the reason.
CREATE FUNCTION club_rights_1(given_member bigint, given_now bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT m.made_at FROM member m WHERE m.key = given_member) || E'\n'
    || coalesce((SELECT string_agg(r.id, ' ' ORDER BY r.id)
                   FROM standing s JOIN room r ON r.key = s.room WHERE s.member = given_member), '') || E'\n'
    || coalesce((SELECT string_agg(s.kind || ' ' || s.until || ' '
                                     || coalesce((SELECT r.id FROM room r WHERE r.key = s.room), '-') || ' '
                                     || octet_length(coalesce(s.reason, '')) || ' ' || coalesce(s.reason, ''), ''
                                   ORDER BY s.room, s.kind)
                   FROM sanction s WHERE s.member = given_member
                     AND (s.until = 0 OR s.until > club_now_1(given_now))), '');
END $$;
