-- Which invite a member came by. Absent: none, or it was not kept yet.

ALTER TABLE member ADD COLUMN invite bigint;
CREATE INDEX member_invite ON member (invite, key) WHERE invite IS NOT NULL;

-- Whom nobody of the club invited is found by it, too; both in the order of the pages.
DROP INDEX member_invited;
CREATE INDEX member_invited ON member (invited_by, key);

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
                      author, made_at, invited_by, invite)
    VALUES (given_login, given_name, given_title, given_company, given_country, given_about, given_offers, given_seeks,
            given_sectors, given_languages, its_role, given_password, 0, now, link.made_by, link.key)
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

-- Whose session is young and who is banned from the club or frozen hears that, ended or not.
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
  IF it.key IS NULL OR it.made_at < now - given_oldest OR it.used_at < now - given_unused THEN
    reason := 'not_found';
    RETURN;
  END IF;
  IF club_is_shut_1(it.member, given_now) THEN
    reason := CASE WHEN EXISTS (SELECT FROM member m WHERE m.key = it.member AND m.disabled = 0)
                THEN 'banned' ELSE 'not_found' END;
    RETURN;
  END IF;
  IF it.ended > 0 THEN
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

-- ---- branches of the tree of invites ----

-- Those and all who came through them, but for who stands as high as the actor, and who came through those.
CREATE FUNCTION club_branch_2(given_tops bigint[], given_standing bigint, given_most bigint) RETURNS bigint[]
LANGUAGE plpgsql AS $$
BEGIN
  RETURN ARRAY(
    WITH RECURSIVE branch AS (
      SELECT top.key FROM unnest(given_tops) AS top(key)
      UNION
      SELECT came.key FROM branch b,
        LATERAL (SELECT m.key FROM member m WHERE m.invited_by = b.key AND m.role + 1 < given_standing OFFSET 0) AS came
    ) SELECT b.key FROM branch b LIMIT given_most);
END $$;

-- Of a member, or (then that one is 0) of all who came by an invite, which is void then.
CREATE FUNCTION club_freeze_2(given_right club_right_1, given_actor bigint, given_member bigint, given_invite bigint,
                              given_on boolean, given_reason text, given_most bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  now bigint := club_now_1(given_now);
  acted club_acted_1;
  may record;
  standing bigint;
  tops bigint[] := ARRAY[given_member];
  keys bigint[];
  ended bigint[];
  theirs bigint[];
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, NULL, given_member, given_now);
  acted.changed := false;
  acted.count := 0;
  acted.reason := may.reason;
  IF acted.reason IS NULL AND given_invite > 0 AND NOT EXISTS (SELECT FROM invite i WHERE i.key = given_invite) THEN
    acted.reason := 'not_found';
  END IF;
  IF acted.reason IS NOT NULL THEN
    RETURN acted;
  END IF;
  standing := club_standing_1(given_actor, NULL);
  IF given_invite > 0 THEN
    tops := ARRAY(SELECT m.key FROM member m WHERE m.invite = given_invite AND m.role + 1 < standing
                    LIMIT given_most);
    IF given_on THEN
      UPDATE invite SET revoked = 1 WHERE key = given_invite AND revoked = 0;
      acted.changed := FOUND;
    END IF;
  END IF;
  keys := ARRAY(SELECT b.key FROM unnest(club_branch_2(tops, standing, given_most)) WITH ORDINALITY AS b(key, place)
                  WHERE given_on <> EXISTS (SELECT FROM sanction s WHERE s.member = b.key AND s.room = 0 AND s.kind = 3)
                  ORDER BY b.place);
  acted.count := cardinality(keys);
  acted.changed := acted.changed OR acted.count > 0;
  IF NOT acted.changed THEN
    RETURN acted;
  END IF;
  acted.audit := club_note_1(given_actor, CASE WHEN given_on THEN given_right.done ELSE given_right.undone END, NULL,
                             nullif(given_member, 0), NULL, NULL, given_reason,
                             CASE WHEN given_invite > 0 THEN '"invite":' || given_invite || ',' ELSE '' END
                               || '"members":' || acted.count, given_now);
  IF acted.count = 0 THEN
    RETURN acted;
  END IF;
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
