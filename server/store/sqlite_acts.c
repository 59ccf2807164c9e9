/* What moderators do: the right to it, then the act, all in the transaction of the job. */
#include "sqlite.h"

typedef enum reason (*act_run)(struct sqlite *self, struct store_job *job, struct deed *deed);

/* ---- what acts leave behind ---- */

void act_entry(struct sqlite *self, struct store_job *job, const struct deed *deed, struct entry *entry) {
  room_advance(self, deed->room);
  entry->room = job->act.room;
  entry->seq = deed->room->head;
  entry->at = deed->room->at;
  if (!entry->reason.size) entry->reason = SLICE_NONE;
  if (!entry->from.key) entry->from = author_of(self, &deed->actor, job->arena);
  struct query query = query_begin(self, SQL_ACT_ADD);
  query_int(&query, deed->room->key);
  query_int(&query, entry->seq);
  query_int(&query, entry->at);
  query_int(&query, entry->type);
  query_int(&query, entry->from.key);
  query_int(&query, entry->from.member);
  query_int_or_none(&query, entry->target);
  query_int_or_none(&query, entry->target_member);
  query_text(&query, entry->reason);
  query_text(&query, entry->action);
  query_int_or_none(&query, entry->until);
  query_text(&query, entry->detail);
  query_run(&query);
  job->act.seq = entry->seq;
  job->act.at = entry->at;
}

void act_entry_one(struct sqlite *self, struct store_job *job, const struct deed *deed, struct entry entry) {
  struct store_act *act = &job->act;
  act->entries = arena_alloc(job->arena, sizeof *act->entries);
  if (!act->entries) return;
  *act->entries = entry;
  act_entry(self, job, deed, act->entries);
  act->count = 1;
}

void act_note(struct sqlite *self, struct store_job *job, const struct deed *deed, bool undone, struct slice detail) {
  struct store_act *act = &job->act;
  const struct right *right = right_of(act->act);
  struct audit_entry entry = {.by = deed->actor.member,
                              .action = undone ? right->undone : right->done,
                              .room = deed->room ? deed->room->key : 0,
                              .member = act->member,
                              .seq = act->target,
                              .until = undone ? 0 : act->until,
                              .reason = act->reason,
                              .detail = detail};
  act->audit = audit_add(self, &entry);
  act->changed = true;
  audit_tell(self, job, act->audit, act->member, deed->room ? act->room : SLICE_NONE);
}

/* ---- the switch ---- */

static enum reason raid(struct sqlite *self, struct store_job *job, struct deed *deed) {
  const struct store_act *act = &job->act;
  if (room_cache_raid(self) == act->on) return REASON_NONE;
  struct query query = query_begin(self, SQL_RAID_SET);
  query_int(&query, act->on);
  query_run(&query);
  room_cache_set_raid(self, act->on);
  club_add(self, job, CLUB_SWITCHED, 0, act->on, SLICE_NONE);
  act_note(self, job, deed, !act->on, SLICE_NONE);
  return REASON_NONE;
}

/* ---- which act ---- */

static const act_run runs[ACT_COUNT] = {
    [ACT_PURGE] = act_purge,   [ACT_MUTE] = act_sanction,   [ACT_BAN] = act_sanction,  [ACT_UPDATE] = act_update,
    [ACT_PIN] = act_pin,       [ACT_APPOINT] = act_appoint, [ACT_CREATE] = act_create, [ACT_ADMIT] = act_admit,
    [ACT_SETTLE] = act_settle, [ACT_FREEZE] = act_freeze,   [ACT_RAID] = raid,
};

static bool is_on_member(const struct store_act *act) {
  static const bool on_member[ACT_COUNT] = {[ACT_PURGE] = true,   [ACT_MUTE] = true,  [ACT_BAN] = true,
                                            [ACT_APPOINT] = true, [ACT_ADMIT] = true, [ACT_FREEZE] = true};
  return on_member[act->act] && !(act->act == ACT_FREEZE && act->invite > 0);
}

/* What does not belong to the act is not looked at, nor does it reach the audit log. */
static void clear(struct store_act *act) {
  act->changed = false;
  act->entries = NULL;
  act->count = 0;
  act->seq = act->at = act->until = act->audit = 0;
  act->record = (struct room_record){0};
  if (!is_on_member(act)) act->member = 0;
  if (act->act != ACT_PIN) act->target = 0;
}

enum reason sqlite_act(struct sqlite *self, struct store_job *job) {
  struct store_act *act = &job->act;
  if ((unsigned int)act->act >= ACT_COUNT || !runs[act->act]) return REASON_INVALID_PARAMS;
  clear(act);
  struct deed deed;
  if (act->act == ACT_SETTLE) return act_settle(self, job, &deed);
  int64_t member = act->member > 0 ? act->member : -1; /* of whom there is none */
  enum act needed = right_needed(act->act, act->on);
  enum reason reason = rights_check(self, needed, act->actor, act->room, is_on_member(act) ? member : 0, &deed);
  if (reason) return reason;
  if (deed.room) {
    act->seq = deed.room->head;
    act->at = deed.room->at;
  }
  return runs[act->act](self, job, &deed);
}
