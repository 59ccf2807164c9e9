#ifndef STORE_PAGE_H
#define STORE_PAGE_H
/* A page of a room's log that a driver fills: how much it may hold, and what reading an entry is the same for all. */
#include "club/store.h"

struct page {
  struct arena *arena;
  struct slice room;
  struct entry *entries;
  size_t count, capacity, bytes;
  size_t reactors; /* named on it */
};

#define PAGE_ENTRIES 512 /* of STORE_ENTRIES */

/* `limit` as the store takes it: at least 1, at most LIMIT_HISTORY. */
int64_t page_limit(int64_t limit);
/* Nothing in it yet. False: no memory. */
bool page_begin(struct page *page, struct arena *arena, struct slice room, size_t capacity) CLUB_MUST_CHECK;
/* The place of the next entry, emptied; only below the capacity. */
struct entry *page_next(struct page *page);
/* Keeps the entry that stands at page_next's place. False: it does not fit any more. One that opens the page always
 * does. */
bool page_keep(struct page *page) CLUB_MUST_CHECK;
/* What it takes as encoded, about. */
size_t page_text_bytes(struct slice text);
size_t page_entry_bytes(const struct entry *entry);
/* Authors repeat within a page, and their texts are shared. NULL: none yet by this key. */
const struct author *page_author(const struct page *page, int64_t key);
/* `keys` as the store keeps them, with spaces between; ended by a zero byte. */
void page_mentions(struct page *page, struct entry *entry, struct slice keys);
/* An emoji that stands under the entry, oldest first. NULL: too many, or no memory. */
struct reaction *page_reaction(struct page *page, struct entry *entry) CLUB_MUST_CHECK;
/* The place for those `count` who reacted so, by key, on a page for many. NULL: too many, or no memory. */
int64_t *page_reactors(struct page *page, struct reaction *reaction) CLUB_MUST_CHECK;
/* What was filled from the newest on: oldest first now. */
void page_turn(struct page *page);
/* Puts the page of a room whose log ends at `head` into the job. */
void page_answer(const struct page *page, struct store_page *wish, int64_t head);
#endif
