-- What of a room on the list the member wants to be told of (enum notify_level).

ALTER TABLE listing ADD COLUMN notify INTEGER NOT NULL DEFAULT 0;
