#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "internal.h"
#include "web.h"

/* Up to the hard limit, but not without bound: libwebsockets keeps a table of all descriptors that there could be. */
static size_t net_raise_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit)) return 1024;
  rlim_t wanted = limit.rlim_max < NET_DESCRIPTORS_MAX ? limit.rlim_max : NET_DESCRIPTORS_MAX;
  rlim_t had = limit.rlim_cur;
  limit.rlim_cur = wanted;
  if (setrlimit(RLIMIT_NOFILE, &limit)) return (size_t)(had < wanted ? had : wanted);
  return (size_t)wanted;
}

static size_t net_reckon_capacity(const struct net *net, size_t descriptors) {
  size_t most = descriptors > 2 * LIMIT_DESCRIPTOR_RESERVE ? descriptors - LIMIT_DESCRIPTOR_RESERVE : descriptors / 2;
  size_t wanted = net->setup.limits.connections;
  return wanted ? wanted : most;
}

static bool net_copy_text(const char *text, char **copy) {
  *copy = text ? strdup(text) : NULL;
  return !text || *copy;
}

static bool net_copy_proxies(struct net *net) {
  size_t count = net->setup.trusted_proxy_count;
  net->proxies = calloc(count ? count : 1, sizeof *net->proxies);
  if (!net->proxies) return false;
  if (count) memcpy(net->proxies, net->setup.trusted_proxies, count * sizeof *net->proxies);
  net->proxy_count = count;
  net->setup.trusted_proxies = NULL; /* the caller's, not to be kept */
  return true;
}

static bool net_take_memory(struct net *net) {
  TAILQ_INIT(&net->links);
  TAILQ_INIT(&net->marked);
  TAILQ_INIT(&net->watched);
  TAILQ_INIT(&net->silence);
  TAILQ_INIT(&net->ready);
  LIST_INIT(&net->pending);
  net->club.descriptor = net->admin.descriptor = net->web_root = -1;
  net->club.net = net->admin.net = net;
  net->admin.admin = true;
  net->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
  net->scratch = malloc(LWS_PRE + NET_PIECE);
  return net->scratch && net->reserve >= 0 && net_copy_text(net->setup.certificate, &net->certificate) &&
         net_copy_text(net->setup.key, &net->key) && net_copy_proxies(net);
}

static bool net_open(struct net *net, char *error, size_t size) {
  if (!net_take_memory(net)) {
    snprintf(error, size, "no memory or no descriptor: %s", strerror(errno));
    return false;
  }
  if (!web_open_root(net, error, size)) return false;
  if (net->setup.tls && !tls_open(net, error, size)) return false;
  size_t descriptors = net_raise_descriptors();
  net->capacity = net_reckon_capacity(net, descriptors);
  if (!listen_open(net, &net->club, net->setup.listen, error, size)) return false;
  if (net->setup.admin_listen && !listen_open(net, &net->admin, net->setup.admin_listen, error, size)) return false;
  if (!loop_open(net, descriptors, error, size)) return false;
  net->wheel = wheel_create(loop_now(net));
  if (!net->wheel || !context_open(net, error, size)) return false;
  return listen_start(&net->club) && (!net->setup.admin_listen || listen_start(&net->admin));
}

struct net *net_create(const struct net_setup *setup, char *error, size_t error_size) {
  snprintf(error, error_size, "no memory");
  struct net *net = calloc(1, sizeof *net);
  if (!net) return NULL;
  net->setup = *setup;
  if (net_open(net, error, error_size)) return net;
  net_destroy(net);
  return NULL;
}

int net_port(const struct net *net) {
  return net->club.port;
}

int net_admin_port(const struct net *net) {
  return net->admin.port;
}

size_t net_capacity(const struct net *net) {
  return net->capacity;
}

struct http_answerer net_answerer(struct net *net) {
  return (struct http_answerer){net, http_give_answer};
}

void net_wake(void *self) {
  struct net *net = self;
  uv_async_send(&net->wake);
}

void net_turn_within(struct net *net, int64_t ms) {
  if (ms < 0) ms = 0;
  int64_t due = loop_now(net) + ms;
  if (net->ended || (net->due_ms != 0 && net->due_ms <= due)) return;
  net->due_ms = due;
  loop_arm_due(net, ms);
}

/* After this nothing is reported to the handler any more: what is left of the links ends here for it. */
static void net_cut_links(struct net *net) {
  struct link *link;
  TAILQ_FOREACH(link, &net->links, all) {
    http_forget(link);
    socket_closed(link);
  }
}

void net_run(struct net *net) {
  net->running = true;
  uv_run(&net->loop, UV_RUN_DEFAULT);
  net->running = false;
  net_cut_links(net);
  net->ended = true;
}

void net_stop_listening(struct net *net) {
  listen_close(&net->club);
}

void net_stop(struct net *net) {
  uv_stop(&net->loop);
}

void net_destroy(struct net *net) {
  if (!net) return;
  loop_close(net);
  listen_close(&net->club);
  listen_close(&net->admin);
  wheel_destroy(net->wheel);
  tls_close(net);
  if (net->reserve >= 0) close(net->reserve);
  if (net->web_root >= 0) close(net->web_root);
  free(net->proxies);
  free(net->certificate);
  free(net->key);
  free(net->scratch);
  free(net);
}

struct net_counts net_counts(struct net *net) {
  struct net_counts counts = {net->accepted, net->refused, net->handshakes_failed, net->open, net->turn_ms_longest};
  net->turn_ms_longest = 0;
  return counts;
}
