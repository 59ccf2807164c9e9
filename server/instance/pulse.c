/* The pulse: twice a second the store is asked for what other writers did: heads of rooms, the club log, the epoch. */
#include "club/broken.h"
#include "club/log.h"
#include "inside.h"

#define PULSE_EVERY_MS 500
#define PULSE_SOON_MS 50   /* after the last one, when others say that there is something */
#define LOST_MS 5000       /* beyond being fresh */
#define LOST_GOING_MS 1000 /* whoever goes away waits less */
#define WAIT_OF_A_TURN_MS 250
#define EVENTS_OF_A_PULSE 1000

bool pulse_is_fresh(const struct server *server) {
  return server_now(server) - server->pulse.confirmed_ms <= LIMIT_FRESH_MS;
}

bool pulse_is_lost(const struct server *server) {
  return server->pulse.waited_ms >= (server->going_away ? LOST_GOING_MS : LOST_MS);
}

/* A time in which the process was stopped is no time in which the store was asked. */
static void pulse_count_wait(struct server *server) {
  struct pulse *pulse = &server->pulse;
  int64_t now = server_now(server), passed = now - pulse->turn_ms;
  pulse->turn_ms = now;
  if (pulse_is_fresh(server))
    pulse->waited_ms = 0;
  else
    pulse->waited_ms += passed < WAIT_OF_A_TURN_MS ? passed : WAIT_OF_A_TURN_MS;
}

/* A pulse ends with the last of the members it told of: until they are read their rights are those of before, nothing is
 * confirmed, and no other pulse is asked for, so that what is read later is never overtaken. */
static bool pulse_is_under_way(const struct pulse *pulse) {
  return pulse->asked || pulse->reads > 0;
}

void pulse_finish(struct server *server) {
  struct pulse *pulse = &server->pulse;
  if (pulse_is_under_way(pulse)) return;
  if (pulse->carried_out) pulse->confirmed_ms = pulse->sent_ms;
  pulse->carried_out = false;
  if (pulse->again) pulse_at_once(server);
}

/* ---- the club log ---- */

/* What was carried out already does no harm twice. */
void pulse_again_from(struct server *server, int64_t seq) {
  if (server->pulse.club_seen >= seq) server->pulse.club_seen = seq - 1;
  server->pulse.carried_out = false;
}

bool pulse_take_member(struct server *server, const struct store_job *job) {
  struct present *present = presents_find(server->services.presents, job->member.member.key);
  bool old = present && (int64_t)job->ticket < present->known_as_of; /* the member changed again since */
  if (job->outcome == STORE_REFUSED || (job->outcome == STORE_DONE && (!present || old))) return true;
  if (job->outcome != STORE_DONE) return !present;
  if (!presents_update(server->services.presents, present, &job->member.member)) return false;
  present->known_as_of = (int64_t)job->ticket;
  return true;
}

static void pulse_member_done(void *context, struct store_job *job) {
  struct server *server = ((struct completions *)context)->server;
  server->pulse.reads--;
  if (!pulse_take_member(server, job)) {
    log_line(LOG_WARN, "changed member not read", LOG_NUMBER("member", job->member.member.key));
    pulse_again_from(server, (int64_t)job->ticket);
  }
  store_job_destroy(job);
  pulse_finish(server);
}

static bool pulse_read_member(struct server *server, int64_t member, int64_t seq) {
  if (!presents_find(server->services.presents, member)) return true;
  struct store_job *job = store_job_create(STORE_MEMBER_GET);
  if (!job) return false;
  job->urgent = true;
  job->ticket = (uint64_t)seq;
  job->member.member.key = member;
  job->done = pulse_member_done;
  if (server->services.store.submit(server->services.store.self, job)) {
    server->pulse.reads++;
    return true;
  }
  store_job_destroy(job);
  return false;
}

/* The first of the events that belong to what was done to the member in the whole club: its sessions end with it, and by
 * it is known how they are told. NULL: nothing was done. */
static const struct club_event *pulse_act_of(const struct store_pulse *read, const struct club_event *event,
                                             const struct club_event **ended) {
  const struct club_event *act = NULL;
  *ended = NULL;
  for (size_t i = 0; i < read->event_count; i++) {
    const struct club_event *one = &read->events[i];
    if (one->member != event->member) continue;
    if (one->kind == CLUB_ACTED && one->room.size == 0) act = one;
    if (one->kind == CLUB_SESSION_ENDED && !*ended) *ended = one;
  }
  return act;
}

static bool pulse_end_session(struct server *server, const struct store_pulse *read, const struct club_event *event) {
  const struct club_event *ended;
  if (!pulse_act_of(read, event, &ended)) connections_end_session(server->connections, event->member, event->session);
  return true;
}

static bool pulse_act(struct server *server, const struct store_pulse *read, const struct club_event *event) {
  if (BROKEN(stale) && event->room.size > 0) return true;
  const struct club_event *ended = NULL, *act = event->room.size == 0 ? pulse_act_of(read, event, &ended) : NULL;
  bool ends = act && ended;
  return acted_begin(server, event, ends && ended->seq < event->seq ? ended->seq : event->seq, ends);
}

/* False: it could not be carried out and must be read again. */
static bool pulse_apply(struct server *server, const struct store_pulse *read, const struct club_event *event) {
  switch (event->kind) {
    case CLUB_SESSION_ENDED: return pulse_end_session(server, read, event);
    case CLUB_MEMBER_CHANGED: return pulse_read_member(server, event->member, event->seq);
    case CLUB_ACTED: return pulse_act(server, read, event);
    case CLUB_LISTED:
      return !presents_find(server->services.presents, event->member) ||
             listing_changed(&server->services, event->member, event->room);
    case CLUB_SWITCHED: return true;
  }
  return true; /* a kind of a newer release */
}

/* Ends of sessions that were left to an act from `seq` on, which is not begun, are read again with it. */
static void pulse_undo_ends(struct server *server, const struct store_pulse *read, int64_t seq) {
  for (size_t i = 0; i < read->event_count && read->events[i].seq < seq; i++) {
    const struct club_event *event = &read->events[i], *ended;
    const struct club_event *act = event->kind == CLUB_SESSION_ENDED ? pulse_act_of(read, event, &ended) : NULL;
    if (act && act->seq >= seq) pulse_again_from(server, event->seq);
  }
}

/* False: not all could be carried out; what was not confirms nothing, and is read again. */
static bool pulse_apply_events(struct server *server, const struct store_pulse *read) {
  for (size_t i = 0; i < read->event_count; i++) {
    const struct club_event *event = &read->events[i];
    if (event->seq <= server->pulse.club_seen) continue;
    int64_t until = event->seq;
    bool together = event->kind == CLUB_ACTED && acted_is_together(read, event);
    if (!(together ? acted_begin_together(server, read, event, &until) : pulse_apply(server, read, event))) {
      pulse_undo_ends(server, read, event->seq);
      return false;
    }
    server->pulse.club_seen = until;
  }
  if (read->event_count < EVENTS_OF_A_PULSE) return true;
  server->pulse.again = true;
  return false;
}

/* ---- the history ---- */

/* Another history: what is in memory says nothing any more. Everybody joins afresh, and what still comes back from the
 * old one must find nobody: until then new connections are told to come again. */
static void pulse_forget(struct server *server, const struct store_pulse *read) {
  memcpy(server->services.epoch, read->epoch, sizeof server->services.epoch);
  server->pulse.club_seen = read->club_head;
  server->forgetting = true;
  acted_forget(server);
  rooms_forget(server->services.rooms);
  elsewhere_end(server); /* marks of the old one are not said again */
  connections_end_all(server->connections, 1000);
}

/* A log that ends before what was known when the store was asked is another history, too: nothing that was committed goes
 * away otherwise. */
static bool pulse_went_back(const struct pulse *pulse, const struct store_pulse *read) {
  if (read->club_head < pulse->club_known) return true;
  for (size_t i = 0; i < read->head_count; i++)
    if (read->heads[i].head < read->heads[i].known) return true;
  return false;
}

static bool pulse_history_changed(struct server *server, const struct store_pulse *read) {
  bool named = read->epoch[0] != 0 && strcmp(read->epoch, server->services.epoch) != 0;
  if (!named && !pulse_went_back(&server->pulse, read)) return false;
  log_line(LOG_WARN, named ? "the store's history changed, closing all connections"
                           : "the store's history went back, closing all connections");
  pulse_forget(server, read);
  return true;
}

void pulse_admit(struct server *server) {
  if (!server->forgetting || server->going_away || rooms_count(server->services.rooms) > 0 ||
      connections_in_flight(server->connections) > 0 || presents_count(server->services.presents) > 0)
    return;
  server->forgetting = false;
}

static void pulse_switch(struct server *server, bool raid) {
  if (server->services.raid == raid) return;
  server->services.raid = raid;
  log_line(LOG_WARN, raid ? "a raid: every room is slow, nobody new is let in" : "the raid is over");
  if (raid)
    connections_notice(server->connections, "warning", "raid", "Every room is slow for now, and nobody new is let in.");
  else
    connections_notice(server->connections, "info", "calm", "Rooms are as usual again.");
}

/* Whoever moderates counts again what waits. */
static void pulse_reports(struct server *server, int64_t reports) {
  if (server->pulse.reports == reports) return;
  server->pulse.reports = reports;
  connections_reports(server->connections);
}

static void pulse_done(void *context, struct store_job *job) {
  struct server *server = ((struct completions *)context)->server;
  struct pulse *pulse = &server->pulse;
  pulse->asked = false;
  if (job->outcome == STORE_DONE && pulse_history_changed(server, &job->pulse)) {
    pulse->carried_out = true;
  } else if (job->outcome == STORE_DONE) {
    for (size_t i = 0; i < job->pulse.head_count; i++)
      rooms_head(server->services.rooms, job->pulse.heads[i].room, job->pulse.heads[i].head, pulse->sent_ms);
    pulse_switch(server, job->pulse.raid);
    pulse_reports(server, job->pulse.reports);
    pulse->carried_out = pulse_apply_events(server, &job->pulse);
  }
  store_job_destroy(job);
  pulse_finish(server);
}

/* ---- asking ---- */

struct pulse_rooms {
  struct store_job *job;
  size_t count;
};

static void pulse_add_room(void *context, struct room *room) {
  struct pulse_rooms *rooms = context;
  rooms->job->pulse.heads[rooms->count++] =
      (struct room_head){.room = arena_copy(rooms->job->arena, room_id(room)), .known = room_known(room)};
}

static bool pulse_add_rooms(struct server *server, struct store_job *job) {
  size_t count = rooms_count(server->services.rooms);
  if (!server->setup.store_shared || count == 0) return true;
  struct pulse_rooms rooms = {.job = job};
  job->pulse.heads = arena_alloc(job->arena, count * sizeof *job->pulse.heads);
  if (!job->pulse.heads) return false;
  rooms_each(server->services.rooms, pulse_add_room, &rooms);
  job->pulse.head_count = rooms.count;
  return !arena_failed(job->arena);
}

void pulse_at_once(struct server *server) {
  struct pulse *pulse = &server->pulse;
  pulse->wanted = false;
  pulse->again = pulse_is_under_way(pulse); /* it may have read before what is new */
  if (pulse->again) return;
  struct store_job *job = store_job_create(STORE_PULSE);
  if (!job) return;
  job->urgent = true;
  job->done = pulse_done;
  job->pulse.club_after = pulse->club_seen;
  pulse->club_known = pulse->club_seen;
  pulse->sent_ms = server_now(server);
  if (pulse_add_rooms(server, job) && server->services.store.submit(server->services.store.self, job))
    pulse->asked = true;
  else
    store_job_destroy(job);
}

void pulse_soon(struct server *server) {
  server->pulse.wanted = true;
}

void pulse_turn(struct server *server) {
  const struct pulse *pulse = &server->pulse;
  int64_t passed = server_now(server) - pulse->sent_ms;
  pulse_count_wait(server);
  if (!pulse_is_under_way(pulse) && passed >= (pulse->wanted ? PULSE_SOON_MS : PULSE_EVERY_MS)) pulse_at_once(server);
}
