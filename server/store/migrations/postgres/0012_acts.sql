-- What moderators do in rooms: a function for each act. Each asks club_may_1() first, which holds the club log's row; the
-- batch has locked the room's row before. given_valid: are numbers and words within their limits?

-- ---- mutes and bans ----

-- A ban of the club, and what a freeze does to each: nobody is logged in any more, and nobody comes by their invites.
CREATE FUNCTION club_shut_out_1(given_member bigint, given_now bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  UPDATE invite SET revoked = 1 WHERE made_by = given_member AND revoked = 0;
  RETURN club_session_end_all_1(given_member, 0, given_now);
END $$;

-- given_kind: 1, a mute; 2, a ban. given_seconds: 0 lifts it, -1: until it is lifted.
CREATE FUNCTION club_sanction_1(given_right club_right_1, given_kind bigint, given_actor bigint, given_room text,
                                given_member bigint, given_seconds bigint, given_reason text, given_valid boolean,
                                given_sanctions bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  wish bigint := CASE WHEN given_seconds > 0 THEN now + 1000 * given_seconds ELSE 0 END;
  acted club_acted_1;
  may record;
  was record;
  there boolean;
  action text := CASE WHEN given_seconds = 0 THEN given_right.undone ELSE given_right.done END;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, given_room, given_member, given_now);
  acted := club_unchanged_1(may.its_room);
  acted.until := wish;
  acted.reason := CASE WHEN may.reason IS NOT NULL THEN may.reason WHEN NOT given_valid THEN 'invalid_params' END;
  IF acted.reason IS NOT NULL THEN
    RETURN acted;
  END IF;
  DELETE FROM sanction WHERE member = given_member AND until > 0 AND until <= now;
  SELECT s.until, coalesce(s.reason, '') AS reason INTO was FROM sanction s
    WHERE s.member = given_member AND s.room = coalesce(may.its_room, 0) AND s.kind = given_kind;
  there := FOUND;
  IF given_seconds = 0 THEN
    IF NOT there THEN
      RETURN acted;
    END IF;
    DELETE FROM sanction WHERE member = given_member AND room = coalesce(may.its_room, 0) AND kind = given_kind;
  ELSE
    IF there AND was.until = wish AND was.reason = coalesce(given_reason, '') THEN
      RETURN acted;
    END IF;
    IF NOT there AND (SELECT count(*) FROM sanction s WHERE s.member = given_member) >= given_sanctions THEN
      acted.reason := 'conflict';
      RETURN acted;
    END IF;
    INSERT INTO sanction AS s (member, room, kind, until, at, reason)
      VALUES (given_member, coalesce(may.its_room, 0), given_kind, wish, now, nullif(given_reason, ''))
      ON CONFLICT (member, room, kind) DO UPDATE SET until = excluded.until, at = excluded.at, reason = excluded.reason;
  END IF;
  acted.changed := true;
  IF may.its_room IS NOT NULL THEN
    SELECT w.its_seq, w.its_at INTO acted.seq, acted.at
      FROM club_write_1(may.its_room, given_actor, 6, action, given_member, wish, given_reason, NULL, given_now) w;
    acted.first := acted.seq;
  END IF;
  acted.audit := club_note_1(given_actor, action, may.its_room, given_member, NULL, wish, given_reason, NULL, given_now);
  acted.club_head := club_tell_1(acted.audit, given_member, may.its_room, given_now);
  IF given_kind = 2 AND given_seconds <> 0 AND may.its_room IS NULL THEN
    acted.club_head := coalesce(club_shut_out_1(given_member, given_now), acted.club_head);
  END IF;
  RETURN acted;
END $$;

CREATE FUNCTION club_purge_1(given_right club_right_1, given_actor bigint, given_room text, given_member bigint,
                             given_seconds bigint, given_reason text, given_valid boolean, given_most bigint,
                             given_look bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  since bigint := club_now_1(given_now) - 1000 * given_seconds;
  acted club_acted_1;
  may record;
  its_author bigint := (SELECT m.author FROM member m WHERE m.key = given_actor);
  target bigint;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, given_room, given_member, given_now);
  acted := club_unchanged_1(may.its_room);
  acted.count := 0;
  acted.reason := CASE WHEN may.reason IS NOT NULL THEN may.reason WHEN NOT given_valid THEN 'invalid_params' END;
  IF acted.reason IS NOT NULL THEN
    RETURN acted;
  END IF;
  FOR target IN
    SELECT e.seq FROM entry e
      WHERE e.room = may.its_room AND e.seq > acted.seq - given_look AND e.type = 1 AND e.member = given_member
        AND e.removed IS NULL AND e.at >= since
      ORDER BY e.seq DESC LIMIT given_most
  LOOP
    IF acted.count = 0 THEN
      acted.first := acted.seq + 1;
      acted.at := greatest(acted.at, club_now_1(given_now));
    END IF;
    acted.count := acted.count + 1;
    acted.seq := acted.seq + 1;
    PERFORM club_take_away_1(may.its_room, target, given_member, its_author, given_actor, acted.seq, acted.at,
                             nullif(given_reason, ''));
  END LOOP;
  acted.changed := acted.count > 0;
  IF acted.changed THEN
    acted.audit := club_note_1(given_actor, given_right.done, may.its_room, given_member, NULL, NULL, given_reason,
                               '"seconds":' || given_seconds || ',"removed":' || acted.count, given_now);
    acted.club_head := club_tell_1(acted.audit, given_member, may.its_room, given_now);
  END IF;
  RETURN acted;
END $$;

-- ---- rooms ----

-- A member of a JSON object where it changed, with a comma before it.
CREATE FUNCTION club_detail_1(given_name text, given_value text, was text, is_text boolean) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE WHEN given_value <> was
    THEN ',"' || given_name || '":' || CASE WHEN is_text THEN to_json(given_value)::text ELSE given_value END ELSE '' END;
END $$;

-- given_title, given_topic: absent, they stay; empty: none. given_locked, given_slow: -1, they stay.
CREATE FUNCTION club_update_1(given_right club_right_1, given_actor bigint, given_room text, given_title text,
                              given_topic text, given_locked bigint, given_slow bigint, given_valid boolean,
                              given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  acted club_acted_1;
  may record;
  it room;
  its_detail text;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, given_room, 0, given_now);
  acted := club_unchanged_1(may.its_room);
  SELECT * INTO it FROM room r WHERE r.key = may.its_room;
  acted.reason := CASE WHEN may.reason IS NOT NULL THEN may.reason WHEN it.kind = 3 THEN 'forbidden'
                       WHEN NOT given_valid OR (it.kind = 4 AND given_title = '') THEN 'invalid_params' END;
  IF acted.reason IS NOT NULL THEN
    RETURN acted;
  END IF;
  its_detail := substr(
    club_detail_1('title', coalesce(given_title, it.title, ''), coalesce(it.title, ''), true)
    || club_detail_1('topic', coalesce(given_topic, it.topic, ''), coalesce(it.topic, ''), true)
    || CASE WHEN given_locked NOT IN (-1, it.locked)
         THEN ',"locked":' || CASE given_locked WHEN 0 THEN 'false' ELSE 'true' END ELSE '' END
    || CASE WHEN given_slow NOT IN (-1, it.slow) THEN ',"slow":' || given_slow ELSE '' END, 2);
  IF its_detail = '' THEN
    RETURN acted;
  END IF;
  UPDATE room SET title = nullif(coalesce(given_title, title), ''), topic = nullif(coalesce(given_topic, topic), ''),
      locked = CASE given_locked WHEN -1 THEN locked ELSE given_locked END,
      slow = CASE given_slow WHEN -1 THEN slow ELSE given_slow END
    WHERE key = it.key;
  acted.changed := true;
  SELECT w.its_seq, w.its_at INTO acted.seq, acted.at
    FROM club_write_1(it.key, given_actor, 5, NULL, NULL, NULL, NULL, its_detail, given_now) w;
  acted.first := acted.seq;
  acted.audit := club_note_1(given_actor, given_right.done, it.key, NULL, NULL, NULL, NULL, its_detail, given_now);
  RETURN acted;
END $$;

-- Times of pins rise, so that their order is that of pinning.
CREATE FUNCTION club_pin_1(given_right club_right_1, given_actor bigint, given_room text, given_target bigint,
                           given_on boolean, given_pins bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  acted club_acted_1;
  may record;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, given_room, 0, given_now);
  acted := club_unchanged_1(may.its_room);
  acted.reason := may.reason;
  IF acted.reason IS NULL AND NOT EXISTS (SELECT FROM entry e WHERE e.room = may.its_room AND e.seq = given_target
                                            AND e.type = 1 AND e.removed IS NULL) THEN
    acted.reason := 'not_found';
  END IF;
  IF acted.reason IS NOT NULL
     OR given_on = EXISTS (SELECT FROM pin p WHERE p.room = may.its_room AND p.seq = given_target) THEN
    RETURN acted;
  END IF;
  IF given_on AND (SELECT count(*) FROM pin p WHERE p.room = may.its_room) >= given_pins THEN
    acted.reason := 'conflict';
    RETURN acted;
  END IF;
  IF given_on THEN
    INSERT INTO pin (room, seq, at) VALUES (may.its_room, given_target, greatest(club_now_1(given_now),
      1 + (SELECT max(p.at) FROM pin p WHERE p.room = may.its_room)));
  ELSE
    DELETE FROM pin WHERE room = may.its_room AND seq = given_target;
  END IF;
  acted.changed := true;
  SELECT w.its_seq, w.its_at INTO acted.seq, acted.at
    FROM club_write_1(may.its_room, given_actor, 5, NULL, NULL, NULL, NULL,
                      '"pinned":[' || coalesce(replace(club_pinned_1(may.its_room), ' ', ','), '') || ']', given_now) w;
  acted.first := acted.seq;
  acted.audit := club_note_1(given_actor, CASE WHEN given_on THEN given_right.done ELSE given_right.undone END,
                             may.its_room, NULL, given_target, NULL, NULL, NULL, given_now);
  RETURN acted;
END $$;

CREATE FUNCTION club_create_1(given_right club_right_1, given_actor bigint, given_id text, given_client_id text,
                              given_title text, given_topic text, given_private boolean, given_valid boolean,
                              given_rooms bigint, given_standings bigint, given_listed bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  acted club_acted_1;
  may record;
  its_key bigint;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, NULL, 0, given_now);
  acted.changed := false;
  acted.reason := CASE WHEN may.reason IS NOT NULL THEN may.reason WHEN NOT given_valid THEN 'invalid_params' END;
  IF acted.reason IS NOT NULL THEN
    RETURN acted;
  END IF;
  its_key := (SELECT r.key FROM room r WHERE r.made_by = given_actor AND r.client_id = given_client_id);
  IF its_key IS NOT NULL THEN
    acted := club_unchanged_1(its_key);
    acted.reason := club_entering_1(acted.room_id, given_actor, given_now);
    RETURN acted;
  END IF;
  IF (SELECT count(*) FROM room r WHERE r.kind = 4) >= given_rooms
     OR (SELECT count(*) FROM standing s WHERE s.member = given_actor) >= given_standings THEN
    acted.reason := 'conflict';
    RETURN acted;
  END IF;
  IF (SELECT count(*) FROM listing l WHERE l.member = given_actor) >= given_listed THEN
    acted.reason := 'rate_limited';
    RETURN acted;
  END IF;
  INSERT INTO room (id, kind, title, topic, private, made_by, client_id)
    VALUES (given_id, 4, given_title, nullif(given_topic, ''), CASE WHEN given_private THEN 1 ELSE 0 END, given_actor,
            given_client_id)
    RETURNING key INTO its_key;
  INSERT INTO listing (member, room, read) VALUES (given_actor, its_key, 0);
  INSERT INTO standing (member, room, at) VALUES (given_actor, its_key, now);
  IF given_private THEN
    INSERT INTO admission (room, member, at) VALUES (its_key, given_actor, now);
  END IF;
  acted := club_unchanged_1(its_key);
  acted.changed := true;
  acted.audit := club_note_1(given_actor, given_right.done, its_key, NULL, NULL, NULL, NULL,
                             '"title":' || to_json(given_title)::text || ',"private":' || given_private::text, given_now);
  acted.club_head := club_add_1(2, given_actor, NULL, NULL, given_now);
  RETURN acted;
END $$;

CREATE FUNCTION club_admit_1(given_right club_right_1, given_actor bigint, given_room text, given_member bigint,
                             given_on boolean, given_admissions bigint, given_listed bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  acted club_acted_1;
  may record;
  it room;
  listed bigint := 0;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, given_room, given_member, given_now);
  acted := club_unchanged_1(may.its_room);
  SELECT * INTO it FROM room r WHERE r.key = may.its_room;
  acted.reason := CASE WHEN may.reason IS NOT NULL THEN may.reason WHEN it.private = 0 THEN 'conflict' END;
  IF acted.reason IS NOT NULL
     OR given_on = EXISTS (SELECT FROM admission a WHERE a.room = it.key AND a.member = given_member) THEN
    RETURN acted;
  END IF;
  IF given_on THEN
    IF (SELECT count(*) FROM admission a WHERE a.room = it.key) >= given_admissions THEN
      acted.reason := 'conflict';
      RETURN acted;
    END IF;
    INSERT INTO admission (room, member, at) VALUES (it.key, given_member, club_now_1(given_now));
    listed := club_list_1(given_member, it.key, it.head, given_listed);
  ELSE
    DELETE FROM admission WHERE room = it.key AND member = given_member;
    DELETE FROM standing WHERE room = it.key AND member = given_member;
    DELETE FROM listing WHERE room = it.key AND member = given_member;
  END IF;
  acted.changed := true;
  acted.audit := club_note_1(given_actor, CASE WHEN given_on THEN given_right.done ELSE given_right.undone END, it.key,
                             given_member, NULL, NULL, NULL, NULL, given_now);
  acted.club_head := club_tell_1(acted.audit, given_member, it.key, given_now);
  IF listed = 1 THEN
    acted.club_head := club_add_1(3, given_member, NULL, it.id, given_now);
  END IF;
  RETURN acted;
END $$;

-- ---- moderators ----

CREATE FUNCTION club_appoint_in_room_1(given_right club_right_1, given_actor bigint, given_room text, given_member bigint,
                                       given_on boolean, given_standings bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  acted club_acted_1;
  may record;
  it room;
  action text := CASE WHEN given_on THEN given_right.done ELSE given_right.undone END;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, given_room, given_member, given_now);
  acted := club_unchanged_1(may.its_room);
  SELECT * INTO it FROM room r WHERE r.key = may.its_room;
  acted.reason := CASE WHEN may.reason IS NOT NULL THEN may.reason
                       WHEN it.kind = 3 OR (given_on AND given_member = given_actor) THEN 'forbidden' END;
  IF acted.reason IS NOT NULL
     OR given_on = EXISTS (SELECT FROM standing s WHERE s.member = given_member AND s.room = it.key) THEN
    RETURN acted;
  END IF;
  IF given_on AND (club_enters_1(it, given_member, given_now) IS NOT NULL
                   OR (SELECT count(*) FROM standing s WHERE s.member = given_member) >= given_standings) THEN
    acted.reason := 'conflict';
    RETURN acted;
  END IF;
  IF given_on THEN
    INSERT INTO standing (member, room, at) VALUES (given_member, it.key, club_now_1(given_now));
  ELSE
    DELETE FROM standing WHERE member = given_member AND room = it.key;
  END IF;
  acted.changed := true;
  SELECT w.its_seq, w.its_at INTO acted.seq, acted.at
    FROM club_write_1(it.key, given_actor, 6, action, given_member, NULL, NULL, NULL, given_now) w;
  acted.first := acted.seq;
  acted.audit := club_note_1(given_actor, action, it.key, given_member, NULL, NULL, NULL, NULL, given_now);
  acted.club_head := club_tell_1(acted.audit, given_member, it.key, given_now);
  RETURN acted;
END $$;

CREATE FUNCTION club_appoint_1(given_right club_right_1, given_actor bigint, given_member bigint, given_role bigint,
                               given_valid boolean, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  acted club_acted_1;
  may record;
  it member;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, NULL, given_member, given_now);
  SELECT * INTO it FROM member m WHERE m.key = given_member;
  acted.changed := false;
  acted.reason := CASE
    WHEN may.reason IS NOT NULL THEN may.reason
    WHEN NOT given_valid THEN 'invalid_params'
    WHEN given_member = given_actor AND given_role > it.role THEN 'forbidden'
    WHEN given_role <> 2 AND club_is_last_admin_1(it) THEN 'conflict'
    WHEN given_role > it.role AND club_is_shut_1(given_member, given_now) THEN 'conflict' END;
  IF acted.reason IS NOT NULL OR it.role = given_role THEN
    RETURN acted;
  END IF;
  UPDATE member SET role = given_role WHERE key = given_member;
  acted.changed := true;
  acted.audit := club_note_1(given_actor, CASE WHEN given_role > it.role THEN given_right.done ELSE given_right.undone END,
                             NULL, given_member, NULL, NULL, NULL, '"role":"' || club_role_word_1(given_role) || '"', given_now);
  acted.club_head := club_tell_1(acted.audit, given_member, NULL, given_now);
  acted.club_head := club_add_1(2, given_member, NULL, NULL, given_now);
  RETURN acted;
END $$;
