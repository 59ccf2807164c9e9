/* Members: adding and changing. */
#include "postgres_write.h"
#include "words.h"

static const char add_sql[] =
    "SELECT reason, its_key, its_author, its_role, club_session_client_1(its_session, $21), club_head, club_rights_1(its_key, $20), "
    "CASE WHEN its_key IS NOT NULL THEN club_cut_1(its_key, $22, $23, $24, $25) END FROM club_member_add_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
    "$14, $15, $16, $17, $18, $19, $20)";
static const char role_sql[] =
    "SELECT reason, club_head, " MEMBERS_OF("its_member") " FROM club_member_role_2($1, $2, $3, $4, $5)";
static const char disable_sql[] =
    "SELECT reason, club_head, " MEMBERS_OF("its_member") " FROM club_member_disable_2($1, $2, $3, $4, $5)";
static const char update_sql[] = "SELECT reason, club_head, " MEMBERS_OF(
    "its_member") ", club_rights_1($1, $11), CASE WHEN club_head IS NOT NULL THEN club_cut_1((its_member).key, $12, $13, $14, $15) END "
                  "FROM club_member_update_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
static const char password_sql[] =
    "SELECT reason, club_head, " MEMBERS_OF("its_member") " FROM club_password_set_1($1, $2, $3, $4, $5)";

void members_take(const struct ask *ask, int first, struct arena *arena, struct member_record *record,
                  struct slice *password) {
  *record = (struct member_record){
      .key = ask_get_int(ask, first),
      .author = ask_get_int(ask, first + 1),
      .login = ask_get_text(ask, first + 2, arena),
      .name = ask_get_text(ask, first + 3, arena),
      .title = ask_get_text(ask, first + 4, arena),
      .company = ask_get_text(ask, first + 5, arena),
      .country = ask_get_text(ask, first + 6, arena),
      .about = ask_get_text(ask, first + 7, arena),
      .offers = ask_get_text(ask, first + 8, arena),
      .seeks = ask_get_text(ask, first + 9, arena),
      .sectors = words_split(ask_get_text(ask, first + 10, arena), arena),
      .languages = words_split(ask_get_text(ask, first + 11, arena), arena),
      .role = (enum role)ask_get_int(ask, first + 12),
      .disabled = ask_get_int(ask, first + 13) != 0,
  };
  if (password) *password = ask_get_text(ask, first + 14, arena);
}

struct member_record *members_take_page(struct ask *ask, int64_t limit, struct arena *arena, size_t *count,
                                        bool *more) {
  size_t most = limit < 0 ? 0 : (size_t)limit;
  *count = 0;
  *more = ask_count(ask) > most;
  struct member_record *members = arena_alloc(arena, most * sizeof *members);
  while (members && *count < most && ask_row(ask)) members_take(ask, 0, arena, &members[(*count)++], NULL);
  ask_end(ask);
  return members;
}

/* ---- adding ---- */

static void ask_digest(struct ask *ask, bool given, const unsigned char digest[DIGEST_SIZE]) {
  ask_bytes(ask, given ? digest : NULL, DIGEST_SIZE);
}

/* From `name` to `languages`. */
static void ask_card(struct ask *ask, const struct member_record *member, struct slice sectors,
                     struct slice languages) {
  ask_text(ask, member->name);
  ask_text(ask, member->title);
  ask_text(ask, member->company);
  ask_text(ask, member->country);
  ask_text(ask, member->about);
  ask_text(ask, member->offers);
  ask_text(ask, member->seeks);
  ask_text(ask, sectors);
  ask_text(ask, languages);
}

struct ask members_ask_add(struct postgres *self, struct store_job *job) {
  const struct store_member *wish = &job->member;
  const struct member_record *member = &wish->member;
  struct ask ask = ask_begin(self, add_sql);
  ask_text(&ask, member->login);
  ask_card(&ask, member, words_join(member->sectors, job->arena), words_join(member->languages, job->arena));
  ask_int(&ask, member->role);
  ask_text(&ask, wish->password);
  ask_digest(&ask, wish->invited, wish->digest);
  ask_digest(&ask, wish->with_session, wish->session_digest);
  ask_text(&ask, wish->address);
  ask_int(&ask, LIMIT_SESSIONS);
  ask_int(&ask, (int64_t)SESSION_SECONDS * 1000);
  ask_int(&ask, (int64_t)SESSION_UNUSED_SECONDS * 1000);
  ask_int(&ask, LIMIT_LISTED);
  ask_now(&ask);
  ask_text(&ask, wish->client);
  cards_ask_rows(&ask, member, true, job->arena);
  return ask;
}

enum reason members_take_add(struct store_job *job, struct ask *ask) {
  struct store_member *wish = &job->member;
  enum reason reason = write_reason(ask);
  if (reason != REASON_NONE) return reason;
  wish->member.disabled = false;
  wish->member.key = ask_get_int(ask, 1);
  wish->member.author = ask_get_int(ask, 2);
  wish->member.role = (enum role)ask_get_int(ask, 3);
  if (wish->with_session) wish->session = ask_get_int(ask, 4);
  job->club_head = ask_get_int(ask, 5);
  rights_take(ask, 6, job->arena, &wish->member);
  return REASON_NONE;
}

/* ---- changing ---- */

/* By key where it is given, else by login. */
static struct ask begin(struct postgres *self, const char *sql, const struct member_record *member) {
  struct ask ask = ask_begin(self, sql);
  ask_int(&ask, member->key);
  ask_text(&ask, member->login);
  return ask;
}

struct ask members_ask_role(struct postgres *self, struct store_job *job) {
  struct ask ask = begin(self, role_sql, &job->member.member);
  ask_int(&ask, job->member.member.role);
  ask_text(&ask, slice_of(right_of(ACT_OPERATE)->done));
  ask_now(&ask);
  return ask;
}

struct ask members_ask_disable(struct postgres *self, struct store_job *job) {
  struct ask ask = begin(self, disable_sql, &job->member.member);
  ask_bool(&ask, job->member.disable);
  ask_text(&ask, slice_of(right_of(ACT_OPERATE)->done));
  ask_now(&ask);
  return ask;
}

static struct slice list_given(struct slices list, struct arena *arena) {
  return list.items ? words_join(list, arena) : SLICE_NONE;
}

struct ask members_ask_update(struct postgres *self, struct store_job *job) {
  const struct member_record *member = &job->member.member;
  struct ask ask = ask_begin(self, update_sql);
  ask_int(&ask, member->key);
  ask_card(&ask, member, list_given(member->sectors, job->arena), list_given(member->languages, job->arena));
  ask_now(&ask);
  cards_ask_rows(&ask, member, false, job->arena);
  return ask;
}

struct ask members_ask_password(struct postgres *self, struct store_job *job) {
  struct ask ask = begin(self, password_sql, &job->member.member);
  ask_text(&ask, job->member.password);
  ask_int(&ask, job->member.session);
  ask_now(&ask);
  return ask;
}

enum reason members_take_change(struct store_job *job, struct ask *ask) {
  enum reason reason = write_reason(ask);
  if (reason != REASON_NONE) return reason;
  job->club_head = ask_get_int(ask, 1);
  members_take(ask, 2, job->arena, &job->member.member, NULL);
  if (job->kind == STORE_MEMBER_UPDATE) rights_take(ask, 2 + MEMBERS_COLUMNS, job->arena, &job->member.member);
  return REASON_NONE;
}
