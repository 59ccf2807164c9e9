#ifndef TEST_STORE_SUITE_CHANGES_H
#define TEST_STORE_SUITE_CHANGES_H
/* Edits, removals, reactions, and the pages that show what became of a message. */
#include "suite.h"

static inline void the_same_edit_again_changes_nothing(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "one"));
  struct store_job *same = suite_edit(suite, "kz", suite->ivan, 1, "one");
  assert_done(same);
  assert_false(same->change.changed);
  assert_int_equal(same->change.seq, 1);
  suite->now += 1000;
  struct store_job *edit = suite_edit(suite, "kz", suite->ivan, 1, "два");
  assert_true(edit->change.changed);
  assert_int_equal(edit->change.seq, 2);
  assert_int_equal(edit->change.target_member, suite->ivan);
  struct store_job *again = suite_edit(suite, "kz", suite->ivan, 1, "два");
  assert_false(again->change.changed);
  assert_int_equal(again->change.seq, 2);
  assert_int_equal(again->change.at, edit->change.at);
  assert_int_equal(suite_edit(suite, "kz", suite->ivan, 1, "one")->change.seq, 3);
}

static inline void one_edits_only_ones_own_messages(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "one"));
  assert_refused(suite_edit(suite, "kz", suite->wang, 1, "mine now"), REASON_FORBIDDEN);
  assert_refused(suite_edit(suite, "kz", suite->ivan, 2, "text"), REASON_NOT_FOUND);
  assert_done(suite_edit(suite, "kz", suite->ivan, 1, "two"));
  assert_refused(suite_edit(suite, "kz", suite->ivan, 2, "an edit is no message"), REASON_NOT_FOUND);
}

static inline void edits_of_a_message_are_limited(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  for (int i = 0; i < LIMIT_EDITS_OF_MESSAGE; i++) {
    char text[16];
    snprintf(text, sizeof text, "edit %d", i);
    assert_done(suite_edit(suite, "kz", suite->ivan, 1, text));
  }
  assert_refused(suite_edit(suite, "kz", suite->ivan, 1, "one more"), REASON_RATE_LIMITED);
  assert_false(suite_edit(suite, "kz", suite->ivan, 1, "edit 99")->change.changed);
}

static inline void a_page_shows_the_latest_text_and_the_log_the_first(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "first"));
  suite->now += 1000;
  assert_done(suite_edit(suite, "kz", suite->ivan, 1, "второй"));
  suite->now += 1000;
  int64_t at = suite_edit(suite, "kz", suite->ivan, 1, "第三")->change.at;
  struct store_job *page = suite_page(suite, "kz", suite->wang, 0, -1, 50);
  assert_int_equal(page->page.as_of, 3);
  assert_int_equal(page->page.count, 3);
  assert_slice(page->page.entries[0].text, "第三");
  assert_int_equal(page->page.entries[0].edited_at, at);
  assert_slice(page->page.entries[1].text, "второй");
  assert_int_equal(page->page.entries[1].target, 1);
  assert_int_equal(page->page.entries[1].target_member, suite->ivan);
  struct store_job *log = suite_entries(suite, "kz", 1, 3);
  assert_slice(log->entries.entries[0].text, "first");
  assert_int_equal(log->entries.entries[0].edited_at, 0);
}

static inline void a_removed_text_is_in_no_answer(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "secret @wang"));
  assert_done(suite_edit(suite, "kz", suite->ivan, 1, "secret too"));
  struct store_job *job = suite_change_job(suite, STORE_REMOVE, "kz", suite->ada, 1);
  job->change.reason = slice_of("spam");
  assert_done(suite_run(suite, job));
  assert_true(job->change.changed);
  struct store_job *answers[2] = {suite_page(suite, "kz", suite->wang, 0, -1, 50), suite_entries(suite, "kz", 1, 3)};
  for (int i = 0; i < 2; i++) {
    const struct entry *entries = i ? answers[i]->entries.entries : answers[i]->page.entries;
    assert_true(entries[0].removed);
    assert_null(entries[0].text.data);
    assert_int_equal(entries[0].mention_count, 0);
    assert_true(entries[1].removed);
    assert_null(entries[1].text.data);
    assert_int_equal(entries[2].type, ENTRY_REMOVE);
    assert_int_equal(entries[2].target, 1);
    assert_int_equal(entries[2].target_member, suite->ivan);
    assert_slice(entries[2].reason, "spam");
  }
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.mentions, 0);
}

static inline void removing_again_answers_with_the_first_removal(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  assert_refused(suite_remove(suite, "kz", suite->wang, 1), REASON_FORBIDDEN);
  struct store_job *first = suite_remove(suite, "kz", suite->ivan, 1);
  suite->now += 5000;
  struct store_job *again = suite_remove(suite, "kz", suite->ivan, 1);
  assert_done(again);
  assert_false(again->change.changed);
  assert_int_equal(again->change.seq, first->change.seq);
  assert_int_equal(again->change.at, first->change.at);
  assert_refused(suite_edit(suite, "kz", suite->ivan, 1, "back"), REASON_NOT_FOUND);
  assert_refused(suite_react(suite, "kz", suite->ivan, 1, "👍", true), REASON_NOT_FOUND);
  assert_refused(suite_remove(suite, "kz", suite->ivan, 2), REASON_NOT_FOUND);
}

static inline void the_same_reaction_again_changes_nothing(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  struct store_job *never = suite_react(suite, "kz", suite->wang, 1, "👍", false);
  assert_false(never->change.changed);
  assert_int_equal(never->change.seq, 1);
  assert_int_equal(suite_react(suite, "kz", suite->wang, 1, "👍", true)->change.seq, 2);
  struct store_job *again = suite_react(suite, "kz", suite->wang, 1, "👍", true);
  assert_false(again->change.changed);
  assert_int_equal(again->change.seq, 2);
  assert_int_equal(suite_react(suite, "kz", suite->wang, 1, "👍", false)->change.seq, 3);
  assert_int_equal(suite_react(suite, "kz", suite->wang, 1, "👍", false)->change.seq, 3);
}

static inline void a_page_counts_reactions_and_tells_ones_own(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  assert_done(suite_react(suite, "kz", suite->wang, 1, "🎉", true));
  assert_done(suite_react(suite, "kz", suite->ada, 1, "👍", true));
  assert_done(suite_react(suite, "kz", suite->wang, 1, "👍", true));
  assert_done(suite_react(suite, "kz", suite->ada, 1, "❤️", true));
  assert_done(suite_react(suite, "kz", suite->ada, 1, "❤️", false));
  struct store_job *page = suite_page(suite, "kz", suite->ada, -1, 2, 50);
  const struct entry *entry = &page->page.entries[0];
  assert_int_equal(entry->reaction_count, 2);
  assert_slice(entry->reactions[0].emoji, "🎉");
  assert_int_equal(entry->reactions[0].count, 1);
  assert_false(entry->reactions[0].mine);
  assert_slice(entry->reactions[1].emoji, "👍");
  assert_int_equal(entry->reactions[1].count, 2);
  assert_true(entry->reactions[1].mine);
}

static inline void a_page_for_many_names_those_who_reacted(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  assert_done(suite_react(suite, "kz", suite->wang, 1, "🎉", true));
  assert_done(suite_react(suite, "kz", suite->wang, 1, "👍", true));
  assert_done(suite_react(suite, "kz", suite->ada, 1, "👍", true));
  assert_done(suite_react(suite, "kz", suite->ivan, 1, "👍", true));
  assert_done(suite_react(suite, "kz", suite->ivan, 1, "👍", false));
  assert_done(suite_react(suite, "kz", suite->wang, 1, "👍", false));
  assert_done(suite_react(suite, "kz", suite->wang, 1, "👍", true));
  struct store_job *job = suite_job(suite, STORE_ROOM_JOIN);
  job->page = (struct store_page){
      .room = slice_of("kz"), .member = suite->ada, .after = -1, .before = -1, .limit = 50, .for_many = true};
  assert_done(suite_run(suite, job));
  const struct reaction *reactions = job->page.entries[0].reactions;
  assert_int_equal(job->page.entries[0].reaction_count, 2);
  assert_slice(reactions[0].emoji, "🎉");
  assert_non_null(reactions[0].members);
  assert_int_equal(reactions[0].members[0], suite->wang);
  assert_false(reactions[0].mine);
  assert_slice(reactions[1].emoji, "👍");
  assert_int_equal(reactions[1].count, 2);
  assert_non_null(reactions[1].members);
  assert_true(reactions[1].members[0] < reactions[1].members[1]);
  assert_int_equal(reactions[1].members[0] + reactions[1].members[1], suite->ada + suite->wang);
  assert_true(reactions[1].mine);
}

static inline void reactions_are_limited_and_can_always_be_taken_back(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  char emoji[16];
  for (int i = 0; i < LIMIT_EMOJI_OF_MESSAGE; i++) {
    snprintf(emoji, sizeof emoji, "emoji%d", i);
    assert_done(suite_react(suite, "kz", suite->wang, 1, emoji, true));
  }
  assert_refused(suite_react(suite, "kz", suite->ada, 1, "one more", true), REASON_RATE_LIMITED);
  assert_done(suite_react(suite, "kz", suite->ada, 1, "emoji3", true));
  struct store_job *job = NULL;
  for (int i = 0; i < LIMIT_REACTS_OF_MEMBER; i++) {
    job = suite_react(suite, "kz", suite->wang, 1, "emoji0", i % 2 == 1);
    if (job->outcome == STORE_REFUSED) break;
  }
  assert_refused(job, REASON_RATE_LIMITED);
  assert_true(suite_react(suite, "kz", suite->wang, 1, "emoji5", false)->change.changed);
}

static inline void pages_walk_the_whole_log_in_both_directions(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", 250);
  int64_t after = 0, seen = 0;
  for (bool more = true; more;) {
    struct store_job *page = suite_page(suite, "kz", suite->wang, after, -1, 100);
    for (size_t i = 0; i < page->page.count; i++) assert_int_equal(page->page.entries[i].seq, ++seen);
    more = page->page.more;
    after = seen;
  }
  assert_int_equal(seen, 250);
  int64_t before = 251;
  for (bool more = true; more;) {
    struct store_job *page = suite_page(suite, "kz", suite->wang, -1, before, 100);
    assert_true(page->page.count > 0);
    assert_int_equal(page->page.entries[page->page.count - 1].seq, before - 1);
    more = page->page.more;
    before = page->page.entries[0].seq;
  }
  assert_int_equal(before, 1);
  struct store_job *newest = suite_page(suite, "kz", suite->wang, -1, -1, 10);
  assert_false(newest->page.more);
  assert_int_equal(newest->page.entries[9].seq, 250);
  assert_refused(suite_page(suite, "kz", suite->wang, 251, -1, 10), REASON_CONFLICT);
  assert_done(suite_page(suite, "kz", suite->wang, 250, -1, 10));
}

static inline void a_page_ends_at_its_size_and_holds_at_least_one(void **state) {
  struct suite *suite = *state;
  char *text = malloc(16001);
  memset(text, '\n', 16000); /* two bytes each as JSON */
  text[16000] = '\0';
  for (int i = 0; i < 5; i++) {
    char id[8];
    snprintf(id, sizeof id, "b%d", i);
    assert_done(suite_post(suite, "kz", suite->ivan, id, text));
  }
  struct store_job *page = suite_page(suite, "kz", suite->wang, 0, -1, 50);
  assert_int_equal(page->page.count, 1);
  assert_true(page->page.more);
  assert_int_equal(suite_page(suite, "kz", suite->wang, 4, -1, 50)->page.more, false);
  page = suite_page(suite, "kz", suite->wang, -1, 5, 50);
  assert_int_equal(page->page.count, 1);
  assert_int_equal(page->page.entries[0].seq, 4);
  assert_true(page->page.more);
  assert_int_equal(suite_entries(suite, "kz", 2, 5)->entries.count, 1);
  free(text);
}

#define SUITE_CHANGES(setup) \
  SUITE_TEST(the_same_edit_again_changes_nothing, setup), SUITE_TEST(one_edits_only_ones_own_messages, setup), \
      SUITE_TEST(edits_of_a_message_are_limited, setup), \
      SUITE_TEST(a_page_shows_the_latest_text_and_the_log_the_first, setup), \
      SUITE_TEST(a_removed_text_is_in_no_answer, setup), \
      SUITE_TEST(removing_again_answers_with_the_first_removal, setup), \
      SUITE_TEST(the_same_reaction_again_changes_nothing, setup), \
      SUITE_TEST(a_page_counts_reactions_and_tells_ones_own, setup), \
      SUITE_TEST(a_page_for_many_names_those_who_reacted, setup), \
      SUITE_TEST(reactions_are_limited_and_can_always_be_taken_back, setup), \
      SUITE_TEST(pages_walk_the_whole_log_in_both_directions, setup), \
      SUITE_TEST(a_page_ends_at_its_size_and_holds_at_least_one, setup)
#endif
