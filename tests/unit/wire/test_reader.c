/* How strictly JSON is read. */
#include "check.h"
#include "reader.h"

static enum reader_outcome outcome_of(struct slice bytes) {
  json_t *value = NULL;
  enum reader_outcome outcome = reader_parse(bytes, &value);
  json_decref(value);
  return outcome;
}

static void assert_outcome(const char *text, enum reader_outcome expected) {
  if (outcome_of(slice_of(text)) != expected) fail_msg("%.80s", text);
}

static void strict_json_is_asked_for(void **state) {
  (void)state;
  static const char *const malformed[] = {
      "{'a':1}", "{a:1}", "{\"a\":1,}", "[1,]",       "[1 2]",       "{\"a\" 1}",   "[01]",          "[+1]",
      "[.5]",    "[1.]",  "[0x10]",     "[NaN]",      "[Infinity]",  "[tru]",       "[TRUE]",        "// no\n{}",
      "{} {}",   "{}x",   "[\"\t\"]",   "[\"a\nb\"]", "[\"\\x41\"]", "[\"\\u12\"]", "[\"open",       "[\"open\\\"",
      "{",       "[",     "]",          "\"",         "\\",          "{\"a\":1}]",  "\xef\xbb\xbf{}"};
  for (size_t i = 0; i < COUNT_OF(malformed); i++) assert_outcome(malformed[i], READER_MALFORMED);
  static const char *const fine[] = {"{}", "\t[\r\n] ", "{\"\":\"\"}", "[1,-0,1.5e-3,1E+2]",
                                     "\"\\/\\b\\f\\n\\r\\t\\u2028\""};
  for (size_t i = 0; i < COUNT_OF(fine); i++) assert_outcome(fine[i], READER_VALUE);
}

static void what_is_not_utf8_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"[\"\xff\"]",         "[\"\xc0\xaf\"]",         "[\"\xe2\x82\"]",
                                      "[\"\xed\xa0\x80\"]", "[\"\xf4\x90\x80\x80\"]", "[\"\x80\"]"};
  for (size_t i = 0; i < COUNT_OF(wrong); i++) assert_outcome(wrong[i], READER_MALFORMED);
  assert_outcome("[\"你好, Алматы 🤝\"]", READER_VALUE);
}

static void a_zero_byte_is_refused_raw_and_escaped(void **state) {
  (void)state;
  assert_int_equal(outcome_of(SLICE_LITERAL("[\"a\0b\"]")), READER_MALFORMED);
  assert_int_equal(outcome_of(SLICE_LITERAL("{}\0")), READER_MALFORMED);
  assert_outcome("[\"\\u0000\"]", READER_MALFORMED);
  assert_outcome("{\"a\\u0000b\":1}", READER_MALFORMED);
  assert_outcome("[\"\\\\u0000\"]", READER_VALUE);
}

static void lone_surrogates_are_refused_and_pairs_are_not(void **state) {
  (void)state;
  static const char *const lone[] = {"[\"\\ud83d\"]",        "[\"\\udc4d\"]",        "[\"\\ud83dx\"]",
                                     "[\"\\ud83d\\u0041\"]", "[\"\\udc4d\\ud83d\"]", "[\"\\ud83d\\ud83d\"]"};
  for (size_t i = 0; i < COUNT_OF(lone); i++) assert_outcome(lone[i], READER_MALFORMED);
  json_t *value = NULL;
  assert_int_equal(reader_parse(SLICE_LITERAL("\"\\uD83D\\udc4d\""), &value), READER_VALUE);
  assert_string_equal(json_string_value(value), "👍");
  json_decref(value);
}

static void a_key_may_stand_once_in_an_object(void **state) {
  (void)state;
  assert_outcome("{\"a\":1,\"a\":1}", READER_MALFORMED);
  assert_outcome("{\"a\":1,\"\\u0061\":2}", READER_MALFORMED);
  assert_outcome("[{\"x\":{\"b\":1,\"c\":2,\"b\":3}}]", READER_MALFORMED);
  assert_outcome("[{\"a\":1},{\"a\":1}]", READER_VALUE);
}

/* `depth` arrays around a string that is full of brackets. */
static char *nested(const char *open, const char *close, size_t depth) {
  char *begin = check_repeat(open, depth), *end = check_repeat(close, depth), *text = NULL;
  assert_true(asprintf(&text, "%s\"[[[[{{{{\\\"[[[[\\\\\"%s", begin, end) > 0);
  free(begin);
  free(end);
  return text;
}

static void nesting_ends_at_its_limit(void **state) {
  (void)state;
  static const struct {
    const char *open, *close;
    size_t depth_each;
  } kinds[] = {{"[", "]", 1}, {"{\"a\":", "}", 1}, {"[{\"a\":", "}]", 2}};
  for (size_t i = 0; i < COUNT_OF(kinds); i++) {
    size_t depth = LIMIT_NESTING / kinds[i].depth_each;
    char *deep = nested(kinds[i].open, kinds[i].close, depth);
    char *deeper = nested(kinds[i].open, kinds[i].close, depth + 1);
    assert_outcome(deep, READER_VALUE);
    assert_outcome(deeper, READER_MALFORMED);
    free(deep);
    free(deeper);
  }
}

static void a_frame_full_of_brackets_is_refused_without_going_down(void **state) {
  (void)state;
  char *open = check_repeat("[", LIMIT_FRAME), *objects = check_repeat("{\"a\":", LIMIT_FRAME / 5);
  assert_outcome(open, READER_MALFORMED);
  assert_outcome(objects, READER_MALFORMED);
  free(open);
  free(objects);
}

static void side_by_side_is_not_nested(void **state) {
  (void)state;
  char *pairs = check_repeat(",[],{}", 1000), *text = NULL;
  assert_true(asprintf(&text, "[%s]", pairs + 1) > 0);
  assert_outcome(text, READER_VALUE);
  free(text);
  free(pairs);
}

static void numbers_beyond_a_double_are_refused(void **state) {
  (void)state;
  assert_outcome("[1e400]", READER_MALFORMED);
  assert_outcome("[-1e400]", READER_MALFORMED);
  assert_outcome("[1.7976931348623157e308,5e-324,1e-400]", READER_VALUE);
  char *digits = check_repeat("9", 400), *text = NULL;
  assert_true(asprintf(&text, "{\"a\":%s}", digits) > 0);
  assert_outcome(text, READER_MALFORMED);
  free(text);
  free(digits);
}

static void an_integer_beyond_64_bits_is_a_real_number(void **state) {
  (void)state;
  json_t *value = NULL;
  assert_int_equal(reader_parse(SLICE_LITERAL("[100000000000000000000,-9223372036854775809,7,\"100000000000000000000\","
                                              "18446744073709551616e1,0.100000000000000000000]"),
                                &value),
                   READER_VALUE);
  assert_true(json_is_real(json_array_get(value, 0)));
  assert_true(json_real_value(json_array_get(value, 0)) == 1e20);
  assert_true(json_is_real(json_array_get(value, 1)));
  assert_true(json_is_integer(json_array_get(value, 2)));
  assert_string_equal(json_string_value(json_array_get(value, 3)), "100000000000000000000");
  assert_true(json_is_real(json_array_get(value, 4)));
  assert_true(json_is_real(json_array_get(value, 5)));
  json_decref(value);
  assert_outcome("[0100000000000000000000]", READER_MALFORMED);
  assert_outcome("[100000000000000000000", READER_MALFORMED);
  assert_outcome("[100000000000000000000,\"\\\"]", READER_MALFORMED);
  assert_int_equal(reader_parse(SLICE_LITERAL("9223372036854775807"), &value), READER_VALUE);
  assert_true(json_integer_value(value) == INT64_MAX);
  json_decref(value);
}

static void a_frame_of_long_integers_fits_its_copy(void **state) {
  (void)state;
  char *numbers = check_repeat(",9999999999999999999", 3000), *text = NULL;
  assert_true(asprintf(&text, "[%s]", numbers + 1) > 0);
  assert_outcome(text, READER_VALUE);
  free(text);
  free(numbers);
  assert_outcome("9999999999999999999", READER_VALUE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strict_json_is_asked_for),
      cmocka_unit_test(what_is_not_utf8_is_refused),
      cmocka_unit_test(a_zero_byte_is_refused_raw_and_escaped),
      cmocka_unit_test(lone_surrogates_are_refused_and_pairs_are_not),
      cmocka_unit_test(a_key_may_stand_once_in_an_object),
      cmocka_unit_test(nesting_ends_at_its_limit),
      cmocka_unit_test(a_frame_full_of_brackets_is_refused_without_going_down),
      cmocka_unit_test(side_by_side_is_not_nested),
      cmocka_unit_test(numbers_beyond_a_double_are_refused),
      cmocka_unit_test(an_integer_beyond_64_bits_is_a_real_number),
      cmocka_unit_test(a_frame_of_long_integers_fits_its_copy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
