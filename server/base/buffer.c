#include "club/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY 256

void buffer_init(struct buffer *buffer, size_t limit) {
  *buffer = (struct buffer){.limit = limit};
}

void buffer_free(struct buffer *buffer) {
  free(buffer->data);
  buffer_init(buffer, buffer->limit);
}

void buffer_clear(struct buffer *buffer) {
  buffer->size = 0;
  buffer->failed = false;
}

static size_t next_capacity(const struct buffer *buffer, size_t needed) {
  size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
  while (capacity < needed) capacity = capacity > buffer->limit / 2 ? buffer->limit : capacity * 2;
  return capacity < buffer->limit ? capacity : buffer->limit;
}

bool buffer_reserve(struct buffer *buffer, size_t more) {
  /* Once something is missing in the middle, nothing after it counts. */
  if (buffer->failed) return false;
  if (more > buffer->limit - buffer->size) {
    buffer->failed = true;
    return false;
  }
  size_t needed = buffer->size + more;
  if (needed <= buffer->capacity) return true;
  size_t capacity = next_capacity(buffer, needed);
  char *data = realloc(buffer->data, capacity);
  if (!data) {
    buffer->failed = true;
    return false;
  }
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}

bool buffer_append(struct buffer *buffer, const void *data, size_t size) {
  if (!buffer_reserve(buffer, size)) return false;
  if (size) memcpy(buffer->data + buffer->size, data, size);
  buffer->size += size;
  return true;
}

bool buffer_append_slice(struct buffer *buffer, struct slice slice) {
  return buffer_append(buffer, slice.data, slice.size);
}

bool buffer_append_text(struct buffer *buffer, const char *text) {
  return buffer_append(buffer, text, strlen(text));
}

bool buffer_append_char(struct buffer *buffer, char c) {
  return buffer_append(buffer, &c, 1);
}

bool buffer_append_int(struct buffer *buffer, int64_t number) {
  char digits[20];
  char *end = digits + sizeof digits, *at = end;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do {
    *--at = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest);
  if (number < 0) *--at = '-';
  return buffer_append(buffer, at, (size_t)(end - at));
}

bool buffer_append_format(struct buffer *buffer, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  bool fits = false;
  if (size < 0) {
    buffer->failed = true;
  } else if (size < 256) {
    /* The usual case needs no byte of the limit for printf's zero. */
    char text[256];
    vsnprintf(text, sizeof text, format, again);
    fits = buffer_append(buffer, text, (size_t)size);
  } else {
    char *text = NULL;
    if (vasprintf(&text, format, again) < 0) {
      buffer->failed = true;
    } else {
      fits = buffer_append(buffer, text, (size_t)size);
      free(text);
    }
  }
  va_end(again);
  return fits;
}

void buffer_cut(struct buffer *buffer, size_t size) {
  if (size < buffer->size) buffer->size = size;
}

void buffer_drop(struct buffer *buffer, size_t size) {
  if (size >= buffer->size) {
    buffer->size = 0;
    return;
  }
  memmove(buffer->data, buffer->data + size, buffer->size - size);
  buffer->size -= size;
}

struct slice buffer_slice(const struct buffer *buffer) {
  return (struct slice){buffer->data ? buffer->data : "", buffer->size};
}
