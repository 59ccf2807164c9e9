/* The directory on PostgreSQL. */
#include "postgres_server.h"
#include "suite_directory.h"
#include "suite_finding.h"

static void forget(struct suite *suite) {
  PGconn *line = postgres_server_connect(suite->address);
  (void)postgres_server_ask(line, "DELETE FROM card_term");
  (void)postgres_server_ask(line, "DELETE FROM card_cut");
  PQfinish(line);
}

static void cards_of_an_older_release_are_cut_and_found(void **state) {
  check_cards_of_an_older_release(*state, forget);
}

int main(void) {
  const struct CMUnitTest tests[] = {SUITE_DIRECTORY(&postgres_one_setup), SUITE_FINDING(&postgres_one_setup)};
  return cmocka_run_group_tests_name("the directory on PostgreSQL", tests, postgres_server_begin,
                                     postgres_server_finish);
}
