#ifndef CLUB_CSV_H
#define CLUB_CSV_H
/* Comma-separated values (RFC 4180; also with bare newlines and a byte order mark). One thread at a time. */
#include "club/buffer.h"
#include "club/slice.h"

#define CSV_FIELDS_LIMIT 32

/* Reads `text`, taking quotes away in place: the memory must be writable and outlive the rows. */
struct csv {
  char *text;
  size_t size, at;
  size_t line; /* of what comes next, from 1 */
  char separator;
};

struct csv_row {
  struct slice fields[CSV_FIELDS_LIMIT];
  size_t count;
  size_t line; /* where it begins */
};

enum csv_result { CSV_ROW, CSV_END, CSV_WRONG };

/* The separator is a comma, or a semicolon where the first line has those and no comma (as some spreadsheets write). */
void csv_init(struct csv *csv, char *text, size_t size);
/* The next row that is not blank. CSV_WRONG: `error` says what is the matter in the row, `row->line` where it begins. */
enum csv_result csv_next(struct csv *csv, struct csv_row *row, const char **error) CLUB_MUST_CHECK;

/* Appends the fields as one row that ends with CR LF. What a spreadsheet would take for a formula has an apostrophe before
 * it, which it shows to nobody. */
void csv_append_row(struct buffer *out, const struct slice *fields, size_t count);
#endif
