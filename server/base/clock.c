#include "club/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t read_clock(clockid_t id) {
  struct timespec now;
  if (clock_gettime(id, &now) != 0) abort();
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t monotonic_ms(void *self) {
  (void)self;
  return read_clock(CLOCK_MONOTONIC);
}

static int64_t wall_ms(void *self) {
  (void)self;
  return read_clock(CLOCK_REALTIME);
}

static void fill(void *self, void *bytes, size_t size) {
  (void)self;
  char *at = bytes;
  while (size > 0) {
    ssize_t got = getrandom(at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) abort();
    at += got;
    size -= (size_t)got;
  }
}

struct clock clock_system(void) {
  return (struct clock){NULL, monotonic_ms, wall_ms};
}

struct randomness randomness_system(void) {
  return (struct randomness){NULL, fill};
}
