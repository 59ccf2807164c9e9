#ifndef CLUB_SERVER_H
#define CLUB_SERVER_H
/* One instance of the club without network and threads: all that it needs from outside is handed in, so that several fit
 * into one process with a made-up clock. Loop thread only. */
#include "club/connection.h"
#include "club/services.h"
#include "club/transport.h"

struct server_setup {
  const struct club *club; /* outlives the server */
  struct clock clock;
  struct randomness randomness;
  struct transport transport;
  struct store store;
  bool store_shared; /* other instances may write to it: heads are asked for, too */
  struct bus bus;
  struct hasher hasher;
  struct http_answerer answerer;
  /* Called in each turn: gives back finished jobs (`context` is theirs) and what the bus brought. */
  void (*collect)(void *collector, struct completions *context);
  void *collector;
  struct slice url, instance, version; /* outlive the server */
  const struct slice *origins;
  size_t origin_count;
  bool tls, limits;
  struct rate post_rate;
  bool first_day;          /* tighter limits for who came within a day */
  size_t connection_limit; /* 0: none */
  uint32_t ring_entries;   /* of a room's log in memory, for tests; 0: LIMIT_RING_ENTRIES */
  char epoch[TOKEN_SIZE + 1];
  unsigned char secret[DIGEST_SIZE];
  int64_t club_head; /* of the club log, read before anything else was */
};

/* NULL: no memory. */
struct server *server_create(const struct server_setup *setup) CLUB_MUST_CHECK;
/* After every job came back; links that are left are as good as closed. Takes NULL. */
void server_destroy(struct server *server);
struct connections *server_connections(struct server *server);
struct api *server_api(struct server *server);
const struct services *server_services(const struct server *server);
struct completions *server_completions(struct server *server);
/* Messages of the bus. */
void server_hear(struct server *server, struct slice topic, struct slice message);

/* The end of a turn: takes what was finished, carries out what was asked, fans out, writes, closes, frees. True: there is
 * more to do at once. */
bool server_turn(struct server *server) CLUB_MUST_CHECK;

/* Begins to go away: everybody is told, what was begun is finished. */
void server_go_away(struct server *server);
/* It may end: nobody is connected and nothing is under way, or its time is over. */
bool server_is_done(const struct server *server);
/* Should a load balancer send members here? If not, `why` (static text). */
bool server_is_ready(const struct server *server, const char **why);
/* Prometheus' text format. */
void server_metrics(const struct server *server, struct buffer *text);
#endif
