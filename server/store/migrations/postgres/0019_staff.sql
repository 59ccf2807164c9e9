-- Lists of what is forbidden, of those who moderate a room, and of those let into a private one.

CREATE INDEX sanction_room ON sanction (room, member, kind);
CREATE INDEX standing_room ON standing (room, member);
CREATE INDEX member_staff ON member (key) WHERE role > 0;

-- By member, room, kind, behind given_after. What it takes to see others' is in the program's table of rights
-- (given_in_room, given_in_club); one's own everybody sees.
CREATE FUNCTION club_sanctions_1(given_in_room bigint, given_in_club bigint, given_asker bigint, given_room text,
                                 given_member bigint, after_member bigint, after_room bigint, after_kind bigint,
                                 given_limit bigint, given_now bigint)
RETURNS TABLE (reason text, its_member bigint, member_name text, room_key bigint, its_room text, its_kind bigint,
               its_by bigint, by_name text, its_reason text, since bigint, its_until bigint)
LANGUAGE plpgsql ROWS 100 AS $$
#variable_conflict use_column
DECLARE
  now bigint := club_now_1(given_now);
  own boolean := given_member = given_asker;
  everything boolean := false;
  rooms bigint[] := '{}';
  it room;
  picked sanction[];
BEGIN
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  IF club_is_shut_1(given_asker, given_now) THEN
    reason := 'forbidden';
  ELSIF given_room IS NOT NULL THEN
    reason := club_enters_1(it, given_asker, given_now);
    IF own AND reason = 'banned' THEN
      reason := NULL;
    ELSIF reason IS NULL AND NOT own AND club_standing_1(given_asker, it.key) < given_in_room THEN
      reason := 'forbidden';
    END IF;
    rooms := ARRAY[it.key];
  ELSIF NOT own THEN
    SELECT club_standing_1(given_asker, NULL) >= given_in_club, m.rooms INTO everything, rooms
      FROM club_moderated_1(given_asker) m;
    IF NOT everything AND rooms = '{}' THEN
      reason := 'forbidden';
    END IF;
    IF NOT everything THEN
      rooms := ARRAY(SELECT r.key FROM unnest(rooms) AS of(room) JOIN room r ON r.key = of.room
                       WHERE club_enters_1(r, given_asker, given_now) IS NULL);
    END IF;
  END IF;
  IF reason IS NOT NULL THEN
    RETURN NEXT;
    RETURN;
  END IF;
  IF given_member > 0 THEN
    picked := ARRAY(SELECT s FROM sanction s
                      WHERE s.member = given_member AND (given_member, s.room, s.kind) > (after_member, after_room, after_kind)
                        AND s.kind < 3 AND (s.until = 0 OR s.until > now)
                        AND ((own AND given_room IS NULL) OR s.room = ANY (rooms) OR (everything AND (s.room = 0
                             OR club_enters_1((SELECT r FROM room r WHERE r.key = s.room), given_asker, given_now) IS NULL)))
                      ORDER BY s.room, s.kind LIMIT given_limit);
  ELSIF everything THEN
    picked := ARRAY(SELECT s FROM sanction s
                      WHERE (s.member, s.room, s.kind) > (after_member, after_room, after_kind)
                        AND s.kind < 3 AND (s.until = 0 OR s.until > now)
                        AND (s.room = 0
                             OR club_enters_1((SELECT r FROM room r WHERE r.key = s.room), given_asker, given_now) IS NULL)
                      ORDER BY s.member, s.room, s.kind LIMIT given_limit);
  ELSE
    picked := ARRAY(SELECT near.s
                      FROM unnest(rooms) AS of(room),
                        LATERAL (SELECT s, s.member, s.room, s.kind FROM sanction s
                                   WHERE s.room = of.room AND s.member >= after_member
                                     AND (s.member, s.room, s.kind) > (after_member, after_room, after_kind)
                                     AND s.kind < 3 AND (s.until = 0 OR s.until > now)
                                   ORDER BY s.room, s.member, s.kind LIMIT given_limit) AS near
                      ORDER BY near.member, near.room, near.kind LIMIT given_limit);
  END IF;
  RETURN QUERY
    SELECT NULL::text, p.member, (SELECT m.name FROM member m WHERE m.key = p.member), p.room,
           (SELECT r.id::text FROM room r WHERE r.key = p.room), p.kind, coalesce(actor.key, 0), actor.name,
           p.reason, p.at, p.until
      FROM unnest(picked) AS p
        -- Who did it says the log of acts: whoever did the same to the same last.
        LEFT JOIN member actor ON actor.key = (SELECT a.by FROM audit a
          WHERE a.member = p.member AND coalesce(a.room, 0) = p.room
            AND a.action = CASE p.kind WHEN 1 THEN 'mute' ELSE 'ban' END ORDER BY a.key DESC LIMIT 1)
      ORDER BY p.member, p.room, p.kind;
END $$;

-- Who moderates the room and may enter it, by key: `through` the room of that one's standing, absent: of the club.
CREATE FUNCTION club_staff_1(given_asker bigint, given_room text, given_after bigint, given_limit bigint,
                             given_now bigint)
RETURNS TABLE (reason text, its_member bigint, name text, country text, company text, role bigint, through text)
LANGUAGE plpgsql ROWS 100 AS $$
#variable_conflict use_column
DECLARE
  it room;
  dot bigint;
  keys bigint[];
BEGIN
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  reason := club_enters_1(it, given_asker, given_now);
  IF reason IS NOT NULL THEN
    RETURN NEXT;
    RETURN;
  END IF;
  dot := CASE it.kind WHEN 2 THEN position('.' IN it.id) ELSE 0 END;
  keys := ARRAY(SELECT r.key FROM room r
                  WHERE r.id IN (it.id, CASE WHEN dot > 0 THEN left(it.id, dot::int - 1) END,
                                 CASE WHEN dot > 0 THEN substr(it.id, dot::int + 1) END));
  RETURN QUERY
    SELECT NULL::text, m.key, m.name::text, m.country::text, m.company::text, m.role,
           CASE WHEN m.role = 0 THEN
             (SELECT r.id::text FROM standing s JOIN room r ON r.key = s.room
                WHERE s.member = m.key AND s.room = ANY (keys) ORDER BY s.room <> it.key, r.id LIMIT 1) END
      FROM (SELECT c.key FROM member c WHERE c.role > 0 AND c.key > given_after
            UNION SELECT s.member FROM standing s WHERE s.room = ANY (keys) AND s.member > given_after) AS staff
        JOIN member m ON m.key = staff.key
      WHERE club_enters_1(it, m.key, given_now) IS NULL
      ORDER BY m.key LIMIT given_limit;
END $$;

-- Whom the private room lets in, by key, for those who moderate there.
CREATE FUNCTION club_admitted_1(given_in_room bigint, given_asker bigint, given_room text, given_after bigint,
                                given_limit bigint, given_now bigint)
RETURNS TABLE (reason text, its_member bigint, name text, country text, company text)
LANGUAGE plpgsql ROWS 100 AS $$
#variable_conflict use_column
DECLARE
  it room;
BEGIN
  SELECT * INTO it FROM room r WHERE r.id = given_room;
  reason := club_enters_1(it, given_asker, given_now);
  IF reason IS NULL AND club_standing_1(given_asker, it.key) < given_in_room THEN
    reason := 'forbidden';
  ELSIF reason IS NULL AND it.private = 0 THEN
    reason := 'conflict';
  END IF;
  IF reason IS NOT NULL THEN
    RETURN NEXT;
    RETURN;
  END IF;
  RETURN QUERY
    SELECT NULL::text, m.key, m.name::text, m.country::text, m.company::text
      FROM admission a JOIN member m ON m.key = a.member
      WHERE a.room = it.key AND a.member > given_after ORDER BY a.member LIMIT given_limit;
END $$;
