#ifndef TEST_STORE_SUITE_REPORTS_H
#define TEST_STORE_SUITE_REPORTS_H
/* Reports of messages, texts held back for a look, the queue of them and how each ends. */
#include "suite_moderate.h"

static inline struct store_job *reports_list(struct suite *suite, int64_t member, bool own, bool settled) {
  struct store_job *job = suite_job(suite, STORE_REPORT_LIST);
  job->report.member = member;
  job->report.own = own;
  job->report.settled = settled;
  job->report.limit = LIMIT_REPORTS_PAGE;
  return suite_run(suite, job);
}

static inline struct store_job *reports_hold_job(struct suite *suite, const char *room, int64_t member,
                                                 const char *client_id, const char *text) {
  struct store_job *job = suite_job(suite, STORE_HOLD);
  job->report = (struct store_report){.member = member,
                                      .author = member,
                                      .room = slice_of(room),
                                      .client_id = arena_copy(job->arena, slice_of(client_id)),
                                      .text = arena_copy(job->arena, slice_of(text))};
  return job;
}

static inline struct store_job *reports_hold(struct suite *suite, const char *room, int64_t member,
                                             const char *client_id, const char *text) {
  return suite_run(suite, reports_hold_job(suite, room, member, client_id, text));
}

/* ---- reporting ---- */

static inline void a_report_is_made_once(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "реклама"));
  assert_done(suite_post(suite, "kz", suite->ivan, "b", "ещё реклама"));
  struct store_job *first = moderate_report(suite, "kz", suite->wang, 1, "r1");
  assert_done(first);
  assert_true(first->report.key > 0);
  assert_int_equal(moderate_report(suite, "kz", suite->wang, 2, "r1")->report.key, first->report.key);
  assert_int_equal(moderate_report(suite, "kz", suite->wang, 1, "r2")->report.key, first->report.key);
  assert_true(moderate_report(suite, "kz", suite->wang, 2, "r3")->report.key != first->report.key);
  assert_true(moderate_report(suite, "kz", suite->ada, 1, "r1")->report.key != first->report.key);
  assert_refused(moderate_report(suite, "kz", suite->ivan, 1, "own"), REASON_FORBIDDEN);
  assert_refused(moderate_report(suite, "kz", suite->wang, 99, "none"), REASON_NOT_FOUND);
  assert_refused(moderate_report(suite, "kz", suite->wang, -1, "none"), REASON_NOT_FOUND);
  assert_refused(moderate_report(suite, "nowhere", suite->wang, 1, "none"), REASON_NOT_FOUND);
  assert_done(suite_react(suite, "kz", suite->ivan, 1, "👍", true));
  assert_refused(moderate_report(suite, "kz", suite->wang, 3, "reaction"), REASON_NOT_FOUND);
  assert_done(suite_remove(suite, "kz", suite->ivan, 2));
  assert_refused(moderate_report(suite, "kz", suite->ada, 2, "removed"), REASON_NOT_FOUND);
}

static inline void open_reports_of_a_member_are_limited(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", LIMIT_REPORTS_OPEN + 1);
  int64_t first = 0;
  for (int i = 0; i < LIMIT_REPORTS_OPEN; i++) {
    char id[16];
    snprintf(id, sizeof id, "r%d", i);
    struct store_job *job = moderate_report(suite, "kz", suite->wang, i + 1, id);
    assert_done(job);
    if (i == 0) first = job->report.key;
  }
  assert_refused(moderate_report(suite, "kz", suite->wang, LIMIT_REPORTS_OPEN + 1, "more"), REASON_RATE_LIMITED);
  assert_int_equal(moderate_report(suite, "kz", suite->wang, 1, "r0")->report.key, first);
  assert_done(moderate_settle(suite, suite->ada, first, "dismissed"));
  assert_done(moderate_report(suite, "kz", suite->wang, LIMIT_REPORTS_OPEN + 1, "more"));
}

/* ---- the queue ---- */

static inline void reports_check_first(struct suite *suite, const struct report_record *record) {
  assert_int_equal(record->sender.member, suite->wang);
  assert_slice(record->sender.name, "王小明");
  assert_int_equal(record->accused.member, suite->ivan);
  assert_slice(record->accused.name, "Иван Петров");
  assert_slice(record->room, "kz");
  assert_int_equal(record->seq, 5);
  assert_slice(record->text, "Дёшево!!!");
  assert_slice(record->reason, "реклама");
  assert_int_equal(record->outcome.size, 0);
  assert_int_equal(record->settled_by.member, 0);
  assert_int_equal(record->reported_before, 2);
  assert_int_equal(record->upheld_before, 1);
}

static inline void reports_check_around(const struct report_record *record) {
  static const int64_t around[] = {2, 3, 4, 7, 8, 9}; /* 6 is the edit */
  assert_int_equal(record->around_count, 2 * LIMIT_AROUND);
  for (size_t i = 0; i < 2 * LIMIT_AROUND; i++) assert_int_equal(record->around[i].seq, around[i]);
  assert_slice(record->around[0].from.name, "王小明");
  assert_true(record->around[5].removed);
  assert_null(record->around[5].text.data);
}

static inline void the_queue_shows_what_was_around_and_before(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "cn", suite->ivan, "x", "раньше"));
  assert_done(suite_post(suite, "cn", suite->ivan, "y", "раньше"));
  int64_t upheld = moderate_report(suite, "cn", suite->wang, 1, "x")->report.key;
  int64_t dismissed = moderate_report(suite, "cn", suite->wang, 2, "y")->report.key;
  assert_done(moderate_settle(suite, suite->ada, upheld, "warned"));
  assert_done(moderate_settle(suite, suite->ada, dismissed, "dismissed"));
  suite_post_many(suite, "kz", suite->wang, "w", 4);
  assert_done(suite_post(suite, "kz", suite->ivan, "ad", "Дёшево!"));
  assert_done(suite_edit(suite, "kz", suite->ivan, 5, "Дёшево!!!"));
  suite_post_many(suite, "kz", suite->wang, "v", 4);
  assert_done(suite_remove(suite, "kz", suite->wang, 9));
  assert_done(moderate_report(suite, "kz", suite->wang, 5, "r"));
  struct store_job *list = reports_list(suite, suite->ada, false, false);
  assert_done(list);
  assert_int_equal(list->report.count, 1);
  reports_check_first(suite, &list->report.records[0]);
  reports_check_around(&list->report.records[0]);
  list = reports_list(suite, suite->ada, false, true);
  assert_int_equal(list->report.count, 2);
  assert_int_equal(list->report.records[1].reported_before, 2); /* all others, whenever they came */
  assert_int_equal(list->report.records[0].key, dismissed);
  assert_slice(list->report.records[0].outcome, "dismissed");
  assert_int_equal(list->report.records[0].settled_by.member, suite->ada);
  assert_done(suite_remove(suite, "kz", suite->ada, 5));
  assert_null(reports_list(suite, suite->ada, false, false)->report.records[0].text.data);
}

static inline void each_moderator_has_the_reports_of_their_rooms(void **state) {
  struct suite *suite = *state;
  int64_t olga = suite_member(suite, "olga", "Ольга", ROLE_MEMBER);
  int64_t mod = suite_member(suite, "mod", "Модератор", ROLE_MODERATOR);
  const char *closed = moderate_create(suite, mod, "closed", true);
  assert_done(moderate_switch(suite, ACT_ADMIT, mod, closed, suite->ivan, true));
  const char *talk = suite_direct(suite, suite->ivan, suite->wang, "talk")->room.record.room.data;
  const char *rooms[] = {"kz", "kz.fintech", "cn", closed, talk};
  for (int i = 0; i < 5; i++) {
    assert_done(suite_post(suite, rooms[i], suite->ivan, rooms[i], "реклама"));
    int64_t sender = i == 3 ? mod : suite->wang;
    struct store_job *head = suite_page(suite, rooms[i], suite->ivan, -1, -1, 1);
    assert_done(moderate_report(suite, rooms[i], sender, head->page.as_of, rooms[i]));
  }
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", olga, true));
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "cn", suite->ivan, true));
  assert_int_equal(reports_list(suite, olga, false, false)->report.count, 2);
  assert_int_equal(reports_list(suite, suite->ivan, false, false)->report.count, 0); /* about himself */
  assert_int_equal(reports_list(suite, mod, false, false)->report.count, 5);
  struct store_job *all = reports_list(suite, suite->ada, false, false);
  assert_int_equal(all->report.count, 4); /* but for the room that she may not enter */
  assert_slice(all->report.records[0].room, talk);
  assert_slice(all->report.records[0].text, "реклама");
  assert_int_equal(all->report.records[0].around_count, 0);
  int64_t in_talk = all->report.records[0].key;
  assert_refused(reports_list(suite, suite->wang, false, false), REASON_FORBIDDEN);
  struct store_job *own = reports_list(suite, suite->wang, true, false);
  assert_int_equal(own->report.count, 4);
  assert_int_equal(own->report.records[1].around_count, 0);
  assert_int_equal(own->report.records[1].reported_before, 0);
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "cn", suite->wang, -1));
  assert_null(reports_list(suite, suite->wang, true, false)->report.records[1].text.data);
  assert_refused(moderate_settle(suite, olga, in_talk, "warned"), REASON_FORBIDDEN);
  assert_done(moderate_settle(suite, suite->ada, in_talk, "warned"));
}

static inline void the_queue_is_read_in_pages(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", 30);
  for (int i = 0; i < 30; i++) {
    char id[16];
    snprintf(id, sizeof id, "r%d", i);
    assert_done(moderate_report(suite, "kz", i % 2 ? suite->wang : suite->ada, i + 1, id));
  }
  int64_t before = 0, seen = 30;
  for (bool more = true; more;) {
    struct store_job *job = suite_job(suite, STORE_REPORT_LIST);
    job->report.member = suite->ada;
    job->report.before = before;
    job->report.limit = 7;
    assert_done(suite_run(suite, job));
    for (size_t i = 0; i < job->report.count; i++) assert_int_equal(job->report.records[i].seq, seen--);
    more = job->report.more;
    before = job->report.records[job->report.count - 1].key;
  }
  assert_int_equal(seen, 0);
}

static inline void a_page_of_the_queue_ends_at_its_size(void **state) {
  struct suite *suite = *state;
  char *text = malloc(12001);
  memset(text, 'x', 12000);
  text[12000] = '\0';
  for (int i = 0; i < 9; i++) {
    char id[16];
    snprintf(id, sizeof id, "r%d", i);
    assert_done(suite_post(suite, "kz", suite->ivan, id, text));
    assert_done(moderate_report(suite, "kz", suite->wang, i + 1, id));
  }
  free(text);
  struct store_job *list = reports_list(suite, suite->ada, false, false);
  assert_true(list->report.more);
  assert_in_range(list->report.count, 1, 3);
  assert_in_range(list->report.records[0].around_count, 1, 2);
}

/* ---- settling ---- */

static inline void a_report_ends_once_and_its_sender_is_told(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "реклама"));
  int64_t key = moderate_report(suite, "kz", suite->wang, 1, "r")->report.key;
  int64_t before = moderate_club_head(suite);
  assert_refused(moderate_settle(suite, suite->ivan, key, "dismissed"), REASON_FORBIDDEN);
  assert_refused(moderate_settle(suite, suite->ada, key, "forgiven"), REASON_INVALID_PARAMS);
  assert_refused(moderate_settle(suite, suite->ada, key, "published"), REASON_CONFLICT);
  struct store_job *batch[3];
  static const char *const outcomes[3] = {"warned", "warned", "dismissed"};
  for (int i = 0; i < 3; i++) {
    batch[i] = moderate_job(suite, ACT_SETTLE, suite->ada, NULL, 0);
    batch[i]->act.report = key;
    batch[i]->act.outcome = slice_of(outcomes[i]);
    batch[i]->act.reason = slice_of("в первый раз");
  }
  suite->writer.write(suite->writer.self, batch, 3);
  assert_done(batch[0]);
  assert_true(batch[0]->act.changed);
  assert_done(batch[1]);
  assert_false(batch[1]->act.changed);
  assert_refused(batch[2], REASON_CONFLICT);
  const struct audit_record *record = moderate_newest(suite);
  char detail[80];
  snprintf(detail, sizeof detail, "\"report\":%lld,\"outcome\":\"warned\"", (long long)key);
  assert_int_equal(record->key, batch[0]->act.audit);
  assert_slice(record->action, "settle");
  assert_slice(record->room, "kz");
  assert_slice(record->detail, detail);
  assert_slice(record->reason, "в первый раз");
  assert_int_equal(record->member, suite->wang);
  assert_int_equal(record->seq, 1);
  assert_true(moderate_heard(suite, before, CLUB_ACTED, suite->wang, record->key));
  struct store_job *own = reports_list(suite, suite->wang, true, true);
  assert_int_equal(own->report.count, 1);
  assert_slice(own->report.records[0].outcome, "warned");
  assert_slice(own->report.records[0].note, "в первый раз");
  assert_int_equal(own->report.records[0].settled_at, suite->now);
  assert_int_equal(own->report.records[0].settled_by.member, 0);
}

/* ---- held texts ---- */

static inline void a_held_text_is_in_no_room_until_it_is_published(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->wang, "first", "вопрос"));
  struct store_job *hold = reports_hold_job(suite, "kz", suite->ivan, "held", "Одно и то же 同样的 @wang");
  hold->report.reply_to = 1;
  assert_done(suite_run(suite, hold));
  assert_true(hold->report.key > 0);
  assert_false(hold->report.duplicate);
  assert_int_equal(reports_hold(suite, "kz", suite->ivan, "held", "иначе")->report.key, hold->report.key);
  assert_int_equal(suite_page(suite, "kz", suite->ivan, 0, -1, 10)->page.as_of, 1);
  struct store_job *list = reports_list(suite, suite->ada, false, false);
  assert_int_equal(list->report.count, 1);
  assert_int_equal(list->report.records[0].sender.member, 0);
  assert_int_equal(list->report.records[0].accused.member, suite->ivan);
  assert_slice(list->report.records[0].text, "Одно и то же 同样的 @wang");
  assert_done(moderate_room(suite, suite->ada, "kz", 1, -1)); /* 2; whatever the room's mode */
  struct store_job *publish = moderate_settle(suite, suite->ada, hold->report.key, "published");
  assert_done(publish);
  assert_int_equal(publish->act.count, 1);
  const struct entry *sent = &publish->act.entries[0], *kept = moderate_entry(suite, "kz", 3);
  assert_int_equal(sent->seq, 3);
  assert_int_equal(kept->type, ENTRY_MESSAGE);
  assert_int_equal(kept->from.member, suite->ivan);
  assert_slice(kept->text, "Одно и то же 同样的 @wang");
  assert_slice(sent->text, "Одно и то же 同样的 @wang");
  assert_slice(kept->client_id, "held");
  assert_int_equal(kept->reply_to, 1);
  assert_int_equal(sent->mention_count, 1);
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.mentions, 1);
  assert_int_equal(moderate_newest(suite)->member, suite->ivan);
  assert_int_equal(moderate_newest(suite)->seq, 3);
  assert_true(suite_post(suite, "kz", suite->ivan, "held", "опять")->post.duplicate);
  hold = reports_hold(suite, "kz", suite->ivan, "held", "опять");
  assert_true(hold->report.duplicate);
  assert_int_equal(hold->report.posted_seq, 3);
  list = reports_list(suite, suite->ada, false, true);
  assert_int_equal(list->report.records[0].seq, 3);
  assert_slice(list->report.records[0].text, "Одно и то же 同样的 @wang");
  publish = moderate_settle(suite, suite->ada, list->report.records[0].key, "published");
  assert_done(publish);
  assert_int_equal(publish->act.count, 0);
}

static inline void a_held_text_is_not_posted_by_asking_again(void **state) {
  struct suite *suite = *state;
  int64_t key = reports_hold(suite, "kz", suite->ivan, "held", "текст")->report.key;
  assert_refused(suite_post(suite, "kz", suite->ivan, "held", "текст"), REASON_HELD);
  struct store_job *batch[6];
  for (int i = 0; i < 6; i++) {
    batch[i] = suite_post_job(suite, "kz", suite->ivan,
                              i == 2 ? "held" : (const char *[]){"a", "b", "", "c", "d", "e"}[i], "текст");
    batch[i]->post.known_only = i == 5;
  }
  suite->writer.write(suite->writer.self, batch, 6);
  for (int i = 0; i < 5; i++) {
    if (i != 2) assert_done(batch[i]);
  }
  assert_refused(batch[2], REASON_HELD);
  assert_refused(batch[5], REASON_RATE_LIMITED);
  struct store_job *limited = suite_post_job(suite, "kz", suite->ivan, "held", "текст");
  limited->post.known_only = true;
  assert_refused(suite_run(suite, limited), REASON_HELD);
  assert_refused(suite_post(suite, "cn", suite->ivan, "held", "текст"), REASON_CONFLICT);
  assert_refused(reports_hold(suite, "cn", suite->ivan, "held", "текст"), REASON_CONFLICT);
  assert_done(suite_post(suite, "kz", suite->wang, "held", "текст")); /* another's id */
  assert_int_equal(suite_page(suite, "kz", suite->ivan, 0, -1, 10)->page.as_of, 5);
  assert_done(moderate_settle(suite, suite->ada, key, "dismissed"));
  assert_refused(suite_post(suite, "kz", suite->ivan, "held", "текст"), REASON_HELD);
  assert_int_equal(reports_list(suite, suite->ada, false, false)->report.count, 0);
}

static inline void what_was_posted_is_not_held_any_more(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "first", "текст"));
  struct store_job *hold = reports_hold(suite, "kz", suite->ivan, "first", "текст");
  assert_done(hold);
  assert_true(hold->report.duplicate);
  assert_int_equal(hold->report.posted_seq, 1);
  assert_refused(reports_hold(suite, "cn", suite->ivan, "first", "текст"), REASON_CONFLICT);
  assert_int_equal(reports_list(suite, suite->ada, false, false)->report.count, 0);
}

static inline void a_held_text_that_is_not_published_is_gone(void **state) {
  struct suite *suite = *state;
  int64_t before = moderate_club_head(suite);
  int64_t key = reports_hold(suite, "kz", suite->ivan, "held", "спам")->report.key;
  assert_done(moderate_settle(suite, suite->ada, key, "removed"));
  char detail[80];
  snprintf(detail, sizeof detail, "\"report\":%lld,\"outcome\":\"removed\",\"held\":\"held\"", (long long)key);
  assert_slice(moderate_newest(suite)->detail, detail);
  assert_true(moderate_heard(suite, before, CLUB_ACTED, suite->ivan, moderate_newest(suite)->key));
  struct store_job *list = reports_list(suite, suite->ada, false, true);
  assert_int_equal(list->report.count, 1);
  assert_null(list->report.records[0].text.data);
  assert_int_equal(list->report.records[0].seq, 0);
  assert_refused(moderate_settle(suite, suite->ada, key, "published"), REASON_CONFLICT);
  assert_int_equal(reports_hold(suite, "kz", suite->ivan, "held", "спам")->report.key, key);
  assert_int_equal(reports_list(suite, suite->ada, false, false)->report.count, 0);
}

static inline void a_text_is_held_only_if_it_could_be_posted(void **state) {
  struct suite *suite = *state;
  struct store_job *hold = reports_hold_job(suite, "kz", suite->ivan, "reply", "ответ");
  hold->report.reply_to = 5;
  assert_refused(suite_run(suite, hold), REASON_NOT_FOUND);
  assert_refused(reports_hold(suite, "nowhere", suite->ivan, "a", "текст"), REASON_NOT_FOUND);
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->ivan, 60));
  assert_refused(reports_hold(suite, "kz", suite->ivan, "a", "текст"), REASON_MUTED);
  assert_done(moderate_room(suite, suite->ada, "cn", 1, -1));
  assert_refused(reports_hold(suite, "cn", suite->ivan, "a", "текст"), REASON_LOCKED);
  assert_done(moderate_room(suite, suite->ada, "fintech", -1, 60));
  assert_done(reports_hold(suite, "fintech", suite->ivan, "a", "текст"));
  hold = reports_hold(suite, "fintech", suite->ivan, "b", "текст");
  assert_refused(hold, REASON_SLOW_MODE);
  assert_in_range(hold->report.retry_after_ms, 1, 60000);
  assert_refused(suite_post(suite, "fintech", suite->ivan, "c", "текст"), REASON_SLOW_MODE);
  for (int i = 1; i < LIMIT_REPORTS_OPEN; i++) {
    char id[16];
    snprintf(id, sizeof id, "h%d", i);
    assert_done(reports_hold(suite, "kz.fintech", suite->ivan, id, "текст"));
  }
  assert_refused(reports_hold(suite, "kz.fintech", suite->ivan, "more", "текст"), REASON_RATE_LIMITED);
}

/* ---- counting ---- */

static inline struct store_job *reports_count(struct suite *suite, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_REPORT_COUNT);
  job->report.member = member;
  return suite_run(suite, job);
}

static inline void open_reports_are_counted_and_the_pulse_tells_of_others(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->wang, true));
  assert_int_equal(reports_count(suite, suite->ada)->report.count, 0);
  assert_refused(reports_count(suite, suite->ivan), REASON_FORBIDDEN);
  int64_t none = suite_pulse(suite, "kz", 0)->pulse.reports;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "реклама 广告"));
  assert_done(suite_post(suite, "cn", suite->ivan, "b", "реклама 广告"));
  int64_t key = moderate_report(suite, "kz", suite->ada, 2, "r1")->report.key;
  int64_t one = suite_pulse(suite, "kz", 0)->pulse.reports;
  assert_true(one != none);
  assert_done(moderate_report(suite, "cn", suite->ada, 1, "r2"));
  assert_int_equal(reports_count(suite, suite->ada)->report.count, 2);
  assert_int_equal(reports_count(suite, suite->wang)->report.count, 1);
  int64_t two = suite_pulse(suite, "kz", 0)->pulse.reports;
  assert_true(two != one);
  assert_done(moderate_settle(suite, suite->wang, key, "dismissed"));
  assert_int_equal(reports_count(suite, suite->wang)->report.count, 0);
  assert_int_equal(reports_count(suite, suite->ada)->report.count, 1);
  assert_true(suite_pulse(suite, "kz", 0)->pulse.reports != two);
  assert_int_equal(suite_pulse(suite, "kz", 0)->pulse.reports, suite_pulse(suite, "kz", 0)->pulse.reports);
}

#define SUITE_REPORTS(setup) \
  SUITE_TEST(open_reports_are_counted_and_the_pulse_tells_of_others, setup), SUITE_TEST(a_report_is_made_once, setup), \
      SUITE_TEST(open_reports_of_a_member_are_limited, setup), \
      SUITE_TEST(the_queue_shows_what_was_around_and_before, setup), \
      SUITE_TEST(each_moderator_has_the_reports_of_their_rooms, setup), SUITE_TEST(the_queue_is_read_in_pages, setup), \
      SUITE_TEST(a_page_of_the_queue_ends_at_its_size, setup), \
      SUITE_TEST(a_report_ends_once_and_its_sender_is_told, setup), \
      SUITE_TEST(a_held_text_is_in_no_room_until_it_is_published, setup), \
      SUITE_TEST(a_held_text_is_not_posted_by_asking_again, setup), \
      SUITE_TEST(what_was_posted_is_not_held_any_more, setup), \
      SUITE_TEST(a_held_text_that_is_not_published_is_gone, setup), \
      SUITE_TEST(a_text_is_held_only_if_it_could_be_posted, setup)
#endif
