#ifndef TEST_STORE_SUITE_SEARCH_H
#define TEST_STORE_SUITE_SEARCH_H
/* Messages are found by what they say now, by those who may read them, whether the index knows them already or not. */
#include "suite.h"
#include "suite_moderate.h"

static inline struct store_job *suite_search_job(struct suite *suite, int64_t member, const char *text,
                                                 const char *room, int64_t limit) {
  struct store_job *job = suite_job(suite, STORE_SEARCH);
  job->search.member = member;
  job->search.text = slice_of(text);
  job->search.room = slice_of(room);
  job->search.limit = limit;
  return job;
}

static inline struct store_job *suite_search_in(struct suite *suite, int64_t member, const char *text, const char *room,
                                                int64_t limit) {
  return suite_run(suite, suite_search_job(suite, member, text, room, limit));
}

static inline struct store_job *suite_search(struct suite *suite, int64_t member, const char *text) {
  return suite_search_in(suite, member, text, NULL, 50);
}

/* Until nothing is behind. */
static inline void suite_index(struct suite *suite) {
  for (int i = 0; suite->writer.tidy_due(suite->writer.self, false) >= 0; i++) {
    assert_in_range(i, 0, 1000);
    suite->writer.tidy(suite->writer.self, false);
  }
}

/* "kz 3, cn 1": the rooms and numbers of what was found. */
static inline const char *search_names(const struct store_job *job) {
  static char names[4096];
  size_t used = 0;
  assert_done(job);
  names[0] = '\0';
  for (size_t i = 0; i < job->search.count; i++) {
    const struct entry *entry = &job->search.hits[i].entry;
    used += (size_t)snprintf(names + used, sizeof names - used, "%s%.*s %lld", i ? ", " : "", (int)entry->room.size,
                             entry->room.data, (long long)entry->seq);
  }
  return names;
}

#define assert_found(suite, member, text, expected) \
  assert_string_equal(search_names(suite_search(suite, member, text)), expected)

static inline void search_post(struct suite *suite, const char *room, int64_t member, const char *text) {
  static int number;
  char id[32];
  snprintf(id, sizeof id, "search-%d", number++);
  suite->now += 1000;
  assert_done(suite_post(suite, room, member, id, text));
}

static inline void search_fill(struct suite *suite) {
  search_post(suite, "kz", suite->ivan, "Договор с поставщиком хлопка подписан");
  search_post(suite, "cn", suite->wang, "上合组织经济合作论坛");
  search_post(suite, "kz", suite->wang, "The contract about 经济合作 and договоры");
  search_post(suite, "fintech", suite->ada, "Разговор о погоде, weather only");
  search_post(suite, "kz.fintech", suite->ivan, "О договорах и contracts");
}

static inline void search_expect_all(struct suite *suite) {
  assert_found(suite, suite->ada, "договора", "kz.fintech 1, kz 2, kz 1");
  assert_found(suite, suite->ada, "合作", "kz 2, cn 1");
  assert_found(suite, suite->ada, "合", "kz 2, cn 1");
  assert_found(suite, suite->ada, "CONTRACTS", "kz.fintech 1, kz 2");
  assert_found(suite, suite->ada, "договор 合作 contract", "kz 2");
  assert_found(suite, suite->ada, "разговоры", "fintech 1");
  assert_found(suite, suite->ada, "договор погода", "");
  assert_string_equal(search_names(suite_search_in(suite, suite->ada, "договор", "kz", 50)), "kz 2, kz 1");
}

static inline void messages_are_found_before_and_after_they_are_indexed(void **state) {
  struct suite *suite = *state;
  search_fill(suite);
  search_expect_all(suite);
  suite_index(suite);
  search_expect_all(suite);
  search_post(suite, "kz", suite->ivan, "Ещё один договор");
  assert_found(suite, suite->ada, "договор", "kz 3, kz.fintech 1, kz 2, kz 1");
  suite_index(suite);
  assert_found(suite, suite->ada, "договор", "kz 3, kz.fintech 1, kz 2, kz 1");
}

static inline void hits_are_messages_as_they_stand_with_the_words_that_were_found(void **state) {
  struct suite *suite = *state;
  search_fill(suite);
  suite_index(suite);
  const struct store_job *job = suite_search(suite, suite->ada, "договор 合作");
  assert_done(job);
  assert_int_equal(job->search.count, 1);
  const struct search_hit *hit = job->search.hits;
  assert_slice(hit->entry.text, "The contract about 经济合作 and договоры");
  assert_slice(hit->entry.from.name, "王小明");
  assert_int_equal(hit->entry.at, SUITE_START + 3000);
  assert_int_equal(hit->found_count, 2);
  assert_int_equal(hit->found[0].from, 21);
  assert_int_equal(hit->found[0].count, 2);
  assert_int_equal(hit->found[1].from, 28);
  assert_int_equal(hit->found[1].count, 8);
  assert_false(job->search.more);
}

static inline void edited_messages_are_found_by_their_present_text(void **state) {
  struct suite *suite = *state;
  search_fill(suite);
  assert_done(suite_edit(suite, "kz", suite->ivan, 1, "Контракт подписан"));
  for (int round = 0; round < 3; round++) {
    assert_found(suite, suite->ada, "хлопок поставщик", "");
    assert_found(suite, suite->ada, "поставщик", "");
    assert_found(suite, suite->ada, "контракт", "kz 1");
    assert_found(suite, suite->ada, "договор", "kz.fintech 1, kz 2");
    if (round == 0) suite_index(suite);
    if (round != 1) continue;
    assert_done(suite_edit(suite, "kz", suite->ivan, 1, "Хлопок"));
    assert_found(suite, suite->ada, "хлопок", "kz 1");
    assert_found(suite, suite->ada, "контракт", "");
    assert_done(suite_edit(suite, "kz", suite->ivan, 1, "Снова контракт"));
    suite_index(suite);
  }
}

static inline void removed_messages_are_never_found(void **state) {
  struct suite *suite = *state;
  search_fill(suite);
  assert_done(suite_remove(suite, "kz", suite->ivan, 1));
  assert_found(suite, suite->ada, "договор", "kz.fintech 1, kz 2");
  suite_index(suite);
  assert_found(suite, suite->ada, "договор", "kz.fintech 1, kz 2");
  assert_done(suite_remove(suite, "kz", suite->wang, 2));
  assert_found(suite, suite->ada, "договор", "kz.fintech 1");
  suite_index(suite);
  assert_found(suite, suite->ada, "договор", "kz.fintech 1");
  assert_found(suite, suite->ada, "合作", "cn 1");
}

static inline void direct_talks_of_others_are_never_found(void **state) {
  struct suite *suite = *state;
  struct store_job *talk = suite_direct(suite, suite->ivan, suite->wang, "talk");
  assert_done(talk);
  char room[64];
  snprintf(room, sizeof room, "%.*s", (int)talk->room.record.room.size, talk->room.record.room.data);
  search_post(suite, room, suite->ivan, "тайный договор");
  for (int round = 0; round < 2; round++) {
    char expected[80];
    snprintf(expected, sizeof expected, "%s 1", room);
    assert_found(suite, suite->ivan, "договор", expected);
    assert_found(suite, suite->wang, "договор", expected);
    assert_found(suite, suite->ada, "договор", "");
    assert_refused(suite_search_in(suite, suite->ada, "договор", room, 50), REASON_NOT_FOUND);
    assert_string_equal(search_names(suite_search_in(suite, suite->wang, "договор", room, 50)), expected);
    suite_index(suite);
  }
  assert_refused(suite_search_in(suite, suite->ada, "договор", "r.unknown", 50), REASON_NOT_FOUND);
}

static inline void authors_narrow_a_search(void **state) {
  struct suite *suite = *state;
  search_fill(suite);
  for (int round = 0; round < 2; round++) {
    struct store_job *job = suite_job(suite, STORE_SEARCH);
    job->search.member = suite->ada;
    job->search.text = slice_of("договор");
    job->search.from = suite->ivan;
    job->search.limit = 10;
    assert_string_equal(search_names(suite_run(suite, job)), "kz.fintech 1, kz 1");
    suite_index(suite);
  }
}

static inline void texts_of_no_terms_are_refused(void **state) {
  struct suite *suite = *state;
  static const char *const texts[] = {"", " ", "👍", "!?…", "\u202e\u200d", "— «»"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_refused(suite_search(suite, suite->ada, texts[i]), REASON_INVALID_PARAMS);
}

/* Several rooms, three blocks, half of it indexed: page after page there is each message once, newest first. */
static inline void pages_follow_each_other_without_a_hole(void **state) {
  struct suite *suite = *state;
  enum { COUNT = 5000, PAGE = 37 };
  static const char *const rooms[] = {"kz", "cn", "kz", "fintech"};
  for (int done = 0; done < COUNT;) {
    struct store_job *batch[LIMIT_WRITE_BATCH];
    size_t size = 0;
    suite_forget_jobs(suite);
    if (done >= COUNT / 2 && done < COUNT / 2 + LIMIT_WRITE_BATCH) suite_index(suite);
    for (; size < LIMIT_WRITE_BATCH && done < COUNT; done++) {
      char id[32], text[64];
      snprintf(id, sizeof id, "page-%d", done);
      snprintf(text, sizeof text, "письмо %d%s", done, done % 50 == 0 ? " редкость" : "");
      batch[size++] = suite_post_job(suite, rooms[done % 4], suite->ivan, id, text);
    }
    suite->now += done % 3 ? 0 : 5;
    suite->writer.write(suite->writer.self, batch, size);
  }
  for (int round = 0; round < 2; round++) {
    struct search_place before = {0};
    int found = 0;
    for (bool more = true; more;) {
      struct store_job *job = suite_job(suite, STORE_SEARCH);
      job->search.member = suite->ada;
      job->search.text = slice_of(round ? "письма" : "редкостью");
      job->search.limit = PAGE;
      job->search.before = before;
      assert_done(suite_run(suite, job));
      for (size_t i = 0; i < job->search.count; i++) {
        const struct search_place *place = &job->search.hits[i].place;
        if (before.at) assert_true(place->at <= before.at);
        bool in_order = !before.at || place->at < before.at || place->room < before.room || place->seq < before.seq;
        assert_true(in_order);
        before = *place;
        found++;
      }
      more = job->search.more;
      if (more) before = job->search.next;
    }
    assert_int_equal(found, round ? COUNT : COUNT / 50);
    suite_index(suite);
  }
}

/* 420 of 2,100 messages, in all places of a block and in two of them, are written by ivan and purged. */
static inline void search_purge(struct suite *suite) {
  enum { COUNT = 2100 };
  for (int done = 0; done < COUNT;) {
    struct store_job *batch[LIMIT_WRITE_BATCH];
    size_t size = 0;
    suite_forget_jobs(suite);
    for (; size < LIMIT_WRITE_BATCH && done < COUNT; done++) {
      char id[32];
      snprintf(id, sizeof id, "purge-%d", done);
      bool spam = done % 5 == 0;
      batch[size++] = suite_post_job(suite, "kz", spam ? suite->ivan : suite->wang, id, spam ? "спам 合作" : "合作");
    }
    suite->writer.write(suite->writer.self, batch, size);
  }
  suite_index(suite);
  struct store_job *purge = moderate_job(suite, ACT_PURGE, suite->ada, "kz", suite->ivan);
  purge->act.seconds = 60;
  assert_done(suite_run(suite, purge));
  assert_int_equal(purge->act.count, COUNT / 5);
}

static inline void purged_messages_are_never_found_and_their_neighbours_are(void **state) {
  struct suite *suite = *state;
  search_purge(suite);
  for (int round = 0; round < 2; round++) {
    assert_found(suite, suite->ada, "спам", "");
    struct search_place before = {0};
    size_t found = 0;
    for (bool more = true; more;) {
      struct store_job *job = suite_job(suite, STORE_SEARCH);
      job->search.member = suite->ada;
      job->search.text = slice_of("合作");
      job->search.limit = 50;
      job->search.before = before;
      assert_done(suite_run(suite, job));
      found += job->search.count;
      more = job->search.more;
      before = job->search.next;
    }
    assert_int_equal(found, 1680);
    search_post(suite, "kz", suite->wang, "письмо"); /* the index goes on after a purge */
    suite_index(suite);
    assert_int_equal(suite_search(suite, suite->ada, "письмо")->search.count, round + 1);
  }
}

static inline void long_texts_end_a_page_early(void **state) {
  struct suite *suite = *state;
  static char text[12001];
  for (size_t i = 0; i < 4000; i++) memcpy(text + 3 * i, i % 2 ? "合" : "作", 3);
  for (int i = 0; i < 10; i++) search_post(suite, "kz", suite->ivan, text);
  suite_index(suite);
  const struct store_job *job = suite_search(suite, suite->ada, "合作");
  assert_done(job);
  assert_in_range(job->search.count, 1, 5);
  assert_true(job->search.more);
}

#define SUITE_SEARCH(setup) \
  SUITE_TEST(messages_are_found_before_and_after_they_are_indexed, setup), \
      SUITE_TEST(hits_are_messages_as_they_stand_with_the_words_that_were_found, setup), \
      SUITE_TEST(edited_messages_are_found_by_their_present_text, setup), \
      SUITE_TEST(removed_messages_are_never_found, setup), SUITE_TEST(direct_talks_of_others_are_never_found, setup), \
      SUITE_TEST(purged_messages_are_never_found_and_their_neighbours_are, setup), \
      SUITE_TEST(authors_narrow_a_search, setup), SUITE_TEST(texts_of_no_terms_are_refused, setup), \
      SUITE_TEST(pages_follow_each_other_without_a_hole, setup), SUITE_TEST(long_texts_end_a_page_early, setup)
#endif
