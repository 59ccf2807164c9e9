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

static void nobody_gives_what_they_may_not(void **state) {
  struct stage *stage = *state;
  stage_refused(create(stage, ROLE_MEMBER, ""), "forbidden");
  stage_refused(create(stage, ROLE_MODERATOR, ",\"role\":\"moderator\""), "forbidden");
  stage_refused(create(stage, ROLE_MODERATOR, ",\"role\":\"admin\""), "forbidden");
  stage_refused(create(stage, ROLE_ADMIN, ",\"room\":\"us\""), "not_found");
  stage_refused(create(stage, ROLE_ADMIN, ",\"room\":\"dm.abc\""), "not_found");
  stage->member->role = ROLE_MEMBER;
  stage_refused(stage_call(stage, "invite.list", "{}"), "forbidden");
  stage_refused(stage_call(stage, "invite.revoke", "{\"invite\":\"i5\"}"), "forbidden");
  assert_int_equal(stage->house->job_count, 0);
}

static void admins_see_and_revoke_all_moderators_their_own(void **state) {
  struct stage *stage = *state;
  const enum role roles[] = {ROLE_MODERATOR, ROLE_ADMIN};
  for (size_t i = 0; i < 2; i++) {
    stage->member->role = roles[i];
    struct staged *call = stage_call(stage, "invite.revoke", "{\"invite\":\"i5\"}");
    struct store_job *job = house_job(stage->house, STORE_INVITE_REVOKE);
    assert_int_equal(job->invite.record.key, 5);
    assert_int_equal(job->invite.any, roles[i] == ROLE_ADMIN);
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
    call = stage_call(stage, "invite.list", "{}");
    assert_int_equal(house_job(stage->house, STORE_INVITE_LIST)->invite.any, roles[i] == ROLE_ADMIN);
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
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

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_link_is_made_of_a_token_of_which_the_store_gets_the_digest),
      STAGE_TEST(a_repeated_request_gives_the_same_link),
      STAGE_TEST(what_is_asked_for_is_stored),
      STAGE_TEST(nobody_gives_what_they_may_not),
      STAGE_TEST(admins_see_and_revoke_all_moderators_their_own),
      STAGE_TEST(a_list_of_thousands_fits_into_a_frame),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
