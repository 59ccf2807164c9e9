#ifndef TEST_STORE_TORTURE_H
#define TEST_STORE_TORTURE_H
/* One run of the script after the other, each with a fault in another place, until one passes untouched.
 *
 * TORTURE=all tries each single place, TORTURE=20 one of twenty, with TORTURE_FIRST=3 from the fourth on; otherwise of many a
 * share is tried, another one for each day. */
#include <time.h>

#include "torture_check.h"

#define TORTURE_KINDS 8
#define TORTURE_MOST 100000 /* places of one kind of fault */

/* How a store of one driver is tortured. */
struct torture_store {
  /* From now on the one of `what` after `after` others fails, and for good: all after it. */
  void (*arm)(unsigned what, bool for_good, long after);
  long (*disarm)(void); /* how many were left before the one that was to fail; -1: it did */
  /* The suite gets the address of a store of its own, as the beginning is. */
  void (*make)(struct suite *suite, const struct suite *beginning);
  void (*remove)(struct suite *suite);
  void (*recover)(struct script *script);   /* nothing fails any more: open, and it must work */
  void (*checkpoint)(struct suite *suite);  /* as struct script */
  void (*check_whole)(struct suite *suite); /* the store's own check of what it keeps */
  /* Since arm, did a flush of what is written fail? Not one that comes after another of the same, as a checkpoint's.
   * NULL: not known. */
  bool (*unflushed)(void);
  /* How many there were of a kind between arm and disarm; NULL: not known but of what was armed. */
  long (*seen)(unsigned what);
  long tries; /* of a kind of fault, unless all are tried */
  bool reads; /* members read and search, too */
};

/* For cmocka's state. */
struct torture {
  const struct torture_store *store;
  struct suite *beginning;
  long places[TORTURE_KINDS]; /* of each kind of fault, by its bit, once they were counted */
};

/* Of one kind of fault. */
struct torture_sum {
  long places, faults;
  long done, refused, unknown; /* writes, in the runs in which something failed */
};

static inline void torture_begin_script(struct script *script, const struct torture *torture) {
  const struct suite *beginning = torture->beginning;
  memset(script, 0, sizeof *script);
  struct suite *suite = &script->suite;
  suite->setup = beginning->setup;
  suite->now = SUITE_START + 60000;
  suite->monotonic = 1000000;
  suite->clock = (struct clock){suite, suite_monotonic, suite_wall};
  suite->ada = beginning->ada;
  suite->ivan = beginning->ivan;
  suite->wang = beginning->wang;
  script->checkpoint = torture->store->checkpoint;
  script->unflushed = torture->store->unflushed;
  script->reads = torture->store->reads;
  torture->store->make(suite, beginning);
}

/* Nothing fails any more. */
static inline void torture_end_script(struct script *script, const struct torture *torture) {
  check_rooms(script);
  torture->store->check_whole(&script->suite);
  check_again(script);
  torture->store->check_whole(&script->suite);
  script_close(script);
  suite_forget_jobs(&script->suite);
  torture->store->remove(&script->suite);
}

static inline void torture_add(struct torture_sum *sum, const struct script *script) {
  sum->faults++;
  for (size_t i = 0; i < script->count; i++) {
    enum store_outcome outcome = script->jobs[i]->outcome;
    sum->done += outcome == STORE_DONE;
    sum->unknown += outcome == STORE_UNKNOWN;
    sum->refused += outcome != STORE_DONE && outcome != STORE_UNKNOWN;
  }
}

/* False: everything went well, since there were not so many: `sum->places` is how many. */
static inline bool torture_run(const struct torture *torture, unsigned what, bool for_good, long after,
                               struct torture_sum *sum) {
  static struct script script;
  const struct torture_store *store = torture->store;
  torture_begin_script(&script, torture);
  store->arm(what, for_good, after);
  if (script_open(&script)) script_all(&script);
  long left = store->disarm();
  if (left < 0) torture_add(sum, &script);
  if (left >= 0) sum->places = after - left;
  if (left >= 0) assert_true(script.open);
  store->recover(&script);
  torture_end_script(&script, torture);
  return left < 0;
}

/* How many there are in a run in which none fails: one such run tells it of all kinds, where they are seen. */
static inline long torture_count(struct torture *torture, unsigned what) {
  const struct torture_store *store = torture->store;
  struct torture_sum sum = {0};
  if (!store->seen) {
    assert_false(torture_run(torture, what, false, TORTURE_MOST, &sum));
    return sum.places;
  }
  long *places = &torture->places[__builtin_ctz(what)];
  if (*places > 0) return *places;
  assert_false(torture_run(torture, 0, false, TORTURE_MOST, &sum));
  for (unsigned bit = 0; bit < TORTURE_KINDS; bit++) torture->places[bit] = store->seen(1U << bit);
  return *places;
}

static inline void torture_each(const struct torture *torture, unsigned what, bool for_good, long step,
                                struct torture_sum *sum) {
  const char *first = getenv("TORTURE_FIRST");
  for (long after = first ? atol(first) : 0; torture_run(torture, what, for_good, after, sum); after += step)
    assert_in_range(after, 0, TORTURE_MOST);
}

/* `places` may differ a little from one run to the next: where there is none any more, the first is there. */
static inline void torture_share(const struct torture *torture, unsigned what, bool for_good, long places,
                                 struct torture_sum *sum) {
  long step = (places + torture->store->tries - 1) / torture->store->tries;
  for (long after = time(NULL) / 86400 % step; after < places; after += step)
    if (!torture_run(torture, what, for_good, after, sum)) break;
  if (sum->faults == 0) (void)torture_run(torture, what, for_good, 0, sum);
  sum->places = places;
}

static inline void torture_all(void **state, const char *name, unsigned what, bool for_good) {
  struct torture *torture = *state;
  struct torture_sum sum = {0};
  const char *wish = getenv("TORTURE");
  long one_of = wish && atol(wish) > 0 ? atol(wish) : 1;
  long places = wish ? 0 : torture_count(torture, what);
  if (places <= torture->store->tries) {
    torture_each(torture, what, for_good, one_of, &sum);
  } else {
    torture_share(torture, what, for_good, places, &sum);
  }
  if (!getenv("TORTURE_FIRST")) assert_true(sum.faults > 0); /* or nothing was shown */
  print_message("%s: %ld of %ld faults tried; of the writes %ld answered, %ld refused, %ld unknown; 0 violations\n",
                name, sum.faults, sum.places, sum.done, sum.refused, sum.unknown);
}

/* A test by the name of what fails in it. */
#define TORTURE(name, what, for_good) \
  static void name(void **state) { \
    torture_all(state, #name, what, for_good); \
  }
#endif
