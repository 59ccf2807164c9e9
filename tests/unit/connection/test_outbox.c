#include "desk.h"
#include "inside.h"

/* Puts an answer of `size` bytes among those that wait. */
static void put(struct peer *peer, size_t size) {
  struct buffer *value = outbox_begin(peer->connection);
  buffer_append_text(value, "{\"id\":1,\"result\":\"");
  while (value->size + 2 < size && !value->failed) buffer_append_char(value, 'a');
  buffer_append_text(value, "\"}");
  outbox_end(peer->connection);
}

static void answers_share_a_frame(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  put(peer, 100);
  put(peer, 100);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 =1");
}

static void an_answer_may_fill_a_frame(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  put(peer, LIMIT_FRAME - 2); /* the largest that a method gives */
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
  assert_int_equal(peer->link.code, 0);
}

static void what_does_not_fit_into_one_frame_goes_into_the_next(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  put(peer, 1000);
  assert_false(outbox_crowded(peer->connection));
  put(peer, LIMIT_FRAME - 2);
  assert_true(outbox_crowded(peer->connection));
  put(peer, 1000); /* has place beside the first */
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 =1|=1");
  assert_int_equal(peer->link.code, 0);
}

static void two_frames_are_the_most_that_waits(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  put(peer, LIMIT_FRAME - 2);
  put(peer, LIMIT_FRAME - 2);
  put(peer, 100);
  assert_int_equal(peer->connection->state, STATE_CLOSING);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1|=1");
  assert_int_equal(peer->link.code, 1001);
}

static void an_answer_is_never_lost_silently(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  put(peer, LIMIT_FRAME + 10);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 1001);
}

static void no_answer_is_nothing(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  (void)outbox_begin(peer->connection);
  outbox_end(peer->connection);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
}

static void what_waits_is_freed_with_the_line(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  put(peer, 1000);
  put(peer, LIMIT_FRAME - 2);
  peer_cut(peer);
  desk_settle(desk);
  assert_int_equal(connections_count(desk->connections), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(answers_share_a_frame),
      DESK_TEST(an_answer_may_fill_a_frame),
      DESK_TEST(what_does_not_fit_into_one_frame_goes_into_the_next),
      DESK_TEST(two_frames_are_the_most_that_waits),
      DESK_TEST(an_answer_is_never_lost_silently),
      DESK_TEST(no_answer_is_nothing),
      DESK_TEST(what_waits_is_freed_with_the_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
