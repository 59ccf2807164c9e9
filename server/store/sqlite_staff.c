/* Who moderates a room, and whom a private one lets in. */
#include "records.h"
#include "sqlite.h"

struct view {
  struct sqlite *self;
  struct arena *arena;
  const struct room_row *room;
};

/* Those who may not enter are no staff there. */
static bool shows_staff(void *context, const struct query *query) {
  const struct view *view = context;
  return room_admits(view->self, view->room, query_get_int(query, 0)) == REASON_NONE;
}

static size_t read_member(void *context, const struct query *query, void *place) {
  const struct view *view = context;
  struct staff_record *record = place;
  *record = (struct staff_record){.member = query_get_int(query, 0),
                                  .name = query_get_text(query, 1, view->arena),
                                  .country = query_get_text(query, 2, view->arena),
                                  .company = query_get_text(query, 3, view->arena)};
  return 0;
}

static size_t read_staff(void *context, const struct query *query, void *place) {
  const struct view *view = context;
  struct staff_record *record = place;
  (void)read_member(context, query, place);
  record->role = (enum role)query_get_int(query, 4);
  if (record->role == ROLE_MEMBER) record->room = query_get_text(query, 5, view->arena);
  return 0;
}

static const struct records_view staff = {shows_staff, read_staff}, admitted = {NULL, read_member};

static struct query begin_staff(struct sqlite *self, const struct room_row *room, int64_t after) {
  struct slice id = {room->id, room->id_size}, country = SLICE_NONE, sector = SLICE_NONE;
  if (!right_parts(id, &country, &sector)) country = sector = SLICE_NONE;
  struct query query = query_begin(self, SQL_STAFF);
  query_text(&query, id);
  query_text(&query, country);
  query_text(&query, sector);
  query_int(&query, after);
  return query;
}

static struct query begin_admitted(struct sqlite *self, const struct room_row *room, int64_t after, size_t limit) {
  struct query query = query_begin(self, SQL_ADMITTED);
  query_int(&query, room->key);
  query_int(&query, after);
  query_int(&query, (int64_t)limit + 1); /* one more tells whether there are more */
  return query;
}

static enum reason list(struct sqlite *self, struct store_job *job, const struct room_row *room) {
  struct store_staff *wish = &job->staff;
  struct view view = {self, job->arena, room};
  struct records page;
  bool is_staff = job->kind == STORE_STAFF_LIST;
  if (!records_begin(&page, job->arena, sizeof *wish->records, wish->limit, LIMIT_MEMBERS_PAGE)) return REASON_NONE;
  struct query query =
      is_staff ? begin_staff(self, room, wish->after) : begin_admitted(self, room, wish->after, page.limit);
  records_read_page(&query, &page, is_staff ? &staff : &admitted, &view);
  wish->records = page.first;
  wish->count = page.count;
  wish->more = page.more;
  return REASON_NONE;
}

enum reason sqlite_staff_list(struct sqlite *self, struct store_job *job) {
  struct room_row *room;
  enum reason reason = room_enter(self, job->staff.room, job->staff.asker, &room);
  return reason ? reason : list(self, job, room);
}

enum reason sqlite_admitted_list(struct sqlite *self, struct store_job *job) {
  struct deed deed;
  enum reason reason = rights_check(self, ACT_SEE, job->staff.asker, job->staff.room, 0, &deed);
  if (reason) return reason;
  return deed.room->is_private ? list(self, job, deed.room) : REASON_CONFLICT;
}
