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

/* What is forbidden to a member now, in a room or in the whole club. */
enum sanction_kind { SANCTION_MUTE = 1, SANCTION_BAN, SANCTION_FROZEN };
struct sanction {
  enum sanction_kind kind;
  struct slice room;   /* empty: in the whole club */
  int64_t until;       /* wall milliseconds; 0: until it is lifted */
  struct slice reason; /* empty: none */
};

/* A member as stored; `author` is the key of what entries show of the member now (name, country, company). */
struct member_record {
  int64_t key, author;
  struct slice login, name, title, company, country, about, offers, seeks; /* empty when not given */
  struct slices sectors, languages;
  enum role role;
  bool disabled;
  /* Where a store_job says that rights are filled in: */
  int64_t made_at;            /* wall milliseconds */
  struct slices standings;    /* rooms that the member moderates, beside what the role gives */
  struct sanction *sanctions; /* those that hold in this snapshot */
  size_t sanction_count;
};

/* A member in the tree of invites: of `member` key, login, name, company, country, role, disabled and made_at. */
struct tree_record {
  struct member_record member;
  int64_t invite;      /* by which that one came; 0: none, or not known */
  int64_t invited;     /* how many came by that one directly, up to LIMIT_TREE_INVITED */
  bool frozen, banned; /* from the club, now */
};

/* An id outside is a letter for what it names and the key's decimal. */
#define KEY_ID_SIZE 22
/* 'm', 17: "m17"; the buffer gets a zero byte. */
void key_id_write(char id[KEY_ID_SIZE], char kind, int64_t key);
/* False: not the form of such an id. */
bool key_id_read(struct slice id, char kind, int64_t *key) CLUB_MUST_CHECK;

#define MEMBER_ID_SIZE KEY_ID_SIZE
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

enum entry_type { ENTRY_MESSAGE = 1, ENTRY_EDIT, ENTRY_REMOVE, ENTRY_REACT, ENTRY_ROOM, ENTRY_MODERATION };

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
  int64_t target_member; /* who wrote the target; for counting, not on the wire. moderation: on whom */
  struct slice emoji;    /* react */
  bool on;               /* react */
  struct slice reason;   /* remove, moderation; absent: none */
  struct slice action;   /* moderation */
  int64_t until;         /* moderation: mute, ban; 0: until it is lifted */
  struct slice detail;   /* room: what changed, as members of a JSON object: `"locked":true,"slow":30` */
  bool removed;          /* message, edit: its text is gone */
  /* Messages in an answer only: how it stands at the answer's as_of. `text` is the latest then. */
  int64_t edited_at; /* 0: never */
  struct reaction *reactions;
  size_t reaction_count;
};

enum room_kind { ROOM_COUNTRY, ROOM_SECTOR, ROOM_PAIR, ROOM_DIRECT, ROOM_CUSTOM };

/* What moderators set. */
struct room_settings {
  struct slice title, topic; /* title empty: as the club file has it */
  bool locked, is_private;
  int64_t slow;    /* seconds between a member's posts, as the room has it; a raid makes it more (RAID_SLOW_SECONDS) */
  int64_t *pinned; /* seqs, the one pinned last first */
  size_t pinned_count;
};

/* What of a room a member wants to be told of, beside what the list shows. The numbers are the store's. */
enum notify_level { NOTIFY_ALL, NOTIFY_MENTIONS, NOTIFY_NONE };
const char *notify_text(enum notify_level level);
/* False: no such level. */
bool notify_read(struct slice text, enum notify_level *level) CLUB_MUST_CHECK;

/* A room as one member sees it, from the store. Country and sector follow from the id (see club.h). */
struct room_record {
  struct slice room;
  enum room_kind kind;
  struct member_record *with; /* ROOM_DIRECT: the other one */
  int64_t head, read, unread, mentions;
  bool listed;
  enum notify_level notify;
  struct room_settings settings;
  bool blocked; /* ROOM_DIRECT: this member wants no talk with the other one */
  bool closed;  /* … or the other one wants none: nobody writes there */
};

struct invite_record {
  int64_t key;
  enum role role;
  struct slice room; /* empty: none */
  int64_t uses, used, made_at, expires_at, made_by;
  bool revoked;
  struct slice made_by_name; /* as that one is called now; empty: the operator, or it was not asked for */
};

/* An act as the audit log has it. */
struct audit_record {
  int64_t key, at;
  int64_t by;                        /* key of a member; 0: the operator */
  struct slice by_name, member_name; /* as they are called now; empty where there is none */
  struct slice action;
  struct slice room;           /* empty: none */
  int64_t member;              /* 0: none */
  int64_t seq;                 /* 0: none */
  int64_t until;               /* mute, ban: 0, until it is lifted */
  struct slice reason, detail; /* empty: none; detail: members of a JSON object */
};

/* Where a sanction stands among all: by member, by room, by kind. The numbers are the store's; room 0: the club. */
struct sanction_place {
  int64_t member, room, kind;
};

/* A mute or a ban that holds, as those see it who moderate there. */
struct sanction_record {
  struct sanction_place place;
  struct sanction sanction;
  int64_t since;
  int64_t by;                        /* key of a member; 0: not known */
  struct slice by_name, member_name; /* as they are called now; by_name empty where there is none */
};

/* One who moderates a room, or was let into it. */
struct staff_record {
  int64_t member;
  struct slice name, country, company;
  enum role role;
  struct slice room; /* where that one was appointed: there, or its country or sector; empty: in the club */
};

/* A report, with what its readers need to see. */
struct report_record {
  int64_t key, at;
  struct author sender; /* member 0: the club itself held the text back */
  struct author accused;
  struct slice room;
  int64_t seq;       /* of the message; 0: it is held back, or was dropped */
  struct slice text; /* as it stands now; absent: removed, or dropped, or (`own`) the sender may not enter now */
  struct entry
      *around; /* messages before and behind it, at most LIMIT_AROUND each way and half of LIMIT_PAGE_BYTES in all,
                         * the nearest ones, by seq, as they stand now; of a held text none */
  size_t around_count;
  struct slice reason;
  int64_t reported_before;    /* how many other reports there were about the accused */
  int64_t upheld_before;      /* … of which had an outcome other than "dismissed" or "published" */
  struct slice outcome, note; /* outcome empty: open */
  struct author settled_by;   /* member 0: nobody yet */
  int64_t settled_at;
};
#endif
