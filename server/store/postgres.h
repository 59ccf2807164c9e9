#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H
/* One connection to a PostgreSQL server, shared by the files postgres_*.c. The line to the server may break at any time:
 * an error is kept in `error` until the job or batch ends, and whatever is asked after it does nothing and finds
 * nothing, so a chain of steps needs one check at its end.
 *
 * A reader's session is "repeatable read, read only", and a job's questions are one implicit transaction: they all see
 * one snapshot, without BEGIN and COMMIT. */
#include "club/limits.h"
#include "club/store_driver.h"

struct pg_conn;   /* libpq's */
struct pg_result; /* libpq's */
struct ask;
struct hosts;
struct indexing;
struct page;
struct records;
struct search;
struct terms;

#define POSTGRES_PREPARED 128 /* statements of a connection */
#define POSTGRES_SENT 640     /* questions under way that were sent ahead, what prepares them included */
#define POSTGRES_HISTORY 64   /* bytes of what names a server's history */

enum postgres_error {
  POSTGRES_FINE,
  POSTGRES_LOST,  /* the line broke, or the server did not answer in time */
  POSTGRES_WRONG, /* the server refused a statement: `state` */
  POSTGRES_MEMORY
};

struct postgres {
  struct pg_conn *line; /* NULL: not connected */
  enum store_role role;
  enum postgres_error error;
  char state[6];             /* SQLSTATE of POSTGRES_WRONG */
  bool warned;               /* the server sent a warning since the batch began */
  const struct clock *clock; /* a test's: its wall time is the store's; NULL: the server's is */
  struct clock clock_kept;
  int64_t deadline_ms;   /* line_now(): what is under way must be done by then */
  int64_t entered_ms;    /* line_now(): when the jobs that are written now were handed in */
  int64_t write_wait_ms; /* later than that after it no try is begun; LIMIT_WRITE_WAIT_MS but in tests */
  struct hosts *hosts;
  struct terms *cutter; /* made when it is needed */
  /* What is prepared on this line, by the text's address. */
  const char *prepared[POSTGRES_PREPARED];
  size_t prepared_count;
  /* Sent and not answered yet, oldest first; NULL: a Sync. */
  struct ask *sent[POSTGRES_SENT];
  size_t sent_first, sent_count;
  bool unsynced; /* something was sent after the last Sync */
  /* Making the line again. */
  int64_t try_after_ms; /* line_now() */
  int64_t pause_ms;
  bool lost;                      /* said in the log */
  char told[8];                   /* the error that was logged last */
  char history[POSTGRES_HISTORY]; /* of the server that the line goes to: cluster and timeline */
  char name[TOKEN_SIZE + 1];      /* drawn; a writer's batches are noted under it */
  int64_t batches;                /* that were begun */
  struct indexing *indexing;      /* a writer's */
};

/* ---- postgres_ask.c: one run of one prepared statement ---- */

#define ASK_PARAMS 32

/* `sql` lives as long as the program (its address is its name). What is bound must live until ask_end. Results are
 * binary: get_int takes any integer or boolean. */
struct ask {
  struct postgres *connection;
  const char *sql; /* NULL: the connection has an error */
  struct pg_result *rows;
  int row;        /* the present one; -1: before the first */
  bool preparing; /* the statement is sent with it, to be prepared */
  bool sent, answered;
  bool fine, refused; /* the answer; neither: it was passed over because of an earlier one */
  int count;          /* of what was bound */
  struct {
    const char *data; /* NULL: absent */
    int size;
    unsigned int type;
    unsigned char number[8];
  } params[ASK_PARAMS];
};

struct ask ask_begin(struct postgres *connection, const char *sql);
void ask_int(struct ask *ask, int64_t value);                    /* bigint */
void ask_int_or_none(struct ask *ask, int64_t value);            /* 0 is absent */
void ask_bool(struct ask *ask, bool value);                      /* boolean */
void ask_text(struct ask *ask, struct slice value);              /* text; an absent slice is absent */
void ask_bytes(struct ask *ask, const void *bytes, size_t size); /* bytea */
/* text[]; the array is built in the arena. */
void ask_texts(struct ask *ask, const struct slice *items, size_t count, struct arena *arena);
/* … no items are absent. */
void ask_texts_or_none(struct ask *ask, const struct slice *items, size_t count, struct arena *arena);
void ask_ints(struct ask *ask, const int64_t *items, size_t count, struct arena *arena); /* bigint[] */
void ask_bools(struct ask *ask, const bool *items, size_t count, struct arena *arena);   /* boolean[] */
/* The time by which the store goes: absent (bigint) where the server's own counts, see club_now_1(). */
void ask_now(struct ask *ask);

/* Sends it without waiting, at most POSTGRES_SENT at a time; ask_row waits then. The struct must stay in place until
 * ask_end. Saves a round trip where one question does not need another's answer. */
void ask_send(struct ask *ask);
/* The next row, the first time after waiting for the answer (and sending, if it was not sent). */
bool ask_row(struct ask *ask);
/* Rows of the answer in all; waits for it. */
size_t ask_count(struct ask *ask);
/* Must follow ask_begin; also takes the answer to what was sent and not read. */
void ask_end(struct ask *ask);
/* Waits, ends: the first column of the first row, or `none`. */
int64_t ask_number(struct ask *ask, int64_t none);

/* Of the present row. Absent reads as 0. */
int64_t ask_get_int(const struct ask *ask, int column);
bool ask_is_absent(const struct ask *ask, int column);
/* A copy in the arena; absent stays absent. */
struct slice ask_get_text(const struct ask *ask, int column, struct arena *arena);
/* Not copied: lives until ask_end; ended by a zero byte. */
struct slice ask_peek_text(const struct ask *ask, int column);
/* A word of the protocol; absent: REASON_NONE. */
enum reason ask_get_reason(const struct ask *ask, int column);

/* For whoever runs a job or a batch: a Sync; or only the wish to be sent the answers so far. Neither waits. */
void ask_send_sync(struct postgres *self);
void ask_send_flush(struct postgres *self);
/* Waits for all that is under way. */
void ask_take_all(struct postgres *self);
/* "COMMIT" and so on; empty: it failed. */
const char *ask_command(struct ask *ask);

/* ---- postgres_connect.c ---- */

bool postgres_open(struct postgres **out, const char *address, enum store_role role, char *error, size_t error_size)
    CLUB_MUST_CHECK;
void postgres_close(void *context);
/* For tests: `clock` also gives the time that the store goes by. */
void postgres_set_clock(void *context, const struct clock *clock);
/* Is there a line, or was it made again just now? Tries at most once, and not before the pause is over. */
bool postgres_ready(struct postgres *self) CLUB_MUST_CHECK;
/* Says once what is the matter; NULL: nothing is any more. */
void postgres_complain(struct postgres *self, const char *event);

/* ---- postgres_migrate.c: before the line is a pipeline ---- */

bool postgres_migrate(struct postgres *self, char *error, size_t error_size) CLUB_MUST_CHECK;
/* Ours, and neither too new nor too old for this program? */
bool postgres_check_schema(struct postgres *self, char *error, size_t error_size) CLUB_MUST_CHECK;

/* ---- postgres_write.c ---- */

void postgres_write(void *context, struct store_job **jobs, size_t count);

/* ---- postgres_identity.c ---- */

bool postgres_identity(const char *address, struct store_identity *identity, char *error, size_t error_size)
    CLUB_MUST_CHECK;

/* ---- postgres_members.c ---- */

/* The columns of a member, in the order that members_take expects: MEMBERS_COLUMNS in number. */
#define MEMBERS_SELECT \
  "key, author, login, name, title, company, country, about, offers, seeks, sectors, languages, role, disabled, " \
  "password"
#define MEMBERS_COLUMNS 15
/* The same of a composite column, such as MEMBERS_OF("its_member"). */
#define MEMBERS_OF(row) \
  "(" row ").key, (" row ").author, (" row ").login, (" row ").name, (" row ").title, (" row ").company, (" row \
  ").country, (" row ").about, (" row ").offers, (" row ").seeks, (" row ").sectors, (" row ").languages, (" row \
  ").role, (" row ").disabled, (" row ").password"
/* Fills the record, and the encoded password where it is asked for, from the present row's columns from `first` on. */
void members_take(const struct ask *ask, int first, struct arena *arena, struct member_record *record,
                  struct slice *password);
/* Ends a question whose columns are a member's and which asks for one more than `limit`: that tells whether there are
 * more. */
struct member_record *members_take_page(struct ask *ask, int64_t limit, struct arena *arena, size_t *count, bool *more);

/* ---- postgres_rights.c ---- */

/* What it takes for the act, as the first eight of what is bound; RIGHT in the statement. */
void ask_right(struct ask *ask, enum act act);
/* How far the member's word counts in the club (enum standing); -1: not at all, shut out. */
int64_t rights_standing(struct postgres *self, int64_t member);
#define RIGHT "ROW($1, $2, $3, $4, $5, $6, $7, $8)::club_right_1"
/* Fills in the record's rights from a column that club_rights_1() gave; absent: leaves them. */
void rights_take(const struct ask *ask, int column, struct arena *arena, struct member_record *record);

/* ---- postgres_pages.c ---- */

/* All rows of what club_added_1() gives, from the present one and the column `first` on: entries as they are sent. Their
 * number. */
size_t pages_take_added(struct ask *ask, int first, struct arena *arena, struct slice room, struct entry **entries);
/* Messages around one, as they stand now: at most LIMIT_AROUND before and behind it and half of LIMIT_PAGE_BYTES, the
 * nearest ones, by seq. Their number. */
size_t pages_take_around(struct postgres *self, struct slice room, int64_t seq, int64_t member, struct arena *arena,
                         struct entry **entries);

/* ---- postgres_invites.c ---- */

/* The columns of an invite, in the order that invites_take_record expects. */
#define INVITES_MAKER(key) "(SELECT member.name FROM member WHERE member.key = " key ")"
#define INVITES_SELECT \
  "key, role, room, uses, used, made_at, expires_at, made_by, revoked, " INVITES_MAKER("invite.made_by")
#define INVITES_OF(row) \
  "(" row ").key, (" row ").role, (" row ").room, (" row ").uses, (" row ").used, (" row ").made_at, (" row \
  ").expires_at, (" row ").made_by, (" row ").revoked, " INVITES_MAKER("(" row ").made_by")
void invites_take_record(const struct ask *ask, int first, struct arena *arena, struct invite_record *record);

/* ---- postgres_rooms.c ---- */

/* The columns of a room as the member sees it: does the member block the other one of a direct talk, does that one block
 * the member, what of it the member wants to be told of, then those of `seen`, what club_describe_2() gives. */
#define ROOMS_SEEN_BY(member) \
  "(SELECT true FROM block WHERE block.member = " member " AND block.other = seen.key), " \
  "(SELECT true FROM block WHERE block.member = seen.key AND block.other = " member "), " \
  "(SELECT listing.notify FROM room JOIN listing ON listing.member = " member " AND listing.room = room.key " \
  "WHERE room.id = seen.id), seen.*"
/* A room from such columns, from `first` on. */
void rooms_take(const struct ask *ask, int first, struct arena *arena, struct room_record *record);
/* Why the member may not enter, from the same columns; REASON_NONE: it may. */
enum reason rooms_take_reason(const struct ask *ask, int first);
/* Asks for the room as the member sees it: always one row. */
struct ask rooms_ask(struct postgres *self, struct slice room, int64_t member);
/* All rows of such columns; ends the question. */
void rooms_take_list(struct ask *ask, struct arena *arena, struct room_record **records, size_t *count);

/* ---- postgres_records.c ---- */

/* Fills in a record from the present row, whose first column is the reason. What it takes as encoded; 0: few do. */
typedef size_t records_take(void *context, const struct ask *ask, void *record);
/* Ends the question, which asks for one more than fits: that tells whether there are more. */
enum reason records_take_page(struct ask *ask, struct records *records, records_take *take, void *context);

/* ---- reads: one function for each kind, found by postgres_read.c. The reason, or REASON_NONE; an error stays in
 * `connection->error`. ---- */

enum reason postgres_session_find(struct postgres *self, struct store_job *job);
enum reason postgres_login_find(struct postgres *self, struct store_job *job);
enum reason postgres_invite_find(struct postgres *self, struct store_job *job);
enum reason postgres_invite_list(struct postgres *self, struct store_job *job);
enum reason postgres_room_list(struct postgres *self, struct store_job *job);
enum reason postgres_room_get(struct postgres *self, struct store_job *job);
enum reason postgres_room_join(struct postgres *self, struct store_job *job);
enum reason postgres_history(struct postgres *self, struct store_job *job);
enum reason postgres_entries(struct postgres *self, struct store_job *job);
enum reason postgres_pulse(struct postgres *self, struct store_job *job);
enum reason postgres_member_list(struct postgres *self, struct store_job *job);
enum reason postgres_member_get(struct postgres *self, struct store_job *job);
enum reason postgres_blocked_list(struct postgres *self, struct store_job *job);
enum reason postgres_session_list(struct postgres *self, struct store_job *job);
enum reason postgres_member_find(struct postgres *self, struct store_job *job);
enum reason postgres_cards_uncut(struct postgres *self, struct store_job *job);
enum reason postgres_acted(struct postgres *self, struct store_job *job);
enum reason postgres_invite_tree(struct postgres *self, struct store_job *job);
enum reason postgres_audit_list(struct postgres *self, struct store_job *job);
enum reason postgres_sanction_list(struct postgres *self, struct store_job *job);
enum reason postgres_staff_list(struct postgres *self, struct store_job *job);
enum reason postgres_admitted_list(struct postgres *self, struct store_job *job);
enum reason postgres_report_list(struct postgres *self, struct store_job *job);
enum reason postgres_report_count(struct postgres *self, struct store_job *job);

/* NULL: the connection has an error. */
struct terms *postgres_cutter(struct postgres *self);
enum reason postgres_search(struct postgres *self, struct store_job *job);
enum reason postgres_room_find(struct postgres *self, struct store_job *job);

/* postgres_pages.c: the messages of a search's hits as they stand; how many fit on a page. */
size_t pages_fill_hits(struct postgres *self, struct search *search);

/* ---- postgres_indexing.c ---- */

void postgres_tidy(void *context, bool busy);
int64_t postgres_tidy_due(void *context, bool busy);

/* postgres_read.c: a read job from beginning to end; connects again where the line is gone. */
void postgres_read(void *context, struct store_job *job);
#endif
