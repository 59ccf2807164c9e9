#include "finding.h"

#include <stdlib.h>
#include <string.h>

#include "club/club.h"

#define LONG_TERM 6   /* bytes of a term that may be the beginning of what is asked for */
#define LONGER_STEM 4 /* bytes that are asked for beyond it */

/* ---- what is asked for ---- */

void finding_begin(struct finding *finding, struct terms *cutter, struct store_job *job) {
  *finding = (struct finding){.wish = &job->finding, .arena = job->arena, .cutter = cutter};
  finding->wish->count = 0;
  finding->wish->more = false;
  if (!job->finding.text.data) return;
  terms_cut_for(cutter, job->finding.text, TERMS_ASKED, job->arena);
  size_t count = terms_unique(cutter);
  for (size_t i = 0; i < count && i < FINDING_TERMS; i++)
    finding->asked[finding->asked_count++] = arena_copy(job->arena, terms_list(cutter)[i].text);
}

/* ---- does a room fit? ---- */

/* Whoever types has perhaps not typed the whole word; and of a name as of Kazakhstan the stem of one form is shorter than
 * that of another. */
static bool agrees(struct slice term, struct slice asked) {
  size_t size = term.size < asked.size ? term.size : asked.size;
  if (memcmp(term.data, asked.data, size) != 0) return false;
  return term.size >= asked.size || (term.size >= LONG_TERM && asked.size - term.size <= LONGER_STEM);
}

static void look(struct finding *finding, struct slice text, bool seen[FINDING_TERMS]) {
  size_t count = text.size ? terms_cut_for(finding->cutter, text, TERMS_STORED, finding->arena) : 0;
  const struct term *terms = terms_list(finding->cutter);
  for (size_t i = 0; i < count; i++) {
    for (size_t a = 0; a < finding->asked_count; a++) {
      if (agrees(terms[i].text, finding->asked[a])) seen[a] = true;
    }
  }
}

static bool all_are(const struct finding *finding, const bool seen[FINDING_TERMS]) {
  for (size_t i = 0; i < finding->asked_count; i++)
    if (!seen[i]) return false;
  return true;
}

static void look_at_names(struct finding *finding, const struct club_part *part, bool seen[FINDING_TERMS]) {
  if (!part) return;
  const char *const names[] = {part->names.en, part->names.ru, part->names.zh};
  for (size_t i = 0; i < 3; i++)
    if (names[i]) look(finding, slice_of(names[i]), seen);
}

/* Of the club's own rooms those that it has now: an older club file may have had others. */
static bool is_there(const struct finding *finding, const struct finding_room *room, const struct club_part **country,
                     const struct club_part **sector) {
  *country = *sector = NULL;
  return club_room_parts(finding->wish->club, room->id, country, sector) || room->kind == ROOM_CUSTOM;
}

static bool is_part(struct slice wish, const struct club_part *part) {
  return !wish.data || (part && slice_equal(wish, slice_of(part->id)));
}

static bool has_words(struct finding *finding, struct finding_room *room, const struct club_part *country,
                      const struct club_part *sector, struct slice title, struct slice topic) {
  bool seen[FINDING_TERMS] = {false};
  if (!finding->wish->text.data) return true;
  if (finding->asked_count == 0) return false;
  look(finding, title, seen);
  look_at_names(finding, country, seen);
  look_at_names(finding, sector, seen);
  room->by_topic = !all_are(finding, seen);
  if (room->by_topic) look(finding, topic, seen);
  return all_are(finding, seen);
}

static struct finding_room *next_place(struct finding *finding) {
  if (finding->count == finding->capacity) {
    size_t capacity = finding->capacity ? 2 * finding->capacity : 256;
    struct finding_room *rooms = arena_alloc(finding->arena, capacity * sizeof *rooms);
    if (!rooms) return NULL;
    if (finding->count) memcpy(rooms, finding->rooms, finding->count * sizeof *rooms);
    finding->rooms = rooms;
    finding->capacity = capacity;
  }
  return &finding->rooms[finding->count];
}

void finding_add(struct finding *finding, const struct finding_room *room, struct slice title, struct slice topic) {
  const struct store_finding *wish = finding->wish;
  const struct club_part *country, *sector;
  struct finding_room found = *room;
  if (wish->has_kind && wish->kind != room->kind) return;
  if (!is_there(finding, room, &country, &sector)) return;
  if (!is_part(wish->country, country) || !is_part(wish->sector, sector)) return;
  if (!has_words(finding, &found, country, sector, title, topic)) return;
  found.id = arena_copy(finding->arena, room->id);
  struct finding_room *place = found.id.data ? next_place(finding) : NULL;
  if (!place) return;
  *place = found;
  finding->count++;
}

/* ---- the page ---- */

static int compare_numbers(int64_t a, int64_t b) {
  return (a > b) - (a < b);
}

static int compare_ids(struct slice a, struct slice b) {
  int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
  return order ? order : compare_numbers((int64_t)a.size, (int64_t)b.size);
}

/* What is called so, then what is about it; where somebody spoke last; then what moderators made, countries, sectors,
 * crossings. */
static int compare(const void *left, const void *right) {
  static const int places[] = {[ROOM_CUSTOM] = 0, [ROOM_COUNTRY] = 1, [ROOM_SECTOR] = 2, [ROOM_PAIR] = 3};
  const struct finding_room *a = left, *b = right;
  if (a->by_topic != b->by_topic) return a->by_topic ? 1 : -1;
  if (a->at != b->at) return compare_numbers(b->at, a->at);
  if (a->kind != b->kind) return compare_numbers(places[a->kind], places[b->kind]);
  return compare_ids(a->id, b->id);
}

/* Where the page behind this room begins; 0: it is not among them. */
static size_t behind(const struct finding *finding, struct slice after) {
  for (size_t i = 0; i < finding->count; i++)
    if (slice_equal(finding->rooms[i].id, after)) return i + 1;
  return 0;
}

enum reason finding_end(struct finding *finding, struct slice *ids, size_t *count) {
  struct store_finding *wish = finding->wish;
  *count = 0;
  if (finding->count > 0) qsort(finding->rooms, finding->count, sizeof *finding->rooms, compare);
  size_t begin = wish->after.data ? behind(finding, wish->after) : 0;
  if (wish->after.data && begin == 0) return REASON_CONFLICT;
  for (size_t i = begin; i < finding->count && *count < (size_t)wish->limit; i++)
    ids[(*count)++] = finding->rooms[i].id;
  wish->more = begin + *count < finding->count;
  return REASON_NONE;
}
