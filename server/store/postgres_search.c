#include "postgres.h"
#include "search.h"
#include "search_sql.h"

static const char rooms_sql[] = SEARCH_ROOMS("club_now_1($2)");
static const char room_sql[] = SEARCH_ROOM("club_now_1($2)");
/* Banned from the club, frozen or disabled. */
static const char barred_sql[] =
    "SELECT 1 FROM member WHERE key = $1 AND (disabled = 1 OR EXISTS (SELECT 1 FROM sanction WHERE sanction.member = $1 "
    "AND sanction.room = 0 AND sanction.kind IN (2, 3) AND (sanction.until = 0 OR sanction.until > club_now_1($2))))";
static const char seek_sql[] = "SELECT club_seek_1(wish.room, wish.head, $3) "
                               "FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS wish(room, head, place) "
                               "ORDER BY wish.place";
static const char edited_sql[] =
    "SELECT wish.place, edit.target FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS wish(room, indexed, place) "
    "CROSS JOIN LATERAL (SELECT target FROM entry WHERE entry.room = wish.room AND entry.seq > wish.indexed "
    "AND entry.type = 2 AND entry.target <= wish.indexed ORDER BY entry.seq DESC LIMIT $3) AS edit LIMIT $3";
/* Blocks in which all terms stand, from one on downwards, with the terms' marks. Terms are looked up one by one, each by
 * the whole key, so that no statistics make the planner read a block's other terms. */
#define TERM_THERE "FROM index_term WHERE room = wish.room AND block = walk.number::int AND term = asked.term"
static const char blocks_sql[] =
    "SELECT wish.place, found.number, found.marks "
    "FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS wish(room, number, place) "
    "CROSS JOIN LATERAL (SELECT walk.number, "
    "array_to_string(ARRAY(SELECT (SELECT marks " TERM_THERE
    ") FROM unnest($3::text[]) AS asked(term)), E'\\n') AS marks "
    "FROM (SELECT number FROM generate_series(greatest(0, wish.number - $5 + 1), wish.number) AS number "
    "ORDER BY number DESC OFFSET 0) AS walk "
    "WHERE coalesce((SELECT false FROM unnest($3) AS asked(term) WHERE (SELECT 1 " TERM_THERE
    ") IS NULL LIMIT 1), true) "
    "LIMIT $4) AS found ORDER BY wish.place, found.number DESC";
static const char look_sql[] =
    "SELECT wish.place, entry.at, entry.member, CASE WHEN entry.type = 1 AND entry.removed IS NULL THEN "
    "CASE WHEN wish.certain AND entry.edited IS NULL THEN '' ELSE coalesce(latest.text, entry.text) END END, entry.edited "
    "FROM unnest($1::bigint[], $2::bigint[], $3::boolean[]) WITH ORDINALITY AS wish(room, seq, certain, place) "
    "JOIN entry ON entry.room = wish.room AND entry.seq = wish.seq "
    "LEFT JOIN entry AS latest ON latest.room = entry.room AND latest.seq = entry.edited";

static enum reason find_rooms(void *context, struct search *search) {
  struct postgres *self = context;
  const struct store_search *wish = search->wish;
  bool one = wish->room.data;
  struct ask barred = ask_begin(self, barred_sql);
  ask_int(&barred, wish->member);
  ask_now(&barred);
  ask_send(&barred);
  struct ask ask = ask_begin(self, one ? room_sql : rooms_sql);
  ask_int(&ask, wish->member);
  ask_now(&ask);
  if (one) ask_text(&ask, wish->room);
  ask_send(&ask);
  bool is_barred = ask_number(&barred, 0) != 0;
  enum reason reason = one ? REASON_NOT_FOUND : REASON_NONE;
  while (ask_row(&ask)) {
    reason = one && ask_get_int(&ask, 4) ? REASON_BANNED : REASON_NONE;
    if (!search_room_add(search, ask_get_int(&ask, 0), ask_get_int(&ask, 2), ask_get_int(&ask, 3),
                         ask_peek_text(&ask, 1))) {
      break;
    }
  }
  ask_end(&ask);
  if (self->error != POSTGRES_FINE) return REASON_NONE;
  return is_barred ? REASON_FORBIDDEN : reason;
}

static void seek(void *context, struct search *search, int64_t at) {
  size_t count = search->room_count;
  int64_t *rooms = arena_alloc(search->arena, (count + 1) * sizeof *rooms);
  int64_t *heads = arena_alloc(search->arena, (count + 1) * sizeof *heads);
  if (!rooms || !heads) return;
  for (size_t i = 0; i < count; i++) {
    rooms[i] = search->rooms[i].key;
    heads[i] = search->rooms[i].head;
  }
  struct ask ask = ask_begin(context, seek_sql);
  ask_ints(&ask, rooms, count, search->arena);
  ask_ints(&ask, heads, count, search->arena);
  ask_int(&ask, at);
  for (size_t i = 0; i < count && ask_row(&ask); i++) search->rooms[i].next = ask_get_int(&ask, 0) + 1;
  ask_end(&ask);
}

static size_t find_edited(void *context, struct search *search, struct search_pick *picks) {
  int64_t *rooms = arena_alloc(search->arena, (search->room_count + 1) * sizeof *rooms);
  int64_t *known = arena_alloc(search->arena, (search->room_count + 1) * sizeof *known);
  size_t *places = arena_alloc(search->arena, (search->room_count + 1) * sizeof *places);
  size_t behind = 0, count = 0;
  for (size_t i = 0; rooms && known && places && i < search->room_count; i++) {
    const struct search_room *room = &search->rooms[i];
    if (room->head == room->indexed) continue;
    rooms[behind] = room->key;
    known[behind] = room->indexed;
    places[behind++] = i;
  }
  if (behind == 0) return 0;
  struct ask ask = ask_begin(context, edited_sql);
  ask_ints(&ask, rooms, behind, search->arena);
  ask_ints(&ask, known, behind, search->arena);
  ask_int(&ask, SEARCH_EDITED);
  while (count < SEARCH_EDITED && ask_row(&ask)) {
    size_t place = (size_t)ask_get_int(&ask, 0) - 1;
    if (place < behind) picks[count++] = (struct search_pick){.room = places[place], .seq = ask_get_int(&ask, 1)};
  }
  ask_end(&ask);
  return count;
}

/* ---- blocks ---- */

/* The marks of all terms, a line for each. False: they share no message. */
static bool read_marks(uint64_t bits[SEARCH_WORDS], struct slice marks) {
  for (bool first = true, more = true; more; first = false) {
    const char *end = marks.size ? memchr(marks.data, '\n', marks.size) : NULL;
    size_t size = end ? (size_t)(end - marks.data) : marks.size;
    search_marks(bits, (struct slice){marks.data, size}, first);
    more = end;
    if (more) marks = (struct slice){end + 1, marks.size - size - 1};
  }
  return search_bits_any(bits);
}

/* The first block in which they share a message is the one; else the last one that was looked at. Where fewer blocks came
 * than might have, that is the end of the walk. `numbers`: where each walk began. */
static void take_blocks(struct ask *ask, struct search *search, struct search_want *wants, size_t count, size_t most,
                        const int64_t *numbers) {
  size_t place = count, came = 0;
  for (size_t i = 0; i < count; i++) wants[i].number = numbers[i] > SEARCH_WALK ? numbers[i] - SEARCH_WALK + 1 : 0;
  while (ask_row(ask)) {
    size_t its_place = (size_t)ask_get_int(ask, 0) - 1;
    if (its_place >= count) continue;
    struct search_want *want = &wants[its_place];
    came = its_place == place ? came + 1 : 1;
    place = its_place;
    search->walked += search->asked_count;
    if (want->found) continue;
    want->found = read_marks(want->bits, ask_peek_text(ask, 2));
    if (want->found || came == most) want->number = ask_get_int(ask, 1);
  }
  for (size_t i = 0; i < count; i++) search->walked += (size_t)(numbers[i] - wants[i].number + 1);
}

static void find_blocks(void *context, struct search *search, struct search_want *wants, size_t count, size_t most,
                        struct arena *scratch) {
  int64_t *rooms = arena_alloc(scratch, count * sizeof *rooms),
          *numbers = arena_alloc(scratch, count * sizeof *numbers);
  if (!rooms || !numbers) return;
  for (size_t i = 0; i < count; i++) {
    rooms[i] = search->rooms[wants[i].room].key;
    numbers[i] = wants[i].number;
  }
  struct ask ask = ask_begin(context, blocks_sql);
  ask_ints(&ask, rooms, count, scratch);
  ask_ints(&ask, numbers, count, scratch);
  ask_texts(&ask, search->asked, search->asked_count, scratch);
  ask_int(&ask, (int64_t)most);
  ask_int(&ask, SEARCH_WALK);
  take_blocks(&ask, search, wants, count, most, numbers);
  ask_end(&ask);
}

/* ---- messages ---- */

static void look(void *context, struct search *search, struct search_pick *picks, size_t count, struct arena *scratch) {
  int64_t *rooms = arena_alloc(scratch, count * sizeof *rooms), *seqs = arena_alloc(scratch, count * sizeof *seqs);
  bool *certain = arena_alloc(scratch, count * sizeof *certain);
  if (!rooms || !seqs || !certain) return;
  for (size_t i = 0; i < count; i++) {
    rooms[i] = search->rooms[picks[i].room].key;
    seqs[i] = picks[i].seq;
    certain[i] = picks[i].certain;
  }
  struct ask ask = ask_begin(context, look_sql);
  ask_ints(&ask, rooms, count, scratch);
  ask_ints(&ask, seqs, count, scratch);
  ask_bools(&ask, certain, count, scratch);
  while (ask_row(&ask)) {
    size_t place = (size_t)ask_get_int(&ask, 0) - 1;
    if (place >= count) continue;
    struct search_pick *pick = &picks[place];
    pick->at = ask_get_int(&ask, 1);
    pick->member = ask_get_int(&ask, 2);
    pick->text = ask_get_text(&ask, 3, scratch);
    pick->edited = !ask_is_absent(&ask, 4);
  }
  ask_end(&ask);
}

static size_t fill(void *context, struct search *search) {
  return pages_fill_hits(context, search);
}

static const struct search_driver driver = {find_rooms, seek, find_edited, find_blocks, look, fill};

enum reason postgres_search(struct postgres *self, struct store_job *job) {
  struct terms *cutter = postgres_cutter(self);
  if (!cutter) return REASON_NONE;
  struct clock system = clock_system();

  return search_run(&driver, self, cutter, self->clock ? self->clock : &system, job);
}
