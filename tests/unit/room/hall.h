#ifndef TEST_ROOM_HALL_H
#define TEST_ROOM_HALL_H
/* Rooms on a made-up clock, with a store that keeps its jobs and a bus that keeps what was published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "club/digest.h"
#include "club/limits.h"
#include "club/room.h"
#include "club/wheel.h"

#define HALL_PUBLISHED 128
#define HALL_JOBS 16

/* What people really write. */
#define TEXT_RU "Добрый день! Ищем перевозчика из Алматы в Екатеринбург, две фуры в неделю."
#define TEXT_ZH "您好！我们在西安有冷库，想找哈萨克斯坦的水果出口商合作。"
#define TEXT_EN "Good morning, our bank opens letters of credit in tenge and rupees."

struct hall {
  int64_t now_ms;
  char name[32]; /* the instance's */
  struct clock clock;
  struct randomness randomness; /* always 0 */
  struct wheel *wheel;
  struct store store;
  struct store_job *jobs[HALL_JOBS];
  size_t job_count;
  bool store_full;
  struct bus bus;
  struct metrics metrics;
  char epoch[TOKEN_SIZE + 1];
  unsigned char secret[DIGEST_SIZE];
  struct rooms *rooms;
  struct published {
    char topic[LIMIT_IDENTIFIER + 1];
    char *bytes;
    size_t size;
  } published[HALL_PUBLISHED];
  size_t published_count;
  bool alone;
  int subscribed; /* topics of the bus, subscribed less unsubscribed */
  int64_t writer; /* a member who has a write under way; 0: none */
  struct watcher *watchers[8];
  size_t watcher_count;
  int changed; /* rooms of which it was said that they are otherwise */
  int noticed, noticed_soon, noticed_stale;
};

struct follower {
  struct subscription subscription; /* first */
  struct hall *hall;
  int wants;
  enum room_taken taken; /* by the last take */
};

int hall_open(void **state);
int hall_close(void **state); /* shows that nothing was left behind */
#define HALL_TEST(name) cmocka_unit_test_setup_teardown(name, hall_open, hall_close)

/* Time goes by. */
void hall_pass(struct hall *hall, int64_t ms);
/* A member's message of this instance, committed. Its text says its number. */
void hall_post(struct hall *hall, const char *room, int64_t seq, int64_t member);
struct entry hall_entry(const char *room, int64_t seq, int64_t member);
/* Member 1 removes `target`, which member 2 wrote. */
void hall_remove(struct hall *hall, const char *room, int64_t seq, int64_t target);
/* The oldest job comes back. */
void hall_finish(struct hall *hall, enum store_outcome outcome);
/* Answers the oldest job, which must ask for entries from `from` to `to`, with those up to `have` at most. */
void hall_answer(struct hall *hall, int64_t from, int64_t to, int64_t have);
/* What another one published is heard here, under its topic. */
void hall_hear(struct hall *hall, const struct published *message);
/* Forgets what was published. */
void hall_drop(struct hall *hall);
/* No job waits. */
void hall_quiet(const struct hall *hall);

void follower_enter(struct follower *follower, struct hall *hall, const char *room, int64_t member, int64_t cursor);
void follower_leave(struct follower *follower);
/* What there is to take now, as text: "11 12" for entries, "p3" for a presence of three, "t2" for member 2 typing. */
const char *follower_take(struct follower *follower);

/* A watcher of a room whose counts were read at `head` with the mark at `read`. */
bool hall_watch(struct hall *hall, struct watcher *watcher, const char *room, int64_t member, int64_t head,
                int64_t read, int64_t unread, int64_t mentions);
void hall_unwatch(struct hall *hall, struct watcher *watcher);
#endif
