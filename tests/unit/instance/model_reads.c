/* What the store answers to those who only ask. */
#include <stdio.h>

#include "model.h"

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

static struct member_record model_card(struct store_job *job, int member) {
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

static enum room_kind model_kind(const struct model_room *room) {
  if (room->pair[0]) return ROOM_DIRECT;
  if (room->is_private) return ROOM_CUSTOM;
  if (strchr(room->id, '.')) return ROOM_PAIR;
  return strlen(room->id) == 2 ? ROOM_COUNTRY : ROOM_SECTOR;
}

struct room_record model_record(const struct model_room *room, int64_t member, struct store_job *job) {
  bool listed = room->listing[member].listed;
  struct room_record record = {.room = slice_of(room->id),
                               .kind = model_kind(room),
                               .head = room->head,
                               .read = listed ? room->listing[member].read : room->head,
                               .unread = listed ? model_unread(room, member) : 0,
                               .mentions = listed ? model_mentions(room, member) : 0,
                               .listed = listed};
  model_fill_room(room, job, &record.settings);
  if (!room->pair[0]) return record;
  record.with = arena_alloc(job->arena, sizeof *record.with);
  *record.with = model_card(job, room->pair[0] == member ? room->pair[1] : room->pair[0]);
  return record;
}

void model_list(struct model *model, int64_t member, struct store_job *job, struct room_record **records,
                size_t *count) {
  *records = arena_alloc(job->arena, MODEL_ROOMS * sizeof **records);
  *count = 0;
  for (int r = 0; r < MODEL_ROOMS; r++)
    if (model->rooms[r].listing[member].listed && !model_enters(model, r, (int)member))
      (*records)[(*count)++] = model_record(&model->rooms[r], member, job);
}

void model_mark_read(struct model_room *room, struct store_job *job) {
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

struct entry model_raw(const struct model_room *room, int64_t seq, struct store_job *job) {
  const struct model_entry *from = &room->entries[seq - 1];
  char name[32];
  snprintf(name, sizeof name, "member %d", from->member);
  int64_t subject = from->type == ENTRY_EDIT ? from->target : seq;
  bool removed = room->entries[subject - 1].removed_by > 0 && from->type <= ENTRY_EDIT;
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
  entry.reason = from->reason[0] ? model_copy(job, from->reason) : SLICE_NONE;
  entry.action = model_copy(job, from->action);
  entry.detail = model_copy(job, from->detail);
  entry.until = from->until;
  if (!removed) entry.text = model_copy_text(job, from);
  if (from->mention && !removed) {
    entry.mentions = arena_alloc(job->arena, sizeof *entry.mentions);
    entry.mentions[0] = from->mention;
    entry.mention_count = 1;
  }
  entry.target_member = from->target ? room->entries[from->target - 1].member : from->whom;
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

void model_page(struct model_room *room, struct store_job *job) {
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

void model_entries(struct model_room *room, struct store_job *job) {
  struct store_entries *read = &job->entries;
  int64_t to = model_page_end(room, read->from, 7); /* fewer than asked, as a full page would be */
  if (to > read->to) to = read->to;
  read->count = to >= read->from ? (size_t)(to - read->from + 1) : 0;
  read->entries = arena_alloc(job->arena, (read->count + 1) * sizeof *read->entries);
  for (size_t i = 0; i < read->count; i++) read->entries[i] = model_raw(room, read->from + (int64_t)i, job);
}

struct member_record model_member(const struct model *model, struct store_job *job, int member) {
  struct member_record record = model_card(job, member);
  model_fill_rights(model, job, &record);
  return record;
}

/* Whose token it is, of whichever of its sessions; 0: nobody's. */
static int model_session_of(const struct model *model, const unsigned char *digest, bool *over) {
  for (int member = 1; member <= MODEL_MEMBERS; member++)
    for (int session = 0; session <= model->session[member]; session++)
      if (digest_equal(model->digests[member][session], digest)) {
        *over = session < model->session[member] || model->ended[member];
        return member;
      }
  return 0;
}

void model_session(struct model *model, struct store_job *job) {
  struct store_session *session = &job->session;
  bool over = true;
  model_log_in(model);
  int member = model_session_of(model, session->digest, &over);
  if (member == 0 || over || model_is_out(model, member)) {
    model_refuse(job, member && model_is_out(model, member) ? REASON_BANNED : REASON_NOT_FOUND);
    return;
  }
  session->session = member + 10 * model->session[member];
  if (job->kind == STORE_SESSION_TOUCH) return;
  session->used_at = session->made_at = *model->now_ms;
  session->record = model_member(model, job, member);
  model_list(model, member, job, &session->rooms, &session->room_count);
  session->club_head = model->club_head;
}

void model_pulse(struct model *model, struct store_job *job) {
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

void model_member_get(struct model *model, struct store_job *job) {
  job->member.member = model_member(model, job, (int)job->member.member.key);
}
