/* A disk that is full, a flush that fails. */
#include "faulty.h"
#include "files.h"
#include "sqlite.h"

static struct faulty disk;

static int begin_on_faulty(void **state) {
  sqlite3_initialize();
  faulty_begin(&disk);
  return suite_begin(state);
}

static int end_on_faulty(void **state) {
  int result = suite_end(state);
  faulty_end(&disk);
  return result;
}

static void on_a_full_disk_nothing_changes_and_it_goes_on_with_space(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "before", "text"));
  disk.full = true;
  for (int round = 0; round < 3; round++) {
    struct store_job *batch[3] = {suite_post_job(suite, "kz", suite->ivan, "a", "text"),
                                  suite_post_job(suite, "cn", suite->wang, "b", "text"),
                                  suite_post_job(suite, "xx", suite->wang, "c", "refused otherwise")};
    suite->writer.write(suite->writer.self, batch, 3);
    for (int i = 0; i < 3; i++) {
      assert_int_equal(batch[i]->outcome, STORE_UNAVAILABLE);
      assert_int_equal(batch[i]->reason, REASON_UNAVAILABLE);
    }
  }
  assert_false(suite->writer.broken(suite->writer.self));
  assert_int_equal(suite_page(suite, "kz", suite->ivan, 0, -1, 50)->page.as_of, 1);
  disk.full = false;
  struct store_job *after = suite_post(suite, "kz", suite->ivan, "a", "text");
  assert_done(after);
  assert_false(after->post.duplicate);
  assert_int_equal(after->post.seq, 2);
  assert_int_equal(suite_post(suite, "cn", suite->wang, "b", "text")->post.seq, 1);
  struct store_job *room = suite_room(suite, STORE_ROOM_GET, "cn", suite->wang);
  assert_true(room->room.record.listed);
}

/* A hundred posts of one member and another's mark in one batch. */
static struct store_job *post_hundred_and_mark(struct suite *suite, int64_t author, const char *prefix) {
  struct store_job *batch[101];
  for (int i = 0; i < 100; i++) {
    char id[16];
    snprintf(id, sizeof id, "%s%d", prefix, i);
    batch[i] = suite_post_job(suite, "kz", author, id, "text");
  }
  batch[100] = suite_job(suite, STORE_MARK_READ);
  batch[100]->mark_read.room = slice_of("kz");
  batch[100]->mark_read.member = suite->wang;
  suite->writer.write(suite->writer.self, batch, 101);
  return batch[100];
}

static void what_was_rolled_back_is_not_counted(void **state) {
  struct suite *suite = *state;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  disk.full = true;
  assert_int_equal(post_hundred_and_mark(suite, suite->ivan, "lost")->outcome, STORE_UNAVAILABLE);
  disk.full = false;
  struct store_job *mark = post_hundred_and_mark(suite, suite->wang, "own");
  assert_done(mark);
  assert_int_equal(mark->mark_read.unread, 0);
}

static void a_full_database_refuses_the_batch_and_nothing_else(void **state) {
  struct suite *suite = *state;
  struct sqlite *self = suite->writer.self;
  char limit[64];
  sqlite3_exec(self->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL); /* as small as it is now */
  struct store_job *job = NULL;
  for (int i = 0; i < 200; i++) {
    snprintf(limit, sizeof limit, "id%d", i);
    job =
        suite_post(suite, "kz", suite->ivan, limit, "a text that fills pages, one after the other, until none is left");
    if (job->outcome != STORE_DONE) break;
  }
  assert_int_equal(job->outcome, STORE_UNAVAILABLE);
  int64_t head = suite_page(suite, "kz", suite->ivan, 0, -1, 50)->page.as_of;
  sqlite3_exec(self->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
  assert_int_equal(suite_post(suite, "kz", suite->ivan, limit, "text")->post.seq, head + 1);
}

static void a_failed_flush_leaves_the_outcome_unknown_and_ends_the_connection(void **state) {
  struct suite *suite = *state;
  disk.sync_fails = true;
  struct store_job *job = suite_post(suite, "kz", suite->ivan, "a", "text");
  assert_int_equal(job->outcome, STORE_UNKNOWN);
  assert_true(suite->writer.broken(suite->writer.self));
  disk.sync_fails = false;
  assert_int_equal(suite_post(suite, "kz", suite->ivan, "b", "text")->outcome, STORE_UNAVAILABLE);
  suite->writer.idle(suite->writer.self);
  assert_int_equal(suite->writer.idle_due(suite->writer.self), -1);
}

static void each_batch_is_flushed_once_before_it_is_answered(void **state) {
  struct suite *suite = *state;
  struct store_job *batch[50];
  for (int i = 0; i < 50; i++) {
    char id[8];
    snprintf(id, sizeof id, "%d", i);
    batch[i] = suite_post_job(suite, "kz", suite->ivan, id, "text");
  }
  int before = disk.syncs;
  suite->writer.write(suite->writer.self, batch, 50);
  assert_int_equal(disk.syncs, before + 1);
}

int main(void) {
  void *setup = (void *)(uintptr_t)&files_setup;
  const struct CMUnitTest tests[] = {
      {"on a full disk nothing changes, and it goes on with space",
       on_a_full_disk_nothing_changes_and_it_goes_on_with_space, begin_on_faulty, end_on_faulty, setup},
      {"what was rolled back is not counted", what_was_rolled_back_is_not_counted, begin_on_faulty, end_on_faulty,
       setup},
      {"a full database refuses the batch and nothing else", a_full_database_refuses_the_batch_and_nothing_else,
       begin_on_faulty, end_on_faulty, setup},
      {"a failed flush leaves the outcome unknown and ends the connection",
       a_failed_flush_leaves_the_outcome_unknown_and_ends_the_connection, begin_on_faulty, end_on_faulty, setup},
      {"each batch is flushed once before it is answered", each_batch_is_flushed_once_before_it_is_answered,
       begin_on_faulty, end_on_faulty, setup},
  };
  return cmocka_run_group_tests_name("faults of the disk", tests, NULL, NULL);
}
