/* A room's log in memory: entries are taken in the order of their numbers, gaps are filled from the store. */
#include <stdlib.h>

#include "club/broken.h"
#include "club/log.h"
#include "club/wire.h"
#include "inside.h"

#define GAP_WAIT_MS 64    /* for what is on its way already */
#define GAP_RETRY_MS 1000 /* when the store could not be asked */
#define GAP_DEFERRED 16   /* times that a gap waits for an author's answer: one who writes elsewhere too never stops */
#define IDLE_MS 60000     /* a log that nobody added to is dropped once everybody has it */

static int64_t log_now(const struct room *room) {
  return clock_monotonic_ms(room->rooms->setup.clock);
}

static void log_arm_gap(struct room *room, int64_t wait_ms) {
  if (!room->filling && !wheel_armed(&room->gap_timer))
    wheel_arm(room->rooms->setup.wheel, &room->gap_timer, log_now(room) + wait_ms);
}

static void log_make_space(struct room *room, size_t size) {
  struct rooms *rooms = room->rooms;
  while (rooms->ring_bytes + size > LIMIT_RINGS_BYTES && room->ring.count > 1) {
    size_t before = room->ring.bytes;
    ring_drop_first(&room->ring);
    rooms->ring_bytes -= before - room->ring.bytes;
  }
}

/* A removed text and its edits stay in no memory from which they could still be sent: whoever is behind the removal reads
 * the rest from the store. */
static void log_forget_removed(struct room *room, int64_t seq) {
  room->rooms->ring_bytes -= room->ring.bytes;
  ring_clear(&room->ring);
  block_forget(room);
  if (room->rooms->frame_room == room) room->rooms->frame_room = NULL;
  if (seq > room->removal) room->removal = seq;
}

static void log_confirm(struct room *room) {
  if (room->claimed_head == 0 || room->head < room->claimed_head) return;
  room->confirmed_ms = room->claimed_ms;
  room->claimed_head = 0;
}

static void log_take(struct room *room, const struct note *note, struct slice encoded) {
  struct rooms *rooms = room->rooms;
  if (note->type == ENTRY_REMOVE) log_forget_removed(room, note->seq);
  if (note->target > 0) ring_mark_changed(&room->ring, note->target);
  shared_note(room, note);
  settings_note(room, note);
  log_make_space(room, encoded.size);
  size_t before = room->ring.bytes;
  if (!ring_append(&room->ring, note->seq, encoded))
    ring_clear(&room->ring); /* followers are caught up from the store */
  rooms->ring_bytes += room->ring.bytes - before;
  if (note->removed) ring_mark_changed(&room->ring, note->seq);
  room->head = note->seq;
  log_confirm(room);
  room->appended_ms = log_now(room);
  rooms->setup.metrics->entries++;
  watch_note(room, note);
  if (note->type == ENTRY_ROOM) settings_tell(room);
  room_mark(room);
}

/* What a removal that came early removes is in no memory from then on, and a read that began before it is not taken. */
static void log_keep_early(struct room *room, const struct note *note, struct slice encoded) {
  early_keep(room, note, encoded);
  settings_note(room, note);
  if (note->type == ENTRY_REMOVE) {
    early_drop(room, note->target);
    log_forget_removed(room, note->seq);
    shared_note(room, note);
    room->filling = 0;
  }
  log_known(room, note->seq);
}

/* A text whose removal is here already, before its turn: it is read from the store, which has it no more. */
static bool log_is_removed(const struct room *room, const struct note *note) {
  return (note->type == ENTRY_MESSAGE && early_removes(room, note->seq)) ||
         (note->type == ENTRY_EDIT && early_removes(room, note->target));
}

static void log_take_early(struct room *room) {
  for (struct early *early; (early = early_take(room, room->head + 1));) {
    log_take(room, &early->note, (struct slice){early->bytes, early->size});
    free(early);
  }
}

void log_accept(struct room *room, const struct note *note, struct slice encoded, bool told) {
  if (room->head < 0) room->head = room->known_from = note->seq - 1;
  if (note->seq <= room->head) return;
  if (told && log_is_removed(room, note)) {
    log_known(room, note->seq);
    return;
  }
  if (note->seq > room->head + 1) {
    log_keep_early(room, note, encoded);
    return;
  }
  log_take(room, note, encoded);
  log_take_early(room);
  if (room->known_head <= room->head) waiting_log_is_whole(room);
}

void log_known(struct room *room, int64_t head) {
  if (room->head < 0) {
    room->head = room->known_from = head;
    return;
  }
  if (head > room->known_head) room->known_head = head;
  if (room->known_head > room->head) log_arm_gap(room, GAP_WAIT_MS);
}

void log_confirmed(struct room *room, int64_t head, int64_t asked_ms) {
  log_known(room, head);
  room->sure = true;
  if (room->head < head && room->claimed_head == 0) { /* an older one comes true first */
    room->claimed_head = head;
    room->claimed_ms = asked_ms;
  } else if (room->head >= head && asked_ms > room->confirmed_ms) {
    room->confirmed_ms = asked_ms;
  }
}

void rooms_head(struct rooms *rooms, struct slice id, int64_t head, int64_t asked_ms) {
  struct room *room = rooms_find(rooms, id);
  if (!room || head < 0) return;
  room->asked = true;
  log_confirmed(room, head, asked_ms);
}

void rooms_answered(struct rooms *rooms, struct slice id, int64_t seq) {
  struct room *room = rooms_find(rooms, id);
  if (room && room->head >= 0) log_known(room, seq);
}

bool log_may_give(const struct room *room) {
  return !room->asked || room->known_head <= room->head || log_now(room) - room->confirmed_ms <= LIMIT_FRESH_MS;
}

static struct note log_note(const struct entry *entry) {
  return (struct note){.seq = entry->seq,
                       .type = entry->type,
                       .member = entry->from.member,
                       .target = entry->target,
                       .target_member = entry->target_member,
                       .mentions = entry->mentions,
                       .mention_count = entry->mention_count,
                       .removed = entry->removed};
}

static struct slice log_encode(struct rooms *rooms, const struct entry *entry) {
  buffer_clear(&rooms->scratch);
  encode_entry_notification(&rooms->scratch, entry);
  if (rooms->scratch.failed) {
    log_line(LOG_ERROR, "entry not encoded", LOG_NUMBER("seq", entry->seq));
    return SLICE_NONE;
  }
  return buffer_slice(&rooms->scratch);
}

void rooms_append(struct rooms *rooms, const struct entry *entry, bool here) {
  struct room *room = rooms_find(rooms, entry->room);
  bool publish = here && !rooms->setup.bus->alone(rooms->setup.bus->self);
  if (!room && !publish) return;
  struct slice encoded = log_encode(rooms, entry);
  if (!encoded.data) return; /* followers get it from the store */
  if (publish) hint_publish(rooms, entry, encoded);
  struct note note = log_note(entry);
  if (room) log_accept(room, &note, encoded, here);
}

/* ---- filling a gap ---- */

/* An author is answered before the entry is given to anyone. When the store shows what an author here has not been
 * answered yet, the answer is about to come. */
static bool log_is_owed(const struct room *room, const struct entry *entry) {
  const struct rooms_setup *setup = &room->rooms->setup;
  return entry->seq > room->head && setup->writing &&
         setup->writing(setup->owner, entry->from.member, room_slice(room));
}

static void log_fill(struct room *room, struct store_entries *read) {
  for (size_t i = 0; i < read->count; i++) {
    struct entry *entry = &read->entries[i];
    if (room->deferred < GAP_DEFERRED && log_is_owed(room, entry)) {
      room->deferred++;
      return;
    }
    entry->room = room_slice(room);
    rooms_append(room->rooms, entry, false);
  }
  room->deferred = 0;
}

static void log_gap_done(void *context, struct store_job *job) {
  struct rooms *rooms = ((struct completions *)context)->rooms;
  struct room *room = rooms_find(rooms, job->entries.room);
  if (room && room->filling == job->ticket) {
    room->filling = 0;
    bool some = job->outcome == STORE_DONE && job->entries.count > 0;
    if (some) log_fill(room, &job->entries);
    if (room->known_head > room->head) log_arm_gap(room, some ? GAP_WAIT_MS : GAP_RETRY_MS);
  }
  store_job_destroy(job);
}

static bool log_submit_gap(struct room *room) {
  struct store_job *job = store_job_create(STORE_ENTRIES);
  if (!job) return false;
  job->urgent = true;
  job->done = log_gap_done;
  job->ticket = room->rooms->last_ticket + 1;
  job->entries.room = arena_copy(job->arena, room_slice(room));
  job->entries.from = room->head + 1;
  job->entries.to = room->early ? room->early->note.seq - 1 : room->known_head;
  if (job->entries.room.data && room->rooms->setup.store->submit(room->rooms->setup.store->self, job)) {
    room->filling = ++room->rooms->last_ticket;
    return true;
  }
  store_job_destroy(job);
  return false;
}

/* Only where that is broken: what is missing is given to nobody. */
static void log_skip_gap(struct room *room) {
  int64_t head = room->early ? room->early->note.seq - 1 : room->known_head;
  for (uint32_t i = 0; i < room->subscription_count; i++)
    if (room->subscriptions[i]->cursor == room->head) room->subscriptions[i]->cursor = head;
  room->rooms->ring_bytes -= room->ring.bytes;
  ring_clear(&room->ring);
  room->head = head;
  log_confirm(room);
  log_take_early(room);
}

static void log_fire_gap(struct wheel_timer *timer) {
  struct room *room = (struct room *)(void *)((char *)timer - offsetof(struct room, gap_timer));
  if (BROKEN(gap) && room->known_head > room->head) log_skip_gap(room);
  if (room->known_head <= room->head || room->filling) return;
  if (!log_submit_gap(room)) log_arm_gap(room, GAP_RETRY_MS);
}

/* ---- the life of a log ---- */

void log_sweep(struct room *room, int64_t now_ms) {
  if (room->ring.count == 0 || now_ms - room->appended_ms < IDLE_MS) return;
  for (uint32_t i = 0; i < room->subscription_count; i++)
    if (room->subscriptions[i]->cursor < room->head) return;
  room->rooms->ring_bytes -= room->ring.bytes;
  ring_clear(&room->ring);
}

void log_begin(struct room *room) {
  room->head = -1;
  room->known_head = room->known_from = -1;
  room->confirmed_ms = log_now(room);
  room->ring.limit = room->rooms->setup.ring_entries;
  room->gap_timer.fire = log_fire_gap;
}

void log_end(struct room *room) {
  wheel_disarm(room->rooms->setup.wheel, &room->gap_timer);
  room->rooms->ring_bytes -= room->ring.bytes;
  ring_clear(&room->ring);
  early_clear(room);
  block_clear(room);
  shared_forget(room);
  settings_clear(room);
  room->settings = (struct settings){0};
  room->filling = 0; /* what is being read is not taken any more */
  room->head = room->known_head = room->known_from = -1;
  room->claimed_head = 0;
  room->removal = INT64_MAX; /* no page of what is forgotten stands */
  room->sure = false;
  room->confirmed_ms = log_now(room);
}
