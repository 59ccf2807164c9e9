/* Backups beside a running server, and putting one back. */
#include <fcntl.h>

#include "files.h"

static void backup_path(const struct suite *suite, char *path, size_t size) {
  snprintf(path, size, "%s.backup", files_path(suite->address));
}

static void close_all(struct suite *suite) {
  suite->reader.close(suite->reader.self);
  suite->writer.close(suite->writer.self);
}

static void open_all(struct suite *suite) {
  suite_open(suite, &suite->writer, STORE_WRITER);
  suite_open(suite, &suite->reader, STORE_READER);
}

static void a_restored_backup_is_what_was_backed_up_under_another_epoch(void **state) {
  struct suite *suite = *state;
  struct store_identity before, after;
  char file[300], error[256] = "";
  backup_path(suite, file, sizeof file);
  int lock = store_lock_server(suite->address, error, sizeof error);
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "до"));
  assert_true(store_backup(suite->address, file, error, sizeof error));
  assert_done(suite_post(suite, "kz", suite->ivan, "b", "после"));
  assert_true(store_identity_read(suite->address, &before, error, sizeof error));
  struct stat info;
  assert_int_equal(stat(file, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  store_unlock_server(lock);
  close_all(suite);
  if (!store_restore(suite->address, file, error, sizeof error)) fail_msg("%s", error);
  open_all(suite);
  assert_true(store_identity_read(suite->address, &after, error, sizeof error));
  assert_string_not_equal(before.epoch, after.epoch);
  assert_memory_equal(before.secret, after.secret, sizeof before.secret);
  assert_int_equal(suite_page(suite, "kz", suite->ivan, 0, -1, 50)->page.as_of, 1);
  struct store_job *again = suite_post(suite, "kz", suite->ivan, "b", "снова");
  assert_false(again->post.duplicate);
  assert_int_equal(again->post.seq, 2);
}

static void a_restored_backup_lets_nobody_in_without_a_login(void **state) {
  struct suite *suite = *state;
  char file[300], error[256] = "";
  backup_path(suite, file, sizeof file);
  assert_done(suite_session(suite, STORE_SESSION_ADD, "ended", suite->ivan));
  assert_done(suite_session(suite, STORE_SESSION_ADD, "kept", suite->wang));
  assert_true(store_backup(suite->address, file, error, sizeof error));
  assert_done(suite_session(suite, STORE_SESSION_END, "ended", 0));
  close_all(suite);
  if (!store_restore(suite->address, file, error, sizeof error)) fail_msg("%s", error);
  open_all(suite);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "ended", 0), REASON_NOT_FOUND);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "kept", 0), REASON_NOT_FOUND);
  assert_done(suite_session(suite, STORE_SESSION_ADD, "again", suite->ivan));
  assert_done(suite_session(suite, STORE_SESSION_FIND, "again", 0));
}

static void a_backup_holds_no_removed_text_and_overwrites_nothing(void **state) {
  struct suite *suite = *state;
  char file[300], command[400], error[256] = "";
  backup_path(suite, file, sizeof file);
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "Совершенно секретно"));
  assert_done(suite_post(suite, "kz", suite->ivan, "b", "для всех"));
  assert_done(suite_remove(suite, "kz", suite->ivan, 1));
  assert_true(store_backup(suite->address, file, error, sizeof error));
  snprintf(command, sizeof command, "grep -qa 'Совершенно секретно' '%s'", file);
  assert_int_not_equal(system(command), 0);
  snprintf(command, sizeof command, "grep -qa 'для всех' '%s'", file);
  assert_int_equal(system(command), 0);
  assert_false(store_backup(suite->address, file, error, sizeof error));
  assert_non_null(strstr(error, "exists already"));
}

static void restoring_is_refused_while_the_database_is_used(void **state) {
  struct suite *suite = *state;
  char file[300], error[256] = "";
  backup_path(suite, file, sizeof file);
  assert_true(store_backup(suite->address, file, error, sizeof error));
  assert_false(store_restore(suite->address, file, error, sizeof error));
  assert_non_null(strstr(error, "in use"));
  close_all(suite);
  int lock = store_lock_server(suite->address, error, sizeof error);
  assert_false(store_restore(suite->address, file, error, sizeof error));
  assert_non_null(strstr(error, "another server"));
  store_unlock_server(lock);
  assert_true(store_restore(suite->address, file, error, sizeof error));
  open_all(suite);
}

static void what_is_no_sound_backup_is_refused_and_changes_nothing(void **state) {
  struct suite *suite = *state;
  char file[300], error[256] = "", bytes[4096];
  backup_path(suite, file, sizeof file);
  suite_post_many(suite, "kz", suite->ivan, "p", 500);
  assert_true(store_backup(suite->address, file, error, sizeof error));
  close_all(suite);
  memset(bytes, 0x5a, sizeof bytes);
  int damaged = open(file, O_RDWR);
  struct stat info;
  fstat(damaged, &info);
  for (off_t at = 8192; at < info.st_size; at += 8192) assert_int_equal(pwrite(damaged, bytes, 4096, at), 4096);
  close(damaged);
  assert_false(store_restore(suite->address, file, error, sizeof error));
  FILE *other = fopen(file, "w");
  fputs("login,password,name\n", other);
  fclose(other);
  assert_false(store_restore(suite->address, file, error, sizeof error));
  assert_non_null(strstr(error, "not a database"));
  assert_false(store_restore(suite->address, "/no/such/file", error, sizeof error));
  open_all(suite);
  assert_int_equal(suite_page(suite, "kz", suite->ivan, -1, -1, 1)->page.as_of, 500);
}

static void a_backup_can_be_restored_where_nothing_was(void **state) {
  struct suite *suite = *state;
  char file[300], address[128], error[256] = "";
  backup_path(suite, file, sizeof file);
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  assert_true(store_backup(suite->address, file, error, sizeof error));
  files_make(address, sizeof address);
  assert_true(store_restore(address, file, error, sizeof error));
  struct store_identity identity;
  assert_true(store_identity_read(address, &identity, error, sizeof error));
  files_remove(address);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(a_restored_backup_is_what_was_backed_up_under_another_epoch, &files_setup),
      SUITE_TEST(a_restored_backup_lets_nobody_in_without_a_login, &files_setup),
      SUITE_TEST(a_backup_holds_no_removed_text_and_overwrites_nothing, &files_setup),
      SUITE_TEST(restoring_is_refused_while_the_database_is_used, &files_setup),
      SUITE_TEST(what_is_no_sound_backup_is_refused_and_changes_nothing, &files_setup),
      SUITE_TEST(a_backup_can_be_restored_where_nothing_was, &files_setup),
  };
  return cmocka_run_group_tests_name("backup and restore", tests, NULL, NULL);
}
