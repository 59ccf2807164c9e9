#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H
/* What the files of this folder share. One thread owns all of it.
 *
 * Three rules keep libwebsockets from hanging: write, close, pause and resume only at the end of a turn; pause a
 * WebSocket that has unsent bytes; never answer SERVER_WRITEABLE with -1. Callbacks therefore mark a link, and
 * socket_settle and http_settle do what was marked. */
#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <sys/queue.h>
#include <uthash.h>
#include <uv.h>

#include "club/limits.h"
#include "club/log.h"
#include "club/net.h"
#include "club/reason.h"
#include "club/wheel.h"

/* Times, in milliseconds; those of requests stay a little below what is promised. */
#define NET_BEAT_MS 250
#define NET_REQUEST_MS (LIMIT_HTTP_SECONDS * 1000 - 1000)
#define NET_LATE_MS 60000   /* for an answer that the handler owes */
#define NET_LINGER_MS 2000  /* for a peer to read a refusal while it still sends */
#define NET_CLOSING_MS 5000 /* for unsent bytes to go before a Close frame */
#define NET_KEPT_MS ((LIMIT_BLOCKED_SECONDS + 15) * 1000)
#define NET_ANSWER_SECONDS 30 /* for an answer to be taken */
#define NET_PAUSE_MS 100      /* of accepting, after descriptors ran out */
#define NET_WATCH_MS 20       /* between two looks at blocked answers, */
#define NET_WATCH_TURNS 64    /* and so many turns at most */

#define NET_ACCEPTS_A_TURN 128
#define NET_ADOPTING_NS \
  10000000                   /* of a turn, for taking sockets in: a handshake begins there, and costs most of this */
#define NET_ARRIVING 256     /* sockets that were taken in and have not sent a request */
#define NET_ARRIVING_MS 1000 /* one that is silent for so long does not keep others out */
#define NET_ADMIN_CONNECTIONS 64
#define NET_DESCRIPTORS_MAX 65536 /* each close of a socket costs libwebsockets a walk over all that could be open */
#define NET_RECEIVE_SIZE 512      /* bytes of a connection's receive buffer: kept while it idles */
#define NET_PIECE 16384           /* of a page */
#define NET_REPLY_LIMIT 1048576   /* bytes of an answer */
#define NET_CLOSE_TEXT 123        /* bytes that fit into a Close frame */

struct exchange;

/* One socket, from its adoption until libwebsockets has forgotten it. */
struct link {
  struct lws *wsi;
  void *connection; /* the handler's, while a WebSocket is open */
  struct net *net;
  bool websocket : 1;
  bool admin : 1;
  bool known : 1;     /* libwebsockets has it and will report its end */
  bool arriving : 1;  /* counted among those that have not sent a request */
  bool requested : 1; /* a request came */
  bool confirmed : 1; /* the upgrade was allowed */
  bool counted : 1;   /* in the census, under `address` */
  bool proxy : 1;     /* the socket's other end is a trusted proxy */
  bool closing : 1;   /* data is neither sent nor handed on any more */
  bool gone : 1;      /* closed: libwebsockets is not to be called */
  bool kept : 1;      /* libwebsockets keeps unsent bytes */
  bool paused : 1;    /* the handler wants nothing read */
  bool reading : 1;   /* what libwebsockets was told last */
  bool close_wanted : 1;
  bool kill_wanted : 1;
  bool marked : 1;
  bool watched : 1;
  bool silence_wanted : 1;
  unsigned short close_code;
  int64_t written; /* bytes of frames */
  char *close_text;
  TAILQ_ENTRY(link) mark;    /* something is to be done at the end of the turn */
  TAILQ_ENTRY(link) watch;   /* an answer is blocked */
  TAILQ_ENTRY(link) silence; /* is to be made mute */
  TAILQ_ENTRY(link) all;
  struct wheel_timer timer; /* whatever is awaited: killed when it does not come */
  struct exchange *exchange;
  struct address address;
};
TAILQ_HEAD(link_list, link);
TAILQ_HEAD(exchange_list, exchange);

struct listener {
  struct net *net;
  int descriptor, port;
  bool admin, opened, accepting, exhausted;
  bool held; /* until fewer are arriving */
  uv_poll_t poll;
  uv_timer_t pause;
};

struct census_place;
struct pending;
LIST_HEAD(pending_list, pending);

struct net {
  struct net_setup setup;
  char *certificate, *key;
  struct network *proxies;
  size_t proxy_count;

  uv_loop_t loop;
  uv_async_t wake;
  uv_prepare_t prepare;
  uv_check_t check;
  uv_timer_t due_timer, beat;
  uv_signal_t terminate, interrupt, hangup;
  uv_poll_t highest; /* at the start only */
  bool loop_ready, handles_ready, running, ended, settling, again, service_wanted;
  int64_t due_ms;    /* of due_timer; 0: not armed */
  int64_t polled_ms; /* when the poll returned; 0: not yet */
  int64_t beat_ms, watched_ms, turn_ms_longest;
  int unwatched_turns;

  struct lws_context *context;
  struct lws_vhost *club_vhost, *admin_vhost;
  struct lws_protocols club_protocols[3], admin_protocols[2];
  bool tls_ready;        /* the vhost's context was set up */
  SSL_CTX *pair;         /* holds certificate, chain and key for new connections; NULL: no TLS */
  bool strict_transport; /* browsers are told to come back with TLS only */

  struct listener club, admin;
  int reserve;     /* a descriptor to give up when there is none left */
  size_t capacity; /* sockets in all */
  size_t open, admin_open, arriving;
  uint64_t adopting_ns; /* spent in this turn on taking sockets in */
  uint64_t accepted, refused, handshakes_failed;
  struct link *adopting;
  struct census_place *census;
  struct pending_list pending;

  struct wheel *wheel;
  struct link_list links, marked, watched, silence;
  struct exchange *exchanges; /* by id */
  struct exchange_list ready; /* whole requests to be handed on at the end of the turn */
  uint64_t last_exchange;
  int web_root;  /* descriptor of the folder; -1: the built-in client */
  char *scratch; /* LWS_PRE + NET_PIECE bytes */
};

/* loop.c */
/* `descriptors`: that there may be. */
bool loop_open(struct net *net, size_t descriptors, char *error, size_t size) CLUB_MUST_CHECK;
void loop_close(struct net *net);
int64_t loop_now(const struct net *net);
void loop_arm_due(struct net *net, int64_t ms);

/* context.c */
bool context_open(struct net *net, char *error, size_t size) CLUB_MUST_CHECK;

/* callback.c */
int callback_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size);

/* link.c */
struct link *link_create(struct net *net, bool admin, const struct address *address);
void link_destroy(struct link *link);
void link_mark(struct link *link);
void link_kill(struct link *link);
void link_await(struct link *link, int64_t ms);
void link_await_nothing(struct link *link);
void link_requested(struct link *link); /* its request is there */

/* listen.c */
bool listen_open(struct net *net, struct listener *listener, const char *where, char *error, size_t size)
    CLUB_MUST_CHECK;
bool listen_start(struct listener *listener) CLUB_MUST_CHECK;
void listen_close(struct listener *listener);
/* Hands a connected socket to libwebsockets. */
void listen_adopt(struct listener *listener, int descriptor, const struct address *address, bool proxy);
/* Is there time for one more in this turn? */
bool listen_has_time(const struct net *net);
/* Those who wait in the kernel to be accepted. */
size_t listen_outside(const struct listener *listener);
void listen_settle(struct net *net);

/* pending.c: sockets of trusted proxies whose first bytes are awaited */
void pending_add(struct listener *listener, int descriptor, const struct address *address);
void pending_close_all(struct net *net);

/* proxy.c */
enum proxy_header { PROXY_ABSENT, PROXY_INCOMPLETE, PROXY_BROKEN, PROXY_LOCAL, PROXY_ADDRESS };
enum proxy_header proxy_read(const unsigned char *bytes, size_t size, size_t *header_size, struct address *address);
bool proxy_trusts(const struct network *networks, size_t count, const struct address *address);
/* Whom a chain of X-Forwarded-For stands for, seen from a socket at `address`. */
struct address proxy_forwarded(const struct network *networks, size_t count, struct address address,
                               struct slice forwarded);

/* census.c: sockets of each address */
bool census_enter(struct net *net, const struct address *address) CLUB_MUST_CHECK;
void census_leave(struct net *net, const struct address *address);

/* socket.c: what libwebsockets reports of a WebSocket */
int socket_established(struct link *link);
void socket_received(struct link *link, const char *bytes, size_t size);
void socket_heard(struct link *link);
void socket_writable(struct link *link);
void socket_ending(struct link *link);
void socket_closed(struct link *link);
void socket_settle(struct net *net);

/* upgrade.c */
int upgrade_confirm(struct link *link, const char *word);

/* http.c */
/* `path` lies in libwebsockets' own memory. */
int http_begin(struct link *link, const char *path, size_t size);
int http_body(struct link *link, const char *bytes, size_t size);
int http_body_end(struct link *link);
int http_writable(struct link *link);
void http_forget(struct link *link);
void http_settle(struct net *net);
void http_give_answer(void *self, uint64_t id, const struct http_reply *reply);

/* silence.c */
void silence_begin(struct link *link);
void silence_end(struct link *link);
void silence_settle(struct net *net);

/* tls.c */
bool tls_open(struct net *net, char *error, size_t size) CLUB_MUST_CHECK;
void tls_close(struct net *net);
int tls_prepare(struct net *net, SSL_CTX *context);
void tls_reload(struct net *net);

/* admin.c */
int admin_serve(struct link *link);
#endif
