/* What every driver must show, shown by the one for SQLite. */
#include "files.h"
#include "suite_acts.h"
#include "suite_acts_rooms.h"
#include "suite_audit.h"
#include "suite_changes.h"
#include "suite_members.h"
#include "suite_people.h"
#include "suite_posts.h"
#include "suite_reports.h"
#include "suite_rights.h"
#include "suite_rooms.h"
#include "suite_search.h"
#include "suite_shut.h"
#include "suite_staff.h"
#include "suite_tree.h"

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_POSTS(&files_setup),   SUITE_CHANGES(&files_setup),    SUITE_ROOMS(&files_setup),
      SUITE_MEMBERS(&files_setup), SUITE_PEOPLE(&files_setup),     SUITE_RIGHTS(&files_setup),
      SUITE_ACTS(&files_setup),    SUITE_ACTS_ROOMS(&files_setup), SUITE_AUDIT(&files_setup),
      SUITE_STAFF(&files_setup),   SUITE_REPORTS(&files_setup),    SUITE_SEARCH(&files_setup),
      SUITE_SHUT(&files_setup),    SUITE_TREE(&files_setup)};
  return cmocka_run_group_tests_name("a store", tests, NULL, NULL);
}
