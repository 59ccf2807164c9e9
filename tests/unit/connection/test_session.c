#include "desk.h"

#define HOUR 3600000
#define STEP 20000

static void wait_heard(struct desk *desk, struct peer *peer, int64_t ms) {
  for (int64_t passed = 0; passed < ms && peer->connection; passed += STEP) {
    connection_heard(peer->connection);
    desk_pass(desk, STEP);
  }
}

static void an_open_line_is_use_of_its_session_to_the_hour(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  wait_heard(desk, peer, HOUR - 10 * STEP);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_TOUCH), 0);
  wait_heard(desk, peer, 15 * STEP);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_TOUCH), 1);
  desk_finish(desk, desk_job(desk, STORE_SESSION_TOUCH), STORE_DONE);
  wait_heard(desk, peer, HOUR / 2);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_TOUCH), 0);
  assert_int_equal(peer->link.code, 0);
}

static void a_session_that_is_over_ends_its_open_line(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  wait_heard(desk, peer, HOUR + 5 * STEP);
  desk_refuse(desk, desk_job(desk, STORE_SESSION_TOUCH), REASON_NOT_FOUND);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 4001);
}

static void whose_member_is_banned_hears_that(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  wait_heard(desk, peer, HOUR + 5 * STEP);
  desk_refuse(desk, desk_job(desk, STORE_SESSION_TOUCH), REASON_BANNED);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 4003);
}

static void a_store_that_does_not_answer_ends_nobody(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  wait_heard(desk, peer, HOUR + 5 * STEP);
  desk_finish(desk, desk_job(desk, STORE_SESSION_TOUCH), STORE_UNAVAILABLE);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(an_open_line_is_use_of_its_session_to_the_hour),
      DESK_TEST(a_session_that_is_over_ends_its_open_line),
      DESK_TEST(whose_member_is_banned_hears_that),
      DESK_TEST(a_store_that_does_not_answer_ends_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
