/* What methods do with the rights that memory knows. */
#include "stage.h"

static void sanction(struct stage *stage, enum sanction_kind kind, const char *room, int64_t until) {
  struct member_record record = house_record(17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  struct sanction one = {kind, slice_of(room), until, SLICE_LITERAL("Реклама")};
  record.sanctions = &one;
  record.sanction_count = 1;
  assert_true(present_update(stage->member, &record));
}

/* Memory knows the room, its page and the member's counts. */
static void know(struct stage *stage, struct follower *follower) {
  struct room_record record = house_room("kz", ROOM_COUNTRY, 3, 3);
  follower_begin(follower, stage, "kz", 3);
  assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"kz\",\"after\":3}");
  struct store_job *job = house_job(stage->house, STORE_ROOM_JOIN);
  job->page.as_of = 3;
  job->page.record = house_room("kz", ROOM_COUNTRY, 3, 3);
  job->page.record.settings = (struct room_settings){.topic = SLICE_LITERAL(TEXT_ZH), .slow = 30};
  house_finish(stage->house, STORE_DONE);
  rooms_wake(stage->house->services.rooms, &stage->house->completions);
  json_decref(stage_answer(call));
}

static struct staged *join(struct stage *stage) {
  return stage_call(stage, "room.join", "{\"room\":\"kz\",\"after\":3}");
}

static void a_join_from_memory_shows_what_moderators_set(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  know(stage, &follower);
  struct staged *call = join(stage);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.room.topic"), TEXT_ZH);
  assert_int_equal(house_number(answer, "result.room.slow"), 30);
  json_decref(answer);
  stage->house->services.raid = true;
  answer = stage_answer(join(stage));
  assert_int_equal(house_number(answer, "result.room.slow"), RAID_SLOW_SECONDS);
  json_decref(answer);
  struct entry entry = {
      .room = SLICE_LITERAL("kz"), .seq = 4, .type = ENTRY_ROOM, .detail = SLICE_LITERAL("\"slow\":90")};
  rooms_append(stage->house->services.rooms, &entry, false);
  call = join(stage);
  struct store_job *job = house_job(stage->house, STORE_ROOM_GET); /* not known any more */
  job->room.record = house_room("kz", ROOM_COUNTRY, 4, 3);
  job->room.record.settings.slow = 90;
  house_finish(stage->house, STORE_DONE);
  answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.room.slow"), 90);
  json_decref(answer);
  answer = stage_answer(join(stage)); /* … and known again */
  assert_int_equal(house_number(answer, "result.room.slow"), 90);
  json_decref(answer);
  follower_end(&follower);
}

static void one_who_is_banned_gets_nothing_from_memory(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  know(stage, &follower);
  int64_t until = stage->house->now_ms + 60000;
  sanction(stage, SANCTION_BAN, "kz", until);
  struct staged *call = join(stage);
  house_job(stage->house, STORE_ROOM_JOIN);
  house_refuse(stage->house, REASON_BANNED);
  stage_refused(call, "banned");
  call = stage_call(stage, "room.history", "{\"room\":\"kz\"}");
  house_job(stage->house, STORE_HISTORY);
  house_refuse(stage->house, REASON_BANNED);
  stage_refused(call, "banned");
  call = stage_call(stage, "room.members", "{\"room\":\"kz\"}");
  house_job(stage->house, STORE_ROOM_GET);
  house_refuse(stage->house, REASON_BANNED);
  stage_refused(call, "banned");
  stage->house->now_ms = until; /* it is over without anybody doing anything */
  json_decref(stage_answer(join(stage)));
  follower_end(&follower);
}

static void a_read_from_before_the_rights_changed_lets_nobody_in(void **state) {
  struct stage *stage = *state;
  struct staged *call = join(stage);
  struct store_job *job = house_job(stage->house, STORE_ROOM_JOIN);
  job->page.as_of = 3;
  job->page.record = house_room("kz", ROOM_COUNTRY, 3, 3);
  sanction(stage, SANCTION_BAN, "kz", 0); /* heard while the store was asked */
  house_finish(stage->house, STORE_DONE);
  assert_false(call->call.answered);
  house_job(stage->house, STORE_ROOM_JOIN);
  house_refuse(stage->house, REASON_BANNED);
  assert_int_equal(call->call.effect, EFFECT_NONE);
  stage_refused(call, "banned");
}

static void one_who_is_let_out_while_joining_a_made_room_is_asked_for_again(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"r.abc\"}");
  struct store_job *job = house_job(stage->house, STORE_ROOM_JOIN);
  assert_false(job->page.for_many);
  job->page.as_of = 3;
  job->page.record = house_room("r.abc", ROOM_CUSTOM, 3, 3);
  stage->member->rights++;
  house_finish(stage->house, STORE_DONE);
  house_job(stage->house, STORE_ROOM_JOIN);
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
}

static void typing_of_one_who_may_not_write_is_told_to_nobody(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz", 0);
  stage->joined = SLICE_LITERAL("kz");
  static const struct {
    enum sanction_kind kind;
    const char *room, *why;
  } cases[] = {{SANCTION_MUTE, "kz", "muted"},
               {SANCTION_MUTE, "", "muted"},
               {SANCTION_BAN, "kz", "banned"},
               {SANCTION_FROZEN, "", "banned"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sanction(stage, cases[i].kind, cases[i].room, 0);
    stage_refused(stage_call(stage, "room.typing", "{\"room\":\"kz\"}"), cases[i].why);
  }
  sanction(stage, SANCTION_MUTE, "cn", 0); /* elsewhere */
  json_decref(stage_answer(stage_call(stage, "room.typing", "{\"room\":\"kz\"}")));
  json_t *taken = follower_take(&follower);
  assert_int_equal(json_array_size(taken), 1);
  json_decref(taken);
  follower_end(&follower);
}

static void a_room_shows_why_one_may_not_write_there(void **state) {
  struct stage *stage = *state;
  struct room_view view;
  struct room_record record = house_room("kz.trade", ROOM_PAIR, 3, 3);
  struct buffer out;
  buffer_init(&out, LIMIT_FRAME);
  sanction(stage, SANCTION_MUTE, "kz.trade", 1767229200000);
  method_room_view(&stage->house->services, stage->member, &record, true, &view);
  encode_room(&out, &view.face);
  json_t *room = house_json(buffer_slice(&out));
  assert_string_equal(house_text(room, "muted.until"), "2026-01-01T01:00:00.000Z");
  assert_string_equal(house_text(room, "muted.reason"), "Реклама");
  assert_string_equal(house_text(room, "role"), "member");
  json_decref(room);
  buffer_free(&out);
}

/* ---- the first day ---- */

static void who_came_today_posts_less(void **state) {
  struct stage *stage = *state;
  stage->member->made_at = stage->house->now_ms - 1000;
  for (int i = 0; i < 5; i++) {
    char params[128];
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"client_id\":\"a-%d\",\"text\":\"您好\"}", i);
    struct staged *call = stage_call(stage, "message.post", params);
    struct store_job *job = house_job(stage->house, STORE_POST);
    assert_int_equal(job->post.known_only, i >= 4); /* a third of ten */
    if (i >= 4) {
      house_refuse(stage->house, REASON_RATE_LIMITED);
      stage_refused(call, "rate_limited");
      break;
    }
    job->post.seq = i + 1;
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
    if (i == 0) house_refuse(stage->house, REASON_NOT_FOUND); /* the listing of a first post */
    while (stage->house->job_count > 0) house_finish(stage->house, STORE_UNAVAILABLE);
  }
}

static void who_came_today_opens_few_talks(void **state) {
  struct stage *stage = *state;
  stage->member->made_at = stage->house->now_ms - 1000;
  for (int i = 0; i < YOUNG_OPENS; i++) {
    char params[64], talk[32];
    snprintf(params, sizeof params, "{\"member\":\"m%d\"}", 30 + i);
    snprintf(talk, sizeof talk, "dm.%d", i);
    for (int again = i > 0; again < 2; again++) { /* one that is on the list costs nothing */
      struct staged *call = stage_call(stage, "direct.open", params);
      struct store_job *job = house_job(stage->house, STORE_DIRECT_OPEN);
      job->room.record = house_room(talk, ROOM_DIRECT, 0, 0);
      house_finish(stage->house, STORE_DONE);
      json_decref(stage_answer(call));
    }
  }
  stage_refused(stage_call(stage, "direct.open", "{\"member\":\"m50\"}"), "rate_limited");
  stage->member->made_at -= YOUNG_SECONDS * INT64_C(1000);
  struct staged *call = stage_call(stage, "direct.open", "{\"member\":\"m50\"}");
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
}

static void who_came_today_lets_few_in(void **state) {
  struct stage *stage = *state;
  stage->member->made_at = stage->house->now_ms - 1000;
  for (int i = 0; i <= YOUNG_INVITES; i++) {
    struct staged *call = stage_call(stage, "room.invite", "{\"room\":\"r.abc\",\"member\":\"m5\",\"on\":true}");
    if (i < YOUNG_INVITES) house_finish(stage->house, STORE_DONE);
    if (i < YOUNG_INVITES)
      json_decref(stage_answer(call));
    else
      stage_refused(call, "rate_limited");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_join_from_memory_shows_what_moderators_set),
      STAGE_TEST(one_who_is_banned_gets_nothing_from_memory),
      STAGE_TEST(a_read_from_before_the_rights_changed_lets_nobody_in),
      STAGE_TEST(one_who_is_let_out_while_joining_a_made_room_is_asked_for_again),
      STAGE_TEST(typing_of_one_who_may_not_write_is_told_to_nobody),
      STAGE_TEST(a_room_shows_why_one_may_not_write_there),
      STAGE_TEST(who_came_today_posts_less),
      STAGE_TEST(who_came_today_opens_few_talks),
      STAGE_TEST(who_came_today_lets_few_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
