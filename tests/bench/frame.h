#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H
/* WebSocket frames (RFC 6455, section 5) as bytes, for both ends. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_kind {
  FRAME_CONTINUATION = 0,
  FRAME_TEXT = 1,
  FRAME_BINARY = 2,
  FRAME_CLOSE = 8,
  FRAME_PING = 9,
  FRAME_PONG = 10
};

#define FRAME_HEADER_MAX 14
#define FRAME_PAYLOAD_MAX 65536 /* what `welcome.limits.frame` allows; larger is an error here */

struct frame {
  enum frame_kind kind;
  bool final, masked;
  char *payload; /* inside the bytes given; still masked when `masked` */
  size_t size;
  unsigned char mask[4];
};

/* Looks for a whole frame at the start of `bytes`. How many bytes it takes; 0: not all there yet; -1: no frame that
 * may be. */
long frame_read(struct frame *frame, char *bytes, size_t size);
/* Writes header and masked payload as a client must; `out` has room for FRAME_HEADER_MAX more than `size`. How many
 * bytes it came to. */
size_t frame_write_masked(char *out, enum frame_kind kind, const char *payload, size_t size);
/* Writes an unmasked header as a server must. How many bytes it came to. */
size_t frame_write_header(char *out, enum frame_kind kind, size_t size);
#endif
