/* The log of what moderators and operators did, as those see it who may. */
#include "page.h"
#include "postgres.h"

#define RECORD_BYTES 320 /* of an encoded record beside its texts */

static const char list_sql[] = "SELECT * FROM club_audits_1($1, $2, $3, $4, $5, $6, $7)";

static struct ask ask_list(struct postgres *self, const struct store_audit *wish, int64_t limit) {
  struct ask ask = ask_begin(self, list_sql);
  ask_int(&ask, wish->asker);
  ask_text(&ask, wish->room);
  ask_int(&ask, wish->member);
  ask_int(&ask, wish->before > 0 ? wish->before : INT64_MAX);
  ask_int(&ask, wish->key);
  ask_int(&ask, limit + 1); /* one more tells whether there are more */
  ask_now(&ask);
  return ask;
}

static void take_record(const struct ask *ask, struct arena *arena, struct audit_record *record) {
  *record = (struct audit_record){
      .key = ask_get_int(ask, 1),
      .at = ask_get_int(ask, 2),
      .by = ask_get_int(ask, 3),
      .by_name = ask_get_text(ask, 4, arena),
      .action = ask_get_text(ask, 5, arena),
      .room = ask_get_text(ask, 6, arena),
      .member = ask_get_int(ask, 7),
      .member_name = ask_get_text(ask, 8, arena),
      .seq = ask_get_int(ask, 9),
      .until = ask_get_int(ask, 10),
      .reason = ask_get_text(ask, 11, arena),
      .detail = ask_get_text(ask, 12, arena),
  };
}

static size_t record_bytes(const struct audit_record *record) {
  return RECORD_BYTES + page_text_bytes(record->by_name) + page_text_bytes(record->member_name) +
         page_text_bytes(record->reason) + record->detail.size;
}

enum reason postgres_audit_list(struct postgres *self, struct store_job *job) {
  struct store_audit *wish = &job->audit;
  int64_t limit = wish->limit < 1 ? 1 : wish->limit > LIMIT_AUDIT_PAGE ? LIMIT_AUDIT_PAGE : wish->limit;
  struct ask ask = ask_list(self, wish, limit);
  size_t bytes = 0;
  enum reason reason = REASON_NONE;
  wish->count = 0;
  wish->more = false;
  wish->records = arena_alloc(job->arena, (size_t)(limit + 1) * sizeof *wish->records);
  while (wish->records && !wish->more && ask_row(&ask)) {
    reason = ask_get_reason(&ask, 0);
    if (reason != REASON_NONE) break;
    take_record(&ask, job->arena, &wish->records[wish->count]);
    bytes += record_bytes(&wish->records[wish->count]);
    wish->more = wish->count == (size_t)limit || (wish->count > 0 && bytes > LIMIT_PAGE_BYTES);
    if (!wish->more) wish->count++;
  }
  ask_end(&ask);
  return reason;
}
