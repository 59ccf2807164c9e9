-- Which invite a member came by. Absent: none, or it was not kept yet.

ALTER TABLE member ADD COLUMN invite INTEGER;
CREATE INDEX member_invite ON member (invite) WHERE invite IS NOT NULL;

-- Whom nobody of the club invited is found by it, too.
DROP INDEX member_invited;
CREATE INDEX member_invited ON member (invited_by);
