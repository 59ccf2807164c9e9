#ifndef CLUB_BUFFER_H
#define CLUB_BUFFER_H
/* A growing run of bytes with a greatest size from birth. Owned by whoever embeds it; any one thread at a time.
 * A failed append (full, or no memory) appends nothing and marks the buffer `failed`: a chain of appends needs one
 * check at its end. Memory is taken with the first append. */
#include <stdint.h>

#include "club/slice.h"

struct buffer {
  char *data;
  size_t size;     /* bytes in use */
  size_t capacity; /* bytes allocated */
  size_t limit;    /* greatest size, never exceeded */
  bool failed;     /* an append did not fit; stays until buffer_clear */
};

/* `limit` in bytes. Takes no memory yet. */
void buffer_init(struct buffer *buffer, size_t limit);
/* Frees the memory and leaves an empty buffer of the same limit. */
void buffer_free(struct buffer *buffer);
/* Empties it, keeps the memory, forgets `failed`. */
void buffer_clear(struct buffer *buffer);
/* Makes room for `more` bytes; false (and failed) when that exceeds the limit or memory. */
bool buffer_reserve(struct buffer *buffer, size_t more);
bool buffer_append(struct buffer *buffer, const void *data, size_t size);
bool buffer_append_slice(struct buffer *buffer, struct slice slice);
bool buffer_append_text(struct buffer *buffer, const char *text);
bool buffer_append_char(struct buffer *buffer, char c);
/* Decimal. */
bool buffer_append_int(struct buffer *buffer, int64_t number);
bool buffer_append_format(struct buffer *buffer, const char *format, ...) CLUB_PRINTF(2, 3);
/* Cuts back to `size` (at most the present one): undoes what was appended since. */
void buffer_cut(struct buffer *buffer, size_t size);
/* Drops the first `size` bytes. */
void buffer_drop(struct buffer *buffer, size_t size);
struct slice buffer_slice(const struct buffer *buffer);
#endif
