#include "stage.h"

static void a_report_goes_to_the_store_and_is_answered_with_its_name(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "report.send",
                                   "{\"client_id\":\"c-1\",\"room\":\"kz\",\"seq\":5,\"reason\":\"Мошенничество\"}");
  struct store_job *job = house_job(stage->house, STORE_REPORT_SEND);
  assert_int_equal(job->report.member, 17);
  assert_int_equal(job->report.author, 117);
  assert_true(slice_is(job->report.client_id, "c-1"));
  assert_true(slice_is(job->report.room, "kz"));
  assert_int_equal(job->report.seq, 5);
  assert_true(slice_is(job->report.reason, "Мошенничество"));
  job->report.key = 9;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.report"), "p9");
  json_decref(answer);
  call = stage_call(stage, "report.send", "{\"client_id\":\"c-2\",\"room\":\"kz\",\"seq\":6,\"reason\":\"x\"}");
  assert_int_equal(house_job(stage->house, STORE_REPORT_SEND)->report.seq, 6);
  house_refuse(stage->house, REASON_FORBIDDEN);
  stage_refused(call, "forbidden");
  stage_refused(
      stage_call(stage, "report.send", "{\"client_id\":\"c-3\",\"room\":\"../kz\",\"seq\":6,\"reason\":\"x\"}"),
      "not_found");
}

static void the_queue_is_asked_for_as_it_is_wished(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "report.list", "{}");
  struct store_job *job = house_job(stage->house, STORE_REPORT_LIST);
  assert_int_equal(job->report.member, 17);
  assert_false(job->report.own);
  assert_false(job->report.settled);
  assert_int_equal(job->report.before, 0);
  assert_int_equal(job->report.limit, LIMIT_REPORTS_PAGE);
  house_refuse(stage->house, REASON_FORBIDDEN);
  stage_refused(call, "forbidden");
  call = stage_call(stage, "report.list", "{\"state\":\"settled\",\"before\":\"p90\",\"limit\":3,\"own\":true}");
  job = house_job(stage->house, STORE_REPORT_LIST);
  assert_true(job->report.own);
  assert_true(job->report.settled);
  assert_int_equal(job->report.before, 90);
  assert_int_equal(job->report.limit, 3);
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.reports")), 0);
  assert_int_equal(house_number(answer, "result.more"), 0);
  json_decref(answer);
  stage_refused(stage_call(stage, "report.list", "{\"before\":\"a90\"}"), "before");
}

static void a_report_shows_who_what_where_and_what_was_around(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "report.list", "{}");
  struct store_job *job = house_job(stage->house, STORE_REPORT_LIST);
  struct author wang = {.key = 105, .member = 5, .name = SLICE_LITERAL("王伟"), .country = SLICE_LITERAL("cn")};
  struct author ivan = {.key = 106, .member = 6, .name = SLICE_LITERAL("Иван Петров"), .country = SLICE_LITERAL("ru")};
  struct entry around = {.room = SLICE_LITERAL("kz"),
                         .seq = 7,
                         .at = 1767225600000,
                         .type = ENTRY_MESSAGE,
                         .from = wang,
                         .text = SLICE_LITERAL(TEXT_ZH),
                         .client_id = SLICE_LITERAL("c")};
  struct report_record records[] = {{.key = 3,
                                     .at = 1767225600123,
                                     .sender = wang,
                                     .accused = ivan,
                                     .room = SLICE_LITERAL("kz"),
                                     .seq = 8,
                                     .text = SLICE_LITERAL("Дёшево!!!"),
                                     .around = &around,
                                     .around_count = 1,
                                     .reason = SLICE_LITERAL("Реклама"),
                                     .reported_before = 4,
                                     .upheld_before = 2},
                                    {.key = 2,
                                     .at = 1767225600000,
                                     .accused = ivan,
                                     .room = SLICE_LITERAL("kz"),
                                     .outcome = SLICE_LITERAL("dismissed"),
                                     .settled_by = wang,
                                     .settled_at = 1767229200000}};
  job->report.records = records;
  job->report.count = 2;
  job->report.more = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.reports.0.report"), "p3");
  assert_string_equal(house_text(answer, "result.reports.0.sender.name"), "王伟");
  assert_string_equal(house_text(answer, "result.reports.0.accused.id"), "m6");
  assert_int_equal(house_number(answer, "result.reports.0.seq"), 8);
  assert_string_equal(house_text(answer, "result.reports.0.text"), "Дёшево!!!");
  assert_string_equal(house_text(answer, "result.reports.0.around.0.text"), TEXT_ZH);
  assert_int_equal(house_number(answer, "result.reports.0.reported_before"), 4);
  assert_int_equal(house_number(answer, "result.reports.0.upheld_before"), 2);
  assert_null(house_at(answer, "result.reports.0.outcome"));
  assert_null(house_at(answer, "result.reports.1.sender"));
  assert_null(house_at(answer, "result.reports.1.seq"));
  assert_null(house_at(answer, "result.reports.1.text"));
  assert_string_equal(house_text(answer, "result.reports.1.outcome"), "dismissed");
  assert_string_equal(house_text(answer, "result.reports.1.settled_by.id"), "m5");
  assert_string_equal(house_text(answer, "result.reports.1.settled_at"), "2026-01-01T01:00:00.000Z");
  assert_int_equal(house_number(answer, "result.more"), 1);
  json_decref(answer);
}

static void what_came_of_a_report_is_an_act(void **state) {
  struct stage *stage = *state;
  struct staged *call =
      stage_call(stage, "report.settle", "{\"report\":\"p3\",\"outcome\":\"muted\",\"note\":\"На день\"}");
  struct store_job *job = house_job(stage->house, STORE_ACT);
  assert_int_equal(job->act.act, ACT_SETTLE);
  assert_int_equal(job->act.report, 3);
  assert_true(slice_is(job->act.outcome, "muted"));
  assert_true(slice_is(job->act.reason, "На день"));
  job->act.changed = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_object_size(house_at(answer, "result")), 0);
  json_decref(answer);
  call = stage_call(stage, "report.settle", "{\"report\":\"p3\",\"outcome\":\"banned\"}");
  assert_null(house_job(stage->house, STORE_ACT)->act.reason.data);
  house_refuse(stage->house, REASON_CONFLICT);
  stage_refused(call, "conflict");
  stage_refused(stage_call(stage, "report.settle", "{\"report\":\"3\",\"outcome\":\"muted\"}"), "not_found");
}

static void a_text_that_is_published_is_in_the_room_at_once(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  follower_begin(&follower, stage, "kz", 0);
  struct staged *call = stage_call(stage, "report.settle", "{\"report\":\"p3\",\"outcome\":\"published\"}");
  struct store_job *job = house_job(stage->house, STORE_ACT);
  struct entry entry = {.room = SLICE_LITERAL("kz"),
                        .seq = 1,
                        .at = 1767225600123,
                        .type = ENTRY_MESSAGE,
                        .from = {.key = 105, .member = 5, .name = SLICE_LITERAL("王伟")},
                        .text = SLICE_LITERAL(TEXT_ZH),
                        .client_id = SLICE_LITERAL("c")};
  job->act.room = entry.room;
  job->act.entries = &entry;
  job->act.count = 1;
  job->act.changed = true;
  house_finish(stage->house, STORE_DONE);
  json_decref(stage_answer(call));
  json_t *taken = follower_take(&follower);
  assert_string_equal(house_text(taken, "0.params.text"), TEXT_ZH);
  assert_string_equal(house_text(taken, "0.params.from.id"), "m5");
  json_decref(taken);
  follower_end(&follower);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_report_goes_to_the_store_and_is_answered_with_its_name),
      STAGE_TEST(the_queue_is_asked_for_as_it_is_wished),
      STAGE_TEST(a_report_shows_who_what_where_and_what_was_around),
      STAGE_TEST(what_came_of_a_report_is_an_act),
      STAGE_TEST(a_text_that_is_published_is_in_the_room_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
