#ifndef CLUB_SLICE_H
#define CLUB_SLICE_H
/* A piece of memory that somebody else owns: never freed through the slice. Not ended by a zero byte unless said. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define CLUB_MUST_CHECK __attribute__((warn_unused_result))
#define CLUB_PRINTF(format_at, first) __attribute__((format(printf, format_at, first)))

struct slice {
  const char *data; /* NULL: absent (not the same as empty where a header says so) */
  size_t size;      /* bytes */
};

#define SLICE_NONE ((struct slice){NULL, 0})
#define SLICE_LITERAL(text) ((struct slice){(text), sizeof(text) - 1})

static inline struct slice slice_of(const char *text) {
  return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool slice_is(struct slice a, const char *text) {
  return slice_equal(a, slice_of(text));
}
#endif
