#include "village.h"

#include "inside.h"

/* Members who are connected, to whichever instance. */
static bool online(const struct village *village, int hall, int64_t member) {
  return rooms_member_is_online(village->halls[hall]->rooms, member);
}

static void come(struct village *village, int hall, int64_t first, int64_t count) {
  for (int64_t i = 0; i < count; i++) rooms_member_came(village->halls[hall]->rooms, first + i);
}

static void go(struct village *village, int hall, int64_t first, int64_t count) {
  for (int64_t i = 0; i < count; i++) rooms_member_went(village->halls[hall]->rooms, first + i);
}

static void those_who_are_connected_are_known_to_all_instances(void **state) {
  struct village *village = *state;
  come(village, 0, 7, 1);
  come(village, 1, 7, 1);
  come(village, 2, 8, 1);
  village_pass(village, 500);
  for (int i = 0; i < HALLS; i++) {
    assert_true(online(village, i, 7));
    assert_true(online(village, i, 8));
    assert_false(online(village, i, 9));
  }
  go(village, 0, 7, 1);
  go(village, 2, 8, 1);
  assert_true(online(village, 0, 7)); /* still there on the other one */
  assert_false(online(village, 2, 8));
  village_pass(village, 1200);
  for (int i = 0; i < HALLS; i++) {
    assert_true(online(village, i, 7));
    assert_false(online(village, i, 8));
  }
}

static void count_each(void *context, struct room *room) {
  (void)room;
  ++*(int *)context;
}

static void they_are_no_room(void **state) {
  struct village *village = *state;
  int count = 0;
  come(village, 0, 1, 50);
  come(village, 1, 100, 1);
  village_pass(village, 3000);
  for (int i = 0; i < HALLS; i++) {
    struct rooms *rooms = village->halls[i]->rooms;
    assert_null(rooms_find(rooms, SLICE_LITERAL(ONLINE_TOPIC)));
    assert_int_equal(rooms_count(rooms), 0);
    assert_int_equal(rooms_waiting(rooms), 0);
    rooms_each(rooms, count_each, &count);
    hall_quiet(village->halls[i]);
  }
  assert_int_equal(count, 0);
}

static void they_get_no_entries_and_nobody_types(void **state) {
  struct village *village = *state;
  struct hall *hall = village->halls[1];
  come(village, 1, 1, 1);
  village_hear(hall, "C2", ONLINE_TOPIC, "1 1 0 1 0 0 0 2 {}");
  village_hear(hall, "T1", ONLINE_TOPIC, "d 20 1 0 0 x");
  assert_int_equal(hall->metrics.hints_dropped, 2);
  assert_int_equal(room_known(&hall->rooms->online), 0);
  hall->metrics.hints_dropped = 0;
  village_pass(village, 3000);
  hall_quiet(hall);
}

static void those_of_an_instance_that_was_killed_are_forgotten_within_ten_seconds(void **state) {
  struct village *village = *state;
  come(village, 0, 1, 3);
  village_pass(village, 20000);
  assert_true(online(village, 1, 3)); /* an instance without members knows, too */
  village->deaf[0] = true;
  village_pass(village, 6000);
  assert_true(online(village, 1, 3));
  village_pass(village, 4000);
  assert_false(online(village, 1, 3));
  village->deaf[0] = false;
  village_pass(village, 5000);
  assert_true(online(village, 1, 3));
  rooms_instance_gone(village->halls[1]->rooms, slice_of(village->halls[0]->name));
  assert_false(online(village, 1, 3));
}

static void whoever_reaches_the_bus_asks(void **state) {
  struct village *village = *state;
  village->deaf[1] = true;
  come(village, 0, 1, 3);
  village_pass(village, 2600);
  village->deaf[1] = false;
  rooms_missed(village->halls[1]->rooms);
  village_pass(village, 300);
  assert_true(online(village, 1, 3));
}

static void what_was_missed_is_made_good(void **state) {
  struct village *village = *state;
  come(village, 0, 1, 100);
  village_pass(village, 5000);
  village->deaf[1] = true;
  come(village, 0, 500, 1);
  go(village, 0, 2, 1);
  village_pass(village, 1200);
  assert_false(online(village, 1, 500));
  assert_true(online(village, 1, 2));
  village->deaf[1] = false;
  village_pass(village, 3500);
  assert_true(online(village, 1, 500));
  assert_false(online(village, 1, 2));
}

static void ten_thousand_cost_a_few_messages(void **state) {
  struct village *village = *state;
  come(village, 0, 1, 10000);
  come(village, 1, 1, 1);
  village_pass(village, 4000);
  assert_in_range(village->count, 40,
                  90); /* all of them are forty messages, and are told once more because one asked */
  for (int64_t member = 1; member <= 10000; member++) assert_true(online(village, 1, member));
  village->count = 0;
  come(village, 0, 20000, 1);
  village_pass(village, 10000);
  assert_in_range(village->count, 1, 12); /* the one who came, and announcements */
  assert_true(online(village, 1, 20000));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      VILLAGE_TEST(those_who_are_connected_are_known_to_all_instances),
      VILLAGE_TEST(they_are_no_room),
      VILLAGE_TEST(they_get_no_entries_and_nobody_types),
      VILLAGE_TEST(those_of_an_instance_that_was_killed_are_forgotten_within_ten_seconds),
      VILLAGE_TEST(whoever_reaches_the_bus_asks),
      VILLAGE_TEST(what_was_missed_is_made_good),
      VILLAGE_TEST(ten_thousand_cost_a_few_messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
