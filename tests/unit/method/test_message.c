#include "stage.h"

static struct staged *post(struct stage *stage, const char *client_id, const char *text) {
  char params[4096];
  snprintf(params, sizeof params, "{\"room\":\"kz.fintech\",\"client_id\":\"%s\",\"text\":\"%s\"}", client_id, text);
  return stage_call(stage, "message.post", params);
}

static void finish_post(struct stage *stage, int64_t seq, bool duplicate) {
  struct store_job *job = house_job(stage->house, STORE_POST);
  job->post.seq = seq;
  job->post.at = 1767225600123;
  job->post.duplicate = duplicate;
  house_finish(stage->house, STORE_DONE);
}

/* The listing of a poster's first post. */
static void finish_listing(struct stage *stage, int64_t head) {
  struct store_job *job = house_job(stage->house, STORE_ROOM_GET);
  job->room.record = house_room("kz.fintech", ROOM_PAIR, head, head);
  house_finish(stage->house, STORE_DONE);
}

static void a_post_is_answered_and_told_to_followers_in_full(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz.fintech", 4);
  struct staged *call =
      stage_call(stage, "message.post",
                 "{\"room\":\"kz.fintech\",\"client_id\":\"a-1\",\"text\":\"" TEXT_RU " @ivan\",\"reply_to\":3}");
  struct store_job *job = house_job(stage->house, STORE_POST);
  int64_t mention = 99;
  assert_true(slice_is(job->post.text, TEXT_RU " @ivan"));
  assert_int_equal(job->post.member, 17);
  assert_int_equal(job->post.author, 117);
  assert_false(job->post.known_only);
  assert_false(call->call.answered);
  job->post.mentions = &mention;
  job->post.mention_count = 1;
  finish_post(stage, 5, false);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.seq"), 5);
  assert_string_equal(house_text(answer, "result.at"), "2026-01-01T00:00:00.123Z");
  assert_int_equal(house_number(answer, "result.duplicate"), 0);
  json_decref(answer);
  json_t *taken = follower_take(&follower);
  assert_int_equal(json_array_size(taken), 1);
  assert_string_equal(house_text(taken, "0.method"), "entry");
  assert_string_equal(house_text(taken, "0.params.room"), "kz.fintech");
  assert_int_equal(house_number(taken, "0.params.seq"), 5);
  assert_string_equal(house_text(taken, "0.params.type"), "message");
  assert_string_equal(house_text(taken, "0.params.text"), TEXT_RU " @ivan");
  assert_string_equal(house_text(taken, "0.params.client_id"), "a-1");
  assert_int_equal(house_number(taken, "0.params.reply_to"), 3);
  assert_string_equal(house_text(taken, "0.params.mentions.0"), "m99");
  assert_string_equal(house_text(taken, "0.params.from.id"), "m17");
  assert_string_equal(house_text(taken, "0.params.from.name"), "Айгуль Сериккызы");
  assert_string_equal(house_text(taken, "0.params.from.country"), "kz");
  json_decref(taken);
  finish_listing(stage, 5);
  follower_end(&follower);
}

static void an_entry_shows_its_author_as_at_the_posting(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz.fintech", 0);
  struct staged *call = post(stage, "a-1", TEXT_ZH);
  struct member_record renamed = house_record(17, "aigul", "Айгуль Нурланкызы", ROLE_MEMBER);
  assert_true(present_update(stage->member, &renamed));
  finish_post(stage, 1, false);
  json_decref(stage_answer(call));
  json_t *taken = follower_take(&follower);
  assert_string_equal(house_text(taken, "0.params.from.name"), "Айгуль Сериккызы");
  json_decref(taken);
  finish_listing(stage, 1);
  follower_end(&follower);
}

static void a_repeated_post_is_answered_and_told_to_nobody(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz.fintech", 9);
  struct staged *call = post(stage, "a-1", TEXT_EN);
  finish_post(stage, 4, true);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.seq"), 4);
  assert_int_equal(house_number(answer, "result.duplicate"), 1);
  json_decref(answer);
  json_t *taken = follower_take(&follower);
  assert_int_equal(json_array_size(taken), 0);
  json_decref(taken);
  follower_end(&follower);
}

/* What another instance committed may not have been heard of here when it is answered here. */
static void what_an_answer_names_is_missing_until_it_came(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz.fintech", 9);
  const struct room *room = rooms_find(stage->house->services.rooms, slice_of("kz.fintech"));
  struct staged *call = post(stage, "a-1", TEXT_EN);
  finish_post(stage, 10, true);
  json_decref(stage_answer(call));
  assert_int_equal(room_head(room), 9);
  assert_int_equal(room_known(room), 10);
  call = stage_call(stage, "message.react", "{\"room\":\"kz.fintech\",\"seq\":2,\"emoji\":\"👍\",\"on\":true}");
  struct store_job *job = house_job(stage->house, STORE_REACT);
  job->change.seq = 11;
  job->change.changed = false;
  house_finish(stage->house, STORE_DONE);
  json_decref(stage_answer(call));
  assert_int_equal(room_known(room), 11);
  follower_end(&follower);
}

static void over_the_rate_only_repeated_posts_are_recognised(void **state) {
  struct stage *stage = *state;
  struct staged *call = post(stage, "a-1", TEXT_EN);
  finish_post(stage, 1, false);
  json_decref(stage_answer(call));
  finish_listing(stage, 1);
  for (int i = 1; i < 10; i++) {
    call = post(stage, "a-1", TEXT_EN);
    assert_false(house_job(stage->house, STORE_POST)->post.known_only);
    finish_post(stage, i + 1, false);
    json_decref(stage_answer(call));
  }
  call = post(stage, "a-11", TEXT_EN);
  assert_true(house_job(stage->house, STORE_POST)->post.known_only);
  house_refuse(stage->house, REASON_RATE_LIMITED);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "error.data.reason"), "rate_limited");
  assert_int_equal((int)json_number_value(house_at(answer, "error.data.retry_after")), 1);
  json_decref(answer);
  call = post(stage, "a-1", TEXT_EN);
  assert_true(house_job(stage->house, STORE_POST)->post.known_only);
  finish_post(stage, 1, true);
  answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.duplicate"), 1);
  json_decref(answer);
  stage->house->now_ms += 1000;
  call = post(stage, "a-11", TEXT_EN);
  assert_false(house_job(stage->house, STORE_POST)->post.known_only);
  finish_post(stage, 11, false);
  json_decref(stage_answer(call));
}

static void what_was_not_posted_costs_nothing_of_the_rate(void **state) {
  struct stage *stage = *state;
  for (int i = 0; i < 60; i++) {
    struct staged *call = post(stage, "a-1", TEXT_EN);
    assert_false(house_job(stage->house, STORE_POST)->post.known_only);
    if (i % 3 == 0) {
      finish_post(stage, 1, true);
      json_decref(stage_answer(call));
    } else if (i % 3 == 1) {
      house_refuse(stage->house, REASON_NOT_FOUND);
      stage_refused(call, "not_found");
    } else {
      house_finish(stage->house, STORE_UNAVAILABLE);
      stage_refused(call, "unavailable");
    }
  }
  stage->house->store_full = true;
  for (int i = 0; i < 30; i++) stage_refused(post(stage, "a-1", TEXT_EN), "unavailable");
  stage->house->store_full = false;
  stage_refused(stage_call(stage, "message.post", "{\"room\":\"us\",\"client_id\":\"a\",\"text\":\"b\"}"), "not_found");
  struct staged *call = post(stage, "a-2", TEXT_EN);
  assert_false(house_job(stage->house, STORE_POST)->post.known_only);
  house_finish(stage->house, STORE_UNAVAILABLE);
  stage_refused(call, "unavailable");
}

static void without_limits_there_is_no_rate(void **state) {
  struct stage *stage = *state;
  stage->house->services.limits = false;
  for (int i = 0; i < 30; i++) {
    struct staged *call = post(stage, "a-1", TEXT_EN);
    assert_false(house_job(stage->house, STORE_POST)->post.known_only);
    house_finish(stage->house, STORE_UNKNOWN);
    stage_refused(call, "unavailable");
  }
}

static void the_first_post_puts_the_room_on_the_list(void **state) {
  struct stage *stage = *state;
  struct staged *call = post(stage, "a-1", TEXT_ZH);
  finish_post(stage, 8, false);
  json_decref(stage_answer(call));                               /* it did not wait for the listing */
  assert_false(house_job(stage->house, STORE_ROOM_GET)->urgent); /* many may be read at once */
  finish_listing(stage, 8);
  struct listing *listing = present_listing(stage->member, SLICE_LITERAL("kz.fintech"));
  assert_non_null(listing);
  assert_int_equal(stage->house->told_listed, 1); /* to those on other instances, too */
  assert_int_equal(stage->house->member_changes, 1);
  json_t *face = house_json(listing->face);
  assert_string_equal(house_text(face, "method"), "room");
  assert_string_equal(house_text(face, "params.room"), "kz.fintech");
  json_decref(face);
  call = post(stage, "a-2", TEXT_ZH);
  finish_post(stage, 9, false);
  json_decref(stage_answer(call));
  assert_int_equal(stage->house->job_count, 0);
}

static void the_club_log_is_read_when_the_other_ones_list_grew(void **state) {
  struct stage *stage = *state;
  struct staged *call =
      stage_call(stage, "message.post", "{\"room\":\"dm.x\",\"client_id\":\"a\",\"text\":\"" TEXT_ZH "\"}");
  struct store_job *job = house_job(stage->house, STORE_POST);
  job->club_head = 41;
  job->post.listed_other = true;
  finish_post(stage, 1, false);
  json_decref(stage_answer(call));
  assert_int_equal(stage->house->club_head, 41);
  house_refuse(stage->house, REASON_NOT_FOUND); /* the listing, of a room that is gone: nothing comes of it */
  assert_int_equal(stage->house->member_changes, 0);
}

static void a_post_whose_client_is_gone_is_told_to_followers_all_the_same(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz.fintech", 0);
  struct staged *call = stage_call_as(stage, false, "message.post",
                                      "{\"room\":\"kz.fintech\",\"client_id\":\"a\",\"text\":\"" TEXT_EN "\"}");
  finish_post(stage, 1, false);
  stage_drop(call);
  json_t *taken = follower_take(&follower);
  assert_int_equal(json_array_size(taken), 1);
  json_decref(taken);
  finish_listing(stage, 1);
  follower_end(&follower);
}

static void rooms_that_nobody_may_enter_are_not_found_at_once(void **state) {
  struct stage *stage = *state;
  const char *rooms[] = {"us", "kz.", ".fintech", "fintech.kz", "dm.", "r.", "KZ", "kz.fintech.", "ev.1"};
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
    char params[256];
    snprintf(params, sizeof params, "{\"room\":\"%s\",\"client_id\":\"a\",\"text\":\"b\"}", rooms[i]);
    stage_refused(stage_call(stage, "message.post", params), "not_found");
  }
  assert_int_equal(stage->house->job_count, 0);
}

/* ---- the same text from several accounts ---- */

#define ADVERT "Дёшево продаём слонов, пишите в личку"

static struct staged *post_to(struct stage *stage, const char *room, const char *client_id, const char *text) {
  char params[1024];
  snprintf(params, sizeof params, "{\"room\":\"%s\",\"client_id\":\"%s\",\"text\":\"%s\"}", room, client_id, text);
  return stage_call(stage, "message.post", params);
}

/* The member came now, and two others say this in a moment before. */
static void begin_chorus(struct stage *stage, const char *text) {
  struct chorus *chorus = stage->house->services.chorus;
  stage->member->made_at = stage->house->now_ms;
  for (int64_t other = 1; other < CHORUS_VOICES; other++)
    assert_false(chorus_hear(chorus, 900 + other, slice_of(text), stage->house->now_ms));
}

static void what_several_of_the_first_day_say_is_held_back(void **state) {
  struct stage *stage = *state;
  begin_chorus(stage, ADVERT);
  struct staged *call = post(stage, "a-1", "дешево ПРОДАЁМ слонов... или нет, совсем другое");
  finish_post(stage, 1, false);
  json_decref(stage_answer(call));
  finish_listing(stage, 1);
  call = post(stage, "a-2", "ДЁШЕВО продаём слонов!!! Пишите в личку 🐘");
  struct store_job *job = house_job(stage->house, STORE_HOLD);
  assert_true(slice_is(job->report.room, "kz.fintech"));
  assert_true(slice_is(job->report.client_id, "a-2"));
  assert_true(slice_is(job->report.text, "ДЁШЕВО продаём слонов!!! Пишите в личку 🐘"));
  assert_int_equal(job->report.member, 17);
  assert_int_equal(job->report.author, 117);
  assert_int_equal(job->report.reply_to, 0);
  job->report.key = 5;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "error.code"), 1000);
  assert_string_equal(house_text(answer, "error.data.reason"), "held");
  assert_null(house_at(answer, "error.data.retry_after"));
  json_decref(answer);
}

static void what_was_posted_before_is_recognised_though_it_is_the_same_text(void **state) {
  struct stage *stage = *state;
  begin_chorus(stage, ADVERT);
  struct staged *call = post(stage, "a-1", ADVERT);
  struct store_job *job = house_job(stage->house, STORE_HOLD);
  job->report.duplicate = true;
  job->report.posted_seq = 4;
  job->report.posted_at = 1767225600123;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.seq"), 4);
  assert_int_equal(house_number(answer, "result.duplicate"), 1);
  json_decref(answer);
}

static void what_cannot_be_held_back_is_refused_as_a_post(void **state) {
  struct stage *stage = *state;
  begin_chorus(stage, ADVERT);
  for (int i = 0; i < 20; i++) { /* it costs nothing of the rate */
    struct staged *call = post(stage, "a-1", ADVERT);
    house_job(stage->house, STORE_HOLD)->report.retry_after_ms = 7000;
    house_refuse(stage->house, REASON_SLOW_MODE);
    json_t *answer = stage_answer(call);
    assert_string_equal(house_text(answer, "error.data.reason"), "slow_mode");
    assert_int_equal((int)json_number_value(house_at(answer, "error.data.retry_after")), 7);
    json_decref(answer);
  }
  struct staged *call = post(stage, "a-1", ADVERT);
  house_refuse(stage->house, REASON_RATE_LIMITED);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "error.data.reason"), "rate_limited");
  assert_null(house_at(answer, "error.data.retry_after")); /* a moderator must look first */
  json_decref(answer);
  call = post(stage, "a-1", ADVERT);
  house_finish(stage->house, STORE_UNKNOWN);
  stage_refused(call, "unavailable");
}

static void who_is_no_newcomer_or_moderates_is_not_held_back(void **state) {
  struct stage *stage = *state;
  static const struct slice kz = {"kz", 2};
  struct present *member = stage->member;
  begin_chorus(stage, ADVERT);
  for (int i = 0; i < 6; i++) {
    const char *room = i == 0 ? "dm.x" : "kz.fintech";
    member->made_at = i == 1 ? stage->house->now_ms - YOUNG_SECONDS * INT64_C(1000) : stage->house->now_ms;
    member->role = i == 2 ? ROLE_MODERATOR : ROLE_MEMBER;
    member->standings = i == 3 ? &kz : NULL;
    member->standing_count = i == 3;
    stage->house->services.first_day = i != 4;
    stage->house->services.limits = i != 5;
    struct staged *call = post_to(stage, room, "a-1", ADVERT);
    house_job(stage->house, STORE_POST);
    house_refuse(stage->house, REASON_LOCKED);
    stage_refused(call, "locked");
  }
  member->standings = NULL;
  member->standing_count = 0;
  stage->house->services.limits = stage->house->services.first_day = true;
  struct staged *call = post(stage, "a-2", ADVERT);
  house_job(stage->house, STORE_HOLD);
  house_refuse(stage->house, REASON_HELD);
  stage_refused(call, "held");
}

/* ---- changes ---- */

static void finish_change(struct stage *stage, enum store_kind kind, bool changed) {
  struct store_job *job = house_job(stage->house, kind);
  assert_int_equal(job->change.target, 2);
  assert_int_equal(job->change.author, 117);
  job->change.seq = 7;
  job->change.at = 1767225600123;
  job->change.changed = changed;
  job->change.target_member = 17;
  house_finish(stage->house, STORE_DONE);
}

static json_t *change(struct stage *stage, const char *method, const char *params, enum store_kind kind, bool changed) {
  struct follower follower;
  follower_begin(&follower, stage, "kz", 6);
  struct staged *call = stage_call(stage, method, params);
  finish_change(stage, kind, changed);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.seq"), 7);
  json_decref(answer);
  json_t *taken = follower_take(&follower);
  follower_end(&follower);
  return taken;
}

static void an_edit_is_told_with_its_new_text(void **state) {
  json_t *taken =
      change(*state, "message.edit", "{\"room\":\"kz\",\"seq\":2,\"text\":\"" TEXT_ZH "\"}", STORE_EDIT, true);
  assert_string_equal(house_text(taken, "0.params.type"), "edit");
  assert_int_equal(house_number(taken, "0.params.target"), 2);
  assert_string_equal(house_text(taken, "0.params.text"), TEXT_ZH);
  json_decref(taken);
}

static void a_removal_is_told_with_its_reason(void **state) {
  json_t *taken =
      change(*state, "message.remove", "{\"room\":\"kz\",\"seq\":2,\"reason\":\"Реклама\"}", STORE_REMOVE, true);
  assert_string_equal(house_text(taken, "0.params.type"), "remove");
  assert_string_equal(house_text(taken, "0.params.reason"), "Реклама");
  json_decref(taken);
}

static void a_removal_may_be_without_a_reason(void **state) {
  json_t *taken = change(*state, "message.remove", "{\"room\":\"kz\",\"seq\":2}", STORE_REMOVE, true);
  assert_string_equal(house_text(taken, "0.params.type"), "remove");
  assert_null(house_at(taken, "0.params.reason"));
  json_decref(taken);
}

static void a_reaction_is_told_on_and_off(void **state) {
  json_t *taken =
      change(*state, "message.react", "{\"room\":\"kz\",\"seq\":2,\"emoji\":\"👍\",\"on\":true}", STORE_REACT, true);
  assert_string_equal(house_text(taken, "0.params.type"), "react");
  assert_string_equal(house_text(taken, "0.params.emoji"), "👍");
  assert_int_equal(house_number(taken, "0.params.on"), 1);
  json_decref(taken);
}

static void a_change_that_changes_nothing_is_told_to_nobody(void **state) {
  json_t *taken = change(*state, "message.edit", "{\"room\":\"kz\",\"seq\":2,\"text\":\"x\"}", STORE_EDIT, false);
  assert_int_equal(json_array_size(taken), 0);
  json_decref(taken);
  taken = change(*state, "message.remove", "{\"room\":\"kz\",\"seq\":2}", STORE_REMOVE, false);
  assert_int_equal(json_array_size(taken), 0);
  json_decref(taken);
}

static void who_may_remove_what_others_wrote_is_for_the_store_to_say(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "message.remove", "{\"room\":\"kz\",\"seq\":2}");
  assert_int_equal(house_job(stage->house, STORE_REMOVE)->change.member, stage->member->key);
  house_refuse(stage->house, REASON_FORBIDDEN);
  stage_refused(call, "forbidden");
}

static void an_unknown_outcome_is_unavailable_and_says_when_to_try_again(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "message.edit", "{\"room\":\"kz\",\"seq\":2,\"text\":\"x\"}");
  house_finish(stage->house, STORE_UNKNOWN);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "error.code"), 1000);
  assert_string_equal(house_text(answer, "error.data.reason"), "unavailable");
  assert_true(json_number_value(house_at(answer, "error.data.retry_after")) >= 1);
  json_decref(answer);
}

/* ---- the rate of changes ---- */

#define CHANGES 30 /* three times the posts of the same time */

static struct staged *change_begin(struct stage *stage, int which) {
  if (which % 3 == 0) return stage_call(stage, "message.edit", "{\"room\":\"kz\",\"seq\":2,\"text\":\"" TEXT_RU "\"}");
  if (which % 3 == 1) return stage_call(stage, "message.remove", "{\"room\":\"kz\",\"seq\":2}");
  return stage_call(stage, "message.react", "{\"room\":\"kz\",\"seq\":2,\"emoji\":\"👍\",\"on\":true}");
}

static void change_whole(struct stage *stage, int which, int64_t seq) {
  const enum store_kind kinds[] = {STORE_EDIT, STORE_REMOVE, STORE_REACT};
  struct staged *call = change_begin(stage, which);
  struct store_job *job = house_job(stage->house, kinds[which % 3]);
  job->change.seq = seq;
  job->change.at = 1767225600123;
  job->change.changed = seq > 0;
  house_finish(stage->house, STORE_DONE);
  json_decref(stage_answer(call));
}

static void changes_of_all_kinds_share_a_rate_that_posts_do_not_use_up(void **state) {
  struct stage *stage = *state;
  for (int i = 0; i < CHANGES; i++) change_whole(stage, i, i + 1);
  for (int i = 0; i < 3; i++) {
    json_t *answer = stage_answer(change_begin(stage, i));
    assert_string_equal(house_text(answer, "error.data.reason"), "rate_limited");
    assert_int_equal((int)json_number_value(house_at(answer, "error.data.retry_after")), 1);
    json_decref(answer);
  }
  assert_int_equal(stage->house->job_count, 0);
  struct staged *call = post(stage, "a-1", TEXT_ZH);
  assert_false(house_job(stage->house, STORE_POST)->post.known_only);
  house_refuse(stage->house, REASON_MUTED);
  stage_refused(call, "muted");
  stage->house->now_ms += 1000;
  for (int i = 0; i < 3; i++) change_whole(stage, i, CHANGES + i + 1);
  stage_refused(change_begin(stage, 0), "rate_limited");
}

static void what_was_not_changed_costs_nothing_of_the_rate(void **state) {
  struct stage *stage = *state;
  for (int i = 0; i < 4 * CHANGES; i++) {
    struct staged *call;
    if (i % 4 == 0) {
      change_whole(stage, i, 0);
    } else if (i % 4 == 1) {
      call = change_begin(stage, i);
      house_refuse(stage->house, REASON_NOT_FOUND);
      stage_refused(call, "not_found");
    } else if (i % 4 == 2) {
      call = change_begin(stage, i);
      house_finish(stage->house, STORE_UNAVAILABLE);
      stage_refused(call, "unavailable");
    } else {
      stage->house->store_full = true;
      stage_refused(change_begin(stage, i), "unavailable");
      stage->house->store_full = false;
    }
  }
  for (int i = 0; i < CHANGES; i++) change_whole(stage, i, i + 1);
  stage_refused(change_begin(stage, 0), "rate_limited");
}

static void without_a_rate_of_posts_changes_have_none(void **state) {
  struct stage *stage = *state;
  stage->house->services.limits = false;
  for (int i = 0; i < 2 * CHANGES; i++) change_whole(stage, i, i + 1);
  stage->house->services.limits = true;
  stage->house->services.post_rate = (struct rate){0, 0};
  for (int i = 0; i < 2 * CHANGES; i++) change_whole(stage, i, 2 * CHANGES + i + 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_post_is_answered_and_told_to_followers_in_full),
      STAGE_TEST(an_entry_shows_its_author_as_at_the_posting),
      STAGE_TEST(a_repeated_post_is_answered_and_told_to_nobody),
      STAGE_TEST(what_an_answer_names_is_missing_until_it_came),
      STAGE_TEST(over_the_rate_only_repeated_posts_are_recognised),
      STAGE_TEST(what_was_not_posted_costs_nothing_of_the_rate),
      STAGE_TEST(without_limits_there_is_no_rate),
      STAGE_TEST(the_first_post_puts_the_room_on_the_list),
      STAGE_TEST(the_club_log_is_read_when_the_other_ones_list_grew),
      STAGE_TEST(a_post_whose_client_is_gone_is_told_to_followers_all_the_same),
      STAGE_TEST(rooms_that_nobody_may_enter_are_not_found_at_once),
      STAGE_TEST(what_several_of_the_first_day_say_is_held_back),
      STAGE_TEST(what_was_posted_before_is_recognised_though_it_is_the_same_text),
      STAGE_TEST(what_cannot_be_held_back_is_refused_as_a_post),
      STAGE_TEST(who_is_no_newcomer_or_moderates_is_not_held_back),
      STAGE_TEST(an_edit_is_told_with_its_new_text),
      STAGE_TEST(a_removal_is_told_with_its_reason),
      STAGE_TEST(a_removal_may_be_without_a_reason),
      STAGE_TEST(a_reaction_is_told_on_and_off),
      STAGE_TEST(a_change_that_changes_nothing_is_told_to_nobody),
      STAGE_TEST(who_may_remove_what_others_wrote_is_for_the_store_to_say),
      STAGE_TEST(an_unknown_outcome_is_unavailable_and_says_when_to_try_again),
      STAGE_TEST(changes_of_all_kinds_share_a_rate_that_posts_do_not_use_up),
      STAGE_TEST(what_was_not_changed_costs_nothing_of_the_rate),
      STAGE_TEST(without_a_rate_of_posts_changes_have_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
