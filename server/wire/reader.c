#include "reader.h"

#include <stdlib.h>

#include "club/limits.h"
#include "reader_memory.h"

/* Digits from which on an integer may not fit 64 bits. */
#define LONG_INTEGER 19

/* Behind the string whose opening quote lies before `at`; `end` when it is not closed. */
static const char *skip_string(const char *at, const char *end) {
  for (;;) {
    const char *quote = memchr(at, '"', (size_t)(end - at));
    if (!quote) return end;
    const char *before = quote;
    while (before > at && before[-1] == '\\') before--;
    at = quote + 1;
    if ((quote - before) % 2 == 0) return at;
  }
}

/* jansson allows far deeper nesting, and goes down by recursion. What is malformed otherwise is its business. */
static bool is_shallow(struct slice bytes) {
  const char *at = bytes.data, *end = bytes.data + bytes.size;
  int depth = 0;
  while (at < end) {
    char c = *at++;
    if (c == '"') {
      at = skip_string(at, end);
    } else if (c == '[' || c == '{') {
      if (++depth > LIMIT_NESTING) return false;
    } else if (c == ']' || c == '}') {
      depth--;
    }
  }
  return true;
}

static bool is_number_part(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static bool is_long_integer(const char *at, const char *end) {
  if (at < end && *at == '-') at++;
  if (end - at < LONG_INTEGER) return false;
  while (at < end && *at >= '0' && *at <= '9') at++;
  return at == end;
}

/* A copy in which long integers end in ".0": jansson refuses an integer beyond 64 bits, which JSON allows. Integers that
 * the protocol takes are all shorter. */
static struct slice widen(struct slice bytes) {
  char *copy = malloc(bytes.size + 2 * (bytes.size / LONG_INTEGER + 1));
  if (!copy) return SLICE_NONE;
  const char *at = bytes.data, *end = bytes.data + bytes.size;
  char *out = copy;
  while (at < end) {
    const char *begin = at++;
    bool is_long = false;
    if (*begin == '"') {
      at = skip_string(at, end);
    } else if (is_number_part(*begin)) {
      while (at < end && is_number_part(*at)) at++;
      is_long = is_long_integer(begin, at);
    }
    memcpy(out, begin, (size_t)(at - begin));
    out += at - begin;
    if (is_long) {
      memcpy(out, ".0", 2);
      out += 2;
    }
  }
  return (struct slice){copy, (size_t)(out - copy)};
}

static json_t *load(struct slice bytes, enum json_error_code *code) {
  json_error_t error;
  reader_memory_begin();
  json_t *value = json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (!value) *code = json_error_code(&error);
  if (reader_memory_end()) return value;
  json_decref(value);
  *code = json_error_out_of_memory;
  return NULL;
}

enum reader_outcome reader_parse(struct slice bytes, json_t **value) {
  enum json_error_code code = json_error_unknown;
  if (bytes.size == 0 || !is_shallow(bytes)) return READER_MALFORMED;
  *value = load(bytes, &code);
  if (!*value && code == json_error_numeric_overflow) {
    struct slice wide = widen(bytes);
    if (!wide.data) return READER_NO_MEMORY;
    *value = load(wide, &code);
    free((char *)wide.data);
  }
  if (*value) return READER_VALUE;
  /* Every fault of the text has a code; where memory was refused it is often not set. */
  return code == json_error_out_of_memory || code == json_error_unknown ? READER_NO_MEMORY : READER_MALFORMED;
}
