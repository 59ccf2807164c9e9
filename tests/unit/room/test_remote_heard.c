#include "village.h"

#include "inside.h"

/* What one instance makes of a single message about who is in a room elsewhere. */
static void what_makes_no_sense_is_dropped(void **state) {
  struct village *village = *state;
  struct follower reader;
  static const char *const senseless[][2] = {
      {"P1", "d 5 0\n"},
      {"P1", "d 5 0 100\n20 1 0 0 x10 1 0 0 x"}, /* they rise */
      {"P1", "d 6 0 100\n101 1 0 0 x"},
      {"P1", "d 7 0 100\n20 9 0 0 x"},
      {"P1", "d 8 0 100\n20 1 0 0"},
      {"D1", "d 5\n"},
      {"Q1", "d"},
      {"T1", "d 20 1 0 99999 x"},
  };
  village_enter(village, &reader, 1, 1);
  for (size_t i = 0; i < sizeof senseless / sizeof *senseless; i++) {
    village_hear(village->halls[1], senseless[i][0], "kz", senseless[i][1]);
    assert_int_equal(village->halls[1]->metrics.hints_dropped, i + 1);
  }
  village_hear(village->halls[1], "A1", ROOMS_TOPIC, "d kz five 1\n");
  assert_int_equal(village->halls[1]->metrics.hints_dropped, sizeof senseless / sizeof *senseless + 1);
  village->halls[1]->metrics.hints_dropped = 0;
  village_pass(village, 9000);
  assert_int_equal(village_online(&reader), 1);
  follower_leave(&reader);
}

static void what_is_garbled_or_forged_is_dropped(void **state) {
  struct village *village = *state;
  struct follower reader;
  static const char *const rests[][3] = {{"P1", "kz", "d 5 0 9223372036854775807\n20 1 0 0 x"},
                                         {"D1", "kz", "d 4 5\n-20 "},
                                         {"A1", ROOMS_TOPIC, "d kz 5 1\n"},
                                         {"Q1", "kz", "d * "}};
  struct hall *hall = village->halls[1];
  village_enter(village, &reader, 1, 1);
  for (size_t i = 0; i < sizeof rests / sizeof *rests; i++) {
    struct published message = village_said(hall, rests[i][0], rests[i][1], rests[i][2]);
    for (size_t at = 0; at < message.size; at++) {
      message.bytes[at] ^= 1;
      hall_hear(hall, &message);
      message.bytes[at] ^= 1;
    }
    assert_int_equal(hall->metrics.hints_dropped, message.size);
    hall->metrics.hints_dropped = 0;
    free(message.bytes);
  }
  assert_int_equal(village_online(&reader), 1);
  assert_int_equal(reader.subscription.room->hearing->remote_count, 0);
  follower_leave(&reader);
}

static bool asked(const struct village *village, const char *whom) {
  const struct hall *hall = village->halls[1];
  for (size_t i = 0; i < hall->published_count; i++)
    if (memcmp(hall->published[i].bytes, "Q1", 2) == 0 && strstr(hall->published[i].bytes, whom)) return true;
  return false;
}

static void what_is_older_than_what_is_known_changes_nothing(void **state) {
  struct village *village = *state;
  struct follower reader;
  struct hall *hall = village->halls[1];
  village_enter(village, &reader, 1, 1);
  village_hear(hall, "P1", "kz", "d 7 0 9223372036854775807\n20 1 0 0 x");
  village_hear(hall, "P1", "kz", "d 6 0 9223372036854775807\n20 1 0 0 x30 1 0 0 x");
  village_hear(hall, "P1", "kz", "d 7 0 9223372036854775807\n30 1 0 0 x"); /* never said, but it is known */
  village_hear(hall, "D1", "kz", "d 6 7\n+40 1 0 0 x");
  village_hear(hall, "A1", ROOMS_TOPIC, "d kz 6 9\nfintech 3 3\n");
  assert_int_equal(village_online(&reader), 2);
  hall_pass(hall, 2500);
  assert_false(asked(village, " d "));
  village_hear(hall, "D1", "kz", "d 7 8\n+40 1 0 0 x-20 ");
  assert_int_equal(village_online(&reader), 2);
  assert_true(room_attends(reader.subscription.room, 40));
  follower_leave(&reader);
}

static void what_does_not_follow_is_asked_for(void **state) {
  struct village *village = *state;
  struct hall *hall = village->halls[1];
  static const char *const gaps[][2] = {{"D1", "d 6 7\n+40 1 0 0 x"},                       /* 5 to 6 is missing */
                                        {"P1", "d 6 100 9223372036854775807\n120 1 0 0 x"}, /* up to 100, too */
                                        {"A1", "d kz 6 1\n"},
                                        {"A1", "d kz 5 2\n"}}; /* one more than was understood */
  for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
    struct follower reader;
    village_enter(village, &reader, 1, 1);
    village_hear(hall, "P1", "kz", "d 5 0 9223372036854775807\n20 1 0 0 x");
    hall_pass(hall, 200); /* the question of whoever comes */
    hall_pass(hall, 2300);
    assert_false(asked(village, " d "));
    village_hear(hall, gaps[i][0], gaps[i][0][0] == 'A' ? ROOMS_TOPIC : "kz", gaps[i][1]);
    assert_false(room_attends(reader.subscription.room, 40));
    assert_true(room_attends(reader.subscription.room, 20));
    hall_pass(hall, 400);
    assert_true(asked(village, " d "));
    hall_drop(hall);
    hall_pass(hall, 2500); /* and again */
    assert_true(asked(village, " d "));
    hall_drop(hall);
    village_hear(hall, "P1", "kz", "d 9 0 9223372036854775807\n50 1 0 0 x");
    assert_int_equal(village_online(&reader), 2);
    hall_pass(hall, 2500);
    assert_false(asked(village, " d "));
    follower_leave(&reader);
    hall_drop(hall);
  }
}

static void a_question_that_another_one_asked_is_not_asked_again(void **state) {
  struct village *village = *state;
  struct hall *hall = village->halls[1];
  struct follower reader;
  village_enter(village, &reader, 1, 1);
  hall_pass(hall, 2500);
  village_hear(hall, "A1", ROOMS_TOPIC, "d kz 6 1\n");
  village_hear(hall, "Q1", "kz", "e d ");
  hall_pass(hall, 1500);
  assert_false(asked(village, " d "));
  hall_pass(hall, 1000); /* but when nothing came of it */
  assert_true(asked(village, " d "));
  follower_leave(&reader);
}

static void a_question_for_another_one_silences_nobody(void **state) {
  struct village *village = *state;
  struct hall *hall = village->halls[1];
  struct follower reader;
  village_enter(village, &reader, 1, 1);
  hall_pass(hall, 64); /* everybody is asked */
  hall_pass(hall, 2500);
  village_hear(hall, "A1", ROOMS_TOPIC, "d kz 6 1\n");
  village_hear(hall, "Q1", "kz", "e gone ");
  hall_pass(hall, 128);
  assert_true(asked(village, " d "));
  follower_leave(&reader);
}

static void a_member_has_the_face_that_was_told_last(void **state) {
  struct village *village = *state;
  struct follower reader;
  struct attendant found[2];
  bool more;
  village_enter(village, &reader, 1, 1);
  village_hear(village->halls[1], "P1", "kz", "d 5 0 9223372036854775807\n20 8 2 0 Иванru");
  village_hear(village->halls[1], "P1", "kz", "d 6 0 9223372036854775807\n20 12 2 8 Мария  kzБанк");
  assert_int_equal(room_attendants(reader.subscription.room, 1, 2, found, &more), 1);
  assert_true(slice_is(found[0].name, "Мария  "));
  assert_true(slice_is(found[0].country, "kz"));
  village_hear(village->halls[1], "P1", "kz", "d 7 0 9223372036854775807\n1 1 0 0 x");
  assert_int_equal(room_attendants(reader.subscription.room, 0, 2, found, &more), 1);
  assert_true(slice_is(found[0].name, "Айгуль")); /* who is here shows what is known here */
  follower_leave(&reader);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      VILLAGE_TEST(what_makes_no_sense_is_dropped),
      VILLAGE_TEST(what_is_garbled_or_forged_is_dropped),
      VILLAGE_TEST(what_is_older_than_what_is_known_changes_nothing),
      VILLAGE_TEST(what_does_not_follow_is_asked_for),
      VILLAGE_TEST(a_question_that_another_one_asked_is_not_asked_again),
      VILLAGE_TEST(a_question_for_another_one_silences_nobody),
      VILLAGE_TEST(a_member_has_the_face_that_was_told_last),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
