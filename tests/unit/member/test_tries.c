#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "club/member.h"

struct made_up {
  int64_t now_ms;
  struct clock clock;
  struct tries *tries;
};

static int64_t made_up_now(void *self) {
  return ((struct made_up *)self)->now_ms;
}

static int begin(void **state) {
  static struct made_up made_up; /* one test after the other */
  made_up = (struct made_up){.now_ms = 1767225600000};
  made_up.clock = (struct clock){&made_up, made_up_now, made_up_now};
  made_up.tries = tries_create(&made_up.clock);
  *state = &made_up;
  return made_up.tries ? 0 : -1;
}

static int end(void **state) {
  tries_destroy(((struct made_up *)*state)->tries);
  return 0;
}

static struct address address_of(const char *text) {
  struct address address;
  assert_true(address_read(slice_of(text), &address));
  return address;
}

static int64_t try_from(struct made_up *made_up, const char *login, const char *from, const char *device) {
  struct address address = address_of(from);
  struct attempt attempt = {slice_of(login), &address, slice_of(device)};
  return tries_take(made_up->tries, &attempt);
}

static void a_login_is_guarded_against_strangers_from_everywhere(void **state) {
  struct made_up *made_up = *state;
  char from[32];
  for (int i = 0; i < 20; i++) {
    snprintf(from, sizeof from, "192.0.2.%d", i + 1);
    assert_int_equal(try_from(made_up, "aigul", from, ""), 0);
  }
  assert_true(try_from(made_up, "aigul", "198.51.100.7", "") > 0);
  assert_int_equal(try_from(made_up, "ivan", "198.51.100.7", ""), 0);
}

static void the_owner_gets_in_from_a_known_device_meanwhile(void **state) {
  struct made_up *made_up = *state;
  for (int i = 0; i < 100; i++) (void)try_from(made_up, "aigul", "192.0.2.1", "");
  assert_true(try_from(made_up, "aigul", "192.0.2.1", "") > 0);
  assert_int_equal(try_from(made_up, "aigul", "192.0.2.1", "laptop"), 0);
}

static void a_known_device_may_not_guess_on_either(void **state) {
  struct made_up *made_up = *state;
  for (int i = 0; i < 10; i++) assert_int_equal(try_from(made_up, "aigul", "192.0.2.1", "laptop"), 0);
  assert_true(try_from(made_up, "aigul", "192.0.2.1", "laptop") > 0);
  assert_int_equal(try_from(made_up, "aigul", "192.0.2.1", "phone"), 0);
}

static void a_network_is_guarded_over_all_logins(void **state) {
  struct made_up *made_up = *state;
  char login[32];
  for (int i = 0; i < 60; i++) {
    snprintf(login, sizeof login, "member%d", i);
    assert_int_equal(try_from(made_up, login, "2001:db8:1:2::1", ""), 0);
  }
  assert_true(try_from(made_up, "aigul", "2001:db8:1:2:ffff::9", "") > 0);
  assert_int_equal(try_from(made_up, "aigul", "2001:db8:1:3::1", ""), 0);
}

static void what_is_refused_for_the_login_does_not_count_for_the_network(void **state) {
  struct made_up *made_up = *state;
  for (int i = 0; i < 20; i++) assert_int_equal(try_from(made_up, "aigul", "192.0.2.1", ""), 0);
  for (int i = 0; i < 100; i++) assert_true(try_from(made_up, "aigul", "192.0.2.1", "") > 0);
  assert_int_equal(try_from(made_up, "ivan", "192.0.2.1", ""), 0);
}

static void a_right_password_gives_the_try_back(void **state) {
  struct made_up *made_up = *state;
  struct address address = address_of("192.0.2.1");
  struct attempt attempt = {SLICE_LITERAL("aigul"), &address, SLICE_LITERAL("")};
  for (int i = 0; i < 500; i++) {
    assert_int_equal(tries_take(made_up->tries, &attempt), 0);
    tries_return(made_up->tries, &attempt);
  }
}

static void tries_come_back_with_time(void **state) {
  struct made_up *made_up = *state;
  for (int i = 0; i < 20; i++) assert_int_equal(try_from(made_up, "aigul", "192.0.2.1", ""), 0);
  int64_t wait = try_from(made_up, "aigul", "192.0.2.1", "");
  assert_int_equal(wait, 30000);
  made_up->now_ms += wait;
  assert_int_equal(try_from(made_up, "aigul", "192.0.2.1", ""), 0);
  assert_true(try_from(made_up, "aigul", "192.0.2.1", "") > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_login_is_guarded_against_strangers_from_everywhere, begin, end),
      cmocka_unit_test_setup_teardown(the_owner_gets_in_from_a_known_device_meanwhile, begin, end),
      cmocka_unit_test_setup_teardown(a_known_device_may_not_guess_on_either, begin, end),
      cmocka_unit_test_setup_teardown(a_network_is_guarded_over_all_logins, begin, end),
      cmocka_unit_test_setup_teardown(what_is_refused_for_the_login_does_not_count_for_the_network, begin, end),
      cmocka_unit_test_setup_teardown(a_right_password_gives_the_try_back, begin, end),
      cmocka_unit_test_setup_teardown(tries_come_back_with_time, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
