/* What moderators did to a member who is here: told to all of the member's connections; rooms that may not be entered any
 * more are left; who is shut out of the club is sent away. */
#include "inside.h"

static struct connection *acted_first(const struct present *present) {
  return present->connections ? LIST_FIRST((struct connection_list *)present->connections) : NULL;
}

void connections_acted(struct connections *connections, const struct present *present, const struct audit_record *act) {
  (void)connections;
  for (struct connection *connection = acted_first(present); connection;
       connection = LIST_NEXT(connection, of_member)) {
    if (connection->state != STATE_LIVE) continue;
    encode_acted(outbox_begin(connection), act, present->role);
    outbox_end(connection);
  }
}

/* ---- out of a room ---- */

static void acted_leave(struct connection *connection, struct room *room, const struct listing *listing,
                        enum reason reason) {
  if (connection->tell_next == listing && listing) connection->tell_next = listing->next;
  if (connection->state == STATE_LIVE) {
    encode_left(outbox_begin(connection), room_id(room), reason);
    outbox_end(connection);
  }
  seat_leave(connection, room);
}

void connections_leave_room(struct connections *connections, struct present *present, struct slice id,
                            enum reason reason) {
  struct rooms *rooms = connections->setup.services->rooms;
  struct room *room = rooms_find(rooms, id) ? rooms_hold(rooms, id) : NULL;
  if (!room) return; /* nobody here follows it or has it on a list */
  struct listing *listing = present_listing(present, id);
  for (struct connection *connection = acted_first(present); connection;
       connection = LIST_NEXT(connection, of_member)) {
    paper_leave(connection, room);
    if (listing || seat_find(connection, room)) acted_leave(connection, room, listing, reason);
  }
  if (listing) present_unlist(rooms, present, listing);
  rooms_release(rooms, room);
}

/* ---- out of the club ---- */

/* Nothing that waits goes out any more: it may be newer than the ban. Where that is `welcome` itself, the code alone says
 * what was done. */
static void acted_end(struct connection *connection, const struct present *present, const struct audit_record *act) {
  if (connection->state != STATE_LIVE) return;
  outbox_free(connection);
  paper_free(connection);
  if (act && connection->greeted) {
    encode_acted(outbox_begin(connection), act, present->role);
    outbox_end(connection);
  }
  connection_end(connection, 4003);
}

void connections_banned(struct connections *connections, const struct present *present,
                        const struct audit_record *act) {
  (void)connections;
  for (struct connection *connection = acted_first(present); connection; connection = LIST_NEXT(connection, of_member))
    acted_end(connection, present, act);
}

void connections_check_sessions(struct connections *connections, const struct present *present) {
  (void)connections;
  for (struct connection *connection = acted_first(present); connection; connection = LIST_NEXT(connection, of_member))
    session_look(connection);
}

/* ---- everybody ---- */

void connections_reports(struct connections *connections) {
  struct connection *connection;
  LIST_FOREACH(connection, &connections->everyone, everyone) {
    const struct present *present = connection->member;
    if (connection->state != STATE_LIVE || (present->role == ROLE_MEMBER && present->standing_count == 0)) continue;
    encode_reports(outbox_begin(connection));
    outbox_end(connection);
  }
}

void connections_notice(struct connections *connections, const char *level, const char *code, const char *text) {
  struct connection *connection;
  LIST_FOREACH(connection, &connections->everyone, everyone) {
    if (connection->state != STATE_LIVE) continue;
    encode_notice(outbox_begin(connection), level, code, text);
    outbox_end(connection);
  }
}
