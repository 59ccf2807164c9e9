/* Posting: the way that everything else waits for. */
#include <inttypes.h>
#include <stdio.h>

#include "mentions.h"
#include "sqlite.h"

#define KEYS_SIZE (LIMIT_MENTIONS * 20 + 1)

struct mentions {
  int64_t keys[LIMIT_MENTIONS];
  size_t count;
};

/* Was this client_id used before? Then answers with that post. */
static bool find_repeated(struct sqlite *self, struct store_post *post, const struct room_row *room,
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

static bool is_message(struct sqlite *self, const struct room_row *room, int64_t seq) {
  struct query query = query_begin(self, SQL_ENTRY_GET);
  query_int(&query, room->key);
  query_int(&query, seq);
  bool message = query_row(&query) && query_get_int(&query, 1) == ENTRY_MESSAGE;
  query_end(&query);
  return message;
}

static bool may_be_mentioned(const struct mentions *mentions, const struct store_post *post,
                             const struct room_row *room, int64_t key) {
  if (key == 0 || key == post->member) return false;
  if (room->kind == ROOM_DIRECT && key != room->low && key != room->high) return false;
  for (size_t i = 0; i < mentions->count; i++) {
    if (mentions->keys[i] == key) return false;
  }
  return true;
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
    if (may_be_mentioned(mentions, post, room, key)) mentions->keys[mentions->count++] = key;
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

static void add_mentions(struct sqlite *self, struct store_job *job, const struct room_row *room,
                         const struct mentions *mentions) {
  struct store_post *post = &job->post;
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

static void list_for_both(struct sqlite *self, struct store_job *job, const struct room_row *room,
                          int64_t head_before) {
  struct store_post *post = &job->post;
  bool direct = room->kind == ROOM_DIRECT;
  (void)room_list_for(self, room, post->member, direct ? 0 : head_before);
  if (!direct) return;
  int64_t other = room->low == post->member ? room->high : room->low;
  if (room_list_for(self, room, other, 0) != LISTED_NOW) return;
  club_add(self, job, CLUB_LISTED, other, 0, post->room);
  post->listed_other = true;
}

enum reason sqlite_post(struct sqlite *self, struct store_job *job) {
  struct store_post *post = &job->post;
  post->seq = post->at = 0;
  post->duplicate = post->listed_other = false;
  post->mention_count = 0;
  struct room_row *room = room_enter(self, post->room, post->member);
  if (!room) return REASON_NOT_FOUND;
  enum reason reason = REASON_NONE;
  bool closed = block_closes(self, room);
  /* A new client_id shows in the insertion itself; only what may be refused is looked up before. */
  if (post->known_only || post->reply_to > 0 || closed) {
    if (find_repeated(self, post, room, &reason)) return reason;
    if (post->known_only) return REASON_RATE_LIMITED;
    if (closed) return REASON_FORBIDDEN;
    if (!is_message(self, room, post->reply_to)) return REASON_NOT_FOUND;
  }
  struct mentions mentions;
  find_mentions(self, post, room, &mentions);
  if (!insert(self, post, room, &mentions)) {
    (void)find_repeated(self, post, room, &reason);
    return reason;
  }
  int64_t head_before = room->head;
  room_advance(self, room);
  post->seq = room->head;
  post->at = room->at;
  add_mentions(self, job, room, &mentions);
  list_for_both(self, job, room, head_before);
  return REASON_NONE;
}
