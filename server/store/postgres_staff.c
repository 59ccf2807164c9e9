/* Who is muted or banned, who moderates a room, and whom a private one lets in. */
#include "postgres.h"
#include "records.h"

static const char sanctions_sql[] = "SELECT * FROM club_sanctions_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
static const char staff_sql[] = "SELECT * FROM club_staff_1($1, $2, $3, $4, $5)";
static const char admitted_sql[] = "SELECT * FROM club_admitted_1($1, $2, $3, $4, $5, $6)";

/* ---- sanctions ---- */

static struct ask ask_sanctions(struct postgres *self, const struct store_sanctions *wish, size_t limit) {
  struct ask ask = ask_begin(self, sanctions_sql);
  ask_int(&ask, right_of(ACT_SEE)->in_room);
  ask_int(&ask, right_of(ACT_SEE)->in_club);
  ask_int(&ask, wish->asker);
  ask_text(&ask, wish->room);
  ask_int(&ask, wish->member);
  ask_int(&ask, wish->after.member);
  ask_int(&ask, wish->after.room);
  ask_int(&ask, wish->after.kind);
  ask_int(&ask, (int64_t)limit + 1);
  ask_now(&ask);
  return ask;
}

static size_t take_sanction(void *context, const struct ask *ask, void *place) {
  struct arena *arena = context;
  struct sanction_record *record = place;
  *record = (struct sanction_record){
      .place = {ask_get_int(ask, 1), ask_get_int(ask, 3), ask_get_int(ask, 5)},
      .sanction = {.kind = (enum sanction_kind)ask_get_int(ask, 5),
                   .room = ask_get_text(ask, 4, arena),
                   .until = ask_get_int(ask, 10),
                   .reason = ask_get_text(ask, 8, arena)},
      .since = ask_get_int(ask, 9),
      .by = ask_get_int(ask, 6),
      .by_name = ask_get_text(ask, 7, arena),
      .member_name = ask_get_text(ask, 2, arena),
  };
  return records_sanction_bytes(record);
}

enum reason postgres_sanction_list(struct postgres *self, struct store_job *job) {
  struct store_sanctions *wish = &job->sanctions;
  struct records page;
  if (!records_begin(&page, job->arena, sizeof *wish->records, wish->limit, LIMIT_MEMBERS_PAGE)) return REASON_NONE;
  struct ask ask = ask_sanctions(self, wish, page.limit);
  enum reason reason = records_take_page(&ask, &page, take_sanction, job->arena);
  wish->records = page.first;
  wish->count = page.count;
  wish->more = page.more;
  return reason;
}

/* ---- members of a room ---- */

static size_t take_member(void *context, const struct ask *ask, void *place) {
  const struct store_job *job = context;
  struct staff_record *record = place;
  *record = (struct staff_record){.member = ask_get_int(ask, 1),
                                  .name = ask_get_text(ask, 2, job->arena),
                                  .country = ask_get_text(ask, 3, job->arena),
                                  .company = ask_get_text(ask, 4, job->arena)};
  if (job->kind == STORE_STAFF_LIST) {
    record->role = (enum role)ask_get_int(ask, 5);
    record->room = ask_get_text(ask, 6, job->arena);
  }
  return 0;
}

static enum reason list(struct postgres *self, struct store_job *job, const char *sql) {
  struct store_staff *wish = &job->staff;
  struct records page;
  if (!records_begin(&page, job->arena, sizeof *wish->records, wish->limit, LIMIT_MEMBERS_PAGE)) return REASON_NONE;
  struct ask ask = ask_begin(self, sql);
  if (job->kind == STORE_ADMITTED_LIST) ask_int(&ask, right_of(ACT_SEE)->in_room);
  ask_int(&ask, wish->asker);
  ask_text(&ask, wish->room);
  ask_int(&ask, wish->after);
  ask_int(&ask, (int64_t)page.limit + 1);
  ask_now(&ask);
  enum reason reason = records_take_page(&ask, &page, take_member, job);
  wish->records = page.first;
  wish->count = page.count;
  wish->more = page.more;
  return reason;
}

enum reason postgres_staff_list(struct postgres *self, struct store_job *job) {
  return list(self, job, staff_sql);
}

enum reason postgres_admitted_list(struct postgres *self, struct store_job *job) {
  return list(self, job, admitted_sql);
}
