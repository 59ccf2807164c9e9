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

/* ---- over the bus ---- */

struct pair {
  struct hall *here, *there;
  struct follower writer, reader;
};

static int pair_open(void **state) {
  struct pair *pair = calloc(1, sizeof *pair);
  void *hall = NULL;
  hall_open(&hall);
  pair->here = hall;
  hall_open(&hall);
  pair->there = hall;
  snprintf(pair->there->name, sizeof pair->there->name, "there");
  pair->here->alone = pair->there->alone = false;
  follower_enter(&pair->writer, pair->here, "kz", 1, 0);
  follower_enter(&pair->reader, pair->there, "kz", 2, 0);
  follower_take(&pair->writer);
  follower_take(&pair->reader);
  hall_drop(pair->here);
  hall_drop(pair->there);
  *state = pair;
  return 0;
}

static int pair_close(void **state) {
  struct pair *pair = *state;
  void *here = pair->here, *there = pair->there;
  follower_leave(&pair->writer);
  follower_leave(&pair->reader);
  hall_close(&here);
  hall_close(&there);
  free(pair);
  return 0;
}

static void is_told_on_other_instances(void **state) {
  struct pair *pair = *state;
  type(&pair->writer, 1);
  assert_int_equal(pair->here->published_count, 1);
  hall_hear(pair->there, &pair->here->published[0]);
  hall_hear(pair->there, &pair->here->published[0]); /* doubled */
  assert_string_equal(follower_take(&pair->reader), "t1");
  hall_hear(pair->here, &pair->here->published[0]); /* some buses give back what one said */
  assert_int_equal(pair->here->metrics.hints_dropped + pair->there->metrics.hints_dropped, 0);
}

static void is_never_told_to_the_one_who_types(void **state) {
  struct pair *pair = *state;
  struct follower phone;
  follower_enter(&phone, pair->there, "kz", 1, 0);
  follower_take(&phone);
  type(&pair->writer, 1);
  hall_hear(pair->there, &pair->here->published[0]);
  assert_string_equal(follower_take(&phone), "");
  assert_string_equal(follower_take(&pair->reader), "t1");
  follower_leave(&phone);
}

static void is_told_at_most_once_a_second_from_wherever(void **state) {
  struct pair *pair = *state;
  type(&pair->writer, 1);
  hall_hear(pair->there, &pair->here->published[0]);
  assert_string_equal(follower_take(&pair->reader), "t1");
  hall_pass(pair->there, 500);
  hall_hear(pair->there, &pair->here->published[0]);
  assert_string_equal(follower_take(&pair->reader), "");
  hall_pass(pair->there, 600);
  hall_hear(pair->there, &pair->here->published[0]);
  assert_int_equal(strncmp(follower_take(&pair->reader), "t1", 2), 0);
}

static void that_is_garbled_or_forged_is_dropped(void **state) {
  struct pair *pair = *state;
  pair->here->secret[0] ^= 1;
  type(&pair->writer, 1);
  pair->here->secret[0] ^= 1;
  hall_hear(pair->there, &pair->here->published[0]);
  hall_pass(pair->here, 1000);
  hall_drop(pair->here);
  type(&pair->writer, 1);
  const struct published *message = &pair->here->published[pair->here->published_count - 1];
  for (size_t at = 0; at < message->size; at++) {
    message->bytes[at] ^= 1;
    hall_hear(pair->there, message);
    message->bytes[at] ^= 1;
  }
  assert_int_equal(pair->there->metrics.hints_dropped, 1 + message->size);
  assert_string_equal(follower_take(&pair->reader), "");
}

#define PAIR_TEST(name) cmocka_unit_test_setup_teardown(name, pair_open, pair_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(is_told_to_others_once),
      HALL_TEST(only_the_last_few_are_told),
      HALL_TEST(comes_after_entries),
      HALL_TEST(is_not_told_to_who_comes_later),
      HALL_TEST(that_does_not_fit_is_not_told),
      PAIR_TEST(is_told_on_other_instances),
      PAIR_TEST(is_never_told_to_the_one_who_types),
      PAIR_TEST(is_told_at_most_once_a_second_from_wherever),
      PAIR_TEST(that_is_garbled_or_forged_is_dropped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
