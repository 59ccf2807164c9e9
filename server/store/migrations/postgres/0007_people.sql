-- Members among each other: from where they are logged in, and with whom they do not talk.

ALTER TABLE session ADD COLUMN client text; -- browser and system, in words

-- `member` wants no direct talk with `other`.
CREATE TABLE block (
  member bigint NOT NULL,
  other bigint NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (member, other)
);

-- ---- sessions ----

-- Of a session that begins in the same statement.
CREATE FUNCTION club_session_client_1(given_session bigint, given_client text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  UPDATE session SET client = given_client WHERE key = given_session AND given_client IS NOT NULL;
  RETURN given_session;
END $$;

-- given_member: whose it must be, 0: anybody's.
CREATE FUNCTION club_session_end_2(given_digest bytea, given_session bigint, given_member bigint, given_now bigint,
                                   OUT reason text, OUT its_key bigint, OUT its_member bigint, OUT club_head bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it session;
BEGIN
  PERFORM club_hold_1();
  it := club_session_find_1(given_digest, given_session);
  IF it.key IS NULL OR it.ended > 0 OR given_member NOT IN (0, it.member) THEN
    reason := 'not_found';
    RETURN;
  END IF;
  its_key := it.key;
  its_member := it.member;
  club_head := club_session_end_one_1(it.member, it.key, given_now);
END $$;

-- ---- blocks ----

-- Is it a direct talk of two of whom one blocks the other?
CREATE FUNCTION club_closed_1(given_room bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  pair record;
BEGIN
  SELECT r.low, r.high INTO pair FROM room r WHERE r.key = given_room AND r.kind = 3;
  RETURN FOUND AND (EXISTS (SELECT FROM block b WHERE b.member = pair.low AND b.other = pair.high)
                    OR EXISTS (SELECT FROM block b WHERE b.member = pair.high AND b.other = pair.low));
END $$;

-- The talk's row is locked, as by whoever writes there: what is committed after this knows of it.
CREATE FUNCTION club_block_1(given_member bigint, given_other bigint, given_on boolean, given_limit bigint,
                             given_now bigint, OUT reason text, OUT club_head bigint, OUT talk text)
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM member m WHERE m.key = given_other) THEN
    reason := 'not_found';
    RETURN;
  END IF;
  talk := (SELECT r.id FROM room r WHERE r.low = least(given_member, given_other)
             AND r.high = greatest(given_member, given_other) FOR NO KEY UPDATE);
  PERFORM club_hold_1();
  IF NOT given_on THEN
    DELETE FROM block WHERE member = given_member AND other = given_other;
  ELSIF (SELECT count(*) FROM block b WHERE b.member = given_member AND b.other <> given_other) >= given_limit THEN
    reason := 'rate_limited';
    RETURN;
  ELSE
    INSERT INTO block (member, other, at) VALUES (given_member, given_other, club_now_1(given_now))
      ON CONFLICT DO NOTHING;
  END IF;
  IF FOUND AND talk IS NOT NULL THEN
    club_head := club_add_1(3, given_member, NULL, talk, given_now);
    club_head := club_add_1(3, given_other, NULL, talk, given_now);
  END IF;
END $$;

-- ---- the functions that look at blocks, otherwise as they were ----

CREATE OR REPLACE FUNCTION club_post_1(given_room text, given_author bigint, given_member bigint, given_client_id text,
                            given_text text, given_reply_to bigint, given_known_only boolean, given_logins text[],
                            given_mentions bigint, given_listed bigint, given_now bigint,
                            OUT reason text, OUT its_seq bigint, OUT its_at bigint, OUT duplicate boolean,
                            OUT named text, OUT listed_other boolean, OUT club_head bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it record;
  earlier record;
  keys bigint[];
  other bigint;
  closed boolean;
BEGIN
  SELECT r.key, r.kind, r.head, r.at, r.low, r.high, l.member IS NOT NULL AS listed, a.key IS NOT NULL AS known INTO it
    FROM room r LEFT JOIN listing l ON l.member = given_member AND l.room = r.key
    LEFT JOIN author a ON a.key = given_author AND a.member = given_member
    WHERE r.id = given_room AND (r.kind <> 3 OR given_member IN (r.low, r.high));
  IF NOT FOUND THEN
    reason := 'not_found';
    RETURN;
  END IF;
  closed := it.kind = 3 AND club_closed_1(it.key);
  -- A new client_id shows in the insertion itself; only what may be refused is looked up before.
  IF given_known_only OR given_reply_to > 0 OR closed THEN
    SELECT e.room, e.seq, e.at INTO earlier FROM entry e
      WHERE e.member = given_member AND e.client_id = given_client_id;
    IF NOT FOUND THEN
      IF given_known_only THEN
        reason := 'rate_limited';
        RETURN;
      END IF;
      IF closed THEN
        reason := 'forbidden';
        RETURN;
      END IF;
      IF NOT EXISTS (SELECT FROM entry e WHERE e.room = it.key AND e.seq = given_reply_to AND e.type = 1) THEN
        reason := 'not_found';
        RETURN;
      END IF;
    END IF;
  END IF;
  IF earlier IS NULL THEN
    IF NOT it.known THEN
      RAISE foreign_key_violation USING MESSAGE = 'there is no such author of this member';
    END IF;
    IF given_logins IS NOT NULL THEN
      SELECT array_agg(found.key ORDER BY found.place) INTO keys FROM (
        SELECT m.key, named_here.place FROM unnest(given_logins) WITH ORDINALITY AS named_here(login, place)
          JOIN member m ON m.login = named_here.login AND m.disabled = 0
          WHERE m.key <> given_member AND (it.kind <> 3 OR m.key IN (it.low, it.high))
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
  listed_other := false;
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
  IF keys IS NOT NULL THEN
    INSERT INTO mention (member, room, seq) SELECT unnest(keys), it.key, its_seq;
  END IF;
  IF NOT it.listed THEN
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

CREATE OR REPLACE FUNCTION club_posts_1(given_rooms text[], given_authors bigint[], given_members bigint[],
                             given_client_ids text[], given_texts text[], given_replies bigint[],
                             given_known_only boolean[], given_logins text[], given_mentions bigint,
                             given_listed bigint, given_now bigint)
RETURNS TABLE (reason text, its_seq bigint, its_at bigint, duplicate boolean, named text, listed_other boolean,
               club_head bigint)
LANGUAGE plpgsql ROWS 100 AS $$
DECLARE
  now bigint := club_now_1(given_now);
  it record;
BEGIN
  FOR it IN
    WITH wish AS MATERIALIZED (
      SELECT w.place, r.key, r.head, greatest(r.at, now) AS at, w.author, w.member, w.client_id, w.text,
             nullif(w.reply_to, 0) AS reply_to,
             r.key IS NULL OR w.known_only OR w.logins <> ''
               OR count(*) OVER (PARTITION BY w.member, w.client_id) > 1
               OR (SELECT a.key FROM author a WHERE a.key = w.author AND a.member = w.member) IS NULL
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
      SELECT p.reason, p.its_seq, p.its_at, p.duplicate, p.named, p.listed_other, p.club_head
        INTO reason, its_seq, its_at, duplicate, named, listed_other, club_head
        FROM club_post_1(given_rooms[it.place], given_authors[it.place], given_members[it.place],
                         given_client_ids[it.place], given_texts[it.place], nullif(given_replies[it.place], 0),
                         given_known_only[it.place], string_to_array(nullif(given_logins[it.place], ''), ' '),
                         given_mentions, given_listed, given_now) AS p;
    ELSE
      reason := NULL;
      its_seq := it.seq;
      its_at := it.at;
      duplicate := false;
      named := NULL;
      listed_other := false;
      club_head := NULL;
    END IF;
    RETURN NEXT;
  END LOOP;
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
  SELECT * INTO it FROM club_target_1(given_room, given_member, given_target);
  target_member := it.member;
  changed := false;
  IF NOT FOUND OR it.removed > 0 THEN
    reason := 'not_found';
  ELSIF it.member <> given_member THEN
    reason := 'forbidden';
  ELSE
    SELECT e.seq, e.at, e.text INTO latest FROM entry e
      WHERE e.room = it.room AND e.seq = coalesce(it.edited, given_target);
    IF latest.text = given_text THEN
      its_seq := latest.seq;
      its_at := latest.at;
    ELSIF club_closed_1(it.room) THEN
      reason := 'forbidden';
    ELSIF (SELECT count(*) FROM entry e WHERE e.room = it.room AND e.target = given_target AND e.type = 2)
          >= given_limit THEN
      reason := 'rate_limited';
    ELSE
      its_seq := it.head + 1;
      its_at := greatest(it.room_at, club_now_1(given_now));
      changed := true;
      PERFORM club_change_1(it.room, its_seq, its_at, 2, given_author, given_member, given_target, it.member,
                            given_text, NULL, NULL, NULL);
      UPDATE entry SET edited = its_seq WHERE room = it.room AND seq = given_target;
    END IF;
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
  SELECT * INTO it FROM club_target_1(given_room, given_member, given_target);
  target_member := it.member;
  changed := false;
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
  IF club_closed_1(it.room) THEN
    reason := 'forbidden';
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

CREATE OR REPLACE FUNCTION club_direct_open_1(given_member bigint, given_other bigint, given_fresh text, given_listed bigint,
                                   OUT reason text, OUT id text)
LANGUAGE plpgsql AS $$
DECLARE
  lower bigint := least(given_member, given_other);
  higher bigint := greatest(given_member, given_other);
  it text;
BEGIN
  IF given_member = given_other THEN
    reason := 'invalid_params';
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM member m WHERE m.key = given_other AND m.disabled = 0) THEN
    reason := 'not_found';
    RETURN;
  END IF;
  IF EXISTS (SELECT FROM block b WHERE b.member = given_other AND b.other = given_member) THEN
    reason := 'forbidden';
    RETURN;
  END IF;
  it := (SELECT r.id FROM room r WHERE r.low = lower AND r.high = higher);
  IF it IS NULL THEN
    IF (SELECT count(*) FROM listing l WHERE l.member = given_member) >= given_listed THEN
      reason := 'rate_limited';
      RETURN;
    END IF;
    INSERT INTO room (id, kind, low, high) VALUES (given_fresh, 3, lower, higher) ON CONFLICT (low, high) DO NOTHING;
    it := (SELECT r.id FROM room r WHERE r.low = lower AND r.high = higher);
  END IF;
  SELECT o.reason, o.id INTO reason, id FROM club_room_open_1(it, given_member, given_listed) o;
END $$;
