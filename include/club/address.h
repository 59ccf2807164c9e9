#ifndef CLUB_ADDRESS_H
#define CLUB_ADDRESS_H
/* Where somebody connects from: an IPv6 address, or IPv4 mapped into one (RFC 4291, 2.5.5.2). */
#include "club/slice.h"

struct address {
  unsigned char bytes[16];
};

#define ADDRESS_TEXT_SIZE 46
void address_write(char text[ADDRESS_TEXT_SIZE], const struct address *address);
bool address_read(struct slice text, struct address *address) CLUB_MUST_CHECK;
/* What limits count: the address, for IPv6 its /64. */
struct address address_network(const struct address *address);
#endif
