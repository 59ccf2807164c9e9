#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "club/cookie.h"

static void finds_a_value_by_its_whole_name(void **state) {
  (void)state;
  assert_true(slice_is(cookie_value(slice_of("a=1; __Host-club=x; b=2"), "__Host-club"), "x"));
  assert_true(slice_is(cookie_value(slice_of("__Host-club=x"), "__Host-club"), "x"));
  assert_true(slice_is(cookie_value(slice_of(" ;; __Host-club=x ;"), "__Host-club"), "x"));
  assert_true(slice_is(cookie_value(slice_of("__Host-club=a=b"), "__Host-club"), "a=b"));
  assert_true(slice_is(cookie_value(slice_of("__Host-club="), "__Host-club"), ""));
  assert_null(cookie_value(slice_of("__Host-clubs=x; X__Host-club=y; __host-club=z"), "__Host-club").data);
  assert_null(cookie_value(slice_of("__Host-club"), "__Host-club").data);
  assert_null(cookie_value(slice_of(""), "__Host-club").data);
}

static void two_of_one_name_are_none(void **state) {
  (void)state;
  assert_null(cookie_value(slice_of("__Host-club=x; __Host-club=y"), "__Host-club").data);
  assert_null(cookie_value(slice_of("__Host-club=x; a=1; __Host-club=x"), "__Host-club").data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_a_value_by_its_whole_name),
      cmocka_unit_test(two_of_one_name_are_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
