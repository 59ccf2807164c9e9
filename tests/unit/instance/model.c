#include "model.h"

#include <stdio.h>

static const char *const model_ids[MODEL_ROOMS] = {"kz",
                                                   "fintech",
                                                   "kz.fintech",
                                                   "dm.oneoneoneoneoneoneonea",
                                                   "dm.twotwotwotwotwotwotwob",
                                                   "r.privateprivateprivatec"};

void model_init(struct model *model, int64_t *now_ms) {
  memset(model, 0, sizeof *model);
  for (int i = 0; i < MODEL_ROOMS; i++) model->rooms[i].id = model_ids[i];
  model->now_ms = now_ms;
  for (int i = 0; i < 2; i++) {
    model->rooms[3].pair[i] = 1 + i;
    model->rooms[4].pair[i] = 3 + i;
  }
  snprintf(model->epoch, sizeof model->epoch, "epoch-%d", model->epochs);
  model->rooms[MODEL_PRIVATE].is_private = true;
  for (int member = 1; member <= MODEL_MEMBERS; member++) {
    model->rooms[MODEL_PRIVATE].admitted[member] = member != 4;
    model->rooms[MODEL_PRIVATE].ever_excluded[member] = member == 4;
    for (int session = 0; session < MODEL_SESSIONS; session++) {
      char token[TOKEN_SIZE + 1];
      model_token(token, member, session);
      digest_sha256(slice_of(token), model->digests[member][session]);
    }
  }
  model->rooms[MODEL_PRIVATE].moderates[MODEL_MEMBERS] = true;
  model->roles[5] = ROLE_MODERATOR;
  model->roles[6] = ROLE_ADMIN;
}

struct model_room *model_room(struct model *model, struct slice id) {
  for (int i = 0; i < MODEL_ROOMS; i++)
    if (slice_is(id, model->rooms[i].id)) return &model->rooms[i];
  return NULL;
}

void model_token(char token[TOKEN_SIZE + 1], int member, int session) {
  memset(token, 'A' + member, TOKEN_SIZE);
  token[0] = (char)('a' + session);
  token[TOKEN_SIZE - 1] = 'A';
  token[TOKEN_SIZE] = 0;
}

const struct model_entry *model_text(const struct model_room *room, int64_t seq, int64_t as_of) {
  const struct model_entry *message = &room->entries[seq - 1], *text = message;
  if (message->removed_by > 0 && message->removed_by <= as_of) return NULL;
  for (int64_t later = seq + 1; later <= as_of; later++)
    if (room->entries[later - 1].type == ENTRY_EDIT && room->entries[later - 1].target == seq)
      text = &room->entries[later - 1];
  return text;
}

int64_t model_reactions(const struct model_room *room, int64_t seq, int64_t as_of, int64_t member, bool *mine,
                        int64_t members[MODEL_MEMBERS]) {
  bool on[MODEL_MEMBERS + 1] = {false};
  int64_t count = 0;
  for (int64_t later = seq + 1; later <= as_of; later++) {
    const struct model_entry *entry = &room->entries[later - 1];
    if (entry->type == ENTRY_REACT && entry->target == seq) on[entry->member] = entry->on;
  }
  for (int64_t one = 1; one <= MODEL_MEMBERS; one++) {
    if (!on[one]) continue;
    if (members) members[count] = one;
    count++;
  }
  *mine = on[member];
  return count;
}

bool model_is_text(const struct model_entry *entry, struct slice text) {
  size_t size = strlen(entry->text);
  if (text.size != size + (size_t)entry->pad || memcmp(text.data, entry->text, size) != 0) return false;
  for (; size < text.size; size++)
    if (text.data[size] != 'a') return false;
  return true;
}

bool model_may_enter(const struct model_room *room, int64_t member) {
  return room->pair[0] == 0 || room->pair[0] == member || room->pair[1] == member;
}

/* As the log that is left says; empty it says nothing of that. */
static void model_set_back(struct model_room *room) {
  static const struct model_entry none;
  const struct model_entry *last = room->head > 0 ? &room->entries[room->head - 1] : &none;
  room->locked = last->locked;
  room->slow = last->slow;
  snprintf(room->topic, sizeof room->topic, "%s", last->topic);
}

void model_change_epoch(struct model *model, int64_t (*back)(void *context, int64_t head), void *context) {
  for (int r = 0; r < MODEL_ROOMS; r++) {
    struct model_room *room = &model->rooms[r];
    room->head = back(context, room->head);
    model_set_back(room);
    for (int64_t seq = 1; seq <= room->head; seq++)
      if (room->entries[seq - 1].removed_by > room->head) room->entries[seq - 1].removed_by = 0;
    for (int member = 1; member <= MODEL_MEMBERS; member++)
      if (room->listing[member].read > room->head) room->listing[member].read = room->head;
  }
  model->club_head = back(context, model->club_head);
  snprintf(model->epoch, sizeof model->epoch, "epoch-%d", ++model->epochs);
}

/* `job`: NULL, or whoever adds it. NULL: the club log is full. */
struct club_event *model_event(struct model *model, struct store_job *job, enum club_event_kind kind, int member) {
  if (model->club_head == MODEL_EVENTS) return NULL;
  struct club_event *event = &model->events[model->club_head++];
  *event = (struct club_event){.seq = model->club_head, .kind = kind, .member = member};
  if (job) job->club_head = model->club_head;
  return event;
}

void model_refuse(struct store_job *job, enum reason reason) {
  job->outcome = STORE_REFUSED;
  job->reason = reason;
}

struct model_entry *model_add(struct model *model, struct model_room *room, enum entry_type type, int member) {
  if (room->head == MODEL_ENTRIES) return NULL;
  struct model_entry *entry = &room->entries[room->head++];
  *entry = (struct model_entry){
      .at = *model->now_ms, .type = type, .member = member, .locked = room->locked, .slow = room->slow};
  snprintf(entry->topic, sizeof entry->topic, "%s", room->topic);
  if (room->head > 1 && entry->at < entry[-1].at) entry->at = entry[-1].at;
  return entry;
}

/* A text's tail of `a`s behind a tilde is kept as its length. */
static void model_keep_text(struct model_entry *entry, struct slice text) {
  const char *tilde = text.data ? memchr(text.data, '~', text.size) : NULL;
  size_t size = tilde ? (size_t)(tilde - text.data) + 1 : text.size;
  snprintf(entry->text, sizeof entry->text, "%.*s", (int)size, text.data ? text.data : "");
  entry->pad = (int)(text.size - size);
}

void model_keep(char *to, size_t size, struct slice text) {
  snprintf(to, size, "%.*s", (int)text.size, text.data ? text.data : "");
}

/* ---- writes ---- */

/* "@mN" at the beginning of a text. */
static void model_mention(const struct model_room *room, struct model_entry *entry, struct store_job *job) {
  int member = entry->text[0] == '@' ? entry->text[2] - '0' : 0;
  if (member < 1 || member > MODEL_MEMBERS || member == entry->member || !model_may_enter(room, member)) return;
  entry->mention = member;
  job->post.mentions = arena_alloc(job->arena, sizeof *job->post.mentions);
  job->post.mentions[0] = member;
  job->post.mention_count = 1;
}

static void model_list_other(struct model *model, struct model_room *room, struct store_job *job) {
  int other = room->pair[0] == job->post.member ? room->pair[1] : room->pair[0];
  struct club_event *event = other && !room->listing[other].listed ? model_event(model, job, CLUB_LISTED, other) : NULL;
  if (!event) return;
  room->listing[other].listed = true;
  event->room = slice_of(room->id);
  job->post.listed_other = true;
}

/* False: refused. */
static bool model_may_post(struct model *model, const struct model_room *room, struct store_job *job) {
  struct store_post *post = &job->post;
  int at = (int)(room - model->rooms);
  enum reason reason = model_may_write(model, at, (int)post->member, true, &post->retry_after_ms);
  if (post->known_only) reason = REASON_RATE_LIMITED;
  if (reason) model_refuse(job, reason);
  return !reason;
}

static void model_post(struct model *model, struct model_room *room, struct store_job *job) {
  struct store_post *post = &job->post;
  for (int r = 0; r < MODEL_ROOMS; r++) {
    struct model_room *other = &model->rooms[r];
    for (int64_t seq = 1; seq <= other->head; seq++) {
      const struct model_entry *entry = &other->entries[seq - 1];
      if (entry->type != ENTRY_MESSAGE || entry->member != post->member || !slice_is(post->client_id, entry->client_id))
        continue;
      if (other != room) {
        model_refuse(job, REASON_CONFLICT);
        return;
      }
      post->seq = seq;
      post->at = entry->at;
      post->duplicate = true;
      return;
    }
  }
  if (!model_may_post(model, room, job)) return;
  if (!room->listing[post->member].listed) {
    room->listing[post->member].listed = true;
    room->listing[post->member].read = room->pair[0] ? 0 : room->head;
  }
  struct model_entry *entry = model_add(model, room, ENTRY_MESSAGE, (int)post->member);
  if (!entry) {
    model_refuse(job, REASON_UNAVAILABLE);
    return;
  }
  model_keep(entry->client_id, sizeof entry->client_id, post->client_id);
  model_keep_text(entry, post->text);
  model_mention(room, entry, job);
  model_list_other(model, room, job);
  model_posted(model, (int)(room - model->rooms), (int)post->member);
  post->seq = room->head;
  post->at = entry->at;
}

static bool model_same(const struct model_room *room, const struct store_job *job, int64_t *seq) {
  const struct store_change *change = &job->change;
  *seq = change->target;
  if (job->kind == STORE_REMOVE) {
    *seq = room->entries[change->target - 1].removed_by;
    return *seq > 0;
  }
  bool on = false;
  for (int64_t later = change->target + 1; later <= room->head; later++) {
    const struct model_entry *entry = &room->entries[later - 1];
    if (entry->target != change->target) continue;
    if (job->kind == STORE_EDIT && entry->type == ENTRY_EDIT) *seq = later;
    if (job->kind == STORE_REACT && entry->type == ENTRY_REACT && entry->member == change->member &&
        slice_is(change->emoji, entry->emoji)) {
      *seq = later;
      on = entry->on;
    }
  }
  if (job->kind == STORE_REACT) return on == change->on;
  return model_is_text(model_text(room, change->target, room->head), change->text);
}

static void model_change(struct model *model, struct model_room *room, struct store_job *job) {
  struct store_change *change = &job->change;
  bool there =
      change->target >= 1 && change->target <= room->head && room->entries[change->target - 1].type == ENTRY_MESSAGE;
  struct model_entry *target = there ? &room->entries[change->target - 1] : NULL;
  if (!there || (target->removed_by && job->kind != STORE_REMOVE)) {
    model_refuse(job, REASON_NOT_FOUND);
    return;
  }
  bool others = target->member != change->member;
  int at = (int)(room - model->rooms);
  enum reason reason = others && job->kind == STORE_EDIT ? REASON_FORBIDDEN : REASON_NONE;
  if (others && job->kind == STORE_REMOVE) reason = model_may_remove(model, at, (int)change->member, target->member);
  if (reason) {
    model_refuse(job, reason);
    return;
  }
  change->target_member = target->member;
  if (model_same(room, job, &change->seq)) {
    change->at = room->entries[change->seq - 1].at;
    return;
  }
  if (job->kind != STORE_REMOVE) reason = model_may_write(model, at, (int)change->member, false, &(int64_t){0});
  if (reason) {
    model_refuse(job, reason);
    return;
  }
  static const enum entry_type types[] = {
      [STORE_EDIT] = ENTRY_EDIT, [STORE_REMOVE] = ENTRY_REMOVE, [STORE_REACT] = ENTRY_REACT};
  struct model_entry *entry = model_add(model, room, types[job->kind], (int)change->member);
  if (!entry) {
    model_refuse(job, REASON_UNAVAILABLE);
    return;
  }
  entry->target = change->target;
  entry->on = change->on;
  model_keep_text(entry, change->text);
  model_keep(entry->emoji, sizeof entry->emoji, change->emoji);
  change->seq = room->head;
  change->at = entry->at;
  change->changed = true;
  if (job->kind != STORE_REMOVE) return;
  target->removed_by = room->head;
  if (others) model_removed(model, job, at);
}

static void model_open(struct model_room *room, struct store_job *job) {
  if (!room->listing[job->room.member].listed && !room->pair[0]) room->listing[job->room.member].read = room->head;
  room->listing[job->room.member].listed = true;
  job->room.record = model_record(room, job->room.member, job);
}

static void model_direct(struct model *model, struct store_job *job) {
  if (model_is_out(model, (int)job->room.member) || model_is_out(model, (int)job->room.other)) {
    model_refuse(job, model_is_out(model, (int)job->room.member) ? REASON_FORBIDDEN : REASON_NOT_FOUND);
    return;
  }
  for (int r = 0; r < MODEL_ROOMS; r++) {
    struct model_room *room = &model->rooms[r];
    if (!room->pair[0] || !model_may_enter(room, job->room.member) || !model_may_enter(room, job->room.other)) continue;
    model_open(room, job);
    return;
  }
  model_refuse(job, REASON_NOT_FOUND);
}

/* Whose job it is; 0: the instance's. */
static int64_t model_asker(const struct store_job *job) {
  switch (job->kind) {
    case STORE_POST: return job->post.member;
    case STORE_EDIT:
    case STORE_REMOVE:
    case STORE_REACT: return job->change.member;
    case STORE_MARK_READ: return job->mark_read.member;
    case STORE_ROOM_OPEN:
    case STORE_ROOM_GET: return job->room.member;
    case STORE_ROOM_JOIN:
    case STORE_HISTORY: return job->page.member;
    default: return 0;
  }
}

static void model_room_job(struct model *model, struct model_room *room, struct store_job *job) {
  switch (job->kind) {
    case STORE_POST: model_post(model, room, job); break;
    case STORE_EDIT:
    case STORE_REMOVE:
    case STORE_REACT: model_change(model, room, job); break;
    case STORE_MARK_READ: model_mark_read(room, job); break;
    case STORE_ROOM_OPEN: model_open(room, job); break;
    case STORE_ROOM_GET: job->room.record = model_record(room, job->room.member, job); break;
    case STORE_ROOM_JOIN:
    case STORE_HISTORY: model_page(room, job); break;
    case STORE_ENTRIES: model_entries(room, job); break;
    default: model_refuse(job, REASON_NOT_FOUND);
  }
}

void model_run(struct model *model, struct store_job *job) {
  job->outcome = STORE_DONE;
  if (job->kind == STORE_SESSION_FIND || job->kind == STORE_SESSION_TOUCH) {
    model_session(model, job);
  } else if (job->kind == STORE_PULSE) {
    model_pulse(model, job);
  } else if (job->kind == STORE_DIRECT_OPEN) {
    model_direct(model, job);
  } else if (job->kind == STORE_ROOM_LIST) {
    model_list(model, job->room.member, job, &job->room.records, &job->room.count);
  } else if (job->kind == STORE_MEMBER_GET) {
    model_member_get(model, job);
  } else if (job->kind == STORE_AUDIT_LIST) {
    model_audit(model, job);
  } else if (job->kind == STORE_ACTED) {
    model_acted(model, job);
  } else if (job->kind == STORE_ACT) {
    model_do(model, job);
  } else if (job->kind == STORE_INVITE_CREATE) {
    model_invite(model, job);
  } else {
    /* post, change, mark_read, room, page and entries all begin with the room's id */
    struct model_room *room = model_room(model, job->post.room);
    int64_t asker = model_asker(job);
    enum reason reason = room ? REASON_NONE : REASON_NOT_FOUND;
    if (room && asker > 0) reason = model_enters(model, (int)(room - model->rooms), (int)asker);
    if (reason)
      model_refuse(job, reason);
    else
      model_room_job(model, room, job);
  }
}
