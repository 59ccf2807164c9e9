-- By what messages are found. It is made behind the log, by whichever instance has time, a piece at a time.

-- How far a room's log has been cut into terms. Absent: not at all.
CREATE TABLE index_room (
  room bigint PRIMARY KEY,
  indexed bigint NOT NULL
) WITH (fillfactor = 50);

-- In which messages of a block (2048 numbers of a room's log) a term stands: for each two characters of ASCII, of its place
-- n in the block chr(96 + n / 64) and chr(32 + n % 64), in no order. No character can be both, so that a mark is never
-- found between two others. The term ":17" stands for what member 17 wrote.
CREATE TABLE index_term (
  room bigint NOT NULL,
  block integer NOT NULL,
  term text COLLATE "C" NOT NULL,
  marks text COLLATE "C" NOT NULL,
  PRIMARY KEY (room, block, term)
) WITH (fillfactor = 90);
-- Rows change until their block is full, and are read from the newest on.
ALTER TABLE index_term ALTER COLUMN marks SET STORAGE MAIN;

CREATE FUNCTION club_mark_1(given_seq bigint) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN chr((96 + given_seq % 2048 / 64)::int) || chr((32 + given_seq % 64)::int);

-- One instance at a time adds to the index, and none while somebody removes a message: what it read before might be gone.
-- False: somebody else was at it; look again.
CREATE FUNCTION club_index_1(given_room bigint, given_from bigint, given_head bigint, given_until bigint,
                             dropped_blocks bigint[], dropped_terms text[], dropped_marks text[],
                             added_blocks bigint[], added_terms text[], added_marks text[])
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(1668048226, 1) THEN
    RETURN false;
  END IF;
  IF coalesce((SELECT i.indexed FROM index_room i WHERE i.room = given_room), 0) <> given_from
     OR EXISTS (SELECT FROM entry e WHERE e.room = given_room AND e.seq > given_head AND e.type = 3) THEN
    RETURN false;
  END IF;
  UPDATE index_term t SET marks = replace(t.marks, d.mark, '')
    FROM unnest(dropped_blocks, dropped_terms, dropped_marks) AS d(block, term, mark)
    WHERE t.room = given_room AND t.block = d.block AND t.term = d.term COLLATE "C";
  DELETE FROM index_term t USING unnest(dropped_blocks, dropped_terms) AS d(block, term)
    WHERE t.room = given_room AND t.block = d.block AND t.term = d.term COLLATE "C" AND t.marks = '';
  INSERT INTO index_term AS t (room, block, term, marks)
    SELECT given_room, a.block, a.term, a.marks FROM unnest(added_blocks, added_terms, added_marks) AS a(block, term, marks)
    ON CONFLICT (room, block, term) DO UPDATE SET marks = t.marks || excluded.marks;
  INSERT INTO index_room AS i (room, indexed) VALUES (given_room, given_until)
    ON CONFLICT (room) DO UPDATE SET indexed = excluded.indexed;
  RETURN true;
END $$;

-- A removed message leaves the index in the transaction that removes it, whoever does that.
CREATE FUNCTION club_index_forget_1() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  its_block int := new.seq / 2048;
  mark text COLLATE "C" := club_mark_1(new.seq);
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1668048226, 1);
  IF EXISTS (SELECT FROM index_room i WHERE i.room = new.room AND i.indexed >= new.seq) THEN
    DELETE FROM index_term t WHERE t.room = new.room AND t.block = its_block AND t.marks = mark;
    UPDATE index_term t SET marks = replace(t.marks, mark, '')
      WHERE t.room = new.room AND t.block = its_block AND strpos(t.marks, mark) > 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER index_forgets AFTER UPDATE OF removed ON entry FOR EACH ROW
  WHEN (new.type = 1 AND old.removed IS NULL AND new.removed IS NOT NULL) EXECUTE FUNCTION club_index_forget_1();

-- The next blocks in which all terms stand, from one on downwards: at most so many, out of so many. Where that is not the
-- end of it, the last one that was looked at comes, too, and is not `complete`.
CREATE FUNCTION club_blocks_1(given_room bigint, given_number bigint, given_terms text[], given_most bigint,
                              given_walk bigint)
RETURNS TABLE (its_number bigint, complete boolean) LANGUAGE plpgsql AS $$
DECLARE
  wanted bigint := cardinality(given_terms);
  low bigint := greatest(0, given_number - given_walk + 1);
  most bigint := given_most;
BEGIN
  FOR number IN REVERSE given_number .. low LOOP
    IF (SELECT count(*) FROM index_term t
          WHERE t.room = given_room AND t.block = number::int AND t.term = ANY (given_terms)) = wanted THEN
      its_number := number;
      complete := true;
      RETURN NEXT;
      most := most - 1;
      EXIT WHEN most = 0;
    END IF;
  END LOOP;
  IF most > 0 THEN
    its_number := low;
    complete := false;
    RETURN NEXT;
  END IF;
END $$;

-- The last of the room's entries that is not younger than that; 0: none. Their times never go back.
CREATE FUNCTION club_seek_1(given_room bigint, given_head bigint, given_at bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  low bigint := 0;
  high bigint := given_head;
  middle bigint;
BEGIN
  WHILE low < high LOOP
    middle := (low + high + 1) / 2;
    IF (SELECT e.at FROM entry e WHERE e.room = given_room AND e.seq = middle) <= given_at THEN
      low := middle;
    ELSE
      high := middle - 1;
    END IF;
  END LOOP;
  RETURN low;
END $$;

-- The rooms among which a member searches: all but direct talks, and one's own of those.
CREATE INDEX room_shared ON room (key) WHERE kind <> 3;
CREATE INDEX room_high ON room (high) WHERE high IS NOT NULL;
