#include "hall.h"
#include "inside.h"

#define HEADROOM 32

static json_t *read_frame(struct slice frame) {
  json_t *value = json_loadb(frame.data, frame.size, JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(value);
  return value;
}

static void a_frame_is_built_once_for_all_who_stand_there(void **state) {
  struct hall *hall = *state;
  struct follower one, two;
  bool more;
  follower_enter(&one, hall, "kz", 1, 0);
  follower_enter(&two, hall, "kz", 2, 0);
  hall_pass(hall, 2000);
  follower_take(&one);
  follower_take(&two);
  hall_post(hall, "kz", 1, 9);
  hall_post(hall, "kz", 2, 9);
  rooms_fan_out(hall->rooms);
  struct slice first = room_take_frame(hall->rooms, &one.subscription, HEADROOM, &more);
  assert_false(more);
  memset((char *)first.data - HEADROOM, 'x', HEADROOM); /* may be overwritten */
  struct slice second = room_take_frame(hall->rooms, &two.subscription, HEADROOM, &more);
  assert_ptr_equal(first.data, second.data);
  assert_int_equal(first.size, second.size);
  assert_int_equal(two.subscription.cursor, 2);
  assert_int_equal(hall->metrics.deliveries, 4);
  json_t *value = read_frame(second);
  assert_int_equal(json_array_size(value), 2);
  json_decref(value);
  assert_null(room_take_frame(hall->rooms, &two.subscription, HEADROOM, &more).data);
  follower_leave(&two);
  follower_leave(&one);
}

static void one_item_stands_without_brackets(void **state) {
  struct hall *hall = *state;
  struct follower one, two;
  bool more;
  follower_enter(&one, hall, "kz", 1, 0);
  follower_enter(&two, hall, "kz", 2, 0);
  follower_take(&one);
  follower_take(&two);
  hall_post(hall, "kz", 1, 9);
  rooms_fan_out(hall->rooms);
  for (int i = 0; i < 2; i++) {
    struct slice frame = room_take_frame(hall->rooms, i ? &two.subscription : &one.subscription, HEADROOM, &more);
    memset((char *)frame.data - HEADROOM, 'x', HEADROOM);
    json_t *value = read_frame(frame);
    assert_true(json_is_object(value));
    json_decref(value);
  }
  follower_leave(&two);
  follower_leave(&one);
}

static void who_stands_elsewhere_gets_a_frame_of_its_own(void **state) {
  struct hall *hall = *state;
  struct follower one, two;
  bool more;
  follower_enter(&one, hall, "kz", 1, 0);
  hall_post(hall, "kz", 1, 9);
  follower_enter(&two, hall, "kz", 2, 1);
  follower_take(&one);
  hall_post(hall, "kz", 2, 9);
  hall_post(hall, "kz", 3, 9);
  rooms_fan_out(hall->rooms);
  one.subscription.cursor = 2;
  struct slice frame = room_take_frame(hall->rooms, &one.subscription, HEADROOM, &more);
  json_t *value = read_frame(frame);
  assert_true(json_is_object(value));
  json_decref(value);
  value = read_frame(room_take_frame(hall->rooms, &two.subscription, HEADROOM, &more));
  assert_true(json_array_size(value) >= 2);
  json_decref(value);
  assert_int_equal(two.subscription.cursor, 3);
  follower_leave(&two);
  follower_leave(&one);
}

static void a_removal_ends_the_sharing(void **state) {
  struct hall *hall = *state;
  struct follower one, two;
  bool more;
  follower_enter(&one, hall, "kz", 1, 0);
  follower_enter(&two, hall, "kz", 2, 0);
  follower_take(&one);
  follower_take(&two);
  hall_post(hall, "kz", 1, 2);
  rooms_fan_out(hall->rooms);
  assert_non_null(room_take_frame(hall->rooms, &one.subscription, HEADROOM, &more).data);
  hall_remove(hall, "kz", 2, 1);
  rooms_fan_out(hall->rooms);
  struct slice frame = room_take_frame(hall->rooms, &two.subscription, HEADROOM, &more);
  assert_null(frame.data); /* must be read again */
  hall_answer(hall, 1, 2, 2);
  rooms_fan_out(hall->rooms);
  assert_non_null(room_take_frame(hall->rooms, &two.subscription, HEADROOM, &more).data);
  assert_int_equal(two.subscription.cursor, 2);
  follower_leave(&two);
  follower_leave(&one);
}

static void a_frame_ends_where_it_is_full(void **state) {
  struct hall *hall = *state;
  struct follower one, two;
  static char text[12001];
  bool more = true;
  int64_t count = 0;
  memset(text, 'a', sizeof text - 1);
  follower_enter(&one, hall, "kz", 1, 0);
  follower_enter(&two, hall, "kz", 2, 0);
  follower_take(&one);
  follower_take(&two);
  for (int64_t seq = 1; seq <= 12; seq++) {
    struct entry entry = hall_entry("kz", seq, 9);
    entry.text = slice_of(text);
    rooms_append(hall->rooms, &entry, true);
  }
  rooms_fan_out(hall->rooms);
  for (int i = 0; more; i++) {
    struct slice frame = room_take_frame(hall->rooms, &one.subscription, HEADROOM, &more);
    struct slice same = room_take_frame(hall->rooms, &two.subscription, HEADROOM, &more);
    assert_ptr_equal(frame.data, same.data);
    assert_in_range(frame.size, 1, LIMIT_FRAME);
    json_t *value = read_frame(frame);
    for (size_t at = 0; at < json_array_size(value); at++) {
      json_t *params = json_object_get(json_array_get(value, at), "params");
      assert_int_equal(json_integer_value(json_object_get(params, "seq")), ++count);
    }
    json_decref(value);
    assert_in_range(i, 0, 4);
  }
  assert_int_equal(count, 12);
  follower_leave(&two);
  follower_leave(&one);
}

static void presence_waits_for_place(void **state) {
  struct hall *hall = *state;
  struct follower one;
  struct buffer frame;
  size_t items = 0;
  follower_enter(&one, hall, "kz", 1, 0);
  rooms_fan_out(hall->rooms);
  buffer_init(&frame, 100);
  assert_int_equal(room_take(hall->rooms, &one.subscription, &frame, 100, &items), ROOM_TAKEN_PART);
  assert_int_equal(items, 0);
  buffer_free(&frame);
  assert_string_equal(follower_take(&one), "p1");
  follower_leave(&one);
}

static void each_is_asked_once_while_it_is_marked(void **state) {
  struct hall *hall = *state;
  struct follower one;
  follower_enter(&one, hall, "kz", 1, 0);
  rooms_fan_out(hall->rooms);
  assert_int_equal(one.wants, 1);
  one.subscription.marked = true;
  hall_post(hall, "kz", 1, 9);
  rooms_fan_out(hall->rooms);
  assert_int_equal(one.wants, 1);
  one.subscription.marked = false;
  hall_post(hall, "kz", 2, 9);
  rooms_fan_out(hall->rooms);
  assert_int_equal(one.wants, 2);
  follower_leave(&one);
}

static void many_come_and_go_in_any_order(void **state) {
  struct hall *hall = *state;
  static struct follower followers[40];
  for (int i = 0; i < 40; i++) follower_enter(&followers[i], hall, "kz", i + 1, 0);
  for (int i = 0; i < 40; i += 2) follower_leave(&followers[i]);
  hall_post(hall, "kz", 1, 99);
  for (int i = 1; i < 40; i += 2) {
    follower_take(&followers[i]);
    assert_int_equal(followers[i].subscription.cursor, 1);
  }
  for (int i = 39; i > 0; i -= 2) follower_leave(&followers[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(a_frame_is_built_once_for_all_who_stand_there),
      HALL_TEST(one_item_stands_without_brackets),
      HALL_TEST(who_stands_elsewhere_gets_a_frame_of_its_own),
      HALL_TEST(a_removal_ends_the_sharing),
      HALL_TEST(a_frame_ends_where_it_is_full),
      HALL_TEST(presence_waits_for_place),
      HALL_TEST(each_is_asked_once_while_it_is_marked),
      HALL_TEST(many_come_and_go_in_any_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
