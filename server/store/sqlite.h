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
struct rights_cache;
struct recents;
struct indexing;
struct page;
struct records;
struct terms;

/* A room as the present transaction sees it. */
struct room_row {
  int64_t key, head, at;
  int64_t low, high; /* of a direct talk */
  int64_t slow;      /* seconds between a member's posts */
  enum room_kind kind;
  bool locked, is_private;
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
  struct rights_cache *rights; /* a writer's */
  struct recents *recents;
  struct terms *cutter;      /* made when it is needed */
  struct indexing *indexing; /* a writer's */
  int wal_pages;             /* in the WAL and not in the file, after the last commit */
  int wal_tried;             /* the WAL's pages when it was last written back in vain */
  int64_t removed_at;        /* monotonic; a removed text may still be in the files; -1: none */
  int64_t truncate_tried;    /* monotonic */
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

/* A transaction that `run` fills. False: nothing of it happened, or nobody knows (`broken`). */
bool sqlite_write_alone(struct sqlite *self, void (*fill)(struct sqlite *self, void *context), void *context)
    CLUB_MUST_CHECK;

/* sqlite_cards.c: NULL: the connection has an error. */
struct terms *sqlite_cutter(struct sqlite *self);

/* sqlite_indexing.c */
void sqlite_tidy(void *context, bool busy);
int64_t sqlite_tidy_due(void *context, bool busy);

/* sqlite_pages.c */
/* Adds a message as it stands to a page of its room's id. False: it does not fit any more. */
bool pages_add_message(struct sqlite *self, struct page *page, int64_t room_key, int64_t seq, int64_t member)
    CLUB_MUST_CHECK;

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
void listed_cache_drop(struct listed_cache *cache, int64_t member, int64_t room);
/* NULL: there is no such room, or an error. The row stays in place until the transaction ends (a reader's: until the
 * next call). */
struct room_row *room_find(struct sqlite *self, struct slice id);
/* Takes the room's next number for an entry. */
void room_advance(struct sqlite *self, struct room_row *room);
/* Is there a raid? */
bool room_cache_raid(struct sqlite *self);
/* The switch was turned in this transaction. */
void room_cache_set_raid(struct sqlite *self, bool raid);

/* sqlite_rights.c */
/* What is known of a member before a room is looked at. */
struct rights {
  int64_t member, author; /* keys */
  enum role role;
  bool exists, disabled;
  bool sanctioned; /* something may be forbidden to that one: the table says what */
  bool moderates;  /* single rooms, too: the table says which */
  bool was_held;   /* texts of that one were held back: the reports say which */
};
/* What is forbidden to a member in a room now. */
struct bars {
  bool barred; /* disabled, banned from the club or frozen: everything */
  bool banned; /* from the room */
  bool muted;
  int64_t muted_until; /* 0: until it is lifted */
};
/* An act, as far as the right to it. */
struct deed {
  struct rights actor, target;
  enum standing standing; /* the actor's, there */
  struct room_row *room;  /* NULL: it is done in the club */
};
struct rights_cache *rights_cache_create(void);
void rights_cache_empty(struct rights_cache *cache);
/* After a change of a member's role, author, sanctions, standings, or of whether it is disabled. */
void rights_changed(struct sqlite *self, int64_t member);
struct rights rights_of(struct sqlite *self, int64_t member);
/* `room` 0: in the club alone. */
struct bars rights_bars(struct sqlite *self, const struct rights *rights, int64_t room);
/* Disabled, banned from the club or frozen. */
bool rights_barred(struct sqlite *self, int64_t member);
bool room_has_admitted(struct sqlite *self, int64_t room, int64_t member);
/* May the member enter? */
enum reason room_admits(struct sqlite *self, const struct room_row *room, int64_t member);
/* The room, as room_find gives it, and whether the member may enter. */
enum reason room_enter(struct sqlite *self, struct slice id, int64_t member, struct room_row **room) CLUB_MUST_CHECK;
/* `room` NULL: in the club. */
enum standing standing_of(struct sqlite *self, const struct rights *rights, const struct room_row *room);
/* The part of rights_check that asks for the actor alone. */
enum reason rights_check_actor(struct sqlite *self, int64_t actor, struct deed *deed) CLUB_MUST_CHECK;
/* The one place where the table of rights is asked: may `actor` do that, in that room (absent: in the club), to `member`
 * (0: nobody)? */
enum reason rights_check(struct sqlite *self, enum act act, int64_t actor, struct slice room, int64_t member,
                         struct deed *deed) CLUB_MUST_CHECK;
/* Could a post of that member be refused for its mode or a sanction? Quick. */
bool rights_hinder(struct sqlite *self, const struct room_row *room, int64_t member);
/* Muted or locked? */
enum reason rights_to_write(struct sqlite *self, const struct room_row *room, int64_t member, int64_t *muted_ms);
/* Milliseconds between the member's posts in the room; 0: as they come. */
int64_t rights_slow(struct sqlite *self, const struct room_row *room, int64_t member);
/* The record's standings and sanctions. */
void rights_fill(struct sqlite *self, struct arena *arena, struct member_record *record);
/* By a record with rights. */
bool rights_record_barred(const struct member_record *record);
bool rights_moderates(const struct member_record *record, struct slice room);

/* sqlite_rooms.c */
enum listed { LISTED_BEFORE, LISTED_NOW, LISTED_NOT };
/* Puts the room on the member's list if it is not there, read up to `read`; LISTED_NOT: the list is full. */
enum listed room_list_for(struct sqlite *self, const struct room_row *room, int64_t member, int64_t read);
void room_unlist_for(struct sqlite *self, const struct room_row *room, int64_t member);
bool room_list_is_full(struct sqlite *self, int64_t member);
/* The room's title and topic. */
void room_titles(struct sqlite *self, const struct room_row *room, struct arena *arena, struct room_settings *settings);
/* What is pinned, the one pinned last first, and when that was (NULL: does not matter). */
size_t room_pins(struct sqlite *self, const struct room_row *room, int64_t seqs[LIMIT_PINS], int64_t *newest_at);
/* How the member sees the room. `other_in_full`: all of the other one of a direct talk. */
void room_describe(struct sqlite *self, const struct room_row *room, int64_t member, bool other_in_full,
                   struct arena *arena, struct room_record *record);
/* The list of a member who may be here. */
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
/* Was this client_id used before? Then answers with that post. */
bool post_find_repeated(struct sqlite *self, struct store_post *post, const struct room_row *room, enum reason *reason);
bool post_is_message(struct sqlite *self, const struct room_row *room, int64_t seq);
/* May it be posted, as the room and its author stand? */
enum reason post_check(struct sqlite *self, struct store_post *post, const struct room_row *room) CLUB_MUST_CHECK;
/* From now on a room in slow mode counts for the member. */
void post_note(struct sqlite *self, const struct room_row *room, int64_t member);
/* The entry and what it leaves behind, whoever may; only a repeated client_id is recognised. */
enum reason post_add(struct sqlite *self, struct store_job *job, struct store_post *post, struct room_row *room)
    CLUB_MUST_CHECK;
enum reason sqlite_post(struct sqlite *self, struct store_job *job);

/* sqlite_changes.c */
/* A message whose text goes. */
struct removal {
  int64_t room, target, by; /* by: seq of the entry that removes it */
  struct slice mentions;    /* keys separated by spaces */
};
void change_wipe(struct sqlite *self, const struct removal *removal);
/* What the index's statements need of a connection. False: no memory. */
bool sqlite_index_begin(struct sqlite *self) CLUB_MUST_CHECK;
/* Before many messages of a room are wiped, the newest first: takes them out of the index, each block read once; the
 * trigger, which would do that for each, finds nothing to do until sqlite_index_forgot() in the same transaction. */
void sqlite_index_forget(struct sqlite *self, int64_t room, const struct removal *removals, size_t count);
void sqlite_index_forgot(struct sqlite *self, int64_t room);
enum reason sqlite_edit(struct sqlite *self, struct store_job *job);
enum reason sqlite_remove(struct sqlite *self, struct store_job *job);
enum reason sqlite_react(struct sqlite *self, struct store_job *job);

/* sqlite_acts.c: what moderators do. */
/* Adds an entry of which what is its type's own is filled in; fills in the rest. */
void act_entry(struct sqlite *self, struct store_job *job, const struct deed *deed, struct entry *entry);
/* The only entry of the act; into the answer. */
void act_entry_one(struct sqlite *self, struct store_job *job, const struct deed *deed, struct entry entry);
/* The audit log's record of the act; tells the member. `undone`: by the act's word for that. */
void act_note(struct sqlite *self, struct store_job *job, const struct deed *deed, bool undone, struct slice detail);
enum reason sqlite_act(struct sqlite *self, struct store_job *job);

/* sqlite_acts_rooms.c */
enum reason act_update(struct sqlite *self, struct store_job *job, struct deed *deed);
enum reason act_pin(struct sqlite *self, struct store_job *job, struct deed *deed);
enum reason act_create(struct sqlite *self, struct store_job *job, struct deed *deed);
enum reason act_admit(struct sqlite *self, struct store_job *job, struct deed *deed);
/* Into a private room. False: it is full. */
bool room_admit(struct sqlite *self, const struct room_row *room, int64_t member);

/* sqlite_acts_members.c */
enum reason act_sanction(struct sqlite *self, struct store_job *job, struct deed *deed);
enum reason act_appoint(struct sqlite *self, struct store_job *job, struct deed *deed);
enum reason act_purge(struct sqlite *self, struct store_job *job, struct deed *deed);
enum reason act_freeze(struct sqlite *self, struct store_job *job, struct deed *deed);

/* sqlite_tree.c: who came by whom. */
/* Who invited that one. 0: nobody of the club. */
int64_t tree_inviter(struct sqlite *self, int64_t member, struct arena *arena, struct slice *name);
enum reason sqlite_invite_tree(struct sqlite *self, struct store_job *job);

/* sqlite_audit.c */
struct audit_entry {
  int64_t by; /* key of a member; 0: the operator */
  const char *action;
  int64_t room, member, seq; /* keys; 0: none */
  int64_t until;             /* of a mute or a ban; 0: none, or until it is lifted */
  struct slice reason, detail;
};
/* Gives its key. */
int64_t audit_add(struct sqlite *self, const struct audit_entry *entry);
/* The member is told of what is in the audit log (0: nobody). */
void audit_tell(struct sqlite *self, struct store_job *job, int64_t audit, int64_t member, struct slice room);
enum reason sqlite_audit_list(struct sqlite *self, struct store_job *job);
enum reason sqlite_acted(struct sqlite *self, struct store_job *job);

/* sqlite_records.c */
struct records_view {
  /* May the row be seen, and was it asked for? It copies nothing. NULL: all rows. */
  bool (*shows)(void *context, const struct query *query);
  /* Fills in a record. What it takes as encoded. */
  size_t (*read)(void *context, const struct query *query, void *record);
};
/* Ends the query, whose rows go on until the page is full. */
void records_read_page(struct query *query, struct records *records, const struct records_view *view, void *context);

/* sqlite_sanctions.c, sqlite_staff.c */
enum reason sqlite_sanction_list(struct sqlite *self, struct store_job *job);
enum reason sqlite_staff_list(struct sqlite *self, struct store_job *job);
enum reason sqlite_admitted_list(struct sqlite *self, struct store_job *job);

/* sqlite_reports.c */
enum reason sqlite_report_send(struct sqlite *self, struct store_job *job);
enum reason sqlite_hold(struct sqlite *self, struct store_job *job);
/* Was a text of this client_id held back? Its key, and what is to be said to whoever posts it again; else 0. */
int64_t report_find_held(struct sqlite *self, int64_t member, struct slice client_id, const struct room_row *room,
                         enum reason *reason);
enum reason act_settle(struct sqlite *self, struct store_job *job, struct deed *deed);

/* sqlite_report_list.c */
enum reason sqlite_report_list(struct sqlite *self, struct store_job *job);
enum reason sqlite_report_count(struct sqlite *self, struct store_job *job);

/* sqlite_pages.c */
/* A message as it stands now. NULL: there is none. */
const struct entry *page_message(struct sqlite *self, struct store_job *job, const struct room_row *room, int64_t seq);
/* Messages next to an entry, the nearest first, at most LIMIT_AROUND. */
struct entry *page_beside(struct sqlite *self, struct store_job *job, const struct room_row *room, int64_t seq,
                          bool before, size_t *count);
enum reason sqlite_join(struct sqlite *self, struct store_job *job);
enum reason sqlite_history(struct sqlite *self, struct store_job *job);
enum reason sqlite_entries(struct sqlite *self, struct store_job *job);

/* sqlite_blocks.c */
/* Does that one want no direct talk with the other? */
bool block_is(struct sqlite *self, int64_t member, int64_t other);
/* May nobody write here, since one of the two blocks the other? */
bool block_closes(struct sqlite *self, const struct room_row *room);
enum reason sqlite_block(struct sqlite *self, struct store_job *job);
enum reason sqlite_notify(struct sqlite *self, struct store_job *job);
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
/* What entries show of the member now. */
struct author author_of(struct sqlite *self, const struct rights *rights, struct arena *arena);
bool member_is_last_admin(struct sqlite *self, const struct member_record *member);
/* Every instance hears of it. */
void member_set_role(struct sqlite *self, struct store_job *job, int64_t member, enum role role);
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
enum reason sqlite_search(struct sqlite *self, struct store_job *job);
enum reason sqlite_room_find(struct sqlite *self, struct store_job *job);
enum reason sqlite_session_end(struct sqlite *self, struct store_job *job);
enum reason sqlite_session_touch(struct sqlite *self, struct store_job *job);
enum reason sqlite_session_find(struct sqlite *self, struct store_job *job);
enum reason sqlite_login_find(struct sqlite *self, struct store_job *job);

/* sqlite_invites.c */
/* False: there is none, or it is used up, expired or revoked. */
bool invite_find_usable(struct sqlite *self, const unsigned char *digest, struct arena *arena,
                        struct invite_record *record);
/* Takes one of its uses. */
/* Usable or not. */
bool invite_find(struct sqlite *self, int64_t key, struct arena *arena, struct invite_record *invite);
void invite_void(struct sqlite *self, int64_t key);
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
