-- Times are milliseconds since 1970 in UTC. Yes and no are 1 and 0.

CREATE TABLE meta (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch TEXT NOT NULL,      -- names this history; another one after a restore
  secret BLOB NOT NULL,     -- for tokens that are derived and messages that are signed
  schema INTEGER NOT NULL,  -- the last migration that was applied
  oldest INTEGER NOT NULL   -- a program must know at least this migration
);

CREATE TABLE member (
  key INTEGER PRIMARY KEY,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  title TEXT,
  company TEXT,
  country TEXT,
  about TEXT,
  offers TEXT,
  seeks TEXT,
  sectors TEXT NOT NULL,    -- words separated by spaces
  languages TEXT NOT NULL,  -- the same
  role INTEGER NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  password TEXT,            -- the encoded hash
  author INTEGER NOT NULL,  -- the present row in author
  made_at INTEGER NOT NULL
);
CREATE INDEX member_admin ON member (role) WHERE role = 2 AND disabled = 0;

-- What entries show of their authors. A row never changes: another name makes another row.
CREATE TABLE author (
  key INTEGER PRIMARY KEY,
  member INTEGER NOT NULL REFERENCES member,
  name TEXT NOT NULL,
  country TEXT,
  company TEXT
);

CREATE TABLE session (
  key INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: the club log names it
  digest BLOB NOT NULL UNIQUE,
  member INTEGER NOT NULL REFERENCES member,
  made_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0, -- when; 0: not
  address TEXT
);
CREATE INDEX session_member ON session (member);

CREATE TABLE room (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  head INTEGER NOT NULL DEFAULT 0, -- the last entry's number
  at INTEGER NOT NULL DEFAULT 0,   -- the last entry's time: it never goes back
  low INTEGER REFERENCES member,   -- the two of a direct talk, the lower key first
  high INTEGER REFERENCES member,
  UNIQUE (low, high)
);

-- Rows are only ever added at the end, whatever their room, so that a commit touches few pages and no text is moved.
CREATE TABLE entry (
  key INTEGER PRIMARY KEY,
  room INTEGER NOT NULL REFERENCES room,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  type INTEGER NOT NULL,
  author INTEGER NOT NULL REFERENCES author,
  member INTEGER NOT NULL,
  client_id TEXT,        -- of a message
  text TEXT,             -- of a message, as first posted, or of an edit; gone when removed
  reply_to INTEGER,
  mentions TEXT,         -- keys of members separated by spaces
  edited INTEGER,        -- of a message: its latest edit
  removed INTEGER,       -- of a message and its edits: the entry that removed it
  reacted INTEGER,       -- of a message: 1 once somebody reacted
  target INTEGER,        -- of an edit, a remove, a react
  target_member INTEGER, -- who wrote that
  emoji TEXT,
  flag INTEGER,          -- of a react: on
  reason TEXT
);
CREATE UNIQUE INDEX entry_place ON entry (room, seq);
CREATE UNIQUE INDEX entry_client ON entry (member, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX entry_target ON entry (room, target, type, member) WHERE target IS NOT NULL;

-- How often an emoji stands under a message now. Whose they are is in the react entries.
CREATE TABLE reaction (
  room INTEGER NOT NULL REFERENCES room,
  target INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  count INTEGER NOT NULL,
  first INTEGER NOT NULL, -- the react entry that brought it
  PRIMARY KEY (room, target, emoji)
) WITHOUT ROWID;

-- The rooms on a member's list, and how far that member has read them. Rows are never deleted.
CREATE TABLE listing (
  member INTEGER NOT NULL REFERENCES member,
  room INTEGER NOT NULL REFERENCES room,
  read INTEGER NOT NULL,
  PRIMARY KEY (member, room)
) WITHOUT ROWID;

CREATE TABLE mention (
  member INTEGER NOT NULL REFERENCES member,
  room INTEGER NOT NULL REFERENCES room,
  seq INTEGER NOT NULL,
  PRIMARY KEY (member, room, seq)
) WITHOUT ROWID;

CREATE TABLE invite (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  digest BLOB NOT NULL UNIQUE,
  role INTEGER NOT NULL,
  room TEXT REFERENCES room (id),
  uses INTEGER NOT NULL,
  used INTEGER NOT NULL DEFAULT 0,
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, -- 0: never
  made_by INTEGER REFERENCES member, -- absent: the operator
  client_id TEXT,
  revoked INTEGER NOT NULL DEFAULT 0,
  first INTEGER NOT NULL DEFAULT 0 -- 1: for the first admin
);
CREATE UNIQUE INDEX invite_client ON invite (made_by, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX invite_made_by ON invite (made_by);
CREATE INDEX invite_first ON invite (first) WHERE first = 1;

-- What every instance must learn, in order and without a hole.
CREATE TABLE club_log (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  member INTEGER,
  session INTEGER,
  room TEXT
);
