#include "desk.h"

static const struct departure at_once = {.retry_from_ms = 1000, .retry_spread_ms = 8000};
static const struct departure spread = {.told_within_ms = 5000, .retry_spread_ms = 500, .patience_ms = 1400};

static void pass_slowly(struct desk *desk, int64_t ms) {
  for (int64_t end = desk->house->now_ms + ms; desk->house->now_ms < end;) desk_pass(desk, 50);
}

static void going_away_finishes_what_was_begun(void **state) {
  struct desk *desk = *state;
  struct peer *idle = peer_enter(desk, 7), *busy = peer_enter(desk, 8);
  peer_ask(busy, 1, "message.post", "{\"room\":\"kz\",\"client_id\":\"c\",\"text\":\"好\"}");
  desk_settle(desk);
  connections_leave(desk->connections, &at_once);
  desk_pass(desk, 100);
  peer_ask(busy, 2, "ping", "{}"); /* not begun any more */
  pass_slowly(desk, 3000);
  assert_string_equal(peer_said(idle), "closing");
  assert_int_equal(idle->link.code, 1001);
  assert_in_range(idle->retry_ms, 1000, 9000);
  assert_string_equal(peer_said(busy), "closing");
  assert_int_equal(busy->link.code, 0);
  desk_posted(desk, 1);
  desk_finish(desk, desk_job(desk, STORE_ROOM_GET), STORE_UNAVAILABLE);
  desk_settle(desk);
  assert_string_equal(peer_said(busy), "=1");
  assert_int_equal(busy->link.code, 1001);
}

static void each_is_told_at_a_moment_of_its_own(void **state) {
  struct desk *desk = *state;
  struct peer *peers[60];
  int told[10] = {0}, moments = 0;
  for (int i = 0; i < 60; i++) peers[i] = peer_enter(desk, 100 + i);
  connections_leave(desk->connections, &spread);
  for (int half = 0; half < 10; half++) {
    pass_slowly(desk, 500);
    for (int i = 0; i < 60; i++) told[half] += strcmp(peer_said(peers[i]), "closing") == 0;
    moments += told[half] > 0;
  }
  pass_slowly(desk, 100);
  assert_in_range(moments, 6, 10);
  int64_t least = INT64_MAX, most = 0;
  for (int i = 0; i < 60; i++) {
    assert_int_equal(peers[i]->link.code, 1001);
    assert_in_range(peers[i]->retry_ms, 0, 499);
    if (peers[i]->retry_ms < least) least = peers[i]->retry_ms;
    if (peers[i]->retry_ms > most) most = peers[i]->retry_ms;
  }
  assert_true(most - least > 200);
}

static void until_it_is_told_it_goes_on(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 0);
  const struct departure late = {.told_within_ms = 1000000};
  connections_leave(desk->connections, &late);
  desk_post(desk, "kz", 1);
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 1");
}

static void what_was_committed_until_then_is_written(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *busy = peer_enter(desk, 8);
  peer_join(peer, "kz", 0);
  peer_join(busy, "kz", 0);
  desk_settle(desk);
  peer_said(peer);
  peer_ask(busy, 1, "message.post", "{\"room\":\"kz\",\"client_id\":\"c\",\"text\":\"好\"}");
  desk_settle(desk);
  connections_leave(desk->connections, &at_once);
  desk_post(desk, "kz", 1);
  desk_pass(desk, 100);
  assert_string_equal(peer_said(peer), "closing 1");
  assert_int_equal(peer->link.code, 1001);
  assert_string_equal(peer_said(busy), "closing 1");
  desk_post(desk, "kz", 2); /* while its own post is under way */
  desk_settle(desk);
  assert_string_equal(peer_said(busy), "2");
  desk_posted(desk, 3);
  desk_finish(desk, desk_job(desk, STORE_ROOM_GET), STORE_UNAVAILABLE);
  desk_settle(desk);
  assert_string_equal(peer_said(busy), "=1 3");
  assert_int_equal(busy->link.code, 1001);
}

static void what_takes_too_long_is_asked_elsewhere(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  struct departure soon = spread;
  soon.told_within_ms = 0;
  peer_ask(peer, 1, "room.history", "{\"room\":\"kz\"}");
  desk_settle(desk);
  connections_leave(desk->connections, &soon);
  pass_slowly(desk, 1300);
  assert_string_equal(peer_said(peer), "closing");
  assert_int_equal(peer->link.code, 0);
  pass_slowly(desk, 300);
  assert_int_equal(peer->link.code, 1001);
  assert_string_equal(peer_said(peer), "");
}

static void those_who_were_not_told_may_stay(void **state) {
  struct desk *desk = *state;
  struct peer *peers[40];
  int told = 0;
  for (int i = 0; i < 40; i++) peers[i] = peer_enter(desk, 100 + i);
  connections_leave(desk->connections, &spread);
  pass_slowly(desk, 2500);
  connections_stay(desk->connections);
  pass_slowly(desk, 5000);
  for (int i = 0; i < 40; i++) {
    bool closed = strcmp(peer_said(peers[i]), "closing") == 0;
    told += closed;
    assert_int_equal(peers[i]->link.code, closed ? 1001 : 0);
  }
  assert_in_range(told, 5, 35);
  connections_leave(desk->connections, &at_once);
  pass_slowly(desk, 200);
  for (int i = 0; i < 40; i++) assert_int_equal(peers[i]->link.code, 1001);
}

static void said_again_it_changes_when_they_come_back(void **state) {
  struct desk *desk = *state;
  struct peer *peers[20];
  for (int i = 0; i < 20; i++) peers[i] = peer_enter(desk, 100 + i);
  connections_leave(desk->connections, &spread);
  struct departure alone = at_once;
  alone.told_within_ms = 1000000; /* the moments stay */
  connections_leave(desk->connections, &alone);
  pass_slowly(desk, 5100);
  for (int i = 0; i < 20; i++) assert_in_range(peers[i]->retry_ms, 1000, 9000);
}

static void one_that_is_opening_is_sent_away_too(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  desk_settle(desk);
  connections_leave(desk->connections, &at_once);
  desk_pass(desk, 100);
  assert_string_equal(peer_said(peer), "closing");
  assert_int_equal(peer->link.code, 1001);
  desk_welcome(desk, 7, NULL, 0); /* too late */
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
}

static void one_that_takes_nothing_is_told_when_it_wakes(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer->link.stalled = true;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  connections_leave(desk->connections, &at_once);
  desk_pass(desk, 100);
  assert_string_equal(peer_said(peer), "=1");
  peer_wake(peer);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "closing");
  assert_int_equal(peer->link.code, 1001);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(going_away_finishes_what_was_begun),
      DESK_TEST(each_is_told_at_a_moment_of_its_own),
      DESK_TEST(until_it_is_told_it_goes_on),
      DESK_TEST(what_was_committed_until_then_is_written),
      DESK_TEST(what_takes_too_long_is_asked_elsewhere),
      DESK_TEST(those_who_were_not_told_may_stay),
      DESK_TEST(said_again_it_changes_when_they_come_back),
      DESK_TEST(one_that_is_opening_is_sent_away_too),
      DESK_TEST(one_that_takes_nothing_is_told_when_it_wakes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
