#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "club/buffer.h"

static void assert_holds(const struct buffer *buffer, const char *text) {
  assert_int_equal(buffer->size, strlen(text));
  assert_memory_equal(buffer_slice(buffer).data, text, strlen(text));
}

static void appends_what_it_is_given(void **state) {
  (void)state;
  struct buffer buffer;
  buffer_init(&buffer, 1000);
  assert_true(buffer_append_text(&buffer, "Астана"));
  assert_true(buffer_append_char(&buffer, ' '));
  assert_true(buffer_append_slice(&buffer, SLICE_LITERAL("上海")));
  assert_true(buffer_append_format(&buffer, " %d%%", 5));
  assert_holds(&buffer, "Астана 上海 5%");
  buffer_free(&buffer);
}

static void writes_every_integer(void **state) {
  (void)state;
  struct buffer buffer;
  buffer_init(&buffer, 1000);
  buffer_append_int(&buffer, 0);
  buffer_append_char(&buffer, ' ');
  buffer_append_int(&buffer, INT64_MIN);
  buffer_append_char(&buffer, ' ');
  buffer_append_int(&buffer, INT64_MAX);
  assert_holds(&buffer, "0 -9223372036854775808 9223372036854775807");
  buffer_free(&buffer);
}

static void never_exceeds_its_limit(void **state) {
  (void)state;
  struct buffer buffer;
  buffer_init(&buffer, 5);
  assert_true(buffer_append_text(&buffer, "12345"));
  assert_false(buffer.failed);
  assert_false(buffer_append_char(&buffer, '6'));
  assert_true(buffer.failed);
  assert_holds(&buffer, "12345");
  assert_true(buffer.capacity <= 5);
  buffer_free(&buffer);
}

static void after_a_failed_append_nothing_is_appended_until_cleared(void **state) {
  (void)state;
  struct buffer buffer;
  buffer_init(&buffer, 8);
  assert_true(buffer_append_text(&buffer, "begin"));
  assert_false(buffer_append_text(&buffer, "too much"));
  assert_false(buffer_append_text(&buffer, "x"));
  assert_holds(&buffer, "begin");
  buffer_clear(&buffer);
  assert_true(buffer_append_text(&buffer, "12345678"));
  assert_false(buffer.failed);
  buffer_free(&buffer);
}

static void formats_up_to_the_last_byte_of_its_limit(void **state) {
  (void)state;
  struct buffer buffer;
  buffer_init(&buffer, 600);
  assert_true(buffer_append_format(&buffer, "%0600d", 7));
  assert_int_equal(buffer.size, 600);
  assert_false(buffer_append_format(&buffer, "%s", "x"));
  buffer_cut(&buffer, 0);
  buffer_clear(&buffer);
  assert_false(buffer_append_format(&buffer, "%0601d", 7));
  assert_int_equal(buffer.size, 0);
  buffer_free(&buffer);
}

static void cuts_the_end_and_drops_the_beginning(void **state) {
  (void)state;
  struct buffer buffer;
  buffer_init(&buffer, 100);
  buffer_append_text(&buffer, "0123456789");
  buffer_cut(&buffer, 8);
  buffer_drop(&buffer, 3);
  assert_holds(&buffer, "34567");
  buffer_cut(&buffer, 50);
  assert_holds(&buffer, "34567");
  buffer_drop(&buffer, 50);
  assert_holds(&buffer, "");
  buffer_free(&buffer);
}

static void empty_takes_no_memory(void **state) {
  (void)state;
  struct buffer buffer;
  buffer_init(&buffer, 100);
  assert_true(buffer_append(&buffer, NULL, 0));
  assert_null(buffer.data);
  assert_non_null(buffer_slice(&buffer).data);
  assert_false(buffer_reserve(&buffer, SIZE_MAX));
  buffer_free(&buffer);
  assert_int_equal(buffer.limit, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(appends_what_it_is_given),
      cmocka_unit_test(writes_every_integer),
      cmocka_unit_test(never_exceeds_its_limit),
      cmocka_unit_test(after_a_failed_append_nothing_is_appended_until_cleared),
      cmocka_unit_test(formats_up_to_the_last_byte_of_its_limit),
      cmocka_unit_test(cuts_the_end_and_drops_the_beginning),
      cmocka_unit_test(empty_takes_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
