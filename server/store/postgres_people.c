/* Finding sessions, members and invites. */
#include "postgres.h"

/* By digest, or by key where no session has the digest that is given. */
#define SESSION "coalesce((SELECT key FROM session WHERE digest = $1), $2)"
#define ALL_OF_MEMBER "SELECT " MEMBERS_SELECT " FROM member "
#define INVITE "SELECT " INVITES_SELECT " FROM invite "
/* $1 is the time. */
#define USABLE "revoked = 0 AND used < uses AND (expires_at = 0 OR expires_at > club_now_1($1)) "

static const char session_find[] =
    "SELECT login.session, login.made_at, login.used_at, login.ended, login.now, club_is_shut_1(face.key, $3), "
    "club_rights_1(face.key, $3), face.* FROM (SELECT key AS session, member, made_at, used_at, ended, club_now_1($3) AS now FROM session WHERE key = " SESSION
    ") AS login JOIN (" ALL_OF_MEMBER ") AS face ON face.key = login.member";
static const char session_rooms[] =
    "SELECT " ROOMS_SEEN_BY("own.member") " FROM (SELECT member FROM session WHERE key = " SESSION
                                          ") AS own, LATERAL club_rooms_2(own.member, $3) AS seen";
static const char session_list[] =
    "SELECT key, made_at, used_at, address, client FROM session WHERE member = $1 AND ended = 0 "
    "AND made_at >= club_now_1($4) - $2 AND used_at >= club_now_1($4) - $3 ORDER BY used_at DESC, key DESC LIMIT $5";
static const char club_head[] = "SELECT head FROM club";
/* Behind the member's columns: is it shut out, and its rights. */
#define WITH_RIGHTS "SELECT " MEMBERS_SELECT ", club_is_shut_1(key, $2), club_rights_1(key, $2) FROM member "
static const char member_by_key[] = WITH_RIGHTS "WHERE key = $1";
static const char member_by_login[] = WITH_RIGHTS "WHERE login = $1";
static const char block_get[] = "SELECT 1 FROM block WHERE member = $1 AND other = $2";
static const char inviter_get[] =
    "SELECT host.key, host.name FROM member JOIN member AS host ON host.key = member.invited_by "
    "WHERE member.key = $1";
static const char blocked_list[] =
    ALL_OF_MEMBER "WHERE key = ANY (ARRAY(SELECT other FROM block WHERE block.member = $1 AND other > $2 "
                  "ORDER BY other LIMIT $3)) ORDER BY key";
static const char member_list[] = ALL_OF_MEMBER "ORDER BY login";
static const char invite_find[] = INVITE "WHERE " USABLE "AND digest = $2";
static const char invite_list_all[] = INVITE "WHERE " USABLE "ORDER BY key DESC LIMIT 1000";
static const char invite_list[] = INVITE "WHERE " USABLE "AND made_by = $2 ORDER BY key DESC LIMIT 1000";

/* ---- sessions ---- */

static void bind_session(struct ask *ask, const struct store_session *wish) {
  if (wish->session > 0) {
    ask_bytes(ask, NULL, 0);
  } else {
    ask_bytes(ask, wish->digest, DIGEST_SIZE);
  }
  ask_int(ask, wish->session);
}

/* Whose session ended with a ban hears that as long as the session would have lasted. */
static enum reason take_session(const struct ask *ask, struct store_session *wish, struct arena *arena) {
  enum { SESSION_KEY, MADE_AT, USED_AT, ENDED, NOW, SHUT, RIGHTS, FACE };
  int64_t now = ask_get_int(ask, NOW);
  wish->made_at = ask_get_int(ask, MADE_AT);
  wish->used_at = ask_get_int(ask, USED_AT);
  if (wish->made_at < now - (int64_t)SESSION_SECONDS * 1000 ||
      wish->used_at < now - (int64_t)SESSION_UNUSED_SECONDS * 1000) {
    return REASON_NOT_FOUND;
  }
  members_take(ask, FACE, arena, &wish->record, NULL);
  if (ask_get_int(ask, SHUT) != 0) return wish->record.disabled ? REASON_NOT_FOUND : REASON_BANNED;
  if (ask_get_int(ask, ENDED) != 0) return REASON_NOT_FOUND;
  rights_take(ask, RIGHTS, arena, &wish->record);
  wish->session = ask_get_int(ask, SESSION_KEY);
  wish->member = wish->record.key;
  return REASON_NONE;
}

/* On the list of a session the other one of a direct talk is only named. */
static void shorten(struct room_record *records, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct member_record *with = records[i].with;
    if (!with) continue;
    *with = (struct member_record){.key = with->key, .author = with->author, .login = with->login, .name = with->name};
  }
}

enum reason postgres_session_find(struct postgres *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  struct ask session = ask_begin(self, session_find);
  bind_session(&session, wish);
  ask_now(&session);
  ask_send(&session);
  struct ask club = ask_begin(self, club_head);
  ask_send(&club);
  struct ask rooms = {0};
  if (wish->with_rooms) {
    rooms = ask_begin(self, session_rooms);
    bind_session(&rooms, wish);
    ask_now(&rooms);
    ask_send(&rooms);
  }
  enum reason reason = ask_row(&session) ? take_session(&session, wish, job->arena) : REASON_NOT_FOUND;
  ask_end(&session);
  wish->club_head = ask_number(&club, 0);
  if (wish->with_rooms && reason == REASON_NONE) {
    rooms_take_list(&rooms, job->arena, &wish->rooms, &wish->room_count);
    shorten(wish->rooms, wish->room_count);
  } else if (wish->with_rooms) {
    ask_end(&rooms);
  }
  return reason;
}

enum reason postgres_login_find(struct postgres *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  struct ask member = ask_begin(self, member_by_login);
  ask_text(&member, wish->login);
  ask_now(&member);
  ask_send(&member);
  struct ask club = ask_begin(self, club_head);
  ask_send(&club);
  bool found = ask_row(&member);
  if (found) {
    members_take(&member, 0, job->arena, &wish->record, &wish->password);
    bool shut = ask_get_int(&member, MEMBERS_COLUMNS) != 0;
    wish->banned = shut && !wish->record.disabled;
    wish->record.disabled = shut;
    rights_take(&member, MEMBERS_COLUMNS + 1, job->arena, &wish->record);
  }
  ask_end(&member);
  int64_t head = ask_number(&club, 0);
  if (!found) return REASON_NOT_FOUND;
  wish->member = wish->record.key;
  wish->club_head = head;
  return REASON_NONE;
}

enum reason postgres_session_list(struct postgres *self, struct store_job *job) {
  struct store_session *wish = &job->session;
  struct ask ask = ask_begin(self, session_list);
  ask_int(&ask, wish->member);
  ask_int(&ask, (int64_t)SESSION_SECONDS * 1000);
  ask_int(&ask, (int64_t)SESSION_UNUSED_SECONDS * 1000);
  ask_now(&ask);
  ask_int(&ask, LIMIT_SESSIONS);
  size_t capacity = ask_count(&ask);
  wish->count = 0;
  wish->sessions = arena_alloc(job->arena, capacity * sizeof *wish->sessions);
  while (wish->sessions && wish->count < capacity && ask_row(&ask)) {
    wish->sessions[wish->count++] = (struct session_record){.key = ask_get_int(&ask, 0),
                                                            .made_at = ask_get_int(&ask, 1),
                                                            .used_at = ask_get_int(&ask, 2),
                                                            .address = ask_get_text(&ask, 3, job->arena),
                                                            .client = ask_get_text(&ask, 4, job->arena)};
  }
  ask_end(&ask);
  return REASON_NONE;
}

/* ---- members ---- */

static bool is_blocked(struct postgres *self, int64_t member, int64_t other) {
  struct ask ask = ask_begin(self, block_get);
  ask_int(&ask, member);
  ask_int(&ask, other);
  return ask_number(&ask, 0) > 0;
}

static void take_inviter(struct postgres *self, struct store_member *wish, struct arena *arena) {
  struct ask ask = ask_begin(self, inviter_get);
  ask_int(&ask, wish->member.key);
  if (ask_row(&ask)) {
    wish->inviter = ask_get_int(&ask, 0);
    wish->inviter_name = ask_get_text(&ask, 1, arena);
  }
  ask_end(&ask);
}

enum reason postgres_member_get(struct postgres *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  bool by_key = wish->member.key > 0;
  struct ask ask = ask_begin(self, by_key ? member_by_key : member_by_login);
  if (by_key) {
    ask_int(&ask, wish->member.key);
  } else {
    ask_text(&ask, wish->member.login);
  }
  ask_now(&ask);
  bool found = ask_row(&ask);
  if (found) {
    members_take(&ask, 0, job->arena, &wish->member, NULL);
    rights_take(&ask, MEMBERS_COLUMNS + 1, job->arena, &wish->member);
  }
  ask_end(&ask);
  if (!found) return REASON_NOT_FOUND;
  wish->blocked = wish->asker > 0 && is_blocked(self, wish->asker, wish->member.key);
  if (wish->asker > 0) take_inviter(self, wish, job->arena);
  return REASON_NONE;
}

enum reason postgres_blocked_list(struct postgres *self, struct store_job *job) {
  struct store_block *wish = &job->block;
  struct ask ask = ask_begin(self, blocked_list);
  ask_int(&ask, wish->member);
  ask_int(&ask, wish->other);
  ask_int(&ask, wish->limit + 1);
  wish->members = members_take_page(&ask, wish->limit, job->arena, &wish->count, &wish->more);
  return REASON_NONE;
}

enum reason postgres_member_list(struct postgres *self, struct store_job *job) {
  struct store_member *wish = &job->member;
  struct ask ask = ask_begin(self, member_list);
  size_t capacity = ask_count(&ask);
  wish->count = 0;
  wish->members = arena_alloc(job->arena, capacity * sizeof *wish->members);
  while (wish->members && wish->count < capacity && ask_row(&ask)) {
    members_take(&ask, 0, job->arena, &wish->members[wish->count++], NULL);
  }
  ask_end(&ask);
  return REASON_NONE;
}

/* ---- invites ---- */

enum reason postgres_invite_find(struct postgres *self, struct store_job *job) {
  struct store_invite *wish = &job->invite;
  struct ask ask = ask_begin(self, invite_find);
  ask_now(&ask);
  ask_bytes(&ask, wish->digest, DIGEST_SIZE);
  bool found = ask_row(&ask);
  if (found) invites_take_record(&ask, 0, job->arena, &wish->record);
  ask_end(&ask);
  return found ? REASON_NONE : REASON_NOT_FOUND;
}

enum reason postgres_invite_list(struct postgres *self, struct store_job *job) {
  struct store_invite *wish = &job->invite;
  int64_t standing = wish->member ? rights_standing(self, wish->member) : STANDING_ADMIN; /* the operator may all */
  wish->count = 0;
  if (standing < (int64_t)right_of(ACT_INVITE)->in_club) return REASON_FORBIDDEN;
  bool all = standing == STANDING_ADMIN;
  struct ask ask = ask_begin(self, all ? invite_list_all : invite_list);
  ask_now(&ask);
  if (!all) ask_int(&ask, wish->member);
  size_t capacity = ask_count(&ask);
  wish->records = arena_alloc(job->arena, capacity * sizeof *wish->records);
  while (wish->records && wish->count < capacity && ask_row(&ask)) {
    invites_take_record(&ask, 0, job->arena, &wish->records[wish->count++]);
  }
  ask_end(&ask);
  return REASON_NONE;
}
