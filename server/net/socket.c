#include <stdlib.h>

#include "club/cookie.h"
#include "head.h"
#include "internal.h"
#include "tcp.h"

_Static_assert(TRANSPORT_HEADROOM >= LWS_PRE, "the transport's headroom holds a WebSocket header");

/* What libwebsockets reports: only handed on and marked. */

int socket_established(struct link *link) {
  struct net *net = link->net;
  struct head head;
  if (!link->confirmed || net->ended) return -1;
  head.used = 0;
  struct slice token = cookie_value(head_header(&head, link->wsi, WSI_TOKEN_HTTP_COOKIE), COOKIE_SESSION);
  link_await_nothing(link);
  link->websocket = true;
  link->connection = net->setup.handler.opened(net->setup.handler.self, link, token, &link->address);
  return link->connection ? 0 : -1;
}

/* Unsent bytes that the transport did not see: of a pong. */
static void socket_note_unsent(struct link *link) {
  if (link->kept || !lws_partial_buffered(link->wsi)) return;
  link->kept = true;
  link_await(link, NET_KEPT_MS);
  link_mark(link);
}

void socket_received(struct link *link, const char *bytes, size_t size) {
  struct net_handler *handler = &link->net->setup.handler;
  if (link->closing || !link->connection) return;
  handler->received(handler->self, link->connection, (struct slice){bytes ? bytes : "", size},
                    lws_is_final_fragment(link->wsi), lws_frame_is_binary(link->wsi),
                    lws_remaining_packet_payload(link->wsi));
  socket_note_unsent(link);
}

void socket_heard(struct link *link) {
  struct net_handler *handler = &link->net->setup.handler;
  if (!link->closing && link->connection) handler->heard(handler->self, link->connection);
}

void socket_writable(struct link *link) {
  struct net_handler *handler = &link->net->setup.handler;
  if (!link->kept || lws_partial_buffered(link->wsi)) return;
  link->kept = false;
  if (!link->close_wanted) link_await_nothing(link);
  link_mark(link);
  if (!link->closing && link->connection) handler->writable(handler->self, link->connection);
}

void socket_ending(struct link *link) {
  struct net_handler *handler = &link->net->setup.handler;
  if (link->closing) return;
  link->closing = true;
  if (link->connection) handler->ending(handler->self, link->connection);
}

void socket_closed(struct link *link) {
  struct net_handler *handler = &link->net->setup.handler;
  void *connection = link->connection;
  link->closing = link->gone = true;
  link->connection = NULL;
  if (!connection) return;
  if (link->net->settling) link->net->again = true;
  handler->closed(handler->self, connection);
}

/* The transport: called at the end of a turn. */

static enum transport_sent socket_sent(struct link *link, int result) {
  if (result < 0) {
    link->closing = true;
    link_kill(link); /* a paused line would never be reported as broken */
    return TRANSPORT_DEAD;
  }
  if (!lws_partial_buffered(link->wsi)) return TRANSPORT_SENT;
  link->kept = true;
  link_await(link, NET_KEPT_MS);
  link_mark(link);
  return TRANSPORT_KEPT;
}

static enum transport_sent socket_write(void *self, struct link *link, char *frame, size_t size) {
  (void)self;
  if (link->closing) return TRANSPORT_DEAD;
  link->written += (int64_t)size;
  return socket_sent(link, lws_write(link->wsi, (unsigned char *)frame, size, LWS_WRITE_TEXT));
}

/* With a payload: the pong to an empty one is not reported. */
static enum transport_sent socket_ping(void *self, struct link *link) {
  unsigned char frame[LWS_PRE + 4] = {0};
  (void)self;
  if (link->closing) return TRANSPORT_DEAD;
  if (link->kept) return TRANSPORT_KEPT;
  memcpy(frame + LWS_PRE, "club", 4);
  return socket_sent(link, lws_write(link->wsi, frame + LWS_PRE, 4, LWS_WRITE_PING));
}

/* What was written less what the peer's system acknowledged. With TLS it is off by what that adds, so only its fall
 * counts. */
static int64_t socket_waiting(void *self, struct link *link) {
  (void)self;
  return link->gone ? 0 : link->written - tcp_acknowledged(lws_get_socket_fd(link->wsi));
}

static void socket_read(void *self, struct link *link, bool on) {
  (void)self;
  link->paused = !on;
  if (!link->closing) link_mark(link);
}

static void socket_close(void *self, struct link *link, int code, const char *text) {
  (void)self;
  if (link->closing) return;
  link->closing = link->close_wanted = true;
  link->close_code = (unsigned short)code;
  link->close_text = text ? strndup(text, NET_CLOSE_TEXT) : NULL;
  link_await(link, NET_CLOSING_MS);
  link_mark(link);
}

static void socket_kill(void *self, struct link *link) {
  (void)self;
  link->closing = true;
  link_kill(link);
}

static size_t socket_outside(void *self) {
  const struct net *net = self;
  return listen_outside(&net->club);
}

struct transport net_transport(struct net *net) {
  return (struct transport){net,         socket_write, socket_ping, socket_waiting,
                            socket_read, socket_close, socket_kill, socket_outside};
}

/* What was marked, after the handler's turn. */

/* A line that has unsent bytes is not read: libwebsockets may never return from it. */
static void socket_settle_reading(struct link *link) {
  bool wanted = !link->kept && (!link->paused || link->closing);
  if (wanted == link->reading) return;
  link->reading = wanted;
  if (lws_rx_flow_control(link->wsi, wanted) < 0) link->kill_wanted = true;
  SSL *tls = wanted ? lws_get_ssl(link->wsi) : NULL;
  if (tls && SSL_pending(tls) > 0) link->net->service_wanted = true; /* no event will tell of those bytes */
}

static void socket_kill_now(struct link *link) {
  link_await_nothing(link);
  link->close_wanted = false;
  lws_set_timeout(link->wsi, (enum pending_timeout)1, LWS_TO_KILL_ASYNC);
  link->net->service_wanted = true;
}

/* The closing handshake goes on in libwebsockets, which cuts the line after five seconds. */
static void socket_close_now(struct link *link) {
  size_t size = link->close_text ? strlen(link->close_text) : 0;
  link->close_wanted = false;
  link_await_nothing(link);
  lws_close_reason(link->wsi, (enum lws_close_status)link->close_code, (unsigned char *)link->close_text, size);
  lws_set_timeout(link->wsi, (enum pending_timeout)1, LWS_TO_KILL_SYNC);
}

static void socket_settle_one(struct link *link) {
  if (link->gone || !link->wsi) return;
  if (link->websocket) socket_settle_reading(link);
  if (link->kill_wanted)
    socket_kill_now(link);
  else if (link->close_wanted && !link->kept)
    socket_close_now(link);
}

void socket_settle(struct net *net) {
  struct link *link;
  while ((link = TAILQ_FIRST(&net->marked)) != NULL) {
    TAILQ_REMOVE(&net->marked, link, mark);
    link->marked = false;
    socket_settle_one(link);
  }
}
