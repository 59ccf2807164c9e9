/* Posting: the way that everything else waits for. */
#include <inttypes.h>
#include <stdio.h>

#include "club/broken.h"
#include "mentions.h"
#include "sqlite.h"

#define KEYS_SIZE (LIMIT_MENTIONS * 20 + 1)

struct mentions {
  int64_t keys[LIMIT_MENTIONS];
  size_t count;
};

bool post_find_repeated(struct sqlite *self, struct store_post *post, const struct room_row *room,
                        enum reason *reason) {
  struct query query = query_begin(self, SQL_POST_FIND);
  query_int(&query, post->member);
  query_text(&query, post->client_id);
  bool found = query_row(&query);
  if (found) {
    *reason = query_get_int(&query, 0) == room->key ? REASON_NONE : REASON_CONFLICT;
    post->seq = query_get_int(&query, 1);
    post->at = query_get_int(&query, 2);
    post->duplicate = true;
  }
  query_end(&query);
  return found;
}

bool post_is_message(struct sqlite *self, const struct room_row *room, int64_t seq) {
  struct query query = query_begin(self, SQL_ENTRY_GET);
  query_int(&query, room->key);
  query_int(&query, seq);
  bool message = query_row(&query) && query_get_int(&query, 1) == ENTRY_MESSAGE;
  query_end(&query);
  return message;
}

static bool may_be_mentioned(struct sqlite *self, const struct mentions *mentions, const struct store_post *post,
                             const struct room_row *room, int64_t key) {
  if (key == 0 || key == post->member) return false;
  for (size_t i = 0; i < mentions->count; i++) {
    if (mentions->keys[i] == key) return false;
  }
  return room_admits(self, room, key) == REASON_NONE;
}

static void find_mentions(struct sqlite *self, const struct store_post *post, const struct room_row *room,
                          struct mentions *mentions) {
  struct mentions_scan scan = {0};
  char login[33];
  mentions->count = 0;
  while (mentions->count < LIMIT_MENTIONS && mentions_next(post->text, &scan, login)) {
    struct query query = query_begin(self, SQL_MEMBER_MENTIONED);
    query_text(&query, slice_of(login));
    int64_t key = query_number(&query, 0);
    if (may_be_mentioned(self, mentions, post, room, key)) mentions->keys[mentions->count++] = key;
  }
}

static struct slice write_keys(const struct mentions *mentions, char text[KEYS_SIZE]) {
  size_t size = 0;
  for (size_t i = 0; i < mentions->count; i++) {
    size += (size_t)snprintf(text + size, KEYS_SIZE - size, i ? " %" PRId64 : "%" PRId64, mentions->keys[i]);
  }
  return mentions->count ? (struct slice){text, size} : SLICE_NONE;
}

/* False: the client_id was used before (or an error). */
static bool insert(struct sqlite *self, struct store_post *post, const struct room_row *room,
                   const struct mentions *mentions) {
  char keys[KEYS_SIZE];
  struct query query = query_begin(self, SQL_POST);
  query_int(&query, room->key);
  query_int(&query, room->head + 1);
  query_int(&query, room->at > self->now ? room->at : self->now);
  query_int(&query, post->author);
  query_int(&query, post->member);
  query_text(&query, post->client_id);
  query_text(&query, post->text);
  query_int_or_none(&query, post->reply_to);
  query_text(&query, write_keys(mentions, keys));
  query_run(&query);
  return self->error == SQLITE_OK && sqlite3_changes(self->db) > 0;
}

static void add_mentions(struct sqlite *self, struct store_job *job, struct store_post *post,
                         const struct room_row *room, const struct mentions *mentions) {
  if (mentions->count == 0) return;
  for (size_t i = 0; i < mentions->count; i++) {
    struct query query = query_begin(self, SQL_MENTION_ADD);
    query_int(&query, mentions->keys[i]);
    query_int(&query, room->key);
    query_int(&query, post->seq);
    query_run(&query);
  }
  post->mentions = arena_alloc(job->arena, mentions->count * sizeof *post->mentions);
  if (!post->mentions) return;
  memcpy(post->mentions, mentions->keys, mentions->count * sizeof *post->mentions);
  post->mention_count = mentions->count;
}

static void list_for_both(struct sqlite *self, struct store_job *job, struct store_post *post,
                          const struct room_row *room, int64_t head_before) {
  bool direct = room->kind == ROOM_DIRECT;
  (void)room_list_for(self, room, post->member, direct ? 0 : head_before);
  if (!direct) return;
  int64_t other = room->low == post->member ? room->high : room->low;
  if (room_list_for(self, room, other, 0) != LISTED_NOW) return;
  club_add(self, job, CLUB_LISTED, other, 0, post->room);
  post->listed_other = true;
}

/* ---- may it? ---- */

/* Milliseconds that the member must wait. */
static int64_t must_wait(struct sqlite *self, const struct room_row *room, int64_t member, int64_t slow) {
  struct query query = query_begin(self, SQL_POSTED_GET);
  query_int(&query, room->key);
  query_int(&query, member);
  int64_t at = query_number(&query, 0);
  if (at == 0 || self->now - at >= slow) return 0;
  return at > self->now ? slow : at + slow - self->now;
}

enum reason post_check(struct sqlite *self, struct store_post *post, const struct room_row *room) {
  if (block_closes(self, room)) return REASON_FORBIDDEN;
  enum reason reason = rights_to_write(self, room, post->member, &post->retry_after_ms);
  if (reason) return reason;
  int64_t slow = rights_slow(self, room, post->member);
  if (slow > 0) post->retry_after_ms = must_wait(self, room, post->member, slow);
  if (post->retry_after_ms > 0) return REASON_SLOW_MODE;
  return post->reply_to > 0 && !post_is_message(self, room, post->reply_to) ? REASON_NOT_FOUND : REASON_NONE;
}

void post_note(struct sqlite *self, const struct room_row *room, int64_t member) {
  struct query query = query_begin(self, SQL_POSTED_SET);
  query_int(&query, room->key);
  query_int(&query, member);
  query_int(&query, self->now);
  query_run(&query);
}

/* ---- posting ---- */

/* Only where that is broken: it is there already, and posted once more by another name. */
static bool insert_altered(struct sqlite *self, struct store_post *post, const struct room_row *room,
                           const struct mentions *mentions) {
  char altered[LIMIT_IDENTIFIER + 2];
  struct store_post other = *post;
  int size = snprintf(altered, sizeof altered, "%.*s+", (int)post->client_id.size, post->client_id.data);
  other.client_id = (struct slice){altered, (size_t)size};
  return insert(self, &other, room, mentions);
}

enum reason post_add(struct sqlite *self, struct store_job *job, struct store_post *post, struct room_row *room) {
  enum reason reason = REASON_NONE;
  struct mentions mentions;
  find_mentions(self, post, room, &mentions);
  bool added = insert(self, post, room, &mentions);
  if (BROKEN(duplicate) && !added) added = insert_altered(self, post, room, &mentions);
  if (!added) {
    (void)post_find_repeated(self, post, room, &reason);
    return reason;
  }
  int64_t head_before = room->head;
  room_advance(self, room);
  post->seq = room->head;
  post->at = room->at;
  add_mentions(self, job, post, room, &mentions);
  list_for_both(self, job, post, room, head_before);
  return REASON_NONE;
}

enum reason sqlite_post(struct sqlite *self, struct store_job *job) {
  struct store_post *post = &job->post;
  post->seq = post->at = post->retry_after_ms = 0;
  post->duplicate = post->listed_other = false;
  post->mention_count = 0;
  struct room_row *room;
  enum reason reason = room_enter(self, post->room, post->member, &room);
  if (reason) return reason;
  bool hindered = rights_hinder(self, room, post->member);
  /* A new client_id shows in the insertion itself; only what may be refused is looked up before. */
  bool was_held = rights_of(self, post->member).was_held;
  if (hindered || was_held || post->known_only || post->reply_to > 0 || block_closes(self, room)) {
    if (!BROKEN(duplicate) && post_find_repeated(self, post, room, &reason)) return reason;
    if (was_held && report_find_held(self, post->member, post->client_id, room, &reason)) return reason;
    if (post->known_only) return REASON_RATE_LIMITED;
    reason = post_check(self, post, room);
    if (reason) return reason;
  }
  reason = post_add(self, job, post, room);
  if (hindered && !reason && !post->duplicate && rights_slow(self, room, post->member) > 0)
    post_note(self, room, post->member);
  return reason;
}
