#include "club/seal.h"
#include "inside.h"
#include "yard.h"

static int yard_open_among_others(void **state) {
  yard_open(state);
  struct yard *yard = *state;
  yard->alone = false;
  return 0;
}
#define PEERS_TEST(name) cmocka_unit_test_setup_teardown(name, yard_open_among_others, yard_close)

/* What was said last of this instance. */
static const struct said_there *last(const struct yard *yard) {
  for (size_t i = yard->published_count; i > 0; i--) {
    const struct said_there *said = &yard->published[(i - 1) % YARD_PUBLISHED];
    if (strcmp(said->topic, "@instances") == 0) return said;
  }
  fail_msg("nothing was said");
  return NULL;
}

static bool gauge_says(const struct yard *yard, const char *line) {
  struct buffer text;
  buffer_init(&text, 1 << 16);
  server_metrics(yard->server, &text);
  buffer_append_char(&text, 0);
  bool found = strstr(text.data, line) != NULL;
  buffer_free(&text);
  return found;
}

static void one_says_every_two_seconds_that_it_serves(void **state) {
  struct yard *yard = *state;
  yard_pass(yard, 10500);
  assert_in_range(yard_said(yard, "I1", "@instances"), 5, 7);
  assert_non_null(strstr(last(yard)->text, "yard serves "));
}

static void one_that_lost_the_store_says_so_at_once(void **state) {
  struct yard *yard = *state;
  yard_pass(yard, 3000);
  yard_freeze(yard, 5500); /* without an answer */
  assert_non_null(strstr(last(yard)->text, "yard stays "));
  assert_int_equal(memcmp(last(yard)->text, "I1", 2), 0);
}

static void one_that_serves_is_known_for_ten_seconds(void **state) {
  struct yard *yard = *state;
  assert_false(peers_serve(yard->server));
  yard_hear(yard, "I1", "@instances", "first", "serves ");
  assert_true(peers_serve(yard->server));
  assert_true(gauge_says(yard, "\nclubd_instances_heard 1\n"));
  yard_pass(yard, 9900);
  assert_true(peers_serve(yard->server));
  yard_pass(yard, 200);
  assert_false(peers_serve(yard->server));
  assert_true(gauge_says(yard, "\nclubd_instances_heard 0\n"));
}

static void one_that_stays_is_heard_but_serves_nobody(void **state) {
  struct yard *yard = *state;
  yard_hear(yard, "I1", "@instances", "first", "serves ");
  yard_hear(yard, "I1", "@instances", "first", "stays ");
  assert_false(peers_serve(yard->server));
  assert_int_equal(peers_count(yard->server), 1);
}

static void one_that_goes_is_forgotten_at_once(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  guest_join(yard, guest, 4);
  yard_hear(yard, "I1", "@instances", "first", "serves ");
  yard_hear(yard, "P1", "kz", "first", "5 0 9223372036854775807\n9 1 0 0 x");
  const struct room *room = rooms_find(server_services(yard->server)->rooms, SLICE_LITERAL("kz"));
  assert_int_equal(room_online(room), 2);
  yard_hear(yard, "I1", "@instances", "first", "gone ");
  assert_false(peers_serve(yard->server));
  assert_int_equal(peers_count(yard->server), 0);
  assert_int_equal(room_online(room), 1);
  yard_hear(yard, "I1", "@instances", "first", "gone "); /* doubled */
}

/* Where the store went on under another name, those who do not reach it must hear of those who do. */
static void one_of_another_history_is_heard(void **state) {
  struct yard *yard = *state;
  yard_hear(yard, "I1", "@instances", "second", "serves ");
  assert_true(peers_serve(yard->server));
}

static void what_does_not_check_is_dropped(void **state) {
  struct yard *yard = *state;
  yard_hear(yard, "I1", "@instances", "first", "");
  server_hear(yard->server, SLICE_LITERAL("@instances"), SLICE_LITERAL("I1 no seal"));
  assert_int_equal(server_services(yard->server)->metrics->hints_dropped, 2);
  assert_int_equal(peers_count(yard->server), 0);
}

static void they_are_remembered_up_to_a_limit(void **state) {
  struct yard *yard = *state;
  const struct services *services = server_services(yard->server);
  for (int i = 0; i < PEERS + 10; i++) {
    struct buffer message;
    buffer_init(&message, 4096);
    seal_begin(&message, "I1", "first");
    buffer_append_format(&message, "other-%d serves ", i);
    assert_true(seal_end(&message, services->secret, SLICE_LITERAL("@instances")));
    server_hear(yard->server, SLICE_LITERAL("@instances"), buffer_slice(&message));
    buffer_free(&message);
  }
  assert_int_equal(peers_count(yard->server), PEERS);
  yard_pass(yard, 10100);
  yard_hear(yard, "I1", "@instances", "first", "serves ");
  assert_int_equal(peers_count(yard->server), 1);
}

static void whoever_goes_away_stops_serving_and_says_at_the_end_that_it_is_gone(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_pass(yard, 3000);
  server_go_away(yard->server);
  yard_turn(yard);
  assert_non_null(strstr(last(yard)->text, "yard stays "));
  assert_false(peers_left(yard->server));
  guest_cut(guest);
  yard_freeze(yard, 10);
  yard_freeze(yard, 10);
  assert_non_null(strstr(last(yard)->text, "yard gone "));
  yard_freeze(yard, 10); /* so that the word gets out */
  assert_true(server_is_done(yard->server));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PEERS_TEST(one_says_every_two_seconds_that_it_serves),
      PEERS_TEST(one_that_lost_the_store_says_so_at_once),
      PEERS_TEST(one_that_serves_is_known_for_ten_seconds),
      PEERS_TEST(one_that_stays_is_heard_but_serves_nobody),
      PEERS_TEST(one_that_goes_is_forgotten_at_once),
      PEERS_TEST(one_of_another_history_is_heard),
      PEERS_TEST(what_does_not_check_is_dropped),
      PEERS_TEST(they_are_remembered_up_to_a_limit),
      PEERS_TEST(whoever_goes_away_stops_serving_and_says_at_the_end_that_it_is_gone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
