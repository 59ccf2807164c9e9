#ifndef CLUB_CLOCK_H
#define CLUB_CLOCK_H
/* Time and randomness as handed-in interfaces, so that tests can make them up. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "club/slice.h"

struct clock {
  void *self;
  int64_t (*monotonic_ms)(void *self); /* never goes back, starts anywhere */
  int64_t (*wall_ms)(void *self);      /* milliseconds since 1970-01-01T00:00:00Z */
};

struct randomness {
  void *self;
  void (*fill)(void *self, void *bytes, size_t size); /* unpredictable bytes; ends the process when there are none */
};

/* The machine's own. Any thread. */
struct clock clock_system(void);
struct randomness randomness_system(void);

static inline int64_t clock_monotonic_ms(const struct clock *clock) {
  return clock->monotonic_ms(clock->self);
}
static inline int64_t clock_wall_ms(const struct clock *clock) {
  return clock->wall_ms(clock->self);
}

#define INSTANT_SIZE 25 /* "2026-01-31T08:05:03.120Z" and a zero byte */
/* Writes RFC 3339 in UTC with milliseconds; years 1970 to 9999. */
void instant_write(char text[INSTANT_SIZE], int64_t wall_ms);
/* A date ("2026-01-31": its beginning in UTC), or with a time and a zone ("2026-01-31T08:05Z", "…08:05:03.120+05:00").
 * False: neither. */
bool instant_read(struct slice text, int64_t *wall_ms) CLUB_MUST_CHECK;
#endif
