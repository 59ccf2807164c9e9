#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "club/clock.h"
#include "club/password.h"

static void a_password_is_verified_by_its_hash_alone(void **state) {
  (void)state;
  char encoded[PASSWORD_ENCODED_SIZE];
  assert_true(password_hash(SLICE_LITERAL("верный пароль 上海"), encoded));
  assert_true(password_verify(SLICE_LITERAL("верный пароль 上海"), encoded));
  assert_false(password_verify(SLICE_LITERAL("верный пароль 上"), encoded));
  assert_false(password_verify(SLICE_LITERAL(""), encoded));
}

static void hashes_name_their_costs_and_differ_each_time(void **state) {
  (void)state;
  char first[PASSWORD_ENCODED_SIZE], second[PASSWORD_ENCODED_SIZE];
  assert_true(password_hash(SLICE_LITERAL("the same password"), first));
  assert_true(password_hash(SLICE_LITERAL("the same password"), second));
  assert_string_not_equal(first, second);
  assert_memory_equal(first, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
}

static void what_is_no_hash_verifies_nothing(void **state) {
  (void)state;
  assert_false(password_verify(SLICE_LITERAL("password"), ""));
  assert_false(password_verify(SLICE_LITERAL("password"), "password"));
}

static int64_t processor_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t least_cost(const char *encoded) {
  int64_t least = INT64_MAX;
  for (int i = 0; i < 7; i++) {
    int64_t begin = processor_us();
    if (encoded) {
      assert_false(password_verify(SLICE_LITERAL("not this one"), encoded));
    } else {
      password_verify_nothing(SLICE_LITERAL("not this one"));
    }
    int64_t cost = processor_us() - begin;
    if (cost < least) least = cost;
  }
  return least;
}

static void an_unknown_login_costs_as_much_as_a_known_one(void **state) {
  (void)state;
  char encoded[PASSWORD_ENCODED_SIZE];
  assert_true(password_hash(SLICE_LITERAL("some password"), encoded));
  int64_t known = least_cost(encoded), unknown = least_cost(NULL);
  assert_in_range(unknown, known / 2, known * 2);
}

static void length_is_counted_in_characters(void **state) {
  (void)state;
  char text[4 * 257 + 1] = "";
  assert_false(password_is_acceptable(SLICE_NONE));
  assert_false(password_is_acceptable(SLICE_LITERAL("семь зн")));
  assert_true(password_is_acceptable(SLICE_LITERAL("восемь з")));
  assert_false(password_is_acceptable(SLICE_LITERAL("我们的密码")));
  assert_true(password_is_acceptable(SLICE_LITERAL("我们的密码很长吧")));
  for (int i = 0; i < 256; i++) strcat(text, "😀");
  assert_true(password_is_acceptable(slice_of(text)));
  strcat(text, "x");
  assert_false(password_is_acceptable(slice_of(text)));
}

static void broken_utf_8_is_refused(void **state) {
  (void)state;
  assert_false(password_is_acceptable(SLICE_LITERAL("long enough \xff")));
}

static void the_commonest_are_refused_in_whatever_case(void **state) {
  (void)state;
  static const char *const common[] = {"password", "Password1", "12345678",   "QWERTYUIOP", "password123", "iloveyou",
                                       "ЙЦУКЕНГШ", "Пароль123", "woaini1314", "trustno1",   "11111111",    "zxcvbnm1"};
  for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
    if (password_is_acceptable(slice_of(common[i]))) fail_msg("%s is common", common[i]);
  }
  assert_true(password_is_acceptable(SLICE_LITERAL("password of mine")));
  assert_true(password_is_acceptable(SLICE_LITERAL("xpassword1")));
  assert_true(password_is_acceptable(SLICE_LITERAL("12345678\n12345679")));
}

/* The list as it lies beside the code; tests run in the folder in which make runs. */
static void every_line_of_the_list_is_found(void **state) {
  (void)state;
  FILE *list = fopen("server/member/common_passwords.txt", "re");
  char line[200];
  size_t count = 0;
  assert_non_null(list);
  while (fgets(line, sizeof line, list)) {
    line[strcspn(line, "\n")] = '\0';
    if (password_is_acceptable(slice_of(line))) fail_msg("%s is in the list and was not found", line);
    count++;
  }
  fclose(list);
  assert_true(count > 900);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_password_is_verified_by_its_hash_alone),
      cmocka_unit_test(hashes_name_their_costs_and_differ_each_time),
      cmocka_unit_test(what_is_no_hash_verifies_nothing),
      cmocka_unit_test(an_unknown_login_costs_as_much_as_a_known_one),
      cmocka_unit_test(length_is_counted_in_characters),
      cmocka_unit_test(broken_utf_8_is_refused),
      cmocka_unit_test(the_commonest_are_refused_in_whatever_case),
      cmocka_unit_test(every_line_of_the_list_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
