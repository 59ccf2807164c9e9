#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "club/csv.h"

struct sheet {
  char text[400];
  struct csv csv;
  struct csv_row row;
  const char *error;
};

static void begin(struct sheet *sheet, const char *text) {
  strcpy(sheet->text, text);
  csv_init(&sheet->csv, sheet->text, strlen(text));
}

/* The next row's fields with | between, and its line; "" at the end; "!" and the complaint when it is wrong. */
static void assert_next(struct sheet *sheet, size_t line, const char *expected) {
  char all[400] = "";
  enum csv_result result = csv_next(&sheet->csv, &sheet->row, &sheet->error);
  if (result == CSV_WRONG) {
    strcat(strcat(all, "!"), sheet->error);
  } else if (result == CSV_ROW) {
    for (size_t i = 0; i < sheet->row.count; i++) {
      if (i) strcat(all, "|");
      strncat(all, sheet->row.fields[i].data, sheet->row.fields[i].size);
    }
  }
  assert_string_equal(all, expected);
  if (*expected) assert_int_equal(sheet->row.line, line);
}

static void rows_and_fields_are_told_apart(void **state) {
  (void)state;
  struct sheet sheet;
  begin(&sheet, "login,name\nivan,Иван Петров\r\nli,李伟\n");
  assert_next(&sheet, 1, "login|name");
  assert_next(&sheet, 2, "ivan|Иван Петров");
  assert_next(&sheet, 3, "li|李伟");
  assert_next(&sheet, 0, "");
  assert_next(&sheet, 0, "");
}

static void quoted_fields_hold_commas_quotes_and_newlines(void **state) {
  (void)state;
  struct sheet sheet;
  begin(&sheet, "a,\"ООО \"\"Заря\"\", Омск\",\"two\r\nlines\"\nnext,,\"\"\n");
  assert_next(&sheet, 1, "a|ООО \"Заря\", Омск|two\r\nlines");
  assert_next(&sheet, 3, "next||");
  assert_next(&sheet, 0, "");
}

static void blank_lines_and_a_missing_last_newline_do_no_harm(void **state) {
  (void)state;
  struct sheet sheet;
  begin(&sheet, "\xef\xbb\xbf\n\na,b\r\n\r\nc,");
  assert_next(&sheet, 3, "a|b");
  assert_next(&sheet, 5, "c|");
  assert_next(&sheet, 0, "");
  begin(&sheet, "");
  assert_next(&sheet, 0, "");
}

static void a_sheet_with_semicolons_is_read_by_them(void **state) {
  (void)state;
  struct sheet sheet;
  begin(&sheet, "login;name\na;Петров, Иван\n");
  assert_next(&sheet, 1, "login|name");
  assert_next(&sheet, 2, "a|Петров, Иван");
}

static void broken_rows_are_named_with_their_line(void **state) {
  (void)state;
  struct sheet sheet;
  begin(&sheet, "a,b\nc,\"open\nand on");
  assert_next(&sheet, 1, "a|b");
  assert_next(&sheet, 2, "!a quote is not closed");
  begin(&sheet, "\"a\"b,c\n");
  assert_next(&sheet, 1, "!something follows a closing quote");
  begin(&sheet, "a\"b\"\n");
  assert_next(&sheet, 1, "!a quote within a field that does not begin with one");
  begin(&sheet, "a\rb\n");
  assert_next(&sheet, 1, "!a carriage return without a newline");
  begin(&sheet, ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n");
  assert_next(&sheet, 1, "!too many fields");
}

static void assert_row(const char *first, const char *second, const char *expected) {
  const struct slice fields[] = {slice_of(first), slice_of(second)};
  struct buffer out;
  buffer_init(&out, 1000);
  csv_append_row(&out, fields, 2);
  assert_true(slice_is(buffer_slice(&out), expected));
  buffer_free(&out);
}

static void rows_are_written_so_that_they_can_be_read(void **state) {
  (void)state;
  assert_row("Реклама", "刷屏", "Реклама,刷屏\r\n");
  assert_row("", " Bank ", ",\" Bank \"\r\n");
  assert_row("a, b; \"c\"", "one\ntwo", "\"a, b; \"\"c\"\"\",\"one\ntwo\"\r\n");
  const struct slice fields[] = {slice_of("a, \"b\"\r\nc"), slice_of("договор"), slice_of("")};
  struct buffer out;
  struct csv csv;
  struct csv_row row;
  const char *error;
  buffer_init(&out, 1000);
  csv_append_row(&out, fields, 3);
  csv_init(&csv, out.data, out.size);
  assert_int_equal(csv_next(&csv, &row, &error), CSV_ROW);
  assert_int_equal(row.count, 3);
  for (size_t i = 0; i < 3; i++) assert_true(slice_equal(row.fields[i], fields[i]));
  buffer_free(&out);
}

static void what_a_spreadsheet_would_carry_out_is_text(void **state) {
  (void)state;
  assert_row("=1+1", "-2", "'=1+1,'-2\r\n");
  assert_row("@SUM(A1)", "+7 701", "'@SUM(A1),'+7 701\r\n");
  assert_row("\t=1", "=cmd|' /C calc'!A0,x", "'\t=1,\"'=cmd|' /C calc'!A0,x\"\r\n");
  assert_row("＝1", "＋1", "'＝1,'＋1\r\n");
  assert_row("a=1", "2-1", "a=1,2-1\r\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_and_fields_are_told_apart),
      cmocka_unit_test(quoted_fields_hold_commas_quotes_and_newlines),
      cmocka_unit_test(blank_lines_and_a_missing_last_newline_do_no_harm),
      cmocka_unit_test(a_sheet_with_semicolons_is_read_by_them),
      cmocka_unit_test(broken_rows_are_named_with_their_line),
      cmocka_unit_test(rows_are_written_so_that_they_can_be_read),
      cmocka_unit_test(what_a_spreadsheet_would_carry_out_is_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
