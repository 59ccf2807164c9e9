#ifndef POLL_LOOP_H
#define POLL_LOOP_H
/* A loop of the tests' own: a poller over poll(), and a clock that can be put forward. */
#include <poll.h>
#include <stdlib.h>

#include "club/clock.h"
#include "club/poller.h"

#define POLL_LOOP_WATCHES 64

struct poll_watch {
  struct poll_loop *loop;
  int descriptor;
  short events;
  void (*ready)(void *context, bool readable, bool writable);
  void *context;
};

struct poll_loop {
  struct poll_watch *watches[POLL_LOOP_WATCHES];
  size_t count;
  int64_t ahead_ms;   /* of the machine's clock */
  int64_t stopped_ms; /* or of this, when it is set: time passes only as a test says */
};

static inline int64_t poll_loop_now(void *self) {
  const struct poll_loop *loop = self;
  const struct clock clock = clock_system();
  return (loop->stopped_ms ? loop->stopped_ms : clock_monotonic_ms(&clock)) + loop->ahead_ms;
}

static inline struct clock poll_loop_clock(struct poll_loop *loop) {
  return (struct clock){loop, poll_loop_now, poll_loop_now};
}

static inline struct poll_watch *
poll_loop_add(void *self, int descriptor, void (*ready)(void *context, bool readable, bool writable), void *context) {
  struct poll_loop *loop = self;
  struct poll_watch *watch = loop->count < POLL_LOOP_WATCHES ? calloc(1, sizeof *watch) : NULL;
  if (!watch) return NULL;
  *watch = (struct poll_watch){loop, descriptor, 0, ready, context};
  loop->watches[loop->count++] = watch;
  return watch;
}

static inline void poll_loop_set(void *self, struct poll_watch *watch, bool read, bool write) {
  (void)self;
  watch->events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0));
}

static inline void poll_loop_remove(void *self, struct poll_watch *watch) {
  struct poll_loop *loop = self;
  for (size_t i = 0; i < loop->count; i++) {
    if (loop->watches[i] != watch) continue;
    loop->watches[i] = loop->watches[--loop->count];
    break;
  }
  free(watch);
}

static inline struct poller poll_loop_poller(struct poll_loop *loop) {
  return (struct poller){loop, poll_loop_add, poll_loop_set, poll_loop_remove};
}

/* Waits for at most `ms`, and reports. Whoever is called here removes nothing. */
static inline void poll_loop_wait(struct poll_loop *loop, int ms) {
  struct pollfd polls[POLL_LOOP_WATCHES];
  for (size_t i = 0; i < loop->count; i++)
    polls[i] = (struct pollfd){.fd = loop->watches[i]->descriptor, .events = loop->watches[i]->events};
  if (poll(polls, loop->count, ms) <= 0) return;
  for (size_t i = 0; i < loop->count; i++) {
    bool wrong = (polls[i].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    bool readable = wrong || (polls[i].revents & POLLIN), writable = wrong || (polls[i].revents & POLLOUT);
    if (readable || writable) loop->watches[i]->ready(loop->watches[i]->context, readable, writable);
  }
}
#endif
