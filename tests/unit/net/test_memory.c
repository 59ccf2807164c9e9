/* Without memory an address is not counted, and a request's connection ends while the server goes on. */
#include "client.h"
#include "internal.h"
#include "torture_fault.h"

#define MANY 600 /* so many that a hash grows more than once */

struct trying {
  struct net net;
  struct address address;
  bool entered;
};

static void enter(void *context) {
  struct trying *trying = context;
  trying->entered = census_enter(&trying->net, &trying->address);
}

static struct address address_of(int number) {
  char text[32];
  struct address address;
  snprintf(text, sizeof text, "192.0.%d.%d", number / 256, number % 256);
  assert_true(address_read(slice_of(text), &address));
  return address;
}

static void an_address_without_memory_is_not_counted(void **state) {
  (void)state;
  static struct trying trying;
  trying.net.setup.limits.connections_of_address = 1;
  for (int i = 0; i < MANY; i++) {
    trying.address = address_of(i);
    for (long failing = 0; fault_memory(failing, enter, &trying); failing++) {
      assert_false(trying.entered);
      census_leave(&trying.net, &trying.address);
    }
    assert_true(trying.entered);
    enter(&trying);
    assert_false(trying.entered);
  }
  for (int i = 0; i < MANY; i++) {
    trying.address = address_of(i);
    census_leave(&trying.net, &trying.address);
  }
  assert_null(trying.net.census);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(an_address_without_memory_is_not_counted)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
