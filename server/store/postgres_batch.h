#ifndef STORE_POSTGRES_BATCH_H
#define STORE_POSTGRES_BATCH_H
/* A batch of writes on its way through one transaction. */
#include <stdio.h>

#include "club/log.h"
#include "postgres_write.h"

#define POSTGRES_WRITE_MS 4000 /* for a transaction, from its beginning to its COMMIT's answer */

/* One question for one job, or for several posts in a row. */
struct part {
  struct ask ask;
  size_t first, count; /* jobs */
};

struct batch {
  struct postgres *connection;
  struct store_job **jobs;
  size_t count;
  bool one_by_one; /* a question for each job */
  struct arena *arena;
  struct part *parts; /* room for one for each job */
  size_t part_count;
  struct ask begin, number, lock, commit;
  bool locks;
  bool sent;                      /* the COMMIT may have reached the server */
  bool half;                      /* committed, but not where the server's standbys would have it */
  size_t guilty;                  /* the part that failed; part_count: none of them */
  int64_t note;                   /* this writer's number of the batch, which the transaction notes */
  char transaction[24];           /* its number in the server */
  int64_t process;                /* of the server, that carries it out */
  char history[POSTGRES_HISTORY]; /* in which the number counts */
};

void batch_fail(struct store_job *job, enum store_outcome outcome);

/* postgres_settle.c */

/* The line was lost after the COMMIT may have been sent: STORE_DONE, it was committed; STORE_UNAVAILABLE with
 * POSTGRES_FINE, it was rolled back; STORE_UNKNOWN. */
enum store_outcome settle_transaction(struct batch *batch);
/* A job of a committed transaction whose own answer was lost with the line. */
void settle_job(struct batch *batch, struct store_job *job);
#endif
