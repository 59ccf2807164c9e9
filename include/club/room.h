#ifndef CLUB_ROOM_H
#define CLUB_ROOM_H
/* The rooms that this instance serves now: each one's newest entries in memory, in order and without a hole, and who
 * follows it. A room knows subscriptions and watchers, which the layers above embed in what is theirs; it never calls
 * upward. Loop thread only.
 *
 * Numbers come from the store. What a room was given already is ignored, what comes early waits, what is missing is
 * read from the store. */
#include <stdbool.h>
#include <stdint.h>

#include "club/buffer.h"
#include "club/bus.h"
#include "club/clock.h"
#include "club/entry.h"
#include "club/metrics.h"
#include "club/store.h"
#include "club/wheel.h"

struct room;
struct rooms;

/* A follower who gets every later entry: a cursor into the room's log. Embedded by the owner, who keeps it in place
 * from room_subscribe to room_unsubscribe. */
struct subscription {
  struct room *room;
  int64_t cursor;         /* the last seq that was given */
  uint32_t place;         /* in the room's array */
  uint32_t presence_seen; /* the room's presence stamp that was told */
  uint32_t typing_seen;   /* the room's typing stamp that was told */
  bool marked;            /* for the owner: on its list of what waits */
  int64_t member;
};

/* A member who has the room on the list and is told of its head and counts. Embedded by the owner. */
struct watcher {
  struct room *room; /* NULL: not watching */
  uint32_t place;
  bool stale; /* the counts must be read from the store again */
  int64_t member;
  int64_t read_ms;    /* when the store said last where the mark is */
  int64_t counted_to; /* entries up to here are in the counts */
  int64_t read, unread, mentions;
};

struct rooms_setup {
  const struct clock *clock;
  const struct randomness *randomness;
  struct wheel *wheel;
  struct store *store;
  struct bus *bus;
  struct metrics *metrics;
  struct slice instance;       /* this one's name: no other one has it or had it; outlives the rooms */
  const char *epoch;           /* may change; rooms_forget then */
  const unsigned char *secret; /* DIGEST_SIZE bytes: signs what goes over the bus */
  bool store_shared;           /* other instances write to it, too */
  uint32_t ring_entries;       /* of each room's log in memory, for tests; 0: LIMIT_RING_ENTRIES */
  void *owner;                 /* given back to the two below */
  /* A subscription has something to take (entries, presence, typing). Called at the end of a turn. */
  void (*wants)(void *owner, struct subscription *subscription);
  /* A watcher's counts changed (`soon`: a direct talk or a mention), or are stale. */
  void (*noticed)(void *owner, struct watcher *watcher, bool soon);
  /* Is a write of the member into the room under way here, so that an answer is owed? May be NULL: never. */
  bool (*writing)(void *owner, int64_t member, struct slice room);
  /* What moderators set about the room is otherwise: those who watch it are to be told; said again every few seconds
   * until room_settings_told(). May be NULL. */
  void (*changed)(void *owner, struct room *room);
  /* The member's watcher of the room; NULL: there is none here. */
  struct watcher *(*watcher_of)(void *owner, int64_t member, struct slice room);
};

struct rooms *rooms_create(const struct rooms_setup *setup) CLUB_MUST_CHECK;
/* After all holds were released. Takes NULL. */
void rooms_destroy(struct rooms *rooms);
/* The room, made in memory if need be; it stays while it is held. Holding before a read of the store is submitted makes
 * sure that nothing committed after that read's snapshot is missed. NULL: no memory. */
struct room *rooms_hold(struct rooms *rooms, struct slice id) CLUB_MUST_CHECK;
void rooms_release(struct rooms *rooms, struct room *room);
/* NULL: not in memory. Not held. */
struct room *rooms_find(struct rooms *rooms, struct slice id);
size_t rooms_count(const struct rooms *rooms);

/* ---- what happened ---- */

/* An entry that is durable, from here or from elsewhere; ignored when it was had, or when nobody is here to follow.
 * `here`: committed by this instance, and told to the others with rooms_publish(). */
void rooms_append(struct rooms *rooms, const struct entry *entry, bool here);
/* Publishes on the bus what was committed here since: once a turn, so that it goes in few messages. */
void rooms_publish(struct rooms *rooms);
/* A message of the bus under a room's topic, or under ONLINE_TOPIC: ignored (and counted) when its seal or epoch does
 * not check. */
void rooms_hint(struct rooms *rooms, struct slice topic, struct slice message);
/* One under ROOMS_TOPIC: which of another instance's rooms have members there. The owner subscribes. */
#define ROOMS_TOPIC "@rooms"
void rooms_announced(struct rooms *rooms, struct slice message);
/* Where instances tell each other which members are connected to them, as in a room. The owner subscribes. */
#define ONLINE_TOPIC "@online"
/* A member is connected to this instance: the first connection came, or the last one went. */
void rooms_member_came(struct rooms *rooms, int64_t member);
void rooms_member_went(struct rooms *rooms, int64_t member);
/* The member, who may be in rooms here, has another name, country or company from now on. */
void rooms_member_renamed(struct rooms *rooms, int64_t member, struct slice name, struct slice country,
                          struct slice company);
/* Is the member connected, here or to another instance as far as those were heard? */
bool rooms_member_is_online(const struct rooms *rooms, int64_t member);
/* Messages of the bus may have been missed: the others are told how things stand soon. */
void rooms_missed(struct rooms *rooms);
/* Another instance is no more: nobody is there. */
void rooms_instance_gone(struct rooms *rooms, struct slice instance);
/* The store says, asked at `asked_ms`, that the room's log ends at `head` (a poll): what is missing is read. */
void rooms_head(struct rooms *rooms, struct slice id, int64_t head, int64_t asked_ms);
/* An answer names `seq`, which may have been committed on another instance and not been heard of here: no page from
 * memory ends before it from then on. */
void rooms_answered(struct rooms *rooms, struct slice id, int64_t seq);
/* Calls back with each room in memory that a poll must ask for. */
void rooms_each(struct rooms *rooms, void (*each)(void *context, struct room *room), void *context);
/* Drops every log in memory (another epoch). */
void rooms_forget(struct rooms *rooms);
/* How many subscriptions follow the rooms that have something for them. */
size_t rooms_waiting(const struct rooms *rooms);
/* The end of a turn: calls `wants` for whatever waits. */
void rooms_fan_out(struct rooms *rooms);

/* ---- one room ---- */

struct slice room_id(const struct room *room);
/* Distinct members subscribed, over all instances as far as they were heard. */
int64_t room_online(const struct room *room);
/* Is the member one of them? */
bool room_attends(const struct room *room, int64_t member);
bool room_is_direct(const struct room *room);

/* ---- what moderators set ---- */

/* A read of the store told it. False: something changed since. */
bool room_settings_keep(struct room *room, const struct room_record *record);
/* As at the room's head; slices live until the next entry. False: the store must be asked. */
bool room_settings_known(const struct room *room, struct room_settings *settings) CLUB_MUST_CHECK;
void room_settings_told(struct room *room);
/* Who watches, from `place` 0 on; 0: nobody any more. */
int64_t room_watcher(const struct room *room, size_t place);
/* How often the member is subscribed here. */
size_t room_subscriptions(const struct room *room, int64_t member);

/* From here on `subscription` gets what comes after `cursor`. The room is held for it. */
bool room_subscribe(struct rooms *rooms, struct room *room, struct subscription *subscription, int64_t member,
                    struct slice name, struct slice country, struct slice company, int64_t cursor) CLUB_MUST_CHECK;
void room_unsubscribe(struct rooms *rooms, struct subscription *subscription);

struct attendant {
  int64_t member;
  struct slice name, country, company;
};
/* Who is subscribed, by member key, those after `after`, at most `limit`; `more`: there are further ones. The slices live
 * until the turn's end. The count found. */
size_t room_attendants(const struct room *room, int64_t after, size_t limit, struct attendant *attendants, bool *more);

/* Tells the others that the member types, on all instances. */
void room_type(struct rooms *rooms, struct room *room, int64_t member, struct slice name, struct slice country,
               struct slice company);

/* Counts as of `as_of` (the head in the snapshot they were read from). False: they are too old, read them again. */
bool room_watch(struct rooms *rooms, struct room *room, struct watcher *watcher, int64_t member,
                const struct room_record *record) CLUB_MUST_CHECK;
/* Its counts are not relied on, and asked for with the next sweep, until room_watch() or room_watch_read() told them. */
void room_watch_doubt(struct watcher *watcher);
void room_unwatch(struct rooms *rooms, struct watcher *watcher);
struct watch_counts {
  int64_t head, read, unread, mentions;
};
/* The counts after a room.read was committed, as they stood with that `head`. */
void room_watch_read(struct rooms *rooms, struct watcher *watcher, const struct watch_counts *counts);
/* How the watcher stands now. */
struct watch_counts room_watch_counts(const struct watcher *watcher);
/* The same for an answer, at the room's head. False: the store must be asked (they are stale, something of the log is
 * missing, or the mark may have been moved on another instance). */
bool room_watch_known(const struct watcher *watcher, struct watch_counts *counts) CLUB_MUST_CHECK;

/* ---- pages of the log that many ask for at once: read once, then answered from memory ---- */

enum room_page_state {
  ROOM_PAGE_HERE,    /* room_page_append gives it */
  ROOM_PAGE_COMING,  /* somebody reads it, or what is missing of the log: room_page_wait */
  ROOM_PAGE_MISSING, /* to be read from `missing` on: room_page_reading */
  ROOM_PAGE_OWN      /* each must read it alone */
};
struct room_page {
  int64_t from, to; /* the entries; none: to = from - 1 */
  bool more;        /* after `to` */
  int64_t as_of;    /* the room's head */
  int64_t missing;  /* 0: the newest are */
};
/* The entries after `after` (-1: the newest), at most `limit` and LIMIT_PAGE_BYTES, as STORE_ROOM_JOIN gives them; the
 * right to enter is the caller's matter, but that direct talks and rooms that were made are never shared. */
enum room_page_state room_page_look(struct room *room, int64_t after, int64_t limit, struct room_page *page);
/* May a page that shows the room as of `as_of` still be given away? Whoever asks has held the room since before the page
 * was read. False: something may have been removed since, longer than LIMIT_FRESH_MS ago. */
bool room_page_stands(const struct room *room, int64_t as_of);
/* Appends a page that is HERE, as encode_page does, with the member's own reactions. In the same turn. */
void room_page_append(struct room *room, const struct room_page *page, int64_t member, struct buffer *out);
/* A STORE_ROOM_JOIN for many was submitted by this ticket, for `limit` entries from `missing` on. The room must be held
 * until room_page_came. */
void room_page_reading(struct room *room, int64_t missing, int64_t limit, uint64_t ticket);
/* It is back, with whatever outcome; the job stays the caller's. */
void room_page_came(struct room *room, const struct store_job *job);
/* Keeps the job until there is something new, then gives it to its `done` (rooms_wake): STORE_DONE, look again;
 * STORE_UNAVAILABLE, the read failed. The room must be held until then. False: no memory. */
bool room_page_wait(struct room *room, struct store_job *job) CLUB_MUST_CHECK;
/* Once in a turn, after the finished jobs: gives back the jobs that waited. `context` is for their `done`. */
void rooms_wake(struct rooms *rooms, struct completions *context);

/* What a subscription may take now: encoded notifications. Appends items after its cursor to `frame` (a comma before
 * each but the first of the frame: `*items` counts them) while the frame stays within `limit`, and moves the cursor.
 * ROOM_TAKEN_ALL: nothing is left; ROOM_TAKEN_PART: the frame is full; ROOM_TAKEN_WAIT: what comes next is being read
 * from the store, `wants` comes again. */
enum room_taken { ROOM_TAKEN_ALL, ROOM_TAKEN_PART, ROOM_TAKEN_WAIT };
enum room_taken room_take(struct rooms *rooms, struct subscription *subscription, struct buffer *frame, size_t limit,
                          size_t *items);
/* The same as a whole frame of its own, for a subscription that is alone in it: built once for all that stand at the same
 * place, with `headroom` bytes before it that may be overwritten. data NULL: nothing to take now (see room_take). Valid
 * until the next call. `more`: the frame was full. */
struct slice room_take_frame(struct rooms *rooms, struct subscription *subscription, size_t headroom, bool *more);
/* The room's last seq known here, without a hole before it; -1: not known yet. */
int64_t room_head(const struct room *room);
/* The last seq that was spoken of, by the store or the bus; -1: not known. The store has it for certain. */
int64_t room_known(const struct room *room);
#endif
