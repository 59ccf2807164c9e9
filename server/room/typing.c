/* Who is typing: told once to those who can take it now, here and on other instances, never stored. */
#include <stdlib.h>

#include "club/wire.h"
#include "inside.h"

#define TYPING_EVERY_MS 1000 /* of a member: a bus may say it twice, and a member may be on two instances */

static bool typing_is_told(const struct room *room, int64_t member, int64_t now) {
  for (size_t i = 0; i < TYPERS; i++) {
    const struct typer *typer = &room->typers[i];
    if (typer->bytes && typer->member == member && now - typer->at_ms < TYPING_EVERY_MS) return true;
  }
  return false;
}

static void typing_show(struct room *room, int64_t member, const struct face *face) {
  struct buffer *scratch = &room->rooms->scratch;
  int64_t now = clock_monotonic_ms(room->rooms->setup.clock);
  if (room->subscription_count == 0 || typing_is_told(room, member, now)) return;
  buffer_clear(scratch);
  encode_typing(scratch, room_slice(room), member, face->name, face->country, face->company);
  char *bytes = scratch->failed ? NULL : malloc(scratch->size);
  if (!bytes) return;
  memcpy(bytes, scratch->data, scratch->size);
  room->typing_stamp++;
  struct typer *typer = &room->typers[room->typing_stamp % TYPERS];
  free(typer->bytes);
  *typer = (struct typer){member, now, (uint32_t)scratch->size, bytes};
  room_mark(room);
}

void room_type(struct rooms *rooms, struct room *room, int64_t member, struct slice name, struct slice country,
               struct slice company) {
  const struct face face = {name, country, company};
  if (!rooms->setup.bus->alone(rooms->setup.bus->self)) {
    hint_face(hint_begin_named(rooms, "T1"), member, &face);
    hint_send(rooms, room_slice(room));
  }
  typing_show(room, member, &face);
}

bool typing_hear(struct room *room, struct slice rest) {
  struct slice instance;
  struct face face;
  int64_t member;
  if (!seal_word(&rest, &instance) || !hint_read_face(&rest, &member, &face)) return false;
  typing_show(room, member, &face);
  return true;
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
