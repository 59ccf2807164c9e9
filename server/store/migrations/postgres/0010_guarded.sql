-- What is done in rooms, with what moderating forbids. Functions that the previous release calls keep their names and what
-- they answer, and forbid the same.

-- What keeps a member who may enter from writing there; given_raid_slow absent: whatever the pace. `is_slow`: when it wrote
-- is to be noted.
CREATE FUNCTION club_hindrance_1(it room, given_member bigint, given_raid_slow bigint, given_now bigint,
                                 OUT reason text, OUT retry_after_ms bigint, OUT is_slow boolean)
LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  slow_ms bigint := 0;
  mute record;
  last_at bigint;
BEGIN
  is_slow := false;
  IF it.kind = 3 AND club_closed_1(it.key) THEN
    reason := 'forbidden';
    RETURN;
  END IF;
  SELECT count(*) AS count, bool_or(s.until = 0) AS forever, max(s.until) AS until INTO mute FROM sanction s
    WHERE s.member = given_member AND s.room IN (0, it.key) AND s.kind = 1 AND (s.until = 0 OR s.until > now);
  IF mute.count > 0 THEN
    reason := 'muted';
    retry_after_ms := CASE WHEN mute.forever THEN 0 ELSE mute.until - now END;
    RETURN;
  END IF;
  IF given_raid_slow IS NOT NULL THEN
    slow_ms := 1000 * greatest(it.slow, CASE WHEN EXISTS (
      SELECT FROM switch w WHERE w.name = 'raid' AND w.value <> 0) THEN given_raid_slow ELSE 0 END);
  END IF;
  is_slow := slow_ms > 0;
  IF (it.locked = 0 AND NOT is_slow) OR club_standing_1(given_member, it.key) > 0 THEN
    RETURN;
  END IF;
  IF it.locked <> 0 THEN
    reason := 'locked';
    RETURN;
  END IF;
  last_at := (SELECT p.at FROM posted p WHERE p.room = it.key AND p.member = given_member);
  IF now - last_at < slow_ms THEN
    reason := 'slow_mode';
    retry_after_ms := least(slow_ms, last_at + slow_ms - now);
  END IF;
END $$;

CREATE FUNCTION club_is_message_1(given_room bigint, given_seq bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN EXISTS (SELECT FROM entry e WHERE e.room = given_room AND e.seq = given_seq AND e.type = 1);
END $$;

-- When the member wrote last in a room that is slow.
CREATE FUNCTION club_note_pace_1(given_room bigint, given_member bigint, given_now bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO posted AS p (room, member, at) VALUES (given_room, given_member, club_now_1(given_now))
    ON CONFLICT (room, member) DO UPDATE SET at = excluded.at;
END $$;

-- ---- posts ----

-- given_logins: who is named in the text, in order, each once; absent: nobody. Answers with keys of members.
-- given_raid_slow absent: whatever the room's mode, and whatever is forbidden to the author. The room's row is locked. An
-- author of the present name, in whose way nothing stands, is not looked for.
CREATE FUNCTION club_post_2(given_room text, given_author bigint, given_member bigint, given_client_id text,
                            given_text text, given_reply_to bigint, given_known_only boolean, given_logins text[],
                            given_mentions bigint, given_listed bigint, given_raid_slow bigint, given_now bigint,
                            OUT reason text, OUT its_seq bigint, OUT its_at bigint, OUT duplicate boolean,
                            OUT named text, OUT listed_other boolean, OUT club_head bigint, OUT retry_after_ms bigint)
LANGUAGE plpgsql AS $$
DECLARE
  wish record;
  it room;
  earlier record;
  is_slow boolean := false;
  keys bigint[];
  other bigint;
BEGIN
  listed_other := false;
  -- The rows themselves are looked at (`at`, `read`): reading an index alone takes the server more memory each time.
  SELECT r AS room, EXISTS (SELECT FROM listing l WHERE l.member = given_member AND l.room = r.key AND l.read >= 0) AS listed,
         given_raid_slow IS NOT NULL AND (
           r.locked <> 0 OR r.slow > 0 OR r.private <> 0 OR (r.kind = 3 AND club_closed_1(r.key))
           OR EXISTS (SELECT FROM sanction s WHERE s.member = given_member AND s.at > 0)
           OR EXISTS (SELECT FROM switch w WHERE w.name = 'raid' AND w.value <> 0)
           OR NOT EXISTS (SELECT FROM member m
                            WHERE m.key = given_member AND m.author = given_author AND m.disabled = 0)) AS hindered
    INTO wish FROM room r WHERE r.id = given_room AND (r.kind <> 3 OR given_member IN (r.low, r.high));
  IF NOT FOUND THEN
    reason := 'not_found';
    RETURN;
  END IF;
  it := wish.room;
  IF wish.hindered THEN
    IF NOT EXISTS (SELECT FROM author a WHERE a.key = given_author AND a.member = given_member) THEN
      RAISE foreign_key_violation USING MESSAGE = 'there is no such author of this member';
    END IF;
    reason := club_enters_1(it, given_member, given_now);
    IF reason IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;
  -- A new client_id shows in the insertion itself; only what may be refused is looked up before.
  IF wish.hindered OR given_known_only OR given_reply_to > 0 THEN
    SELECT e.room, e.seq, e.at INTO earlier FROM entry e
      WHERE e.member = given_member AND e.client_id = given_client_id;
    IF NOT FOUND THEN
      IF given_known_only THEN
        reason := 'rate_limited';
      ELSIF wish.hindered THEN
        SELECT h.reason, h.retry_after_ms, h.is_slow INTO reason, retry_after_ms, is_slow
          FROM club_hindrance_1(it, given_member, given_raid_slow, given_now) AS h;
      END IF;
      IF reason IS NULL AND given_reply_to > 0 AND NOT club_is_message_1(it.key, given_reply_to) THEN
        reason := 'not_found';
      END IF;
      IF reason IS NOT NULL THEN
        RETURN;
      END IF;
    END IF;
  END IF;
  IF earlier IS NULL THEN
    IF given_logins IS NOT NULL THEN
      SELECT array_agg(found.key ORDER BY found.place) INTO keys FROM (
        SELECT m.key, named_here.place FROM unnest(given_logins) WITH ORDINALITY AS named_here(login, place)
          JOIN member m ON m.login = named_here.login
          WHERE m.key <> given_member AND club_enters_1(it, m.key, given_now) IS NULL
          ORDER BY named_here.place LIMIT given_mentions) AS found;
      named := array_to_string(keys, ' ');
    END IF;
    its_seq := it.head + 1;
    its_at := greatest(it.at, club_now_1(given_now));
    INSERT INTO entry (room, seq, at, type, author, member, client_id, text, reply_to, mentions)
      VALUES (it.key, its_seq, its_at, 1, given_author, given_member, given_client_id, given_text, given_reply_to, named)
      ON CONFLICT (member, client_id) WHERE client_id IS NOT NULL DO NOTHING;
    IF NOT FOUND THEN
      SELECT e.room, e.seq, e.at INTO earlier FROM entry e
        WHERE e.member = given_member AND e.client_id = given_client_id;
    END IF;
  END IF;
  duplicate := earlier IS NOT NULL;
  IF duplicate THEN
    named := NULL;
    its_seq := earlier.seq;
    its_at := earlier.at;
    IF earlier.room <> it.key THEN
      reason := 'conflict';
    END IF;
    RETURN;
  END IF;
  UPDATE room SET head = its_seq, at = its_at WHERE key = it.key;
  IF is_slow THEN
    PERFORM club_note_pace_1(it.key, given_member, given_now);
  END IF;
  IF keys IS NOT NULL THEN
    INSERT INTO mention (member, room, seq) SELECT unnest(keys), it.key, its_seq;
  END IF;
  IF NOT wish.listed THEN
    PERFORM club_list_1(given_member, it.key, CASE WHEN it.kind = 3 THEN 0 ELSE it.head END, given_listed);
  END IF;
  IF it.kind = 3 THEN
    other := CASE WHEN it.low = given_member THEN it.high ELSE it.low END;
    IF club_list_1(other, it.key, 0, given_listed) = 1 THEN
      club_head := club_add_1(3, other, NULL, given_room, given_now);
      listed_other := true;
    END IF;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION club_post_1(given_room text, given_author bigint, given_member bigint, given_client_id text,
                            given_text text, given_reply_to bigint, given_known_only boolean, given_logins text[],
                            given_mentions bigint, given_listed bigint, given_now bigint,
                            OUT reason text, OUT its_seq bigint, OUT its_at bigint, OUT duplicate boolean,
                            OUT named text, OUT listed_other boolean, OUT club_head bigint)
LANGUAGE plpgsql AS $$
BEGIN
  SELECT p.reason, p.its_seq, p.its_at, p.duplicate, p.named, p.listed_other, p.club_head
    INTO reason, its_seq, its_at, duplicate, named, listed_other, club_head
    FROM club_post_2(given_room, given_author, given_member, given_client_id, given_text, given_reply_to,
                     given_known_only, given_logins, given_mentions, given_listed, 60, given_now) AS p;
END $$;

-- Several posts, in order. Rooms in which every post is an ordinary one are numbered together; in a room with one that
-- repeats another, names somebody, puts the room on a list, is hindered or to be refused, they go one by one. Answers in
-- order. Subqueries, not joins: their plans hold however much the tables grow. given_replies: 0 for none; given_logins: words
-- with spaces between.
CREATE FUNCTION club_posts_2(given_rooms text[], given_authors bigint[], given_members bigint[],
                             given_client_ids text[], given_texts text[], given_replies bigint[],
                             given_known_only boolean[], given_logins text[], given_mentions bigint,
                             given_listed bigint, given_raid_slow bigint, given_now bigint)
RETURNS TABLE (reason text, its_seq bigint, its_at bigint, duplicate boolean, named text, listed_other boolean,
               club_head bigint, retry_after_ms bigint)
LANGUAGE plpgsql ROWS 100 AS $$
DECLARE
  now bigint := club_now_1(given_now);
  it record;
BEGIN
  FOR it IN
    WITH wish AS MATERIALIZED (
      SELECT w.place, r.key, r.head, greatest(r.at, now) AS at, w.author, w.member, w.client_id, w.text,
             nullif(w.reply_to, 0) AS reply_to,
             r.key IS NULL OR w.known_only OR w.logins <> '' OR r.locked <> 0 OR r.slow > 0 OR r.private <> 0
               OR EXISTS (SELECT FROM switch s WHERE s.name = 'raid' AND s.value <> 0)
               OR count(*) OVER (PARTITION BY w.member, w.client_id) > 1
               OR (SELECT m.key FROM member m WHERE m.key = w.member AND m.author = w.author AND m.disabled = 0) IS NULL
               OR EXISTS (SELECT FROM sanction s WHERE s.member = w.member)
               OR (SELECT l.room FROM listing l WHERE l.member = w.member AND l.room = r.key) IS NULL
               OR (r.kind = 3 AND (
                     SELECT l.room FROM listing l WHERE l.room = r.key
                       AND l.member = CASE WHEN r.low = w.member THEN r.high ELSE r.low END) IS NULL)
               OR (r.kind = 3 AND club_closed_1(r.key))
               OR (SELECT e.seq FROM entry e WHERE e.member = w.member AND e.client_id = w.client_id) IS NOT NULL
               OR (w.reply_to > 0 AND (
                     SELECT e.seq FROM entry e WHERE e.room = r.key AND e.seq = w.reply_to AND e.type = 1) IS NULL)
               AS odd
        FROM unnest(given_rooms, given_authors, given_members, given_client_ids, given_texts, given_replies,
                    given_known_only, given_logins)
               WITH ORDINALITY AS w(room, author, member, client_id, text, reply_to, known_only, logins, place)
        LEFT JOIN room r ON r.id = w.room AND (r.kind <> 3 OR w.member IN (r.low, r.high))
    ), placed AS MATERIALIZED (
      SELECT wish.*, bool_or(odd) OVER (PARTITION BY key) AS apart,
             head + row_number() OVER (PARTITION BY key ORDER BY place) AS seq
        FROM wish
    ), added AS (
      INSERT INTO entry (room, seq, at, type, author, member, client_id, text, reply_to)
        SELECT key, seq, at, 1, author, member, client_id, text, reply_to FROM placed WHERE NOT apart ORDER BY place
        ON CONFLICT (member, client_id) WHERE client_id IS NOT NULL DO NOTHING
        RETURNING 1
    ), advanced AS (
      UPDATE room SET head = latest.seq, at = latest.at
        FROM (SELECT key, max(seq) AS seq, max(at) AS at FROM placed WHERE NOT apart GROUP BY key) AS latest
        WHERE room.key = latest.key
    )
    SELECT place, apart, seq, at, (SELECT count(*) FROM added) AS added,
           (SELECT count(*) FROM placed AS p WHERE NOT p.apart) AS wished
      FROM placed ORDER BY place
  LOOP
    IF it.added <> it.wished THEN
      RAISE serialization_failure USING MESSAGE = 'a client_id was used in another room at the same time';
    END IF;
    IF it.apart THEN
      SELECT p.reason, p.its_seq, p.its_at, p.duplicate, p.named, p.listed_other, p.club_head, p.retry_after_ms
        INTO reason, its_seq, its_at, duplicate, named, listed_other, club_head, retry_after_ms
        FROM club_post_2(given_rooms[it.place], given_authors[it.place], given_members[it.place],
                         given_client_ids[it.place], given_texts[it.place], nullif(given_replies[it.place], 0),
                         given_known_only[it.place], string_to_array(nullif(given_logins[it.place], ''), ' '),
                         given_mentions, given_listed, given_raid_slow, given_now) AS p;
    ELSE
      reason := NULL;
      its_seq := it.seq;
      its_at := it.at;
      duplicate := false;
      named := NULL;
      listed_other := false;
      club_head := NULL;
      retry_after_ms := NULL;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION club_posts_1(given_rooms text[], given_authors bigint[], given_members bigint[],
                             given_client_ids text[], given_texts text[], given_replies bigint[],
                             given_known_only boolean[], given_logins text[], given_mentions bigint,
                             given_listed bigint, given_now bigint)
RETURNS TABLE (reason text, its_seq bigint, its_at bigint, duplicate boolean, named text, listed_other boolean,
               club_head bigint)
LANGUAGE plpgsql ROWS 100 AS $$
BEGIN
  RETURN QUERY SELECT p.reason, p.its_seq, p.its_at, p.duplicate, p.named, p.listed_other, p.club_head
    FROM club_posts_2(given_rooms, given_authors, given_members, given_client_ids, given_texts, given_replies,
                      given_known_only, given_logins, given_mentions, given_listed, 60, given_now) AS p;
END $$;

-- ---- edits, reactions, removals ----

-- What keeps a member from changing something in a room that it may enter.
CREATE FUNCTION club_hinders_change_1(given_room bigint, given_member bigint, given_now bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  it room;
BEGIN
  SELECT * INTO it FROM room r WHERE r.key = given_room;
  RETURN (SELECT h.reason FROM club_hindrance_1(it, given_member, NULL, given_now) AS h);
END $$;

CREATE OR REPLACE FUNCTION club_edit_1(given_room text, given_author bigint, given_member bigint, given_target bigint,
                            given_text text, given_limit bigint, given_now bigint,
                            OUT reason text, OUT its_seq bigint, OUT its_at bigint, OUT target_member bigint,
                            OUT changed boolean)
LANGUAGE plpgsql AS $$
DECLARE
  it record;
  latest record;
BEGIN
  changed := false;
  reason := club_entering_1(given_room, given_member, given_now);
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT * INTO it FROM club_target_1(given_room, given_member, given_target);
  target_member := it.member;
  IF NOT FOUND OR it.removed > 0 THEN
    reason := 'not_found';
    RETURN;
  END IF;
  IF it.member <> given_member THEN
    reason := 'forbidden';
    RETURN;
  END IF;
  SELECT e.seq, e.at, e.text INTO latest FROM entry e
    WHERE e.room = it.room AND e.seq = coalesce(it.edited, given_target);
  IF latest.text = given_text THEN
    its_seq := latest.seq;
    its_at := latest.at;
    RETURN;
  END IF;
  reason := club_hinders_change_1(it.room, given_member, given_now);
  IF reason IS NULL AND (SELECT count(*) FROM entry e WHERE e.room = it.room AND e.target = given_target AND e.type = 2)
                          >= given_limit THEN
    reason := 'rate_limited';
  END IF;
  IF reason IS NULL THEN
    its_seq := it.head + 1;
    its_at := greatest(it.room_at, club_now_1(given_now));
    changed := true;
    PERFORM club_change_1(it.room, its_seq, its_at, 2, given_author, given_member, given_target, it.member,
                          given_text, NULL, NULL, NULL);
    UPDATE entry SET edited = its_seq WHERE room = it.room AND seq = given_target;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION club_react_1(given_room text, given_author bigint, given_member bigint, given_target bigint,
                             given_emoji text, given_on boolean, given_reacts bigint, given_distinct bigint,
                             given_now bigint,
                             OUT reason text, OUT its_seq bigint, OUT its_at bigint, OUT target_member bigint,
                             OUT changed boolean)
LANGUAGE plpgsql AS $$
DECLARE
  it record;
  latest record; -- of this emoji by this member
BEGIN
  changed := false;
  reason := club_entering_1(given_room, given_member, given_now);
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT * INTO it FROM club_target_1(given_room, given_member, given_target);
  target_member := it.member;
  IF NOT FOUND OR it.removed > 0 THEN
    reason := 'not_found';
    RETURN;
  END IF;
  SELECT e.seq, e.at, e.flag INTO latest FROM entry e
    WHERE e.room = it.room AND e.target = given_target AND e.type = 4 AND e.member = given_member
      AND e.emoji = given_emoji ORDER BY e.seq DESC LIMIT 1;
  IF (coalesce(latest.flag, 0) <> 0) = given_on THEN
    its_seq := coalesce(latest.seq, given_target);
    its_at := coalesce(latest.at, it.at);
    RETURN;
  END IF;
  reason := club_hinders_change_1(it.room, given_member, given_now);
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  -- What stands may always be taken back.
  IF given_on AND ((SELECT count(*) FROM entry e WHERE e.room = it.room AND e.target = given_target AND e.type = 4
                      AND e.member = given_member) >= given_reacts
                   OR ((SELECT count(*) FROM reaction c WHERE c.room = it.room AND c.target = given_target)
                         >= given_distinct
                       AND NOT EXISTS (SELECT FROM reaction c WHERE c.room = it.room AND c.target = given_target
                                         AND c.emoji = given_emoji))) THEN
    reason := 'rate_limited';
    RETURN;
  END IF;
  its_seq := it.head + 1;
  its_at := greatest(it.room_at, club_now_1(given_now));
  changed := true;
  PERFORM club_change_1(it.room, its_seq, its_at, 4, given_author, given_member, given_target, it.member,
                        NULL, given_emoji, CASE WHEN given_on THEN 1 END, NULL);
  IF given_on THEN
    INSERT INTO reaction AS c (room, target, emoji, count, first)
      VALUES (it.room, given_target, given_emoji, 1, its_seq)
      ON CONFLICT (room, target, emoji) DO UPDATE SET count = c.count + 1;
    UPDATE entry SET reacted = 1 WHERE room = it.room AND seq = given_target AND reacted IS NULL;
  ELSE
    UPDATE reaction SET count = count - 1 WHERE room = it.room AND target = given_target AND emoji = given_emoji;
    DELETE FROM reaction WHERE room = it.room AND target = given_target AND emoji = given_emoji AND count <= 0;
  END IF;
END $$;

-- A removal with the room's number given_seq, and all that goes with the message.
CREATE FUNCTION club_take_away_1(given_room bigint, given_target bigint, given_target_member bigint, given_author bigint,
                                 given_member bigint, given_seq bigint, given_at bigint, given_reason text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  named text := (SELECT e.mentions FROM entry e WHERE e.room = given_room AND e.seq = given_target);
BEGIN
  PERFORM club_change_1(given_room, given_seq, given_at, 3, given_author, given_member, given_target,
                        given_target_member, NULL, NULL, NULL, given_reason);
  UPDATE entry SET text = NULL, mentions = NULL, removed = given_seq WHERE room = given_room AND seq = given_target;
  UPDATE entry SET text = NULL, removed = given_seq WHERE room = given_room AND target = given_target AND type = 2;
  IF named IS NOT NULL THEN
    DELETE FROM mention
      WHERE member = ANY (string_to_array(named, ' ')::bigint[]) AND room = given_room AND seq = given_target;
  END IF;
  DELETE FROM pin WHERE room = given_room AND seq = given_target;
END $$;

-- given_right: to remove what others wrote.
CREATE FUNCTION club_remove_2(given_room text, given_author bigint, given_member bigint, given_target bigint,
                              given_right club_right_1, given_reason text, given_now bigint,
                              OUT reason text, OUT its_seq bigint, OUT its_at bigint, OUT target_member bigint,
                              OUT changed boolean, OUT club_head bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it record;
BEGIN
  changed := false;
  reason := club_entering_1(given_room, given_member, given_now);
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT * INTO it FROM club_target_1(given_room, given_member, given_target);
  IF NOT FOUND THEN
    reason := 'not_found';
    RETURN;
  END IF;
  target_member := it.member;
  IF it.member <> given_member THEN
    reason := (SELECT m.reason FROM club_may_1(given_right, given_member, given_room, it.member, given_now) AS m);
    IF reason IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;
  IF it.removed > 0 THEN
    its_seq := it.removed;
    its_at := (SELECT e.at FROM entry e WHERE e.room = it.room AND e.seq = it.removed);
    RETURN;
  END IF;
  its_seq := it.head + 1;
  its_at := greatest(it.room_at, club_now_1(given_now));
  changed := true;
  PERFORM club_take_away_1(it.room, given_target, it.member, given_author, given_member, its_seq, its_at, given_reason);
  IF it.member <> given_member THEN
    club_head := club_tell_1(club_note_1(given_member, given_right.done, it.room, it.member, given_target, NULL,
                                         given_reason, NULL, given_now), it.member, it.room, given_now);
  END IF;
END $$;

-- The previous release has no such table: what it takes was the same.
CREATE OR REPLACE FUNCTION club_remove_1(given_room text, given_author bigint, given_member bigint, given_target bigint,
                              given_moderator boolean, given_reason text, given_now bigint,
                              OUT reason text, OUT its_seq bigint, OUT its_at bigint, OUT target_member bigint,
                              OUT changed boolean)
LANGUAGE plpgsql AS $$
BEGIN
  SELECT r.reason, r.its_seq, r.its_at, r.target_member, r.changed
    INTO reason, its_seq, its_at, target_member, changed
    FROM club_remove_2(given_room, given_author, given_member, given_target,
                       ROW('remove', NULL, 1, 3, true, false, true, false)::club_right_1, given_reason, given_now) AS r;
END $$;
