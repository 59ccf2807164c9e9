#ifndef CLUB_ADDRESS_H
#define CLUB_ADDRESS_H
/* Where somebody connects from: an IPv6 address, or IPv4 mapped into one (RFC 4291, 2.5.5.2). Any thread. */
#include "club/slice.h"

struct address {
  unsigned char bytes[16];
};

#define ADDRESS_TEXT_SIZE 46
void address_write(char text[ADDRESS_TEXT_SIZE], const struct address *address);
bool address_read(struct slice text, struct address *address) CLUB_MUST_CHECK;
/* What limits count: the address, for IPv6 its /64. */
struct address address_network(const struct address *address);

/* An IPv4 network stands as its mapped one: ::ffff:10.0.0.0, 104. */
struct network {
  struct address address;
  int prefix; /* bits, 0 to 128: what `address` has beyond them does not count */
};
/* "10.0.0.0/8", "2001:db8::/32", or an address alone. */
bool network_read(struct slice text, struct network *network) CLUB_MUST_CHECK;
bool network_has(const struct network *network, const struct address *address);
#endif
