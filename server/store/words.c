#include "words.h"

#include "club/limits.h"

struct slices words_split(struct slice text, struct arena *arena) {
  struct slices list = {NULL, 0};
  if (!text.size) return list;
  list.items = arena_alloc(arena, LIMIT_MEMBER_LIST * sizeof *list.items);
  size_t at = 0;
  while (list.items && at < text.size && list.count < LIMIT_MEMBER_LIST) {
    const char *space = memchr(text.data + at, ' ', text.size - at);
    size_t end = space ? (size_t)(space - text.data) : text.size;
    if (end > at) list.items[list.count++] = (struct slice){text.data + at, end - at};
    at = end + 1;
  }
  return list;
}

struct slice words_join(struct slices words, struct arena *arena) {
  size_t size = 0;
  for (size_t i = 0; i < words.count; i++) size += words.items[i].size + 1;
  char *text = arena_alloc(arena, size + 1);
  if (!text) return SLICE_NONE;
  size_t at = 0;
  for (size_t i = 0; i < words.count; i++) {
    if (i) text[at++] = ' ';
    if (words.items[i].size) memcpy(text + at, words.items[i].data, words.items[i].size);
    at += words.items[i].size;
  }
  return (struct slice){text, at};
}
