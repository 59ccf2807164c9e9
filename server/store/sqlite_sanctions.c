/* Who is muted or banned, as those see it who moderate there, and each one's own. */
#include "records.h"
#include "sqlite.h"

/* What the asker sees. */
struct view {
  struct sqlite *self;
  struct store_job *job;
  bool own;  /* asks about oneself */
  bool club; /* moderates it */
  struct member_record asker;
  int64_t room; /* asked for; 0: any */
};

/* One who is banned from a room sees there what is the own. */
static enum reason look_at_room(struct sqlite *self, const struct store_sanctions *wish, struct view *view) {
  struct deed deed;
  enum reason reason = rights_check(self, ACT_SEE, wish->asker, wish->room, 0, &deed);
  if (view->own && (reason == REASON_BANNED || (reason == REASON_FORBIDDEN && deed.room))) reason = REASON_NONE;
  if (!reason) view->room = deed.room->key;
  return reason;
}

static enum reason begin_view(struct sqlite *self, struct store_job *job, struct view *view) {
  const struct store_sanctions *wish = &job->sanctions;
  *view = (struct view){.self = self, .job = job, .own = wish->member > 0 && wish->member == wish->asker};
  if (!member_by_key(self, wish->asker, job->arena, &view->asker, NULL)) return REASON_FORBIDDEN;
  rights_fill(self, job->arena, &view->asker);
  if (rights_record_barred(&view->asker)) return REASON_FORBIDDEN;
  if (wish->room.data) return look_at_room(self, wish, view);
  struct rights rights = rights_of(self, wish->asker);
  view->club = standing_of(self, &rights, NULL) >= right_of(ACT_SEE)->in_club;
  return view->own || view->club || view->asker.standings.count ? REASON_NONE : REASON_FORBIDDEN;
}

static bool shows(void *context, const struct query *query) {
  const struct view *view = context;
  const struct store_sanctions *wish = &view->job->sanctions;
  int64_t member = query_get_int(query, 0), key = query_get_int(query, 2);
  if (wish->member > 0 && member != wish->member) return false;
  if (view->room) return key == view->room;
  if (view->own) return true;
  if (key == 0) return view->club;
  struct slice id = query_peek_text(query, 3);
  struct room_row *room;
  return (view->club || rights_moderates(&view->asker, id)) &&
         room_enter(view->self, id, wish->asker, &room) == REASON_NONE;
}

static enum sql choose_list(const struct store_sanctions *wish, const struct view *view) {
  if (wish->member > 0) return SQL_SANCTION_OF_MEMBER;
  if (view->room) return SQL_SANCTION_OF_ROOM;
  return view->club ? SQL_SANCTION_LIST : SQL_SANCTION_MODERATED;
}

/* `after` stands among all; what is asked for begins at its own place. */
static struct query begin_list(struct sqlite *self, const struct store_sanctions *wish, const struct view *view) {
  const struct sanction_place *after = &wish->after;
  enum sql sql = choose_list(wish, view);
  struct query query = query_begin(self, sql);
  if (sql == SQL_SANCTION_OF_MEMBER) {
    bool within = after->member == wish->member, behind = after->member > wish->member;
    query_int(&query, wish->member);
    query_int(&query, behind ? INT64_MAX : within ? after->room : -1);
  } else if (sql == SQL_SANCTION_OF_ROOM) {
    query_int(&query, view->room);
    query_int(&query, after->member);
  } else {
    if (sql == SQL_SANCTION_MODERATED) query_int(&query, wish->asker);
    query_int(&query, after->member);
    query_int(&query, after->room);
  }
  int64_t skipped = view->room && after->room < view->room ? 0 : after->kind;
  query_int(&query, view->room && after->room > view->room ? INT64_MAX : skipped);
  query_int(&query, self->now);
  return query;
}

static void read_record(const struct query *query, struct arena *arena, struct sanction_record *record) {
  *record = (struct sanction_record){
      .place = {query_get_int(query, 0), query_get_int(query, 2), query_get_int(query, 4)},
      .sanction = {.kind = (enum sanction_kind)query_get_int(query, 4),
                   .room = query_get_text(query, 3, arena),
                   .until = query_get_int(query, 9),
                   .reason = query_get_text(query, 7, arena)},
      .since = query_get_int(query, 8),
      .by = query_get_int(query, 5),
      .by_name = query_get_text(query, 6, arena),
      .member_name = query_get_text(query, 1, arena),
  };
}

static size_t read_listed(void *context, const struct query *query, void *record) {
  read_record(query, ((struct view *)context)->job->arena, record);
  return records_sanction_bytes(record);
}

enum reason sqlite_sanction_list(struct sqlite *self, struct store_job *job) {
  static const struct records_view listed = {shows, read_listed};
  struct store_sanctions *wish = &job->sanctions;
  struct view view;
  struct records page;
  wish->count = 0;
  wish->more = false;
  enum reason reason = begin_view(self, job, &view);
  if (reason) return reason;
  if (!records_begin(&page, job->arena, sizeof *wish->records, wish->limit, LIMIT_MEMBERS_PAGE)) return REASON_NONE;
  struct query query = begin_list(self, wish, &view);
  records_read_page(&query, &page, &listed, &view);
  wish->records = page.first;
  wish->count = page.count;
  wish->more = page.more;
  return REASON_NONE;
}
