#ifndef STORE_FINDING_H
#define STORE_FINDING_H
/* Which rooms fit what is asked for, and in which order: the same for every driver, which gives it all rooms that the
 * member may enter, one by one. They are few: the club's own, and at most LIMIT_CUSTOM_ROOMS. */
#include "club/store.h"
#include "club/terms.h"

#define FINDING_TERMS 32 /* of a text; the rest is left out */

struct finding_room {
  struct slice id;
  enum room_kind kind;
  bool by_topic; /* some word is only there */
  int64_t at;    /* of the newest entry; 0: none */
};

struct finding {
  struct store_finding *wish;
  struct arena *arena; /* the job's */
  struct terms *cutter;
  struct slice asked[FINDING_TERMS];
  size_t asked_count;
  struct finding_room *rooms; /* that fit */
  size_t count, capacity;
};

void finding_begin(struct finding *finding, struct terms *cutter, struct store_job *job);
/* A room with the title that a moderator gave it (may be absent) and its topic. */
void finding_add(struct finding *finding, const struct finding_room *room, struct slice title, struct slice topic);
/* The page: `ids`, in order, `count` of them; sets `more`. Refused with conflict when `after` is not among them. */
enum reason finding_end(struct finding *finding, struct slice *ids, size_t *count);

/* All rooms that are no direct talks and that the member, $1, may enter at `now`, in the words of each database. Bans are
 * kind 2. */
#define FINDING_ROOMS(now) \
  "SELECT id, kind, at, title, topic FROM room WHERE kind <> 3 AND (private = 0 OR EXISTS (SELECT 1 FROM admission " \
  "WHERE admission.room = room.key AND admission.member = $1)) AND NOT EXISTS (SELECT 1 FROM sanction " \
  "WHERE sanction.member = $1 AND sanction.room = room.key AND sanction.kind = 2 " \
  "AND (sanction.until = 0 OR sanction.until > " now "))"
#endif
