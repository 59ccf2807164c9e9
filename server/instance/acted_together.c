/* One act that was done to many members, as a freeze of a branch is: for each of them the club log has an event of its own.
 * What was done, and the rights of those who are here, are read together, a group at a time; then each is told, or closed,
 * as after an act on one alone. */
#include "club/log.h"
#include "inside.h"

#define GROUP_MOST LIMIT_ACTED

static bool is_of(const struct club_event *event, const struct club_event *other) {
  return event->kind == CLUB_ACTED && event->session == other->session && event->room.size == 0;
}

bool acted_is_together(const struct store_pulse *read, const struct club_event *event) {
  if (event->room.size > 0) return false;
  size_t count = 0;
  for (size_t i = 0; i < read->event_count && count < 2; i++) count += is_of(&read->events[i], event);
  return count > 1;
}

/* ---- what came of it ---- */

static int64_t seq_of(const struct store_acted *acted, int64_t member) {
  size_t at = 0;
  while (at < acted->member_count - 1 && acted->members[at] != member) at++;
  return acted->seqs[at];
}

static bool take_one(struct server *server, const struct store_acted *acted, const struct member_record *record) {
  struct present *present = presents_find(server->services.presents, record->key);
  if (!present) return true;
  int64_t known_as_of = acted->seqs[acted->member_count - 1];
  if (known_as_of >= present->known_as_of) {
    if (!present_update(present, record)) return false;
    present->known_as_of = known_as_of;
  }
  const struct audit_record *act = acted_once(server, acted->act, seq_of(acted, record->key));
  if (standing_is_out(present, clock_wall_ms(&server->services.clock))) {
    connections_banned(server->connections, present, act);
    return true;
  }
  if (act) connections_acted(server->connections, present, act);
  connections_check_sessions(server->connections, present);
  return listing_renew_all(&server->services, present);
}

static void together_done(void *context, struct store_job *job) {
  struct server *server = ((struct completions *)context)->server;
  bool done = job->outcome == STORE_DONE;
  server->pulse.reads--;
  for (size_t i = 0; done && i < job->acted.count; i++) done = take_one(server, &job->acted, &job->acted.records[i]);
  if (!done) {
    log_line(LOG_WARN, "act on many not carried out yet", LOG_NUMBER("members", (int64_t)job->acted.member_count));
    pulse_again_from(server, (int64_t)job->ticket);
  }
  store_job_destroy(job);
  pulse_finish(server);
}

/* ---- reading ---- */

/* From where it is read again when it fails: ends of sessions that came before were left to the act. */
static int64_t begins_with(const struct store_pulse *read, const struct club_event *first) {
  for (const struct club_event *event = read->events; event < first; event++)
    if (event->kind == CLUB_SESSION_ENDED) return event->seq;
  return first->seq;
}

static struct store_job *begin_group(const struct store_pulse *read, const struct club_event *first) {
  struct store_job *job = store_job_create(STORE_ACTED);
  if (!job) return NULL;
  job->urgent = true;
  job->ticket = (uint64_t)begins_with(read, first);
  job->done = together_done;
  job->acted.key = first->session;
  job->acted.members = arena_alloc(job->arena, GROUP_MOST * sizeof *job->acted.members);
  job->acted.seqs = arena_alloc(job->arena, GROUP_MOST * sizeof *job->acted.seqs);
  return job;
}

static bool submit(struct server *server, struct store_job *job) {
  if (job && !arena_failed(job->arena) && server->services.store.submit(server->services.store.self, job)) {
    server->pulse.reads++;
    return true;
  }
  store_job_destroy(job);
  return false;
}

bool acted_begin_together(struct server *server, const struct store_pulse *read, const struct club_event *event,
                          int64_t *until) {
  struct store_job *job = begin_group(read, event);
  for (const struct club_event *one = event; job && one < read->events + read->event_count && is_of(one, event);
       one++) {
    if (job->acted.member_count == GROUP_MOST || arena_failed(job->arena)) break;
    *until = one->seq;
    if (!presents_find(server->services.presents, one->member)) continue;
    job->acted.members[job->acted.member_count] = one->member;
    job->acted.seqs[job->acted.member_count++] = one->seq;
  }
  if (job && !arena_failed(job->arena) && job->acted.member_count == 0) {
    store_job_destroy(job); /* nobody of them is here */
    return true;
  }
  return submit(server, job);
}
