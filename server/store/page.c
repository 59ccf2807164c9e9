#include "page.h"

#include "club/limits.h"
#include "mentions.h"

#define ENTRY_BYTES 320 /* of an encoded entry beside its texts */
#define MENTION_BYTES 24
#define REACTION_BYTES 56

int64_t page_limit(int64_t limit) {
  return limit < 1 ? 1 : limit > LIMIT_HISTORY ? LIMIT_HISTORY : limit;
}

bool page_begin(struct page *page, struct arena *arena, struct slice room, size_t capacity) {
  *page = (struct page){.arena = arena, .capacity = capacity};
  page->room = arena_copy(arena, room);
  page->entries = arena_alloc(arena, capacity * sizeof *page->entries);
  return !arena_failed(arena);
}

struct entry *page_next(struct page *page) {
  struct entry *entry = &page->entries[page->count];
  *entry = (struct entry){.room = page->room};
  return entry;
}

/* ---- what it holds ---- */

/* As JSON writes it: quotes, backslashes and controls take more than themselves. */
size_t page_text_bytes(struct slice text) {
  size_t size = text.size;
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c == '"' || c == '\\') size++;
    if (c < ' ') size += c == '\n' || c == '\t' || c == '\r' ? 1 : 5;
  }
  return size;
}

size_t page_entry_bytes(const struct entry *entry) {
  return ENTRY_BYTES + page_text_bytes(entry->text) + page_text_bytes(entry->reason) + entry->detail.size +
         page_text_bytes(entry->from.name) + page_text_bytes(entry->from.company) + entry->client_id.size +
         entry->mention_count * MENTION_BYTES + entry->reaction_count * REACTION_BYTES;
}

bool page_keep(struct page *page) {
  size_t bytes = page_entry_bytes(&page->entries[page->count]);
  if (page->count > 0 && page->bytes + bytes > LIMIT_PAGE_BYTES) return false;
  page->bytes += bytes;
  page->count++;
  return true;
}

/* ---- parts of an entry ---- */

const struct author *page_author(const struct page *page, int64_t key) {
  for (size_t i = page->count; i-- > 0;) {
    if (page->entries[i].from.key == key) return &page->entries[i].from;
  }
  return NULL;
}

void page_mentions(struct page *page, struct entry *entry, struct slice keys) {
  entry->mentions = mentions_read(keys, page->arena, &entry->mention_count);
}

struct reaction *page_reaction(struct page *page, struct entry *entry) {
  if (!entry->reactions) {
    entry->reactions = arena_alloc(page->arena, LIMIT_EMOJI_OF_MESSAGE * sizeof *entry->reactions);
  }
  if (!entry->reactions || entry->reaction_count == LIMIT_EMOJI_OF_MESSAGE) return NULL;
  return &entry->reactions[entry->reaction_count++];
}

int64_t *page_reactors(struct page *page, struct reaction *reaction) {
  if (reaction->count < 1 || reaction->count > (int64_t)(LIMIT_REACTORS - page->reactors)) return NULL;
  int64_t *members = arena_alloc(page->arena, (size_t)reaction->count * sizeof *members);
  if (members) page->reactors += (size_t)reaction->count;
  return members;
}

/* ---- the whole ---- */

void page_turn(struct page *page) {
  for (size_t i = 0; i < page->count / 2; i++) {
    struct entry other = page->entries[i];
    page->entries[i] = page->entries[page->count - 1 - i];
    page->entries[page->count - 1 - i] = other;
  }
}

void page_answer(const struct page *page, struct store_page *wish, int64_t head) {
  wish->entries = page->entries;
  wish->count = page->count;
  wish->as_of = head;
  wish->more = false;
  if (page->count == 0) return;
  if (wish->after >= 0) {
    wish->more = page->entries[page->count - 1].seq < head;
  } else if (wish->before > 0) {
    wish->more = page->entries[0].seq > 1;
  }
}
