/* Reports of messages and texts that are held back: sending them, and the queue of those who moderate. */
#include "postgres_write.h"
#include "records.h"

static const char send_sql[] = "SELECT * FROM club_report_1($1, $2, $3, $4, $5, $6, $7, $8)";
static const char hold_sql[] = "SELECT * FROM club_hold_back_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
#define AUTHOR(name) name ".author, " name ".key, " name ".name, " name ".country, " name ".company"
static const char list_sql[] =
    "SELECT list.reason, its_key, its_at, room, seq, its_text, its_reason, reported_before, upheld_before, outcome, note, "
    "settled_at, around, " AUTHOR("sender") ", " AUTHOR("accused") ", " AUTHOR(
        "settler") " FROM club_reports_1($1, $2, $3, $4, $5, $6) AS list "
                   "LEFT JOIN member AS sender ON sender.key = list.sender "
                   "LEFT JOIN member AS accused ON accused.key = list.accused "
                   "LEFT JOIN member AS settler ON settler.key = list.settled_by ORDER BY its_key DESC";

static const char count_sql[] = "SELECT * FROM club_reports_open_1($1, $2, $3)";

/* ---- writing ---- */

struct ask reports_ask_send(struct postgres *self, struct store_job *job) {
  const struct store_report *wish = &job->report;
  struct ask ask = ask_begin(self, send_sql);
  ask_text(&ask, wish->room);
  ask_int(&ask, wish->member);
  ask_int(&ask, wish->seq);
  ask_text(&ask, wish->client_id);
  ask_text(&ask, wish->reason);
  ask_bool(&ask, wish->client_id.size);
  ask_int(&ask, LIMIT_REPORTS_OPEN);
  ask_now(&ask);
  return ask;
}

enum reason reports_take_send(struct store_job *job, struct ask *ask) {
  enum reason reason = write_reason(ask);
  job->report.key = reason == REASON_NONE ? ask_get_int(ask, 1) : 0;
  return reason;
}

struct ask reports_ask_hold(struct postgres *self, struct store_job *job) {
  const struct store_report *wish = &job->report;
  struct ask ask = ask_begin(self, hold_sql);
  ask_text(&ask, wish->room);
  ask_int(&ask, wish->member);
  ask_text(&ask, wish->client_id);
  ask_text(&ask, wish->text);
  ask_int_or_none(&ask, wish->reply_to);
  ask_text(&ask, wish->reason);
  ask_bool(&ask, wish->client_id.size && wish->text.data);
  ask_int(&ask, LIMIT_REPORTS_OPEN);
  ask_int(&ask, RAID_SLOW_SECONDS);
  ask_now(&ask);
  return ask;
}

enum reason reports_take_hold(struct store_job *job, struct ask *ask) {
  struct store_report *wish = &job->report;
  enum reason reason = write_reason(ask);
  wish->key = ask_get_int(ask, 1);
  wish->duplicate = ask_get_int(ask, 2) != 0;
  wish->posted_seq = ask_get_int(ask, 3);
  wish->posted_at = ask_get_int(ask, 4);
  wish->retry_after_ms = ask_get_int(ask, 5);
  return reason;
}

struct slice reports_room(const struct store_job *job) {
  return job->report.room;
}

/* ---- reading ---- */

enum column {
  REASON,
  KEY,
  AT,
  ROOM,
  SEQ,
  TEXT,
  WHY,
  REPORTED,
  UPHELD,
  OUTCOME,
  NOTE,
  SETTLED_AT,
  AROUND,
  SENDER,
  ACCUSED = SENDER + 5,
  SETTLER = ACCUSED + 5
};

static struct author take_author(const struct ask *ask, int first, struct arena *arena) {
  return (struct author){
      .key = ask_get_int(ask, first),
      .member = ask_get_int(ask, first + 1),
      .name = ask_get_text(ask, first + 2, arena),
      .country = ask_get_text(ask, first + 3, arena),
      .company = ask_get_text(ask, first + 4, arena),
  };
}

static void take_record(const struct ask *ask, struct arena *arena, struct report_record *record) {
  *record = (struct report_record){
      .key = ask_get_int(ask, KEY),
      .at = ask_get_int(ask, AT),
      .sender = take_author(ask, SENDER, arena),
      .accused = take_author(ask, ACCUSED, arena),
      .room = ask_get_text(ask, ROOM, arena),
      .seq = ask_get_int(ask, SEQ),
      .text = ask_get_text(ask, TEXT, arena),
      .reason = ask_get_text(ask, WHY, arena),
      .reported_before = ask_get_int(ask, REPORTED),
      .upheld_before = ask_get_int(ask, UPHELD),
      .outcome = ask_get_text(ask, OUTCOME, arena),
      .note = ask_get_text(ask, NOTE, arena),
      .settled_by = take_author(ask, SETTLER, arena),
      .settled_at = ask_get_int(ask, SETTLED_AT),
  };
}

/* Whose list it is. */
struct listing {
  struct postgres *self;
  struct store_job *job;
};

static size_t take_listed(void *context, const struct ask *ask, void *place) {
  struct listing *listing = context;
  struct report_record *record = place;
  struct store_job *job = listing->job;
  take_record(ask, job->arena, record);
  if (ask_get_int(ask, AROUND) != 0) {
    record->around_count =
        pages_take_around(listing->self, record->room, record->seq, job->report.member, job->arena, &record->around);
  }
  return records_report_bytes(record);
}

enum reason postgres_report_list(struct postgres *self, struct store_job *job) {
  struct store_report *wish = &job->report;
  struct listing listing = {self, job};
  struct records page;
  if (!records_begin(&page, job->arena, sizeof *wish->records, wish->limit, LIMIT_REPORTS_PAGE)) return REASON_NONE;
  struct ask ask = ask_begin(self, list_sql);
  ask_int(&ask, wish->member);
  ask_bool(&ask, wish->own);
  ask_bool(&ask, wish->settled);
  ask_int(&ask, wish->before > 0 ? wish->before : INT64_MAX);
  ask_int(&ask, (int64_t)page.limit + 1);
  ask_now(&ask);
  enum reason reason = records_take_page(&ask, &page, take_listed, &listing);
  wish->records = page.first;
  wish->count = page.count;
  wish->more = page.more;
  return reason;
}

enum reason postgres_report_count(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, count_sql);
  ask_int(&ask, job->report.member);
  ask_int(&ask, LIMIT_REPORTS_COUNTED);
  ask_now(&ask);
  bool found = ask_row(&ask);
  enum reason reason = found ? ask_get_reason(&ask, 0) : REASON_NONE;
  job->report.count = found && !reason ? (size_t)ask_get_int(&ask, 1) : 0;
  ask_end(&ask);
  return reason;
}
