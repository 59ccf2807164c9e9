-- What changes rooms: a function for each kind of job, which looks, decides and changes inside the server. A function that
-- refuses has changed nothing. `reason` is a word of the protocol, absent when it is done.
--
-- The batch has locked the rooms' rows before it calls these (in order of their ids), and each statement in a volatile
-- function sees what was committed before it: so whatever is looked at here is current.

-- Adds to the club log; its new head. The row of the table club is locked until the end.
CREATE FUNCTION club_add_1(given_kind bigint, given_member bigint, given_session bigint, given_room text,
                           given_now bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  number bigint;
BEGIN
  UPDATE club SET head = head + 1 WHERE one = 1 RETURNING head INTO number;
  INSERT INTO club_log (seq, at, kind, member, session, room)
    VALUES (number, club_now_1(given_now), given_kind, given_member, given_session, given_room);
  RETURN number;
END $$;

-- Puts the room on the member's list, read up to given_read: 0, it was there before; 1, now; 2, the list is full.
CREATE FUNCTION club_list_1(given_member bigint, given_room bigint, given_read bigint, given_limit bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM listing WHERE member = given_member AND room = given_room) THEN
    RETURN 0;
  END IF;
  IF (SELECT count(*) FROM listing WHERE member = given_member) >= given_limit THEN
    RETURN 2;
  END IF;
  INSERT INTO listing (member, room, read) VALUES (given_member, given_room, given_read) ON CONFLICT DO NOTHING;
  RETURN CASE WHEN FOUND THEN 1 ELSE 0 END;
END $$;

-- given_logins: who is named in the text, in order, each once; absent: nobody. Answers with keys of members.
CREATE FUNCTION club_post_1(given_room text, given_author bigint, given_member bigint, given_client_id text,
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
BEGIN
  SELECT r.key, r.kind, r.head, r.at, r.low, r.high, l.member IS NOT NULL AS listed, a.key IS NOT NULL AS known INTO it
    FROM room r LEFT JOIN listing l ON l.member = given_member AND l.room = r.key
    LEFT JOIN author a ON a.key = given_author AND a.member = given_member
    WHERE r.id = given_room AND (r.kind <> 3 OR given_member IN (r.low, r.high));
  IF NOT FOUND THEN
    reason := 'not_found';
    RETURN;
  END IF;
  -- A new client_id shows in the insertion itself; only what may be refused is looked up before.
  IF given_known_only OR given_reply_to > 0 THEN
    SELECT e.room, e.seq, e.at INTO earlier FROM entry e
      WHERE e.member = given_member AND e.client_id = given_client_id;
    IF NOT FOUND THEN
      IF given_known_only THEN
        reason := 'rate_limited';
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

-- Several posts, in order. Rooms in which every post is an ordinary one are numbered together; in a room with one that
-- repeats another, names somebody, puts the room on a list or is to be refused, they go one by one. Answers in order.
-- Subqueries, not joins: their plans hold however much the tables grow. given_replies: 0 for none; given_logins: words with
-- spaces between.
CREATE FUNCTION club_posts_1(given_rooms text[], given_authors bigint[], given_members bigint[],
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

-- ---- edits, removals, reactions: an entry each, and its trace on the message ----

-- The message that is to change, and its room; no row: there is none, or the member may not enter.
CREATE FUNCTION club_target_1(given_room text, given_member bigint, given_target bigint)
RETURNS TABLE (room bigint, head bigint, room_at bigint, at bigint, member bigint, text text, edited bigint,
               removed bigint, mentions text)
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT r.key, r.head, r.at, e.at, e.member, e.text, e.edited, e.removed, e.mentions
    FROM room r JOIN entry e ON e.room = r.key AND e.seq = given_target AND e.type = 1
    WHERE r.id = given_room AND (r.kind <> 3 OR given_member IN (r.low, r.high));
END $$;

-- Takes the room's next number for an entry.
CREATE FUNCTION club_change_1(given_room bigint, given_head bigint, given_at bigint, given_type bigint,
                              given_author bigint, given_member bigint, given_target bigint, given_target_member bigint,
                              given_text text, given_emoji text, given_flag bigint, given_reason text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM author a WHERE a.key = given_author AND a.member = given_member) THEN
    RAISE foreign_key_violation USING MESSAGE = 'there is no such author of this member';
  END IF;
  INSERT INTO entry (room, seq, at, type, author, member, target, target_member, text, emoji, flag, reason)
    VALUES (given_room, given_head, given_at, given_type, given_author, given_member, given_target,
            given_target_member, given_text, given_emoji, given_flag, given_reason);
  UPDATE room SET head = given_head, at = given_at WHERE key = given_room;
END $$;

CREATE FUNCTION club_edit_1(given_room text, given_author bigint, given_member bigint, given_target bigint,
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

CREATE FUNCTION club_remove_1(given_room text, given_author bigint, given_member bigint, given_target bigint,
                              given_moderator boolean, given_reason text, given_now bigint,
                              OUT reason text, OUT its_seq bigint, OUT its_at bigint, OUT target_member bigint,
                              OUT changed boolean)
LANGUAGE plpgsql AS $$
DECLARE
  it record;
BEGIN
  SELECT * INTO it FROM club_target_1(given_room, given_member, given_target);
  target_member := it.member;
  changed := false;
  IF NOT FOUND THEN
    reason := 'not_found';
  ELSIF it.member <> given_member AND NOT given_moderator THEN
    reason := 'forbidden';
  ELSIF it.removed > 0 THEN
    its_seq := it.removed;
    its_at := (SELECT e.at FROM entry e WHERE e.room = it.room AND e.seq = it.removed);
  ELSE
    its_seq := it.head + 1;
    its_at := greatest(it.room_at, club_now_1(given_now));
    changed := true;
    PERFORM club_change_1(it.room, its_seq, its_at, 3, given_author, given_member, given_target, it.member,
                          NULL, NULL, NULL, given_reason);
    UPDATE entry SET text = NULL, mentions = NULL, removed = its_seq WHERE room = it.room AND seq = given_target;
    UPDATE entry SET text = NULL, removed = its_seq
      WHERE room = it.room AND target = given_target AND type = 2;
    IF it.mentions IS NOT NULL THEN
      DELETE FROM mention
        WHERE member = ANY (string_to_array(it.mentions, ' ')::bigint[]) AND room = it.room AND seq = given_target;
    END IF;
  END IF;
END $$;

CREATE FUNCTION club_react_1(given_room text, given_author bigint, given_member bigint, given_target bigint,
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

-- ---- lists and rooms ----

CREATE FUNCTION club_mark_read_1(given_room text, given_member bigint, given_seq bigint,
                                 OUT reason text, OUT its_head bigint, OUT its_read bigint, OUT unread bigint,
                                 OUT mentioned bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it record;
BEGIN
  SELECT r.key, r.kind, r.head, l.read INTO it
    FROM room r LEFT JOIN listing l ON l.member = given_member AND l.room = r.key
    WHERE r.id = given_room AND (r.kind <> 3 OR given_member IN (r.low, r.high));
  IF NOT FOUND THEN
    reason := 'not_found';
  ELSIF given_seq > it.head THEN
    reason := 'conflict';
  ELSE
    its_head := it.head;
    its_read := coalesce(it.read, CASE WHEN it.kind = 3 THEN 0 ELSE it.head END);
    IF given_seq > it.read THEN
      -- Another instance may have marked more meanwhile.
      UPDATE listing SET read = greatest(read, given_seq) WHERE member = given_member AND room = it.key
        RETURNING read INTO its_read;
    END IF;
    unread := club_unread_1(it.key, given_member, its_read, its_head);
    mentioned := club_mentions_1(it.key, given_member, its_read);
  END IF;
END $$;

-- `id` is the room that was listed, for club_describe_1.
CREATE FUNCTION club_room_open_1(given_room text, given_member bigint, given_listed bigint,
                                 OUT reason text, OUT id text)
LANGUAGE plpgsql AS $$
DECLARE
  it record;
BEGIN
  SELECT r.key, r.kind, r.head INTO it FROM room r
    WHERE r.id = given_room AND (r.kind <> 3 OR given_member IN (r.low, r.high));
  IF NOT FOUND THEN
    reason := 'not_found';
  ELSIF club_list_1(given_member, it.key, CASE WHEN it.kind = 3 THEN 0 ELSE it.head END, given_listed) = 2 THEN
    reason := 'rate_limited';
  ELSE
    id := given_room;
  END IF;
END $$;

CREATE FUNCTION club_direct_open_1(given_member bigint, given_other bigint, given_fresh text, given_listed bigint,
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

-- Heads in the order of given_ids.
CREATE FUNCTION club_rooms_ensure_1(given_ids text[]) RETURNS TABLE (its_head bigint) LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO room (id, kind)
    SELECT DISTINCT wish.id COLLATE "C", CASE WHEN position('.' IN wish.id) > 0 THEN 2 WHEN length(wish.id) = 2 THEN 0 ELSE 1 END
      FROM unnest(given_ids) AS wish(id)
      WHERE NOT EXISTS (SELECT FROM room r WHERE r.id = wish.id)
      ORDER BY 1
    ON CONFLICT (id) DO NOTHING;
  RETURN QUERY SELECT r.head FROM unnest(given_ids) WITH ORDINALITY AS wish(id, place)
    JOIN room r ON r.id = wish.id ORDER BY wish.place;
END $$;
