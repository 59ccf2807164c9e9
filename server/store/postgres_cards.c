/* The directory: cards cut into terms, and finding members by them. */
#include "cards.h"
#include "postgres_write.h"
#include "words.h"

static const char cut_sql[] = "SELECT * FROM club_recut_1($1, $2, $3, $4, $5, $6)";
static const char uncut_sql[] =
    "SELECT " MEMBERS_SELECT " FROM member WHERE key > $1 AND NOT EXISTS "
    "(SELECT FROM card_cut c WHERE c.member = member.key AND c.cutter = $2) ORDER BY key LIMIT $3";

/* How many have each of the terms, up to a number. */
static const char count_sql[] =
    "SELECT (SELECT count(*) FROM (SELECT FROM card_term c WHERE c.term = need.term "
    "AND c.field BETWEEN need.first AND need.last LIMIT $4) AS found) "
    "FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS need(term, first, last, place) ORDER BY place";

/* Does `member` have all the terms of three arrays? */
#define HAS_ALL(member, terms, firsts, lasts) \
  "NOT EXISTS (SELECT FROM unnest(" terms "::text[], " firsts "::bigint[], " lasts \
  "::bigint[]) AS need(term, first, last) " \
  "WHERE NOT EXISTS (SELECT FROM card_term h WHERE h.term = need.term AND h.member = " member \
  " AND h.field BETWEEN need.first AND need.last)) "
#define FACE(member) \
  "JOIN LATERAL (SELECT " MEMBERS_SELECT " FROM member WHERE key = " member " AND disabled = 0) AS face ON true "

static const char all_sql[] =
    "SELECT " MEMBERS_SELECT " FROM member WHERE key > $1 AND disabled = 0 ORDER BY key LIMIT $2";
/* Those who have the first term in more than one field come once. */
static const char by_key_sql[] =
    "SELECT face.* FROM (SELECT d.member FROM card_term d WHERE d.term = $1 AND d.field BETWEEN $2 AND $3 "
    "AND d.member > $4 AND NOT EXISTS (SELECT FROM card_term e WHERE e.term = d.term AND e.member = d.member "
    "AND e.field >= $2 AND e.field < d.field) ORDER BY d.member) AS found " FACE("found.member") "WHERE " HAS_ALL(
        "found.member", "$5", "$6", "$7") "ORDER BY found.member LIMIT $8";
static const char by_fit_sql[] =
    "WITH fit AS MATERIALIZED (SELECT each_one.member, count(*) AS terms "
    "FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS weighed(term, first, last) CROSS JOIN LATERAL "
    "(SELECT c.member FROM card_term c WHERE c.term = weighed.term AND c.field BETWEEN weighed.first AND weighed.last "
    "ORDER BY c.member LIMIT $4) AS each_one GROUP BY each_one.member) "
    "SELECT face.* FROM (SELECT fit.member, fit.terms FROM fit WHERE $5 = 0 OR EXISTS (SELECT FROM fit AS last "
    "WHERE last.member = $5 AND (fit.terms < last.terms OR (fit.terms = last.terms AND fit.member > last.member))) "
    "ORDER BY fit.terms DESC, fit.member) AS found " FACE("found.member") "WHERE " HAS_ALL(
        "found.member", "$6", "$7", "$8") "ORDER BY found.terms DESC, found.member LIMIT $9";

struct terms *postgres_cutter(struct postgres *self) {
  if (!self->cutter) self->cutter = terms_create();
  if (!self->cutter && self->error == POSTGRES_FINE) self->error = POSTGRES_MEMORY;
  return self->cutter;
}

/* ---- cutting ---- */

void cards_ask_rows(struct ask *ask, const struct member_record *given, bool whole, struct arena *arena) {
  struct card_rows rows = {.count = 0};
  struct terms *cutter = postgres_cutter(ask->connection);
  if (cutter && !cards_cut(cutter, given, arena, &rows)) rows = (struct card_rows){.count = 0}; /* the arena says so */
  ask_ints(ask, rows.cleared, rows.cleared_count, arena);
  ask_texts(ask, rows.terms, rows.count, arena);
  ask_ints(ask, rows.fields, rows.count, arena);
  ask_int_or_none(ask, whole ? CARDS_CUTTER : 0);
}

static struct slice or_empty(struct slice text) {
  return text.data ? text : (struct slice){"", 0};
}

struct ask cards_ask_cut(struct postgres *self, struct store_job *job) {
  const struct member_record *member = &job->member.member;
  const struct slice texts[] = {or_empty(member->login),
                                or_empty(member->name),
                                or_empty(member->title),
                                or_empty(member->company),
                                or_empty(member->about),
                                or_empty(member->offers),
                                or_empty(member->seeks),
                                or_empty(member->country),
                                or_empty(words_join(member->sectors, job->arena)),
                                or_empty(words_join(member->languages, job->arena))};
  struct ask ask = ask_begin(self, cut_sql);
  ask_int(&ask, member->key);
  ask_texts(&ask, texts, sizeof texts / sizeof *texts, job->arena);
  cards_ask_rows(&ask, member, true, job->arena);
  return ask;
}

enum reason cards_take_cut(struct store_job *job, struct ask *ask) {
  (void)job;
  return write_reason(ask);
}

/* ---- finding ---- */

static void ask_needs(struct ask *ask, const struct card_need *needs, size_t count, struct arena *arena) {
  struct slice *terms = arena_alloc(arena, (count + 1) * sizeof *terms);
  int64_t *firsts = arena_alloc(arena, (count + 1) * sizeof *firsts);
  int64_t *lasts = arena_alloc(arena, (count + 1) * sizeof *lasts);
  if (!terms || !firsts || !lasts) count = 0; /* the arena says so */
  for (size_t i = 0; i < count; i++) {
    terms[i] = needs[i].term;
    firsts[i] = needs[i].first;
    lasts[i] = needs[i].last;
  }
  ask_texts(ask, terms, count, arena);
  ask_ints(ask, firsts, count, arena);
  ask_ints(ask, lasts, count, arena);
}

static void count(struct postgres *self, struct card_need *needs, size_t number, struct arena *arena) {
  if (number == 0) return;
  struct ask ask = ask_begin(self, count_sql);
  ask_needs(&ask, needs, number, arena);
  ask_int(&ask, CARDS_RARE + 1);
  for (size_t i = 0; i < number && ask_row(&ask); i++) needs[i].count = ask_get_int(&ask, 0);
  ask_end(&ask);
}

static struct ask ask_by_key(struct postgres *self, const struct store_people *wish, const struct card_search *search,
                             struct arena *arena) {
  struct ask ask = ask_begin(self, by_key_sql);
  ask_text(&ask, search->needs[0].term);
  ask_int(&ask, search->needs[0].first);
  ask_int(&ask, search->needs[0].last);
  ask_int(&ask, wish->after);
  ask_needs(&ask, search->needs + 1, search->need_count - 1, arena);
  return ask;
}

static struct ask ask_by_fit(struct postgres *self, const struct store_people *wish, const struct card_search *search,
                             struct arena *arena) {
  struct ask ask = ask_begin(self, by_fit_sql);
  ask_needs(&ask, search->weighed, search->weighed_count, arena);
  ask_int(&ask, CARDS_RARE);
  ask_int(&ask, wish->after);
  ask_needs(&ask, search->needs, search->need_count, arena);
  return ask;
}

static struct ask ask_all(struct postgres *self, const struct store_people *wish) {
  struct ask ask = ask_begin(self, all_sql);
  ask_int(&ask, wish->after);
  return ask;
}

/* The limit is bound last. */
static void take_page(struct ask *ask, struct store_people *wish, struct arena *arena) {
  ask_int(ask, wish->limit + 1);
  wish->members = members_take_page(ask, wish->limit, arena, &wish->count, &wish->more);
}

enum reason postgres_member_find(struct postgres *self, struct store_job *job) {
  struct store_people *wish = &job->people;
  struct card_search search;
  struct terms *cutter = postgres_cutter(self);
  wish->count = 0;
  wish->more = false;
  if (!cutter || !cards_ask(cutter, wish, job->arena, &search)) return REASON_NONE; /* the arena says why */
  count(self, search.needs, search.need_count, job->arena);
  count(self, search.weighed, search.weighed_count, job->arena);
  cards_plan(&search);
  if (search.nobody) return REASON_NONE;
  struct ask ask = search.weighed_count > 0 ? ask_by_fit(self, wish, &search, job->arena)
                   : search.need_count > 0  ? ask_by_key(self, wish, &search, job->arena)
                                            : ask_all(self, wish);
  take_page(&ask, wish, job->arena);
  return REASON_NONE;
}

enum reason postgres_cards_uncut(struct postgres *self, struct store_job *job) {
  struct store_people *wish = &job->people;
  struct ask ask = ask_begin(self, uncut_sql);
  ask_int(&ask, wish->after);
  ask_int(&ask, CARDS_CUTTER);
  take_page(&ask, wish, job->arena);
  return REASON_NONE;
}
