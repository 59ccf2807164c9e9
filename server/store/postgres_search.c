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
static const char blocks_sql[] = "SELECT wish.place, block.its_number, block.complete, index_term.marks "
                                 "FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS wish(room, number, place) "
                                 "CROSS JOIN LATERAL club_blocks_1(wish.room, wish.number, $3, $4, $5) AS block "
                                 "LEFT JOIN index_term ON block.complete AND index_term.room = wish.room "
                                 "AND index_term.block = block.its_number::int AND index_term.term = ANY ($3) "
                                 "ORDER BY wish.place, block.its_number DESC";
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

/* Of one block, with the marks of a term in each row; it is the last row's. */
struct reading {
  size_t place;
  int64_t number;
  uint64_t bits[SEARCH_WORDS];
  size_t terms;
};

/* The first block in which they share a message is the one; else the last one that was looked at. */
static void take_block(const struct reading *reading, struct search_want *want) {
  if (want->found) return;
  want->number = reading->number;
  want->found = reading->terms > 0 && search_bits_any(reading->bits);
  if (want->found) memcpy(want->bits, reading->bits, sizeof want->bits);
}

static void take_blocks(struct ask *ask, struct search *search, struct search_want *wants, size_t count) {
  struct reading reading = {.place = count};
  while (ask_row(ask)) {
    size_t place = (size_t)ask_get_int(ask, 0) - 1;
    int64_t number = ask_get_int(ask, 1);
    if (place != reading.place || number != reading.number) {
      if (reading.place < count) take_block(&reading, &wants[reading.place]);
      reading = (struct reading){.place = place, .number = number};
    }
    if (ask_get_int(ask, 2)) search_marks(reading.bits, ask_peek_text(ask, 3), reading.terms++ == 0);
    search->walked++;
  }
  if (reading.place < count) take_block(&reading, &wants[reading.place]);
}

static void find_blocks(void *context, struct search *search, struct search_want *wants, size_t count, size_t most,
                        struct arena *scratch) {
  int64_t *rooms = arena_alloc(scratch, count * sizeof *rooms),
          *numbers = arena_alloc(scratch, count * sizeof *numbers);
  if (!rooms || !numbers) return;
  for (size_t i = 0; i < count; i++) {
    rooms[i] = search->rooms[wants[i].room].key;
    numbers[i] = wants[i].number;
    search->walked += search->asked_count;
  }
  struct ask ask = ask_begin(context, blocks_sql);
  ask_ints(&ask, rooms, count, scratch);
  ask_ints(&ask, numbers, count, scratch);
  ask_texts(&ask, search->asked, search->asked_count, scratch);
  ask_int(&ask, (int64_t)most);
  ask_int(&ask, SEARCH_WALK);
  take_blocks(&ask, search, wants, count);
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
