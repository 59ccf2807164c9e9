#include <stdlib.h>

#include "inside.h"

static struct early *early_copy(const struct note *note, struct slice encoded) {
  size_t text = (encoded.size + 7) & ~(size_t)7; /* mentions stand aligned behind the bytes */
  struct early *early = malloc(sizeof *early + text + note->mention_count * sizeof(int64_t));
  if (!early) return NULL;
  early->next = NULL;
  early->note = *note;
  early->size = encoded.size;
  memcpy(early->bytes, encoded.data, encoded.size);
  if (note->mention_count > 0) memcpy(early->bytes + text, note->mentions, note->mention_count * sizeof(int64_t));
  early->note.mentions = (const int64_t *)(const void *)(early->bytes + text);
  return early;
}

/* The furthest one is the cheapest to read again. */
static void early_drop_last(struct room *room) {
  struct early **at = &room->early;
  while ((*at)->next) at = &(*at)->next;
  free(*at);
  *at = NULL;
  room->early_count--;
}

void early_keep(struct room *room, const struct note *note, struct slice encoded) {
  struct early **at = &room->early;
  while (*at && (*at)->note.seq < note->seq) at = &(*at)->next;
  if (*at && (*at)->note.seq == note->seq) return;
  struct early *early = early_copy(note, encoded);
  if (!early) return; /* it is read from the store instead */
  early->next = *at;
  *at = early;
  if (++room->early_count > EARLY_LIMIT) early_drop_last(room);
}

bool early_removes(const struct room *room, int64_t seq) {
  const struct early *early = room->early;
  while (early && (early->note.type != ENTRY_REMOVE || early->note.target != seq)) early = early->next;
  return early != NULL;
}

void early_drop(struct room *room, int64_t target) {
  for (struct early **at = &room->early; *at;) {
    struct early *early = *at;
    if (early->note.seq != target && (early->note.type != ENTRY_EDIT || early->note.target != target)) {
      at = &early->next;
      continue;
    }
    *at = early->next;
    free(early);
    room->early_count--;
  }
}

struct early *early_take(struct room *room, int64_t seq) {
  while (room->early && room->early->note.seq <= seq) {
    struct early *early = room->early;
    room->early = early->next;
    room->early_count--;
    if (early->note.seq == seq) return early;
    free(early);
  }
  return NULL;
}

void early_clear(struct room *room) {
  while (room->early) {
    struct early *early = room->early;
    room->early = early->next;
    free(early);
  }
  room->early_count = 0;
}
