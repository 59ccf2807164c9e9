#include "hall.h"
#include "inside.h"

static void come_and_go(struct hall *hall, const char *room, int64_t head) {
  struct room *held = rooms_hold(hall->rooms, slice_of(room));
  hall_post(hall, room, head, 2);
  rooms_release(hall->rooms, held);
  assert_null(rooms_find(hall->rooms, slice_of(room)));
}

/* A member's list is read; while that is on its way the room gets an entry and leaves memory. */
static void a_list_read_before_an_entry_does_not_hide_it(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  come_and_go(hall, "dm.x", 3);
  assert_false(hall_watch(hall, &watcher, "dm.x", 1, 2, 0, 2, 0)); /* as of 2: read again */
  assert_true(hall_watch(hall, &watcher, "dm.x", 1, 3, 0, 3, 0));
  assert_int_equal(room_watch_counts(&watcher).head, 3);
  hall_unwatch(hall, &watcher);
}

static void a_room_that_returns_goes_on_where_it_ended(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  come_and_go(hall, "kz", 3);
  follower_enter(&reader, hall, "kz", 9, 2); /* joined as of 2 */
  assert_string_equal(follower_take(&reader), "p1");
  hall_answer(hall, 1, 3, 3);
  assert_string_equal(follower_take(&reader), "3");
  follower_leave(&reader);
}

static void it_is_forgotten_after_a_while(void **state) {
  struct hall *hall = *state;
  come_and_go(hall, "kz", 3);
  hall_pass(hall, 36000);
  struct room *room = rooms_hold(hall->rooms, slice_of("kz"));
  assert_int_equal(room_head(room), -1);
  rooms_release(hall->rooms, room);
}

static void it_is_forgotten_with_another_history(void **state) {
  struct hall *hall = *state;
  come_and_go(hall, "kz", 3);
  rooms_forget(hall->rooms);
  struct room *room = rooms_hold(hall->rooms, slice_of("kz"));
  assert_int_equal(room_head(room), -1);
  rooms_release(hall->rooms, room);
}

static void a_room_of_which_nothing_was_known_is_not_remembered(void **state) {
  struct hall *hall = *state;
  rooms_release(hall->rooms, rooms_hold(hall->rooms, slice_of("dm.none")));
  assert_null(hall->rooms->departed);
}

static void only_so_many_are_remembered(void **state) {
  struct hall *hall = *state;
  char id[32];
  for (int i = 0; i < 9000; i++) {
    snprintf(id, sizeof id, "dm.%d", i);
    come_and_go(hall, id, 1 + i);
  }
  assert_int_equal(departed_take(hall->rooms, slice_of("dm.1")), -1);
  assert_int_equal(departed_take(hall->rooms, slice_of("dm.8999")), 9000);
  assert_int_equal(departed_take(hall->rooms, slice_of("dm.8999")), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(a_list_read_before_an_entry_does_not_hide_it),
      HALL_TEST(a_room_that_returns_goes_on_where_it_ended),
      HALL_TEST(it_is_forgotten_after_a_while),
      HALL_TEST(it_is_forgotten_with_another_history),
      HALL_TEST(a_room_of_which_nothing_was_known_is_not_remembered),
      HALL_TEST(only_so_many_are_remembered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
