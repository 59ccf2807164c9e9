#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "club/text.h"

#define LOGIN_LIMIT 32

static char fold(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool may_begin(char folded) {
  return (folded >= 'a' && folded <= 'z') || (folded >= '0' && folded <= '9');
}

static bool may_follow(char folded) {
  return may_begin(folded) || folded == '.' || folded == '_' || folded == '-';
}

bool text_fold_login(struct slice text, char login[33]) {
  if (text.size < 1 || text.size > LOGIN_LIMIT) return false;
  for (size_t i = 0; i < text.size; i++) {
    char folded = fold(text.data[i]);
    if (i == 0 ? !may_begin(folded) : !may_follow(folded)) return false;
    login[i] = folded;
  }
  login[text.size] = '\0';
  return true;
}

/* An '@' within a word belongs to an address, not to a mention. Ideographs are letters too, but nobody writes a space
 * after them. */
static bool is_within_word(struct slice text, size_t at) {
  if (at == 0) return false;
  int32_t before = (int32_t)at;
  UChar32 point;
  U8_PREV((const uint8_t *)text.data, 0, before, point);
  if (point < 0) return false;
  return point == '@' || (u_isalnum(point) && !u_hasBinaryProperty(point, UCHAR_IDEOGRAPHIC));
}

bool text_next_mention(struct slice text, size_t *at, char login[33]) {
  while (*at < text.size) {
    const char *sign = memchr(text.data + *at, '@', text.size - *at);
    if (!sign) break;
    size_t start = (size_t)(sign - text.data) + 1, end = start;
    while (end < text.size && may_follow(fold(text.data[end]))) end++;
    *at = end;
    while (end > start && text.data[end - 1] == '.') end--;
    struct slice name = {text.data + start, end - start};
    if (!is_within_word(text, start - 1) && text_fold_login(name, login)) return true;
  }
  *at = text.size;
  return false;
}
