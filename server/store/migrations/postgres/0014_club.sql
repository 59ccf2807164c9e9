-- What moderating means for members, sessions and invites, and what is done in the whole club. Functions that the previous
-- release calls keep their names and what they answer.

-- ---- who is banned from the club or frozen is as if disabled ----

CREATE OR REPLACE FUNCTION club_session_add_1(given_digest bytea, given_member bigint, given_address text, given_limit bigint,
                                   given_oldest bigint, given_unused bigint, given_now bigint,
                                   OUT reason text, OUT its_key bigint, OUT its_at bigint, OUT club_head bigint,
                                   OUT present_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_hold_1();
  IF club_is_shut_1(given_member, given_now) THEN
    reason := 'not_found';
    RETURN;
  END IF;
  SELECT * INTO its_member FROM member m WHERE m.key = given_member;
  SELECT b.its_key, b.club_head INTO its_key, club_head
    FROM club_session_begin_1(given_digest, given_member, given_address, given_limit, given_oldest, given_unused,
                              given_now) b;
  its_at := (SELECT s.made_at FROM session s WHERE s.key = its_key);
  present_head := (SELECT c.head FROM club c);
END $$;

CREATE OR REPLACE FUNCTION club_session_touch_1(given_digest bytea, given_session bigint, given_oldest bigint, given_unused bigint,
                                     given_now bigint,
                                     OUT reason text, OUT its_key bigint, OUT made_at bigint, OUT used_at bigint,
                                     OUT its_member member)
LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  it session;
BEGIN
  it := club_session_find_1(given_digest, given_session);
  IF it.key IS NULL OR it.ended > 0 OR it.made_at < now - given_oldest OR it.used_at < now - given_unused
     OR club_is_shut_1(it.member, given_now) THEN
    reason := 'not_found';
    RETURN;
  END IF;
  SELECT * INTO its_member FROM member m WHERE m.key = it.member;
  IF now > it.used_at THEN
    UPDATE session s SET used_at = greatest(s.used_at, now) WHERE s.key = it.key;
  END IF;
  its_key := it.key;
  made_at := it.made_at;
  used_at := greatest(it.used_at, now);
END $$;

CREATE FUNCTION club_member_update_2(given_key bigint, given_name text, given_title text, given_company text,
                                     given_country text, given_about text, given_offers text, given_seeks text,
                                     given_sectors text, given_languages text, given_now bigint,
                                     OUT reason text, OUT club_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_hold_1();
  IF club_is_shut_1(given_key, given_now) AND EXISTS (SELECT FROM member m WHERE m.key = given_key) THEN
    reason := 'forbidden';
    RETURN;
  END IF;
  SELECT u.reason, u.club_head INTO reason, club_head
    FROM club_member_update_1(given_key, given_name, given_title, given_company, given_country, given_about, given_offers,
                              given_seeks, given_sectors, given_languages, given_now) u;
  SELECT * INTO its_member FROM member m WHERE m.key = given_key;
END $$;

CREATE FUNCTION club_block_2(given_member bigint, given_other bigint, given_on boolean, given_limit bigint,
                             given_now bigint, OUT reason text, OUT club_head bigint, OUT talk text)
LANGUAGE plpgsql AS $$
BEGIN
  IF club_is_shut_1(given_member, given_now) THEN
    reason := 'forbidden';
    RETURN;
  END IF;
  SELECT b.* INTO reason, club_head, talk FROM club_block_1(given_member, given_other, given_on, given_limit, given_now) b;
END $$;

-- ---- who comes in, and by whom ----

-- Once the member is there: the room of the invite. A private one lets in.
CREATE FUNCTION club_welcome_1(given_room text, given_member bigint, given_admissions bigint, given_listed bigint,
                               given_now bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  it room;
BEGIN
  SELECT * INTO it FROM room r WHERE r.id = given_room AND r.kind <> 3;
  IF it.private <> 0 AND (SELECT count(*) FROM admission a WHERE a.room = it.key) < given_admissions THEN
    INSERT INTO admission (room, member, at) VALUES (it.key, given_member, club_now_1(given_now)) ON CONFLICT DO NOTHING;
  END IF;
  IF club_enters_1(it, given_member, given_now) IS NULL THEN
    PERFORM club_list_1(given_member, it.key, it.head, given_listed);
  END IF;
END $$;

-- During a raid nobody comes in by an invite.
CREATE OR REPLACE FUNCTION club_member_add_1(given_login text, given_name text, given_title text, given_company text,
                                  given_country text, given_about text, given_offers text, given_seeks text,
                                  given_sectors text, given_languages text, given_role bigint, given_password text,
                                  given_invite bytea, given_session bytea, given_address text, given_sessions bigint,
                                  given_oldest bigint, given_unused bigint, given_listed bigint, given_now bigint,
                                  OUT reason text, OUT its_key bigint, OUT its_author bigint, OUT its_role bigint,
                                  OUT its_session bigint, OUT club_head bigint)
LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  link invite;
BEGIN
  PERFORM club_hold_1();
  its_role := given_role;
  IF given_invite IS NOT NULL THEN
    IF EXISTS (SELECT FROM switch w WHERE w.name = 'raid' AND w.value <> 0) THEN
      reason := 'unavailable';
      RETURN;
    END IF;
    SELECT * INTO link FROM invite i WHERE i.digest = given_invite AND i.revoked = 0 AND i.used < i.uses
      AND (i.expires_at = 0 OR i.expires_at > now);
    IF NOT FOUND THEN
      reason := 'not_found';
      RETURN;
    END IF;
    its_role := link.role;
  END IF;
  IF EXISTS (SELECT FROM member m WHERE m.login = given_login) THEN
    reason := 'conflict';
    RETURN;
  END IF;
  INSERT INTO member (login, name, title, company, country, about, offers, seeks, sectors, languages, role, password,
                      author, made_at, invited_by)
    VALUES (given_login, given_name, given_title, given_company, given_country, given_about, given_offers, given_seeks,
            given_sectors, given_languages, its_role, given_password, 0, now, link.made_by)
    RETURNING key INTO its_key;
  INSERT INTO author (member, name, country, company) VALUES (its_key, given_name, given_country, given_company)
    RETURNING key INTO its_author;
  UPDATE member SET author = its_author WHERE key = its_key;
  IF given_invite IS NOT NULL THEN
    UPDATE invite SET used = used + 1 WHERE key = link.key;
    PERFORM club_welcome_1(link.room, its_key, 5000, given_listed, given_now);
  END IF;
  IF given_session IS NOT NULL THEN
    SELECT b.its_key, b.club_head INTO its_session, club_head
      FROM club_session_begin_1(given_session, its_key, given_address, given_sessions, given_oldest, given_unused,
                                given_now) b;
  END IF;
END $$;

-- ---- invites ----

CREATE FUNCTION club_note_invite_1(given_action text, given_member bigint, it invite, given_now bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_note_1(nullif(given_member, 0), given_action, (SELECT r.key FROM room r WHERE r.id = it.room), NULL, NULL,
                      NULL, NULL, '"invite":' || it.key || ',"role":"'
                        || club_role_word_1(it.role) || '","uses":' || it.uses, given_now);
END $$;

-- given_member: 0, the operator, who may all. Only admins invite others than members.
CREATE FUNCTION club_invite_create_2(given_right club_right_1, given_digest bytea, given_role bigint, given_room text,
                                     given_uses bigint, given_expires_at bigint, given_member bigint,
                                     given_client_id text, given_limit bigint, given_now bigint,
                                     OUT reason text, OUT its_invite invite)
LANGUAGE plpgsql AS $$
DECLARE
  it room;
BEGIN
  PERFORM club_hold_1();
  IF given_member > 0 THEN
    reason := (SELECT m.reason FROM club_may_1(given_right, given_member, NULL, 0, given_now) m);
    IF reason IS NOT NULL THEN
      RETURN;
    END IF;
    IF given_client_id IS NOT NULL THEN
      SELECT * INTO its_invite FROM invite i WHERE i.made_by = given_member AND i.client_id = given_client_id;
      IF FOUND THEN
        RETURN;
      END IF;
    END IF;
    IF given_role > 0 AND club_standing_1(given_member, NULL) < 3 THEN
      reason := 'forbidden';
      RETURN;
    END IF;
  END IF;
  SELECT * INTO it FROM room r WHERE r.id = given_room AND r.kind <> 3; -- rooms of two are for their two alone
  IF given_room IS NOT NULL AND (it.key IS NULL OR (given_member > 0
       AND club_enters_1(it, given_member, given_now) IS NOT NULL)) THEN
    reason := 'not_found';
  ELSIF (SELECT count(*) FROM invite i WHERE i.made_by = given_member AND i.revoked = 0 AND i.used < i.uses
           AND (i.expires_at = 0 OR i.expires_at > club_now_1(given_now))) >= given_limit THEN
    reason := 'rate_limited';
  ELSE
    its_invite := club_invite_insert_1(given_digest, given_role, given_room, given_uses, given_expires_at,
                                       nullif(given_member, 0), given_client_id, 0, given_now);
    PERFORM club_note_invite_1(given_right.done, given_member, its_invite, given_now);
  END IF;
END $$;

-- given_any: also those of others, which only the operator and admins reach.
CREATE FUNCTION club_invite_revoke_2(given_right club_right_1, given_key bigint, given_member bigint, given_any boolean,
                                     given_now bigint, OUT reason text, OUT its_invite invite)
LANGUAGE plpgsql AS $$
DECLARE
  was bigint;
BEGIN
  PERFORM club_hold_1();
  IF given_member > 0 THEN
    reason := (SELECT m.reason FROM club_may_1(given_right, given_member, NULL, 0, given_now) m);
    IF reason IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;
  SELECT * INTO its_invite FROM invite i WHERE i.key = given_key
    AND (coalesce(i.made_by, 0) = given_member
         OR (given_any AND (given_member = 0 OR club_standing_1(given_member, NULL) = 3)));
  IF NOT FOUND THEN
    reason := 'not_found';
  ELSIF its_invite.revoked = 0 THEN
    UPDATE invite SET revoked = 1 WHERE key = given_key;
    its_invite.revoked := 1;
    PERFORM club_note_invite_1(given_right.done, given_member, its_invite, given_now);
  END IF;
END $$;

-- The previous release has no such table: what it takes was the same.
CREATE OR REPLACE FUNCTION club_invite_create_1(given_digest bytea, given_role bigint, given_room text, given_uses bigint,
                                     given_expires_at bigint, given_member bigint, given_client_id text,
                                     given_limit bigint, given_now bigint,
                                     OUT reason text, OUT its_invite invite)
LANGUAGE plpgsql AS $$
DECLARE
  made record;
BEGIN
  SELECT * INTO made
    FROM club_invite_create_2(ROW('invite', NULL, 3, 2, false, true, false, false)::club_right_1, given_digest, given_role,
                              given_room, given_uses, given_expires_at, coalesce(given_member, 0), given_client_id,
                              given_limit, given_now);
  reason := made.reason;
  its_invite := made.its_invite;
END $$;

CREATE OR REPLACE FUNCTION club_invite_revoke_1(given_key bigint, given_member bigint, given_any boolean,
                                     OUT reason text, OUT its_invite invite)
LANGUAGE plpgsql AS $$
DECLARE
  revoked record;
BEGIN
  SELECT * INTO revoked
    FROM club_invite_revoke_2(ROW('revoke', NULL, 3, 2, false, true, false, false)::club_right_1, given_key,
                              coalesce(given_member, 0), given_any, NULL);
  reason := revoked.reason;
  its_invite := revoked.its_invite;
END $$;

-- ---- what the operator does ----

-- given_action: the audit log's word.
CREATE FUNCTION club_member_role_2(given_key bigint, given_login text, given_role bigint, given_action text,
                                   given_now bigint,
                                   OUT reason text, OUT club_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
DECLARE
  done record;
BEGIN
  SELECT * INTO done FROM club_member_role_1(given_key, given_login, given_role, given_now);
  reason := done.reason;
  club_head := done.club_head;
  its_member := done.its_member;
  IF reason IS NULL AND club_head IS NOT NULL THEN
    PERFORM club_note_1(NULL, given_action, NULL, its_member.key, NULL, NULL, NULL,
                        '"role":"' || club_role_word_1(given_role) || '"', given_now);
  END IF;
END $$;

CREATE FUNCTION club_member_disable_2(given_key bigint, given_login text, given_disable boolean, given_action text,
                                      given_now bigint, OUT reason text, OUT club_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
DECLARE
  done record;
  was bigint;
BEGIN
  PERFORM club_hold_1();
  was := (club_member_find_1(given_key, given_login)).disabled;
  SELECT * INTO done FROM club_member_disable_1(given_key, given_login, given_disable, given_now);
  reason := done.reason;
  club_head := done.club_head;
  its_member := done.its_member;
  IF reason IS NULL AND its_member.disabled <> was THEN
    PERFORM club_note_1(NULL, given_action, NULL, its_member.key, NULL, NULL, NULL,
                        '"disabled":' || given_disable::text, given_now);
  END IF;
END $$;

-- ---- a branch of the tree of invites ----

-- That one and all who came through it, but for who stands as high as the actor, and who came through those.
CREATE FUNCTION club_branch_1(given_member bigint, given_standing bigint, given_most bigint) RETURNS bigint[]
LANGUAGE plpgsql AS $$
BEGIN
  RETURN ARRAY(
    WITH RECURSIVE branch AS (
      SELECT given_member AS key
      UNION
      SELECT came.key FROM branch b, LATERAL (SELECT m.key FROM member m WHERE m.invited_by = b.key OFFSET 0) AS came
        WHERE club_standing_1(came.key, NULL) < given_standing
    ) SELECT b.key FROM branch b LIMIT given_most);
END $$;

-- Numbers for many in one step: the club log's row is changed once.
CREATE FUNCTION club_add_many_1(given_kinds bigint[], given_members bigint[], given_sessions bigint[], given_now bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  last bigint;
BEGIN
  UPDATE club SET head = head + cardinality(given_kinds) WHERE one = 1 RETURNING head INTO last;
  INSERT INTO club_log (seq, at, kind, member, session)
    SELECT last - cardinality(given_kinds) + w.place, club_now_1(given_now), w.kind, w.member, w.session
      FROM unnest(given_kinds, given_members, given_sessions) WITH ORDINALITY AS w(kind, member, session, place);
  RETURN last;
END $$;

CREATE FUNCTION club_freeze_1(given_right club_right_1, given_actor bigint, given_member bigint, given_on boolean,
                              given_reason text, given_most bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  acted club_acted_1;
  may record;
  keys bigint[];
  ended bigint[];
  theirs bigint[];
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, NULL, given_member, given_now);
  acted.changed := false;
  acted.count := 0;
  acted.reason := may.reason;
  IF acted.reason IS NOT NULL THEN
    RETURN acted;
  END IF;
  keys := ARRAY(SELECT b.key
                  FROM unnest(club_branch_1(given_member, club_standing_1(given_actor, NULL), given_most))
                    WITH ORDINALITY AS b(key, place)
                  WHERE given_on <> EXISTS (SELECT FROM sanction s WHERE s.member = b.key AND s.room = 0 AND s.kind = 3)
                  ORDER BY b.place);
  acted.count := cardinality(keys);
  IF acted.count = 0 THEN
    RETURN acted;
  END IF;
  acted.changed := true;
  acted.audit := club_note_1(given_actor, CASE WHEN given_on THEN given_right.done ELSE given_right.undone END, NULL,
                             given_member, NULL, NULL, given_reason, '"members":' || acted.count, given_now);
  acted.club_head := club_add_many_1(array_fill(4::bigint, ARRAY[acted.count::int]), keys,
                                     array_fill(acted.audit, ARRAY[acted.count::int]), given_now);
  IF NOT given_on THEN
    DELETE FROM sanction s USING unnest(keys) AS b(key) WHERE s.member = b.key AND s.room = 0 AND s.kind = 3;
    RETURN acted;
  END IF;
  INSERT INTO sanction (member, room, kind, until, at, reason)
    SELECT b.key, 0, 3, 0, now, nullif(given_reason, '') FROM unnest(keys) AS b(key);
  UPDATE invite i SET revoked = 1 FROM unnest(keys) AS b(key) WHERE i.made_by = b.key AND i.revoked = 0;
  WITH over AS (
    UPDATE session s SET ended = now FROM unnest(keys) AS b(key) WHERE s.member = b.key AND s.ended = 0
      RETURNING s.key, s.member
  ) SELECT array_agg(o.key ORDER BY o.key), array_agg(o.member ORDER BY o.key) INTO ended, theirs FROM over o;
  IF ended IS NOT NULL THEN
    acted.club_head := club_add_many_1(array_fill(1::bigint, ARRAY[cardinality(ended)]), theirs, ended, given_now);
  END IF;
  RETURN acted;
END $$;

-- ---- the switch ----

CREATE FUNCTION club_raid_1(given_right club_right_1, given_actor bigint, given_on boolean, given_reason text,
                            given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  acted club_acted_1;
  may record;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, NULL, 0, given_now);
  acted.changed := false;
  acted.reason := may.reason;
  IF acted.reason IS NOT NULL
     OR given_on = EXISTS (SELECT FROM switch w WHERE w.name = 'raid' AND w.value <> 0) THEN
    RETURN acted;
  END IF;
  INSERT INTO switch AS w (name, value) VALUES ('raid', CASE WHEN given_on THEN 1 ELSE 0 END)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  acted.changed := true;
  acted.audit := club_note_1(given_actor, CASE WHEN given_on THEN given_right.done ELSE given_right.undone END, NULL, NULL,
                             NULL, NULL, given_reason, NULL, given_now);
  acted.club_head := club_add_1(5, NULL, CASE WHEN given_on THEN 1 ELSE 0 END, NULL, given_now);
  RETURN acted;
END $$;
