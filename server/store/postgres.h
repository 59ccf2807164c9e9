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
struct recents;
struct ask;
struct postgres_address;

#define POSTGRES_PREPARED 128 /* statements of a connection */
#define POSTGRES_SENT 8       /* questions under way that were sent ahead */
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
  char state[6];       /* SQLSTATE of POSTGRES_WRONG */
  bool warned;         /* the server sent a warning since the batch began */
  struct clock clock;  /* deadlines; a test's also gives the time */
  bool clock_set;      /* by a test: `clock` is the store's time too, else the server's is */
  int64_t deadline_ms; /* monotonic: what is under way must be done by then */
  struct recents *recents; /* a reader's; forgotten whenever the line was made anew */
  struct postgres_address *address;
  /* What is prepared on this line, by the text's address. */
  const char *prepared[POSTGRES_PREPARED];
  size_t prepared_count;
  /* Sent and not answered yet, oldest first. */
  struct ask *sent[POSTGRES_SENT];
  size_t sent_count;
  bool unsynced; /* something was sent after the last Sync */
  /* Making the line again. */
  int64_t try_after_ms; /* monotonic */
  int64_t pause_ms;
  bool lost;                      /* said in the log */
  char history[POSTGRES_HISTORY]; /* of the server that the line goes to: cluster and timeline */
};

/* ---- postgres_ask.c: one run of one prepared statement ---- */

#define ASK_PARAMS 24

/* `sql` lives as long as the program (its address is its name). What is bound must live until ask_end. Results are
 * binary: get_int takes any integer or boolean. */
struct ask {
  struct postgres *connection;
  const char *sql; /* NULL: the connection has an error */
  struct pg_result *rows;
  int row; /* the present one; -1: before the first */
  bool sent, answered;
  int count; /* of what was bound */
  struct {
    const char *data; /* NULL: absent */
    int size;
    unsigned int type;
    unsigned char number[8];
  } params[ASK_PARAMS];
};

struct ask ask_begin(struct postgres *connection, const char *sql);
void ask_int(struct ask *ask, int64_t value);          /* bigint */
void ask_int_or_none(struct ask *ask, int64_t value);  /* 0 is absent */
void ask_bool(struct ask *ask, bool value);            /* boolean */
void ask_text(struct ask *ask, struct slice value);    /* text; an absent slice is absent */
void ask_bytes(struct ask *ask, const void *bytes, size_t size); /* bytea */
/* text[]; the array is built in the arena. */
void ask_texts(struct ask *ask, const struct slice *items, size_t count, struct arena *arena);
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
/* Waits, ends: for statements without rows. */
void ask_run(struct ask *ask);
/* Waits, ends: the first column of the first row, or `none`. */
int64_t ask_number(struct ask *ask, int64_t none);

/* Of the present row. Absent reads as 0. */
int64_t ask_get_int(const struct ask *ask, int column);
bool ask_is_absent(const struct ask *ask, int column);
/* A copy in the arena; absent stays absent. */
struct slice ask_get_text(const struct ask *ask, int column, struct arena *arena);
/* Not copied: lives until ask_end; ended by a zero byte. */
struct slice ask_peek_text(const struct ask *ask, int column);

/* ---- postgres_members.c ---- */

/* The columns of a member, in the order that members_take expects: MEMBERS_COLUMNS in number. */
#define MEMBERS_SELECT \
  "key, author, login, name, title, company, country, about, offers, seeks, sectors, languages, role, disabled, " \
  "password"
#define MEMBERS_COLUMNS 15
/* Fills the record, and the encoded password where it is asked for, from the present row's columns from `first` on. */
void members_take(const struct ask *ask, int first, struct arena *arena, struct member_record *record,
                  struct slice *password);

/* ---- postgres_rooms.c ---- */

/* A room as a member sees it, from the columns of club_describe_1(), from `first` on: id, kind, head, read, unread,
 * mentions, listed, then the other one of a direct talk as MEMBERS_SELECT (all absent in other rooms). */
void rooms_take(const struct ask *ask, int first, struct arena *arena, struct room_record *record);

/* ---- reads: one function for each kind, found by postgres_reads.c. The reason, or REASON_NONE; an error stays in
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

/* postgres_read.c: a read job from beginning to end; connects again where the line is gone. */
void postgres_read(void *context, struct store_job *job);
#endif
