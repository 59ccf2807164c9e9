#ifndef TEST_ROOM_VILLAGE_H
#define TEST_ROOM_VILLAGE_H
/* Three instances: what each publishes the others hear, as a test says. */
#include "hall.h"

#define HALLS 3

struct village {
  struct hall *halls[HALLS];
  bool deaf[HALLS]; /* hears nothing and is not heard */
  int lose;         /* every how manyth message; 0: none */
  bool twice, backwards;
  int count; /* of messages */
};

int village_open(void **state);
int village_close(void **state);
#define VILLAGE_TEST(name) cmocka_unit_test_setup_teardown(name, village_open, village_close)

/* Into the room "kz" of one of them. */
void village_enter(struct village *village, struct follower *follower, int hall, int64_t member);
/* How many are in the follower's room, as its instance knows. */
int64_t village_online(const struct follower *follower);
/* What was published is heard by all; what they say to that with the next call. */
void village_talk(struct village *village);
void village_pass(struct village *village, int64_t ms);
/* Instance "d", as which the test speaks to an instance. The caller frees. */
struct published village_said(const struct hall *to, const char *kind, const char *topic, const char *rest);
void village_hear(struct hall *hall, const char *kind, const char *topic, const char *rest);
/* How many messages of that kind wait to be heard. */
int village_kinds(const struct hall *hall, const char *kind);
#endif
