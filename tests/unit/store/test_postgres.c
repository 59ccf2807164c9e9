/* What every driver must show, shown by the one for PostgreSQL. */
#include "postgres_server.h"
#include "suite_changes.h"
#include "suite_members.h"
#include "suite_people.h"
#include "suite_posts.h"
#include "suite_rooms.h"
#include "suite_search.h"

int main(void) {
  const struct CMUnitTest tests[] = {SUITE_POSTS(&postgres_one_setup),  SUITE_CHANGES(&postgres_one_setup),
                                     SUITE_ROOMS(&postgres_one_setup),  SUITE_MEMBERS(&postgres_one_setup),
                                     SUITE_PEOPLE(&postgres_one_setup), SUITE_SEARCH(&postgres_one_setup)};
  return cmocka_run_group_tests_name("a store on PostgreSQL", tests, postgres_server_begin, postgres_server_finish);
}
