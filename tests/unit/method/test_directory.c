#include "stage.h"

static struct staged *find(struct stage *stage, const char *params) {
  return stage_call(stage, "member.find", params);
}

static void all_that_is_asked_for_reaches_the_store(void **state) {
  struct stage *stage = *state;
  struct staged *call =
      find(stage, "{\"text\":\"хлопок\",\"country\":\"kz\",\"sector\":\"fintech\",\"language\":\"ru\","
                  "\"offers\":\"склад\",\"seeks\":\"棉花\",\"after\":\"m12\",\"limit\":7}");
  struct store_job *job = house_job(stage->house, STORE_MEMBER_FIND);
  const struct store_people *wish = &job->people;
  assert_true(slice_is(wish->text, "хлопок") && slice_is(wish->country, "kz") && slice_is(wish->sector, "fintech"));
  assert_true(slice_is(wish->language, "ru") && slice_is(wish->offers, "склад") && slice_is(wish->seeks, "棉花"));
  assert_int_equal(wish->after, 12);
  assert_int_equal(wish->limit, 7);
  struct member_record members[] = {house_record(17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER),
                                    house_record(4, "xiaolong", "王小龙", ROLE_MEMBER)};
  job->people.members = members;
  job->people.count = 2;
  job->people.more = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.members.0.online"), 1);
  assert_int_equal(house_number(answer, "result.members.1.online"), 0);
  assert_string_equal(house_text(answer, "result.members.1.name"), "王小龙");
  assert_int_equal(house_number(answer, "result.more"), 1);
  json_decref(answer);
}

static void without_anything_everybody_is_asked_for(void **state) {
  struct stage *stage = *state;
  struct staged *call = find(stage, "{}");
  const struct store_people *wish = &house_job(stage->house, STORE_MEMBER_FIND)->people;
  assert_null(wish->text.data);
  assert_null(wish->country.data);
  assert_null(wish->offers.data);
  assert_int_equal(wish->after, 0);
  assert_int_equal(wish->limit, LIMIT_HISTORY_DEFAULT);
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.members")), 0);
  json_decref(answer);
}

static void what_the_club_has_not_is_refused(void **state) {
  struct stage *stage = *state;
  stage_refused(find(stage, "{\"country\":\"atlantis\"}"), "country");
  stage_refused(find(stage, "{\"sector\":\"alchemy\"}"), "sector");
  stage_refused(find(stage, "{\"language\":\"klingon\"}"), "language");
  stage_refused(find(stage, "{\"after\":\"12\"}"), "after");
  assert_int_equal(stage->house->job_count, 0);
}

static void whoever_searches_too_much_waits(void **state) {
  struct stage *stage = *state;
  for (int i = 0; i < LIMIT_FINDS; i++) {
    struct staged *call = find(stage, "{\"text\":\"x\"}");
    house_finish(stage->house, STORE_DONE);
    json_decref(stage_answer(call));
  }
  stage_refused(find(stage, "{\"text\":\"x\"}"), "rate_limited");
  stage->house->now_ms += LIMIT_FINDS_MS / LIMIT_FINDS + 1;
  struct staged *call = find(stage, "{\"text\":\"x\"}");
  house_finish(stage->house, STORE_UNAVAILABLE);
  stage_refused(call, "unavailable");
}

static void long_cards_shorten_the_page_not_the_list(void **state) {
  struct stage *stage = *state;
  char about[LIMIT_ABOUT * 4 + 1] = "";
  for (int i = 0; i < LIMIT_ABOUT; i++) memcpy(about + 4 * i, "𠀋", 5);
  struct member_record members[LIMIT_HISTORY];
  for (int i = 0; i < LIMIT_HISTORY; i++) {
    members[i] = house_record(100 + i, "long", "Long", ROLE_MEMBER);
    members[i].about = members[i].offers = members[i].seeks = slice_of(about);
  }
  struct staged *call = find(stage, "{\"limit\":100}");
  struct store_job *job = house_job(stage->house, STORE_MEMBER_FIND);
  job->people.members = members;
  job->people.count = LIMIT_HISTORY;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_in_range(json_array_size(house_at(answer, "result.members")), 5, 20);
  assert_int_equal(house_number(answer, "result.more"), 1);
  json_decref(answer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(all_that_is_asked_for_reaches_the_store),  STAGE_TEST(without_anything_everybody_is_asked_for),
      STAGE_TEST(what_the_club_has_not_is_refused),         STAGE_TEST(whoever_searches_too_much_waits),
      STAGE_TEST(long_cards_shorten_the_page_not_the_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
