#include "hall.h"

static int64_t pins[] = {5, 3};
static struct watcher watcher;

static struct room_record record(int64_t head, const char *title) {
  return (struct room_record){.room = SLICE_LITERAL("kz"),
                              .head = head,
                              .settings = {.title = slice_of(title),
                                           .topic = SLICE_LITERAL(TEXT_ZH),
                                           .locked = true,
                                           .slow = 30,
                                           .pinned = pins,
                                           .pinned_count = 2}};
}

static struct room *watched(struct hall *hall) {
  assert_true(hall_watch(hall, &watcher, "kz", 9, 7, 7, 0, 0));
  return watcher.room;
}

static void change(struct hall *hall, int64_t seq, enum entry_type type, int64_t target) {
  struct entry entry = hall_entry("kz", seq, 2);
  entry.type = type;
  entry.target = target;
  if (type == ENTRY_ROOM) entry.detail = SLICE_LITERAL("\"locked\":false");
  rooms_append(hall->rooms, &entry, true);
}

static bool known(const struct room *room) {
  struct room_settings settings;
  return room_settings_known(room, &settings);
}

static void what_a_read_told_is_known_until_an_entry_changes_it(void **state) {
  struct hall *hall = *state;
  struct room *room = watched(hall);
  struct room_record read = record(7, "Казахстан");
  assert_true(room_settings_keep(room, &read));
  hall_post(hall, "kz", 8, 2);
  struct room_settings settings;
  assert_true(room_settings_known(room, &settings));
  assert_true(slice_is(settings.title, "Казахстан"));
  assert_true(slice_is(settings.topic, TEXT_ZH));
  assert_true(settings.locked);
  assert_int_equal(settings.slow, 30);
  assert_int_equal(settings.pinned_count, 2);
  assert_int_equal(settings.pinned[1], 3);
  assert_ptr_not_equal(settings.pinned, pins);
  change(hall, 9, ENTRY_ROOM, 0);
  assert_false(known(room));
  assert_int_equal(hall->changed, 1);
  assert_false(room_settings_keep(room, &read)); /* as of before */
  assert_false(known(room));
  read.head = 9;
  assert_true(room_settings_keep(room, &read));
  assert_true(known(room));
  hall_unwatch(hall, &watcher);
}

static void only_the_removal_of_a_pinned_message_changes_the_pins(void **state) {
  struct hall *hall = *state;
  struct room *room = watched(hall);
  struct room_record read = record(7, "");
  assert_true(room_settings_keep(room, &read));
  change(hall, 8, ENTRY_REMOVE, 4);
  assert_true(known(room));
  change(hall, 9, ENTRY_REMOVE, 3);
  assert_false(known(room));
  assert_int_equal(hall->changed, 0); /* everybody sees the removal */
  hall_unwatch(hall, &watcher);
}

static void what_came_before_its_turn_counts(void **state) {
  struct hall *hall = *state;
  struct room *room = watched(hall);
  struct room_record read = record(7, "");
  assert_true(room_settings_keep(room, &read));
  change(hall, 9, ENTRY_ROOM, 0); /* 8 is missing */
  assert_false(known(room));
  read.head = 9;
  assert_true(room_settings_keep(room, &read)); /* the store has both */
  hall_post(hall, "kz", 8, 2);
  assert_true(known(room)); /* 9 was in what was read */
  assert_int_equal(hall->changed, 1);
  hall_unwatch(hall, &watcher);
}

static void what_may_have_been_missed_is_not_known(void **state) {
  struct hall *hall = *state;
  struct room *room = rooms_hold(hall->rooms, slice_of("kz"));
  struct room_record read = record(7, "");
  assert_true(room_settings_keep(room, &read));
  assert_false(known(room)); /* nobody says where the log ends */
  rooms_head(hall->rooms, slice_of("kz"), 9, hall->now_ms);
  assert_false(known(room)); /* 8 and 9 were not seen here */
  read.head = 9;
  assert_true(room_settings_keep(room, &read));
  assert_true(known(room));
  rooms_forget(hall->rooms);
  assert_false(known(room));
  rooms_release(hall->rooms, room);
}

static void it_is_said_again_until_it_was_told(void **state) {
  struct hall *hall = *state;
  struct room *room = watched(hall);
  change(hall, 8, ENTRY_ROOM, 0);
  assert_int_equal(hall->changed, 1);
  hall_pass(hall, 5100);
  assert_int_equal(hall->changed, 2);
  room_settings_told(room);
  hall_pass(hall, 5100);
  assert_int_equal(hall->changed, 2);
  change(hall, 9, ENTRY_ROOM, 0);
  struct room *held = rooms_hold(hall->rooms, slice_of("kz"));
  hall_unwatch(hall, &watcher); /* nobody is left to be told */
  hall_pass(hall, 5100);
  assert_int_equal(hall->changed, 3);
  assert_int_equal(room_watcher(held, 0), 0);
  rooms_release(hall->rooms, held);
}

static void rooms_that_were_made_are_shared_by_nobody(void **state) {
  struct hall *hall = *state;
  struct room_page page;
  struct room *room = rooms_hold(hall->rooms, slice_of("r.abcdef"));
  assert_int_equal(room_page_look(room, -1, 50, &page), ROOM_PAGE_OWN);
  assert_false(room_is_direct(room));
  rooms_release(hall->rooms, room);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(what_a_read_told_is_known_until_an_entry_changes_it),
      HALL_TEST(only_the_removal_of_a_pinned_message_changes_the_pins),
      HALL_TEST(what_came_before_its_turn_counts),
      HALL_TEST(what_may_have_been_missed_is_not_known),
      HALL_TEST(it_is_said_again_until_it_was_told),
      HALL_TEST(rooms_that_were_made_are_shared_by_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
