/* The directory, of members and of rooms, on SQLite. */
#include <sqlite3.h>

#include "files.h"
#include "suite_directory.h"
#include "suite_finding.h"

static void forget(struct suite *suite) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open(files_path(suite->address), &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, "DELETE FROM card_term; DELETE FROM card_cut", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static void cards_of_an_older_release_are_cut_and_found(void **state) {
  check_cards_of_an_older_release(*state, forget);
}

int main(void) {
  const struct CMUnitTest tests[] = {SUITE_DIRECTORY(&files_setup), SUITE_FINDING(&files_setup)};
  return cmocka_run_group_tests_name("the directory", tests, NULL, NULL);
}
