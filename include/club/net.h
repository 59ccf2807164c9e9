#ifndef CLUB_NET_H
#define CLUB_NET_H
/* The network: the loop, the listening sockets, TLS, HTTP, WebSocket framing, the pages of the browser client. It knows
 * nothing of the club: what arrives goes to a handler, what goes out comes through transport and answerer. The only
 * place that names libwebsockets and libuv. One thread, except net_wake. */
#include <stdint.h>

#include "club/address.h"
#include "club/http.h"
#include "club/poller.h"
#include "club/transport.h"

/* Who takes what arrives. Everything but `http` and `turn` only parses and marks. Those two are called at the end of each
 * round of the loop, `http` for each request that became whole, then `turn`; there, and only there, transport and answerer
 * may be called. What a turn asked of the transport is done when it returns, so nothing is reported inside one. */
struct net_handler {
  void *self;
  /* May this request become a WebSocket? 0: yes; else the HTTP status, and `reply` is filled. The form was checked
   * before (RFC 6455: GET, /ws, HTTP/1.1, version 13, key, club.v1); this looks at Origin, Host and cookie. */
  int (*upgrade)(void *self, const struct http_request *request, struct http_reply *reply);
  /* A WebSocket is open. The result is given to all later calls for it; NULL: no memory, the link is cut. `token` is
   * the session cookie's value. */
  void *(*opened)(void *self, struct link *link, struct slice token, const struct address *address);
  /* A piece of a message; `last` with its last one; `remaining` bytes of the present frame are still to come. */
  void (*received)(void *self, void *connection, struct slice piece, bool last, bool binary, size_t remaining);
  void (*heard)(void *self, void *connection);    /* a pong, or any sign of life */
  void (*writable)(void *self, void *connection); /* what the transport kept is out */
  void (*ending)(void *self, void *connection);   /* a Close frame came or went, the line is broken: send no more */
  void (*closed)(void *self, void *connection);   /* the link is gone; `connection` is not named again */
  /* A whole request under /api/, or one elsewhere that is neither GET nor HEAD, for Origin is looked at first: there 404
   * becomes 405. HTTP_OTHER comes without its body. True: `reply` is filled, its body is freed by the network; false: an
   * answer comes through the answerer within a minute. */
  bool (*http)(void *self, uint64_t exchange, const struct http_request *request, struct http_reply *reply);
  void (*turn)(void *self);
  /* Signals. */
  void (*terminate)(void *self); /* SIGTERM, SIGINT */
  /* The admin listener. */
  bool (*ready)(void *self, const char **why); /* /readyz */
  void (*metrics)(void *self, struct buffer *text);
};

struct net_limits {
  size_t connections;            /* sockets in all; 0: what descriptors allow less a reserve */
  size_t connections_of_address; /* 0: no limit */
};

struct net_setup {
  const char *listen;            /* "0.0.0.0:8443", "[::]:8443" */
  const char *admin_listen;      /* plain HTTP; NULL: none */
  bool tls;                      /* Strict-Transport-Security is sent unless the certificate is signed by itself */
  const char *certificate, *key; /* PEM files */
  const char *web_root;          /* a folder to serve instead of the built-in client; NULL: built in */
  const struct network *trusted_proxies; /* copied: whose X-Forwarded-For or PROXY header counts */
  size_t trusted_proxy_count;
  struct net_limits limits;
  struct net_handler handler;
};

struct net;

/* Listens. NULL: one clear line in `error` (port taken, certificate unreadable, …). */
struct net *net_create(const struct net_setup *setup, char *error, size_t error_size) CLUB_MUST_CHECK;
/* The port that it listens on (0 was asked: the one given). */
int net_port(const struct net *net);
int net_admin_port(const struct net *net);
/* Sockets that it takes in all; the surplus is cut. */
size_t net_capacity(const struct net *net);
struct transport net_transport(struct net *net);
struct http_answerer net_answerer(struct net *net);
/* For sockets of others; its watches are removed before net_destroy. */
struct poller net_poller(struct net *net);
/* Any thread: makes a turn of `self`, a struct net, happen. */
void net_wake(void *self);
/* Makes the next turn happen no later than in `ms`; loop thread. */
void net_turn_within(struct net *net, int64_t ms);
/* Runs until net_stop. Links that are left then are reported closed before it returns, and after it nothing is reported. */
void net_run(struct net *net);
/* No new connections from here on. */
void net_stop_listening(struct net *net);
/* Ends net_run after this turn; links that are left are cut. */
void net_stop(struct net *net);
/* After net_run: frees everything. Takes NULL. */
void net_destroy(struct net *net);

/* A self-signed ECDSA P-256 pair for localhost, 127.0.0.1, ::1 and `host`, written to the files (key mode 0600) unless
 * both are there. */
bool net_make_certificate(const char *certificate, const char *key, const char *host, char *error, size_t size)
    CLUB_MUST_CHECK;

struct net_counts {
  uint64_t accepted, refused;
  uint64_t handshakes_failed; /* with TLS: sockets that ended without a request */
  size_t open;                /* the admin listener's, too */
  int64_t turn_ms_longest;    /* since the last call */
};
struct net_counts net_counts(struct net *net);
#endif
