#include "desk.h"
#include "inside.h"

#define SILENCE (LIMIT_PING_SECONDS * 1000)

static void a_silent_line_is_pinged(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  desk_pass(desk, SILENCE - 100);
  assert_int_equal(peer->link.pings, 0);
  desk_pass(desk, 200);
  assert_int_equal(peer->link.pings, 1);
  assert_int_equal(desk->house->metrics.frames_sent, 1); /* the welcome; a ping is no frame */
  for (int i = 0; i < 10; i++) {
    connection_heard(peer->connection);
    desk_pass(desk, SILENCE + 200);
  }
  assert_int_equal(peer->link.code, 0);
  assert_int_equal(peer->link.pings, 11);
}

static void one_that_stays_silent_is_cut(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  for (int i = 0; i < 49; i++) desk_pass(desk, 1000);
  assert_int_equal(peer->link.code, 0);
  for (int i = 0; i < 4; i++) desk_pass(desk, 1000);
  assert_int_equal(peer->link.code, 1006);
}

static void one_that_asks_is_not_silent(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  for (int i = 0; i < 20; i++) {
    desk_pass(desk, 20000);
    peer_ask(peer, 1, "ping", "{}");
    desk_settle(desk);
  }
  assert_int_equal(peer->link.code, 0);
  assert_int_equal(peer->link.pings, 0);
}

/* The process was stopped for a while: everybody seems silent, nobody was asked. */
static void nobody_is_cut_who_was_not_pinged(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  desk_pass(desk, 10 * SILENCE);
  assert_int_equal(peer->link.code, 0);
  assert_int_equal(peer->link.pings, 1);
  connection_heard(peer->connection);
  desk_pass(desk, 10 * SILENCE);
  assert_int_equal(peer->link.code, 0);
}

static void nobody_is_cut_whose_answer_could_not_be_read(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  desk_pass(desk, SILENCE + 200);
  assert_int_equal(peer->link.pings, 1);
  desk_pass(desk, 10 * SILENCE); /* stopped after the ping */
  assert_int_equal(peer->link.code, 0);
  assert_int_equal(peer->link.pings, 2);
  for (int i = 0; i < 27; i++) desk_pass(desk, 1000);
  assert_int_equal(peer->link.code, 1006);
}

static void a_line_that_takes_nothing_for_a_minute_is_cut(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer->link.stalled = true;
  peer->link.waiting = 5000;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  for (int i = 0; i < 59; i++) desk_pass(desk, 1000);
  assert_int_equal(peer->link.code, 0);
  assert_int_equal(peer->link.pings, 0);
  for (int i = 0; i < 5; i++) desk_pass(desk, 1000);
  assert_int_equal(peer->link.code, 1006);
  assert_int_equal(desk->house->metrics.slow_closed, 1);
}

static void a_minute_in_which_this_process_was_stopped_does_not_count(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer->link.stalled = true;
  peer->link.waiting = 5000;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  for (int i = 0; i < 3; i++) desk_pass(desk, 1000);
  desk_pass(desk, 100000);
  assert_int_equal(peer->link.code, 0);
  connections_end_session(desk->connections, 7, 71);
  desk_settle(desk);
  desk_pass(desk, 100000);
  assert_int_equal(peer->link.code, 0);
  peer_wake(peer);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 4001);
}

static void one_that_takes_a_little_lives(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer->link.stalled = true;
  peer->link.waiting = 5000;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  for (int i = 0; i < 300; i++) {
    desk_pass(desk, 1000);
    if (i % 50 == 0) peer->link.waiting--;
  }
  assert_int_equal(peer->link.code, 0);
  peer_wake(peer);
  desk_settle(desk);
  assert_true(peer->link.reading);
  desk_pass(desk, SILENCE + 200);
  assert_int_equal(peer->link.pings, 1);
}

static void a_close_waits_for_a_line_that_keeps_bytes(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer->link.stalled = true;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  connections_end_session(desk->connections, 7, 71);
  desk_pass(desk, 4000);
  assert_int_equal(peer->link.code, 0);
  peer_wake(peer);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 4001);
}

static void but_not_for_ever(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer->link.stalled = true;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  connections_end_session(desk->connections, 7, 71);
  for (int i = 0; i < 6; i++) desk_pass(desk, 1000);
  assert_int_equal(peer->link.code, 1006);
}

/* A close that waits for the store's confirmation, not for the line, keeps its code. */
static void a_close_during_a_pause_keeps_its_code(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  connection_end(peer->connection, 1001);
  connections_pause(desk->connections);
  desk->house->now_ms += 30000;
  wheel_advance(desk->house->services.wheel, desk->house->now_ms);
  connections_pause(desk->connections);
  assert_int_equal(peer->link.code, 0);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 1001);
}

/* The last answers of one that is closed are kept by the transport for a while: it still has its five seconds. */
static void last_answers_have_time_to_go_out(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer->link.stalled = true;
  peer_ask(peer, 1, "ping", "{}");
  connections_run(desk->connections);
  connection_end(peer->connection, 1001);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
  desk_pass(desk, 3000);
  assert_int_equal(peer->link.code, 0);
  peer_wake(peer);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 1001);
}

static void a_line_that_is_not_read_is_not_silent(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.history", "{\"room\":\"kz\"}");
  peer_ask(peer, 2, "room.history", "{\"room\":\"kz\"}");
  desk_settle(desk);
  assert_false(peer->link.reading);
  for (int i = 0; i < 200; i++) desk_pass(desk, 1000); /* the store is slow */
  assert_int_equal(peer->link.code, 0);
  desk_page(desk, STORE_HISTORY, 1, 1, false, 1);
  desk_settle(desk);
  desk_page(desk, STORE_HISTORY, 1, 1, false, 1);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1|=2");
  assert_true(peer->link.reading);
  for (int i = 0; i < 60; i++) desk_pass(desk, 1000);
  assert_int_equal(peer->link.code, 1006); /* now it is */
}

static void writable_without_need_is_harmless(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  connection_writable(peer->connection);
  connection_ending(peer->connection);
  connection_writable(peer->connection);
  desk_pass(desk, 100000);
  assert_int_equal(peer->link.code, 0);
  assert_int_equal(peer->link.pings, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(a_silent_line_is_pinged),
      DESK_TEST(one_that_stays_silent_is_cut),
      DESK_TEST(one_that_asks_is_not_silent),
      DESK_TEST(nobody_is_cut_who_was_not_pinged),
      DESK_TEST(nobody_is_cut_whose_answer_could_not_be_read),
      DESK_TEST(a_line_that_takes_nothing_for_a_minute_is_cut),
      DESK_TEST(a_minute_in_which_this_process_was_stopped_does_not_count),
      DESK_TEST(one_that_takes_a_little_lives),
      DESK_TEST(a_close_waits_for_a_line_that_keeps_bytes),
      DESK_TEST(but_not_for_ever),
      DESK_TEST(a_close_during_a_pause_keeps_its_code),
      DESK_TEST(last_answers_have_time_to_go_out),
      DESK_TEST(a_line_that_is_not_read_is_not_silent),
      DESK_TEST(writable_without_need_is_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
