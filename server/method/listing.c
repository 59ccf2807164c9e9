/* Rooms on a present member's list, read again from the store. */
#include "call.h"

#define TRIES 5 /* reads in a row that were overtaken by what the room got meanwhile */

static void listing_read(void *context, struct store_job *job);

/* A read's ticket: which attempt it is, and what rights were known: by others, a room may not be entered any more. */
static uint64_t listing_ticket(const struct present *present, uint64_t attempt) {
  return (uint64_t)present->rights << 8 | attempt;
}

static uint64_t listing_attempt(const struct store_job *job) {
  return job->ticket & 0xff;
}

static bool listing_is_old(const struct present *present, const struct store_job *job) {
  return job->ticket >> 8 != present->rights;
}

/* The room is held while the store is asked, so that nothing is missed that is committed after the read's snapshot. */
static bool listing_ask(const struct services *services, const struct present *present, struct slice room,
                        uint64_t attempt) {
  struct store_job *job = store_job_create(STORE_ROOM_GET);
  if (!job) return false;
  job->done = listing_read;
  job->ticket = listing_ticket(present, attempt);
  job->room.member = present->key;
  job->room.room = arena_copy(job->arena, room);
  struct room *held = arena_failed(job->arena) ? NULL : rooms_hold(services->rooms, room);
  if (held && services->store.submit(services->store.self, job)) {
    services->listings_read->rooms++;
    return true;
  }
  if (held) rooms_release(services->rooms, held);
  store_job_destroy(job);
  return false;
}

/* For all connections of the member at once; who is subscribed is told so when it goes out. */
static void listing_encode(const struct services *services, const struct present *present, struct listing *listing,
                           const struct room_record *record) {
  struct room_view view;
  struct buffer face;
  buffer_init(&face, LIMIT_FRAME);
  method_room_view(services, present, record, false, &view);
  encode_room_notification(&face, &view.face);
  /* Without memory for it the room still shows in `heads` and with the next room.list. */
  if (face.failed || !listing_keep_face(listing, buffer_slice(&face))) listing->face_change = 0;
  buffer_free(&face);
}

void listing_face(const struct services *services, struct present *present, struct listing *listing,
                  const struct room_record *record) {
  listing->face_owed = false;
  listing->change = listing->face_change = ++present->change;
  listing_encode(services, present, listing, record);
}

/* What changed that the member should see at once: a room that is new, a mark set elsewhere, a direct talk. */
static bool listing_is_urgent(const struct present *present, const struct room_record *record, bool appears) {
  const struct listing *listing = present_listing(present, record->room);
  return appears || record->kind == ROOM_DIRECT || (listing && listing->read_change == present->change);
}

bool listing_show(const struct services *services, struct present *present, const struct room_record *record) {
  bool appears = !present_listing(present, record->room);
  uint32_t before = present->change;
  if (!present_list(services->rooms, present, record, true)) return false;
  struct listing *listing = present_listing(present, record->room);
  if (listing && listing->face_owed)
    listing_face(services, present, listing, record);
  else if (listing && listing->face_change == present->change)
    listing_encode(services, present, listing, record);
  if (present->change != before)
    services->member_changed(services->server, present, listing_is_urgent(present, record, appears));
  return true;
}

static void listing_take(const struct services *services, struct present *present, const struct store_job *job) {
  struct listing *listing = present_listing(present, job->room.room);
  bool old = listing_is_old(present, job), again = old || (listing && listing->again);
  if (listing) listing->refreshing = listing->again = false;
  if (again && (listing_refresh(services, present->key, job->room.room) || old)) return;
  if (job->outcome != STORE_DONE || !job->room.record.listed) return;
  if (listing_show(services, present, &job->room.record) || listing_attempt(job) >= TRIES) return;
  bool asked = listing_ask(services, present, job->room.room, listing_attempt(job) + 1);
  if (listing) listing->refreshing = asked;
}

static void listing_read(void *context, struct store_job *job) {
  const struct completions *completions = context;
  const struct services *services = completions->services;
  struct present *present = presents_find(services->presents, job->room.member);
  services->listings_read->rooms--;
  if (present) listing_take(services, present, job);
  struct room *room = rooms_find(services->rooms, job->room.room);
  if (room) rooms_release(services->rooms, room);
  store_job_destroy(job);
}

bool listing_refresh(const struct services *services, int64_t member, struct slice room) {
  struct present *present = presents_find(services->presents, member);
  if (!present) return true;
  struct listing *listing = present_listing(present, room);
  if (listing && listing->refreshing) return true;
  if (!listing_ask(services, present, room, 1)) return false;
  if (listing) listing->refreshing = true;
  return true;
}

bool listing_changed(const struct services *services, int64_t member, struct slice room) {
  const struct present *present = presents_find(services->presents, member);
  struct listing *listing = present ? present_listing(present, room) : NULL;
  if (!listing || !listing->refreshing) return listing_refresh(services, member, room);
  listing->again = true; /* what is under way may have been read before */
  return true;
}

void listing_marked(const struct services *services, struct present *present, struct slice room,
                    const struct watch_counts *mark) {
  struct listing *listing = present_listing(present, room);
  if (!listing) {
    /* It may be about to appear on the list, as it stood before the mark: then it is read once more. */
    if (!listing_refresh(services, present->key, room)) return; /* the next mark brings it */
    return;
  }
  bool moved = mark->read > listing->watcher.read;
  room_watch_read(services->rooms, &listing->watcher, mark);
  if (!moved) return;
  listing->change = listing->read_change = ++present->change;
  services->member_changed(services->server, present, true);
}

/* ---- the whole list ---- */

/* A record that is older than what the room got meanwhile, as in a busy room it may be. False: the store takes no more. */
static bool listing_show_again(const struct services *services, const struct present *present, struct slice room) {
  struct listing *listing = present_listing(present, room);
  if (listing) room_watch_doubt(&listing->watcher);
  if (listing && services->listings_read->rooms >= STALE_AT_ONCE) return true; /* when it is swept */
  return listing_refresh(services, present->key, room);
}

static void listing_take_all(const struct services *services, struct present *present, const struct store_job *job) {
  if (listing_is_old(present, job)) {
    if (!listing_refresh_all(services, present->key)) return; /* with the next time */
    return;
  }
  for (size_t i = 0; i < job->room.count; i++) {
    const struct room_record *record = &job->room.records[i];
    if (!listing_show(services, present, record) && !listing_show_again(services, present, record->room))
      return; /* the store takes no more: with the next time */
  }
}

static void listing_read_all(void *context, struct store_job *job) {
  const struct services *services = ((struct completions *)context)->services;
  struct present *present = presents_find(services->presents, job->room.member);
  services->listings_read->lists--;
  if (present && job->outcome == STORE_DONE) listing_take_all(services, present, job);
  store_job_destroy(job);
}

bool listing_refresh_all(const struct services *services, int64_t member) {
  const struct present *present = presents_find(services->presents, member);
  if (!present) return true;
  struct store_job *job = store_job_create(STORE_ROOM_LIST);
  if (!job) return false;
  job->patient = true;
  job->ticket = listing_ticket(present, 1);
  job->done = listing_read_all;
  job->room.member = member;
  if (services->store.submit(services->store.self, job)) {
    services->listings_read->lists++;
    return true;
  }
  store_job_destroy(job);
  return false;
}

/* ---- what the member is, or may, is otherwise ---- */

bool listing_renew(const struct services *services, struct present *present, struct slice room) {
  struct listing *listing = present_listing(present, room);
  if (listing) listing->face_owed = true;
  return listing_changed(services, present->key, room);
}

static bool listing_is_crossing_of(const struct listing *listing, struct slice part) {
  struct slice country, sector;
  return right_parts(room_id(listing->watcher.room), &country, &sector) &&
         (slice_equal(country, part) || slice_equal(sector, part));
}

bool listing_renew_crossings(const struct services *services, struct present *present, struct slice part) {
  bool asked = true;
  for (struct listing *listing = present->listings; listing; listing = listing->next)
    if (listing_is_crossing_of(listing, part) && !listing_renew(services, present, room_id(listing->watcher.room)))
      asked = false;
  return asked;
}

bool listing_renew_all(const struct services *services, struct present *present) {
  for (struct listing *listing = present->listings; listing; listing = listing->next) listing->face_owed = true;
  return listing_refresh_all(services, present->key);
}
