#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "club/member.h"

#define START_MS 1767225600000

static void takes_at_once_what_the_rate_allows_and_no_more(void **state) {
  (void)state;
  struct rate rate = {10, 10000};
  struct bucket bucket = {0};
  for (int i = 0; i < 10; i++) assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
  assert_int_equal(bucket_take(&bucket, rate, START_MS), 1000);
  assert_int_equal(bucket_take(&bucket, rate, START_MS + 400), 600);
}

static void refills_one_after_the_other(void **state) {
  (void)state;
  struct rate rate = {10, 10000};
  struct bucket bucket = {0};
  for (int i = 0; i < 10; i++) assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
  assert_int_equal(bucket_take(&bucket, rate, START_MS + 1000), 0);
  assert_int_equal(bucket_take(&bucket, rate, START_MS + 1000), 1000);
  for (int i = 0; i < 10; i++) assert_int_equal(bucket_take(&bucket, rate, START_MS + 60000), 0);
  assert_true(bucket_take(&bucket, rate, START_MS + 60000) > 0);
}

static void keeps_to_the_rate_over_a_long_time(void **state) {
  (void)state;
  struct rate rate = {7, 3000};
  struct bucket bucket = {0};
  int taken = 0;
  for (int64_t now = START_MS; now < START_MS + 300000; now += 13) taken += bucket_take(&bucket, rate, now) == 0;
  assert_in_range(taken, 7 + 690, 7 + 700);
}

static void gives_back_what_was_not_used(void **state) {
  (void)state;
  struct rate rate = {2, 10000};
  struct bucket bucket = {0};
  assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
  assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
  bucket_return(&bucket, rate);
  assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
  for (int i = 0; i < 5; i++) bucket_return(&bucket, rate);
  assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
  assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
  assert_true(bucket_take(&bucket, rate, START_MS) > 0);
}

static void waiting_time_is_told_without_taking(void **state) {
  (void)state;
  struct rate rate = {1, 2000};
  struct bucket bucket = {0};
  assert_int_equal(bucket_wait(&bucket, rate, START_MS), 0);
  assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
  assert_int_equal(bucket_wait(&bucket, rate, START_MS + 500), 1500);
  assert_int_equal(bucket_wait(&bucket, rate, START_MS + 2000), 0);
}

static void without_a_rate_everything_is_allowed(void **state) {
  (void)state;
  struct rate rate = {0, 0};
  struct bucket bucket = {0};
  for (int i = 0; i < 1000; i++) assert_int_equal(bucket_take(&bucket, rate, START_MS), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(takes_at_once_what_the_rate_allows_and_no_more),
      cmocka_unit_test(refills_one_after_the_other),
      cmocka_unit_test(keeps_to_the_rate_over_a_long_time),
      cmocka_unit_test(gives_back_what_was_not_used),
      cmocka_unit_test(waiting_time_is_told_without_taking),
      cmocka_unit_test(without_a_rate_everything_is_allowed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
