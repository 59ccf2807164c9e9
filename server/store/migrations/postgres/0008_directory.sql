-- Where the directory finds members: a row for each term of each field of a card (numbers: cards.h).

CREATE TABLE card_term (
  term text COLLATE "C" NOT NULL,
  member bigint NOT NULL,
  field bigint NOT NULL,
  PRIMARY KEY (term, member, field)
);
CREATE INDEX card_term_member ON card_term (member, field);

-- By which cutter a member's card was cut. Who is not here is cut by the next server that starts.
CREATE TABLE card_cut (
  member bigint PRIMARY KEY,
  cutter bigint NOT NULL
);

-- A card was changed in the fields that are cleared; given_terms and given_fields belong together. given_cutter: absent where
-- that is not the whole card.
CREATE FUNCTION club_cut_1(given_member bigint, given_cleared bigint[], given_terms text[], given_fields bigint[],
                           given_cutter bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM card_term WHERE member = given_member AND field = ANY (given_cleared);
  INSERT INTO card_term (term, member, field)
    SELECT t.term, given_member, t.field FROM unnest(given_terms, given_fields) AS t(term, field)
    ON CONFLICT DO NOTHING;
  IF given_cutter IS NOT NULL THEN
    INSERT INTO card_cut (member, cutter) VALUES (given_member, given_cutter)
      ON CONFLICT (member) DO UPDATE SET cutter = given_cutter;
  END IF;
  RETURN given_member;
END $$;

-- The same for a card that was read before: it is left alone where it changed since. given_texts: login, name, title,
-- company, about, offers, seeks, country, sectors, languages.
CREATE FUNCTION club_recut_1(given_member bigint, given_texts text[], given_cleared bigint[], given_terms text[],
                             given_fields bigint[], given_cutter bigint, OUT reason text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM club_hold_1();
  IF NOT EXISTS (SELECT FROM member m WHERE m.key = given_member
       AND ARRAY[m.login, m.name, coalesce(m.title, ''), coalesce(m.company, ''), coalesce(m.about, ''),
                 coalesce(m.offers, ''), coalesce(m.seeks, ''), coalesce(m.country, ''), m.sectors, m.languages]
           = given_texts) THEN
    reason := 'conflict';
    RETURN;
  END IF;
  PERFORM club_cut_1(given_member, given_cleared, given_terms, given_fields, given_cutter);
END $$;
