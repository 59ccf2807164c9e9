#include "page.h"
#include "search.h"
#include "sqlite.h"

static void add_room(const struct query *query, struct search *search, bool *more) {
  *more = search_room_add(search, query_get_int(query, 0), query_get_int(query, 2), query_get_int(query, 3),
                          query_peek_text(query, 1));
}

static enum reason find_rooms(void *context, struct search *search) {
  struct sqlite *self = context;
  const struct store_search *wish = search->wish;
  bool one = wish->room.data, more = true;
  if (rights_barred(self, wish->member)) return REASON_FORBIDDEN;
  struct query query = query_begin(self, one ? SQL_SEARCH_ROOM : SQL_SEARCH_ROOMS);
  query_int(&query, wish->member);
  query_int(&query, self->now);
  if (one) query_text(&query, wish->room);
  enum reason reason = one ? REASON_NOT_FOUND : REASON_NONE;
  while (more && query_row(&query)) {
    reason = one && query_get_int(&query, 4) ? REASON_BANNED : REASON_NONE;
    add_room(&query, search, &more);
  }
  query_end(&query);
  return self->error == SQLITE_OK ? reason : REASON_NONE;
}

static int64_t time_of(struct sqlite *self, int64_t room, int64_t seq) {
  struct query query = query_begin(self, SQL_ENTRY_AT);
  query_int(&query, room);
  query_int(&query, seq);
  return query_number(&query, 0);
}

/* A room's times never go back. */
static void seek(void *context, struct search *search, int64_t at) {
  struct sqlite *self = context;
  for (size_t i = 0; i < search->room_count; i++) {
    struct search_room *room = &search->rooms[i];
    int64_t low = 0, high = room->head;
    while (low < high) {
      int64_t middle = (low + high + 1) / 2;
      if (time_of(self, room->key, middle) <= at)
        low = middle;
      else
        high = middle - 1;
    }
    room->next = low + 1;
  }
}

static size_t find_edited(void *context, struct search *search, struct search_pick *picks) {
  struct sqlite *self = context;
  size_t count = 0;
  for (size_t i = 0; i < search->room_count && count < SEARCH_EDITED; i++) {
    const struct search_room *room = &search->rooms[i];
    if (room->head == room->indexed) continue;
    struct query query = query_begin(self, SQL_SEARCH_EDITED);
    query_int(&query, room->key);
    query_int(&query, room->indexed);
    query_int(&query, (int64_t)(SEARCH_EDITED - count));
    while (query_row(&query)) picks[count++] = (struct search_pick){.room = i, .seq = query_get_int(&query, 0)};
    query_end(&query);
  }
  return count;
}

/* False: not all terms stand there. */
static bool read_block(struct sqlite *self, struct search *search, const struct search_room *room, int64_t number,
                       uint64_t bits[SEARCH_WORDS]) {
  for (size_t i = 0; i < search->asked_count; i++) {
    struct query query = query_begin(self, SQL_SEARCH_MARKS);
    query_int(&query, room->key);
    query_int(&query, number);
    query_text(&query, search->asked[i]);
    search->walked++;
    bool found = query_row(&query);
    if (found) search_marks(bits, query_peek_text(&query, 0), i == 0);
    query_end(&query);
    if (!found || !search_bits_any(bits)) return false;
  }
  return true;
}

static void find_blocks(void *context, struct search *search, struct search_want *wants, size_t count, size_t most,
                        struct arena *scratch) {
  struct sqlite *self = context;
  (void)most;
  (void)scratch;
  for (size_t i = 0; i < count && self->error == SQLITE_OK; i++) {
    struct search_want *want = &wants[i];
    const struct search_room *room = &search->rooms[want->room];
    for (int walked = 1; !(want->found = read_block(self, search, room, want->number, want->bits)); walked++) {
      memset(want->bits, 0, sizeof want->bits);
      if (want->number == 0 || walked == SEARCH_WALK || self->error != SQLITE_OK) break;
      want->number--;
    }
  }
}

static struct slice latest_text(struct sqlite *self, int64_t room, int64_t edit, struct arena *arena) {
  struct query query = query_begin(self, SQL_ENTRY_TEXT);
  query_int(&query, room);
  query_int(&query, edit);
  struct slice text = query_row(&query) ? query_get_text(&query, 1, arena) : SLICE_NONE;
  query_end(&query);
  return text;
}

static void look(void *context, struct search *search, struct search_pick *picks, size_t count, struct arena *scratch) {
  struct sqlite *self = context;
  for (size_t i = 0; i < count; i++) {
    struct search_pick *pick = &picks[i];
    const struct search_room *room = &search->rooms[pick->room];
    int64_t edit = 0;
    struct query query = query_begin(self, SQL_SEARCH_LOOK);
    query_int(&query, room->key);
    query_int(&query, pick->seq);
    if (query_row(&query)) {
      pick->at = query_get_int(&query, 0);
      pick->member = query_get_int(&query, 1);
      edit = query_get_int(&query, 4);
      bool message = query_get_int(&query, 3) == ENTRY_MESSAGE && query_get_int(&query, 5) == 0;
      if (message && pick->certain && !edit)
        pick->text = SLICE_LITERAL("");
      else if (message)
        pick->text = query_get_text(&query, 2, scratch);
    }
    query_end(&query);
    pick->edited = edit != 0;
    if (edit && pick->text.data) pick->text = latest_text(self, room->key, edit, scratch);
  }
}

static size_t fill(void *context, struct search *search) {
  struct sqlite *self = context;
  struct page page;
  size_t count = 0;
  if (!page_begin(&page, search->arena, SLICE_NONE, search->hit_count)) return 1;
  for (; count < search->hit_count; count++) {
    const struct search_place *place = &search->hits[count].place;
    page.room = search_room_id(search, place->room);
    if (!pages_add_message(self, &page, place->room, place->seq, search->wish->member)) break;
    search->hits[count].entry = page.entries[count];
  }
  return count ? count : 1;
}

static const struct search_driver driver = {find_rooms, seek, find_edited, find_blocks, look, fill};

enum reason sqlite_search(struct sqlite *self, struct store_job *job) {
  struct terms *cutter = sqlite_cutter(self);
  return cutter ? search_run(&driver, self, cutter, &self->clock, job) : REASON_NONE;
}
