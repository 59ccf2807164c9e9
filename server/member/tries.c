#include <stdlib.h>

#include "allowance.h"
#include "club/limits.h"

#define TEN_MINUTES_MS 600000

static const struct rate strangers_rate = {20, TEN_MINUTES_MS}; /* of a login */
static const struct rate network_rate = {60, TEN_MINUTES_MS};
static const struct rate device_rate = {10, TEN_MINUTES_MS}; /* of a login from a device that is known */

struct tries {
  const struct clock *clock;
  struct allowance *logins, *networks, *devices;
};

struct tries *tries_create(const struct clock *clock) {
  struct tries *tries = calloc(1, sizeof *tries);
  if (!tries) return NULL;
  tries->clock = clock;
  tries->logins = allowance_create(LIMIT_TRACKED, strangers_rate);
  tries->networks = allowance_create(LIMIT_TRACKED, network_rate);
  tries->devices = allowance_create(LIMIT_TRACKED, device_rate);
  if (tries->logins && tries->networks && tries->devices) return tries;
  tries_destroy(tries);
  return NULL;
}

void tries_destroy(struct tries *tries) {
  if (!tries) return;
  allowance_destroy(tries->logins);
  allowance_destroy(tries->networks);
  allowance_destroy(tries->devices);
  free(tries);
}

/* The device with the login, as one name: their digests one behind the other. */
static struct slice device_name(const struct attempt *attempt, unsigned char name[2 * DIGEST_SIZE]) {
  digest_sha256(attempt->login, name);
  digest_sha256(attempt->device, name + DIGEST_SIZE);
  return (struct slice){(const char *)name, 2 * DIGEST_SIZE};
}

static struct slice network_name(const struct address *network) {
  return (struct slice){(const char *)network->bytes, sizeof network->bytes};
}

static int64_t take_as_stranger(struct tries *tries, const struct attempt *attempt, int64_t now_ms) {
  struct address network = address_network(attempt->address);
  int64_t wait = allowance_take(tries->networks, network_name(&network), now_ms);
  if (wait > 0 || attempt->login.size == 0) return wait;
  wait = allowance_take(tries->logins, attempt->login, now_ms);
  if (wait > 0) allowance_return(tries->networks, network_name(&network));
  return wait;
}

int64_t tries_take(struct tries *tries, const struct attempt *attempt) {
  int64_t now_ms = clock_monotonic_ms(tries->clock);
  unsigned char name[2 * DIGEST_SIZE];
  if (attempt->device.size == 0) return take_as_stranger(tries, attempt, now_ms);
  return allowance_take(tries->devices, device_name(attempt, name), now_ms);
}

void tries_return(struct tries *tries, const struct attempt *attempt) {
  unsigned char name[2 * DIGEST_SIZE];
  if (attempt->device.size > 0) {
    allowance_return(tries->devices, device_name(attempt, name));
    return;
  }
  struct address network = address_network(attempt->address);
  allowance_return(tries->networks, network_name(&network));
  if (attempt->login.size > 0) allowance_return(tries->logins, attempt->login);
}
