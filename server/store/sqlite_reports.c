/* Reports of messages, texts that were held back for a look, and how either ends. */
#include "sqlite_reports.h"
#include "detail.h"

void report_read(const struct query *query, struct arena *arena, struct report_row *row) {
  *row = (struct report_row){
      .key = query_get_int(query, 0),
      .at = query_get_int(query, 1),
      .sender = query_get_int(query, 2),
      .room = query_get_text(query, 3, arena),
      .seq = query_get_int(query, 5),
      .accused = query_get_int(query, 6),
      .reason = query_get_text(query, 7, arena),
      .text = query_get_text(query, 8, arena),
      .text_id = query_get_text(query, 9, arena),
      .reply_to = query_get_int(query, 10),
      .outcome = query_get_text(query, 11, arena),
      .note = query_get_text(query, 12, arena),
      .settled_by = query_get_int(query, 13),
      .settled_at = query_get_int(query, 14),
  };
}

static int64_t insert(struct sqlite *self, const struct report_row *row, struct slice client_id, int64_t room) {
  struct query query = query_begin(self, SQL_REPORT_ADD);
  query_int(&query, self->now);
  query_int_or_none(&query, row->sender);
  query_text(&query, client_id);
  query_int(&query, room);
  query_int_or_none(&query, row->seq);
  query_int(&query, row->accused);
  query_text(&query, row->reason.size ? row->reason : SLICE_NONE);
  query_text(&query, row->text);
  query_text(&query, row->text_id);
  query_int_or_none(&query, row->reply_to);
  query_run(&query);
  return sqlite3_last_insert_rowid(self->db);
}

int64_t report_find_held(struct sqlite *self, int64_t member, struct slice client_id, const struct room_row *room,
                         enum reason *reason) {
  struct query query = query_begin(self, SQL_REPORT_HELD);
  query_int(&query, member);
  query_text(&query, client_id);
  bool found = query_row(&query);
  int64_t key = found ? query_get_int(&query, 0) : 0;
  if (found) *reason = query_get_int(&query, 1) == room->key ? REASON_HELD : REASON_CONFLICT;
  query_end(&query);
  return key;
}

static int64_t find_named(struct sqlite *self, enum sql sql, int64_t member, struct slice id) {
  struct query query = query_begin(self, sql);
  query_int(&query, member);
  query_text(&query, id);
  return query_number(&query, 0);
}

static bool has_too_many(struct sqlite *self, enum sql sql, int64_t member) {
  struct query query = query_begin(self, sql);
  query_int(&query, member);
  return query_number(&query, 0) >= LIMIT_REPORTS_OPEN;
}

/* ---- reporting ---- */

/* Who wrote the message; 0: there is none that stands. */
static int64_t find_writer(struct sqlite *self, const struct room_row *room, int64_t seq) {
  struct query query = query_begin(self, SQL_ENTRY_GET);
  query_int(&query, room->key);
  query_int(&query, seq);
  bool found = query_row(&query) && query_get_int(&query, 1) == ENTRY_MESSAGE && query_get_int(&query, 5) == 0;
  int64_t writer = found ? query_get_int(&query, 2) : 0;
  query_end(&query);
  return writer;
}

static int64_t find_same(struct sqlite *self, const struct report_row *row, int64_t room) {
  struct query query = query_begin(self, SQL_REPORT_BY_MESSAGE);
  query_int(&query, row->accused);
  query_int(&query, room);
  query_int(&query, row->seq);
  query_int(&query, row->sender);
  return query_number(&query, 0);
}

enum reason sqlite_report_send(struct sqlite *self, struct store_job *job) {
  struct store_report *wish = &job->report;
  struct room_row *room;
  enum reason reason = room_enter(self, wish->room, wish->member, &room);
  if (reason) return reason;
  if (!wish->client_id.size) return REASON_INVALID_PARAMS;
  wish->key = find_named(self, SQL_REPORT_BY_CLIENT, wish->member, wish->client_id);
  if (wish->key) return REASON_NONE;
  struct report_row row = {.sender = wish->member, .seq = wish->seq, .reason = wish->reason};
  row.accused = find_writer(self, room, wish->seq);
  if (!row.accused) return REASON_NOT_FOUND;
  if (row.accused == wish->member) return REASON_FORBIDDEN;
  wish->key = find_same(self, &row, room->key);
  if (wish->key) return REASON_NONE;
  if (has_too_many(self, SQL_REPORT_OPEN_COUNT, wish->member)) return REASON_RATE_LIMITED;
  wish->key = insert(self, &row, wish->client_id, room->key);
  return REASON_NONE;
}

/* ---- holding back ---- */

static struct store_post post_of(const struct store_report *wish) {
  return (struct store_post){.room = wish->room,
                             .member = wish->member,
                             .client_id = wish->client_id,
                             .text = wish->text,
                             .reply_to = wish->reply_to};
}

static void keep_text(struct sqlite *self, struct store_report *wish, const struct room_row *room) {
  const struct report_row row = {.accused = wish->member,
                                 .reason = wish->reason,
                                 .text = wish->text,
                                 .text_id = wish->client_id,
                                 .reply_to = wish->reply_to};
  wish->key = insert(self, &row, SLICE_NONE, room->key);
  rights_changed(self, wish->member);
  if (rights_slow(self, room, wish->member) > 0) post_note(self, room, wish->member);
}

enum reason sqlite_hold(struct sqlite *self, struct store_job *job) {
  struct store_report *wish = &job->report;
  struct store_post post = post_of(wish);
  struct room_row *room;
  wish->key = wish->posted_seq = wish->posted_at = wish->retry_after_ms = 0;
  wish->duplicate = false;
  enum reason reason = room_enter(self, wish->room, wish->member, &room);
  if (reason) return reason;
  if (!wish->client_id.size || !wish->text.data) return REASON_INVALID_PARAMS;
  if (post_find_repeated(self, &post, room, &reason)) {
    wish->duplicate = true;
    wish->posted_seq = post.seq;
    wish->posted_at = post.at;
    return reason;
  }
  wish->key = report_find_held(self, wish->member, wish->client_id, room, &reason);
  if (wish->key) return reason == REASON_HELD ? REASON_NONE : reason;
  reason = post_check(self, &post, room);
  wish->retry_after_ms = post.retry_after_ms;
  if (reason) return reason;
  if (has_too_many(self, SQL_REPORT_HELD_COUNT, wish->member)) return REASON_RATE_LIMITED;
  keep_text(self, wish, room);
  return REASON_NONE;
}

/* ---- settling ---- */

static bool is_outcome(struct slice outcome) {
  static const char *const outcomes[] = {"removed", "muted", "banned", "warned", "dismissed", "published"};
  for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
    if (slice_is(outcome, outcomes[i])) return true;
  }
  return false;
}

static bool find_report(struct sqlite *self, struct store_job *job, struct report_row *row) {
  struct query query = query_begin(self, SQL_REPORT_BY_KEY);
  query_int(&query, job->act.report);
  bool found = query_row(&query);
  if (found) report_read(&query, job->arena, row);
  query_end(&query);
  return found;
}

/* Nobody but its two enters a direct talk: what is reported there is for who moderates the club. */
static enum reason check_direct(struct sqlite *self, struct room_row *room, struct deed *deed) {
  deed->room = room;
  deed->standing = standing_of(self, &deed->actor, NULL);
  return deed->standing < right_of(ACT_SETTLE)->in_club ? REASON_FORBIDDEN : REASON_NONE;
}

static enum reason check_settler(struct sqlite *self, const struct store_act *act, const struct report_row *row,
                                 struct deed *deed) {
  struct room_row *room = room_find(self, row->room);
  if (!room) return REASON_NOT_FOUND;
  enum reason reason = room->kind == ROOM_DIRECT ? check_direct(self, room, deed)
                                                 : rights_check(self, ACT_SETTLE, act->actor, row->room, 0, deed);
  if (!reason && row->accused == act->actor) reason = REASON_FORBIDDEN;
  return reason;
}

/* The author's text, as it would have been posted. */
static enum reason publish(struct sqlite *self, struct store_job *job, struct report_row *row, struct deed *deed) {
  struct store_act *act = &job->act;
  struct rights author = rights_of(self, row->accused);
  struct store_post post = {.room = row->room,
                            .author = author.author,
                            .member = row->accused,
                            .client_id = row->text_id,
                            .text = row->text,
                            .reply_to = row->reply_to};
  enum reason reason = post_add(self, job, &post, deed->room);
  if (reason) return reason;
  row->seq = post.seq;
  act->entries = arena_alloc(job->arena, sizeof *act->entries);
  if (post.duplicate || !act->entries) return REASON_NONE;
  *act->entries = (struct entry){.room = row->room,
                                 .seq = post.seq,
                                 .at = post.at,
                                 .type = ENTRY_MESSAGE,
                                 .from = author_of(self, &author, job->arena),
                                 .text = row->text,
                                 .client_id = row->text_id,
                                 .reply_to = row->reply_to,
                                 .mentions = post.mentions,
                                 .mention_count = post.mention_count};
  act->count = 1;
  act->seq = post.seq;
  act->at = post.at;
  return REASON_NONE;
}

static void settle(struct sqlite *self, const struct store_act *act, const struct report_row *row) {
  struct query query = query_begin(self, SQL_REPORT_SETTLE);
  query_text(&query, act->outcome);
  query_text(&query, act->reason.size ? act->reason : SLICE_NONE);
  query_int(&query, act->actor);
  query_int(&query, self->now);
  query_int_or_none(&query, row->seq);
  query_int(&query, row->key);
  query_run(&query);
  if (row->text.data) checkpoint_note_removal(self);
}

static struct slice describe(const struct store_act *act, const struct report_row *row, struct arena *arena) {
  struct detail detail;
  detail_begin(&detail);
  detail_number(&detail, "report", act->report);
  detail_text(&detail, "outcome", act->outcome);
  if (row->sender == 0) detail_text(&detail, "held", row->text_id);
  return detail_end(&detail, arena);
}

enum reason act_settle(struct sqlite *self, struct store_job *job, struct deed *deed) {
  struct store_act *act = &job->act;
  struct report_row row;
  enum reason reason = rights_check_actor(self, act->actor, deed);
  if (reason) return reason;
  if (!find_report(self, job, &row)) return REASON_NOT_FOUND;
  reason = check_settler(self, act, &row, deed);
  if (reason) return reason;
  if (!is_outcome(act->outcome)) return REASON_INVALID_PARAMS;
  act->room = row.room;
  act->seq = deed->room->head;
  act->at = deed->room->at;
  if (row.outcome.data) return slice_equal(row.outcome, act->outcome) ? REASON_NONE : REASON_CONFLICT;
  bool held = row.sender == 0, published = slice_is(act->outcome, "published");
  if (published) reason = held ? publish(self, job, &row, deed) : REASON_CONFLICT;
  if (reason) return reason;
  settle(self, act, &row);
  act->member = held ? row.accused : row.sender;
  act->target = row.seq;
  act_note(self, job, deed, false, describe(act, &row, job->arena));
  return REASON_NONE;
}
