-- Where the directory finds members: a row for each term of each field of a card (numbers: cards.h).

CREATE TABLE card_term (
  term TEXT NOT NULL,
  member INTEGER NOT NULL REFERENCES member,
  field INTEGER NOT NULL,
  PRIMARY KEY (term, member, field)
) WITHOUT ROWID;
CREATE INDEX card_term_member ON card_term (member, field);

-- By which cutter a member's card was cut. Who is not here is cut by the next server that starts.
CREATE TABLE card_cut (
  member INTEGER PRIMARY KEY REFERENCES member,
  cutter INTEGER NOT NULL
);
