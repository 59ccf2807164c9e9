#ifndef TEST_STORE_SUITE_POSTS_H
#define TEST_STORE_SUITE_POSTS_H
/* Numbers, repeated posts, what a post leaves behind. */
#include "suite.h"

static inline void entries_of_a_room_are_numbered_without_a_hole(void **state) {
  struct suite *suite = *state;
  struct store_job *batch[30];
  for (int i = 0; i < 30; i++) {
    char id[16];
    snprintf(id, sizeof id, "n%d", i % 20); /* the last ten repeat the first ten */
    batch[i] = suite_post_job(suite, i % 2 ? "kz" : "cn", suite->ivan, id, "привет");
    if (i == 7) batch[i]->post.room = slice_of("nowhere");
    if (i == 9) batch[i]->post.reply_to = 99;
  }
  suite->writer.write(suite->writer.self, batch, 30);
  assert_refused(batch[7], REASON_NOT_FOUND);
  assert_refused(batch[9], REASON_NOT_FOUND);
  struct store_job *log = suite_entries(suite, "kz", 1, 100);
  assert_done(log);
  for (size_t i = 0; i < log->entries.count; i++) assert_int_equal(log->entries.entries[i].seq, (int64_t)i + 1);
  /* 10 of each room, two of "kz" refused: n7 comes again and is then new, n9 too. */
  assert_int_equal(log->entries.count, 10);
  assert_int_equal(suite_entries(suite, "cn", 1, 100)->entries.count, 10);
  assert_int_equal(suite_post(suite, "kz", suite->ada, "x", "next")->post.seq, 11);
}

static inline void a_repeated_post_gets_the_first_ones_number(void **state) {
  struct suite *suite = *state;
  struct store_job *first = suite_post(suite, "kz", suite->ivan, "uuid-1", "раз");
  suite->now += 5000;
  struct store_job *again = suite_post(suite, "kz", suite->ivan, "uuid-1", "anything else");
  assert_done(again);
  assert_false(first->post.duplicate);
  assert_true(again->post.duplicate);
  assert_int_equal(again->post.seq, first->post.seq);
  assert_int_equal(again->post.at, first->post.at);
  assert_int_equal(suite_post(suite, "kz", suite->wang, "uuid-1", "another's")->post.seq, first->post.seq + 1);
  assert_int_equal(suite_page(suite, "kz", suite->ivan, 0, -1, 50)->page.count, 2);
}

static inline void a_post_repeated_within_one_batch_is_one_entry(void **state) {
  struct suite *suite = *state;
  struct store_job *batch[3];
  for (int i = 0; i < 3; i++) batch[i] = suite_post_job(suite, "kz", suite->ivan, "same", "text");
  suite->writer.write(suite->writer.self, batch, 3);
  for (int i = 0; i < 3; i++) {
    assert_done(batch[i]);
    assert_int_equal(batch[i]->post.seq, 1);
    assert_int_equal(batch[i]->post.duplicate, i > 0);
  }
}

static inline void the_same_client_id_in_another_room_is_a_conflict(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "uuid-1", "text"));
  assert_refused(suite_post(suite, "cn", suite->ivan, "uuid-1", "text"), REASON_CONFLICT);
  assert_int_equal(suite_page(suite, "cn", suite->ivan, 0, -1, 50)->page.as_of, 0);
}

static inline void over_its_rate_only_a_repeated_post_is_recognised(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "old", "text"));
  struct store_job *job = suite_post_job(suite, "kz", suite->ivan, "old", "text");
  job->post.known_only = true;
  assert_done(suite_run(suite, job));
  assert_true(job->post.duplicate);
  job = suite_post_job(suite, "kz", suite->ivan, "new", "text");
  job->post.known_only = true;
  assert_refused(suite_run(suite, job), REASON_RATE_LIMITED);
}

static inline void a_reply_needs_a_message_of_the_room(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  assert_done(suite_react(suite, "kz", suite->wang, 1, "👍", true));
  struct store_job *job = suite_post_job(suite, "kz", suite->wang, "b", "ответ");
  job->post.reply_to = 1;
  assert_done(suite_run(suite, job));
  job = suite_post_job(suite, "kz", suite->wang, "c", "to a reaction");
  job->post.reply_to = 2;
  assert_refused(suite_run(suite, job), REASON_NOT_FOUND);
  job = suite_post_job(suite, "cn", suite->wang, "d", "of another room");
  job->post.reply_to = 1;
  assert_refused(suite_run(suite, job), REASON_NOT_FOUND);
  job = suite_page(suite, "kz", suite->ivan, -1, -1, 1);
  assert_int_equal(job->page.entries[0].reply_to, 1);
}

static inline void a_rooms_time_never_goes_back(void **state) {
  struct suite *suite = *state;
  int64_t first = suite_post(suite, "kz", suite->ivan, "a", "text")->post.at;
  assert_int_equal(first, SUITE_START);
  suite->now -= 60000;
  assert_int_equal(suite_post(suite, "kz", suite->ivan, "b", "text")->post.at, first);
  assert_int_equal(suite_edit(suite, "kz", suite->ivan, 1, "other")->change.at, first);
  assert_int_equal(suite_post(suite, "cn", suite->ivan, "c", "text")->post.at, first - 60000);
  suite->now += 120000;
  assert_int_equal(suite_post(suite, "kz", suite->ivan, "d", "text")->post.at, first + 60000);
}

static inline void a_text_comes_back_byte_for_byte(void **state) {
  struct suite *suite = *state;
  static const char text[] = "Ёлки-палки 🎄\r\n\t商务俱乐部 “quotes” \\ e\xcc\x81";
  assert_done(suite_post(suite, "kz", suite->wang, "~!", text));
  struct store_job *page = suite_page(suite, "kz", suite->ivan, -1, -1, 50);
  const struct entry *entry = &page->page.entries[0];
  assert_slice(entry->text, text);
  assert_slice(entry->client_id, "~!");
  assert_slice(entry->from.name, "王小明");
  assert_slice(entry->from.country, "kz");
  assert_int_equal(entry->from.member, suite->wang);
}

static inline void a_text_mentions_members_by_login(void **state) {
  struct suite *suite = *state;
  struct store_job *job =
      suite_post(suite, "kz", suite->ivan, "a", "@ada, @WANG. и @wang и @ivan и @nobody mail@ada.kz");
  assert_done(job);
  assert_int_equal(job->post.mention_count, 2);
  assert_int_equal(job->post.mentions[0], suite->ada);
  assert_int_equal(job->post.mentions[1], suite->wang);
  struct store_job *page = suite_page(suite, "kz", suite->wang, -1, -1, 50);
  assert_int_equal(page->page.entries[0].mention_count, 2);
  assert_int_equal(page->page.entries[0].mentions[1], suite->wang);
}

static inline void a_disabled_member_is_not_mentioned(void **state) {
  struct suite *suite = *state;
  struct store_job *job = suite_job(suite, STORE_MEMBER_DISABLE);
  job->member.member.login = slice_of("wang");
  job->member.disable = true;
  assert_done(suite_run(suite, job));
  assert_int_equal(suite_post(suite, "kz", suite->ivan, "a", "@wang")->post.mention_count, 0);
}

static inline void in_a_direct_talk_only_the_other_one_is_mentioned(void **state) {
  struct suite *suite = *state;
  struct slice room = suite_direct(suite, suite->ivan, suite->wang, "fresh")->room.record.room;
  struct store_job *job = suite_post(suite, room.data, suite->ivan, "a", "@ada @wang");
  assert_done(job);
  assert_int_equal(job->post.mention_count, 1);
  assert_int_equal(job->post.mentions[0], suite->wang);
}

static inline void mentions_end_at_their_limit(void **state) {
  struct suite *suite = *state;
  char text[1024] = "";
  for (int i = 0; i < LIMIT_MENTIONS + 5; i++) {
    char login[24], name[28];
    snprintf(login, sizeof login, "member%d", i);
    (void)suite_member(suite, login, "某人", ROLE_MEMBER);
    snprintf(name, sizeof name, "@%s ", login);
    strcat(text, name);
  }
  struct store_job *job = suite_post(suite, "kz", suite->ivan, "a", text);
  assert_done(job);
  assert_int_equal(job->post.mention_count, LIMIT_MENTIONS);
}

static inline void posting_lists_the_room_as_read_up_to_before(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "i", 5);
  assert_done(suite_post(suite, "kz", suite->wang, "w", "你好"));
  struct store_job *room = suite_room(suite, STORE_ROOM_GET, "kz", suite->wang);
  assert_true(room->room.record.listed);
  assert_int_equal(room->room.record.read, 5);
  assert_int_equal(room->room.record.unread, 0);
}

static inline void a_refused_post_leaves_the_others_of_its_batch_alone(void **state) {
  struct suite *suite = *state;
  struct store_job *batch[3] = {suite_post_job(suite, "kz", suite->ivan, "a", "text"),
                                suite_post_job(suite, "kz", 4711, "b", "by nobody"),
                                suite_post_job(suite, "kz", suite->ivan, "c", "text")};
  suite->writer.write(suite->writer.self, batch, 3);
  assert_done(batch[0]);
  assert_int_equal(batch[1]->outcome, STORE_UNAVAILABLE);
  assert_done(batch[2]);
  assert_int_equal(batch[2]->post.seq, 2);
}

#define SUITE_POSTS(setup) \
  SUITE_TEST(entries_of_a_room_are_numbered_without_a_hole, setup), \
      SUITE_TEST(a_repeated_post_gets_the_first_ones_number, setup), \
      SUITE_TEST(a_post_repeated_within_one_batch_is_one_entry, setup), \
      SUITE_TEST(the_same_client_id_in_another_room_is_a_conflict, setup), \
      SUITE_TEST(over_its_rate_only_a_repeated_post_is_recognised, setup), \
      SUITE_TEST(a_reply_needs_a_message_of_the_room, setup), SUITE_TEST(a_rooms_time_never_goes_back, setup), \
      SUITE_TEST(a_text_comes_back_byte_for_byte, setup), SUITE_TEST(a_text_mentions_members_by_login, setup), \
      SUITE_TEST(a_disabled_member_is_not_mentioned, setup), \
      SUITE_TEST(in_a_direct_talk_only_the_other_one_is_mentioned, setup), \
      SUITE_TEST(mentions_end_at_their_limit, setup), SUITE_TEST(posting_lists_the_room_as_read_up_to_before, setup), \
      SUITE_TEST(a_refused_post_leaves_the_others_of_its_batch_alone, setup)
#endif
