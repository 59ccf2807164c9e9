/* The store's driver alone: batches of posts, one after the other, on one thread. */
#include <stdio.h>
#include <stdlib.h>

#include "batch.h"
#include "measure.h"
#include "result.h"
#include "scenario.h"

#define SQL_WRITERS 100

struct sql {
  struct batch batch;
  struct member_record writers[SQL_WRITERS];
  size_t batch_size, rooms;
  uint64_t posted, measured;
  struct result_place place;
};

static const char sql_text[] =
    "We look for a partner who moves grain and cotton by rail from Aktau to Kashgar, about two hundred wagons a "
    "month, and who knows the customs on both sides. Who has done it, and what did it cost? Thanks";

static struct slice sql_room(struct store_job *job, size_t number) {
  static const char *const countries[] = {"by", "cn", "in", "ir", "kz", "kg", "pk", "ru", "tj", "uz"};
  static const char *const sectors[] = {"fintech",   "robotics", "trade",  "investment", "finance",
                                        "logistics", "energy",   "travel", "education",  "agriculture"};
  char room[64];
  int size = snprintf(room, sizeof room, "%s.%s", countries[number % 10], sectors[number / 10 % 10]);
  return arena_copy(job->arena, (struct slice){room, (size_t)size});
}

static bool sql_prepare(struct sql *sql) {
  char tokens[SQL_WRITERS][TOKEN_SIZE + 1];
  if (!batch_members(&sql->batch, 0, SQL_WRITERS, tokens)) return false;
  for (size_t i = 0; i < SQL_WRITERS; i++) sql->writers[i] = sql->batch.jobs[i]->member.member;
  batch_clear(&sql->batch);
  struct store_job *ensure = batch_add(&sql->batch, STORE_ROOMS_ENSURE);
  if (!ensure) return false;
  ensure->pulse.head_count = sql->rooms;
  ensure->pulse.heads = arena_alloc(ensure->arena, sql->rooms * sizeof *ensure->pulse.heads);
  for (size_t i = 0; ensure->pulse.heads && i < sql->rooms; i++) ensure->pulse.heads[i].room = sql_room(ensure, i);
  bool done = !arena_failed(ensure->arena) && batch_write(&sql->batch);
  batch_clear(&sql->batch);
  return done;
}

static bool sql_post(struct sql *sql) {
  struct store_job *job = batch_add(&sql->batch, STORE_POST);
  if (!job) return false;
  size_t writer = sql->posted % SQL_WRITERS;
  char client_id[32];
  int size = snprintf(client_id, sizeof client_id, "0a1b2c3d-%010llu", (unsigned long long)sql->posted++);
  job->post.room = sql_room(job, writer % sql->rooms);
  job->post.author = sql->writers[writer].author;
  job->post.member = sql->writers[writer].key;
  job->post.client_id = arena_copy(job->arena, (struct slice){client_id, (size_t)size});
  job->post.text = SLICE_LITERAL(sql_text);
  return !arena_failed(job->arena);
}

/* Only the time inside the driver counts; what the batch holds is made outside of it. */
static bool sql_posts(struct sql *sql, double seconds) {
  sql->batch.seconds = 0;
  sql->measured = 0;
  while (sql->batch.seconds < seconds) {
    for (size_t i = 0; i < sql->batch_size; i++)
      if (!sql_post(sql)) return false;
    if (!batch_write(&sql->batch)) return false;
    sql->measured += sql->batch_size;
    batch_clear(&sql->batch);
  }
  return true;
}

static bool sql_run(struct sql *sql) {
  if (!sql_posts(sql, sql->place.warm)) return false;
  struct measure_use from = result_use(&sql->place);
  if (!sql_posts(sql, sql->place.seconds)) return false;
  struct measure_use use = measure_use_between(from, result_use(&sql->place));
  /* This process stands where the server stands otherwise; there is no load. */
  use.server = use.load;
  use.load = 0;
  printf("scenario=sql batch=%zu rooms=%zu posts=%llu driver_seconds=%.3f rate=%.0f", sql->batch_size, sql->rooms,
         (unsigned long long)sql->measured, sql->batch.seconds, (double)sql->measured / sql->batch.seconds);
  result_print_use(use);
  printf("\n");
  return true;
}

bool scenario_sql(struct options *options) {
  struct sql *sql = calloc(1, sizeof *sql);
  if (!sql) return false;
  const char *store = options_text(options, "store", "sqlite:club.db");
  sql->batch_size = (size_t)options_number(options, "batch", 100, 1, BATCH_MAX);
  sql->rooms = (size_t)options_number(options, "rooms", 100, 1, 100);
  bool done = result_place_read(&sql->place, options) && options_fine(options) && batch_begin(&sql->batch, store) &&
              sql_prepare(sql) && sql_run(sql);
  batch_end(&sql->batch);
  free(sql);
  return done;
}
