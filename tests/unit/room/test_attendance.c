#include "hall.h"
#include "inside.h"

static void counts_members_not_connections(void **state) {
  struct hall *hall = *state;
  struct follower phone, desk, other;
  follower_enter(&phone, hall, "kz", 7, 0);
  follower_enter(&desk, hall, "kz", 7, 0);
  follower_enter(&other, hall, "kz", 8, 0);
  const struct room *room = other.subscription.room;
  assert_int_equal(room_online(room), 2);
  follower_leave(&phone);
  assert_int_equal(room_online(room), 2);
  follower_leave(&desk);
  assert_int_equal(room_online(room), 1);
  follower_leave(&other);
}

static void tells_the_count_at_most_once_a_second(void **state) {
  struct hall *hall = *state;
  struct follower first, others[5];
  follower_enter(&first, hall, "kz", 1, 0);
  assert_string_equal(follower_take(&first), "p1");
  for (int i = 0; i < 5; i++) {
    follower_enter(&others[i], hall, "kz", 2 + i, 0);
    assert_string_equal(follower_take(&first), "");
    hall_pass(hall, 100);
  }
  int before = first.wants;
  hall_pass(hall, 640);
  assert_string_equal(follower_take(&first), "p6");
  assert_true(first.wants > before);
  hall_pass(hall, 5000);
  assert_string_equal(follower_take(&first), "");
  for (int i = 0; i < 5; i++) follower_leave(&others[i]);
  assert_string_equal(follower_take(&first), "p1");
  follower_leave(&first);
}

static void tells_whoever_came_late_how_many_there_are(void **state) {
  struct hall *hall = *state;
  struct follower first, second;
  follower_enter(&first, hall, "kz", 1, 0);
  follower_take(&first);
  hall_pass(hall, 2000);
  follower_enter(&second, hall, "kz", 2, 0);
  assert_string_equal(follower_take(&second), "p2");
  assert_string_equal(follower_take(&first), "p2");
  follower_leave(&second);
  follower_leave(&first);
}

static void does_not_tell_when_a_member_opens_another_window(void **state) {
  struct hall *hall = *state;
  struct follower first, second;
  follower_enter(&first, hall, "kz", 1, 0);
  follower_take(&first);
  hall_pass(hall, 2000);
  follower_enter(&second, hall, "kz", 1, 0);
  assert_string_equal(follower_take(&first), "");
  follower_leave(&second);
  assert_string_equal(follower_take(&first), "");
  follower_leave(&first);
}

static void lists_members_by_key_in_pages(void **state) {
  struct hall *hall = *state;
  static const int64_t keys[] = {40, 10, 30, 20, 50};
  struct follower followers[5];
  struct attendant found[3];
  bool more;
  for (int i = 0; i < 5; i++) follower_enter(&followers[i], hall, "kz", keys[i], 0);
  const struct room *room = followers[0].subscription.room;
  assert_int_equal(room_attendants(room, 0, 3, found, &more), 3);
  assert_true(more);
  assert_int_equal(found[0].member, 10);
  assert_int_equal(found[1].member, 20);
  assert_int_equal(found[2].member, 30);
  assert_true(slice_is(found[0].name, "Айгуль"));
  assert_true(slice_is(found[0].country, "kz"));
  assert_true(slice_is(found[0].company, "Шёлковый путь"));
  assert_int_equal(room_attendants(room, 30, 3, found, &more), 2);
  assert_false(more);
  assert_int_equal(found[1].member, 50);
  assert_int_equal(room_attendants(room, 50, 3, found, &more), 0);
  assert_int_equal(room_attendants(room, 0, 0, found, &more), 0);
  assert_true(more);
  for (int i = 0; i < 5; i++) follower_leave(&followers[i]);
}

static void a_member_who_is_renamed_is_listed_so_where_they_are(void **state) {
  struct hall *hall = *state;
  struct follower phone, desk, other;
  struct attendant found[2];
  bool more;
  follower_enter(&phone, hall, "kz", 7, 0);
  follower_enter(&desk, hall, "kz", 7, 0);
  follower_enter(&other, hall, "cn", 8, 0);
  hall_pass(hall, 2000);
  follower_take(&phone);
  rooms_member_renamed(hall->rooms, 7, SLICE_LITERAL("王爱古"), SLICE_LITERAL("cn"), SLICE_LITERAL(""));
  rooms_member_renamed(hall->rooms, 9, SLICE_LITERAL("Никого"), SLICE_LITERAL("ru"), SLICE_LITERAL(""));
  const struct room *room = phone.subscription.room;
  assert_int_equal(room_attendants(room, 0, 2, found, &more), 1);
  assert_true(slice_is(found[0].name, "王爱古"));
  assert_true(slice_is(found[0].country, "cn"));
  assert_int_equal(found[0].company.size, 0);
  assert_int_equal(room_subscriptions(room, 7), 2);
  assert_int_equal(room_attendants(other.subscription.room, 0, 2, found, &more), 1);
  assert_true(slice_is(found[0].name, "Айгуль"));
  hall_pass(hall, 2000);
  assert_string_equal(follower_take(&phone), ""); /* as many as before */
  follower_leave(&desk);
  assert_int_equal(room_online(room), 1);
  follower_leave(&phone);
  follower_leave(&other);
}

static void an_unknown_member_leaves_without_harm(void **state) {
  struct hall *hall = *state;
  struct follower first;
  follower_enter(&first, hall, "kz", 1, 0);
  attendance_leave(first.subscription.room, 99);
  assert_int_equal(room_online(first.subscription.room), 1);
  follower_leave(&first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(counts_members_not_connections),
      HALL_TEST(tells_the_count_at_most_once_a_second),
      HALL_TEST(tells_whoever_came_late_how_many_there_are),
      HALL_TEST(does_not_tell_when_a_member_opens_another_window),
      HALL_TEST(lists_members_by_key_in_pages),
      HALL_TEST(a_member_who_is_renamed_is_listed_so_where_they_are),
      HALL_TEST(an_unknown_member_leaves_without_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
