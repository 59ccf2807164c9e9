#ifndef CLUB_CONNECTION_H
#define CLUB_CONNECTION_H
/* One WebSocket each: frames in, requests carried out in order, frames out. Loop thread only. What the network reports
 * only marks; everything is done in connections_run and connections_flush, at the end of a turn. */
#include "club/address.h"
#include "club/services.h"
#include "club/transport.h"

struct connection;

struct connections_setup {
  const struct services *services;
  struct transport transport;
  const int64_t *club_seen; /* how far this instance has read the club log */
  size_t limit;             /* connections in all; the surplus is told `closing`. 0: none */
};

struct connections *connections_create(const struct connections_setup *setup) CLUB_MUST_CHECK;
/* Whatever is left is as good as closed. Takes NULL. */
void connections_destroy(struct connections *connections);
size_t connections_count(const struct connections *connections);
/* Requests begun and not finished, those of connections that are gone too. */
size_t connections_in_flight(const struct connections *connections);

/* ---- from the network ---- */

/* NULL: no memory. Freed at the end of the turn in which its link is reported closed. */
struct connection *connection_open(struct connections *connections, struct link *link, struct slice token,
                                   const struct address *address) CLUB_MUST_CHECK;
void connection_received(struct connection *connection, struct slice piece, bool last, bool binary, size_t remaining);
void connection_heard(struct connection *connection);
void connection_writable(struct connection *connection);
void connection_ending(struct connection *connection);
void connection_closed(struct connection *connection);

/* ---- the turn ---- */

/* Carries out what was received, as far as each connection may. */
void connections_run(struct connections *connections);
/* The store confirms nothing now: requests (but `ping`) are answered `unavailable`, and nothing but answers is sent. */
void connections_be_quiet(struct connections *connections, bool quiet);
/* Writes to each connection what waits for it, pauses and resumes reading, closes, frees what is gone. True: there is
 * more to do at once. */
bool connections_flush(struct connections *connections) CLUB_MUST_CHECK;
/* The turn while delivery pauses: lines are kept, nothing is carried out or written, what is gone is freed. */
void connections_pause(struct connections *connections);

/* ---- what others tell ---- */

/* rooms_setup.wants */
void connection_wants(struct subscription *subscription);
/* A listing of the member changed (present->change rose). `soon`: tell it now, not within a second. */
void connections_member_changed(struct connections *connections, struct present *present, bool soon);
/* Ends the connections of a session (4001). */
void connections_end_session(struct connections *connections, int64_t member, int64_t session);
/* What was done to a present member is told to all of the member's connections. */
void connections_acted(struct connections *connections, const struct present *present, const struct audit_record *act);
/* The member may not enter the room any more: `left`, and off the list. */
void connections_leave_room(struct connections *connections, struct present *present, struct slice id,
                            enum reason reason);
/* … nor the club (4003). `act` may be NULL. */
void connections_banned(struct connections *connections, const struct present *present, const struct audit_record *act);
/* Some of the member's sessions are over: each connection's is looked up. Until it is known nothing is written to it. */
void connections_check_sessions(struct connections *connections, const struct present *present);
/* A word to everybody; static texts. */
/* To those who moderate anything: there are other reports than before. */
void connections_reports(struct connections *connections);
void connections_notice(struct connections *connections, const char *level, const char *code, const char *text);
/* Everybody leaves: each connection is told `closing {retry_after}` at a moment of its own and closed with 1001 once what
 * it asked for is answered and what was committed until then is written. Until it is told it goes on as before. When it
 * is said again, the times of retry_after are the new ones, the moments stay. */
struct departure {
  int64_t told_within_ms;
  int64_t retry_from_ms, retry_spread_ms; /* of retry_after */
  int64_t patience_ms;                    /* for what was begun, counted from being told; 0: however long it takes */
};
void connections_leave(struct connections *connections, const struct departure *departure);
/* Those who were not told stay after all. */
void connections_stay(struct connections *connections);
/* New connections are told `closing` from here on, or not any more. */
void connections_refuse(struct connections *connections, bool refuse);
/* Tells everybody `closing` and closes with 1001, whatever is under way. */
void connections_end_all(struct connections *connections, int64_t spread_ms);
/* Is a write of the member into this room under way, so that an answer is owed before its entry? */
bool connections_is_writing(const struct connections *connections, const struct present *present, struct slice room);
#endif
