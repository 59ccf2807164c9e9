#include "model.h"

#include <stdio.h>

static const char *const model_ids[MODEL_ROOMS] = {"kz", "fintech", "kz.fintech"};

void model_init(struct model *model, int64_t *now_ms) {
  memset(model, 0, sizeof *model);
  for (int i = 0; i < MODEL_ROOMS; i++) model->rooms[i].id = model_ids[i];
  model->now_ms = now_ms;
  model->epoch = "epoch-of-the-model";
}

struct model_room *model_room(struct model *model, struct slice id) {
  for (int i = 0; i < MODEL_ROOMS; i++)
    if (slice_is(id, model->rooms[i].id)) return &model->rooms[i];
  return NULL;
}

void model_token(char token[TOKEN_SIZE + 1], int member) {
  memset(token, 'A' + member, TOKEN_SIZE);
  token[TOKEN_SIZE - 1] = 'A';
  token[TOKEN_SIZE] = 0;
}

const char *model_text(const struct model_room *room, int64_t seq, int64_t as_of) {
  const struct model_entry *message = &room->entries[seq - 1];
  if (message->removed_by > 0 && message->removed_by <= as_of) return NULL;
  const char *text = message->text;
  for (int64_t later = seq + 1; later <= as_of; later++)
    if (room->entries[later - 1].type == ENTRY_EDIT && room->entries[later - 1].target == seq)
      text = room->entries[later - 1].text;
  return text;
}

static void model_refuse(struct store_job *job, enum reason reason) {
  job->outcome = STORE_REFUSED;
  job->reason = reason;
}

static struct model_entry *model_add(struct model *model, struct model_room *room, enum entry_type type, int member) {
  if (room->head == MODEL_ENTRIES) return NULL;
  struct model_entry *entry = &room->entries[room->head++];
  *entry = (struct model_entry){.at = *model->now_ms, .type = type, .member = member};
  if (room->head > 1 && entry->at < entry[-1].at) entry->at = entry[-1].at;
  return entry;
}

static void model_keep(char *to, size_t size, struct slice text) {
  snprintf(to, size, "%.*s", (int)text.size, text.data ? text.data : "");
}

/* ---- writes ---- */

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
  if (post->known_only) {
    model_refuse(job, REASON_RATE_LIMITED);
    return;
  }
  if (!room->listing[post->member].listed) {
    room->listing[post->member].listed = true;
    room->listing[post->member].read = room->head;
  }
  struct model_entry *entry = model_add(model, room, ENTRY_MESSAGE, (int)post->member);
  if (!entry) {
    model_refuse(job, REASON_UNAVAILABLE);
    return;
  }
  model_keep(entry->client_id, sizeof entry->client_id, post->client_id);
  model_keep(entry->text, sizeof entry->text, post->text);
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
  return slice_is(change->text, model_text(room, change->target, room->head));
}

static void model_change(struct model *model, struct model_room *room, struct store_job *job) {
  struct store_change *change = &job->change;
  bool there = change->target >= 1 && change->target <= room->head &&
               room->entries[change->target - 1].type == ENTRY_MESSAGE;
  struct model_entry *target = there ? &room->entries[change->target - 1] : NULL;
  if (!there || (target->removed_by && job->kind != STORE_REMOVE)) {
    model_refuse(job, REASON_NOT_FOUND);
    return;
  }
  if (job->kind != STORE_REACT && target->member != change->member) {
    model_refuse(job, REASON_FORBIDDEN);
    return;
  }
  change->target_member = target->member;
  if (model_same(room, job, &change->seq)) {
    change->at = room->entries[change->seq - 1].at;
    return;
  }
  static const enum entry_type types[] = {[STORE_EDIT] = ENTRY_EDIT, [STORE_REMOVE] = ENTRY_REMOVE, [STORE_REACT] = ENTRY_REACT};
  struct model_entry *entry = model_add(model, room, types[job->kind], (int)change->member);
  if (!entry) {
    model_refuse(job, REASON_UNAVAILABLE);
    return;
  }
  entry->target = change->target;
  entry->on = change->on;
  model_keep(entry->text, sizeof entry->text, change->text);
  model_keep(entry->emoji, sizeof entry->emoji, change->emoji);
  change->seq = room->head;
  change->at = entry->at;
  change->changed = true;
  if (job->kind == STORE_REMOVE) target->removed_by = room->head;
}

/* ---- reads ---- */

static int64_t model_unread(const struct model_room *room, int64_t member) {
  int64_t unread = 0;
  for (int64_t seq = room->listing[member].read + 1; seq <= room->head; seq++) {
    const struct model_entry *entry = &room->entries[seq - 1];
    if (entry->type == ENTRY_MESSAGE && entry->member != member && !entry->removed_by) unread++;
  }
  return unread;
}

static struct room_record model_record(const struct model_room *room, int64_t member) {
  bool listed = room->listing[member].listed;
  return (struct room_record){.room = slice_of(room->id),
                              .kind = strchr(room->id, '.') ? ROOM_PAIR : strlen(room->id) == 2 ? ROOM_COUNTRY : ROOM_SECTOR,
                              .head = room->head,
                              .read = listed ? room->listing[member].read : room->head,
                              .unread = listed ? model_unread(room, member) : 0,
                              .listed = listed};
}

static void model_mark_read(struct model_room *room, struct store_job *job) {
  struct store_mark_read *mark = &job->mark_read;
  if (mark->seq > room->head) {
    model_refuse(job, REASON_CONFLICT);
    return;
  }
  if (room->listing[mark->member].listed && mark->seq > room->listing[mark->member].read)
    room->listing[mark->member].read = mark->seq;
  struct room_record record = model_record(room, mark->member);
  mark->head = room->head;
  mark->read = record.read;
  mark->unread = record.unread;
}

static struct slice model_copy(struct store_job *job, const char *text) {
  return arena_copy(job->arena, slice_of(text));
}

static struct entry model_raw(const struct model_room *room, int64_t seq, struct store_job *job) {
  const struct model_entry *from = &room->entries[seq - 1];
  char name[32];
  snprintf(name, sizeof name, "member %d", from->member);
  int64_t subject = from->type == ENTRY_EDIT ? from->target : seq;
  bool removed = room->entries[subject - 1].removed_by > 0;
  struct entry entry = {.room = slice_of(room->id), .seq = seq, .at = from->at, .type = from->type, .target = from->target,
                        .on = from->on, .removed = removed};
  entry.from = (struct author){from->member, from->member, model_copy(job, name), SLICE_LITERAL("kz"), SLICE_LITERAL("")};
  entry.client_id = from->type == ENTRY_MESSAGE ? model_copy(job, from->client_id) : SLICE_NONE;
  entry.emoji = model_copy(job, from->emoji);
  entry.reason = SLICE_NONE;
  if (!removed) entry.text = model_copy(job, from->text);
  if (from->target) entry.target_member = room->entries[from->target - 1].member;
  return entry;
}

static void model_page(struct model_room *room, struct store_job *job) {
  struct store_page *page = &job->page;
  int64_t first = room->head - page->limit + 1, last = room->head;
  if (page->after >= 0) first = page->after + 1;
  if (page->before > 0) first = page->before - page->limit, last = page->before - 1;
  if (page->after > room->head) {
    model_refuse(job, REASON_CONFLICT);
    return;
  }
  if (first < 1) first = 1;
  if (last > room->head) last = room->head;
  if (last > first + page->limit - 1) last = first + page->limit - 1;
  page->record = model_record(room, page->member);
  page->as_of = room->head;
  page->more = page->after >= 0 ? last < room->head : page->before > 0 && first > 1;
  page->count = last >= first ? (size_t)(last - first + 1) : 0;
  page->entries = arena_alloc(job->arena, (page->count + 1) * sizeof *page->entries);
  for (size_t i = 0; i < page->count; i++) {
    struct entry *entry = &page->entries[i];
    *entry = model_raw(room, first + (int64_t)i, job);
    if (entry->type == ENTRY_MESSAGE && !entry->removed)
      entry->text = model_copy(job, model_text(room, entry->seq, room->head));
  }
}

static void model_entries(struct model_room *room, struct store_job *job) {
  struct store_entries *read = &job->entries;
  int64_t to = read->to < room->head ? read->to : room->head;
  if (to > read->from + 6) to = read->from + 6; /* fewer than asked, as a full page would be */
  read->count = to >= read->from ? (size_t)(to - read->from + 1) : 0;
  read->entries = arena_alloc(job->arena, (read->count + 1) * sizeof *read->entries);
  for (size_t i = 0; i < read->count; i++) read->entries[i] = model_raw(room, read->from + (int64_t)i, job);
}

static void model_session(struct model *model, struct store_job *job) {
  struct store_session *session = &job->session;
  for (int member = 1; member <= MODEL_MEMBERS; member++) {
    char token[TOKEN_SIZE + 1];
    unsigned char digest[DIGEST_SIZE];
    model_token(token, member);
    digest_sha256(slice_of(token), digest);
    if (!digest_equal(digest, session->digest)) continue;
    if (model->ended[member]) break;
    char name[32];
    snprintf(name, sizeof name, "member %d", member);
    session->session = member;
    session->used_at = *model->now_ms;
    session->record = (struct member_record){.key = member, .author = member, .login = model_copy(job, name),
                                             .name = model_copy(job, name), .country = SLICE_LITERAL("kz"),
                                             .title = SLICE_LITERAL(""), .company = SLICE_LITERAL(""),
                                             .about = SLICE_LITERAL(""), .offers = SLICE_LITERAL(""), .seeks = SLICE_LITERAL("")};
    session->rooms = arena_alloc(job->arena, MODEL_ROOMS * sizeof *session->rooms);
    for (int r = 0; r < MODEL_ROOMS; r++)
      if (model->rooms[r].listing[member].listed) session->rooms[session->room_count++] = model_record(&model->rooms[r], member);
    session->club_head = model->club_head;
    return;
  }
  model_refuse(job, REASON_NOT_FOUND);
}

static void model_pulse(struct model *model, struct store_job *job) {
  struct store_pulse *pulse = &job->pulse;
  for (size_t i = 0; i < pulse->head_count; i++) {
    struct model_room *room = model_room(model, pulse->heads[i].room);
    pulse->heads[i].head = room ? room->head : -1;
  }
  pulse->events = arena_alloc(job->arena, (size_t)(model->club_head + 1) * sizeof *pulse->events);
  for (int64_t seq = pulse->club_after + 1; seq <= model->club_head; seq++)
    pulse->events[pulse->event_count++] = model->events[seq - 1];
  pulse->club_head = model->club_head;
  snprintf(pulse->epoch, sizeof pulse->epoch, "%s", model->epoch);
}

static void model_room_job(struct model *model, struct model_room *room, struct store_job *job) {
  switch (job->kind) {
  case STORE_POST: model_post(model, room, job); break;
  case STORE_EDIT:
  case STORE_REMOVE:
  case STORE_REACT: model_change(model, room, job); break;
  case STORE_MARK_READ: model_mark_read(room, job); break;
  case STORE_ROOM_OPEN:
    if (!room->listing[job->room.member].listed) room->listing[job->room.member].read = room->head;
    room->listing[job->room.member].listed = true;
    job->room.record = model_record(room, job->room.member);
    break;
  case STORE_ROOM_GET: job->room.record = model_record(room, job->room.member); break;
  case STORE_ROOM_JOIN:
  case STORE_HISTORY: model_page(room, job); break;
  case STORE_ENTRIES: model_entries(room, job); break;
  default: model_refuse(job, REASON_NOT_FOUND);
  }
}

void model_run(struct model *model, struct store_job *job) {
  job->outcome = STORE_DONE;
  if (job->kind == STORE_SESSION_FIND) {
    model_session(model, job);
  } else if (job->kind == STORE_PULSE) {
    model_pulse(model, job);
  } else if (job->kind != STORE_SESSION_TOUCH) {
    /* post, change, mark_read, room, page and entries all begin with the room's id */
    struct model_room *room = model_room(model, job->post.room);
    if (room)
      model_room_job(model, room, job);
    else
      model_refuse(job, REASON_NOT_FOUND);
  }
}
