/* What is refused at opening, with one clear line. */
#include <fcntl.h>
#include <sqlite3.h>

#include "files.h"

static void expect_refusal(const char *address, enum store_role role, const char *part) {
  struct store_driver driver;
  char error[256] = "";
  assert_false(store_driver_open(&driver, address, role, error, sizeof error));
  if (!strstr(error, part)) fail_msg("\"%s\" does not say \"%s\"", error, part);
  assert_null(strchr(error, '\n'));
}

static void change(const struct suite *suite, const char *sql) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open(files_path(suite->address), &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static void write_file(const char *address, const char *bytes, size_t size) {
  FILE *file = fopen(files_path(address), "w");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  fclose(file);
}

static void a_database_of_a_newer_program_is_refused(void **state) {
  struct suite *suite = *state;
  change(suite, "UPDATE meta SET schema = 99, oldest = 98");
  expect_refusal(suite->address, STORE_WRITER, "newer version");
  expect_refusal(suite->address, STORE_READER, "newer version");
}

static void a_newer_schema_that_this_program_may_use_is_used(void **state) {
  struct suite *suite = *state;
  change(suite, "UPDATE meta SET schema = 99, oldest = 1; ALTER TABLE member ADD COLUMN later TEXT");
  struct store_driver driver;
  suite_open(suite, &driver, STORE_WRITER);
  driver.close(driver.self);
  struct store_identity identity;
  char error[256] = "";
  assert_true(store_identity_read(suite->address, &identity, error, sizeof error));
  assert_int_equal(identity.schema, 99);
}

static void what_is_no_database_of_ours_is_refused(void **state) {
  (void)state;
  char address[128], bytes[8192];
  files_make(address, sizeof address);
  expect_refusal(address, STORE_READER, "there is no database yet");
  memset(bytes, 'x', sizeof bytes);
  write_file(address, bytes, sizeof bytes);
  expect_refusal(address, STORE_WRITER, "not a database");
  unlink(files_path(address));
  sqlite3 *db;
  sqlite3_open(files_path(address), &db);
  sqlite3_exec(db, "CREATE TABLE other (a)", NULL, NULL, NULL);
  sqlite3_close(db);
  expect_refusal(address, STORE_WRITER, "not a database of this program");
  files_remove(address);
  expect_refusal("sqlite:/no/such/folder/club.db", STORE_WRITER, "No such file");
  expect_refusal("mysql:club", STORE_WRITER, "not a store that this program knows");
  expect_refusal("sqlite:", STORE_WRITER, "not a store that this program knows");
}

static void a_damaged_database_is_refused(void **state) {
  struct suite *suite = *state;
  suite->reader.close(suite->reader.self);
  suite->writer.idle(suite->writer.self);
  suite->writer.close(suite->writer.self);
  char bytes[4096];
  memset(bytes, 0x5a, sizeof bytes);
  int file = open(files_path(suite->address), O_RDWR);
  assert_true(file >= 0);
  assert_int_equal(pwrite(file, bytes, sizeof bytes - 100, 100), sizeof bytes - 100); /* the schema's page */
  close(file);
  expect_refusal(suite->address, STORE_WRITER, "malformed");
  files_remove(suite->address);
  files_make(suite->address, sizeof suite->address);
  suite_open(suite, &suite->writer, STORE_WRITER);
  suite_open(suite, &suite->reader, STORE_READER);
}

static void a_fresh_database_is_for_its_owner_alone_and_keeps_its_identity(void **state) {
  struct suite *suite = *state;
  struct stat info;
  assert_int_equal(stat(files_path(suite->address), &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  struct store_identity first, second;
  char error[256] = "";
  assert_true(store_identity_read(suite->address, &first, error, sizeof error));
  struct store_driver driver;
  suite_open(suite, &driver, STORE_WRITER);
  driver.close(driver.self);
  assert_true(store_identity_read(suite->address, &second, error, sizeof error));
  assert_string_equal(first.epoch, second.epoch);
  assert_memory_equal(first.secret, second.secret, sizeof first.secret);
  assert_int_equal(first.schema, second.schema);
}

static void one_server_at_a_time_serves_a_file(void **state) {
  struct suite *suite = *state;
  char error[256] = "";
  int lock = store_lock_server(suite->address, error, sizeof error);
  assert_true(lock >= 0);
  assert_int_equal(store_lock_server(suite->address, error, sizeof error), -1);
  assert_non_null(strstr(error, "another server"));
  store_unlock_server(lock);
  lock = store_lock_server(suite->address, error, sizeof error);
  assert_true(lock >= 0);
  store_unlock_server(lock);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(a_database_of_a_newer_program_is_refused, &files_setup),
      SUITE_TEST(a_newer_schema_that_this_program_may_use_is_used, &files_setup),
      cmocka_unit_test(what_is_no_database_of_ours_is_refused),
      SUITE_TEST(a_damaged_database_is_refused, &files_setup),
      SUITE_TEST(a_fresh_database_is_for_its_owner_alone_and_keeps_its_identity, &files_setup),
      SUITE_TEST(one_server_at_a_time_serves_a_file, &files_setup),
  };
  return cmocka_run_group_tests_name("opening a store", tests, NULL, NULL);
}
