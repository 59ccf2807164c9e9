#include "desk.h"

static void entries_follow_the_joins_answer(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\"}");
  desk_settle(desk);
  desk_post(desk, "kz", 6); /* committed after the page was read */
  desk_page(desk, STORE_ROOM_JOIN, 1, 5, false, 10);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 6 p1");
  desk_post(desk, "kz", 7);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "7");
}

static void with_more_to_come_there_is_no_subscription(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\",\"after\":0}");
  desk_settle(desk);
  desk_page(desk, STORE_ROOM_JOIN, 1, 5, true, 10);
  desk_post(desk, "kz", 6);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
}

static void nothing_comes_while_a_new_join_is_under_way(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 5);
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\",\"after\":5}");
  desk_settle(desk);
  desk_post(desk, "kz", 6);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  desk_record(desk, 6); /* 6 is in the page, which is in memory */
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
  desk_post(desk, "kz", 7);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "7");
  assert_int_equal(room_online(rooms_find(desk->house->services.rooms, SLICE_LITERAL("kz"))), 1);
}

static void what_waited_when_the_join_began_comes_only_by_its_answer(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 5);
  peer->link.stalled = true;
  desk_post(desk, "kz", 6);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "6");
  desk_post(desk, "kz", 7); /* waits */
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\",\"after\":5}");
  desk_settle(desk);
  peer_wake(peer);
  peer->link.stalled = false;
  desk_turn(desk);
  assert_string_equal(peer_said(peer), "");
  desk_record(desk, 7);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
}

static void a_join_that_fails_leaves_the_old_one(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 5);
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\",\"after\":99}");
  desk_settle(desk);
  desk_post(desk, "kz", 6);
  desk_settle(desk);
  desk_refuse(desk, desk_job(desk, STORE_ROOM_JOIN), REASON_CONFLICT);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "!1:conflict 6");
}

static void a_join_anew_with_more_ends_the_old_one(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 5);
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\",\"after\":0}");
  desk_settle(desk);
  desk_page(desk, STORE_ROOM_JOIN, 1, 2, true, 10);
  desk_post(desk, "kz", 6);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
  assert_null(rooms_find(desk->house->services.rooms, SLICE_LITERAL("kz")));
}

static void leaving_ends_it(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 5);
  desk_post(desk, "kz", 6);
  peer_ask(peer, 1, "room.leave", "{\"room\":\"kz\"}");
  peer_ask(peer, 2, "room.leave", "{\"room\":\"kz\"}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 =2");
  assert_int_equal(rooms_count(desk->house->services.rooms), 0);
}

static void a_line_that_goes_leaves_all_rooms(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  peer_join(peer, "kz", 5);
  peer_join(peer, "fintech", 5);
  peer_join(other, "kz", 5);
  desk_pass(desk, 1100);
  peer_said(other);
  peer_cut(peer);
  desk_settle(desk); /* freed */
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(other), "p1");
  assert_int_equal(rooms_count(desk->house->services.rooms), 1);
}

static void typing_goes_to_the_others(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  peer_join(peer, "kz", 5);
  peer_join(other, "kz", 5);
  peer_said(peer);
  peer_ask(peer, 1, "room.typing", "{\"room\":\"kz\"}");
  peer_ask(peer, 2, "room.typing", "{\"room\":\"fintech\"}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 !2:forbidden");
  assert_string_equal(peer_said(other), "t7");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(entries_follow_the_joins_answer),
      DESK_TEST(with_more_to_come_there_is_no_subscription),
      DESK_TEST(nothing_comes_while_a_new_join_is_under_way),
      DESK_TEST(what_waited_when_the_join_began_comes_only_by_its_answer),
      DESK_TEST(a_join_that_fails_leaves_the_old_one),
      DESK_TEST(a_join_anew_with_more_ends_the_old_one),
      DESK_TEST(leaving_ends_it),
      DESK_TEST(a_line_that_goes_leaves_all_rooms),
      DESK_TEST(typing_goes_to_the_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
