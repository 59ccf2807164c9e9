/* Invites: links by which people join. */
#include "detail.h"
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
      .made_by_name = query_get_text(query, 10, arena),
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

bool invite_find(struct sqlite *self, int64_t key, struct arena *arena, struct invite_record *invite) {
  struct query query = query_begin(self, SQL_INVITE_BY_KEY);
  query_int(&query, key);
  return take_invite(&query, arena, invite);
}

void invite_void(struct sqlite *self, int64_t key) {
  struct query query = query_begin(self, SQL_INVITE_REVOKE);
  query_int(&query, key);
  query_run(&query);
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

/* Rooms of two are for their two alone; another one must be open to whoever invites there. */
static bool is_for_guests(struct sqlite *self, struct slice id, int64_t member) {
  if (!id.size) return true;
  const struct room_row *room = room_find(self, id);
  if (!room || room->kind == ROOM_DIRECT) return false;
  return member == 0 || room_admits(self, room, member) == REASON_NONE;
}

/* ---- rights ---- */

/* The operator may all. */
static enum reason check(struct sqlite *self, enum act act, int64_t member, struct deed *deed) {
  *deed = (struct deed){.standing = STANDING_ADMIN};
  return member > 0 ? rights_check(self, act, member, SLICE_NONE, 0, deed) : REASON_NONE;
}

static void note(struct sqlite *self, struct store_job *job, enum act act, const struct invite_record *invite) {
  const struct room_row *room = invite->room.size ? room_find(self, invite->room) : NULL;
  struct detail detail;
  detail_begin(&detail);
  detail_number(&detail, "invite", invite->key);
  detail_text(&detail, "role", slice_of(role_text(invite->role)));
  detail_number(&detail, "uses", invite->uses);
  struct audit_entry entry = {.by = job->invite.member,
                              .action = right_of(act)->done,
                              .room = room ? room->key : 0,
                              .detail = detail_end(&detail, job->arena)};
  (void)audit_add(self, &entry);
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
  struct deed deed;
  enum reason reason = check(self, ACT_INVITE, wish->member, &deed);
  if (reason) return reason;
  if (find_by_client(self, job, &earlier)) {
    wish->record = earlier;
    return REASON_NONE;
  }
  if (wish->record.role != ROLE_MEMBER && deed.standing < STANDING_ADMIN) return REASON_FORBIDDEN;
  if (!is_for_guests(self, wish->record.room, wish->member)) return REASON_NOT_FOUND;
  if (has_too_many(self, wish->member)) return REASON_RATE_LIMITED;
  insert(self, wish, false);
  note(self, job, ACT_INVITE, &wish->record);
  return REASON_NONE;
}

enum reason sqlite_invite_revoke(struct sqlite *self, struct store_job *job) {
  struct store_invite *wish = &job->invite;
  struct invite_record invite;
  struct deed deed;
  enum reason reason = check(self, ACT_REVOKE, wish->member, &deed);
  if (reason) return reason;
  if (!invite_find(self, wish->record.key, job->arena, &invite)) return REASON_NOT_FOUND;
  if (deed.standing < STANDING_ADMIN && invite.made_by != wish->member) return REASON_NOT_FOUND;
  if (!invite.revoked) {
    invite_void(self, invite.key);
    invite.revoked = true;
    note(self, job, ACT_REVOKE, &invite);
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

static struct query begin_list(struct sqlite *self, const struct store_invite *wish, bool all) {
  struct query query = query_begin(self, all ? SQL_INVITE_LIST_ANY : SQL_INVITE_LIST);
  if (!all) query_int(&query, wish->member);
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
  struct deed deed;
  wish->count = 0;
  enum reason reason = check(self, ACT_INVITE, wish->member, &deed);
  if (reason) return reason;
  bool all = deed.standing == STANDING_ADMIN;
  size_t capacity = count_rows(begin_list(self, wish, all));
  wish->records = arena_alloc(job->arena, capacity * sizeof *wish->records);
  if (!wish->records) return REASON_NONE;
  struct query query = begin_list(self, wish, all);
  while (wish->count < capacity && query_row(&query)) {
    read_invite(&query, job->arena, &wish->records[wish->count++]);
  }
  query_end(&query);
  return REASON_NONE;
}
