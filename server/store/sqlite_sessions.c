/* Sessions: the logins behind the cookies. */
#include <stdlib.h>

#include "sqlite.h"

struct session_row {
  int64_t key, member, made_at, used_at, ended;
};

static bool read_session(struct sqlite *self, const struct store_session *wish, struct session_row *row) {
  bool by_key = wish->session > 0;
  struct query query = query_begin(self, by_key ? SQL_SESSION_BY_KEY : SQL_SESSION_BY_DIGEST);
  if (by_key) {
    query_int(&query, wish->session);
  } else {
    query_bytes(&query, wish->digest, DIGEST_SIZE);
  }
  bool found = query_row(&query);
  if (found) {
    *row = (struct session_row){
        .key = query_get_int(&query, 0),
        .member = query_get_int(&query, 1),
        .made_at = query_get_int(&query, 2),
        .used_at = query_get_int(&query, 3),
        .ended = query_get_int(&query, 4),
    };
  }
  query_end(&query);
  return found;
}

static int64_t oldest_made(const struct sqlite *self) {
  return self->now - (int64_t)SESSION_SECONDS * 1000;
}

static int64_t oldest_used(const struct sqlite *self) {
  return self->now - (int64_t)SESSION_UNUSED_SECONDS * 1000;
}

/* Its days are not over. */
static bool is_young(const struct sqlite *self, const struct session_row *row) {
  return row->made_at >= oldest_made(self) && row->used_at >= oldest_used(self);
}

static bool is_alive(const struct sqlite *self, const struct session_row *row) {
  return row->ended == 0 && is_young(self, row);
}

/* ---- ending ---- */

static void end_one(struct sqlite *self, struct store_job *job, int64_t member, int64_t session) {
  struct query query = query_begin(self, SQL_SESSION_END);
  query_int(&query, self->now);
  query_int(&query, session);
  query_run(&query);
  club_add(self, job, CLUB_SESSION_ENDED, member, session, SLICE_NONE);
}

/* The longest unused first. */
static size_t list_sessions(struct sqlite *self, int64_t member, int64_t sessions[LIMIT_SESSIONS + 1]) {
  size_t count = 0;
  struct query query = query_begin(self, SQL_SESSIONS_OF_MEMBER);
  query_int(&query, member);
  while (count < LIMIT_SESSIONS + 1 && query_row(&query)) sessions[count++] = query_get_int(&query, 0);
  query_end(&query);
  return count;
}

void session_end_all(struct sqlite *self, struct store_job *job, int64_t member, int64_t keep) {
  int64_t sessions[LIMIT_SESSIONS + 1];
  size_t count = list_sessions(self, member, sessions);
  for (size_t i = 0; i < count; i++) {
    if (sessions[i] != keep) end_one(self, job, member, sessions[i]);
  }
}

/* ---- beginning ---- */

/* Rows of sessions that are over go when the member logs in the next time. */
static void purge(struct sqlite *self, int64_t member) {
  struct query query = query_begin(self, SQL_SESSION_PURGE);
  query_int(&query, member);
  query_int(&query, oldest_made(self));
  query_int(&query, oldest_used(self));
  query_run(&query);
}

int64_t session_begin(struct sqlite *self, struct store_job *job, const unsigned char *digest, int64_t member,
                      struct session_place place) {
  purge(self, member);
  struct query query = query_begin(self, SQL_SESSION_ADD);
  query_bytes(&query, digest, DIGEST_SIZE);
  query_int(&query, member);
  query_int(&query, self->now);
  query_text(&query, place.address);
  query_text(&query, place.client);
  query_run(&query);
  int64_t key = sqlite3_last_insert_rowid(self->db);
  int64_t sessions[LIMIT_SESSIONS + 1];
  if (list_sessions(self, member, sessions) > LIMIT_SESSIONS) {
    end_one(self, job, member, sessions[0] == key ? sessions[1] : sessions[0]);
  }
  return key;
}

/* ---- operations ---- */

/* With rights. False: there is none, or it may not be here. */
static bool find_member(struct sqlite *self, struct store_job *job, int64_t member) {
  struct member_record *record = &job->session.record;
  if (!member_by_key(self, member, job->arena, record, NULL)) return false;
  rights_fill(self, job->arena, record);
  return !rights_record_barred(record);
}

enum reason sqlite_session_add(struct sqlite *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  if (!find_member(self, job, wish->member)) return REASON_NOT_FOUND;
  wish->session =
      session_begin(self, job, wish->digest, wish->member, (struct session_place){wish->address, wish->client});
  wish->made_at = wish->used_at = self->now;
  wish->club_head = club_head(self);
  return REASON_NONE;
}

enum reason sqlite_session_end(struct sqlite *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  struct session_row row;
  if (!read_session(self, wish, &row) || row.ended) return REASON_NOT_FOUND;
  if (wish->member > 0 && row.member != wish->member) return REASON_NOT_FOUND;
  end_one(self, job, row.member, row.key);
  wish->session = row.key;
  wish->member = row.member;
  return REASON_NONE;
}

static int used_later(const void *a, const void *b) {
  const struct session_record *left = a, *right = b;
  if (left->used_at != right->used_at) return left->used_at < right->used_at ? 1 : -1;
  return left->key < right->key ? 1 : left->key > right->key ? -1 : 0;
}

enum reason sqlite_session_list(struct sqlite *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  wish->count = 0;
  wish->sessions = arena_alloc(job->arena, LIMIT_SESSIONS * sizeof *wish->sessions);
  if (!wish->sessions) return REASON_NONE;
  struct query query = query_begin(self, SQL_SESSION_LIST);
  query_int(&query, wish->member);
  query_int(&query, oldest_made(self));
  query_int(&query, oldest_used(self));
  while (wish->count < LIMIT_SESSIONS && query_row(&query)) {
    wish->sessions[wish->count++] = (struct session_record){.key = query_get_int(&query, 0),
                                                            .made_at = query_get_int(&query, 1),
                                                            .used_at = query_get_int(&query, 2),
                                                            .address = query_get_text(&query, 3, job->arena),
                                                            .client = query_get_text(&query, 4, job->arena)};
  }
  query_end(&query);
  qsort(wish->sessions, wish->count, sizeof *wish->sessions, used_later);
  return REASON_NONE;
}

/* False: there is none, or it is over, or its member may not use it. */
static bool find_alive(struct sqlite *self, struct store_job *job, struct session_row *row) {
  struct store_session *wish = &job->session;
  return read_session(self, wish, row) && is_alive(self, row) && find_member(self, job, row->member);
}

/* Whose session ended with a ban hears that as long as the session would have lasted. */
static enum reason why_not_found(struct sqlite *self, struct store_job *job) {
  struct session_row row;
  bool known = read_session(self, &job->session, &row) && is_young(self, &row);
  bool shut = known && !find_member(self, job, row.member);
  return shut && job->session.record.key == row.member && !job->session.record.disabled ? REASON_BANNED
                                                                                        : REASON_NOT_FOUND;
}

enum reason sqlite_session_touch(struct sqlite *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  struct session_row row;
  if (!find_alive(self, job, &row)) return why_not_found(self, job);
  if (self->now > row.used_at) {
    struct query query = query_begin(self, SQL_SESSION_TOUCH);
    query_int(&query, self->now);
    query_int(&query, row.key);
    query_run(&query);
    row.used_at = self->now;
  }
  wish->session = row.key;
  wish->member = row.member;
  wish->made_at = row.made_at;
  wish->used_at = row.used_at;
  return REASON_NONE;
}

enum reason sqlite_session_find(struct sqlite *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  struct session_row row;
  wish->club_head = club_head(self);
  if (!find_alive(self, job, &row)) return why_not_found(self, job);
  wish->session = row.key;
  wish->member = row.member;
  wish->made_at = row.made_at;
  wish->used_at = row.used_at;
  if (wish->with_rooms) room_list(self, row.member, false, job->arena, &wish->rooms, &wish->room_count);
  return REASON_NONE;
}

enum reason sqlite_login_find(struct sqlite *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  if (!member_by_login(self, wish->login, job->arena, &wish->record, &wish->password)) return REASON_NOT_FOUND;
  rights_fill(self, job->arena, &wish->record);
  wish->banned = !wish->record.disabled && rights_record_barred(&wish->record);
  if (wish->banned) wish->record.disabled = true;
  wish->member = wish->record.key;
  wish->club_head = club_head(self);
  return REASON_NONE;
}
