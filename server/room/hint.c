/* What goes over the bus on a room's topic, all of it sealed:
 *
 *   C2 last ENTRY ENTRY …   entries that were committed in one turn; `last` is the last one's seq. ENTRY is
 *                           seq type member target target_member count mention mention … size {"jsonrpc":…}
 *   T1 instance FACE        somebody types
 *   P1, D1, Q1              who is there: see remote.c; these under ONLINE_TOPIC, too
 *
 * What is garbled, a stranger's or of another history is dropped; what it would have told is then read from the store
 * or asked for. What is known already is passed over before its seal is looked at: that costs nearly nothing. */
#include <stdio.h>

#include "club/seal.h"
#include "inside.h"

#define HINT_HEAD 1024 /* bytes beside the content at most */

struct buffer *hint_begin(struct rooms *rooms, const char *kind) {
  struct buffer *message = &rooms->message;
  buffer_clear(message);
  seal_begin(message, kind, rooms->setup.epoch);
  return message;
}

struct buffer *hint_begin_named(struct rooms *rooms, const char *kind) {
  struct buffer *message = hint_begin(rooms, kind);
  buffer_append_slice(message, rooms->setup.instance);
  buffer_append_char(message, ' ');
  return message;
}

void hint_send(struct rooms *rooms, struct slice topic) {
  if (seal_end(&rooms->message, rooms->setup.secret, topic))
    rooms->setup.bus->publish(rooms->setup.bus->self, topic, buffer_slice(&rooms->message));
}

void hint_setup(struct rooms *rooms) {
  buffer_init(&rooms->message, LIMIT_FRAME + HINT_HEAD);
  buffer_init(&rooms->committed.message, LIMIT_FRAME + 2 * HINT_HEAD);
}

void hint_finish(struct rooms *rooms) {
  buffer_free(&rooms->message);
  buffer_free(&rooms->committed.message);
}

/* ---- faces: what others see of a member ---- */

void hint_face(struct buffer *message, int64_t member, const struct face *face) {
  buffer_append_format(message, "%lld %zu %zu %zu ", (long long)member, face->name.size, face->country.size,
                       face->company.size);
  buffer_append_slice(message, face->name);
  buffer_append_slice(message, face->country);
  buffer_append_slice(message, face->company);
}

bool hint_read_face(struct slice *rest, int64_t *member, struct face *face) {
  int64_t name, country, company;
  return seal_number(rest, member) && seal_number(rest, &name) && seal_number(rest, &country) &&
         seal_number(rest, &company) && name <= UINT16_MAX && country <= UINT16_MAX && company <= UINT16_MAX &&
         seal_bytes(rest, name, &face->name) && seal_bytes(rest, country, &face->country) &&
         seal_bytes(rest, company, &face->company);
}

/* ---- entries ---- */

#define LAST_SIZE 19 /* digits of any number */

static struct slice hint_committed_room(const struct committed *committed) {
  return (struct slice){committed->room, committed->room_size};
}

static void hint_begin_committed(struct rooms *rooms, struct slice room) {
  struct committed *committed = &rooms->committed;
  buffer_clear(&committed->message); /* it may have failed */
  memcpy(committed->room, room.data, room.size);
  committed->room_size = room.size;
  seal_begin(&committed->message, "C2", rooms->setup.epoch);
  committed->last_at = committed->message.size;
  buffer_append_format(&committed->message, "%0*d ", LAST_SIZE, 0);
}

void rooms_publish(struct rooms *rooms) {
  struct committed *committed = &rooms->committed;
  struct slice room = hint_committed_room(committed);
  if (committed->message.size == 0) return;
  char last[LAST_SIZE + 1];
  snprintf(last, sizeof last, "%0*lld", LAST_SIZE, (long long)committed->last);
  if (!committed->message.failed) memcpy(committed->message.data + committed->last_at, last, LAST_SIZE);
  if (seal_end(&committed->message, rooms->setup.secret, room))
    rooms->setup.bus->publish(rooms->setup.bus->self, room, buffer_slice(&committed->message));
  buffer_clear(&committed->message);
}

/* What a turn commits in a room goes out as one message: it is sealed, sent and taken once. */
void hint_publish(struct rooms *rooms, const struct entry *entry, struct slice encoded) {
  struct committed *committed = &rooms->committed;
  struct buffer *message = &committed->message;
  if (entry->room.size > LIMIT_IDENTIFIER) return;
  if (!slice_equal(hint_committed_room(committed), entry->room) || message->size + encoded.size > LIMIT_FRAME)
    rooms_publish(rooms);
  if (message->size == 0) hint_begin_committed(rooms, entry->room);
  buffer_append_format(message, "%lld %d %lld %lld %lld %zu ", (long long)entry->seq, (int)entry->type,
                       (long long)entry->from.member, (long long)entry->target, (long long)entry->target_member,
                       entry->mention_count);
  for (size_t i = 0; i < entry->mention_count; i++)
    buffer_append_format(message, "%lld ", (long long)entry->mentions[i]);
  buffer_append_format(message, "%zu ", encoded.size);
  buffer_append_slice(message, encoded);
  committed->last = entry->seq;
}

static bool hint_wants_entries(const struct room *room, struct slice rest) {
  int64_t last;
  return !seal_number(&rest, &last) || last > room->head;
}

static bool hint_hear_entry(struct room *room, struct slice *rest) {
  int64_t mentions[LIMIT_MENTIONS], type, count, size;
  struct note note = {.mentions = mentions};
  struct slice encoded;
  if (!seal_number(rest, &note.seq) || !seal_number(rest, &type) || !seal_number(rest, &note.member) ||
      !seal_number(rest, &note.target) || !seal_number(rest, &note.target_member) || !seal_number(rest, &count) ||
      note.seq < 1 || count > LIMIT_MENTIONS)
    return false;
  note.type = (enum entry_type)type;
  note.mention_count = (size_t)count;
  for (size_t i = 0; i < note.mention_count; i++)
    if (!seal_number(rest, &mentions[i])) return false;
  if (!seal_number(rest, &size) || !seal_bytes(rest, size, &encoded)) return false;
  log_accept(room, &note, encoded, true);
  return true;
}

static bool hint_hear_entries(struct room *room, struct slice rest) {
  int64_t last;
  if (!seal_number(&rest, &last)) return false;
  while (rest.size > 0)
    if (!hint_hear_entry(room, &rest)) return false;
  return true;
}

/* ---- what is heard ---- */

/* Not what this instance said itself: some buses give that back. */
bool hint_is_others(const struct rooms *rooms, struct slice rest) {
  struct slice instance;
  return !seal_word(&rest, &instance) || !slice_equal(instance, rooms->setup.instance);
}

static bool hint_wants_others(const struct room *room, struct slice rest) {
  return hint_is_others(room->rooms, rest);
}

static const struct {
  char kind[SEAL_KIND + 1];
  bool online; /* under ONLINE_TOPIC, too */
  bool (*wants)(const struct room *room, struct slice rest);
  bool (*hear)(struct room *room, struct slice rest); /* false: not understood */
} hint_kinds[] = {
    {"C2", false, hint_wants_entries, hint_hear_entries},  {"T1", false, hint_wants_others, typing_hear},
    {"P1", true, hint_wants_others, remote_hear_piece},    {"D1", true, hint_wants_others, remote_hear_delta},
    {"Q1", true, hint_wants_others, remote_hear_question},
};

void rooms_hint(struct rooms *rooms, struct slice topic, struct slice message) {
  struct room *room = online_or_room(rooms, topic);
  struct slice rest;
  if (!room) return;
  for (size_t i = 0; i < sizeof hint_kinds / sizeof *hint_kinds; i++) {
    if (room == &rooms->online && !hint_kinds[i].online) continue;
    if (!seal_peek(message, hint_kinds[i].kind, &rest)) continue;
    if (!hint_kinds[i].wants(room, rest)) return;
    if (seal_open(message, hint_kinds[i].kind, rooms->setup.secret, topic, rooms->setup.epoch, &rest) &&
        hint_kinds[i].hear(room, rest))
      return;
  }
  rooms->setup.metrics->hints_dropped++;
}
