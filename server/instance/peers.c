/* Other instances, as far as the bus tells of them. Each says every two seconds what it is good for, and at its end that
 * it goes:
 *
 *   I1 instance serves|stays|gone
 *
 * `serves`: it reaches the store and takes members. Of whatever history: where the store went on as another one, those
 * who cannot reach it must hear of those who can. */
#include "club/log.h"
#include "club/seal.h"
#include "inside.h"

#define SAY_EVERY_MS 2000
#define SAY_GONE_EVERY_MS 250
#define LIFE_MS 10000
#define LEAVE_BEFORE_MS 1500 /* the end of going away */

/* ---- what is heard ---- */

static bool peer_is_heard(const struct server *server, const struct peer *peer) {
  return peer->name_size > 0 && server_now(server) - peer->heard_ms < LIFE_MS;
}

bool peers_serve(const struct server *server) {
  for (size_t i = 0; i < PEERS; i++)
    if (server->peers.all[i].serves && peer_is_heard(server, &server->peers.all[i])) return true;
  return false;
}

int64_t peers_count(const struct server *server) {
  int64_t count = 0;
  for (size_t i = 0; i < PEERS; i++) count += peer_is_heard(server, &server->peers.all[i]);
  return count;
}

/* The one of that name, or a place for it; NULL: there are too many. */
static struct peer *peer_find(struct server *server, struct slice name) {
  struct peer *place = NULL;
  for (size_t i = 0; i < PEERS; i++) {
    struct peer *peer = &server->peers.all[i];
    if (slice_equal((struct slice){peer->name, peer->name_size}, name)) return peer;
    if (!place && !peer_is_heard(server, peer)) place = peer;
  }
  return place;
}

static void peers_hear_of(struct server *server, struct slice name, bool serves) {
  struct peer *peer = peer_find(server, name);
  if (!peer) return;
  *peer = (struct peer){.name_size = (uint8_t)name.size, .serves = serves, .heard_ms = server_now(server)};
  memcpy(peer->name, name.data, name.size);
}

static void peers_hear_no_more_of(struct server *server, struct slice name) {
  struct peer *peer = peer_find(server, name);
  if (peer && slice_equal((struct slice){peer->name, peer->name_size}, name)) *peer = (struct peer){0};
  rooms_instance_gone(server->services.rooms, name);
}

void peers_hear(struct server *server, struct slice message) {
  struct said said;
  struct slice how;
  if (!hear_open(server, "I1", SLICE_LITERAL(INSTANCES_TOPIC), message, true, &said)) return;
  if (said.instance.size > PEER_NAME || !seal_word(&said.rest, &how))
    server->metrics.hints_dropped++;
  else if (slice_is(how, "gone"))
    peers_hear_no_more_of(server, said.instance);
  else
    peers_hear_of(server, said.instance, slice_is(how, "serves"));
}

/* ---- what is said ---- */

/* Nobody is left here, or soon everybody will be cut. */
static bool peers_is_leaving(const struct server *server) {
  if (!server->going_away) return false;
  return connections_count(server->connections) == 0 ||
         server_now(server) - server->away.since_ms >= CLOSING_SECONDS * 1000 - 1000 - LEAVE_BEFORE_MS;
}

static enum peer_word peers_word(const struct server *server) {
  const char *why;
  if (peers_is_leaving(server)) return PEER_GONE;
  return server_is_ready(server, &why) && !server->forgetting ? PEER_SERVES : PEER_STAYS;
}

void peers_turn(struct server *server) {
  static const char *const words[] = {[PEER_SERVES] = "serves", [PEER_STAYS] = "stays", [PEER_GONE] = "gone"};
  struct peers *peers = &server->peers;
  enum peer_word word = peers_word(server);
  int64_t now = server_now(server), every = word == PEER_GONE ? SAY_GONE_EVERY_MS : SAY_EVERY_MS;
  peers->left = peers->word == PEER_GONE;
  if (peers->word == word && now - peers->said_ms < every) return;
  peers->word = word;
  peers->said_ms = now;
  hear_say(server, "I1", SLICE_LITERAL(INSTANCES_TOPIC), "%s ", words[word]);
}

bool peers_left(const struct server *server) {
  return hear_is_alone(server) || server->peers.left;
}
