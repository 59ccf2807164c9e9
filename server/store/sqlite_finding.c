/* Finding rooms. */
#include "finding.h"
#include "page.h"
#include "sqlite.h"

static void walk_rooms(struct sqlite *self, struct finding *finding) {
  struct query query = query_begin(self, SQL_FINDING_ROOMS);
  query_int(&query, finding->wish->member);
  query_int(&query, self->now);
  while (query_row(&query)) {
    struct finding_room room = {.id = query_peek_text(&query, 0),
                                .kind = (enum room_kind)query_get_int(&query, 1),
                                .at = query_get_int(&query, 2)};
    finding_add(finding, &room, query_peek_text(&query, 3), query_peek_text(&query, 4));
  }
  query_end(&query);
}

enum reason sqlite_room_find(struct sqlite *self, struct store_job *job) {
  struct store_finding *wish = &job->finding;
  struct slice ids[LIMIT_HISTORY];
  size_t count = 0;
  struct terms *cutter = sqlite_cutter(self);
  struct finding finding;
  if (!cutter) return REASON_NONE;
  if (rights_barred(self, wish->member)) return REASON_FORBIDDEN;
  wish->limit = page_limit(wish->limit);
  finding_begin(&finding, cutter, job);
  walk_rooms(self, &finding);
  enum reason reason = finding_end(&finding, ids, &count);
  wish->records = arena_alloc(job->arena, (count + 1) * sizeof *wish->records);
  for (size_t i = 0; wish->records && i < count; i++) {
    const struct room_row *room = room_find(self, ids[i]);
    if (room) room_describe(self, room, wish->member, true, job->arena, &wish->records[wish->count++]);
  }
  return reason;
}
