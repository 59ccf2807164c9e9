#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "tcp.h"

#define LISTEN_BACKLOG 4096

static struct address listen_address(const struct sockaddr_storage *from) {
  struct address address = {{0}};
  if (from->ss_family == AF_INET6) {
    memcpy(address.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, sizeof address.bytes);
  } else {
    address.bytes[10] = address.bytes[11] = 0xff;
    memcpy(address.bytes + 12, &((const struct sockaddr_in *)from)->sin_addr, 4);
  }
  return address;
}

/* "host:port", "[host]:port". */
static bool listen_split(const char *where, char host[256], char port[8]) {
  const char *colon = strrchr(where, ':');
  if (!colon || colon == where || !colon[1] || snprintf(port, 8, "%s", colon + 1) >= 8) return false;
  size_t size = (size_t)(colon - where);
  if (where[0] == '[' && where[size - 1] == ']') where++, size -= 2;
  if (size == 0 || size > 255) return false;
  memcpy(host, where, size);
  host[size] = '\0';
  return true;
}

static int listen_bind(const struct addrinfo *where) {
  int on = 1, off = 0;
  int descriptor = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (where->ai_family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(descriptor, where->ai_addr, where->ai_addrlen) == 0 && listen(descriptor, LISTEN_BACKLOG) == 0)
    return descriptor;
  int reason = errno;
  close(descriptor);
  errno = reason;
  return -1;
}

static int listen_port(int descriptor) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } name = {.v6 = {0}};
  socklen_t size = sizeof name;
  if (getsockname(descriptor, &name.any, &size)) return 0;
  return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

bool listen_open(struct net *net, struct listener *listener, const char *where, char *error, size_t size) {
  char host[256], port[8];
  struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found = NULL;
  listener->net = net;
  if (!listen_split(where, host, port)) {
    snprintf(error, size, "cannot listen on %s: not an address and a port", where);
    return false;
  }
  int failed = getaddrinfo(host, port, &hints, &found);
  if (failed) {
    snprintf(error, size, "cannot listen on %s: %s", where, gai_strerror(failed));
    return false;
  }
  listener->descriptor = listen_bind(found);
  freeaddrinfo(found);
  if (listener->descriptor < 0) {
    snprintf(error, size, "cannot listen on %s: %s", where, strerror(errno));
    return false;
  }
  listener->port = listen_port(listener->descriptor);
  return true;
}

static void listen_adoption_failed(struct net *net, struct link *link) {
  net->refused++;
  if (!link->known) link_destroy(link); /* else its end will be reported */
}

/* Where libwebsockets gets no memory for the watcher of a socket (libuv.c of 4.1.6, elops_accept_uv) it keeps the socket, and
 * can never let go of it. A piece that was just given back is there for the next of that size on this thread. */
static bool listen_has_memory(void) {
  void *volatile piece = malloc(sizeof(uv_poll_t));
  bool has = piece != NULL;
  free(piece);
  return has;
}

/* NULL: its address has too many, or there is no memory. */
static struct link *listen_link(const struct listener *listener, const struct address *address) {
  struct net *net = listener->net;
  bool counted = !listener->admin && !proxy_trusts(net->proxies, net->proxy_count, address);
  if (counted && !census_enter(net, address)) return NULL;
  struct link *link = link_create(net, listener->admin, address);
  if (link && !listen_has_memory()) {
    link_destroy(link);
    link = NULL;
  }
  if (link)
    link->counted = counted;
  else if (counted)
    census_leave(net, address);
  return link;
}

static void listen_hand_over(struct listener *listener, int descriptor, const struct address *address, bool proxy) {
  struct net *net = listener->net;
  struct link *link = listen_link(listener, address);
  if (!link) {
    net->refused++;
    close(descriptor);
    return;
  }
  link->proxy = proxy;
  net->accepted += !listener->admin;
  lws_adopt_desc_t adoption = {.vh = listener->admin ? net->admin_vhost : net->club_vhost,
                               .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL,
                               .opaque = link};
  adoption.fd.sockfd = descriptor;
  net->adopting = link;
  struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&adoption);
  net->adopting = NULL;
  if (!wsi) listen_adoption_failed(net, link);
}

void listen_adopt(struct listener *listener, int descriptor, const struct address *address, bool proxy) {
  uint64_t begun = uv_hrtime();
  listen_hand_over(listener, descriptor, address, proxy);
  listener->net->adopting_ns += uv_hrtime() - begun;
}

bool listen_has_time(const struct net *net) {
  return net->adopting_ns < NET_ADOPTING_NS;
}

static bool listen_is_full(const struct listener *listener) {
  const struct net *net = listener->net;
  if (listener->admin) return net->admin_open >= NET_ADMIN_CONNECTIONS;
  return net->open - net->admin_open >= net->capacity;
}

size_t listen_outside(const struct listener *listener) {
  return tcp_waiting(listener->descriptor);
}

/* It gave up while it waited in the kernel: no handshake is done for it. Without TLS it may have said all that it has to
 * say, and wait for an answer. */
static bool listen_is_gone(const struct listener *listener, int descriptor) {
  return !listener->admin && listener->net->pair && tcp_is_over(descriptor);
}

static void listen_take(struct listener *listener, int descriptor, const struct sockaddr_storage *from) {
  struct net *net = listener->net;
  struct address address = listen_address(from);
  int on = 1;
  bool full = listen_is_full(listener);
  if (full || listen_is_gone(listener, descriptor)) {
    net->refused += full;
    close(descriptor);
    return;
  }
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!listener->admin && proxy_trusts(net->proxies, net->proxy_count, &address))
    pending_add(listener, descriptor, &address);
  else
    listen_adopt(listener, descriptor, &address, false);
}

static void listen_accept(uv_poll_t *poll, int status, int events);

static void listen_resume(uv_timer_t *timer) {
  struct listener *listener = timer->data;
  if (listener->accepting && !listener->held) uv_poll_start(&listener->poll, UV_READABLE, listen_accept);
}

/* The others wait in the kernel, which has room for thousands, until those who arrive have got in or turned out to be
 * silent. */
static bool listen_holds(struct listener *listener) {
  if (listener->admin || listener->net->arriving < NET_ARRIVING) return false;
  listener->held = true;
  uv_poll_stop(&listener->poll);
  return true;
}

void listen_settle(struct net *net) {
  struct listener *club = &net->club;
  net->adopting_ns = 0;
  if (!club->held || net->arriving >= NET_ARRIVING) return;
  club->held = false;
  if (club->accepting && !uv_is_active((uv_handle_t *)&club->pause))
    uv_poll_start(&club->poll, UV_READABLE, listen_accept);
}

/* No descriptor is left: who waits is turned away with the one kept for that, and then nobody is asked for a moment,
 * since the waiting socket would be reported again at once. */
static void listen_pause(struct listener *listener) {
  struct net *net = listener->net;
  if (!listener->exhausted) log_line(LOG_WARN, "no descriptor left for connections", LOG_NUMBER("open", net->open));
  listener->exhausted = true;
  if (net->reserve >= 0) close(net->reserve);
  int descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) {
    net->refused++;
    close(descriptor);
  }
  net->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
  uv_poll_stop(&listener->poll);
  uv_timer_start(&listener->pause, listen_resume, NET_PAUSE_MS, 0);
}

static void listen_accept(uv_poll_t *poll, int status, int events) {
  struct listener *listener = poll->data;
  (void)status;
  (void)events;
  for (int i = 0; i < NET_ACCEPTS_A_TURN && listen_has_time(listener->net); i++) {
    if (listen_holds(listener)) return;
    struct sockaddr_storage from = {0};
    socklen_t size = sizeof from;
    int descriptor = accept4(listener->descriptor, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      listener->exhausted = false;
      listen_take(listener, descriptor, &from);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      listen_pause(listener);
      return;
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

bool listen_start(struct listener *listener) {
  struct net *net = listener->net;
  if (uv_poll_init(&net->loop, &listener->poll, listener->descriptor)) return false;
  uv_timer_init(&net->loop, &listener->pause);
  listener->opened = listener->accepting = true;
  listener->poll.data = listener->pause.data = listener;
  return uv_poll_start(&listener->poll, UV_READABLE, listen_accept) == 0;
}

void listen_close(struct listener *listener) {
  listener->accepting = false;
  if (listener->opened) {
    uv_close((uv_handle_t *)&listener->poll, NULL);
    uv_close((uv_handle_t *)&listener->pause, NULL);
  }
  listener->opened = false;
  if (listener->descriptor >= 0) close(listener->descriptor);
  listener->descriptor = -1;
}
