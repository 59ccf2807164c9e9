/* What a search of the directory weighs. */
#include "cards.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct card_need need(const char *term, int64_t count) {
  return (struct card_need){.term = slice_of(term), .first = CARD_OFFERS, .last = CARD_OFFERS, .count = count};
}

static void the_rarest_need_comes_first(void **state) {
  (void)state;
  struct card_search search = {.needs = {need("a", 900), need("b", 3), need("c", 40)}, .need_count = 3};
  cards_plan(&search);
  assert_true(slice_is(search.needs[0].term, "b") && slice_is(search.needs[1].term, "c"));
  assert_false(search.nobody);
}

static void what_nobody_has_finds_nobody(void **state) {
  (void)state;
  struct card_search search = {.needs = {need("a", 900), need("b", 0)}, .need_count = 2};
  cards_plan(&search);
  assert_true(search.nobody);
  search = (struct card_search){.weighed = {need("a", 0), need("b", 0)}, .weighed_count = 2};
  cards_plan(&search);
  assert_true(search.nobody);
  search = (struct card_search){.weighed = {need("a", 0), need("b", 1)}, .weighed_count = 2};
  cards_plan(&search);
  assert_false(search.nobody);
  assert_int_equal(search.weighed_count, 1);
}

static void common_words_count_only_where_there_are_no_others(void **state) {
  (void)state;
  const int64_t common = CARDS_RARE + 1;
  struct card_search search = {.weighed = {need("and", common), need("cotton", 12), need("in", common)},
                               .weighed_count = 3};
  cards_plan(&search);
  assert_int_equal(search.weighed_count, 1);
  assert_true(slice_is(search.weighed[0].term, "cotton"));
  search = (struct card_search){.weighed_count = 2 * CARDS_ASKED};
  for (size_t i = 0; i < 2 * CARDS_ASKED; i++) search.weighed[i] = need("and", common);
  cards_plan(&search);
  assert_int_equal(search.weighed_count, CARDS_COMMON);
}

static void what_one_search_looks_at_is_bounded(void **state) {
  (void)state;
  struct card_search search = {.weighed_count = 2 * CARDS_ASKED};
  for (size_t i = 0; i < 2 * CARDS_ASKED; i++) search.weighed[i] = need("word", CARDS_RARE);
  cards_plan(&search);
  assert_int_equal(search.weighed_count, CARDS_LOOKED_AT / CARDS_RARE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_rarest_need_comes_first),
      cmocka_unit_test(what_nobody_has_finds_nobody),
      cmocka_unit_test(common_words_count_only_where_there_are_no_others),
      cmocka_unit_test(what_one_search_looks_at_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
