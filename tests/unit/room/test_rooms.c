#include "hall.h"
#include "inside.h"

static void a_room_stays_while_it_is_held(void **state) {
  struct hall *hall = *state;
  struct room *room = rooms_hold(hall->rooms, slice_of("kz.fintech"));
  assert_ptr_equal(rooms_hold(hall->rooms, slice_of("kz.fintech")), room);
  assert_true(slice_is(room_id(room), "kz.fintech"));
  assert_false(room_is_direct(room));
  assert_int_equal(rooms_count(hall->rooms), 1);
  assert_int_equal(hall->subscribed, 1);
  rooms_release(hall->rooms, room);
  assert_ptr_equal(rooms_find(hall->rooms, slice_of("kz.fintech")), room);
  rooms_release(hall->rooms, room);
  assert_null(rooms_find(hall->rooms, slice_of("kz.fintech")));
  assert_int_equal(hall->subscribed, 0);
}

static void an_id_that_is_too_long_is_no_room(void **state) {
  struct hall *hall = *state;
  char id[LIMIT_IDENTIFIER + 2];
  memset(id, 'a', sizeof id);
  assert_null(rooms_hold(hall->rooms, (struct slice){id, LIMIT_IDENTIFIER + 1}));
  struct room *room = rooms_hold(hall->rooms, (struct slice){id, LIMIT_IDENTIFIER});
  assert_non_null(room);
  rooms_release(hall->rooms, room);
}

static void one_that_goes_while_it_has_news_is_forgotten(void **state) {
  struct hall *hall = *state;
  struct follower first, second, third;
  follower_enter(&first, hall, "kz", 1, 0);
  follower_enter(&second, hall, "fintech", 1, 0);
  follower_enter(&third, hall, "cn", 1, 0);
  follower_leave(&second); /* between the others on the list */
  assert_string_equal(follower_take(&first), "p1");
  assert_string_equal(follower_take(&third), "p1");
  follower_leave(&third);
  follower_leave(&first);
}

static void count_each(void *context, struct room *room) {
  (void)room;
  ++*(int *)context;
}

static void each_room_is_named(void **state) {
  struct hall *hall = *state;
  struct room *one = rooms_hold(hall->rooms, slice_of("kz")), *two = rooms_hold(hall->rooms, slice_of("dm.x"));
  int count = 0;
  rooms_each(hall->rooms, count_each, &count);
  assert_int_equal(count, 2);
  rooms_release(hall->rooms, one);
  rooms_release(hall->rooms, two);
}

static void a_room_that_the_store_has_not_says_nothing(void **state) {
  struct hall *hall = *state;
  struct room *room = rooms_hold(hall->rooms, slice_of("dm.none"));
  rooms_head(hall->rooms, slice_of("dm.none"), -1, hall->now_ms);
  assert_int_equal(room_head(room), -1);
  rooms_head(hall->rooms, slice_of("dm.none"), 0, hall->now_ms);
  assert_int_equal(room_head(room), 0);
  rooms_release(hall->rooms, room);
}

static void what_is_held_at_the_end_is_freed(void **state) {
  (void)state;
  void *hall = NULL;
  hall_open(&hall);
  assert_non_null(rooms_hold(((struct hall *)hall)->rooms, slice_of("kz")));
  rooms_destroy(((struct hall *)hall)->rooms);
  wheel_destroy(((struct hall *)hall)->wheel);
  free(hall);
  rooms_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(a_room_stays_while_it_is_held),
      HALL_TEST(an_id_that_is_too_long_is_no_room),
      HALL_TEST(one_that_goes_while_it_has_news_is_forgotten),
      HALL_TEST(each_room_is_named),
      HALL_TEST(a_room_that_the_store_has_not_says_nothing),
      cmocka_unit_test(what_is_held_at_the_end_is_freed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
