/* The networks that this machine is attached to: what a container cannot be told beforehand, since its engine gives it
 * its addresses. */
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "config_parse.h"

/* The bits that are set in a mask, which stand together. */
static int attached_bits(const unsigned char *mask, size_t size) {
  int bits = 0;
  for (size_t i = 0; i < size; i++) {
    for (unsigned int byte = mask[i]; byte; byte &= byte - 1) bits++;
  }
  return bits;
}

static bool attached_read(const struct ifaddrs *at, struct network *network) {
  if (!at->ifa_addr || !at->ifa_netmask || at->ifa_flags & IFF_LOOPBACK) return false;
  memset(network, 0, sizeof *network);
  if (at->ifa_addr->sa_family == AF_INET) {
    const struct sockaddr_in *address = (const void *)at->ifa_addr, *mask = (const void *)at->ifa_netmask;
    memset(network->address.bytes + 10, 0xff, 2);
    memcpy(network->address.bytes + 12, &address->sin_addr, 4);
    network->prefix = 96 + attached_bits((const void *)&mask->sin_addr, 4);
    return true;
  }
  if (at->ifa_addr->sa_family == AF_INET6) {
    const struct sockaddr_in6 *address = (const void *)at->ifa_addr, *mask = (const void *)at->ifa_netmask;
    memcpy(network->address.bytes, &address->sin6_addr, 16);
    network->prefix = attached_bits((const void *)&mask->sin6_addr, 16);
    return !IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr);
  }
  return false;
}

const char *config_add_attached(struct config *config) {
  struct ifaddrs *all = NULL;
  const char *wrong = NULL;
  if (getifaddrs(&all) != 0) return "names the attached networks, and these cannot be read";
  for (const struct ifaddrs *at = all; at && !wrong; at = at->ifa_next) {
    struct network network;
    if (!attached_read(at, &network)) continue;
    if (config->proxy_count == CONFIG_LIST_LIMIT)
      wrong = "holds more than 64 networks";
    else
      config->proxies[config->proxy_count++] = network;
  }
  freeifaddrs(all);
  return wrong;
}
