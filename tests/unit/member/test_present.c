#include "house.h"

static void a_member_is_held_once_for_all(void **state) {
  (void)state;
  struct house *house = house_open();
  struct present *first = house_enter(house, 17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  struct present *second = house_enter(house, 17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  assert_ptr_equal(first, second);
  assert_ptr_equal(presents_find(house->services.presents, 17), first);
  assert_null(presents_find(house->services.presents, 18));
  assert_ptr_equal(present_again(first), first);
  house_leave(house, first);
  house_leave(house, first);
  assert_non_null(presents_find(house->services.presents, 17));
  house_leave(house, second);
  assert_null(presents_find(house->services.presents, 17));
  house_close(house);
}

static void keeps_its_own_copy_of_who_it_is(void **state) {
  (void)state;
  struct house *house = house_open();
  char name[] = "王小龙";
  struct present *present = house_enter(house, 3, "xiaolong", name, ROLE_MEMBER);
  memset(name, '?', sizeof name - 1);
  assert_true(slice_is(present->author.name, "王小龙"));
  struct member_record record = house_record(3, "xiaolong", "王大龙", ROLE_MODERATOR);
  record.author = 777;
  assert_true(presents_update(house->services.presents, present, &record));
  assert_true(slice_is(present->author.name, "王大龙"));
  assert_true(slice_is(present->login, "xiaolong"));
  assert_int_equal(present->author.key, 777);
  assert_int_equal(present->author.member, 3);
  assert_int_equal(present->role, ROLE_MODERATOR);
  house_leave(house, present);
  house_close(house);
}

static void a_room_that_appears_is_owed_to_the_connections(void **state) {
  (void)state;
  struct house *house = house_open();
  struct present *present = house_enter(house, 3, "xiaolong", "王小龙", ROLE_MEMBER);
  struct room_record record = house_room("kz.fintech", ROOM_PAIR, 12, 9);
  assert_true(present_list(house->services.rooms, present, &record, true));
  struct listing *listing = present_listing(present, SLICE_LITERAL("kz.fintech"));
  assert_non_null(listing);
  assert_int_equal(listing->face_change, present->change);
  assert_int_equal(room_watch_counts(&listing->watcher).unread, 3);
  assert_null(present_listing(present, SLICE_LITERAL("kz")));
  house_leave(house, present);
  house_close(house);
}

static void listing_again_brings_the_counts_up_to_date(void **state) {
  (void)state;
  struct house *house = house_open();
  struct present *present = house_enter(house, 3, "xiaolong", "王小龙", ROLE_MEMBER);
  struct room_record record = house_room("kz", ROOM_COUNTRY, 12, 9);
  assert_true(present_list(house->services.rooms, present, &record, false));
  struct listing *listing = present_listing(present, SLICE_LITERAL("kz"));
  uint32_t change = present->change;
  assert_int_equal(listing->face_change, 0);
  record = house_room("kz", ROOM_COUNTRY, 14, 14);
  assert_true(present_list(house->services.rooms, present, &record, true));
  assert_int_equal(present->listing_count, 1);
  assert_int_equal(present->change, change + 1);
  assert_int_equal(listing->change, change + 1);
  assert_int_equal(listing->face_change, 0);
  assert_int_equal(room_watch_counts(&listing->watcher).unread, 0);
  house_leave(house, present);
  house_close(house);
}

static void counts_older_than_the_log_are_not_taken(void **state) {
  (void)state;
  struct house *house = house_open();
  struct present *present = house_enter(house, 3, "xiaolong", "王小龙", ROLE_MEMBER);
  struct room *room = rooms_hold(house->services.rooms, SLICE_LITERAL("kz"));
  struct room_record now = house_room("kz", ROOM_COUNTRY, 5, 5), old = house_room("kz", ROOM_COUNTRY, 3, 3);
  struct present *other = house_enter(house, 4, "ivan", "Иван", ROLE_MEMBER);
  assert_true(present_list(house->services.rooms, other, &now, false));
  assert_false(present_list(house->services.rooms, present, &old, true));
  assert_null(present_listing(present, SLICE_LITERAL("kz")));
  assert_int_equal(present->listing_count, 0);
  rooms_release(house->services.rooms, room);
  house_leave(house, present);
  house_leave(house, other);
  house_close(house);
}

static void the_list_has_its_end(void **state) {
  (void)state;
  struct house *house = house_open();
  struct present *present = house_enter(house, 3, "xiaolong", "王小龙", ROLE_MEMBER);
  for (int i = 0; i < LIMIT_LISTED + 5; i++) {
    char id[32];
    snprintf(id, sizeof id, "dm.%d", i);
    struct room_record record = house_room(id, ROOM_DIRECT, 1, 0);
    assert_true(present_list(house->services.rooms, present, &record, false));
  }
  assert_int_equal(present->listing_count, LIMIT_LISTED);
  house_leave(house, present);
  house_close(house);
}

static void typing_is_told_on_once_a_second(void **state) {
  (void)state;
  struct house *house = house_open();
  struct present *present = house_enter(house, 3, "xiaolong", "王小龙", ROLE_MEMBER);
  const struct room *rooms[PRESENT_TYPED + 1];
  char places[PRESENT_TYPED + 1];
  for (size_t i = 0; i <= PRESENT_TYPED; i++) rooms[i] = (const struct room *)(const void *)&places[i];
  assert_true(present_types(present, rooms[0], 5000));
  assert_false(present_types(present, rooms[0], 5999));
  assert_true(present_types(present, rooms[0], 6000));
  for (size_t i = 1; i < PRESENT_TYPED; i++) assert_true(present_types(present, rooms[i], 6000));
  assert_false(present_types(present, rooms[PRESENT_TYPED], 6999));
  assert_true(present_types(present, rooms[PRESENT_TYPED], 7000));
  house_leave(house, present);
  house_close(house);
}

/* ---- other instances ---- */

struct ear { /* a bus that says what was subscribed to */
  char topics[64];
  int count;
};

static void ear_subscribe(void *self, struct slice topic) {
  struct ear *ear = self;
  ear->count++;
  snprintf(ear->topics, sizeof ear->topics, "%.*s", (int)topic.size, topic.data);
}

static void ear_unsubscribe(void *self, struct slice topic) {
  struct ear *ear = self;
  ear->count--;
  snprintf(ear->topics, sizeof ear->topics, "%.*s", (int)topic.size, topic.data);
}

static void a_members_topic_is_heard_while_the_member_is_present(void **state) {
  (void)state;
  struct house *house = house_open();
  struct ear ear = {{0}, 0};
  house->services.bus.self = &ear;
  house->services.bus.subscribe = ear_subscribe;
  house->services.bus.unsubscribe = ear_unsubscribe;
  struct present *first = house_enter(house, 17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  struct present *again = house_enter(house, 17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  assert_int_equal(ear.count, 1);
  assert_string_equal(ear.topics, "@m17");
  ear.topics[0] = 0;
  house_leave(house, first);
  assert_int_equal(ear.count, 1);
  house_leave(house, again);
  assert_int_equal(ear.count, 0);
  assert_string_equal(ear.topics, "@m17");
  house_close(house);
}

static void a_topic_names_its_member(void **state) {
  (void)state;
  char topic[MEMBER_TOPIC_SIZE];
  int64_t key;
  member_topic_write(topic, INT64_MAX);
  assert_true(member_topic_read(slice_of(topic), &key));
  assert_true(key == INT64_MAX);
  assert_false(member_topic_read(SLICE_LITERAL("@club"), &key));
  assert_false(member_topic_read(SLICE_LITERAL("m17"), &key));
  assert_false(member_topic_read(SLICE_LITERAL("@"), &key));
}

static void each_list_that_is_doubtful_is_given_once(void **state) {
  (void)state;
  struct house *house = house_open();
  struct presents *presents = house->services.presents;
  struct present *some[3], *late;
  for (int i = 0; i < 3; i++) some[i] = house_enter(house, 10 + i, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  assert_null(presents_doubtful(presents));
  presents_doubt(presents);
  late = house_enter(house, 20, "xiaolong", "王小龙", ROLE_MEMBER); /* whose list was read just now */
  assert_ptr_equal(presents_doubtful(presents), some[0]);
  house_leave(house, some[1]);
  assert_ptr_equal(presents_doubtful(presents), some[2]);
  assert_null(presents_doubtful(presents));
  presents_doubt(presents);
  assert_ptr_equal(presents_doubtful(presents), late);
  presents_doubt(presents); /* once more, before it was over */
  assert_ptr_equal(presents_doubtful(presents), some[0]);
  assert_ptr_equal(presents_doubtful(presents), some[2]);
  assert_ptr_equal(presents_doubtful(presents), late);
  assert_null(presents_doubtful(presents));
  house_leave(house, some[0]);
  house_leave(house, some[2]);
  house_leave(house, late);
  house_close(house);
}

static void listing_again_what_is_so_already_is_no_change(void **state) {
  (void)state;
  struct house *house = house_open();
  struct present *present = house_enter(house, 3, "xiaolong", "王小龙", ROLE_MEMBER);
  struct room_record record = house_room("kz", ROOM_COUNTRY, 12, 9);
  assert_true(present_list(house->services.rooms, present, &record, false));
  uint32_t change = present->change;
  assert_true(present_list(house->services.rooms, present, &record, false));
  assert_int_equal(present->change, change);
  record.mentions = 1;
  assert_true(present_list(house->services.rooms, present, &record, false));
  assert_int_equal(present->change, change + 1);
  house_leave(house, present);
  house_close(house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_member_is_held_once_for_all),
      cmocka_unit_test(keeps_its_own_copy_of_who_it_is),
      cmocka_unit_test(a_room_that_appears_is_owed_to_the_connections),
      cmocka_unit_test(listing_again_brings_the_counts_up_to_date),
      cmocka_unit_test(counts_older_than_the_log_are_not_taken),
      cmocka_unit_test(the_list_has_its_end),
      cmocka_unit_test(typing_is_told_on_once_a_second),
      cmocka_unit_test(a_members_topic_is_heard_while_the_member_is_present),
      cmocka_unit_test(a_topic_names_its_member),
      cmocka_unit_test(each_list_that_is_doubtful_is_given_once),
      cmocka_unit_test(listing_again_what_is_so_already_is_no_change),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
