#ifndef ROOM_INSIDE_H
#define ROOM_INSIDE_H
/* What the files of this folder share: the room's parts, each in a file of its own. */
#include <sys/queue.h>
#include <uthash.h>

#include "club/limits.h"
#include "club/room.h"
#include "club/seal.h"

/* What watching needs to know of an entry, without its content. */
struct note {
  int64_t seq;
  enum entry_type type;
  int64_t member, target, target_member;
  const int64_t *mentions;
  size_t mention_count;
  bool removed; /* its text was gone when it was read */
};

/* ---- ring.c: encoded entries first … first + count - 1, without a hole ---- */
struct ring_item {
  char *bytes;
  uint32_t size;
  bool changed; /* an answer shows it otherwise than it was sent */
};
struct ring {
  struct ring_item *items; /* circular, `capacity` a power of two */
  uint32_t capacity, start, count;
  uint32_t limit; /* entries; 0: LIMIT_RING_ENTRIES */
  int64_t first;
  size_t bytes;
};
/* Appends a copy as the entry after the last; drops the oldest over the limits. False: no memory. */
bool ring_append(struct ring *ring, int64_t seq, struct slice encoded) CLUB_MUST_CHECK;
void ring_drop_first(struct ring *ring);
void ring_clear(struct ring *ring);
/* data NULL: not there. */
struct slice ring_get(const struct ring *ring, int64_t seq);
/* The entry, if it is there, was changed by a later one. */
void ring_mark_changed(struct ring *ring, int64_t seq);
bool ring_is_changed(const struct ring *ring, int64_t seq);

/* ---- early.c: what came before its turn ---- */
struct early {
  struct early *next; /* by seq */
  struct note note;
  size_t size;
  char bytes[]; /* encoded entry, then the mentions */
};
#define EARLY_LIMIT 64

/* ---- block.c: pieces of the log read again from the store, shared by all who stand there ---- */
#define BLOCKS 8
enum block_state { BLOCK_EMPTY, BLOCK_READING, BLOCK_READY };
struct block {
  enum block_state state;
  uint64_t ticket; /* of the read under way */
  int64_t from, to, ready_ms;
  struct ring_item *items;
};

/* ---- shared.c: pieces of the log as answers show it ---- */
#define SHARED 8
enum shared_state { SHARED_EMPTY, SHARED_READING, SHARED_READY };
struct shared_item {
  struct slice bytes; /* an entry, encoded; with reactions: without its closing brace. data NULL: changed meanwhile */
  const struct reaction *reactions;
  size_t reaction_count;
  bool own; /* who reacted is not known: each member must read it */
};
struct shared {
  enum shared_state state;
  uint64_t ticket;  /* of the read under way */
  int64_t from, to; /* READING: what it may bring; from 0: the newest */
  int64_t as_of;
  int64_t head;    /* READING: the room's when it began */
  int64_t changed; /* READING: the last entry that changed something of it */
  int64_t asked_ms, used_ms;
  size_t bytes;
  struct arena *arena;
  struct shared_item *items;
};

/* ---- waiting.c: jobs of those who wait for a piece, or for what is missing of the log ---- */
struct waiting {
  struct room *room;
  struct worker_job *first, **last;
  bool woken, failed;
  bool for_log; /* something of the log was missing */
  struct room *next_woken;
  struct wheel_timer timer;
};
struct sharing { /* made with the first read */
  struct shared pieces[SHARED];
  struct waiting waiting;
};

/* What others see of a member. */
struct face {
  struct slice name, country, company;
};

/* ---- attendance.c: a member who is there, here or on other instances ---- */
struct attendance {
  int64_t member;
  uint64_t elsewhere; /* a bit for each other instance, by its place among the neighbours */
  uint32_t count;     /* of subscriptions here */
  uint16_t name_size, country_size, company_size;
  UT_hash_handle hh;
  char texts[];
};

/* ---- presence.c: what this instance tells the others of who is here ---- */
struct presence {
  struct room *room;
  LIST_ENTRY(presence) of_rooms; /* those that have members here */
  uint32_t here, told_here;      /* distinct members; as they were told last */
  int64_t version;               /* of what was told last; 0: nothing yet */
  int64_t told_ms, whole_ms;
  int64_t *changed; /* members who came or went since */
  uint32_t changed_count, changed_capacity;
  bool news;  /* somebody came or went since */
  bool whole; /* … so many that all who are here are told */
  bool asked; /* all who are here are to be told, for somebody missed something */
  struct wheel_timer timer;
};
#define PIECE_MEMBERS 256 /* in one message */
#define PIECE_BYTES 49152

/* ---- remote.c: what the other instances said ---- */
struct remote {
  uint8_t place;    /* among the neighbours */
  bool whole;       /* all of `version` is known */
  bool behind;      /* it is not, or there is a newer one: to be asked for */
  bool fresh;       /* nobody was known to be there when the building began */
  int64_t version;  /* of what is known */
  int64_t building; /* of what is being told in pieces; 0: none */
  int64_t covered;  /* … and was told up to this member */
  uint32_t count;   /* members who are there */
  int64_t heard_ms;
};
struct hearing {
  struct room *room;
  LIST_ENTRY(hearing) of_rooms;
  struct remote *remotes;
  uint8_t remote_count, remote_capacity;
  bool curious; /* nothing was heard yet: everybody is asked */
  int64_t asked_ms;
  struct wheel_timer timer; /* asks */
};
#define NEIGHBOURS 64 /* other instances that are remembered: the bits of `elsewhere` */
#define NEIGHBOUR_NAME 64
struct neighbour {
  char name[NEIGHBOUR_NAME];
  uint8_t name_size; /* 0: a free place */
  uint32_t rooms;    /* that have something of it */
  int64_t heard_ms;
};

/* ---- typing.c ---- */
#define TYPERS 8
struct typer {
  int64_t member, at_ms;
  uint32_t size;
  char *bytes; /* the notification */
};

/* ---- watch.c ---- */
#define TALLY_LIMIT 256
struct tally {
  size_t count, limit;
  int64_t from;        /* counts of all watchers hold up to here, but for their own counted_to; -1: not known yet */
  int64_t mentioned;   /* the last entry with mentions, which were counted at once; 0: none */
  struct note notes[]; /* mentions are not kept */
};

/* ---- settings.c ---- */
struct settings {
  char *memory; /* what `told` points into; NULL: not known */
  struct room_settings told;
  int64_t as_of;   /* the room's head when it was read */
  int64_t changed; /* the last entry that made it otherwise */
  bool owed;       /* those who watch were not told of that yet */
};

struct room {
  UT_hash_handle hh;
  struct rooms *rooms;
  uint32_t holds;
  bool direct;
  bool apart; /* not everybody may enter: nothing of it is shared */
  bool dirty;
  bool sure;  /* the store was asked since: `confirmed_ms` says when */
  bool asked; /* the store is asked again and again where the log ends */
  struct room *next_dirty;
  /* the log */
  int64_t head;                     /* the last one without a hole before it; -1: not known */
  int64_t known_head;               /* what the store or the bus spoke of */
  int64_t known_from;               /* the head when it became known: every later entry was taken here */
  int64_t removal;                  /* the last removal that was heard of, even before its turn */
  int64_t confirmed_ms;             /* what the store had then is here */
  int64_t claimed_head, claimed_ms; /* … and when `claimed_head` is here, so is what it had then; 0: none */
  struct ring ring;
  int64_t appended_ms;
  struct early *early;
  size_t early_count;
  uint64_t filling;  /* ticket of the read for the gap that is under way; 0: none */
  uint32_t deferred; /* how often the gap waited for an author's answer */
  struct wheel_timer gap_timer;
  struct block blocks[BLOCKS];
  struct wheel_timer block_timer;
  int64_t block_after_ms; /* a read failed: none before then */
  struct sharing *sharing;
  struct settings settings;
  /* who follows */
  struct subscription **subscriptions;
  uint32_t subscription_count, subscription_capacity;
  struct attendance *attendance;
  struct presence *presence; /* made with the first subscription; NULL: nothing was to be told yet */
  struct hearing *hearing;   /* NULL: nothing was to be heard yet */
  bool presence_changed;
  uint32_t presence_stamp;
  int64_t presence_ms;
  struct wheel_timer presence_timer;
  struct typer typers[TYPERS];
  uint32_t typing_stamp;
  struct watcher **watchers;
  uint32_t watcher_count, watcher_capacity;
  struct tally *tally; /* made with the first watcher */
  struct wheel_timer tally_timer;
  bool watcher_stale; /* one of them at least */
  uint8_t id_size;
  char id[LIMIT_IDENTIFIER + 1];
};

/* What was committed in a room in this turn, on its way to the bus. */
struct committed {
  char room[LIMIT_IDENTIFIER];
  size_t room_size;
  struct buffer message; /* empty: nothing */
  size_t last_at;        /* where the last one's number stands in it */
  int64_t last;
};

struct rooms {
  struct rooms_setup setup;
  struct room *by_id;
  struct room *dirty;
  size_t ring_bytes, shared_bytes;
  struct room *woken;   /* whose waiting jobs go on */
  uint64_t last_ticket; /* of reads */
  struct departed *departed;
  struct buffer scratch; /* one encoded entry */
  struct buffer message; /* one for the bus */
  struct committed committed;
  struct wheel_timer sweep_timer;
  LIST_HEAD(, presence) present; /* rooms with members here */
  LIST_HEAD(, hearing) hearing;  /* rooms of which others may have spoken */
  int64_t last_version;          /* of any room's presence: none is used twice */
  struct wheel_timer announce_timer, neighbour_timer;
  struct room online; /* the members who are connected: an attendance alone, and not among `by_id` */
  struct neighbour neighbours[NEIGHBOURS];
  int64_t asked_ms; /* when the present short while began, and how many questions were asked in it */
  uint32_t asked_count;
  /* room_take_frame's: the frame that was built last and for whom it holds */
  struct buffer frame;
  size_t frame_headroom;
  struct room *frame_room; /* NULL: holds for nobody else */
  int64_t frame_from, frame_head, frame_to;
  uint32_t frame_seen, frame_stamp, frame_told; /* presence stamps before, of the room, after */
  struct slice frame_whole;
  bool frame_more;
};

void room_mark(struct room *room); /* something may wait: fan out at the end of this turn */
/* log.c */
/* `told`: by whoever committed it, and not read from the store just now. */
void log_accept(struct room *room, const struct note *note, struct slice encoded, bool told);
/* May entries be given from memory? Not while the store has newer ones that are not here and has confirmed nothing for two
 * seconds: one of them may be a removal. */
bool log_may_give(const struct room *room);
void log_known(struct room *room, int64_t head);
void log_confirmed(struct room *room, int64_t head, int64_t asked_ms); /* the store said so */
void log_begin(struct room *room);
void log_end(struct room *room);
void log_sweep(struct room *room, int64_t now_ms);
/* early.c: keeps it until its turn; the next one that fits, taken out (the caller frees); all of them freed. */
void early_keep(struct room *room, const struct note *note, struct slice encoded);
bool early_removes(const struct room *room, int64_t seq); /* is its removal among them? */
void early_drop(struct room *room, int64_t target);       /* the message and its edits */
struct early *early_take(struct room *room, int64_t seq);
void early_clear(struct room *room);
/* block.c: the encoded entry, when a block has it; asks the store for the piece with `seq` in it otherwise. */
void block_begin(struct room *room);
struct slice block_get(struct room *room, int64_t seq);
void block_want(struct room *room, int64_t seq);
void block_sweep(struct room *room, int64_t now_ms);
void block_forget(struct room *room); /* what is there and what is being read */
void block_clear(struct room *room);
/* shared.c */
struct sharing *shared_make(struct room *room) CLUB_MUST_CHECK; /* NULL: no memory */
void shared_note(struct room *room, const struct note *note);   /* an entry is taken: what it changes is dropped */
void shared_sweep(struct room *room, int64_t now_ms);
void shared_forget(struct room *room); /* another history */
void shared_clear(struct room *room);
/* waiting.c */
void waiting_begin(struct room *room);
void waiting_wake(struct room *room, bool failed);
void waiting_log_is_whole(struct room *room);
void waiting_clear(struct room *room);
/* settings.c */
void settings_note(struct room *room, const struct note *note); /* an entry is taken, or came before its turn */
void settings_tell(struct room *room);                          /* has it told what is owed */
void settings_clear(struct room *room);
/* attendance.c */
void attendance_begin(struct room *room);
bool attendance_enter(struct room *room, int64_t member, struct slice name, struct slice country, struct slice company)
    CLUB_MUST_CHECK;
void attendance_leave(struct room *room, int64_t member);
void attendance_stamp(struct room *room); /* gives the change a stamp when its second is over */
void attendance_clear(struct room *room);
struct attendance *attendance_find(const struct room *room, int64_t member);
struct face attendance_face(const struct attendance *one);
/* The member came to, or went from, the instance at that place. True: that is new. */
bool attendance_came(struct room *room, int64_t member, unsigned place, const struct face *face);
bool attendance_went(struct room *room, int64_t member, unsigned place);
/* Of the members between `low` (exclusive) and `high` only these, which rise, are at that place. How many went. */
uint32_t attendance_only(struct room *room, unsigned place, int64_t low, int64_t high, const int64_t *members,
                         size_t count);
/* presence.c */
void presence_setup(struct rooms *rooms);
void presence_finish(struct rooms *rooms);
void presence_came(struct room *room, int64_t member); /* to this instance; or went from it */
void presence_went(struct room *room, int64_t member);
void presence_renamed(struct room *room, int64_t member);
void presence_asked(struct room *room);
void presence_end(struct room *room); /* tells what is owed */
/* remote.c */
void remote_setup(struct rooms *rooms);
void remote_finish(struct rooms *rooms);
/* The first one joins here, or has the room on the list: who is elsewhere? Asked once. */
void remote_wonder(struct room *room);
void remote_end(struct room *room);
bool remote_hear_piece(struct room *room, struct slice rest) CLUB_MUST_CHECK;
bool remote_hear_delta(struct room *room, struct slice rest) CLUB_MUST_CHECK;
bool remote_hear_question(struct room *room, struct slice rest) CLUB_MUST_CHECK;
/* online.c */
void online_setup(struct rooms *rooms);
void online_finish(struct rooms *rooms);
/* The room of which others tell under that topic: under ONLINE_TOPIC it is `online`. NULL: it is not in memory. */
struct room *online_or_room(struct rooms *rooms, struct slice topic);
/* typing.c */
bool typing_hear(struct room *room, struct slice rest) CLUB_MUST_CHECK;
void typing_take(struct room *room, struct subscription *subscription, struct buffer *frame, size_t limit,
                 size_t *items);
void typing_clear(struct room *room);
/* watch.c */
void watch_begin(struct room *room);
void watch_note(struct room *room, const struct note *note);
void watch_sweep(struct room *room);  /* asks again for counts that are stale still */
void watch_forget(struct room *room); /* another history */
void watch_clear(struct room *room);
/* departed.c: remembers the head of a room that leaves memory; gives it back when the room returns, -1: not known */
void departed_note(const struct room *room);
int64_t departed_take(struct rooms *rooms, struct slice id);
void departed_sweep(struct rooms *rooms, int64_t now_ms);
void departed_clear(struct rooms *rooms);
/* hint.c */
void hint_setup(struct rooms *rooms);
void hint_finish(struct rooms *rooms);
void hint_publish(struct rooms *rooms, const struct entry *entry, struct slice encoded);
/* Begins a message; named: the instance's name stands first. Whatever is appended is sealed and sent by hint_send. */
struct buffer *hint_begin(struct rooms *rooms, const char *kind);
struct buffer *hint_begin_named(struct rooms *rooms, const char *kind);
void hint_send(struct rooms *rooms, struct slice topic);
bool hint_is_others(const struct rooms *rooms, struct slice rest);
/* FACE: member, three sizes, the texts. */
void hint_face(struct buffer *message, int64_t member, const struct face *face);
bool hint_read_face(struct slice *rest, int64_t *member, struct face *face) CLUB_MUST_CHECK;

static inline bool rooms_alone(const struct rooms *rooms) {
  return rooms->setup.bus->alone(rooms->setup.bus->self);
}

static inline int64_t rooms_now(const struct rooms *rooms) {
  return clock_monotonic_ms(rooms->setup.clock);
}

/* 0 to below - 1: so that instances do not all speak at once. */
static inline int64_t rooms_jitter(const struct rooms *rooms, uint32_t below) {
  uint32_t number;
  rooms->setup.randomness->fill(rooms->setup.randomness->self, &number, sizeof number);
  return number % below;
}

static inline struct slice room_slice(const struct room *room) {
  return (struct slice){room->id, room->id_size};
}
#endif
