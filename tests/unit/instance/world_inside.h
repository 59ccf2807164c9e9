#ifndef TEST_WORLD_INSIDE_H
#define TEST_WORLD_INSIDE_H
#include <stdbool.h>
#include <stdio.h>

#include "club/server.h"
#include "model.h"
#include "world.h"

#define CLIENTS 6 /* client i is member i + 1 */
#define QUEUE 512

struct jobs {
  struct store_job *items[QUEUE];
  size_t count;
};

struct bus_message {
  int to;
  char topic[32];
  char *bytes;
  size_t size;
};

/* One server and its ends of store and bus. */
struct site {
  struct world *world;
  int index;
  struct server *server; /* NULL: dead */
  struct jobs writes, reads, done_writes, done_reads;
  int64_t dead_until;
  bool dying; /* takes no more jobs */
};

struct link { /* what the transport sees */
  struct world *world;
  int client;
  bool stalled;   /* the peer takes nothing */
  char *kept;     /* what the transport holds meanwhile */
  size_t kept_size;
  bool dead, closed_due, reading;
  int code;
};

struct follow {
  bool wanted, joined, asked;
  bool known; /* cursor holds */
  int64_t cursor;
  bool was_joined; /* a join that is refused leaves the old subscription as it was */
  bool asked_known; /* what the join that is under way said */
  int64_t asked_after;
};

struct own_post {
  int room, number;
  bool answered, sent;
  int64_t seq;
};

struct client {
  struct link *link; /* NULL: not connected */
  struct connection *connection;
  int site;
  bool welcome;
  struct follow follows[MODEL_ROOMS];
  struct own_post posts[128];
  int post_count;
  int next_id;
  struct {
    int id; /* 0: free */
    char kind;
    int room, post;
  } asked[64];
  char *out[64]; /* frames on their way to the server */
  int out_count;
  int64_t ended_at; /* the session; 0: not */
};

struct world {
  uint64_t random;
  int64_t now;
  struct model model;
  struct club *club;
  struct site sites[WORLD_SERVERS];
  int servers;
  struct client clients[CLIENTS];
  struct bus_message bus[QUEUE];
  size_t bus_count;
  bool healed;
  int failures;
};

uint32_t world_random(struct world *world, uint32_t below);
void world_fail(struct world *world, int client, const char *what, int64_t number);
/* site.c */
void site_start(struct site *site);
void site_die(struct site *site);
void site_work(struct site *site); /* the store carries out one job */
void site_turn(struct site *site);
void site_bus(struct world *world); /* delivers, drops or doubles one message */
/* client.c */
void client_connect(struct client *client, struct world *world, int index);
void client_cut(struct client *client);
void client_act(struct client *client, struct world *world, int index);
void client_deliver(struct client *client, struct world *world); /* one frame of its own to the server */
void client_frame(struct world *world, int index, const char *frame, size_t size);
void client_tend(struct client *client, struct world *world, int index); /* joins and repeats what is owed */
#endif
