/* A member's connections on other instances: what a member does here changes the list that they show. Under the member's
 * topic go
 *
 *   M1 instance L room                               the room is on the list
 *   M1 instance R room head read unread mentions     it was marked as read, and how it stands with that
 *
 * once at once and once a little later: one who comes meanwhile may have read the list before and subscribes after. */
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

#include "club/log.h"
#include "club/seal.h"
#include "inside.h"

#define AGAIN_MS 2000
#define AGAIN_LIMIT 8192 /* what is to be said again; beyond it things are said once */
#define KEY_SIZE (MEMBER_TOPIC_SIZE + LIMIT_IDENTIFIER + 2)

struct again {
  UT_hash_handle hh;
  char key[KEY_SIZE]; /* what is said of: topic and room, and whether it is a mark */
  int64_t member, due_ms;
  bool marked;
  struct watch_counts mark;
  char room[LIMIT_IDENTIFIER + 1];
};

/* ---- saying ---- */

static void elsewhere_say(const struct server *server, int64_t member, struct slice room,
                          const struct watch_counts *mark) {
  char topic[MEMBER_TOPIC_SIZE];
  member_topic_write(topic, member);
  if (mark)
    hear_say(server, "M1", slice_of(topic), "R %.*s %lld %lld %lld %lld ", (int)room.size, room.data,
             (long long)mark->head, (long long)mark->read, (long long)mark->unread, (long long)mark->mentions);
  else
    hear_say(server, "M1", slice_of(topic), "L %.*s ", (int)room.size, room.data);
}

static struct again *elsewhere_make(const struct server *server, const char *key, int64_t member, struct slice room,
                                    bool marked) {
  if (HASH_COUNT(server->elsewhere) >= AGAIN_LIMIT) return NULL;
  struct again *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  memcpy(made->key, key, strlen(key) + 1);
  memcpy(made->room, room.data, room.size);
  made->member = member;
  made->marked = marked;
  return made;
}

/* The whole time from now on, also where something older was to be said again: what is newer is said in its place. NULL:
 * it is said once. */
static struct again *elsewhere_remember(struct server *server, int64_t member, struct slice room, bool marked) {
  char key[KEY_SIZE];
  struct again *found;
  int size = snprintf(key, sizeof key, "%c%lld %.*s", marked ? 'R' : 'L', (long long)member, (int)room.size, room.data);
  if (size < 0 || (size_t)size >= sizeof key) return NULL;
  HASH_FIND_STR(server->elsewhere, key, found);
  if (found)
    HASH_DELETE(hh, server->elsewhere, found);
  else
    found = elsewhere_make(server, key, member, room, marked);
  if (!found) return NULL;
  found->due_ms = server_now(server) + AGAIN_MS;
  HASH_ADD_STR(server->elsewhere, key, found);
  if (found->hh.tbl) return found;
  free(found);
  return NULL;
}

void elsewhere_tell(struct server *server, int64_t member, struct slice room, const struct watch_counts *mark) {
  /* What still comes back from another history is nobody's news. */
  if (hear_is_alone(server) || server->forgetting || room.size > LIMIT_IDENTIFIER) return;
  elsewhere_say(server, member, room, mark);
  struct again *again = elsewhere_remember(server, member, room, mark != NULL);
  if (again && mark) again->mark = *mark;
}

static void elsewhere_drop(struct server *server, struct again *again) {
  HASH_DELETE(hh, server->elsewhere, again);
  free(again);
}

/* The first one has waited longest. */
void elsewhere_turn(struct server *server) {
  while (server->elsewhere && server->elsewhere->due_ms <= server_now(server)) {
    struct again *again = server->elsewhere;
    elsewhere_say(server, again->member, slice_of(again->room), again->marked ? &again->mark : NULL);
    elsewhere_drop(server, again);
  }
}

void elsewhere_end(struct server *server) {
  while (server->elsewhere) elsewhere_drop(server, server->elsewhere);
}

/* ---- hearing ---- */

static void elsewhere_listed(struct server *server, const struct present *present, struct slice room) {
  if (present_listing(present, room)) return;
  if (!listing_refresh(&server->services, present->key, room)) /* it is said again */
    log_line(LOG_WARN, "listing not read", LOG_NUMBER("member", present->key));
}

static bool elsewhere_marked(struct server *server, struct present *present, struct slice room, struct slice rest) {
  struct watch_counts mark;
  if (!seal_number(&rest, &mark.head) || !seal_number(&rest, &mark.read) || !seal_number(&rest, &mark.unread) ||
      !seal_number(&rest, &mark.mentions))
    return false;
  const struct listing *listing = present_listing(present, room);
  if (!listing || mark.read > listing->watcher.read) listing_marked(&server->services, present, room, &mark);
  return true;
}

void elsewhere_hear(struct server *server, int64_t member, struct slice topic, struct slice message) {
  struct present *present = presents_find(server->services.presents, member);
  struct said said;
  struct slice what, room;
  if (!present || !hear_open(server, "M1", topic, message, false, &said)) return;
  bool understood = seal_word(&said.rest, &what) && seal_word(&said.rest, &room) && room.size <= LIMIT_IDENTIFIER;
  if (understood && slice_is(what, "L"))
    elsewhere_listed(server, present, room);
  else if (!understood || !slice_is(what, "R") || !elsewhere_marked(server, present, room, said.rest))
    server->metrics.hints_dropped++;
}
