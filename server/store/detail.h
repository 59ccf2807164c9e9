#ifndef STORE_DETAIL_H
#define STORE_DETAIL_H
/* What changed, as members of a JSON object: `"locked":true,"slow":30`. The form in which entries of rooms and the audit
 * log keep it, and in which it is sent. */
#include <stdint.h>

#include "club/arena.h"
#include "club/buffer.h"

struct detail {
  struct buffer text;
};

void detail_begin(struct detail *detail);
void detail_text(struct detail *detail, const char *name, struct slice value);
void detail_number(struct detail *detail, const char *name, int64_t value);
void detail_flag(struct detail *detail, const char *name, bool value);
void detail_numbers(struct detail *detail, const char *name, const int64_t *values, size_t count);
/* A copy in the arena; absent where nothing was added. The detail is empty then. */
struct slice detail_end(struct detail *detail, struct arena *arena) CLUB_MUST_CHECK;
#endif
