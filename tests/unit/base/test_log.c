#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "club/log.h"

/* What `write` puts on standard error, without the time at the beginning of the line. */
static char *caught(void (*write)(void)) {
  static char text[8192];
  int ends[2], before = dup(STDERR_FILENO);
  assert_int_equal(pipe(ends), 0);
  dup2(ends[1], STDERR_FILENO);
  close(ends[1]);
  write();
  dup2(before, STDERR_FILENO);
  close(before);
  ssize_t size = read(ends[0], text, sizeof text - 1);
  close(ends[0]);
  assert_true(size >= 0);
  text[size] = '\0';
  if (size == 0) return text;
  assert_true(size > 25 && text[23] == 'Z' && text[24] == ' ');
  return text + 25;
}

static void write_fields(void) {
  log_line(LOG_WARN, "store failed", LOG_TEXT("room", "kz.fintech"), LOG_NUMBER("seq", -7));
}

static void one_line_holds_level_event_and_fields(void **state) {
  (void)state;
  assert_string_equal(caught(write_fields), "warn \"store failed\" room=kz.fintech seq=-7\n");
}

static void write_bare(void) {
  log_line(LOG_INFO, "started");
}

static void an_event_needs_no_fields(void **state) {
  (void)state;
  assert_string_equal(caught(write_bare), "info started\n");
}

static void write_odd(void) {
  log_line(LOG_ERROR, "odd", LOG_TEXT("a", "two words\nand \"more\" \x1b"), LOG_TEXT("b", ""), LOG_TEXT("c", "Душанбе"),
           LOG_TEXT("d", "a=b"));
}

static void values_cannot_break_the_line(void **state) {
  (void)state;
  assert_string_equal(caught(write_odd),
                      "error odd a=\"two words\\nand \\\"more\\\" \\x1b\" b=\"\" c=Душанбе d=\"a=b\"\n");
}

static void write_long(void) {
  char value[3000];
  memset(value, 'x', sizeof value);
  value[sizeof value - 1] = '\0';
  log_line(LOG_INFO, "long", LOG_TEXT("a", value), LOG_TEXT("b", value), LOG_TEXT("c", value), LOG_TEXT("d", value),
           LOG_NUMBER("e", 5));
}

static void long_values_are_cut_and_what_does_not_fit_is_left_out(void **state) {
  (void)state;
  const char *line = caught(write_long);
  assert_true(strlen(line) < 4096);
  assert_non_null(strstr(line, "xxx... b=xxx"));
  assert_null(strstr(line, " d="));
  assert_string_equal(line + strlen(line) - 5, " e=5\n");
}

static void write_below(void) {
  log_line(LOG_DEBUG, "detail");
  log_set_level(LOG_ERROR);
  log_line(LOG_WARN, "warning");
  log_set_level(LOG_DEBUG);
  log_line(LOG_DEBUG, "now");
  log_set_level(LOG_INFO);
}

static void lines_below_the_level_are_not_written(void **state) {
  (void)state;
  assert_string_equal(caught(write_below), "debug now\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_line_holds_level_event_and_fields),
      cmocka_unit_test(an_event_needs_no_fields),
      cmocka_unit_test(values_cannot_break_the_line),
      cmocka_unit_test(long_values_are_cut_and_what_does_not_fit_is_left_out),
      cmocka_unit_test(lines_below_the_level_are_not_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
