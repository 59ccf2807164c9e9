/* Many join one room: what is asked of the store, and that nobody gets what is old or another's. */
#include "stage.h"

#define FROM 1
#define HEAD 7

struct crowd {
  struct present *members[4]; /* 17 is the stage's */
  struct follower follower;   /* so that the room stays */
};

static void crowd_enter(struct crowd *crowd, struct stage *stage) {
  static const char *const logins[] = {"", "lina", "ivan", "farid"};
  crowd->members[0] = stage->member;
  for (int i = 1; i < 4; i++) crowd->members[i] = house_enter(stage->house, 17 + i, logins[i], logins[i], ROLE_MEMBER);
  follower_begin(&crowd->follower, stage, "kz", HEAD);
}

/* On everybody's list, read up to a different place each. */
static void crowd_list(struct crowd *crowd, struct stage *stage) {
  for (int i = 0; i < 4; i++) {
    struct room_record record = house_room("kz", ROOM_COUNTRY, HEAD, HEAD - 1 - i);
    assert_true(present_list(stage->house->services.rooms, crowd->members[i], &record, false));
  }
}

static void crowd_leave(struct crowd *crowd, struct stage *stage) {
  follower_end(&crowd->follower);
  for (int i = 1; i < 4; i++) house_leave(stage->house, crowd->members[i]);
}

static struct staged *crowd_join(struct crowd *crowd, struct stage *stage, int who, int64_t after) {
  char params[64];
  stage->member = crowd->members[who];
  snprintf(params, sizeof params, after < 0 ? "{\"room\":\"kz\"}" : "{\"room\":\"kz\",\"after\":%lld}",
           (long long)after);
  struct staged *call = stage_call(stage, "room.join", params);
  stage->member = crowd->members[0];
  return call;
}

static struct entry message(int64_t seq) {
  return (struct entry){.room = SLICE_LITERAL("kz"),
                        .seq = seq,
                        .at = 1767225600000 + seq,
                        .type = ENTRY_MESSAGE,
                        .from = {105, 5, SLICE_LITERAL("王芳"), SLICE_LITERAL("cn"), SLICE_LITERAL("")},
                        .text = SLICE_LITERAL(TEXT_ZH),
                        .client_id = SLICE_LITERAL("c")};
}

static void append(struct stage *stage, int64_t seq, enum entry_type type, int64_t target) {
  struct entry entry = message(seq);
  entry.type = type;
  entry.target = target;
  entry.target_member = target ? 5 : 0;
  if (type == ENTRY_REACT) entry.emoji = SLICE_LITERAL("👍");
  if (type != ENTRY_MESSAGE) entry.client_id = SLICE_NONE;
  if (type > ENTRY_EDIT) entry.text = SLICE_NONE;
  rooms_append(stage->house->services.rooms, &entry, true);
}

/* Fills the oldest page that is asked for: what it must begin with, and the log's end then. */
static struct store_job *fill(struct stage *stage, int64_t from, int64_t head) {
  struct store_job *job = house_job(stage->house, STORE_ROOM_JOIN);
  struct store_page *page = &job->page;
  assert_int_equal(page->after, from - 1);
  page->entries = arena_alloc(job->arena, (size_t)(head - from + 2) * sizeof *page->entries);
  for (int64_t seq = from; seq <= head; seq++) page->entries[page->count++] = message(seq);
  page->as_of = head;
  page->record = house_room("kz", ROOM_COUNTRY, head, 0);
  page->record.room = page->room;
  return job;
}

static void finish(struct stage *stage) {
  house_finish(stage->house, STORE_DONE);
  rooms_wake(stage->house->services.rooms, &stage->house->completions);
}

/* Somebody has read what comes after `after`. */
static void know(struct crowd *crowd, struct stage *stage, int64_t after) {
  struct staged *call = crowd_join(crowd, stage, 0, after);
  fill(stage, after + 1, HEAD);
  finish(stage);
  json_decref(stage_answer(call));
}

/* The answer has entries `from` to `to`, is as of `to`, and shows the member's own count. */
static void is_given(struct staged *call, int64_t from, int64_t to, int64_t unread) {
  assert_int_equal(call->call.effect, EFFECT_SUBSCRIBE);
  assert_int_equal(call->call.cursor, to);
  json_t *answer = stage_answer(call);
  json_t *entries = house_at(answer, "result.entries");
  assert_int_equal(json_array_size(entries), to - from + 1);
  for (int64_t seq = from; seq <= to; seq++)
    assert_int_equal(house_number(json_array_get(entries, (size_t)(seq - from)), "seq"), seq);
  assert_int_equal(house_number(answer, "result.more"), 0);
  assert_int_equal(house_number(answer, "result.as_of"), to);
  assert_int_equal(house_number(answer, "result.room.head"), to);
  assert_int_equal(house_number(answer, "result.room.unread"), unread);
  assert_int_equal(house_number(answer, "result.room.joined"), 1);
  json_decref(answer);
}

static void nobody_asks(struct stage *stage) {
  assert_int_equal(stage->house->job_count, 0);
}

/* ---- from memory ---- */

static void a_join_at_the_head_asks_nobody(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, HEAD);
  for (int i = 0; i < 4; i++) is_given(crowd_join(&crowd, stage, i, HEAD), HEAD + 1, HEAD, i + 1);
  nobody_asks(stage);
  assert_int_equal(stage->house->metrics.joins_from_memory, 4);
  assert_int_equal(stage->house->metrics.pages_read, 1);
  crowd_leave(&crowd, stage);
}

static void what_came_since_is_in_the_answer(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, HEAD);
  append(stage, HEAD + 1, ENTRY_MESSAGE, 0);
  append(stage, HEAD + 2, ENTRY_EDIT, 3); /* of what the page does not show */
  is_given(crowd_join(&crowd, stage, 1, HEAD), HEAD + 1, HEAD + 2, 3);
  is_given(crowd_join(&crowd, stage, 2, HEAD + 1), HEAD + 2, HEAD + 2, 4);
  nobody_asks(stage);
  crowd_leave(&crowd, stage);
}

static void a_page_that_was_read_once_is_there_for_others_and_for_those_further_on(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, 2);
  append(stage, HEAD + 1, ENTRY_MESSAGE, 0);
  is_given(crowd_join(&crowd, stage, 1, 2), 3, HEAD + 1, 3);
  is_given(crowd_join(&crowd, stage, 2, 5), 6, HEAD + 1, 4);
  nobody_asks(stage);
  crowd_leave(&crowd, stage);
}

static void the_newest_page_is_shared_too(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  struct staged *first = crowd_join(&crowd, stage, 0, -1), *second = crowd_join(&crowd, stage, 1, -1);
  fill(stage, 0, HEAD)->page.entries++; /* there is no entry 0 */
  house_job(stage->house, STORE_ROOM_JOIN)->page.count--;
  finish(stage);
  is_given(first, 1, HEAD, HEAD);
  is_given(second, 1, HEAD, 2);
  append(stage, HEAD + 1, ENTRY_MESSAGE, 0);
  is_given(crowd_join(&crowd, stage, 2, -1), 1, HEAD + 1, 4);
  json_t *history = stage_answer(stage_call(stage, "room.history", "{\"room\":\"kz\",\"limit\":3}"));
  assert_int_equal(json_array_size(house_at(history, "result.entries")), 3);
  assert_int_equal(house_number(history, "result.entries.0.seq"), HEAD - 1);
  assert_int_equal(house_number(history, "result.more"), 1);
  json_decref(history);
  nobody_asks(stage);
  crowd_leave(&crowd, stage);
}

static void a_page_is_as_long_as_was_asked_for(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, 2);
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"kz\",\"after\":3,\"limit\":2}");
  assert_int_equal(call->call.effect, EFFECT_NONE);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.entries")), 2);
  assert_int_equal(house_number(answer, "result.entries.1.seq"), 5);
  assert_int_equal(house_number(answer, "result.more"), 1);
  assert_int_equal(house_number(answer, "result.room.joined"), 0);
  json_decref(answer);
  nobody_asks(stage);
  crowd_leave(&crowd, stage);
}

/* ---- waiting for another's read ---- */

static void those_who_come_meanwhile_wait_for_the_read(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  struct staged *calls[4];
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  for (int i = 0; i < 4; i++) calls[i] = crowd_join(&crowd, stage, i, 3 + i / 2);
  assert_int_equal(stage->house->job_count, 1);
  fill(stage, 4, HEAD);
  finish(stage);
  is_given(calls[0], 4, HEAD, HEAD); /* as the store said */
  is_given(calls[1], 4, HEAD, 2);
  is_given(calls[2], 5, HEAD, 3);
  is_given(calls[3], 5, HEAD, 4);
  nobody_asks(stage);
  assert_int_equal(stage->house->metrics.pages_shared, 3);
  crowd_leave(&crowd, stage);
}

static void what_comes_during_the_read_is_given_too(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  struct staged *first = crowd_join(&crowd, stage, 0, 3), *second = crowd_join(&crowd, stage, 1, 3);
  fill(stage, 4, HEAD);
  append(stage, HEAD + 1, ENTRY_MESSAGE, 0);
  finish(stage);
  is_given(first, 4, HEAD, HEAD); /* the rest follows */
  is_given(second, 4, HEAD + 1, 3);
  crowd_leave(&crowd, stage);
}

static void while_the_store_does_not_answer_all_hear_unavailable(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  struct staged *calls[4];
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  for (int i = 0; i < 4; i++) calls[i] = crowd_join(&crowd, stage, i, 3);
  house_finish(stage->house, STORE_UNAVAILABLE);
  rooms_wake(stage->house->services.rooms, &stage->house->completions);
  for (int i = 0; i < 4; i++) stage_refused(calls[i], "unavailable");
  nobody_asks(stage);
  crowd_leave(&crowd, stage);
}

/* `conflict` is said to nobody for whom the store was not asked. */
static void a_refusal_is_for_the_one_who_asked(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  struct staged *first = crowd_join(&crowd, stage, 0, 9), *second = crowd_join(&crowd, stage, 1, 9);
  assert_int_equal(stage->house->job_count, 1);
  house_refuse(stage->house, REASON_CONFLICT);
  rooms_wake(stage->house->services.rooms, &stage->house->completions);
  stage_refused(first, "conflict");
  fill(stage, 10, 11);
  finish(stage);
  is_given(second, 10, 11, 11);
  crowd_leave(&crowd, stage);
}

static void with_another_history_nobody_waits_for_the_old_one(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  struct staged *first = crowd_join(&crowd, stage, 0, 3), *second = crowd_join(&crowd, stage, 1, 3);
  rooms_forget(stage->house->services.rooms);
  rooms_wake(stage->house->services.rooms, &stage->house->completions);
  stage_refused(second, "unavailable");
  fill(stage, 4, HEAD);
  finish(stage);
  json_decref(stage_answer(first));
  struct staged *third = crowd_join(&crowd, stage, 2, 3); /* nothing was kept of it */
  fill(stage, 4, 6);
  finish(stage);
  json_decref(stage_answer(third));
  crowd_leave(&crowd, stage);
}

/* ---- what is old ---- */

static void a_message_that_was_edited_is_read_again(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, 2);
  append(stage, HEAD + 1, ENTRY_EDIT, 5);
  is_given(crowd_join(&crowd, stage, 1, 5), 6, HEAD + 1, 2); /* not on that page */
  struct staged *call = crowd_join(&crowd, stage, 1, 2);
  fill(stage, 5, HEAD + 1)->page.entries[0].text = SLICE_LITERAL(TEXT_RU);
  house_job(stage->house, STORE_ROOM_JOIN)->page.record.read = 99; /* counts are of what the store said with it */
  finish(stage);
  json_t *answer = stage_answer(call);
  assert_int_equal(json_array_size(house_at(answer, "result.entries")), HEAD - 1);
  assert_string_equal(house_text(answer, "result.entries.1.text"), TEXT_ZH);
  assert_string_equal(house_text(answer, "result.entries.2.text"), TEXT_RU);
  assert_int_equal(house_number(answer, "result.room.read"), 99);
  json_decref(answer);
  crowd_leave(&crowd, stage);
}

static void an_edit_of_what_was_just_posted_is_read_again(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, HEAD);
  append(stage, HEAD + 1, ENTRY_MESSAGE, 0);
  append(stage, HEAD + 2, ENTRY_REACT, HEAD + 1);
  struct staged *call = crowd_join(&crowd, stage, 1, HEAD);
  fill(stage, HEAD + 1, HEAD + 2);
  finish(stage);
  is_given(call, HEAD + 1, HEAD + 2, HEAD + 2);
  crowd_leave(&crowd, stage);
}

static void after_a_removal_everything_is_read_again(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, 2);
  append(stage, HEAD + 1, ENTRY_REMOVE, 5);
  struct staged *call = crowd_join(&crowd, stage, 1, 6); /* edits of the message may be on any page */
  fill(stage, 7, HEAD + 1);
  finish(stage);
  is_given(call, 7, HEAD + 1, HEAD + 1);
  crowd_leave(&crowd, stage);
}

static void what_was_read_before_a_removal_or_an_edit_is_not_shared(void **state) {
  struct stage *stage = *state;
  static const enum entry_type types[] = {ENTRY_REMOVE, ENTRY_EDIT, ENTRY_REACT};
  for (int i = 0; i < 3; i++) {
    struct crowd crowd;
    crowd_enter(&crowd, stage);
    crowd_list(&crowd, stage);
    struct staged *first = crowd_join(&crowd, stage, 0, 3), *second = crowd_join(&crowd, stage, 1, 3);
    append(stage, HEAD + 1, types[i], 5);
    fill(stage, 4, HEAD); /* its snapshot is older */
    finish(stage);
    is_given(first, 4, HEAD, HEAD);
    fill(stage, 4, HEAD + 1);
    finish(stage);
    is_given(second, 4, HEAD + 1, HEAD + 1);
    house_leave(stage->house, stage->member); /* with the list */
    crowd_leave(&crowd, stage);
    stage->house->now_ms += 60000; /* where the log ended is forgotten, too */
    wheel_advance(stage->house->services.wheel, stage->house->now_ms);
    stage->member = house_enter(stage->house, 17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  }
}

static void while_something_of_the_log_is_missing_joins_wait_for_it(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, HEAD);
  append(stage, HEAD + 2, ENTRY_MESSAGE, 0); /* early */
  struct staged *call = crowd_join(&crowd, stage, 1, HEAD), *other = crowd_join(&crowd, stage, 2, HEAD);
  assert_false(call->call.answered);
  append(stage, HEAD + 1, ENTRY_MESSAGE, 0);
  rooms_wake(stage->house->services.rooms, &stage->house->completions);
  /* The list does not know the counts before what came early has had its turn. */
  is_given(call, HEAD + 1, HEAD + 2, 4);
  is_given(other, HEAD + 1, HEAD + 2, 5);
  nobody_asks(stage);
  crowd_leave(&crowd, stage);
}

static void what_is_missing_for_long_is_not_waited_for(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, HEAD);
  append(stage, HEAD + 2, ENTRY_MESSAGE, 0);
  struct staged *call = crowd_join(&crowd, stage, 1, HEAD);
  for (int i = 0; i < 40; i++) {
    stage->house->now_ms += 100;
    wheel_advance(stage->house->services.wheel, stage->house->now_ms);
    rooms_wake(stage->house->services.rooms, &stage->house->completions);
  }
  while (stage->house->jobs[0]->kind != STORE_ROOM_JOIN) house_finish(stage->house, STORE_UNAVAILABLE);
  fill(stage, HEAD + 1, HEAD + 2);
  finish(stage);
  is_given(call, HEAD + 1, HEAD + 2, HEAD + 2);
  while (stage->house->job_count > 0) house_finish(stage->house, STORE_UNAVAILABLE);
  crowd_leave(&crowd, stage);
}

/* ---- one's own ---- */

static struct reaction *react(struct store_job *job, size_t at, const int64_t *members) {
  struct reaction *reaction = arena_alloc(job->arena, sizeof *reaction);
  *reaction = (struct reaction){.emoji = SLICE_LITERAL("👍"), .count = 2, .mine = true, .members = members};
  job->page.entries[at].reactions = reaction;
  job->page.entries[at].reaction_count = 1;
  return reaction;
}

static void each_is_told_of_its_own_reactions(void **state) {
  struct stage *stage = *state;
  static const int64_t members[] = {17, 19};
  struct crowd crowd;
  struct staged *calls[4];
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  for (int i = 0; i < 4; i++) calls[i] = crowd_join(&crowd, stage, i, 3);
  assert_true(house_job(stage->house, STORE_ROOM_JOIN)->page.for_many);
  react(fill(stage, 4, HEAD), 1, members);
  finish(stage);
  for (int i = 0; i < 4; i++) {
    json_t *answer = stage_answer(calls[i]);
    assert_int_equal(house_number(answer, "result.entries.1.reactions.0.count"), 2);
    assert_int_equal(house_number(answer, "result.entries.1.reactions.0.mine"), i % 2 == 0);
    assert_string_equal(house_text(answer, "result.entries.1.reactions.0.emoji"), "👍");
    assert_string_equal(house_text(answer, "result.entries.1.text"), TEXT_ZH);
    json_decref(answer);
  }
  nobody_asks(stage);
  crowd_leave(&crowd, stage);
}

static void with_too_many_reactions_each_reads_alone(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  struct staged *first = crowd_join(&crowd, stage, 0, 3), *second = crowd_join(&crowd, stage, 1, 3);
  react(fill(stage, 4, HEAD), 1, NULL);
  finish(stage);
  json_decref(stage_answer(first));
  react(fill(stage, 4, HEAD), 1, NULL)->mine = false;
  assert_int_equal(house_job(stage->house, STORE_ROOM_JOIN)->page.member, 18);
  finish(stage);
  json_t *answer = stage_answer(second);
  assert_int_equal(house_number(answer, "result.entries.1.reactions.0.mine"), 0);
  json_decref(answer);
  is_given(crowd_join(&crowd, stage, 2, 5), 6, HEAD, 3); /* what does not show it is shared */
  nobody_asks(stage);
  crowd_leave(&crowd, stage);
}

static void without_the_room_on_the_list_only_the_counts_are_read(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  know(&crowd, stage, 3);
  struct staged *call = crowd_join(&crowd, stage, 1, 5);
  struct store_job *job = house_job(stage->house, STORE_ROOM_GET);
  assert_int_equal(job->room.member, 18);
  job->room.record = house_room("kz", ROOM_COUNTRY, HEAD, 4);
  finish(stage);
  is_given(call, 6, HEAD, 3);
  call = crowd_join(&crowd, stage, 1, 5);
  house_job(stage->house, STORE_ROOM_GET)->room.record = house_room("kz", ROOM_COUNTRY, HEAD, 4);
  append(stage, HEAD + 1, ENTRY_MESSAGE, 0); /* the counts are older than the page */
  finish(stage);
  assert_false(house_job(stage->house, STORE_ROOM_JOIN)->page.for_many);
  fill(stage, 6, HEAD + 1);
  finish(stage);
  is_given(call, 6, HEAD + 1, HEAD + 1);
  crowd_leave(&crowd, stage);
}

static void stale_counts_are_read(void **state) {
  struct stage *stage = *state;
  struct crowd crowd;
  crowd_enter(&crowd, stage);
  crowd_list(&crowd, stage);
  know(&crowd, stage, HEAD);
  present_listing(crowd.members[1], SLICE_LITERAL("kz"))->watcher.stale = true;
  struct staged *call = crowd_join(&crowd, stage, 1, HEAD);
  house_job(stage->house, STORE_ROOM_GET)->room.record = house_room("kz", ROOM_COUNTRY, HEAD, 2);
  finish(stage);
  is_given(call, HEAD + 1, HEAD, HEAD - 2);
  crowd_leave(&crowd, stage);
}

static void direct_talks_are_asked_for_by_each(void **state) {
  struct stage *stage = *state;
  struct follower follower;
  struct room_record record = house_room("dm.one", ROOM_DIRECT, 3, 1);
  assert_true(present_list(stage->house->services.rooms, stage->member, &record, false));
  follower_begin(&follower, stage, "dm.one", 3);
  struct staged *calls[2];
  for (int i = 0; i < 2; i++) calls[i] = stage_call(stage, "room.join", "{\"room\":\"dm.one\",\"after\":3}");
  assert_int_equal(stage->house->job_count, 2);
  for (int i = 0; i < 2; i++) {
    assert_false(house_job(stage->house, STORE_ROOM_JOIN)->page.for_many);
    house_job(stage->house, STORE_ROOM_JOIN)->page.as_of = 3;
    house_job(stage->house, STORE_ROOM_JOIN)->page.record = record;
    finish(stage);
    json_decref(stage_answer(calls[i]));
  }
  struct present *stranger = house_enter(stage->house, 18, "lina", "李娜", ROLE_MEMBER), *member = stage->member;
  stage->member = stranger;
  struct staged *call = stage_call(stage, "room.join", "{\"room\":\"dm.one\",\"after\":3}");
  assert_int_equal(house_job(stage->house, STORE_ROOM_JOIN)->page.member, 18);
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
  call = stage_call(stage, "room.history", "{\"room\":\"dm.one\"}");
  house_job(stage->house, STORE_HISTORY);
  house_refuse(stage->house, REASON_NOT_FOUND);
  stage_refused(call, "not_found");
  stage->member = member;
  house_leave(stage->house, stranger);
  follower_end(&follower);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(a_join_at_the_head_asks_nobody),
      STAGE_TEST(what_came_since_is_in_the_answer),
      STAGE_TEST(a_page_that_was_read_once_is_there_for_others_and_for_those_further_on),
      STAGE_TEST(the_newest_page_is_shared_too),
      STAGE_TEST(a_page_is_as_long_as_was_asked_for),
      STAGE_TEST(those_who_come_meanwhile_wait_for_the_read),
      STAGE_TEST(what_comes_during_the_read_is_given_too),
      STAGE_TEST(while_the_store_does_not_answer_all_hear_unavailable),
      STAGE_TEST(a_refusal_is_for_the_one_who_asked),
      STAGE_TEST(with_another_history_nobody_waits_for_the_old_one),
      STAGE_TEST(a_message_that_was_edited_is_read_again),
      STAGE_TEST(an_edit_of_what_was_just_posted_is_read_again),
      STAGE_TEST(after_a_removal_everything_is_read_again),
      STAGE_TEST(what_was_read_before_a_removal_or_an_edit_is_not_shared),
      STAGE_TEST(while_something_of_the_log_is_missing_joins_wait_for_it),
      STAGE_TEST(what_is_missing_for_long_is_not_waited_for),
      STAGE_TEST(each_is_told_of_its_own_reactions),
      STAGE_TEST(with_too_many_reactions_each_reads_alone),
      STAGE_TEST(without_the_room_on_the_list_only_the_counts_are_read),
      STAGE_TEST(stale_counts_are_read),
      STAGE_TEST(direct_talks_are_asked_for_by_each),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
