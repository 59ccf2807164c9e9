#ifndef CLUB_ARENA_H
#define CLUB_ARENA_H
/* Memory that is given back all at once: a job's inputs and results, a request's params. One thread at a time; the
 * arena may travel between threads with what it belongs to. */
#include <stddef.h>

#include "club/slice.h"

struct arena;

/* At most `limit` bytes in all. NULL: no memory. */
struct arena *arena_create(size_t limit) CLUB_MUST_CHECK;
/* Takes NULL. */
void arena_destroy(struct arena *arena);
/* Zeroed, aligned for any type. NULL: over the limit or no memory. */
void *arena_alloc(struct arena *arena, size_t size) CLUB_MUST_CHECK;
/* A copy ended by a zero byte that is not counted. data is NULL when there was no room; an absent slice stays absent. */
struct slice arena_copy(struct arena *arena, struct slice slice) CLUB_MUST_CHECK;
/* True once any alloc or copy failed, or arena_fail was called: check it once after filling. */
bool arena_failed(const struct arena *arena);
/* What was to be filled in is not whole, since there was no memory elsewhere. */
void arena_fail(struct arena *arena);
#endif
