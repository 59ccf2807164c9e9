/* Without memory what was done elsewhere is carried out with a later pulse, and what is said twice is said once. */
#include "torture_fault.h"
#include "yard.h"

static void tell(void *context) {
  struct yard *yard = context;
  const struct services *services = server_services(yard->server);
  services->tell_elsewhere(services->server, 7, SLICE_LITERAL("kz"), NULL);
}

static void without_memory_it_is_said_once_at_most(void **state) {
  struct yard *yard = *state;
  yard->alone = false;
  long failing = 0;
  for (; fault_memory(failing, tell, yard); failing++) {
    yard_pass(yard, 5000);
    assert_in_range(yard_said(yard, "M1", "@m7"), 0, 1);
    yard->published_count = 0;
  }
  assert_true(failing > 0);
  yard_pass(yard, 5000);
  assert_int_equal(yard_said(yard, "M1", "@m7"), 2);
}

static void act(void *context) {
  static const struct club_event event = {
      .seq = 11, .kind = CLUB_ACTED, .member = 7, .session = 90, .room = {.data = "kz", .size = 2}};
  yard_pulse_events(context, &event, 1);
}

static void without_memory_an_act_is_read_again(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 7);
  for (long failing = 0; fault_memory(failing, act, yard); failing++) {
    assert_int_equal(yard_jobs(yard, STORE_MEMBER_GET), 0);
    yard_freeze(yard, 1000);
  }
  yard_finish(yard, yard_job(yard, STORE_MEMBER_GET), STORE_UNAVAILABLE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      YARD_TEST(without_memory_it_is_said_once_at_most),
      YARD_TEST(without_memory_an_act_is_read_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
