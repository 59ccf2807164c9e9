#include "club/address.h"

#include <arpa/inet.h>

static const unsigned char mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool is_mapped(const struct address *address) {
  return memcmp(address->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

void address_write(char text[ADDRESS_TEXT_SIZE], const struct address *address) {
  const char *written = is_mapped(address) ? inet_ntop(AF_INET, address->bytes + 12, text, ADDRESS_TEXT_SIZE)
                                           : inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_SIZE);
  if (!written) text[0] = '\0'; /* cannot be: the buffer holds the longest */
}

bool address_read(struct slice text, struct address *address) {
  char copy[ADDRESS_TEXT_SIZE];
  if (text.size == 0 || text.size >= sizeof copy || memchr(text.data, 0, text.size)) return false;
  memcpy(copy, text.data, text.size);
  copy[text.size] = '\0';

  struct address read = {{0}};
  if (inet_pton(AF_INET, copy, read.bytes + 12) == 1) {
    memcpy(read.bytes, mapped_prefix, sizeof mapped_prefix);
  } else if (inet_pton(AF_INET6, copy, read.bytes) != 1) {
    return false;
  }
  *address = read;
  return true;
}

struct address address_network(const struct address *address) {
  struct address network = *address;
  if (!is_mapped(address)) memset(network.bytes + 8, 0, 8);
  return network;
}
