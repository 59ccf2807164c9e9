#ifndef CLUB_STORE_DRIVER_H
#define CLUB_STORE_DRIVER_H
/* Behind the store: drivers (one for each database) and the threads that run them. */
#include "club/store.h"

/* One connection to a database. Used by one thread at a time. Drivers never touch the loop. */
struct store_driver {
  void *self;
  /* Carries out write jobs, in order, in one transaction as far as it can; sets each one's outcome. Never returns with
   * a transaction open. After STORE_UNKNOWN `broken` is true and the connection must not be used again. */
  void (*write)(void *self, struct store_job **jobs, size_t count);
  void (*read)(void *self, struct store_job *job);
  bool (*broken)(void *self);
  /* Called by the writer when it has nothing to do, and at the end: checkpoints. May be slow. */
  void (*idle)(void *self);
  /* In how many milliseconds without work `idle` wants to be called; -1: not before the next write. NULL: -1. */
  int64_t (*idle_due)(void *self);
  /* Called by the writer: a piece of what is done behind the writes, the index of terms. Takes some milliseconds while
   * writes go on (`busy`), more when there are none. NULL, as tidy_due: there is no such work. */
  void (*tidy)(void *self, bool busy);
  /* In how many milliseconds that wants to be called; -1: not before the next write. */
  int64_t (*tidy_due)(void *self, bool busy);
  /* For tests: where the store's time comes from (clock_system() otherwise). May be NULL. */
  void (*set_clock)(void *self, const struct clock *clock);
  void (*close)(void *self);
};

enum store_role { STORE_WRITER, STORE_READER };

/* Opens a connection: `address` as in CLUB_STORE ("sqlite:PATH"). The writer applies migrations that are missing. On
 * failure false and one clear line in `error`. Any thread. */
bool store_driver_open(struct store_driver *driver, const char *address, enum store_role role, char *error,
                       size_t error_size) CLUB_MUST_CHECK;

/* May other instances and programs write to it at any time (PostgreSQL)? */
bool store_is_shared(const char *address);

/* Only one server at a time may serve one SQLite file: a lock beside it, held until the process ends or
 * store_unlock_server. -1: somebody has it (or `error` says what else). */
int store_lock_server(const char *address, char *error, size_t error_size) CLUB_MUST_CHECK;
void store_unlock_server(int lock);

/* What the command line needs beside jobs. False: one clear line in `error`. */
bool store_backup(const char *address, const char *file, char *error, size_t error_size) CLUB_MUST_CHECK;
/* Checks the backup, puts it in place and gives it a new epoch; refused while a server runs. */
bool store_restore(const char *address, const char *file, char *error, size_t error_size) CLUB_MUST_CHECK;

/* From one store into another, of whatever kind, whole and checked: everything of one moment, with the sessions, under a
 * new epoch. The other must be empty (it is made where it is not there yet); a copy that fails leaves it so. A server may
 * run on a PostgreSQL database that is copied from, but not on an SQLite file. */
enum store_copy_step {
  STORE_COPY_ROWS, /* so many rows of a table were sent */
  STORE_COPY_TABLE /* a table is there, with so many rows, and is what was sent */
};
struct store_copy {
  const char *from, *to; /* addresses as in CLUB_STORE */
  /* How far it is. May be NULL. */
  void (*told)(void *context, enum store_copy_step step, const char *table, int64_t rows);
  void *context;
};
bool store_copy(const struct store_copy *copy, char *error, size_t error_size) CLUB_MUST_CHECK;

struct store_identity {
  char epoch[TOKEN_SIZE + 1];
  unsigned char secret[DIGEST_SIZE]; /* for tokens that are derived and messages that are signed */
  int64_t club_head;
  int schema;
};
bool store_identity_read(const char *address, struct store_identity *identity, char *error, size_t error_size)
    CLUB_MUST_CHECK;

struct store_threads_setup {
  const char *address;
  size_t readers;
  void (*wake)(void *context); /* any thread: something is there to collect */
  void *context;
  int64_t write_wait_ms; /* a write that waited longer is `unavailable`; 0: LIMIT_WRITE_WAIT_MS */
  /* For tests: opens drivers instead of store_driver_open; NULL otherwise. */
  bool (*open)(struct store_driver *driver, const char *address, enum store_role role, char *error, size_t size);
};

struct store_threads;

/* Opens writer and readers and starts their threads. NULL: one clear line in `error`. */
struct store_threads *store_threads_create(const struct store_threads_setup *setup, char *error, size_t error_size)
    CLUB_MUST_CHECK;
/* The store to hand to the core. */
struct store store_threads_store(struct store_threads *threads);
/* Loop thread, at the end of a turn: the writer begins with what was submitted (as it does with store_threads_collect,
 * but not before the next turn). */
void store_threads_begin(struct store_threads *threads);
/* Loop thread, at the end of a turn: calls done(context, job) for each job that came back, writes in order. */
void store_threads_collect(struct store_threads *threads, void *context);
/* Loop thread: jobs that are not back yet. */
size_t store_threads_pending(const struct store_threads *threads);
/* Has the writer said STORE_UNKNOWN? Then the process must end and start again from the file. */
bool store_threads_broken(const struct store_threads *threads);
/* Carries out what waits, ends the threads; what was not collected is destroyed. Takes NULL. */
void store_threads_destroy(struct store_threads *threads);

/* For metrics: loop thread. */
struct store_counts {
  uint64_t commits, writes, reads, refused, unavailable, unknown;
  size_t writes_waiting, reads_waiting;
  uint64_t commit_microseconds; /* summed */
};
struct store_counts store_threads_counts(const struct store_threads *threads);
#endif
