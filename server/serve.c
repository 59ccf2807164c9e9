/* `clubd serve`: puts an instance, its threads and the network together, and takes them apart again. */
#include "serve.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "club/broken.h"
#include "club/club.h"
#include "club/limits.h"
#include "club/log.h"
#include "club/net.h"
#include "club/server.h"
#include "club/store_driver.h"
#include "club/version.h"
#include "club/wheel.h"
#include "command.h"
#include "serve_inside.h"

#define STORE_READERS 3
#define HASH_THREADS 2
#define DRAIN_MS 2000 /* for jobs under way at an end that nobody asked for */

static int serve_fail(const char *error) {
  fprintf(stderr, "clubd: %s\n", error);
  return 1;
}

/* ---- the parts that threads and the loop share ---- */

static void serve_collect(void *collector, struct completions *context) {
  struct serving *serving = collector;
  store_threads_collect(serving->store, context);
  hash_threads_collect(serving->hashing, context);
  serve_bus_deliver(serving);
}

static bool serve_make_threads(struct serving *serving, char *error, size_t size) {
  const struct store_threads_setup setup = {
      .address = serving->config->store, .readers = STORE_READERS, .wake = net_wake, .context = serving->net};
  serving->store = store_threads_create(&setup, error, size);
  if (!serving->store) return false;
  serving->hashing = hash_threads_create(HASH_THREADS, net_wake, serving->net);
  snprintf(error, size, "no threads or memory to be had");
  return serving->hashing && serve_bus_make(serving, error, size);
}

/* A connection too many is told so, which needs a socket: so there are more of those. */
static size_t serve_connection_limit(const struct serving *serving) {
  size_t sockets = net_capacity(serving->net);
  return serving->config->limits ? sockets - sockets / LIMIT_SPARE_SHARE : 0;
}

static bool serve_make_server(struct serving *serving) {
  const struct config *config = serving->config;
  struct server_setup setup = {
      .club = serving->club,
      .clock = clock_system(),
      .randomness = randomness_system(),
      .transport = net_transport(serving->net),
      .store = store_threads_store(serving->store),
      .store_shared = store_is_shared(config->store),
      .bus = serve_bus(serving),
      .hasher = hash_threads_hasher(serving->hashing),
      .answerer = net_answerer(serving->net),
      .collect = serve_collect,
      .collector = serving,
      .url = slice_of(config->url),
      .instance = slice_of(serving->instance),
      .version = slice_of(CLUB_VERSION),
      .origins = serving->origins,
      .origin_count = config->origin_count,
      .tls = config->tls,
      .limits = config->limits,
      .first_day = config->first_day,
      .connection_limit = serve_connection_limit(serving),
      .post_rate = {config->rate_posts, config->rate_seconds * 1000},
      .club_head = serving->identity.club_head,
  };
  memcpy(setup.epoch, serving->identity.epoch, sizeof setup.epoch);
  memcpy(setup.secret, serving->identity.secret, sizeof setup.secret);
  serving->server = server_create(&setup);
  return serving->server != NULL;
}

/* ---- the network ---- */

static void serve_endpoint(char text[96], const struct config_endpoint *endpoint) {
  bool v6 = strchr(endpoint->host, ':') != NULL;
  snprintf(text, 96, v6 ? "[%s]:%u" : "%s:%u", endpoint->host, (unsigned)endpoint->port);
}

static bool serve_make_net(struct serving *serving, char *error, size_t size) {
  struct config *config = serving->config;
  char listen[96], admin[96];
  serve_endpoint(listen, &config->listen);
  serve_endpoint(admin, &config->admin_listen);
  const struct net_setup setup = {
      .listen = listen,
      .admin_listen = admin,
      .tls = config->tls,
      .certificate = config->tls_cert,
      .key = config->tls_key,
      .web_root = config->web_root[0] ? config->web_root : NULL,
      .trusted_proxies = config->proxies,
      .trusted_proxy_count = config->proxy_count,
      .limits = {.connections_of_address = config->limits ? LIMIT_CONNECTIONS_OF_ADDRESS : 0},
      .handler = serve_handler(serving),
  };
  serving->net = net_create(&setup, error, size);
  if (!serving->net) return false;
  config_set_port(config, (uint16_t)net_port(serving->net));
  return true;
}

/* ---- the whole ---- */

static void serve_name(struct serving *serving) {
  char host[64] = "clubd";
  gethostname(host, sizeof host - 1);
  char token[TOKEN_SIZE + 1];
  struct randomness randomness = randomness_system();
  token_random(token, &randomness);
  snprintf(serving->instance, sizeof serving->instance, "%.40s-%.8s", host, token);
}

static bool serve_begin(struct serving *serving, char error[CONFIG_ERROR_SIZE]) {
  const size_t size = CONFIG_ERROR_SIZE;
  const struct config *config = serving->config;
  for (size_t i = 0; i < config->origin_count; i++) serving->origins[i] = slice_of(config->origins[i]);
  serve_name(serving);
  if (!config_make_data(config, error)) return false;
  serving->club = club_load(config->club_file[0] ? config->club_file : NULL, error, size);
  if (!serving->club) return false;
  serving->lock = store_lock_server(config->store, error, size);
  if (serving->lock < 0) return false;
  if (!serve_prepare_certificate(serving, error, size)) return false;
  if (!serve_prepare_store(serving, error, size)) return false;
  if (!serve_make_net(serving, error, size)) return false;
  if (!serve_prepare_invite(serving, error, size)) return false;
  if (!serve_make_threads(serving, error, size)) return false;
  snprintf(error, size, "no memory");
  if (!serve_make_server(serving)) return false;
  serve_directory(serving);
  return true;
}

static bool serve_is_drained(const struct serving *serving) {
  return store_threads_pending(serving->store) == 0 && hash_threads_pending(serving->hashing) == 0;
}

static int64_t serve_now(void) {
  struct clock clock = clock_system();
  return clock_monotonic_ms(&clock);
}

/* What was begun when the loop ended is finished. */
static void serve_drain(struct serving *serving) {
  int64_t end_by = serve_now() + DRAIN_MS;
  while (!serve_is_drained(serving) && (serving->end_by_ms || serve_now() < end_by)) {
    serve_collect(serving, server_completions(serving->server));
    usleep(1000);
  }
}

/* A disk may keep the store at work for longer than there is time. What is not finished was answered to nobody, and is
 * whole or not at all, so that the process may end in the middle of it. */
static void *serve_watch_end(void *argument) {
  int64_t end_by_ms = *(int64_t *)argument;
  free(argument);
  while (serve_now() < end_by_ms) usleep(10000);
  log_line(LOG_WARN, "ended while the store was at work");
  _exit(0);
}

static void serve_bound_end(struct serving *serving) {
  pthread_t thread;
  int64_t *end_by_ms = serving->end_by_ms ? malloc(sizeof *end_by_ms) : NULL;
  if (!end_by_ms) return;
  *end_by_ms = serving->end_by_ms;
  if (pthread_create(&thread, NULL, serve_watch_end, end_by_ms))
    free(end_by_ms);
  else
    pthread_detach(thread);
}

/* The threads go first: they wake the loop. */
static void serve_end(struct serving *serving) {
  serve_bound_end(serving);
  serve_bus_close(serving);
  if (serving->server) serve_drain(serving);
  hash_threads_destroy(serving->hashing);
  store_threads_destroy(serving->store);
  net_destroy(serving->net);
  server_destroy(serving->server);
  serve_bus_destroy(serving);
  if (serving->lock >= 0) store_unlock_server(serving->lock);
  club_destroy(serving->club);
}

static void serve_announce(const struct serving *serving) {
  const struct config *config = serving->config;
  printf("The club is at %s\n", config->url);
  if (serving->first_invite[0])
    printf("There is no admin yet. The first one joins with this link:\n  %s/#invite=%s\n", config->url,
           serving->first_invite);
  fflush(stdout);
  if (BROKEN_ANY) log_line(LOG_WARN, BROKEN_WORDS);
  log_line(LOG_INFO, "serving", LOG_TEXT("version", CLUB_VERSION), LOG_TEXT("url", config->url),
           LOG_NUMBER("port", net_port(serving->net)), LOG_NUMBER("admin_port", net_admin_port(serving->net)),
           LOG_TEXT("instance", serving->instance));
}

int serve(const struct config *config) {
  struct config own = *config;
  char error[CONFIG_ERROR_SIZE] = "";
  if (!serve_bus_check(config, error, sizeof error)) {
    serve_fail(error);
    return COMMAND_USAGE;
  }
  struct serving *serving = calloc(1, sizeof *serving);
  if (!serving) return serve_fail("no memory");
  serving->config = &own;
  serving->lock = -1;
  int status = 0;
  if (serve_begin(serving, error)) {
    serve_announce(serving);
    net_turn_within(serving->net, WHEEL_TICK_MS);
    net_run(serving->net);
    if (serving->broken) status = 1;
  } else {
    status = serve_fail(error);
  }
  serve_end(serving);
  if (status == 0) log_line(LOG_INFO, "ended");
  free(serving);
  return status;
}
