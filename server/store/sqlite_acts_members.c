/* Acts on members: what is forbidden to them, who moderates, what they wrote lately, whole branches of the tree of
 * invites. */
#include <stdlib.h>

#include "detail.h"
#include "sqlite.h"

/* ---- mutes and bans ---- */

/* What holds now. False: nothing of that kind. */
static bool find_sanction(struct sqlite *self, int64_t member, int64_t room, enum sanction_kind kind, int64_t *until,
                          struct slice *reason, struct arena *arena) {
  struct query query = query_begin(self, SQL_SANCTION_GET);
  query_int(&query, member);
  query_int(&query, room);
  query_int(&query, kind);
  query_int(&query, self->now);
  bool found = query_row(&query);
  if (found) {
    *until = query_get_int(&query, 0);
    if (reason) *reason = query_get_text(&query, 1, arena);
  }
  query_end(&query);
  return found;
}

static bool has_too_many(struct sqlite *self, int64_t member) {
  struct query query = query_begin(self, SQL_SANCTION_COUNT);
  query_int(&query, member);
  query_int(&query, self->now);
  return query_number(&query, 0) >= LIMIT_SANCTIONS;
}

static void put_sanction(struct sqlite *self, int64_t member, int64_t room, enum sanction_kind kind, int64_t until,
                         struct slice reason) {
  struct query clean = query_begin(self, SQL_SANCTION_CLEAN);
  query_int(&clean, member);
  query_int(&clean, self->now);
  query_run(&clean);
  struct query query = query_begin(self, SQL_SANCTION_PUT);
  query_int(&query, member);
  query_int(&query, room);
  query_int(&query, kind);
  query_int(&query, until);
  query_int(&query, self->now);
  query_text(&query, reason.size ? reason : SLICE_NONE);
  query_run(&query);
  rights_changed(self, member);
}

static void drop_sanction(struct sqlite *self, int64_t member, int64_t room, enum sanction_kind kind) {
  struct query query = query_begin(self, SQL_SANCTION_DROP);
  query_int(&query, member);
  query_int(&query, room);
  query_int(&query, kind);
  query_run(&query);
  rights_changed(self, member);
}

/* Out of the club: as a member who was disabled. */
/* After it was told what was done: a pulse may end between the two. */
static void shut_out(struct sqlite *self, struct store_job *job, int64_t member) {
  session_end_all(self, job, member, 0);
  invite_void_all(self, member);
}

/* 0: until it is lifted. */
static int64_t end_of(const struct sqlite *self, int64_t seconds) {
  return seconds < 0 || seconds > LIMIT_SANCTION_SECONDS ? 0 : self->now + seconds * 1000;
}

enum reason act_sanction(struct sqlite *self, struct store_job *job, struct deed *deed) {
  struct store_act *act = &job->act;
  enum sanction_kind kind = act->act == ACT_BAN ? SANCTION_BAN : SANCTION_MUTE;
  int64_t room = deed->room ? deed->room->key : 0, until = end_of(self, act->seconds);
  bool lift = act->seconds == 0;
  struct slice reason = SLICE_NONE;
  if (act->seconds < -1) return REASON_INVALID_PARAMS;
  bool there = find_sanction(self, act->member, room, kind, &act->until, &reason, job->arena);
  bool same = there && act->until == until && slice_equal(reason, act->reason);
  if (lift ? !there : same) return REASON_NONE;
  if (!there && has_too_many(self, act->member)) return REASON_CONFLICT;
  act->until = lift ? 0 : until;
  if (lift) {
    drop_sanction(self, act->member, room, kind);
  } else {
    put_sanction(self, act->member, room, kind, until, act->reason);
  }
  const struct right *right = right_of(act->act);
  struct entry entry = {.type = ENTRY_MODERATION,
                        .action = slice_of(lift ? right->undone : right->done),
                        .target_member = act->member,
                        .until = act->until,
                        .reason = act->reason};
  if (deed->room) act_entry_one(self, job, deed, entry);
  act_note(self, job, deed, lift, SLICE_NONE);
  if (!lift && !deed->room && kind == SANCTION_BAN) shut_out(self, job, act->member);
  return REASON_NONE;
}

/* ---- who moderates ---- */

static bool has_standing(struct sqlite *self, int64_t member, int64_t room) {
  struct query query = query_begin(self, SQL_STANDING_GET);
  query_int(&query, member);
  query_int(&query, room);
  return query_number(&query, 0) > 0;
}

static bool may_have_standing(struct sqlite *self, const struct room_row *room, int64_t member) {
  struct query query = query_begin(self, SQL_STANDING_COUNT);
  query_int(&query, member);
  return query_number(&query, 0) < LIMIT_STANDINGS && room_admits(self, room, member) == REASON_NONE;
}

static void set_standing(struct sqlite *self, int64_t member, int64_t room, bool on) {
  struct query query = query_begin(self, on ? SQL_STANDING_ADD : SQL_STANDING_DROP);
  query_int(&query, member);
  query_int(&query, room);
  if (on) query_int(&query, self->now);
  query_run(&query);
  rights_changed(self, member);
}

static enum reason appoint_in_room(struct sqlite *self, struct store_job *job, struct deed *deed) {
  const struct store_act *act = &job->act;
  const struct right *right = right_of(ACT_APPOINT);
  if (deed->room->kind == ROOM_DIRECT || (act->on && act->member == act->actor)) return REASON_FORBIDDEN;
  if (has_standing(self, act->member, deed->room->key) == act->on) return REASON_NONE;
  if (act->on && !may_have_standing(self, deed->room, act->member)) return REASON_CONFLICT;
  set_standing(self, act->member, deed->room->key, act->on);
  struct entry entry = {.type = ENTRY_MODERATION,
                        .action = slice_of(act->on ? right->done : right->undone),
                        .target_member = act->member,
                        .reason = act->reason};
  act_entry_one(self, job, deed, entry);
  act_note(self, job, deed, !act->on, SLICE_NONE);
  return REASON_NONE;
}

static struct slice describe_role(enum role role, struct arena *arena) {
  struct detail detail;
  detail_begin(&detail);
  detail_text(&detail, "role", slice_of(role_text(role)));
  return detail_end(&detail, arena);
}

static enum reason appoint_in_club(struct sqlite *self, struct store_job *job, struct deed *deed) {
  const struct store_act *act = &job->act;
  bool up = act->role > deed->target.role;
  struct member_record member = {.role = deed->target.role, .disabled = deed->target.disabled};
  if ((unsigned int)act->role > ROLE_ADMIN) return REASON_INVALID_PARAMS;
  if (up && act->member == act->actor) return REASON_FORBIDDEN;
  if (act->role == deed->target.role) return REASON_NONE;
  if (up && rights_barred(self, act->member)) return REASON_CONFLICT;
  if (!up && member_is_last_admin(self, &member)) return REASON_CONFLICT;
  member_set_role(self, job, act->member, act->role);
  act_note(self, job, deed, !up, describe_role(act->role, job->arena));
  return REASON_NONE;
}

enum reason act_appoint(struct sqlite *self, struct store_job *job, struct deed *deed) {
  return deed->room ? appoint_in_room(self, job, deed) : appoint_in_club(self, job, deed);
}

/* ---- what somebody wrote lately ---- */

static size_t find_lately(struct sqlite *self, struct store_job *job, const struct deed *deed,
                          struct removal removals[LIMIT_PURGE]) {
  int64_t since = self->now - job->act.seconds * 1000;
  size_t count = 0;
  struct query query = query_begin(self, SQL_PURGE_FIND);
  query_int(&query, deed->room->key);
  query_int(&query, deed->room->head);
  query_int(&query, LIMIT_PURGE_LOOK);
  while (count < LIMIT_PURGE && query_row(&query) && query_get_int(&query, 1) >= since) {
    if (query_get_int(&query, 2) != ENTRY_MESSAGE || query_get_int(&query, 3) != job->act.member) continue;
    if (query_get_int(&query, 4) != 0) continue;
    removals[count++] = (struct removal){
        .room = deed->room->key, .target = query_get_int(&query, 0), .mentions = query_get_text(&query, 5, job->arena)};
  }
  query_end(&query);
  return count;
}

static void remove_all(struct sqlite *self, struct store_job *job, const struct deed *deed, struct removal *removals,
                       size_t count) {
  struct store_act *act = &job->act;
  struct author from = author_of(self, &deed->actor, job->arena);
  act->entries = arena_alloc(job->arena, count * sizeof *act->entries);
  sqlite_index_forget(self, deed->room->key, removals, count);
  for (; act->entries && act->count < count; act->count++) {
    struct removal *removal = &removals[act->count];
    struct entry *entry = &act->entries[act->count];
    *entry = (struct entry){.type = ENTRY_REMOVE,
                            .from = from,
                            .target = removal->target,
                            .target_member = act->member,
                            .reason = act->reason};
    act_entry(self, job, deed, entry);
    removal->by = entry->seq;
    change_wipe(self, removal);
  }
  sqlite_index_forgot(self, deed->room->key);
}

enum reason act_purge(struct sqlite *self, struct store_job *job, struct deed *deed) {
  const struct store_act *act = &job->act;
  if (act->seconds < 1 || act->seconds > LIMIT_PURGE_SECONDS) return REASON_INVALID_PARAMS;
  struct removal *removals = arena_alloc(job->arena, LIMIT_PURGE * sizeof *removals);
  size_t count = removals ? find_lately(self, job, deed, removals) : 0;
  if (count == 0) return REASON_NONE;
  remove_all(self, job, deed, removals, count);
  struct detail detail;
  detail_begin(&detail);
  detail_number(&detail, "seconds", act->seconds);
  detail_number(&detail, "removed", (int64_t)count);
  act_note(self, job, deed, false, detail_end(&detail, job->arena));
  return REASON_NONE;
}

/* ---- a branch of the tree of invites ---- */

struct branch {
  size_t count;
  int64_t members[LIMIT_BRANCH];
};

/* By a member, or by an invite. */
static void add_those(struct sqlite *self, struct branch *branch, enum sql sql, int64_t key) {
  struct query query = query_begin(self, sql);
  query_int(&query, key);
  query_int(&query, (int64_t)(LIMIT_BRANCH - branch->count));
  while (branch->count < LIMIT_BRANCH && query_row(&query)) {
    branch->members[branch->count++] = query_get_int(&query, 0);
  }
  query_end(&query);
}

/* Who stands as high as the actor stays, with all who came through that one. */
static void walk_branch(struct sqlite *self, const struct store_act *act, const struct deed *deed,
                        struct branch *branch) {
  size_t kept = 0;
  if (act->invite)
    add_those(self, branch, SQL_CAME, act->invite);
  else
    branch->members[branch->count++] = deed->target.member;
  for (size_t i = 0; i < branch->count; i++) {
    struct rights rights = rights_of(self, branch->members[i]);
    if (standing_of(self, &rights, NULL) >= deed->standing) continue;
    add_those(self, branch, SQL_INVITED, rights.member);
    branch->members[kept++] = rights.member;
  }
  branch->count = kept;
}

/* Those who are as they are to be are left out. */
static void leave_out(struct sqlite *self, struct branch *branch, bool frozen) {
  size_t kept = 0;
  for (size_t i = 0; i < branch->count; i++) {
    int64_t member = branch->members[i], until;
    bool is = rights_of(self, member).sanctioned && find_sanction(self, member, 0, SANCTION_FROZEN, &until, NULL, NULL);
    if (is != frozen) branch->members[kept++] = member;
  }
  branch->count = kept;
}

static void freeze_one(struct sqlite *self, struct store_job *job, int64_t member) {
  const struct store_act *act = &job->act;
  if (act->on) {
    put_sanction(self, member, 0, SANCTION_FROZEN, 0, act->reason);
    shut_out(self, job, member);
  } else {
    drop_sanction(self, member, 0, SANCTION_FROZEN);
  }
}

static void freeze_all(struct sqlite *self, struct store_job *job, const struct deed *deed,
                       const struct branch *branch) {
  struct store_act *act = &job->act;
  struct detail detail;
  detail_begin(&detail);
  if (act->invite) detail_number(&detail, "invite", act->invite);
  detail_number(&detail, "members", (int64_t)branch->count);
  act_note(self, job, deed, !act->on, detail_end(&detail, job->arena));
  /* One behind the other in the club log, so that they are read together. */
  for (size_t i = 0; i < branch->count; i++)
    if (branch->members[i] != act->member) audit_tell(self, job, act->audit, branch->members[i], SLICE_NONE);
  for (size_t i = 0; i < branch->count; i++) freeze_one(self, job, branch->members[i]);
  act->count = branch->count;
}

enum reason act_freeze(struct sqlite *self, struct store_job *job, struct deed *deed) {
  const struct store_act *act = &job->act;
  struct invite_record invite = {.revoked = true};
  if (act->invite && !invite_find(self, act->invite, job->arena, &invite)) return REASON_NOT_FOUND;
  struct branch *branch = arena_alloc(job->arena, sizeof *branch);
  if (!branch) return REASON_NONE;
  walk_branch(self, act, deed, branch);
  leave_out(self, branch, act->on);
  bool voids = act->on && !invite.revoked;
  if (voids) invite_void(self, invite.key);
  if (voids || branch->count > 0) freeze_all(self, job, deed, branch);
  return REASON_NONE;
}
