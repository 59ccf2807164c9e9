#include "stage.h"

#define ENTRIES LIMIT_HISTORY

/* A page as the store gives it: entries `from` and following, each with this text and reactions. */
static void fill_page(struct store_job *job, int64_t from, size_t count, const char *text, size_t reactions) {
  static const char *const emoji[] = {
      "👍", "🎉", "❤️", "😀", "🙏", "👨‍👩‍👧‍👦", "🇰🇿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"};
  struct entry *entries = arena_alloc(job->arena, count * sizeof *entries);
  struct reaction *many = arena_alloc(job->arena, (reactions + 1) * sizeof *many);
  for (size_t i = 0; i < reactions; i++)
    many[i] = (struct reaction){.emoji = slice_of(emoji[i % 8]), .count = 1000 + (int64_t)i, .mine = true};
  for (size_t i = 0; i < count; i++) {
    entries[i] = (struct entry){
        .room = job->page.room,
        .seq = from + (int64_t)i,
        .at = 1767225600000,
        .type = ENTRY_MESSAGE,
        .from = {117, 17, SLICE_LITERAL("Айгуль Сериккызы"), SLICE_LITERAL("kz"), SLICE_LITERAL("Шёлковый путь")},
        .text = slice_of(text),
        .client_id = SLICE_LITERAL("2b1d7c1e-9df5-4c1f-a9a0-3f1de0cbbd3f"),
        .reactions = many,
        .reaction_count = reactions};
  }
  job->page.entries = entries;
  job->page.count = count;
  job->page.as_of = from + (int64_t)count - 1;
  job->page.record = house_room("kz", ROOM_COUNTRY, job->page.as_of, 0);
}

static void a_join_without_after_gives_the_newest_and_subscribes(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"kz\"}");
  struct store_job *job = house_job(stage->house, STORE_ROOM_JOIN);
  assert_int_equal(job->page.after, -1);
  assert_int_equal(job->page.before, -1);
  assert_int_equal(job->page.limit, LIMIT_HISTORY_DEFAULT);
  fill_page(job, 11, 3, TEXT_ZH, 0);
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(call->call.effect, EFFECT_SUBSCRIBE);
  assert_int_equal(call->call.cursor, 13);
  json_t *answer = stage_answer(call);
  assert_string_equal(house_text(answer, "result.room.title"), "Kazakhstan");
  assert_string_equal(house_text(answer, "result.room.country"), "kz");
  assert_string_equal(house_text(answer, "result.room.kind"), "country");
  assert_int_equal(house_number(answer, "result.room.joined"), 1);
  assert_string_equal(house_text(answer, "result.room.role"), "member");
  assert_string_equal(house_text(answer, "result.entries.0.text"), TEXT_ZH);
  assert_int_equal(house_number(answer, "result.entries.0.seq"), 11);
  assert_int_equal(house_number(answer, "result.more"), 0);
  assert_int_equal(house_number(answer, "result.as_of"), 13);
  json_decref(answer);
}

static void a_join_that_has_more_does_not_subscribe(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"kz\",\"after\":0,\"limit\":2}");
  struct store_job *job = house_job(stage->house, STORE_ROOM_JOIN);
  assert_int_equal(job->page.after, 0);
  assert_int_equal(job->page.limit, 2);
  fill_page(job, 1, 2, TEXT_RU, 0);
  job->page.more = true;
  job->page.as_of = 9;
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(call->call.effect, EFFECT_NONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.more"), 1);
  assert_int_equal(house_number(answer, "result.room.joined"), 0);
  json_decref(answer);
}

static void a_limit_above_the_greatest_is_cut(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"kz\",\"limit\":9007199254740991}");
  assert_int_equal(house_job(stage->house, STORE_ROOM_JOIN)->page.limit, LIMIT_HISTORY);
  house_refuse(stage->house, REASON_CONFLICT);
  assert_int_equal(call->call.effect, EFFECT_NONE);
  stage_refused(call, "conflict");
}

/* Whatever the store thought would fit: each answer fits a frame, and what was left out is said. */
static void the_largest_pages_fit_into_a_frame(void **state) {
  struct stage *stage = *state;
  char text[LIMIT_TEXT * 2 + 1] = "";
  for (int i = 0; i < LIMIT_TEXT; i++) text[i] = i % 2 ? '"' : '\n'; /* each is two bytes on the wire */
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"kz\",\"after\":0,\"limit\":100}");
  fill_page(house_job(stage->house, STORE_ROOM_JOIN), 1, ENTRIES, text, 20);
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(call->call.effect, EFFECT_NONE);
  json_t *answer = stage_answer(call);
  assert_in_range(json_array_size(house_at(answer, "result.entries")), 1, 7);
  assert_int_equal(house_number(answer, "result.entries.0.seq"), 1);
  assert_int_equal(house_number(answer, "result.more"), 1);
  json_decref(answer);

  call = stage_call(stage, "room.join", "{\"room\":\"kz\",\"limit\":100}");
  fill_page(house_job(stage->house, STORE_ROOM_JOIN), 1, ENTRIES, text, 20);
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(call->call.effect, EFFECT_SUBSCRIBE);
  assert_int_equal(call->call.cursor, ENTRIES);
  answer = stage_answer(call);
  json_t *entries = house_at(answer, "result.entries");
  assert_int_equal(house_number(json_array_get(entries, json_array_size(entries) - 1), "seq"), ENTRIES);
  assert_int_equal(house_number(answer, "result.more"), 0);
  json_decref(answer);
}

static void ordinary_large_pages_are_given_whole(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.history", "{\"room\":\"kz\",\"before\":301,\"limit\":100}");
  fill_page(house_job(stage->house, STORE_HISTORY), 201, ENTRIES, TEXT_RU, 2);
  house_job(stage->house, STORE_HISTORY)->page.more = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.entries")), ENTRIES);
  json_decref(answer);
}

static void history_goes_either_way(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.history", "{\"room\":\"kz\",\"before\":30,\"limit\":3}");
  struct store_job *job = house_job(stage->house, STORE_HISTORY);
  assert_int_equal(job->page.before, 30);
  assert_int_equal(job->page.after, -1);
  fill_page(job, 27, 3, TEXT_EN, 1);
  job->page.more = true;
  house_finish(stage->house, STORE_DONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.more"), 1);
  assert_null(house_at(answer, "result.room"));
  json_decref(answer);
  call = stage_call(stage, "room.history", "{\"room\":\"kz\",\"after\":0}");
  job = house_job(stage->house, STORE_HISTORY);
  assert_int_equal(job->page.after, 0);
  assert_int_equal(job->page.before, -1);
  fill_page(job, 1, 3, TEXT_EN, 1);
  house_finish(stage->house, STORE_DONE);
  answer = stage_answer(call);
  assert_int_equal(house_number(answer, "result.more"), 0);
  json_decref(answer);
  stage_refused(stage_call(stage, "room.history", "{\"room\":\"kz\",\"after\":1,\"before\":9}"), "before");
}

static void the_newest_page_of_history_says_whether_there_are_older_ones(void **state) {
  struct stage *stage = *state;
  for (int64_t from = 1; from <= 2; from++) {
    struct staged *call = stage_call(stage, "room.history", "{\"room\":\"kz\"}");
    fill_page(house_job(stage->house, STORE_HISTORY), from, 3, TEXT_EN, 0);
    house_finish(stage->house, STORE_DONE);
    json_t *answer = stage_answer(call);
    assert_int_equal(house_number(answer, "result.more"), from > 1);
    json_decref(answer);
  }
}

static void an_empty_room_has_an_empty_page(void **state) {
  struct stage *stage = *state;
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"kz\"}");
  fill_page(house_job(stage->house, STORE_ROOM_JOIN), 1, 0, "", 0);
  house_finish(stage->house, STORE_DONE);
  assert_int_equal(call->call.effect, EFFECT_SUBSCRIBE);
  assert_int_equal(call->call.cursor, 0);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.entries")), 0);
  assert_int_equal(house_number(answer, "result.as_of"), 0);
  json_decref(answer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_join_without_after_gives_the_newest_and_subscribes),
      STAGE_TEST(a_join_that_has_more_does_not_subscribe),
      STAGE_TEST(a_limit_above_the_greatest_is_cut),
      STAGE_TEST(the_largest_pages_fit_into_a_frame),
      STAGE_TEST(ordinary_large_pages_are_given_whole),
      STAGE_TEST(history_goes_either_way),
      STAGE_TEST(the_newest_page_of_history_says_whether_there_are_older_ones),
      STAGE_TEST(an_empty_room_has_an_empty_page),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
