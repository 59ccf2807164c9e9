/* What moderators set about a room, kept as a read of the store told it until an entry says that it is otherwise. */
#include <stdlib.h>

#include "inside.h"

void settings_clear(struct room *room) {
  free(room->settings.memory);
  room->settings.memory = NULL;
}

static void settings_drop(struct room *room, int64_t seq) {
  if (seq > room->settings.changed) room->settings.changed = seq;
  settings_clear(room);
}

static bool settings_pin(const struct room *room, int64_t seq) {
  const struct room_settings *told = &room->settings.told;
  for (size_t i = 0; room->settings.memory && i < told->pinned_count; i++)
    if (told->pinned[i] == seq) return true;
  return false;
}

/* A removal is taken for one of a pinned message also where no pins are known: what is being read may have it. */
void settings_note(struct room *room, const struct note *note) {
  bool known = room->settings.memory != NULL, newer = !known || note->seq > room->settings.as_of;
  bool unpins = note->type == ENTRY_REMOVE && (!known || settings_pin(room, note->target));
  if (newer && (unpins || note->type == ENTRY_ROOM)) settings_drop(room, note->seq);
  if (note->type == ENTRY_ROOM && room->watcher_count > 0) room->settings.owed = true;
}

void settings_tell(struct room *room) {
  const struct rooms_setup *setup = &room->rooms->setup;
  if (room->watcher_count == 0) room->settings.owed = false;
  if (room->settings.owed && setup->changed) setup->changed(setup->owner, room);
}

void room_settings_told(struct room *room) {
  room->settings.owed = false;
}

static struct slice settings_text(char **at, struct slice text) {
  struct slice copy = {*at, text.size};
  if (text.size) memcpy(*at, text.data, text.size);
  *at += text.size;
  return copy;
}

bool room_settings_keep(struct room *room, const struct room_record *record) {
  const struct room_settings *read = &record->settings;
  if (record->head < room->settings.changed) return false;
  if (room->settings.memory && record->head < room->settings.as_of) return true;
  size_t pins = read->pinned_count * sizeof *read->pinned;
  char *memory = malloc(pins + read->title.size + read->topic.size + 1), *at = memory + pins;
  if (!memory) return true; /* whoever asks reads it again */
  if (pins) memcpy(memory, read->pinned, pins);
  settings_clear(room);
  room->settings.memory = memory;
  room->settings.as_of = record->head;
  room->settings.told = *read;
  room->settings.told.pinned = (int64_t *)(void *)memory;
  room->settings.told.title = settings_text(&at, read->title);
  room->settings.told.topic = settings_text(&at, read->topic);
  return true;
}

bool room_settings_known(const struct room *room, struct room_settings *settings) {
  if (!room->settings.memory || room->head < 0 || room->settings.as_of < room->known_from) return false;
  *settings = room->settings.told;
  return true;
}
