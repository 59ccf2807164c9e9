#include "desk.h"

static void what_is_no_request_is_answered(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_send(peer, "{");
  peer_send(peer, "[]");
  peer_send(peer, "[1,{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\"}]");
  peer_send(peer, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "!-1:-32700 !-1:-32600 !-1:-32600 =4 !-1:-32600");
}

static void what_cannot_be_done_is_said(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.fly", "{}");
  peer_ask(peer, 2, "message.post", "{\"room\":\"kz\"}");
  peer_ask(peer, 3, "room.join", "{\"room\":\"atlantis\"}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "!1:-32601 !2:-32602 !3:not_found");
  assert_int_equal(desk->house->metrics.request_errors, 3);
}

static void a_request_without_an_id_is_never_answered(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_send(peer, "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}");
  peer_send(peer, "{\"jsonrpc\":\"2.0\",\"method\":\"room.fly\"}");
  peer_send(peer, "{\"jsonrpc\":\"2.0\",\"method\":\"message.post\",\"params\":{\"room\":\"kz\",\"client_id\":\"1\","
                  "\"text\":\"да\"}}");
  desk_settle(desk);
  desk_posted(desk, 1); /* but carried out */
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
}

static void malformed(struct peer *peer, int count) {
  for (int i = 0; i < count; i++) {
    peer_send(peer, i % 2 ? "{" : "[]");
    desk_settle(peer->desk);
  }
}

static void more_than_a_hundred_malformed_in_ten_seconds_close_with_4008(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  malformed(peer, LIMIT_MALFORMED);
  assert_int_equal(peer->link.code, 0);
  desk_pass(desk, 9999);
  malformed(peer, 1);
  assert_int_equal(peer->link.code, 4008);
}

static void ten_seconds_are_any_ten_seconds(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  malformed(peer, 1);
  desk_pass(desk, 9900);
  malformed(peer, 60);
  desk_pass(desk, 200);
  malformed(peer, 40);
  assert_int_equal(peer->link.code, 0);
  malformed(peer, 1);
  assert_int_equal(peer->link.code, 4008);
}

static void a_few_malformed_now_and_then_do_no_harm(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  for (int i = 0; i < 6; i++) {
    malformed(peer, LIMIT_MALFORMED / 2);
    desk_pass(desk, 5001);
  }
  assert_int_equal(peer->link.code, 0);
}

static void reading_pauses_with_as_many_unanswered_as_may_be(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  desk->house->services.limits = false;
  for (int i = 1; i <= LIMIT_IN_FLIGHT + 2; i++)
    peer_ask(peer, i, "message.post", "{\"room\":\"kz\",\"client_id\":\"c\",\"text\":\"好\"}");
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_POST), LIMIT_IN_FLIGHT);
  assert_false(peer->link.reading);
  desk_posted(desk, 1);
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_POST), LIMIT_IN_FLIGHT);
  assert_false(peer->link.reading);
  desk_posted(desk, 2);
  desk_settle(desk);
  assert_true(peer->link.reading);
  assert_string_equal(peer_said(peer), "=1|=2");
}

/* Many small answers fill what waits to be written; the rest goes on once it is out. */
static void requests_go_on_when_crowded_answers_are_out(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  char last[16];
  for (int i = 1; i <= 900; i++) peer_ask(peer, i, "room.fly", "{}");
  desk_settle(desk);
  snprintf(last, sizeof last, "!%d:-32601", 900);
  const char *said = peer_said(peer);
  assert_string_equal(said + strlen(said) - strlen(last), last);
  assert_true(peer->link.reading);
}

/* A page fills a frame; the request behind it goes on. */
static void a_request_behind_a_large_page_is_carried_out(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_send(peer, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"room.history\",\"params\":{\"room\":\"kz\"}},"
                  "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"room.history\",\"params\":{\"room\":\"kz\"}},"
                  "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}]");
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_HISTORY), 1);
  desk_page(desk, STORE_HISTORY, 1, 10, false, 4000);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1|=3");
  desk_page(desk, STORE_HISTORY, 1, 10, false, 4000);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=2");
  assert_true(peer->link.reading);
}

static void rooms_joined_have_a_limit(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  char params[64];
  const struct club *club = desk->house->services.club;
  size_t joined = 0;
  for (size_t c = 0; c < club->countries.count && joined < LIMIT_JOINED; c++)
    for (size_t s = 0; s < club->sectors.count && joined < LIMIT_JOINED; s++, joined++) {
      char id[64];
      snprintf(id, sizeof id, "%s.%s", club->countries.items[c].id, club->sectors.items[s].id);
      peer_join(peer, id, 0);
    }
  if (joined < LIMIT_JOINED) { /* the built-in club has fewer rooms: direct talks do as well */
    for (; joined < LIMIT_JOINED; joined++) {
      snprintf(params, sizeof params, "dm.%zu", joined);
      peer_join(peer, params, 0);
    }
  }
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\"}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "!1:rate_limited");
  snprintf(params, sizeof params, "{\"room\":\"dm.%zu\"}", joined - 1);
  peer_ask(peer, 2, "room.join", params); /* one that is joined may be joined anew */
  desk_settle(desk);
  assert_int_equal(desk_jobs(desk, STORE_ROOM_JOIN), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(what_is_no_request_is_answered),
      DESK_TEST(what_cannot_be_done_is_said),
      DESK_TEST(a_request_without_an_id_is_never_answered),
      DESK_TEST(more_than_a_hundred_malformed_in_ten_seconds_close_with_4008),
      DESK_TEST(ten_seconds_are_any_ten_seconds),
      DESK_TEST(a_few_malformed_now_and_then_do_no_harm),
      DESK_TEST(reading_pauses_with_as_many_unanswered_as_may_be),
      DESK_TEST(requests_go_on_when_crowded_answers_are_out),
      DESK_TEST(a_request_behind_a_large_page_is_carried_out),
      DESK_TEST(rooms_joined_have_a_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
