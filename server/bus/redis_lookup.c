/* Looking up a name blocks for as long as the name servers like, so a thread does it that may be left alone. */
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "redis.h"

struct redis_lookup {
  pthread_mutex_t lock;
  char host[256];
  uint16_t port;
  void (*wake)(void *context); /* NULL: nobody waits any more */
  void *context;
  struct redis_addresses found;
  bool done;
};

static void lookup_find(struct redis_addresses *addresses, const char *host, uint16_t port, int flags) {
  char service[8];
  snprintf(service, sizeof service, "%u", (unsigned)port);
  struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags}, *list = NULL;
  int failed = getaddrinfo(host, service, &wanted, &list);
  addresses->count = 0;
  snprintf(addresses->problem, sizeof addresses->problem, "%s", failed ? gai_strerror(failed) : "it has no address");
  for (const struct addrinfo *at = list; at && addresses->count < REDIS_ADDRESSES; at = at->ai_next) {
    struct redis_address *address = &addresses->list[addresses->count];
    if (at->ai_addrlen > sizeof address->storage) continue;
    memcpy(&address->storage, at->ai_addr, at->ai_addrlen);
    address->size = at->ai_addrlen;
    addresses->count++;
  }
  if (list) freeaddrinfo(list);
}

bool redis_addresses_read(struct redis_addresses *addresses, const char *host, uint16_t port) {
  lookup_find(addresses, host, port, AI_NUMERICHOST | AI_NUMERICSERV);
  return addresses->count > 0;
}

static void lookup_free(struct redis_lookup *lookup) {
  pthread_mutex_destroy(&lookup->lock);
  free(lookup);
}

static void *lookup_run(void *argument) {
  struct redis_lookup *lookup = argument;
  lookup_find(&lookup->found, lookup->host, lookup->port, AI_NUMERICSERV);
  pthread_mutex_lock(&lookup->lock);
  lookup->done = true;
  bool awaited = lookup->wake != NULL;
  if (awaited) lookup->wake(lookup->context); /* under the lock: whoever ends the look-up may then free the context */
  pthread_mutex_unlock(&lookup->lock);
  if (!awaited) lookup_free(lookup);
  return NULL;
}

struct redis_lookup *redis_lookup_begin(const struct redis_url *url, void (*wake)(void *context), void *context) {
  struct redis_lookup *lookup = calloc(1, sizeof *lookup);
  if (!lookup) return NULL;
  pthread_mutex_init(&lookup->lock, NULL);
  memcpy(lookup->host, url->host, sizeof lookup->host);
  lookup->port = url->port;
  lookup->wake = wake;
  lookup->context = context;
  pthread_t thread;
  if (pthread_create(&thread, NULL, lookup_run, lookup)) {
    lookup_free(lookup);
    return NULL;
  }
  pthread_detach(thread);
  return lookup;
}

bool redis_lookup_take(struct redis_lookup *lookup, struct redis_addresses *addresses) {
  pthread_mutex_lock(&lookup->lock);
  bool done = lookup->done;
  if (done) *addresses = lookup->found;
  pthread_mutex_unlock(&lookup->lock);
  return done;
}

void redis_lookup_end(struct redis_lookup *lookup) {
  if (!lookup) return;
  pthread_mutex_lock(&lookup->lock);
  bool done = lookup->done;
  lookup->wake = NULL;
  pthread_mutex_unlock(&lookup->lock);
  if (done) lookup_free(lookup);
}
