/* What every driver must show of moderating, shown by the one for PostgreSQL. */
#include "postgres_server.h"
#include "suite_acts.h"
#include "suite_acts_rooms.h"
#include "suite_audit.h"
#include "suite_reports.h"
#include "suite_rights.h"
#include "suite_shut.h"
#include "suite_staff.h"
#include "suite_tree.h"

int main(void) {
  const struct CMUnitTest tests[] = {SUITE_RIGHTS(&postgres_one_setup),     SUITE_ACTS(&postgres_one_setup),
                                     SUITE_ACTS_ROOMS(&postgres_one_setup), SUITE_AUDIT(&postgres_one_setup),
                                     SUITE_STAFF(&postgres_one_setup),      SUITE_REPORTS(&postgres_one_setup),
                                     SUITE_SHUT(&postgres_one_setup),       SUITE_TREE(&postgres_one_setup)};
  return cmocka_run_group_tests_name("moderating on PostgreSQL", tests, postgres_server_begin, postgres_server_finish);
}
