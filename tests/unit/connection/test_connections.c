#include "desk.h"
#include "inside.h"

static void a_session_that_ends_takes_only_its_own(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *same = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  same->connection->session = 72;
  connections_end_session(desk->connections, 7, 71);
  connections_end_session(desk->connections, 99, 71); /* nobody */
  desk_settle(desk);
  assert_int_equal(peer->link.code, 4001);
  assert_int_equal(same->link.code, 0);
  assert_int_equal(other->link.code, 0);
}

static void nothing_is_given_to_a_session_that_ended(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 0);
  connections_end_session(desk->connections, 7, 71);
  desk_post(desk, "kz", 1);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  assert_int_equal(peer->link.code, 4001);
}

static void all_are_closed_whatever_is_under_way(void **state) {
  struct desk *desk = *state;
  struct peer *busy = peer_enter(desk, 7), *opening, *stuck = peer_enter(desk, 8);
  stuck->link.stalled = true;
  peer_ask(stuck, 1, "ping", "{}");
  peer_ask(busy, 1, "room.join", "{\"room\":\"kz\"}");
  opening = peer_open(desk);
  desk_settle(desk);
  connections_end_all(desk->connections, 1000);
  desk_settle(desk);
  assert_string_equal(peer_said(busy), "closing");
  assert_int_equal(busy->link.code, 1001);
  assert_string_equal(peer_said(opening), "closing");
  assert_int_equal(opening->link.code, 1001);
  desk_page(desk, STORE_ROOM_JOIN, 1, 5, false, 10);
  assert_null(rooms_find(desk->house->services.rooms, SLICE_LITERAL("kz"))); /* it follows nothing */
  for (int i = 0; i < 6; i++) desk_pass(desk, 1000);
  assert_int_equal(stuck->link.code, 1006);
  connections_end_all(desk->connections, 1000);
}

/* While the store confirms nothing there are only such turns. */
static void lines_that_come_and_go_during_a_pause_are_freed(void **state) {
  struct desk *desk = *state;
  for (int i = 0; i < 20; i++) {
    struct peer *peer = peer_open(desk);
    peer_ask(peer, 1, "ping", "{}");
    connections_pause(desk->connections);
    peer_cut(peer);
    connections_pause(desk->connections);
  }
  assert_int_equal(connections_count(desk->connections), 0);
  assert_int_equal(HASH_COUNT(desk->connections->by_id), 0);
  assert_null(desk->connections->runnable);
  assert_null(desk->connections->marked);
}

static void a_pause_pings_and_stops_reading(void **state) {
  struct desk *desk = *state;
  struct peer *idle = peer_enter(desk, 7), *asking = peer_enter(desk, 8);
  peer_ask(asking, 1, "ping", "{}");
  connections_pause(desk->connections);
  assert_false(asking->link.reading);
  assert_string_equal(peer_said(asking), "");
  desk->house->now_ms += 26000;
  wheel_advance(desk->house->services.wheel, desk->house->now_ms);
  connections_pause(desk->connections);
  assert_int_equal(idle->link.pings, 1);
  desk_settle(desk);
  assert_string_equal(peer_said(asking), "=1");
  assert_true(asking->link.reading);
}

static void a_pause_cuts_who_is_dead(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  for (int i = 0; i < 52; i++) {
    desk->house->now_ms += 1000;
    wheel_advance(desk->house->services.wheel, desk->house->now_ms);
    connections_pause(desk->connections);
  }
  assert_int_equal(peer->link.code, 1006);
}

static void a_line_is_freed_while_others_are_marked(void **state) {
  struct desk *desk = *state;
  struct peer *peers[6];
  for (int i = 0; i < 6; i++) {
    peers[i] = peer_enter(desk, 10 + i);
    peer_join(peers[i], "kz", 0);
  }
  for (int i = 0; i < 6; i++) peer_said(peers[i]);
  for (int i = 0; i < 6; i++) peer_ask(peers[i], 1, "ping", "{}");
  desk_post(desk, "kz", 1);
  peer_cut(peers[0]);
  peer_cut(peers[3]);
  peer_cut(peers[5]);
  rooms_fan_out(desk->house->services.rooms);
  connections_pause(desk->connections);
  assert_int_equal(HASH_COUNT(desk->connections->by_id), 3);
  desk_settle(desk);
  const char *said = peer_said(peers[1]);
  assert_non_null(strstr(said, "=1"));
  assert_non_null(strstr(said, " 1"));
  assert_int_equal(connections_count(desk->connections), 3);
}

static void a_link_may_be_reported_gone_twice(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  struct connection *connection = peer->connection;
  peer_cut(peer);
  connection_closed(connection);
  assert_int_equal(connections_count(desk->connections), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(a_session_that_ends_takes_only_its_own),  DESK_TEST(nothing_is_given_to_a_session_that_ended),
      DESK_TEST(all_are_closed_whatever_is_under_way),    DESK_TEST(lines_that_come_and_go_during_a_pause_are_freed),
      DESK_TEST(a_pause_pings_and_stops_reading),         DESK_TEST(a_pause_cuts_who_is_dead),
      DESK_TEST(a_line_is_freed_while_others_are_marked), DESK_TEST(a_link_may_be_reported_gone_twice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
