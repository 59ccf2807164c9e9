-- Moderating: who may what, what was done to whom, and the log of it.

ALTER TABLE room ADD COLUMN title TEXT;    -- absent: as the club file has it
ALTER TABLE room ADD COLUMN topic TEXT;
ALTER TABLE room ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE room ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;    -- seconds between a member's posts
ALTER TABLE room ADD COLUMN private INTEGER NOT NULL DEFAULT 0; -- 1: for those in admission
ALTER TABLE room ADD COLUMN made_by INTEGER REFERENCES member;
ALTER TABLE room ADD COLUMN client_id TEXT;
CREATE UNIQUE INDEX room_client ON room (made_by, client_id) WHERE client_id IS NOT NULL;

ALTER TABLE entry ADD COLUMN action TEXT;   -- of a moderation: what was done, to target_member
ALTER TABLE entry ADD COLUMN until INTEGER; -- of a moderation: 0, until it is lifted
ALTER TABLE entry ADD COLUMN detail TEXT;   -- of a room: what changed, members of a JSON object

ALTER TABLE member ADD COLUMN invited_by INTEGER REFERENCES member; -- whose invite it was; absent: the operator's
CREATE INDEX member_invited ON member (invited_by) WHERE invited_by IS NOT NULL;

-- Moderators of single rooms.
CREATE TABLE standing (
  member INTEGER NOT NULL REFERENCES member,
  room INTEGER NOT NULL REFERENCES room,
  at INTEGER NOT NULL,
  PRIMARY KEY (member, room)
) WITHOUT ROWID;

-- Who may enter a private room.
CREATE TABLE admission (
  room INTEGER NOT NULL REFERENCES room,
  member INTEGER NOT NULL REFERENCES member,
  at INTEGER NOT NULL,
  PRIMARY KEY (room, member)
) WITHOUT ROWID;

CREATE TABLE pin (
  room INTEGER NOT NULL REFERENCES room,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (room, seq)
) WITHOUT ROWID;

-- What is forbidden to a member now. Those whose time is over do not count; lifted ones go.
CREATE TABLE sanction (
  member INTEGER NOT NULL REFERENCES member,
  room INTEGER NOT NULL,  -- 0: in the whole club
  kind INTEGER NOT NULL,  -- 1: mute; 2: ban; 3: frozen
  until INTEGER NOT NULL, -- 0: until it is lifted
  at INTEGER NOT NULL,
  reason TEXT,
  PRIMARY KEY (member, room, kind)
) WITHOUT ROWID;

-- The last post of a member in a room that is slow.
CREATE TABLE posted (
  room INTEGER NOT NULL REFERENCES room,
  member INTEGER NOT NULL REFERENCES member,
  at INTEGER NOT NULL,
  PRIMARY KEY (room, member)
) WITHOUT ROWID;

-- What holds for the whole club.
CREATE TABLE switch (
  name TEXT PRIMARY KEY, -- 'raid'
  value INTEGER NOT NULL
) WITHOUT ROWID;

-- Every act: added to, and never changed.
CREATE TABLE audit (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  by INTEGER REFERENCES member, -- absent: the operator
  action TEXT NOT NULL,
  room INTEGER REFERENCES room,
  member INTEGER REFERENCES member,
  seq INTEGER,
  until INTEGER,
  reason TEXT,
  detail TEXT -- members of a JSON object
);
CREATE INDEX audit_room ON audit (room, key) WHERE room IS NOT NULL;
CREATE INDEX audit_member ON audit (member, key) WHERE member IS NOT NULL;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;

CREATE TABLE report (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  member INTEGER REFERENCES member, -- who reports; absent: the club itself holds a text back
  client_id TEXT,
  room INTEGER NOT NULL REFERENCES room,
  seq INTEGER,                      -- of the message; absent: the text was held back
  accused INTEGER NOT NULL REFERENCES member,
  reason TEXT,
  text TEXT,                        -- that was held back, until it is settled
  text_id TEXT,                     -- the client_id that it was posted with
  reply_to INTEGER,
  outcome TEXT,                     -- absent: open
  note TEXT,
  settled_by INTEGER REFERENCES member,
  settled_at INTEGER
);
CREATE UNIQUE INDEX report_client ON report (member, client_id) WHERE client_id IS NOT NULL;
CREATE UNIQUE INDEX report_held ON report (accused, text_id) WHERE text_id IS NOT NULL;
CREATE INDEX report_open ON report (key) WHERE outcome IS NULL;
CREATE INDEX report_accused ON report (accused);
