-- Rooms as members see them, and their lists of them, where the right to enter counts. The time is given: bans end.

-- A room as a member sees it: `reason`, where the member may not enter, with nothing else; `pinned`, numbers with spaces
-- between, the one pinned last first; the other one of a direct talk, without the password, absent in other rooms.
CREATE TYPE club_seen_2 AS (
  reason text, id text, kind bigint, head bigint, read bigint, unread bigint, mentions bigint, listed bigint,
  title text, topic text, locked bigint, slow bigint, private bigint, pinned text,
  key bigint, author bigint, login text, name text, member_title text, company text, country text, about text, offers text,
  seeks text, sectors text, languages text, role bigint, disabled bigint, password text);

CREATE FUNCTION club_pinned_1(given_room bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT string_agg(p.seq::text, ' ' ORDER BY p.at DESC, p.seq DESC) FROM pin p WHERE p.room = given_room);
END $$;

-- One row. A room that is not on the member's list counts as read, a direct talk does not.
CREATE FUNCTION club_describe_2(p_room text, p_member bigint, p_now bigint) RETURNS SETOF club_seen_2
LANGUAGE plpgsql VOLATILE ROWS 1 AS $$
#variable_conflict use_column
DECLARE
  r room%ROWTYPE;
  seen club_seen_2;
  p_read bigint;
  p_listed bigint := 1;
BEGIN
  SELECT * INTO r FROM room WHERE room.id = p_room;
  seen.reason := club_enters_1(r, p_member, p_now);
  IF seen.reason IS NOT NULL THEN
    RETURN NEXT seen;
    RETURN;
  END IF;
  SELECT listing.read INTO p_read FROM listing WHERE listing.member = p_member AND listing.room = r.key;
  IF NOT FOUND THEN
    p_listed := 0;
    p_read := CASE WHEN r.kind = 3 THEN 0 ELSE r.head END;
  END IF;
  RETURN QUERY
    SELECT NULL::text, r.id, r.kind, r.head, p_read, club_unread_1(r.key, p_member, p_read, r.head),
           CASE WHEN p_read < r.head THEN club_mentions_1(r.key, p_member, p_read) ELSE 0 END, p_listed,
           r.title, r.topic, r.locked, r.slow, r.private, club_pinned_1(r.key),
           o.key, o.author, o.login, o.name, o.title, o.company, o.country, o.about, o.offers, o.seeks, o.sectors,
           o.languages, o.role, o.disabled, NULL::text
    FROM (SELECT CASE WHEN r.low = p_member THEN r.high ELSE r.low END AS other) AS pair
    LEFT JOIN member AS o ON r.kind = 3 AND o.key = pair.other;
END $$;

-- The member's list without the rooms that it may not enter now, the room that was active last first.
CREATE FUNCTION club_rooms_2(p_member bigint, p_now bigint) RETURNS SETOF club_seen_2
LANGUAGE plpgsql VOLATILE ROWS 30 AS $$
#variable_conflict use_column
DECLARE
  hindered boolean := EXISTS (SELECT FROM sanction s WHERE s.member = p_member);
BEGIN
  IF club_is_shut_1(p_member, p_now) THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT NULL::text, r.id, r.kind, r.head, listing.read, club_unread_1(r.key, p_member, listing.read, r.head),
           CASE WHEN listing.read < r.head THEN club_mentions_1(r.key, p_member, listing.read) ELSE 0 END, 1::bigint,
           r.title, r.topic, r.locked, r.slow, r.private, club_pinned_1(r.key),
           o.key, o.author, o.login, o.name, o.title, o.company, o.country, o.about, o.offers, o.seeks, o.sectors,
           o.languages, o.role, o.disabled, NULL::text
    FROM listing
    JOIN room AS r ON r.key = listing.room
    LEFT JOIN member AS o ON r.kind = 3 AND o.key = CASE WHEN r.low = p_member THEN r.high ELSE r.low END
    WHERE listing.member = p_member
      AND CASE WHEN hindered OR r.private <> 0 THEN club_enters_1(r, p_member, p_now) IS NULL ELSE true END
    ORDER BY r.at DESC, r.id LIMIT 1000;
END $$;

CREATE FUNCTION club_mark_read_2(given_room text, given_member bigint, given_seq bigint, given_now bigint,
                                 OUT reason text, OUT its_head bigint, OUT its_read bigint, OUT unread bigint,
                                 OUT mentioned bigint)
LANGUAGE plpgsql AS $$
DECLARE
  it room;
  marked bigint;
BEGIN
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  reason := club_enters_1(it, given_member, given_now);
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  IF given_seq > it.head THEN
    reason := 'conflict';
    RETURN;
  END IF;
  marked := (SELECT l.read FROM listing l WHERE l.member = given_member AND l.room = it.key);
  its_head := it.head;
  its_read := coalesce(marked, CASE WHEN it.kind = 3 THEN 0 ELSE it.head END);
  IF given_seq > marked THEN
    -- Another instance may have marked more meanwhile.
    UPDATE listing SET read = greatest(read, given_seq) WHERE member = given_member AND room = it.key
      RETURNING read INTO its_read;
  END IF;
  unread := club_unread_1(it.key, given_member, its_read, its_head);
  mentioned := club_mentions_1(it.key, given_member, its_read);
END $$;

-- `id` is the room that was listed, for club_describe_2.
CREATE FUNCTION club_room_open_2(given_room text, given_member bigint, given_listed bigint, given_now bigint,
                                 OUT reason text, OUT id text)
LANGUAGE plpgsql AS $$
DECLARE
  it room;
BEGIN
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  reason := club_enters_1(it, given_member, given_now);
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  IF club_list_1(given_member, it.key, CASE WHEN it.kind = 3 THEN 0 ELSE it.head END, given_listed) = 2 THEN
    reason := 'rate_limited';
  ELSE
    id := given_room;
  END IF;
END $$;

CREATE FUNCTION club_direct_open_2(given_member bigint, given_other bigint, given_fresh text, given_listed bigint,
                                   given_now bigint, OUT reason text, OUT id text)
LANGUAGE plpgsql AS $$
DECLARE
  lower bigint := least(given_member, given_other);
  higher bigint := greatest(given_member, given_other);
  it text;
BEGIN
  IF given_member = given_other THEN
    reason := 'invalid_params';
  ELSIF club_is_shut_1(given_member, given_now) THEN
    reason := 'forbidden';
  ELSIF club_is_shut_1(given_other, given_now) THEN
    reason := 'not_found';
  ELSIF EXISTS (SELECT FROM block b WHERE b.member = given_other AND b.other = given_member) THEN
    reason := 'forbidden';
  END IF;
  IF reason IS NOT NULL THEN
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
  SELECT o.reason, o.id INTO reason, id FROM club_room_open_2(it, given_member, given_listed, given_now) o;
END $$;

-- ---- by the names that the previous release knows ----

CREATE OR REPLACE FUNCTION club_describe_1(p_room text, p_member bigint) RETURNS SETOF club_seen_1
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN QUERY SELECT s.id, s.kind, s.head, s.read, s.unread, s.mentions, s.listed, s.key, s.author, s.login, s.name,
                      s.member_title, s.company, s.country, s.about, s.offers, s.seeks, s.sectors, s.languages, s.role,
                      s.disabled, s.password
    FROM club_describe_2(p_room, p_member, NULL) s WHERE s.reason IS NULL;
END $$;

CREATE OR REPLACE FUNCTION club_rooms_1(p_member bigint) RETURNS SETOF club_seen_1
LANGUAGE plpgsql VOLATILE ROWS 30 AS $$
BEGIN
  RETURN QUERY SELECT s.id, s.kind, s.head, s.read, s.unread, s.mentions, s.listed, s.key, s.author, s.login, s.name,
                      s.member_title, s.company, s.country, s.about, s.offers, s.seeks, s.sectors, s.languages, s.role,
                      s.disabled, s.password
    FROM club_rooms_2(p_member, NULL) s;
END $$;

CREATE OR REPLACE FUNCTION club_mark_read_1(given_room text, given_member bigint, given_seq bigint,
                                 OUT reason text, OUT its_head bigint, OUT its_read bigint, OUT unread bigint,
                                 OUT mentioned bigint)
LANGUAGE plpgsql AS $$
BEGIN
  SELECT m.* INTO reason, its_head, its_read, unread, mentioned
    FROM club_mark_read_2(given_room, given_member, given_seq, NULL) m;
END $$;

CREATE OR REPLACE FUNCTION club_room_open_1(given_room text, given_member bigint, given_listed bigint,
                                 OUT reason text, OUT id text)
LANGUAGE plpgsql AS $$
BEGIN
  SELECT o.reason, o.id INTO reason, id FROM club_room_open_2(given_room, given_member, given_listed, NULL) o;
END $$;

CREATE OR REPLACE FUNCTION club_direct_open_1(given_member bigint, given_other bigint, given_fresh text, given_listed bigint,
                                   OUT reason text, OUT id text)
LANGUAGE plpgsql AS $$
BEGIN
  SELECT o.reason, o.id INTO reason, id
    FROM club_direct_open_2(given_member, given_other, given_fresh, given_listed, NULL) o;
END $$;
