/* Where memory is refused a text is read as it is, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reader.h"
#include "torture_fault.h"

struct reading {
  struct slice bytes;
  json_t *value;
  enum reader_outcome outcome;
};

static void read_it(void *context) {
  struct reading *reading = context;
  reading->value = NULL;
  reading->outcome = reader_parse(reading->bytes, &reading->value);
}

/* Each piece in turn is refused, and with `for_good` all that come after it. */
static void refuse_each(const char *text, bool for_good) {
  struct reading reading = {.bytes = slice_of(text)};
  read_it(&reading);
  assert_int_equal(reading.outcome, READER_VALUE);
  json_t *whole = reading.value;
  long failing = 0;
  for (fault.for_good = for_good; fault_memory(failing, read_it, &reading); failing++) {
    assert_int_equal(reading.outcome, READER_NO_MEMORY);
    assert_null(reading.value);
  }
  fault.for_good = false;
  assert_true(failing > 4);
  assert_int_equal(reading.outcome, READER_VALUE);
  assert_true(json_equal(reading.value, whole));
  json_decref(reading.value);
  json_decref(whole);
}

static void each_text(bool for_good) {
  static char lines[4000], objects[4000];
  refuse_each("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"message.post\",\"params\":{\"room\":\"kz.fintech\",\"text\":"
              "\"Договор \\\"подписан\\\"\\n合作\\u4f19\\u4f34 \\ud83e\\udd1d\"}}",
              for_good);
  refuse_each("[12345678901234567890123,[1.5,-3,true,null]]", for_good);
  size_t used = (size_t)snprintf(lines, sizeof lines, "[\"");
  while (used < sizeof lines - 40) used += (size_t)snprintf(lines + used, 40, "Строка\\r\\n\\t\\\"\\\\\\/");
  snprintf(lines + used, 40, "\"]");
  refuse_each(lines, for_good);
  used = (size_t)snprintf(objects, sizeof objects, "[{}");
  while (used < 1000) used += (size_t)snprintf(objects + used, 40, ",{\"a\":[]}");
  snprintf(objects + used, 40, "]");
  refuse_each(objects, for_good);
}

static void a_text_for_which_a_piece_of_memory_is_refused_is_not_read(void **state) {
  (void)state;
  each_text(false);
}

static void a_text_for_which_no_memory_is_left_is_not_read(void **state) {
  (void)state;
  each_text(true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_text_for_which_a_piece_of_memory_is_refused_is_not_read),
      cmocka_unit_test(a_text_for_which_no_memory_is_left_is_not_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
