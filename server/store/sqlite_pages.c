/* Pages of a room's log: messages as they stand at the snapshot's head, or the log as it was sent. */
#include "page.h"
#include "sqlite.h"

/* A page that is being filled from a room. */
struct filling {
  struct page page;
  struct sqlite *self;
  int64_t room_key;
  bool for_many;
};

static bool begin(struct filling *filling, struct sqlite *self, struct store_job *job, const struct room_row *room,
                  int64_t capacity) {
  filling->self = self;
  filling->room_key = room->key;
  filling->for_many = false;
  return page_begin(&filling->page, job->arena, (struct slice){room->id, room->id_size}, (size_t)capacity);
}

/* ---- one entry ---- */

static void read_author(struct filling *filling, struct author *author, int64_t key, int64_t member) {
  struct arena *arena = filling->page.arena;
  const struct author *known = page_author(&filling->page, key);
  if (known) {
    *author = *known;
    return;
  }
  author->key = key;
  author->member = member;
  struct query query = query_begin(filling->self, SQL_AUTHOR_GET);
  query_int(&query, key);
  if (query_row(&query)) {
    author->name = query_get_text(&query, 0, arena);
    author->country = query_get_text(&query, 1, arena);
    author->company = query_get_text(&query, 2, arena);
  }
  query_end(&query);
}

static void read_entry(struct filling *filling, const struct query *query, struct entry *entry) {
  struct arena *arena = filling->page.arena;
  entry->seq = query_get_int(query, 0);
  entry->at = query_get_int(query, 1);
  entry->type = (enum entry_type)query_get_int(query, 2);
  entry->client_id = query_get_text(query, 5, arena);
  entry->text = query_get_text(query, 6, arena);
  entry->reply_to = query_get_int(query, 7);
  page_mentions(&filling->page, entry, query_peek_text(query, 8));
  entry->removed = query_get_int(query, 10) != 0;
  entry->target = query_get_int(query, 12);
  entry->target_member = query_get_int(query, 13);
  entry->emoji = query_get_text(query, 14, arena);
  entry->on = query_get_int(query, 15) != 0;
  entry->reason = query_get_text(query, 16, arena);
  entry->action = query_get_text(query, 17, arena);
  entry->until = query_get_int(query, 18);
  entry->detail = query_get_text(query, 19, arena);
  read_author(filling, &entry->from, query_get_int(query, 3), query_get_int(query, 4));
}

/* ---- how a message stands ---- */

static void read_edit(struct filling *filling, struct entry *entry, int64_t seq) {
  struct query query = query_begin(filling->self, SQL_ENTRY_TEXT);
  query_int(&query, filling->room_key);
  query_int(&query, seq);
  if (query_row(&query)) {
    entry->edited_at = query_get_int(&query, 0);
    if (!entry->removed) entry->text = query_get_text(&query, 1, filling->page.arena);
  }
  query_end(&query);
}

static void mark_mine(struct filling *filling, struct entry *entry, int64_t member) {
  struct query query = query_begin(filling->self, SQL_REACTS_OF_MEMBER);
  query_int(&query, filling->room_key);
  query_int(&query, entry->seq);
  query_int(&query, member);
  while (query_row(&query)) {
    struct slice emoji = query_peek_text(&query, 2);
    for (size_t i = 0; i < entry->reaction_count; i++) {
      if (slice_equal(entry->reactions[i].emoji, emoji)) entry->reactions[i].mine = query_get_int(&query, 3) != 0;
    }
  }
  query_end(&query);
}

static void read_reactors(struct filling *filling, const struct entry *entry, struct reaction *reaction) {
  int64_t *members = page_reactors(&filling->page, reaction), count = 0;
  if (!members) return;
  struct query query = query_begin(filling->self, SQL_REACTORS);
  query_int(&query, filling->room_key);
  query_int(&query, entry->seq);
  query_text(&query, reaction->emoji);
  while (count < reaction->count && query_row(&query)) members[count++] = query_get_int(&query, 0);
  query_end(&query);
  if (count == reaction->count) reaction->members = members;
}

static void read_reactions(struct filling *filling, struct entry *entry, int64_t member) {
  struct query query = query_begin(filling->self, SQL_REACTIONS);
  query_int(&query, filling->room_key);
  query_int(&query, entry->seq);
  struct reaction *reaction;
  while (query_row(&query) && (reaction = page_reaction(&filling->page, entry))) {
    reaction->emoji = query_get_text(&query, 0, filling->page.arena);
    reaction->count = query_get_int(&query, 1);
  }
  query_end(&query);
  if (entry->reaction_count) mark_mine(filling, entry, member);
  for (size_t i = 0; filling->for_many && i < entry->reaction_count; i++)
    read_reactors(filling, entry, &entry->reactions[i]);
}

/* ---- pages ---- */

/* False: it does not fit any more. */
static bool add(struct filling *filling, const struct query *query, bool folded, int64_t member) {
  struct entry *entry = page_next(&filling->page);
  read_entry(filling, query, entry);
  if (folded && entry->type == ENTRY_MESSAGE) {
    int64_t edited = query_get_int(query, 9);
    if (edited) read_edit(filling, entry, edited);
    if (query_get_int(query, 11)) read_reactions(filling, entry, member);
  }
  return page_keep(&filling->page);
}

static void fill(struct filling *filling, struct query query, bool folded, int64_t member) {
  const struct page *page = &filling->page;
  query_int(&query, (int64_t)page->capacity);
  while (page->count < page->capacity && query_row(&query) && add(filling, &query, folded, member)) continue;
  query_end(&query);
}

/* Entries after `after` up to `until`, oldest first. */
static void fill_after(struct filling *filling, int64_t after, int64_t until, bool folded, int64_t member) {
  struct query query = query_begin(filling->self, SQL_PAGE_AFTER);
  query_int(&query, filling->room_key);
  query_int(&query, after);
  query_int(&query, until);
  fill(filling, query, folded, member);
}

/* The newest before `before`. */
static void fill_before(struct filling *filling, int64_t before, int64_t member) {
  struct query query = query_begin(filling->self, SQL_PAGE_BEFORE);
  query_int(&query, filling->room_key);
  query_int(&query, before);
  fill(filling, query, true, member);
  page_turn(&filling->page);
}

bool pages_add_message(struct sqlite *self, struct page *page, int64_t room_key, int64_t seq, int64_t member) {
  struct filling filling = {.page = *page, .self = self, .room_key = room_key};
  struct query query = query_begin(self, SQL_PAGE_AFTER);
  query_int(&query, room_key);
  query_int(&query, seq - 1);
  query_int(&query, seq);
  query_int(&query, 1);
  bool kept = query_row(&query) && add(&filling, &query, true, member);
  query_end(&query);
  *page = filling.page;
  return kept;
}

static enum reason answer_page(struct sqlite *self, struct store_job *job, bool joining) {
  struct store_page *wish = &job->page;
  struct room_row *room;
  enum reason reason = room_enter(self, wish->room, wish->member, &room);
  if (reason) return reason;
  if (wish->after > room->head) return REASON_CONFLICT;
  struct filling filling;
  if (!begin(&filling, self, job, room, page_limit(wish->limit))) return REASON_NONE;
  filling.for_many = wish->for_many;
  if (wish->after >= 0) {
    fill_after(&filling, wish->after, room->head, true, wish->member);
  } else {
    fill_before(&filling, wish->before > 0 ? wish->before : room->head + 1, wish->member);
  }
  page_answer(&filling.page, wish, room->head);
  if (joining) room_describe(self, room, wish->member, true, job->arena, &wish->record);
  return REASON_NONE;
}

/* Messages alone, as they stand. `sql`: SQL_MESSAGES_AFTER or _BEFORE `seq`. */
static struct entry *read_messages(struct sqlite *self, struct store_job *job, const struct room_row *room,
                                   enum sql sql, int64_t seq, int64_t limit, size_t *count) {
  struct filling filling;
  *count = 0;
  if (!begin(&filling, self, job, room, limit)) return NULL;
  struct query query = query_begin(self, sql);
  query_int(&query, room->key);
  query_int(&query, seq);
  fill(&filling, query, true, 0);
  *count = filling.page.count;
  return filling.page.entries;
}

const struct entry *page_message(struct sqlite *self, struct store_job *job, const struct room_row *room, int64_t seq) {
  size_t count;
  struct entry *entry = read_messages(self, job, room, SQL_MESSAGES_AFTER, seq - 1, 1, &count);
  return count == 1 && entry->seq == seq ? entry : NULL;
}

struct entry *page_beside(struct sqlite *self, struct store_job *job, const struct room_row *room, int64_t seq,
                          bool before, size_t *count) {
  return read_messages(self, job, room, before ? SQL_MESSAGES_BEFORE : SQL_MESSAGES_AFTER, seq, LIMIT_AROUND, count);
}

enum reason sqlite_join(struct sqlite *self, struct store_job *job) {
  return answer_page(self, job, true);
}

enum reason sqlite_history(struct sqlite *self, struct store_job *job) {
  return answer_page(self, job, false);
}

enum reason sqlite_entries(struct sqlite *self, struct store_job *job) {
  struct store_entries *wish = &job->entries;
  const struct room_row *room = room_find(self, wish->room);
  if (!room) return REASON_NOT_FOUND;
  int64_t count = wish->to - wish->from + 1;
  struct filling filling;
  wish->count = 0;
  if (count < 1) return REASON_NONE;
  if (!begin(&filling, self, job, room, count < PAGE_ENTRIES ? count : PAGE_ENTRIES)) return REASON_NONE;
  fill_after(&filling, wish->from - 1, wish->to, false, 0);
  wish->entries = filling.page.entries;
  wish->count = filling.page.count;
  return REASON_NONE;
}
