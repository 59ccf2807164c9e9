#include "hall.h"
#include "inside.h"

static void shows(const struct watcher *watcher, int64_t head, int64_t unread, int64_t mentions) {
  struct watch_counts counts = room_watch_counts(watcher);
  assert_int_equal(counts.head, head);
  assert_int_equal(counts.unread, unread);
  assert_int_equal(counts.mentions, mentions);
}

static void mention(struct hall *hall, const char *room, int64_t seq, int64_t member) {
  struct entry entry = hall_entry(room, seq, 2);
  entry.mentions = &member;
  entry.mention_count = 1;
  rooms_append(hall->rooms, &entry, true);
}

static void counts_others_messages_once_a_second(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 8, 2, 0));
  hall_post(hall, "kz", 11, 2);
  hall_post(hall, "kz", 12, 1); /* one's own */
  hall_post(hall, "kz", 13, 3);
  assert_int_equal(hall->noticed, 0);
  hall_pass(hall, 1100);
  assert_int_equal(hall->noticed, 1);
  assert_int_equal(hall->noticed_soon, 0);
  shows(&watcher, 13, 4, 0);
  hall_pass(hall, 5000);
  assert_int_equal(hall->noticed, 1);
  hall_unwatch(hall, &watcher);
}

static void tells_a_direct_talk_at_once(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  assert_true(hall_watch(hall, &watcher, "dm.x", 1, 0, 0, 0, 0));
  assert_true(room_is_direct(watcher.room));
  hall_post(hall, "dm.x", 1, 2);
  assert_int_equal(hall->noticed_soon, 1);
  shows(&watcher, 1, 1, 0);
  hall_unwatch(hall, &watcher);
}

static void tells_a_mention_at_once_with_the_message_counted(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0}, other = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 10, 0, 0));
  assert_true(hall_watch(hall, &other, "kz", 3, 10, 10, 0, 0));
  mention(hall, "kz", 11, 1);
  assert_int_equal(hall->noticed_soon, 1);
  shows(&watcher, 11, 1, 1);
  hall_pass(hall, 1100);
  shows(&watcher, 11, 1, 1);
  shows(&other, 11, 1, 0);
  hall_unwatch(hall, &other);
  hall_unwatch(hall, &watcher);
}

static void does_not_lose_a_mention_to_counts_read_before_it(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0}, other = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 10, 0, 0));
  mention(hall, "kz", 11, 1);
  assert_false(hall_watch(hall, &watcher, "kz", 1, 10, 10, 0, 0)); /* read again */
  assert_false(hall_watch(hall, &other, "kz", 3, 10, 10, 0, 0));   /* nor may one who comes now miss it */
  shows(&watcher, 11, 1, 1);
  assert_true(hall_watch(hall, &watcher, "kz", 1, 11, 10, 1, 1));
  hall_pass(hall, 1100);
  shows(&watcher, 11, 1, 1);
  hall_unwatch(hall, &watcher);
}

static void does_not_lose_a_mention_to_a_mark_set_before_it(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 8, 2, 0));
  mention(hall, "kz", 11, 1);
  const struct watch_counts counts = {.head = 10, .read = 10, .unread = 0, .mentions = 0};
  room_watch_read(hall->rooms, &watcher, &counts);
  assert_true(watcher.stale);
  assert_int_equal(hall->noticed_stale, 1);
  hall_unwatch(hall, &watcher);
}

static void the_mark_never_goes_back(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 5, 5, 0));
  const struct watch_counts counts = {.head = 10, .read = 9, .unread = 1};
  room_watch_read(hall->rooms, &watcher, &counts);
  assert_false(hall_watch(hall, &watcher, "kz", 1, 10, 5, 5, 0)); /* read before the mark moved */
  const struct watch_counts older = {.head = 10, .read = 7, .unread = 3};
  room_watch_read(hall->rooms, &watcher, &older);
  assert_int_equal(watcher.read, 9);
  shows(&watcher, 10, 1, 0);
  hall_unwatch(hall, &watcher);
}

static void counts_nothing_twice_that_the_store_had_counted(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0}, late = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 10, 0, 0));
  hall_post(hall, "kz", 11, 2);
  assert_true(hall_watch(hall, &late, "kz", 3, 11, 10, 1, 0)); /* 11 is in the counts already */
  hall_post(hall, "kz", 12, 2);
  hall_pass(hall, 1100);
  shows(&watcher, 12, 2, 0);
  shows(&late, 12, 2, 0);
  hall_unwatch(hall, &late);
  hall_unwatch(hall, &watcher);
}

static void refuses_counts_older_than_what_all_were_given(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0}, late = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 10, 0, 0));
  hall_post(hall, "kz", 11, 2);
  hall_pass(hall, 1100);
  assert_false(hall_watch(hall, &late, "kz", 3, 10, 10, 0, 0));
  assert_null(late.room);
  hall_unwatch(hall, &watcher);
}

static void a_mark_as_of_an_older_head_is_read_again(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 8, 2, 0));
  hall_post(hall, "kz", 11, 2);
  hall_pass(hall, 1100);
  const struct watch_counts counts = {.head = 10, .read = 10, .unread = 0};
  room_watch_read(hall->rooms, &watcher, &counts);
  assert_int_equal(hall->noticed_stale, 1);
  hall_unwatch(hall, &watcher);
}

static void takes_removed_messages_off(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0}, author = {0}, mentioned = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 8, 2, 0));
  assert_true(hall_watch(hall, &author, "kz", 2, 10, 8, 1, 0));
  assert_true(hall_watch(hall, &mentioned, "kz", 3, 10, 8, 2, 1));
  hall_remove(hall, "kz", 11, 10); /* of member 2 */
  hall_pass(hall, 1100);
  shows(&watcher, 11, 1, 0);
  shows(&author, 11, 1, 0); /* one's own was not counted */
  assert_true(mentioned.stale);
  hall_remove(hall, "kz", 12, 5); /* read long ago */
  hall_pass(hall, 1100);
  shows(&watcher, 12, 1, 0);
  hall_unwatch(hall, &mentioned);
  hall_unwatch(hall, &author);
  hall_unwatch(hall, &watcher);
}

static void counts_to_a_limit_and_asks_the_store_below_it(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 5000, 0, LIMIT_UNREAD, 0));
  hall_post(hall, "kz", 5001, 2);
  hall_pass(hall, 1100);
  shows(&watcher, 5001, LIMIT_UNREAD, 0);
  hall_remove(hall, "kz", 5002, 5001);
  hall_pass(hall, 1100);
  assert_true(watcher.stale);
  hall_unwatch(hall, &watcher);
}

static void asks_again_for_counts_that_stay_stale(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 3, 10, 8, 2, 1));
  hall_remove(hall, "kz", 11, 10);
  hall_pass(hall, 1100);
  assert_int_equal(hall->noticed_stale, 1);
  hall_pass(hall, 10000); /* the store took no job */
  assert_true(hall->noticed_stale > 1);
  assert_true(hall_watch(hall, &watcher, "kz", 3, 11, 8, 1, 0));
  int before = hall->noticed;
  hall_pass(hall, 20000);
  assert_int_equal(hall->noticed, before);
  hall_unwatch(hall, &watcher);
}

static void gives_a_long_tally_before_its_second(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 0, 0, 0, 0));
  for (int64_t seq = 1; seq <= TALLY_LIMIT + 1; seq++) hall_post(hall, "kz", seq, 2);
  assert_int_equal(hall->noticed, 1);
  shows(&watcher, TALLY_LIMIT + 1, TALLY_LIMIT + 1, 0);
  hall_pass(hall, 1100);
  shows(&watcher, TALLY_LIMIT + 1, TALLY_LIMIT + 1, 0);
  hall_unwatch(hall, &watcher);
}

static void moves_to_another_room(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0}, other = {0};
  assert_true(hall_watch(hall, &watcher, "kz", 1, 10, 10, 0, 0));
  assert_true(hall_watch(hall, &other, "kz", 2, 10, 10, 0, 0));
  assert_true(hall_watch(hall, &watcher, "fintech", 1, 4, 4, 0, 0));
  hall_post(hall, "kz", 11, 9);
  hall_pass(hall, 1100);
  shows(&watcher, 4, 0, 0);
  shows(&other, 11, 1, 0);
  hall_unwatch(hall, &other);
  hall_unwatch(hall, &watcher);
  hall_unwatch(hall, &watcher); /* harmless */
}

static void asks_of_entries_that_its_counts_speak_of(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  struct follower reader;
  follower_enter(&reader, hall, "kz", 9, 10);
  follower_take(&reader);
  assert_true(hall_watch(hall, &watcher, "kz", 1, 12, 10, 2, 0));
  hall_pass(hall, 128);
  hall_answer(hall, 11, 12, 12);
  assert_string_equal(follower_take(&reader), "11 12");
  hall_pass(hall, 1100);
  shows(&watcher, 12, 2, 0);
  follower_leave(&reader);
  hall_unwatch(hall, &watcher);
}

static void believes_counts_of_another_history(void **state) {
  struct hall *hall = *state;
  struct watcher old = {0}, fresh = {0};
  assert_true(hall_watch(hall, &old, "kz", 1, 100, 90, 10, 0));
  mention(hall, "kz", 101, 1);
  rooms_forget(hall->rooms);
  assert_true(hall_watch(hall, &fresh, "kz", 2, 3, 3, 0, 0));
  hall_post(hall, "kz", 4, 9);
  hall_pass(hall, 1100);
  shows(&fresh, 4, 1, 0);
  hall_unwatch(hall, &fresh);
  hall_unwatch(hall, &old);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(counts_others_messages_once_a_second),
      HALL_TEST(tells_a_direct_talk_at_once),
      HALL_TEST(tells_a_mention_at_once_with_the_message_counted),
      HALL_TEST(does_not_lose_a_mention_to_counts_read_before_it),
      HALL_TEST(does_not_lose_a_mention_to_a_mark_set_before_it),
      HALL_TEST(the_mark_never_goes_back),
      HALL_TEST(counts_nothing_twice_that_the_store_had_counted),
      HALL_TEST(refuses_counts_older_than_what_all_were_given),
      HALL_TEST(a_mark_as_of_an_older_head_is_read_again),
      HALL_TEST(takes_removed_messages_off),
      HALL_TEST(counts_to_a_limit_and_asks_the_store_below_it),
      HALL_TEST(asks_again_for_counts_that_stay_stale),
      HALL_TEST(gives_a_long_tally_before_its_second),
      HALL_TEST(moves_to_another_room),
      HALL_TEST(asks_of_entries_that_its_counts_speak_of),
      HALL_TEST(believes_counts_of_another_history),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
