/* The queue of reports, with what their readers need to see; and one's own. */
#include <stdlib.h>

#include "page.h"
#include "sqlite_reports.h"

#define RECORD_BYTES 640 /* of an encoded record beside its texts and its entries */
#define AROUND_BYTES (LIMIT_PAGE_BYTES / 2)

struct listing {
  struct sqlite *self;
  struct store_job *job;
  struct member_record asker;
  size_t bytes;
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

static size_t record_bytes(const struct report_record *record) {
  size_t bytes = RECORD_BYTES + page_text_bytes(record->text) + page_text_bytes(record->reason) +
                 page_text_bytes(record->note) + page_text_bytes(record->sender.name) +
                 page_text_bytes(record->sender.company) + page_text_bytes(record->accused.name) +
                 page_text_bytes(record->accused.company) + page_text_bytes(record->settled_by.name) +
                 page_text_bytes(record->settled_by.company);
  for (size_t i = 0; i < record->around_count; i++) bytes += page_entry_bytes(&record->around[i]);
  return bytes;
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

/* False: the page is full. */
static bool add(struct listing *listing, const struct query *query, size_t limit) {
  struct store_report *wish = &listing->job->report;
  if (!is_of_asker(listing, query)) return true;
  struct report_row row;
  report_read(query, listing->job->arena, &row);
  const struct room_row *room = room_find(listing->self, row.room);
  if (!room || !may_see(listing, room)) return true;
  wish->more = wish->count == limit;
  if (wish->more) return false;
  struct report_record *record = &wish->records[wish->count];
  fill(listing, &row, room, record);
  listing->bytes += record_bytes(record);
  wish->more = wish->count > 0 && listing->bytes > LIMIT_PAGE_BYTES;
  if (!wish->more) wish->count++;
  return !wish->more;
}

enum reason sqlite_report_list(struct sqlite *self, struct store_job *job) {
  struct store_report *wish = &job->report;
  struct listing listing = {.self = self, .job = job};
  size_t limit = wish->limit < 1 ? 1 : wish->limit > LIMIT_REPORTS_PAGE ? LIMIT_REPORTS_PAGE : (size_t)wish->limit;
  wish->count = 0;
  wish->more = false;
  enum reason reason = find_asker(&listing);
  if (reason) return reason;
  wish->records = arena_alloc(job->arena, limit * sizeof *wish->records);
  if (!wish->records) return REASON_NONE;
  struct query query = query_begin(self, wish->settled ? SQL_REPORTS_SETTLED : SQL_REPORTS_OPEN);
  query_int(&query, wish->before > 0 ? wish->before : INT64_MAX);
  while (query_row(&query) && add(&listing, &query, limit)) continue;
  query_end(&query);
  return REASON_NONE;
}
