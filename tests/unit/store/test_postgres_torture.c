/* Each piece of memory that the driver and libpq want, each connection, each sending, each receiving and each waiting fails
 * once, and once from there on, while members post, edit, remove, react and moderators act: whatever fails, what was said
 * to be done is there afterwards, what was said not to be done is not, the database is whole, and the driver works on. */
#include "torture_libpq.h"
#include "torture_postgres.h"

static void arm(unsigned what, bool for_good, long after) {
  fault = (struct fault){.what = what, .for_good = for_good, .left = after};
}

static long disarm(void) {
  long left = fault.failures ? -1 : fault.left;
  fault.left = -1;
  return left;
}

static long seen(unsigned what) {
  return fault.seen[__builtin_ctz(what)];
}

/* The server checkpoints by itself, and nothing of it goes by way of the driver. */
static void checkpoint(struct suite *suite) {
  (void)suite;
}

static const struct torture_store store = {.arm = arm,
                                           .disarm = disarm,
                                           .make = torture_postgres_make,
                                           .remove = torture_postgres_remove,
                                           .recover = torture_postgres_recover,
                                           .checkpoint = checkpoint,
                                           .check_whole = torture_postgres_check,
                                           .seen = seen,
                                           .tries = 1,
                                           .reads = true};

TORTURE(a_piece_of_memory_is_refused, FAULT_MEMORY, false)
TORTURE(no_memory_is_left_from_one_moment_on, FAULT_MEMORY, true)
TORTURE(a_piece_of_the_library_s_memory_is_refused, FAULT_LIBRARY_MEMORY, false)
TORTURE(no_memory_is_left_to_the_library_from_one_moment_on, FAULT_LIBRARY_MEMORY, true)
TORTURE(a_sending_fails, FAULT_SEND, false)
TORTURE(all_sendings_fail_from_one_on, FAULT_SEND, true)
TORTURE(a_sending_is_cut_in_its_middle, FAULT_HALF, false)
TORTURE(all_sendings_are_cut_from_one_on, FAULT_HALF, true)
TORTURE(a_receiving_fails, FAULT_RECEIVE, false)
TORTURE(all_receivings_fail_from_one_on, FAULT_RECEIVE, true)
TORTURE(the_line_ends, FAULT_END, false)
TORTURE(all_lines_end_from_one_moment_on, FAULT_END, true)
TORTURE(a_waiting_fails, FAULT_WAIT, false)
TORTURE(all_waitings_fail_from_one_on, FAULT_WAIT, true)
TORTURE(a_connecting_fails, FAULT_CONNECT, false)
TORTURE(all_connectings_fail_from_one_on, FAULT_CONNECT, true)

/* Not again and again until the deadline. */
static void a_waiting_that_fails_is_given_up(void **state) {
  static struct script script;
  torture_begin_script(&script, *state);
  assert_true(script_open(&script));
  arm(FAULT_WAIT, true, 0);
  script_one(&script, suite_post_job(&script.suite, "kz", script.suite.ivan, "a", "Договор"));
  assert_in_range(fault.failures, 1, 2000);
  assert_int_equal(script.jobs[0]->outcome, STORE_UNAVAILABLE);
  assert_int_equal(disarm(), -1);
  torture_postgres_recover(&script);
  torture_end_script(&script, *state);
}

static int begin(void **state) {
  static struct torture torture = {.store = &store};
  assert_true(libpq_put_in_place());
  postgres_server_begin(state);
  torture_postgres_begin(&torture);
  *state = &torture;
  return 0;
}

static int end(void **state) {
  struct torture *torture = *state;
  free(torture->beginning);
  return postgres_server_finish(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_piece_of_memory_is_refused),
      cmocka_unit_test(no_memory_is_left_from_one_moment_on),
      cmocka_unit_test(a_piece_of_the_library_s_memory_is_refused),
      cmocka_unit_test(no_memory_is_left_to_the_library_from_one_moment_on),
      cmocka_unit_test(a_sending_fails),
      cmocka_unit_test(all_sendings_fail_from_one_on),
      cmocka_unit_test(a_sending_is_cut_in_its_middle),
      cmocka_unit_test(all_sendings_are_cut_from_one_on),
      cmocka_unit_test(a_receiving_fails),
      cmocka_unit_test(all_receivings_fail_from_one_on),
      cmocka_unit_test(the_line_ends),
      cmocka_unit_test(all_lines_end_from_one_moment_on),
      cmocka_unit_test(a_waiting_fails),
      cmocka_unit_test(all_waitings_fail_from_one_on),
      cmocka_unit_test(a_waiting_that_fails_is_given_up),
      cmocka_unit_test(a_connecting_fails),
      cmocka_unit_test(all_connectings_fail_from_one_on),
  };
  return cmocka_run_group_tests_name("torture of a store in PostgreSQL", tests, begin, end);
}
