#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "club/entry.h"
#include "club/reason.h"

static void roles_are_read_as_they_are_written(void **state) {
  (void)state;
  enum role role;
  for (enum role each = ROLE_MEMBER; each <= ROLE_ADMIN; each++) {
    assert_true(role_read(slice_of(role_text(each)), &role));
    assert_int_equal(role, each);
  }
  assert_false(role_read(SLICE_LITERAL("Admin"), &role));
  assert_false(role_read(SLICE_NONE, &role));
}

static void member_ids_are_read_as_they_are_written(void **state) {
  (void)state;
  static const int64_t keys[] = {1, 17, 9007199254740993, INT64_MAX};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    char id[MEMBER_ID_SIZE];
    int64_t key = 0;
    member_id_write(id, keys[i]);
    assert_true(member_id_read(slice_of(id), &key));
    assert_int_equal(key, keys[i]);
  }
}

static void other_forms_are_no_member_ids(void **state) {
  (void)state;
  static const char *const others[] = {"",
                                       "m",
                                       "17",
                                       "m0",
                                       "m017",
                                       "m-1",
                                       "m+1",
                                       "m 1",
                                       "M17",
                                       "m17x",
                                       "m1.0",
                                       "m9223372036854775808",
                                       "m99999999999999999999999999",
                                       "м17"};
  int64_t key;
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    if (member_id_read(slice_of(others[i]), &key)) fail_msg("\"%s\" was taken for an id", others[i]);
  }
  assert_false(member_id_read((struct slice){"m1\0", 3}, &key));
}

static void every_reason_has_a_word_of_its_own_and_a_sentence(void **state) {
  (void)state;
  for (int i = 0; i < REASON_COUNT; i++) {
    assert_non_null(reason_text((enum reason)i));
    assert_non_null(reason_message((enum reason)i));
    for (int k = 0; k < i; k++) assert_string_not_equal(reason_text((enum reason)i), reason_text((enum reason)k));
  }
  assert_string_equal(reason_text(REASON_SLOW_MODE), "slow_mode");
  assert_string_equal(reason_text((enum reason)999), "none");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(roles_are_read_as_they_are_written),
      cmocka_unit_test(member_ids_are_read_as_they_are_written),
      cmocka_unit_test(other_forms_are_no_member_ids),
      cmocka_unit_test(every_reason_has_a_word_of_its_own_and_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
