/* What moderators may and do, as the store's header says it, once more and as plainly as can be. */
#include <stdio.h>

#include "model.h"

/* ---- who may what ---- */

bool model_holds(const struct model *model, int at, enum sanction_kind kind, int member) {
  const struct model_sanction *one = &model->sanctions[at][kind][member];
  return one->on && (one->until == 0 || one->until > *model->now_ms);
}

bool model_is_out(const struct model *model, int member) {
  return model_holds(model, MODEL_CLUB, SANCTION_BAN, member) ||
         model_holds(model, MODEL_CLUB, SANCTION_FROZEN, member);
}

enum reason model_enters(const struct model *model, int at, int member) {
  const struct model_room *room = &model->rooms[at];
  if (!model_may_enter(room, member)) return REASON_NOT_FOUND;
  if (model_is_out(model, member)) return REASON_FORBIDDEN;
  if (room->is_private && !room->admitted[member]) return REASON_NOT_FOUND;
  return model_holds(model, at, SANCTION_BAN, member) ? REASON_BANNED : REASON_NONE;
}

static int64_t model_earlier(int64_t one, int64_t other) {
  return one == 0 || (other > 0 && other < one) ? other : one;
}

int64_t model_out_since(const struct model *model, int at, int member) {
  const struct model_room *room = &model->rooms[at];
  int64_t since = room->is_private && !room->admitted[member] ? room->excluded_at[member] : 0;
  static const enum sanction_kind kinds[] = {SANCTION_BAN, SANCTION_FROZEN};
  for (size_t i = 0; i < 2; i++) {
    if (model_holds(model, MODEL_CLUB, kinds[i], member))
      since = model_earlier(since, model->sanctions[MODEL_CLUB][kinds[i]][member].since);
    if (model_holds(model, at, kinds[i], member))
      since = model_earlier(since, model->sanctions[at][kinds[i]][member].since);
  }
  return since;
}

bool model_ever_out(const struct model *model, int at, int member) {
  return model->ever[MODEL_CLUB][SANCTION_BAN][member] || model->ever[MODEL_CLUB][SANCTION_FROZEN][member] ||
         (at < MODEL_CLUB && (model->ever[at][SANCTION_BAN][member] || model->rooms[at].ever_excluded[member]));
}

enum standing model_standing(const struct model *model, int at, int member) {
  if (model->roles[member] == ROLE_ADMIN) return STANDING_ADMIN;
  if (model->roles[member] == ROLE_MODERATOR) return STANDING_CLUB;
  if (at == MODEL_CLUB) return STANDING_MEMBER;
  bool parts = at == 2 && (model->rooms[0].moderates[member] || model->rooms[1].moderates[member]);
  return parts || model->rooms[at].moderates[member] ? STANDING_ROOM : STANDING_MEMBER;
}

enum reason model_may_write(const struct model *model, int at, int member, bool post, int64_t *slow_ms) {
  const struct model_room *room = &model->rooms[at];
  *slow_ms = 0;
  if (model_holds(model, at, SANCTION_MUTE, member) || model_holds(model, MODEL_CLUB, SANCTION_MUTE, member))
    return REASON_MUTED;
  if (model_standing(model, at, member) >= STANDING_ROOM) return REASON_NONE;
  if (room->locked) return REASON_LOCKED;
  if (!post || room->slow == 0 || room->posted[member] == 0) return REASON_NONE;
  int64_t wait = room->posted[member] + room->slow * 1000 - *model->now_ms;
  *slow_ms = wait > 0 ? wait : 0;
  return wait > 0 ? REASON_SLOW_MODE : REASON_NONE;
}

void model_posted(struct model *model, int at, int member) {
  struct model_room *room = &model->rooms[at];
  if (room->slow > 0 && model_standing(model, at, member) < STANDING_ROOM) room->posted[member] = *model->now_ms;
}

/* Where it is done: `at`, or MODEL_CLUB. */
static enum reason model_may(const struct model *model, enum act act, int at, int actor, int member) {
  const struct right *right = right_of(act);
  if (model_is_out(model, actor)) return REASON_FORBIDDEN;
  enum reason reason = at < MODEL_CLUB ? model_enters(model, at, actor) : REASON_NONE;
  if (reason) return reason;
  enum standing standing = model_standing(model, at, actor);
  if (standing < (at < MODEL_CLUB ? right->in_room : right->in_club)) return REASON_FORBIDDEN;
  if (member == 0) return REASON_NONE;
  if (member > MODEL_MEMBERS) return REASON_NOT_FOUND;
  if (!right->above || (right->oneself && member == actor)) return REASON_NONE;
  return model_standing(model, at, member) < standing ? REASON_NONE : REASON_FORBIDDEN;
}

enum reason model_may_remove(const struct model *model, int at, int member, int author) {
  return model_may(model, ACT_REMOVE, at, member, author);
}

/* ---- what acts leave behind ---- */

static void model_tell(struct model *model, struct store_job *job, struct model_act *act, int member) {
  struct club_event *event = model_event(model, job, CLUB_ACTED, member);
  if (!event) return;
  event->session = act - model->audit + 1;
  event->room = act->at_room < MODEL_CLUB ? slice_of(model->rooms[act->at_room].id) : (struct slice){"", 0};
  act->whom |= 1u << member;
}

static struct model_act *model_note(struct model *model, struct store_job *job, const char *action, int by, int at,
                                    int member, struct slice tag) {
  struct model_act *act = &model->audit[model->audit_count++];
  *act = (struct model_act){.at = *model->now_ms, .action = action, .by = by, .at_room = at, .member = member};
  model_keep(act->tag, sizeof act->tag, tag);
  if (member) model_tell(model, job, act, member);
  return act;
}

void model_removed(struct model *model, struct store_job *job, int at) {
  const struct store_change *change = &job->change;
  model_note(model, job, "remove", (int)change->member, at, (int)change->target_member, change->reason)->reasoned =
      true;
}

static struct model_entry *model_say(struct model *model, struct store_job *job, int at, enum entry_type type) {
  struct store_act *act = &job->act;
  struct model_room *room = &model->rooms[at];
  struct model_entry *entry = model_add(model, room, type, (int)act->actor);
  act->seq = room->head;
  act->at = entry->at;
  return entry;
}

/* What was said, as it is sent. */
static void model_give(struct model *model, struct store_job *job, int at, size_t count) {
  struct store_act *act = &job->act;
  const struct model_room *room = &model->rooms[at];
  act->entries = arena_alloc(job->arena, (count + 1) * sizeof *act->entries);
  act->count = count;
  for (size_t i = 0; i < count; i++)
    act->entries[i] = model_raw(room, room->head - (int64_t)count + 1 + (int64_t)i, job);
}

static void model_say_moderation(struct model *model, struct store_job *job, int at, const char *action) {
  struct model_entry *entry = model_say(model, job, at, ENTRY_MODERATION);
  snprintf(entry->action, sizeof entry->action, "%s", action);
  model_keep(entry->reason, sizeof entry->reason, job->act.reason);
  entry->whom = (int)job->act.member;
  entry->until = job->act.until;
  model_give(model, job, at, 1);
}

/* ---- mutes, bans, freezing ---- */

static void model_shut_out(struct model *model, struct store_job *job, int member) {
  if (model->ended[member]) return;
  model->ended[member] = model->shut_out[member] = true;
  struct club_event *event = model_event(model, job, CLUB_SESSION_ENDED, member);
  if (event) event->session = member + 10 * model->session[member];
}

void model_log_in(struct model *model) {
  for (int member = 1; member <= MODEL_MEMBERS; member++) {
    if (!model->shut_out[member] || model_is_out(model, member)) continue;
    model->shut_out[member] = model->ended[member] = false;
    model->session[member]++;
  }
}

static void model_put(struct model *model, int at, enum sanction_kind kind, int member, int64_t until,
                      struct slice reason) {
  struct model_sanction *one = &model->sanctions[at][kind][member];
  if (!model_holds(model, at, kind, member)) one->since = *model->now_ms;
  one->on = model->ever[at][kind][member] = true;
  one->until = until;
  model_keep(one->reason, sizeof one->reason, reason);
}

static enum reason model_sanction(struct model *model, struct store_job *job, int at) {
  struct store_act *act = &job->act;
  enum sanction_kind kind = act->act == ACT_BAN ? SANCTION_BAN : SANCTION_MUTE;
  int member = (int)act->member;
  struct model_sanction *one = &model->sanctions[at][kind][member];
  bool there = model_holds(model, at, kind, member), lift = act->seconds == 0;
  act->until = there ? one->until : 0;
  int64_t until = act->seconds > 0 ? *model->now_ms + act->seconds * 1000 : 0;
  if (lift ? !there : there && one->until == until && slice_is(act->reason, one->reason)) return REASON_NONE;
  act->until = lift ? 0 : until;
  if (lift)
    one->on = false;
  else
    model_put(model, at, kind, member, until, act->reason);
  const char *action = lift ? right_of(act->act)->undone : right_of(act->act)->done;
  if (at < MODEL_CLUB) model_say_moderation(model, job, at, action);
  struct model_act *note = model_note(model, job, action, (int)act->actor, at, member, act->reason);
  note->reasoned = true;
  note->until = act->until;
  act->changed = true;
  if (!lift && at == MODEL_CLUB && kind == SANCTION_BAN) model_shut_out(model, job, member);
  return REASON_NONE;
}

/* 3 came through 2, 4 through 3. */
static size_t model_branch(const struct model *model, const struct store_act *act, int members[MODEL_MEMBERS]) {
  static const int invited[MODEL_MEMBERS + 1] = {[2] = 3, [3] = 4};
  size_t count = 0;
  enum standing standing = model_standing(model, MODEL_CLUB, (int)act->actor);
  for (int member = (int)act->member; member && model_standing(model, MODEL_CLUB, member) < standing;
       member = invited[member])
    if (model_holds(model, MODEL_CLUB, SANCTION_FROZEN, member) != act->on) members[count++] = member;
  return count;
}

static enum reason model_freeze(struct model *model, struct store_job *job, int at) {
  struct store_act *act = &job->act;
  int members[MODEL_MEMBERS];
  act->count = model_branch(model, act, members);
  if (act->count == 0) return REASON_NONE;
  struct model_act *note =
      model_note(model, job, act->on ? "freeze" : "unfreeze", (int)act->actor, at, (int)act->member, act->reason);
  note->reasoned = act->changed = true;
  for (size_t i = 0; i < act->count; i++)
    if (members[i] != act->member) model_tell(model, job, note, members[i]);
  for (size_t i = 0; i < act->count; i++) {
    int member = members[i];
    if (act->on) {
      model_put(model, MODEL_CLUB, SANCTION_FROZEN, member, 0, act->reason);
      model_shut_out(model, job, member);
    } else {
      model->sanctions[MODEL_CLUB][SANCTION_FROZEN][member].on = false;
    }
  }
  return REASON_NONE;
}

/* ---- who moderates, who is let in ---- */

static enum reason model_appoint_in_club(struct model *model, struct store_job *job) {
  struct store_act *act = &job->act;
  int member = (int)act->member;
  bool up = act->role > model->roles[member];
  if (up && act->member == act->actor) return REASON_FORBIDDEN;
  if (act->role == model->roles[member]) return REASON_NONE;
  if (up && model_is_out(model, member)) return REASON_CONFLICT;
  if (!up && model->roles[member] == ROLE_ADMIN) return REASON_CONFLICT; /* there is one */
  model->roles[member] = act->role;
  model_event(model, job, CLUB_MEMBER_CHANGED, member);
  model_note(model, job, up ? "appoint" : "dismiss", (int)act->actor, MODEL_CLUB, member, SLICE_NONE);
  act->changed = true;
  return REASON_NONE;
}

static enum reason model_appoint(struct model *model, struct store_job *job, int at) {
  struct store_act *act = &job->act;
  if (at == MODEL_CLUB) return model_appoint_in_club(model, job);
  struct model_room *room = &model->rooms[at];
  if (room->pair[0] || (act->on && act->member == act->actor)) return REASON_FORBIDDEN;
  if (room->moderates[act->member] == act->on) return REASON_NONE;
  if (act->on && model_enters(model, at, (int)act->member)) return REASON_CONFLICT;
  room->moderates[act->member] = act->on;
  const char *action = act->on ? "appoint" : "dismiss";
  model_say_moderation(model, job, at, action);
  model_note(model, job, action, (int)act->actor, at, (int)act->member, SLICE_NONE);
  act->changed = true;
  return REASON_NONE;
}

static void model_list_for(struct model *model, struct store_job *job, struct model_room *room, int member) {
  if (room->listing[member].listed) return;
  room->listing[member].listed = true;
  room->listing[member].read = room->head;
  struct club_event *event = model_event(model, job, CLUB_LISTED, member);
  if (event) event->room = slice_of(room->id);
}

void model_let_in(struct model *model, int member) {
  struct model_room *room = &model->rooms[MODEL_PRIVATE];
  if (room->admitted[member]) return;
  room->admitted[member] = true;
  model_list_for(model, NULL, room, member);
  model_note(model, NULL, "admit", 0, MODEL_PRIVATE, member, SLICE_NONE);
}

static enum reason model_admit(struct model *model, struct store_job *job, int at) {
  struct store_act *act = &job->act;
  struct model_room *room = &model->rooms[at];
  int member = (int)act->member;
  if (!room->is_private) return REASON_CONFLICT;
  if (room->admitted[member] == act->on) return REASON_NONE;
  room->admitted[member] = act->on;
  if (act->on) model_list_for(model, job, room, member);
  if (!act->on) {
    room->moderates[member] = room->listing[member].listed = false;
    room->ever_excluded[member] = true;
    room->excluded_at[member] = *model->now_ms;
  }
  model_note(model, job, act->on ? "admit" : "exclude", (int)act->actor, at, member, SLICE_NONE);
  act->changed = true;
  return REASON_NONE;
}

/* ---- rooms ---- */

static enum reason model_update(struct model *model, struct store_job *job, int at) {
  struct store_act *act = &job->act;
  struct model_room *room = &model->rooms[at];
  char detail[sizeof room->entries[0].detail] = "";
  size_t size = 0;
  if (room->pair[0]) return REASON_FORBIDDEN;
  if (act->topic.data && !slice_is(act->topic, room->topic)) {
    model_keep(room->topic, sizeof room->topic, act->topic);
    size += (size_t)snprintf(detail, sizeof detail, ",\"topic\":\"%s\"", room->topic);
  }
  if (act->locked >= 0 && room->locked != act->locked) {
    room->locked = act->locked;
    room->ever_locked |= room->locked;
    size += (size_t)snprintf(detail + size, sizeof detail - size, ",\"locked\":%s", room->locked ? "true" : "false");
  }
  if (act->slow >= 0 && room->slow != act->slow) {
    room->slow = act->slow;
    room->ever_slow |= room->slow > 0;
    size += (size_t)snprintf(detail + size, sizeof detail - size, ",\"slow\":%d", (int)room->slow);
  }
  if (size == 0) return REASON_NONE;
  struct model_entry *entry = model_say(model, job, at, ENTRY_ROOM);
  snprintf(entry->detail, sizeof entry->detail, "%s", detail + 1);
  model_give(model, job, at, 1);
  model_note(model, job, "update", (int)act->actor, at, 0, act->topic);
  act->changed = true;
  return REASON_NONE;
}

static enum reason model_purge(struct model *model, struct store_job *job, int at) {
  struct store_act *act = &job->act;
  struct model_room *room = &model->rooms[at];
  int64_t last = room->head;
  size_t count = 0;
  for (int64_t seq = last; seq > 0 && room->entries[seq - 1].at >= *model->now_ms - act->seconds * 1000; seq--) {
    struct model_entry *message = &room->entries[seq - 1];
    if (message->type != ENTRY_MESSAGE || message->member != act->member || message->removed_by) continue;
    struct model_entry *entry = model_say(model, job, at, ENTRY_REMOVE);
    entry->target = seq;
    message->removed_by = room->head;
    count++;
  }
  if (count == 0) return REASON_NONE;
  model_give(model, job, at, count);
  char tag[16];
  snprintf(tag, sizeof tag, "%d", (int)act->seconds);
  model_note(model, job, "purge", (int)act->actor, at, (int)act->member, slice_of(tag));
  act->changed = true;
  return REASON_NONE;
}

/* ---- which ---- */

#define SPARE_EVENTS 200 /* for the end, when everything is lifted */

static enum reason model_run_act(struct model *model, struct store_job *job, int at) {
  switch (job->act.act) {
    case ACT_MUTE:
    case ACT_BAN: return model_sanction(model, job, at);
    case ACT_FREEZE: return model_freeze(model, job, at);
    case ACT_APPOINT: return model_appoint(model, job, at);
    case ACT_ADMIT: return model_admit(model, job, at);
    case ACT_UPDATE: return model_update(model, job, at);
    case ACT_PURGE: return model_purge(model, job, at);
    default: return REASON_INVALID_PARAMS;
  }
}

static bool model_is_full(const struct model *model, int at) {
  return model->club_head > MODEL_EVENTS - SPARE_EVENTS || model->audit_count > MODEL_AUDIT - SPARE_EVENTS / 2 ||
         (at < MODEL_CLUB && model->rooms[at].head > MODEL_ENTRIES / 2);
}

void model_do(struct model *model, struct store_job *job) {
  struct store_act *act = &job->act;
  const struct model_room *room = act->room.data ? model_room(model, act->room) : NULL;
  int at = room ? (int)(room - model->rooms) : MODEL_CLUB;
  act->changed = false;
  act->count = 0;
  act->seq = room ? room->head : 0;
  enum reason reason = act->room.data && !room ? REASON_NOT_FOUND : REASON_NONE;
  if (!reason) reason = model_may(model, right_needed(act->act, act->on), at, (int)act->actor, (int)act->member);
  if (!reason && model->session[act->member] == MODEL_SESSIONS - 1 && act->act != ACT_APPOINT && act->on)
    reason = REASON_UNAVAILABLE;
  if (!reason) reason = model_is_full(model, at) ? REASON_UNAVAILABLE : model_run_act(model, job, at);
  if (reason) model_refuse(job, reason);
}

void model_invite(struct model *model, struct store_job *job) {
  struct store_invite *invite = &job->invite;
  enum reason reason = model_may(model, ACT_INVITE, MODEL_CLUB, (int)invite->member, 0);
  if (!reason && model_is_full(model, MODEL_CLUB)) reason = REASON_UNAVAILABLE;
  if (reason) {
    model_refuse(job, reason);
    return;
  }
  for (int64_t i = 0; i < model->invite_count; i++) {
    if (model->invites[i].member != invite->member || !slice_is(invite->client_id, model->invites[i].client_id))
      continue;
    invite->record.key = i + 1;
    return;
  }
  model->invites[model->invite_count].member = (int)invite->member;
  model_keep(model->invites[model->invite_count].client_id, sizeof model->invites[0].client_id, invite->client_id);
  invite->record.key = ++model->invite_count;
  model_note(model, job, "invite", (int)invite->member, MODEL_CLUB, 0, invite->client_id);
}

void model_lift(struct model *model, int at, enum sanction_kind kind, int member) {
  struct model_sanction *one = &model->sanctions[at][kind][member];
  static const char *const actions[] = {
      [SANCTION_MUTE] = "unmute", [SANCTION_BAN] = "unban", [SANCTION_FROZEN] = "unfreeze"};
  if (!one->on) return;
  one->on = false;
  model_note(model, NULL, actions[kind], 0, at, member, SLICE_NONE);
}

/* ---- as the instances read it ---- */

void model_fill_rights(const struct model *model, struct store_job *job, struct member_record *record) {
  int member = (int)record->key;
  record->role = model->roles[member];
  record->standings.items = arena_alloc(job->arena, MODEL_ROOMS * sizeof *record->standings.items);
  record->sanctions = arena_alloc(job->arena, (MODEL_ROOMS + 1) * SANCTION_FROZEN * sizeof *record->sanctions);
  for (int at = 0; at <= MODEL_CLUB; at++) {
    if (at < MODEL_CLUB && model->rooms[at].moderates[member])
      record->standings.items[record->standings.count++] = slice_of(model->rooms[at].id);
    for (int kind = SANCTION_MUTE; kind <= SANCTION_FROZEN; kind++) {
      const struct model_sanction *one = &model->sanctions[at][kind][member];
      if (!model_holds(model, at, (enum sanction_kind)kind, member)) continue;
      record->sanctions[record->sanction_count++] =
          (struct sanction){.kind = (enum sanction_kind)kind,
                            .room = at < MODEL_CLUB ? slice_of(model->rooms[at].id) : (struct slice){"", 0},
                            .until = one->until,
                            .reason = arena_copy(job->arena, slice_of(one->reason))};
    }
  }
}

void model_fill_room(const struct model_room *room, struct store_job *job, struct room_settings *settings) {
  *settings = (struct room_settings){.title = room->is_private ? SLICE_LITERAL("Между нами") : (struct slice){"", 0},
                                     .topic = arena_copy(job->arena, slice_of(room->topic)),
                                     .locked = room->locked,
                                     .is_private = room->is_private,
                                     .slow = room->slow};
}

/* NULL: there is none. */
static struct audit_record *model_find_act(const struct model *model, int64_t key, struct store_job *job) {
  if (key < 1 || key > model->audit_count) return NULL;
  const struct model_act *act = &model->audit[key - 1];
  struct audit_record *record = arena_alloc(job->arena, sizeof *record);
  *record = (struct audit_record){
      .key = key,
      .at = act->at,
      .by = act->by,
      .by_name = SLICE_LITERAL("Мария Орлова"),
      .member = act->member,
      .member_name = SLICE_LITERAL("李娜"),
      .action = slice_of(act->action),
      .room = act->at_room < MODEL_CLUB ? slice_of(model->rooms[act->at_room].id) : (struct slice){"", 0},
      .until = act->until,
      .reason = act->reasoned ? arena_copy(job->arena, slice_of(act->tag)) : (struct slice){"", 0},
      .detail = {"", 0}};
  return record;
}

void model_audit(struct model *model, struct store_job *job) {
  job->audit.records = model_find_act(model, job->audit.key, job);
  job->audit.count = job->audit.records != NULL;
  if (!job->audit.records) model_refuse(job, REASON_NOT_FOUND);
}

void model_acted(struct model *model, struct store_job *job) {
  struct store_acted *acted = &job->acted;
  acted->act = model_find_act(model, acted->key, job);
  acted->records = arena_alloc(job->arena, acted->member_count * sizeof *acted->records);
  for (acted->count = 0; acted->count < acted->member_count; acted->count++) /* in whatever order */
    acted->records[acted->count] =
        model_member(model, job, (int)acted->members[acted->member_count - 1 - acted->count]);
}
