#include "allowance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define START_MS 1767225600000

static struct slice name(char text[32], int number) {
  snprintf(text, 32, "member-%d", number);
  return slice_of(text);
}

static void names_have_allowances_of_their_own(void **state) {
  (void)state;
  struct allowance *allowance = allowance_create(16, (struct rate){2, 1000});
  assert_int_equal(allowance_take(allowance, SLICE_LITERAL("айгуль"), START_MS), 0);
  assert_int_equal(allowance_take(allowance, SLICE_LITERAL("айгуль"), START_MS), 0);
  assert_int_equal(allowance_take(allowance, SLICE_LITERAL("айгуль"), START_MS), 500);
  assert_int_equal(allowance_take(allowance, SLICE_LITERAL("小龙"), START_MS), 0);
  allowance_return(allowance, SLICE_LITERAL("айгуль"));
  assert_int_equal(allowance_take(allowance, SLICE_LITERAL("айгуль"), START_MS), 0);
  allowance_return(allowance, SLICE_LITERAL("nobody"));
  allowance_destroy(allowance);
}

static void forgets_the_fullest_when_there_are_too_many(void **state) {
  (void)state;
  char text[32];
  struct allowance *allowance = allowance_create(100, (struct rate){3, 60000});
  /* The first ten used up all, the others one. */
  for (int i = 0; i < 100; i++)
    for (int take = 0; take < (i < 10 ? 3 : 1); take++)
      assert_int_equal(allowance_take(allowance, name(text, i), START_MS), 0);
  for (int i = 100; i < 190; i++) assert_int_equal(allowance_take(allowance, name(text, i), START_MS), 0);
  assert_int_equal(allowance_count(allowance), 100);
  for (int i = 0; i < 10; i++) assert_true(allowance_take(allowance, name(text, i), START_MS) > 0);
  allowance_destroy(allowance);
}

static void what_was_used_up_since_is_not_the_one_to_be_forgotten(void **state) {
  (void)state;
  struct allowance *allowance = allowance_create(3, (struct rate){3, 60000});
  assert_int_equal(allowance_take(allowance, SLICE_LITERAL("ivan"), START_MS), 0);
  assert_int_equal(allowance_take(allowance, SLICE_LITERAL("小龙"), START_MS), 0);
  for (int i = 0; i < 3; i++) assert_int_equal(allowance_take(allowance, SLICE_LITERAL("айгуль"), START_MS), 0);
  assert_int_equal(allowance_take(allowance, SLICE_LITERAL("rahul"), START_MS), 0);
  assert_true(allowance_take(allowance, SLICE_LITERAL("айгуль"), START_MS) > 0);
  allowance_destroy(allowance);
}

static void forgets_what_is_full_again(void **state) {
  (void)state;
  char text[32];
  struct allowance *allowance = allowance_create(1000, (struct rate){3, 3000});
  for (int i = 0; i < 500; i++) assert_int_equal(allowance_take(allowance, name(text, i), START_MS), 0);
  assert_int_equal(allowance_take(allowance, name(text, 501), START_MS + 5000), 0);
  assert_int_equal(allowance_count(allowance), 1);
  allowance_destroy(allowance);
}

/* Against a plain array of buckets, taking and returning in any order. */
static void counts_each_name_right_however_they_are_mixed(void **state) {
  (void)state;
  enum { NAMES = 300 };
  static struct bucket model[NAMES];
  struct rate rate = {5, 20000};
  struct allowance *allowance = allowance_create(NAMES, rate);
  uint64_t seed = 42;
  int64_t now = START_MS;
  char text[32];
  for (int i = 0; i < 20000; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    int number = (int)(seed >> 33) % NAMES;
    now += (int64_t)(seed >> 60);
    if ((seed >> 32) % 4 == 0) {
      allowance_return(allowance, name(text, number));
      bucket_return(&model[number], rate);
    } else {
      assert_int_equal(allowance_take(allowance, name(text, number), now), bucket_take(&model[number], rate, now));
    }
  }
  allowance_destroy(allowance);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_have_allowances_of_their_own),
      cmocka_unit_test(forgets_the_fullest_when_there_are_too_many),
      cmocka_unit_test(what_was_used_up_since_is_not_the_one_to_be_forgotten),
      cmocka_unit_test(forgets_what_is_full_again),
      cmocka_unit_test(counts_each_name_right_however_they_are_mixed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
