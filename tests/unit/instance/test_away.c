/* Going away: after SIGTERM, and from a store that is lost. */
#include "club/limits.h"
#include "inside.h"
#include "yard.h"

#define GUESTS 60

static void enter_many(struct yard *yard) {
  for (int i = 0; i < GUESTS; i++) guest_enter(yard, 100 + i);
}

/* The `retry_after` in ms that a guest was told; -1: none. */
static int64_t told(const struct guest *guest) {
  static const char name[] = "\"retry_after\":";
  const char *found = strstr(guest->said, name);
  return found ? (int64_t)(strtod(found + sizeof name - 1, NULL) * 1000 + 0.5) : -1;
}

static int told_count(const struct yard *yard) {
  int count = 0;
  for (int i = 0; i < GUESTS; i++) count += told(&yard->guests[i]) >= 0;
  return count;
}

/* Time goes by, a little at a time, beside another instance that says how it stands. NULL: there is none. */
static void pass_beside(struct yard *yard, int64_t ms, const char *word, bool store_answers) {
  for (int64_t end = yard->now_ms + ms; yard->now_ms < end;) {
    if (word) yard_hear(yard, "I1", "@instances", "first", word);
    if (store_answers)
      yard_pass(yard, 50);
    else
      yard_freeze(yard, 50);
    for (int i = 0; i < GUESTS; i++)
      if (yard->guests[i].code) guest_cut(&yard->guests[i]);
  }
}

static void beside_another_instance_all_are_told_one_by_one(void **state) {
  struct yard *yard = *state;
  int before = 0, moments = 0;
  enter_many(yard);
  pass_beside(yard, 100, "serves ", true);
  server_go_away(yard->server);
  for (int i = 0; i < 11; i++) {
    pass_beside(yard, 500, "serves ", true);
    moments += told_count(yard) > before;
    before = told_count(yard);
    assert_false(i < 5 && server_is_done(yard->server));
  }
  pass_beside(yard, 150, "serves ", true);
  assert_int_equal(told_count(yard), GUESTS);
  assert_in_range(moments, 7, 11);
  for (int i = 0; i < GUESTS; i++) assert_in_range(told(&yard->guests[i]), 0, 499);
  pass_beside(yard, 300, "serves ", true);
  assert_true(server_is_done(yard->server));
}

static void alone_all_are_told_soon_and_come_back_over_the_restart(void **state) {
  struct yard *yard = *state;
  int64_t least = INT64_MAX, most = 0;
  enter_many(yard);
  server_go_away(yard->server);
  pass_beside(yard, 200, NULL, true);
  assert_int_equal(told_count(yard), GUESTS);
  for (int i = 0; i < GUESTS; i++) {
    int64_t ms = told(&yard->guests[i]);
    assert_in_range(ms, 1000, 9000);
    least = ms < least ? ms : least;
    most = ms > most ? ms : most;
  }
  assert_true(most - least > 3000);
}

static void when_the_other_goes_too_they_are_told_to_wait(void **state) {
  struct yard *yard = *state;
  enter_many(yard);
  pass_beside(yard, 100, "serves ", true);
  server_go_away(yard->server);
  pass_beside(yard, 2000, "serves ", true);
  int before = told_count(yard);
  assert_in_range(before, 5, GUESTS - 5);
  bool early[GUESTS];
  for (int i = 0; i < GUESTS; i++) early[i] = told(&yard->guests[i]) >= 0;
  pass_beside(yard, 4000, "stays ", true);
  assert_int_equal(told_count(yard), GUESTS);
  for (int i = 0; i < GUESTS; i++)
    if (!early[i]) assert_in_range(told(&yard->guests[i]), 1000, 9000);
}

static void what_cannot_be_finished_in_time_is_asked_elsewhere(void **state) {
  struct yard *yard = *state;
  struct guest *busy = guest_enter(yard, 7);
  pass_beside(yard, 100, "serves ", true);
  guest_ask(busy, "message.post", "{\"room\":\"kz\",\"client_id\":\"c\",\"text\":\"下周见\"}");
  yard_turn(yard);
  server_go_away(yard->server);
  while (told(busy) < 0) pass_beside(yard, 50, "serves ", true);
  pass_beside(yard, 800, "serves ", true);
  assert_int_equal(busy->code, 0);
  pass_beside(yard, 500, "serves ", true);
  assert_int_equal(busy->code, 1001);
}

static void without_a_store_members_go_where_there_is_one(void **state) {
  struct yard *yard = *state;
  enter_many(yard);
  pass_beside(yard, 1000, "serves ", true);
  pass_beside(yard, 9000, "serves ", false);
  assert_int_equal(told_count(yard), 0);
  pass_beside(yard, 8000, "serves ", false);
  assert_int_equal(told_count(yard), GUESTS);
  for (int i = 0; i < GUESTS; i++) {
    assert_in_range(told(&yard->guests[i]), 0, 499);
    assert_int_equal(yard->guests[i].code, 1001);
  }
  assert_false(server_is_done(yard->server)); /* it waits for its store */
}

static void where_nobody_has_one_they_stay(void **state) {
  struct yard *yard = *state;
  enter_many(yard);
  pass_beside(yard, 30000, NULL, false);
  assert_int_equal(told_count(yard), 0);
  pass_beside(yard, 30000, "stays ", false);
  assert_int_equal(told_count(yard), 0);
}

static void those_who_were_not_told_stay_when_the_store_is_back(void **state) {
  struct yard *yard = *state;
  enter_many(yard);
  pass_beside(yard, 1000, "serves ", true);
  while (told_count(yard) < GUESTS / 3) pass_beside(yard, 50, "serves ", false);
  pass_beside(yard, 200, "serves ", true);
  int before = told_count(yard);
  pass_beside(yard, 10000, "serves ", true);
  assert_int_equal(told_count(yard), before);
  assert_in_range(before, GUESTS / 3, GUESTS - 10);
  guest_enter(yard, 7); /* and others come in again */
}

static void a_process_that_was_stopped_has_not_lost_the_store(void **state) {
  struct yard *yard = *state;
  enter_many(yard);
  pass_beside(yard, 1000, "serves ", true);
  yard_hear(yard, "I1", "@instances", "first", "serves ");
  yard_freeze(yard, 60000);
  pass_beside(yard, 5000, "serves ", true);
  assert_int_equal(told_count(yard), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      YARD_TEST(beside_another_instance_all_are_told_one_by_one),
      YARD_TEST(alone_all_are_told_soon_and_come_back_over_the_restart),
      YARD_TEST(when_the_other_goes_too_they_are_told_to_wait),
      YARD_TEST(what_cannot_be_finished_in_time_is_asked_elsewhere),
      YARD_TEST(without_a_store_members_go_where_there_is_one),
      YARD_TEST(where_nobody_has_one_they_stay),
      YARD_TEST(those_who_were_not_told_stay_when_the_store_is_back),
      YARD_TEST(a_process_that_was_stopped_has_not_lost_the_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
