#include "village.h"

#include "inside.h"

/* Who is in a room, over three instances. */
static void members_of_all_instances_are_counted_and_listed(void **state) {
  struct village *village = *state;
  struct follower a, b, c;
  struct attendant found[4];
  bool more;
  village_enter(village, &a, 0, 30);
  village_enter(village, &b, 1, 10);
  village_enter(village, &c, 2, 20);
  village_pass(village, 500);
  assert_int_equal(village_online(&a), 3);
  assert_int_equal(village_online(&b), 3);
  assert_int_equal(village_online(&c), 3);
  assert_int_equal(room_attendants(a.subscription.room, 0, 2, found, &more), 2);
  assert_true(more);
  assert_int_equal(found[0].member, 10);
  assert_int_equal(found[1].member, 20);
  assert_true(slice_is(found[1].name, "Айгуль"));
  assert_true(slice_is(found[1].country, "kz"));
  assert_true(slice_is(found[1].company, "Шёлковый путь"));
  assert_int_equal(room_attendants(a.subscription.room, 20, 2, found, &more), 1);
  assert_true(room_attends(a.subscription.room, 10));
  village_pass(village, 1000);
  assert_non_null(strstr(follower_take(&a), "p3"));
  follower_leave(&b);
  village_pass(village, 1200);
  assert_int_equal(village_online(&a), 2);
  follower_leave(&a);
  follower_leave(&c);
}

static void a_member_who_is_renamed_on_one_instance_is_so_on_the_others(void **state) {
  struct village *village = *state;
  struct follower a, b, c;
  struct attendant found[4];
  bool more;
  village_enter(village, &a, 0, 30);
  village_enter(village, &b, 1, 10);
  village_enter(village, &c, 0, 20);
  village_pass(village, 1500);
  rooms_member_renamed(village->halls[0]->rooms, 20, SLICE_LITERAL("王爱古"), SLICE_LITERAL("cn"), SLICE_LITERAL(""));
  village_pass(village, 1500);
  assert_int_equal(room_attendants(b.subscription.room, 0, 4, found, &more), 3);
  assert_true(slice_is(found[0].name, "Айгуль"));
  assert_true(slice_is(found[1].name, "王爱古"));
  assert_true(slice_is(found[1].country, "cn"));
  assert_true(slice_is(found[2].name, "Айгуль"));
  follower_leave(&c);
  village_pass(village, 1200);
  assert_int_equal(village_online(&b), 2);
  follower_leave(&a);
  follower_leave(&b);
}

static void a_member_on_two_instances_counts_once(void **state) {
  struct village *village = *state;
  struct follower desk, phone, other;
  village_enter(village, &desk, 0, 7);
  village_enter(village, &phone, 1, 7);
  village_enter(village, &other, 2, 8);
  village_pass(village, 500);
  assert_int_equal(village_online(&desk), 2);
  assert_int_equal(village_online(&phone), 2);
  assert_int_equal(village_online(&other), 2);
  follower_leave(&phone);
  village_pass(village, 1200);
  assert_int_equal(village_online(&desk), 2);
  assert_int_equal(village_online(&other), 2);
  follower_leave(&desk);
  village_pass(village, 1200);
  assert_int_equal(village_online(&other), 1);
  follower_leave(&other);
}

static void whoever_joins_first_soon_knows_who_is_elsewhere(void **state) {
  struct village *village = *state;
  struct follower a, b, c;
  village_enter(village, &a, 0, 1);
  village_enter(village, &b, 1, 2);
  village_pass(village, 5000);
  village_enter(village, &c, 2, 3);
  village_pass(village, 450);
  assert_int_equal(village_online(&c), 3);
  follower_leave(&a);
  follower_leave(&b);
  follower_leave(&c);
}

static void many(struct village *village, struct follower *followers, int count, int hall, int64_t first) {
  for (int i = 0; i < count; i++) village_enter(village, &followers[i], hall, first + i);
}

static void all_leave(struct follower *followers, int count) {
  for (int i = 0; i < count; i++) follower_leave(&followers[i]);
}

static void one_who_comes_to_many_is_told_alone(void **state) {
  struct village *village = *state;
  struct follower others[20], reader, one;
  many(village, others, 20, 0, 100);
  village_enter(village, &reader, 1, 1);
  village_pass(village, 3000);
  assert_int_equal(village_online(&reader), 21);
  village_enter(village, &one, 0, 50);
  hall_pass(village->halls[0], 128);
  assert_int_equal(village_kinds(village->halls[0], "D1"), 1);
  assert_int_equal(village_kinds(village->halls[0], "P1"), 0);
  village_talk(village);
  assert_int_equal(village_online(&reader), 22);
  follower_leave(&one);
  follower_leave(&others[3]);
  village_pass(village, 1200);
  assert_int_equal(village_online(&reader), 20);
  follower_leave(&others[4]);
  village_enter(village, &one, 0, 103);
  village_pass(village, 1200);
  assert_int_equal(village_online(&reader), 20);
  assert_true(room_attends(reader.subscription.room, 103));
  follower_leave(&one);
  all_leave(others, 3);
  all_leave(others + 5, 15);
  follower_leave(&reader);
}

static void what_was_missed_is_asked_for(void **state) {
  struct village *village = *state;
  struct follower others[20], reader, one;
  many(village, others, 20, 0, 100);
  village_enter(village, &reader, 1, 1);
  village_pass(village, 3000);
  village->deaf[1] = true;
  village_enter(village, &one, 0, 50);
  village_pass(village, 1200);
  assert_int_equal(village_online(&reader), 21);
  village->deaf[1] = false;
  village_pass(village, 3500); /* an announcement, a question, an answer */
  assert_int_equal(village_online(&reader), 22);
  follower_leave(&one);
  all_leave(others, 20);
  follower_leave(&reader);
}

static void a_last_one_whose_leaving_was_missed_is_forgotten(void **state) {
  struct village *village = *state;
  struct follower one, reader;
  village_enter(village, &one, 0, 50);
  village_enter(village, &reader, 1, 1);
  village_pass(village, 3000);
  assert_int_equal(village_online(&reader), 2);
  village->deaf[0] = true;
  follower_leave(&one);
  village_pass(village, 100);
  village->deaf[0] = false;
  village_pass(village, 9000);
  assert_int_equal(village_online(&reader), 1);
  follower_leave(&reader);
}

static void an_instance_that_was_killed_is_forgotten_within_ten_seconds(void **state) {
  struct village *village = *state;
  struct follower others[3], reader;
  many(village, others, 3, 0, 100);
  village_enter(village, &reader, 1, 1);
  village_pass(village, 20000);
  assert_int_equal(village_online(&reader), 4);
  follower_take(&reader);
  village->deaf[0] = true;
  village_pass(village, 6000);
  assert_int_equal(village_online(&reader), 4); /* one that is late is not gone */
  village_pass(village, 3700);
  assert_string_equal(follower_take(&reader), "p1");
  village->deaf[0] = false;
  village_pass(village, 5000);
  assert_int_equal(village_online(&reader), 4);
  all_leave(others, 3);
  follower_leave(&reader);
}

static void an_instance_that_goes_is_forgotten_at_once(void **state) {
  struct village *village = *state;
  struct follower others[3], reader, twin;
  many(village, others, 3, 0, 100);
  village_enter(village, &reader, 1, 1);
  village_enter(village, &twin, 1, 101);
  village_pass(village, 3000);
  assert_int_equal(village_online(&reader), 4);
  rooms_instance_gone(village->halls[1]->rooms, SLICE_LITERAL("hall-x"));
  assert_int_equal(village_online(&reader), 4);
  rooms_instance_gone(village->halls[1]->rooms, slice_of(village->halls[0]->name));
  assert_int_equal(village_online(&reader), 2);
  all_leave(others, 3);
  follower_leave(&reader);
  follower_leave(&twin);
}

static void a_process_that_was_stopped_forgets_nobody(void **state) {
  struct village *village = *state;
  struct follower one, reader;
  village_enter(village, &one, 0, 50);
  village_enter(village, &reader, 1, 1);
  village_pass(village, 3000);
  hall_pass(village->halls[1], 60000);
  assert_int_equal(village_online(&reader), 2);
  village_pass(village, 12000);
  assert_int_equal(village_online(&reader), 2);
  follower_leave(&one);
  follower_leave(&reader);
}

static void one_heard_after_the_process_was_stopped_is_forgotten_as_soon_as_others(void **state) {
  struct village *village = *state;
  struct hall *hall = village->halls[1];
  struct follower reader;
  village_enter(village, &reader, 1, 1);
  village_pass(village, 3000);
  hall->now_ms += 60000;
  village_hear(hall, "P1", "kz", "d 5 0 9223372036854775807\n20 1 0 0 x");
  hall_pass(hall, 64);
  assert_int_equal(village_online(&reader), 2);
  village_pass(village, 9000);
  assert_int_equal(village_online(&reader), 1);
  follower_leave(&reader);
}

static void a_room_of_many_is_told_in_pieces(void **state) {
  struct village *village = *state;
  static struct follower others[700];
  struct follower reader, late;
  village_enter(village, &reader, 1, 1);
  village_pass(village, 1200);
  many(village, others, 700, 0, 100);
  hall_pass(village->halls[0], 128);
  assert_int_equal(village_kinds(village->halls[0], "P1"), 3);
  village_talk(village);
  assert_int_equal(village_online(&reader), 701);
  /* One whose pieces come in another order asks until they come in theirs. */
  village->backwards = true;
  village_enter(village, &late, 2, 2);
  village_pass(village, 1500);
  village->backwards = false;
  village_pass(village, 6000);
  assert_int_equal(village_online(&late), 702);
  for (int i = 100; i < 600; i++) follower_leave(&others[i]);
  village_pass(village, 1300);
  assert_int_equal(village_online(&late), 202);
  assert_int_equal(village_online(&reader), 202);
  all_leave(others, 100);
  all_leave(others + 600, 100);
  follower_leave(&reader);
  follower_leave(&late);
}

/* All who are there, after whatever was lost, takes the place of what was known. */
static void those_who_went_unheard_are_gone_with_the_whole(void **state) {
  struct village *village = *state;
  static struct follower others[600];
  struct follower reader;
  village_enter(village, &reader, 1, 1);
  many(village, others, 600, 0, 100);
  village_pass(village, 3000);
  village->deaf[1] = true;
  for (int i = 0; i < 600; i += 3) follower_leave(&others[i]);
  village_pass(village, 1300);
  assert_int_equal(village_online(&reader), 601);
  village->deaf[1] = false;
  village_pass(village, 4000);
  assert_int_equal(village_online(&reader), 401);
  assert_false(room_attends(reader.subscription.room, 100 + 300));
  assert_true(room_attends(reader.subscription.room, 100 + 301));
  for (int i = 0; i < 600; i++)
    if (i % 3 != 0) follower_leave(&others[i]);
  follower_leave(&reader);
}

static void lost_doubled_and_disordered_messages_do_no_lasting_harm(void **state) {
  struct village *village = *state;
  static struct follower others[HALLS][40];
  for (int round = 0; round < 6; round++) {
    village->lose = 2 + round % 3;
    village->twice = round % 2 == 0;
    village->backwards = round % 3 == 0;
    for (int h = 0; h < HALLS; h++) many(village, others[h], 40 - 10 * h, h, 100 + 15 * h);
    village_pass(village, 1500);
    for (int h = 0; h < HALLS; h++)
      for (int i = 0; i < 40 - 10 * h; i += 3) follower_leave(&others[h][i]);
    village_pass(village, 1500);
    village->lose = 0;
    village_pass(village, 7000);
    int64_t expected = 0;
    for (int64_t member = 100; member < 200; member++) {
      bool there = false;
      for (int h = 0; h < HALLS; h++) {
        int64_t i = member - 100 - 15 * h;
        there |= i >= 0 && i < 40 - 10 * h && i % 3 != 0;
      }
      expected += there;
    }
    for (int h = 0; h < HALLS; h++) assert_int_equal(village_online(&others[h][1]), expected);
    for (int h = 0; h < HALLS; h++)
      for (int i = 0; i < 40 - 10 * h; i++)
        if (i % 3 != 0) follower_leave(&others[h][i]);
    village->twice = village->backwards = false;
    village_pass(village, 500);
  }
}

static void ten_thousand_who_come_cost_a_few_messages_a_second(void **state) {
  struct village *village = *state;
  static struct follower others[10000];
  struct follower reader;
  village_enter(village, &reader, 1, 1);
  for (int second = 0; second < 10; second++) {
    many(village, others + second * 1000, 1000, 0, 100 + second * 1000);
    village->count = 0;
    village_pass(village, 1024);
    assert_in_range(village->count, 1, 12); /* a thousand faces are four messages */
  }
  village_pass(village, 1200);
  assert_int_equal(village_online(&reader), 10001);
  village->count = 0;
  village_pass(village, 10000);
  assert_in_range(village->count, 1, 12); /* announcements alone */
  all_leave(others, 10000);
  follower_leave(&reader);
}

static void one_who_comes_and_goes_quickly_is_told_once_a_second(void **state) {
  struct village *village = *state;
  struct follower others[10], one, reader;
  many(village, others, 10, 0, 100);
  village_enter(village, &reader, 1, 1);
  village_pass(village, 5000);
  village->count = 0;
  for (int i = 0; i < 30; i++) {
    village_enter(village, &one, 0, 50);
    village_pass(village, 64);
    follower_leave(&one);
    village_pass(village, 64);
  }
  assert_in_range(village->count, 3, 10);
  village_pass(village, 1200);
  assert_int_equal(village_online(&reader), 11);
  all_leave(others, 10);
  follower_leave(&reader);
}

static void the_number_of_instances_has_a_limit(void **state) {
  struct village *village = *state;
  struct follower reader;
  char rest[64];
  village_enter(village, &reader, 1, 1);
  for (int i = 0; i < NEIGHBOURS + 3; i++) {
    snprintf(rest, sizeof rest, "other-%d 5 0 9223372036854775807\n%d 1 0 0 x", i, 100 + i);
    village_hear(village->halls[1], "P1", "kz", rest);
  }
  assert_int_equal(village_online(&reader), 1 + NEIGHBOURS);
  assert_int_equal(village->halls[1]->metrics.hints_dropped, 3);
  village->halls[1]->metrics.hints_dropped = 0;
  village_pass(village, 9000);
  assert_int_equal(village_online(&reader), 1);
  village_hear(village->halls[1], "P1", "kz", "other-99 5 0 9223372036854775807\n50 1 0 0 x");
  assert_int_equal(village_online(&reader), 2);
  follower_leave(&reader);
}

static void nobody_is_told_where_nobody_can_hear(void **state) {
  struct village *village = *state;
  struct follower one;
  for (int i = 0; i < HALLS; i++) village->halls[i]->alone = true;
  village_enter(village, &one, 0, 50);
  village_pass(village, 10000);
  assert_int_equal(village->count, 0);
  for (int i = 0; i < HALLS; i++) village->halls[i]->alone = false; /* and who comes later learns of it */
  struct follower reader;
  village_enter(village, &reader, 1, 1);
  village_pass(village, 4000);
  assert_int_equal(village_online(&reader), 2);
  assert_int_equal(village_online(&one), 2);
  follower_leave(&one);
  follower_leave(&reader);
}

static void after_messages_may_have_been_missed_all_is_announced_soon(void **state) {
  struct village *village = *state;
  struct follower one;
  village_enter(village, &one, 0, 50);
  village_pass(village, 2700);
  village->count = 0;
  village_pass(village, 1000);
  assert_int_equal(village->count, 0);
  rooms_missed(village->halls[0]->rooms);
  village_pass(village, 400);
  assert_int_equal(village->count, 2); /* and those who are connected elsewhere are asked for */
  rooms_missed(village->halls[0]->rooms);
  village_pass(village, 400);
  assert_int_equal(village->count, 3);
  follower_leave(&one);
}

static void a_room_on_a_list_is_asked_for_before_anybody_joins(void **state) {
  struct village *village = *state;
  struct hall *hall = village->halls[1];
  struct follower one, first;
  struct watcher kz = {0}, direct = {0};
  village_enter(village, &one, 0, 50);
  follower_enter(&first, village->halls[0], "dm.x", 50, 0);
  village_pass(village, 5000);
  assert_true(hall_watch(hall, &kz, "kz", 1, 0, 0, 0, 0));
  assert_true(hall_watch(hall, &direct, "dm.x", 1, 0, 0, 0, 0)); /* there are too many of them */
  hall_pass(hall, 64);
  assert_int_equal(village_kinds(hall, "Q1"), 1);
  village_talk(village);
  village_pass(village, 256);
  assert_int_equal(room_online(kz.room), 1);
  hall_unwatch(hall, &kz);
  hall_unwatch(hall, &direct);
  follower_leave(&one);
  follower_leave(&first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      VILLAGE_TEST(members_of_all_instances_are_counted_and_listed),
      VILLAGE_TEST(a_member_who_is_renamed_on_one_instance_is_so_on_the_others),
      VILLAGE_TEST(a_member_on_two_instances_counts_once),
      VILLAGE_TEST(whoever_joins_first_soon_knows_who_is_elsewhere),
      VILLAGE_TEST(one_who_comes_to_many_is_told_alone),
      VILLAGE_TEST(what_was_missed_is_asked_for),
      VILLAGE_TEST(a_last_one_whose_leaving_was_missed_is_forgotten),
      VILLAGE_TEST(an_instance_that_was_killed_is_forgotten_within_ten_seconds),
      VILLAGE_TEST(an_instance_that_goes_is_forgotten_at_once),
      VILLAGE_TEST(a_process_that_was_stopped_forgets_nobody),
      VILLAGE_TEST(one_heard_after_the_process_was_stopped_is_forgotten_as_soon_as_others),
      VILLAGE_TEST(a_room_of_many_is_told_in_pieces),
      VILLAGE_TEST(those_who_went_unheard_are_gone_with_the_whole),
      VILLAGE_TEST(lost_doubled_and_disordered_messages_do_no_lasting_harm),
      VILLAGE_TEST(ten_thousand_who_come_cost_a_few_messages_a_second),
      VILLAGE_TEST(one_who_comes_and_goes_quickly_is_told_once_a_second),
      VILLAGE_TEST(the_number_of_instances_has_a_limit),
      VILLAGE_TEST(nobody_is_told_where_nobody_can_hear),
      VILLAGE_TEST(after_messages_may_have_been_missed_all_is_announced_soon),
      VILLAGE_TEST(a_room_on_a_list_is_asked_for_before_anybody_joins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
