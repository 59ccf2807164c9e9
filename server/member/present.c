/* Members who are connected to this instance, each held once for each of its users. */
#include <stdlib.h>
#include <sys/queue.h>
#include <uthash.h>

#include "club/limits.h"
#include "club/member.h"

#define TYPING_EVERY_MS 1000

struct held {
  struct present present; /* first: a present member is its held one */
  uint32_t holds;
  uint32_t round; /* in which the list was read last */
  TAILQ_ENTRY(held) by_round;
  UT_hash_handle hh; /* by present.key */
};

TAILQ_HEAD(held_list, held);

struct presents {
  struct held *by_key;
  struct held_list by_round; /* the one whose list was read longest ago first */
  const struct bus *bus;
  struct rooms *rooms;
  uint32_t round; /* lists that were read in an older one are doubtful */
};

struct presents *presents_create(const struct bus *bus, struct rooms *rooms) {
  struct presents *presents = calloc(1, sizeof *presents);
  if (!presents) return NULL;
  TAILQ_INIT(&presents->by_round);
  presents->bus = bus;
  presents->rooms = rooms;
  return presents;
}

/* ---- the member's topic ---- */

void member_topic_write(char topic[MEMBER_TOPIC_SIZE], int64_t key) {
  topic[0] = '@';
  member_id_write(topic + 1, key);
}

bool member_topic_read(struct slice topic, int64_t *key) {
  return topic.size > 1 && topic.data[0] == '@' && member_id_read((struct slice){topic.data + 1, topic.size - 1}, key);
}

static void held_listen(const struct presents *presents, const struct held *held, bool on) {
  char topic[MEMBER_TOPIC_SIZE];
  const struct bus *bus = presents->bus;
  member_topic_write(topic, held->present.key);
  (on ? bus->subscribe : bus->unsubscribe)(bus->self, slice_of(topic));
}

/* ---- members ---- */

static void held_free(struct presents *presents, struct held *held) {
  held_listen(presents, held, false);
  rooms_member_went(presents->rooms, held->present.key);
  TAILQ_REMOVE(&presents->by_round, held, by_round);
  HASH_DEL(presents->by_key, held);
  for (struct listing *listing = held->present.listings, *next; listing; listing = next) {
    next = listing->next;
    free((char *)listing->face.data);
    free(listing);
  }
  free(held->present.texts);
  free(held);
}

void presents_destroy(struct presents *presents) {
  if (!presents) return;
  while (presents->by_key) held_free(presents, presents->by_key);
  free(presents);
}

static struct slice texts_add(char **at, struct slice text) {
  struct slice copy = {*at, text.size};
  if (text.size) memcpy(*at, text.data, text.size);
  *at += text.size;
  return copy;
}

/* Structs first, so that they lie as they must; then the texts. */
static size_t texts_size(const struct member_record *record) {
  size_t size = record->login.size + record->name.size + record->country.size + record->company.size + 1;
  for (size_t i = 0; i < record->standings.count; i++) size += sizeof(struct slice) + record->standings.items[i].size;
  for (size_t i = 0; i < record->sanction_count; i++)
    size += sizeof(struct sanction) + record->sanctions[i].room.size + record->sanctions[i].reason.size;
  return size;
}

static void present_keep_rights(struct present *present, const struct member_record *record, char **at) {
  struct sanction *sanctions = (struct sanction *)(void *)*at;
  *at += record->sanction_count * sizeof *sanctions;
  struct slice *standings = (struct slice *)(void *)*at;
  *at += record->standings.count * sizeof *standings;
  for (size_t i = 0; i < record->standings.count; i++) standings[i] = texts_add(at, record->standings.items[i]);
  for (size_t i = 0; i < record->sanction_count; i++) {
    sanctions[i] = record->sanctions[i];
    sanctions[i].room = texts_add(at, record->sanctions[i].room);
    sanctions[i].reason = texts_add(at, record->sanctions[i].reason);
  }
  present->role = record->role;
  present->made_at = record->made_at;
  present->sanctions = sanctions;
  present->sanction_count = record->sanction_count;
  present->standings = standings;
  present->standing_count = record->standings.count;
  present->rights++;
}

bool present_update(struct present *present, const struct member_record *record) {
  char *texts = malloc(texts_size(record));
  if (!texts) return false;
  char *at = texts;
  free(present->texts);
  present->texts = texts;
  present_keep_rights(present, record, &at);
  present->login = texts_add(&at, record->login);
  present->author = (struct author){.key = record->author,
                                    .member = record->key,
                                    .name = texts_add(&at, record->name),
                                    .country = texts_add(&at, record->country),
                                    .company = texts_add(&at, record->company)};
  return true;
}

static bool present_looks(const struct present *present, const struct member_record *record) {
  const struct author *author = &present->author;
  return slice_equal(author->name, record->name) && slice_equal(author->country, record->country) &&
         slice_equal(author->company, record->company);
}

bool presents_update(struct presents *presents, struct present *present, const struct member_record *record) {
  bool renamed = !present_looks(present, record);
  if (!present_update(present, record)) return false;
  const struct author *author = &present->author;
  if (renamed) rooms_member_renamed(presents->rooms, present->key, author->name, author->country, author->company);
  return true;
}

static struct held *held_find(struct presents *presents, int64_t key) {
  struct held *held = NULL;
  HASH_FIND(hh, presents->by_key, &key, sizeof key, held);
  return held;
}

static struct held *held_make(struct presents *presents, const struct member_record *record) {
  struct held *held = calloc(1, sizeof *held);
  if (!held) return NULL;
  held->present.key = record->key;
  held->round = presents->round;
  if (present_update(&held->present, record)) {
    HASH_ADD(hh, presents->by_key, present.key, sizeof held->present.key, held);
    if (held->hh.tbl) return held;
  }
  free(held->present.texts);
  free(held);
  return NULL;
}

struct present *presents_hold(struct presents *presents, const struct member_record *record) {
  struct held *held = held_find(presents, record->key);
  if (!held) {
    held = held_make(presents, record);
    if (!held) return NULL;
    TAILQ_INSERT_TAIL(&presents->by_round, held, by_round);
    held_listen(presents, held, true);
    rooms_member_came(presents->rooms, record->key);
  }
  held->holds++;
  return &held->present;
}

struct present *present_again(struct present *present) {
  ((struct held *)present)->holds++;
  return present;
}

void presents_release(struct presents *presents, struct rooms *rooms, struct present *present) {
  struct held *held = (struct held *)present;
  if (--held->holds > 0) return;
  for (struct listing *listing = present->listings; listing; listing = listing->next) {
    if (listing->watcher.room) room_unwatch(rooms, &listing->watcher);
  }
  held_free(presents, held);
}

struct present *presents_find(struct presents *presents, int64_t key) {
  struct held *held = held_find(presents, key);
  return held ? &held->present : NULL;
}

size_t presents_count(const struct presents *presents) {
  return HASH_COUNT(presents->by_key);
}

bool presents_online(struct presents *presents, int64_t key) {
  return held_find(presents, key) || rooms_member_is_online(presents->rooms, key);
}

void presents_doubt(struct presents *presents) {
  presents->round++;
}

uint32_t presents_round(const struct presents *presents) {
  return presents->round;
}

/* The first one is the one whose list was read longest ago; it becomes the last. */
struct present *presents_doubtful(struct presents *presents) {
  struct held *held = TAILQ_FIRST(&presents->by_round);
  if (!held || held->round == presents->round) return NULL;
  held->round = presents->round;
  TAILQ_REMOVE(&presents->by_round, held, by_round);
  TAILQ_INSERT_TAIL(&presents->by_round, held, by_round);
  return &held->present;
}

/* ---- the member's list ---- */

struct listing *present_listing(const struct present *present, struct slice room) {
  for (struct listing *listing = present->listings; listing; listing = listing->next) {
    if (listing->watcher.room && slice_equal(room_id(listing->watcher.room), room)) return listing;
  }
  return NULL;
}

static bool listing_watch(struct rooms *rooms, struct present *present, struct listing *listing,
                          const struct room_record *record) {
  struct room *room = rooms_hold(rooms, record->room);
  if (!room) return false;
  bool watched = room_watch(rooms, room, &listing->watcher, present->key, record);
  rooms_release(rooms, room); /* watching holds it too */
  return watched;
}

static bool present_list_new(struct rooms *rooms, struct present *present, const struct room_record *record,
                             bool appeared) {
  if (present->listing_count >= LIMIT_LISTED) return true;
  struct listing *listing = calloc(1, sizeof *listing);
  if (!listing) return false;
  if (!listing_watch(rooms, present, listing, record)) {
    free(listing);
    return false;
  }
  listing->blocked = record->blocked;
  listing->closed = record->closed;
  listing->notify = record->notify;
  listing->next = present->listings;
  present->listings = listing;
  present->listing_count++;
  listing->change = ++present->change;
  if (appeared) listing->face_change = listing->change;
  return true;
}

bool present_list(struct rooms *rooms, struct present *present, const struct room_record *record, bool appeared) {
  struct listing *listing = present_listing(present, record->room);
  if (!listing) return present_list_new(rooms, present, record, appeared);
  int64_t read = listing->watcher.read;
  struct watch_counts before = room_watch_counts(&listing->watcher);
  if (!listing_watch(rooms, present, listing, record)) return false;
  bool turned = listing->blocked != record->blocked || listing->notify != record->notify;
  listing->blocked = record->blocked;
  listing->closed = record->closed;
  listing->notify = record->notify;
  struct watch_counts now = room_watch_counts(&listing->watcher);
  if (!turned && memcmp(&before, &now, sizeof now) == 0) return true;
  listing->change = ++present->change;
  if (turned) listing->face_change = listing->change;
  if (listing->watcher.read > read) listing->read_change = listing->change; /* it moved before its answer came */
  return true;
}

void present_unlist(struct rooms *rooms, struct present *present, struct listing *listing) {
  struct listing **at = &present->listings;
  while (*at && *at != listing) at = &(*at)->next;
  if (!*at) return;
  *at = listing->next;
  present->listing_count--;
  room_unwatch(rooms, &listing->watcher);
  free((char *)listing->face.data);
  free(listing);
}

bool listing_keep_face(struct listing *listing, struct slice encoded) {
  char *copy = malloc(encoded.size + 1);
  if (!copy) return false;
  memcpy(copy, encoded.data, encoded.size);
  free((char *)listing->face.data);
  listing->face = (struct slice){copy, encoded.size};
  return true;
}

bool present_types(struct present *present, const struct room *room, int64_t now_ms) {
  struct typed *place = &present->typed[0];
  for (size_t i = 0; i < PRESENT_TYPED && place->room != room; i++) {
    struct typed *typed = &present->typed[i];
    if (typed->room == room || (place->room && (!typed->room || typed->at_ms < place->at_ms))) place = typed;
  }
  if (place->room && now_ms - place->at_ms < TYPING_EVERY_MS) return false;
  *place = (struct typed){room, now_ms};
  return true;
}
