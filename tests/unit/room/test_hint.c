#include "hall.h"

#include "inside.h"

/* Two instances: what the first publishes, the second hears. */
struct pair {
  struct hall *here, *there;
  struct follower reader;
};

static int pair_open(void **state) {
  struct pair *pair = calloc(1, sizeof *pair);
  void *hall = NULL;
  hall_open(&hall);
  pair->here = hall;
  hall_open(&hall);
  pair->there = hall;
  pair->here->alone = false;
  follower_enter(&pair->reader, pair->there, "kz", 9, 10);
  follower_take(&pair->reader);
  *state = pair;
  return 0;
}

static int pair_close(void **state) {
  struct pair *pair = *state;
  void *here = pair->here, *there = pair->there;
  follower_leave(&pair->reader);
  hall_close(&here);
  hall_close(&there);
  free(pair);
  return 0;
}

static void hear(struct pair *pair, size_t which, const char *topic) {
  struct slice message = {pair->here->published[which].bytes, pair->here->published[which].size};
  rooms_hint(pair->there->rooms, slice_of(topic), message);
}

static void carries_an_entry_to_another_instance(void **state) {
  struct pair *pair = *state;
  hall_post(pair->here, "kz", 11, 2);
  assert_int_equal(pair->here->published_count, 1);
  hear(pair, 0, "kz");
  hear(pair, 0, "kz"); /* doubled */
  assert_string_equal(follower_take(&pair->reader), "11");
  assert_int_equal(pair->there->metrics.hints_dropped, 0);
}

static void what_is_committed_in_a_turn_goes_in_one_message_a_room(void **state) {
  struct pair *pair = *state;
  static const struct {
    const char *room;
    int64_t seq;
  } posts[] = {{"kz", 11}, {"kz", 12}, {"kz", 13}, {"fintech", 5}, {"kz", 14}};
  for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
    struct entry entry = hall_entry(posts[i].room, posts[i].seq, 2);
    rooms_append(pair->here->rooms, &entry, true);
  }
  rooms_publish(pair->here->rooms);
  rooms_publish(pair->here->rooms); /* nothing is left */
  assert_int_equal(pair->here->published_count, 3);
  hear(pair, 0, "kz");
  assert_string_equal(follower_take(&pair->reader), "11 12 13");
  hear(pair, 2, "kz");
  hear(pair, 0, "kz");
  assert_string_equal(follower_take(&pair->reader), "14");
  assert_int_equal(pair->there->metrics.hints_dropped, 0);
}

static void what_is_too_much_for_one_message_goes_in_several(void **state) {
  struct pair *pair = *state;
  enum { POSTS = 40 };
  static char text[LIMIT_TEXT + 1];
  memset(text, 'a', LIMIT_TEXT);
  for (int64_t seq = 11; seq < 11 + POSTS; seq++) {
    struct entry entry = hall_entry("kz", seq, 2);
    entry.text = slice_of(text);
    rooms_append(pair->here->rooms, &entry, true);
  }
  rooms_publish(pair->here->rooms);
  assert_in_range(pair->here->published_count, 2, 4);
  for (size_t i = 0; i < pair->here->published_count; i++) hear(pair, i, "kz");
  assert_int_equal(room_head(pair->reader.subscription.room), 10 + POSTS);
  assert_int_equal(pair->there->metrics.hints_dropped, 0);
}

static void carries_what_counting_needs(void **state) {
  struct pair *pair = *state;
  struct watcher watcher = {0};
  static int64_t mentions[] = {7, 1};
  assert_true(hall_watch(pair->there, &watcher, "kz", 1, 10, 8, 2, 0));
  struct entry entry = hall_entry("kz", 11, 2);
  entry.mentions = mentions;
  entry.mention_count = 2;
  rooms_append(pair->here->rooms, &entry, true);
  rooms_publish(pair->here->rooms);
  hear(pair, 0, "kz");
  assert_int_equal(room_watch_counts(&watcher).mentions, 1);
  watcher.mentions = 0;
  hall_remove(pair->here, "kz", 12, 10);
  hear(pair, 1, "kz");
  hall_pass(pair->there, 1100);
  assert_int_equal(room_watch_counts(&watcher).unread, 2); /* one more, one less */
  hall_unwatch(pair->there, &watcher);
}

static void what_is_garbled_is_dropped(void **state) {
  struct pair *pair = *state;
  hall_post(pair->here, "kz", 99, 2);
  char *bytes = pair->here->published[0].bytes;
  size_t size = pair->here->published[0].size;
  for (size_t at = 0; at < size; at++) {
    bytes[at] ^= 1;
    hear(pair, 0, "kz");
    bytes[at] ^= 1;
  }
  for (size_t cut = 0; cut < size; cut++) rooms_hint(pair->there->rooms, slice_of("kz"), (struct slice){bytes, cut});
  assert_int_equal(pair->there->metrics.hints_dropped, 2 * size);
  assert_int_equal(room_head(pair->reader.subscription.room), 10);
  hall_pass(pair->there, 1000);
  hall_quiet(pair->there); /* nothing was learned from it */
}

static void what_is_had_is_passed_over_unseen(void **state) {
  struct pair *pair = *state;
  hall_post(pair->here, "kz", 10, 2);
  pair->here->published[0].bytes[10] ^= 1; /* its seal is not looked at */
  hear(pair, 0, "kz");
  assert_int_equal(pair->there->metrics.hints_dropped, 0);
}

static void a_message_for_one_room_says_nothing_in_another(void **state) {
  struct pair *pair = *state;
  hall_post(pair->here, "fintech", 11, 2);
  hear(pair, 0, "kz");
  assert_int_equal(pair->there->metrics.hints_dropped, 1);
  assert_string_equal(follower_take(&pair->reader), "");
}

static void another_secret_or_history_is_dropped(void **state) {
  struct pair *pair = *state;
  pair->here->secret[3] ^= 1;
  hall_post(pair->here, "kz", 11, 2);
  pair->here->secret[3] ^= 1;
  snprintf(pair->here->epoch, sizeof pair->here->epoch, "older");
  hall_post(pair->here, "kz", 11, 2);
  hear(pair, 0, "kz");
  hear(pair, 1, "kz");
  assert_int_equal(pair->there->metrics.hints_dropped, 2);
  assert_string_equal(follower_take(&pair->reader), "");
}

static void a_number_that_is_none_says_nothing(void **state) {
  struct pair *pair = *state;
  hall_post(pair->here, "kz", 0, 2);
  hear(pair, 0, "kz");
  assert_int_equal(room_head(pair->reader.subscription.room), 10);
}

static void a_kind_of_a_newer_release_is_dropped(void **state) {
  struct pair *pair = *state;
  struct buffer message;
  buffer_init(&message, 4096);
  seal_begin(&message, "C9", pair->here->epoch);
  buffer_append_text(&message, "11 ");
  assert_true(seal_end(&message, pair->here->secret, SLICE_LITERAL("kz")));
  rooms_hint(pair->there->rooms, SLICE_LITERAL("kz"), buffer_slice(&message));
  assert_int_equal(pair->there->metrics.hints_dropped, 1);
  buffer_free(&message);
}

static void rooms_that_nobody_follows_hear_nothing(void **state) {
  struct pair *pair = *state;
  hall_post(pair->here, "fintech", 1, 2); /* published though nobody follows it here */
  assert_int_equal(pair->here->published_count, 1);
  hear(pair, 0, "fintech");
  assert_int_equal(pair->there->metrics.hints_dropped, 0);
  assert_int_equal(rooms_count(pair->there->rooms), 1);
}

static void nothing_is_published_when_nobody_can_hear(void **state) {
  struct pair *pair = *state;
  pair->here->alone = true;
  hall_post(pair->here, "kz", 11, 2);
  struct entry entry = hall_entry("kz", 12, 2);
  pair->here->alone = false;
  rooms_append(pair->here->rooms, &entry, false); /* nor what came from elsewhere */
  assert_int_equal(pair->here->published_count, 0);
}

static void carries_as_many_mentions_as_there_may_be(void **state) {
  struct pair *pair = *state;
  struct watcher watcher = {0};
  int64_t mentions[LIMIT_MENTIONS];
  for (int i = 0; i < LIMIT_MENTIONS; i++) mentions[i] = INT64_MAX - 100 + i;
  assert_true(hall_watch(pair->there, &watcher, "kz", mentions[LIMIT_MENTIONS - 1], 10, 10, 0, 0));
  struct entry entry = hall_entry("kz", 11, INT64_MAX);
  entry.mentions = mentions;
  entry.mention_count = LIMIT_MENTIONS;
  rooms_append(pair->here->rooms, &entry, true);
  rooms_publish(pair->here->rooms);
  hear(pair, 0, "kz");
  assert_int_equal(room_watch_counts(&watcher).mentions, 1);
  hall_unwatch(pair->there, &watcher);
}

#define PAIR_TEST(name) cmocka_unit_test_setup_teardown(name, pair_open, pair_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(carries_an_entry_to_another_instance),
      PAIR_TEST(what_is_committed_in_a_turn_goes_in_one_message_a_room),
      PAIR_TEST(what_is_too_much_for_one_message_goes_in_several),
      PAIR_TEST(carries_what_counting_needs),
      PAIR_TEST(what_is_garbled_is_dropped),
      PAIR_TEST(a_message_for_one_room_says_nothing_in_another),
      PAIR_TEST(another_secret_or_history_is_dropped),
      PAIR_TEST(a_number_that_is_none_says_nothing),
      PAIR_TEST(a_kind_of_a_newer_release_is_dropped),
      PAIR_TEST(what_is_had_is_passed_over_unseen),
      PAIR_TEST(rooms_that_nobody_follows_hear_nothing),
      PAIR_TEST(nothing_is_published_when_nobody_can_hear),
      PAIR_TEST(carries_as_many_mentions_as_there_may_be),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
