#include "scan.h"

#include <string.h>

bool scan_has(const char *text, size_t size, const char *what) {
  return memmem(text, size, what, strlen(what)) != NULL;
}

static const char *scan_digits(const char *at, const char *end, int64_t *number) {
  int64_t value = 0;
  const char *from = at;
  while (at < end && *at >= '0' && *at <= '9' && at - from < 18) value = value * 10 + (*at++ - '0');
  *number = value;
  return at == from ? NULL : at;
}

bool scan_number(const char *text, size_t size, const char *name, int64_t *number) {
  const char *end = text + size;
  size_t length = strlen(name);
  while (text < end) {
    const char *at = memmem(text, (size_t)(end - text), name, length);
    if (!at) return false;
    if (scan_digits(at + length, end, number)) return true;
    text = at + length;
  }
  return false;
}

bool scan_decimal(const char *text, size_t size, const char *name, double *number) {
  const char *end = text + size, *at = memmem(text, size, name, strlen(name));
  int64_t whole = 0, fraction = 0;
  const char *point = at ? scan_digits(at + strlen(name), end, &whole) : NULL;
  if (!point) return false;
  *number = (double)whole;
  const char *last = point < end && *point == '.' ? scan_digits(point + 1, end, &fraction) : NULL;
  double part = (double)fraction;
  for (const char *digit = point + 1; last && digit < last; digit++) part /= 10;
  *number += part;
  return true;
}

const char *scan_string(const char *text, size_t size, const char *name, size_t *length) {
  const char *at = memmem(text, size, name, strlen(name)), *end = text + size;
  if (!at) return NULL;
  at += strlen(name);
  if (at >= end || *at != '"') return NULL;
  const char *from = ++at;
  while (at < end && *at != '"') at += *at == '\\' ? 2 : 1;
  if (at >= end) return NULL;
  *length = (size_t)(at - from);
  return from;
}

/* The end of the string that begins at `at`, behind its closing quote; NULL: it has none. */
static const char *scan_skip_string(const char *at, const char *end) {
  for (at++; at < end; at++) {
    if (*at == '\\')
      at++;
    else if (*at == '"')
      return at + 1;
  }
  return NULL;
}

/* The end of the object that begins at `at`. */
static const char *scan_skip_object(const char *at, const char *end) {
  int depth = 0;
  while (at && at < end) {
    switch (*at) {
      case '"': at = scan_skip_string(at, end); continue;
      case '{':
      case '[': depth++; break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default: break;
    }
    at++;
  }
  return NULL;
}

static void scan_learn(struct scan *scan, const char *element, size_t size, const char *number,
                       const char *number_end) {
  size_t prefix = (size_t)(number - element);
  if (prefix > SCAN_PREFIX_MAX) return;
  memcpy(scan->prefix, element, prefix);
  scan->prefix_size = prefix;
  scan->length = size - (size_t)(number_end - number);
}

/* The end of an entry that has the form of the last one; NULL: it has not. */
static const char *scan_guess(const struct scan *scan, const char *at, const char *end, int64_t *seq) {
  if (scan->length == 0 || (size_t)(end - at) < scan->length) return NULL;
  if (memcmp(at, scan->prefix, scan->prefix_size) != 0) return NULL;
  const char *number = at + scan->prefix_size;
  const char *number_end = scan_digits(number, end, seq);
  if (!number_end) return NULL;
  size_t length = scan->length + (size_t)(number_end - number);
  if ((size_t)(end - at) < length) return NULL;
  const char *next = at + length;
  if (next[-1] != '}' || next[-2] != '}') return NULL;
  return next == end || *next == ',' || *next == ']' ? next : NULL;
}

static const char *scan_element(struct scan *scan, const char *at, const char *end, const struct scan_events *events) {
  const char *next = scan_skip_object(at, end);
  if (!next) return NULL;
  size_t size = (size_t)(next - at);
  if (!scan_has(at, size, "\"method\":\"entry\"")) {
    events->other(events->context, at, size);
    return next;
  }
  const char *number = memmem(at, size, "\"seq\":", 6);
  int64_t seq = 0;
  const char *number_end = number ? scan_digits(number + 6, next, &seq) : NULL;
  if (!number_end) return NULL;
  scan_learn(scan, at, size, number + 6, number_end);
  events->entry(events->context, seq, at, size);
  return next;
}

bool scan_frame(struct scan *scan, const char *text, size_t size, const struct scan_events *events) {
  const char *at = text, *end = text + size;
  bool batch = size > 0 && *at == '[';
  if (batch) at++;
  do {
    int64_t seq = 0;
    const char *next = at < end && *at == '{' ? scan_guess(scan, at, end, &seq) : NULL;
    if (next) {
      events->entry(events->context, seq, at, (size_t)(next - at));
    } else {
      if (at >= end || *at != '{') return false;
      next = scan_element(scan, at, end, events);
      if (!next) return false;
    }
    at = next;
  } while (batch && at < end && *at++ == ',');
  return batch ? end[-1] == ']' && at == end : at == end;
}
