#include "hall.h"
#include "inside.h"

/* A follower of "kz" at 10. */
static struct follower follower;

static void enter(struct hall *hall) {
  follower_enter(&follower, hall, "kz", 9, 10);
  assert_string_equal(follower_take(&follower), "p1");
}

static void gives_each_entry_once_and_in_order(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 11, 2);
  hall_post(hall, "kz", 12, 2);
  hall_post(hall, "kz", 12, 2);
  hall_post(hall, "kz", 10, 2);
  assert_string_equal(follower_take(&follower), "11 12");
  assert_string_equal(follower_take(&follower), "");
  assert_int_equal(room_head(follower.subscription.room), 12);
  follower_leave(&follower);
}

static void keeps_what_comes_early_until_its_turn(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 13, 2);
  hall_post(hall, "kz", 12, 2);
  assert_string_equal(follower_take(&follower), "");
  hall_post(hall, "kz", 11, 2);
  assert_string_equal(follower_take(&follower), "11 12 13");
  hall_pass(hall, 200);
  hall_quiet(hall); /* the gap closed by itself */
  follower_leave(&follower);
}

static void reads_a_gap_from_the_store(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 14, 2);
  hall_quiet(hall); /* it waits a moment for what is on its way */
  hall_pass(hall, 128);
  hall_answer(hall, 11, 13, 13);
  assert_string_equal(follower_take(&follower), "11 12 13 14");
  follower_leave(&follower);
}

static void reads_on_when_the_store_gave_less_than_asked(void **state) {
  struct hall *hall = *state;
  enter(hall);
  rooms_head(hall->rooms, slice_of("kz"), 16, hall->now_ms);
  hall_pass(hall, 128);
  hall_answer(hall, 11, 16, 13);
  assert_string_equal(follower_take(&follower), "11 12 13");
  hall_pass(hall, 128);
  hall_answer(hall, 14, 16, 16);
  assert_string_equal(follower_take(&follower), "14 15 16");
  hall_pass(hall, 5000);
  hall_quiet(hall);
  follower_leave(&follower);
}

static void asks_again_when_the_store_could_not(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall->store_full = true;
  rooms_head(hall->rooms, slice_of("kz"), 11, hall->now_ms);
  hall_pass(hall, 128);
  hall->store_full = false;
  hall_pass(hall, 500);
  hall_quiet(hall); /* not at once */
  hall_pass(hall, 700);
  assert_int_equal(hall->job_count, 1);
  hall_finish(hall, STORE_UNAVAILABLE);
  hall_pass(hall, 500);
  hall_quiet(hall);
  hall_pass(hall, 700);
  hall_answer(hall, 11, 11, 11);
  assert_string_equal(follower_take(&follower), "11");
  follower_leave(&follower);
}

static void does_not_hammer_a_store_that_has_less_than_was_said(void **state) {
  struct hall *hall = *state;
  enter(hall);
  rooms_head(hall->rooms, slice_of("kz"), 12, hall->now_ms);
  hall_pass(hall, 128);
  hall_answer(hall, 11, 12, 10);
  for (int i = 0; i < 6; i++) {
    hall_pass(hall, 128);
    hall_quiet(hall);
  }
  hall_pass(hall, 400);
  hall_answer(hall, 11, 12, 12);
  assert_string_equal(follower_take(&follower), "11 12");
  follower_leave(&follower);
}

static void reads_only_one_gap_at_a_time(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 13, 2);
  hall_pass(hall, 128);
  hall_post(hall, "kz", 15, 2);
  hall_pass(hall, 128);
  assert_int_equal(hall->job_count, 1);
  hall_answer(hall, 11, 12, 12);
  hall_pass(hall, 128);
  hall_answer(hall, 14, 14, 14);
  assert_string_equal(follower_take(&follower), "11 12 13 14 15");
  follower_leave(&follower);
}

static void answers_the_author_before_a_gap_shows_the_entry(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall->writer = 2; /* whose entry 11 is committed, but not answered */
  hall_post(hall, "kz", 12, 3);
  hall_pass(hall, 128);
  hall_answer(hall, 11, 11, 11);
  assert_string_equal(follower_take(&follower), "");
  hall->writer = 0;
  hall_post(hall, "kz", 11, 2); /* with the answer */
  assert_string_equal(follower_take(&follower), "11 12");
  hall_pass(hall, 1200);
  hall_quiet(hall);
  follower_leave(&follower);
}

static void waits_for_an_author_who_never_stops_writing_only_so_long(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall->writer = 2;
  rooms_head(hall->rooms, slice_of("kz"), 11, hall->now_ms);
  int reads = 0;
  for (; follower.subscription.cursor < 11 && reads < 100; reads++) {
    hall_pass(hall, 128);
    hall_answer(hall, 11, 11, 11);
    follower_take(&follower);
  }
  assert_in_range(reads, 2, 20);
  follower_leave(&follower);
}

static void keeps_no_removed_text(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 11, 2);
  hall_remove(hall, "kz", 12, 11);
  struct room *room = follower.subscription.room;
  assert_null(ring_get(&room->ring, 11).data);
  assert_non_null(ring_get(&room->ring, 12).data);
  assert_int_equal(hall->rooms->ring_bytes, room->ring.bytes);
  assert_string_equal(follower_take(&follower), ""); /* 11 is read from the store */
  hall_answer(hall, 1, 12, 12);
  assert_string_equal(follower_take(&follower), "11 12");
  follower_leave(&follower);
}

static void drops_a_log_that_everybody_has_after_a_minute(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 11, 2);
  hall_pass(hall, 70000);
  assert_int_equal(follower.subscription.room->ring.count, 1); /* somebody has it not yet */
  assert_string_equal(follower_take(&follower), "11");
  hall_pass(hall, 10000);
  assert_int_equal(follower.subscription.room->ring.count, 0);
  assert_int_equal(hall->rooms->ring_bytes, 0);
  hall_post(hall, "kz", 12, 2);
  assert_string_equal(follower_take(&follower), "12");
  follower_leave(&follower);
}

static void forgets_all_with_another_history(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 11, 2);
  hall_post(hall, "kz", 13, 2);
  hall_pass(hall, 128);
  rooms_forget(hall->rooms);
  hall_answer(hall, 12, 12, 12); /* of the old history: not taken */
  assert_int_equal(room_head(follower.subscription.room), -1);
  struct follower other;
  follower_enter(&other, hall, "kz", 8, 3);
  assert_int_equal(room_head(other.subscription.room), 3);
  hall_post(hall, "kz", 4, 2);
  assert_string_equal(follower_take(&other), "4");
  follower_leave(&other);
  follower_leave(&follower);
}

static void takes_what_comes_before_anybody_joined(void **state) {
  struct hall *hall = *state;
  struct room *room = rooms_hold(hall->rooms, slice_of("kz"));
  assert_int_equal(room_head(room), -1);
  hall_post(hall, "kz", 42, 2); /* while the join is being read as of 41 */
  assert_int_equal(room_head(room), 42);
  follower_enter(&follower, hall, "kz", 9, 41);
  assert_string_equal(follower_take(&follower), "42 p1");
  rooms_release(hall->rooms, room);
  follower_leave(&follower);
}

static void learns_of_entries_by_the_cursor_of_a_join(void **state) {
  struct hall *hall = *state;
  enter(hall);
  struct follower other;
  follower_enter(&other, hall, "kz", 8, 12); /* as the store stood: 11 and 12 are on their way or lost */
  hall_pass(hall, 128);
  hall_answer(hall, 11, 12, 12);
  assert_string_equal(follower_take(&follower), "11 12");
  follower_take(&other);
  assert_int_equal(other.subscription.cursor, 12);
  follower_leave(&other);
  follower_leave(&follower);
}

static void ignores_rooms_that_nobody_follows(void **state) {
  struct hall *hall = *state;
  hall_post(hall, "fintech", 1, 2);
  rooms_head(hall->rooms, slice_of("fintech"), 9, hall->now_ms);
  assert_int_equal(rooms_count(hall->rooms), 0);
}

static void loses_a_read_of_a_room_that_is_gone(void **state) {
  struct hall *hall = *state;
  enter(hall);
  rooms_head(hall->rooms, slice_of("kz"), 11, hall->now_ms);
  hall_pass(hall, 128);
  follower_leave(&follower);
  hall_answer(hall, 11, 11, 11);
  assert_int_equal(rooms_count(hall->rooms), 0);
}

static void keeps_early_entries_by_number_up_to_a_limit(void **state) {
  struct hall *hall = *state;
  enter(hall);
  struct room *room = follower.subscription.room;
  for (int64_t seq = 200; seq >= 12; seq--) hall_post(hall, "kz", seq, 2);
  hall_post(hall, "kz", 12, 2);
  assert_int_equal(room->early_count, EARLY_LIMIT);
  int64_t expected = 12;
  for (struct early *early = room->early; early; early = early->next) assert_int_equal(early->note.seq, expected++);
  hall_post(hall, "kz", 11, 2); /* those that were dropped are read */
  assert_int_equal(room_head(room), 11 + EARLY_LIMIT);
  hall_pass(hall, 128);
  hall_answer(hall, 12 + EARLY_LIMIT, 200, 200);
  assert_int_equal(room_head(room), 200);
  follower_leave(&follower);
}

/* ---- a removal that is not here yet, or not in its turn ---- */

static void a_removal_that_comes_early_takes_the_text_out_of_memory_at_once(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 11, 2);
  hall_post(hall, "kz", 12, 2);
  hall_remove(hall, "kz", 14, 11); /* 13 is missing */
  assert_int_equal(follower.subscription.room->ring.count, 0);
  assert_string_equal(follower_take(&follower), "");
  hall_answer(hall, 1, 12, 12); /* 11 and 12 are read again, without the text */
  assert_string_equal(follower_take(&follower), "11 12");
  hall_post(hall, "kz", 13, 2);
  assert_string_equal(follower_take(&follower), "");
  hall_answer(hall, 1, 14, 14);
  assert_string_equal(follower_take(&follower), "13 14");
  follower_leave(&follower);
}

static void a_removal_that_comes_early_takes_out_what_waits_for_its_turn(void **state) {
  struct hall *hall = *state;
  enter(hall);
  struct room *room = follower.subscription.room;
  hall_post(hall, "kz", 12, 2);
  struct entry edit = hall_entry("kz", 13, 2);
  edit.type = ENTRY_EDIT;
  edit.target = 12;
  rooms_append(hall->rooms, &edit, true);
  hall_post(hall, "kz", 14, 2);
  hall_remove(hall, "kz", 16, 12);
  assert_int_equal(room->early_count, 2); /* 14 and the removal */
  hall_post(hall, "kz", 12, 2);           /* doubled or late: it does not come back */
  rooms_append(hall->rooms, &edit, true);
  assert_int_equal(room->early_count, 2);
  hall_pass(hall, 128);
  hall_answer(hall, 11, 13, 13);
  assert_string_equal(follower_take(&follower), "11 12 13 14");
  hall_post(hall, "kz", 15, 2);
  hall_pass(hall, 128);
  assert_int_equal(room_head(room), 16);
  while (hall->job_count > 0) hall_finish(hall, STORE_UNAVAILABLE);
  follower_leave(&follower);
}

static void a_read_that_began_before_an_early_removal_is_not_taken(void **state) {
  struct hall *hall = *state;
  enter(hall);
  rooms_head(hall->rooms, slice_of("kz"), 12, hall->now_ms);
  hall_pass(hall, 128);
  hall_remove(hall, "kz", 14, 11); /* 11 is in the read under way, with its text */
  hall_answer(hall, 11, 12, 12);
  assert_int_equal(room_head(follower.subscription.room), 10);
  hall_pass(hall, 128);
  hall_answer(hall, 11, 13, 13);
  assert_int_equal(room_head(follower.subscription.room), 14);
  while (hall->job_count > 0) hall_finish(hall, STORE_UNAVAILABLE);
  follower_take(&follower);
  while (hall->job_count > 0) hall_finish(hall, STORE_UNAVAILABLE);
  follower_leave(&follower);
}

/* What the store spoke of and is not here may be a removal. */
static void what_is_in_memory_is_held_back_two_seconds_after_the_store_last_confirmed_it(void **state) {
  struct hall *hall = *state;
  struct follower twin;
  bool more;
  enter(hall);
  follower_enter(&twin, hall, "kz", 9, 10);
  hall_pass(hall, 5000);
  hall_post(hall, "kz", 11, 2);
  rooms_head(hall->rooms, slice_of("kz"), 11, hall->now_ms);
  hall_pass(hall, 500);
  rooms_head(hall->rooms, slice_of("kz"), 12, hall->now_ms); /* the removal of 11, says nobody */
  hall_pass(hall, 1400);
  assert_non_null(room_take_frame(hall->rooms, &twin.subscription, 0, &more).data);
  hall_pass(hall, 200);
  for (int i = 0; i < 4; i++) { /* however often the store says so */
    rooms_head(hall->rooms, slice_of("kz"), 12, hall->now_ms);
    assert_null(room_take_frame(hall->rooms, &follower.subscription, 0, &more).data); /* not the twin's either */
    assert_string_equal(follower_take(&follower), "");
    hall_pass(hall, 500);
  }
  int wants = follower.wants;
  hall_remove(hall, "kz", 12, 11);
  rooms_fan_out(hall->rooms);
  assert_true(follower.wants > wants); /* and goes on by itself */
  while (hall->job_count > 0) hall_finish(hall, STORE_UNAVAILABLE);
  follower_leave(&twin);
  follower_leave(&follower);
}

static void a_gap_that_closes_confirms_as_of_when_the_store_was_asked(void **state) {
  struct hall *hall = *state;
  enter(hall);
  rooms_head(hall->rooms, slice_of("kz"), 11, hall->now_ms);
  for (int64_t head = 11; head < 31; head++) { /* ten seconds long each pulse finds something new */
    hall_pass(hall, 500);
    hall_answer(hall, head, head, head);
    rooms_head(hall->rooms, slice_of("kz"), head + 1, hall->now_ms);
    follower_take(&follower);
    assert_int_equal(follower.subscription.cursor, head);
  }
  follower_leave(&follower);
}

static void where_the_store_is_not_asked_again_and_again_nothing_is_held_back(void **state) {
  struct hall *hall = *state;
  enter(hall);
  hall_post(hall, "kz", 11, 2);
  hall_post(hall, "kz", 13, 2);
  hall_pass(hall, 5000);
  assert_string_equal(follower_take(&follower), "11");
  while (hall->job_count > 0) hall_finish(hall, STORE_UNAVAILABLE);
  follower_leave(&follower);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(gives_each_entry_once_and_in_order),
      HALL_TEST(keeps_what_comes_early_until_its_turn),
      HALL_TEST(reads_a_gap_from_the_store),
      HALL_TEST(reads_on_when_the_store_gave_less_than_asked),
      HALL_TEST(asks_again_when_the_store_could_not),
      HALL_TEST(does_not_hammer_a_store_that_has_less_than_was_said),
      HALL_TEST(reads_only_one_gap_at_a_time),
      HALL_TEST(answers_the_author_before_a_gap_shows_the_entry),
      HALL_TEST(waits_for_an_author_who_never_stops_writing_only_so_long),
      HALL_TEST(keeps_no_removed_text),
      HALL_TEST(drops_a_log_that_everybody_has_after_a_minute),
      HALL_TEST(forgets_all_with_another_history),
      HALL_TEST(takes_what_comes_before_anybody_joined),
      HALL_TEST(learns_of_entries_by_the_cursor_of_a_join),
      HALL_TEST(ignores_rooms_that_nobody_follows),
      HALL_TEST(loses_a_read_of_a_room_that_is_gone),
      HALL_TEST(keeps_early_entries_by_number_up_to_a_limit),
      HALL_TEST(a_removal_that_comes_early_takes_the_text_out_of_memory_at_once),
      HALL_TEST(a_removal_that_comes_early_takes_out_what_waits_for_its_turn),
      HALL_TEST(a_read_that_began_before_an_early_removal_is_not_taken),
      HALL_TEST(what_is_in_memory_is_held_back_two_seconds_after_the_store_last_confirmed_it),
      HALL_TEST(a_gap_that_closes_confirms_as_of_when_the_store_was_asked),
      HALL_TEST(where_the_store_is_not_asked_again_and_again_nothing_is_held_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
