#ifndef BENCH_HERD_H
#define BENCH_HERD_H
/* Many lines: opened at a bounded pace from many source addresses, since a pair of addresses has only so many ports. */
#include <stdbool.h>
#include <stddef.h>

#include "line.h"

#define HERD_SERVERS 8
#define HERD_EVENTS 1024

struct herd_setup {
  const char *to;       /* "127.0.0.1:8443", or several with commas: lines are dealt out over them */
  const char *first_to; /* where line 0 goes instead; NULL: like the others */
  const char *cookies;  /* a file, one a line; NULL: none */
  size_t count;
  size_t opening; /* lines that may be on their way at once */
  bool tls;
  bool spin; /* never sleeps while waiting: the server then pays nothing for waking this process */
  struct line_events events;
};

struct herd {
  struct herd_setup setup;
  struct line_shared shared;
  struct line_events events; /* whom to tell */
  struct line *lines;
  char *cookies;
  size_t *due; /* a ring of lines that wait to be opened */
  size_t due_from, due_count;
  size_t opening; /* on their way */
  size_t open;
  size_t servers;
  struct epoll_event happened[HERD_EVENTS];
};

bool herd_begin(struct herd *herd, const struct herd_setup *setup);
void herd_end(struct herd *herd);
/* Puts the line at the end of those that wait to be opened. It must be down. */
void herd_open(struct herd *herd, size_t index);
/* Hangs up without a word to anybody; a line that is down may be taken. It must not wait to be opened. */
void herd_hang_up(struct herd *herd, size_t index);
/* One turn: opens what may be opened, waits at most `milliseconds` for something to happen, hands it on. False: this
 * machine refuses what is needed (descriptors, ports), said on standard error. */
bool herd_turn(struct herd *herd, int milliseconds);
#endif
