/* Posting: the way that everything else waits for. */
#include "club/broken.h"
#include "mentions.h"
#include "postgres_write.h"

static const char post_sql[] = "SELECT * FROM club_post_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/* Only where that is broken: one that is there already is another one. */
#define POST_TWICE_SQL \
  "SELECT * FROM club_post_2($1, $2, $3, CASE WHEN EXISTS (SELECT FROM entry WHERE member = $3 AND client_id = $4) " \
  "THEN $4 || '+' ELSE $4 END, $5, $6, $7, $8, $9, $10, $11, $12)"

static const char posts_sql[] = "SELECT * FROM club_posts_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

size_t posts_find_logins(struct slice text, struct arena *arena, struct slice **logins) {
  struct mentions_scan scan = {0};
  char login[33];
  size_t count = 0;
  *logins = NULL;
  while (mentions_next(text, &scan, login)) {
    struct slice wish = slice_of(login);
    if (!*logins) *logins = arena_alloc(arena, MENTIONS_TRIES * sizeof **logins);
    if (!*logins) return 0;
    bool there = false;
    for (size_t i = 0; i < count && !there; i++) there = slice_equal((*logins)[i], wish);
    if (!there) (*logins)[count++] = arena_copy(arena, wish);
  }
  return count;
}

struct ask posts_ask(struct postgres *self, struct store_job *job) {
  const struct store_post *post = &job->post;
  struct slice *logins;
  size_t count = posts_find_logins(post->text, job->arena, &logins);
  struct ask ask = ask_begin(self, BROKEN(duplicate) ? POST_TWICE_SQL : post_sql);
  ask_text(&ask, post->room);
  ask_int(&ask, post->author);
  ask_int(&ask, post->member);
  ask_text(&ask, post->client_id);
  ask_text(&ask, post->text);
  ask_int_or_none(&ask, post->reply_to);
  ask_bool(&ask, post->known_only);
  ask_texts_or_none(&ask, logins, count, job->arena);
  ask_int(&ask, LIMIT_MENTIONS);
  ask_int(&ask, LIMIT_LISTED);
  ask_int(&ask, RAID_SLOW_SECONDS);
  ask_now(&ask);
  return ask;
}

static struct slice write_logins(struct store_job *job) {
  struct slice *logins;
  size_t count = posts_find_logins(job->post.text, job->arena, &logins), size = 0;
  char *text = count ? arena_alloc(job->arena, count * 33) : NULL;
  for (size_t i = 0; text && i < count; i++) {
    if (i) text[size++] = ' ';
    memcpy(text + size, logins[i].data, logins[i].size);
    size += logins[i].size;
  }
  return (struct slice){text, size};
}

struct columns {
  struct slice rooms[LIMIT_WRITE_BATCH], client_ids[LIMIT_WRITE_BATCH], texts[LIMIT_WRITE_BATCH],
      logins[LIMIT_WRITE_BATCH];
  int64_t authors[LIMIT_WRITE_BATCH], members[LIMIT_WRITE_BATCH], replies[LIMIT_WRITE_BATCH];
  bool known_only[LIMIT_WRITE_BATCH];
};

static void fill_columns(struct columns *columns, struct store_job **jobs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const struct store_post *post = &jobs[i]->post;
    columns->rooms[i] = post->room;
    columns->authors[i] = post->author;
    columns->members[i] = post->member;
    columns->client_ids[i] = post->client_id;
    columns->texts[i] = post->text;
    columns->replies[i] = post->reply_to;
    columns->known_only[i] = post->known_only;
    columns->logins[i] = write_logins(jobs[i]);
  }
}

struct ask posts_ask_many(struct postgres *self, struct store_job **jobs, size_t count, struct arena *arena) {
  struct columns *columns = arena_alloc(arena, sizeof *columns);
  if (columns) {
    fill_columns(columns, jobs, count);
  } else {
    self->error = POSTGRES_MEMORY;
  }
  struct ask ask = ask_begin(self, posts_sql);
  if (!columns) return ask;
  ask_texts(&ask, columns->rooms, count, arena);
  ask_ints(&ask, columns->authors, count, arena);
  ask_ints(&ask, columns->members, count, arena);
  ask_texts(&ask, columns->client_ids, count, arena);
  ask_texts(&ask, columns->texts, count, arena);
  ask_ints(&ask, columns->replies, count, arena);
  ask_bools(&ask, columns->known_only, count, arena);
  ask_texts(&ask, columns->logins, count, arena);
  ask_int(&ask, LIMIT_MENTIONS);
  ask_int(&ask, LIMIT_LISTED);
  ask_int(&ask, RAID_SLOW_SECONDS);
  ask_now(&ask);
  return ask;
}

enum reason posts_take(struct store_job *job, struct ask *ask) {
  struct store_post *post = &job->post;
  enum reason reason = write_reason(ask);
  post->seq = ask_get_int(ask, 1);
  post->at = ask_get_int(ask, 2);
  post->duplicate = ask_get_int(ask, 3) != 0;
  post->mentions = mentions_read(ask_peek_text(ask, 4), job->arena, &post->mention_count);
  post->listed_other = ask_get_int(ask, 5) != 0;
  job->club_head = ask_get_int(ask, 6);
  post->retry_after_ms = ask_get_int(ask, 7);
  return reason;
}

struct slice posts_room(const struct store_job *job) {
  return job->post.room;
}
