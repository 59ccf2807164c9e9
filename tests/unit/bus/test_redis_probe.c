#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "redis.h"

static struct redis_probe probe_begun(void) {
  struct redis_probe probe;
  struct randomness randomness = randomness_system();
  redis_probe_init(&probe);
  redis_probe_begin(&probe, &randomness);
  return probe;
}

static void one_is_sent_each_second(void **state) {
  (void)state;
  char text[REDIS_PROBE_SIZE];
  struct redis_probe probe = probe_begun();
  assert_true(redis_probe_make(&probe, text, 10000));
  assert_false(redis_probe_make(&probe, text, 10999));
  assert_true(redis_probe_make(&probe, text, 11000));
}

static void it_is_late_when_it_was_not_heard_for_five_seconds(void **state) {
  (void)state;
  char first[REDIS_PROBE_SIZE], second[REDIS_PROBE_SIZE];
  struct redis_probe probe = probe_begun();
  assert_false(redis_probe_is_late(&probe, 1000000)); /* none was sent */
  assert_int_equal(probe.heard_sent_ms, -1);
  assert_true(redis_probe_make(&probe, first, 10000));
  assert_true(redis_probe_make(&probe, second, 12000));
  assert_false(redis_probe_is_late(&probe, 15000));
  assert_true(redis_probe_is_late(&probe, 15001));
  redis_probe_hear(&probe, slice_of(first));
  assert_int_equal(probe.heard_sent_ms, 10000);
  assert_false(redis_probe_is_late(&probe, 15001));
  assert_true(redis_probe_is_late(&probe, 17001));
  redis_probe_hear(&probe, slice_of(second));
  assert_false(redis_probe_is_late(&probe, 1000000)); /* a process that slept asks first */
  redis_probe_hear(&probe, slice_of(first));          /* doubled, and out of order */
  assert_int_equal(probe.heard_sent_ms, 12000);
}

static void what_it_did_not_send_it_does_not_hear(void **state) {
  (void)state;
  char text[REDIS_PROBE_SIZE], old[REDIS_PROBE_SIZE], wrong[REDIS_PROBE_SIZE + 32];
  struct randomness randomness = randomness_system();
  struct redis_probe probe = probe_begun();
  assert_true(redis_probe_make(&probe, old, 10000));
  redis_probe_begin(&probe, &randomness);
  assert_true(redis_probe_make(&probe, text, 11000));
  redis_probe_hear(&probe, slice_of(old)); /* of lines that are gone */
  snprintf(wrong, sizeof wrong, "%s 2", probe.token);
  redis_probe_hear(&probe, slice_of(wrong));
  snprintf(wrong, sizeof wrong, "%s 0", probe.token);
  redis_probe_hear(&probe, slice_of(wrong));
  snprintf(wrong, sizeof wrong, "%s -1", probe.token);
  redis_probe_hear(&probe, slice_of(wrong));
  snprintf(wrong, sizeof wrong, "%s 11111111111111111111111111111111111", probe.token);
  redis_probe_hear(&probe, slice_of(wrong));
  redis_probe_hear(&probe, slice_of(probe.token));
  redis_probe_hear(&probe, SLICE_LITERAL(""));
  assert_int_equal(probe.heard, 0);
  redis_probe_hear(&probe, slice_of(text));
  assert_int_equal(probe.heard, 1);
}

static void so_many_are_under_way_at_most(void **state) {
  (void)state;
  char text[REDIS_PROBE_SIZE];
  struct redis_probe probe = probe_begun();
  int sent = 0;
  for (int64_t now = 1000; now < 100000; now += 1000) sent += redis_probe_make(&probe, text, now);
  assert_int_equal(sent, REDIS_PROBES);
  assert_true(redis_probe_is_late(&probe, 7000));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_is_sent_each_second),
      cmocka_unit_test(it_is_late_when_it_was_not_heard_for_five_seconds),
      cmocka_unit_test(what_it_did_not_send_it_does_not_hear),
      cmocka_unit_test(so_many_are_under_way_at_most),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
