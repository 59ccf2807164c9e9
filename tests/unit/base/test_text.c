#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "club/text.h"

static void well_formed_utf_8_is_recognised(void **state) {
  (void)state;
  assert_true(text_is_utf8(SLICE_NONE));
  assert_true(text_is_utf8(SLICE_LITERAL("Партнёры в Алма-Ате ищут логистику")));
  assert_true(text_is_utf8(SLICE_LITERAL("我们在上海寻找农业合作伙伴")));
  assert_true(text_is_utf8(SLICE_LITERAL("plain ASCII text that is longer than eight bytes")));
  assert_true(text_is_utf8(SLICE_LITERAL("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf")));
}

static void broken_utf_8_is_refused(void **state) {
  (void)state;
  static const char *const broken[] = {
      "\x80",
      "\xbf",
      "\xc0\x80",
      "\xc1\xbf",
      "\xc3",
      "\xe0\x9f\xbf",
      "\xe4\xb8",
      "\xed\xa0\x80",
      "\xed\xbf\xbf",
      "\xf0\x8f\xbf\xbf",
      "\xf0\x9f\x98",
      "\xf4\x90\x80\x80",
      "\xf5\x80\x80\x80",
      "\xff",
      "\xc3\x28",
      "\xe4\x28\xad",
      "\xf0\x9f\x28\x80",
  };
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    for (size_t before = 0; before < 20; before++) {
      char text[64];
      memset(text, 'a', before);
      memcpy(text + before, broken[i], strlen(broken[i]) + 1);
      assert_false(text_is_utf8(slice_of(text)));
      strcat(text, "behind it");
      assert_false(text_is_utf8(slice_of(text)));
    }
  }
}

static void characters_are_code_points(void **state) {
  (void)state;
  assert_int_equal(text_characters(SLICE_NONE), 0);
  assert_int_equal(text_characters(SLICE_LITERAL("Бишкек")), 6);
  assert_int_equal(text_characters(SLICE_LITERAL("吉尔吉斯斯坦的首都")), 9);
  assert_int_equal(text_characters(SLICE_LITERAL("a\u0301👍🏽")), 4);
  assert_int_equal(text_characters(SLICE_LITERAL("0123456789abcdef!")), 17);
}

static void texts_that_show_something_are_writable(void **state) {
  (void)state;
  assert_true(text_is_writable(SLICE_LITERAL("Здравствуйте!")));
  assert_true(text_is_writable(SLICE_LITERAL(" \t\n你好\n")));
  assert_true(text_is_writable(SLICE_LITERAL("\u200d")));
}

static void empty_white_or_controlling_texts_are_not(void **state) {
  (void)state;
  assert_false(text_is_writable(SLICE_NONE));
  assert_false(text_is_writable(SLICE_LITERAL(" \t\n")));
  assert_false(text_is_writable(SLICE_LITERAL("\u00a0\u3000\u2028\u2003")));
  assert_false(text_is_writable(SLICE_LITERAL("a\rb")));
  assert_false(text_is_writable((struct slice){"a\0b", 3}));
  assert_false(text_is_writable(SLICE_LITERAL("a\x7f")));
  assert_false(text_is_writable(SLICE_LITERAL("a\xc2\x85")));
  assert_false(text_is_writable(SLICE_LITERAL("a\xff")));
}

static void a_control_character_is_found_wherever_it_stands(void **state) {
  (void)state;
  for (size_t at = 0; at < 26; at++) {
    for (int byte = 0; byte < 0x80; byte++) {
      char text[] = "abcdefghijklmnopqrstuvwxyz";
      text[at] = (char)byte;
      bool control = (byte < ' ' && byte != '\t' && byte != '\n') || byte == 0x7f;
      assert_int_equal(text_is_writable((struct slice){text, 26}), !control);
    }
  }
}

static void emoji_of_every_kind_are_recognised(void **state) {
  (void)state;
  static const char *const emoji[] = {"👍",
                                      "😀",
                                      "❤️",
                                      "❤",
                                      "☀",
                                      "©️",
                                      "👍🏽",
                                      "🇰🇿",
                                      "1️⃣",
                                      "#⃣",
                                      "👨‍👩‍👧‍👦",
                                      "🏳️‍🌈",
                                      "🏳‍🌈",
                                      "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
                                      "☝🏿",
                                      "🤷🏽‍♀️",
                                      "🫡"};
  for (size_t i = 0; i < sizeof emoji / sizeof emoji[0]; i++) {
    if (!text_is_emoji(slice_of(emoji[i]))) fail_msg("%s is an emoji", emoji[i]);
  }
}

static void other_texts_are_no_emoji(void **state) {
  (void)state;
  static const char *const others[] = {"",   "a", "1",      "#",      "да", "好",       "👍👍",           "👍 ",
                                       " 👍", "🇰", "\u200d", "\ufe0f", "👍a", "😀\u200d😀", "\xf0\x9f\x91", "<b>"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    if (text_is_emoji(slice_of(others[i]))) fail_msg("\"%s\" is no emoji", others[i]);
  }
  assert_false(text_is_emoji((struct slice){"👍\0", 5}));
  assert_false(text_is_emoji(SLICE_LITERAL("👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍")));
}

static void logins_are_folded_and_checked(void **state) {
  (void)state;
  char login[33];
  assert_true(text_fold_login(SLICE_LITERAL("Aigul.Nur-7_x"), login));
  assert_string_equal(login, "aigul.nur-7_x");
  assert_true(text_fold_login(SLICE_LITERAL("a2345678901234567890123456789012"), login));
  assert_false(text_fold_login(SLICE_LITERAL("a23456789012345678901234567890123"), login));
  assert_false(text_fold_login(SLICE_NONE, login));
  assert_false(text_fold_login(SLICE_LITERAL(".ivan"), login));
  assert_false(text_fold_login(SLICE_LITERAL("иван"), login));
  assert_false(text_fold_login(SLICE_LITERAL("i van"), login));
  assert_false(text_fold_login(SLICE_LITERAL("\u212aelvin"), login));
}

/* All mentions with commas between. */
static void assert_mentions(const char *text, const char *expected) {
  char all[400] = "", login[33];
  size_t at = 0;
  while (text_next_mention(slice_of(text), &at, login)) {
    if (all[0]) strcat(all, ",");
    strcat(all, login);
  }
  assert_string_equal(all, expected);
}

static void mentions_are_found_in_any_language(void **state) {
  (void)state;
  assert_mentions("@Ivan, посмотрите, пожалуйста", "ivan");
  assert_mentions("Спасибо, @ivan.petrov! И @li_wei...", "ivan.petrov,li_wei");
  assert_mentions("你好@wang请看(@li-wei)", "wang,li-wei");
  assert_mentions("@a@b @c", "a,c");
}

static void addresses_and_bare_signs_are_no_mentions(void **state) {
  (void)state;
  assert_mentions("ivan@example.com", "");
  assert_mentions("почта@example.com", "");
  assert_mentions("7@nine @@twice @ @. @-x", "");
  assert_mentions("@a2345678901234567890123456789012345 is too long", "");
  assert_mentions("", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(well_formed_utf_8_is_recognised),
      cmocka_unit_test(broken_utf_8_is_refused),
      cmocka_unit_test(characters_are_code_points),
      cmocka_unit_test(texts_that_show_something_are_writable),
      cmocka_unit_test(empty_white_or_controlling_texts_are_not),
      cmocka_unit_test(a_control_character_is_found_wherever_it_stands),
      cmocka_unit_test(emoji_of_every_kind_are_recognised),
      cmocka_unit_test(other_texts_are_no_emoji),
      cmocka_unit_test(logins_are_folded_and_checked),
      cmocka_unit_test(mentions_are_found_in_any_language),
      cmocka_unit_test(addresses_and_bare_signs_are_no_mentions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
