/* Two instances that moderate at the same time: whichever comes first, nothing is half done and every act is in the audit
 * log once. */
#include <pthread.h>

#include "postgres_server.h"
#include "suite_moderate.h"

enum { ROUNDS = 40 };

/* One instance: a connection of its own, used by one thread. */
struct instance {
  struct suite *suite;
  struct store_driver driver;
  pthread_t thread;
  int done, refused;
};

static void run(struct instance *instance, struct store_job *job) {
  instance->driver.write(instance->driver.self, &job, 1);
  if (job->outcome == STORE_DONE) {
    instance->done++;
  } else if (job->outcome == STORE_REFUSED) {
    instance->refused++;
  } else {
    abort();
  }
}

static struct store_job *act(struct suite *suite, enum act what, const char *room, int64_t member) {
  struct store_job *job = store_job_create(STORE_ACT);
  if (!job) abort();
  job->act = (struct store_act){.act = what,
                                .actor = suite->ada,
                                .author = suite->ada,
                                .member = member,
                                .room = slice_of(room),
                                .locked = -1,
                                .slow = -1};
  return job;
}

static void race(struct suite *suite, struct instance instances[2], void *(*one)(void *), void *(*other)(void *)) {
  for (int i = 0; i < 2; i++) {
    instances[i] = (struct instance){.suite = suite};
    suite_open(suite, &instances[i].driver, STORE_WRITER);
  }
  assert_int_equal(pthread_create(&instances[0].thread, NULL, one, &instances[0]), 0);
  assert_int_equal(pthread_create(&instances[1].thread, NULL, other, &instances[1]), 0);
  for (int i = 0; i < 2; i++) {
    pthread_join(instances[i].thread, NULL);
    instances[i].driver.close(instances[i].driver.self);
  }
}

struct log {
  struct entry entries[4 * ROUNDS];
  int64_t count;
};

/* The room's log, which has no hole. */
static void read_log(struct suite *suite, const char *room, struct log *log) {
  int64_t head = suite_pulse(suite, room, 0)->pulse.heads->head;
  assert_in_range(head, 0, 4 * ROUNDS);
  for (log->count = 0; log->count < head;) {
    struct store_job *page = suite_entries(suite, room, log->count + 1, head);
    assert_done(page);
    assert_true(page->entries.count > 0);
    for (size_t i = 0; i < page->entries.count; i++) log->entries[log->count++] = page->entries.entries[i];
  }
  for (int64_t i = 0; i < head; i++) assert_int_equal(log->entries[i].seq, i + 1);
}

static int64_t count(struct suite *suite, const char *sql) {
  PGconn *line = postgres_server_connect(suite->address);
  int64_t found = strtoll(postgres_server_ask(line, sql), NULL, 10);
  PQfinish(line);
  return found;
}

/* ---- a ban and posts ---- */

static void *ban_and_lift(void *argument) {
  struct instance *self = argument;
  for (int i = 0; i < ROUNDS; i++) {
    struct store_job *job = act(self->suite, ACT_BAN, "kz", self->suite->wang);
    job->act.seconds = i % 2 ? 0 : -1;
    run(self, job);
    store_job_destroy(job);
  }
  return NULL;
}

static void *post_on(void *argument) {
  struct instance *self = argument;
  for (int i = 0; i < 3 * ROUNDS; i++) {
    char id[24];
    snprintf(id, sizeof id, "w%d", i);
    struct store_job *job = store_job_create(STORE_POST);
    job->post.room = slice_of("kz");
    job->post.member = job->post.author = self->suite->wang;
    job->post.client_id = arena_copy(job->arena, slice_of(id));
    job->post.text = slice_of("Куплю хлопок 求购棉花");
    run(self, job);
    store_job_destroy(job);
  }
  return NULL;
}

static void who_is_banned_posts_nothing_until_the_ban_is_lifted(void **state) {
  struct suite *suite = *state;
  struct instance instances[2];
  race(suite, instances, ban_and_lift, post_on);
  struct log log;
  read_log(suite, "kz", &log);
  bool banned = false;
  int posts = 0, bans = 0;
  for (int64_t i = 0; i < log.count; i++) {
    const struct entry *entry = &log.entries[i];
    if (entry->type == ENTRY_MODERATION) {
      banned = slice_is(entry->action, "ban");
      bans++;
    } else {
      assert_false(banned);
      posts++;
    }
  }
  assert_int_equal(bans, ROUNDS);
  assert_int_equal(posts, instances[1].done);
  assert_int_equal(instances[1].done + instances[1].refused, 3 * ROUNDS);
  assert_int_equal(count(suite, "SELECT count(*) FROM audit"), ROUNDS);
}

/* ---- a moderator who is dismissed while acting ---- */

static void *appoint_and_dismiss(void *argument) {
  struct instance *self = argument;
  for (int i = 0; i < ROUNDS; i++) {
    struct store_job *job = act(self->suite, ACT_APPOINT, "kz", self->suite->ivan);
    job->act.on = i % 2 == 0;
    run(self, job);
    store_job_destroy(job);
  }
  return NULL;
}

static void *remove_others(void *argument) {
  struct instance *self = argument;
  for (int i = 1; i <= ROUNDS; i++) {
    struct store_job *job = store_job_create(STORE_REMOVE);
    job->change.room = slice_of("kz");
    job->change.member = job->change.author = self->suite->ivan;
    job->change.target = i;
    run(self, job);
    store_job_destroy(job);
  }
  return NULL;
}

static void a_moderator_acts_only_while_appointed(void **state) {
  struct suite *suite = *state;
  struct instance instances[2];
  suite_post_many(suite, "kz", suite->wang, "w", ROUNDS);
  race(suite, instances, appoint_and_dismiss, remove_others);
  struct log log;
  read_log(suite, "kz", &log);
  bool appointed = false;
  int removed = 0;
  for (int64_t i = ROUNDS; i < log.count; i++) {
    const struct entry *entry = &log.entries[i];
    if (entry->type == ENTRY_MODERATION) {
      appointed = slice_is(entry->action, "appoint");
      continue;
    }
    assert_int_equal(entry->type, ENTRY_REMOVE);
    assert_true(appointed);
    removed++;
  }
  assert_int_equal(removed, instances[1].done);
  assert_int_equal(instances[1].done + instances[1].refused, ROUNDS);
  assert_int_equal(count(suite, "SELECT count(*) FROM audit WHERE action = 'remove'"), removed);
  assert_int_equal(count(suite, "SELECT count(*) FROM audit"), removed + ROUNDS);
  assert_int_equal(count(suite, "SELECT count(*) FROM entry WHERE type = 1 AND removed IS NULL"), ROUNDS - removed);
}

/* ---- the same message, the same report ---- */

static void *remove_all(void *argument) {
  struct instance *self = argument;
  for (int i = 1; i <= ROUNDS; i++) {
    struct store_job *job = store_job_create(STORE_REMOVE);
    job->change.room = slice_of("kz");
    job->change.member = job->change.author = self->suite->ada;
    job->change.target = i;
    run(self, job);
    if (!job->change.changed) self->refused++; /* somebody else was first */
    store_job_destroy(job);
  }
  return NULL;
}

static void a_message_is_removed_once(void **state) {
  struct suite *suite = *state;
  struct instance instances[2];
  suite_post_many(suite, "kz", suite->wang, "w", ROUNDS);
  race(suite, instances, remove_all, remove_all);
  assert_int_equal(instances[0].done + instances[1].done, 2 * ROUNDS);
  assert_int_equal(instances[0].refused + instances[1].refused, ROUNDS);
  struct log log;
  read_log(suite, "kz", &log);
  assert_int_equal(log.count, 2 * ROUNDS);
  assert_int_equal(count(suite, "SELECT count(*) FROM audit"), ROUNDS);
  assert_int_equal(count(suite, "SELECT count(*) FROM club_log WHERE kind = 4"), ROUNDS);
}

static void settle_all(struct instance *self, const char *outcome) {
  for (int i = 1; i <= LIMIT_REPORTS_OPEN; i++) {
    struct store_job *job = act(self->suite, ACT_SETTLE, NULL, 0);
    job->act.report = i;
    job->act.outcome = slice_of(outcome);
    run(self, job);
    store_job_destroy(job);
  }
}

static void *publish_all(void *argument) {
  settle_all(argument, "published");
  return NULL;
}

static void *dismiss_all(void *argument) {
  settle_all(argument, "dismissed");
  return NULL;
}

static void a_report_has_one_outcome(void **state) {
  struct suite *suite = *state;
  struct instance instances[2];
  for (int i = 0; i < LIMIT_REPORTS_OPEN; i++) {
    char id[24];
    snprintf(id, sizeof id, "h%d", i);
    struct store_job *job = suite_job(suite, STORE_HOLD);
    job->report.room = slice_of("kz");
    job->report.member = job->report.author = suite->wang;
    job->report.client_id = arena_copy(job->arena, slice_of(id));
    job->report.text = slice_of("купите, @ivan, купите");
    assert_done(suite_run(suite, job));
  }
  race(suite, instances, publish_all, dismiss_all);
  assert_int_equal(instances[0].done + instances[1].done, LIMIT_REPORTS_OPEN);
  struct log log;
  read_log(suite, "kz", &log);
  assert_int_equal(log.count, instances[0].done);
  assert_int_equal(count(suite, "SELECT count(*) FROM mention"), instances[0].done);
  assert_int_equal(count(suite, "SELECT count(*) FROM report WHERE outcome = 'published'"), instances[0].done);
  assert_int_equal(count(suite, "SELECT count(*) FROM audit"), LIMIT_REPORTS_OPEN);
}

/* ---- a branch is frozen while people come in by it ---- */

static void *come_in(void *argument) {
  struct instance *self = argument;
  for (int i = 0; i < ROUNDS; i++) {
    char login[24];
    snprintf(login, sizeof login, "guest%d", i);
    struct store_job *job = store_job_create(STORE_MEMBER_ADD);
    job->member.invited = job->member.with_session = true;
    digest_sha256(slice_of("link"), job->member.digest);
    digest_sha256(slice_of(login), job->member.session_digest);
    job->member.member.login = arena_copy(job->arena, slice_of(login));
    job->member.member.name = slice_of("客人");
    job->member.password = slice_of("$argon2id$v=19$made-up");
    run(self, job);
    store_job_destroy(job);
  }
  return NULL;
}

static void *freeze_later(void *argument) {
  struct instance *self = argument;
  usleep(30000);
  struct store_job *job = act(self->suite, ACT_FREEZE, NULL, self->suite->ivan);
  job->act.on = true;
  run(self, job);
  self->refused = (int)job->act.count;
  store_job_destroy(job);
  return NULL;
}

static void nobody_slips_through_a_freeze(void **state) {
  struct suite *suite = *state;
  struct instance instances[2];
  assert_done(moderate_role(suite, suite->ada, suite->ivan, ROLE_MODERATOR));
  struct store_job *invite = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of("link"), invite->invite.digest);
  invite->invite.member = suite->ivan;
  invite->invite.record.uses = LIMIT_INVITE_USES;
  assert_done(suite_run(suite, invite));
  race(suite, instances, come_in, freeze_later);
  assert_int_equal(instances[1].done, 1);
  assert_int_equal(instances[1].refused, instances[0].done + 1);
  assert_int_equal(count(suite, "SELECT count(*) FROM sanction WHERE kind = 3"), instances[0].done + 1);
  assert_int_equal(count(suite, "SELECT count(*) FROM session WHERE ended = 0"), 0);
  assert_int_equal(count(suite, "SELECT count(*) FROM club_log WHERE kind = 4"), instances[0].done + 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(who_is_banned_posts_nothing_until_the_ban_is_lifted, &postgres_setup),
      SUITE_TEST(a_moderator_acts_only_while_appointed, &postgres_setup),
      SUITE_TEST(a_message_is_removed_once, &postgres_setup),
      SUITE_TEST(a_report_has_one_outcome, &postgres_setup),
      SUITE_TEST(nobody_slips_through_a_freeze, &postgres_setup),
  };
  return cmocka_run_group_tests_name("moderating by two instances on PostgreSQL", tests, postgres_server_begin,
                                     postgres_server_finish);
}
