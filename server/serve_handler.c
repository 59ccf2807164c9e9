/* What the network calls: a line each, to the instance. */
#include <dirent.h>
#include <sys/resource.h>

#include "club/api.h"
#include "club/limits.h"
#include "club/log.h"
#include "club/wheel.h"
#include "serve_inside.h"

#define END_MARGIN_MS 300 /* for taking everything apart */
#define FOLDER_ITEMS 3    /* of a folder of descriptors beside them: itself, its parent, the one by which it is read */

static int handler_upgrade(void *self, const struct http_request *request, struct http_reply *reply) {
  struct serving *serving = self;
  struct slice token;
  return api_upgrade(server_services(serving->server), request, reply, &token);
}

static void *handler_opened(void *self, struct link *link, struct slice token, const struct address *address) {
  struct serving *serving = self;
  return connection_open(server_connections(serving->server), link, token, address);
}

static void handler_received(void *self, void *connection, struct slice piece, bool last, bool binary,
                             size_t remaining) {
  (void)self;
  connection_received(connection, piece, last, binary, remaining);
}

static void handler_heard(void *self, void *connection) {
  (void)self;
  connection_heard(connection);
}

static void handler_writable(void *self, void *connection) {
  (void)self;
  connection_writable(connection);
}

static void handler_ending(void *self, void *connection) {
  (void)self;
  connection_ending(connection);
}

static void handler_closed(void *self, void *connection) {
  (void)self;
  connection_closed(connection);
}

static bool handler_http(void *self, uint64_t exchange, const struct http_request *request, struct http_reply *reply) {
  struct serving *serving = self;
  return api_handle(server_api(serving->server), exchange, request, reply);
}

static void handler_turn(void *self) {
  struct serving *serving = self;
  bool more = server_turn(serving->server);
  serve_bus_flush(serving);
  store_threads_begin(serving->store);
  if (store_threads_broken(serving->store) && !serving->broken) {
    serving->broken = true;
    log_line(LOG_ERROR, "the store cannot say what was written, ending");
    net_stop(serving->net);
  }
  if (server_is_done(serving->server)) net_stop(serving->net);
  net_turn_within(serving->net, more ? 0 : WHEEL_TICK_MS);
}

static void handler_terminate(void *self) {
  struct serving *serving = self;
  struct clock clock = clock_system();
  if (serving->end_by_ms == 0) serving->end_by_ms = clock_monotonic_ms(&clock) + CLOSING_SECONDS * 1000 - END_MARGIN_MS;
  log_line(LOG_INFO, "going away");
  net_stop_listening(serving->net);
  server_go_away(serving->server);
}

static bool handler_ready(void *self, const char **why) {
  struct serving *serving = self;
  return server_is_ready(serving->server, why);
}

static void handler_row(struct buffer *text, const char *type, const char *name, const char *help, uint64_t value) {
  buffer_append_format(text, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name,
                       (unsigned long long)value);
}

static void handler_seconds(struct buffer *text, const char *type, const char *name, const char *help, double seconds) {
  buffer_append_format(text, "# HELP %s %s\n# TYPE %s %s\n%s %.6f\n", name, help, name, type, name, seconds);
}

static void handler_bus_metrics(const struct bus_redis *redis, struct buffer *text) {
  struct bus_redis_counts bus = bus_redis_counts(redis);
  handler_row(text, "gauge", "clubd_bus_connected", "1 while Redis is reached and everything was subscribed to",
              bus.connected);
  if (bus.probe_age_ms >= 0)
    handler_seconds(text, "gauge", "clubd_bus_probe_age_seconds",
                    "Since the last probe was sent that this instance heard of itself", (double)bus.probe_age_ms / 1e3);
  handler_row(text, "counter", "clubd_bus_published_total", "Messages given to Redis", bus.published);
  handler_row(text, "counter", "clubd_bus_received_total", "Messages of other instances heard", bus.received);
  handler_row(text, "counter", "clubd_bus_dropped_total", "Messages not published for want of a connection or of space",
              bus.dropped);
  handler_row(text, "counter", "clubd_bus_reconnects_total", "Times that Redis was reached again", bus.reconnects);
  handler_row(text, "gauge", "clubd_bus_subscriptions", "Topics subscribed to", bus.subscriptions);
}

/* By the names that Prometheus gives them for every process. Absent where there is neither a descriptor nor memory to look. */
static void handler_files(struct buffer *text) {
  DIR *folder = opendir("/proc/self/fd");
  struct rlimit most;
  uint64_t items = 0;
  if (!folder) return;
  while (readdir(folder)) items++;
  closedir(folder);
  if (items < FOLDER_ITEMS || getrlimit(RLIMIT_NOFILE, &most)) return;
  handler_row(text, "gauge", "process_open_fds", "Files and sockets open", items - FOLDER_ITEMS);
  handler_row(text, "gauge", "process_max_fds", "Files and sockets that may be open", most.rlim_cur);
}

static void handler_metrics(void *self, struct buffer *text) {
  struct serving *serving = self;
  server_metrics(serving->server, text);
  struct store_counts store = store_threads_counts(serving->store);
  handler_row(text, "counter", "clubd_store_commits_total", "Transactions committed", store.commits);
  handler_row(text, "counter", "clubd_store_writes_total", "Write jobs carried out", store.writes);
  handler_row(text, "counter", "clubd_store_reads_total", "Read jobs carried out", store.reads);
  handler_row(text, "counter", "clubd_store_unavailable_total", "Jobs that the store could not carry out",
              store.unavailable);
  handler_row(text, "counter", "clubd_store_unknown_total", "Writes whose outcome is not known", store.unknown);
  handler_seconds(text, "counter", "clubd_store_commit_seconds_total", "Time spent in transactions",
                  (double)store.commit_microseconds / 1e6);
  handler_row(text, "gauge", "clubd_store_writes_waiting", "Write jobs waiting", store.writes_waiting);
  handler_row(text, "gauge", "clubd_store_reads_waiting", "Read jobs waiting", store.reads_waiting);
  handler_row(text, "gauge", "clubd_passwords_waiting", "Passwords waiting to be hashed",
              hash_threads_pending(serving->hashing));
  if (serving->redis) handler_bus_metrics(serving->redis, text);
  struct net_counts net = net_counts(serving->net);
  handler_row(text, "counter", "clubd_sockets_accepted_total", "Sockets accepted", net.accepted);
  handler_row(text, "counter", "clubd_sockets_refused_total", "Sockets refused for a limit", net.refused);
  handler_row(text, "counter", "clubd_handshakes_failed_total", "TLS sockets that ended without a request",
              net.handshakes_failed);
  handler_row(text, "gauge", "clubd_sockets", "Sockets open, those of this listener, too", net.open);
  handler_files(text);
  handler_seconds(text, "gauge", "clubd_turn_longest_seconds", "Longest turn since this was last asked for",
                  (double)net.turn_ms_longest / 1e3);
}

struct net_handler serve_handler(struct serving *serving) {
  return (struct net_handler){.self = serving,
                              .upgrade = handler_upgrade,
                              .opened = handler_opened,
                              .received = handler_received,
                              .heard = handler_heard,
                              .writable = handler_writable,
                              .ending = handler_ending,
                              .closed = handler_closed,
                              .http = handler_http,
                              .turn = handler_turn,
                              .terminate = handler_terminate,
                              .ready = handler_ready,
                              .metrics = handler_metrics};
}
