-- What changes members, sessions and invites. All of it is rare, and goes one after the other: whoever changes any of it
-- holds the club log's row first, so that what is counted here (admins, sessions, uses, invites) stays true until the end.

CREATE FUNCTION club_hold_1() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT head FROM club WHERE one = 1 FOR NO KEY UPDATE);
END $$;

-- ---- sessions ----

CREATE FUNCTION club_session_end_one_1(given_member bigint, given_session bigint, given_now bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  UPDATE session SET ended = club_now_1(given_now) WHERE key = given_session;
  RETURN club_add_1(1, given_member, given_session, NULL, given_now);
END $$;

-- Ends all but given_keep; the club log's head, absent when nothing was ended.
CREATE FUNCTION club_session_end_all_1(given_member bigint, given_keep bigint, given_now bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  each_one bigint;
  club_head bigint;
BEGIN
  FOR each_one IN SELECT s.key FROM session s WHERE s.member = given_member AND s.ended = 0 AND s.key <> given_keep
    ORDER BY s.used_at, s.key LOOP
    club_head := club_session_end_one_1(given_member, each_one, given_now);
  END LOOP;
  RETURN club_head;
END $$;

-- given_oldest, given_unused: how old a session may be, and how long unused, in milliseconds. Rows of sessions that are
-- over go when the member logs in the next time; of too many, the longest unused ends.
CREATE FUNCTION club_session_begin_1(given_digest bytea, given_member bigint, given_address text, given_limit bigint,
                                     given_oldest bigint, given_unused bigint, given_now bigint,
                                     OUT its_key bigint, OUT club_head bigint)
LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  surplus bigint;
BEGIN
  DELETE FROM session WHERE member = given_member
    AND (ended > 0 OR made_at < now - given_oldest OR used_at < now - given_unused);
  INSERT INTO session (digest, member, made_at, used_at, address)
    VALUES (given_digest, given_member, now, now, given_address) RETURNING key INTO its_key;
  IF (SELECT count(*) FROM session s WHERE s.member = given_member AND s.ended = 0) > given_limit THEN
    surplus := (SELECT s.key FROM session s WHERE s.member = given_member AND s.ended = 0 AND s.key <> its_key
                  ORDER BY s.used_at, s.key LIMIT 1);
    club_head := club_session_end_one_1(given_member, surplus, given_now);
  END IF;
END $$;

CREATE FUNCTION club_session_add_1(given_digest bytea, given_member bigint, given_address text, given_limit bigint,
                                   given_oldest bigint, given_unused bigint, given_now bigint,
                                   OUT reason text, OUT its_key bigint, OUT its_at bigint, OUT club_head bigint,
                                   OUT present_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_hold_1();
  SELECT * INTO its_member FROM member m WHERE m.key = given_member AND m.disabled = 0;
  IF NOT FOUND THEN
    reason := 'not_found';
    RETURN;
  END IF;
  SELECT b.its_key, b.club_head INTO its_key, club_head
    FROM club_session_begin_1(given_digest, given_member, given_address, given_limit, given_oldest, given_unused,
                              given_now) b;
  its_at := (SELECT s.made_at FROM session s WHERE s.key = its_key);
  present_head := (SELECT c.head FROM club c);
END $$;

-- By key where it is given, else by digest.
CREATE FUNCTION club_session_find_1(given_digest bytea, given_session bigint) RETURNS session LANGUAGE plpgsql AS $$
DECLARE
  it session;
BEGIN
  IF given_session > 0 THEN
    SELECT * INTO it FROM session s WHERE s.key = given_session;
  ELSE
    SELECT * INTO it FROM session s WHERE s.digest = given_digest;
  END IF;
  RETURN it;
END $$;

CREATE FUNCTION club_session_end_1(given_digest bytea, given_session bigint, given_now bigint,
                                   OUT reason text, OUT its_key bigint, OUT its_member bigint, OUT club_head bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it session;
BEGIN
  PERFORM club_hold_1();
  it := club_session_find_1(given_digest, given_session);
  IF it.key IS NULL OR it.ended > 0 THEN
    reason := 'not_found';
    RETURN;
  END IF;
  its_key := it.key;
  its_member := it.member;
  club_head := club_session_end_one_1(it.member, it.key, given_now);
END $$;

-- Holds nothing but the session: it comes with every connection.
CREATE FUNCTION club_session_touch_1(given_digest bytea, given_session bigint, given_oldest bigint, given_unused bigint,
                                     given_now bigint,
                                     OUT reason text, OUT its_key bigint, OUT made_at bigint, OUT used_at bigint,
                                     OUT its_member member)
LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  it session;
BEGIN
  it := club_session_find_1(given_digest, given_session);
  IF it.key IS NULL OR it.ended > 0 OR it.made_at < now - given_oldest OR it.used_at < now - given_unused THEN
    reason := 'not_found';
    RETURN;
  END IF;
  SELECT * INTO its_member FROM member m WHERE m.key = it.member AND m.disabled = 0;
  IF NOT FOUND THEN
    reason := 'not_found';
    RETURN;
  END IF;
  IF now > it.used_at THEN
    UPDATE session s SET used_at = greatest(s.used_at, now) WHERE s.key = it.key;
  END IF;
  its_key := it.key;
  made_at := it.made_at;
  used_at := greatest(it.used_at, now);
END $$;

-- ---- members ----

CREATE FUNCTION club_member_add_1(given_login text, given_name text, given_title text, given_company text,
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
  place record;
BEGIN
  PERFORM club_hold_1();
  its_role := given_role;
  IF given_invite IS NOT NULL THEN
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
                      author, made_at)
    VALUES (given_login, given_name, given_title, given_company, given_country, given_about, given_offers, given_seeks,
            given_sectors, given_languages, its_role, given_password, 0, now)
    RETURNING key INTO its_key;
  INSERT INTO author (member, name, country, company) VALUES (its_key, given_name, given_country, given_company)
    RETURNING key INTO its_author;
  UPDATE member SET author = its_author WHERE key = its_key;
  IF given_invite IS NOT NULL THEN
    UPDATE invite SET used = used + 1 WHERE key = link.key;
    SELECT r.key, r.head INTO place FROM room r WHERE r.id = link.room AND r.kind <> 3;
    IF FOUND THEN
      PERFORM club_list_1(its_key, place.key, place.head, given_listed);
    END IF;
  END IF;
  IF given_session IS NOT NULL THEN
    SELECT b.its_key, b.club_head INTO its_session, club_head
      FROM club_session_begin_1(given_session, its_key, given_address, given_sessions, given_oldest, given_unused,
                                given_now) b;
  END IF;
END $$;

-- By key where it is given, else by login.
CREATE FUNCTION club_member_find_1(given_key bigint, given_login text) RETURNS member LANGUAGE plpgsql AS $$
DECLARE
  it member;
BEGIN
  IF given_key > 0 THEN
    SELECT * INTO it FROM member m WHERE m.key = given_key;
  ELSE
    SELECT * INTO it FROM member m WHERE m.login = given_login;
  END IF;
  RETURN it;
END $$;

CREATE FUNCTION club_is_last_admin_1(it member) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN it.role = 2 AND it.disabled = 0 AND (SELECT count(*) FROM member WHERE role = 2 AND disabled = 0) <= 1;
END $$;

CREATE FUNCTION club_member_role_1(given_key bigint, given_login text, given_role bigint, given_now bigint,
                                   OUT reason text, OUT club_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
DECLARE
  it member;
BEGIN
  PERFORM club_hold_1();
  it := club_member_find_1(given_key, given_login);
  IF it.key IS NULL THEN
    reason := 'not_found';
  ELSIF given_role <> 2 AND club_is_last_admin_1(it) THEN
    reason := 'conflict';
  ELSIF it.role <> given_role THEN
    UPDATE member SET role = given_role WHERE key = it.key;
    it.role := given_role;
    club_head := club_add_1(2, it.key, NULL, NULL, given_now);
  END IF;
  its_member := it;
END $$;

CREATE FUNCTION club_member_disable_1(given_key bigint, given_login text, given_disable boolean, given_now bigint,
                                      OUT reason text, OUT club_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
DECLARE
  it member;
  wish bigint := CASE WHEN given_disable THEN 1 ELSE 0 END;
BEGIN
  PERFORM club_hold_1();
  it := club_member_find_1(given_key, given_login);
  IF it.key IS NULL THEN
    reason := 'not_found';
    RETURN;
  END IF;
  IF given_disable AND club_is_last_admin_1(it) THEN
    reason := 'conflict';
    RETURN;
  END IF;
  IF it.disabled <> wish THEN
    UPDATE member SET disabled = wish WHERE key = it.key;
    it.disabled := wish;
    club_head := club_add_1(2, it.key, NULL, NULL, given_now);
  END IF;
  IF given_disable THEN
    club_head := coalesce(club_session_end_all_1(it.key, 0, given_now), club_head);
    UPDATE invite SET revoked = 1 WHERE made_by = it.key AND revoked = 0;
  END IF;
  its_member := it;
END $$;

CREATE FUNCTION club_password_set_1(given_key bigint, given_login text, given_password text, given_keep bigint,
                                    given_now bigint,
                                    OUT reason text, OUT club_head bigint, OUT its_member member)
LANGUAGE plpgsql AS $$
DECLARE
  it member;
BEGIN
  PERFORM club_hold_1();
  it := club_member_find_1(given_key, given_login);
  IF it.key IS NULL THEN
    reason := 'not_found';
    RETURN;
  END IF;
  UPDATE member SET password = given_password WHERE key = it.key;
  club_head := club_session_end_all_1(it.key, given_keep, given_now);
  its_member := it;
END $$;

-- ---- invites ----

CREATE FUNCTION club_invite_insert_1(given_digest bytea, given_role bigint, given_room text, given_uses bigint,
                                     given_expires_at bigint, given_member bigint, given_client_id text,
                                     given_first bigint, given_now bigint) RETURNS invite LANGUAGE plpgsql AS $$
DECLARE
  it invite;
BEGIN
  INSERT INTO invite (digest, role, room, uses, made_at, expires_at, made_by, client_id, first)
    VALUES (given_digest, given_role, given_room, given_uses, club_now_1(given_now), given_expires_at, given_member,
            given_client_id, given_first)
    RETURNING * INTO it;
  RETURN it;
END $$;

CREATE FUNCTION club_invite_create_1(given_digest bytea, given_role bigint, given_room text, given_uses bigint,
                                     given_expires_at bigint, given_member bigint, given_client_id text,
                                     given_limit bigint, given_now bigint,
                                     OUT reason text, OUT its_invite invite)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_hold_1();
  IF given_client_id IS NOT NULL THEN
    SELECT * INTO its_invite FROM invite i WHERE i.made_by = given_member AND i.client_id = given_client_id;
    IF FOUND THEN
      RETURN;
    END IF;
  END IF;
  -- A request that was under way when its member was disabled.
  IF EXISTS (SELECT FROM member m WHERE m.key = given_member AND m.disabled <> 0) THEN
    reason := 'forbidden';
  -- Rooms of two are for their two alone.
  ELSIF given_room IS NOT NULL AND NOT EXISTS (SELECT FROM room r WHERE r.id = given_room AND r.kind <> 3) THEN
    reason := 'not_found';
  ELSIF (SELECT count(*) FROM invite i WHERE i.made_by = given_member AND i.revoked = 0 AND i.used < i.uses
           AND (i.expires_at = 0 OR i.expires_at > club_now_1(given_now))) >= given_limit THEN
    reason := 'rate_limited';
  ELSE
    its_invite := club_invite_insert_1(given_digest, given_role, given_room, given_uses, given_expires_at, given_member,
                                       given_client_id, 0, given_now);
  END IF;
END $$;

CREATE FUNCTION club_invite_revoke_1(given_key bigint, given_member bigint, given_any boolean,
                                     OUT reason text, OUT its_invite invite)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_hold_1();
  UPDATE invite i SET revoked = 1
    WHERE i.key = given_key AND (given_any OR coalesce(i.made_by, 0) = coalesce(given_member, 0))
    RETURNING i.* INTO its_invite;
  IF NOT FOUND THEN
    reason := 'not_found';
  END IF;
END $$;

CREATE FUNCTION club_first_invite_1(given_digest bytea, given_expires_at bigint, given_room text, given_member bigint,
                                    given_client_id text, given_now bigint,
                                    OUT reason text, OUT needed boolean, OUT its_invite invite)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_hold_1();
  needed := NOT EXISTS (SELECT FROM member m WHERE m.role = 2 AND m.disabled = 0);
  IF needed THEN
    UPDATE invite SET revoked = 1 WHERE first = 1 AND revoked = 0;
    its_invite := club_invite_insert_1(given_digest, 2, given_room, 1, given_expires_at, given_member, given_client_id,
                                       1, given_now);
  END IF;
END $$;

-- For operators, after the server's files were put back as they were at an earlier time without a recovery of its own:
-- another history, in which nobody is logged in.
CREATE FUNCTION club_renew_1() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_hold_1();
  UPDATE session SET ended = club_now_1(NULL) WHERE ended = 0;
  UPDATE meta SET epoch = translate(encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text,
                                                             'UTF8')), 'base64'), '+/=', '-_');
  RETURN club_epoch_1();
END $$;
