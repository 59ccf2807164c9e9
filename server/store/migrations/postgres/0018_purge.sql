-- Many messages of a room that go at once leave the index together: each block of it is read once, not once for each.

-- The trigger of a removed message does nothing for what the index does not know yet: whoever calls this says so meanwhile,
-- by index_room.indexed below zero, inside the transaction alone.
CREATE FUNCTION club_index_forget_2(given_room bigint, given_seqs bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  its_block int;
  -- The marks, each character that means something to a pattern behind a backslash.
  pattern text COLLATE "C";
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1668048226, 1);
  FOR its_block, pattern IN
    SELECT (seq / 2048)::int, '(?:' || string_agg(regexp_replace(club_mark_1(seq), '([^A-Za-z0-9])', '\\\1', 'g'), '|') || ')'
      FROM unnest(given_seqs) AS seq GROUP BY 1
  LOOP
    UPDATE index_term t SET marks = regexp_replace(t.marks, pattern, '', 'g')
      WHERE t.room = given_room AND t.block = its_block AND t.marks ~ pattern;
    DELETE FROM index_term t WHERE t.room = given_room AND t.block = its_block AND t.marks = '';
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION club_purge_1(given_right club_right_1, given_actor bigint, given_room text, given_member bigint,
                             given_seconds bigint, given_reason text, given_valid boolean, given_most bigint,
                             given_look bigint, given_now bigint)
RETURNS club_acted_1 LANGUAGE plpgsql AS $$
DECLARE
  since bigint := club_now_1(given_now) - 1000 * given_seconds;
  acted club_acted_1;
  may record;
  its_author bigint := (SELECT m.author FROM member m WHERE m.key = given_actor);
  targets bigint[];
  target bigint;
BEGIN
  SELECT * INTO may FROM club_may_1(given_right, given_actor, given_room, given_member, given_now);
  acted := club_unchanged_1(may.its_room);
  acted.count := 0;
  acted.reason := CASE WHEN may.reason IS NOT NULL THEN may.reason WHEN NOT given_valid THEN 'invalid_params' END;
  IF acted.reason IS NOT NULL THEN
    RETURN acted;
  END IF;
  targets := ARRAY(
    SELECT e.seq FROM entry e
      WHERE e.room = may.its_room AND e.seq > acted.seq - given_look AND e.type = 1 AND e.member = given_member
        AND e.removed IS NULL AND e.at >= since
      ORDER BY e.seq DESC LIMIT given_most);
  PERFORM club_index_forget_2(may.its_room, targets);
  UPDATE index_room SET indexed = -indexed WHERE room = may.its_room;
  FOREACH target IN ARRAY targets
  LOOP
    IF acted.count = 0 THEN
      acted.first := acted.seq + 1;
      acted.at := greatest(acted.at, club_now_1(given_now));
    END IF;
    acted.count := acted.count + 1;
    acted.seq := acted.seq + 1;
    PERFORM club_take_away_1(may.its_room, target, given_member, its_author, given_actor, acted.seq, acted.at,
                             nullif(given_reason, ''));
  END LOOP;
  UPDATE index_room SET indexed = -indexed WHERE room = may.its_room;
  acted.changed := acted.count > 0;
  IF acted.changed THEN
    acted.audit := club_note_1(given_actor, given_right.done, may.its_room, given_member, NULL, NULL, given_reason,
                               '"seconds":' || given_seconds || ',"removed":' || acted.count, given_now);
    acted.club_head := club_tell_1(acted.audit, given_member, may.its_room, given_now);
  END IF;
  RETURN acted;
END $$;
