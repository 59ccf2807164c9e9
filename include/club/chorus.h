#ifndef CLUB_CHORUS_H
#define CLUB_CHORUS_H
/* Who says the same: texts that several members wrote within CHORUS_SECONDS, as far as this instance heard them. Texts are
 * the same when their letters and digits are, whatever their case, width and what stands between. A text is remembered by
 * a keyed hash alone, so many at once (CHORUS_TEXTS): beyond, the one that was heard longest ago is forgotten. Loop thread
 * only. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "club/clock.h"
#include "club/slice.h"

struct chorus;

/* NULL: no memory, or a library without its data. */
struct chorus *chorus_create(const struct randomness *randomness) CLUB_MUST_CHECK;
/* Takes NULL. */
void chorus_destroy(struct chorus *chorus);
/* The member says this now (ms that never go back). True: as one of CHORUS_VOICES different members at least. A text of
 * fewer letters than CHORUS_LETTERS (a Chinese character is two) may be said by everybody. */
bool chorus_hear(struct chorus *chorus, int64_t member, struct slice text, int64_t now_ms) CLUB_MUST_CHECK;
/* How many texts are remembered. */
size_t chorus_count(const struct chorus *chorus);
#endif
