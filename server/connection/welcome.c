/* The first frame: whose session it is is asked of the store, then `welcome`, or `closing` where there is no room. */
#include <stdlib.h>

#include "club/log.h"
#include "inside.h"

#define TRIES 5
#define RETRY_SURPLUS_MS 10000 /* another line of the member has to end first */

void welcome_refuse(struct connection *connection, int64_t retry_after_ms) {
  connection->all->setup.services->metrics->connections_refused++;
  connection->all->refused++;
  connection->refused = true;
  leave_send_away(connection, retry_after_ms);
}

static void welcome_list(const struct services *services, struct present *member, const struct store_session *found) {
  for (size_t i = 0; i < found->room_count; i++) {
    const struct room_record *record = &found->rooms[i];
    if (!present_list(services->rooms, member, record, false) && !listing_refresh(services, member->key, record->room))
      log_line(LOG_WARN, "listing not read", LOG_NUMBER("member", member->key));
  }
}

static bool welcome_join_member(struct connection *connection, const struct store_session *found) {
  const struct services *services = connection->all->setup.services;
  struct present *member = presents_hold(services->presents, &found->record);
  if (!member) return false;
  if (!member->connections) {
    struct connection_list *list = calloc(1, sizeof *list);
    if (!list) {
      presents_release(services->presents, services->rooms, member);
      return false;
    }
    member->connections = list;
    welcome_list(services, member, found);
  }
  connection->member = member;
  member->connection_count++;
  LIST_INSERT_HEAD((struct connection_list *)member->connections, connection, of_member);
  return true;
}

static void welcome_enter(struct connection *connection, const struct store_session *found) {
  const struct services *services = connection->all->setup.services;
  struct present *present = presents_find(services->presents, found->record.key);
  if (services->limits && present && present->connection_count >= LIMIT_CONNECTIONS_OF_MEMBER) {
    welcome_refuse(connection, RETRY_SURPLUS_MS + connections_chance(connection->all, RETRY_SURPLUS_MS));
    return;
  }
  if (!welcome_join_member(connection, found)) {
    welcome_refuse(connection, admission_retry_ms(connection->all));
    return;
  }
  admission_leave(connection);
  connection->state = STATE_LIVE;
  free(connection->token);
  connection->token = NULL;
  tell_begin(connection);
  struct welcome welcome = {.member = &found->record,
                            .instance = services->instance,
                            .epoch = slice_of(services->epoch),
                            .now_ms = clock_wall_ms(&services->clock),
                            .raid = services->raid};
  encode_welcome(outbox_begin(connection), &welcome);
  outbox_end(connection);
  session_enter(connection, found);
  connection_mark_run(connection); /* requests may have come already */
}

static void welcome_done(void *context, struct store_job *job) {
  struct connections *connections = ((struct completions *)context)->connections;
  struct connection *connection;
  HASH_FIND(hh, connections->by_id, &job->ticket, sizeof job->ticket, connection);
  admission_back(connections, connection);
  if (connection && connection->state == STATE_OPENING && !connection->leaving) {
    bool old =
        job->outcome == STORE_DONE && (job->session.club_head < *connections->setup.club_seen ||
                                       connection->list_round != presents_round(connections->setup.services->presents));
    if (old && ++connection->tries < TRIES)
      welcome_ask(
          connection); /* the session may have ended, a message on the list been missed, between the reading and now */
    else if (job->outcome == STORE_REFUSED)
      connection_end(connection, session_over_code(job));
    else if (old || job->outcome != STORE_DONE)
      welcome_refuse(connection, admission_retry_ms(connections));
    else
      welcome_enter(connection, &job->session);
  }
  store_job_destroy(job);
}

void welcome_ask(struct connection *connection) {
  struct connections *connections = connection->all;
  const struct services *services = connections->setup.services;
  struct store_job *job = store_job_create(STORE_SESSION_FIND);
  if (!job) {
    welcome_refuse(connection, admission_retry_ms(connections));
    return;
  }
  connection->list_round = presents_round(services->presents);
  job->patient = true; /* those who are in go first */
  job->ticket = connection->id;
  job->done = welcome_done;
  job->session.with_rooms = true;
  digest_sha256(slice_of(connection->token), job->session.digest);
  if (services->store.submit(services->store.self, job)) {
    connections->admission.under_way++;
    return;
  }
  store_job_destroy(job);
  welcome_refuse(connection, admission_retry_ms(connections));
}
