/* What those who have a room on their list are told when it is another one. */
#include "stage.h"

static struct present *others[3];

static struct room *begin(struct stage *stage) {
  struct room_record record = house_room("kz", ROOM_COUNTRY, 7, 5);
  assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
  stage->member->connection_count = 1;
  for (int i = 0; i < 3; i++) {
    others[i] = house_enter(stage->house, 18 + i, "lina", "李娜", ROLE_MEMBER);
    others[i]->connection_count = 1;
    record.read = 4 - i;
    record.unread = 3 + i;
    assert_true(present_list(stage->house->services.rooms, others[i], &record, false));
  }
  return rooms_find(stage->house->services.rooms, slice_of("kz"));
}

static void end(struct stage *stage) {
  for (int i = 0; i < 3; i++) house_leave(stage->house, others[i]);
}

static void answer(struct stage *stage, int64_t head, const char *title) {
  struct store_job *job = house_job(stage->house, STORE_ROOM_GET);
  job->room.record = house_room("kz", ROOM_COUNTRY, head, 0);
  job->room.record.settings = (struct room_settings){.title = slice_of(title), .locked = true};
  house_finish(stage->house, STORE_DONE);
}

static json_t *face(struct present *present) {
  const struct listing *listing = present_listing(present, slice_of("kz"));
  assert_int_equal(listing->face_change, present->change);
  return house_json(listing->face);
}

static void one_read_is_enough_for_all(void **state) {
  struct stage *stage = *state;
  struct room *room = begin(stage);
  room_changed(&stage->house->services, room);
  assert_int_equal(stage->house->job_count, 1);
  answer(stage, 7, "Рынки Казахстана");
  for (int i = 0; i < 3; i++) {
    json_t *told = face(others[i]);
    assert_string_equal(house_text(told, "method"), "room");
    assert_string_equal(house_text(told, "params.title"), "Рынки Казахстана");
    assert_int_equal(house_number(told, "params.locked"), 1);
    assert_int_equal(house_number(told, "params.unread"), 3 + i); /* everybody's own */
    json_decref(told);
  }
  assert_int_equal(stage->house->member_changes, 4);
  assert_int_equal(stage->house->job_count, 0);
  end(stage);
}

static void who_follows_the_room_with_every_line_has_seen_the_entry(void **state) {
  struct stage *stage = *state;
  struct room *room = begin(stage);
  struct subscription subscription;
  assert_true(room_subscribe(stage->house->services.rooms, room, &subscription, 18, SLICE_LITERAL("李娜"),
                             SLICE_LITERAL("cn"), SLICE_LITERAL(""), 7));
  room_changed(&stage->house->services, room);
  answer(stage, 7, "");
  assert_int_equal(stage->house->member_changes, 3);
  others[0]->connection_count = 2; /* one of them does not follow */
  room_changed(&stage->house->services, room);
  answer(stage, 7, "");
  assert_int_equal(stage->house->member_changes, 7);
  room_unsubscribe(stage->house->services.rooms, &subscription);
  end(stage);
}

static void who_may_not_enter_any_more_is_not_the_only_one_to_ask_for(void **state) {
  struct stage *stage = *state;
  struct room *room = begin(stage);
  room_changed(&stage->house->services, room);
  assert_int_equal(house_job(stage->house, STORE_ROOM_GET)->room.member, 17);
  house_refuse(stage->house, REASON_BANNED);
  assert_int_equal(house_job(stage->house, STORE_ROOM_GET)->room.member, 18);
  answer(stage, 7, "");
  assert_int_equal(stage->house->member_changes, 4);
  room_changed(&stage->house->services, room);
  for (int i = 0; i < 3; i++) house_refuse(stage->house, REASON_BANNED);
  assert_int_equal(stage->house->job_count, 0); /* not for ever */
  end(stage);
}

static void what_changed_again_meanwhile_is_read_again(void **state) {
  struct stage *stage = *state;
  struct room *room = begin(stage);
  room_changed(&stage->house->services, room);
  struct entry entry = {
      .room = SLICE_LITERAL("kz"), .seq = 8, .type = ENTRY_ROOM, .detail = SLICE_LITERAL("\"slow\":5")};
  rooms_append(stage->house->services.rooms, &entry, false);
  answer(stage, 7, "old");
  assert_int_equal(stage->house->member_changes, 0);
  answer(stage, 8, "new");
  assert_int_equal(stage->house->member_changes, 4);
  end(stage);
}

static void a_store_that_is_away_is_asked_by_the_sweep(void **state) {
  struct stage *stage = *state;
  struct room *room = begin(stage);
  room_changed(&stage->house->services, room);
  house_finish(stage->house, STORE_UNAVAILABLE);
  assert_int_equal(stage->house->job_count, 0);
  stage->house->store_full = true;
  room_changed(&stage->house->services, room);
  assert_int_equal(stage->house->member_changes, 0);
  end(stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(one_read_is_enough_for_all),
      STAGE_TEST(who_follows_the_room_with_every_line_has_seen_the_entry),
      STAGE_TEST(who_may_not_enter_any_more_is_not_the_only_one_to_ask_for),
      STAGE_TEST(what_changed_again_meanwhile_is_read_again),
      STAGE_TEST(a_store_that_is_away_is_asked_by_the_sweep),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
