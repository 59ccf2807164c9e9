#include "desk.h"
#include "torture_fault.h"

static char large[2 * LIMIT_FRAME];

static void receive(struct peer *peer, struct slice piece, bool last, size_t remaining) {
  connection_received(peer->connection, piece, last, false, remaining);
}

/* A ping of exactly `size` bytes. */
static struct slice padded(size_t size) {
  static const char ping[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"";
  memset(large, ' ', size);
  memcpy(large, ping, sizeof ping - 1);
  large[size - 1] = '}';
  return (struct slice){large, size};
}

static void a_frame_may_come_in_pieces(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  struct slice frame = padded(200);
  for (size_t i = 0; i < frame.size; i++) {
    receive(peer, (struct slice){frame.data + i, 1}, false, frame.size - i - 1);
    desk_turn(desk);
  }
  assert_string_equal(peer_said(peer), "");
  receive(peer, (struct slice){"", 0}, true, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
}

static void a_frame_of_the_greatest_size_is_taken(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  receive(peer, padded(LIMIT_FRAME), true, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
}

static void a_larger_one_closes_with_1009(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *other = peer_enter(desk, 8), *third = peer_enter(desk, 9);
  receive(peer, padded(LIMIT_FRAME + 1), true, 0);
  receive(other, (struct slice){"{", 1}, false, LIMIT_FRAME); /* seen by its header */
  receive(third, padded(LIMIT_FRAME), false, 0);
  receive(third, (struct slice){" ", 1}, false, 0);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 1009);
  assert_int_equal(other->link.code, 1009);
  assert_int_equal(third->link.code, 1009);
  assert_string_equal(peer_said(peer), "");
}

static void binary_closes_with_1003(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "ping", "{}");
  connection_received(peer->connection, SLICE_LITERAL("{}"), true, true, 0);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 1003);
}

static void nothing_is_taken_after_the_end(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  connection_ending(peer->connection);
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
}

static void many_frames_are_kept_and_carried_out_in_order(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  char expected[4096] = "";
  for (int i = 1; i <= 300; i++) {
    peer_ask(peer, i, "ping", "{}");
    snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%s=%d", i > 1 ? " " : "", i);
  }
  receive(peer, SLICE_LITERAL("{\"jsonrpc\":\"2.0\",\"id\":301,"), false, 0); /* the next one has begun */
  desk_settle(desk);
  assert_string_equal(peer_said(peer), expected);
  assert_true(peer->link.reading);
  receive(peer, SLICE_LITERAL("\"method\":\"ping\"}"), true, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=301");
}

static void large_frames_do_not_grow_what_is_kept(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  for (int i = 0; i < 20; i++) {
    receive(peer, padded(40000), true, 0);
    receive(peer, (struct slice){"{", 1}, false, 0);
    desk_settle(desk);
    assert_string_equal(peer_said(peer), "=1");
    receive(peer, SLICE_LITERAL("}"), true, 0);
    desk_settle(desk);
    peer_said(peer);
  }
  assert_int_equal(peer->link.code, 0);
}

static void more_than_fits_closes_with_1009(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  for (int i = 0; i < 4; i++) receive(peer, padded(LIMIT_FRAME), true, 0); /* one turn's worth, were it so much */
  desk_settle(desk);
  assert_int_equal(peer->link.code, 1009);
}

static void send_ping(void *context) {
  struct peer *peer = context;
  receive(peer, padded(100), true, 0);
  desk_settle(peer->desk);
}

/* Such a line is closed as going away, not as if the frame were at fault; where there is memory for an answer, it says
 * that there was none for the rest. */
static void without_memory_for_a_frame_the_line_goes_away(void **state) {
  struct desk *desk = *state;
  bool went = false, refused = false, failed = true;
  for (long failing = 0; failed; failing++) {
    struct peer *peer = peer_enter(desk, 7);
    failed = fault_memory(failing, send_ping, peer);
    const char *said = peer_said(peer);
    if (failed && peer->link.code == 0) assert_string_equal(said, "!1:unavailable");
    if (!failed) assert_string_equal(said, "=1");
    if (peer->link.code) assert_int_equal(peer->link.code, 1001);
    went = went || peer->link.code;
    refused = refused || *said == '!';
    peer_cut(peer);
  }
  assert_true(went && refused);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(a_frame_may_come_in_pieces),
      DESK_TEST(a_frame_of_the_greatest_size_is_taken),
      DESK_TEST(a_larger_one_closes_with_1009),
      DESK_TEST(binary_closes_with_1003),
      DESK_TEST(nothing_is_taken_after_the_end),
      DESK_TEST(many_frames_are_kept_and_carried_out_in_order),
      DESK_TEST(large_frames_do_not_grow_what_is_kept),
      DESK_TEST(more_than_fits_closes_with_1009),
      DESK_TEST(without_memory_for_a_frame_the_line_goes_away),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
