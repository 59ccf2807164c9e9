/* Invites: links by which people join. */
#include "sqlite.h"

#define LIST_LIMIT 1000

static void read_invite(const struct query *query, struct arena *arena, struct invite_record *record) {
  *record = (struct invite_record){
      .key = query_get_int(query, 0),
      .role = (enum role)query_get_int(query, 1),
      .room = query_get_text(query, 2, arena),
      .uses = query_get_int(query, 3),
      .used = query_get_int(query, 4),
      .made_at = query_get_int(query, 5),
      .expires_at = query_get_int(query, 6),
      .made_by = query_get_int(query, 7),
      .revoked = query_get_int(query, 8) != 0,
  };
}

static bool take_invite(struct query *query, struct arena *arena, struct invite_record *record) {
  bool found = query_row(query);
  if (found) read_invite(query, arena, record);
  query_end(query);
  return found;
}

static bool is_usable(const struct sqlite *self, const struct invite_record *invite) {
  return !invite->revoked && invite->used < invite->uses && (invite->expires_at == 0 || invite->expires_at > self->now);
}

bool invite_find_usable(struct sqlite *self, const unsigned char *digest, struct arena *arena,
                        struct invite_record *invite) {
  struct query query = query_begin(self, SQL_INVITE_BY_DIGEST);
  query_bytes(&query, digest, DIGEST_SIZE);
  return take_invite(&query, arena, invite) && is_usable(self, invite);
}

void invite_use(struct sqlite *self, int64_t key) {
  struct query query = query_begin(self, SQL_INVITE_USE);
  query_int(&query, key);
  query_run(&query);
}

void invite_void_all(struct sqlite *self, int64_t member) {
  struct query query = query_begin(self, SQL_INVITE_VOID_OF_MEMBER);
  query_int(&query, member);
  query_run(&query);
}

/* A request that was under way when its member was disabled. */
static bool is_disabled(struct sqlite *self, int64_t member, struct arena *arena) {
  struct member_record record;
  return member > 0 && member_by_key(self, member, arena, &record, NULL) && record.disabled;
}

static bool find_by_client(struct sqlite *self, struct store_job *job, struct invite_record *record) {
  const struct store_invite *wish = &job->invite;
  if (!wish->client_id.size || wish->member == 0) return false;
  struct query query = query_begin(self, SQL_INVITE_BY_CLIENT);
  query_int(&query, wish->member);
  query_text(&query, wish->client_id);
  return take_invite(&query, job->arena, record);
}

static bool has_too_many(struct sqlite *self, int64_t member) {
  if (member == 0) return false;
  struct query query = query_begin(self, SQL_INVITE_COUNT);
  query_int(&query, member);
  query_int(&query, self->now);
  return query_number(&query, 0) >= LIMIT_INVITES;
}

/* Rooms of two are for their two alone. */
static bool is_for_guests(struct sqlite *self, struct slice id) {
  if (!id.size) return true;
  const struct room_row *room = room_find(self, id);
  return room && room->kind != ROOM_DIRECT;
}

static void insert(struct sqlite *self, struct store_invite *wish, bool first) {
  struct invite_record *record = &wish->record;
  record->made_at = self->now;
  record->made_by = wish->member;
  record->used = 0;
  record->revoked = false;
  struct query query = query_begin(self, SQL_INVITE_ADD);
  query_bytes(&query, wish->digest, DIGEST_SIZE);
  query_int(&query, record->role);
  query_text(&query, record->room.size ? record->room : SLICE_NONE);
  query_int(&query, record->uses);
  query_int(&query, record->made_at);
  query_int(&query, record->expires_at);
  query_int_or_none(&query, wish->member);
  query_text(&query, wish->client_id.size ? wish->client_id : SLICE_NONE);
  query_int(&query, first);
  query_run(&query);
  record->key = sqlite3_last_insert_rowid(self->db);
}

enum reason sqlite_invite_create(struct sqlite *self, struct store_job *job) {
  struct store_invite *wish = &job->invite;
  struct invite_record earlier;
  if (find_by_client(self, job, &earlier)) {
    wish->record = earlier;
    return REASON_NONE;
  }
  if (is_disabled(self, wish->member, job->arena)) return REASON_FORBIDDEN;
  if (!is_for_guests(self, wish->record.room)) return REASON_NOT_FOUND;
  if (has_too_many(self, wish->member)) return REASON_RATE_LIMITED;
  insert(self, wish, false);
  return REASON_NONE;
}

enum reason sqlite_invite_revoke(struct sqlite *self, struct store_job *job) {
  struct store_invite *wish = &job->invite;
  struct invite_record invite;
  struct query find = query_begin(self, SQL_INVITE_BY_KEY);
  query_int(&find, wish->record.key);
  if (!take_invite(&find, job->arena, &invite)) return REASON_NOT_FOUND;
  if (!wish->any && invite.made_by != wish->member) return REASON_NOT_FOUND;
  if (!invite.revoked) {
    struct query revoke = query_begin(self, SQL_INVITE_REVOKE);
    query_int(&revoke, invite.key);
    query_run(&revoke);
    invite.revoked = true;
  }
  wish->record = invite;
  return REASON_NONE;
}

enum reason sqlite_first_invite(struct sqlite *self, struct store_job *job) {
  struct store_invite *wish = &job->invite;
  struct query count = query_begin(self, SQL_ADMIN_COUNT);
  wish->needed = query_number(&count, 1) == 0;
  if (!wish->needed) return REASON_NONE;
  struct query revoke = query_begin(self, SQL_INVITE_VOID_FIRST);
  query_run(&revoke);
  wish->record.role = ROLE_ADMIN;
  wish->record.uses = 1;
  insert(self, wish, true);
  return REASON_NONE;
}

enum reason sqlite_invite_find(struct sqlite *self, struct store_job *job) {
  struct store_invite *wish = &job->invite;
  struct invite_record invite;
  if (!invite_find_usable(self, wish->digest, job->arena, &invite)) return REASON_NOT_FOUND;
  wish->record = invite;
  return REASON_NONE;
}

static struct query begin_list(struct sqlite *self, const struct store_invite *wish) {
  struct query query = query_begin(self, wish->any ? SQL_INVITE_LIST_ANY : SQL_INVITE_LIST);
  if (!wish->any) query_int(&query, wish->member);
  query_int(&query, self->now);
  query_int(&query, LIST_LIMIT);
  return query;
}

static size_t count_rows(struct query query) {
  size_t count = 0;
  while (query_row(&query)) count++;
  query_end(&query);
  return count;
}

enum reason sqlite_invite_list(struct sqlite *self, struct store_job *job) {
  struct store_invite *wish = &job->invite;
  size_t capacity = count_rows(begin_list(self, wish));
  wish->count = 0;
  wish->records = arena_alloc(job->arena, capacity * sizeof *wish->records);
  if (!wish->records) return REASON_NONE;
  struct query query = begin_list(self, wish);
  while (wish->count < capacity && query_row(&query)) {
    read_invite(&query, job->arena, &wish->records[wish->count++]);
  }
  query_end(&query);
  return REASON_NONE;
}
