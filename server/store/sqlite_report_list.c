/* The queue of reports, with what their readers need to see; and one's own. */
#include <stdlib.h>

#include "page.h"
#include "records.h"
#include "sqlite_reports.h"

#define AROUND_BYTES (LIMIT_PAGE_BYTES / 2)

struct listing {
  struct sqlite *self;
  struct store_job *job;
  struct member_record asker;
};

/* ---- may it be seen? ---- */

static bool is_of_asker(const struct listing *listing, const struct query *query) {
  const struct store_report *wish = &listing->job->report;
  if (wish->own) return query_get_int(query, 2) == wish->member;
  if (query_get_int(query, 6) == wish->member) return false;
  return rights_moderates(&listing->asker, query_peek_text(query, 3));
}

static bool may_enter(const struct listing *listing, const struct room_row *room) {
  return room_admits(listing->self, room, listing->asker.key) == REASON_NONE;
}

/* ---- one report ---- */

static struct author author_now(const struct listing *listing, int64_t member) {
  if (member == 0) return (struct author){0};
  struct rights rights = rights_of(listing->self, member);
  return author_of(listing->self, &rights, listing->job->arena);
}

static int by_seq(const void *a, const void *b) {
  const struct entry *one = a, *other = b;
  return one->seq < other->seq ? -1 : one->seq > other->seq;
}

/* False: it does not fit any more. */
static bool add_around(struct report_record *record, const struct entry *entry, size_t *bytes) {
  *bytes += page_entry_bytes(entry);
  if (*bytes > AROUND_BYTES) return false;
  record->around[record->around_count++] = *entry;
  return true;
}

/* The nearest ones first, on both sides in turn. */
static void read_around(const struct listing *listing, const struct room_row *room, struct report_record *record) {
  struct sqlite *self = listing->self;
  size_t before_count, behind_count, bytes = 0;
  struct entry *before = page_beside(self, listing->job, room, record->seq, true, &before_count);
  struct entry *behind = page_beside(self, listing->job, room, record->seq, false, &behind_count);
  record->around = arena_alloc(listing->job->arena, 2 * LIMIT_AROUND * sizeof *record->around);
  if (!record->around) return;
  bool fits = true;
  for (size_t i = 0; i < LIMIT_AROUND && fits; i++) {
    if (i < before_count) fits = add_around(record, &before[i], &bytes);
    if (i < behind_count && fits) fits = add_around(record, &behind[i], &bytes);
  }
  qsort(record->around, record->around_count, sizeof *record->around, by_seq);
}

static void read_before(struct sqlite *self, struct report_record *record) {
  struct query query = query_begin(self, SQL_REPORTS_BEFORE);
  query_int(&query, record->accused.member);
  query_int(&query, record->key);
  if (query_row(&query)) {
    record->reported_before = query_get_int(&query, 0);
    record->upheld_before = query_get_int(&query, 1);
  }
  query_end(&query);
}

static void fill(const struct listing *listing, const struct report_row *row, const struct room_row *room,
                 struct report_record *record) {
  bool own = listing->job->report.own, enter = may_enter(listing, room);
  *record = (struct report_record){
      .key = row->key,
      .at = row->at,
      .sender = author_now(listing, row->sender),
      .accused = author_now(listing, row->accused),
      .room = row->room,
      .seq = row->seq,
      .text = row->text,
      .reason = row->reason,
      .outcome = row->outcome,
      .note = row->note,
      .settled_at = row->settled_at,
  };
  const struct entry *message =
      row->seq && (enter || !own) ? page_message(listing->self, listing->job, room, row->seq) : NULL;
  if (message && !message->removed) record->text = message->text;
  if (own) return;
  record->settled_by = author_now(listing, row->settled_by);
  if (row->seq && enter) read_around(listing, room, record);
  read_before(listing->self, record);
}

/* ---- the list ---- */

static enum reason find_asker(struct listing *listing) {
  const struct store_report *wish = &listing->job->report;
  struct member_record *asker = &listing->asker;
  if (!member_by_key(listing->self, wish->member, listing->job->arena, asker, NULL)) return REASON_FORBIDDEN;
  rights_fill(listing->self, listing->job->arena, asker);
  if (rights_record_barred(asker)) return REASON_FORBIDDEN;
  bool moderates = asker->role != ROLE_MEMBER || asker->standings.count > 0;
  return wish->own || moderates ? REASON_NONE : REASON_FORBIDDEN;
}

/* Of a room that the asker may see; what is in a direct talk is for who moderates the club. */
static bool may_see(const struct listing *listing, const struct room_row *room) {
  if (listing->job->report.own || may_enter(listing, room)) return true;
  return room->kind == ROOM_DIRECT && listing->asker.role != ROLE_MEMBER;
}

static bool shows(void *context, const struct query *query) {
  const struct listing *listing = context;
  if (!is_of_asker(listing, query)) return false;
  const struct room_row *room = room_find(listing->self, query_peek_text(query, 3));
  return room && may_see(listing, room);
}

static size_t read_listed(void *context, const struct query *query, void *record) {
  const struct listing *listing = context;
  struct report_row row;
  report_read(query, listing->job->arena, &row);
  const struct room_row *room = room_find(listing->self, row.room);
  if (!room) return 0; /* an error */
  fill(listing, &row, room, record);
  return records_report_bytes(record);
}

static struct query begin_list(const struct listing *listing) {
  const struct store_report *wish = &listing->job->report;
  enum sql sql = wish->own ? SQL_REPORTS_OWN : wish->settled ? SQL_REPORTS_SETTLED : SQL_REPORTS_OPEN;
  struct query query = query_begin(listing->self, sql);
  query_int(&query, wish->before > 0 ? wish->before : INT64_MAX);
  if (!wish->own) return query;
  query_int(&query, wish->member);
  query_int(&query, wish->settled);
  return query;
}

enum reason sqlite_report_list(struct sqlite *self, struct store_job *job) {
  static const struct records_view listed = {shows, read_listed};
  struct store_report *wish = &job->report;
  struct listing listing = {.self = self, .job = job};
  struct records page;
  wish->count = 0;
  wish->more = false;
  enum reason reason = find_asker(&listing);
  if (reason) return reason;
  if (!records_begin(&page, job->arena, sizeof *wish->records, wish->limit, LIMIT_REPORTS_PAGE)) return REASON_NONE;
  struct query query = begin_list(&listing);
  records_read_page(&query, &page, &listed, &listing);
  wish->records = page.first;
  wish->count = page.count;
  wish->more = page.more;
  return REASON_NONE;
}

enum reason sqlite_report_count(struct sqlite *self, struct store_job *job) {
  struct store_report *wish = &job->report;
  struct listing listing = {.self = self, .job = job};
  wish->own = false;
  wish->count = 0;
  enum reason reason = find_asker(&listing);
  if (reason) return reason;
  struct query query = query_begin(self, SQL_REPORTS_OPEN);
  query_int(&query, INT64_MAX);
  while (wish->count < LIMIT_REPORTS_COUNTED && query_row(&query)) {
    if (shows(&listing, &query)) wish->count++;
  }
  query_end(&query);
  return REASON_NONE;
}
