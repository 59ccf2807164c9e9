/* What moderators do: each act one call of a function of the server's, which looks at the right to it in the same
 * transaction. */
#include "mentions.h"
#include "postgres_write.h"

/* What was done, and the entries that it added to the room's log, a row for each. */
#define ACTED(call) \
  "SELECT acted.reason, acted.changed, acted.seq, acted.at, acted.until, acted.audit, acted.club_head, acted.count, " \
  "acted.room_id, added.* FROM " call " AS acted " \
  "LEFT JOIN LATERAL club_added_1(acted.room, acted.first, acted.seq) AS added ON true"
#define ADDED_COLUMN 9 /* where the columns of an entry, or of the room that was made, begin */

static const char purge_sql[] = ACTED("club_purge_1(" RIGHT ", $9, $10, $11, $12, $13, $14, $15, $16, $17)");
static const char sanction_sql[] = ACTED("club_sanction_1(" RIGHT ", $9, $10, $11, $12, $13, $14, $15, $16, $17)");
static const char update_sql[] = ACTED("club_update_1(" RIGHT ", $9, $10, $11, $12, $13, $14, $15, $16)");
static const char pin_sql[] = ACTED("club_pin_1(" RIGHT ", $9, $10, $11, $12, $13, $14)");
static const char appoint_sql[] = ACTED("club_appoint_1(" RIGHT ", $9, $10, $11, $12, $13)");
static const char appoint_in_room_sql[] = ACTED("club_appoint_in_room_1(" RIGHT ", $9, $10, $11, $12, $13, $14)");
static const char admit_sql[] = ACTED("club_admit_1(" RIGHT ", $9, $10, $11, $12, $13, $14, $15)");
static const char settle_sql[] = ACTED("club_settle_1(" RIGHT ", $9, $10, $11, $12, $13, $14, $15, $16, $17)");
static const char freeze_sql[] = ACTED("club_freeze_2(" RIGHT ", $9, $10, $11, $12, $13, $14, $15)");
static const char raid_sql[] = ACTED("club_raid_1(" RIGHT ", $9, $10, $11, $12)");
static const char create_sql[] =
    "SELECT acted.reason, acted.changed, acted.seq, acted.at, acted.until, acted.audit, acted.club_head, acted.count, "
    "acted.room_id, " ROOMS_SEEN_BY("$9") " FROM club_create_1(" RIGHT
                                          ", $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) AS acted "
                                          "LEFT JOIN LATERAL club_describe_2(acted.room_id, $9, $19) AS seen ON true";
static const char room_sql[] = "SELECT room.id FROM report JOIN room ON room.key = report.room WHERE report.key = $1";
static const char held_sql[] = "SELECT text FROM report WHERE key = $1";
static const char nothing_sql[] = "SELECT 'invalid_params'";

/* ---- asking ---- */

static bool is_in_room(const struct store_act *act) {
  return act->room.data && right_of(act->act)->room;
}

static struct ask begin(struct postgres *self, const char *sql, const struct store_act *act) {
  struct ask ask = ask_begin(self, sql);
  ask_right(&ask, right_needed(act->act, act->on));
  return ask;
}

static struct ask ask_purge(struct postgres *self, const struct store_act *act) {
  bool valid = act->seconds >= 1 && act->seconds <= LIMIT_PURGE_SECONDS;
  struct ask ask = begin(self, purge_sql, act);
  ask_int(&ask, act->actor);
  ask_text(&ask, act->room);
  ask_int(&ask, act->member ? act->member : -1);
  ask_int(&ask, valid ? act->seconds : 0);
  ask_text(&ask, act->reason);
  ask_bool(&ask, valid);
  ask_int(&ask, LIMIT_PURGE);
  ask_int(&ask, LIMIT_PURGE_LOOK);
  ask_now(&ask);
  return ask;
}

static struct ask ask_sanction(struct postgres *self, const struct store_act *act) {
  struct ask ask = begin(self, sanction_sql, act);
  ask_int(&ask, act->act == ACT_BAN ? SANCTION_BAN : SANCTION_MUTE);
  ask_int(&ask, act->actor);
  ask_text(&ask, act->room);
  ask_int(&ask, act->member ? act->member : -1);
  ask_int(&ask, act->seconds > LIMIT_SANCTION_SECONDS ? -1 : act->seconds);
  ask_text(&ask, act->reason);
  ask_bool(&ask, act->seconds >= -1);
  ask_int(&ask, LIMIT_SANCTIONS);
  ask_now(&ask);
  return ask;
}

static struct ask ask_update(struct postgres *self, const struct store_act *act) {
  struct ask ask = begin(self, update_sql, act);
  ask_int(&ask, act->actor);
  ask_text(&ask, act->room);
  ask_text(&ask, act->title);
  ask_text(&ask, act->topic);
  ask_int(&ask, act->locked);
  ask_int(&ask, act->slow);
  ask_bool(&ask, act->locked >= -1 && act->locked <= 1 && act->slow >= -1 && act->slow <= LIMIT_SLOW_SECONDS);
  ask_now(&ask);
  return ask;
}

static struct ask ask_pin(struct postgres *self, const struct store_act *act) {
  struct ask ask = begin(self, pin_sql, act);
  ask_int(&ask, act->actor);
  ask_text(&ask, act->room);
  ask_int(&ask, act->target);
  ask_bool(&ask, act->on);
  ask_int(&ask, LIMIT_PINS);
  ask_now(&ask);
  return ask;
}

static struct ask ask_appoint(struct postgres *self, const struct store_act *act) {
  bool in_room = is_in_room(act);
  struct ask ask = begin(self, in_room ? appoint_in_room_sql : appoint_sql, act);
  ask_int(&ask, act->actor);
  if (in_room) ask_text(&ask, act->room);
  ask_int(&ask, act->member ? act->member : -1);
  if (in_room) {
    ask_bool(&ask, act->on);
    ask_int(&ask, LIMIT_STANDINGS);
  } else {
    ask_int(&ask, act->role);
    ask_bool(&ask, (unsigned int)act->role <= ROLE_ADMIN);
  }
  ask_now(&ask);
  return ask;
}

static struct ask ask_create(struct postgres *self, struct store_job *job) {
  const struct store_act *act = &job->act;
  char id[2 + 22] = "r.";
  memcpy(id + 2, act->fresh, sizeof id - 2);
  struct ask ask = begin(self, create_sql, act);
  ask_int(&ask, act->actor);
  ask_text(&ask, arena_copy(job->arena, (struct slice){id, sizeof id}));
  ask_text(&ask, act->client_id);
  ask_text(&ask, act->title);
  ask_text(&ask, act->topic);
  ask_bool(&ask, act->is_private);
  ask_bool(&ask, act->client_id.size && act->title.size);
  ask_int(&ask, LIMIT_CUSTOM_ROOMS);
  ask_int(&ask, LIMIT_STANDINGS);
  ask_int(&ask, LIMIT_LISTED);
  ask_now(&ask);
  return ask;
}

static struct ask ask_admit(struct postgres *self, const struct store_act *act) {
  struct ask ask = begin(self, admit_sql, act);
  ask_int(&ask, act->actor);
  ask_text(&ask, act->room);
  ask_int(&ask, act->member ? act->member : -1);
  ask_bool(&ask, act->on);
  ask_int(&ask, LIMIT_ADMISSIONS);
  ask_int(&ask, LIMIT_LISTED);
  ask_now(&ask);
  return ask;
}

static struct ask ask_freeze(struct postgres *self, const struct store_act *act) {
  struct ask ask = begin(self, freeze_sql, act);
  ask_int(&ask, act->actor);
  ask_int(&ask, act->invite ? 0 : act->member ? act->member : -1);
  ask_int(&ask, act->invite);
  ask_bool(&ask, act->on);
  ask_text(&ask, act->reason);
  ask_int(&ask, LIMIT_BRANCH);
  ask_now(&ask);
  return ask;
}

static struct ask ask_raid(struct postgres *self, const struct store_act *act) {
  struct ask ask = begin(self, raid_sql, act);
  ask_int(&ask, act->actor);
  ask_bool(&ask, act->on);
  ask_text(&ask, act->reason);
  ask_now(&ask);
  return ask;
}

/* ---- settling ---- */

/* Before the transaction begins: what it tells of a report never changes. Absent: no such report, or an error. */
static struct slice look_up(struct postgres *self, const char *sql, struct store_job *job) {
  struct ask ask = ask_begin(self, sql);
  ask_int(&ask, job->act.report);
  ask_send(&ask);
  ask_send_sync(self);
  struct slice found = ask_row(&ask) ? ask_get_text(&ask, 0, job->arena) : SLICE_NONE;
  ask_end(&ask);
  ask_take_all(self);
  return found;
}

void acts_prepare(struct postgres *self, struct store_job *job) {
  if (job->act.act == ACT_SETTLE) job->act.room = look_up(self, room_sql, job);
}

static bool is_outcome(struct slice outcome) {
  static const char *const outcomes[] = {"removed", "muted", "banned", "warned", "dismissed", "published"};
  for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
    if (slice_is(outcome, outcomes[i])) return true;
  }
  return false;
}

static struct ask ask_settle(struct postgres *self, struct store_job *job) {
  const struct store_act *act = &job->act;
  struct slice text = slice_is(act->outcome, "published") ? look_up(self, held_sql, job) : SLICE_NONE;
  struct slice *logins;
  size_t count = posts_find_logins(text, job->arena, &logins);
  struct ask ask = begin(self, settle_sql, act);
  ask_int(&ask, act->actor);
  ask_int(&ask, act->report);
  ask_text(&ask, act->outcome);
  ask_text(&ask, act->reason);
  ask_bool(&ask, is_outcome(act->outcome));
  ask_texts_or_none(&ask, logins, count, job->arena);
  ask_int(&ask, LIMIT_MENTIONS);
  ask_int(&ask, LIMIT_LISTED);
  ask_now(&ask);
  return ask;
}

struct ask acts_ask(struct postgres *self, struct store_job *job) {
  const struct store_act *act = &job->act;
  switch (act->act) {
    case ACT_PURGE: return ask_purge(self, act);
    case ACT_MUTE:
    case ACT_BAN: return ask_sanction(self, act);
    case ACT_UPDATE: return ask_update(self, act);
    case ACT_PIN: return ask_pin(self, act);
    case ACT_APPOINT: return ask_appoint(self, act);
    case ACT_CREATE: return ask_create(self, job);
    case ACT_ADMIT: return ask_admit(self, act);
    case ACT_SETTLE: return ask_settle(self, job);
    case ACT_FREEZE: return ask_freeze(self, act);
    case ACT_RAID: return ask_raid(self, act);
    case ACT_REMOVE:
    case ACT_EXCLUDE:
    case ACT_INVITE:
    case ACT_REVOKE:
    case ACT_SEE:
    case ACT_OPERATE:
    case ACT_COUNT: break;
  }
  return ask_begin(self, nothing_sql);
}

/* ---- what became of it ---- */

enum reason acts_take(struct store_job *job, struct ask *ask) {
  struct store_act *act = &job->act;
  enum reason reason = write_reason(ask);
  act->changed = false;
  act->entries = NULL;
  act->count = 0;
  act->seq = act->at = act->until = act->audit = 0;
  if (reason != REASON_NONE) return reason;
  act->changed = ask_get_int(ask, 1) != 0;
  act->seq = ask_get_int(ask, 2);
  act->at = ask_get_int(ask, 3);
  act->until = ask_get_int(ask, 4);
  act->audit = ask_get_int(ask, 5);
  job->club_head = ask_get_int(ask, 6);
  act->count = (size_t)ask_get_int(ask, 7);
  if (!ask_is_absent(ask, 8)) act->room = ask_get_text(ask, 8, job->arena);
  if (act->act == ACT_FREEZE) return REASON_NONE;
  if (act->act == ACT_CREATE) {
    rooms_take(ask, ADDED_COLUMN, job->arena, &act->record);
  } else {
    act->count = pages_take_added(ask, ADDED_COLUMN, job->arena, act->room, &act->entries);
  }
  return REASON_NONE;
}

struct slice acts_room(const struct store_job *job) {
  return is_in_room(&job->act) ? job->act.room : SLICE_NONE;
}
