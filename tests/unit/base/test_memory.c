/* Without memory a text is cut into its terms whole, or it is said that it was not: what is not said to be missing would never
 * be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "club/terms.h"
#include "torture_fault.h"

#define WORDS 300 /* so many that the list of terms grows */

struct cutting {
  struct terms *terms;
  char text[WORDS * 32];
  size_t count;
};

static void cut(void *context) {
  struct cutting *cutting = context;
  cutting->count = terms_cut(cutting->terms, slice_of(cutting->text), TERMS_STORED);
}

static void a_text_is_cut_whole_or_said_not_to_be(void **state) {
  static struct cutting cutting;
  (void)state;
  for (int i = 0, at = 0; i < WORDS; i++)
    at += snprintf(cutting.text + at, sizeof cutting.text - (size_t)at, "договор%d ", 1000 + i);
  bool failed = true;
  int missing = 0;
  for (long failing = 0; failed; failing++) {
    cutting.terms = terms_create();
    assert_non_null(cutting.terms);
    failed = fault_memory(failing, cut, &cutting);
    assert_int_equal(terms_failed(cutting.terms), failed);
    missing += cutting.count < WORDS;
    if (!failed) assert_in_range(cutting.count, WORDS, 3 * WORDS);
    cut(&cutting);
    assert_false(terms_failed(cutting.terms));
    assert_in_range(cutting.count, WORDS, 3 * WORDS);
    terms_destroy(cutting.terms);
  }
  assert_in_range(missing, 2, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_text_is_cut_whole_or_said_not_to_be)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
