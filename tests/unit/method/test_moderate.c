#include "stage.h"

static struct store_job *act_job(struct stage *stage, enum act act) {
  struct store_job *job = house_job(stage->house, STORE_ACT);
  assert_int_equal(job->act.act, act);
  assert_int_equal(job->act.actor, 17);
  assert_int_equal(job->act.author, 117);
  return job;
}

static void ends_empty(struct staged *call) {
  json_t *answer = stage_answer(call);
  assert_int_equal(json_object_size(house_at(answer, "result")), 0);
  json_decref(answer);
}

/* What the store adds to the room's log for an act. */
static struct entry *act_entry(struct store_job *job, enum entry_type type, int64_t seq) {
  struct entry *entry = arena_alloc(job->arena, sizeof *entry);
  assert_non_null(entry);
  *entry = (struct entry){.room = job->act.room,
                          .seq = seq,
                          .at = 1767225600123,
                          .type = type,
                          .from = {.key = 117, .member = 17, .name = SLICE_LITERAL("Айгуль Сериккызы")}};
  job->act.entries = entry;
  job->act.count = 1;
  job->act.changed = true;
  job->act.seq = seq;
  job->act.at = entry->at;
  return entry;
}

/* ---- rooms ---- */

static void only_what_is_given_of_a_room_is_changed(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz.fintech", 4);
  struct staged *call = stage_call(stage, "room.update", "{\"room\":\"kz.fintech\",\"locked\":true,\"slow\":30}");
  struct store_job *job = act_job(stage, ACT_UPDATE);
  assert_true(slice_is(job->act.room, "kz.fintech"));
  assert_null(job->act.title.data);
  assert_null(job->act.topic.data);
  assert_int_equal(job->act.locked, 1);
  assert_int_equal(job->act.slow, 30);
  act_entry(job, ENTRY_ROOM, 5)->detail = SLICE_LITERAL("\"locked\":true,\"slow\":30");
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call), *taken = follower_take(&follower);
  assert_int_equal(house_number(answer, "result.seq"), 5);
  assert_string_equal(house_text(answer, "result.at"), "2026-01-01T00:00:00.123Z");
  assert_int_equal(json_array_size(taken), 1);
  assert_string_equal(house_text(taken, "0.params.type"), "room");
  assert_int_equal(house_number(taken, "0.params.locked"), 1);
  assert_int_equal(house_number(taken, "0.params.slow"), 30);
  assert_string_equal(house_text(taken, "0.params.from.id"), "m17");
  json_decref(answer);
  json_decref(taken);
  follower_end(&follower);
}

static void a_title_may_be_taken_back_where_the_club_has_one(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.update", "{\"room\":\"kz\",\"title\":\"\",\"topic\":\"" TEXT_ZH "\"}");
  struct store_job *job = act_job(stage, ACT_UPDATE);
  assert_non_null(job->act.title.data);
  assert_int_equal(job->act.title.size, 0);
  assert_true(slice_is(job->act.topic, TEXT_ZH));
  assert_int_equal(job->act.locked, -1);
  assert_int_equal(job->act.slow, -1);
  house_refuse(stage->house, REASON_FORBIDDEN);
  stage_refused(call, "forbidden");
  stage_refused(stage_call(stage, "room.update", "{\"room\":\"r.abc\",\"title\":\"\"}"), "title");
}

static void what_changes_nothing_tells_nobody_and_costs_nothing(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz", 9);
  for (int i = 0; i < 2 * LIMIT_ACTS; i++) {
    struct staged *call = stage_call(stage, "room.update", "{\"room\":\"kz\",\"locked\":false}");
    struct store_job *job = act_job(stage, ACT_UPDATE);
    job->act.seq = 10; /* another instance wrote it */
    job->act.at = 1767225600123;
    house_finish(stage->house, STORE_DONE);
    json_t *answer = stage_answer(call);
    assert_int_equal(house_number(answer, "result.seq"), 10);
    json_decref(answer);
  }
  json_t *taken = follower_take(&follower);
  assert_int_equal(json_array_size(taken), 0);
  assert_int_equal(room_known(rooms_find(stage->house->services.rooms, slice_of("kz"))), 10);
  json_decref(taken);
  follower_end(&follower);
}

static void acts_have_a_rate_of_their_own(void **state) {
  struct stage *stage = *state;
  for (int i = 0; i < LIMIT_ACTS; i++) {
    struct staged *call = stage_call(stage, "room.invite", "{\"room\":\"r.abc\",\"member\":\"m5\",\"on\":true}");
    struct store_job *job = act_job(stage, ACT_ADMIT);
    assert_int_equal(job->act.member, 5);
    assert_true(job->act.on);
    job->act.changed = true;
    house_finish(stage->house, STORE_DONE);
    ends_empty(call);
  }
  stage_refused(stage_call(stage, "room.invite", "{\"room\":\"r.abc\",\"member\":\"m5\",\"on\":true}"), "rate_limited");
  stage->house->now_ms += LIMIT_ACTS_SECONDS * 1000;
  struct staged *call = stage_call(stage, "room.pin", "{\"room\":\"kz\",\"seq\":3,\"on\":false}");
  struct store_job *job = act_job(stage, ACT_PIN);
  assert_int_equal(job->act.target, 3);
  assert_false(job->act.on);
  house_finish(stage->house, STORE_UNAVAILABLE);
  stage_refused(call, "unavailable");
}

static void a_room_that_was_made_is_on_its_makers_list(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(
      stage, "room.create", "{\"client_id\":\"c-1\",\"title\":\"Хлопок и пряжа\",\"topic\":\"\",\"private\":true}");
  struct store_job *job = act_job(stage, ACT_CREATE);
  assert_true(slice_is(job->act.client_id, "c-1"));
  assert_true(slice_is(job->act.title, "Хлопок и пряжа"));
  assert_true(job->act.is_private);
  assert_int_equal(strlen(job->act.fresh), TOKEN_SIZE);
  job->act.record = house_room("r.abc", ROOM_CUSTOM, 0, 0);
  job->act.record.settings = (struct room_settings){.title = job->act.title, .is_private = true, .slow = 5};
  job->act.changed = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.room.room"), "r.abc");
  assert_string_equal(house_text(answer, "result.room.kind"), "custom");
  assert_string_equal(house_text(answer, "result.room.title"), "Хлопок и пряжа");
  assert_int_equal(house_number(answer, "result.room.private"), 1);
  assert_int_equal(house_number(answer, "result.room.slow"), 5);
  json_decref(answer);
  assert_non_null(present_listing(stage->member, slice_of("r.abc")));
  assert_int_equal(stage->house->told_listed, 1);
}

static void what_is_no_room_is_not_asked_for(void **state) {
  struct stage *stage = *state;
  static const char *const rooms[] = {"nowhere", "r.", "kz.", "../kz", "@club", "ev.x"};
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
    char params[128];
    snprintf(params, sizeof params, "{\"room\":\"%s\",\"member\":\"m5\",\"for\":60}", rooms[i]);
    stage_refused(stage_call(stage, "member.ban", params), "not_found");
  }
  stage_refused(stage_call(stage, "member.ban", "{\"room\":\"kz\",\"member\":\"17\",\"for\":60}"), "not_found");
}

/* ---- members ---- */

static void a_mute_is_told_to_the_room_and_answered_with_its_end(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz", 0);
  struct staged *call =
      stage_call(stage, "member.mute", "{\"member\":\"m5\",\"room\":\"kz\",\"for\":3600,\"reason\":\"Реклама\"}");
  struct store_job *job = act_job(stage, ACT_MUTE);
  assert_int_equal(job->act.member, 5);
  assert_int_equal(job->act.seconds, 3600);
  assert_true(slice_is(job->act.reason, "Реклама"));
  struct entry *entry = act_entry(job, ENTRY_MODERATION, 1);
  entry->action = SLICE_LITERAL("mute");
  entry->target_member = 5;
  entry->until = job->act.until = 1767229200000;
  entry->reason = job->act.reason;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call), *taken = follower_take(&follower);
  assert_string_equal(house_text(answer, "result.until"), "2026-01-01T01:00:00.000Z");
  assert_string_equal(house_text(taken, "0.params.type"), "moderation");
  assert_string_equal(house_text(taken, "0.params.action"), "mute");
  assert_string_equal(house_text(taken, "0.params.member"), "m5");
  assert_string_equal(house_text(taken, "0.params.reason"), "Реклама");
  json_decref(answer);
  json_decref(taken);
  follower_end(&follower);
}

static void seconds_of_a_ban(struct stage *stage, const char *given, int64_t expected) {
  char params[128];
  snprintf(params, sizeof params, "{\"member\":\"m5\",\"for\":%s}", given);
  struct staged *call = stage_call(stage, "member.ban", params);
  struct store_job *job = act_job(stage, ACT_BAN);
  assert_null(job->act.room.data);
  assert_null(job->act.reason.data);
  assert_int_equal(job->act.seconds, expected);
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_true(json_is_null(house_at(answer, "result.until")));
  json_decref(answer);
}

static void a_ban_lasts_for_a_time_or_until_it_is_lifted(void **state) {
  struct stage *stage = *state;
  seconds_of_a_ban(stage, "0", 0);
  seconds_of_a_ban(stage, "60", 60);
  seconds_of_a_ban(stage, "null", -1);
  seconds_of_a_ban(stage, "31536000", LIMIT_SANCTION_SECONDS);
  seconds_of_a_ban(stage, "31536001", -1);
  seconds_of_a_ban(stage, "9007199254740991", -1);
}

static void nobody_is_made_admin_of_a_room(void **state) {
  struct stage *stage = *state;
  stage_refused(stage_call(stage, "member.appoint", "{\"member\":\"m5\",\"room\":\"kz\",\"role\":\"admin\"}"), "role");
  struct staged *call =
      stage_call(stage, "member.appoint", "{\"member\":\"m5\",\"room\":\"kz\",\"role\":\"moderator\"}");
  struct store_job *job = act_job(stage, ACT_APPOINT);
  assert_true(job->act.on);
  house_finish(stage->house, STORE_DONE);
  ends_empty(call);
  call = stage_call(stage, "member.appoint", "{\"member\":\"m5\",\"role\":\"member\"}");
  job = act_job(stage, ACT_APPOINT);
  assert_null(job->act.room.data);
  assert_int_equal(job->act.role, ROLE_MEMBER);
  assert_false(job->act.on);
  house_refuse(stage->house, REASON_CONFLICT);
  stage_refused(call, "conflict");
}

static void all_removals_of_a_purge_are_told_in_order(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz", 7);
  struct staged *call = stage_call(stage, "message.purge", "{\"room\":\"kz\",\"member\":\"m5\",\"for\":600}");
  struct store_job *job = act_job(stage, ACT_PURGE);
  assert_int_equal(job->act.seconds, 600);
  struct entry *entries = arena_alloc(job->arena, 3 * sizeof *entries);
  for (int i = 0; i < 3; i++)
    entries[i] = (struct entry){.room = job->act.room, .seq = 8 + i, .type = ENTRY_REMOVE, .target = 7 - i};
  job->act.entries = entries;
  job->act.count = 3;
  job->act.changed = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.removed"), 3);
  assert_int_equal(room_head(rooms_find(stage->house->services.rooms, slice_of("kz"))), 10);
  json_decref(answer);
  follower_end(&follower);
}

static void an_act_of_one_who_left_is_carried_out_to_its_end(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz", 0);
  struct staged *call = stage_call_as(stage, false, "room.update", "{\"room\":\"kz\",\"locked\":true}");
  act_entry(act_job(stage, ACT_UPDATE), ENTRY_ROOM, 1)->detail = SLICE_LITERAL("\"locked\":true");
  house_finish(stage->house, STORE_DONE);
  stage_drop(call);
  json_t *taken = follower_take(&follower);
  assert_int_equal(json_array_size(taken), 1);
  json_decref(taken);
  follower_end(&follower);
}

/* ---- the audit log ---- */

static void acts_are_listed_as_the_log_has_them(void **state) {
  struct stage *stage = *state;
  struct staged *call =
      stage_call(stage, "audit.list", "{\"room\":\"kz\",\"member\":\"m5\",\"before\":\"a90\",\"limit\":1000}");
  struct store_job *job = house_job(stage->house, STORE_AUDIT_LIST);
  assert_int_equal(job->audit.asker, 17);
  assert_true(slice_is(job->audit.room, "kz"));
  assert_int_equal(job->audit.member, 5);
  assert_int_equal(job->audit.before, 90);
  assert_int_equal(job->audit.limit, LIMIT_AUDIT_PAGE);
  struct audit_record records[] = {{.key = 89,
                                    .at = 1767225600123,
                                    .by = 17,
                                    .by_name = SLICE_LITERAL("Айгуль Сериккызы"),
                                    .member_name = SLICE_LITERAL("王伟"),
                                    .action = SLICE_LITERAL("mute"),
                                    .room = SLICE_LITERAL("kz"),
                                    .member = 5,
                                    .until = 1767229200000,
                                    .reason = SLICE_LITERAL(TEXT_ZH)},
                                   {.key = 88,
                                    .at = 1767225600000,
                                    .action = SLICE_LITERAL("update"),
                                    .room = SLICE_LITERAL("kz"),
                                    .detail = SLICE_LITERAL("\"locked\":true")}};
  job->audit.records = records;
  job->audit.count = 2;
  job->audit.more = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.actions.0.id"), "a89");
  assert_string_equal(house_text(answer, "result.actions.0.by"), "m17");
  assert_string_equal(house_text(answer, "result.actions.0.member"), "m5");
  assert_string_equal(house_text(answer, "result.actions.0.member_name"), "王伟");
  assert_string_equal(house_text(answer, "result.actions.0.until"), "2026-01-01T01:00:00.000Z");
  assert_string_equal(house_text(answer, "result.actions.0.reason"), TEXT_ZH);
  assert_string_equal(house_text(answer, "result.actions.1.by"), "");
  assert_null(house_at(answer, "result.actions.1.member"));
  assert_int_equal(house_number(answer, "result.actions.1.detail.locked"), 1);
  assert_int_equal(house_number(answer, "result.more"), 1);
  json_decref(answer);
  stage_refused(stage_call(stage, "audit.list", "{\"before\":\"90\"}"), "before");
  stage_refused(stage_call(stage, "audit.list", "{\"member\":\"aigul\"}"), "not_found");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(only_what_is_given_of_a_room_is_changed),
      STAGE_TEST(a_title_may_be_taken_back_where_the_club_has_one),
      STAGE_TEST(what_changes_nothing_tells_nobody_and_costs_nothing),
      STAGE_TEST(acts_have_a_rate_of_their_own),
      STAGE_TEST(a_room_that_was_made_is_on_its_makers_list),
      STAGE_TEST(what_is_no_room_is_not_asked_for),
      STAGE_TEST(a_mute_is_told_to_the_room_and_answered_with_its_end),
      STAGE_TEST(a_ban_lasts_for_a_time_or_until_it_is_lifted),
      STAGE_TEST(nobody_is_made_admin_of_a_room),
      STAGE_TEST(all_removals_of_a_purge_are_told_in_order),
      STAGE_TEST(an_act_of_one_who_left_is_carried_out_to_its_end),
      STAGE_TEST(acts_are_listed_as_the_log_has_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
