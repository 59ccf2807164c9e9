#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "club/terms.h"

static int prepare(void **state) {
  *state = terms_create();
  return *state ? 0 : -1;
}

static int finish(void **state) {
  terms_destroy(*state);
  return 0;
}

/* The terms with bars between them, in the order of the text. */
static const char *cut(struct terms *terms, const char *text, enum terms_use use, char *out, size_t size) {
  size_t count = terms_cut(terms, slice_of(text), use), used = 0;
  out[0] = 0;
  for (size_t i = 0; i < count; i++) {
    struct slice term = terms_list(terms)[i].text;
    used += (size_t)snprintf(out + used, size - used, "%s%.*s", i ? "|" : "", (int)term.size, term.data);
  }
  return out;
}

static void assert_cut(struct terms *terms, enum terms_use use, const char *text, const char *expected) {
  char out[4096];
  assert_string_equal(cut(terms, text, use, out, sizeof out), expected);
}

static void assert_stored(struct terms *terms, const char *text, const char *expected) {
  assert_cut(terms, TERMS_STORED, text, expected);
}

static void assert_asked(struct terms *terms, const char *text, const char *expected) {
  assert_cut(terms, TERMS_ASKED, text, expected);
}

/* Are all terms of the question among those of the text? */
static bool finds(struct terms *terms, const char *question, const char *text) {
  static char stored[65536], asked[4096];
  cut(terms, text, TERMS_STORED, stored + 1, sizeof stored - 2);
  stored[0] = '|';
  strcat(stored, "|");
  cut(terms, question, TERMS_ASKED, asked, sizeof asked);
  bool any = false;
  for (char *save, *term = strtok_r(asked, "|", &save); term; term = strtok_r(NULL, "|", &save)) {
    char bounded[TERMS_BYTES + 3];
    snprintf(bounded, sizeof bounded, "|%s|", term);
    if (!strstr(stored, bounded)) return false;
    any = true;
  }
  return any;
}

static void russian_words_are_found_in_all_their_forms(void **state) {
  struct terms *terms = *state;
  assert_stored(terms, "договор, договора; ДОГОВОРЫ — договорами!", "договор|договор|договор|договор");
  assert_true(finds(terms, "договор", "Подписали три договора с поставщиком из Ташкента."));
  assert_true(finds(terms, "поставка хлопка", "О поставках хлопка и зерна не обсуждали."));
  assert_true(finds(terms, "елка", "Ёлку привезли"));
  assert_true(finds(terms, "Ёлки", "елка"));
  assert_true(finds(terms, "замок", "за\u0301мок"));
  assert_true(finds(terms, "мои", "Мои условия"));
  assert_false(finds(terms, "договор", "Разговор с директором"));
}

static void english_words_are_found_in_all_their_forms(void **state) {
  struct terms *terms = *state;
  assert_stored(terms, "Contracts contracted CONTRACTING contract's", "contract|contract|contract|contract");
  assert_true(finds(terms, "negotiation", "We negotiated for weeks"));
  assert_true(finds(terms, "cafe", "Meet me at the Café"));
  assert_true(finds(terms, "dont", "dont") && finds(terms, "don’t", "don't"));
}

static void chinese_is_found_by_pairs_and_by_single_characters(void **state) {
  struct terms *terms = *state;
  assert_stored(terms, "经济合作", "经|济|经济|合|济合|作|合作");
  assert_asked(terms, "经济合作", "经济|济合|合作");
  assert_asked(terms, "合", "合");
  assert_true(finds(terms, "合作", "上合组织经济合作论坛"));
  assert_true(finds(terms, "经济合作", "经济合作"));
  assert_true(finds(terms, "作", "经济合作"));
  assert_false(finds(terms, "合作", "合同，工作"));
  assert_false(finds(terms, "合作", "合 作"));
  assert_true(finds(terms, "カタ", "ｶﾀ"));
}

static void three_languages_in_one_text_are_each_cut_their_own_way(void **state) {
  struct terms *terms = *state;
  assert_asked(terms, "Договоры о合作with partners", "договор|о|合作|with|partner");
  const char *text = "Коллеги, 我们的 logistics-партнёр из 哈萨克斯坦 ждёт contracts до 15.03.2026";
  assert_true(finds(terms, "哈萨克 партнера contract 2026", text));
  assert_true(finds(terms, "卡拉OK", "晚上去卡拉ok吧"));
}

static void digits_and_logins_are_kept(void **state) {
  struct terms *terms = *state;
  assert_stored(terms, "@li.wei 12,5", "li|wei|12|5");
  assert_stored(terms, "2024г 100млн", "2024|г|100|млн");
  assert_stored(terms, "B2B COVID19", "b2b|b|2|b|covid19|covid|19");
  assert_asked(terms, "B2B COVID19", "b2b|covid19");
  assert_true(finds(terms, "1404", "سال ۱۴۰۴"));
  assert_true(finds(terms, "Ｃlub２", "club2"));
  assert_true(finds(terms, "example", "https://www.example.com/offer?id=7"));
}

static void other_scripts_are_folded_words(void **state) {
  struct terms *terms = *state;
  assert_true(finds(terms, "ایران", "بازرگانان ايران"));        /* the Arabic yeh */
  assert_true(finds(terms, "قرارداد", "قَراردادِ ما"));           /* vowel signs */
  assert_true(finds(terms, "می‌خواهم", "میخواهم"));    /* with and without the joiner */
  assert_stored(terms, "қала ҚАЛА қаласы", "қала|қала|қаласы"); /* no Russian endings of Kazakh words */
  assert_true(finds(terms, "o'zbekiston", "O‘zbekiston — Oʻzbekiston"));
  assert_true(finds(terms, "समझौता", "व्यापार समझौता हुआ"));
  assert_false(finds(terms, "कल", "काल"));
  assert_true(finds(terms, "istanbul", "İstanbul"));
}

static void a_term_says_where_it_stands(void **state) {
  struct terms *terms = *state;
  const char *text = "«Договоры» с 合作社, don’t!";
  size_t count = terms_cut(terms, slice_of(text), TERMS_ASKED);
  char joined[256] = "";
  for (size_t i = 0; i < count; i++) {
    const struct term *term = &terms_list(terms)[i];
    snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "[%.*s]", (int)(term->until - term->from),
             text + term->from);
  }
  assert_string_equal(joined, "[Договоры][с][合作][作社][don’t]");
}

static void markup_and_what_nobody_sees_only_cut(void **state) {
  struct terms *terms = *state;
  assert_stored(terms, "<b>Almaty</b>&nbsp;'; DROP TABLE entry;--", "b|almati|b|nbsp|drop|tabl|entri");
  assert_stored(terms,
                "ab\x01"
                "cd\x1f\x7f"
                "ef",
                "ab|cd|ef");
  assert_stored(terms, "\u202e\u202dдого\u200f\u2060вор\u2066\u2069", "договор");
  assert_stored(terms, "со\u00adгла\u200dсие\ufeff", "соглас");
  assert_stored(terms, "👍🏽 🇰🇿 ❤️ … !? — «»", "");
  assert_stored(terms, "", "");
  assert_stored(terms, "good\xff\xfe bad\xe4\xb8", "good|bad");
  assert_stored(terms, "e\u0301\u0301\u0301\u0301 \u0301", "e");
  assert_stored(terms, "''''a''''", "a");
}

static void endless_words_are_cut_alike(void **state) {
  struct terms *terms = *state;
  static char word[30001];
  memset(word, 'x', 10000);
  word[10000] = 0;
  assert_int_equal(terms_cut(terms, slice_of(word), TERMS_STORED), 1);
  assert_int_equal(terms_list(terms)[0].text.size, TERMS_BYTES);
  for (size_t i = 0; i < 10000; i++) memcpy(word + 2 * i, "щ", 2);
  word[20000] = 0;
  assert_int_equal(terms_cut(terms, slice_of(word), TERMS_STORED), 1);
  assert_int_equal(terms_list(terms)[0].text.size, TERMS_BYTES);
  for (size_t i = 0; i < 10000; i++) memcpy(word + 3 * i, "ﷺ", 3); /* each folds to eighteen */
  word[30000] = 0;
  assert_int_equal(terms_cut(terms, slice_of(word), TERMS_STORED), 0);
  for (size_t i = 0; i < 10000; i++) memcpy(word + 3 * i, "合", 3);
  assert_int_equal(terms_cut(terms, slice_of(word), TERMS_STORED), TERMS_COUNT);
  assert_int_equal(terms_unique(terms), 2);
}

static void the_longest_messages_keep_all_their_terms(void **state) {
  struct terms *terms = *state;
  static char text[12001];
  for (size_t i = 0; i < 4000; i++)
    snprintf(text + 3 * i, 4, "%c%c%c", (char)0xe5, (char)(0x80 + i / 64), (char)(0x80 + i % 64));
  assert_int_equal(terms_cut(terms, slice_of(text), TERMS_STORED), 7999);
  assert_int_equal(terms_unique(terms), 7999);
  for (size_t i = 0; i < 2000; i++) memcpy(text + 2 * i, "a1", 2);
  text[4000] = 0;
  assert_int_equal(terms_cut(terms, slice_of(text), TERMS_STORED), 4001);
}

static void each_term_once_in_the_order_of_bytes(void **state) {
  struct terms *terms = *state;
  terms_cut(terms, SLICE_LITERAL("мир b миру a b Мир aa"), TERMS_STORED);
  assert_int_equal(terms_unique(terms), 4);
  static const char *const expected[] = {"a", "aa", "b", "мир"};
  for (size_t i = 0; i < 4; i++) assert_true(slice_is(terms_list(terms)[i].text, expected[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(russian_words_are_found_in_all_their_forms, prepare, finish),
      cmocka_unit_test_setup_teardown(english_words_are_found_in_all_their_forms, prepare, finish),
      cmocka_unit_test_setup_teardown(chinese_is_found_by_pairs_and_by_single_characters, prepare, finish),
      cmocka_unit_test_setup_teardown(three_languages_in_one_text_are_each_cut_their_own_way, prepare, finish),
      cmocka_unit_test_setup_teardown(digits_and_logins_are_kept, prepare, finish),
      cmocka_unit_test_setup_teardown(other_scripts_are_folded_words, prepare, finish),
      cmocka_unit_test_setup_teardown(a_term_says_where_it_stands, prepare, finish),
      cmocka_unit_test_setup_teardown(markup_and_what_nobody_sees_only_cut, prepare, finish),
      cmocka_unit_test_setup_teardown(endless_words_are_cut_alike, prepare, finish),
      cmocka_unit_test_setup_teardown(the_longest_messages_keep_all_their_terms, prepare, finish),
      cmocka_unit_test_setup_teardown(each_term_once_in_the_order_of_bytes, prepare, finish),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
