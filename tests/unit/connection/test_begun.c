#include "desk.h"

#define POST "{\"room\":\"kz\",\"client_id\":\"c\",\"text\":\"好\"}"

static void writes_for_a_room_follow_each_other_at_once(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "message.post", POST);
  peer_ask(peer, 2, "message.post", POST);
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_POST), 2);
}

static void a_read_waits_for_the_write_before_it(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "message.post", POST);
  peer_ask(peer, 2, "room.history", "{\"room\":\"kz\"}");
  peer_ask(peer, 3, "ping", "{}");
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_HISTORY), 0);
  assert_string_equal(peer_said(peer), "");
  desk_posted(desk, 1);
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_HISTORY), 1);
  assert_string_equal(peer_said(peer), "=1 =3");
}

static void a_write_waits_for_the_read_before_it(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.history", "{\"room\":\"kz\"}");
  peer_ask(peer, 2, "message.post", POST);
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_POST), 0);
  desk_page(desk, STORE_HISTORY, 1, 0, false, 0);
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_POST), 1);
}

static void other_rooms_need_not_wait(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "message.post", POST);
  peer_ask(peer, 2, "room.join", "{\"room\":\"fintech\"}");
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_ROOM_JOIN), 1);
}

static void one_page_is_read_at_a_time(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\"}");
  peer_ask(peer, 2, "room.join", "{\"room\":\"fintech\"}");
  peer_ask(other, 1, "room.join", "{\"room\":\"uz\"}");
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_ROOM_JOIN), 2);
}

static void leaving_and_typing_wait_for_the_join(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\"}");
  peer_ask(peer, 2, "room.typing", "{\"room\":\"kz\"}");
  peer_ask(peer, 3, "room.leave", "{\"room\":\"kz\"}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  desk_page(desk, STORE_ROOM_JOIN, 1, 0, false, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 =2 =3");
  desk_post(desk, "kz", 1);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
}

static void an_author_is_answered_before_the_entry(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  peer_join(peer, "kz", 4);
  peer_join(other, "kz", 4);
  peer_said(peer);
  peer_ask(peer, 1, "message.post", POST);
  desk_settle(desk);
  desk_posted(desk, 5);
  desk_finish(desk, desk_job(desk, STORE_ROOM_GET), STORE_UNAVAILABLE); /* its place on the list */
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 5");
  assert_string_equal(peer_said(other), "5");
}

static void what_was_begun_is_finished_without_the_line(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  peer_join(other, "kz", 4);
  peer_ask(peer, 1, "message.post", POST);
  peer_ask(peer, 2, "room.join", "{\"room\":\"fintech\"}");
  desk_settle(desk);
  peer_cut(peer);
  desk_settle(desk);
  assert_int_equal(connections_in_flight(desk->connections), 2);
  assert_int_equal(connections_count(desk->connections), 1);
  desk_posted(desk, 5);
  desk_page(desk, STORE_ROOM_JOIN, 1, 0, false, 0);
  desk_finish(desk, desk_job(desk, STORE_ROOM_GET), STORE_UNAVAILABLE);
  desk_settle(desk);
  assert_string_equal(peer_said(other), "5");
  assert_int_equal(connections_in_flight(desk->connections), 0);
  assert_int_equal(presents_count(desk->house->services.presents), 1);
}

static void a_write_that_is_under_way_is_known(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  const struct present *present = presents_find(desk->house->services.presents, 7);
  peer_ask(peer, 1, "room.history", "{\"room\":\"kz\"}");
  peer_ask(peer, 2, "message.post", "{\"room\":\"fintech\",\"client_id\":\"c\",\"text\":\"да\"}");
  desk_settle(desk);
  assert_true(connections_is_writing(desk->connections, present, SLICE_LITERAL("fintech")));
  assert_false(connections_is_writing(desk->connections, present, SLICE_LITERAL("kz")));
  desk_posted(desk, 1);
  assert_false(connections_is_writing(desk->connections, present, SLICE_LITERAL("fintech")));
}

static void many_calls_use_the_same_memory_again(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  desk->house->services.limits = false;
  for (int round = 0; round < 10; round++) {
    for (int i = 1; i <= LIMIT_IN_FLIGHT; i++) peer_ask(peer, i, "message.post", POST);
    desk_settle(desk);
    while (desk_jobs(desk, STORE_POST) > 0) desk_posted(desk, 1);
    while (desk_jobs(desk, STORE_ROOM_GET) > 0) desk_finish(desk, desk_job(desk, STORE_ROOM_GET), STORE_UNAVAILABLE);
    desk_settle(desk);
    peer_said(peer);
  }
  assert_int_equal(connections_in_flight(desk->connections), 0);
}

static void a_store_that_takes_nothing_is_said(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  desk->house->store_full = true;
  peer_ask(peer, 1, "message.post", POST);
  peer_ask(peer, 2, "room.join", "{\"room\":\"kz\"}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "!1:unavailable !2:unavailable");
  desk->house->store_full = false;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(writes_for_a_room_follow_each_other_at_once),
      DESK_TEST(a_read_waits_for_the_write_before_it),
      DESK_TEST(a_write_waits_for_the_read_before_it),
      DESK_TEST(other_rooms_need_not_wait),
      DESK_TEST(one_page_is_read_at_a_time),
      DESK_TEST(leaving_and_typing_wait_for_the_join),
      DESK_TEST(an_author_is_answered_before_the_entry),
      DESK_TEST(what_was_begun_is_finished_without_the_line),
      DESK_TEST(a_write_that_is_under_way_is_known),
      DESK_TEST(many_calls_use_the_same_memory_again),
      DESK_TEST(a_store_that_takes_nothing_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
