#include "frame.h"

#include <string.h>

static uint64_t frame_number(const char *bytes, size_t size) {
  uint64_t number = 0;
  for (size_t i = 0; i < size; i++) number = number << 8 | (unsigned char)bytes[i];
  return number;
}

long frame_read(struct frame *frame, char *bytes, size_t size) {
  if (size < 2) return 0;
  unsigned char first = (unsigned char)bytes[0], second = (unsigned char)bytes[1];
  size_t length = second & 0x7f, at = 2;
  size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
  frame->masked = (second & 0x80) != 0;
  if (first & 0x70) return -1;
  if (size < at + more + (frame->masked ? 4 : 0)) return 0;
  if (more) {
    uint64_t number = frame_number(bytes + at, more);
    if (number > FRAME_PAYLOAD_MAX) return -1;
    length = (size_t)number;
  }
  at += more;
  if (frame->masked) {
    memcpy(frame->mask, bytes + at, 4);
    at += 4;
  }
  if (size < at + length) return 0;
  frame->kind = (enum frame_kind)(first & 0x0f);
  frame->final = (first & 0x80) != 0;
  frame->payload = bytes + at;
  frame->size = length;
  return (long)(at + length);
}

size_t frame_write_header(char *out, enum frame_kind kind, size_t size) {
  size_t at = 2;
  out[0] = (char)(0x80 | (unsigned)kind);
  if (size < 126) {
    out[1] = (char)size;
  } else if (size < 65536) {
    out[1] = 126;
    out[at++] = (char)(size >> 8);
    out[at++] = (char)(size & 0xff);
  } else {
    out[1] = 127;
    for (int shift = 56; shift >= 0; shift -= 8) out[at++] = (char)(size >> shift & 0xff);
  }
  return at;
}

size_t frame_write_masked(char *out, enum frame_kind kind, const char *payload, size_t size) {
  /* Masks protect proxies from scripts; a load generator needs no surprise in them. */
  static const unsigned char mask[4] = {0x5a, 0x17, 0xc3, 0x6e};
  size_t at = frame_write_header(out, kind, size);
  out[1] = (char)((unsigned char)out[1] | 0x80);
  memcpy(out + at, mask, 4);
  at += 4;
  for (size_t i = 0; i < size; i++) out[at + i] = (char)((unsigned char)payload[i] ^ mask[i & 3]);
  return at + size;
}
