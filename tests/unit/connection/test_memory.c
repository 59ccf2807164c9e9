/* Without memory a line is not taken, and a request is refused or its line goes; nothing of it is left. */
#include "desk.h"
#include "torture_fault.h"

#define MANY 600 /* so many that a hash grows more than once */

struct trying {
  struct desk *desk;
  struct link link;
  struct connection *opened;
  struct peer *peer;
  const char *method, *params;
};

static void open_line(void *context) {
  struct trying *trying = context;
  struct address address = {{0}};
  trying->opened = connection_open(trying->desk->connections, &trying->link,
                                   SLICE_LITERAL("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq"), &address);
}

static void a_line_without_memory_is_not_taken(void **state) {
  struct trying trying = {.desk = *state};
  static struct connection *lines[MANY];
  for (size_t i = 0; i < MANY; i++) {
    for (long failing = 0; fault_memory(failing, open_line, &trying); failing++) {
      assert_null(trying.opened);
      assert_int_equal(connections_count(trying.desk->connections), i);
    }
    lines[i] = trying.opened;
  }
  for (size_t i = 0; i < MANY; i++) connection_closed(lines[i]);
}

static void ask(void *context) {
  const struct trying *trying = context;
  peer_ask(trying->peer, 1, trying->method, trying->params);
  desk_settle(trying->desk);
}

/* Until it was begun: refused each time, or the line ends. */
static void ask_until_begun(struct desk *desk, enum store_kind kind, const char *method, const char *params) {
  struct trying trying = {.desk = desk, .method = method, .params = params};
  bool failed = true, refused = false;
  for (long failing = 0; failed; failing++) {
    trying.peer = peer_enter(desk, 7);
    failed = fault_memory(failing, ask, &trying);
    const char *said = peer_said(trying.peer);
    if (failed && trying.peer->link.code == 0 && desk_jobs(desk, kind) == 0)
      assert_string_equal(said, "!1:unavailable");
    refused = refused || *said == '!';
    if (trying.peer->link.code) assert_int_equal(trying.peer->link.code, 1001);
    if (!failed) assert_int_equal(desk_jobs(desk, kind), 1);
    while (desk_jobs(desk, kind) > 0) desk_finish(desk, desk_job(desk, kind), STORE_UNAVAILABLE);
    peer_cut(trying.peer);
    desk_settle(desk);
    assert_int_equal(connections_in_flight(desk->connections), 0);
    assert_int_equal(rooms_count(desk->house->services.rooms), 0);
    assert_int_equal(presents_count(desk->house->services.presents), 0);
  }
  assert_true(refused);
}

static void a_message_without_memory_is_refused(void **state) {
  ask_until_begun(*state, STORE_POST, "message.post",
                  "{\"room\":\"kz\",\"text\":\"Договор подписан\",\"client_id\":\"c1\"}");
}

static void joining_without_memory_is_refused(void **state) {
  ask_until_begun(*state, STORE_ROOM_JOIN, "room.join", "{\"room\":\"kz\"}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(a_line_without_memory_is_not_taken),
      DESK_TEST(a_message_without_memory_is_refused),
      DESK_TEST(joining_without_memory_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
