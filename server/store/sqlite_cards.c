/* The directory: cards cut into terms, and finding members by them. */
#include <stdlib.h>

#include "cards.h"
#include "sqlite.h"

/* NULL: the connection has an error. */
struct terms *sqlite_cutter(struct sqlite *self) {
  if (!self->cutter) self->cutter = terms_create();
  if (!self->cutter && self->error == SQLITE_OK) self->error = SQLITE_NOMEM;
  return self->cutter;
}

/* ---- cutting ---- */

static void put_rows(struct sqlite *self, int64_t member, const struct card_rows *rows) {
  for (size_t i = 0; i < rows->cleared_count; i++) {
    struct query query = query_begin(self, SQL_CARD_CLEAR);
    query_int(&query, member);
    query_int(&query, rows->cleared[i]);
    query_run(&query);
  }
  for (size_t i = 0; i < rows->count; i++) {
    struct query query = query_begin(self, SQL_CARD_ADD);
    query_text(&query, rows->terms[i]);
    query_int(&query, member);
    query_int(&query, rows->fields[i]);
    query_run(&query);
  }
}

void card_put(struct sqlite *self, int64_t member, const struct member_record *given, bool whole, struct arena *arena) {
  struct card_rows rows;
  struct terms *cutter = sqlite_cutter(self);
  if (!cutter || !cards_cut(cutter, given, arena, &rows)) return; /* the arena or the connection keeps the failure */
  put_rows(self, member, &rows);
  if (!whole) return;
  struct query query = query_begin(self, SQL_CARD_MARK);
  query_int(&query, member);
  query_int(&query, CARDS_CUTTER);
  query_run(&query);
}

enum reason sqlite_card_cut(struct sqlite *self, struct store_job *job) {
  struct member_record now;
  if (!member_by_key(self, job->member.member.key, job->arena, &now, NULL)) return REASON_NOT_FOUND;
  card_put(self, now.key, &now, true, job->arena);
  return REASON_NONE;
}

/* ---- pages of members ---- */

/* One more than asked for tells whether there are more. */
static bool begin_page(struct store_people *wish, struct arena *arena) {
  wish->count = 0;
  wish->more = false;
  wish->members = arena_alloc(arena, (size_t)wish->limit * sizeof *wish->members);
  return wish->members != NULL;
}

/* False: the page is full. */
static bool keep(struct store_people *wish, const struct member_record *member) {
  if (member->disabled) return true;
  wish->more = wish->count == (size_t)wish->limit;
  if (!wish->more) wish->members[wish->count++] = *member;
  return !wish->more;
}

enum reason sqlite_cards_uncut(struct sqlite *self, struct store_job *job) {
  struct store_people *wish = &job->people;
  if (!begin_page(wish, job->arena)) return REASON_NONE;
  struct query query = query_begin(self, SQL_CARDS_UNCUT);
  query_int(&query, wish->after);
  query_int(&query, CARDS_CUTTER);
  query_int(&query, wish->limit);
  while (wish->count < (size_t)wish->limit && query_row(&query)) {
    member_read(&query, job->arena, &wish->members[wish->count++], NULL);
  }
  query_end(&query);
  return REASON_NONE;
}

static void find_all(struct sqlite *self, struct store_people *wish, struct arena *arena) {
  struct member_record member;
  struct query query = query_begin(self, SQL_MEMBER_AFTER);
  query_int(&query, wish->after);
  while (query_row(&query)) {
    member_read(&query, arena, &member, NULL);
    if (!keep(wish, &member)) break;
  }
  query_end(&query);
}

/* ---- finding by terms ---- */

static void count(struct sqlite *self, struct card_need *needs, size_t number) {
  for (size_t i = 0; i < number; i++) {
    struct query query = query_begin(self, SQL_CARD_COUNT);
    query_text(&query, needs[i].term);
    query_int(&query, needs[i].first);
    query_int(&query, needs[i].last);
    query_int(&query, CARDS_RARE + 1);
    needs[i].count = query_number(&query, 0);
  }
}

static bool has(struct sqlite *self, const struct card_need *need, int64_t member) {
  struct query query = query_begin(self, SQL_CARD_HAS);
  query_text(&query, need->term);
  query_int(&query, member);
  query_int(&query, need->first);
  query_int(&query, need->last);
  return query_number(&query, 0) > 0;
}

static bool has_all(struct sqlite *self, const struct card_need *needs, size_t number, int64_t member) {
  for (size_t i = 0; i < number; i++)
    if (!has(self, &needs[i], member)) return false;
  return true;
}

/* Those who have the term, after one of them. */
static struct query begin_members(struct sqlite *self, const struct card_need *need, int64_t after, int64_t limit) {
  struct query query = query_begin(self, SQL_CARD_MEMBERS);
  query_text(&query, need->term);
  query_int(&query, after);
  query_int(&query, need->first);
  query_int(&query, need->last);
  query_int(&query, limit);
  return query;
}

static bool keep_by_key(struct sqlite *self, struct store_people *wish, int64_t key, struct arena *arena) {
  struct member_record member;
  return !member_by_key(self, key, arena, &member, NULL) || keep(wish, &member);
}

/* By key: those who have the rarest term are asked for the others. */
static void find_by_key(struct sqlite *self, struct store_people *wish, const struct card_search *search,
                        struct arena *arena) {
  int64_t last = 0;
  struct query query = begin_members(self, &search->needs[0], wish->after, INT64_MAX);
  while (query_row(&query)) {
    int64_t member = query_get_int(&query, 0);
    if (member == last) continue; /* in another field, too */
    last = member;
    if (!has_all(self, search->needs + 1, search->need_count - 1, member)) continue;
    if (!keep_by_key(self, wish, member, arena)) break;
  }
  query_end(&query);
}

/* ---- finding by how well it fits ---- */

struct fit {
  int64_t member, terms;
};

static int by_member(const void *a, const void *b) {
  const struct fit *left = a, *right = b;
  return (left->member > right->member) - (left->member < right->member);
}

static int by_fit(const void *a, const void *b) {
  const struct fit *left = a, *right = b;
  if (left->terms != right->terms) return left->terms > right->terms ? -1 : 1;
  return by_member(a, b);
}

static size_t read_fits(struct sqlite *self, const struct card_search *search, struct fit *fits) {
  size_t found = 0;
  for (size_t i = 0; i < search->weighed_count; i++) {
    struct query query = begin_members(self, &search->weighed[i], 0, CARDS_RARE);
    while (query_row(&query)) fits[found++] = (struct fit){query_get_int(&query, 0), 1};
    query_end(&query);
  }
  return found;
}

/* Each member once, the best first. */
static size_t order_fits(struct fit *fits, size_t found) {
  size_t kept = 0;
  qsort(fits, found, sizeof *fits, by_member);
  for (size_t i = 0; i < found; i++) {
    if (kept > 0 && fits[kept - 1].member == fits[i].member)
      fits[kept - 1].terms++;
    else
      fits[kept++] = fits[i];
  }
  qsort(fits, kept, sizeof *fits, by_fit);
  return kept;
}

/* Where the page begins; behind the end when that member is not found any more. */
static size_t place_behind(const struct fit *fits, size_t number, int64_t after) {
  if (after == 0) return 0;
  for (size_t i = 0; i < number; i++)
    if (fits[i].member == after) return i + 1;
  return number;
}

static void find_by_fit(struct sqlite *self, struct store_people *wish, const struct card_search *search,
                        struct arena *arena) {
  struct fit *fits = malloc((CARDS_LOOKED_AT + CARDS_COMMON * CARDS_RARE) * sizeof *fits);
  if (!fits) {
    self->error = SQLITE_NOMEM;
    return;
  }
  size_t found = order_fits(fits, read_fits(self, search, fits));
  for (size_t i = place_behind(fits, found, wish->after); i < found && self->error == SQLITE_OK; i++) {
    if (!has_all(self, search->needs, search->need_count, fits[i].member)) continue;
    if (!keep_by_key(self, wish, fits[i].member, arena)) break;
  }
  free(fits);
}

enum reason sqlite_member_find(struct sqlite *self, struct store_job *job) {
  struct store_people *wish = &job->people;
  struct card_search search;
  struct terms *cutter = sqlite_cutter(self);
  if (!cutter || !begin_page(wish, job->arena) || !cards_ask(cutter, wish, job->arena, &search)) return REASON_NONE;
  count(self, search.needs, search.need_count);
  count(self, search.weighed, search.weighed_count);
  cards_plan(&search);
  if (search.nobody) return REASON_NONE;
  if (search.weighed_count > 0)
    find_by_fit(self, wish, &search, job->arena);
  else if (search.need_count > 0)
    find_by_key(self, wish, &search, job->arena);
  else
    find_all(self, wish, job->arena);
  return REASON_NONE;
}
