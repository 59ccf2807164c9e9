/* What moderators did is in a copy and in a backup, whole and in order; nobody can change what the audit log says. */
#include <sqlite3.h>

#include "club/buffer.h"
#include "copy.h"
#include "postgres_server.h"
#include "suite_moderate.h"

/* ---- a store with something of everything ---- */

static int64_t invite_in(struct suite *suite, const char *login) {
  struct store_job *create = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of(login), create->invite.digest);
  create->invite.member = suite->ada;
  create->invite.record.uses = 1;
  assert_done(suite_run(suite, create));
  struct store_job *join = suite_job(suite, STORE_MEMBER_ADD);
  join->member.invited = true;
  digest_sha256(slice_of(login), join->member.digest);
  join->member.member.login = slice_of(login);
  join->member.member.name = slice_of("Гость \\N 客人");
  assert_done(suite_run(suite, join));
  return join->member.member.key;
}

static void hold(struct suite *suite, const char *client_id, const char *text) {
  struct store_job *job = suite_job(suite, STORE_HOLD);
  job->report = (struct store_report){.member = suite->wang,
                                      .author = suite->wang,
                                      .room = slice_of("cn"),
                                      .client_id = slice_of(client_id),
                                      .text = slice_of(text),
                                      .reason = slice_of("одно и то же")};
  assert_done(suite_run(suite, job));
}

static void fill_rooms(struct suite *suite) {
  struct store_job *update = moderate_job(suite, ACT_UPDATE, suite->ada, "kz", 0);
  update->act.title = slice_of("Таб\t\"кавычки\" \\N 世界");
  update->act.topic = slice_of("новая\nстрока");
  update->act.locked = 0;
  update->act.slow = 30;
  assert_done(suite_run(suite, update));
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "раз"));
  assert_done(moderate_pin(suite, suite->ada, "kz", 2, true));
  assert_done(moderate_room(suite, suite->ada, "fintech", 1, -1));
  const char *room = moderate_create(suite, suite->ada, "private", true);
  assert_done(moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ivan, true));
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, room, suite->ivan, true));
}

static void fill(struct suite *suite) {
  fill_rooms(suite);
  int64_t guest = invite_in(suite, "guest");
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->wang, 600));
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "kz.fintech", suite->wang, -1));
  assert_done(moderate_switch(suite, ACT_FREEZE, suite->ada, NULL, guest, true));
  assert_done(moderate_report(suite, "kz", suite->wang, 2, "open"));
  assert_done(suite_post(suite, "cn", suite->ivan, "b", "реклама"));
  assert_done(
      moderate_settle(suite, suite->ada, moderate_report(suite, "cn", suite->wang, 1, "r")->report.key, "warned"));
  hold(suite, "waits", "ждёт \\. 等");
  hold(suite, "dropped", "спам");
  assert_done(moderate_settle(suite, suite->ada, 4, "removed"));
  assert_done(moderate_switch(suite, ACT_RAID, suite->ada, NULL, 0, true));
}

/* ---- all rows, as text ---- */

static const char *const questions[] = {
    "SELECT * FROM standing ORDER BY member, room",
    "SELECT * FROM admission ORDER BY room, member",
    "SELECT * FROM pin ORDER BY room, seq",
    "SELECT * FROM sanction ORDER BY member, room, kind",
    "SELECT * FROM posted ORDER BY room, member",
    "SELECT * FROM switch ORDER BY name",
    "SELECT * FROM audit ORDER BY key",
    "SELECT * FROM report ORDER BY key",
    "SELECT id, title, topic, locked, slow, private, made_by, client_id FROM room WHERE title IS NOT NULL OR locked > 0",
    "SELECT room, seq, type, action, target_member, until, reason, detail FROM entry WHERE type > 4 ORDER BY room, seq",
    "SELECT key, invited_by, invite FROM member WHERE invited_by IS NOT NULL AND invite IS NOT NULL ORDER BY key",
    "SELECT * FROM club_log ORDER BY seq",
};

static size_t write_rows(sqlite3 *db, const char *question, struct buffer *text) {
  sqlite3_stmt *statement = NULL;
  size_t rows = 0;
  assert_int_equal(sqlite3_prepare_v2(db, question, -1, &statement, NULL), SQLITE_OK);
  for (; sqlite3_step(statement) == SQLITE_ROW; rows++) {
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
      const char *value = (const char *)sqlite3_column_text(statement, i);
      buffer_append_format(text, "%s=%s|", sqlite3_column_name(statement, i), value ? value : "(none)");
    }
    buffer_append_char(text, '\n');
  }
  sqlite3_finalize(statement);
  return rows;
}

static void write_file(const char *address, struct buffer *text) {
  sqlite3 *db = NULL;
  buffer_init(text, 1 << 20);
  assert_int_equal(sqlite3_open(files_path(address), &db), SQLITE_OK);
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
    if (write_rows(db, questions[i], text) == 0) fail_msg("no rows: %s", questions[i]);
  }
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  buffer_append_char(text, '\0');
  assert_false(text->failed);
}

static void assert_same(const struct buffer *before, const char *address) {
  struct buffer after;
  write_file(address, &after);
  assert_string_equal(before->data, after.data);
  buffer_free(&after);
}

/* ---- tests ---- */

static void turn_to(struct suite *suite, const char *address) {
  suite->reader.close(suite->reader.self);
  suite->writer.close(suite->writer.self);
  snprintf(suite->address, sizeof suite->address, "%s", address);
  suite_open(suite, &suite->writer, STORE_WRITER);
  suite_open(suite, &suite->reader, STORE_READER);
}

static void copy(const char *from, const char *to) {
  char error[512] = "";
  const struct store_copy wish = {.from = from, .to = to};
  if (!store_copy(&wish, error, sizeof error)) fail_msg("%s", error);
}

static void what_moderators_did_is_in_a_copy(void **state) {
  struct suite *suite = *state;
  char first[256], database[256], file[256];
  struct buffer before;
  snprintf(first, sizeof first, "%s", suite->address);
  postgres_setup.make(database, sizeof database);
  files_make(file, sizeof file);
  fill(suite);
  int64_t newest = moderate_newest(suite)->key;
  write_file(first, &before);
  copy(first, database);
  copy(database, file);
  assert_same(&before, file);
  turn_to(suite, file);
  assert_int_equal(moderate_newest(suite)->key, newest);
  struct store_job *calm = moderate_switch(suite, ACT_RAID, suite->ada, NULL, 0, false);
  assert_done(calm);
  assert_int_equal(calm->act.audit, newest + 1);
  assert_refused(suite_post(suite, "kz", suite->wang, "c", "text"), REASON_MUTED);
  turn_to(suite, first);
  buffer_free(&before);
  postgres_setup.remove(database);
  files_remove(file);
}

static void what_moderators_did_is_in_a_backup(void **state) {
  struct suite *suite = *state;
  char place[256], file[300], restored[256], error[512] = "";
  struct buffer before;
  files_make(place, sizeof place);
  files_make(restored, sizeof restored);
  snprintf(file, sizeof file, "%s.backup", files_path(place));
  fill(suite);
  write_file(suite->address, &before);
  if (!store_backup(suite->address, file, error, sizeof error)) fail_msg("%s", error);
  if (!store_restore(restored, file, error, sizeof error)) fail_msg("%s", error);
  assert_same(&before, restored);
  buffer_free(&before);
  files_remove(place);
  files_remove(restored);
}

static void nobody_changes_what_the_audit_log_says(void **state) {
  struct suite *suite = *state;
  fill(suite);
  sqlite3 *db = NULL;
  struct buffer before;
  write_file(suite->address, &before);
  assert_int_equal(sqlite3_open(files_path(suite->address), &db), SQLITE_OK);
  static const char *const tries[] = {"UPDATE audit SET reason = 'иначе'", "UPDATE audit SET by = NULL WHERE key = 1",
                                      "DELETE FROM audit", "DELETE FROM audit WHERE key = 2"};
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    assert_int_equal(sqlite3_exec(db, tries[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
    assert_string_equal(sqlite3_errmsg(db), "the audit log is never changed");
  }
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_same(&before, suite->address);
  buffer_free(&before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(what_moderators_did_is_in_a_copy, &files_setup),
      SUITE_TEST(what_moderators_did_is_in_a_backup, &files_setup),
      SUITE_TEST(nobody_changes_what_the_audit_log_says, &files_setup),
  };
  return cmocka_run_group_tests_name("what moderators did, copied", tests, postgres_server_begin,
                                     postgres_server_finish);
}
