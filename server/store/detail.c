#include "detail.h"

#define DETAIL_LIMIT 16384 /* bytes: a title and a topic, each character escaped */

void detail_begin(struct detail *detail) {
  buffer_init(&detail->text, DETAIL_LIMIT);
}

static void append_name(struct detail *detail, const char *name) {
  buffer_append_format(&detail->text, "%s\"%s\":", detail->text.size ? "," : "", name);
}

static void append_escaped(struct buffer *out, unsigned char c) {
  static const char controls[] = "\b\f\n\r\t", letters[] = "bfnrt";
  const char *control = c ? strchr(controls, c) : NULL;
  if (c == '"' || c == '\\') {
    buffer_append_format(out, "\\%c", c);
  } else if (control) {
    buffer_append_format(out, "\\%c", letters[control - controls]);
  } else if (c < ' ') {
    buffer_append_format(out, "\\u%04x", c);
  } else {
    buffer_append_char(out, (char)c);
  }
}

void detail_text(struct detail *detail, const char *name, struct slice value) {
  append_name(detail, name);
  buffer_append_char(&detail->text, '"');
  for (size_t i = 0; i < value.size; i++) append_escaped(&detail->text, (unsigned char)value.data[i]);
  buffer_append_char(&detail->text, '"');
}

void detail_number(struct detail *detail, const char *name, int64_t value) {
  append_name(detail, name);
  buffer_append_int(&detail->text, value);
}

void detail_flag(struct detail *detail, const char *name, bool value) {
  append_name(detail, name);
  buffer_append_text(&detail->text, value ? "true" : "false");
}

void detail_numbers(struct detail *detail, const char *name, const int64_t *values, size_t count) {
  append_name(detail, name);
  buffer_append_char(&detail->text, '[');
  for (size_t i = 0; i < count; i++) {
    if (i) buffer_append_char(&detail->text, ',');
    buffer_append_int(&detail->text, values[i]);
  }
  buffer_append_char(&detail->text, ']');
}

/* What did not fit fails the copy, and with it the job. */
struct slice detail_end(struct detail *detail, struct arena *arena) {
  struct slice copy = SLICE_NONE;
  if (detail->text.failed) {
    void *none = arena_alloc(arena, SIZE_MAX / 2);
    (void)none;
  } else if (detail->text.size) {
    copy = arena_copy(arena, buffer_slice(&detail->text));
  }
  buffer_free(&detail->text);
  return copy;
}
