-- By what messages are found. It is made behind the log, by the writer, a piece at a time.

-- How far a room's log has been cut into terms. Absent: not at all.
CREATE TABLE index_room (
  room INTEGER PRIMARY KEY REFERENCES room,
  indexed INTEGER NOT NULL
);

-- In which messages of a block (2048 numbers of a room's log) a term stands: for each two characters of ASCII, of its place
-- n in the block char(96 + n / 64) and char(32 + n % 64), in no order. No character can be both, so that a mark is never
-- found between two others. The term ":17" stands for what member 17 wrote.
CREATE TABLE index_term (
  room INTEGER NOT NULL REFERENCES room,
  block INTEGER NOT NULL,
  term TEXT NOT NULL,
  marks TEXT NOT NULL,
  PRIMARY KEY (room, block, term)
) WITHOUT ROWID;

-- A removed message leaves the index in the transaction that removes it, whoever does that.
CREATE TRIGGER index_forgets AFTER UPDATE OF removed ON entry
  WHEN new.type = 1 AND old.removed IS NULL AND new.removed IS NOT NULL
    AND EXISTS (SELECT 1 FROM index_room WHERE room = new.room AND indexed >= new.seq)
BEGIN
  DELETE FROM index_term WHERE room = new.room AND block = new.seq / 2048
    AND marks = char(96 + new.seq % 2048 / 64, 32 + new.seq % 64);
  UPDATE index_term SET marks = replace(marks, char(96 + new.seq % 2048 / 64, 32 + new.seq % 64), '')
    WHERE room = new.room AND block = new.seq / 2048
      AND instr(marks, char(96 + new.seq % 2048 / 64, 32 + new.seq % 64)) > 0;
END;

-- The rooms among which a member searches: all but direct talks, and one's own of those.
CREATE INDEX room_shared ON room (key) WHERE kind <> 3;
CREATE INDEX room_high ON room (high) WHERE high IS NOT NULL;
