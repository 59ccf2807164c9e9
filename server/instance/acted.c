/* CLUB_ACTED: something was done to a member, here or on another instance. One after the other: the member's rights are
 * read again; where it concerns a room, whether that may still be entered; what it was, from the audit log, and the
 * member is told. All of it belongs to the pulse that told of it: until it is done nothing is confirmed, so that an
 * instance that cannot ask delivers nothing after two seconds. What fails is begun anew with the next pulse, and with it
 * all that came behind it: reading that again does no harm, but nobody is told twice. */
#include <stdlib.h>
#include <uthash.h>

#include "club/log.h"
#include "inside.h"

struct acted {
  UT_hash_handle hh;
  int64_t seq;  /* of the event */
  int64_t from; /* of the first event that is carried out with it */
  int64_t member, key;
  bool ended;                      /* some of the member's sessions are over */
  char room[LIMIT_IDENTIFIER + 1]; /* empty: in the whole club */
};

static void acted_member_done(void *context, struct store_job *job);
static void acted_room_done(void *context, struct store_job *job);
static void acted_told(void *context, struct store_job *job);

static struct acted *acted_find(struct server *server, const struct store_job *job) {
  struct acted *acted = NULL;
  int64_t seq = (int64_t)job->ticket;
  HASH_FIND(hh, server->acted, &seq, sizeof seq, acted);
  return acted;
}

static void acted_drop(struct server *server, struct acted *acted) {
  HASH_DELETE(hh, server->acted, acted);
  free(acted);
}

void acted_end(struct server *server) {
  while (server->acted) acted_drop(server, server->acted);
}

/* The last of its reads is back. */
static void acted_finish(struct server *server, struct acted *acted, bool done) {
  if (!done) {
    log_line(LOG_WARN, "act not carried out yet", LOG_NUMBER("member", acted->member));
    pulse_again_from(server, acted->from);
  }
  acted_drop(server, acted);
}

static bool acted_submit(struct server *server, const struct acted *acted, struct store_job *job, store_done done) {
  if (!job) return false;
  job->urgent = true;
  job->ticket = (uint64_t)acted->seq;
  job->done = done;
  if (!arena_failed(job->arena) && server->services.store.submit(server->services.store.self, job)) {
    server->pulse.reads++;
    return true;
  }
  store_job_destroy(job);
  return false;
}

/* ---- the steps ---- */

static bool acted_read_member(struct server *server, struct acted *acted) {
  struct store_job *job = store_job_create(STORE_MEMBER_GET);
  if (job) job->member.member.key = acted->member;
  return acted_submit(server, acted, job, acted_member_done);
}

static bool acted_read_room(struct server *server, struct acted *acted) {
  struct store_job *job = store_job_create(STORE_ROOM_GET);
  if (job) job->room.member = acted->member;
  if (job) job->room.room = arena_copy(job->arena, slice_of(acted->room));
  return acted_submit(server, acted, job, acted_room_done);
}

/* Not as the member would: who is shut out of the club reads nothing any more. */
static bool acted_read_audit(struct server *server, struct acted *acted) {
  struct store_job *job = store_job_create(STORE_AUDIT_LIST);
  if (job) job->audit = (struct store_audit){.key = acted->key, .limit = 1};
  return acted_submit(server, acted, job, acted_told);
}

bool acted_begin(struct server *server, const struct club_event *event, int64_t from, bool ended) {
  if (!presents_find(server->services.presents, event->member)) return true;
  struct acted *acted = NULL;
  HASH_FIND(hh, server->acted, &event->seq, sizeof event->seq, acted);
  if (acted) return true;
  acted = calloc(1, sizeof *acted);
  if (!acted || event->room.size > LIMIT_IDENTIFIER) {
    free(acted);
    return false;
  }
  *acted =
      (struct acted){.seq = event->seq, .from = from, .member = event->member, .key = event->session, .ended = ended};
  if (event->room.size > 0) memcpy(acted->room, event->room.data, event->room.size);
  HASH_ADD(hh, server->acted, seq, sizeof acted->seq, acted);
  if (!acted->hh.tbl) {
    free(acted);
    return false;
  }
  if (acted_read_member(server, acted)) return true;
  acted_drop(server, acted);
  return false;
}

/* ---- what comes of them ---- */

static bool acted_read_more(struct server *server, struct acted *acted) {
  return acted->room[0] ? acted_read_room(server, acted) : acted_read_audit(server, acted);
}

static void acted_member_done(void *context, struct store_job *job) {
  struct server *server = ((struct completions *)context)->server;
  struct acted *acted = acted_find(server, job);
  bool taken = pulse_take_member(server, job);
  server->pulse.reads--;
  if (acted && taken && !presents_find(server->services.presents, acted->member))
    acted_finish(server, acted, true);
  else if (acted && (!taken || !acted_read_more(server, acted)))
    acted_finish(server, acted, false);
  store_job_destroy(job);
  pulse_finish(server);
}

/* It may not be entered any more; or it may, again, or is another one for the member. */
static bool acted_take_room(struct server *server, const struct acted *acted, const struct store_job *job) {
  struct present *present = presents_find(server->services.presents, acted->member);
  if (!present) return true;
  if (job->outcome == STORE_REFUSED) {
    connections_leave_room(server->connections, present, slice_of(acted->room), job->reason);
    return true;
  }
  return job->outcome == STORE_DONE && listing_renew(&server->services, present, slice_of(acted->room)) &&
         listing_renew_crossings(&server->services, present, slice_of(acted->room));
}

static void acted_room_done(void *context, struct store_job *job) {
  struct server *server = ((struct completions *)context)->server;
  struct acted *acted = acted_find(server, job);
  server->pulse.reads--;
  if (acted && (!acted_take_room(server, acted, job) || !acted_read_audit(server, acted)))
    acted_finish(server, acted, false);
  store_job_destroy(job);
  pulse_finish(server);
}

const struct audit_record *acted_once(struct server *server, const struct audit_record *act, int64_t seq) {
  int64_t *told = &server->told[(uint64_t)seq % ACTED_TOLD];
  if (!act || *told == seq) return NULL;
  *told = seq;
  return act;
}

void acted_forget(struct server *server) {
  memset(server->told, 0, sizeof server->told);
}

static bool acted_in_club(struct server *server, const struct acted *acted, struct present *present,
                          const struct audit_record *act) {
  if (standing_is_out(present, clock_wall_ms(&server->services.clock))) {
    connections_banned(server->connections, present, act);
    return true;
  }
  if (act) connections_acted(server->connections, present, act);
  if (acted->ended) connections_check_sessions(server->connections, present);
  return listing_renew_all(&server->services, present);
}

static bool acted_take_audit(struct server *server, const struct acted *acted, const struct store_job *job) {
  struct present *present = presents_find(server->services.presents, acted->member);
  bool known = job->outcome == STORE_DONE && job->audit.count > 0;
  const struct audit_record *act = known ? &job->audit.records[0] : NULL;
  if (!present) return true;
  if (job->outcome != STORE_DONE && job->outcome != STORE_REFUSED) return false;
  act = acted_once(server, act, acted->seq);
  if (!acted->room[0]) return acted_in_club(server, acted, present, act);
  if (act) connections_acted(server->connections, present, act);
  return true;
}

static void acted_told(void *context, struct store_job *job) {
  struct server *server = ((struct completions *)context)->server;
  struct acted *acted = acted_find(server, job);
  server->pulse.reads--;
  if (acted) acted_finish(server, acted, acted_take_audit(server, acted, job));
  store_job_destroy(job);
  pulse_finish(server);
}
