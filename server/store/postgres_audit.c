/* The log of what moderators and operators did, as those see it who may. */
#include "postgres.h"
#include "records.h"

static const char list_sql[] = "SELECT * FROM club_audits_1($1, $2, $3, $4, $5, $6, $7)";
static const char those_sql[] = "SELECT " MEMBERS_SELECT ", club_rights_1(key, $2) FROM member WHERE key = ANY ($1)";

static struct ask ask_list(struct postgres *self, const struct store_audit *wish, size_t limit) {
  struct ask ask = ask_begin(self, list_sql);
  ask_int(&ask, wish->asker);
  ask_text(&ask, wish->room);
  ask_int(&ask, wish->member);
  ask_int(&ask, wish->before > 0 ? wish->before : INT64_MAX);
  ask_int(&ask, wish->key);
  ask_int(&ask, (int64_t)limit + 1);
  ask_now(&ask);
  return ask;
}

static size_t take_record(void *context, const struct ask *ask, void *place) {
  struct arena *arena = context;
  struct audit_record *record = place;
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
  return records_audit_bytes(record);
}

enum reason postgres_audit_list(struct postgres *self, struct store_job *job) {
  struct store_audit *wish = &job->audit;
  struct records page;
  if (!records_begin(&page, job->arena, sizeof *wish->records, wish->limit, LIMIT_AUDIT_PAGE)) return REASON_NONE;
  struct ask ask = ask_list(self, wish, page.limit);
  enum reason reason = records_take_page(&ask, &page, take_record, job->arena);
  wish->records = page.first;
  wish->count = page.count;
  wish->more = page.more;
  return reason;
}

/* ---- to whom it was done ---- */

static struct audit_record *take_act(struct ask *ask, struct arena *arena) {
  struct audit_record *act = arena_alloc(arena, sizeof *act);
  bool found = act && ask_row(ask) && ask_get_reason(ask, 0) == REASON_NONE;
  if (found) (void)take_record(arena, ask, act);
  return found ? act : NULL;
}

enum reason postgres_acted(struct postgres *self, struct store_job *job) {
  struct store_acted *acted = &job->acted;
  const struct store_audit one = {.key = acted->key};
  struct ask act = ask_list(self, &one, 1);
  ask_send(&act);
  struct ask those = ask_begin(self, those_sql);
  ask_ints(&those, acted->members, acted->member_count, job->arena);
  ask_now(&those);
  ask_send(&those);
  acted->act = take_act(&act, job->arena);
  ask_end(&act);
  acted->count = 0;
  acted->records = arena_alloc(job->arena, acted->member_count * sizeof *acted->records);
  while (acted->records && acted->count < acted->member_count && ask_row(&those)) {
    members_take(&those, 0, job->arena, &acted->records[acted->count], NULL);
    rights_take(&those, MEMBERS_COLUMNS, job->arena, &acted->records[acted->count++]);
  }
  ask_end(&those);
  return REASON_NONE;
}
