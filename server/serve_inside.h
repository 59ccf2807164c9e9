#ifndef SERVE_INSIDE_H
#define SERVE_INSIDE_H
#include "club/bus_redis.h"
#include "club/config.h"
#include "club/net.h"
#include "club/server.h"
#include "club/store_driver.h"

/* One running `clubd serve`. */
struct serving {
  struct config *config;
  struct club *club;
  int lock;
  struct store_identity identity;
  char first_invite[TOKEN_SIZE + 1]; /* empty: there is an admin */
  char instance[64];
  struct slice origins[CONFIG_LIST_LIMIT];
  struct net *net;
  struct store_threads *store;
  struct hash_threads *hashing;
  struct bus_redis *redis; /* NULL: the bus inside the process */
  struct bus_hub *hub;
  struct bus_end *bus;
  struct server *server;
  int64_t end_by_ms; /* monotonic: when the process ends whatever is under way; 0: nobody asked it to end */
  bool broken;       /* the store said that it does not know what happened: end, and begin again from the file */
};

/* serve_handler.c: what the network calls. */
struct net_handler serve_handler(struct serving *serving);
/* serve_bus.c: the bus that the settings ask for. */
bool serve_bus_check(const struct config *config, char *error, size_t size) CLUB_MUST_CHECK;
bool serve_bus_make(struct serving *serving, char *error, size_t size) CLUB_MUST_CHECK;
struct bus serve_bus(struct serving *serving);
/* At the beginning of a turn, and at its end. */
void serve_bus_deliver(struct serving *serving);
void serve_bus_flush(struct serving *serving);
/* Before the network goes; nothing is heard or said after it. */
void serve_bus_close(struct serving *serving);
void serve_bus_destroy(struct serving *serving);
/* serve_prepare.c: before anybody is served. False: one clear line in `error`. */
bool serve_prepare_certificate(struct serving *serving, char *error, size_t size) CLUB_MUST_CHECK;
bool serve_prepare_store(struct serving *serving, char *error, size_t size) CLUB_MUST_CHECK;
bool serve_prepare_invite(struct serving *serving, char *error, size_t size) CLUB_MUST_CHECK;
/* serve_directory.c: begins to put members of an older release into the directory. */
void serve_directory(struct serving *serving);
#endif
