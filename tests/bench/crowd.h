#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H
/* Members in rooms: a herd whose lines speak the club's protocol. Each member is welcomed, joins its room, and from
 * then on counts what comes: every entry must be the next one. */
#include <stdbool.h>
#include <stdint.h>

#include "herd.h"
#include "options.h"
#include "scan.h"

#define CROWD_ROOMS 140
#define CROWD_ROOM_SIZE 48
#define CROWD_POST_ID 1000 /* ids of posts begin here; below are joins and lists */

enum crowd_stage { CROWD_AWAY, CROWD_ARRIVED, CROWD_JOINED };
enum crowd_missing { CROWD_PAGE = 1, CROWD_LIST = 2 }; /* what has not been answered yet */

struct crowd_member {
  int64_t last; /* the newest entry had; -1: never joined */
  enum crowd_stage stage;
  int missing; /* of enum crowd_missing, since it arrived */
  char room[CROWD_ROOM_SIZE];
};

struct crowd_events {
  void *context;
  /* All may be NULL. `seq` 0: the post was refused. */
  void (*joined)(void *context, size_t index);
  void (*entry)(void *context, size_t index, int64_t seq);
  void (*answered)(void *context, size_t index, int64_t id, int64_t seq);
  /* The member's line went down. Not given: that is a failure. */
  void (*lost)(void *context, size_t index, bool refused);
  /* The member was not let in and is to come again in so many seconds; its line goes down next. */
  void (*told)(void *context, size_t index, double seconds);
};

struct crowd {
  struct herd herd;
  struct crowd_events events;
  struct scan scan;
  struct crowd_member *members;
  size_t count, joined;
  bool bare;                       /* the other end speaks nothing but frames of entries */
  bool join;                       /* false: members only arrive */
  bool list;                       /* members ask for their lists, too, and are not in before they have them */
  uint64_t entries, frames, bytes; /* had by all, over all */
  uint64_t wrong;                  /* holes, doubles, refusals, things that could not be read */
  char why[160];                   /* the first wrong thing */
  char run[9];                     /* begins each client_id of this run */
  const char *sample;              /* a file to write one entry's bytes to, once; NULL: none */
};

/* Reads to, cookies, members, tls, spin, opening, rooms, join, list, bare, sample. False: said on standard error. */
bool crowd_begin(struct crowd *crowd, struct options *options, struct crowd_events events);
void crowd_end(struct crowd *crowd);
/* Opens the members from..to and waits until they and all before them are in their rooms. */
bool crowd_gather(struct crowd *crowd, size_t from, size_t to, double seconds);
/* One turn of the herd. False: something is wrong that ends the run, said on standard error. */
bool crowd_turn(struct crowd *crowd, int milliseconds);
/* Goes on until `until` (as measure_now counts). */
bool crowd_run(struct crowd *crowd, double until);
/* Posts 200 bytes into the member's room. `number` makes the client_id and comes back as id - CROWD_POST_ID. */
bool crowd_post(struct crowd *crowd, size_t index, int64_t number);
/* Something did not go as it must: counted, and the first one kept. */
void crowd_wrong(struct crowd *crowd, const char *what, const char *text, size_t size);
#endif
