#include "search.h"

#include <stdio.h>
#include <stdlib.h>

#include "club/limits.h"
#include "club/text.h"

#define ROUND_PICKS 1024
#define LOOKED_LIMIT 4000  /* messages */
#define WALKED_LIMIT 60000 /* places in the index */
#define LIMIT_MS 300
#define SCRATCH_BYTES (48 << 20) /* the texts of a round */
#define QUOTA_LIMIT 64           /* of a room in a round */
#define SPANS_LIMIT 64           /* of a hit */

static const struct search_place END = {INT64_MAX, INT64_MAX, INT64_MAX};

/* Above 0: `a` is the younger one. */
static int compare(const struct search_place *a, const struct search_place *b) {
  if (a->at != b->at) return a->at < b->at ? -1 : 1;
  if (a->room != b->room) return a->room < b->room ? -1 : 1;
  return (a->seq > b->seq) - (a->seq < b->seq);
}

/* ---- what is asked ---- */

static int by_size(const void *a, const void *b) {
  const struct slice *one = a, *other = b;
  return (one->size < other->size) - (one->size > other->size);
}

/* False: nothing is asked for, or no memory. */
static bool read_question(struct search *search) {
  terms_cut_for(search->terms, search->wish->text, TERMS_ASKED, search->arena);
  search->all_count = terms_unique(search->terms);
  search->all = arena_alloc(search->arena, (search->all_count + 1) * sizeof *search->all);
  if (!search->all || search->all_count == 0) return false;
  const struct term *list = terms_list(search->terms);
  for (size_t i = 0; i < search->all_count; i++) search->all[i] = arena_copy(search->arena, list[i].text);
  struct slice *longest = arena_alloc(search->arena, search->all_count * sizeof *longest);
  if (!longest) return false;
  memcpy(longest, search->all, search->all_count * sizeof *longest);
  qsort(longest, search->all_count, sizeof *longest, by_size);
  if (search->wish->from) {
    char author[24];
    snprintf(author, sizeof author, ":%lld", (long long)search->wish->from);
    search->asked[search->asked_count++] = arena_copy(search->arena, slice_of(author));
  }
  for (size_t i = 0; i < search->all_count && i < SEARCH_TERMS; i++) search->asked[search->asked_count++] = longest[i];
  return !arena_failed(search->arena);
}

static const struct slice *find_term(const struct search *search, struct slice term) {
  size_t low = 0, high = search->all_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    const struct slice *there = &search->all[middle];
    int order = memcmp(there->data, term.data, there->size < term.size ? there->size : term.size);
    if (order == 0) order = (there->size > term.size) - (there->size < term.size);
    if (order == 0) return there;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

static bool text_matches(struct search *search, struct slice text) {
  if (!text.data) return false;
  terms_cut_for(search->terms, text, TERMS_STORED, search->arena);
  size_t count = terms_unique(search->terms), there = 0;
  const struct term *list = terms_list(search->terms);
  for (size_t i = 0; i < count; i++) there += find_term(search, list[i].text) != NULL;
  return there == search->all_count;
}

static bool pick_matches(struct search *search, const struct search_pick *pick) {
  if (!pick->text.data || (search->wish->from && pick->member != search->wish->from)) return false;
  return (pick->certain && !pick->edited) || text_matches(search, pick->text);
}

/* ---- rooms and blocks ---- */

bool search_room_add(struct search *search, int64_t key, int64_t head, int64_t indexed, struct slice id) {
  if (search->room_count == SEARCH_ROOMS_MOST || id.size > LIMIT_IDENTIFIER) return false;
  struct search_room *room = &search->rooms[search->room_count];
  room->key = key;
  room->head = head;
  room->indexed = indexed;
  room->next = head + 1;
  room->number = -1;
  room->bound = END;
  room->ended = room->looked = false;
  room->id = arena_copy(search->arena, id);
  if (!room->id.data) return false;
  search->room_count++;
  return true;
}

struct slice search_room_id(const struct search *search, int64_t key) {
  for (size_t i = 0; i < search->room_count; i++) {
    if (search->rooms[i].key == key) return search->rooms[i].id;
  }
  return SLICE_NONE;
}

void search_marks(uint64_t bits[SEARCH_WORDS], struct slice marks, bool first) {
  uint64_t these[SEARCH_WORDS] = {0};
  for (size_t i = 0; i + 1 < marks.size; i += 2) {
    unsigned int word = (unsigned int)(marks.data[i] - 96), bit = (unsigned int)(marks.data[i + 1] - 32);
    if (word < SEARCH_WORDS && bit < 64) these[word] |= UINT64_C(1) << bit;
  }
  for (size_t i = 0; i < SEARCH_WORDS; i++) bits[i] = first ? these[i] : bits[i] & these[i];
}

bool search_bits_any(const uint64_t bits[SEARCH_WORDS]) {
  uint64_t any = 0;
  for (size_t i = 0; i < SEARCH_WORDS; i++) any |= bits[i];
  return any != 0;
}

/* The newest one below `next`, taken out; -1: none. */
static int64_t take_bit(struct search_room *room) {
  for (int word = SEARCH_WORDS - 1; room->number >= 0 && word >= 0; word--) {
    while (room->bits[word]) {
      int bit = 63 - __builtin_clzll(room->bits[word]);
      room->bits[word] &= ~(UINT64_C(1) << bit);
      int64_t seq = room->number * SEARCH_BLOCK + word * 64 + bit;
      if (seq < room->next) return seq;
    }
  }
  return -1;
}

/* 0: what comes next stands in a block that is not in hand. */
static int64_t take_next(struct search_room *room, bool *certain) {
  *certain = room->next - 1 <= room->indexed;
  int64_t seq = *certain ? take_bit(room) : room->next - 1;
  if (seq < 1) return 0;
  room->next = seq;
  return seq;
}

/* Where the walk for the next block begins; -1: there are no more. */
static int64_t next_block(const struct search_room *room) {
  if (room->number >= 0) return room->number - 1;
  int64_t newest = room->next - 1 < room->indexed ? room->next - 1 : room->indexed;
  return newest < 1 ? -1 : newest / SEARCH_BLOCK;
}

/* ---- hits ---- */

static void keep_hit(struct search *search, const struct search_place *place) {
  size_t at = search->hit_count;
  while (at > 0 && compare(place, &search->hits[at - 1].place) > 0) at--;
  bool there = at > 0 && compare(place, &search->hits[at - 1].place) == 0;
  if (there || at == search->hit_limit) return;
  if (search->hit_count < search->hit_limit) search->hit_count++;
  memmove(&search->hits[at + 1], &search->hits[at], (search->hit_count - 1 - at) * sizeof *search->hits);
  search->hits[at] = (struct search_hit){.place = *place};
}

static void take_pick(struct search *search, const struct search_pick *pick, bool in_order) {
  struct search_room *room = &search->rooms[pick->room];
  struct search_place place = {pick->at, room->key, pick->seq};
  if (in_order && pick->at) room->bound = place;
  search->looked++;
  if (search->wish->before.at && compare(&place, &search->wish->before) >= 0) return;
  if (pick_matches(search, pick)) keep_hit(search, &place);
}

static bool goes_on(const struct search *search, const struct search_room *room) {
  if (room->ended) return false;
  return search->hit_count < search->hit_limit || compare(&room->bound, &search->hits[search->hit_count - 1].place) > 0;
}

/* ---- rounds ---- */

struct round {
  const struct search_driver *driver;
  void *self;
  struct search *search;
  struct arena *scratch;
  size_t quota;
  size_t turn; /* the room that comes first in the next round */
  struct search_pick picks[ROUND_PICKS];
  size_t pick_count;
  struct search_want wants[ROUND_PICKS];
  size_t want_count;
};

static size_t pick_from(struct round *round, size_t index) {
  struct search_room *room = &round->search->rooms[index];
  size_t count = 0;
  bool certain;
  for (; count < round->quota && round->pick_count < ROUND_PICKS; count++) {
    int64_t seq = take_next(room, &certain);
    if (seq == 0) break;
    certain = certain && round->search->all_count <= SEARCH_TERMS;
    round->picks[round->pick_count++] = (struct search_pick){.room = index, .seq = seq, .certain = certain};
  }
  return count;
}

/* A walk that ended in vain has told something all the same: from its last block on nothing was missed. */
static void take_want(struct round *round, const struct search_want *want) {
  struct search_room *room = &round->search->rooms[want->room];
  room->number = want->number;
  memcpy(room->bits, want->bits, sizeof room->bits);
  if (want->found && (pick_from(round, want->room) > 0 || round->pick_count == ROUND_PICKS)) return;
  if (want->number > 0) {
    room->next = want->number * SEARCH_BLOCK;
    if (round->pick_count < ROUND_PICKS)
      round->picks[round->pick_count++] = (struct search_pick){.room = want->room, .seq = room->next};
  } else {
    room->ended = true;
  }
}

/* Every room that goes on gives some of its messages, or says that it has no more. */
static size_t gather(struct round *round) {
  struct search *search = round->search;
  size_t going = 0;
  round->pick_count = round->want_count = 0;
  for (size_t i = 0; i < search->room_count && round->pick_count + round->want_count < ROUND_PICKS; i++) {
    size_t index = round->turn++ % search->room_count;
    struct search_room *room = &search->rooms[index];
    if (!goes_on(search, room)) continue;
    going++;
    room->looked = true;
    if (pick_from(round, index) > 0) continue;
    int64_t number = next_block(room);
    if (number >= 0)
      round->wants[round->want_count++] = (struct search_want){.room = index, .number = number};
    else
      room->ended = true;
  }
  return going;
}

static void play(struct round *round) {
  const struct search_driver *driver = round->driver;
  struct search *search = round->search;
  if (round->want_count)
    driver->blocks(round->self, search, round->wants, round->want_count, round->quota, round->scratch);
  for (size_t i = 0; i < round->want_count; i++) take_want(round, &round->wants[i]);
  if (round->pick_count) driver->look(round->self, search, round->picks, round->pick_count, round->scratch);
  for (size_t i = 0; i < round->pick_count; i++) take_pick(search, &round->picks[i], true);
}

static bool is_spent(const struct search *search, const struct clock *clock) {
  for (size_t i = 0; i < search->room_count; i++) {
    if (!search->rooms[i].looked && goes_on(search, &search->rooms[i])) return false;
  }
  return search->looked >= LOOKED_LIMIT || search->walked >= WALKED_LIMIT ||
         clock_monotonic_ms(clock) - search->begun_ms >= LIMIT_MS;
}

/* Messages whose latest edit the index does not know come out of order. */
static void look_at_edited(struct round *round) {
  round->pick_count = round->driver->edited(round->self, round->search, round->picks);
  if (round->pick_count)
    round->driver->look(round->self, round->search, round->picks, round->pick_count, round->scratch);
  for (size_t i = 0; i < round->pick_count; i++) take_pick(round->search, &round->picks[i], false);
}

/* Goes back in time until there are enough, or until it has done enough. False: no memory. */
static bool walk(struct round *round, const struct clock *clock) {
  round->quota = 1;
  for (bool first = true; first || !is_spent(round->search, clock); first = false) {
    round->scratch = arena_create(SCRATCH_BYTES);
    if (!round->scratch) return false;
    if (first) look_at_edited(round);
    size_t going = gather(round);
    if (going) play(round);
    bool failed = arena_failed(round->scratch);
    arena_destroy(round->scratch);
    if (failed) return false;
    if (!going) return true;
    if (round->quota < QUOTA_LIMIT) round->quota *= 4;
  }
  return true;
}

/* ---- the answer ---- */

/* What is older than where a room that would go on stands is not all there. */
static void cut_short(struct search *search) {
  struct search_place floor = {0, 0, 0};
  for (size_t i = 0; i < search->room_count; i++) {
    const struct search_room *room = &search->rooms[i];
    if (goes_on(search, room) && compare(&room->bound, &floor) > 0) floor = room->bound;
  }
  if (!floor.at) return;
  while (search->hit_count && compare(&search->hits[search->hit_count - 1].place, &floor) < 0) search->hit_count--;
  search->wish->more = true;
  search->wish->next = floor;
}

static void keep_page(struct search *search, size_t count) {
  if (count >= search->hit_count) return;
  search->hit_count = count;
  search->wish->more = true;
  search->wish->next = search->hits[count - 1].place;
}

static int by_from(const void *a, const void *b) {
  const struct search_span *one = a, *other = b;
  return (one->from > other->from) - (one->from < other->from);
}

/* In bytes first; words that touch are one. */
static size_t join_spans(struct search_span *spans, size_t count) {
  size_t kept = 0;
  qsort(spans, count, sizeof *spans, by_from);
  for (size_t i = 0; i < count; i++) {
    struct search_span *last = kept ? &spans[kept - 1] : NULL;
    if (last && spans[i].from <= last->from + last->count) {
      size_t end = spans[i].from + spans[i].count;
      if (end > last->from + last->count) last->count = end - last->from;
    } else {
      spans[kept++] = spans[i];
    }
  }
  return kept;
}

static size_t characters(struct slice text, size_t from, size_t count) {
  return text_characters((struct slice){text.data + from, count});
}

static void mark_found(struct search *search, struct search_hit *hit) {
  struct slice text = hit->entry.text;
  struct search_span spans[4 * SPANS_LIMIT];
  size_t count = 0, all = text.data ? terms_cut_for(search->terms, text, TERMS_STORED, search->arena) : 0;
  const struct term *list = terms_list(search->terms);
  for (size_t i = 0; i < all && count < sizeof spans / sizeof *spans; i++) {
    if (find_term(search, list[i].text))
      spans[count++] = (struct search_span){list[i].from, list[i].until - list[i].from};
  }
  count = join_spans(spans, count);
  if (count > SPANS_LIMIT) count = SPANS_LIMIT;
  hit->found = count ? arena_alloc(search->arena, count * sizeof *hit->found) : NULL;
  for (size_t i = 0; hit->found && i < count; i++) {
    hit->found[i].from = characters(text, 0, spans[i].from);
    hit->found[i].count = characters(text, spans[i].from, spans[i].count);
  }
  hit->found_count = hit->found ? count : 0;
}

static void answer(struct round *round) {
  struct search *search = round->search;
  cut_short(search);
  keep_page(search, (size_t)search->wish->limit);
  if (search->hit_count) keep_page(search, round->driver->fill(round->self, search));
  for (size_t i = 0; i < search->hit_count; i++) mark_found(search, &search->hits[i]);
  search->wish->hits = search->hits;
  search->wish->count = search->hit_count;
}

/* Rooms in which everything is younger than that are done with. */
static void begin_before(struct round *round) {
  struct search *search = round->search;
  const struct search_place *before = &search->wish->before;
  if (!before->at) return;
  round->driver->seek(round->self, search, before->at);
  for (size_t i = 0; i < search->room_count; i++) {
    struct search_room *room = &search->rooms[i];
    if (room->key == before->room && before->seq < room->next) room->next = before->seq;
    room->bound = *before;
    room->ended = room->next <= 1;
  }
}

enum reason search_run(const struct search_driver *driver, void *self, struct terms *terms, const struct clock *clock,
                       struct store_job *job) {
  struct store_search *wish = &job->search;
  struct search search = {.wish = wish, .arena = job->arena, .terms = terms, .begun_ms = clock_monotonic_ms(clock)};
  wish->count = 0;
  wish->more = false;
  if (wish->limit < 1) wish->limit = 1;
  if (wish->limit > LIMIT_SEARCH) wish->limit = LIMIT_SEARCH;
  if (!read_question(&search)) return arena_failed(job->arena) ? REASON_NONE : REASON_INVALID_PARAMS;
  struct round *round = calloc(1, sizeof *round);
  search.hit_limit = (size_t)wish->limit + 1;
  search.rooms = calloc(SEARCH_ROOMS_MOST, sizeof *search.rooms);
  search.hits = arena_alloc(job->arena, (search.hit_limit + 1) * sizeof *search.hits);
  enum reason reason = REASON_NONE;
  if (round && search.rooms && search.hits) {
    round->driver = driver;
    round->self = self;
    round->search = &search;
    reason = driver->rooms(self, &search);
    if (reason == REASON_NONE) {
      begin_before(round);
      if (walk(round, clock))
        answer(round);
      else
        arena_fail(job->arena);
    }
  } else {
    arena_fail(job->arena);
  }
  free(search.rooms);
  free(round);
  return reason;
}
