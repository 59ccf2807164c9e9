#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "club/seal.h"

static const unsigned char secret[DIGEST_SIZE] = {7, 7, 7};
static const struct slice topic = {"kz.fintech", 10};

/* "T1" on `topic`, of the history "epoch"; the caller frees it. */
static struct buffer sealed(const char *rest) {
  struct buffer message;
  buffer_init(&message, 4096);
  seal_begin(&message, "T1", "epoch");
  buffer_append_text(&message, rest);
  assert_true(seal_end(&message, secret, topic));
  return message;
}

static bool opens(struct slice message) {
  struct slice rest;
  return seal_open(message, "T1", secret, topic, "epoch", &rest);
}

static void what_was_sealed_is_read_as_it_was(void **state) {
  (void)state;
  struct slice rest;
  struct buffer message = sealed("Айгуль 李娜");
  assert_true(seal_open(buffer_slice(&message), "T1", secret, topic, "epoch", &rest));
  assert_true(slice_is(rest, "Айгуль 李娜"));
  assert_true(seal_open(buffer_slice(&message), "T1", secret, topic, NULL, &rest));
  assert_true(seal_peek(buffer_slice(&message), "T1", &rest));
  assert_true(slice_is(rest, "Айгуль 李娜"));
  buffer_free(&message);
}

static void what_is_garbled_or_cut_is_not_opened(void **state) {
  (void)state;
  struct buffer message = sealed("5 3");
  for (size_t at = 0; at < message.size; at++) {
    message.data[at] ^= 1;
    assert_false(opens(buffer_slice(&message)));
    message.data[at] ^= 1;
    assert_false(opens((struct slice){message.data, at}));
  }
  assert_true(opens(buffer_slice(&message)));
  assert_false(opens(SLICE_NONE));
  buffer_free(&message);
}

static void another_secret_topic_kind_or_history_is_not_opened(void **state) {
  (void)state;
  static const unsigned char other[DIGEST_SIZE] = {7, 7, 8};
  struct slice rest;
  struct buffer message = sealed("5 3");
  struct slice whole = buffer_slice(&message);
  assert_false(seal_open(whole, "T1", other, topic, "epoch", &rest));
  assert_false(seal_open(whole, "T1", secret, SLICE_LITERAL("kz"), "epoch", &rest));
  assert_false(seal_open(whole, "T1", secret, topic, "older", &rest));
  assert_false(seal_open(whole, "P1", secret, topic, "epoch", &rest));
  assert_false(seal_peek(whole, "P1", &rest));
  message.data[0] = 'P'; /* signed as something else */
  assert_true(seal_peek(whole, "P1", &rest));
  assert_false(seal_open(whole, "P1", secret, topic, "epoch", &rest));
  buffer_free(&message);
}

static void what_does_not_fit_is_not_sealed(void **state) {
  (void)state;
  static const char long_topic[200] = "@m.";
  struct buffer message;
  buffer_init(&message, 60);
  seal_begin(&message, "T1", "epoch");
  buffer_append_text(&message, "more than there is room for");
  assert_false(seal_end(&message, secret, topic));
  buffer_free(&message);
  message = sealed("5 3");
  assert_false(seal_end(&message, secret, (struct slice){long_topic, sizeof long_topic}));
  buffer_free(&message);
}

static void words_numbers_and_bytes_are_taken_off_the_front(void **state) {
  (void)state;
  struct slice rest = SLICE_LITERAL("site-1 42\n9223372036854775807 5 Иван tail"), word, bytes;
  int64_t number;
  assert_true(seal_word(&rest, &word));
  assert_true(slice_is(word, "site-1"));
  assert_true(seal_number(&rest, &number));
  assert_int_equal(number, 42);
  assert_true(seal_number(&rest, &number));
  assert_true(number == INT64_MAX);
  assert_true(seal_number(&rest, &number));
  assert_false(seal_bytes(&rest, 100, &bytes));
  assert_false(seal_bytes(&rest, -1, &bytes));
  assert_true(seal_bytes(&rest, 8, &bytes));
  assert_true(slice_is(bytes, "Иван"));
  assert_false(seal_word(&rest, &word)); /* nothing stands before the space */
}

static void what_is_no_number_is_none(void **state) {
  (void)state;
  static const char *const texts[] = {
      "", "5", " 5 ", "-1 ", "+1 ", "1a ", "9223372036854775808 ", "99999999999999999999 "};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct slice rest = slice_of(texts[i]);
    int64_t number;
    assert_false(seal_number(&rest, &number));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_sealed_is_read_as_it_was),
      cmocka_unit_test(what_is_garbled_or_cut_is_not_opened),
      cmocka_unit_test(another_secret_topic_kind_or_history_is_not_opened),
      cmocka_unit_test(what_does_not_fit_is_not_sealed),
      cmocka_unit_test(words_numbers_and_bytes_are_taken_off_the_front),
      cmocka_unit_test(what_is_no_number_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
