#ifndef STORE_MENTIONS_H
#define STORE_MENTIONS_H
/* Whom a text may name by @login: at most so many are looked up, whatever it holds. */
#include "club/limits.h"
#include "club/slice.h"

#define MENTIONS_TRIES (2 * LIMIT_MENTIONS)

struct mentions_scan {
  size_t at;
  int tries;
};

/* The next login, folded; the struct begins zeroed. False: no more. */
bool mentions_next(struct slice text, struct mentions_scan *scan, char login[33]) CLUB_MUST_CHECK;
#endif
