#include "internal.h"

/* The handshake's callback comes with a stand-in for a connection that has a context and nothing else. */
static struct net *callback_net(struct lws *wsi) {
  return lws_context_user(lws_get_context(wsi));
}

static struct link *callback_link(struct lws *wsi) {
  struct link *link = lws_get_opaque_user_data(wsi);
  if (link) link->wsi = wsi;
  return link;
}

static int callback_created(struct lws *wsi) {
  struct net *net = callback_net(wsi);
  if (net->adopting) net->adopting->known = true;
  return 0;
}

static int callback_destroyed(struct lws *wsi) {
  struct link *link = callback_link(wsi);
  if (link) link_destroy(link);
  lws_set_opaque_user_data(wsi, NULL);
  return 0;
}

static int callback_http(struct link *link, enum lws_callback_reasons reason, const char *in, size_t size) {
  switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return link->admin ? -1 : upgrade_confirm(link, in);
    case LWS_CALLBACK_HTTP: return link->admin ? admin_serve(link) : http_begin(link, in, size);
    case LWS_CALLBACK_HTTP_BODY: return link->admin ? -1 : http_body(link, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION: return link->admin ? -1 : http_body_end(link);
    case LWS_CALLBACK_HTTP_WRITEABLE: return http_writable(link);
    default: http_forget(link); return 0;
  }
}

static int callback_socket(struct link *link, enum lws_callback_reasons reason, const char *in, size_t size) {
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED: return socket_established(link);
    case LWS_CALLBACK_RECEIVE: socket_received(link, in, size); return 0;
    case LWS_CALLBACK_RECEIVE_PONG: socket_heard(link); return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE: socket_writable(link); return 0;
    case LWS_CALLBACK_CLOSED: socket_closed(link); return 0;
    default: socket_ending(link); return 0;
  }
}

int callback_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size) {
  switch (reason) {
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS: return tls_prepare(callback_net(wsi), user);
    case LWS_CALLBACK_WSI_CREATE: return callback_created(wsi);
    case LWS_CALLBACK_WSI_DESTROY: return callback_destroyed(wsi);
    case LWS_CALLBACK_RAW_ADOPT: return -1; /* CONNECT, which would be a connection without deadlines */
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
    case LWS_CALLBACK_CLOSED_HTTP: {
      struct link *link = callback_link(wsi);
      return link ? callback_http(link, reason, in, size) : 0;
    }
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_RECEIVE_PONG:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED: {
      struct link *link = callback_link(wsi);
      return link ? callback_socket(link, reason, in, size) : 0;
    }
    default: return 0;
  }
}
