#include "mentions.h"

#include <stdlib.h>

#include "club/text.h"

bool mentions_next(struct slice text, struct mentions_scan *scan, char login[33]) {
  if (scan->tries == 0 && (!text.size || !memchr(text.data, '@', text.size))) return false;
  return scan->tries++ < MENTIONS_TRIES && text_next_mention(text, &scan->at, login);
}

int64_t *mentions_read(struct slice keys, struct arena *arena, size_t *count) {
  *count = 0;
  int64_t *mentions = keys.size ? arena_alloc(arena, LIMIT_MENTIONS * sizeof *mentions) : NULL;
  const char *at = keys.data;
  while (mentions && *at && *count < LIMIT_MENTIONS) {
    char *end;
    mentions[*count] = strtoll(at, &end, 10);
    if (end == at) break;
    ++*count;
    at = end;
  }
  return mentions;
}
