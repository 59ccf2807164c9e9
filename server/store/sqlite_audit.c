/* The audit log: every act, added to and never changed. */
#include "records.h"
#include "sqlite.h"

int64_t audit_add(struct sqlite *self, const struct audit_entry *entry) {
  struct query query = query_begin(self, SQL_AUDIT_ADD);
  query_int(&query, self->now);
  query_int_or_none(&query, entry->by);
  query_text(&query, slice_of(entry->action));
  query_int_or_none(&query, entry->room);
  query_int_or_none(&query, entry->member);
  query_int_or_none(&query, entry->seq);
  query_int_or_none(&query, entry->until);
  query_text(&query, entry->reason.size ? entry->reason : SLICE_NONE);
  query_text(&query, entry->detail);
  query_run(&query);
  return sqlite3_last_insert_rowid(self->db);
}

void audit_tell(struct sqlite *self, struct store_job *job, int64_t audit, int64_t member, struct slice room) {
  if (member > 0) club_add(self, job, CLUB_ACTED, member, audit, room);
}

/* ---- reading ---- */

static void read_record(const struct query *query, struct arena *arena, struct audit_record *record) {
  *record = (struct audit_record){
      .key = query_get_int(query, 0),
      .at = query_get_int(query, 1),
      .by = query_get_int(query, 2),
      .by_name = query_get_text(query, 3, arena),
      .action = query_get_text(query, 4, arena),
      .room = query_get_text(query, 5, arena),
      .member = query_get_int(query, 6),
      .member_name = query_get_text(query, 7, arena),
      .seq = query_get_int(query, 8),
      .until = query_get_int(query, 9),
      .reason = query_get_text(query, 10, arena),
      .detail = query_get_text(query, 11, arena),
  };
}

/* Whose acts does the asker see? The operator: all. */
struct view {
  struct arena *arena;
  bool all;
  struct member_record asker;
  int64_t room, member; /* asked for; 0: any */
};

static enum reason begin_view(struct sqlite *self, struct store_job *job, struct view *view) {
  const struct store_audit *wish = &job->audit;
  *view = (struct view){.arena = job->arena, .all = wish->asker == 0, .member = wish->member};
  if (!view->all) {
    if (!member_by_key(self, wish->asker, job->arena, &view->asker, NULL)) return REASON_FORBIDDEN;
    rights_fill(self, job->arena, &view->asker);
    if (rights_record_barred(&view->asker)) return REASON_FORBIDDEN;
    view->all = view->asker.role != ROLE_MEMBER;
  }
  return REASON_NONE;
}

static bool concerns(const struct view *view, const struct audit_record *record) {
  if (view->all || record->member == view->asker.key || record->by == view->asker.key) return true;
  return record->room.size && rights_moderates(&view->asker, record->room);
}

static enum reason answer_one(struct sqlite *self, struct store_job *job, const struct view *view) {
  struct store_audit *wish = &job->audit;
  wish->records = arena_alloc(job->arena, sizeof *wish->records);
  if (!wish->records) return REASON_NONE;
  struct query query = query_begin(self, SQL_AUDIT_BY_KEY);
  query_int(&query, wish->key);
  if (query_row(&query)) {
    read_record(&query, job->arena, wish->records);
    wish->count = concerns(view, wish->records) ? 1 : 0;
  }
  query_end(&query);
  return wish->count ? REASON_NONE : REASON_NOT_FOUND;
}

static enum reason find_room(struct sqlite *self, const struct store_audit *wish, struct view *view) {
  if (!wish->room.data) return view->all || view->asker.standings.count ? REASON_NONE : REASON_FORBIDDEN;
  if (!view->all && !rights_moderates(&view->asker, wish->room)) return REASON_FORBIDDEN;
  const struct room_row *room = room_find(self, wish->room);
  if (!room) return REASON_NOT_FOUND;
  view->room = room->key;
  return REASON_NONE;
}

static struct query begin_list(struct sqlite *self, const struct store_audit *wish, const struct view *view) {
  enum sql sql = view->room ? SQL_AUDIT_OF_ROOM : view->member ? SQL_AUDIT_OF_MEMBER : SQL_AUDIT_LIST;
  struct query query = query_begin(self, sql);
  query_int(&query, wish->before > 0 ? wish->before : INT64_MAX);
  if (sql != SQL_AUDIT_LIST) query_int(&query, view->room ? view->room : view->member);
  return query;
}

static bool shows(void *context, const struct query *query) {
  const struct view *view = context;
  if (view->member && query_get_int(query, 6) != view->member && query_get_int(query, 2) != view->member) return false;
  struct slice room = query_peek_text(query, 5);
  return view->all || (room.size && rights_moderates(&view->asker, room));
}

static size_t read_listed(void *context, const struct query *query, void *record) {
  read_record(query, ((struct view *)context)->arena, record);
  return records_audit_bytes(record);
}

static void fill_list(struct sqlite *self, struct store_job *job, struct view *view) {
  static const struct records_view listed = {shows, read_listed};
  struct store_audit *wish = &job->audit;
  struct records page;
  if (!records_begin(&page, job->arena, sizeof *wish->records, wish->limit, LIMIT_AUDIT_PAGE)) return;
  struct query query = begin_list(self, wish, view);
  records_read_page(&query, &page, &listed, view);
  wish->records = page.first;
  wish->count = page.count;
  wish->more = page.more;
}

enum reason sqlite_audit_list(struct sqlite *self, struct store_job *job) {
  struct store_audit *wish = &job->audit;
  struct view view;
  wish->count = 0;
  wish->more = false;
  enum reason reason = begin_view(self, job, &view);
  if (reason) return reason;
  if (wish->key > 0) return answer_one(self, job, &view);
  reason = find_room(self, wish, &view);
  if (!reason) fill_list(self, job, &view);
  return reason;
}

/* ---- to whom it was done ---- */

static struct audit_record *find_act(struct sqlite *self, int64_t key, struct arena *arena) {
  struct audit_record *act = arena_alloc(arena, sizeof *act);
  struct query query = query_begin(self, SQL_AUDIT_BY_KEY);
  query_int(&query, key);
  bool found = query_row(&query) && act;
  if (found) read_record(&query, arena, act);
  query_end(&query);
  return found ? act : NULL;
}

enum reason sqlite_acted(struct sqlite *self, struct store_job *job) {
  struct store_acted *acted = &job->acted;
  acted->count = 0;
  acted->act = find_act(self, acted->key, job->arena);
  acted->records = arena_alloc(job->arena, acted->member_count * sizeof *acted->records);
  for (size_t i = 0; acted->records && i < acted->member_count; i++) {
    struct member_record *record = &acted->records[acted->count];
    if (!member_by_key(self, acted->members[i], job->arena, record, NULL)) continue;
    rights_fill(self, job->arena, record);
    acted->count++;
  }
  return REASON_NONE;
}
