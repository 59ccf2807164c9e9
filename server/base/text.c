#include "club/text.h"

#include <stdint.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "club/limits.h"

#define HIGH_BITS 0x8080808080808080u
#define LOW_BITS 0x0101010101010101u
#define VARIATION_EMOJI 0xfe0f

static uint64_t load_eight(const char *data) {
  uint64_t eight;
  memcpy(&eight, data, sizeof eight);
  return eight;
}

/* Bytes of the well-formed sequence of several bytes at the start of `data` (RFC 3629, section 4); 0: none. */
static size_t sequence_size(const unsigned char *data, size_t left) {
  unsigned char first = data[0], low = 0x80, high = 0xbf;
  size_t size;
  if (first >= 0xc2 && first <= 0xdf) {
    size = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    size = 3;
    if (first == 0xe0) low = 0xa0;  /* overlong */
    if (first == 0xed) high = 0x9f; /* surrogates */
  } else if (first >= 0xf0 && first <= 0xf4) {
    size = 4;
    if (first == 0xf0) low = 0x90;  /* overlong */
    if (first == 0xf4) high = 0x8f; /* beyond U+10FFFF */
  } else {
    return 0;
  }
  if (left < size || data[1] < low || data[1] > high) return 0;
  for (size_t i = 2; i < size; i++) {
    if ((data[i] & 0xc0) != 0x80) return 0;
  }
  return size;
}

bool text_is_utf8(struct slice text) {
  size_t at = 0;
  while (at < text.size) {
    if (text.size - at >= 8 && !(load_eight(text.data + at) & HIGH_BITS)) {
      at += 8;
      continue;
    }
    if ((unsigned char)text.data[at] < 0x80) {
      at++;
      continue;
    }
    size_t size = sequence_size((const unsigned char *)text.data + at, text.size - at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

size_t text_characters(struct slice text) {
  size_t at = 0, continuations = 0;
  for (; text.size - at >= 8; at += 8) {
    uint64_t eight = load_eight(text.data + at);
    continuations += (size_t)__builtin_popcountll(eight >> 7 & ~(eight >> 6) & LOW_BITS);
  }
  for (; at < text.size; at++) continuations += ((unsigned char)text.data[at] & 0xc0) == 0x80;
  return text.size - continuations;
}

int32_t text_next_point(struct slice text, size_t *at) {
  const unsigned char *data = (const unsigned char *)text.data + *at;
  if (data[0] < 0x80) {
    (*at)++;
    return data[0];
  }
  size_t size = sequence_size(data, text.size - *at);
  if (size == 0) return -1;
  *at += size;
  UChar32 point = data[0] & (0x7f >> size);
  for (size_t i = 1; i < size; i++) point = point << 6 | (data[i] & 0x3f);
  return point;
}

/* All of ' ' to '~'. A lower byte borrows, one above carries into its highest bit. */
static bool eight_are_printable(uint64_t eight) {
  return ((eight | (eight - LOW_BITS * ' ') | (eight + LOW_BITS)) & LOW_BITS << 7) == 0;
}

bool text_is_writable(struct slice text) {
  bool visible = false;
  for (size_t at = 0; at < text.size;) {
    if (visible && text.size - at >= 8 && eight_are_printable(load_eight(text.data + at))) {
      at += 8;
      continue;
    }
    UChar32 point = text_next_point(text, &at);
    if (point < 0) return false;
    if ((point < ' ' && point != '\t' && point != '\n') || (point >= 0x7f && point <= 0x9f)) return false;
    if (!visible) visible = !u_isUWhiteSpace(point);
  }
  return visible;
}

/* Unicode's list of emoji holds each with all its U+FE0F; people and keyboards leave them out. */
static bool lacks_variation(UChar32 point, UChar32 next) {
  if (!u_hasBinaryProperty(point, UCHAR_EMOJI) || u_hasBinaryProperty(point, UCHAR_EMOJI_PRESENTATION)) return false;
  return next != VARIATION_EMOJI && !u_hasBinaryProperty(next, UCHAR_EMOJI_MODIFIER);
}

bool text_is_emoji(struct slice text) {
  UChar points[2 * LIMIT_EMOJI];
  int32_t size = 0;
  if (text.size == 0 || text.size > LIMIT_EMOJI || memchr(text.data, 0, text.size)) return false;
  size_t at = 0;
  UChar32 point = text_next_point(text, &at);
  while (point >= 0) {
    UChar32 next = at < text.size ? text_next_point(text, &at) : 0;
    if (next < 0) return false;
    UBool full = false;
    U16_APPEND(points, size, (int32_t)(sizeof points / sizeof points[0]) - 1, point, full);
    if (full) return false;
    if (lacks_variation(point, next)) points[size++] = VARIATION_EMOJI;
    if (next == 0) break;
    point = next;
  }
  return point >= 0 && u_stringHasBinaryProperty(points, size, UCHAR_RGI_EMOJI);
}
