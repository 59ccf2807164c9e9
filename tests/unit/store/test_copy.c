/* A whole store into an empty one, from SQLite to PostgreSQL and back: everything reads the same, and goes on. */
#include <sqlite3.h>

#include "club/buffer.h"
#include "copy.h"
#include "postgres_server.h"

#define AWKWARD \
  "Таб\tи «\\N», \\. и \\x41\nновая строка\r\n\"кавычки\" 世界 👩‍👩‍👧‍👦\\"

/* ---- a store with something of everything ---- */

static const char *const rooms[] = {"kz", "fintech", "kz.fintech", "cn"};
#define ROOM_COUNT (sizeof rooms / sizeof *rooms)

static void add_invite(struct suite *suite, const char *token, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of(token), job->invite.digest);
  job->invite.member = member;
  job->invite.record.uses = 3;
  job->invite.record.room = slice_of("kz");
  assert_done(suite_run(suite, job));
}

/* Long and short ones, some of them edited: where a page ends depends on all of them. */
static void fill_pages(struct suite *suite) {
  static const char *const letters[] = {"ы", "\"", "世", "\n", "x"};
  for (int i = 0; i < 80; i++) {
    char text[12001] = "", client_id[16];
    for (int size = i * 397 % 4000 + 1, at = 0; size > 0; size--) {
      at += snprintf(text + at, sizeof text - (size_t)at, "%s", letters[i % 5]);
    }
    snprintf(client_id, sizeof client_id, "long-%d", i);
    struct store_job *post = suite_post(suite, "fintech", suite->ivan, client_id, text);
    assert_done(post);
    if (i % 3 == 1) assert_done(suite_edit(suite, "fintech", suite->ivan, post->post.seq, "коротко"));
    if (i % 7 == 2) assert_done(suite_edit(suite, "fintech", suite->ivan, 1, text));
  }
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "fintech", suite->wang));
}

static void fill(struct suite *suite) {
  suite_post_many(suite, "kz", suite->ivan, "kz", 1200); /* more than one piece */
  suite_post_many(suite, "cn", suite->wang, "cn", 30);
  fill_pages(suite);
  assert_done(suite_post(suite, "kz", suite->ivan, "awkward", AWKWARD));
  assert_done(suite_post(suite, "kz", suite->wang, "mention", "@ivan 你好 @ada"));
  assert_done(suite_edit(suite, "kz", suite->ivan, 1201, AWKWARD "（已修改）"));
  assert_done(suite_react(suite, "kz", suite->wang, 1201, "👍", true));
  assert_done(suite_react(suite, "kz", suite->ada, 1201, "👍", true));
  assert_done(suite_react(suite, "kz", suite->wang, 1201, "🎉", true));
  assert_done(suite_react(suite, "kz", suite->wang, 1201, "👍", false));
  assert_done(suite_edit(suite, "kz", suite->ivan, 7, "Совершенно секретно"));
  assert_done(suite_remove(suite, "kz", suite->ivan, 7));
  assert_done(suite_mark(suite, "kz", suite->ivan, 1100));
  struct store_job *talk = suite_direct(suite, suite->ivan, suite->wang, "talk");
  assert_done(suite_post(suite, talk->room.record.room.data, suite->ivan, "direct", "Только для двоих"));
  assert_done(suite_session(suite, STORE_SESSION_ADD, "kept", suite->ivan));
  assert_done(suite_session(suite, STORE_SESSION_ADD, "ended", suite->wang));
  assert_done(suite_session(suite, STORE_SESSION_END, "ended", 0));
  add_invite(suite, "invite", suite->ada);
}

/* ---- all that is to be read, as text ---- */

static void write_entry(struct buffer *text, const struct entry *entry) {
  buffer_append_format(
      text, "%lld %lld %d by %lld %lld %.*s %.*s|%.*s|%.*s|%lld %lld %.*s %d %.*s removed %d edited %lld",
      (long long)entry->seq, (long long)entry->at, (int)entry->type, (long long)entry->from.key,
      (long long)entry->from.member, (int)entry->from.name.size, entry->from.name.data, (int)entry->from.country.size,
      entry->from.country.data, (int)entry->client_id.size, entry->client_id.data, (int)entry->text.size,
      entry->text.data, (long long)entry->reply_to, (long long)entry->target, (int)entry->emoji.size, entry->emoji.data,
      entry->on, (int)entry->reason.size, entry->reason.data, entry->removed, (long long)entry->edited_at);
  for (size_t i = 0; i < entry->mention_count; i++) {
    buffer_append_format(text, " @%lld", (long long)entry->mentions[i]);
  }
  for (size_t i = 0; i < entry->reaction_count; i++) {
    const struct reaction *reaction = &entry->reactions[i];
    buffer_append_format(text, " %.*s%lld%s", (int)reaction->emoji.size, reaction->emoji.data,
                         (long long)reaction->count, reaction->mine ? " mine" : "");
  }
  buffer_append_char(text, '\n');
}

static void write_record(struct buffer *text, const struct room_record *record) {
  buffer_append_format(text, "%.*s %d with %lld head %lld read %lld unread %lld mentions %lld listed %d\n",
                       (int)record->room.size, record->room.data, (int)record->kind,
                       (long long)(record->with ? record->with->key : 0), (long long)record->head,
                       (long long)record->read, (long long)record->unread, (long long)record->mentions, record->listed);
}

static void write_pages(struct suite *suite, struct buffer *text, const char *room, int64_t member) {
  bool more = true;
  for (int64_t after = 0; more;) {
    struct store_job *job = suite_page(suite, room, member, after, -1, 100);
    assert_done(job);
    buffer_append_format(text, "%zu after %lld\n", job->page.count, (long long)after);
    for (size_t i = 0; i < job->page.count; i++) write_entry(text, &job->page.entries[i]);
    more = job->page.more;
    if (job->page.count) after = job->page.entries[job->page.count - 1].seq;
  }
}

static void write_pages_back(struct suite *suite, struct buffer *text, const char *room, int64_t member) {
  for (int64_t before = -1; before != 1;) {
    struct store_job *job = suite_page(suite, room, member, -1, before, 100);
    assert_done(job);
    buffer_append_format(text, "%zu before %lld\n", job->page.count, (long long)before);
    for (size_t i = 0; i < job->page.count; i++) write_entry(text, &job->page.entries[i]);
    before = job->page.count ? job->page.entries[0].seq : 1;
  }
}

static void write_log(struct suite *suite, struct buffer *text, const char *room) {
  size_t count = 1;
  for (int64_t from = 1; count; from += (int64_t)count) {
    struct store_job *job = suite_entries(suite, room, from, from + 1000);
    count = job->entries.count;
    buffer_append_format(text, "%zu from %lld\n", count, (long long)from);
    for (size_t i = 0; i < count; i++) write_entry(text, &job->entries.entries[i]);
  }
}

static void write_member(struct suite *suite, struct buffer *text, int64_t member) {
  struct store_job *list = suite_room(suite, STORE_ROOM_LIST, "", member);
  assert_done(list);
  for (size_t i = 0; i < list->room.count; i++) {
    write_record(text, &list->room.records[i]);
    write_pages(suite, text, list->room.records[i].room.data, member);
    write_pages_back(suite, text, list->room.records[i].room.data, member);
  }
}

static void write_all(struct suite *suite, struct buffer *text) {
  buffer_init(text, 64 << 20);
  struct store_job *members = suite_run(suite, suite_job(suite, STORE_MEMBER_LIST));
  for (size_t i = 0; i < members->member.count; i++) {
    const struct member_record *member = &members->member.members[i];
    buffer_append_format(text, "%lld %lld %s %s %d\n", (long long)member->key, (long long)member->author,
                         member->login.data, member->name.data, (int)member->role);
  }
  for (size_t i = 0; i < ROOM_COUNT; i++) write_log(suite, text, rooms[i]);
  for (size_t i = 0; i < members->member.count; i++) write_member(suite, text, members->member.members[i].key);
  suite->now += 1000;
  struct store_job *invites = suite_job(suite, STORE_INVITE_LIST);
  assert_done(suite_run(suite, invites));
  buffer_append_format(text, "%zu invites\n", invites->invite.count);
  buffer_append_char(text, '\0');
  assert_false(text->failed);
  assert_true(text->size > 50000);
}

/* ---- copying ---- */

static bool copy(const char *from, const char *to, char error[512]) {
  const struct store_copy wish = {.from = from, .to = to};
  error[0] = '\0';
  return store_copy(&wish, error, 512);
}

static void assert_copied(const char *from, const char *to) {
  char error[512];
  if (!copy(from, to, error)) fail_msg("%s", error);
}

static void assert_not_copied(const char *from, const char *to, const char *why) {
  char error[512];
  assert_false(copy(from, to, error));
  if (!strstr(error, why)) fail_msg("%s", error);
}

/* The suite goes on with another store. */
static void turn_to(struct suite *suite, const char *address) {
  suite->reader.close(suite->reader.self);
  suite->writer.close(suite->writer.self);
  snprintf(suite->address, sizeof suite->address, "%s", address);
  suite_open(suite, &suite->writer, STORE_WRITER);
  suite_open(suite, &suite->reader, STORE_READER);
}

/* A test's two more stores: a database, and a file. */
struct places {
  char first[256], database[256], file[256];
};

static struct places begin_places(const struct suite *suite) {
  struct places places;
  snprintf(places.first, sizeof places.first, "%s", suite->address);
  postgres_setup.make(places.database, sizeof places.database);
  files_make(places.file, sizeof places.file);
  return places;
}

static void end_places(struct suite *suite, const struct places *places) {
  if (strcmp(suite->address, places->first) != 0) turn_to(suite, places->first);
  postgres_setup.remove(places->database);
  files_remove(places->file);
}

static void break_file(const char *address, const char *sql) {
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(files_path(address), &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- tests ---- */

static void everything_reads_the_same_after_a_copy_and_back(void **state) {
  struct suite *suite = *state;
  struct places places = begin_places(suite);
  struct buffer before, there, back;
  fill(suite);
  write_all(suite, &before);
  assert_copied(places.first, places.database);
  turn_to(suite, places.database);
  write_all(suite, &there);
  assert_copied(places.database, places.file);
  turn_to(suite, places.file);
  write_all(suite, &back);
  assert_string_equal(before.data, there.data);
  assert_string_equal(before.data, back.data);
  buffer_free(&before);
  buffer_free(&there);
  buffer_free(&back);
  end_places(suite, &places);
}

static void members_stay_logged_in_under_another_epoch(void **state) {
  struct suite *suite = *state;
  struct places places = begin_places(suite);
  struct store_identity before, after;
  char error[512];
  fill(suite);
  assert_true(store_identity_read(places.first, &before, error, sizeof error));
  assert_copied(places.first, places.database);
  turn_to(suite, places.database);
  assert_true(store_identity_read(places.database, &after, error, sizeof error));
  assert_string_not_equal(before.epoch, after.epoch);
  assert_memory_equal(before.secret, after.secret, sizeof before.secret);
  assert_int_equal(before.club_head, after.club_head);
  assert_done(suite_session(suite, STORE_SESSION_FIND, "kept", 0));
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "ended", 0), REASON_NOT_FOUND);
  end_places(suite, &places);
}

static void what_is_added_later_has_numbers_of_its_own(struct suite *suite, int64_t members, int64_t session) {
  struct store_job *post = suite_post(suite, "kz", suite->ivan, "later", "дальше");
  assert_done(post);
  int64_t head = post->post.seq;
  struct store_job *again = suite_post(suite, "kz", suite->ivan, "awkward", "снова");
  assert_true(again->post.duplicate);
  assert_int_equal(again->post.seq, 1201);
  assert_int_equal(suite_post(suite, "kz", suite->wang, "next", "后来")->post.seq, head + 1);
  assert_int_equal(suite_member(suite, "dana", "Dana", ROLE_MEMBER), members + 1);
  assert_int_equal(suite_author(suite, members + 1), members + 1);
  struct store_job *added = suite_session(suite, STORE_SESSION_ADD, "fresh", suite->ada);
  assert_done(added);
  assert_int_equal(added->session.session, session + 1);
  struct store_job *pulse = suite_pulse(suite, "kz", 0);
  int64_t club = pulse->pulse.club_head;
  struct store_job *end = suite_session(suite, STORE_SESSION_END, "fresh", 0);
  assert_int_equal(end->club_head, club + 1);
}

static void numbers_go_on_after_a_copy(void **state) {
  struct suite *suite = *state;
  struct places places = begin_places(suite);
  fill(suite);
  /* The row of the newest session goes; its key must not come again. */
  assert_done(suite_session(suite, STORE_SESSION_ADD, "newest", suite->ivan));
  break_file(places.first, "DELETE FROM session WHERE key = (SELECT max(key) FROM session)");
  assert_copied(places.first, places.database);
  turn_to(suite, places.database);
  what_is_added_later_has_numbers_of_its_own(suite, 3, 3);
  assert_copied(places.database, places.file);
  turn_to(suite, places.file);
  assert_int_equal(suite_member(suite, "emil", "Emil", ROLE_MEMBER), 5);
  assert_int_equal(suite_session(suite, STORE_SESSION_ADD, "later", suite->ada)->session.session, 5);
  end_places(suite, &places);
}

static void only_an_empty_store_takes_a_copy(void **state) {
  struct suite *suite = *state;
  struct places places = begin_places(suite);
  fill(suite);
  assert_copied(places.first, places.database);
  assert_copied(places.first, places.file);
  assert_not_copied(places.first, places.database, "not empty");
  assert_not_copied(places.database, places.file, "not empty");
  assert_not_copied(places.first, places.first, "into itself");
  turn_to(suite, places.database);
  assert_int_equal(suite_page(suite, "kz", suite->ivan, -1, -1, 1)->page.as_of, 1209);
  end_places(suite, &places);
}

static void a_file_that_a_server_serves_is_not_copied(void **state) {
  struct suite *suite = *state;
  struct places places = begin_places(suite);
  char error[512];
  int lock = store_lock_server(places.first, error, sizeof error);
  assert_true(lock >= 0);
  assert_not_copied(places.first, places.database, "serves this database");
  store_unlock_server(lock);
  assert_copied(places.first, places.database);
  lock = store_lock_server(places.file, error, sizeof error);
  assert_not_copied(places.database, places.file, "serves this database");
  store_unlock_server(lock);
  end_places(suite, &places);
}

/* What fails late leaves nothing behind: the other takes a copy afterwards. */
static void assert_empty_after(const struct places *places, const char *sql, const char *mended, const char *why) {
  break_file(places->first, sql);
  assert_not_copied(places->first, places->database, why);
  assert_not_copied(places->first, places->file, why);
  break_file(places->first, mended);
}

static void a_copy_that_fails_leaves_the_other_empty(void **state) {
  struct suite *suite = *state;
  struct places places = begin_places(suite);
  fill(suite);
  assert_empty_after(&places, "UPDATE room SET head = head + 1 WHERE id = 'cn'",
                     "UPDATE room SET head = head - 1 WHERE id = 'cn'", "hole");
  assert_empty_after(&places,
                     "UPDATE entry SET seq = 5000 WHERE seq = 30 AND room = (SELECT key FROM room WHERE id = 'cn')",
                     "UPDATE entry SET seq = 30 WHERE seq = 5000", "hole");
  break_file(places.first, "UPDATE club_log SET room = CAST(x'ff41' AS TEXT) WHERE seq = 1");
  assert_not_copied(places.first, places.database, "UTF8");
  break_file(places.first, "UPDATE club_log SET room = NULL WHERE seq = 1");
  assert_copied(places.first, places.database);
  assert_copied(places.first, places.file);
  end_places(suite, &places);
}

/* Posts in the middle of a copy. */
static void post_meanwhile(void *context, enum store_copy_step step, const char *table, int64_t rows) {
  struct suite *suite = context;
  (void)rows;
  if (step != STORE_COPY_TABLE || strcmp(table, "room") != 0) return;
  assert_done(suite_post(suite, "kz", suite->ivan, "meanwhile", "тем временем"));
}

static void a_database_that_is_written_to_is_copied_as_of_one_moment(void **state) {
  struct suite *suite = *state;
  struct places places = begin_places(suite);
  char error[512] = "";
  fill(suite);
  assert_copied(places.first, places.database);
  turn_to(suite, places.database);
  const struct store_copy wish = {places.database, places.file, post_meanwhile, suite};
  if (!store_copy(&wish, error, sizeof error)) fail_msg("%s", error);
  assert_int_equal(suite_page(suite, "kz", suite->ivan, -1, -1, 1)->page.as_of, 1210);
  turn_to(suite, places.file);
  assert_int_equal(suite_page(suite, "kz", suite->ivan, -1, -1, 1)->page.as_of, 1209);
  end_places(suite, &places);
}

/* As late as it can be: all entries were sent and checked. */
static void die_late(void *context, enum store_copy_step step, const char *table, int64_t rows) {
  (void)context;
  (void)rows;
  if (step == STORE_COPY_TABLE && strcmp(table, "club_log") == 0) raise(SIGKILL);
}

/* In a process of its own, that dies in the middle. */
static void copy_and_die(const char *from, const char *to) {
  char error[512] = "";
  int status = 0;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    const struct store_copy wish = {from, to, die_late, NULL};
    _exit(store_copy(&wish, error, sizeof error) ? 0 : 1);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
}

static void a_copy_that_was_killed_leaves_the_other_empty(void **state) {
  struct suite *suite = *state;
  struct places places = begin_places(suite);
  fill(suite);
  assert_copied(places.first, places.file);
  turn_to(suite, places.database);
  suite->reader.close(suite->reader.self);
  suite->writer.close(suite->writer.self);
  char other[256];
  files_make(other, sizeof other);
  copy_and_die(places.file, places.database);
  copy_and_die(places.file, other);
  assert_copied(places.file, places.database);
  assert_copied(places.database, other);
  files_remove(other);
  suite_open(suite, &suite->writer, STORE_WRITER);
  suite_open(suite, &suite->reader, STORE_READER);
  end_places(suite, &places);
}

/* ---- sums ---- */

static const struct copy_table *entry_table(void) {
  const struct copy_table *table = copy_tables;
  while (!table->log) table++;
  return table;
}

static void add_row(struct copy_sums *sums, int64_t room, int64_t seq, const char *text) {
  struct copy_value values[COPY_COLUMNS];
  for (size_t i = 0; i < COPY_COLUMNS; i++) values[i] = (struct copy_value){.absent = true};
  values[0] = (struct copy_value){.number = room};
  values[1] = (struct copy_value){.number = seq};
  values[7] = (struct copy_value){.bytes = slice_of(text)};
  assert_true(copy_sums_add(sums, entry_table(), values));
}

static void sums_tell_a_change_but_not_the_order(void **state) {
  (void)state;
  struct copy_sums *one = copy_sums_create(), *other = copy_sums_create();
  int64_t room = 0;
  add_row(one, 1, 1, "а");
  add_row(one, 1, 2, "б");
  add_row(one, 7, 1, "в");
  add_row(other, 7, 1, "в");
  add_row(other, 1, 2, "б");
  add_row(other, 1, 1, "а");
  assert_true(copy_sums_equal(one, other, &room));
  add_row(one, 7, 2, "г");
  add_row(other, 7, 2, "Г");
  assert_false(copy_sums_equal(one, other, &room));
  assert_int_equal(room, 7);
  assert_int_equal(copy_sums_rows(one), 4);
  copy_sums_destroy(one);
  copy_sums_destroy(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(everything_reads_the_same_after_a_copy_and_back, &files_setup),
      SUITE_TEST(members_stay_logged_in_under_another_epoch, &files_setup),
      SUITE_TEST(numbers_go_on_after_a_copy, &files_setup),
      SUITE_TEST(only_an_empty_store_takes_a_copy, &files_setup),
      SUITE_TEST(a_file_that_a_server_serves_is_not_copied, &files_setup),
      SUITE_TEST(a_copy_that_fails_leaves_the_other_empty, &files_setup),
      SUITE_TEST(a_copy_that_was_killed_leaves_the_other_empty, &files_setup),
      SUITE_TEST(a_database_that_is_written_to_is_copied_as_of_one_moment, &files_setup),
      cmocka_unit_test(sums_tell_a_change_but_not_the_order),
  };
  return cmocka_run_group_tests_name("copying a store", tests, postgres_server_begin, postgres_server_finish);
}
