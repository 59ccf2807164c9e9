#ifndef CLUB_BUS_REDIS_H
#define CLUB_BUS_REDIS_H
/* The bus over Redis' publish and subscribe: two connections (one subscribes, one publishes), made again together, with
 * growing, jittered pauses, when one breaks or when what one says to oneself is not heard for five seconds. Whatever
 * happens to Redis, nothing here blocks, and what waits has a greatest size. The only place that names hiredis. Loop
 * thread only, but for the look-up of names, which has a thread of its own. */
#include "club/bus.h"
#include "club/clock.h"
#include "club/poller.h"

struct bus_redis_setup {
  const char *url;    /* redis://[user[:password]@]host[:port][/database]; rediss://… where hiredis has TLS */
  const char *prefix; /* of every channel's name, so that several clubs may share a Redis */
  struct clock clock;
  struct randomness randomness;
  struct poller poller;
  void (*wake)(void *context); /* any thread: a turn is wanted */
  bus_receive receive;         /* called by bus_redis_turn; never with what this end published itself */
  void *context;               /* of both */
};

struct bus_redis;

/* Does not wait for Redis. NULL: `error` says why, as a text that follows the setting's name ("has no host …"); nothing
 * secret is in it. */
struct bus_redis *bus_redis_create(const struct bus_redis_setup *setup, char *error, size_t error_size) CLUB_MUST_CHECK;
/* While the poller is still there: cuts the lines. What is asked afterwards has no effect. Takes NULL. */
void bus_redis_close(struct bus_redis *bus);
/* Takes NULL. */
void bus_redis_destroy(struct bus_redis *bus);
struct bus bus_redis_bus(struct bus_redis *bus);
/* At the beginning of each turn, and several times a second: delivers what came, connects, gives up on what does not
 * answer. */
void bus_redis_turn(struct bus_redis *bus);
/* At the end of each turn: what was published and subscribed to goes out, in one piece. */
void bus_redis_flush(struct bus_redis *bus);
/* Can this URL be used by this build? False: `error` as above. */
bool bus_redis_check_url(const char *url, char *error, size_t error_size) CLUB_MUST_CHECK;

struct bus_redis_counts {
  bool connected;       /* both lines stand, everything was subscribed to, and what one says to oneself is heard */
  int64_t probe_age_ms; /* since the last own probe that was heard was sent; -1: none yet */
  uint64_t published, received, dropped; /* dropped: not published, for want of a connection or of space */
  uint64_t reconnects;                   /* times that it was reached again */
  size_t subscriptions;                  /* topics */
  size_t unconfirmed;                    /* changes of them that Redis was not told of or has yet to confirm */
};
struct bus_redis_counts bus_redis_counts(const struct bus_redis *bus);
#endif
