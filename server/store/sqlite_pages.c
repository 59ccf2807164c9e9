/* Pages of a room's log: messages as they stand at the snapshot's head, or the log as it was sent. */
#include <stdlib.h>

#include "sqlite.h"

#define ENTRY_BYTES 320 /* of an encoded entry beside its texts */
#define ENTRIES_LIMIT 512

/* A page that is being filled. */
struct page {
  struct sqlite *self;
  struct arena *arena;
  struct slice room;
  int64_t room_key;
  struct entry *entries;
  size_t count, capacity, bytes;
};

static bool page_begin(struct page *page, struct sqlite *self, struct store_job *job, const struct room_row *room,
                       size_t capacity) {
  *page = (struct page){.self = self, .arena = job->arena, .room_key = room->key, .capacity = capacity};
  page->room = arena_copy(job->arena, (struct slice){room->id, room->id_size});
  page->entries = arena_alloc(job->arena, capacity * sizeof *page->entries);
  return !arena_failed(job->arena);
}

/* ---- one entry ---- */

/* As JSON writes it: quotes, backslashes and controls take more than themselves. */
static size_t encoded_size(struct slice text) {
  size_t size = text.size;
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c == '"' || c == '\\') size++;
    if (c < ' ') size += c == '\n' || c == '\t' || c == '\r' ? 1 : 5;
  }
  return size;
}

static size_t entry_bytes(const struct entry *entry) {
  return ENTRY_BYTES + encoded_size(entry->text) + encoded_size(entry->reason) + encoded_size(entry->from.name) +
         encoded_size(entry->from.company) + entry->client_id.size + entry->mention_count * 24;
}

static void read_mentions(struct page *page, struct entry *entry, struct slice keys) {
  if (!keys.size) return;
  entry->mentions = arena_alloc(page->arena, LIMIT_MENTIONS * sizeof *entry->mentions);
  const char *at = keys.data;
  while (entry->mentions && *at && entry->mention_count < LIMIT_MENTIONS) {
    char *end;
    int64_t key = strtoll(at, &end, 10);
    if (end == at) return;
    entry->mentions[entry->mention_count++] = key;
    at = end;
  }
}

/* Authors repeat within a page: their texts are shared. */
static void read_author(struct page *page, struct author *author, int64_t key, int64_t member) {
  author->key = key;
  author->member = member;
  for (size_t i = page->count; i-- > 0;) {
    if (page->entries[i].from.key != key) continue;
    *author = page->entries[i].from;
    return;
  }
  struct query query = query_begin(page->self, SQL_AUTHOR_GET);
  query_int(&query, key);
  if (query_row(&query)) {
    author->name = query_get_text(&query, 0, page->arena);
    author->country = query_get_text(&query, 1, page->arena);
    author->company = query_get_text(&query, 2, page->arena);
  }
  query_end(&query);
}

static void read_entry(struct page *page, const struct query *query, struct entry *entry) {
  *entry = (struct entry){
      .room = page->room,
      .seq = query_get_int(query, 0),
      .at = query_get_int(query, 1),
      .type = (enum entry_type)query_get_int(query, 2),
      .client_id = query_get_text(query, 5, page->arena),
      .text = query_get_text(query, 6, page->arena),
      .reply_to = query_get_int(query, 7),
      .removed = query_get_int(query, 10) != 0,
      .target = query_get_int(query, 12),
      .target_member = query_get_int(query, 13),
      .emoji = query_get_text(query, 14, page->arena),
      .on = query_get_int(query, 15) != 0,
      .reason = query_get_text(query, 16, page->arena),
  };
  read_mentions(page, entry, query_peek_text(query, 8));
  read_author(page, &entry->from, query_get_int(query, 3), query_get_int(query, 4));
}

/* ---- how a message stands ---- */

static void read_edit(struct page *page, struct entry *entry, int64_t seq) {
  struct query query = query_begin(page->self, SQL_ENTRY_TEXT);
  query_int(&query, page->room_key);
  query_int(&query, seq);
  if (query_row(&query)) {
    entry->edited_at = query_get_int(&query, 0);
    if (!entry->removed) entry->text = query_get_text(&query, 1, page->arena);
  }
  query_end(&query);
}

static void mark_mine(struct page *page, struct entry *entry, int64_t member) {
  struct query query = query_begin(page->self, SQL_REACTS_OF_MEMBER);
  query_int(&query, page->room_key);
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

static void read_reactions(struct page *page, struct entry *entry, int64_t member) {
  entry->reactions = arena_alloc(page->arena, LIMIT_EMOJI_OF_MESSAGE * sizeof *entry->reactions);
  if (!entry->reactions) return;
  struct query query = query_begin(page->self, SQL_REACTIONS);
  query_int(&query, page->room_key);
  query_int(&query, entry->seq);
  while (entry->reaction_count < LIMIT_EMOJI_OF_MESSAGE && query_row(&query)) {
    struct reaction *reaction = &entry->reactions[entry->reaction_count++];
    reaction->emoji = query_get_text(&query, 0, page->arena);
    reaction->count = query_get_int(&query, 1);
    page->bytes += 56;
  }
  query_end(&query);
  if (entry->reaction_count) mark_mine(page, entry, member);
}

/* ---- pages ---- */

/* False: it does not fit any more. An entry that opens the page always does. */
static bool add(struct page *page, const struct query *query, bool folded, int64_t member) {
  struct entry *entry = &page->entries[page->count];
  size_t bytes_before = page->bytes;
  read_entry(page, query, entry);
  if (folded && entry->type == ENTRY_MESSAGE) {
    int64_t edited = query_get_int(query, 9);
    if (edited) read_edit(page, entry, edited);
    if (query_get_int(query, 11)) read_reactions(page, entry, member);
  }
  page->bytes += entry_bytes(entry);
  if (page->count > 0 && page->bytes > LIMIT_PAGE_BYTES) {
    page->bytes = bytes_before;
    return false;
  }
  page->count++;
  return true;
}

/* Entries after `after` up to `until`, oldest first. */
static void fill_after(struct page *page, int64_t after, int64_t until, bool folded, int64_t member) {
  struct query query = query_begin(page->self, SQL_PAGE_AFTER);
  query_int(&query, page->room_key);
  query_int(&query, after);
  query_int(&query, until);
  query_int(&query, (int64_t)page->capacity);
  while (page->count < page->capacity && query_row(&query) && add(page, &query, folded, member)) continue;
  query_end(&query);
}

/* The newest before `before`, then turned round. */
static void fill_before(struct page *page, int64_t before, int64_t member) {
  struct query query = query_begin(page->self, SQL_PAGE_BEFORE);
  query_int(&query, page->room_key);
  query_int(&query, before);
  query_int(&query, (int64_t)page->capacity);
  while (page->count < page->capacity && query_row(&query) && add(page, &query, true, member)) continue;
  query_end(&query);
  for (size_t i = 0; i < page->count / 2; i++) {
    struct entry other = page->entries[i];
    page->entries[i] = page->entries[page->count - 1 - i];
    page->entries[page->count - 1 - i] = other;
  }
}

static enum reason answer_page(struct sqlite *self, struct store_job *job, bool joining) {
  struct store_page *wish = &job->page;
  const struct room_row *room = room_enter(self, wish->room, wish->member);
  if (!room) return REASON_NOT_FOUND;
  if (wish->after > room->head) return REASON_CONFLICT;
  int64_t limit = wish->limit < 1 ? 1 : wish->limit > LIMIT_HISTORY ? LIMIT_HISTORY : wish->limit;
  struct page page;
  wish->as_of = room->head;
  wish->count = 0;
  wish->more = false;
  if (!page_begin(&page, self, job, room, (size_t)limit)) return REASON_NONE;
  if (wish->after >= 0) {
    fill_after(&page, wish->after, room->head, true, wish->member);
    wish->more = page.count > 0 && page.entries[page.count - 1].seq < room->head;
  } else {
    fill_before(&page, wish->before > 0 ? wish->before : room->head + 1, wish->member);
    wish->more = wish->before > 0 && page.count > 0 && page.entries[0].seq > 1;
  }
  wish->entries = page.entries;
  wish->count = page.count;
  if (joining) room_describe(self, room, wish->member, true, job->arena, &wish->record);
  return REASON_NONE;
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
  struct page page;
  wish->count = 0;
  if (count < 1) return REASON_NONE;
  if (!page_begin(&page, self, job, room, (size_t)(count < ENTRIES_LIMIT ? count : ENTRIES_LIMIT))) return REASON_NONE;
  fill_after(&page, wish->from - 1, wish->to, false, 0);
  wish->entries = page.entries;
  wish->count = page.count;
  return REASON_NONE;
}
