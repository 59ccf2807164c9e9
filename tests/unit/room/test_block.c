#include "hall.h"
#include "inside.h"

/* Entries 1 to `head` of "kz", of which memory has only those from `first` on. */
static void fill(struct hall *hall, struct follower *reader, int64_t first, int64_t head) {
  follower_enter(reader, hall, "kz", 9, 0);
  for (int64_t seq = 1; seq <= head; seq++) hall_post(hall, "kz", seq, 2);
  struct room *room = reader->subscription.room;
  while (room->ring.first < first) {
    size_t before = room->ring.bytes;
    ring_drop_first(&room->ring);
    hall->rooms->ring_bytes -= before - room->ring.bytes;
  }
}

static void catches_up_from_the_store(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  fill(hall, &reader, 6, 8);
  assert_string_equal(follower_take(&reader), "p1");
  assert_int_equal(reader.taken, ROOM_TAKEN_WAIT);
  int before = reader.wants;
  hall_answer(hall, 1, 8, 3); /* fewer than asked */
  assert_string_equal(follower_take(&reader), "1 2 3");
  assert_int_equal(reader.taken, ROOM_TAKEN_WAIT);
  assert_true(reader.wants > before);
  hall_answer(hall, 4, 8, 6);
  assert_string_equal(follower_take(&reader), "4 5 6 7 8");
  assert_int_equal(reader.taken, ROOM_TAKEN_ALL);
  assert_int_equal(hall->metrics.catch_ups, 2);
  follower_leave(&reader);
}

static void reads_once_for_all_who_stand_there(void **state) {
  struct hall *hall = *state;
  struct follower reader, other;
  fill(hall, &reader, 3, 4);
  follower_enter(&other, hall, "kz", 8, 0);
  follower_take(&reader);
  follower_take(&other);
  assert_int_equal(hall->job_count, 1);
  hall_answer(hall, 1, 4, 4);
  assert_string_equal(follower_take(&reader), "1 2 3 4");
  assert_string_equal(follower_take(&other), "1 2 3 4");
  follower_leave(&other);
  follower_leave(&reader);
}

static void waits_a_second_after_a_read_that_failed(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  fill(hall, &reader, 3, 4);
  follower_take(&reader);
  hall_finish(hall, STORE_UNAVAILABLE);
  for (int i = 0; i < 7; i++) {
    follower_take(&reader); /* whoever asks meanwhile gets nothing */
    hall_quiet(hall);
    hall_pass(hall, 128);
  }
  int before = reader.wants;
  hall_pass(hall, 256);
  assert_string_equal(follower_take(&reader), "");
  assert_true(reader.wants > before); /* asked again by itself */
  hall_answer(hall, 1, 4, 4);
  assert_string_equal(follower_take(&reader), "1 2 3 4");
  follower_leave(&reader);
}

static void asks_again_when_the_store_takes_no_job(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  fill(hall, &reader, 3, 4);
  hall->store_full = true;
  follower_take(&reader);
  hall->store_full = false;
  hall_quiet(hall);
  hall_pass(hall, 128);
  follower_take(&reader);
  hall_answer(hall, 1, 4, 4);
  assert_string_equal(follower_take(&reader), "1 2 3 4");
  follower_leave(&reader);
}

static void gives_no_text_that_was_removed_while_it_was_read(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  fill(hall, &reader, 3, 4);
  follower_take(&reader);
  hall_remove(hall, "kz", 5, 2);
  hall_answer(hall, 1, 4, 4); /* read before the removal */
  assert_string_equal(follower_take(&reader), "");
  hall_answer(hall, 1, 5, 5);
  assert_string_equal(follower_take(&reader), "1 2 3 4 5");
  follower_leave(&reader);
}

static void does_not_take_an_older_read_for_a_newer_one(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  fill(hall, &reader, 3, 4);
  follower_take(&reader);
  hall_remove(hall, "kz", 5, 2);
  follower_take(&reader); /* asks for the same again */
  assert_int_equal(hall->job_count, 2);
  hall_answer(hall, 1, 4, 4);
  assert_string_equal(follower_take(&reader), "");
  hall_answer(hall, 1, 5, 5);
  assert_string_equal(follower_take(&reader), "1 2 3 4 5");
  follower_leave(&reader);
}

static void reads_in_a_few_places_at_a_time(void **state) {
  struct hall *hall = *state;
  struct follower reader, others[BLOCKS];
  fill(hall, &reader, 20, 20);
  follower_take(&reader);
  for (int i = 0; i < BLOCKS; i++) {
    follower_enter(&others[i], hall, "kz", 20 + i, 2 * i + 2);
    follower_take(&others[i]);
  }
  assert_int_equal(hall->job_count, BLOCKS); /* one of them must wait */
  hall_answer(hall, 1, 20, 2);
  for (int i = 0; i + 1 < BLOCKS; i++) hall_answer(hall, 2 * i + 3, 20, 20);
  assert_string_equal(follower_take(&reader), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20");
  int64_t last = others[BLOCKS - 1].subscription.cursor;
  follower_take(&others[BLOCKS - 1]);
  assert_true(others[BLOCKS - 1].subscription.cursor > last); /* what another one's read holds serves it too */
  for (int i = 0; i < BLOCKS; i++) follower_leave(&others[i]);
  follower_leave(&reader);
}

static void gives_memory_back_after_some_seconds(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  fill(hall, &reader, 3, 4);
  follower_take(&reader);
  hall_answer(hall, 1, 4, 4);
  struct room *room = reader.subscription.room;
  assert_non_null(block_get(room, 1).data);
  hall_pass(hall, 11000);
  assert_null(block_get(room, 1).data);
  assert_string_equal(follower_take(&reader), "");
  hall_answer(hall, 1, 4, 4);
  assert_string_equal(follower_take(&reader), "1 2 3 4");
  follower_leave(&reader);
}

static void drops_a_read_of_a_room_that_is_gone(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  fill(hall, &reader, 3, 4);
  follower_take(&reader);
  follower_leave(&reader);
  hall_answer(hall, 1, 4, 4);
  assert_int_equal(rooms_count(hall->rooms), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(catches_up_from_the_store),
      HALL_TEST(reads_once_for_all_who_stand_there),
      HALL_TEST(waits_a_second_after_a_read_that_failed),
      HALL_TEST(asks_again_when_the_store_takes_no_job),
      HALL_TEST(gives_no_text_that_was_removed_while_it_was_read),
      HALL_TEST(does_not_take_an_older_read_for_a_newer_one),
      HALL_TEST(reads_in_a_few_places_at_a_time),
      HALL_TEST(gives_memory_back_after_some_seconds),
      HALL_TEST(drops_a_read_of_a_room_that_is_gone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
