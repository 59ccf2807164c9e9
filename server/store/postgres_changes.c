/* Editing, removing and reacting. */
#include "postgres_write.h"

static const char edit_sql[] = "SELECT * FROM club_edit_1($1, $2, $3, $4, $5, $6, $7)";
static const char remove_sql[] = "SELECT * FROM club_remove_2($9, $10, $11, $12, " RIGHT ", $13, $14)";
static const char react_sql[] = "SELECT * FROM club_react_1($1, $2, $3, $4, $5, $6, $7, $8, $9)";

static void bind_change(struct ask *ask, const struct store_change *change) {
  ask_text(ask, change->room);
  ask_int(ask, change->author);
  ask_int(ask, change->member);
  ask_int(ask, change->target);
}

static struct ask begin(struct postgres *self, const char *sql, const struct store_change *change) {
  struct ask ask = ask_begin(self, sql);
  bind_change(&ask, change);
  return ask;
}

struct ask changes_ask_edit(struct postgres *self, struct store_job *job) {
  struct ask ask = begin(self, edit_sql, &job->change);
  ask_text(&ask, job->change.text);
  ask_int(&ask, LIMIT_EDITS_OF_MESSAGE);
  ask_now(&ask);
  return ask;
}

struct ask changes_ask_remove(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, remove_sql);
  ask_right(&ask, ACT_REMOVE);
  bind_change(&ask, &job->change);
  ask_text(&ask, job->change.reason);
  ask_now(&ask);
  return ask;
}

struct ask changes_ask_react(struct postgres *self, struct store_job *job) {
  struct ask ask = begin(self, react_sql, &job->change);
  ask_text(&ask, job->change.emoji);
  ask_bool(&ask, job->change.on);
  ask_int(&ask, LIMIT_REACTS_OF_MEMBER);
  ask_int(&ask, LIMIT_EMOJI_OF_MESSAGE);
  ask_now(&ask);
  return ask;
}

enum reason changes_take(struct store_job *job, struct ask *ask) {
  struct store_change *change = &job->change;
  enum reason reason = write_reason(ask);
  change->seq = ask_get_int(ask, 1);
  change->at = ask_get_int(ask, 2);
  change->target_member = ask_get_int(ask, 3);
  change->changed = ask_get_int(ask, 4) != 0;
  return reason;
}

enum reason changes_take_remove(struct store_job *job, struct ask *ask) {
  enum reason reason = changes_take(job, ask);
  job->club_head = ask_get_int(ask, 5);
  return reason;
}

struct slice changes_room(const struct store_job *job) {
  return job->change.room;
}
