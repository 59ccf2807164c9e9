-- Members among each other: from where they are logged in, and with whom they do not talk.

ALTER TABLE session ADD COLUMN client TEXT; -- browser and system, in words

-- `member` wants no direct talk with `other`.
CREATE TABLE block (
  member INTEGER NOT NULL REFERENCES member,
  other INTEGER NOT NULL REFERENCES member,
  at INTEGER NOT NULL,
  PRIMARY KEY (member, other)
) WITHOUT ROWID;
