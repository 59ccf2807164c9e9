#include "model.h"

#include <stdio.h>

static const char *const model_ids[MODEL_ROOMS] = {"kz", "fintech", "kz.fintech", "dm.one", "dm.two"};

void model_init(struct model *model, int64_t *now_ms) {
  memset(model, 0, sizeof *model);
  for (int i = 0; i < MODEL_ROOMS; i++) model->rooms[i].id = model_ids[i];
  model->now_ms = now_ms;
  for (int i = 0; i < 2; i++) {
    model->rooms[3].pair[i] = 1 + i;
    model->rooms[4].pair[i] = 3 + i;
  }
  snprintf(model->epoch, sizeof model->epoch, "epoch-%d", model->epochs);
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

void model_change_epoch(struct model *model, int64_t (*back)(void *context, int64_t head), void *context) {
  for (int r = 0; r < MODEL_ROOMS; r++) {
    struct model_room *room = &model->rooms[r];
    room->head = back(context, room->head);
    for (int64_t seq = 1; seq <= room->head; seq++)
      if (room->entries[seq - 1].removed_by > room->head) room->entries[seq - 1].removed_by = 0;
    for (int member = 1; member <= MODEL_MEMBERS; member++)
      if (room->listing[member].read > room->head) room->listing[member].read = room->head;
  }
  model->club_head = back(context, model->club_head);
  snprintf(model->epoch, sizeof model->epoch, "epoch-%d", ++model->epochs);
}

void model_ban(struct model *model, int at, int member, bool on) {
  struct model_room *room = &model->rooms[at];
  if ((room->banned_at[member] != 0) == on || model->club_head == 256) return;
  room->banned_at[member] = on ? *model->now_ms : 0;
  room->ever_banned[member] = true;
  model->events[model->club_head] = (struct club_event){.seq = model->club_head + 1,
                                                        .kind = CLUB_ACTED,
                                                        .member = member,
                                                        .session = on ? 1 : 2, /* of the audit log */
                                                        .room = slice_of(room->id)};
  model->club_head++;
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

/* A text's tail of `a`s behind a tilde is kept as its length. */
static void model_keep_text(struct model_entry *entry, struct slice text) {
  const char *tilde = text.data ? memchr(text.data, '~', text.size) : NULL;
  size_t size = tilde ? (size_t)(tilde - text.data) + 1 : text.size;
  snprintf(entry->text, sizeof entry->text, "%.*s", (int)size, text.data ? text.data : "");
  entry->pad = (int)(text.size - size);
}

static void model_keep(char *to, size_t size, struct slice text) {
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
  if (!other || room->listing[other].listed || model->club_head == 256) return;
  room->listing[other].listed = true;
  model->events[model->club_head] = (struct club_event){
      .seq = model->club_head + 1, .kind = CLUB_LISTED, .member = other, .room = slice_of(room->id)};
  job->club_head = ++model->club_head;
  job->post.listed_other = true;
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
  if (post->known_only) {
    model_refuse(job, REASON_RATE_LIMITED);
    return;
  }
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
  if (job->kind != STORE_REACT && target->member != change->member) {
    model_refuse(job, REASON_FORBIDDEN);
    return;
  }
  change->target_member = target->member;
  if (model_same(room, job, &change->seq)) {
    change->at = room->entries[change->seq - 1].at;
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
  if (job->kind == STORE_REMOVE) target->removed_by = room->head;
}

/* ---- reads ---- */

int64_t model_unread(const struct model_room *room, int64_t member) {
  int64_t unread = 0;
  for (int64_t seq = room->listing[member].read + 1; seq <= room->head; seq++) {
    const struct model_entry *entry = &room->entries[seq - 1];
    if (entry->type == ENTRY_MESSAGE && entry->member != member && !entry->removed_by) unread++;
  }
  return unread;
}

int64_t model_mentions(const struct model_room *room, int64_t member) {
  int64_t mentions = 0;
  for (int64_t seq = room->listing[member].read + 1; seq <= room->head; seq++) {
    const struct model_entry *entry = &room->entries[seq - 1];
    if (entry->mention == member && entry->member != member && !entry->removed_by) mentions++;
  }
  return mentions;
}

static struct slice model_copy(struct store_job *job, const char *text) {
  return arena_copy(job->arena, slice_of(text));
}

static struct member_record model_member(struct store_job *job, int member) {
  const struct slice none = {"", 0};
  char name[32];
  snprintf(name, sizeof name, "member %d", member);
  return (struct member_record){.key = member,
                                .author = member,
                                .login = model_copy(job, name),
                                .name = model_copy(job, name),
                                .country = SLICE_LITERAL("kz"),
                                .title = none,
                                .company = none,
                                .about = none,
                                .offers = none,
                                .seeks = none};
}

static void model_sanctions(const struct model *model, struct store_job *job, struct member_record *record) {
  record->sanctions = arena_alloc(job->arena, MODEL_ROOMS * sizeof *record->sanctions);
  for (int r = 0; r < MODEL_ROOMS; r++)
    if (model->rooms[r].banned_at[record->key])
      record->sanctions[record->sanction_count++] =
          (struct sanction){.kind = SANCTION_BAN, .room = slice_of(model->rooms[r].id), .reason = {"", 0}};
}

static enum room_kind model_kind(const struct model_room *room) {
  if (room->pair[0]) return ROOM_DIRECT;
  if (strchr(room->id, '.')) return ROOM_PAIR;
  return strlen(room->id) == 2 ? ROOM_COUNTRY : ROOM_SECTOR;
}

static struct room_record model_record(const struct model_room *room, int64_t member, struct store_job *job) {
  bool listed = room->listing[member].listed;
  struct room_record record = {.room = slice_of(room->id),
                               .kind = model_kind(room),
                               .head = room->head,
                               .read = listed ? room->listing[member].read : room->head,
                               .unread = listed ? model_unread(room, member) : 0,
                               .mentions = listed ? model_mentions(room, member) : 0,
                               .listed = listed};
  if (!room->pair[0]) return record;
  record.with = arena_alloc(job->arena, sizeof *record.with);
  *record.with = model_member(job, room->pair[0] == member ? room->pair[1] : room->pair[0]);
  return record;
}

static void model_list(struct model *model, int64_t member, struct store_job *job, struct room_record **records,
                       size_t *count) {
  *records = arena_alloc(job->arena, MODEL_ROOMS * sizeof **records);
  *count = 0;
  for (int r = 0; r < MODEL_ROOMS; r++)
    if (model->rooms[r].listing[member].listed && !model->rooms[r].banned_at[member])
      (*records)[(*count)++] = model_record(&model->rooms[r], member, job);
}

static void model_mark_read(struct model_room *room, struct store_job *job) {
  struct store_mark_read *mark = &job->mark_read;
  if (mark->seq > room->head) {
    model_refuse(job, REASON_CONFLICT);
    return;
  }
  if (room->listing[mark->member].listed && mark->seq > room->listing[mark->member].read)
    room->listing[mark->member].read = mark->seq;
  struct room_record record = model_record(room, mark->member, job);
  mark->head = room->head;
  mark->read = record.read;
  mark->unread = record.unread;
  mark->mentions = record.mentions;
}

static struct slice model_copy_text(struct store_job *job, const struct model_entry *entry) {
  size_t size = strlen(entry->text);
  char *text = arena_alloc(job->arena, size + (size_t)entry->pad + 1);
  memcpy(text, entry->text, size);
  memset(text + size, 'a', (size_t)entry->pad);
  return (struct slice){text, size + (size_t)entry->pad};
}

static struct entry model_raw(const struct model_room *room, int64_t seq, struct store_job *job) {
  const struct model_entry *from = &room->entries[seq - 1];
  char name[32];
  snprintf(name, sizeof name, "member %d", from->member);
  int64_t subject = from->type == ENTRY_EDIT ? from->target : seq;
  bool removed = room->entries[subject - 1].removed_by > 0;
  struct entry entry = {.room = slice_of(room->id),
                        .seq = seq,
                        .at = from->at,
                        .type = from->type,
                        .target = from->target,
                        .on = from->on,
                        .removed = removed};
  entry.from =
      (struct author){from->member, from->member, model_copy(job, name), SLICE_LITERAL("kz"), SLICE_LITERAL("")};
  entry.client_id = from->type == ENTRY_MESSAGE ? model_copy(job, from->client_id) : SLICE_NONE;
  entry.emoji = model_copy(job, from->emoji);
  entry.reason = SLICE_NONE;
  if (!removed) entry.text = model_copy_text(job, from);
  if (from->mention && !removed) {
    entry.mentions = arena_alloc(job->arena, sizeof *entry.mentions);
    entry.mentions[0] = from->mention;
    entry.mention_count = 1;
  }
  if (from->target) entry.target_member = room->entries[from->target - 1].member;
  return entry;
}

#define MODEL_MANY 3    /* so many members' reactions are not told one by one */
#define MODEL_ENTRY 250 /* bytes of an entry beside its text, roughly */

/* The newest `limit` entries up to `last`, fewer where the page is full. */
static int64_t model_page_begin(const struct model_room *room, int64_t last, int64_t limit) {
  int64_t first = last + 1;
  for (int bytes = 0; first > 1 && last - first + 1 < limit; first--) {
    bytes += room->entries[first - 2].pad + MODEL_ENTRY;
    if (bytes > LIMIT_PAGE_BYTES && first <= last) break;
  }
  return first;
}

static int64_t model_page_end(const struct model_room *room, int64_t first, int64_t limit) {
  int64_t last = first - 1;
  for (int bytes = 0; last < room->head && last - first + 1 < limit; last++) {
    bytes += room->entries[last].pad + MODEL_ENTRY;
    if (bytes > LIMIT_PAGE_BYTES && last >= first) break;
  }
  return last;
}

static void model_react(const struct model_room *room, struct store_job *job, struct entry *entry) {
  int64_t *members = arena_alloc(job->arena, MODEL_MEMBERS * sizeof *members);
  struct reaction *reaction = arena_alloc(job->arena, sizeof *reaction);
  reaction->emoji = SLICE_LITERAL("👍");
  reaction->count = model_reactions(room, entry->seq, room->head, job->page.member, &reaction->mine, members);
  bool known = job->page.for_many && reaction->count < MODEL_MANY; /* else each member must read for itself */
  reaction->members = known ? members : NULL;
  entry->reactions = reaction;
  entry->reaction_count = reaction->count > 0;
}

static void model_page(struct model_room *room, struct store_job *job) {
  struct store_page *page = &job->page;
  int64_t last = room->head, first;
  if (page->after > room->head) {
    model_refuse(job, REASON_CONFLICT);
    return;
  }
  if (page->before > 0 && page->before <= room->head) last = page->before - 1;
  first = page->after >= 0 ? page->after + 1 : model_page_begin(room, last, page->limit);
  if (page->after >= 0) last = model_page_end(room, first, page->limit);
  page->record = model_record(room, page->member, job);
  page->as_of = room->head;
  page->more = page->after >= 0 ? last < room->head : page->before > 0 && first > 1;
  page->count = last >= first ? (size_t)(last - first + 1) : 0;
  page->entries = arena_alloc(job->arena, (page->count + 1) * sizeof *page->entries);
  for (size_t i = 0; i < page->count; i++) {
    struct entry *entry = &page->entries[i];
    *entry = model_raw(room, first + (int64_t)i, job);
    if (entry->type == ENTRY_MESSAGE && !entry->removed)
      entry->text = model_copy_text(job, model_text(room, entry->seq, room->head));
    if (entry->type == ENTRY_MESSAGE) model_react(room, job, entry);
  }
}

static void model_entries(struct model_room *room, struct store_job *job) {
  struct store_entries *read = &job->entries;
  int64_t to = model_page_end(room, read->from, 7); /* fewer than asked, as a full page would be */
  if (to > read->to) to = read->to;
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
    session->session = member;
    session->used_at = session->made_at = *model->now_ms;
    session->record = model_member(job, member);
    model_sanctions(model, job, &session->record);
    model_list(model, member, job, &session->rooms, &session->room_count);
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

static void model_member_get(struct model *model, struct store_job *job) {
  job->member.member = model_member(job, (int)job->member.member.key);
  model_sanctions(model, job, &job->member.member);
}

static void model_audit(struct store_job *job) {
  job->audit.records = arena_alloc(job->arena, sizeof *job->audit.records);
  job->audit.records[0] =
      (struct audit_record){.key = job->audit.key, .action = slice_of(job->audit.key == 1 ? "ban" : "unban")};
  job->audit.count = 1;
}

static void model_open(struct model_room *room, struct store_job *job) {
  if (!room->listing[job->room.member].listed && !room->pair[0]) room->listing[job->room.member].read = room->head;
  room->listing[job->room.member].listed = true;
  job->room.record = model_record(room, job->room.member, job);
}

static void model_direct(struct model *model, struct store_job *job) {
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
  if (job->kind == STORE_SESSION_FIND) {
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
    model_audit(job);
  } else if (job->kind != STORE_SESSION_TOUCH) {
    /* post, change, mark_read, room, page and entries all begin with the room's id */
    struct model_room *room = model_room(model, job->post.room);
    int64_t asker = model_asker(job);
    if (room && room->banned_at[asker])
      model_refuse(job, REASON_BANNED);
    else if (room && (asker == 0 || model_may_enter(room, asker)))
      model_room_job(model, room, job);
    else
      model_refuse(job, REASON_NOT_FOUND);
  }
}
