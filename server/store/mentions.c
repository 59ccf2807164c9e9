#include "mentions.h"

#include "club/text.h"

bool mentions_next(struct slice text, struct mentions_scan *scan, char login[33]) {
  if (scan->tries == 0 && (!text.size || !memchr(text.data, '@', text.size))) return false;
  return scan->tries++ < MENTIONS_TRIES && text_next_mention(text, &scan->at, login);
}
