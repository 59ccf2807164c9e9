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
  int64_t club_known;   /* … when the store was asked */
  int64_t waited_ms;    /* for a confirmation, as far as this process was running */
  int64_t turn_ms;      /* of the last turn */
  int64_t reports;      /* as the store said last: see struct store_pulse */
  size_t reads;         /* under way, of members that changed */
  bool carried_out;     /* all that the last one told, as far as it is known yet */
  bool asked, again;
  bool wanted; /* others say that there is something new */
};

/* hear.c: what is heard on the bus */
struct hear {
  uint64_t generation; /* of the bus, when it was looked at */
  bool listening;
  bool quickly;       /* messages may have been missed: lists are read again without delay */
  int64_t doubted_ms; /* when all lists became doubtful last, for no reason but time */
  struct wheel_timer timer;
};

/* peers.c: other instances */
#define PEERS 64 /* that are remembered */
#define PEER_NAME 64
struct peer {
  char name[PEER_NAME];
  uint8_t name_size; /* 0: a free place */
  bool serves;
  int64_t heard_ms;
};
enum peer_word { PEER_UNSAID, PEER_SERVES, PEER_STAYS, PEER_GONE };
struct peers {
  struct peer all[PEERS];
  enum peer_word word; /* what was said of this one last */
  int64_t said_ms;
  bool left; /* it was said, in an earlier turn, that it is gone */
};

struct acted;           /* acted.c: what was done to a member and is being carried out */
#define ACTED_TOLD 1024 /* what is told of last: more than a pulse carries */
struct again;           /* elsewhere.c: what is said to other instances once more, a little later */

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
  struct listings_read listings_read;
  struct pulse pulse;
  struct hear hear;
  struct peers peers;
  struct again *elsewhere;
  struct acted *acted;
  int64_t told[ACTED_TOLD]; /* events of acts that their members were told of, each at its seq modulo ACTED_TOLD */
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
/* In a moment, together with whatever else is heard until then. */
void pulse_soon(struct server *server);
/* May what is known here be used? Not when the store has not confirmed it for two seconds: a process that was stopped
 * and goes on asks before it sends. */
bool pulse_is_fresh(const struct server *server);
/* Has the store kept this instance waiting so long that it says `unavailable`? */
bool pulse_is_lost(const struct server *server);

/* A read of the member is back; a newer one that is known stays. False: it failed. */
bool pulse_take_member(struct server *server, const struct store_job *job) CLUB_MUST_CHECK;
/* Something of the club log could not be carried out: nothing is confirmed, and it is read again from this event on. */
void pulse_again_from(struct server *server, int64_t seq);
/* One of its reads is back. */
void pulse_finish(struct server *server);

/* acted.c */
/* `from`: the first event that is carried out with it; `ended`: some of the member's sessions are over. False: it could
 * not be begun. */
bool acted_begin(struct server *server, const struct club_event *event, int64_t from, bool ended) CLUB_MUST_CHECK;
void acted_end(struct server *server);
/* What its member is to be told, however often the event is read. NULL: nothing, that was told already. */
const struct audit_record *acted_once(struct server *server, const struct audit_record *act, int64_t seq);
/* Another history: its events are not those of before. */
void acted_forget(struct server *server);

/* acted_together.c */
/* Was the same act done to others, too, in the whole club? */
bool acted_is_together(const struct store_pulse *read, const struct club_event *event);
/* Begins with all of them that follow, as many as are read at a time; `until`: the last of these. False: not begun. */
bool acted_begin_together(struct server *server, const struct store_pulse *read, const struct club_event *event,
                          int64_t *until) CLUB_MUST_CHECK;

/* away.c */
void away_turn(struct server *server);

/* hear.c */
#define INSTANCES_TOPIC "@instances"
void hear_begin(struct server *server);
void hear_end(struct server *server);
void hear_turn(struct server *server);
void hear_club_log_grew(struct server *server, int64_t head);
bool hear_is_alone(const struct server *server);
/* Says it to the other instances, sealed, behind this one's name. */
void hear_say(const struct server *server, const char *kind, struct slice topic, const char *format, ...)
    CLUB_PRINTF(4, 5);
struct said {
  struct slice instance, rest;
};
/* False: it is this instance's own, or was dropped and counted. */
bool hear_open(struct server *server, const char *kind, struct slice topic, struct slice message, bool any_epoch,
               struct said *said) CLUB_MUST_CHECK;

/* elsewhere.c */
void elsewhere_tell(struct server *server, int64_t member, struct slice room, const struct watch_counts *mark);
void elsewhere_hear(struct server *server, int64_t member, struct slice topic, struct slice message);
void elsewhere_turn(struct server *server);
void elsewhere_end(struct server *server);

/* peers.c */
void peers_turn(struct server *server);
void peers_hear(struct server *server, struct slice message);
int64_t peers_count(const struct server *server);
/* Have the others been told that this one is gone? */
bool peers_left(const struct server *server);
/* Has another instance been heard within the last ten seconds that reaches the store and takes members? */
bool peers_serve(const struct server *server);
#endif
