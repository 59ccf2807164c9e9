#ifndef CLUB_TERMS_H
#define CLUB_TERMS_H
/* A text cut into the terms by which it is found (ICU and Snowball behind it), the same for every store. A word is folded
 * (case, width, accents, ё) and, when Russian or English letters alone make it, brought to its stem. Of Chinese and Japanese
 * each character and each pair of neighbours is a term. What is neither letter nor digit cuts. A cutter is used by one
 * thread at a time. */
#include "club/arena.h"
#include "club/slice.h"

#define TERMS_BYTES 64    /* of one term: what is longer is cut, here and there alike */
#define TERMS_COUNT 10000 /* terms of a text: more than the longest message has; the rest is left out */

enum terms_use {
  TERMS_STORED, /* all by which the text may be found */
  TERMS_ASKED   /* all that a text must have to be found: of a Chinese word the pairs, of B2B only the whole */
};

struct term {
  struct slice text;  /* UTF-8, never empty: letters, digits, marks, apostrophes inside */
  size_t from, until; /* bytes of the text that was cut */
};

struct terms;

/* NULL: no memory, or a library without its data. */
struct terms *terms_create(void) CLUB_MUST_CHECK;
/* Takes NULL. */
void terms_destroy(struct terms *terms);
/* How many there are, in the order of the text, repeated ones too; what is not UTF-8 is cut as if it were a space. */
size_t terms_cut(struct terms *terms, struct slice text, enum terms_use use);
/* Of the last cut; valid until the next one. */
const struct term *terms_list(const struct terms *terms);
/* The last cut is not whole, since there was no memory: nothing may be kept, found or left out by it. */
bool terms_failed(const struct terms *terms);
/* As terms_cut, for what is filled in there: the arena has failed where the cut has. */
size_t terms_cut_for(struct terms *terms, struct slice text, enum terms_use use, struct arena *arena);
/* The same in the order of their bytes, each once: drops the others and says how many are left. */
size_t terms_unique(struct terms *terms);
#endif
