#ifndef STATION_H
#define STATION_H
/* One end of a bus over Redis, and what it heard. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "club/bus_redis.h"
#include "club/log.h"
#include "poll_loop.h"

#define STATION_PATIENCE_MS 30000

struct station {
  struct poll_loop loop;
  struct bus_redis *redis;
  struct bus bus;
  char heard[1024];
  size_t count, bytes;
  int woken;
};

static inline void station_hear(void *context, struct slice topic, struct slice message) {
  struct station *station = context;
  size_t used = strlen(station->heard);
  station->count++;
  station->bytes += message.size;
  if (message.size < 64)
    snprintf(station->heard + used, sizeof station->heard - used, "%.*s:%.*s ", (int)topic.size, topic.data,
             (int)message.size, message.data);
}

static inline void station_wake(void *context) {
  __atomic_add_fetch(&((struct station *)context)->woken, 1, __ATOMIC_SEQ_CST);
}

static inline struct station *station_open(const char *url, const char *prefix) {
  signal(SIGPIPE, SIG_IGN);
  struct station *station = calloc(1, sizeof *station);
  const struct bus_redis_setup setup = {.url = url,
                                        .prefix = prefix,
                                        .clock = poll_loop_clock(&station->loop),
                                        .randomness = randomness_system(),
                                        .poller = poll_loop_poller(&station->loop),
                                        .wake = station_wake,
                                        .receive = station_hear,
                                        .context = station};
  char error[256];
  station->redis = bus_redis_create(&setup, error, sizeof error);
  if (!station->redis) fail_msg("%s", error);
  station->bus = bus_redis_bus(station->redis);
  return station;
}

static inline void station_close(struct station *station) {
  bus_redis_close(station->redis);
  assert_int_equal(station->loop.count, 0); /* nothing is watched any more */
  bus_redis_turn(station->redis);
  bus_redis_flush(station->redis);
  bus_redis_destroy(station->redis);
  free(station);
}

static inline void station_turn(struct station *station) {
  bus_redis_turn(station->redis);
  bus_redis_flush(station->redis);
}

static inline void station_say(struct station *station, const char *topic, const char *text) {
  station->bus.publish(station->bus.self, slice_of(topic), slice_of(text));
}

static inline void station_listen(struct station *station, const char *topic) {
  station->bus.subscribe(station->bus.self, slice_of(topic));
}

static inline void station_leave(struct station *station, const char *topic) {
  station->bus.unsubscribe(station->bus.self, slice_of(topic));
}

/* And hears all that it listens to. */
static inline bool station_is_connected(struct station *station) {
  struct bus_redis_counts counts = bus_redis_counts(station->redis);
  return counts.connected && counts.unconfirmed == 0;
}

static inline bool station_is_lost(struct station *station) {
  return !bus_redis_counts(station->redis).connected;
}

static inline bool station_heard_something(struct station *station) {
  return station->count > 0;
}

/* Turns of all of them until `done` says so of each. */
static inline void stations_until(struct station **stations, size_t count, bool (*done)(struct station *station)) {
  struct poll_loop patience = {0};
  int64_t end_by = poll_loop_now(&patience) + STATION_PATIENCE_MS;
  for (size_t ready = 0; ready < count;) {
    assert_true(poll_loop_now(&patience) < end_by);
    ready = 0;
    for (size_t i = 0; i < count; i++) {
      poll_loop_wait(&stations[i]->loop, 5);
      station_turn(stations[i]);
      ready += done(stations[i]);
    }
  }
}

static inline void station_until(struct station *station, bool (*done)(struct station *station)) {
  stations_until(&station, 1, done);
}

/* So many rounds, for what should not come. */
static inline void station_rounds(struct station *station, int rounds) {
  for (int i = 0; i < rounds; i++) {
    poll_loop_wait(&station->loop, 5);
    station_turn(station);
  }
}

/* What the process writes to standard error meanwhile, for looking at the log. */
struct station_log {
  int descriptor, kept;
};

static inline struct station_log station_log_begin(void) {
  fflush(stderr);
  FILE *file = tmpfile();
  struct station_log log = {dup(fileno(file)), dup(2)};
  fclose(file);
  dup2(log.descriptor, 2);
  return log;
}

static inline void station_log_end(struct station_log *log, char *text, size_t size) {
  fflush(stderr);
  dup2(log->kept, 2);
  close(log->kept);
  ssize_t got = pread(log->descriptor, text, size - 1, 0);
  text[got > 0 ? got : 0] = '\0';
  close(log->descriptor);
}
#endif
