-- What of a room on the list the member wants to be told of (enum notify_level).

ALTER TABLE listing ADD COLUMN notify bigint NOT NULL DEFAULT 0;

-- Said again it changes nothing, and the club log does not grow.
CREATE FUNCTION club_notify_1(given_room text, given_member bigint, given_level bigint, given_now bigint,
                              OUT reason text, OUT club_head bigint)
LANGUAGE plpgsql AS $$
DECLARE
  its_room room;
  before bigint;
BEGIN
  SELECT * INTO its_room FROM room r WHERE r.id = given_room;
  reason := club_enters_1(its_room, given_member, given_now);
  IF reason IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM club_hold_1();
  SELECT l.notify INTO before FROM listing l WHERE l.member = given_member AND l.room = its_room.key FOR UPDATE;
  IF NOT FOUND THEN
    reason := 'not_found';
  ELSIF before <> given_level THEN
    UPDATE listing SET notify = given_level WHERE member = given_member AND room = its_room.key;
    club_head := club_add_1(3, given_member, NULL, given_room, given_now);
  END IF;
END $$;
