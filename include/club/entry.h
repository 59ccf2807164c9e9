#ifndef CLUB_ENTRY_H
#define CLUB_ENTRY_H
/* The club's things as plain data, shared by store, wire, method and room. Slices point into the arena of whatever job
 * or request carries the struct. Members are named by their store key inside and by "m" and its decimal outside. */
#include <stdbool.h>
#include <stdint.h>

#include "club/slice.h"

enum role { ROLE_MEMBER, ROLE_MODERATOR, ROLE_ADMIN };

/* "member", "moderator", "admin". */
const char *role_text(enum role role);
bool role_read(struct slice text, enum role *role) CLUB_MUST_CHECK;

struct slices {
  struct slice *items;
  size_t count;
};

/* A member as stored; `author` is the key of what entries show of the member now (name, country, company). */
struct member_record {
  int64_t key, author;
  struct slice login, name, title, company, country, about, offers, seeks; /* empty when not given */
  struct slices sectors, languages;
  enum role role;
  bool disabled;
};

#define MEMBER_ID_SIZE 22
/* "m17"; the buffer gets a zero byte. */
void member_id_write(char id[MEMBER_ID_SIZE], int64_t key);
/* False: not the form of a member's id. */
bool member_id_read(struct slice id, int64_t *key) CLUB_MUST_CHECK;

/* What an entry shows of who wrote it, as it was then. */
struct author {
  int64_t key;    /* of this version */
  int64_t member; /* store key */
  struct slice name, country, company;
};

enum entry_type { ENTRY_MESSAGE = 1, ENTRY_EDIT, ENTRY_REMOVE, ENTRY_REACT };

struct reaction {
  struct slice emoji;
  int64_t count;
  bool mine;
  const int64_t *members; /* those `count` who reacted so, by key, in pages for many; NULL: not known, or too many */
};

struct entry {
  struct slice room;
  int64_t seq, at; /* at: wall milliseconds, the store's */
  enum entry_type type;
  struct author from;
  struct slice text;      /* message, edit; absent when removed */
  struct slice client_id; /* message */
  int64_t reply_to;       /* message; 0: none */
  int64_t *mentions;      /* message: keys of members */
  size_t mention_count;
  int64_t target;        /* edit, remove, react */
  int64_t target_member; /* who wrote the target; for counting, not on the wire */
  struct slice emoji;    /* react */
  bool on;               /* react */
  struct slice reason;   /* remove; absent: none */
  bool removed;          /* message, edit: its text is gone */
  /* Messages in an answer only: how it stands at the answer's as_of. `text` is the latest then. */
  int64_t edited_at; /* 0: never */
  struct reaction *reactions;
  size_t reaction_count;
};

enum room_kind { ROOM_COUNTRY, ROOM_SECTOR, ROOM_PAIR, ROOM_DIRECT };

/* A room as one member sees it, from the store. Title, country and sector follow from the id (see club.h). */
struct room_record {
  struct slice room;
  enum room_kind kind;
  struct member_record *with; /* ROOM_DIRECT: the other one */
  int64_t head, read, unread, mentions;
  bool listed;
};

struct invite_record {
  int64_t key;
  enum role role;
  struct slice room; /* empty: none */
  int64_t uses, used, made_at, expires_at, made_by;
  bool revoked;
};
#endif
