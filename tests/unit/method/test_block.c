#include "stage.h"

static struct staged *block(struct stage *stage, const char *member, bool on) {
  char params[128];
  snprintf(params, sizeof params, "{\"member\":\"%s\",\"on\":%s}", member, on ? "true" : "false");
  return stage_call(stage, "member.block", params);
}

static void a_block_goes_to_the_store_and_back(void **state) {
  struct stage *stage = *state;
  for (int on = 1; on >= 0; on--) {
    struct staged *call = block(stage, "m4", on);
    struct store_job *job = house_job(stage->house, STORE_BLOCK);
    assert_int_equal(job->block.member, 17);
    assert_int_equal(job->block.other, 4);
    assert_int_equal(job->block.on, on);
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
  }
}

static void nobody_blocks_oneself_or_nobody(void **state) {
  struct stage *stage = *state;
  stage_refused(block(stage, "m17", true), "member");
  stage_refused(block(stage, "m17", false), "member");
  stage_refused(block(stage, "4", true), "not_found");
  assert_int_equal(stage->house->job_count, 0);
  struct staged *call = block(stage, "m4711", true);
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
}

static void blocking_has_the_rate_of_changes(void **state) {
  struct stage *stage = *state;
  for (int i = 0; i < 30; i++) {
    struct staged *call = block(stage, "m4", i % 2);
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
  }
  stage_refused(block(stage, "m4", true), "rate_limited");
}

static void whom_one_blocks_is_listed(void **state) {
  struct stage *stage = *state;
  stage_refused(stage_call(stage, "member.blocked", "{\"after\":\"x\"}"), "after");
  struct staged *call = stage_call(stage, "member.blocked", "{\"after\":\"m3\",\"limit\":1000}");
  struct store_job *job = house_job(stage->house, STORE_BLOCKED_LIST);
  assert_int_equal(job->block.member, 17);
  assert_int_equal(job->block.other, 3);
  assert_int_equal(job->block.limit, LIMIT_HISTORY);
  struct member_record found = house_record(4, "xiaolong", "王小龙", ROLE_MEMBER);
  job->block.members = &found;
  job->block.count = 1;
  job->block.more = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.members.0.name"), "王小龙");
  assert_int_equal(house_number(answer, "result.members.0.blocked"), 1);
  assert_int_equal(house_number(answer, "result.more"), 1);
  json_decref(answer);
}

static void a_card_says_whether_one_blocks_its_member(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "member.get", "{\"member\":\"m4\"}");
  struct store_job *job = house_job(stage->house, STORE_MEMBER_GET);
  assert_int_equal(job->member.asker, 17);
  job->member.member = house_record(4, "xiaolong", "王小龙", ROLE_MEMBER);
  job->member.blocked = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.member.blocked"), 1);
  json_decref(answer);
  call = stage_call(stage, "member.get", "{\"member\":\"m17\"}");
  house_job(stage->house, STORE_MEMBER_GET)->member.member = house_record(17, "aigul", "А", ROLE_MEMBER);
  house_finish(stage->house, STORE_DONE);
  answer = stage_answer(call);
  assert_null(json_object_get(house_at(answer, "result.member"), "blocked"));
  json_decref(answer);
}

/* ---- the talk ---- */

static struct room_record talk(struct member_record *with, bool blocked, bool closed) {
  struct room_record record = house_room("dm.abc", ROOM_DIRECT, 4, 4);
  record.listed = true;
  record.with = with;
  record.blocked = blocked;
  record.closed = closed;
  return record;
}

static void typing_in_a_closed_talk_is_told_to_nobody(void **state) {
  struct stage *stage = *state;
  struct member_record with = house_record(4, "xiaolong", "王小龙", ROLE_MEMBER);
  struct follower follower;
  follower_begin(&follower, stage, "dm.abc", 4);
  stage->joined = SLICE_LITERAL("dm.abc");
  for (int round = 0; round < 3; round++) {
    bool closed = round != 1;
    struct room_record record = talk(&with, false, closed);
    assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
    stage->house->now_ms += 1000;
    json_decref(stage_answer(stage_call(stage, "room.typing", "{\"room\":\"dm.abc\"}")));
    json_t *taken = follower_take(&follower);
    assert_int_equal(json_array_size(taken), closed ? 0 : 1);
    json_decref(taken);
  }
  follower_end(&follower);
}

/* The other connections of whoever blocked learn it from the room that they are shown again. */
static void a_talk_that_was_blocked_is_shown_again(void **state) {
  struct stage *stage = *state;
  struct member_record with = house_record(4, "xiaolong", "王小龙", ROLE_MEMBER);
  struct room_record record = talk(&with, false, false);
  assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
  const struct listing *listing = present_listing(stage->member, slice_of("dm.abc"));
  assert_int_equal(listing->face_change, 0);
  for (int on = 1; on >= 0; on--) {
    assert_true(listing_changed(&stage->house->services, 17, slice_of("dm.abc")));
    assert_true(listing_changed(&stage->house->services, 17, slice_of("dm.abc"))); /* told twice: read once more */
    for (int i = 0; i < 2; i++) {
      house_job(stage->house, STORE_ROOM_GET)->room.record = talk(&with, i == 0 ? !on : on, on);
      house_finish(stage->house, STORE_DONE);
    }
    assert_int_equal(stage->house->job_count, 0);
    assert_int_equal(listing->face_change, stage->member->change);
    json_t *face = house_json(listing->face);
    assert_int_equal(house_number(face, "params.with.blocked"), on);
    json_decref(face);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_block_goes_to_the_store_and_back),        STAGE_TEST(nobody_blocks_oneself_or_nobody),
      STAGE_TEST(blocking_has_the_rate_of_changes),          STAGE_TEST(whom_one_blocks_is_listed),
      STAGE_TEST(a_card_says_whether_one_blocks_its_member), STAGE_TEST(typing_in_a_closed_talk_is_told_to_nobody),
      STAGE_TEST(a_talk_that_was_blocked_is_shown_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
