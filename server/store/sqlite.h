#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H
/* One connection to an SQLite file, shared by the files sqlite_*.c. An error is kept in `error` until the transaction
 * ends: whatever is asked of the connection after it does nothing, so a chain of steps needs one check at its end. */
#include <limits.h>
#include <sqlite3.h>

#include "club/limits.h"
#include "club/store_driver.h"
#include "query.h"
#include "sql.h"

struct room_cache;
struct listed_cache;
struct recents;
struct terms;

/* A room as the present transaction sees it. */
struct room_row {
  int64_t key, head, at;
  int64_t low, high; /* of a direct talk */
  enum room_kind kind;
  bool dirty; /* head and at are not in the table yet */
  size_t id_size;
  char id[LIMIT_IDENTIFIER + 1];
};

struct sqlite {
  sqlite3 *db;
  sqlite3_stmt *statements[SQL_COUNT];
  enum store_role role;
  struct clock clock;
  int lock;  /* descriptor of the lock file */
  int error; /* of the present transaction: SQLite's extended code */
  int told;  /* the error that was logged last */
  bool broken;
  int64_t now;                 /* wall time of the present transaction */
  int64_t club_head;           /* of the present transaction; -1: not read yet */
  struct room_row scratch;     /* a reader's room */
  struct room_cache *rooms;    /* a writer's */
  struct listed_cache *listed; /* a writer's */
  struct recents *recents;
  struct terms *cutter;   /* made when it is needed */
  int wal_pages;          /* in the WAL and not in the file, after the last commit */
  int wal_tried;          /* the WAL's pages when it was last written back in vain */
  int64_t removed_at;     /* monotonic; a removed text may still be in the files; -1: none */
  int64_t truncate_tried; /* monotonic */
  char path[PATH_MAX];
};

/* sqlite_connection.c */
bool sqlite_open(struct sqlite **out, const char *path, enum store_role role, char *error, size_t error_size);
void sqlite_close(struct sqlite *self);
/* Says once what is the matter. */
void sqlite_complain(struct sqlite *self, const char *event, int error);

/* sqlite_migrate.c */
bool sqlite_migrate(struct sqlite *self, char *error, size_t error_size);
/* Ours, and neither too new nor too old for this program? */
bool sqlite_check_schema(sqlite3 *db, const char *path, char *error, size_t error_size);

/* sqlite_transaction.c */
void sqlite_write(void *context, struct store_job **jobs, size_t count);
void sqlite_read(void *context, struct store_job *job);

/* sqlite_checkpoint.c */
void checkpoint_after_write(struct sqlite *self);
void checkpoint_idle(void *context);
int64_t checkpoint_idle_due(void *context);
/* A text was removed: it must leave the files soon. */
void checkpoint_note_removal(struct sqlite *self);

/* sqlite_lock.c: what the lock file beside the database says to other processes and connections. */
int lock_open(const char *path);
/* For as long as the connection is open. False: a restore is under way. */
bool lock_use(int lock);
/* Nobody has the database open, and nobody may until the descriptor is closed. */
bool lock_alone(int lock);
/* Around each write: they go side by side, a checkpoint waits for none of them. */
void lock_write(int lock);
void lock_write_end(int lock);
/* Around a checkpoint: false when somebody writes. */
bool lock_checkpoint(int lock);
void lock_checkpoint_end(int lock);
int sqlite_lock_server(const char *path, char *error, size_t error_size);

/* sqlite_backup.c */
/* Without what a store needs: for reading a whole file, or putting one in order. NULL: one clear line in `error`. */
sqlite3 *sqlite_open_plain(const char *path, int flags, char *error, size_t error_size);
/* Ours, of this version, and not damaged? */
bool sqlite_check_file(const char *path, char *error, size_t error_size);
bool sqlite_backup(const char *path, const char *file, char *error, size_t error_size);
bool sqlite_restore(const char *path, const char *file, char *error, size_t error_size);
bool sqlite_identity(const char *path, struct store_identity *identity, char *error, size_t error_size);

/* sqlite_room_cache.c: rooms, and who has them listed, as the writer knows them. */
struct room_cache *room_cache_create(void);
void room_cache_destroy(struct room_cache *cache);
/* At the beginning of a write: drops what another connection may have changed, and makes room. */
void room_cache_begin(struct sqlite *self);
/* Writes the rooms' new heads. */
void room_cache_flush(struct sqlite *self);
/* After a rollback nothing that was remembered holds. */
void room_cache_forget(struct sqlite *self);
struct listed_cache *listed_cache_create(void);
bool listed_cache_has(const struct listed_cache *cache, int64_t member, int64_t room);
void listed_cache_add(struct listed_cache *cache, int64_t member, int64_t room);
/* NULL: there is no such room, or an error. The row stays in place until the transaction ends (a reader's: until the
 * next call). */
struct room_row *room_find(struct sqlite *self, struct slice id);
/* The same, and NULL where the member may not enter. */
struct room_row *room_enter(struct sqlite *self, struct slice id, int64_t member);
/* Takes the room's next number for an entry. */
void room_advance(struct sqlite *self, struct room_row *room);

/* sqlite_rooms.c */
enum listed { LISTED_BEFORE, LISTED_NOW, LISTED_NOT };
/* Puts the room on the member's list if it is not there, read up to `read`; LISTED_NOT: the list is full. */
enum listed room_list_for(struct sqlite *self, const struct room_row *room, int64_t member, int64_t read);
/* How the member sees the room. `other_in_full`: all of the other one of a direct talk. */
void room_describe(struct sqlite *self, const struct room_row *room, int64_t member, bool other_in_full,
                   struct arena *arena, struct room_record *record);
/* The member's list. */
void room_list(struct sqlite *self, int64_t member, bool other_in_full, struct arena *arena,
               struct room_record **records, size_t *count);
enum reason sqlite_room_open(struct sqlite *self, struct store_job *job);
enum reason sqlite_direct_open(struct sqlite *self, struct store_job *job);
enum reason sqlite_rooms_ensure(struct sqlite *self, struct store_job *job);
enum reason sqlite_room_get(struct sqlite *self, struct store_job *job);
enum reason sqlite_room_list(struct sqlite *self, struct store_job *job);
/* The direct talk of two members; absent: they have none. */
struct slice room_find_pair(struct sqlite *self, int64_t one, int64_t other, struct arena *arena);

/* sqlite_counts.c: what a member has not read. */
enum reason sqlite_mark_read(struct sqlite *self, struct store_job *job);
int64_t count_unread(struct sqlite *self, const struct room_row *room, int64_t member, int64_t read);
int64_t count_mentions(struct sqlite *self, const struct room_row *room, int64_t member, int64_t read);

/* sqlite_posts.c */
enum reason sqlite_post(struct sqlite *self, struct store_job *job);

/* sqlite_changes.c */
enum reason sqlite_edit(struct sqlite *self, struct store_job *job);
enum reason sqlite_remove(struct sqlite *self, struct store_job *job);
enum reason sqlite_react(struct sqlite *self, struct store_job *job);

/* sqlite_pages.c */
enum reason sqlite_join(struct sqlite *self, struct store_job *job);
enum reason sqlite_history(struct sqlite *self, struct store_job *job);
enum reason sqlite_entries(struct sqlite *self, struct store_job *job);

/* sqlite_blocks.c */
/* Does that one want no direct talk with the other? */
bool block_is(struct sqlite *self, int64_t member, int64_t other);
/* May nobody write here, since one of the two blocks the other? */
bool block_closes(struct sqlite *self, const struct room_row *room);
enum reason sqlite_block(struct sqlite *self, struct store_job *job);
enum reason sqlite_blocked_list(struct sqlite *self, struct store_job *job);

/* sqlite_cards.c */
/* Puts the fields that are given where the directory finds them; `whole`: it is the whole card. */
void card_put(struct sqlite *self, int64_t member, const struct member_record *given, bool whole, struct arena *arena);
enum reason sqlite_card_cut(struct sqlite *self, struct store_job *job);
enum reason sqlite_cards_uncut(struct sqlite *self, struct store_job *job);
enum reason sqlite_member_find(struct sqlite *self, struct store_job *job);

/* sqlite_members.c */
/* From the present row of the columns of a member. */
void member_read(const struct query *query, struct arena *arena, struct member_record *record, struct slice *password);
/* Fills the record, and the encoded password where it is asked for, from a row. False: no such member, or an error. */
bool member_by_key(struct sqlite *self, int64_t key, struct arena *arena, struct member_record *record,
                   struct slice *password);
bool member_by_login(struct sqlite *self, struct slice login, struct arena *arena, struct member_record *record,
                     struct slice *password);
enum reason sqlite_member_add(struct sqlite *self, struct store_job *job);
enum reason sqlite_member_role(struct sqlite *self, struct store_job *job);
enum reason sqlite_member_disable(struct sqlite *self, struct store_job *job);
enum reason sqlite_member_update(struct sqlite *self, struct store_job *job);
enum reason sqlite_password_set(struct sqlite *self, struct store_job *job);
enum reason sqlite_member_list(struct sqlite *self, struct store_job *job);
enum reason sqlite_member_get(struct sqlite *self, struct store_job *job);

/* sqlite_sessions.c */
/* Where a session is used. */
struct session_place {
  struct slice address, client;
};
int64_t session_begin(struct sqlite *self, struct store_job *job, const unsigned char *digest, int64_t member,
                      struct session_place place);
/* Ends the member's sessions, all but `keep`. */
void session_end_all(struct sqlite *self, struct store_job *job, int64_t member, int64_t keep);
enum reason sqlite_session_add(struct sqlite *self, struct store_job *job);
enum reason sqlite_session_list(struct sqlite *self, struct store_job *job);
enum reason sqlite_session_end(struct sqlite *self, struct store_job *job);
enum reason sqlite_session_touch(struct sqlite *self, struct store_job *job);
enum reason sqlite_session_find(struct sqlite *self, struct store_job *job);
enum reason sqlite_login_find(struct sqlite *self, struct store_job *job);

/* sqlite_invites.c */
/* False: there is none, or it is used up, expired or revoked. */
bool invite_find_usable(struct sqlite *self, const unsigned char *digest, struct arena *arena,
                        struct invite_record *record);
/* Takes one of its uses. */
void invite_use(struct sqlite *self, int64_t key);
/* None that the member made works any more. */
void invite_void_all(struct sqlite *self, int64_t member);
enum reason sqlite_invite_create(struct sqlite *self, struct store_job *job);
enum reason sqlite_invite_revoke(struct sqlite *self, struct store_job *job);
enum reason sqlite_first_invite(struct sqlite *self, struct store_job *job);
enum reason sqlite_invite_find(struct sqlite *self, struct store_job *job);
enum reason sqlite_invite_list(struct sqlite *self, struct store_job *job);

/* sqlite_club_log.c */
int64_t club_head(struct sqlite *self);
/* Adds to the club log; the job tells its head. */
void club_add(struct sqlite *self, struct store_job *job, enum club_event_kind kind, int64_t member, int64_t session,
              struct slice room);
enum reason sqlite_pulse(struct sqlite *self, struct store_job *job);
#endif
