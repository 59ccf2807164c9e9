#include "club/address.h"

#define MAPPED_BITS 96 /* before an IPv4 address that stands as an IPv6 one */

static bool network_read_prefix(struct slice text, int most, int *prefix) {
  int value = 0;
  if (text.size == 0 || text.size > 3) return false;
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    value = value * 10 + (text.data[i] - '0');
  }
  *prefix = value;
  return value <= most;
}

bool network_read(struct slice text, struct network *network) {
  const char *slash = text.size ? memchr(text.data, '/', text.size) : NULL;
  struct slice address = {text.data, slash ? (size_t)(slash - text.data) : text.size};
  struct network read = {.prefix = 128};
  if (!address_read(address, &read.address)) return false;
  if (slash) {
    bool v4 = memchr(address.data, ':', address.size) == NULL;
    struct slice digits = {slash + 1, text.size - address.size - 1};
    if (!network_read_prefix(digits, v4 ? 128 - MAPPED_BITS : 128, &read.prefix)) return false;
    if (v4) read.prefix += MAPPED_BITS;
  }
  *network = read;
  return true;
}

bool network_has(const struct network *network, const struct address *address) {
  size_t whole = (size_t)network->prefix / 8;
  int rest = network->prefix % 8;
  if (memcmp(network->address.bytes, address->bytes, whole) != 0) return false;
  if (rest == 0) return true;
  int mask = 0xff << (8 - rest) & 0xff;
  return (network->address.bytes[whole] & mask) == (address->bytes[whole] & mask);
}
