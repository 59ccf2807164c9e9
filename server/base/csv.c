#include "club/csv.h"

void csv_init(struct csv *csv, char *text, size_t size) {
  bool marked = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
  *csv = (struct csv){.text = text, .size = size, .at = marked ? 3 : 0, .line = 1, .separator = ','};
  const char *end = memchr(text, '\n', size);
  size_t first_line = end ? (size_t)(end - text) : size;
  if (memchr(text, ';', first_line) && !memchr(text, ',', first_line)) csv->separator = ';';
}

/* Bytes of the line break at `at`, 0 where there is none. */
static size_t break_size(const struct csv *csv, size_t at) {
  if (at < csv->size && csv->text[at] == '\n') return 1;
  return at + 1 < csv->size && csv->text[at] == '\r' && csv->text[at + 1] == '\n' ? 2 : 0;
}

static bool field_ends(const struct csv *csv) {
  return csv->at == csv->size || csv->text[csv->at] == csv->separator || break_size(csv, csv->at) > 0;
}

/* NULL: read; else what is wrong. */
static const char *read_quoted(struct csv *csv, struct slice *field) {
  size_t begin = ++csv->at, to = begin;
  for (;; csv->at++) {
    if (csv->at == csv->size) return "a quote is not closed";
    char c = csv->text[csv->at];
    if (c == '"') {
      csv->at++;
      if (csv->at == csv->size || csv->text[csv->at] != '"') break;
    }
    if (c == '\n') csv->line++;
    csv->text[to++] = c;
  }
  *field = (struct slice){csv->text + begin, to - begin};
  return field_ends(csv) ? NULL : "something follows a closing quote";
}

static const char *read_plain(struct csv *csv, struct slice *field) {
  size_t begin = csv->at;
  for (; !field_ends(csv); csv->at++) {
    if (csv->text[csv->at] == '"') return "a quote within a field that does not begin with one";
    if (csv->text[csv->at] == '\r') return "a carriage return without a newline";
  }
  *field = (struct slice){csv->text + begin, csv->at - begin};
  return NULL;
}

static void skip_blank_lines(struct csv *csv) {
  for (size_t size = break_size(csv, csv->at); size > 0; size = break_size(csv, csv->at)) {
    csv->at += size;
    csv->line++;
  }
}

enum csv_result csv_next(struct csv *csv, struct csv_row *row, const char **error) {
  skip_blank_lines(csv);
  row->count = 0;
  row->line = csv->line;
  if (csv->at == csv->size) return CSV_END;
  for (;;) {
    if (row->count == CSV_FIELDS_LIMIT) {
      *error = "too many fields";
      return CSV_WRONG;
    }
    bool quoted = csv->at < csv->size && csv->text[csv->at] == '"';
    struct slice *field = &row->fields[row->count++];
    *error = quoted ? read_quoted(csv, field) : read_plain(csv, field);
    if (*error) return CSV_WRONG;
    size_t line_break = break_size(csv, csv->at);
    if (csv->at == csv->size || line_break) {
      csv->at += line_break;
      csv->line += line_break > 0;
      return CSV_ROW;
    }
    csv->at++; /* the separator */
  }
}

/* ---- writing ---- */

/* "=", "+", "-", "@", wide ones too, and what is cut off before one is looked for. */
static bool is_formula(struct slice field) {
  static const char *const begins[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};
  for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
    size_t size = strlen(begins[i]);
    if (field.size >= size && memcmp(field.data, begins[i], size) == 0) return true;
  }
  return false;
}

static bool needs_quotes(struct slice field) {
  for (size_t i = 0; i < field.size; i++)
    if (strchr("\",;\r\n", field.data[i]) && field.data[i]) return true;
  return field.size > 0 && (field.data[0] == ' ' || field.data[field.size - 1] == ' ');
}

static void append_field(struct buffer *out, struct slice field) {
  bool quoted = needs_quotes(field);
  if (quoted) buffer_append_char(out, '"');
  if (is_formula(field)) buffer_append_char(out, '\'');
  for (size_t i = 0; i < field.size; i++) {
    if (field.data[i] == '"') buffer_append_char(out, '"');
    buffer_append_char(out, field.data[i]);
  }
  if (quoted) buffer_append_char(out, '"');
}

void csv_append_row(struct buffer *out, const struct slice *fields, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (i > 0) buffer_append_char(out, ',');
    append_field(out, fields[i]);
  }
  buffer_append_text(out, "\r\n");
}
