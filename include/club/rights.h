#ifndef CLUB_RIGHTS_H
#define CLUB_RIGHTS_H
/* Who may do what to whom: one table, which the store asks inside the transaction that acts. Any thread. */
#include <stdbool.h>

#include "club/slice.h"

/* How far somebody's word counts in a room or, where there is no room, in the club. Who moderates a country or a sector
 * moderates its crossings too; who moderates the club moderates every room but those that he may not enter. */
enum standing { STANDING_MEMBER, STANDING_ROOM, STANDING_CLUB, STANDING_ADMIN };

enum act {
  ACT_REMOVE, /* another's message */
  ACT_PURGE,  /* what a member wrote in a room lately */
  ACT_MUTE,
  ACT_BAN,
  ACT_UPDATE, /* a room's title, topic, lock, slow mode */
  ACT_PIN,
  ACT_APPOINT, /* moderators of a room; roles in the club */
  ACT_CREATE,  /* a room */
  ACT_ADMIT,   /* into a private room */
  ACT_EXCLUDE, /* out of it again: the right to undo ACT_ADMIT */
  ACT_SETTLE,  /* a report */
  ACT_INVITE,  /* into the club */
  ACT_REVOKE,  /* an invite */
  ACT_FREEZE,  /* a member and all who came through that one */
  ACT_RAID,    /* every room slow, nobody new */
  ACT_SEE,     /* who is muted or banned; who was let in */
  ACT_OPERATE, /* what an operator does from the command line */
  ACT_COUNT
};

struct right {
  const char *done, *undone;      /* the audit log's words for it; `undone` NULL: it cannot be */
  enum standing in_room, in_club; /* what it takes at least */
  bool room, club;                /* where it can be done */
  bool above;                     /* only on somebody of a lower standing there */
  bool oneself;                   /* …, or on oneself */
};

/* Never NULL. */
const struct right *right_of(enum act act);
/* The act whose right it takes: undoing may take another one. */
enum act right_needed(enum act act, bool on);
/* The parts of a crossing's id, "kz.fintech": "kz" and "fintech". False: it is none. */
bool right_parts(struct slice room, struct slice *country, struct slice *sector);
#endif
