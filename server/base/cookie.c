#include "club/cookie.h"

static struct slice cookie_trim(struct slice text) {
  while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) text.data++, text.size--;
  while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t')) text.size--;
  return text;
}

/* The next `name=value` of the header, which is cut to what follows. */
static struct slice cookie_next(struct slice *header) {
  const char *end = memchr(header->data, ';', header->size);
  size_t size = end ? (size_t)(end - header->data) : header->size;
  struct slice pair = {header->data, size};
  size_t taken = end ? size + 1 : size;
  *header = (struct slice){header->data + taken, header->size - taken};
  return cookie_trim(pair);
}

struct slice cookie_value(struct slice header, const char *name) {
  struct slice found = SLICE_NONE;
  size_t name_size = strlen(name);
  while (header.size > 0) {
    struct slice pair = cookie_next(&header);
    if (pair.size <= name_size || memcmp(pair.data, name, name_size) != 0 || pair.data[name_size] != '=') continue;
    if (found.data) return SLICE_NONE;
    found = (struct slice){pair.data + name_size + 1, pair.size - name_size - 1};
  }
  return found;
}
