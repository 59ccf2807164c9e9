#ifndef TEST_STORE_SUITE_PEOPLE_H
#define TEST_STORE_SUITE_PEOPLE_H
/* Members among each other: where they are logged in, whom they block. */
#include "suite.h"

/* ---- sessions ---- */

static inline struct store_job *session_with_client(struct suite *suite, const char *token, int64_t member,
                                                    const char *client) {
  struct store_job *job = suite_job(suite, STORE_SESSION_ADD);
  digest_sha256(slice_of(token), job->session.digest);
  job->session.member = member;
  job->session.address = slice_of("192.0.2.7");
  job->session.client = slice_of(client);
  return suite_run(suite, job);
}

static inline struct store_job *sessions_of(struct suite *suite, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_SESSION_LIST);
  job->session.member = member;
  assert_done(suite_run(suite, job));
  return job;
}

static inline struct store_job *end_session(struct suite *suite, int64_t session, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_SESSION_END);
  job->session.session = session;
  job->session.member = member;
  return suite_run(suite, job);
}

static inline void sessions_are_listed_with_where_they_are_used(void **state) {
  struct suite *suite = *state;
  assert_int_equal(sessions_of(suite, suite->ivan)->session.count, 0);
  int64_t phone = session_with_client(suite, "phone", suite->ivan, "Chrome · Android")->session.session;
  suite->now += 5000;
  int64_t desk = session_with_client(suite, "desk", suite->ivan, "Firefox · Windows")->session.session;
  assert_done(session_with_client(suite, "hers", suite->ada, "Safari · iPhone"));
  const struct store_session *list = &sessions_of(suite, suite->ivan)->session;
  assert_int_equal(list->count, 2);
  assert_int_equal(list->sessions[0].key, desk); /* used last */
  assert_int_equal(list->sessions[1].key, phone);
  assert_slice(list->sessions[0].client, "Firefox · Windows");
  assert_slice(list->sessions[0].address, "192.0.2.7");
  assert_int_equal(list->sessions[1].made_at, SUITE_START);
  assert_int_equal(list->sessions[0].used_at, SUITE_START + 5000);
  suite->now += (int64_t)SESSION_UNUSED_SECONDS * 1000 + 1;
  assert_int_equal(sessions_of(suite, suite->ivan)->session.count, 0); /* nobody can use them any more */
}

static inline void a_session_is_ended_by_its_member_alone(void **state) {
  struct suite *suite = *state;
  int64_t his = session_with_client(suite, "his", suite->ivan, "")->session.session;
  assert_refused(end_session(suite, his, suite->ada), REASON_NOT_FOUND);
  assert_refused(end_session(suite, his + 1000, suite->ivan), REASON_NOT_FOUND);
  assert_done(suite_session(suite, STORE_SESSION_FIND, "his", 0));
  struct store_job *end = end_session(suite, his, suite->ivan);
  assert_done(end);
  assert_true(end->club_head > 0);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "his", 0), REASON_NOT_FOUND);
  assert_refused(end_session(suite, his, suite->ivan), REASON_NOT_FOUND);
}

/* ---- blocks ---- */

static inline struct store_job *block(struct suite *suite, int64_t member, int64_t other, bool on) {
  struct store_job *job = suite_job(suite, STORE_BLOCK);
  job->block.member = member;
  job->block.other = other;
  job->block.on = on;
  return suite_run(suite, job);
}

static inline bool is_blocked(struct suite *suite, int64_t asker, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_GET);
  job->member.member.key = member;
  job->member.asker = asker;
  assert_done(suite_run(suite, job));
  return job->member.blocked;
}

static inline void who_is_blocked_opens_no_talk(void **state) {
  struct suite *suite = *state;
  assert_done(block(suite, suite->ada, suite->ivan, true));
  assert_refused(suite_direct(suite, suite->ivan, suite->ada, "a"), REASON_FORBIDDEN);
  assert_done(suite_direct(suite, suite->ivan, suite->wang, "b")); /* with anybody else */
  assert_true(is_blocked(suite, suite->ada, suite->ivan));
  assert_false(is_blocked(suite, suite->ivan, suite->ada)); /* not told */
  assert_done(block(suite, suite->ada, suite->ivan, false));
  assert_false(is_blocked(suite, suite->ada, suite->ivan));
  assert_done(suite_direct(suite, suite->ivan, suite->ada, "c"));
}

static inline const char *open_talk(struct suite *suite) {
  struct store_job *job = suite_direct(suite, suite->ada, suite->ivan, "talk");
  assert_done(job);
  char *id = arena_alloc(job->arena, job->room.room.size + 1);
  assert_non_null(id);
  memcpy(id, job->room.room.data, job->room.room.size);
  id[job->room.room.size] = '\0';
  return id;
}

static inline void nobody_writes_in_a_talk_of_two_of_whom_one_blocks_the_other(void **state) {
  struct suite *suite = *state;
  const char *talk = open_talk(suite);
  int64_t hers = suite_post(suite, talk, suite->ada, "c1", "Hello")->post.seq;
  int64_t his = suite_post(suite, talk, suite->ivan, "c2", "Привет")->post.seq;
  assert_done(suite_react(suite, talk, suite->ada, his, "👍", true));
  assert_done(block(suite, suite->ada, suite->ivan, true));
  const int64_t both[] = {suite->ivan, suite->ada};
  for (int i = 0; i < 2; i++) {
    assert_refused(suite_post(suite, talk, both[i], "c3", "@ada @ivan"), REASON_FORBIDDEN);
    assert_refused(suite_edit(suite, talk, both[i], i == 0 ? his : hers, "другое"), REASON_FORBIDDEN);
    assert_refused(suite_react(suite, talk, both[i], i == 0 ? hers : his, "🤝", true), REASON_FORBIDDEN);
  }
  assert_refused(suite_react(suite, talk, suite->ada, his, "👍", false), REASON_FORBIDDEN);
  struct store_job *again = suite_post(suite, talk, suite->ivan, "c2", "Привет");
  assert_done(again); /* that was answered before */
  assert_true(again->post.duplicate);
  assert_done(suite_remove(suite, talk, suite->ivan, his));        /* what is one's own may be taken back */
  assert_done(suite_post(suite, "kz", suite->ivan, "c4", "@ada")); /* and all other rooms are as they were */
  assert_done(block(suite, suite->ada, suite->ivan, false));
  assert_done(suite_post(suite, talk, suite->ivan, "c3", "@ada"));
}

static inline void a_blocked_post_among_many_leaves_the_others_alone(void **state) {
  struct suite *suite = *state;
  const char *talk = open_talk(suite);
  assert_done(suite_post(suite, talk, suite->ada, "first", "Hello"));
  assert_done(suite_post(suite, talk, suite->ivan, "second", "Hello"));
  struct store_job *jobs[8];
  assert_done(block(suite, suite->ada, suite->ivan, true));
  for (size_t i = 0; i < 8; i++) {
    char client_id[16];
    snprintf(client_id, sizeof client_id, "p%zu", i);
    jobs[i] = suite_post_job(suite, i % 2 ? talk : "kz", i % 4 == 1 ? suite->ada : suite->ivan, client_id, "текст");
  }
  suite->writer.write(suite->writer.self, jobs, 8);
  for (size_t i = 0; i < 8; i++) {
    if (i % 2)
      assert_refused(jobs[i], REASON_FORBIDDEN);
    else
      assert_done(jobs[i]);
  }
  assert_int_equal(jobs[6]->post.seq, 4);
}

static inline void a_block_is_seen_in_the_talk_and_told_to_both(void **state) {
  struct suite *suite = *state;
  const char *talk = open_talk(suite);
  assert_done(suite_post(suite, talk, suite->ada, "c1", "Hello"));
  struct store_job *set = block(suite, suite->ada, suite->ivan, true);
  struct store_job *pulse = suite_pulse(suite, "kz", set->club_head - 2);
  assert_int_equal(pulse->pulse.event_count, 2);
  int64_t told = 0;
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(pulse->pulse.events[i].kind, CLUB_LISTED);
    assert_slice(pulse->pulse.events[i].room, talk);
    told += pulse->pulse.events[i].member;
  }
  assert_int_equal(told, suite->ada + suite->ivan);
  struct room_record hers = suite_room(suite, STORE_ROOM_GET, talk, suite->ada)->room.record;
  struct room_record his = suite_room(suite, STORE_ROOM_GET, talk, suite->ivan)->room.record;
  assert_true(hers.blocked && hers.closed);
  assert_true(!his.blocked && his.closed);
  struct store_job *list = suite_room(suite, STORE_ROOM_LIST, "", suite->ada);
  assert_int_equal(list->room.count, 1);
  assert_true(list->room.records[0].blocked);
  /* Said again it changes nothing, and nobody is told. */
  struct store_job *again = block(suite, suite->ada, suite->ivan, true);
  assert_done(again);
  assert_int_equal(again->club_head, 0);
  assert_true(block(suite, suite->ada, suite->ivan, false)->club_head > 0);
  assert_int_equal(block(suite, suite->ada, suite->ivan, false)->club_head, 0);
  assert_false(suite_room(suite, STORE_ROOM_GET, talk, suite->ivan)->room.record.closed);
}

static inline struct store_job *blocked_by(struct suite *suite, int64_t member, int64_t after, int64_t limit) {
  struct store_job *job = suite_job(suite, STORE_BLOCKED_LIST);
  job->block.member = member;
  job->block.other = after;
  job->block.limit = limit;
  assert_done(suite_run(suite, job));
  return job;
}

static inline void who_is_blocked_is_listed_page_by_page(void **state) {
  struct suite *suite = *state;
  assert_refused(block(suite, suite->ada, 4711, true), REASON_NOT_FOUND);
  assert_refused(block(suite, suite->ada, 4711, false), REASON_NOT_FOUND);
  assert_done(block(suite, suite->ada, suite->wang, true));
  assert_done(block(suite, suite->ada, suite->ivan, true));
  assert_done(block(suite, suite->wang, suite->ivan, true));
  struct store_job *first = blocked_by(suite, suite->ada, 0, 1);
  assert_int_equal(first->block.count, 1);
  assert_true(first->block.more);
  assert_slice(first->block.members[0].login, "ivan");
  struct store_job *second = blocked_by(suite, suite->ada, suite->ivan, 1);
  assert_int_equal(second->block.count, 1);
  assert_false(second->block.more);
  assert_slice(second->block.members[0].name, "王小明");
  assert_int_equal(blocked_by(suite, suite->ivan, 0, 10)->block.count, 0);
}

static inline void blocks_of_a_member_are_limited(void **state) {
  struct suite *suite = *state;
  for (int i = 0; i < LIMIT_BLOCKS; i++) {
    char login[16];
    snprintf(login, sizeof login, "m%d", i);
    int64_t member = suite_member(suite, login, login, ROLE_MEMBER);
    assert_done(block(suite, suite->ada, member, true));
  }
  assert_refused(block(suite, suite->ada, suite->ivan, true), REASON_RATE_LIMITED);
  int64_t last = blocked_by(suite, suite->ada, 0, 1)->block.members[0].key;
  assert_done(block(suite, suite->ada, last, true)); /* that one is there */
  assert_done(block(suite, suite->ada, last, false));
  assert_done(block(suite, suite->ada, suite->ivan, true));
}

/* ---- what one is told of ---- */

static inline struct store_job *notify(struct suite *suite, const char *room, int64_t member, enum notify_level level) {
  struct store_job *job = suite_job(suite, STORE_NOTIFY);
  job->notify.room = slice_of(room);
  job->notify.member = member;
  job->notify.level = level;
  return suite_run(suite, job);
}

static inline enum notify_level notify_of(struct suite *suite, int64_t member) {
  struct store_job *get = suite_room(suite, STORE_ROOM_GET, "kz", member), *list;
  assert_done(get);
  list = suite_room(suite, STORE_ROOM_LIST, "", member);
  assert_done(list);
  for (size_t i = 0; i < list->room.count; i++)
    if (slice_is(list->room.records[i].room, "kz"))
      assert_int_equal(list->room.records[i].notify, get->room.record.notify);
  return get->room.record.notify;
}

static inline void what_one_is_told_of_a_room_is_kept_with_the_list(void **state) {
  struct suite *suite = *state;
  assert_refused(notify(suite, "kz", suite->ada, NOTIFY_NONE), REASON_NOT_FOUND); /* not on her list */
  assert_refused(notify(suite, "nowhere", suite->ada, NOTIFY_NONE), REASON_NOT_FOUND);
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->ada));
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->ivan));
  assert_int_equal(notify_of(suite, suite->ada), NOTIFY_ALL);
  struct store_job *set = notify(suite, "kz", suite->ada, NOTIFY_MENTIONS);
  assert_done(set);
  struct store_job *pulse = suite_pulse(suite, "kz", set->club_head - 1);
  assert_int_equal(pulse->pulse.event_count, 1);
  assert_int_equal(pulse->pulse.events[0].kind, CLUB_LISTED);
  assert_int_equal(pulse->pulse.events[0].member, suite->ada);
  assert_slice(pulse->pulse.events[0].room, "kz");
  assert_int_equal(notify_of(suite, suite->ada), NOTIFY_MENTIONS);
  assert_int_equal(notify_of(suite, suite->ivan), NOTIFY_ALL);
  set = notify(suite, "kz", suite->ada, NOTIFY_MENTIONS);
  assert_done(set);
  assert_int_equal(set->club_head, 0); /* said again */
  assert_done(notify(suite, "kz", suite->ada, NOTIFY_NONE));
  int64_t seq = suite_post(suite, "kz", suite->ivan, "c1", "тише")->post.seq;
  assert_done(suite_mark(suite, "kz", suite->ada, seq));
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->ada));
  struct store_job *join = suite_job(suite, STORE_ROOM_JOIN);
  join->page.room = slice_of("kz");
  join->page.member = suite->ada;
  join->page.after = -1;
  join->page.limit = 10;
  assert_done(suite_run(suite, join));
  assert_int_equal(join->page.record.notify, NOTIFY_NONE); /* neither a mark nor opening it again changes that */
}

#define SUITE_PEOPLE(setup) \
  SUITE_TEST(sessions_are_listed_with_where_they_are_used, setup), \
      SUITE_TEST(what_one_is_told_of_a_room_is_kept_with_the_list, setup), \
      SUITE_TEST(a_session_is_ended_by_its_member_alone, setup), SUITE_TEST(who_is_blocked_opens_no_talk, setup), \
      SUITE_TEST(nobody_writes_in_a_talk_of_two_of_whom_one_blocks_the_other, setup), \
      SUITE_TEST(a_blocked_post_among_many_leaves_the_others_alone, setup), \
      SUITE_TEST(a_block_is_seen_in_the_talk_and_told_to_both, setup), \
      SUITE_TEST(who_is_blocked_is_listed_page_by_page, setup), SUITE_TEST(blocks_of_a_member_are_limited, setup)
#endif
