#include <stdlib.h>

#include "internal.h"

struct census_place {
  struct address network; /* the key */
  size_t count;
  UT_hash_handle hh;
};

static struct census_place *census_find(const struct net *net, const struct address *network) {
  struct census_place *place = NULL;
  HASH_FIND(hh, net->census, network, sizeof *network, place);
  return place;
}

/* There are never more places than sockets. */
static struct census_place *census_add(struct net *net, const struct address *network) {
  struct census_place *place = calloc(1, sizeof *place);
  if (!place) return NULL;
  place->network = *network;
  HASH_ADD(hh, net->census, network, sizeof place->network, place);
  if (place->hh.tbl) return place;
  free(place);
  return NULL;
}

bool census_enter(struct net *net, const struct address *address) {
  struct address network = address_network(address);
  struct census_place *place = census_find(net, &network);
  if (!place) place = census_add(net, &network);
  size_t limit = net->setup.limits.connections_of_address;
  if (!place || (limit && place->count >= limit)) return false;
  place->count++;
  return true;
}

void census_leave(struct net *net, const struct address *address) {
  struct address network = address_network(address);
  struct census_place *place = census_find(net, &network);
  if (!place || --place->count > 0) return;
  HASH_DEL(net->census, place);
  free(place);
}
