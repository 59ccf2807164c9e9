/* The bus that the settings ask for: over Redis, or inside the process. */
#include <stdio.h>

#include "club/digest.h"
#include "serve_inside.h"

#define PREFIX_CHARACTERS 12

static void bus_hear(void *context, struct slice topic, struct slice message) {
  struct serving *serving = context;
  server_hear(serving->server, topic, message);
}

static void bus_wake(void *context) {
  struct serving *serving = context;
  net_wake(serving->net);
}

static bool bus_say_setting(char *error, size_t size, const char *wrong) {
  snprintf(error, size, "CLUB_REDIS (--redis) %s", wrong);
  return false;
}

bool serve_bus_check(const struct config *config, char *error, size_t size) {
  char wrong[CONFIG_ERROR_SIZE / 2];
  if (!config->redis[0] || bus_redis_check_url(config->redis, wrong, sizeof wrong)) return true;
  return bus_say_setting(error, size, wrong);
}

/* Of the club's secret, so that clubs that share a Redis do not hear each other. */
static void bus_prefix(const struct serving *serving, char prefix[32]) {
  unsigned char digest[DIGEST_SIZE];
  char token[TOKEN_SIZE + 1];
  struct slice secret = {(const char *)serving->identity.secret, sizeof serving->identity.secret};
  digest_hmac_sha256(secret, SLICE_LITERAL("channels of the bus"), digest);
  token_write(token, digest);
  snprintf(prefix, 32, "clubd:%.*s:", PREFIX_CHARACTERS, token);
}

static bool bus_make_redis(struct serving *serving, char *error, size_t size) {
  char prefix[32], wrong[CONFIG_ERROR_SIZE / 2];
  bus_prefix(serving, prefix);
  const struct bus_redis_setup setup = {.url = serving->config->redis,
                                        .prefix = prefix,
                                        .clock = clock_system(),
                                        .randomness = randomness_system(),
                                        .poller = net_poller(serving->net),
                                        .wake = bus_wake,
                                        .receive = bus_hear,
                                        .context = serving};
  serving->redis = bus_redis_create(&setup, wrong, sizeof wrong);
  return serving->redis || bus_say_setting(error, size, wrong);
}

bool serve_bus_make(struct serving *serving, char *error, size_t size) {
  if (serving->config->redis[0]) return bus_make_redis(serving, error, size);
  serving->hub = bus_hub_create();
  serving->bus = serving->hub ? bus_end_create(serving->hub, bus_hear, serving) : NULL;
  snprintf(error, size, "no memory");
  return serving->bus != NULL;
}

struct bus serve_bus(struct serving *serving) {
  return serving->redis ? bus_redis_bus(serving->redis) : bus_end_bus(serving->bus);
}

void serve_bus_deliver(struct serving *serving) {
  if (serving->redis)
    bus_redis_turn(serving->redis);
  else
    bus_end_deliver(serving->bus);
}

void serve_bus_flush(struct serving *serving) {
  if (serving->redis) bus_redis_flush(serving->redis);
}

void serve_bus_close(struct serving *serving) {
  bus_redis_close(serving->redis);
}

void serve_bus_destroy(struct serving *serving) {
  bus_redis_destroy(serving->redis);
  bus_end_destroy(serving->bus);
  bus_hub_destroy(serving->hub);
}
