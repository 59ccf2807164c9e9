#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "club/chorus.h"
#include "club/limits.h"

#define WINDOW_MS (CHORUS_SECONDS * 1000)

static void fill(void *self, void *bytes, size_t size) {
  memset(bytes, *(int *)self, size);
}

static int begin(void **state) {
  static int byte = 7;
  struct randomness randomness = {&byte, fill};
  *state = chorus_create(&randomness);
  return *state ? 0 : -1;
}

static int end(void **state) {
  chorus_destroy(*state);
  return 0;
}

static bool hear(struct chorus *chorus, int64_t member, const char *text, int64_t at_ms) {
  return chorus_hear(chorus, member, slice_of(text), at_ms);
}

static void the_third_member_who_says_the_same_is_heard_as_a_chorus(void **state) {
  const char *text = "Дёшево продаём слонов, пишите в личку";
  assert_false(hear(*state, 1, text, 1000));
  assert_false(hear(*state, 1, text, 1001)); /* one who repeats is no chorus */
  assert_false(hear(*state, 2, text, 1002));
  assert_true(hear(*state, 3, text, 1003));
  assert_true(hear(*state, 1, text, 1004));
  for (int64_t member = 4; member < 60; member++) assert_true(hear(*state, member, text, 1005));
  assert_int_equal(chorus_count(*state), 1);
}

static void what_differs_in_case_width_and_between_letters_is_the_same(void **state) {
  static const char *const same[] = {"Buy 100 ELEPHANTS today: elephant.example",
                                     "buy  100\nelephants -- today!!! ELEPHANT example 🐘🐘",
                                     "B​u‍y 1⁠0­0 elephants today elephant﻿example",
                                     "Ｂｕｙ １００ ｅｌｅｐｈａｎｔｓ ｔｏｄａｙ ｅｌｅｐｈａｎｔ．ｅｘａｍｐｌｅ"};
  for (int i = 0; i < 4; i++) assert_int_equal(hear(*state, i + 1, same[i], 0), i >= 2);
  assert_false(hear(*state, 9, "Buy 200 ELEPHANTS today: elephant.example", 0));
  /* й and и with a breve */
  assert_false(hear(*state, 1, "Скорей купите этот чай, самый лучший", 0));
  assert_false(hear(*state, 2, "СКОРЕЙ купите этот чай самый лучший", 0));
  assert_true(hear(*state, 3, "Скореи\u0306 купите этот чаи\u0306, самыи\u0306 лучшии\u0306", 0));
}

static void a_short_text_may_be_said_by_everybody(void **state) {
  static const char *const greetings[] = {
      "ok", "Спасибо!", "好的", "谢谢大家，新年快乐", "Всем доброе утро!!!!!!!!!!!!!!!", "👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍", ""};
  for (size_t i = 0; i < sizeof greetings / sizeof *greetings; i++) {
    for (int64_t member = 1; member < 9; member++) assert_false(hear(*state, member, greetings[i], 0));
  }
  assert_int_equal(chorus_count(*state), 0);
}

static void a_chinese_character_is_as_long_as_two_letters(void **state) {
  const char *text = "低价出售正版大象欢迎咨询";
  assert_false(hear(*state, 1, text, 0));
  assert_false(hear(*state, 2, text, 0));
  assert_true(hear(*state, 3, text, 0));
}

static void what_was_said_long_ago_counts_no_more(void **state) {
  const char *text = "ارزان‌ترین فیل‌های سمرقند را از ما بخرید";
  assert_false(hear(*state, 1, text, 0));
  assert_false(hear(*state, 2, text, WINDOW_MS - 1));
  assert_false(hear(*state, 3, text, WINDOW_MS)); /* the first one is forgotten */
  assert_true(hear(*state, 4, text, WINDOW_MS + 1));
  assert_false(hear(*state, 5, text, 3 * WINDOW_MS));
}

/* The longest text, each character of which becomes eighteen. */
static void a_text_that_cannot_be_folded_is_compared_as_it_is(void **state) {
  static char text[LIMIT_TEXT * 3 + 1];
  for (size_t i = 0; i < LIMIT_TEXT; i++) memcpy(text + 3 * i, "ﷺ", 3);
  assert_false(hear(*state, 1, text, 0));
  assert_false(hear(*state, 2, text, 0));
  assert_true(hear(*state, 3, text, 0));
}

static void so_many_texts_are_remembered_and_the_oldest_goes(void **state) {
  char text[64];
  for (int i = 0; i < CHORUS_TEXTS + 2; i++) {
    snprintf(text, sizeof text, "Самые дешёвые слоны, номер %d", i);
    assert_false(hear(*state, 1, text, 0));
    assert_false(hear(*state, 2, "Этот текст слышен всё время снова", 0));
  }
  assert_int_equal(chorus_count(*state), CHORUS_TEXTS);
  assert_false(hear(*state, 1, "Этот текст слышен всё время снова", 0));
  assert_true(hear(*state, 3, "Этот текст слышен всё время снова", 0));
  snprintf(text, sizeof text, "Самые дешёвые слоны, номер %d", 0);
  assert_false(hear(*state, 2, text, 0));
  assert_false(hear(*state, 3, text, 0)); /* the first one's was forgotten */
}

#define CHORUS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  chorus_destroy(NULL);
  const struct CMUnitTest tests[] = {
      CHORUS_TEST(the_third_member_who_says_the_same_is_heard_as_a_chorus),
      CHORUS_TEST(what_differs_in_case_width_and_between_letters_is_the_same),
      CHORUS_TEST(a_short_text_may_be_said_by_everybody),
      CHORUS_TEST(a_chinese_character_is_as_long_as_two_letters),
      CHORUS_TEST(what_was_said_long_ago_counts_no_more),
      CHORUS_TEST(a_text_that_cannot_be_folded_is_compared_as_it_is),
      CHORUS_TEST(so_many_texts_are_remembered_and_the_oldest_goes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
