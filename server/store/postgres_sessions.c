/* Sessions: the logins behind the cookies. */
#include "postgres_write.h"

static const char add_sql[] =
    "SELECT reason, club_session_client_1(its_key, $8), its_at, club_head, present_head, " MEMBERS_OF(
        "its_member") ", club_rights_1($2, $7) FROM club_session_add_1($1, $2, $3, $4, $5, $6, $7)";
static const char end_sql[] = "SELECT * FROM club_session_end_2($1, $2, $3, $4)";
static const char touch_sql[] = "SELECT reason, its_key, made_at, used_at, " MEMBERS_OF(
    "its_member") ", club_rights_1((its_member).key, $5) FROM club_session_touch_1($1, $2, $3, $4, $5)";

static void ask_ages(struct ask *ask) {
  ask_int(ask, (int64_t)SESSION_SECONDS * 1000);
  ask_int(ask, (int64_t)SESSION_UNUSED_SECONDS * 1000);
}

struct ask sessions_ask_add(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, add_sql);
  ask_bytes(&ask, job->session.digest, DIGEST_SIZE);
  ask_int(&ask, job->session.member);
  ask_text(&ask, job->session.address);
  ask_int(&ask, LIMIT_SESSIONS);
  ask_ages(&ask);
  ask_now(&ask);
  ask_text(&ask, job->session.client);
  return ask;
}

enum reason sessions_take_add(struct store_job *job, struct ask *ask) {
  struct store_session *wish = &job->session;
  enum reason reason = write_reason(ask);
  if (reason != REASON_NONE) return reason;
  wish->session = ask_get_int(ask, 1);
  wish->made_at = wish->used_at = ask_get_int(ask, 2);
  job->club_head = ask_get_int(ask, 3);
  wish->club_head = ask_get_int(ask, 4);
  members_take(ask, 5, job->arena, &wish->record, NULL);
  rights_take(ask, 5 + MEMBERS_COLUMNS, job->arena, &wish->record);
  return REASON_NONE;
}

/* By key where it is given, else by digest. */
static struct ask begin(struct postgres *self, const char *sql, const struct store_session *session) {
  struct ask ask = ask_begin(self, sql);
  ask_bytes(&ask, session->digest, DIGEST_SIZE);
  ask_int(&ask, session->session);
  return ask;
}

struct ask sessions_ask_end(struct postgres *self, struct store_job *job) {
  struct ask ask = begin(self, end_sql, &job->session);
  ask_int(&ask, job->session.member);
  ask_now(&ask);
  return ask;
}

enum reason sessions_take_end(struct store_job *job, struct ask *ask) {
  enum reason reason = write_reason(ask);
  if (reason != REASON_NONE) return reason;
  job->session.session = ask_get_int(ask, 1);
  job->session.member = ask_get_int(ask, 2);
  job->club_head = ask_get_int(ask, 3);
  return REASON_NONE;
}

struct ask sessions_ask_touch(struct postgres *self, struct store_job *job) {
  struct ask ask = begin(self, touch_sql, &job->session);
  ask_ages(&ask);
  ask_now(&ask);
  return ask;
}

enum reason sessions_take_touch(struct store_job *job, struct ask *ask) {
  struct store_session *wish = &job->session;
  enum reason reason = write_reason(ask);
  if (reason != REASON_NONE) return reason;
  wish->session = ask_get_int(ask, 1);
  wish->made_at = ask_get_int(ask, 2);
  wish->used_at = ask_get_int(ask, 3);
  members_take(ask, 4, job->arena, &wish->record, NULL);
  rights_take(ask, 4 + MEMBERS_COLUMNS, job->arena, &wish->record);
  wish->member = wish->record.key;
  return REASON_NONE;
}
