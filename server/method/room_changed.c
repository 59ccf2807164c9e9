/* A room is otherwise (its title, its lock, its pins): those who follow it see the entry; those who only have it on their
 * list get the `room` notification, made from one read of the store for all of them. */
#include "call.h"

#define TRIES 3 /* by one who watches each, for one may not enter any more by now */

static void room_changed_read(void *context, struct store_job *job);

/* False: nobody is left to ask for, or the store took no job; the rooms' sweep asks again. */
static bool room_changed_ask(const struct services *services, struct room *room, uint64_t attempt) {
  int64_t member = attempt < TRIES ? room_watcher(room, attempt) : 0;
  struct store_job *job = member > 0 ? store_job_create(STORE_ROOM_GET) : NULL;
  if (!job) return false;
  job->done = room_changed_read;
  job->ticket = attempt;
  job->room.member = member;
  job->room.room = arena_copy(job->arena, room_id(room));
  struct room *held = arena_failed(job->arena) ? NULL : rooms_hold(services->rooms, room_id(room));
  if (held && services->store.submit(services->store.self, job)) return true;
  if (held) rooms_release(services->rooms, held);
  store_job_destroy(job);
  return false;
}

static bool room_changed_is_followed(const struct room *room, const struct present *present) {
  return room_subscriptions(room, present->key) >= present->connection_count;
}

static void room_changed_tell(const struct services *services, const struct room *room, struct present *present,
                              const struct room_record *read) {
  struct listing *listing = present_listing(present, room_id(room));
  if (!listing || room_changed_is_followed(room, present)) return;
  struct watch_counts counts = room_watch_counts(&listing->watcher);
  struct room_record record = *read;
  record.room = room_id(room);
  record.head = counts.head;
  record.read = counts.read;
  record.unread = counts.unread;
  record.mentions = counts.mentions;
  record.listed = true;
  record.notify = listing->notify;
  listing_face(services, present, listing, &record);
  services->member_changed(services->server, present, false);
}

static void room_changed_tell_all(const struct services *services, struct room *room, const struct room_record *read) {
  int64_t member;
  for (size_t i = 0; (member = room_watcher(room, i)) > 0; i++) {
    struct present *present = presents_find(services->presents, member);
    if (present) room_changed_tell(services, room, present, read);
  }
  room_settings_told(room);
}

static void room_changed_again(const struct services *services, struct room *room, uint64_t attempt) {
  if (!room_changed_ask(services, room, attempt)) return; /* the sweep does */
}

static void room_changed_read(void *context, struct store_job *job) {
  const struct services *services = ((struct completions *)context)->services;
  struct room *room = rooms_find(services->rooms, job->room.room);
  bool done = room && job->outcome == STORE_DONE, refused = room && job->outcome == STORE_REFUSED;
  bool told = done && room_settings_keep(room, &job->room.record);
  if (told) room_changed_tell_all(services, room, &job->room.record);
  /* It changed again meanwhile, or that one may not enter now. */
  if ((done && !told) || refused) room_changed_again(services, room, job->ticket + refused);
  if (room) rooms_release(services->rooms, room);
  store_job_destroy(job);
}

void room_changed(const struct services *services, struct room *room) {
  room_changed_again(services, room, 0);
}
