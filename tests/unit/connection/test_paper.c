/* Pages that wait while what they show is removed. */
#include "desk.h"
#include "inside.h"

static void removed(struct desk *desk, const char *room, int64_t seq, int64_t target) {
  struct entry entry = {.room = slice_of(room),
                        .seq = seq,
                        .at = 1767225600000,
                        .type = ENTRY_REMOVE,
                        .target = target,
                        .target_member = 5,
                        .from = {5, 5, SLICE_LITERAL("王芳"), SLICE_LITERAL("cn"), SLICE_LITERAL("")}};
  rooms_append(desk->house->services.rooms, &entry, true);
}

/* The page waits behind a frame that the line does not take. */
static struct peer *page_that_waits(struct desk *desk, const char *method, enum store_kind kind) {
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, method, "{\"room\":\"kz\"}");
  peer_ask(peer, 2, "ping", "{}");
  peer->link.stalled = true;
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=2");
  desk_page(desk, kind, 1, 3, false, 100);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  return peer;
}

static void a_page_that_waited_goes_out_when_nothing_was_removed(void **state) {
  struct desk *desk = *state;
  struct peer *peer = page_that_waits(desk, "room.join", STORE_ROOM_JOIN);
  desk_pass(desk, 10000);
  desk_post(desk, "kz", 4);
  peer_wake(peer);
  desk_settle(desk);
  assert_true(strncmp(peer_said(peer), "=1 4", 4) == 0);
  assert_int_equal(peer->link.code, 0);
}

static void a_young_page_goes_out(void **state) {
  struct desk *desk = *state;
  struct peer *peer = page_that_waits(desk, "room.history", STORE_HISTORY);
  removed(desk, "kz", 4, 2);
  desk_pass(desk, LIMIT_FRESH_MS);
  peer_wake(peer);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
}

/* It is too old when the line takes something again. */
static void is_not_sent(struct desk *desk, struct peer *peer) {
  desk_pass(desk, LIMIT_FRESH_MS + 1);
  peer_wake(peer);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  assert_int_equal(peer->link.code, 1001);
}

static void a_page_that_waited_is_not_sent_after_a_removal(void **state) {
  struct desk *desk = *state;
  struct peer *peer = page_that_waits(desk, "room.history", STORE_HISTORY);
  removed(desk, "kz", 4, 2);
  is_not_sent(desk, peer);
}

static void a_join_whose_page_is_not_sent_ends_the_line(void **state) {
  struct desk *desk = *state;
  struct peer *peer = page_that_waits(desk, "room.join", STORE_ROOM_JOIN);
  removed(desk, "kz", 4, 2);
  is_not_sent(desk, peer);
}

static void a_removal_before_its_turn_counts(void **state) {
  struct desk *desk = *state;
  struct peer *peer = page_that_waits(desk, "room.join", STORE_ROOM_JOIN);
  removed(desk, "kz", 6, 2); /* 4 and 5 are not here yet */
  is_not_sent(desk, peer);
}

static void a_page_that_the_store_was_long_about_is_not_sent_after_a_removal(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.history", "{\"room\":\"kz\"}");
  desk_settle(desk);
  removed(desk, "kz", 4, 2);
  desk_pass(desk, LIMIT_FRESH_MS + 1);
  desk_page(desk, STORE_HISTORY, 1, 3, false, 100);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  assert_int_equal(peer->link.code, 1001);
}

static void put_out(struct desk *desk, struct peer *peer) {
  struct present *present = presents_find(desk->house->services.presents, 7);
  connections_leave_room(desk->connections, present, SLICE_LITERAL("kz"), REASON_NOT_FOUND);
  desk_settle(desk);
  connections_be_quiet(desk->connections, false);
  peer_wake(peer);
  desk_settle(desk);
}

static void a_page_of_a_room_that_was_left_meanwhile_is_not_sent(void **state) {
  struct desk *desk = *state;
  struct peer *peer = page_that_waits(desk, "room.history", STORE_HISTORY);
  put_out(desk, peer);
  assert_string_equal(peer_said(peer), "");
  assert_int_equal(peer->link.code, 1001);
}

/* A join whose answer came back while the store confirms nothing. */
static struct peer *join_that_waits(struct desk *desk) {
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.join", "{\"room\":\"kz\"}");
  desk_settle(desk);
  connections_be_quiet(desk->connections, true);
  desk_page(desk, STORE_ROOM_JOIN, 1, 14, false, 4000);
  desk_settle(desk);
  return peer;
}

/* It would come behind the end, and say that the room is followed. */
static void a_join_is_not_answered_after_its_room_was_left(void **state) {
  struct desk *desk = *state;
  struct peer *peer = join_that_waits(desk);
  put_out(desk, peer);
  assert_string_equal(peer_said(peer), "");
  assert_int_equal(peer->link.code, 1001);
}

/* Hits of a search, which are of many rooms. */
static struct peer *hits_that_wait(struct desk *desk) {
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "message.search", "{\"text\":\"договор\"}");
  peer_ask(peer, 2, "ping", "{}");
  peer->link.stalled = true;
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=2");
  struct store_job *job = desk_job(desk, STORE_SEARCH);
  job->search.hits = arena_alloc(job->arena, sizeof *job->search.hits);
  job->search.hits->entry = (struct entry){.room = SLICE_LITERAL("kz"),
                                           .seq = 3,
                                           .at = 1767225600000,
                                           .type = ENTRY_MESSAGE,
                                           .client_id = SLICE_LITERAL("c"),
                                           .text = SLICE_LITERAL("договор"),
                                           .from = {5, 5, SLICE_LITERAL("王芳"), SLICE_LITERAL("cn"), SLICE_NONE}};
  job->search.count = 1;
  desk_finish(desk, job, STORE_DONE);
  desk_settle(desk);
  return peer;
}

static void hits_of_many_rooms_go_out_only_while_they_are_young(void **state) {
  struct desk *desk = *state;
  struct peer *peer = hits_that_wait(desk);
  desk_pass(desk, LIMIT_FRESH_MS);
  peer_wake(peer);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
  is_not_sent(desk, hits_that_wait(desk));
}

static void no_page_goes_out_while_the_store_confirms_nothing(void **state) {
  struct desk *desk = *state;
  struct peer *peer = join_that_waits(desk);
  peer_ask(peer, 2, "ping", "{}");
  peer_ask(peer, 3, "room.history", "{\"room\":\"kz\"}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=2 !3:unavailable");
  connections_be_quiet(desk->connections, false);
  desk_settle(desk);
  assert_true(strncmp(peer_said(peer), "=1", 2) == 0);
}

static void a_page_that_waits_is_freed_with_the_line(void **state) {
  struct desk *desk = *state;
  struct peer *peer = page_that_waits(desk, "room.history", STORE_HISTORY);
  peer_cut(peer);
  desk_settle(desk);
  assert_int_equal(connections_count(desk->connections), 0);
  assert_null(rooms_find(desk->house->services.rooms, SLICE_LITERAL("kz")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(a_page_that_waited_goes_out_when_nothing_was_removed),
      DESK_TEST(a_young_page_goes_out),
      DESK_TEST(a_page_that_waited_is_not_sent_after_a_removal),
      DESK_TEST(a_join_whose_page_is_not_sent_ends_the_line),
      DESK_TEST(a_removal_before_its_turn_counts),
      DESK_TEST(a_page_that_the_store_was_long_about_is_not_sent_after_a_removal),
      DESK_TEST(a_page_of_a_room_that_was_left_meanwhile_is_not_sent),
      DESK_TEST(a_join_is_not_answered_after_its_room_was_left),
      DESK_TEST(hits_of_many_rooms_go_out_only_while_they_are_young),
      DESK_TEST(no_page_goes_out_while_the_store_confirms_nothing),
      DESK_TEST(a_page_that_waits_is_freed_with_the_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
