/* Invites: links by which people join. */
#include "postgres_write.h"

static const char create_sql[] =
    "SELECT reason, " INVITES_OF("its_invite") " FROM club_invite_create_2(" RIGHT
                                               ", $9, $10, $11, $12, $13, $14, $15, $16, $17)";
static const char revoke_sql[] =
    "SELECT reason, " INVITES_OF("its_invite") " FROM club_invite_revoke_2(" RIGHT ", $9, $10, $11, $12)";
static const char first_sql[] =
    "SELECT reason, needed, " INVITES_OF("its_invite") " FROM club_first_invite_1($1, $2, $3, $4, $5, $6)";

void invites_take_record(const struct ask *ask, int first, struct arena *arena, struct invite_record *record) {
  *record = (struct invite_record){
      .key = ask_get_int(ask, first),
      .role = (enum role)ask_get_int(ask, first + 1),
      .room = ask_get_text(ask, first + 2, arena),
      .uses = ask_get_int(ask, first + 3),
      .used = ask_get_int(ask, first + 4),
      .made_at = ask_get_int(ask, first + 5),
      .expires_at = ask_get_int(ask, first + 6),
      .made_by = ask_get_int(ask, first + 7),
      .revoked = ask_get_int(ask, first + 8) != 0,
      .made_by_name = ask_get_text(ask, first + 9, arena),
  };
}

static struct slice unless_empty(struct slice text) {
  return text.size ? text : SLICE_NONE;
}

/* The operator's have no maker, and no client_id that would be recognised. */
struct ask invites_ask_create(struct postgres *self, struct store_job *job) {
  const struct store_invite *wish = &job->invite;
  struct ask ask = ask_begin(self, create_sql);
  ask_right(&ask, ACT_INVITE);
  ask_bytes(&ask, wish->digest, DIGEST_SIZE);
  ask_int(&ask, wish->record.role);
  ask_text(&ask, unless_empty(wish->record.room));
  ask_int(&ask, wish->record.uses);
  ask_int(&ask, wish->record.expires_at);
  ask_int(&ask, wish->member);
  ask_text(&ask, wish->member ? unless_empty(wish->client_id) : SLICE_NONE);
  ask_int(&ask, LIMIT_INVITES);
  ask_now(&ask);
  return ask;
}

struct ask invites_ask_revoke(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, revoke_sql);
  ask_right(&ask, ACT_REVOKE);
  ask_int(&ask, job->invite.record.key);
  ask_int(&ask, job->invite.member);
  ask_bool(&ask, true); /* admins reach those of others */
  ask_now(&ask);
  return ask;
}

enum reason invites_take(struct store_job *job, struct ask *ask) {
  enum reason reason = write_reason(ask);
  if (reason == REASON_NONE) invites_take_record(ask, 1, job->arena, &job->invite.record);
  return reason;
}

struct ask invites_ask_first(struct postgres *self, struct store_job *job) {
  const struct store_invite *wish = &job->invite;
  struct ask ask = ask_begin(self, first_sql);
  ask_bytes(&ask, wish->digest, DIGEST_SIZE);
  ask_int(&ask, wish->record.expires_at);
  ask_text(&ask, unless_empty(wish->record.room));
  ask_int_or_none(&ask, wish->member);
  ask_text(&ask, unless_empty(wish->client_id));
  ask_now(&ask);
  return ask;
}

enum reason invites_take_first(struct store_job *job, struct ask *ask) {
  enum reason reason = write_reason(ask);
  job->invite.needed = ask_get_int(ask, 1) != 0;
  if (reason == REASON_NONE && job->invite.needed) invites_take_record(ask, 2, job->arena, &job->invite.record);
  return reason;
}
