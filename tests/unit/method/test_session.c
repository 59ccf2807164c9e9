#include "stage.h"

static void ones_sessions_are_listed_and_the_own_one_is_marked(void **state) {
  struct stage *stage = *state;
  struct session_record sessions[] = {{.key = 7,
                                       .made_at = 1769846703120,
                                       .used_at = 1769846708120,
                                       .address = SLICE_LITERAL("192.0.2.7"),
                                       .client = SLICE_LITERAL("Firefox · Windows")},
                                      {.key = 5, .made_at = 1769846703120, .used_at = 1769846703120}};
  struct staged *call = stage_call(stage, "session.list", "{}");
  struct store_job *job = house_job(stage->house, STORE_SESSION_LIST);
  assert_int_equal(job->session.member, 17);
  job->session.sessions = sessions;
  job->session.count = 2;
  call->call.session = 5;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.sessions.0.session"), "s7");
  assert_string_equal(house_text(answer, "result.sessions.0.client"), "Firefox · Windows");
  assert_string_equal(house_text(answer, "result.sessions.0.used_at"), "2026-01-31T08:05:08.120Z");
  assert_int_equal(house_number(answer, "result.sessions.0.own"), 0);
  assert_string_equal(house_text(answer, "result.sessions.1.address"), "");
  assert_int_equal(house_number(answer, "result.sessions.1.own"), 1);
  json_decref(answer);
}

static void a_session_is_ended_for_its_member_alone(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "session.end", "{\"session\":\"s7\"}");
  struct store_job *job = house_job(stage->house, STORE_SESSION_END);
  assert_int_equal(job->session.session, 7);
  assert_int_equal(job->session.member, 17);
  job->club_head = 31;
  house_finish(stage->house, STORE_DONE);
  json_decref(stage_answer(call));
  assert_int_equal(stage->house->club_head, 31); /* all instances hear of it */
}

static void what_is_no_session_of_ones_own_is_not_found(void **state) {
  struct stage *stage = *state;
  static const char *const forged[] = {"{\"session\":\"7\"}",  "{\"session\":\"m7\"}",
                                       "{\"session\":\"s\"}",  "{\"session\":\"s-7\"}",
                                       "{\"session\":\"s0\"}", "{\"session\":\"s99999999999999999999999\"}"};
  for (size_t i = 0; i < sizeof forged / sizeof *forged; i++)
    stage_refused(stage_call(stage, "session.end", forged[i]), "not_found");
  assert_int_equal(stage->house->job_count, 0);
  struct staged *call = stage_call(stage, "session.end", "{\"session\":\"s8\"}");
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(ones_sessions_are_listed_and_the_own_one_is_marked),
      STAGE_TEST(a_session_is_ended_for_its_member_alone),
      STAGE_TEST(what_is_no_session_of_ones_own_is_not_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
