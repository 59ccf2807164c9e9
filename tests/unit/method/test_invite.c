#include "stage.h"

static struct staged *create(struct stage *stage, enum role role, const char *more) {
  char params[256];
  stage->member->role = role;
  snprintf(params, sizeof params, "{\"client_id\":\"for-almaty\"%s}", more);
  return stage_call(stage, "invite.create", params);
}

static void finish_create(struct stage *stage) {
  struct store_job *job = house_job(stage->house, STORE_INVITE_CREATE);
  job->invite.record.key = 5;
  house_finish(stage->house, STORE_DONE);
}

static void a_link_is_made_of_a_token_of_which_the_store_gets_the_digest(void **state) {
  struct stage *stage = *state;
  struct staged *call = create(stage, ROLE_MODERATOR, "");
  struct store_job *job = house_job(stage->house, STORE_INVITE_CREATE);
  unsigned char digest[DIGEST_SIZE], stored[DIGEST_SIZE];
  memcpy(stored, job->invite.digest, DIGEST_SIZE);
  assert_int_equal(job->invite.record.role, ROLE_MEMBER);
  assert_int_equal(job->invite.record.uses, 1);
  assert_int_equal(job->invite.record.expires_at, stage->house->now_ms + 7 * 24 * 3600 * INT64_C(1000));
  assert_int_equal(job->invite.record.room.size, 0);
  assert_int_equal(job->invite.member, 17);
  finish_create(stage);
  json_t *answer = stage_answer(call);
  char url[256];
  const size_t begin = strlen("https://club.example.org/#invite=");
  snprintf(url, sizeof url, "%s", house_text(answer, "result.url"));
  assert_int_equal(strncmp(url, "https://club.example.org/#invite=", begin), 0);
  assert_int_equal(strlen(url), begin + TOKEN_SIZE);
  digest_sha256((struct slice){url + begin, TOKEN_SIZE}, digest);
  assert_memory_equal(digest, stored, DIGEST_SIZE);
  assert_string_equal(house_text(answer, "result.invite"), "i5");
  assert_string_equal(house_text(answer, "result.expires_at"), "2026-01-08T00:00:00.000Z");
  json_decref(answer);
}

static void a_repeated_request_gives_the_same_link(void **state) {
  struct stage *stage = *state;
  struct staged *first = create(stage, ROLE_ADMIN, "");
  finish_create(stage);
  json_t *one = stage_answer(first);
  struct staged *second = create(stage, ROLE_ADMIN, ",\"uses\":7");
  finish_create(stage);
  json_t *two = stage_answer(second);
  assert_string_equal(house_text(one, "result.url"), house_text(two, "result.url"));
  json_decref(one);
  json_decref(two);
}

static void what_is_asked_for_is_stored(void **state) {
  struct stage *stage = *state;
  struct staged *call =
      create(stage, ROLE_ADMIN, ",\"role\":\"moderator\",\"room\":\"kz.fintech\",\"uses\":1000,\"for\":3600");
  struct store_job *job = house_job(stage->house, STORE_INVITE_CREATE);
  assert_int_equal(job->invite.record.role, ROLE_MODERATOR);
  assert_int_equal(job->invite.record.uses, 1000);
  assert_int_equal(job->invite.record.expires_at, stage->house->now_ms + 3600000);
  assert_true(slice_is(job->invite.record.room, "kz.fintech"));
  house_refuse(stage->house, REASON_RATE_LIMITED);
  stage_refused(call, "rate_limited");
}

static void nobody_sees_what_they_may_not(void **state) {
  struct stage *stage = *state;
  stage_refused(create(stage, ROLE_ADMIN, ",\"room\":\"us\""), "not_found");
  stage_refused(create(stage, ROLE_ADMIN, ",\"room\":\"dm.abc\""), "not_found");
  assert_int_equal(stage->house->job_count, 0);
  struct staged *call = create(stage, ROLE_ADMIN, ",\"room\":\"r.abc\""); /* of that one only the store knows */
  assert_true(slice_is(house_job(stage->house, STORE_INVITE_CREATE)->invite.record.room, "r.abc"));
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
}

/* Whoever was appointed just now may invite and see invites, though this instance does not know it yet. */
static void the_store_says_who_invites(void **state) {
  struct stage *stage = *state;
  struct staged *call = create(stage, ROLE_MEMBER, "");
  finish_create(stage);
  json_decref(stage_answer(call));
  call = create(stage, ROLE_MODERATOR, ",\"role\":\"moderator\"");
  house_job(stage->house, STORE_INVITE_CREATE)->reason = REASON_FORBIDDEN;
  house_finish(stage->house, STORE_REFUSED);
  stage_refused(call, "forbidden");
}

static void the_store_says_who_sees_and_revokes(void **state) {
  struct stage *stage = *state;
  const enum role roles[] = {ROLE_MEMBER, ROLE_ADMIN};
  for (size_t i = 0; i < 2; i++) {
    stage->member->role = roles[i];
    struct staged *call = stage_call(stage, "invite.revoke", "{\"invite\":\"i5\"}");
    struct store_job *job = house_job(stage->house, STORE_INVITE_REVOKE);
    assert_int_equal(job->invite.record.key, 5);
    assert_int_equal(job->invite.member, 17);
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
    call = stage_call(stage, "invite.list", "{}");
    assert_int_equal(house_job(stage->house, STORE_INVITE_LIST)->invite.member, 17);
    house_refuse(stage->house, REASON_FORBIDDEN);
    stage_refused(call, "forbidden");
  }
  const char *wrong[] = {"5", "m5", "i", "i05", "i-5", "i5x", "i99999999999999999999999"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char params[128];
    snprintf(params, sizeof params, "{\"invite\":\"%s\"}", wrong[i]);
    stage_refused(stage_call(stage, "invite.revoke", params), "not_found");
  }
}

static void a_list_of_thousands_fits_into_a_frame(void **state) {
  struct stage *stage = *state;
  static struct invite_record records[3000];
  for (int i = 0; i < 3000; i++)
    records[i] = (struct invite_record){.key = i + 1,
                                        .role = ROLE_MEMBER,
                                        .room = SLICE_LITERAL("kz.artificial-intelligence"),
                                        .uses = 1000,
                                        .used = 10,
                                        .made_at = 1767225600000,
                                        .expires_at = 1767225600000,
                                        .made_by = i % 2 ? 17 : 0};
  stage->member->role = ROLE_ADMIN;
  struct staged *call = stage_call(stage, "invite.list", "{}");
  struct store_job *job = house_job(stage->house, STORE_INVITE_LIST);
  job->invite.records = records;
  job->invite.count = 3000;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_in_range(json_array_size(house_at(answer, "result.invites")), 200, 2999);
  assert_int_equal(house_number(answer, "result.more"), 1);
  assert_string_equal(house_text(answer, "result.invites.0.invite"), "i1");
  assert_string_equal(house_text(answer, "result.invites.0.made_by"), "");
  assert_string_equal(house_text(answer, "result.invites.1.made_by"), "m17");
  assert_string_equal(house_text(answer, "result.invites.1.room"), "kz.artificial-intelligence");
  json_decref(answer);
}

/* ---- the tree ---- */

static struct tree_record tree_record(int64_t key, const char *login, const char *name, int64_t invited) {
  struct tree_record record = {.member = house_record(key, login, name, ROLE_MEMBER), .invited = invited};
  record.member.made_at = 1767225600000;
  return record;
}

static void the_tree_is_answered_as_the_store_has_it(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "invite.tree", "{\"member\":\"m5\",\"after\":\"m7\",\"limit\":2}");
  struct store_job *job = house_job(stage->house, STORE_INVITE_TREE);
  assert_int_equal(job->tree.asker, 17);
  assert_int_equal(job->tree.member, 5);
  assert_int_equal(job->tree.after, 7);
  assert_int_equal(job->tree.limit, 2);
  struct tree_record above = tree_record(3, "bo", "王博", 1000), below = tree_record(8, "dana", "Дана", 0);
  below.frozen = true;
  job->tree.root = tree_record(5, "anna", "Анна", 1);
  job->tree.above = &above;
  job->tree.above_count = 1;
  job->tree.invited = &below;
  job->tree.count = 1;
  job->tree.open = 4;
  job->tree.frozen = 3;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.member.id"), "m5");
  assert_string_equal(house_text(answer, "result.above.0.name"), "王博");
  assert_int_equal(house_number(answer, "result.above.0.invited"), 1000);
  assert_string_equal(house_text(answer, "result.members.0.joined_at"), "2026-01-01T00:00:00.000Z");
  assert_int_equal(house_number(answer, "result.members.0.frozen"), 1);
  assert_int_equal(house_number(answer, "result.open"), 4);
  assert_int_equal(house_number(answer, "result.frozen"), 3);
  assert_int_equal(house_number(answer, "result.more"), 0);
  json_decref(answer);
}

static void without_a_member_the_tree_is_shown_from_the_top(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "invite.tree", "{}");
  struct store_job *job = house_job(stage->house, STORE_INVITE_TREE);
  assert_int_equal(job->tree.member, 0);
  assert_int_equal(job->tree.limit, LIMIT_HISTORY_DEFAULT);
  struct tree_record top = tree_record(1, "ada", "Ada", 2);
  job->tree.invited = &top;
  job->tree.count = 1;
  job->tree.more = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_null(house_at(answer, "result.member"));
  assert_null(house_at(answer, "result.above"));
  assert_string_equal(house_text(answer, "result.members.0.login"), "ada");
  assert_int_equal(house_number(answer, "result.more"), 1);
  json_decref(answer);
  stage_refused(stage_call(stage, "invite.tree", "{\"member\":\"ada\"}"), "not_found");
  stage_refused(stage_call(stage, "invite.tree", "{\"after\":\"ada\"}"), "after");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_link_is_made_of_a_token_of_which_the_store_gets_the_digest),
      STAGE_TEST(a_repeated_request_gives_the_same_link),
      STAGE_TEST(what_is_asked_for_is_stored),
      STAGE_TEST(nobody_sees_what_they_may_not),
      STAGE_TEST(the_store_says_who_invites),
      STAGE_TEST(the_store_says_who_sees_and_revokes),
      STAGE_TEST(a_list_of_thousands_fits_into_a_frame),
      STAGE_TEST(the_tree_is_answered_as_the_store_has_it),
      STAGE_TEST(without_a_member_the_tree_is_shown_from_the_top),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
