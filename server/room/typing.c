/* Who is typing: told once to those who can take it now, never stored. */
#include <stdlib.h>

#include "club/wire.h"
#include "inside.h"

void room_type(struct rooms *rooms, struct room *room, int64_t member, struct slice name, struct slice country,
               struct slice company) {
  buffer_clear(&rooms->scratch);
  encode_typing(&rooms->scratch, room_slice(room), member, name, country, company);
  char *bytes = rooms->scratch.failed ? NULL : malloc(rooms->scratch.size);
  if (!bytes) return;
  memcpy(bytes, rooms->scratch.data, rooms->scratch.size);
  room->typing_stamp++;
  struct typer *typer = &room->typers[room->typing_stamp % TYPERS];
  free(typer->bytes);
  *typer = (struct typer){member, room->typing_stamp, (uint32_t)rooms->scratch.size, bytes};
  room_mark(room);
}

/* Those since the subscription was last told, the newest few; what does not fit is not told at all: it is a hint. */
void typing_take(struct room *room, struct subscription *subscription, struct buffer *frame, size_t limit,
                 size_t *items) {
  uint32_t behind = room->typing_stamp - subscription->typing_seen;
  subscription->typing_seen = room->typing_stamp;
  for (uint32_t i = behind < TYPERS ? behind : TYPERS; i > 0; i--) {
    const struct typer *typer = &room->typers[(room->typing_stamp - i + 1) % TYPERS];
    if (!typer->bytes || typer->member == subscription->member || frame->size + typer->size + 2 > limit) continue;
    if (*items > 0) buffer_append_char(frame, ',');
    if (buffer_append(frame, typer->bytes, typer->size)) ++*items;
  }
}

void typing_clear(struct room *room) {
  for (size_t i = 0; i < TYPERS; i++) {
    free(room->typers[i].bytes);
    room->typers[i] = (struct typer){0};
  }
}
