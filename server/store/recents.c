#include "recents.h"

#include <stdlib.h>
#include <string.h>

#define ROOMS 256

/* Keys are dense, so up to ROOMS rooms have a place each. The longest unasked would be the wrong one to give way: each
 * member asks for all rooms in turn, and with one room too many nothing would ever be found again. */
struct recents {
  struct recent *rooms[ROOMS]; /* by the key's remainder */
};

struct recents *recents_create(void) {
  return calloc(1, sizeof(struct recents));
}

void recents_forget(struct recents *recents) {
  for (size_t i = 0; i < ROOMS; i++) {
    free(recents->rooms[i]);
    recents->rooms[i] = NULL;
  }
}

void recents_destroy(struct recents *recents) {
  if (!recents) return;
  recents_forget(recents);
  free(recents);
}

static void start_over(struct recent *recent, int64_t room) {
  recent->room = room;
  recent->from = 0;
  recent->head = -1;
  recent->count = 0;
}

struct recent *recents_get(struct recents *recents, int64_t room) {
  struct recent **place = &recents->rooms[(uint64_t)room % ROOMS];
  if (!*place) {
    *place = malloc(sizeof **place);
    if (!*place) return NULL;
    start_over(*place, room);
  }
  if ((*place)->room != room) start_over(*place, room);
  return *place;
}

void recent_append(struct recent *recent, int64_t seq, int64_t member) {
  if (recent->count == RECENT_CAPACITY) {
    size_t drop = RECENT_CAPACITY - RECENT_KEEP;
    recent->from = recent->messages[drop - 1].seq;
    memmove(recent->messages, recent->messages + drop, RECENT_KEEP * sizeof *recent->messages);
    recent->count = RECENT_KEEP;
  }
  recent->messages[recent->count++] = (struct recent_message){seq, member};
}

/* The first message after `after`. */
static size_t place_after(const struct recent *recent, int64_t after) {
  size_t low = 0, high = recent->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (recent->messages[middle].seq <= after) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void recent_remove(struct recent *recent, int64_t seq) {
  size_t place = place_after(recent, seq);
  if (place == 0 || recent->messages[place - 1].seq != seq) return;
  memmove(recent->messages + place - 1, recent->messages + place, (recent->count - place) * sizeof *recent->messages);
  recent->count--;
}

int64_t recent_count(const struct recent *recent, int64_t after, int64_t member, int64_t limit) {
  int64_t count = 0;
  for (size_t i = place_after(recent, after); i < recent->count && count < limit; i++) {
    if (recent->messages[i].member != member) count++;
  }
  return count;
}
