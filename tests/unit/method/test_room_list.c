#include "stage.h"

/* ---- room.list ---- */

static void fill_list(struct store_job *job, struct room_record *records, size_t count) {
  job->room.records = records;
  job->room.count = count;
}

static void what_asks_for_attention_comes_first(void **state) {
  struct stage *stage = *state;
  struct room_record records[] = {house_room("kz", ROOM_COUNTRY, 4, 4), house_room("fintech", ROOM_SECTOR, 4, 2),
                                  house_room("kz.fintech", ROOM_PAIR, 4, 4), house_room("cn", ROOM_COUNTRY, 9, 1)};
  records[3].mentions = 1;
  stage->joined = SLICE_LITERAL("kz.fintech");
  struct staged *call = stage_call(stage, "room.list", "{}");
  fill_list(house_job(stage->house, STORE_ROOM_LIST), records, 4);
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.rooms.0.room"), "cn");
  assert_string_equal(house_text(answer, "result.rooms.1.room"), "fintech");
  assert_int_equal(house_number(answer, "result.rooms.1.unread"), 2);
  assert_string_equal(house_text(answer, "result.rooms.2.room"), "kz");
  assert_string_equal(house_text(answer, "result.rooms.3.room"), "kz.fintech");
  assert_string_equal(house_text(answer, "result.rooms.3.title"), "Kazakhstan · Fintech");
  assert_string_equal(house_text(answer, "result.rooms.3.sector"), "fintech");
  assert_int_equal(house_number(answer, "result.rooms.3.joined"), 1);
  assert_int_equal(house_number(answer, "result.rooms.2.joined"), 0);
  assert_int_equal(house_number(answer, "result.more"), 0);
  json_decref(answer);
}

/* The longest list, of direct talks with the longest name; the last of them alone has something unread. */
struct long_list {
  char name[LIMIT_NAME * 4 + 1], ids[LIMIT_LISTED][32];
  struct member_record with;
  struct room_record records[LIMIT_LISTED];
};

static struct long_list *long_list_make(void) {
  struct long_list *list = calloc(1, sizeof *list);
  for (int i = 0; i < LIMIT_NAME; i++) memcpy(list->name + 4 * i, "𠀋", 5);
  list->with = house_record(4, "xiaolong", list->name, ROLE_MEMBER);
  for (int i = 0; i < LIMIT_LISTED; i++) {
    snprintf(list->ids[i], sizeof list->ids[i], "dm.%022d", i);
    list->records[i] = house_room(list->ids[i], ROOM_DIRECT, 9, i == LIMIT_LISTED - 1 ? 1 : 9);
    list->records[i].with = &list->with;
  }
  return list;
}

static json_t *long_list_page(struct stage *stage, struct long_list *list, const char *params) {
  struct staged *call = stage_call(stage, "room.list", params);
  fill_list(house_job(stage->house, STORE_ROOM_LIST), list->records, LIMIT_LISTED);
  house_finish(stage->house, STORE_DONE);
  return stage_answer(call);
}

static void the_longest_list_fits_into_a_frame_and_says_that_it_is_cut(void **state) {
  struct long_list *list = long_list_make();
  json_t *answer = long_list_page(*state, list, "{}");
  assert_in_range(json_array_size(house_at(answer, "result.rooms")), 30, LIMIT_LISTED - 1);
  assert_string_equal(house_text(answer, "result.rooms.0.room"), list->ids[LIMIT_LISTED - 1]);
  assert_string_equal(house_text(answer, "result.rooms.0.title"), list->name);
  assert_string_equal(house_text(answer, "result.rooms.0.with.id"), "m4");
  assert_int_equal(house_number(answer, "result.more"), 1);
  json_decref(answer);
  free(list);
}

static void page_after_page_reaches_every_room_once(void **state) {
  struct long_list *list = long_list_make();
  char params[64] = "{}";
  size_t reached = 0;
  for (bool more = true; more;) {
    json_t *answer = long_list_page(*state, list, params), *rooms = house_at(answer, "result.rooms");
    assert_in_range(json_array_size(rooms), 1, LIMIT_LISTED - reached);
    for (size_t i = 0; i < json_array_size(rooms); i++, reached++) {
      const char *id = house_text(json_array_get(rooms, i), "room");
      assert_string_equal(id, list->ids[reached == 0 ? LIMIT_LISTED - 1 : reached - 1]);
      snprintf(params, sizeof params, "{\"after\":\"%s\"}", id);
    }
    more = house_number(answer, "result.more") != 0;
    json_decref(answer);
  }
  assert_int_equal(reached, LIMIT_LISTED);
  free(list);
}

static void behind_the_last_room_there_is_nothing(void **state) {
  struct stage *stage = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 4, 4);
  struct staged *call = stage_call(stage, "room.list", "{\"after\":\"kz\"}");
  fill_list(house_job(stage->house, STORE_ROOM_LIST), &record, 1);
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.rooms")), 0);
  assert_int_equal(house_number(answer, "result.more"), 0);
  json_decref(answer);
}

static void a_page_behind_a_room_that_is_not_listed_is_a_conflict(void **state) {
  struct stage *stage = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 4, 4);
  for (size_t listed = 0; listed < 2; listed++) {
    struct staged *call = stage_call(stage, "room.list", "{\"after\":\"cn\"}");
    fill_list(house_job(stage->house, STORE_ROOM_LIST), &record, listed);
    house_finish(stage->house, STORE_DONE);
    stage_refused(call, "conflict");
  }
}

/* With them it may be that a room was left, and told so. */
static void a_list_is_asked_for_again_when_rights_changed_meanwhile(void **state) {
  struct stage *stage = *state;
  struct room_record records[] = {house_room("kz", ROOM_COUNTRY, 4, 4), house_room("cn", ROOM_COUNTRY, 9, 9)};
  struct staged *call = stage_call(stage, "room.list", "{\"after\":\"kz\"}");
  stage->member->rights++;
  fill_list(house_job(stage->house, STORE_ROOM_LIST), records, 2);
  house_finish(stage->house, STORE_DONE);
  assert_string_equal(house_job(stage->house, STORE_ROOM_LIST)->room.room.data, "kz");
  fill_list(house_job(stage->house, STORE_ROOM_LIST), records, 1);
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.rooms")), 0);
  json_decref(answer);
}

struct every_room {
  struct room_record records[LIMIT_LISTED];
  char ids[LIMIT_LISTED][LIMIT_IDENTIFIER + 1];
  size_t count;
};

static void every_room_add(void *context, struct slice room) {
  struct every_room *every = context;
  char *id = every->ids[every->count];
  snprintf(id, sizeof every->ids[0], "%.*s", (int)room.size, room.data);
  every->records[every->count++] = house_room(id, ROOM_PAIR, 123456, 123000);
}

static void all_rooms_of_the_club_at_once_are_not_cut(void **state) {
  struct stage *stage = *state;
  struct every_room *every = calloc(1, sizeof *every);
  club_rooms(stage->house->services.club, every_room_add, every);
  struct staged *call = stage_call(stage, "room.list", "{}");
  fill_list(house_job(stage->house, STORE_ROOM_LIST), every->records, every->count);
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.rooms")), every->count);
  assert_int_equal(house_number(answer, "result.more"), 0);
  json_decref(answer);
  free(every);
}

/* ---- room.open, direct.open ---- */

static void finish_open(struct stage *stage, enum store_kind kind, struct room_record record) {
  house_job(stage->house, kind)->room.record = record;
  house_finish(stage->house, STORE_DONE);
}

static void opening_puts_the_room_on_the_list_of_all_connections(void **state) {
  struct stage *stage = *state;
  const char *params[] = {"{\"country\":\"kz\"}", "{\"sector\":\"fintech\"}",
                          "{\"country\":\"kz\",\"sector\":\"fintech\"}"};
  const char *rooms[] = {"kz", "fintech", "kz.fintech"};
  for (size_t i = 0; i < 3; i++) {
    struct staged *call = stage_call(stage, "room.open", params[i]);
    struct store_job *job = house_job(stage->house, STORE_ROOM_OPEN);
    assert_true(slice_is(job->room.room, rooms[i]));
    assert_int_equal(job->room.member, 17);
    finish_open(stage, STORE_ROOM_OPEN, house_room(rooms[i], ROOM_PAIR, 5, 5));
    json_t *answer = stage_answer(call);
    assert_string_equal(house_text(answer, "result.room.room"), rooms[i]);
    json_decref(answer);
    struct listing *listing = present_listing(stage->member, slice_of(rooms[i]));
    assert_non_null(listing);
    assert_int_equal(listing->face_change, stage->member->change);
    assert_non_null(listing->face.data);
  }
  assert_int_equal(stage->house->member_changes, 3);
  assert_int_equal(stage->house->told_listed, 3); /* to those on other instances, too */
}

/* The list gets the room by another read. */
static void a_room_that_was_opened_before_rights_changed_is_not_listed_by_that(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.open", "{\"room\":\"kz\"}");
  stage->member->rights++;
  finish_open(stage, STORE_ROOM_OPEN, house_room("kz", ROOM_COUNTRY, 9, 9));
  json_decref(stage_answer(call));
  assert_null(present_listing(stage->member, SLICE_LITERAL("kz")));
  assert_non_null(house_job(stage->house, STORE_ROOM_GET));
  house_finish(stage->house, STORE_UNAVAILABLE);
}

static void opening_twice_owes_the_notification_once(void **state) {
  struct stage *stage = *state;
  for (int i = 0; i < 2; i++) {
    struct staged *call = stage_call(stage, "room.open", "{\"country\":\"kz\"}");
    finish_open(stage, STORE_ROOM_OPEN, house_room("kz", ROOM_COUNTRY, 5, 5));
    json_decref(stage_answer(call));
  }
  assert_int_equal(present_listing(stage->member, SLICE_LITERAL("kz"))->face_change, 1);
  assert_int_equal(stage->house->told_listed, 1);
}

static void only_rooms_that_the_club_has_are_opened(void **state) {
  struct stage *stage = *state;
  stage_refused(stage_call(stage, "room.open", "{}"), "country");
  stage_refused(stage_call(stage, "room.open", "{\"country\":\"us\"}"), "not_found");
  stage_refused(stage_call(stage, "room.open", "{\"sector\":\"kz\"}"), "not_found");
  stage_refused(stage_call(stage, "room.open", "{\"country\":\"kz\",\"sector\":\"gambling\"}"), "not_found");
  assert_int_equal(stage->house->job_count, 0);
}

static void a_direct_talk_is_the_other_ones_name(void **state) {
  struct stage *stage = *state;
  struct member_record with = house_record(4, "xiaolong", "王小龙", ROLE_MEMBER);
  struct room_record record = house_room("dm.abc", ROOM_DIRECT, 2, 0);
  record.with = &with;
  struct present *other = house_enter(stage->house, 4, "xiaolong", "王小龙", ROLE_MEMBER);
  struct staged *call = stage_call(stage, "direct.open", "{\"member\":\"m4\"}");
  struct store_job *job = house_job(stage->house, STORE_DIRECT_OPEN);
  assert_int_equal(job->room.member, 17);
  assert_int_equal(job->room.other, 4);
  assert_true(token_is_valid(slice_of(job->room.fresh)));
  finish_open(stage, STORE_DIRECT_OPEN, record);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.room.kind"), "direct");
  assert_string_equal(house_text(answer, "result.room.title"), "王小龙");
  assert_string_equal(house_text(answer, "result.room.with.login"), "xiaolong");
  assert_int_equal(house_number(answer, "result.room.with.online"), 1);
  assert_int_equal(house_number(answer, "result.room.unread"), 2);
  json_decref(answer);
  house_leave(stage->house, other);
}

static void nobody_talks_with_oneself_or_with_nobody(void **state) {
  struct stage *stage = *state;
  stage_refused(stage_call(stage, "direct.open", "{\"member\":\"m17\"}"), "member");
  stage_refused(stage_call(stage, "direct.open", "{\"member\":\"aigul\"}"), "not_found");
  struct staged *call = stage_call(stage, "direct.open", "{\"member\":\"m999\"}");
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
}

static void moderators_stand_as_such_in_every_room(void **state) {
  struct stage *stage = *state;
  stage->member->role = ROLE_ADMIN;
  struct staged *call = stage_call(stage, "room.open", "{\"country\":\"kz\"}");
  finish_open(stage, STORE_ROOM_OPEN, house_room("kz", ROOM_COUNTRY, 5, 5));
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.room.role"), "moderator");
  json_decref(answer);
}

/* ---- listings that are read again ---- */

static void refresh(struct stage *stage) {
  assert_true(listing_refresh(&stage->house->services, 17, SLICE_LITERAL("kz")));
}

static void a_listing_is_read_again_once_at_a_time(void **state) {
  struct stage *stage = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 5, 1);
  assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
  refresh(stage);
  refresh(stage);
  assert_int_equal(stage->house->job_count, 1);
  finish_open(stage, STORE_ROOM_GET, house_room("kz", ROOM_COUNTRY, 6, 6));
  assert_int_equal(room_watch_counts(&stage->member->listings->watcher).unread, 0);
  assert_int_equal(stage->house->member_changes, 1);
  refresh(stage);
  house_finish(stage->house, STORE_UNAVAILABLE);
  refresh(stage);
  house_refuse(stage->house, REASON_NOT_FOUND);
  assert_int_equal(stage->house->member_changes, 1);
}

static void a_reading_that_was_overtaken_is_done_again(void **state) {
  struct stage *stage = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 9, 1);
  struct present *other = house_enter(stage->house, 4, "xiaolong", "王小龙", ROLE_MEMBER);
  assert_true(present_list(stage->house->services.rooms, other, &record, false));
  refresh(stage);
  finish_open(stage, STORE_ROOM_GET, house_room("kz", ROOM_COUNTRY, 8, 1));
  assert_null(present_listing(stage->member, SLICE_LITERAL("kz")));
  finish_open(stage, STORE_ROOM_GET, house_room("kz", ROOM_COUNTRY, 9, 1));
  assert_non_null(present_listing(stage->member, SLICE_LITERAL("kz")));
  house_leave(stage->house, other);
}

static void a_room_that_the_store_does_not_list_stays_away(void **state) {
  struct stage *stage = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 9, 9);
  record.listed = false;
  refresh(stage);
  finish_open(stage, STORE_ROOM_GET, record);
  assert_null(present_listing(stage->member, SLICE_LITERAL("kz")));
}

static void nobody_is_there_any_more_when_the_reading_comes_back(void **state) {
  struct stage *stage = *state;
  struct present *other = house_enter(stage->house, 4, "xiaolong", "王小龙", ROLE_MEMBER);
  assert_true(listing_refresh(&stage->house->services, 4, SLICE_LITERAL("kz")));
  house_leave(stage->house, other);
  finish_open(stage, STORE_ROOM_GET, house_room("kz", ROOM_COUNTRY, 9, 9));
  assert_int_equal(rooms_count(stage->house->services.rooms), 0);
  assert_true(listing_refresh(&stage->house->services, 4, SLICE_LITERAL("kz")));
  assert_int_equal(stage->house->job_count, 0);
}

static void the_whole_list_is_read_again_and_only_what_changed_is_told(void **state) {
  struct stage *stage = *state;
  struct room_record same = house_room("kz", ROOM_COUNTRY, 5, 1);
  assert_true(present_list(stage->house->services.rooms, stage->member, &same, false));
  assert_true(listing_refresh_all(&stage->house->services, 17));
  fill_list(house_job(stage->house, STORE_ROOM_LIST), &same, 1);
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(stage->house->member_changes, 0);
  assert_true(listing_refresh_all(&stage->house->services, 17));
  struct room_record records[] = {house_room("kz", ROOM_COUNTRY, 5, 3), house_room("cn", ROOM_COUNTRY, 9, 9)};
  fill_list(house_job(stage->house, STORE_ROOM_LIST), records, 2);
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(stage->house->member_changes, 2);
  assert_true(stage->house->soon);
  const struct listing *kz = present_listing(stage->member, SLICE_LITERAL("kz"));
  assert_int_equal(kz->read_change, kz->change); /* the mark is told */
  assert_non_null(present_listing(stage->member, SLICE_LITERAL("cn"))->face.data);
}

static void a_whole_list_that_cannot_be_read_changes_nothing(void **state) {
  struct stage *stage = *state;
  struct present *other = house_enter(stage->house, 4, "xiaolong", "王小龙", ROLE_MEMBER);
  assert_true(listing_refresh_all(&stage->house->services, 17));
  assert_true(listing_refresh_all(&stage->house->services, 4));
  house_leave(stage->house, other);
  house_finish(stage->house, STORE_UNAVAILABLE);
  struct room_record record = house_room("kz", ROOM_COUNTRY, 5, 3);
  fill_list(house_job(stage->house, STORE_ROOM_LIST), &record, 1);
  house_finish(stage->house, STORE_DONE); /* nobody is there any more */
  assert_int_equal(stage->house->member_changes, 0);
  stage->house->store_full = true;
  assert_false(listing_refresh_all(&stage->house->services, 17));
}

/* It was counted elsewhere: unread and mentions come with the mark. */
static void a_mark_from_elsewhere_brings_its_counts(void **state) {
  struct stage *stage = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 12, 4);
  assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
  const struct watch_counts mark = {.head = 12, .read = 9, .unread = 2, .mentions = 1};
  listing_marked(&stage->house->services, stage->member, SLICE_LITERAL("kz"), &mark);
  const struct listing *listing = present_listing(stage->member, SLICE_LITERAL("kz"));
  assert_int_equal(room_watch_counts(&listing->watcher).unread, 2);
  assert_int_equal(room_watch_counts(&listing->watcher).mentions, 1);
  assert_int_equal(listing->read_change, stage->member->change);
  assert_true(stage->house->soon);
}

static void a_full_store_is_told(void **state) {
  struct stage *stage = *state;
  stage->house->store_full = true;
  assert_false(listing_refresh(&stage->house->services, 17, SLICE_LITERAL("kz")));
  assert_int_equal(rooms_count(stage->house->services.rooms), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(what_asks_for_attention_comes_first),
      STAGE_TEST(the_longest_list_fits_into_a_frame_and_says_that_it_is_cut),
      STAGE_TEST(page_after_page_reaches_every_room_once),
      STAGE_TEST(behind_the_last_room_there_is_nothing),
      STAGE_TEST(a_page_behind_a_room_that_is_not_listed_is_a_conflict),
      STAGE_TEST(a_list_is_asked_for_again_when_rights_changed_meanwhile),
      STAGE_TEST(all_rooms_of_the_club_at_once_are_not_cut),
      STAGE_TEST(opening_puts_the_room_on_the_list_of_all_connections),
      STAGE_TEST(a_room_that_was_opened_before_rights_changed_is_not_listed_by_that),
      STAGE_TEST(opening_twice_owes_the_notification_once),
      STAGE_TEST(only_rooms_that_the_club_has_are_opened),
      STAGE_TEST(a_direct_talk_is_the_other_ones_name),
      STAGE_TEST(nobody_talks_with_oneself_or_with_nobody),
      STAGE_TEST(moderators_stand_as_such_in_every_room),
      STAGE_TEST(a_listing_is_read_again_once_at_a_time),
      STAGE_TEST(a_reading_that_was_overtaken_is_done_again),
      STAGE_TEST(a_room_that_the_store_does_not_list_stays_away),
      STAGE_TEST(nobody_is_there_any_more_when_the_reading_comes_back),
      STAGE_TEST(the_whole_list_is_read_again_and_only_what_changed_is_told),
      STAGE_TEST(a_whole_list_that_cannot_be_read_changes_nothing),
      STAGE_TEST(a_mark_from_elsewhere_brings_its_counts),
      STAGE_TEST(a_full_store_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
