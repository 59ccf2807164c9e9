-- What a member has not read, and how a member sees a room. Each sees what its own transaction wrote before.

-- Messages after `p_after` by others that stand; at most 1,000, among the newest 20,000 entries.
CREATE FUNCTION club_unread_1(p_room bigint, p_member bigint, p_after bigint, p_head bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF p_after >= p_head THEN RETURN 0; END IF;
  RETURN (
    SELECT count(*) FROM (
      SELECT 1 FROM (
        SELECT entry.type, entry.member, entry.removed FROM entry
        WHERE entry.room = p_room AND entry.seq > p_after ORDER BY entry.seq DESC LIMIT 20000
      ) AS newest
      WHERE newest.type = 1 AND newest.member <> p_member AND newest.removed IS NULL LIMIT 1000
    ) AS found);
END $$;

CREATE FUNCTION club_mentions_1(p_room bigint, p_member bigint, p_after bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (
    SELECT count(*) FROM (
      SELECT 1 FROM mention
      WHERE mention.member = p_member AND mention.room = p_room AND mention.seq > p_after LIMIT 1000
    ) AS found);
END $$;

-- A room as a member sees it, and the other one of a direct talk, without the password; absent in other rooms.
CREATE TYPE club_seen_1 AS (
  id text, kind bigint, head bigint, read bigint, unread bigint, mentions bigint, listed bigint,
  key bigint, author bigint, login text, name text, title text, company text, country text, about text, offers text,
  seeks text, sectors text, languages text, role bigint, disabled bigint, password text);

-- The room with that id as the member sees it; nothing where the member may not enter. A room that is not on the
-- member's list counts as read, a direct talk does not.
CREATE FUNCTION club_describe_1(p_room text, p_member bigint)
RETURNS SETOF club_seen_1
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  r room%ROWTYPE;
  p_read bigint;
  p_listed bigint := 1;
BEGIN
  SELECT * INTO r FROM room WHERE room.id = p_room AND (room.kind <> 3 OR p_member IN (room.low, room.high));
  IF NOT FOUND THEN RETURN; END IF;
  SELECT listing.read INTO p_read FROM listing WHERE listing.member = p_member AND listing.room = r.key;
  IF NOT FOUND THEN
    p_listed := 0;
    p_read := CASE WHEN r.kind = 3 THEN 0 ELSE r.head END;
  END IF;
  RETURN QUERY
    SELECT r.id, r.kind, r.head, p_read, club_unread_1(r.key, p_member, p_read, r.head),
           CASE WHEN p_read < r.head THEN club_mentions_1(r.key, p_member, p_read) ELSE 0 END, p_listed,
           o.key, o.author, o.login, o.name, o.title, o.company, o.country, o.about, o.offers, o.seeks, o.sectors,
           o.languages, o.role, o.disabled, NULL::text
    FROM (SELECT CASE WHEN r.low = p_member THEN r.high ELSE r.low END AS other) AS pair
    LEFT JOIN member AS o ON r.kind = 3 AND o.key = pair.other;
END $$;

-- The member's list, the room that was active last first.
CREATE FUNCTION club_rooms_1(p_member bigint)
RETURNS SETOF club_seen_1
LANGUAGE plpgsql VOLATILE ROWS 30 AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT r.id, r.kind, r.head, listing.read, club_unread_1(r.key, p_member, listing.read, r.head),
           CASE WHEN listing.read < r.head THEN club_mentions_1(r.key, p_member, listing.read) ELSE 0 END, 1::bigint,
           o.key, o.author, o.login, o.name, o.title, o.company, o.country, o.about, o.offers, o.seeks, o.sectors,
           o.languages, o.role, o.disabled, NULL::text
    FROM listing
    JOIN room AS r ON r.key = listing.room
    LEFT JOIN member AS o ON r.kind = 3 AND o.key = CASE WHEN r.low = p_member THEN r.high ELSE r.low END
    WHERE listing.member = p_member
    ORDER BY r.at DESC, r.id LIMIT 1000;
END $$;
