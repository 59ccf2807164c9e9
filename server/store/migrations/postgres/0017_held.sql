-- A text that was held back for a look is not posted by asking once more; whoever wrote it is told that it was held.

-- given_raid_slow absent: it is being published.
CREATE OR REPLACE FUNCTION club_post_2(given_room text, given_author bigint, given_member bigint, given_client_id text,
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
                            WHERE m.key = given_member AND m.author = given_author AND m.disabled = 0)) AS hindered,
         CASE WHEN given_raid_slow IS NOT NULL THEN (
           SELECT p.room FROM report p WHERE p.accused = given_member AND p.text_id = given_client_id) END AS held
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
  IF wish.hindered OR wish.held IS NOT NULL OR given_known_only OR given_reply_to > 0 THEN
    SELECT e.room, e.seq, e.at INTO earlier FROM entry e
      WHERE e.member = given_member AND e.client_id = given_client_id;
    IF NOT FOUND THEN
      IF wish.held IS NOT NULL THEN
        reason := CASE WHEN wish.held = it.key THEN 'held' ELSE 'conflict' END;
      ELSIF given_known_only THEN
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

CREATE OR REPLACE FUNCTION club_posts_2(given_rooms text[], given_authors bigint[], given_members bigint[],
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
               OR (SELECT p.room FROM report p WHERE p.accused = w.member AND p.text_id = w.client_id) IS NOT NULL
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

-- As club_hold_back_1, in one room only, and says when to try again.
CREATE FUNCTION club_hold_back_2(given_room text, given_member bigint, given_client_id text, given_text text,
                                 given_reply_to bigint, given_reason text, given_valid boolean, given_open bigint,
                                 given_raid_slow bigint, given_now bigint,
                                 OUT reason text, OUT its_key bigint, OUT duplicate boolean, OUT posted_seq bigint,
                                 OUT posted_at bigint, OUT retry_after_ms bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it room;
  earlier record;
  held record;
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
  SELECT p.key, p.room INTO held FROM report p WHERE p.accused = given_member AND p.text_id = given_client_id;
  IF FOUND THEN
    its_key := held.key;
    reason := CASE WHEN held.room <> it.key THEN 'conflict' END;
    RETURN;
  END IF;
  SELECT * INTO hindrance FROM club_hindrance_1(it, given_member, given_raid_slow, given_now);
  reason := hindrance.reason;
  retry_after_ms := hindrance.retry_after_ms;
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

CREATE OR REPLACE FUNCTION club_settle_1(given_right club_right_1, given_actor bigint, given_report bigint, given_outcome text,
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
                             given_note, '"report":' || it.key || ',"outcome":' || to_json(given_outcome)::text
                             || CASE WHEN it.member IS NULL THEN ',"held":' || to_json(it.text_id)::text ELSE '' END, given_now);
  acted.club_head := club_tell_1(acted.audit, coalesce(it.member, it.accused), it.room, given_now);
  RETURN acted;
END $$;
