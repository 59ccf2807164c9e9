/* Going away: for good after SIGTERM, or because the store is lost and another instance reaches it. Where another one
 * takes the members they are told one by one, so that it can let them in at its pace, and are there after a moment. Where
 * there is none they can only wait for the restart: all are told soon, and come back spread over the time it takes. */
#include "club/log.h"
#include "inside.h"

#define ELSEWHERE_TOLD_MS 5500
#define ELSEWHERE_RETRY_MS 500
#define ELSEWHERE_PATIENCE_MS 1000 /* nobody waits longer for what this instance cannot finish */
#define ALONE_TOLD_MS 2000
#define ALONE_EACH_US 200 /* of that, for each connection: few are told at once */
#define ALONE_RETRY_MS 1000
#define STORE_LOST_MS 8000 /* beyond being fresh: ten seconds without a confirmation */

static struct departure away_elsewhere(void) {
  return (struct departure){
      .told_within_ms = ELSEWHERE_TOLD_MS, .retry_spread_ms = ELSEWHERE_RETRY_MS, .patience_ms = ELSEWHERE_PATIENCE_MS};
}

static struct departure away_alone(const struct server *server) {
  int64_t within_ms = (int64_t)connections_count(server->connections) * ALONE_EACH_US / 1000;
  return (struct departure){.told_within_ms = within_ms < ALONE_TOLD_MS ? within_ms : ALONE_TOLD_MS,
                            .retry_from_ms = ALONE_RETRY_MS,
                            .retry_spread_ms = CLOSING_SECONDS * 1000};
}

/* Without a store nobody is sent away unless somebody else has one; and who stayed until it came back stays. */
static bool away_is_wanted(const struct server *server, bool elsewhere) {
  if (server->going_away) return true;
  if (!elsewhere) return false;
  return server->away.leaving ? !pulse_is_fresh(server) : server->pulse.waited_ms >= STORE_LOST_MS;
}

static void away_begin(struct server *server, bool elsewhere) {
  struct departure departure = elsewhere ? away_elsewhere() : away_alone(server);
  server->away.leaving = true;
  server->away.elsewhere = elsewhere;
  connections_leave(server->connections, &departure);
}

static void away_end(struct server *server) {
  log_line(LOG_INFO, "members who were not sent away stay");
  server->away.leaving = false;
  connections_stay(server->connections);
}

void away_turn(struct server *server) {
  struct away *away = &server->away;
  bool elsewhere = peers_serve(server), wanted = away_is_wanted(server, elsewhere);
  if (wanted && !away->leaving && !server->going_away)
    log_line(LOG_WARN, "the store is lost, sending members to other instances");
  if (wanted && (!away->leaving || away->elsewhere != elsewhere)) away_begin(server, elsewhere);
  if (!wanted && away->leaving) away_end(server);
  connections_refuse(server->connections, server->forgetting || away->leaving);
}

void server_go_away(struct server *server) {
  if (server->going_away) return;
  server->going_away = true;
  server->away.since_ms = server_now(server);
}

bool server_is_done(const struct server *server) {
  if (!server->going_away) return false;
  if (server_now(server) - server->away.since_ms >= (CLOSING_SECONDS - 1) * 1000) return true;
  return connections_count(server->connections) == 0 && connections_in_flight(server->connections) == 0 &&
         api_pending(server->api) == 0 && peers_left(server);
}
