#include "reader_memory.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Of 64 KB jansson makes 5 MB at most: empty objects in a list, three bytes each. */
#define SPARE_BYTES (8U << 20)
#define SPARE_ALIGNMENT _Alignof(max_align_t)

struct spare {
  _Alignas(max_align_t) unsigned char bytes[SPARE_BYTES];
  size_t used;
  bool reading;
};

/* Static, since jansson hands its functions no context. Its pages are there once they are used. */
static struct spare *reader_memory_spare(void) {
  static struct spare spare;
  return &spare;
}

static void *reader_memory_take(size_t size) {
  struct spare *spare = reader_memory_spare();
  void *piece = malloc(size);
  if (piece || !spare->reading || size > SPARE_BYTES) return piece;
  size_t whole = (size + SPARE_ALIGNMENT - 1) / SPARE_ALIGNMENT * SPARE_ALIGNMENT;
  if (whole > SPARE_BYTES - spare->used) return NULL;
  piece = spare->bytes + spare->used;
  spare->used += whole;
  return piece;
}

static void reader_memory_give(void *piece) {
  uintptr_t at = (uintptr_t)piece, first = (uintptr_t)reader_memory_spare()->bytes;
  if (at < first || at >= first + SPARE_BYTES) free(piece);
}

void reader_memory_begin(void) {
  struct spare *spare = reader_memory_spare();
  json_set_alloc_funcs(reader_memory_take, reader_memory_give);
  spare->used = 0;
  spare->reading = true;
}

bool reader_memory_end(void) {
  struct spare *spare = reader_memory_spare();
  spare->reading = false;
  return spare->used == 0;
}
