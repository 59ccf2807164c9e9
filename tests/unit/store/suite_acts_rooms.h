#ifndef TEST_STORE_SUITE_ACTS_ROOMS_H
#define TEST_STORE_SUITE_ACTS_ROOMS_H
/* What moderators do to rooms: settings, pins, rooms of their own, who is let in. */
#include "suite_moderate.h"

static inline void settings_are_told_as_far_as_they_changed(void **state) {
  struct suite *suite = *state;
  struct store_job *job = moderate_job(suite, ACT_UPDATE, suite->ada, "kz", 0);
  job->act.title = slice_of("Казахстан «Шёлковый путь»");
  job->act.topic = slice_of("\"Правила\"\n\\ и 通知");
  job->act.slow = 30;
  job->act.locked = 0;
  moderate_noted(suite, suite_run(suite, job), "update", suite->ada, "kz", 0);
  moderate_same_entry(suite, job, "kz");
  const struct entry *entry = moderate_entry(suite, "kz", 1);
  assert_int_equal(entry->type, ENTRY_ROOM);
  assert_slice(entry->detail, "\"title\":\"Казахстан «Шёлковый путь»\",\"topic\":\"\\\"Правила\\\"\\n\\\\ и 通知\","
                              "\"slow\":30");
  assert_true(slice_equal(moderate_newest(suite)->detail, entry->detail));
  const struct room_settings *settings = &suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.settings;
  assert_slice(settings->title, "Казахстан «Шёлковый путь»");
  assert_slice(settings->topic, "\"Правила\"\n\\ и 通知");
  assert_int_equal(settings->slow, 30);
  assert_false(settings->locked);
  int64_t newest = moderate_newest(suite)->key;
  job = moderate_job(suite, ACT_UPDATE, suite->ada, "kz", 0);
  job->act.slow = 30;
  moderate_done_nothing(suite, suite_run(suite, job), newest);
  job = moderate_job(suite, ACT_UPDATE, suite->ada, "kz", 0);
  job->act.title = slice_of("");
  job->act.locked = 1;
  assert_done(suite_run(suite, job));
  assert_slice(moderate_entry(suite, "kz", 2)->detail, "\"title\":\"\",\"locked\":true");
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  settings = &suite_room(suite, STORE_ROOM_LIST, "", suite->wang)->room.records[0].settings;
  assert_int_equal(settings->title.size, 0);
  assert_slice(settings->topic, "\"Правила\"\n\\ и 通知");
  assert_true(settings->locked);
}

static inline void forged_settings_change_nothing(void **state) {
  struct suite *suite = *state;
  assert_refused(moderate_room(suite, suite->ada, "kz", 2, -1), REASON_INVALID_PARAMS);
  assert_refused(moderate_room(suite, suite->ada, "kz", 1, LIMIT_SLOW_SECONDS + 1), REASON_INVALID_PARAMS);
  assert_refused(moderate_room(suite, suite->ada, "kz", 1, -2), REASON_INVALID_PARAMS);
  assert_refused(moderate_room(suite, suite->ada, "nowhere", 1, -1), REASON_NOT_FOUND);
  assert_refused(moderate_room(suite, suite->ada, "", 1, -1), REASON_NOT_FOUND);
  assert_refused(moderate_room(suite, suite->ada, NULL, 1, -1), REASON_NOT_FOUND);
  assert_refused(moderate_room(suite, 4711, "kz", 1, -1), REASON_FORBIDDEN);
  assert_false(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.settings.locked);
  assert_int_equal(suite_page(suite, "kz", suite->wang, 0, -1, 10)->page.as_of, 0);
}

static inline void pins_are_told_together_and_go_with_their_message(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", 4);
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  assert_done(moderate_pin(suite, suite->ada, "kz", 1, true)); /* 5 */
  struct store_job *job = moderate_pin(suite, suite->ada, "kz", 3, true);
  moderate_noted(suite, job, "pin", suite->ada, "kz", 0);
  assert_int_equal(moderate_newest(suite)->seq, 3);
  moderate_same_entry(suite, job, "kz");
  assert_slice(moderate_entry(suite, "kz", 6)->detail, "\"pinned\":[3,1]");
  const struct room_settings *listed = &suite_room(suite, STORE_ROOM_LIST, "", suite->wang)->room.records[0].settings;
  assert_int_equal(listed->pinned_count, 2);
  assert_int_equal(listed->pinned[0], 3);
  moderate_done_nothing(suite, moderate_pin(suite, suite->ada, "kz", 3, true), job->act.audit);
  moderate_done_nothing(suite, moderate_pin(suite, suite->ada, "kz", 2, false), job->act.audit);
  assert_refused(moderate_pin(suite, suite->ada, "kz", 5, true), REASON_NOT_FOUND);
  assert_refused(moderate_pin(suite, suite->ada, "kz", 99, true), REASON_NOT_FOUND);
  assert_refused(moderate_pin(suite, suite->ada, "kz", -1, true), REASON_NOT_FOUND);
  assert_done(suite_remove(suite, "kz", suite->ivan, 1)); /* 7 */
  assert_refused(moderate_pin(suite, suite->ada, "kz", 1, true), REASON_NOT_FOUND);
  const struct room_record *room = &suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record;
  assert_int_equal(room->head, 7);
  assert_int_equal(room->settings.pinned_count, 1);
  assert_int_equal(room->settings.pinned[0], 3);
  moderate_noted(suite, moderate_pin(suite, suite->ada, "kz", 3, false), "unpin", suite->ada, "kz", 0);
  assert_slice(moderate_entry(suite, "kz", 8)->detail, "\"pinned\":[]");
}

static inline void pins_are_limited(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", LIMIT_PINS + 1);
  for (int i = 1; i <= LIMIT_PINS; i++) assert_done(moderate_pin(suite, suite->ada, "kz", i, true));
  assert_refused(moderate_pin(suite, suite->ada, "kz", LIMIT_PINS + 1, true), REASON_CONFLICT);
  assert_done(moderate_pin(suite, suite->ada, "kz", 1, false));
  assert_done(moderate_pin(suite, suite->ada, "kz", LIMIT_PINS + 1, true));
}

static inline void a_room_is_made_once(void **state) {
  struct suite *suite = *state;
  int64_t before = moderate_club_head(suite);
  struct store_job *job = moderate_create_job(suite, suite->ada, "mine", "Переговоры 谈判", true);
  job->act.topic = slice_of("до пятницы");
  assert_done(suite_run(suite, job));
  moderate_noted(suite, job, "create", suite->ada, job->act.record.room.data, 0);
  const struct room_record *record = &job->act.record;
  assert_int_equal(record->kind, ROOM_CUSTOM);
  assert_int_equal(record->room.size, 24);
  assert_int_equal(memcmp(record->room.data, "r.", 2), 0);
  assert_slice(record->settings.title, "Переговоры 谈判");
  assert_slice(record->settings.topic, "до пятницы");
  assert_true(record->settings.is_private);
  assert_true(record->listed);
  assert_true(moderate_heard(suite, before, CLUB_MEMBER_CHANGED, suite->ada, 0));
  assert_slice(moderate_newest(suite)->detail, "\"title\":\"Переговоры 谈判\",\"private\":true");
  struct store_job *again = moderate_create_job(suite, suite->ada, "mine", "Другое", false);
  moderate_done_nothing(suite, suite_run(suite, again), job->act.audit);
  assert_true(slice_equal(again->act.record.room, record->room));
  assert_slice(again->act.record.settings.title, "Переговоры 谈判");
  const struct member_record *ada = moderate_record(suite, suite->ada);
  assert_int_equal(ada->standings.count, 1);
  assert_true(slice_equal(ada->standings.items[0], record->room));
  assert_done(suite_post(suite, record->room.data, suite->ada, "first", "начнём"));
  assert_refused(suite_run(suite, moderate_create_job(suite, suite->ada, "", "Без имени", false)),
                 REASON_INVALID_PARAMS);
}

static inline void who_is_put_out_keeps_nothing_there(void **state) {
  struct suite *suite = *state;
  const char *room = moderate_create(suite, suite->ada, "private", true);
  int64_t before = moderate_club_head(suite);
  struct store_job *in = moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ivan, true);
  moderate_noted(suite, in, "admit", suite->ada, room, suite->ivan);
  assert_true(moderate_heard(suite, before, CLUB_LISTED, suite->ivan, 0));
  assert_true(moderate_heard(suite, before, CLUB_ACTED, suite->ivan, in->act.audit));
  moderate_done_nothing(suite, moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ivan, true), in->act.audit);
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, room, suite->ivan, true));
  struct store_job *out = moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ivan, false);
  moderate_noted(suite, out, "exclude", suite->ada, room, suite->ivan);
  assert_int_equal(moderate_record(suite, suite->ivan)->standings.count, 0);
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", suite->ivan)->room.count, 0);
  assert_refused(moderate_switch(suite, ACT_APPOINT, suite->ada, room, suite->ivan, true), REASON_CONFLICT);
  assert_refused(moderate_switch(suite, ACT_ADMIT, suite->ada, "kz", suite->ivan, true), REASON_CONFLICT);
  assert_refused(moderate_switch(suite, ACT_ADMIT, suite->ada, room, 4711, true), REASON_NOT_FOUND);
}

static inline void nobody_is_put_out_by_an_equal(void **state) {
  struct suite *suite = *state;
  const char *room = moderate_create(suite, suite->ada, "private", true);
  const int64_t keepers[] = {suite->ivan, suite->wang};
  for (int i = 0; i < 2; i++) {
    assert_done(moderate_switch(suite, ACT_ADMIT, suite->ada, room, keepers[i], true));
    assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, room, keepers[i], true));
  }
  struct store_job *last =
      moderate_switch(suite, ACT_ADMIT, suite->ivan, room, suite_member(suite, "li", "李", 0), true);
  assert_done(last);
  const int64_t above[] = {suite->wang, suite->ada};
  for (int i = 0; i < 2; i++) {
    assert_refused(moderate_switch(suite, ACT_ADMIT, suite->ivan, room, above[i], false), REASON_FORBIDDEN);
    assert_done(suite_page(suite, room, above[i], 0, -1, 10));
  }
  assert_int_equal(moderate_newest(suite)->key, last->act.audit);
  struct store_job *own = moderate_switch(suite, ACT_ADMIT, suite->ivan, room, suite->ivan, false);
  moderate_noted(suite, own, "exclude", suite->ivan, room, suite->ivan);
}

#define SUITE_ACTS_ROOMS(setup) \
  SUITE_TEST(settings_are_told_as_far_as_they_changed, setup), SUITE_TEST(forged_settings_change_nothing, setup), \
      SUITE_TEST(pins_are_told_together_and_go_with_their_message, setup), SUITE_TEST(pins_are_limited, setup), \
      SUITE_TEST(a_room_is_made_once, setup), SUITE_TEST(who_is_put_out_keeps_nothing_there, setup), \
      SUITE_TEST(nobody_is_put_out_by_an_equal, setup)
#endif
