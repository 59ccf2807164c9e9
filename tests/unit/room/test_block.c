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

static void followers_at_places_that_differ_a_little_share_a_piece(void **state) {
  struct hall *hall = *state;
  struct follower reader, others[8];
  fill(hall, &reader, 200, 200);
  for (int i = 0; i < 8; i++) {
    follower_enter(&others[i], hall, "kz", 20 + i, 64 + 7 * i);
    follower_take(&others[i]);
  }
  assert_int_equal(hall->job_count, 1);
  hall_answer(hall, 65, 128, 128);
  for (int i = 0; i < 8; i++) {
    follower_take(&others[i]);
    assert_int_equal(others[i].subscription.cursor, 128);
  }
  assert_int_equal(hall->job_count, 1);
  hall_answer(hall, 129, 192, 192);
  for (int i = 0; i < 8; i++) follower_take(&others[i]);
  hall_answer(hall, 193, 200, 200);
  for (int i = 0; i < 8; i++) {
    follower_take(&others[i]);
    assert_int_equal(others[i].taken, ROOM_TAKEN_ALL);
    follower_leave(&others[i]);
  }
  assert_int_equal(hall->metrics.catch_ups, 3);
  follower_leave(&reader);
}

/* A thousand behind at most, at a hundred places: about as many reads as there are pieces. */
static int crowd_take(struct follower *crowd, int count) {
  int behind = 0;
  for (int i = 0; i < count; i++) {
    follower_take(&crowd[i]);
    behind += crowd[i].taken != ROOM_TAKEN_ALL;
  }
  return behind;
}

/* A thousand behind at most, at a hundred places: not many more reads than there are pieces. */
static void a_crowd_behind_costs_a_few_reads_for_each_piece(void **state) {
  struct hall *hall = *state;
  struct follower reader, *crowd = calloc(100, sizeof *crowd);
  const int64_t head = 1100;
  fill(hall, &reader, head, head);
  for (int i = 0; i < 100; i++) follower_enter(&crowd[i], hall, "kz", 20 + i, 100 + (i * 37 % 100) * 9);
  for (int round = 0; crowd_take(crowd, 100) > 0; round++) {
    while (hall->job_count > 0)
      hall_answer(hall, hall->jobs[0]->entries.from, hall->jobs[0]->entries.to, hall->jobs[0]->entries.to);
    (void)crowd_take(crowd, 100); /* in the turn in which they came */
    hall_pass(hall, 128);
    assert_in_range(round, 0, 100);
  }
  for (int i = 0; i < 100; i++) {
    assert_int_equal(crowd[i].subscription.cursor, head);
    follower_leave(&crowd[i]);
  }
  assert_in_range(hall->metrics.catch_ups, 16, 64);
  free(crowd);
  follower_leave(&reader);
}

/* Long texts: a read gives a part of the piece. */
static void what_is_missing_of_a_piece_is_read_on(void **state) {
  struct hall *hall = *state;
  struct follower reader;
  fill(hall, &reader, 40, 40);
  struct follower other;
  follower_enter(&other, hall, "kz", 8, 20);
  follower_take(&other);
  hall_answer(hall, 1, 40, 15);
  follower_take(&other);
  hall_answer(hall, 16, 40, 30);
  assert_string_equal(follower_take(&other), "21 22 23 24 25 26 27 28 29 30");
  hall_answer(hall, 31, 40, 40);
  follower_take(&other);
  assert_int_equal(other.taken, ROOM_TAKEN_ALL);
  follower_leave(&other);
  follower_leave(&reader);
}

static void reads_in_a_few_places_at_a_time(void **state) {
  struct hall *hall = *state;
  struct follower reader, others[BLOCKS];
  fill(hall, &reader, 1000, 1000);
  follower_take(&reader);
  for (int i = 0; i < BLOCKS; i++) {
    follower_enter(&others[i], hall, "kz", 20 + i, 64 * (i + 1));
    follower_take(&others[i]);
  }
  assert_int_equal(hall->job_count, BLOCKS); /* one of them must wait */
  for (int i = 0; i < BLOCKS; i++) hall_answer(hall, 64 * i + 1, 64 * i + 64, 64 * i + 64);
  for (int i = 0; i < 4; i++) follower_take(&reader);
  assert_int_equal(reader.subscription.cursor, 64 * BLOCKS); /* what others' reads hold serves it too */
  hall_quiet(hall); /* a piece that has just come is not given up for another one */
  hall_pass(hall, 256);
  follower_take(&others[BLOCKS - 1]);
  hall_answer(hall, 64 * BLOCKS + 1, 64 * BLOCKS + 64, 64 * BLOCKS + 64);
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
      HALL_TEST(followers_at_places_that_differ_a_little_share_a_piece),
      HALL_TEST(a_crowd_behind_costs_a_few_reads_for_each_piece),
      HALL_TEST(what_is_missing_of_a_piece_is_read_on),
      HALL_TEST(reads_in_a_few_places_at_a_time),
      HALL_TEST(gives_memory_back_after_some_seconds),
      HALL_TEST(drops_a_read_of_a_room_that_is_gone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
