/* Finding rooms. */
#include "finding.h"
#include "page.h"
#include "postgres.h"

static const char barred_sql[] = "SELECT club_is_shut_1($1, $2)";
static const char rooms_sql[] = FINDING_ROOMS("club_now_1($2)");
static const char describe_sql[] =
    "SELECT " ROOMS_SEEN_BY("$2") " FROM unnest($1::text[]) WITH ORDINALITY AS wish(id, place), "
                                  "LATERAL club_describe_2(wish.id, $2, $3) AS seen ORDER BY wish.place";

static bool is_barred(struct postgres *self, int64_t member) {
  struct ask ask = ask_begin(self, barred_sql);
  ask_int(&ask, member);
  ask_now(&ask);
  return ask_number(&ask, 0) != 0;
}

static void walk_rooms(struct postgres *self, struct finding *finding) {
  struct ask ask = ask_begin(self, rooms_sql);
  ask_int(&ask, finding->wish->member);
  ask_now(&ask);
  while (ask_row(&ask)) {
    struct finding_room room = {
        .id = ask_peek_text(&ask, 0), .kind = (enum room_kind)ask_get_int(&ask, 1), .at = ask_get_int(&ask, 2)};
    finding_add(finding, &room, ask_peek_text(&ask, 3), ask_peek_text(&ask, 4));
  }
  ask_end(&ask);
}

enum reason postgres_room_find(struct postgres *self, struct store_job *job) {
  struct store_finding *wish = &job->finding;
  struct slice ids[LIMIT_HISTORY];
  size_t count = 0;
  struct terms *cutter = postgres_cutter(self);
  struct finding finding;
  if (!cutter) return REASON_NONE;
  if (is_barred(self, wish->member)) return REASON_FORBIDDEN;
  wish->limit = page_limit(wish->limit);
  finding_begin(&finding, cutter, job);
  walk_rooms(self, &finding);
  enum reason reason = finding_end(&finding, ids, &count);
  if (reason != REASON_NONE || count == 0) return reason;
  struct ask ask = ask_begin(self, describe_sql);
  ask_texts(&ask, ids, count, job->arena);
  ask_int(&ask, wish->member);
  ask_now(&ask);
  rooms_take_list(&ask, job->arena, &wish->records, &wish->count);
  return REASON_NONE;
}
