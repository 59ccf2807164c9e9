#ifndef TEST_STORE_SUITE_ROOMS_H
#define TEST_STORE_SUITE_ROOMS_H
/* Lists, marks and counts, direct talks, the pulse. */
#include "suite.h"

static inline void opening_a_room_lists_it_read_up_to_its_head(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", 3);
  struct store_job *before = suite_room(suite, STORE_ROOM_GET, "kz", suite->wang);
  assert_false(before->room.record.listed);
  assert_int_equal(before->room.record.unread, 0);
  struct store_job *open = suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang);
  assert_done(open);
  assert_int_equal(open->room.record.kind, ROOM_COUNTRY);
  assert_int_equal(open->room.record.read, 3);
  suite_post_many(suite, "kz", suite->ivan, "q", 2);
  assert_int_equal(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang)->room.record.unread, 2);
  struct store_job *list = suite_room(suite, STORE_ROOM_LIST, "", suite->wang);
  assert_int_equal(list->room.count, 1);
  assert_slice(list->room.records[0].room, "kz");
  assert_refused(suite_room(suite, STORE_ROOM_OPEN, "xx", suite->wang), REASON_NOT_FOUND);
}

static inline void the_list_has_the_latest_active_room_first(void **state) {
  struct suite *suite = *state;
  static const char *const rooms[] = {"kz", "cn", "fintech"};
  for (int i = 0; i < 3; i++) assert_done(suite_room(suite, STORE_ROOM_OPEN, rooms[i], suite->wang));
  suite->now += 1000;
  assert_done(suite_post(suite, "fintech", suite->ivan, "a", "text"));
  suite->now += 1000;
  assert_done(suite_post(suite, "cn", suite->ivan, "b", "text"));
  struct store_job *list = suite_room(suite, STORE_ROOM_LIST, "", suite->wang);
  assert_slice(list->room.records[0].room, "cn");
  assert_slice(list->room.records[1].room, "fintech");
  assert_slice(list->room.records[2].room, "kz");
}

static inline void marking_read_never_goes_back_nor_beyond_the_head(void **state) {
  struct suite *suite = *state;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  suite_post_many(suite, "kz", suite->ivan, "p", 10);
  struct store_job *mark = suite_mark(suite, "kz", suite->wang, 7);
  assert_done(mark);
  assert_int_equal(mark->mark_read.read, 7);
  assert_int_equal(mark->mark_read.unread, 3);
  mark = suite_mark(suite, "kz", suite->wang, 2);
  assert_int_equal(mark->mark_read.read, 7);
  assert_refused(suite_mark(suite, "kz", suite->wang, 11), REASON_CONFLICT);
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.read, 7);
  assert_done(suite_mark(suite, "kz", suite->ada, 3));
  assert_false(suite_room(suite, STORE_ROOM_GET, "kz", suite->ada)->room.record.listed);
}

static inline void a_mark_counts_what_its_own_batch_posted(void **state) {
  struct suite *suite = *state;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  struct store_job *mark = suite_job(suite, STORE_MARK_READ);
  mark->mark_read.room = slice_of("kz");
  mark->mark_read.member = suite->wang;
  mark->mark_read.seq = 1;
  struct store_job *batch[3] = {suite_post_job(suite, "kz", suite->ivan, "a", "text"),
                                suite_post_job(suite, "kz", suite->ivan, "b", "text @wang"), mark};
  suite->writer.write(suite->writer.self, batch, 3);
  assert_done(mark);
  assert_int_equal(mark->mark_read.head, 2);
  assert_int_equal(mark->mark_read.read, 1);
  assert_int_equal(mark->mark_read.unread, 1);
  assert_int_equal(mark->mark_read.mentions, 1);
}

/* Counts anew what the store counts with its short cuts. */
static inline int64_t count_slowly(struct suite *suite, const char *room, int64_t member, int64_t read) {
  int64_t unread = 0;
  for (bool more = true; more && unread < LIMIT_UNREAD;) {
    struct store_job *page = suite_page(suite, room, member, read, -1, 100);
    for (size_t i = 0; i < page->page.count; i++) {
      const struct entry *entry = &page->page.entries[i];
      if (entry->type == ENTRY_MESSAGE && !entry->removed && entry->from.member != member) unread++;
      read = entry->seq;
    }
    more = page->page.more;
    suite_forget_jobs(suite);
  }
  return unread < LIMIT_UNREAD ? unread : LIMIT_UNREAD;
}

static inline void unread_counts_messages_of_others_that_stand(void **state) {
  struct suite *suite = *state;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->ivan));
  srand(7);
  for (int round = 0; round < 60; round++) {
    char prefix[16];
    snprintf(prefix, sizeof prefix, "r%d", round);
    int64_t head = suite_post_many(suite, "kz", rand() % 3 ? suite->ivan : suite->wang, prefix, 1 + rand() % 80);
    for (int i = 0; i < 3; i++) {
      int64_t target = 1 + rand() % head;
      struct store_job *remove = suite_change_job(suite, STORE_REMOVE, "kz", suite->ada, target);
      (void)suite_run(suite, remove);
      (void)suite_react(suite, "kz", suite->ada, target, "👍", rand() % 2);
    }
    if (round % 7 == 3) assert_done(suite_mark(suite, "kz", suite->ivan, 1 + rand() % head));
    int64_t members[2] = {suite->wang, suite->ivan};
    for (int i = 0; i < 2; i++) {
      struct store_job *room = suite_room(suite, STORE_ROOM_GET, "kz", members[i]);
      int64_t read = room->room.record.read, unread = room->room.record.unread;
      struct store_job *mark = suite_mark(suite, "kz", members[i], 0);
      assert_int_equal(mark->mark_read.unread, unread);
      assert_int_equal(unread, count_slowly(suite, "kz", members[i], read));
    }
    suite_forget_jobs(suite);
  }
}

static inline void unread_is_counted_to_its_limit(void **state) {
  struct suite *suite = *state;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  suite_post_many(suite, "kz", suite->ivan, "a", LIMIT_UNREAD + 500);
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.unread, LIMIT_UNREAD);
  suite_post_many(suite, "kz", suite->wang, "b", 3000);
  struct store_job *room = suite_room(suite, STORE_ROOM_GET, "kz", suite->wang);
  assert_int_equal(room->room.record.unread, LIMIT_UNREAD);
  assert_done(suite_mark(suite, "kz", suite->wang, LIMIT_UNREAD));
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.unread, 500);
}

static inline void mentions_are_counted_until_read_or_removed(void **state) {
  struct suite *suite = *state;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "@wang раз"));
  assert_done(suite_post(suite, "kz", suite->ivan, "b", "@wang два"));
  assert_done(suite_post(suite, "kz", suite->ivan, "c", "@wang три"));
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.mentions, 3);
  assert_done(suite_remove(suite, "kz", suite->ivan, 3));
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.mentions, 2);
  assert_int_equal(suite_mark(suite, "kz", suite->wang, 1)->mark_read.mentions, 1);
}

/* Each of the list's rooms as it is when asked for alone. */
static inline void assert_list_as_rooms(struct suite *suite, int64_t member, size_t count) {
  struct store_job *list = suite_room(suite, STORE_ROOM_LIST, "", member);
  assert_int_equal(list->room.count, count);
  for (size_t i = 0; i < count; i++) {
    const struct room_record *listed = &list->room.records[i];
    struct store_job *get = suite_job(suite, STORE_ROOM_GET);
    get->room.room = listed->room;
    get->room.member = member;
    assert_done(suite_run(suite, get));
    assert_int_equal(listed->head, get->room.record.head);
    assert_int_equal(listed->read, get->room.record.read);
    assert_int_equal(listed->unread, get->room.record.unread);
    assert_int_equal(listed->mentions, get->room.record.mentions);
  }
}

static inline void a_list_counts_what_each_of_its_rooms_does(void **state) {
  struct suite *suite = *state;
  static const char *const rooms[] = {"kz", "cn", "fintech"};
  for (int i = 0; i < 3; i++) assert_done(suite_room(suite, STORE_ROOM_OPEN, rooms[i], suite->wang));
  const char *talk = suite_direct(suite, suite->ivan, suite->wang, "fresh")->room.record.room.data;
  assert_done(suite_post(suite, talk, suite->ivan, "t", "привет"));
  suite_post_many(suite, "kz", suite->ivan, "k", LIMIT_UNREAD + 5);
  suite_post_many(suite, "cn", suite->ivan, "c", 4);
  assert_done(suite_post(suite, "cn", suite->ivan, "m1", "@wang раз"));
  assert_done(suite_post(suite, "cn", suite->ivan, "m2", "@wang два"));
  assert_done(suite_post(suite, "cn", suite->wang, "own", "三"));
  assert_done(suite_mark(suite, "cn", suite->wang, 5));
  struct store_job *cn = suite_room(suite, STORE_ROOM_LIST, "", suite->wang);
  assert_slice(cn->room.records[0].room, "cn");
  assert_int_equal(cn->room.records[0].unread, 1);
  assert_int_equal(cn->room.records[0].mentions, 1);
  assert_list_as_rooms(suite, suite->wang, 4);
}

static inline void two_members_have_one_talk(void **state) {
  struct suite *suite = *state;
  struct store_job *open = suite_direct(suite, suite->ivan, suite->wang, "first");
  assert_done(open);
  assert_int_equal(open->room.record.kind, ROOM_DIRECT);
  assert_int_equal(open->room.record.room.size, 25);
  assert_int_equal(memcmp(open->room.record.room.data, "dm.", 3), 0);
  assert_int_equal(open->room.record.with->key, suite->wang);
  struct store_job *again = suite_direct(suite, suite->wang, suite->ivan, "second");
  assert_true(slice_equal(open->room.record.room, again->room.record.room));
  assert_slice(again->room.record.with->name, "Иван Петров");
  assert_refused(suite_direct(suite, suite->ivan, 4711, "third"), REASON_NOT_FOUND);
  assert_refused(suite_direct(suite, suite->ivan, suite->ivan, "fourth"), REASON_INVALID_PARAMS);
}

static inline void a_talk_is_for_its_two_alone(void **state) {
  struct suite *suite = *state;
  const char *room = suite_direct(suite, suite->ivan, suite->wang, "fresh")->room.record.room.data;
  assert_refused(suite_post(suite, room, suite->ada, "a", "text"), REASON_NOT_FOUND);
  assert_refused(suite_page(suite, room, suite->ada, 0, -1, 50), REASON_NOT_FOUND);
  assert_refused(suite_room(suite, STORE_ROOM_GET, room, suite->ada), REASON_NOT_FOUND);
  assert_refused(suite_room(suite, STORE_ROOM_OPEN, room, suite->ada), REASON_NOT_FOUND);
  assert_refused(suite_mark(suite, room, suite->ada, 0), REASON_NOT_FOUND);
  assert_done(suite_post(suite, room, suite->ivan, "b", "привет"));
  struct store_job *change = suite_change_job(suite, STORE_REMOVE, room, suite->ada, 1);
  assert_refused(suite_run(suite, change), REASON_NOT_FOUND);
}

static inline void the_first_message_of_a_talk_lists_it_for_the_other(void **state) {
  struct suite *suite = *state;
  const char *room = suite_direct(suite, suite->ivan, suite->wang, "fresh")->room.record.room.data;
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", suite->wang)->room.count, 0);
  int64_t club = suite_pulse(suite, room, 0)->pulse.club_head;
  struct store_job *post = suite_post(suite, room, suite->ivan, "a", "привет");
  assert_true(post->post.listed_other);
  assert_int_equal(post->club_head, club + 1);
  struct store_job *second = suite_post(suite, room, suite->ivan, "b", "ещё");
  assert_false(second->post.listed_other);
  assert_int_equal(second->club_head, 0);
  struct store_job *list = suite_room(suite, STORE_ROOM_LIST, "", suite->wang);
  assert_int_equal(list->room.count, 1);
  assert_int_equal(list->room.records[0].read, 0);
  assert_int_equal(list->room.records[0].unread, 2);
  assert_int_equal(list->room.records[0].with->key, suite->ivan);
  struct store_job *pulse = suite_pulse(suite, room, club);
  assert_int_equal(pulse->pulse.heads->head, 2);
  assert_int_equal(pulse->pulse.event_count, 1);
  assert_int_equal(pulse->pulse.events[0].kind, CLUB_LISTED);
  assert_int_equal(pulse->pulse.events[0].member, suite->wang);
  assert_slice(pulse->pulse.events[0].room, room);
}

static inline void a_full_list_takes_no_more_but_posting_goes_on(void **state) {
  struct suite *suite = *state;
  static char names[LIMIT_LISTED][16];
  static const char *rooms[LIMIT_LISTED];
  for (int i = 0; i < LIMIT_LISTED; i++) {
    snprintf(names[i], sizeof names[i], "kz.sector%d", i);
    rooms[i] = names[i];
  }
  assert_done(suite_ensure(suite, rooms, LIMIT_LISTED));
  for (int i = 0; i < LIMIT_LISTED; i++) assert_done(suite_room(suite, STORE_ROOM_OPEN, rooms[i], suite->wang));
  assert_refused(suite_room(suite, STORE_ROOM_OPEN, "cn", suite->wang), REASON_RATE_LIMITED);
  assert_refused(suite_direct(suite, suite->wang, suite->ada, "fresh"), REASON_RATE_LIMITED);
  assert_done(suite_post(suite, "cn", suite->wang, "a", "text"));
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", suite->wang)->room.count, LIMIT_LISTED);
  assert_false(suite_room(suite, STORE_ROOM_GET, "cn", suite->wang)->room.record.listed);
}

static inline void rooms_are_made_once(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  static const char *const rooms[] = {"kz", "uz.trade"};
  struct store_job *job = suite_ensure(suite, rooms, 2);
  assert_done(job);
  assert_int_equal(job->pulse.heads[0].head, 1);
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "uz.trade", suite->ada)->room.record.kind, ROOM_PAIR);
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "fintech", suite->ada)->room.record.kind, ROOM_SECTOR);
  assert_int_equal(suite_pulse(suite, "nowhere", 0)->pulse.heads->head, -1);
}

static inline void a_join_shows_the_room_and_its_page_of_one_moment(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", 5);
  struct store_job *job = suite_job(suite, STORE_ROOM_JOIN);
  job->page.room = slice_of("kz");
  job->page.member = suite->wang;
  job->page.after = 2;
  job->page.before = -1;
  job->page.limit = 2;
  assert_done(suite_run(suite, job));
  assert_int_equal(job->page.record.head, 5);
  assert_int_equal(job->page.as_of, 5);
  assert_int_equal(job->page.count, 2);
  assert_int_equal(job->page.entries[0].seq, 3);
  assert_true(job->page.more);
}

#define SUITE_ROOMS(setup) \
  SUITE_TEST(opening_a_room_lists_it_read_up_to_its_head, setup), \
      SUITE_TEST(the_list_has_the_latest_active_room_first, setup), \
      SUITE_TEST(marking_read_never_goes_back_nor_beyond_the_head, setup), \
      SUITE_TEST(a_mark_counts_what_its_own_batch_posted, setup), \
      SUITE_TEST(unread_counts_messages_of_others_that_stand, setup), \
      SUITE_TEST(unread_is_counted_to_its_limit, setup), \
      SUITE_TEST(mentions_are_counted_until_read_or_removed, setup), \
      SUITE_TEST(a_list_counts_what_each_of_its_rooms_does, setup), SUITE_TEST(two_members_have_one_talk, setup), \
      SUITE_TEST(a_talk_is_for_its_two_alone, setup), \
      SUITE_TEST(the_first_message_of_a_talk_lists_it_for_the_other, setup), \
      SUITE_TEST(a_full_list_takes_no_more_but_posting_goes_on, setup), SUITE_TEST(rooms_are_made_once, setup), \
      SUITE_TEST(a_join_shows_the_room_and_its_page_of_one_moment, setup)
#endif
