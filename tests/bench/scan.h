#ifndef BENCH_SCAN_H
#define BENCH_SCAN_H
/* Reads what the server says as cheaply as can be: takes a frame apart into its requests, answers and notifications,
 * and looks only for what a load generator counts. Since the entries of one author have one form, the length of the
 * last one (and the number of its digits) tells where the next one ends; where that guess does not hold, brackets and
 * strings are counted as usual. Messages of one run must be equally long: otherwise two short ones may be taken for one
 * long one, which then shows as a hole. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_PREFIX_MAX 256

struct scan {
  char prefix[SCAN_PREFIX_MAX]; /* of the last entry, up to its number */
  size_t prefix_size;
  size_t length; /* of the last entry without its number; 0: none yet */
};

struct scan_events {
  void *context;
  /* A notification `entry`; `element` is the whole of it. */
  void (*entry)(void *context, int64_t seq, const char *element, size_t size);
  /* Anything else: an answer or another notification. */
  void (*other)(void *context, const char *element, size_t size);
};

/* False: not JSON, as far as was looked. */
bool scan_frame(struct scan *scan, const char *text, size_t size, const struct scan_events *events);

/* Is `what`, a member's name and value with their quotes, anywhere in it? Exact, since inside a JSON string each quote
 * is escaped. */
bool scan_has(const char *text, size_t size, const char *what);
/* The first number behind `name` (written `"name":`) that is a number. */
bool scan_number(const char *text, size_t size, const char *name, int64_t *number);
/* The same with a fraction, if it has one. */
bool scan_decimal(const char *text, size_t size, const char *name, double *number);
/* Where the text of the first string behind `name` begins (as it is written, escapes and all); NULL: none. */
const char *scan_string(const char *text, size_t size, const char *name, size_t *length);
#endif
