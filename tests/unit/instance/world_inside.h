#ifndef TEST_WORLD_INSIDE_H
#define TEST_WORLD_INSIDE_H
#include <stdbool.h>
#include <stdio.h>

#include "club/server.h"
#include "model.h"
#include "world.h"

#define CLIENTS 8 /* client i is member i + 1; the last two are second connections of members 1 and 2 */
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
  int64_t born, dead_until;
  bool doomed; /* its store could not say what was written: an instance alone ends then */
  bool dying;  /* takes no more jobs */
  char name[32];
  int lives;
};

struct link { /* what the transport sees */
  struct world *world;
  int client;
  bool stalled; /* the peer takes nothing */
  char *kept;   /* what the transport holds meanwhile */
  size_t kept_size;
  bool dead, closed_due, reading;
  int code;
  int64_t stalled_at, pinged_at, woke_at; /* 0: not */
};

struct follow {
  bool wanted, joined, asked;
  bool known; /* cursor holds */
  int64_t cursor;
  bool was_joined;  /* a join that is refused leaves the old subscription as it was */
  bool asked_known; /* what the join that is under way said */
  int64_t asked_after;
  int64_t written; /* the highest seq that a write of its own was answered with */
};

/* What the client was told of a room on its list. */
struct told {
  bool listed;
  int64_t head, unread, mentions, read;
  int64_t online; /* while joined */
};

struct own_post {
  int room, number;
  int pad, mention;
  bool answered, sent;
  bool doubtful; /* answered under another history */
  int64_t seq;
};

struct asked {
  int id; /* 0: free */
  char kind;
  int room, post;
  int64_t after, before; /* room.history, room.read: the seq */
  int64_t written;       /* what an answer must show at least */
};

struct client {
  struct link *link; /* NULL: not connected */
  struct connection *connection;
  int site;
  int member;
  bool welcome;
  char epoch[24]; /* of the welcome */
  bool listed;    /* room.list was answered on this connection */
  struct told told[MODEL_ROOMS];
  int malformed; /* sent and not answered */
  struct follow follows[MODEL_ROOMS];
  struct own_post posts[128];
  int post_count;
  int next_id;
  struct asked asked[64];
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
  bool doubted;      /* whatever was missed still: lists are read again */
  bool late;         /* a frame that a stalled line held is being looked at */
  bool calm;         /* a store that never fails, servers that do not die */
  int64_t thawed_at; /* when everything had been stopped last */
  bool wordy;        /* long texts: frames, pages and answers fill up */
  int64_t epoch_at;  /* when the history changed last */
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
/* Does the client know the store's present history? What it is told of another is not looked at. */
bool client_is_current(const struct world *world, const struct client *client);
const char *client_text(int number);
void client_act(struct client *client, struct world *world, int index);
void client_deliver(struct client *client, struct world *world);           /* one frame of its own to the server */
void client_history(struct client *client, struct world *world, int room); /* asks for some page */
/* hears.c */
void client_frame(struct world *world, int index, const char *frame, size_t size);
void client_tend(struct client *client, struct world *world, int index); /* joins and repeats what is owed */
#endif
