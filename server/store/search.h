#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H
/* A search, the same for every driver: which rooms, which blocks of them, which messages are looked at and in which order.
 * Each room is walked from its newest entry back: first what the index does not know yet, message by message, then the
 * blocks in which all terms stand. Rooms whose next message may be younger than what was found go on; the others stay. */
#include "club/store.h"
#include "club/terms.h"

#define SEARCH_BLOCK 2048 /* numbers of a room's log; the migrations name it */
#define SEARCH_WORDS (SEARCH_BLOCK / 64)
#define SEARCH_TERMS 16        /* of a question that the index is asked for; the others are looked for in the texts */
#define SEARCH_ROOMS_MOST 4096 /* among which one searches: the rooms with the latest news */
#define SEARCH_EDITED 256      /* messages whose edits the index does not know yet */
#define SEARCH_WALK 4096       /* blocks of a room that are passed over in one go */

struct search_room {
  int64_t key, head, indexed;
  struct slice id;
  /* The search's own. */
  int64_t next;                /* what comes from here on was looked at */
  int64_t number;              /* the block in hand; -1: none */
  uint64_t bits[SEARCH_WORDS]; /* its messages that were not looked at */
  struct search_place bound;   /* what comes from here on is found */
  bool ended, looked;
};

/* An entry that is looked at. */
struct search_pick {
  size_t room;
  int64_t seq;
  bool certain; /* the index says that it has the terms */
  /* out */
  int64_t at, member;
  struct slice text; /* absent: no message, or removed; of a certain one that was never edited perhaps nothing more */
  bool edited;
};

/* The next block below `number` in which all terms stand. */
struct search_want {
  size_t room;
  int64_t number; /* in: where the walk begins; out: where it ended, found or not */
  bool found;
  uint64_t bits[SEARCH_WORDS];
};

struct search {
  struct store_search *wish;
  struct arena *arena; /* the job's */
  struct terms *terms;
  struct slice asked[SEARCH_TERMS + 1]; /* of the index: the rarest first, as far as one can tell */
  size_t asked_count;
  struct slice *all; /* terms of the question, in the order of their bytes */
  size_t all_count;
  struct search_room *rooms;
  size_t room_count;
  struct search_hit *hits; /* newest first */
  size_t hit_count, hit_limit;
  size_t looked, walked;
  int64_t begun_ms;
};

/* What a driver does for it. An error stays with its connection: what is asked then finds nothing. */
struct search_driver {
  /* search_room_add() for each; not_found, banned: of the one room that was asked for. */
  enum reason (*rooms)(void *self, struct search *search);
  /* Sets each room's `next` behind its last entry that is not younger than that. */
  void (*seek)(void *self, struct search *search, int64_t at);
  /* Picks for messages that the index knows with an earlier text; at most SEARCH_EDITED. */
  size_t (*edited)(void *self, struct search *search, struct search_pick *picks);
  /* `most`: blocks of a room that are worth reading at once. */
  void (*blocks)(void *self, struct search *search, struct search_want *wants, size_t count, size_t most,
                 struct arena *scratch);
  void (*look)(void *self, struct search *search, struct search_pick *picks, size_t count, struct arena *scratch);
  /* Fills in the entries of the hits; how many fit on a page. */
  size_t (*fill)(void *self, struct search *search);
};

enum reason search_run(const struct search_driver *driver, void *self, struct terms *terms, const struct clock *clock,
                       struct store_job *job);
/* False: there are enough, or no memory. */
bool search_room_add(struct search *search, int64_t key, int64_t head, int64_t indexed, struct slice id);
/* By its key. */
struct slice search_room_id(const struct search *search, int64_t key);
/* The marks of a block as bits: of the first term, or those that it shares with the others. */
void search_marks(uint64_t bits[SEARCH_WORDS], struct slice marks, bool first);
bool search_bits_any(const uint64_t bits[SEARCH_WORDS]);
#endif
