/* Pages of a room's log for those who join: whoever comes first reads from the store, whoever comes meanwhile waits for
 * that, and whoever comes later is answered from memory.
 *
 * An answer shows messages as they stand at the room's head. So does the ring, but for those that a later entry changed;
 * pieces read from the store have the rest. Every entry that is taken into the log drops from the pieces what it changes,
 * so that all that is left stands as at the head. A removal drops everything: a removed text is in no memory from which
 * it could still be answered. */
#include <stdlib.h>

#include "club/arena.h"
#include "club/wire.h"
#include "inside.h"

#define PIECE_LIMIT 1048576 /* bytes in memory */
#define KEEP_MS 10000       /* unused */

static int64_t shared_now(const struct room *room) {
  return clock_monotonic_ms(room->rooms->setup.clock);
}

struct sharing *shared_make(struct room *room) {
  if (room->sharing) return room->sharing;
  room->sharing = calloc(1, sizeof *room->sharing);
  if (room->sharing) waiting_begin(room);
  return room->sharing;
}

static void shared_empty(struct room *room, struct shared *piece) {
  room->rooms->shared_bytes -= piece->bytes;
  arena_destroy(piece->arena);
  *piece = (struct shared){0};
}

/* ---- is what memory knows still so? ---- */

/* Where nobody else writes, the log in memory is right once the store was asked. */
static bool shared_is_fresh(const struct room *room) {
  if (room->head < 0 || !room->sure) return false;
  return !room->rooms->setup.store_shared || shared_now(room) - room->confirmed_ms <= LIMIT_FRESH_MS;
}

/* ---- what there is of an entry ---- */

struct found {
  struct slice bytes;             /* data NULL: not here */
  const struct shared_item *item; /* NULL: as it was sent */
  bool own;
};

/* The entry out of the notification that the ring has. */
static struct slice shared_sent(const struct room *room, int64_t seq) {
  static const char params[] = "\"params\":";
  struct slice sent = ring_get(&room->ring, seq);
  if (!sent.data || ring_is_changed(&room->ring, seq)) return SLICE_NONE;
  const char *at = memmem(sent.data, sent.size, params, sizeof params - 1);
  if (!at) return SLICE_NONE;
  at += sizeof params - 1;
  return (struct slice){at, sent.size - (size_t)(at - sent.data) - 1};
}

static struct found shared_find(const struct room *room, int64_t seq) {
  struct found found = {.bytes = shared_sent(room, seq)};
  if (found.bytes.data || !room->sharing) return found;
  for (size_t i = 0; i < SHARED; i++) {
    struct shared *piece = &room->sharing->pieces[i];
    if (piece->state != SHARED_READY || seq < piece->from || seq > piece->to) continue;
    const struct shared_item *item = &piece->items[seq - piece->from];
    piece->used_ms = shared_now(room);
    if (item->bytes.data) return (struct found){item->bytes, item, false};
    if (item->own) found.own = true;
  }
  return found;
}

#define REACTION_BYTES 64

static size_t shared_size(const struct found *found) {
  return found->bytes.size + 1 + (found->item ? found->item->reaction_count * REACTION_BYTES : 0);
}

/* ---- pages ---- */

static enum room_page_state shared_missing(const struct room *room, int64_t seq, int64_t limit,
                                           struct room_page *page) {
  bool free = !room->sharing;
  page->missing = seq;
  for (size_t i = 0; room->sharing && i < SHARED; i++) {
    const struct shared *piece = &room->sharing->pieces[i];
    if (piece->state != SHARED_READING) {
      free = true;
    } else if (seq == 0 ? piece->from == 0 && piece->to >= limit
                        : piece->from > 0 && piece->from <= seq && seq <= piece->to) {
      return ROOM_PAGE_COMING;
    }
  }
  return free ? ROOM_PAGE_MISSING : ROOM_PAGE_OWN;
}

/* From `after` on, forward. */
static enum room_page_state shared_look_after(struct room *room, int64_t after, int64_t limit, struct room_page *page) {
  size_t bytes = 0;
  *page = (struct room_page){.from = after + 1, .to = after, .as_of = room->head};
  while (page->to < room->head && page->to - after < limit) {
    struct found found = shared_find(room, page->to + 1);
    if (found.own) return ROOM_PAGE_OWN;
    if (!found.bytes.data) return shared_missing(room, page->to + 1, limit, page);
    bytes += shared_size(&found);
    if (bytes > LIMIT_PAGE_BYTES && page->to > after) break;
    page->to++;
  }
  page->more = page->to < room->head;
  return ROOM_PAGE_HERE;
}

/* From the head on, back. */
static enum room_page_state shared_look_newest(struct room *room, int64_t limit, struct room_page *page) {
  size_t bytes = 0;
  *page = (struct room_page){.from = room->head + 1, .to = room->head, .as_of = room->head};
  while (page->from > 1 && page->to - page->from + 1 < limit) {
    struct found found = shared_find(room, page->from - 1);
    if (found.own) return ROOM_PAGE_OWN;
    if (!found.bytes.data) return shared_missing(room, 0, limit, page);
    bytes += shared_size(&found);
    if (bytes > LIMIT_PAGE_BYTES && page->from <= page->to) break;
    page->from--;
  }
  return ROOM_PAGE_HERE;
}

enum room_page_state room_page_look(struct room *room, int64_t after, int64_t limit, struct room_page *page) {
  *page = (struct room_page){0};
  if (room->apart) return ROOM_PAGE_OWN;
  if (room->known_head > room->head) return ROOM_PAGE_COMING;
  if (!shared_is_fresh(room) || after > room->head) return shared_missing(room, after < 0 ? 0 : after + 1, limit, page);
  return after < 0 ? shared_look_newest(room, limit, page) : shared_look_after(room, after, limit, page);
}

/* Where nobody else writes, every removal since was heard of here. */
bool room_page_stands(const struct room *room, int64_t as_of) {
  if (room->removal > as_of) return false;
  return !room->rooms->setup.store_shared || (shared_is_fresh(room) && as_of >= room->known_from);
}

static bool shared_reacted(const struct reaction *reaction, int64_t member) {
  int64_t low = 0, high = reaction->count;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (reaction->members[middle] == member) return true;
    if (reaction->members[middle] < member)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}

static void shared_append(const struct found *found, int64_t member, struct buffer *out) {
  buffer_append_slice(out, found->bytes);
  if (!found->item || found->item->reaction_count == 0) return;
  struct reaction reactions[LIMIT_EMOJI_OF_MESSAGE];
  for (size_t i = 0; i < found->item->reaction_count; i++) {
    reactions[i] = found->item->reactions[i];
    reactions[i].mine = shared_reacted(&reactions[i], member);
  }
  encode_reactions(out, reactions, found->item->reaction_count);
  buffer_append_char(out, '}');
}

void room_page_append(struct room *room, const struct room_page *page, int64_t member, struct buffer *out) {
  encode_key(out, "entries");
  buffer_append_char(out, '[');
  for (int64_t seq = page->from; seq <= page->to; seq++) {
    struct found found = shared_find(room, seq);
    if (seq > page->from) buffer_append_char(out, ',');
    shared_append(&found, member, out);
  }
  buffer_append_text(out, "],");
  encode_key(out, "more");
  encode_bool(out, page->more);
  buffer_append_char(out, ',');
  encode_key(out, "as_of");
  buffer_append_int(out, page->as_of);
}

/* ---- reading ---- */

/* An unused piece, else the one that was not used for the longest time. NULL: all are being read. */
static struct shared *shared_choose(struct sharing *sharing) {
  struct shared *oldest = NULL;
  for (size_t i = 0; i < SHARED; i++) {
    struct shared *piece = &sharing->pieces[i];
    if (piece->state == SHARED_EMPTY) return piece;
    if (piece->state == SHARED_READY && (!oldest || piece->used_ms < oldest->used_ms)) oldest = piece;
  }
  return oldest;
}

void room_page_reading(struct room *room, int64_t missing, int64_t limit, uint64_t ticket) {
  struct sharing *sharing = shared_make(room);
  struct shared *piece = sharing ? shared_choose(sharing) : NULL;
  if (!piece) return; /* nobody waits for it then */
  shared_empty(room, piece);
  piece->state = SHARED_READING;
  piece->ticket = ticket;
  piece->from = missing;
  piece->to = missing > 0 ? missing + limit - 1 : limit;
  piece->head = room->head;
  piece->asked_ms = shared_now(room);
}

/* The reactions with those who reacted. False: who did is not known, or no memory. */
static bool shared_copy_reactions(struct arena *arena, struct shared_item *item, const struct entry *entry) {
  struct reaction *copies = arena_alloc(arena, entry->reaction_count * sizeof *copies);
  for (size_t i = 0; copies && i < entry->reaction_count; i++) {
    const struct reaction *reaction = &entry->reactions[i];
    if (!reaction->members) return false;
    struct slice members = {(const char *)reaction->members, (size_t)reaction->count * sizeof *reaction->members};
    int64_t *copy = arena_alloc(arena, members.size);
    if (!copy) return false;
    memcpy(copy, members.data, members.size);
    copies[i] =
        (struct reaction){.emoji = arena_copy(arena, reaction->emoji), .count = reaction->count, .members = copy};
  }
  item->reactions = copies;
  item->reaction_count = entry->reaction_count;
  return copies != NULL;
}

/* Encoded once for all. False: no memory. */
static bool shared_copy(struct room *room, struct shared *piece, struct shared_item *item, const struct entry *entry) {
  struct buffer *scratch = &room->rooms->scratch;
  struct entry plain = *entry;
  plain.room = room_slice(room);
  plain.reaction_count = 0;
  if (entry->reaction_count > 0 && !shared_copy_reactions(piece->arena, item, entry)) {
    item->own = true;
    return true;
  }
  buffer_clear(scratch);
  encode_entry(scratch, &plain);
  if (scratch->failed) return false;
  if (entry->reaction_count > 0) buffer_cut(scratch, scratch->size - 1);
  item->bytes = arena_copy(piece->arena, buffer_slice(scratch));
  piece->bytes += scratch->size + entry->reaction_count * REACTION_BYTES;
  return item->bytes.data != NULL;
}

static bool shared_fill(struct room *room, struct shared *piece, const struct store_page *read) {
  piece->bytes = 0;
  piece->arena = arena_create(PIECE_LIMIT);
  piece->items = piece->arena ? arena_alloc(piece->arena, read->count * sizeof *piece->items) : NULL;
  bool filled = piece->items != NULL;
  for (size_t i = 0; filled && i < read->count; i++)
    filled = shared_copy(room, piece, &piece->items[i], &read->entries[i]);
  room->rooms->shared_bytes += piece->bytes;
  return filled;
}

/* Does what was read stand as at the room's head, but for what is taken into the log from here on? */
static bool shared_holds(const struct room *room, const struct shared *piece, const struct store_page *read) {
  return read->count > 0 && read->as_of >= piece->head && read->as_of >= room->known_from &&
         piece->changed <= read->as_of && room->rooms->shared_bytes < LIMIT_SHARED_BYTES;
}

static void shared_take(struct room *room, struct shared *piece, const struct store_page *read) {
  log_confirmed(room, read->as_of, piece->asked_ms);
  if (!shared_holds(room, piece, read) || !shared_fill(room, piece, read)) {
    shared_empty(room, piece);
    return;
  }
  piece->state = SHARED_READY;
  piece->from = read->entries[0].seq;
  piece->to = read->entries[read->count - 1].seq;
  piece->as_of = read->as_of;
  piece->used_ms = shared_now(room);
}

void room_page_came(struct room *room, const struct store_job *job) {
  for (size_t i = 0; room->sharing && i < SHARED; i++) {
    struct shared *piece = &room->sharing->pieces[i];
    if (piece->state != SHARED_READING || piece->ticket != job->ticket) continue;
    if (job->outcome == STORE_DONE)
      shared_take(room, piece, &job->page);
    else
      shared_empty(room, piece);
    waiting_wake(room, job->outcome == STORE_UNAVAILABLE);
    return;
  }
}

/* ---- what happens to the log ---- */

static void shared_note_piece(struct room *room, struct shared *piece, const struct note *note) {
  bool within = note->target >= piece->from && note->target <= piece->to;
  if (piece->state == SHARED_READING && (within || piece->from == 0 || note->type == ENTRY_REMOVE)) {
    piece->changed = note->seq;
  } else if (piece->state == SHARED_READY && note->type == ENTRY_REMOVE) {
    shared_empty(room, piece);
  } else if (piece->state == SHARED_READY && within && note->seq > piece->as_of) {
    piece->items[note->target - piece->from] = (struct shared_item){.bytes = SLICE_NONE};
  }
}

void shared_note(struct room *room, const struct note *note) {
  if (!room->sharing || note->type == ENTRY_MESSAGE) return;
  for (size_t i = 0; i < SHARED; i++) shared_note_piece(room, &room->sharing->pieces[i], note);
}

void shared_sweep(struct room *room, int64_t now_ms) {
  for (size_t i = 0; room->sharing && i < SHARED; i++) {
    struct shared *piece = &room->sharing->pieces[i];
    if (piece->state == SHARED_READY && now_ms - piece->used_ms > KEEP_MS) shared_empty(room, piece);
  }
}

void shared_forget(struct room *room) {
  if (!room->sharing) return;
  for (size_t i = 0; i < SHARED; i++) shared_empty(room, &room->sharing->pieces[i]);
  waiting_wake(room, true);
}

void shared_clear(struct room *room) {
  if (!room->sharing) return;
  shared_forget(room);
  waiting_clear(room);
  free(room->sharing);
  room->sharing = NULL;
}
