#ifndef INSTANCE_INSIDE_H
#define INSTANCE_INSIDE_H
#include "club/api.h"
#include "club/limits.h"
#include "club/method.h"
#include "club/server.h"

struct pulse {
  int64_t sent_ms;      /* when the last one was asked for */
  int64_t confirmed_ms; /* when the last one that was answered had been asked for */
  int64_t club_seen;    /* the club log up to here was carried out */
  int64_t waited_ms;    /* for a confirmation, as far as this process was running */
  int64_t turn_ms;      /* of the last turn */
  bool asked, again;
};

struct away {
  bool leaving;   /* everybody is being told to leave */
  bool elsewhere; /* … because, or though, another instance takes them */
  int64_t since_ms;
};

struct server {
  struct server_setup setup;
  struct services services;
  struct completions completions;
  struct metrics metrics;
  struct pulse pulse;
  struct connections *connections;
  struct api *api;
  int64_t gathering_since_ms; /* 0: the next fan-out is not put off */
  int64_t fan_out_ms;         /* how long the last large one took */
  bool going_away;            /* for good */
  bool forgetting;            /* another history: nobody is let in before all who knew the old one are gone */
  struct away away;
};

static inline int64_t server_now(const struct server *server) {
  return clock_monotonic_ms(&server->services.clock);
}

/* pulse.c: what the store confirms again and again */
void pulse_turn(struct server *server);
/* The turn after nothing is left of another history: members are let in again. */
void pulse_admit(struct server *server);
void pulse_at_once(struct server *server);
/* May what is known here be used? Not when the store has not confirmed it for two seconds: a process that was stopped
 * and goes on asks before it sends. */
bool pulse_is_fresh(const struct server *server);
/* Has the store kept this instance waiting so long that it says `unavailable`? */
bool pulse_is_lost(const struct server *server);

/* away.c */
void away_turn(struct server *server);

/* peers.c */
/* Has another instance been heard within the last ten seconds that reaches the store and takes members? */
bool peers_serve(const struct server *server);
#endif
