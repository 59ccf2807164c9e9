/* Where the logs of rooms ended that left memory a moment ago. A member's list is read without holding its rooms, which
 * are not known before; a room that came and went meanwhile must not begin again with an older head from that read. */
#include <stdlib.h>

#include "inside.h"

#define DEPARTED_LIMIT 8192
#define DEPARTED_KEEP_MS 30000

struct departed {
  UT_hash_handle hh;
  int64_t head, at_ms;
  uint8_t id_size;
  char id[];
};

static void departed_drop(struct rooms *rooms, struct departed *departed) {
  HASH_DELETE(hh, rooms->departed, departed);
  free(departed);
}

void departed_note(const struct room *room) {
  struct rooms *rooms = room->rooms;
  if (room->head < 0) return;
  struct departed *departed = malloc(sizeof *departed + room->id_size);
  if (!departed) return;
  *departed =
      (struct departed){.head = room->head, .at_ms = clock_monotonic_ms(rooms->setup.clock), .id_size = room->id_size};
  memcpy(departed->id, room->id, room->id_size);
  HASH_ADD_KEYPTR(hh, rooms->departed, departed->id, departed->id_size, departed);
  if (!departed->hh.tbl) free(departed);
  if (HASH_COUNT(rooms->departed) > DEPARTED_LIMIT) departed_drop(rooms, rooms->departed); /* the oldest */
}

int64_t departed_take(struct rooms *rooms, struct slice id) {
  struct departed *departed;
  HASH_FIND(hh, rooms->departed, id.data, id.size, departed);
  if (!departed) return -1;
  int64_t head = departed->head;
  departed_drop(rooms, departed);
  return head;
}

/* The hash keeps the order in which they came. */
void departed_sweep(struct rooms *rooms, int64_t now_ms) {
  while (rooms->departed && now_ms - rooms->departed->at_ms > DEPARTED_KEEP_MS) departed_drop(rooms, rooms->departed);
}

void departed_clear(struct rooms *rooms) {
  while (rooms->departed) departed_drop(rooms, rooms->departed);
}
