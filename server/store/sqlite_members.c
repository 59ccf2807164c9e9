/* Members: adding, changing, finding. */
#include "detail.h"
#include "sqlite.h"
#include "words.h"

/* ---- rows ---- */

void member_read(const struct query *query, struct arena *arena, struct member_record *record, struct slice *password) {
  *record = (struct member_record){
      .key = query_get_int(query, 0),
      .author = query_get_int(query, 1),
      .login = query_get_text(query, 2, arena),
      .name = query_get_text(query, 3, arena),
      .title = query_get_text(query, 4, arena),
      .company = query_get_text(query, 5, arena),
      .country = query_get_text(query, 6, arena),
      .about = query_get_text(query, 7, arena),
      .offers = query_get_text(query, 8, arena),
      .seeks = query_get_text(query, 9, arena),
      .sectors = words_split(query_get_text(query, 10, arena), arena),
      .languages = words_split(query_get_text(query, 11, arena), arena),
      .role = (enum role)query_get_int(query, 12),
      .disabled = query_get_int(query, 13) != 0,
  };
  if (password) *password = query_get_text(query, 14, arena);
  record->made_at = query_get_int(query, 15);
}

static bool take_member(struct query *query, struct arena *arena, struct member_record *record,
                        struct slice *password) {
  bool found = query_row(query);
  if (found) member_read(query, arena, record, password);
  query_end(query);
  return found;
}

bool member_by_key(struct sqlite *self, int64_t key, struct arena *arena, struct member_record *record,
                   struct slice *password) {
  struct query query = query_begin(self, SQL_MEMBER_BY_KEY);
  query_int(&query, key);
  return take_member(&query, arena, record, password);
}

bool member_by_login(struct sqlite *self, struct slice login, struct arena *arena, struct member_record *record,
                     struct slice *password) {
  struct query query = query_begin(self, SQL_MEMBER_BY_LOGIN);
  query_text(&query, login);
  return take_member(&query, arena, record, password);
}

struct author author_of(struct sqlite *self, const struct rights *rights, struct arena *arena) {
  struct author author = {.key = rights->author, .member = rights->member};
  struct query query = query_begin(self, SQL_AUTHOR_GET);
  query_int(&query, author.key);
  if (query_row(&query)) {
    author.name = query_get_text(&query, 0, arena);
    author.country = query_get_text(&query, 1, arena);
    author.company = query_get_text(&query, 2, arena);
  }
  query_end(&query);
  return author;
}

/* By key where it is given, else by login. */
static bool find(struct sqlite *self, const struct store_member *wish, struct arena *arena,
                 struct member_record *record) {
  if (wish->member.key > 0) return member_by_key(self, wish->member.key, arena, record, NULL);
  return member_by_login(self, wish->member.login, arena, record, NULL);
}

/* ---- adding ---- */

/* The columns from `name` to `languages`. */
static void query_card(struct query *query, const struct member_record *member, struct arena *arena) {
  query_text(query, member->name);
  query_text(query, member->title);
  query_text(query, member->company);
  query_text(query, member->country);
  query_text(query, member->about);
  query_text(query, member->offers);
  query_text(query, member->seeks);
  query_text(query, words_join(member->sectors, arena));
  query_text(query, words_join(member->languages, arena));
}

static int64_t insert_member(struct sqlite *self, const struct store_member *wish, const struct invite_record *invite,
                             struct arena *arena) {
  const struct member_record *member = &wish->member;
  struct query query = query_begin(self, SQL_MEMBER_ADD);
  query_text(&query, member->login);
  query_card(&query, member, arena);
  query_int(&query, member->role);
  query_text(&query, wish->password);
  query_int(&query, self->now);
  query_int_or_none(&query, invite->made_by);
  query_int_or_none(&query, invite->key);
  query_run(&query);
  return sqlite3_last_insert_rowid(self->db);
}

static int64_t insert_author(struct sqlite *self, const struct member_record *member) {
  struct query query = query_begin(self, SQL_AUTHOR_ADD);
  query_int(&query, member->key);
  query_text(&query, member->name);
  query_text(&query, member->country);
  query_text(&query, member->company);
  query_run(&query);
  int64_t author = sqlite3_last_insert_rowid(self->db);
  struct query update = query_begin(self, SQL_MEMBER_SET_AUTHOR);
  query_int(&update, author);
  query_int(&update, member->key);
  query_run(&update);
  rights_changed(self, member->key);
  return author;
}

/* An invite into a private room lets in. */
static void list_invited_room(struct sqlite *self, int64_t member, struct slice id) {
  if (!id.size) return;
  const struct room_row *room = room_find(self, id);
  if (!room || (room->is_private && !room_admit(self, room, member))) return;
  if (room_admits(self, room, member) == REASON_NONE) (void)room_list_for(self, room, member, room->head);
}

enum reason sqlite_member_add(struct sqlite *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  struct member_record *member = &wish->member, other;
  struct invite_record invite = {0};
  if (wish->invited && !invite_find_usable(self, wish->digest, job->arena, &invite)) return REASON_NOT_FOUND;
  if (wish->invited && room_cache_raid(self)) return REASON_UNAVAILABLE;
  if (member_by_login(self, member->login, job->arena, &other, NULL)) return REASON_CONFLICT;
  if (wish->invited) {
    invite_use(self, invite.key);
    member->role = invite.role;
  }
  member->disabled = false;
  member->key = insert_member(self, wish, &invite, job->arena);
  member->author = insert_author(self, member);
  card_put(self, member->key, member, true, job->arena);
  member->made_at = self->now;
  rights_fill(self, job->arena, member);
  list_invited_room(self, member->key, invite.room);
  if (wish->with_session) {
    wish->session = session_begin(self, job, wish->session_digest, member->key,
                                  (struct session_place){wish->address, wish->client});
  }
  return REASON_NONE;
}

/* ---- changing ---- */

bool member_is_last_admin(struct sqlite *self, const struct member_record *member) {
  if (member->role != ROLE_ADMIN || member->disabled) return false;
  struct query query = query_begin(self, SQL_ADMIN_COUNT);
  return query_number(&query, 0) <= 1;
}

static void set_number(struct sqlite *self, enum sql sql, int64_t value, int64_t member) {
  struct query query = query_begin(self, sql);
  query_int(&query, value);
  query_int(&query, member);
  query_run(&query);
  rights_changed(self, member);
}

void member_set_role(struct sqlite *self, struct store_job *job, int64_t member, enum role role) {
  set_number(self, SQL_MEMBER_SET_ROLE, role, member);
  club_add(self, job, CLUB_MEMBER_CHANGED, member, 0, SLICE_NONE);
}

/* What the operator did. */
static void note(struct sqlite *self, struct store_job *job, int64_t member, struct detail *detail) {
  struct audit_entry entry = {
      .action = right_of(ACT_OPERATE)->done, .member = member, .detail = detail_end(detail, job->arena)};
  (void)audit_add(self, &entry);
}

static void note_role(struct sqlite *self, struct store_job *job, int64_t member, enum role role) {
  struct detail detail;
  detail_begin(&detail);
  detail_text(&detail, "role", slice_of(role_text(role)));
  note(self, job, member, &detail);
}

static void note_disabled(struct sqlite *self, struct store_job *job, int64_t member, bool disabled) {
  struct detail detail;
  detail_begin(&detail);
  detail_flag(&detail, "disabled", disabled);
  note(self, job, member, &detail);
}

enum reason sqlite_member_role(struct sqlite *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  struct member_record member;
  enum role role = wish->member.role;
  if (!find(self, wish, job->arena, &member)) return REASON_NOT_FOUND;
  if (role != ROLE_ADMIN && member_is_last_admin(self, &member)) return REASON_CONFLICT;
  if (member.role != role) {
    member_set_role(self, job, member.key, role);
    note_role(self, job, member.key, role);
    member.role = role;
  }
  wish->member = member;
  return REASON_NONE;
}

enum reason sqlite_member_disable(struct sqlite *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  struct member_record member;
  if (!find(self, wish, job->arena, &member)) return REASON_NOT_FOUND;
  if (wish->disable && member_is_last_admin(self, &member)) return REASON_CONFLICT;
  if (member.disabled != wish->disable) {
    set_number(self, SQL_MEMBER_SET_DISABLED, wish->disable, member.key);
    club_add(self, job, CLUB_MEMBER_CHANGED, member.key, 0, SLICE_NONE);
    note_disabled(self, job, member.key, wish->disable);
    member.disabled = wish->disable;
  }
  if (wish->disable) {
    session_end_all(self, job, member.key, 0);
    invite_void_all(self, member.key);
  }
  wish->member = member;
  return REASON_NONE;
}

/* What is given takes the place of what is there. True: it is another text. */
static bool put_text(struct slice *there, struct slice given) {
  if (!given.data || slice_equal(*there, given)) return false;
  *there = given;
  return true;
}

static bool put_list(struct slices *there, struct slices given, struct arena *arena) {
  if (!given.items || slice_equal(words_join(*there, arena), words_join(given, arena))) return false;
  *there = given;
  return true;
}

static void save_card(struct sqlite *self, const struct member_record *member, struct arena *arena) {
  struct query query = query_begin(self, SQL_MEMBER_UPDATE);
  query_card(&query, member, arena);
  query_int(&query, member->key);
  query_run(&query);
}

enum reason sqlite_member_update(struct sqlite *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  const struct member_record *given = &wish->member;
  struct member_record member;
  if (!find(self, wish, job->arena, &member)) return REASON_NOT_FOUND;
  if (rights_barred(self, member.key)) return REASON_FORBIDDEN;
  bool shown = put_text(&member.name, given->name);
  shown |= put_text(&member.company, given->company);
  shown |= put_text(&member.country, given->country);
  bool changed = shown;
  changed |= put_text(&member.title, given->title);
  changed |= put_text(&member.about, given->about);
  changed |= put_text(&member.offers, given->offers);
  changed |= put_text(&member.seeks, given->seeks);
  changed |= put_list(&member.sectors, given->sectors, job->arena);
  changed |= put_list(&member.languages, given->languages, job->arena);
  if (changed) {
    save_card(self, &member, job->arena);
    card_put(self, member.key, given, false, job->arena);
  }
  if (shown) member.author = insert_author(self, &member);
  if (changed) club_add(self, job, CLUB_MEMBER_CHANGED, member.key, 0, SLICE_NONE);
  rights_fill(self, job->arena, &member);
  wish->member = member;
  return REASON_NONE;
}

enum reason sqlite_password_set(struct sqlite *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  struct member_record member;
  if (!find(self, wish, job->arena, &member)) return REASON_NOT_FOUND;
  struct query query = query_begin(self, SQL_MEMBER_SET_PASSWORD);
  query_text(&query, wish->password);
  query_int(&query, member.key);
  query_run(&query);
  session_end_all(self, job, member.key, wish->session);
  wish->member = member;
  return REASON_NONE;
}

/* ---- finding ---- */

enum reason sqlite_member_get(struct sqlite *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  struct member_record member;
  if (!find(self, wish, job->arena, &member)) return REASON_NOT_FOUND;
  rights_fill(self, job->arena, &member);
  wish->member = member;
  wish->blocked = wish->asker > 0 && block_is(self, wish->asker, member.key);
  wish->inviter = wish->asker > 0 ? tree_inviter(self, member.key, job->arena, &wish->inviter_name) : 0;
  return REASON_NONE;
}

static int64_t count_members(struct sqlite *self) {
  int64_t count = 0;
  struct query query = query_begin(self, SQL_MEMBER_LIST);
  while (query_row(&query)) count++;
  query_end(&query);
  return count;
}

enum reason sqlite_member_list(struct sqlite *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  size_t capacity = (size_t)count_members(self);
  wish->count = 0;
  wish->members = arena_alloc(job->arena, capacity * sizeof *wish->members);
  if (!wish->members) return REASON_NONE;
  struct query query = query_begin(self, SQL_MEMBER_LIST);
  while (wish->count < capacity && query_row(&query)) {
    member_read(&query, job->arena, &wish->members[wish->count++], NULL);
  }
  query_end(&query);
  return REASON_NONE;
}
