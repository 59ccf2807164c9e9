#ifndef CLUB_MEMBER_H
#define CLUB_MEMBER_H
/* Members who are present: connected to this instance now. Rates, passwords on their threads, tokens that are derived.
 * Loop thread only. */
#include <stdbool.h>
#include <stdint.h>

#include "club/address.h"
#include "club/bus.h"
#include "club/clock.h"
#include "club/digest.h"
#include "club/entry.h"
#include "club/rights.h"
#include "club/room.h"
#include "club/store.h"

/* A room on a present member's list. */
struct listing {
  struct watcher watcher;
  struct listing *next;
  uint32_t change;      /* the member's change number when the counts last changed */
  uint32_t read_change; /* … when the member's own read mark last moved */
  uint32_t face_change; /* … when the room appeared, or changed: the `room` notification is owed */
  bool face_owed;       /* … once it is read from the store again */
  bool refreshing;      /* its counts are being read from the store again */
  bool again;           /* … and it changed since: once more */
  bool blocked, closed; /* a direct talk: see struct room_record */
  enum notify_level notify;
  struct slice face; /* the `room` notification that is owed, encoded; owned */
};

struct bucket { /* a rate: so many in so long, refilled steadily */
  int64_t level_us, seen_ms;
};

/* Where the member was last heard typing: what comes again within a second is not told on. */
#define PRESENT_TYPED 8
struct typed {
  const struct room *room; /* only compared */
  int64_t at_ms;
};

struct present {
  int64_t key;
  struct author author; /* slices into `texts` */
  struct slice login;
  enum role role;
  int64_t made_at;               /* wall milliseconds; 0: not known */
  const struct slice *standings; /* rooms that the member moderates, beside what the role gives */
  size_t standing_count;
  const struct sanction *sanctions; /* as they were when they were read: see standing_sanction() */
  size_t sanction_count;
  uint32_t rights;     /* rises when they were read again */
  int64_t known_as_of; /* the club log's number of the change that is known last: an older one is not taken */
  uint32_t change;     /* rises with each change of a listing */
  uint32_t connection_count;
  size_t listing_count;
  struct listing *listings;
  struct bucket posts;
  struct bucket changes;       /* edits, removals, reactions, blocks, the own card */
  struct bucket finds;         /* searches among members */
  struct bucket searches;      /* … and messages */
  struct bucket acts;          /* of a moderator */
  struct bucket opens, admits; /* of one who is young */
  struct typed typed[PRESENT_TYPED];
  void *connections; /* the connection layer's list */
  char *texts;
};

struct presents;

/* `bus`: each one's topic is subscribed to while the member is present; `rooms`: they tell the other instances of it.
 * Both outlive the presents. */
struct presents *presents_create(const struct bus *bus, struct rooms *rooms) CLUB_MUST_CHECK;
void presents_destroy(struct presents *presents);
/* Finds or makes the member, and keeps it until released as often. NULL: no memory. */
struct present *presents_hold(struct presents *presents, const struct member_record *record) CLUB_MUST_CHECK;
/* Once more, for another user of it. */
struct present *present_again(struct present *present);
/* The last release frees it and its listings (unwatched by then through `rooms`). */
void presents_release(struct presents *presents, struct rooms *rooms, struct present *present);
struct present *presents_find(struct presents *presents, int64_t key);
size_t presents_count(const struct presents *presents);
/* Is the member connected, to whichever instance? */
bool presents_online(struct presents *presents, int64_t key);
/* What the lists of those who are present now say may be old. Each of them is given by presents_doubtful once; NULL: no
 * more. A list that was asked for in another round than it comes back in is to be asked for again. */
void presents_doubt(struct presents *presents);
uint32_t presents_round(const struct presents *presents);
struct present *presents_doubtful(struct presents *presents);
/* Where instances tell each other what a member did: "@" and the member's id. */
#define MEMBER_TOPIC_SIZE (MEMBER_ID_SIZE + 1)
void member_topic_write(char topic[MEMBER_TOPIC_SIZE], int64_t key);
bool member_topic_read(struct slice topic, int64_t *key) CLUB_MUST_CHECK;
/* Another name, role …: what is held shows it from now on. */
bool present_update(struct present *present, const struct member_record *record) CLUB_MUST_CHECK;
/* … and so do the rooms that the member is in. */
bool presents_update(struct presents *presents, struct present *present, const struct member_record *record)
    CLUB_MUST_CHECK;
/* Off the list: the member may not enter the room any more. Nobody may hold the listing. */
void present_unlist(struct rooms *rooms, struct present *present, struct listing *listing);
struct listing *present_listing(const struct present *present, struct slice room);
/* Adds the room to the list, or brings its counts up to date (nothing changes when they are so already). False: the counts are older than the room's log in memory
 * (read them again) or no memory; a new one is not on the list then. `appeared`: when it is new on the list, the
 * connections are owed the `room` notification. Over LIMIT_LISTED a new one is left out. */
bool present_list(struct rooms *rooms, struct present *present, const struct room_record *record, bool appeared)
    CLUB_MUST_CHECK;

/* Keeps a copy of the encoded `room` notification for the connections that are owed it. */
bool listing_keep_face(struct listing *listing, struct slice encoded) CLUB_MUST_CHECK;

/* The member types in the room: false when that was told on less than a second ago, or too many rooms were. */
bool present_types(struct present *present, const struct room *room, int64_t now_ms) CLUB_MUST_CHECK;

/* ---- rights in memory: of use until the store says otherwise, which is where they are looked at ---- */

/* How far the member's word counts in the room; `room` empty: in the club. Of a direct talk nobody is moderator. */
enum standing standing_in(const struct present *present, struct slice room);
/* What holds now, there or in the whole club; `room` empty: in the club alone. NULL: nothing of that kind. */
const struct sanction *standing_sanction(const struct present *present, enum sanction_kind kind, struct slice room,
                                         int64_t wall_ms);
/* Is the member shut out of the whole club? */
bool standing_is_out(const struct present *present, int64_t wall_ms);
/* … one of the last day, whose limits are tighter? */
bool standing_is_young(const struct present *present, int64_t wall_ms);

/* ---- rates ---- */

struct rate {
  int64_t count, milliseconds; /* count 0: none */
};
/* Takes one if there is one; else how long to wait, in ms. 0: taken. */
int64_t bucket_take(struct bucket *bucket, struct rate rate, int64_t now_ms) CLUB_MUST_CHECK;
/* How long until there is one, in ms; takes none. */
int64_t bucket_wait(const struct bucket *bucket, struct rate rate, int64_t now_ms);
/* One back (what it was taken for was not done). */
void bucket_return(struct bucket *bucket, struct rate rate);

/* Tries of passwords, bounded in number (LIMIT_TRACKED). Strangers share the login's allowance and that of their network.
 * A device that this login was used from before carries a signed cookie and has an allowance of its own with this login,
 * so that strangers' tries do not lock the owner out. */
struct tries;
struct attempt {
  struct slice login;            /* empty: counted by network only */
  const struct address *address; /* where the try comes from */
  struct slice device;           /* of a known device; empty: a stranger */
};
struct tries *tries_create(const struct clock *clock) CLUB_MUST_CHECK;
/* Takes NULL. */
void tries_destroy(struct tries *tries);
/* 0: try; else wait so many ms. Counts the try. */
int64_t tries_take(struct tries *tries, const struct attempt *attempt) CLUB_MUST_CHECK;
/* It was right, or could not be looked at: gives back what it took. */
void tries_return(struct tries *tries, const struct attempt *attempt);

/* ---- invites ---- */

/* The token of the invite that this member makes with this client_id: always the same one, so that a repeated request
 * gives the same link although only the token's digest is stored. */
void invite_token(char token[TOKEN_SIZE + 1], const unsigned char secret[DIGEST_SIZE], int64_t member,
                  struct slice client_id);

/* ---- a session's use ---- */

/* The last use of a session is kept to the hour: when it is to be written again, wall time. */
int64_t session_touch_due(int64_t used_at);
/* Writes that the session is used now; `done` gets the job back. False: the store took no job; the next use touches it. */
bool session_touch(const struct store *store, const unsigned char digest[DIGEST_SIZE], uint64_t ticket, store_done done)
    CLUB_MUST_CHECK;

/* ---- passwords on their own threads ---- */

enum hash_kind { HASH_MAKE, HASH_CHECK };
struct hash_job {
  struct worker_job link;
  enum hash_kind kind;
  char password[1025]; /* wiped when done */
  size_t password_size;
  char encoded[256]; /* HASH_MAKE: out; HASH_CHECK: in, empty: nobody has this login (as slow, never right) */
  bool right;        /* HASH_CHECK */
  bool failed;
  uint64_t ticket;
  void (*done)(void *context, struct hash_job *job); /* on the loop; takes the job back */
};
/* As the core sees it. */
struct hasher {
  void *self;
  bool (*submit)(void *self, struct hash_job *job); /* false: the queue is full */
};
struct hash_threads;
struct hash_threads *hash_threads_create(size_t threads, void (*wake)(void *context), void *context) CLUB_MUST_CHECK;
struct hasher hash_threads_hasher(struct hash_threads *threads);
void hash_threads_collect(struct hash_threads *threads, void *context);
size_t hash_threads_pending(const struct hash_threads *threads);
void hash_threads_destroy(struct hash_threads *threads);
/* Wipes and frees. Takes NULL. */
void hash_job_destroy(struct hash_job *job);

/* ---- cards: what members tell of themselves ---- */

struct club;
/* The field that is not as the club has it ("country", "sectors", "languages"); NULL: all are. An empty country is. */
const char *card_wrong(const struct club *club, struct slice country, const struct slices *sectors,
                       const struct slices *languages);
/* Copies for a store job: a text with data also when it is empty; a list with items, each once, also when it has none.
 * The arena says whether there was memory. */
struct slice card_text(struct arena *arena, struct slice text);
struct slices card_list(struct arena *arena, const struct slices *list);
#endif
