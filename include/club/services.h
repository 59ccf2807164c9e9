#ifndef CLUB_SERVICES_H
#define CLUB_SERVICES_H
/* What one instance hands to its methods and its HTTP API: everything is reached through here, nothing is global. The
 * server owns it all and outlives every call. */
#include "club/bus.h"
#include "club/chorus.h"
#include "club/clock.h"
#include "club/club.h"
#include "club/http.h"
#include "club/member.h"
#include "club/metrics.h"
#include "club/room.h"
#include "club/store.h"
#include "club/wheel.h"

struct server;

/* Reads of members' lists under way. What is stale is read again in the background, so many rooms at once at most; the
 * others stay stale until they are swept. */
#define STALE_AT_ONCE 128
struct listings_read {
  size_t lists, rooms;
};

struct services {
  const struct club *club;
  struct clock clock;
  struct randomness randomness;
  struct wheel *wheel;
  struct store store;
  struct bus bus;
  struct hasher hasher;
  struct http_answerer answerer;
  struct rooms *rooms;
  struct presents *presents;
  struct tries *tries;
  struct chorus *chorus; /* of members of the last day */
  struct listings_read *listings_read;
  struct metrics *metrics;
  struct slice url;            /* CLUB_URL without a slash at its end; links begin with it */
  const struct slice *origins; /* allowed beside the own one */
  size_t origin_count;
  bool tls;
  bool raid;   /* there is one, as the store said last */
  bool limits; /* false: no rates, no connection counts */
  struct rate post_rate;
  bool first_day;        /* tighter limits for who came within a day */
  struct slice instance; /* this instance's name */
  struct slice version;
  char epoch[TOKEN_SIZE + 1];
  unsigned char secret[DIGEST_SIZE]; /* the club's, from the store */
  /* A write added to the club log, which now ends at `head`: it is read at once. */
  struct server *server;
  void (*club_log_grew)(struct server *server, int64_t head);
  /* The member's connections on other instances learn that the room is on the list (`mark` NULL), or how things stand
   * after it was marked as read. */
  void (*tell_elsewhere)(struct server *server, int64_t member, struct slice room, const struct watch_counts *mark);
  /* Listings of a present member changed: its connections are owed what differs from what each was told. `soon`: at
   * once, not with the next round of heads. */
  void (*member_changed)(struct server *server, struct present *present, bool soon);
};
#endif
