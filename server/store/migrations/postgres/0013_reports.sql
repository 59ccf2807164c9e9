-- Reports of messages, texts that are held back for a look, and what the audit log shows.

CREATE INDEX report_sender ON report (member, key) WHERE member IS NOT NULL;
CREATE INDEX report_sender_open ON report (member) WHERE outcome IS NULL AND member IS NOT NULL;
CREATE INDEX report_held_open ON report (accused) WHERE outcome IS NULL AND text_id IS NOT NULL;
CREATE INDEX report_message ON report (room, seq, member) WHERE seq IS NOT NULL;
CREATE INDEX report_room ON report (room, key);
CREATE INDEX report_about ON report (accused, key);
DROP INDEX report_accused;

-- given_open: how many of one who reports may be open.
CREATE FUNCTION club_report_1(given_room text, given_member bigint, given_seq bigint, given_client_id text,
                              given_reason text, given_valid boolean, given_open bigint, given_now bigint,
                              OUT reason text, OUT its_key bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it room;
  message record;
BEGIN
  PERFORM club_hold_1();
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  reason := club_enters_1(it, given_member, given_now);
  IF reason IS NULL AND NOT given_valid THEN
    reason := 'invalid_params';
  END IF;
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  its_key := (SELECT p.key FROM report p WHERE p.member = given_member AND p.client_id = given_client_id);
  IF its_key IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT e.member INTO message FROM entry e
    WHERE e.room = it.key AND e.seq = given_seq AND e.type = 1 AND e.removed IS NULL;
  IF NOT FOUND THEN
    reason := 'not_found';
    RETURN;
  END IF;
  IF message.member = given_member THEN
    reason := 'forbidden';
    RETURN;
  END IF;
  its_key := (SELECT p.key FROM report p WHERE p.room = it.key AND p.seq = given_seq AND p.member = given_member LIMIT 1);
  IF its_key IS NOT NULL THEN
    RETURN;
  END IF;
  IF (SELECT count(*) FROM report p WHERE p.member = given_member AND p.outcome IS NULL) >= given_open THEN
    reason := 'rate_limited';
    RETURN;
  END IF;
  INSERT INTO report (at, member, client_id, room, seq, accused, reason)
    VALUES (club_now_1(given_now), given_member, given_client_id, it.key, given_seq, message.member,
            nullif(given_reason, ''))
    RETURNING key INTO its_key;
END $$;

-- What would be a post, and is refused as one. The room's row is locked.
CREATE FUNCTION club_hold_back_1(given_room text, given_member bigint, given_client_id text, given_text text,
                                 given_reply_to bigint, given_reason text, given_valid boolean, given_open bigint,
                                 given_raid_slow bigint, given_now bigint,
                                 OUT reason text, OUT its_key bigint, OUT duplicate boolean, OUT posted_seq bigint,
                                 OUT posted_at bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it room;
  earlier record;
  hindrance record;
BEGIN
  PERFORM club_hold_1();
  duplicate := false;
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  reason := club_enters_1(it, given_member, given_now);
  IF reason IS NULL AND NOT given_valid THEN
    reason := 'invalid_params';
  END IF;
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT e.room, e.seq, e.at INTO earlier FROM entry e WHERE e.member = given_member AND e.client_id = given_client_id;
  IF FOUND THEN
    duplicate := true;
    posted_seq := earlier.seq;
    posted_at := earlier.at;
    IF earlier.room <> it.key THEN
      reason := 'conflict';
    END IF;
    RETURN;
  END IF;
  its_key := (SELECT p.key FROM report p WHERE p.accused = given_member AND p.text_id = given_client_id);
  IF its_key IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT * INTO hindrance FROM club_hindrance_1(it, given_member, given_raid_slow, given_now);
  reason := hindrance.reason;
  IF reason IS NULL AND given_reply_to > 0 AND NOT club_is_message_1(it.key, given_reply_to) THEN
    reason := 'not_found';
  END IF;
  IF reason IS NULL AND (SELECT count(*) FROM report p WHERE p.accused = given_member AND p.text_id IS NOT NULL
                           AND p.outcome IS NULL) >= given_open THEN
    reason := 'rate_limited';
  END IF;
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  INSERT INTO report (at, room, accused, reason, text, text_id, reply_to)
    VALUES (club_now_1(given_now), it.key, given_member, nullif(given_reason, ''), given_text, given_client_id,
            given_reply_to)
    RETURNING key INTO its_key;
  IF hindrance.is_slow THEN
    PERFORM club_note_pace_1(it.key, given_member, given_now);
  END IF;
END $$;

-- ---- how a report ends ----

-- Nobody but its two enters a direct talk: what is reported there is for whoever moderates the club.
CREATE FUNCTION club_may_settle_1(given_right club_right_1, given_actor bigint, given_report bigint, given_now bigint,
                                  OUT reason text, OUT its_report report)
LANGUAGE plpgsql AS $$
DECLARE
  it room;
BEGIN
  PERFORM club_hold_1();
  SELECT * INTO its_report FROM report p WHERE p.key = given_report;
  SELECT * INTO it FROM room r WHERE r.key = its_report.room;
  IF club_is_shut_1(given_actor, given_now) THEN
    reason := 'forbidden';
  ELSIF it.key IS NULL THEN
    reason := 'not_found';
  ELSIF it.kind = 3 THEN
    reason := CASE WHEN club_standing_1(given_actor, NULL) < given_right.in_club THEN 'forbidden' END;
  ELSE
    reason := (SELECT m.reason FROM club_may_1(given_right, given_actor, it.id, 0, given_now) m);
  END IF;
  IF reason IS NULL AND its_report.accused = given_actor THEN
    reason := 'forbidden';
  END IF;
END $$;

-- A text that was held back is posted by its author, who may have done so meanwhile. given_logins: of those who are named
-- in it.
CREATE FUNCTION club_settle_1(given_right club_right_1, given_actor bigint, given_report bigint, given_outcome text,
                              given_note text, given_valid boolean, given_logins text[], given_mentions bigint,
                              given_listed bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  acted club_acted_1;
  may record;
  it report;
  published record;
BEGIN
  SELECT * INTO may FROM club_may_settle_1(given_right, given_actor, given_report, given_now);
  it := may.its_report;
  acted := club_unchanged_1(it.room);
  acted.reason := CASE WHEN may.reason IS NOT NULL THEN may.reason WHEN NOT given_valid THEN 'invalid_params'
                       WHEN it.outcome <> given_outcome THEN 'conflict' END;
  IF acted.reason IS NOT NULL OR it.outcome IS NOT NULL THEN
    RETURN acted;
  END IF;
  IF given_outcome = 'published' THEN
    IF it.member IS NOT NULL THEN
      acted.reason := 'conflict';
      RETURN acted;
    END IF;
    SELECT p.reason, p.its_seq, p.duplicate INTO published
      FROM club_post_2(acted.room_id, (SELECT m.author FROM member m WHERE m.key = it.accused), it.accused, it.text_id,
                       it.text, it.reply_to, false, given_logins, given_mentions, given_listed, NULL, given_now) AS p;
    acted.reason := published.reason;
    IF acted.reason IS NOT NULL THEN
      RETURN acted;
    END IF;
    it.seq := published.its_seq;
    acted := club_unchanged_1(it.room);
    acted.first := CASE WHEN NOT published.duplicate THEN it.seq END;
  END IF;
  UPDATE report SET outcome = given_outcome, note = nullif(given_note, ''), settled_by = given_actor,
      settled_at = club_now_1(given_now), seq = it.seq, text = NULL
    WHERE key = it.key;
  acted.changed := true;
  acted.audit := club_note_1(given_actor, given_right.done, it.room, coalesce(it.member, it.accused), it.seq, NULL,
                             given_note, '"report":' || it.key || ',"outcome":' || to_json(given_outcome)::text, given_now);
  acted.club_head := club_tell_1(acted.audit, coalesce(it.member, it.accused), it.room, given_now);
  RETURN acted;
END $$;

-- ---- what moderators read ----
--
-- Of a room or a member the newest: pairs are compared, so that only the index that has both serves, whatever is known of
-- the tables.

-- The newest reports below given_before, of rooms that the asker moderates and may enter; those about the asker left out.
-- With given_own, those that the asker sent. `reason` with nothing else: refused.
CREATE FUNCTION club_reports_1(given_member bigint, given_own boolean, given_settled boolean, given_before bigint,
                               given_limit bigint, given_now bigint)
RETURNS TABLE (reason text, its_key bigint, its_at bigint, sender bigint, accused bigint, settled_by bigint, room text,
               seq bigint, its_text text, its_reason text, reported_before bigint, upheld_before bigint, outcome text,
               note text, settled_at bigint, around boolean)
LANGUAGE plpgsql ROWS 20 AS $$
#variable_conflict use_column
DECLARE
  mine record;
  keys bigint[];
BEGIN
  SELECT * INTO mine FROM club_moderated_1(given_member);
  IF club_is_shut_1(given_member, given_now)
     OR NOT (given_own OR mine.everything OR EXISTS (SELECT FROM standing s WHERE s.member = given_member)) THEN
    reason := 'forbidden';
    RETURN NEXT;
    RETURN;
  END IF;
  IF given_own THEN
    keys := ARRAY(SELECT p.key FROM report p
                    WHERE p.member IS NOT NULL AND (p.member, p.key) > (given_member, 0)
                      AND (p.member, p.key) < (given_member, given_before) AND (p.outcome IS NOT NULL) = given_settled
                    ORDER BY p.member DESC, p.key DESC LIMIT given_limit);
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
  ELSE
    keys := ARRAY(SELECT near.key FROM unnest(mine.rooms) AS mine_too(room) JOIN room r ON r.key = mine_too.room,
                    LATERAL (SELECT p.key FROM report p
                               WHERE (p.room, p.key) > (r.key, 0) AND (p.room, p.key) < (r.key, given_before)
                                 AND (p.outcome IS NOT NULL) = given_settled AND p.accused <> given_member
                               ORDER BY p.room DESC, p.key DESC LIMIT given_limit) AS near
                    WHERE club_enters_1(r, given_member, given_now) IS NULL
                    ORDER BY near.key DESC LIMIT given_limit);
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
             (SELECT count(*) FROM report o WHERE o.accused = p.accused AND o.key < p.key) END,
           CASE WHEN given_own THEN 0 ELSE
             (SELECT count(*) FROM report o WHERE o.accused = p.accused AND o.key < p.key
                AND o.outcome NOT IN ('dismissed', 'published')) END,
           p.outcome, p.note, coalesce(p.settled_at, 0), NOT given_own AND p.seq IS NOT NULL AND r.kind <> 3
    FROM unnest(keys) AS wanted(key) JOIN report p ON p.key = wanted.key JOIN room r ON r.key = p.room
    ORDER BY p.key DESC;
END $$;

-- The newest acts below given_before that the asker (0: the operator) may see; given_key: that one alone. `reason` with
-- nothing else: refused.
CREATE FUNCTION club_audits_1(given_asker bigint, given_room text, given_member bigint, given_before bigint,
                              given_key bigint, given_limit bigint, given_now bigint)
RETURNS TABLE (reason text, its_key bigint, its_at bigint, its_by bigint, by_name text, action text, its_room text,
               its_member bigint, member_name text, its_seq bigint, its_until bigint, its_reason text, detail text)
LANGUAGE plpgsql ROWS 100 AS $$
#variable_conflict use_column
DECLARE
  mine record;
  wanted bigint := (SELECT r.key FROM room r WHERE r.id = given_room);
  keys bigint[];
BEGIN
  SELECT given_asker = 0 OR m.everything AS everything, m.rooms INTO mine FROM club_moderated_1(given_asker) m;
  IF given_asker > 0 AND club_is_shut_1(given_asker, given_now) THEN
    reason := 'forbidden';
  ELSIF given_key > 0 THEN
    keys := ARRAY(SELECT a.key FROM audit a WHERE a.key = given_key
                    AND (mine.everything OR given_asker IN (a.by, a.member) OR a.room = ANY (mine.rooms)));
    reason := CASE WHEN keys = '{}' THEN 'not_found' END;
  ELSIF NOT mine.everything AND (mine.rooms = '{}' OR (given_room IS NOT NULL
                                                       AND wanted = ANY (mine.rooms) IS NOT TRUE)) THEN
    reason := 'forbidden';
  ELSIF given_room IS NOT NULL AND wanted IS NULL THEN
    reason := 'not_found';
  ELSIF wanted IS NOT NULL OR NOT mine.everything THEN
    keys := ARRAY(SELECT near.key
                    FROM unnest(CASE WHEN wanted IS NULL THEN mine.rooms ELSE ARRAY[wanted] END) AS of(room),
                      LATERAL (SELECT a.key FROM audit a
                                 WHERE a.room IS NOT NULL AND (a.room, a.key) > (of.room, 0)
                                   AND (a.room, a.key) < (of.room, given_before)
                                   AND (given_member = 0 OR given_member IN (a.by, a.member))
                                 ORDER BY a.room DESC, a.key DESC LIMIT given_limit) AS near
                    ORDER BY near.key DESC LIMIT given_limit);
  ELSIF given_member > 0 THEN
    keys := ARRAY(SELECT near.key FROM (
                    (SELECT a.key FROM audit a WHERE a.member IS NOT NULL AND (a.member, a.key) > (given_member, 0)
                       AND (a.member, a.key) < (given_member, given_before)
                       ORDER BY a.member DESC, a.key DESC LIMIT given_limit)
                    UNION
                    (SELECT a.key FROM audit a WHERE a.by IS NOT NULL AND (a.by, a.key) > (given_member, 0)
                       AND (a.by, a.key) < (given_member, given_before)
                       ORDER BY a.by DESC, a.key DESC LIMIT given_limit)) AS near
                    ORDER BY near.key DESC LIMIT given_limit);
  ELSE
    keys := ARRAY(SELECT a.key FROM audit a WHERE a.key < given_before ORDER BY a.key DESC LIMIT given_limit);
  END IF;
  IF reason IS NOT NULL THEN
    RETURN NEXT;
    RETURN;
  END IF;
  RETURN QUERY
    SELECT NULL::text, a.key, a.at, coalesce(a.by, 0), (SELECT m.name FROM member m WHERE m.key = a.by), a.action::text,
           (SELECT r.id::text FROM room r WHERE r.key = a.room), coalesce(a.member, 0),
           (SELECT m.name FROM member m WHERE m.key = a.member), coalesce(a.seq, 0), coalesce(a.until, 0), a.reason, a.detail
    FROM unnest(keys) AS picked(key) JOIN audit a ON a.key = picked.key ORDER BY a.key DESC;
END $$;
