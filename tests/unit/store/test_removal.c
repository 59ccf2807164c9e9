/* A removed text leaves the files, not only the answers. */
#include <sqlite3.h>
#include <sys/wait.h>

#include "files.h"
#include "suite_moderate.h"

/* By another process: closing a database file here would let go of the locks that SQLite holds on it. */
static bool stands_in_files(const struct suite *suite, const char *bytes) {
  char command[512];
  snprintf(command, sizeof command, "grep -qaF -- '%s' '%s' '%s-wal' 2>/dev/null", bytes, files_path(suite->address),
           files_path(suite->address));
  return WEXITSTATUS(system(command)) == 0;
}

static void wait_idle(struct suite *suite) {
  for (int i = 0; i < 20 && suite->writer.idle_due(suite->writer.self) >= 0; i++) {
    suite->monotonic += suite->writer.idle_due(suite->writer.self);
    suite->writer.idle(suite->writer.self);
  }
}

static void a_removed_text_leaves_the_files_when_the_writer_is_idle(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "Совершенно секретно 绝密 42"));
  assert_done(suite_edit(suite, "kz", suite->ivan, 1, "Другой секрет 机密 43"));
  wait_idle(suite);
  assert_true(stands_in_files(suite, "Совершенно секретно 绝密 42"));
  assert_done(suite_remove(suite, "kz", suite->ivan, 1));
  assert_true(stands_in_files(suite, "Совершенно секретно 绝密 42"));
  int64_t due = suite->writer.idle_due(suite->writer.self);
  assert_in_range(due, 0, 1000);
  suite->writer.idle(suite->writer.self);
  assert_false(stands_in_files(suite, "Совершенно секретно 绝密 42"));
  assert_false(stands_in_files(suite, "Другой секрет 机密 43"));
  assert_int_equal(suite->writer.idle_due(suite->writer.self), -1);
}

/* Terms are shorter than words, and folded. */
static void the_words_of_a_removed_text_leave_the_index(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "Ультрамариновый Xylophonist42 заговор"));
  assert_done(suite_post(suite, "kz", suite->wang, "b", "обычный заговор"));
  while (suite->writer.tidy_due(suite->writer.self, false) >= 0) suite->writer.tidy(suite->writer.self, false);
  wait_idle(suite);
  assert_true(stands_in_files(suite, "ультрамаринов"));
  assert_true(stands_in_files(suite, "xylophonist42"));
  assert_done(suite_remove(suite, "kz", suite->ivan, 1));
  suite->writer.idle(suite->writer.self);
  assert_false(stands_in_files(suite, "ультрамаринов"));
  assert_false(stands_in_files(suite, "xylophonist42"));
  assert_true(stands_in_files(suite, "заговор"));
}

static void a_busy_writer_cuts_the_wal_in_time_too(void **state) {
  struct suite *suite = *state;
  wait_idle(suite);
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "Совершенно секретно"));
  assert_done(suite_remove(suite, "kz", suite->ivan, 1));
  for (int i = 0; i < 15; i++) {
    char id[16];
    snprintf(id, sizeof id, "busy%d", i);
    assert_done(suite_post(suite, "kz", suite->wang, id, "text"));
    suite->monotonic += 100;
  }
  assert_false(stands_in_files(suite, "Совершенно секретно"));
}

static void a_reader_holds_it_up_no_longer_than_it_reads(void **state) {
  struct suite *suite = *state;
  wait_idle(suite);
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "Совершенно секретно"));
  sqlite3 *reader;
  assert_int_equal(sqlite3_open(files_path(suite->address), &reader), SQLITE_OK);
  sqlite3_exec(reader, "PRAGMA wal_autocheckpoint = 0; BEGIN; SELECT count(*) FROM entry", NULL, NULL, NULL);
  assert_done(suite_remove(suite, "kz", suite->ivan, 1));
  suite->writer.idle(suite->writer.self);
  assert_true(suite->writer.idle_due(suite->writer.self) >= 0);
  sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL);
  suite->writer.idle(suite->writer.self);
  assert_false(stands_in_files(suite, "Совершенно секретно"));
  sqlite3_close(reader);
}

/* Rows that were moved between pages must not have left copies behind. */
static void many_removed_texts_leave_no_copy_behind(void **state) {
  struct suite *suite = *state;
  static const char *const rooms[] = {"kz", "cn", "fintech", "kz.fintech"};
  enum { COUNT = 2000 };
  srand(11);
  for (int i = 0; i < COUNT; i++) {
    char id[16], text[1200];
    snprintf(id, sizeof id, "id%d", i);
    int size = snprintf(text, sizeof text, "removeme-%d-", i);
    int more = rand() % 20 ? rand() % 200 : rand() % 1000;
    memset(text + size, 'x', (size_t)more);
    text[size + more] = '\0';
    struct store_job *post = suite_post_job(suite, rooms[i % 4], suite->ivan, id, text);
    suite->writer.write(suite->writer.self, &post, 1);
    assert_done(post);
    if (i % 3 == 0) {
      snprintf(text, sizeof text, "removeme-edit-%d", i);
      assert_done(suite_edit(suite, rooms[i % 4], suite->ivan, post->post.seq, text));
    }
    if (suite->job_count > 4000) suite_forget_jobs(suite);
  }
  suite->writer.idle(suite->writer.self);
  assert_true(stands_in_files(suite, "removeme-"));
  for (int room = 0; room < 4; room++) {
    int64_t head = suite_page(suite, rooms[room], suite->ada, -1, -1, 1)->page.as_of;
    for (int64_t seq = head; seq > 0; seq--) {
      struct store_job *job = suite_change_job(suite, STORE_REMOVE, rooms[room], suite->ada, 1 + seq * 7919 % head);
      (void)suite_run(suite, job);
      job = suite_change_job(suite, STORE_REMOVE, rooms[room], suite->ada, seq);
      (void)suite_run(suite, job);
      if (suite->job_count > 4000) suite_forget_jobs(suite);
    }
  }
  suite->writer.idle(suite->writer.self);
  assert_false(stands_in_files(suite, "removeme-"));
}

static void a_held_text_that_is_dropped_leaves_the_files(void **state) {
  struct suite *suite = *state;
  struct store_job *hold = suite_job(suite, STORE_HOLD);
  hold->report = (struct store_report){.member = suite->ivan,
                                       .author = suite->ivan,
                                       .room = slice_of("kz"),
                                       .client_id = slice_of("held"),
                                       .text = slice_of("Совершенно секретно 绝密")};
  assert_done(suite_run(suite, hold));
  wait_idle(suite);
  assert_true(stands_in_files(suite, "Совершенно секретно 绝密"));
  assert_done(moderate_settle(suite, suite->ada, hold->report.key, "removed"));
  assert_in_range(suite->writer.idle_due(suite->writer.self), 0, 1000);
  suite->writer.idle(suite->writer.self);
  assert_false(stands_in_files(suite, "Совершенно секретно 绝密"));
}

static void purged_texts_leave_the_files(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "Совершенно секретно"));
  assert_done(suite_edit(suite, "kz", suite->ivan, 1, "Другой секрет 机密"));
  wait_idle(suite);
  struct store_job *purge = moderate_job(suite, ACT_PURGE, suite->ada, "kz", suite->ivan);
  purge->act.seconds = 60;
  assert_done(suite_run(suite, purge));
  suite->writer.idle(suite->writer.self);
  assert_false(stands_in_files(suite, "Совершенно секретно"));
  assert_false(stands_in_files(suite, "Другой секрет 机密"));
}

static void what_an_earlier_process_left_in_the_wal_is_cut(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "Совершенно секретно"));
  assert_done(suite_remove(suite, "kz", suite->ivan, 1));
  suite->writer.close(suite->writer.self);
  assert_true(stands_in_files(suite, "Совершенно секретно"));
  suite_open(suite, &suite->writer, STORE_WRITER);
  suite->writer.idle(suite->writer.self);
  assert_false(stands_in_files(suite, "Совершенно секретно"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(a_removed_text_leaves_the_files_when_the_writer_is_idle, &files_setup),
      SUITE_TEST(the_words_of_a_removed_text_leave_the_index, &files_setup),
      SUITE_TEST(a_busy_writer_cuts_the_wal_in_time_too, &files_setup),
      SUITE_TEST(a_reader_holds_it_up_no_longer_than_it_reads, &files_setup),
      SUITE_TEST(many_removed_texts_leave_no_copy_behind, &files_setup),
      SUITE_TEST(a_held_text_that_is_dropped_leaves_the_files, &files_setup),
      SUITE_TEST(purged_texts_leave_the_files, &files_setup),
      SUITE_TEST(what_an_earlier_process_left_in_the_wal_is_cut, &files_setup),
  };
  return cmocka_run_group_tests_name("removed texts", tests, NULL, NULL);
}
