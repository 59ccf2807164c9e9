/* Servers that are no Redis, or a broken one. */
#include "fake_redis.h"
#include "station.h"

static struct station *station_at(int port, const char *who) {
  char url[128];
  snprintf(url, sizeof url, "redis://%s127.0.0.1:%d", who, port);
  log_set_level(LOG_ERROR);
  return station_open(url, "clubd:test:");
}

#define PAUSE_STEP_MS 50 /* pauses pass sooner */
static int accepted_most;
static int accepted_step_ms =
    PAUSE_STEP_MS; /* while it has lines: as fast as a round, or patience passes sooner, too */
static struct fake_redis *accepted_fake;

static bool station_tried_again(struct station *station) {
  station->loop.ahead_ms += station->loop.count ? accepted_step_ms : PAUSE_STEP_MS;
  return fake_accepted(accepted_fake) > accepted_most;
}

/* It gives up on these lines and makes others. */
static void assert_tries_again(struct station *station, struct fake_redis *fake, int more) {
  accepted_fake = fake;
  accepted_most = fake_accepted(fake) + more;
  station_until(station, station_tried_again);
}

/* So many, and no more. */
static void assert_lines(struct station *station, struct fake_redis *fake, int lines) {
  for (int i = 0; i < 1000 && fake_accepted(fake) < lines; i++) station_rounds(station, 1);
  assert_int_equal(fake_accepted(fake), lines);
}

static void a_server_that_says_nothing_is_given_up(void **state) {
  (void)state;
  struct fake_redis *fake = fake_start(NULL, NULL);
  struct station *station = station_at(fake->port, "");
  station->loop.stopped_ms = 1000;
  station_rounds(station, 10);
  assert_true(station_is_lost(station));
  assert_lines(station, fake, 2);
  station->loop.ahead_ms += 4900;
  station_rounds(station, 10);
  assert_int_equal(fake_accepted(fake), 2); /* it is still waited for */
  station->loop.ahead_ms += 200;
  assert_tries_again(station, fake, 1);
  station_close(station);
  fake_stop(fake);
}

static void a_server_that_does_not_answer_the_password_is_given_up(void **state) {
  (void)state;
  struct fake_redis *fake = fake_start(NULL, NULL);
  struct station *station = station_at(fake->port, ":пароль@");
  station_rounds(station, 10);
  station_say(station, "kz", "рано");
  assert_int_equal(bus_redis_counts(station->redis).dropped, 1); /* nothing goes to whom we do not know yet */
  station->loop.ahead_ms += 5500;
  assert_tries_again(station, fake, 1);
  station_close(station);
  fake_stop(fake);
}

/* As Redis does with a command that it does not know. */
static void refuse_with_what_was_sent(struct fake_redis *fake, int socket, int count, char **words) {
  (void)fake;
  fake_say(socket, "-ERR unknown command `%s`, with args beginning with: `%s`\r\n", words[0], words[count - 1]);
}

static void a_refusal_does_not_bring_the_password_into_the_log(void **state) {
  (void)state;
  char log[4096];
  struct fake_redis *fake = fake_start(refuse_with_what_was_sent, NULL);
  struct station_log kept = station_log_begin();
  struct station *station = station_at(fake->port, "ivan:geheim@");
  log_set_level(LOG_DEBUG);
  assert_tries_again(station, fake, 4);
  station_log_end(&kept, log, sizeof log);
  log_set_level(LOG_ERROR);
  assert_non_null(strstr(log, "AUTH was refused: ERR"));
  assert_null(strstr(log, "geheim"));
  assert_null(strstr(log, "ivan"));
  station_close(station);
  fake_stop(fake);
}

static void refuse_subscriptions(struct fake_redis *fake, int socket, int count, char **words) {
  (void)fake, (void)count;
  fake_say(socket, strcmp(words[0], "SUBSCRIBE") == 0 ? "-NOPERM this user has no permissions\r\n" : ":0\r\n");
}

static void a_subscription_that_is_refused_is_a_broken_line(void **state) {
  (void)state;
  struct fake_redis *fake = fake_start(refuse_subscriptions, NULL);
  struct station *station = station_at(fake->port, "");
  assert_tries_again(station, fake, 2);
  assert_true(station_is_lost(station));
  station_close(station);
  fake_stop(fake);
}

/* Answers all, carries nothing: as when the two lines reach two servers. */
static void confirm_and_carry_nothing(struct fake_redis *fake, int socket, int count, char **words) {
  (void)fake;
  if (strcmp(words[0], "PUBLISH") == 0) fake_say(socket, ":0\r\n");
  for (int i = 1; strcmp(words[0], "SUBSCRIBE") == 0 && i < count; i++)
    fake_say(socket, "*3\r\n$9\r\nsubscribe\r\n$%zu\r\n%s\r\n:%d\r\n", strlen(words[i]), words[i], i);
}

static void a_server_that_carries_nothing_is_never_taken_for_connected(void **state) {
  (void)state;
  struct fake_redis *fake = fake_start(confirm_and_carry_nothing, NULL);
  struct station *station = station_at(fake->port, "");
  station_listen(station, "kz");
  station->loop.stopped_ms = 1000;
  station_rounds(station, 20);
  assert_true(station_is_lost(station));
  assert_lines(station, fake, 2);
  station->loop.ahead_ms += 5500;
  assert_tries_again(station, fake, 1);
  assert_int_equal(bus_redis_counts(station->redis).probe_age_ms, -1);
  assert_int_equal(station->bus.generation(station->bus.self), 1);
  station_close(station);
  fake_stop(fake);
}

/* Confirms the first channel, the probe's, and forgets the others; carries probes. */
static int forgetful_subscriber;
static void confirm_one_only(struct fake_redis *fake, int socket, int count, char **words) {
  (void)fake, (void)count;
  if (strcmp(words[0], "PUBLISH") == 0) {
    fake_say(socket, ":1\r\n");
    fake_say(forgetful_subscriber, "*3\r\n$7\r\nmessage\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(words[1]), words[1],
             strlen(words[2]), words[2]);
  } else if (strstr(words[1], "probe")) {
    forgetful_subscriber = socket;
    fake_say(socket, "*3\r\n$9\r\nsubscribe\r\n$%zu\r\n%s\r\n:1\r\n", strlen(words[1]), words[1]);
  }
}

static bool station_probe_is_back(struct station *station) {
  int64_t age_ms = bus_redis_counts(station->redis).probe_age_ms;
  return age_ms >= 0 && age_ms < 1000;
}

static void a_subscription_that_is_not_confirmed_is_asked_for_anew(void **state) {
  (void)state;
  struct fake_redis *fake = fake_start(confirm_one_only, NULL);
  struct station *station = station_at(fake->port, "");
  station_until(station, station_is_connected);
  station->loop.stopped_ms = poll_loop_now(&station->loop);
  station_listen(station, "kz");
  station_rounds(station, 10);
  assert_false(station_is_connected(station)); /* not yet heard on all */
  assert_int_equal(bus_redis_counts(station->redis).unconfirmed, 1);
  for (int i = 0; i < 4; i++) {
    station->loop.ahead_ms += 1000; /* its probes are heard all the while */
    station_until(station, station_probe_is_back);
  }
  assert_int_equal(fake_accepted(fake), 2);
  assert_in_range(bus_redis_counts(station->redis).probe_age_ms, 0, 2000);
  station->loop.ahead_ms += 1500;
  station_rounds(station, 5);
  assert_true(station_is_lost(station));
  assert_tries_again(station, fake, 1);
  station_close(station);
  fake_stop(fake);
}

#define AT_ONCE_MS 3000
#define GIVEN_UP_MS 20000

static void assert_left(const char *greeting, const char *who, int64_t within_ms) {
  struct fake_redis *fake = fake_start(NULL, greeting);
  struct station *station = station_at(fake->port, who);
  station->loop.stopped_ms = 1000;
  station_listen(station, "kz");
  accepted_step_ms = within_ms == AT_ONCE_MS ? 5 : PAUSE_STEP_MS;
  assert_tries_again(station, fake, 2);
  accepted_step_ms = PAUSE_STEP_MS;
  assert_in_range(station->loop.ahead_ms, 0, within_ms);
  assert_int_equal(station->count, 0);
  station_close(station);
  fake_stop(fake);
}

static void a_server_that_garbles_is_left(void **state) {
  (void)state;
  static const char *const greetings[] = {
      "HTTP/1.1 400 Bad Request\r\n\r\n",
      "+OK\r\n",
      ":1\r\n",
      "$-1\r\n",
      "*-1\r\n",
      "*0\r\n",
      "*1\r\n$7\r\nmessage\r\n",
      "*2\r\n:1\r\n:2\r\n",
      "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n*0\r\n",
      "*3\r\n:1\r\n:2\r\n:3\r\n",
      "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n$1\r\nx\r\n",
      "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n",
      "*3\r\n$9\r\nsubscribe\r\n$17\r\nclubd:test:kz.xyz\r\n:1\r\n",
      "*2000000000\r\n",
      "*9999999999999999999\r\n",
      "*5\r\n$1\r\nx\r\n",
      "$-5\r\n",
      "-\r\n",
      "-ERR max number of clients reached\r\n",
      "\r\n\r\n\r\n",
      "\377\376\375",
  };
  for (size_t i = 0; i < sizeof greetings / sizeof *greetings; i++) {
    assert_left(greetings[i], "", AT_ONCE_MS);
    assert_left(greetings[i], ":word@", GIVEN_UP_MS);
  }
  /* What may go on is waited for. */
  assert_left("*3\r\n*3\r\n*3\r\n*3\r\n*3\r\n*3\r\n*3\r\n*3\r\n*3\r\n", "", GIVEN_UP_MS);
  assert_left("$9223372036854775807\r\nx", "", GIVEN_UP_MS);
}

/* What nobody subscribed to, whose tag is missing, or what pretends to be a probe. */
static void say_what_nobody_asked(struct fake_redis *fake, int socket, int count, char **words) {
  confirm_and_carry_nothing(fake, socket, count, words);
  if (strcmp(words[0], "SUBSCRIBE") != 0) return;
  fake_say(socket, "*3\r\n$7\r\nmessage\r\n$13\r\nclubd:test:ru\r\n$9\r\n12345678x\r\n");
  fake_say(socket, "*3\r\n$7\r\nmessage\r\n$13\r\nclubd:test:kz\r\n$7\r\n1234567\r\n");
  fake_say(socket, "*3\r\n$7\r\nmessage\r\n$2\r\nkz\r\n$9\r\n12345678x\r\n");
  for (int i = 1; i < count; i++)
    fake_say(socket, "*3\r\n$7\r\nmessage\r\n$%zu\r\n%s\r\n$1\r\n1\r\n", strlen(words[i]), words[i]);
}

static void what_was_not_asked_for_is_not_heard(void **state) {
  (void)state;
  struct fake_redis *fake = fake_start(say_what_nobody_asked, NULL);
  struct station *station = station_at(fake->port, "");
  station_listen(station, "kz");
  station_rounds(station, 20);
  assert_int_equal(station->count, 0);
  assert_true(station_is_lost(station));
  station_close(station);
  fake_stop(fake);
}

/* One answer that never ends. */
static void pour(struct fake_redis *fake, int socket, int count, char **words) {
  static char zeros[65536];
  (void)fake, (void)count, (void)words;
  fake_say(socket, "$500000000\r\n");
  for (int i = 0; i < 32; i++)
    if (send(socket, zeros, sizeof zeros, MSG_NOSIGNAL) < 0) return;
}

static void an_answer_without_an_end_takes_no_memory(void **state) {
  (void)state;
  struct fake_redis *fake = fake_start(pour, NULL);
  struct station *station = station_at(fake->port, "");
  assert_tries_again(station, fake, 2);
  station_close(station);
  fake_stop(fake);
}

static void pauses_grow_and_are_bounded(void **state) {
  (void)state;
  struct station *station = station_at(1, ""); /* where nobody listens */
  station->loop.stopped_ms = 1000;
  int64_t least = 50, now = 0;
  for (int try = 0; try < 10; try++) {
    int64_t began = now;
    /* Each try opens sockets; the pause is what passes until the next one does. */
    do {
      station->loop.ahead_ms += 10;
      now += 10;
      station_turn(station);
      poll_loop_wait(&station->loop, 0);
    } while (station->loop.count == 0 && now - began < 10000);
    poll_loop_wait(&station->loop, 1);
    station_turn(station);
    assert_int_equal(station->loop.count, 0);
    if (try > 0) assert_in_range(now - began, least > 60 ? least - 60 : 0, 2 * least + 60);
    if (try > 0 && least < 2500) least = least * 2 > 2500 ? 2500 : least * 2;
  }
  assert_int_equal(least, 2500);
  station_close(station);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_server_that_says_nothing_is_given_up),
      cmocka_unit_test(a_server_that_does_not_answer_the_password_is_given_up),
      cmocka_unit_test(a_refusal_does_not_bring_the_password_into_the_log),
      cmocka_unit_test(a_subscription_that_is_refused_is_a_broken_line),
      cmocka_unit_test(a_server_that_carries_nothing_is_never_taken_for_connected),
      cmocka_unit_test(a_subscription_that_is_not_confirmed_is_asked_for_anew),
      cmocka_unit_test(a_server_that_garbles_is_left),
      cmocka_unit_test(what_was_not_asked_for_is_not_heard),
      cmocka_unit_test(an_answer_without_an_end_takes_no_memory),
      cmocka_unit_test(pauses_grow_and_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
