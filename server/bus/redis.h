#ifndef BUS_REDIS_H
#define BUS_REDIS_H
/* What the files of the bus over Redis share. Loop thread only, but for the look-up's own.
 *
 * Of hiredis only the reader, the writer and their buffers are used. Its asynchronous half ends the process by an assert
 * when a server answers what it did not expect, keeps no bounds, and frees what one is still inside of; all that it
 * would do here is to call back. Sockets are read and written in turns, nowhere else, so nothing here is entered twice. */
#include <hiredis/hiredis.h>
#include <sys/socket.h>
#include <uthash.h>

#include "club/bus_redis.h"
#include "club/digest.h"

#define REDIS_PATIENCE_MS 5000 /* for a line to stand, a subscription to be confirmed, a probe to be heard */
#define REDIS_PROBE_MS 1000
#define REDIS_REST_LEAST_MS 100 /* between two tries; doubles up to the greatest, and is jittered */
#define REDIS_REST_MOST_MS 5000
#define REDIS_OUTPUT_LIMIT (4 * 1024 * 1024) /* bytes waiting to be published; more is dropped */
#define REDIS_ASKING_LIMIT (64 * 1024)       /* bytes of subscriptions waiting to go; the rest waits its turn */
#define REDIS_INPUT_LIMIT (1024 * 1024)      /* bytes of one answer; whoever sends more is no Redis of ours */
#define REDIS_MESSAGE_LIMIT (256 * 1024)     /* bytes of a message; below it, or nobody could take it */
#define REDIS_TOPICS_LIMIT (256 * 1024)      /* topics subscribed to; hints of further ones are missed */
#define REDIS_CHANNEL_SIZE 256
#define REDIS_PROBLEM_SIZE 128

/* ---- redis_url.c ---- */

struct redis_url {
  bool tls;
  char host[256];
  uint16_t port;
  char user[256];     /* empty: none */
  char password[512]; /* empty: none */
  int database;
};

/* False: what is wrong, as a text that follows the setting's name; nothing of the URL is in it. */
bool redis_url_read(struct redis_url *url, const char *text, char *error, size_t size) CLUB_MUST_CHECK;

/* ---- redis_lookup.c ---- */

struct redis_address {
  struct sockaddr_storage storage;
  socklen_t size;
};

#define REDIS_ADDRESSES 8

struct redis_addresses {
  struct redis_address list[REDIS_ADDRESSES];
  size_t count; /* 0: `problem` says why */
  char problem[REDIS_PROBLEM_SIZE];
};

/* For a numeric host. False: it is a name. */
bool redis_addresses_read(struct redis_addresses *addresses, const char *host, uint16_t port) CLUB_MUST_CHECK;

/* A name being looked up by a thread of its own, which `wake` (any thread) tells of. */
struct redis_lookup;
struct redis_lookup *redis_lookup_begin(const struct redis_url *url, void (*wake)(void *context), void *context)
    CLUB_MUST_CHECK;
/* False: not done yet. */
bool redis_lookup_take(struct redis_lookup *lookup, struct redis_addresses *addresses) CLUB_MUST_CHECK;
/* Does not wait: a look-up under way ends by itself, and wakes nobody. Takes NULL. */
void redis_lookup_end(struct redis_lookup *lookup);

/* ---- redis_tls.c ---- */

struct redis_tls;
struct ssl_st;
bool redis_tls_available(void);
/* Certificates are held against the system's authorities and `host`. NULL: no memory, or no TLS in hiredis. */
struct redis_tls *redis_tls_create(const char *host) CLUB_MUST_CHECK;
/* Takes NULL. */
void redis_tls_destroy(struct redis_tls *tls);
/* Begins the handshake on a connected socket; `context` owns the result. NULL: it failed, `problem` as below. */
struct ssl_st *redis_tls_begin(struct redis_tls *tls, redisContext *context, const char **problem) CLUB_MUST_CHECK;
bool redis_tls_wants_write(const struct ssl_st *ssl);
/* What the last failure was, static text; NULL: nothing of TLS. */
const char *redis_tls_problem(const struct ssl_st *ssl);
/* OpenSSL's list of errors is the thread's: what others left there must not be taken for ours, nor the other way round. */
void redis_tls_forget_errors(void);

/* ---- redis_line.c ---- */

enum redis_line_state { LINE_CLOSED, LINE_CONNECTING, LINE_GREETING, LINE_READY };

/* One connection to Redis. */
struct redis_line {
  const struct poller *poller;
  const struct redis_url *url;
  struct redis_tls *tls; /* NULL: plain */
  enum redis_line_state state;
  redisContext *context;
  struct ssl_st *ssl;
  struct poll_watch *watch;
  redisReplyObjectFunctions functions, own_functions;
  int greetings; /* answers to AUTH and SELECT awaited */
  bool ready;    /* something can be read or written */
  char problem[REDIS_PROBLEM_SIZE];
};

/* An answer that came; it is the line's. False: the line is of no use any more, `problem` says why. */
typedef bool (*redis_take)(void *context, const redisReply *reply);

/* False: `problem` says why, as below; the line is then to be closed. */
bool redis_line_open(struct redis_line *line, const struct redis_address *address) CLUB_MUST_CHECK;
void redis_line_close(struct redis_line *line);
/* Once a turn: takes what came, as much as is fair. */
bool redis_line_receive(struct redis_line *line, redis_take take, void *context) CLUB_MUST_CHECK;
/* Puts a command into the output buffer. */
bool redis_line_command(struct redis_line *line, int count, const char **words, const size_t *sizes) CLUB_MUST_CHECK;
/* Writes what the socket takes of the output buffer. */
bool redis_line_send(struct redis_line *line) CLUB_MUST_CHECK;
/* Bytes in the output buffer. */
size_t redis_line_waiting(const struct redis_line *line);
/* Gives false, for `return`. */
bool redis_line_fail(struct redis_line *line, const char *format, ...) CLUB_PRINTF(2, 3);
/* For an answer that should not have come: an error gives its code only, since Redis repeats in it what it was sent,
 * passwords too. */
bool redis_line_refused(struct redis_line *line, const char *command, const redisReply *reply);

/* ---- redis_topics.c ---- */

struct redis_channel {
  char text[REDIS_CHANNEL_SIZE];
  size_t size;
};

struct redis_topic {
  UT_hash_handle hh;
  struct redis_topic *next_changed;
  size_t count;     /* subscriptions; 0: to be unsubscribed */
  unsigned awaited; /* confirmations */
  bool told;        /* Redis was last told to subscribe */
  bool changed;     /* in the list */
  bool first;       /* not yet confirmed since the line was made */
  size_t size;
  char channel[];
};

struct redis_topics {
  struct redis_topic *all;                     /* by channel */
  struct redis_topic *changed, **changed_last; /* Redis is to be told of them, or they are to be forgotten */
  size_t count;                                /* topics subscribed to */
  size_t awaited;                              /* confirmations */
  size_t first_left;                           /* topics with `first` */
  int64_t progress_ms;                         /* when the last confirmation came, or the first one was asked for */
};

void redis_topics_init(struct redis_topics *topics);
void redis_topics_free(struct redis_topics *topics);
/* Counted. */
void redis_topics_subscribe(struct redis_topics *topics, const struct redis_channel *channel);
void redis_topics_unsubscribe(struct redis_topics *topics, const struct redis_channel *channel);
bool redis_topics_wants(const struct redis_topics *topics, struct slice channel);
/* Subscribed to, and Redis confirmed it. */
bool redis_topics_hears(const struct redis_topics *topics, struct slice channel);
/* Changes that Redis was not told of or has yet to confirm. */
size_t redis_topics_unconfirmed(const struct redis_topics *topics);
/* A new line, on which nothing was subscribed to yet. */
void redis_topics_begin(struct redis_topics *topics);
/* Tells Redis what changed, as much as may wait in the line. */
bool redis_topics_tell(struct redis_topics *topics, struct redis_line *line, int64_t now) CLUB_MUST_CHECK;
/* False: nobody asked. */
bool redis_topics_confirm(struct redis_topics *topics, struct slice channel, int64_t now) CLUB_MUST_CHECK;

/* ---- redis_probe.c ---- */

#define REDIS_PROBES 16 /* under way at most */
#define REDIS_PROBE_SIZE (TOKEN_SIZE + 24)

/* What an instance says to itself, to know that it is heard. */
struct redis_probe {
  char token[TOKEN_SIZE + 1]; /* of the present lines: what came late over older ones says nothing */
  uint64_t sent, heard;       /* numbers of the last ones, from 1 on */
  int64_t sent_ms[REDIS_PROBES];
  int64_t due_ms;
  int64_t heard_sent_ms; /* when the last one that was heard was sent, over all lines; -1: none yet */
};

void redis_probe_init(struct redis_probe *probe);
void redis_probe_begin(struct redis_probe *probe, const struct randomness *randomness);
/* The next one, when it is due. */
bool redis_probe_make(struct redis_probe *probe, char text[REDIS_PROBE_SIZE], int64_t now) CLUB_MUST_CHECK;
void redis_probe_hear(struct redis_probe *probe, struct slice text);
/* One was sent and not heard in time. */
bool redis_probe_is_late(const struct redis_probe *probe, int64_t now);
#endif
