#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "club/clock.h"
#include "club/net.h"

#define PATIENCE_MS 10000

/* A net on this thread, and a pair of sockets, of which the net watches one. */
struct room {
  struct net *net;
  struct poller poller;
  struct poll_watch *watch;
  int near, far;
  int readable, writable, reports, turns;
  int reported_turn; /* when the first report came; 0: not yet */
  bool removes;      /* within `ready` */
  bool (*step)(struct room *room);
  int64_t end_by_ms;
  bool done;
};

static int64_t now_ms(void) {
  struct clock clock = clock_system();
  return clock_monotonic_ms(&clock);
}

static void room_turn(void *self) {
  struct room *room = self;
  room->turns++;
  room->done = room->step(room);
  if (room->done || now_ms() > room->end_by_ms) net_stop(room->net);
  net_turn_within(room->net, 20);
}

static void room_terminate(void *self) {
  (void)self;
}

static void room_ready(void *context, bool readable, bool writable) {
  struct room *room = context;
  room->reports++;
  room->readable += readable;
  room->writable += writable;
  if (!room->removes) return;
  room->poller.remove(room->poller.self, room->watch);
  room->watch = NULL;
  close(room->near);
  room->near = -1;
}

static int room_open(void **state) {
  struct room *room = calloc(1, sizeof *room);
  char error[256];
  struct net_setup setup = {.listen = "127.0.0.1:0",
                            .handler = {.self = room, .turn = room_turn, .terminate = room_terminate}};
  room->net = net_create(&setup, error, sizeof error);
  if (!room->net) fail_msg("%s", error);
  room->poller = net_poller(room->net);
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  room->near = pair[0];
  room->far = pair[1];
  room->watch = room->poller.add(room->poller.self, room->near, room_ready, room);
  assert_non_null(room->watch);
  *state = room;
  return 0;
}

static int room_close(void **state) {
  struct room *room = *state;
  if (room->watch) room->poller.remove(room->poller.self, room->watch);
  if (room->near >= 0) close(room->near);
  if (room->far >= 0) close(room->far);
  net_destroy(room->net);
  free(room);
  return 0;
}

static void room_run(struct room *room, bool (*step)(struct room *room)) {
  room->step = step;
  room->done = false;
  room->end_by_ms = now_ms() + PATIENCE_MS;
  net_run(room->net);
  assert_true(room->done);
}

static bool step_ten_turns(struct room *room) {
  return room->turns >= 10;
}

static bool step_is_reported(struct room *room) {
  return room->reports >= 3;
}

static void nothing_is_reported_before_it_was_asked_for(void **state) {
  struct room *room = *state;
  assert_int_equal(write(room->far, "你好", 6), 6);
  room_run(room, step_ten_turns);
  assert_int_equal(room->reports, 0);
}

static void what_can_be_read_is_reported_until_it_was(void **state) {
  struct room *room = *state;
  assert_int_equal(write(room->far, "привет", 12), 12);
  room->poller.set(room->poller.self, room->watch, true, false);
  room_run(room, step_is_reported);
  assert_in_range(room->readable, 3, 1000);
  assert_int_equal(room->writable, 0);
}

static void what_can_be_written_is_reported_until_nobody_asks(void **state) {
  struct room *room = *state;
  room->poller.set(room->poller.self, room->watch, true, true);
  room_run(room, step_is_reported);
  assert_int_equal(room->readable, 0);
  assert_in_range(room->writable, 3, 1000);
}

static bool step_asks_no_more(struct room *room) {
  if (room->turns == 1) room->poller.set(room->poller.self, room->watch, false, false);
  return room->turns >= 10;
}

static void what_is_not_asked_for_any_more_is_not_reported(void **state) {
  struct room *room = *state;
  assert_int_equal(write(room->far, "!", 1), 1);
  room->poller.set(room->poller.self, room->watch, true, true);
  room_run(room, step_asks_no_more);
  assert_int_equal(room->reports, 0);
}

static bool step_waits_for_one(struct room *room) {
  return room->reports >= 1;
}

static void a_hang_up_is_reported(void **state) {
  struct room *room = *state;
  close(room->far);
  room->far = -1;
  room->poller.set(room->poller.self, room->watch, true, false);
  room_run(room, step_waits_for_one);
  assert_in_range(room->readable, 1, 1000);
}

/* It is reported, then not again (the loop would spin), then again when somebody asks. */
static bool step_asks_after_an_error(struct room *room) {
  if (room->reports == 0) return false;
  if (room->reported_turn == 0) room->reported_turn = room->turns;
  if (room->turns == room->reported_turn + 10) {
    assert_int_equal(room->reports, 1);
    room->poller.set(room->poller.self, room->watch, true, true);
  }
  return room->turns > room->reported_turn + 10 && room->reports >= 2;
}

/* A refused connection is an error for the poll. */
static void an_error_counts_as_both_and_is_reported_again_when_asked(void **state) {
  struct room *room = *state;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
  assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
  close(listener);
  room->poller.remove(room->poller.self, room->watch);
  close(room->near);
  room->near = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  assert_int_equal(connect(room->near, (struct sockaddr *)&address, size), -1);
  room->watch = room->poller.add(room->poller.self, room->near, room_ready, room);
  assert_non_null(room->watch);
  room->poller.set(room->poller.self, room->watch, false, true);
  room_run(room, step_asks_after_an_error);
  assert_int_equal(room->readable, room->reports);
  assert_int_equal(room->writable, room->reports);
}

static bool step_ten_turns_after_a_report(struct room *room) {
  if (room->reports && room->reported_turn == 0) room->reported_turn = room->turns;
  return room->reports && room->turns >= room->reported_turn + 10;
}

static void a_watch_may_be_removed_when_it_reports(void **state) {
  struct room *room = *state;
  room->removes = true;
  assert_int_equal(write(room->far, "再见", 6), 6);
  room->poller.set(room->poller.self, room->watch, true, true);
  room_run(room, step_ten_turns_after_a_report);
  assert_int_equal(room->reports, 1);
}

static void what_cannot_be_watched_is_refused(void **state) {
  struct room *room = *state;
  int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  assert_null(room->poller.add(room->poller.self, file, room_ready, room));
  close(file);
}

#define ROOM_TEST(name) cmocka_unit_test_setup_teardown(name, room_open, room_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      ROOM_TEST(nothing_is_reported_before_it_was_asked_for),
      ROOM_TEST(what_can_be_read_is_reported_until_it_was),
      ROOM_TEST(what_can_be_written_is_reported_until_nobody_asks),
      ROOM_TEST(what_is_not_asked_for_any_more_is_not_reported),
      ROOM_TEST(a_hang_up_is_reported),
      ROOM_TEST(an_error_counts_as_both_and_is_reported_again_when_asked),
      ROOM_TEST(a_watch_may_be_removed_when_it_reports),
      ROOM_TEST(what_cannot_be_watched_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
