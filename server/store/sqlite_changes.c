/* Editing, removing and reacting: each is an entry of its own, and leaves its trace on the message for whoever reads
 * that later. */
#include <stdlib.h>

#include "sqlite.h"

/* A message that is to change, as it stands. */
struct target {
  int64_t at, member, edited, removed;
  struct slice text;     /* as first posted */
  struct slice mentions; /* keys separated by spaces */
};

static bool find_target(struct sqlite *self, struct store_job *job, const struct room_row *room,
                        struct target *target) {
  struct query query = query_begin(self, SQL_ENTRY_GET);
  query_int(&query, room->key);
  query_int(&query, job->change.target);
  bool found = query_row(&query) && query_get_int(&query, 1) == ENTRY_MESSAGE;
  if (found) {
    target->at = query_get_int(&query, 0);
    target->member = query_get_int(&query, 2);
    target->text = query_get_text(&query, 3, job->arena);
    target->edited = query_get_int(&query, 4);
    target->removed = query_get_int(&query, 5);
    target->mentions = query_get_text(&query, 6, job->arena);
    job->change.target_member = target->member;
  }
  query_end(&query);
  return found;
}

static enum reason unchanged(struct store_change *change, int64_t seq, int64_t at) {
  change->seq = seq;
  change->at = at;
  change->changed = false;
  return REASON_NONE;
}

static int64_t time_of(struct sqlite *self, const struct room_row *room, int64_t seq) {
  struct query query = query_begin(self, SQL_ENTRY_AT);
  query_int(&query, room->key);
  query_int(&query, seq);
  return query_number(&query, 0);
}

static void add_entry(struct sqlite *self, struct store_change *change, struct room_row *room, enum entry_type type) {
  room_advance(self, room);
  change->seq = room->head;
  change->at = room->at;
  change->changed = true;
  struct query query = query_begin(self, SQL_CHANGE_ADD);
  query_int(&query, room->key);
  query_int(&query, change->seq);
  query_int(&query, change->at);
  query_int(&query, type);
  query_int(&query, change->author);
  query_int(&query, change->member);
  query_text(&query, type == ENTRY_EDIT ? change->text : SLICE_NONE);
  query_int(&query, change->target);
  query_int(&query, change->target_member);
  query_text(&query, type == ENTRY_REACT ? change->emoji : SLICE_NONE);
  query_int_or_none(&query, type == ENTRY_REACT && change->on);
  query_text(&query, type == ENTRY_REMOVE ? change->reason : SLICE_NONE);
  query_run(&query);
}

/* As a post, but for slow mode. */
static enum reason may_change(struct sqlite *self, const struct store_change *change, const struct room_row *room) {
  int64_t muted_ms;
  if (block_closes(self, room)) return REASON_FORBIDDEN;
  return rights_hinder(self, room, change->member) ? rights_to_write(self, room, change->member, &muted_ms)
                                                   : REASON_NONE;
}

/* ---- edit ---- */

/* Has the message this text already? Then since which entry. */
static bool has_text(struct sqlite *self, struct store_job *job, const struct room_row *room,
                     const struct target *target, int64_t *since, int64_t *at) {
  *since = job->change.target;
  *at = target->at;
  if (target->edited == 0) return slice_equal(target->text, job->change.text);
  *since = target->edited;
  struct query query = query_begin(self, SQL_ENTRY_TEXT);
  query_int(&query, room->key);
  query_int(&query, target->edited);
  bool same = query_row(&query);
  if (same) {
    *at = query_get_int(&query, 0);
    same = slice_equal(query_peek_text(&query, 1), job->change.text);
  }
  query_end(&query);
  return same;
}

static int64_t count_edits(struct sqlite *self, const struct room_row *room, int64_t target) {
  struct query query = query_begin(self, SQL_EDIT_COUNT);
  query_int(&query, room->key);
  query_int(&query, target);
  return query_number(&query, 0);
}

enum reason sqlite_edit(struct sqlite *self, struct store_job *job) {
  struct store_change *change = &job->change;
  struct room_row *room;
  struct target target;
  enum reason reason = room_enter(self, change->room, change->member, &room);
  if (reason) return reason;
  if (!find_target(self, job, room, &target) || target.removed) return REASON_NOT_FOUND;
  if (target.member != change->member) return REASON_FORBIDDEN;
  int64_t since, at;
  if (has_text(self, job, room, &target, &since, &at)) return unchanged(change, since, at);
  reason = may_change(self, change, room);
  if (reason) return reason;
  if (count_edits(self, room, change->target) >= LIMIT_EDITS_OF_MESSAGE) return REASON_RATE_LIMITED;
  add_entry(self, change, room, ENTRY_EDIT);
  struct query query = query_begin(self, SQL_ENTRY_EDITED);
  query_int(&query, change->seq);
  query_int(&query, room->key);
  query_int(&query, change->target);
  query_run(&query);
  return REASON_NONE;
}

/* ---- remove ---- */

static void wipe(struct sqlite *self, enum sql sql, const struct removal *removal) {
  struct query query = query_begin(self, sql);
  query_int(&query, removal->by);
  query_int(&query, removal->room);
  query_int(&query, removal->target);
  query_run(&query);
}

static void drop_mentions(struct sqlite *self, const struct removal *removal) {
  const char *at = removal->mentions.data;
  while (at && *at) {
    char *end;
    int64_t key = strtoll(at, &end, 10);
    if (end == at) return;
    struct query query = query_begin(self, SQL_MENTION_DROP);
    query_int(&query, key);
    query_int(&query, removal->room);
    query_int(&query, removal->target);
    query_run(&query);
    at = end;
  }
}

static void unpin(struct sqlite *self, const struct removal *removal) {
  struct query query = query_begin(self, SQL_PIN_DROP);
  query_int(&query, removal->room);
  query_int(&query, removal->target);
  query_run(&query);
}

void change_wipe(struct sqlite *self, const struct removal *removal) {
  wipe(self, SQL_WIPE_MESSAGE, removal);
  wipe(self, SQL_WIPE_EDITS, removal);
  drop_mentions(self, removal);
  unpin(self, removal);
  checkpoint_note_removal(self);
}

/* The one whose message a moderator removed is told. */
static void tell(struct sqlite *self, struct store_job *job, const struct room_row *room) {
  const struct store_change *change = &job->change;
  struct audit_entry entry = {.by = change->member,
                              .action = right_of(ACT_REMOVE)->done,
                              .room = room->key,
                              .member = change->target_member,
                              .seq = change->target,
                              .reason = change->reason};
  audit_tell(self, job, audit_add(self, &entry), change->target_member, change->room);
}

enum reason sqlite_remove(struct sqlite *self, struct store_job *job) {
  struct store_change *change = &job->change;
  struct room_row *room;
  struct target target;
  struct deed deed;
  enum reason reason = room_enter(self, change->room, change->member, &room);
  if (reason) return reason;
  if (!find_target(self, job, room, &target)) return REASON_NOT_FOUND;
  bool others = target.member != change->member;
  reason = others ? rights_check(self, ACT_REMOVE, change->member, change->room, target.member, &deed) : REASON_NONE;
  if (reason) return reason;
  if (target.removed) return unchanged(change, target.removed, time_of(self, room, target.removed));
  add_entry(self, change, room, ENTRY_REMOVE);
  const struct removal removal = {room->key, change->target, change->seq, target.mentions};
  change_wipe(self, &removal);
  if (others) tell(self, job, room);
  return REASON_NONE;
}

/* ---- react ---- */

/* The member's reactions to one message so far. */
struct reacts {
  int64_t count;   /* entries */
  bool on;         /* this emoji stands now */
  int64_t seq, at; /* the entry that set that; 0: never set */
};

static struct reacts read_reacts(struct sqlite *self, const struct store_change *change, const struct room_row *room) {
  struct reacts reacts = {0};
  struct query query = query_begin(self, SQL_REACTS_OF_MEMBER);
  query_int(&query, room->key);
  query_int(&query, change->target);
  query_int(&query, change->member);
  while (query_row(&query)) {
    reacts.count++;
    if (!slice_equal(query_peek_text(&query, 2), change->emoji)) continue;
    reacts.seq = query_get_int(&query, 0);
    reacts.at = query_get_int(&query, 1);
    reacts.on = query_get_int(&query, 3) != 0;
  }
  query_end(&query);
  return reacts;
}

/* May one more emoji stand under the message? */
static bool has_place(struct sqlite *self, const struct store_change *change, const struct room_row *room) {
  int distinct = 0;
  bool there = false;
  struct query query = query_begin(self, SQL_REACTIONS);
  query_int(&query, room->key);
  query_int(&query, change->target);
  while (query_row(&query)) {
    distinct++;
    if (slice_equal(query_peek_text(&query, 0), change->emoji)) there = true;
  }
  query_end(&query);
  return there || distinct < LIMIT_EMOJI_OF_MESSAGE;
}

static void count_reaction(struct sqlite *self, enum sql sql, const struct store_change *change,
                           const struct room_row *room) {
  struct query query = query_begin(self, sql);
  query_int(&query, room->key);
  query_int(&query, change->target);
  query_text(&query, change->emoji);
  if (sql == SQL_REACTION_UP) query_int(&query, change->seq);
  query_run(&query);
}

static void mark_reacted(struct sqlite *self, const struct store_change *change, const struct room_row *room) {
  struct query query = query_begin(self, SQL_ENTRY_REACTED);
  query_int(&query, room->key);
  query_int(&query, change->target);
  query_run(&query);
}

enum reason sqlite_react(struct sqlite *self, struct store_job *job) {
  struct store_change *change = &job->change;
  struct room_row *room;
  struct target target;
  enum reason reason = room_enter(self, change->room, change->member, &room);
  if (reason) return reason;
  if (!find_target(self, job, room, &target) || target.removed) return REASON_NOT_FOUND;
  struct reacts reacts = read_reacts(self, change, room);
  if (reacts.on == change->on) {
    return reacts.seq ? unchanged(change, reacts.seq, reacts.at) : unchanged(change, change->target, target.at);
  }
  reason = may_change(self, change, room);
  if (reason) return reason;
  /* What stands may always be taken back. */
  if (change->on && (reacts.count >= LIMIT_REACTS_OF_MEMBER || !has_place(self, change, room))) {
    return REASON_RATE_LIMITED;
  }
  add_entry(self, change, room, ENTRY_REACT);
  if (change->on) {
    count_reaction(self, SQL_REACTION_UP, change, room);
    mark_reacted(self, change, room);
  } else {
    count_reaction(self, SQL_REACTION_DOWN, change, room);
    count_reaction(self, SQL_REACTION_DROP, change, room);
  }
  return REASON_NONE;
}
