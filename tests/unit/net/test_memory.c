/* Without memory an address is not counted, and a connection ends while the server goes on. */
#include <fcntl.h>

#include "client.h"
#include "internal.h"
#include "torture_fault.h"

#define MANY 600 /* so many that a hash grows more than once */
#define ALONE_MS 300

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

static int descriptors(void) {
  int count = 0;
  for (int i = 0; i < 1024; i++) count += fcntl(i, F_GETFD) != -1;
  return count;
}

struct visit {
  const struct fixture *fixture;
  int before; /* descriptors */
  struct client client;
};

/* Until it is cut, or was taken in and then left alone: the server may get the processor late. */
static void come(void *context) {
  struct visit *visit = context;
  visit->client = client_connect(visit->fixture);
  for (int i = 0; i < CLIENT_WAIT_MS && descriptors() < visit->before + 2 && !client_is_cut(&visit->client, 1);) i++;
  client_is_cut(&visit->client, ALONE_MS);
}

/* False: nothing was refused while it was taken in. */
static bool one_comes_and_goes(const struct fixture *fixture, int before, long failing) {
  struct visit visit = {.fixture = fixture, .before = before};
  bool refused = fault_memory(failing, come, &visit);
  client_close(&visit.client);
  return refused;
}

static void all_are_gone(int before) {
  for (int i = 0; i < CLIENT_WAIT_MS && descriptors() > before; i++) usleep(1000);
  assert_int_equal(descriptors(), before);
}

static void a_socket_without_memory_is_let_go_and_not_counted(void **state) {
  static struct fixture fixture;
  (void)state;
  fixture_prepare(&fixture, false);
  fixture.setup.limits.connections_of_address = 2;
  fixture_run(&fixture);
  fixture_serves(&fixture);
  fixture_await(&fixture.closed, 1);
  usleep(50000);
  int before = descriptors();
  long failing = 0;
  for (; one_comes_and_goes(&fixture, before, failing); failing++) {
    all_are_gone(before);
    fixture_serves(&fixture);
    all_are_gone(before);
  }
  assert_in_range(failing, 3, 100); /* its address, itself, its watcher */
  fixture_stop(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_without_memory_is_not_counted),
      cmocka_unit_test(a_socket_without_memory_is_let_go_and_not_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
