/* The PROXY protocol, versions 1 and 2 (haproxy's doc/proxy-protocol.txt), and X-Forwarded-For. */
#include <stdlib.h>

#include "internal.h"

#define PROXY_V1_MAX 107
#define PROXY_V2_HEAD 16

static const unsigned char proxy_signature[12] = "\r\n\r\n\0\r\nQUIT\n";

/* The next word of a line of words with one space between; absent at its end. */
static struct slice proxy_word(struct slice *line) {
  size_t size = 0;
  while (size < line->size && line->data[size] != ' ') size++;
  struct slice word = {line->data, size};
  size_t used = size < line->size ? size + 1 : size;
  line->data += used;
  line->size -= used;
  return word;
}

static enum proxy_header proxy_read_line(struct slice line, struct address *address) {
  proxy_word(&line); /* PROXY */
  struct slice family = proxy_word(&line), source = proxy_word(&line);
  if (slice_is(family, "UNKNOWN")) return PROXY_LOCAL;
  if (!slice_is(family, "TCP4") && !slice_is(family, "TCP6")) return PROXY_BROKEN;
  return address_read(source, address) ? PROXY_ADDRESS : PROXY_BROKEN;
}

static enum proxy_header proxy_read_v1(const unsigned char *bytes, size_t size, size_t *header_size,
                                       struct address *address) {
  size_t most = size < PROXY_V1_MAX ? size : PROXY_V1_MAX;
  const unsigned char *end = memmem(bytes, most, "\r\n", 2);
  if (!end) return size < PROXY_V1_MAX ? PROXY_INCOMPLETE : PROXY_BROKEN;
  *header_size = (size_t)(end - bytes) + 2;
  return proxy_read_line((struct slice){(const char *)bytes, *header_size - 2}, address);
}

static void proxy_map_v4(const unsigned char bytes[4], struct address *address) {
  memset(address, 0, sizeof *address);
  address->bytes[10] = address->bytes[11] = 0xff;
  memcpy(address->bytes + 12, bytes, 4);
}

static enum proxy_header proxy_read_v2(const unsigned char *bytes, size_t size, size_t *header_size,
                                       struct address *address) {
  if (size < PROXY_V2_HEAD) return PROXY_INCOMPLETE;
  size_t rest = (size_t)bytes[14] << 8 | bytes[15];
  if (bytes[12] >> 4 != 2 || (bytes[12] & 15) > 1) return PROXY_BROKEN;
  *header_size = PROXY_V2_HEAD + rest;
  if (size < *header_size) return PROXY_INCOMPLETE;
  if ((bytes[12] & 15) == 0) return PROXY_LOCAL; /* the proxy's own check */
  int family = bytes[13] >> 4;
  if (family == 1 && rest >= 12)
    proxy_map_v4(bytes + PROXY_V2_HEAD, address);
  else if (family == 2 && rest >= 36)
    memcpy(address->bytes, bytes + PROXY_V2_HEAD, sizeof address->bytes);
  else
    return family == 0 || family == 3 ? PROXY_LOCAL : PROXY_BROKEN;
  return PROXY_ADDRESS;
}

static bool proxy_begins(const unsigned char *bytes, size_t size, const void *start, size_t start_size) {
  return memcmp(bytes, start, size < start_size ? size : start_size) == 0;
}

enum proxy_header proxy_read(const unsigned char *bytes, size_t size, size_t *header_size, struct address *address) {
  *header_size = 0;
  if (size == 0) return PROXY_INCOMPLETE;
  bool v1 = proxy_begins(bytes, size, "PROXY ", 6);
  bool v2 = proxy_begins(bytes, size, proxy_signature, sizeof proxy_signature);
  if (v1) return size < 6 ? PROXY_INCOMPLETE : proxy_read_v1(bytes, size, header_size, address);
  if (v2) return proxy_read_v2(bytes, size, header_size, address);
  return PROXY_ABSENT;
}

bool proxy_trusts(const struct network *networks, size_t count, const struct address *address) {
  for (size_t i = 0; i < count; i++)
    if (network_has(&networks[i], address)) return true;
  return false;
}

/* Without white space, a port, or the brackets of IPv6. */
static struct slice proxy_strip(struct slice text) {
  while (text.size && (text.data[0] == ' ' || text.data[0] == '\t')) text.data++, text.size--;
  while (text.size && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t')) text.size--;
  if (text.size && text.data[0] == '[') {
    const char *end = memchr(text.data, ']', text.size);
    return end ? (struct slice){text.data + 1, (size_t)(end - text.data) - 1} : text;
  }
  const char *colon = text.size ? memchr(text.data, ':', text.size) : NULL;
  if (colon && !memchr(colon + 1, ':', text.size - (size_t)(colon - text.data) - 1))
    text.size = (size_t)(colon - text.data);
  return text;
}

/* Each trusted proxy appended whom it saw, so the list is believed from its end up to the first stranger. */
struct address proxy_forwarded(const struct network *networks, size_t count, struct address address,
                               struct slice forwarded) {
  while (forwarded.size && proxy_trusts(networks, count, &address)) {
    size_t start = forwarded.size;
    while (start && forwarded.data[start - 1] != ',') start--;
    struct slice last = {forwarded.data + start, forwarded.size - start};
    struct address next;
    if (!address_read(proxy_strip(last), &next)) break;
    address = next;
    forwarded.size = start ? start - 1 : 0;
  }
  return address;
}
