#include "stage.h"

static struct staged *update(struct stage *stage, const char *params) {
  return stage_call(stage, "member.update", params);
}

static void a_card_is_shown_with_whether_its_member_is_here(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "member.get", "{\"member\":\"m17\"}");
  struct store_job *job = house_job(stage->house, STORE_MEMBER_GET);
  assert_int_equal(job->member.member.key, 17);
  job->member.member = house_record(17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.member.name"), "Айгуль Сериккызы");
  assert_int_equal(house_number(answer, "result.member.online"), 1);
  assert_null(house_at(answer, "result.member.invited_by"));
  json_decref(answer);
}

static void a_card_names_who_invited(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "member.get", "{\"member\":\"m17\"}");
  struct store_job *job = house_job(stage->house, STORE_MEMBER_GET);
  job->member.member = house_record(17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  job->member.inviter = 3;
  job->member.inviter_name = slice_of("王博");
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.member.invited_by.id"), "m3");
  assert_string_equal(house_text(answer, "result.member.invited_by.name"), "王博");
  json_decref(answer);
}

static void nobodys_card_is_not_found(void **state) {
  struct stage *stage = *state;
  stage_refused(stage_call(stage, "member.get", "{\"member\":\"17\"}"), "not_found"); /* no member's id */
  struct staged *call = stage_call(stage, "member.get", "{\"member\":\"m4711\"}");
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
}

static void only_what_is_given_is_changed(void **state) {
  struct stage *stage = *state;
  struct staged *call = update(stage, "{\"name\":\"Айгуль Н.\",\"about\":\"\",\"languages\":[]}");
  struct store_job *job = house_job(stage->house, STORE_MEMBER_UPDATE);
  struct member_record *given = &job->member.member;
  assert_int_equal(given->key, 17);
  assert_true(slice_is(given->name, "Айгуль Н."));
  assert_non_null(given->about.data);
  assert_int_equal(given->about.size, 0);
  assert_null(given->company.data);
  assert_null(given->country.data);
  assert_null(given->sectors.items);
  assert_non_null(given->languages.items);
  *given = house_record(17, "aigul", "Айгуль Н.", ROLE_MEMBER);
  given->author = 218;
  job->club_head = 9;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.member.name"), "Айгуль Н.");
  json_decref(answer);
  assert_int_equal(stage->member->author.key, 218); /* who posts from now on */
  assert_true(slice_is(stage->member->author.name, "Айгуль Н."));
}

static void what_the_club_has_not_is_refused(void **state) {
  struct stage *stage = *state;
  stage_refused(update(stage, "{\"country\":\"atlantis\"}"), "country");
  stage_refused(update(stage, "{\"sectors\":[\"fintech\",\"alchemy\"]}"), "sectors");
  stage_refused(update(stage, "{\"languages\":[\"klingon\"]}"), "languages");
  assert_int_equal(stage->house->job_count, 0);
}

static void changes_of_cards_have_the_rate_of_changes(void **state) {
  struct stage *stage = *state;
  for (int i = 0; i < 30; i++) {
    struct staged *call = update(stage, "{\"about\":\"x\"}");
    struct store_job *job = house_job(stage->house, STORE_MEMBER_UPDATE);
    job->member.member = house_record(17, "aigul", "А", ROLE_MEMBER);
    job->club_head = i + 1;
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
  }
  stage_refused(update(stage, "{\"about\":\"x\"}"), "rate_limited");
  stage->house->now_ms += 1000;
  struct staged *call = update(stage, "{\"about\":\"x\"}");
  house_finish(stage->house, STORE_UNAVAILABLE); /* costs nothing */
  stage_refused(call, "unavailable");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_card_is_shown_with_whether_its_member_is_here),
      STAGE_TEST(a_card_names_who_invited),
      STAGE_TEST(nobodys_card_is_not_found),
      STAGE_TEST(only_what_is_given_is_changed),
      STAGE_TEST(what_the_club_has_not_is_refused),
      STAGE_TEST(changes_of_cards_have_the_rate_of_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
