#include "stage.h"

/* ---- room.leave ---- */

static void leaving_ends_the_subscription_that_is_there(void **state) {
  struct stage *stage = *state;
  stage->joined = SLICE_LITERAL("kz");
  struct staged *call = stage_call(stage, "room.leave", "{\"room\":\"kz\"}");
  assert_int_equal(call->call.effect, EFFECT_LEAVE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_object_size(house_at(answer, "result")), 0);
  json_decref(answer);
}

static void leaving_where_one_is_not_is_harmless(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.leave", "{\"room\":\"kz\"}");
  assert_int_equal(call->call.effect, EFFECT_NONE);
  assert_false(call->call.failed);
  json_decref(stage_answer(call));
  stage_refused(stage_call(stage, "room.leave", "{\"room\":\"nowhere.at.all\"}"), "not_found");
}

/* ---- room.members ---- */

#define CROWD 250

struct crowd {
  struct subscription subscriptions[CROWD];
};

static struct crowd *crowd_begin(struct stage *stage, const char *room, const char *name) {
  struct rooms *rooms = stage->house->services.rooms;
  struct crowd *crowd = calloc(1, sizeof *crowd);
  struct room *held = rooms_hold(rooms, slice_of(room));
  for (int i = 0; i < CROWD; i++)
    assert_true(room_subscribe(rooms, held, &crowd->subscriptions[i], 1000 + i, slice_of(name), SLICE_LITERAL("cn"),
                               slice_of(name), 0));
  rooms_release(rooms, held);
  return crowd;
}

static void crowd_end(struct stage *stage, struct crowd *crowd) {
  for (int i = 0; i < CROWD; i++) room_unsubscribe(stage->house->services.rooms, &crowd->subscriptions[i]);
  free(crowd);
}

/* Pages through everybody; how many pages it took. */
static int members_of_all_pages(struct stage *stage, const char *limit) {
  char params[256], after[64] = "";
  int pages = 0, seen = 0;
  for (bool more = true; more; pages++) {
    snprintf(params, sizeof params, "{\"room\":\"cn\"%s%s}", after, limit);
    json_t *answer = stage_answer(stage_call(stage, "room.members", params));
    json_t *members = house_at(answer, "result.members"), *member;
    size_t i;
    json_array_foreach(members, i, member) {
      char id[MEMBER_ID_SIZE];
      member_id_write(id, 1000 + seen++);
      assert_string_equal(house_text(member, "id"), id);
      snprintf(after, sizeof after, ",\"after\":\"%s\"", id);
    }
    more = json_is_true(house_at(answer, "result.more"));
    json_decref(answer);
  }
  assert_int_equal(seen, CROWD);
  return pages;
}

static void everybody_in_a_room_is_listed_page_by_page(void **state) {
  struct stage *stage = *state;
  struct crowd *crowd = crowd_begin(stage, "cn", "王小龙");
  assert_int_equal(members_of_all_pages(stage, ""), 5);
  assert_int_equal(members_of_all_pages(stage, ",\"limit\":100"), 3);
  assert_int_equal(members_of_all_pages(stage, ",\"limit\":100000"), 3);
  crowd_end(stage, crowd);
}

static void long_names_shorten_the_page_not_the_list(void **state) {
  struct stage *stage = *state;
  char name[LIMIT_NAME * 4 + 1] = "";
  for (int i = 0; i < LIMIT_NAME; i++) memcpy(name + 4 * i, "𠀋", 5);
  struct crowd *crowd = crowd_begin(stage, "cn", name);
  assert_in_range(members_of_all_pages(stage, ",\"limit\":100"), 4, 5);
  crowd_end(stage, crowd);
}

static void who_is_in_a_direct_talk_is_told_after_the_store_was_asked(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.members", "{\"room\":\"dm.abc\"}");
  assert_int_equal(house_job(stage->house, STORE_ROOM_GET)->room.member, 17);
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
  struct follower follower;
  follower_begin(&follower, stage, "dm.abc", 0);
  call = stage_call(stage, "room.members", "{\"room\":\"dm.abc\"}");
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.members.0.id"), "m99");
  json_decref(answer);
  follower_end(&follower);
}

static void a_page_of_members_begins_after_a_members_id(void **state) {
  struct stage *stage = *state;
  stage_refused(stage_call(stage, "room.members", "{\"room\":\"cn\",\"after\":\"17\"}"), "after");
}

/* ---- room.typing ---- */

static void typing_is_told_to_the_others_once_a_second(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz", 0);
  stage->joined = SLICE_LITERAL("kz");
  for (int i = 0; i < 5; i++) json_decref(stage_answer(stage_call(stage, "room.typing", "{\"room\":\"kz\"}")));
  json_t *taken = follower_take(&follower);
  assert_int_equal(json_array_size(taken), 1);
  assert_string_equal(house_text(taken, "0.method"), "typing");
  assert_string_equal(house_text(taken, "0.params.from.name"), "Айгуль Сериккызы");
  json_decref(taken);
  stage->house->now_ms += 1000;
  json_decref(stage_answer(stage_call(stage, "room.typing", "{\"room\":\"kz\"}")));
  taken = follower_take(&follower);
  assert_int_equal(json_array_size(taken), 1);
  json_decref(taken);
  follower_end(&follower);
}

static void typing_needs_a_subscription(void **state) {
  struct stage *stage = *state;
  stage_refused(stage_call(stage, "room.typing", "{\"room\":\"kz\"}"), "forbidden");
  stage_refused(stage_call(stage, "room.typing", "{\"room\":\"dm.abc\"}"), "forbidden");
  stage_refused(stage_call(stage, "room.typing", "{\"room\":\"us\"}"), "not_found");
}

/* ---- room.read ---- */

static void finish_read(struct stage *stage, int64_t read, int64_t unread) {
  struct store_job *job = house_job(stage->house, STORE_MARK_READ);
  job->mark_read.head = 12;
  job->mark_read.read = read;
  job->mark_read.unread = unread;
  house_finish(stage->house, STORE_DONE);
}

static void reading_moves_the_mark_for_all_connections(void **state) {
  struct stage *stage = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 12, 4);
  assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
  struct listing *listing = present_listing(stage->member, SLICE_LITERAL("kz"));
  struct staged *call = stage_call(stage, "room.read", "{\"room\":\"kz\",\"seq\":10}");
  assert_int_equal(house_job(stage->house, STORE_MARK_READ)->mark_read.seq, 10);
  uint32_t change = stage->member->change;
  finish_read(stage, 10, 2);
  json_decref(stage_answer(call));
  assert_int_equal(stage->member->change, change + 1);
  assert_int_equal(listing->read_change, change + 1);
  assert_int_equal(listing->change, change + 1);
  assert_int_equal(room_watch_counts(&listing->watcher).read, 10);
  assert_int_equal(room_watch_counts(&listing->watcher).unread, 2);
  assert_int_equal(stage->house->member_changes, 1);
  assert_int_equal(stage->house->told_marks, 1); /* to those on other instances, too */
  call = stage_call(stage, "room.read", "{\"room\":\"kz\",\"seq\":5}");
  finish_read(stage, 10, 2); /* it never goes back */
  json_decref(stage_answer(call));
  assert_int_equal(stage->member->change, change + 1);
  assert_int_equal(stage->house->member_changes, 1);
  assert_int_equal(stage->house->told_marks, 1);
}

static void reading_what_is_not_on_the_list_changes_nothing_here(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.read", "{\"room\":\"kz\",\"seq\":10}");
  finish_read(stage, 0, 0);
  json_decref(stage_answer(call));
  assert_int_equal(stage->house->member_changes, 0);
  house_job(stage->house, STORE_ROOM_GET); /* is it about to appear there? */
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(stage->house->member_changes, 0);
}

static void a_mark_set_while_the_room_appears_is_not_lost(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.read", "{\"room\":\"kz\",\"seq\":10}");
  finish_read(stage, 10, 0);
  json_decref(stage_answer(call));
  /* A read from before the mark brings the room onto the list meanwhile. */
  struct room_record before = house_room("kz", ROOM_COUNTRY, 10, 3);
  assert_true(present_list(stage->house->services.rooms, stage->member, &before, true));
  house_job(stage->house, STORE_ROOM_GET)->room.record = house_room("kz", ROOM_COUNTRY, 10, 10);
  house_finish(stage->house, STORE_DONE);
  const struct listing *listing = present_listing(stage->member, SLICE_LITERAL("kz"));
  assert_int_equal(listing->watcher.read, 10);
  assert_int_equal(listing->read_change, stage->member->change); /* it is told */
}

static void reading_beyond_the_head_is_a_conflict(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.read", "{\"room\":\"kz\",\"seq\":10}");
  house_refuse(stage->house, REASON_CONFLICT);
  stage_refused(call, "conflict");
}

static struct staged *notify(struct stage *stage, const char *level) {
  char params[128];
  snprintf(params, sizeof params, "{\"room\":\"kz\",\"level\":\"%s\"}", level);
  return stage_call(stage, "room.notify", params);
}

static void what_one_is_told_of_goes_to_the_store_at_the_rate_of_changes(void **state) {
  struct stage *stage = *state;
  static const char *const levels[] = {"all", "mentions", "none"};
  for (size_t i = 0; i < 30; i++) {
    struct staged *call = notify(stage, levels[i % 3]);
    struct store_job *job = house_job(stage->house, STORE_NOTIFY);
    assert_int_equal(job->notify.member, 17);
    assert_int_equal(job->notify.level, i % 3);
    job->club_head = 1;
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
  }
  stage_refused(notify(stage, "all"), "rate_limited");
}

static void what_one_is_told_of_is_known_with_the_answer_and_read_again(void **state) {
  struct stage *stage = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 12, 4);
  assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
  const struct listing *listing = present_listing(stage->member, SLICE_LITERAL("kz"));
  struct staged *call = notify(stage, "none");
  house_job(stage->house, STORE_NOTIFY)->club_head = 1;
  house_finish(stage->house, STORE_DONE);
  json_decref(stage_answer(call));
  assert_int_equal(listing->notify, NOTIFY_NONE);
  uint32_t change = stage->member->change;
  struct store_job *job = house_job(stage->house, STORE_ROOM_GET);
  job->room.record = record;
  job->room.record.listed = true;
  job->room.record.notify = NOTIFY_NONE;
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(listing->face_change, change + 1); /* the member's connections are told, though it is no news here */
}

static void what_changes_nothing_of_it_costs_nothing(void **state) {
  struct stage *stage = *state;
  for (size_t i = 0; i < 40; i++) {
    struct staged *call = notify(stage, "none");
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
  }
  struct staged *call = notify(stage, "none");
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(leaving_ends_the_subscription_that_is_there),
      STAGE_TEST(leaving_where_one_is_not_is_harmless),
      STAGE_TEST(everybody_in_a_room_is_listed_page_by_page),
      STAGE_TEST(long_names_shorten_the_page_not_the_list),
      STAGE_TEST(who_is_in_a_direct_talk_is_told_after_the_store_was_asked),
      STAGE_TEST(a_page_of_members_begins_after_a_members_id),
      STAGE_TEST(typing_is_told_to_the_others_once_a_second),
      STAGE_TEST(typing_needs_a_subscription),
      STAGE_TEST(reading_moves_the_mark_for_all_connections),
      STAGE_TEST(reading_what_is_not_on_the_list_changes_nothing_here),
      STAGE_TEST(a_mark_set_while_the_room_appears_is_not_lost),
      STAGE_TEST(reading_beyond_the_head_is_a_conflict),
      STAGE_TEST(what_one_is_told_of_goes_to_the_store_at_the_rate_of_changes),
      STAGE_TEST(what_one_is_told_of_is_known_with_the_answer_and_read_again),
      STAGE_TEST(what_changes_nothing_of_it_costs_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
