#ifndef TEST_INSTANCE_YARD_H
#define TEST_INSTANCE_YARD_H
/* One whole instance whose store, lines and clock the test holds in its hands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "club/server.h"

#define YARD_JOBS 256
#define YARD_GUESTS 80
#define YARD_PUBLISHED 32

struct guest {
  struct connection *connection; /* NULL: gone */
  int code;                      /* of the close; 0: open */
  char said[4096];               /* frames, a line each */
  size_t frames;
};

struct yard {
  int64_t now_ms;
  int64_t write_ms; /* how long writing to a line takes */
  unsigned char random;
  struct club *club;
  struct server *server;
  struct store_job *jobs[YARD_JOBS];
  size_t job_count;
  bool store_full, store_writing;
  bool alone; /* on the bus */
  uint64_t generation;
  struct said_there { /* on the bus */
    char topic[64], text[512];
    size_t size;
  } published[YARD_PUBLISHED];
  size_t published_count; /* the last ones are kept */
  int subscribed;
  struct guest guests[YARD_GUESTS];
  size_t guest_count;
};

int yard_open(void **state); /* a store that others write to as well */
int yard_close(void **state);
#define YARD_TEST(name) cmocka_unit_test_setup_teardown(name, yard_open, yard_close)

bool yard_turn(struct yard *yard);
/* Turns, with pulses answered as nothing having happened. */
void yard_pass(struct yard *yard, int64_t ms);
/* Time alone, in one turn. */
void yard_freeze(struct yard *yard, int64_t ms);
int yard_jobs(const struct yard *yard, enum store_kind kind);
struct store_job *yard_job(struct yard *yard, enum store_kind kind);
void yard_finish(struct yard *yard, struct store_job *job, enum store_outcome outcome);
/* Instance "other" says it on the bus, sealed for `epoch`. */
void yard_hear(struct yard *yard, const char *kind, const char *topic, const char *epoch, const char *text);
/* How many messages of that kind were published. */
int yard_said(const struct yard *yard, const char *kind, const char *topic);
/* Answers the pulse that is under way: nothing happened in any room. */
void yard_pulse(struct yard *yard, const char *epoch, int64_t club_head);
void yard_pulse_events(struct yard *yard, const struct club_event *events, size_t count);
/* As far as the session being found; `welcome` comes with the next turn. */
void guest_knock(struct yard *yard, struct guest *guest, int64_t member);
struct guest *guest_enter(struct yard *yard, int64_t member);
void guest_ask(struct guest *guest, const char *method, const char *params);
/* Joins "kz" at `as_of`. */
void guest_join(struct yard *yard, struct guest *guest, int64_t as_of);
void guest_cut(struct guest *guest);
bool guest_was_told(struct guest *guest, const char *part); /* and forgets */
#endif
