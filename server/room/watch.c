/* Counts of what is new for members who have the room on their list. What happened is tallied and given to all watchers
 * at most once a second, so that a busy room with ten thousand watchers costs no more than a quiet one; a direct talk's
 * and a mentioned member's at once. */
#include <stdlib.h>

#include "inside.h"

#define TALLY_EVERY_MS 1000

static void watch_stale(struct watcher *watcher) {
  watcher->stale = true;
  watcher->room->watcher_stale = true;
}

static void watch_apply_message(struct watcher *watcher, const struct note *note) {
  if (note->member != watcher->member && note->seq > watcher->read && watcher->unread < LIMIT_UNREAD) watcher->unread++;
}

/* Whether a removed message had mentioned the member is not known here: then the store is asked. */
static void watch_apply_remove(struct watcher *watcher, const struct note *note) {
  if (note->target <= watcher->read || note->target_member == watcher->member) return;
  if (watcher->unread > 0 && watcher->unread < LIMIT_UNREAD) watcher->unread--;
  if (watcher->mentions > 0 || watcher->unread >= LIMIT_UNREAD) watch_stale(watcher);
}

static void watch_apply(struct watcher *watcher, const struct note *note) {
  if (note->seq <= watcher->counted_to) return;
  if (note->type == ENTRY_MESSAGE) watch_apply_message(watcher, note);
  if (note->type == ENTRY_REMOVE) watch_apply_remove(watcher, note);
}

static void watch_pass(struct room *room, bool soon) {
  struct tally *tally = room->tally;
  struct rooms *rooms = room->rooms;
  if (tally->count == 0) return;
  for (uint32_t i = 0; i < room->watcher_count; i++) {
    struct watcher *watcher = room->watchers[i];
    for (size_t n = 0; n < tally->count; n++) watch_apply(watcher, &tally->notes[n]);
    rooms->setup.noticed(rooms->setup.owner, watcher, soon);
  }
  tally->from = tally->notes[tally->count - 1].seq;
  tally->count = 0;
  wheel_disarm(rooms->setup.wheel, &room->tally_timer);
}

static void watch_fire(struct wheel_timer *timer) {
  struct room *room = (struct room *)(void *)((char *)timer - offsetof(struct room, tally_timer));
  if (room->tally) watch_pass(room, false);
}

void watch_begin(struct room *room) {
  room->tally_timer.fire = watch_fire;
}

static void watch_mention(struct room *room, const struct note *note) {
  struct rooms *rooms = room->rooms;
  if (note->mention_count > 0) room->tally->mentioned = note->seq;
  for (size_t i = 0; i < note->mention_count; i++) {
    struct watcher *watcher = rooms->setup.watcher_of(rooms->setup.owner, note->mentions[i], room_slice(room));
    if (!watcher || watcher->room != room || note->seq <= watcher->counted_to || note->seq <= watcher->read) continue;
    watcher->mentions++;
    rooms->setup.noticed(rooms->setup.owner, watcher, true);
  }
}

void watch_note(struct room *room, const struct note *note) {
  struct tally *tally = room->tally;
  if (!tally) return;
  if (room->watcher_count == 0) {
    tally->from = note->seq;
    tally->count = 0;
    return;
  }
  if (tally->count == tally->limit) watch_pass(room, false);
  tally->notes[tally->count] = *note;
  tally->notes[tally->count].mentions = NULL;
  tally->count++;
  watch_mention(room, note);
  if (room->direct) {
    watch_pass(room, true);
  } else if (!wheel_armed(&room->tally_timer)) {
    wheel_arm(room->rooms->setup.wheel, &room->tally_timer,
              clock_monotonic_ms(room->rooms->setup.clock) + TALLY_EVERY_MS);
  }
}

void watch_sweep(struct room *room) {
  struct rooms *rooms = room->rooms;
  if (!room->watcher_stale) return;
  room->watcher_stale = false;
  for (uint32_t i = 0; i < room->watcher_count; i++) {
    struct watcher *watcher = room->watchers[i];
    if (!watcher->stale) continue;
    room->watcher_stale = true;
    rooms->setup.noticed(rooms->setup.owner, watcher, false);
  }
}

void watch_forget(struct room *room) {
  wheel_disarm(room->rooms->setup.wheel, &room->tally_timer);
  if (!room->tally) return;
  room->tally->count = 0;
  room->tally->from = -1;
  room->tally->mentioned = 0;
}

void watch_clear(struct room *room) {
  wheel_disarm(room->rooms->setup.wheel, &room->tally_timer);
  free(room->watchers);
  free(room->tally);
}

/* ---- watchers ---- */

static bool watch_tally(struct room *room) {
  if (room->tally) return true;
  size_t limit = room->direct ? 1 : TALLY_LIMIT; /* a direct talk is told at once */
  room->tally = calloc(1, sizeof *room->tally + limit * sizeof(struct note));
  if (!room->tally) return false;
  room->tally->limit = limit;
  room->tally->from = room->head;
  return true;
}

static bool watch_place(struct room *room, struct watcher *watcher) {
  if (room->watcher_count == room->watcher_capacity) {
    uint32_t capacity = room->watcher_capacity ? room->watcher_capacity * 2 : 4;
    struct watcher **grown = realloc(room->watchers, capacity * sizeof *grown);
    if (!grown) return false;
    room->watchers = grown;
    room->watcher_capacity = capacity;
  }
  watcher->place = room->watcher_count;
  room->watchers[room->watcher_count++] = watcher;
  return true;
}

/* Whether what came after `head` was partly given to all watchers already. */
static bool watch_is_old(const struct room *room, int64_t head) {
  return head < room->tally->from || head < room->tally->mentioned;
}

bool room_watch(struct rooms *rooms, struct room *room, struct watcher *watcher, int64_t member,
                const struct room_record *record) {
  log_known(room, record->head);
  if (!watch_tally(room) || watch_is_old(room, record->head)) return false;
  if (watcher->room == room && record->read < watcher->read) return false; /* the mark never goes back */
  if (watcher->room != room) {
    if (watcher->room) room_unwatch(rooms, watcher);
    if (!watch_place(room, watcher)) return false;
    room->holds++;
    if (!room->direct) remote_wonder(room); /* so that the first one who joins is answered with all who are there */
  }
  room_settings_keep(room, record);
  watcher->room = room;
  watcher->member = member;
  watcher->stale = false;
  watcher->read_ms = clock_monotonic_ms(rooms->setup.clock);
  watcher->counted_to = record->head;
  watcher->read = record->read;
  watcher->unread = record->unread;
  watcher->mentions = record->mentions;
  return true;
}

void room_watch_doubt(struct watcher *watcher) {
  if (watcher->room) watch_stale(watcher);
}

void room_unwatch(struct rooms *rooms, struct watcher *watcher) {
  struct room *room = watcher->room;
  if (!room) return;
  struct watcher *last = room->watchers[--room->watcher_count];
  room->watchers[watcher->place] = last;
  last->place = watcher->place;
  watcher->room = NULL;
  rooms_release(rooms, room);
}

void room_watch_read(struct rooms *rooms, struct watcher *watcher, const struct watch_counts *counts) {
  struct room *room = watcher->room;
  if (counts->read < watcher->read) return;
  watcher->read_ms = clock_monotonic_ms(rooms->setup.clock);
  watcher->counted_to = counts->head;
  watcher->read = counts->read;
  watcher->unread = counts->unread;
  watcher->mentions = counts->mentions;
  log_known(room, counts->head);
  if (!watch_is_old(room, counts->head)) return;
  watch_stale(watcher);
  rooms->setup.noticed(rooms->setup.owner, watcher, false);
}

/* With what is tallied and not given to all yet. */
static struct watcher watch_now(const struct watcher *watcher) {
  struct watcher now = *watcher;
  const struct tally *tally = now.room ? now.room->tally : NULL;
  for (size_t i = 0; tally && i < tally->count; i++) watch_apply(&now, &tally->notes[i]);
  return now;
}

struct watch_counts room_watch_counts(const struct watcher *watcher) {
  struct watcher now = watch_now(watcher);
  int64_t head = now.room ? now.room->head : 0;
  return (struct watch_counts){.head = head < now.counted_to ? now.counted_to : head,
                               .read = now.read,
                               .unread = now.unread,
                               .mentions = now.mentions};
}

bool room_watch_known(const struct watcher *watcher, struct watch_counts *counts) {
  const struct room *room = watcher->room;
  if (!room || room->head < 0 || room->known_head > room->head || watcher->counted_to > room->head) return false;
  const struct rooms_setup *setup = &room->rooms->setup;
  int64_t age = clock_monotonic_ms(setup->clock) - watcher->read_ms;
  if (watch_now(watcher).stale || (setup->store_shared && age > LIMIT_FRESH_MS)) return false;
  *counts = room_watch_counts(watcher);
  return true;
}

int64_t room_watcher(const struct room *room, size_t place) {
  return place < room->watcher_count ? room->watchers[place]->member : 0;
}
