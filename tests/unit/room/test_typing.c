#include "hall.h"
#include "inside.h"

static void type(struct follower *follower, int64_t member) {
  room_type(follower->hall->rooms, follower->subscription.room, member, SLICE_LITERAL("Иван"), SLICE_LITERAL("ru"),
            SLICE_LITERAL(""));
}

static void is_told_to_others_once(void **state) {
  struct hall *hall = *state;
  struct follower writer, reader;
  follower_enter(&writer, hall, "kz", 1, 0);
  follower_enter(&reader, hall, "kz", 2, 0);
  follower_take(&writer);
  follower_take(&reader);
  type(&writer, 1);
  assert_string_equal(follower_take(&reader), "t1");
  assert_string_equal(follower_take(&writer), "");
  assert_string_equal(follower_take(&reader), "");
  follower_leave(&reader);
  follower_leave(&writer);
}

static void only_the_last_few_are_told(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  follower_enter(&reader, hall, "kz", 99, 0);
  follower_take(&reader);
  for (int64_t member = 1; member <= TYPERS + 3; member++) type(&reader, member);
  assert_string_equal(follower_take(&reader), "t4 t5 t6 t7 t8 t9 t10 t11");
  follower_leave(&reader);
}

static void comes_after_entries(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  follower_enter(&reader, hall, "kz", 99, 4);
  follower_take(&reader);
  type(&reader, 3);
  hall_post(hall, "kz", 5, 3);
  assert_string_equal(follower_take(&reader), "5 t3");
  follower_leave(&reader);
}

static void is_not_told_to_who_comes_later(void **state) {
  struct hall *hall = *state;
  struct follower first, second;
  follower_enter(&first, hall, "kz", 1, 0);
  follower_take(&first);
  type(&first, 3);
  follower_enter(&second, hall, "kz", 2, 0);
  assert_string_equal(follower_take(&second), "");
  follower_leave(&second);
  follower_leave(&first);
}

static void that_does_not_fit_is_not_told(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  struct buffer frame;
  size_t items = 1;
  follower_enter(&reader, hall, "kz", 99, 0);
  follower_take(&reader);
  type(&reader, 3);
  buffer_init(&frame, 64);
  assert_int_equal(room_take(hall->rooms, &reader.subscription, &frame, 64, &items), ROOM_TAKEN_ALL);
  assert_int_equal(items, 1);
  assert_int_equal(frame.size, 0);
  buffer_free(&frame);
  assert_string_equal(follower_take(&reader), "");
  follower_leave(&reader);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(is_told_to_others_once),        HALL_TEST(only_the_last_few_are_told),
      HALL_TEST(comes_after_entries),           HALL_TEST(is_not_told_to_who_comes_later),
      HALL_TEST(that_does_not_fit_is_not_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
