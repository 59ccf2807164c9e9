/* One instance: owns rooms, members, connections and the API, and says what happens in a turn. */
#include <stdlib.h>

#include "club/log.h"
#include "inside.h"

#define FAN_OUT_LARGE 64 /* subscriptions */
#define GATHER_MS 20     /* a large fan-out is put off no longer than this */
#define READY_MS 5000    /* without the store's confirmation no new members are wanted */

/* ---- what rooms and methods call back ---- */

static void server_wants(void *owner, struct subscription *subscription) {
  (void)owner;
  connection_wants(subscription);
}

static void server_noticed(void *owner, struct watcher *watcher, bool soon) {
  struct server *server = owner;
  struct listing *listing = (struct listing *)(void *)((char *)watcher - offsetof(struct listing, watcher));
  struct present *present = presents_find(server->services.presents, watcher->member);
  if (!present) return;
  if (watcher->stale && server->listings_read.rooms < STALE_AT_ONCE &&
      !listing_refresh(&server->services, watcher->member, room_id(watcher->room)))
    log_line(LOG_WARN, "listing not read", LOG_NUMBER("member", watcher->member));
  listing->change = ++present->change;
  connections_member_changed(server->connections, present, soon);
}

static void server_room_changed(void *owner, struct room *room) {
  room_changed(&((struct server *)owner)->services, room);
}

static struct watcher *server_watcher_of(void *owner, int64_t member, struct slice room) {
  struct server *server = owner;
  struct present *present = presents_find(server->services.presents, member);
  struct listing *listing = present ? present_listing(present, room) : NULL;
  return listing ? &listing->watcher : NULL;
}

static bool server_writing(void *owner, int64_t member, struct slice room) {
  struct server *server = owner;
  struct present *present = presents_find(server->services.presents, member);
  return present && connections_is_writing(server->connections, present, room);
}

static void server_member_changed(struct server *server, struct present *present, bool soon) {
  connections_member_changed(server->connections, present, soon);
}

/* ---- making ---- */

static struct rooms *server_make_rooms(struct server *server) {
  struct services *services = &server->services;
  const struct rooms_setup setup = {.clock = &services->clock,
                                    .randomness = &services->randomness,
                                    .wheel = services->wheel,
                                    .store = &services->store,
                                    .bus = &services->bus,
                                    .metrics = services->metrics,
                                    .instance = services->instance,
                                    .epoch = services->epoch,
                                    .secret = services->secret,
                                    .store_shared = server->setup.store_shared,
                                    .ring_entries = server->setup.ring_entries,
                                    .owner = server,
                                    .wants = server_wants,
                                    .noticed = server_noticed,
                                    .writing = server_writing,
                                    .changed = server_room_changed,
                                    .watcher_of = server_watcher_of};
  return rooms_create(&setup);
}

static void server_fill_services(struct server *server) {
  const struct server_setup *setup = &server->setup;
  server->services = (struct services){.club = setup->club,
                                       .clock = setup->clock,
                                       .randomness = setup->randomness,
                                       .store = setup->store,
                                       .bus = setup->bus,
                                       .hasher = setup->hasher,
                                       .answerer = setup->answerer,
                                       .metrics = &server->metrics,
                                       .listings_read = &server->listings_read,
                                       .url = setup->url,
                                       .origins = setup->origins,
                                       .origin_count = setup->origin_count,
                                       .tls = setup->tls,
                                       .limits = setup->limits,
                                       .post_rate = setup->post_rate,
                                       .first_day = setup->first_day,
                                       .instance = setup->instance,
                                       .version = setup->version,
                                       .server = server,
                                       .club_log_grew = hear_club_log_grew,
                                       .tell_elsewhere = elsewhere_tell,
                                       .member_changed = server_member_changed};
  memcpy(server->services.epoch, setup->epoch, sizeof setup->epoch);
  memcpy(server->services.secret, setup->secret, sizeof setup->secret);
}

static bool server_make_parts(struct server *server) {
  struct services *services = &server->services;
  const struct connections_setup connections = {.services = services,
                                                .transport = server->setup.transport,
                                                .club_seen = &server->pulse.club_seen,
                                                .limit = server->setup.connection_limit};
  services->wheel = wheel_create(server_now(server));
  if (services->wheel) services->rooms = server_make_rooms(server);
  services->presents = presents_create(&services->bus, services->rooms);
  services->tries = tries_create(&services->clock);
  services->chorus = chorus_create(&services->randomness);
  server->connections = connections_create(&connections);
  server->api = api_create(services);
  return services->wheel && services->rooms && services->presents && services->tries && services->chorus &&
         server->connections && server->api;
}

struct server *server_create(const struct server_setup *setup) {
  struct server *server = calloc(1, sizeof *server);
  if (!server) return NULL;
  server->setup = *setup;
  server_fill_services(server);
  if (!server_make_parts(server)) {
    server_destroy(server);
    return NULL;
  }
  server->completions = (struct completions){.services = &server->services,
                                             .rooms = server->services.rooms,
                                             .api = server->api,
                                             .connections = server->connections,
                                             .server = server};
  server->pulse.club_seen = setup->club_head;
  server->pulse.confirmed_ms = server->pulse.turn_ms = server_now(server);
  hear_begin(server);
  return server;
}

void server_destroy(struct server *server) {
  if (!server) return;
  connections_destroy(server->connections);
  hear_end(server);
  acted_end(server);
  api_destroy(server->api);
  presents_destroy(server->services.presents);
  rooms_destroy(server->services.rooms);
  tries_destroy(server->services.tries);
  chorus_destroy(server->services.chorus);
  wheel_destroy(server->services.wheel);
  free(server);
}

struct connections *server_connections(struct server *server) {
  return server->connections;
}

struct api *server_api(struct server *server) {
  return server->api;
}

const struct services *server_services(const struct server *server) {
  return &server->services;
}

struct completions *server_completions(struct server *server) {
  return &server->completions;
}

/* ---- the turn ---- */

/* A write to a socket costs the same whether it carries one entry or eight. While more writes are under way, a large
 * fan-out is put off for as long as the last one took: so many commits go out in one frame. */
static bool server_gathers(struct server *server) {
  const struct store *store = &server->services.store;
  int64_t now = server_now(server);
  bool large = rooms_waiting(server->services.rooms) >= FAN_OUT_LARGE;
  if (!large || !store->writing || !store->writing(store->self)) return false;
  if (server->gathering_since_ms == 0) server->gathering_since_ms = now;
  return now - server->gathering_since_ms < server->fan_out_ms;
}

static bool server_deliver(struct server *server) {
  bool gathers = server_gathers(server);
  bool large = !gathers && rooms_waiting(server->services.rooms) >= FAN_OUT_LARGE;
  int64_t begun = server_now(server);
  if (!gathers) {
    server->gathering_since_ms = 0;
    rooms_fan_out(server->services.rooms);
  }
  bool more = connections_flush(server->connections);
  if (large) {
    int64_t took = server_now(server) - begun;
    server->fan_out_ms = took < GATHER_MS ? took : GATHER_MS;
  }
  return more;
}

bool server_turn(struct server *server) {
  bool more = false;
  server->setup.collect(server->setup.collector, &server->completions);
  rooms_publish(server->services.rooms);
  hear_turn(server);
  pulse_turn(server);
  pulse_admit(server);
  away_turn(server);
  wheel_advance(server->services.wheel, server_now(server));
  rooms_wake(server->services.rooms, &server->completions);
  connections_be_quiet(server->connections, pulse_is_lost(server));
  if (pulse_is_fresh(server)) {
    connections_run(server->connections);
    more = server_deliver(server);
  } else if (pulse_is_lost(server)) {
    connections_run(server->connections);
    more = connections_flush(server->connections);
  } else {
    connections_pause(server->connections);
  }
  return more;
}

bool server_is_ready(const struct server *server, const char **why) {
  bool asked = server_now(server) - server->pulse.confirmed_ms < READY_MS;
  *why = server->going_away ? "going away" : asked ? "ready" : "the store does not answer";
  return !server->going_away && asked;
}

static void server_gauge(struct buffer *text, const char *name, const char *help, int64_t value) {
  buffer_append_format(text, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", name, help, name, name, (long long)value);
}

void server_metrics(const struct server *server, struct buffer *text) {
  const struct services *services = &server->services;
#define SERVER_COUNTER(member, name, help) \
  buffer_append_format(text, "# HELP %s %s\n# TYPE %s counter\n%s %llu\n", name, help, name, name, \
                       (unsigned long long)server->metrics.member);
  METRICS_COUNTERS(SERVER_COUNTER)
#undef SERVER_COUNTER
  server_gauge(text, "clubd_connections", "WebSocket connections open",
               (int64_t)connections_count(server->connections));
  server_gauge(text, "clubd_members_present", "Distinct members connected",
               (int64_t)presents_count(services->presents));
  server_gauge(text, "clubd_rooms_in_memory", "Rooms that are followed here", (int64_t)rooms_count(services->rooms));
  server_gauge(text, "clubd_requests_in_flight", "JSON-RPC requests begun and not answered",
               (int64_t)connections_in_flight(server->connections));
  server_gauge(text, "clubd_instances_heard", "Other instances heard on the bus within ten seconds",
               peers_count(server));
  server_gauge(text, "clubd_club_log_seen", "Last entry of the club log that was carried out", server->pulse.club_seen);
  buffer_append_format(text,
                       "# HELP clubd_store_confirmed_age_seconds Since the store last confirmed what is known here\n"
                       "# TYPE clubd_store_confirmed_age_seconds gauge\nclubd_store_confirmed_age_seconds %.3f\n",
                       (double)(server_now(server) - server->pulse.confirmed_ms) / 1000);
}
