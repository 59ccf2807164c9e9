#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "club/member.h"

static void the_same_request_gives_the_same_token(void **state) {
  (void)state;
  const unsigned char secret[DIGEST_SIZE] = {1, 2, 3};
  char first[TOKEN_SIZE + 1], again[TOKEN_SIZE + 1];
  invite_token(first, secret, 17, SLICE_LITERAL("2b1d"));
  invite_token(again, secret, 17, SLICE_LITERAL("2b1d"));
  assert_string_equal(first, again);
  assert_true(token_is_valid(slice_of(first)));
}

static void another_member_request_or_club_gives_another_token(void **state) {
  (void)state;
  const unsigned char secret[DIGEST_SIZE] = {1, 2, 3}, other_secret[DIGEST_SIZE] = {1, 2, 4};
  char first[TOKEN_SIZE + 1], other[TOKEN_SIZE + 1];
  invite_token(first, secret, 1, SLICE_LITERAL("1,x"));
  invite_token(other, secret, 1, SLICE_LITERAL("1,y"));
  assert_string_not_equal(first, other);
  invite_token(other, secret, 11, SLICE_LITERAL(",x"));
  assert_string_not_equal(first, other);
  invite_token(other, secret, 2, SLICE_LITERAL("1,x"));
  assert_string_not_equal(first, other);
  invite_token(other, other_secret, 1, SLICE_LITERAL("1,x"));
  assert_string_not_equal(first, other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_request_gives_the_same_token),
      cmocka_unit_test(another_member_request_or_club_gives_another_token),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
