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

/* What an instance hears of the bus: so many times it subscribed to the topic and did not unsubscribe. */
struct topic {
  char name[32];
  int count;
};

#define TOPICS 24 /* each room, each member, and what instances say to each other */

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
  struct topic topics[TOPICS];
  int topic_count;
  int64_t lost_until; /* its line to the bus; 0: it stands */
  bool dumb;
  uint64_t generation;
  int64_t stopped_until;      /* the process stands still; 0: it does not */
  struct link *left[CLIENTS]; /* cut meanwhile: it learns of it when it goes on */
  int left_count;
};

/* A write that is carried out later than its asker was answered. */
struct commit {
  struct store_job *job;
  int64_t due;
  int writer; /* whose: a site; -1: it ended */
  bool over;
};

#define COMMITS 128

struct link { /* what the transport sees */
  struct world *world;
  int client;
  struct connection *connection;
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
  bool moderates, muted, locked;
  int64_t muted_until, slow, settings_head;
};

enum fate { ACT_UNKNOWN, ACT_ANSWERED, ACT_REFUSED };

/* What a moderator asked for. */
struct own_act {
  enum act act;
  int at, member; /* at: MODEL_CLUB, no room */
  bool on;
  int seconds;   /* mute, ban: 0, until lifted; update: between posts; remove: the seq */
  int64_t until; /* at the earliest; 0: it does not end */
  char tag[16];
  enum fate fate;
  int64_t affected;
};

/* How something stands, as far as those know it who were answered. */
enum cell_kind { CELL_MUTED, CELL_BANNED, CELL_FROZEN, CELL_LOCKED, CELL_ROLE, CELL_STANDING, CELL_ADMITTED, CELLS };
struct cell {
  int open, done; /* asked for and not answered; of those together that were done */
  bool known, on;
  int64_t since, until;
};

#define OWN_ACTS 96
#define SPARE_ACTS 24 /* for the end */

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
  int64_t sent;
};

struct client {
  struct link *link; /* NULL: not connected */
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
  struct own_act acts[OWN_ACTS];
  int act_count;
  int session; /* whose token the connection has */
  int64_t welcomed_at;
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
  struct shadow *shadow; /* NULL: the model is alone */
  struct club *club;
  struct site sites[WORLD_SERVERS];
  int servers;
  struct client clients[CLIENTS];
  struct bus_message bus[QUEUE];
  size_t bus_count;
  struct commit commits[COMMITS];
  int commit_count;
  bool healed;
  bool late;         /* a frame that a stalled line held is being looked at */
  bool calm;         /* a store that never fails, servers that do not die */
  int64_t thawed_at; /* when everything had been stopped last */
  bool wordy;        /* long texts: frames, pages and answers fill up */
  struct cell cells[CELLS][MODEL_MEMBERS + 1][MODEL_ROOMS + 1];
  int by_hand;
  int64_t epoch_at; /* when the history changed last */
  int failures;
};

uint32_t world_random(struct world *world, uint32_t below);
void world_heal_step(struct world *world);
void world_fail(struct world *world, int client, const char *what, int64_t number);
/* site.c */
void site_start(struct site *site);
void site_die(struct site *site);
void site_work(struct site *site); /* the store carries out one job */
void site_turn(struct site *site);
/* The process stands still, all others go on. */
void site_stop(struct site *site, int64_t ms);
/* The line is gone; a process that stands still learns of it later. */
void site_cut(struct site *site, struct link *link);
/* Its line to the bus: what is said to it meanwhile is missed, then it learns that it may have missed something. `dumb`:
 * what it says is lost as well, of which the others learn nothing. */
void site_lose_bus(struct site *site, int64_t ms, bool dumb);
void site_bus(struct world *world); /* delivers, drops or doubles one message */
/* commits.c */
/* Gives what comes back to whoever asked. */
struct store_job *commits_put_off(struct site *site, struct store_job *job);
bool commits_hold(const struct site *site); /* its other writes wait */
bool commits_are_over(const struct world *world);
void commits_carry_out(struct world *world); /* those that are due */
void commits_leave(struct site *site);       /* its process ended, its commits go on */
void commits_give_up(struct world *world);   /* the store went back, and nothing of before is carried out any more */
void commits_end(struct world *world);
/* client.c */
void client_connect(struct client *client, struct world *world, int index);
void client_cut(struct client *client);
/* Does the client know the store's present history? What it is told of another is not looked at. */
bool client_is_current(const struct world *world, const struct client *client);
const char *client_text(int number);
__attribute__((format(printf, 5, 6))) bool client_ask(struct client *client, char kind, int room, int post,
                                                      const char *format, ...);
void client_act(struct client *client, struct world *world, int index);
void client_deliver(struct client *client, struct world *world);           /* one frame of its own to the server */
void client_history(struct client *client, struct world *world, int room); /* asks for some page */
void client_mark(struct client *client, struct world *world, int room, int64_t seq);
/* shadow.c */
struct shadow *shadow_create(struct world *world);
void shadow_destroy(struct shadow *shadow);
/* By the model, and whatever is held against it. */
void world_carry_out(struct world *world, struct store_job *job);
/* acts.c */
void cells_init(struct world *world);
void client_moderate(struct client *client, struct world *world, int index);
void acts_answered(struct world *world, int index, const struct asked *asked, int64_t count);
void acts_refused(struct world *world, int index, const struct asked *asked, const char *reason);
/* A post that was asked for at `sent` was answered. */
void acts_look_post(struct world *world, int index, int at, int64_t sent);
/* The store went back to an earlier point: how rooms are set is not known any more. */
void acts_doubt_settings(struct world *world);
/* A new line: it was told of nothing yet. */
void acts_welcomed(struct world *world, int index);
void client_acted(struct world *world, int index, const char *action, int at, const char *reason);
void world_moderate(struct world *world);
bool world_is_calm(const struct world *world);
/* Nothing is forbidden to anybody any more. */
void world_lift(struct world *world);
/* When all is well: who is there is told, and sees it. */
void world_moderate_all(struct world *world);
void acts_check(struct world *world);
void acts_check_told(struct world *world, int index);
/* hears.c */
void client_frame(struct world *world, int index, const char *frame, size_t size);
void client_tend(struct client *client, struct world *world, int index); /* joins and repeats what is owed */
#endif
