#ifndef STORE_MENTIONS_H
#define STORE_MENTIONS_H
/* Whom a text may name by @login: at most so many are looked up, whatever it holds. */
#include <stdint.h>

#include "club/arena.h"
#include "club/limits.h"
#include "club/slice.h"

#define MENTIONS_TRIES (2 * LIMIT_MENTIONS)

struct mentions_scan {
  size_t at;
  int tries;
};

/* The next login, folded; the struct begins zeroed. False: no more. */
bool mentions_next(struct slice text, struct mentions_scan *scan, char login[33]) CLUB_MUST_CHECK;
/* Keys of members separated by spaces, as they are stored: at most LIMIT_MENTIONS of them; NULL where there are none, or
 * no memory. */
int64_t *mentions_read(struct slice keys, struct arena *arena, size_t *count);
#endif
