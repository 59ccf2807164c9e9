#ifndef STORE_CARDS_H
#define STORE_CARDS_H
/* Members' cards as the directory finds them, the same in both drivers: a row for each term of each field. */
#include "club/store.h"
#include "club/terms.h"

#define CARDS_CUTTER 1   /* another one when cards are cut otherwise: then all are cut again */
#define CARDS_TERMS 2048 /* of a card, at most; far more than its lengths allow */
#define CARDS_ASKED 32   /* terms of one text that somebody asks for; the rest is left out */
#define CARDS_NEEDS (CARDS_ASKED + 3)
#define CARDS_RARE 5000       /* who has it is read as a whole; of a commoner term so many are looked at */
#define CARDS_LOOKED_AT 20000 /* members' terms that one search weighs */
#define CARDS_COMMON 4        /* terms weighed when all are common */

/* The numbers stand in the table. */
enum card_field {
  CARD_LOGIN = 1,
  CARD_NAME,
  CARD_TITLE,
  CARD_COMPANY,
  CARD_ABOUT,
  CARD_OFFERS,
  CARD_SEEKS,
  CARD_TEXTS_END = CARD_SEEKS,
  CARD_COUNTRY, /* what follows are codes as they are */
  CARD_SECTORS,
  CARD_LANGUAGES,
  CARD_FIELDS_END
};

/* Rows of a card: those of `cleared` fields give way to `terms`, each in its field. */
struct card_rows {
  int64_t cleared[CARD_FIELDS_END];
  size_t cleared_count;
  struct slice *terms;
  int64_t *fields;
  size_t count;
};
/* Of the fields that are given (texts with data, lists with items). False: no memory. */
bool cards_cut(struct terms *cutter, const struct member_record *member, struct arena *arena, struct card_rows *rows)
    CLUB_MUST_CHECK;

/* A term in one of the fields from `first` to `last`. */
struct card_need {
  struct slice term;
  int64_t first, last;
  int64_t count; /* rows that have it, at most CARDS_RARE + 1: the driver fills it in */
};

/* What a search asks for: all of `needs`, and as many of `weighed` as possible. */
struct card_search {
  struct card_need needs[CARDS_NEEDS], weighed[2 * CARDS_ASKED];
  size_t need_count, weighed_count;
  bool nobody; /* a text in which there is no word */
};
/* False: no memory. */
bool cards_ask(struct terms *cutter, const struct store_people *wish, struct arena *arena, struct card_search *search)
    CLUB_MUST_CHECK;
/* Once all counts are filled in: the rarest need first; of what is weighed only what is worth it is left. */
void cards_plan(struct card_search *search);
#endif
