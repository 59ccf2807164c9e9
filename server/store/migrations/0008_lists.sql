-- What lists of one room and of one member are found by, without a walk through everybody else's.

CREATE INDEX sanction_room ON sanction (room, member, kind);
CREATE INDEX standing_room ON standing (room, member);
CREATE INDEX member_staff ON member (role) WHERE role > 0;
-- The crossings of a sector.
CREATE INDEX room_sector ON room (substr(id, instr(id, '.') + 1)) WHERE kind = 2;

-- Acts are asked for by whom they were done to, and by whom.
CREATE INDEX audit_by ON audit (by, key) WHERE by IS NOT NULL;

CREATE INDEX report_sender ON report (member, key) WHERE member IS NOT NULL;
-- The pulse looks whether anything was settled, and counts some of the open ones in their index alone.
CREATE INDEX report_settled ON report (settled_at) WHERE settled_at IS NOT NULL;
DROP INDEX report_open;
CREATE INDEX report_open ON report (outcome) WHERE outcome IS NULL;
