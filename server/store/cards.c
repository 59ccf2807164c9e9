#include "cards.h"

#include <stdlib.h>
#include <string.h>

/* ---- cutting ---- */

static bool add(struct card_rows *rows, struct arena *arena, struct slice term, enum card_field field) {
  if (rows->count >= CARDS_TERMS || term.size == 0) return true;
  struct slice copy = arena_copy(arena, term);
  if (!copy.data) return false;
  rows->terms[rows->count] = copy;
  rows->fields[rows->count++] = field;
  return true;
}

static bool cut_text(struct terms *cutter, struct slice text, enum card_field field, struct arena *arena,
                     struct card_rows *rows) {
  if (!text.data) return true;
  rows->cleared[rows->cleared_count++] = field;
  terms_cut_for(cutter, text, TERMS_STORED, arena);
  size_t count = terms_unique(cutter);
  for (size_t i = 0; i < count; i++)
    if (!add(rows, arena, terms_list(cutter)[i].text, field)) return false;
  return !arena_failed(arena);
}

static bool put_codes(const struct slice *codes, size_t count, enum card_field field, struct arena *arena,
                      struct card_rows *rows) {
  if (!codes || (count > 0 && !codes[0].data)) return true;
  rows->cleared[rows->cleared_count++] = field;
  for (size_t i = 0; i < count; i++)
    if (!add(rows, arena, codes[i], field)) return false;
  return true;
}

bool cards_cut(struct terms *cutter, const struct member_record *member, struct arena *arena, struct card_rows *rows) {
  const struct slice texts[] = {member->login, member->name,   member->title, member->company,
                                member->about, member->offers, member->seeks};
  *rows = (struct card_rows){.terms = arena_alloc(arena, CARDS_TERMS * sizeof *rows->terms),
                             .fields = arena_alloc(arena, CARDS_TERMS * sizeof *rows->fields)};
  if (!rows->terms || !rows->fields) return false;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!cut_text(cutter, texts[i], CARD_LOGIN + (enum card_field)i, arena, rows)) return false;
  return put_codes(&member->country, 1, CARD_COUNTRY, arena, rows) &&
         put_codes(member->sectors.items, member->sectors.count, CARD_SECTORS, arena, rows) &&
         put_codes(member->languages.items, member->languages.count, CARD_LANGUAGES, arena, rows);
}

/* ---- asking ---- */

static bool ask_text(struct terms *cutter, struct slice text, const struct card_need *pattern, struct arena *arena,
                     struct card_need *needs, size_t *need_count, bool *nobody) {
  if (!text.data) return true;
  terms_cut_for(cutter, text, TERMS_ASKED, arena);
  size_t count = terms_unique(cutter);
  if (arena_failed(arena)) return false;
  if (count == 0) *nobody = true;
  for (size_t i = 0; i < count && i < CARDS_ASKED; i++) {
    struct card_need *need = &needs[(*need_count)++];
    *need = *pattern;
    need->term = arena_copy(arena, terms_list(cutter)[i].text);
    if (!need->term.data) return false;
  }
  return true;
}

static void ask_code(struct card_search *search, struct slice code, enum card_field field) {
  if (code.data) search->needs[search->need_count++] = (struct card_need){.term = code, .first = field, .last = field};
}

bool cards_ask(struct terms *cutter, const struct store_people *wish, struct arena *arena, struct card_search *search) {
  static const struct card_need anywhere = {.first = CARD_LOGIN, .last = CARD_TEXTS_END},
                                offers = {.first = CARD_OFFERS, .last = CARD_OFFERS},
                                seeks = {.first = CARD_SEEKS, .last = CARD_SEEKS};
  *search = (struct card_search){0};
  ask_code(search, wish->country, CARD_COUNTRY);
  ask_code(search, wish->sector, CARD_SECTORS);
  ask_code(search, wish->language, CARD_LANGUAGES);
  return ask_text(cutter, wish->text, &anywhere, arena, search->needs, &search->need_count, &search->nobody) &&
         ask_text(cutter, wish->offers, &offers, arena, search->weighed, &search->weighed_count, &search->nobody) &&
         ask_text(cutter, wish->seeks, &seeks, arena, search->weighed, &search->weighed_count, &search->nobody);
}

/* ---- planning ---- */

static int rarer(const void *a, const void *b) {
  const struct card_need *left = a, *right = b;
  if (left->count != right->count) return left->count < right->count ? -1 : 1;
  if (left->first != right->first) return left->first < right->first ? -1 : 1;
  size_t size = left->term.size < right->term.size ? left->term.size : right->term.size;
  int order = memcmp(left->term.data, right->term.data, size);
  return order ? order : (left->term.size > right->term.size) - (left->term.size < right->term.size);
}

/* The common ones tell little, and cost most: they are left out, unless there are no others. */
static size_t worth(const struct card_need *weighed, size_t count) {
  int64_t sum = 0;
  size_t kept = 0;
  while (kept < count && weighed[kept].count <= CARDS_RARE && sum + weighed[kept].count <= CARDS_LOOKED_AT)
    sum += weighed[kept++].count;
  if (kept > 0) return kept;
  return count < CARDS_COMMON ? count : CARDS_COMMON;
}

void cards_plan(struct card_search *search) {
  size_t there = 0;
  qsort(search->needs, search->need_count, sizeof *search->needs, rarer);
  for (size_t i = 0; i < search->weighed_count; i++)
    if (search->weighed[i].count > 0) search->weighed[there++] = search->weighed[i];
  if (search->weighed_count > 0 && there == 0) search->nobody = true;
  qsort(search->weighed, there, sizeof *search->weighed, rarer);
  search->weighed_count = worth(search->weighed, there);
  if (search->need_count > 0 && search->needs[0].count == 0) search->nobody = true;
}
