/* Each write, each flush, each read of the disk and each piece of memory is refused once, and once from there on, while
 * members post, edit, remove, react and moderators act: whatever fails, what was said to be done is there afterwards,
 * what was said not to be done is not, and the file is whole. */
#include <fcntl.h>

#include "faulty.h"
#include "files.h"
#include "sqlite.h"
#include "torture.h"

/* ---- what fails ---- */

static sqlite3_mem_methods usual_memory;

static void *refusing_malloc(int size) {
  return fault_fails(FAULT_MEMORY) ? NULL : usual_memory.xMalloc(size);
}
static void *refusing_realloc(void *old, int size) {
  return fault_fails(FAULT_MEMORY) ? NULL : usual_memory.xRealloc(old, size);
}

/* SQLite's, before it is used for the first time. */
static void memory_put_in_place(void) {
  assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual_memory), SQLITE_OK);
  sqlite3_mem_methods refusing = usual_memory;
  refusing.xMalloc = refusing_malloc;
  refusing.xRealloc = refusing_realloc;
  assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &refusing), SQLITE_OK);
}

static struct faulty disk;

/* `operations`: faulty_operations; 0: memory. */
static void arm(unsigned operations, bool for_good, long after) {
  disk.counted = operations;
  disk.for_good = for_good;
  disk.left = operations ? after : -1;
  disk.failed = false;
  fault = (struct fault){.what = FAULT_MEMORY, .for_good = for_good, .left = operations ? -1 : after};
}

static long disarm(void) {
  long left = disk.failed || fault.failures ? -1 : disk.counted ? disk.left : fault.left;
  disk.left = fault.left = -1;
  disk.unflushed = false;
  return left;
}

static bool unflushed(void) {
  return disk.unflushed;
}

/* ---- the file ---- */

static void copy_file(const char *from, const char *to) {
  char bytes[1 << 16];
  int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  assert_true(in >= 0 && out >= 0);
  for (ssize_t got = read(in, bytes, sizeof bytes); got > 0; got = read(in, bytes, sizeof bytes))
    assert_int_equal(write(out, bytes, (size_t)got), got);
  close(in);
  close(out);
}

static void make(struct suite *suite, const struct suite *beginning) {
  files_make(suite->address, sizeof suite->address);
  copy_file(files_path(beginning->address), files_path(suite->address));
}

static void remove_file(struct suite *suite) {
  files_remove(suite->address);
}

/* As after a crash: a server whose store is broken ends. */
static void recover(struct script *script) {
  script_close(script);
  assert_true(script_open(script));
}

static void checkpoint(struct suite *suite) {
  suite->writer.idle(suite->writer.self);
}

static void check_file(struct suite *suite) {
  struct sqlite *self = suite->writer.self;
  sqlite3_stmt *query = NULL;
  assert_int_equal(sqlite3_prepare_v2(self->db, "PRAGMA integrity_check", -1, &query, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(query), SQLITE_ROW);
  assert_string_equal((const char *)sqlite3_column_text(query, 0), "ok");
  sqlite3_finalize(query);
}

static const struct torture_store store = {.arm = arm,
                                           .disarm = disarm,
                                           .make = make,
                                           .remove = remove_file,
                                           .recover = recover,
                                           .checkpoint = checkpoint,
                                           .check_whole = check_file,
                                           .unflushed = unflushed,
                                           .tries = 45,
                                           .reads = true};

TORTURE(a_write_fails, FAULTY_WRITE, false)
TORTURE(all_writes_fail_from_one_on, FAULTY_WRITE, true)
TORTURE(a_flush_fails, FAULTY_SYNC, false)
TORTURE(all_flushes_fail_from_one_on, FAULTY_SYNC, true)
TORTURE(a_read_fails, FAULTY_READ, false)
TORTURE(all_reads_fail_from_one_on, FAULTY_READ, true)
TORTURE(something_else_fails, FAULTY_OTHER, false)
TORTURE(the_whole_disk_fails_from_one_moment_on, FAULTY_WRITE | FAULTY_SYNC | FAULTY_READ | FAULTY_OTHER, true)
TORTURE(a_piece_of_memory_is_refused, 0, false)
TORTURE(no_memory_is_left_from_one_moment_on, 0, true)

/* ---- beginning and end ---- */

static int begin(void **state) {
  static const struct suite_setup *setup = &files_setup;
  static struct torture torture = {.store = &store};
  void *made = (void *)(uintptr_t)setup;
  memory_put_in_place();
  sqlite3_initialize();
  faulty_begin(&disk);
  disk.hasty = true;
  suite_begin(&made);
  struct suite *suite = made;
  script_prepare(suite);
  checkpoint(suite); /* everything is in the one file then */
  suite->reader.close(suite->reader.self);
  suite->writer.close(suite->writer.self);
  torture.beginning = suite;
  *state = &torture;
  return 0;
}

static int end(void **state) {
  struct torture *torture = *state;
  struct suite *suite = torture->beginning;
  files_remove(suite->address);
  free(suite);
  faulty_end(&disk);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_write_fails),
      cmocka_unit_test(all_writes_fail_from_one_on),
      cmocka_unit_test(a_flush_fails),
      cmocka_unit_test(all_flushes_fail_from_one_on),
      cmocka_unit_test(a_read_fails),
      cmocka_unit_test(all_reads_fail_from_one_on),
      cmocka_unit_test(something_else_fails),
      cmocka_unit_test(the_whole_disk_fails_from_one_moment_on),
      cmocka_unit_test(a_piece_of_memory_is_refused),
      cmocka_unit_test(no_memory_is_left_from_one_moment_on),
  };
  return cmocka_run_group_tests_name("torture of a store in a file", tests, begin, end);
}
