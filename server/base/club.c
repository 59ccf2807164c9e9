#include "club/club.h"

#include <stdlib.h>

#include "club/arena.h"
#include "club/limits.h"

#define CODE_SIZE 2 /* of a country: what tells it from a sector */

void club_destroy(struct club *club) {
  if (club) arena_destroy(club->memory);
}

static int compare(const void *key, const void *item) {
  const struct slice *wanted = key;
  const struct club_part *const *part = item;
  size_t size = strlen((*part)->id);
  int order = memcmp(wanted->data, (*part)->id, wanted->size < size ? wanted->size : size);
  return order ? order : (wanted->size > size) - (wanted->size < size);
}

static const struct club_part *find(const struct club_parts *parts, struct slice id) {
  if (id.size == 0 || parts->count == 0) return NULL;
  const struct club_part **found = bsearch(&id, parts->by_id, parts->count, sizeof(const struct club_part *), compare);
  return found ? *found : NULL;
}

const struct club_part *club_country(const struct club *club, struct slice code) {
  return find(&club->countries, code);
}

const struct club_part *club_sector(const struct club *club, struct slice slug) {
  return find(&club->sectors, slug);
}

bool club_has_language(const struct club *club, struct slice code) {
  for (size_t i = 0; i < club->language_count; i++) {
    if (slice_is(code, club->languages[i])) return true;
  }
  return false;
}

bool club_room_parts(const struct club *club, struct slice room, const struct club_part **country,
                     const struct club_part **sector) {
  *country = NULL;
  *sector = NULL;
  if (room.size < CODE_SIZE) return false;
  if (room.size == CODE_SIZE) {
    *country = club_country(club, room);
    return *country != NULL;
  }
  if (room.data[CODE_SIZE] != '.') {
    *sector = club_sector(club, room);
    return *sector != NULL;
  }
  const struct club_part *first = club_country(club, (struct slice){room.data, CODE_SIZE});
  const struct club_part *second =
      club_sector(club, (struct slice){room.data + CODE_SIZE + 1, room.size - CODE_SIZE - 1});
  if (!first || !second) return false;
  *country = first;
  *sector = second;
  return true;
}

bool club_room_kind(const struct club *club, struct slice room, enum room_kind *kind) {
  const struct club_part *country, *sector;
  if (!club_room_parts(club, room, &country, &sector)) return false;
  *kind = !sector ? ROOM_COUNTRY : !country ? ROOM_SECTOR : ROOM_PAIR;
  return true;
}

void club_rooms(const struct club *club, void (*each)(void *context, struct slice room), void *context) {
  char memory[LIMIT_IDENTIFIER];
  struct buffer room = {.data = memory, .capacity = sizeof memory, .limit = sizeof memory};
  for (size_t i = 0; i < club->countries.count; i++) each(context, slice_of(club->countries.items[i].id));
  for (size_t i = 0; i < club->sectors.count; i++) each(context, slice_of(club->sectors.items[i].id));
  for (size_t i = 0; i < club->countries.count; i++) {
    for (size_t k = 0; k < club->sectors.count; k++) {
      buffer_clear(&room);
      buffer_append_text(&room, club->countries.items[i].id);
      buffer_append_char(&room, '.');
      buffer_append_text(&room, club->sectors.items[k].id);
      each(context, buffer_slice(&room));
    }
  }
}

size_t club_room_count(const struct club *club) {
  return (club->countries.count + 1) * (club->sectors.count + 1) - 1;
}

bool club_title(const struct club *club, struct slice room, struct buffer *buffer) {
  const struct club_part *country, *sector;
  if (!club_room_parts(club, room, &country, &sector)) return true;
  if (country) buffer_append_text(buffer, country->names.en);
  if (country && sector) buffer_append_text(buffer, " · ");
  if (sector) buffer_append_text(buffer, sector->names.en);
  return !buffer->failed;
}

static void append_quoted(struct buffer *buffer, const char *text) {
  buffer_append_char(buffer, '"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') buffer_append_char(buffer, '\\');
    if (*text == '\t' || *text == '\n') {
      buffer_append_text(buffer, *text == '\t' ? "\\t" : "\\n");
    } else {
      buffer_append_char(buffer, *text);
    }
  }
  buffer_append_char(buffer, '"');
}

static void append_pair(struct buffer *buffer, const char *before, const char *text) {
  buffer_append_text(buffer, before);
  append_quoted(buffer, text);
}

static void append_parts(struct buffer *buffer, const struct club_parts *parts, const char *id_key) {
  for (size_t i = 0; i < parts->count; i++) {
    const struct club_part *part = &parts->items[i];
    buffer_append_format(buffer, "%s{\"%s\":", i ? "," : "", id_key);
    append_quoted(buffer, part->id);
    append_pair(buffer, ",\"names\":{\"en\":", part->names.en);
    append_pair(buffer, ",\"ru\":", part->names.ru);
    append_pair(buffer, ",\"zh\":", part->names.zh);
    buffer_append_text(buffer, "}}");
  }
}

bool club_json(const struct club *club, struct buffer *buffer) {
  append_pair(buffer, "{\"name\":", club->name);
  buffer_append_text(buffer, ",\"countries\":[");
  append_parts(buffer, &club->countries, "code");
  buffer_append_text(buffer, "],\"sectors\":[");
  append_parts(buffer, &club->sectors, "slug");
  buffer_append_text(buffer, "],\"languages\":[");
  for (size_t i = 0; i < club->language_count; i++) append_pair(buffer, i ? "," : "", club->languages[i]);
  return buffer_append_text(buffer, "]}");
}
