#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "club/clock.h"

static void assert_instant(int64_t wall_ms, const char *text) {
  char written[INSTANT_SIZE];
  instant_write(written, wall_ms);
  assert_string_equal(written, text);
}

static void writes_instants_as_rfc_3339(void **state) {
  (void)state;
  assert_instant(0, "1970-01-01T00:00:00.000Z");
  assert_instant(1769846703120, "2026-01-31T08:05:03.120Z");
  assert_instant(951782400000, "2000-02-29T00:00:00.000Z");
  assert_instant(4107542399999, "2100-02-28T23:59:59.999Z");
  assert_instant(4107542400000, "2100-03-01T00:00:00.000Z");
  assert_instant(253402300799999, "9999-12-31T23:59:59.999Z");
}

static void keeps_to_the_years_that_it_can_write(void **state) {
  (void)state;
  assert_instant(-1, "1970-01-01T00:00:00.000Z");
  assert_instant(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

static void agrees_with_the_library_on_every_day(void **state) {
  (void)state;
  for (int64_t day = 0; day < 60000; day++) {
    char written[INSTANT_SIZE], expected[40];
    time_t seconds = (time_t)(day * 86400 + 43210);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.007Z", &parts);
    instant_write(written, (int64_t)seconds * 1000 + 7);
    assert_string_equal(written, expected);
  }
}

static void the_monotonic_clock_does_not_go_back(void **state) {
  (void)state;
  struct clock clock = clock_system();
  int64_t before = clock_monotonic_ms(&clock);
  for (int i = 0; i < 1000; i++) {
    int64_t now = clock_monotonic_ms(&clock);
    assert_true(now >= before);
    before = now;
  }
  assert_true(clock_wall_ms(&clock) > 1700000000000);
}

static void randomness_fills_all_bytes_differently_each_time(void **state) {
  (void)state;
  struct randomness randomness = randomness_system();
  unsigned char first[1000] = {0}, second[1000] = {0};
  size_t zeros = 0;
  randomness.fill(randomness.self, first, sizeof first);
  randomness.fill(randomness.self, second, sizeof second);
  assert_memory_not_equal(first, second, sizeof first);
  for (size_t i = 0; i < sizeof first; i++) zeros += first[i] == 0;
  assert_true(zeros < 50);
}

static void assert_read(const char *text, int64_t expected) {
  int64_t wall_ms;
  if (!instant_read(slice_of(text), &wall_ms)) fail_msg("not read: %s", text);
  assert_int_equal(wall_ms, expected);
}

static void reads_dates_and_times_with_a_zone(void **state) {
  (void)state;
  assert_read("1970-01-01", 0);
  assert_read("2026-01-31", 1769817600000);
  assert_read("2026-01-31T08:05:03.120Z", 1769846703120);
  assert_read("2026-01-31T13:05:03.12+05:00", 1769846703120);
  assert_read("2026-01-31 03:05:03.1200009-05:00", 1769846703120);
  assert_read("2026-01-31T08:05z", 1769846700000);
  assert_read("2024-02-29", 1709164800000);
  for (int64_t ms = 0; ms < INT64_C(253402300799999); ms += INT64_C(98765432123)) {
    char text[INSTANT_SIZE];
    instant_write(text, ms);
    assert_read(text, ms);
  }
  static const char *const wrong[] = {"",
                                      "2026",
                                      "2026-1-31",
                                      "2026-02-30",
                                      "2023-02-29",
                                      "2026-01-31T08:05",
                                      "2026-01-31T24:00Z",
                                      "2026-01-31T08:05:60Z",
                                      "2026-01-31T08:05:03.Z",
                                      "2026-01-31T08:05Z ",
                                      "1969-12-31",
                                      "2026-13-01",
                                      "2026-01-31T08:05+5:00",
                                      "вчера"};
  int64_t wall_ms;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_false(instant_read(slice_of(wrong[i]), &wall_ms));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_instants_as_rfc_3339),
      cmocka_unit_test(reads_dates_and_times_with_a_zone),
      cmocka_unit_test(keeps_to_the_years_that_it_can_write),
      cmocka_unit_test(agrees_with_the_library_on_every_day),
      cmocka_unit_test(the_monotonic_clock_does_not_go_back),
      cmocka_unit_test(randomness_fills_all_bytes_differently_each_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
