#include "redis_server.h"
#include "station.h"

/* A Redis with two ends of one club's bus. */
struct pair {
  struct redis_server *server;
  struct station *stations[2];
};

static void pair_url(const struct redis_server *server, char url[128], int database) {
  snprintf(url, 128, "redis://%s%s%s127.0.0.1:%d/%d", server->password ? ":" : "",
           server->password ? server->password : "", server->password ? "@" : "", server->port, database);
}

static struct pair *pair_make(const char *password, int database) {
  struct pair *pair = calloc(1, sizeof *pair);
  char url[128];
  log_set_level(LOG_ERROR);
  pair->server = redis_server_start(password);
  pair_url(pair->server, url, database);
  for (int i = 0; i < 2; i++) pair->stations[i] = station_open(url, "clubd:test:");
  return pair;
}

static int pair_open(void **state) {
  struct pair *pair = *state = pair_make(NULL, 0);
  stations_until(pair->stations, 2, station_is_connected);
  return 0;
}

static int pair_close(void **state) {
  struct pair *pair = *state;
  for (int i = 0; i < 2; i++) station_close(pair->stations[i]);
  redis_server_stop(pair->server);
  free(pair);
  return 0;
}

static uint64_t generation(struct station *station) {
  return station->bus.generation(station->bus.self);
}

static void what_is_said_is_heard_by_the_others_who_listen(void **state) {
  struct pair *pair = *state;
  struct station *here = pair->stations[0], *there = pair->stations[1];
  station_listen(here, "kz");
  station_listen(there, "kz");
  stations_until(pair->stations, 2, station_is_connected);
  station_say(here, "kz.fintech", "нет");
  station_say(here, "kz", "привет");
  station_say(here, "kz", "你好");
  station_turn(here);
  station_until(there, station_heard_something);
  station_rounds(there, 5);
  assert_string_equal(there->heard, "kz:привет kz:你好 ");
  station_rounds(here, 5);
  assert_string_equal(here->heard, ""); /* not by oneself */
  assert_false(here->bus.alone(here->bus.self));
  assert_int_equal(bus_redis_counts(here->redis).published, 3);
  assert_int_equal(bus_redis_counts(there->redis).received, 2);
  assert_int_equal(bus_redis_counts(there->redis).subscriptions, 1);
}

static void any_bytes_arrive_as_they_were_sent(void **state) {
  struct pair *pair = *state;
  static char large[65536 + 1024];
  memset(large, '\n', sizeof large);
  large[7] = '\0';
  station_listen(pair->stations[1], "dm.a:b");
  station_until(pair->stations[1], station_is_connected);
  struct bus *bus = &pair->stations[0]->bus;
  bus->publish(bus->self, SLICE_LITERAL("dm.a:b"), (struct slice){large, sizeof large});
  station_turn(pair->stations[0]);
  station_until(pair->stations[1], station_heard_something);
  assert_int_equal(pair->stations[1]->bytes, sizeof large);
  bus->publish(bus->self, SLICE_LITERAL("dm.a:b"), (struct slice){"", 0});
  station_turn(pair->stations[0]);
  pair->stations[1]->count = 0;
  station_until(pair->stations[1], station_heard_something);
  assert_string_equal(pair->stations[1]->heard, "dm.a:b: ");
}

static void clubs_on_one_redis_do_not_hear_each_other(void **state) {
  struct pair *pair = *state;
  char url[128];
  pair_url(pair->server, url, 0);
  struct station *other = station_open(url, "clubd:other:");
  station_listen(other, "kz");
  station_listen(pair->stations[1], "kz");
  station_until(other, station_is_connected);
  station_until(pair->stations[1], station_is_connected);
  station_say(pair->stations[0], "kz", "да");
  station_turn(pair->stations[0]);
  station_until(pair->stations[1], station_heard_something);
  station_rounds(other, 5);
  assert_int_equal(other->count, 0);
  station_close(other);
}

static void as_many_unsubscribe_as_subscribed(void **state) {
  struct pair *pair = *state;
  struct station *station = pair->stations[1];
  station_listen(station, "kz");
  station_listen(station, "kz");
  station_leave(station, "kz");
  station_until(station, station_is_connected);
  assert_string_equal(redis_server_ask(pair->server, "PUBLISH clubd:test:kz 12345678x"), "1");
  station_leave(station, "kz");
  station_leave(station, "kz"); /* harmless */
  station_rounds(station, 5);
  assert_string_equal(redis_server_ask(pair->server, "PUBLISH clubd:test:kz 12345678x"), "0");
  assert_int_equal(bus_redis_counts(station->redis).subscriptions, 0);
}

/* Redis counts the commands that it was given. */
static void what_comes_and_goes_within_a_turn_is_not_told(void **state) {
  struct pair *pair = *state;
  struct station *station = pair->stations[0];
  station_listen(station, "kz");
  station_until(station, station_is_connected);
  redis_server_ask(pair->server, "CONFIG RESETSTAT");
  for (int i = 0; i < 100; i++) {
    station_listen(station, "ru");
    station_leave(station, "ru");
    station_leave(station, "kz");
    station_listen(station, "kz");
  }
  station_rounds(station, 5);
  const char *info = "";
  redisReply *reply = redisCommand(pair->server->line, "INFO commandstats");
  info = reply && reply->str ? reply->str : "";
  assert_null(strstr(info, "subscribe"));
  for (int i = 0; i < 300; i++) {
    char topic[16];
    snprintf(topic, sizeof topic, "t%d", i);
    station_listen(station, topic);
  }
  freeReplyObject(reply);
  station_until(station, station_is_connected);
  reply = redisCommand(pair->server->line, "INFO commandstats");
  info = reply && reply->str ? reply->str : "";
  assert_non_null(strstr(info, "cmdstat_subscribe:calls=3,"));
  freeReplyObject(reply);
  assert_int_equal(bus_redis_counts(station->redis).subscriptions, 301);
}

static void a_password_and_a_database_are_used(void **state) {
  struct pair *pair = *state = pair_make("Пароль-42", 3);
  stations_until(pair->stations, 2, station_is_connected);
  redisReply *reply = redisCommand(pair->server->line, "CLIENT LIST");
  assert_non_null(strstr(reply->str, "db=3"));
  freeReplyObject(reply);
  pair_close(state);
}

static void a_user_with_a_password_is_used(void **state) {
  struct pair *pair = *state;
  assert_string_equal(redis_server_ask(pair->server, "ACL SETUSER club on >a@b:c allchannels +@all"), "OK");
  char url[128];
  snprintf(url, sizeof url, "redis://club:a%%40b%%3Ac@127.0.0.1:%d", pair->server->port);
  struct station *station = station_open(url, "clubd:test:");
  station_until(station, station_is_connected);
  assert_non_null(strstr(redis_server_ask(pair->server, "ACL WHOAMI"), "default"));
  redisReply *reply = redisCommand(pair->server->line, "CLIENT LIST");
  assert_non_null(strstr(reply->str, "user=club"));
  freeReplyObject(reply);
  station_close(station);
}

static void a_name_is_looked_up_on_the_side(void **state) {
  struct pair *pair = *state;
  char url[128];
  snprintf(url, sizeof url, "redis://localhost:%d", pair->server->port); /* ::1 may come first, where nobody listens */
  struct station *station = station_open(url, "clubd:test:");
  station_until(station, station_is_connected);
  assert_true(__atomic_load_n(&station->woken, __ATOMIC_SEQ_CST) > 0);
  station_close(station);
  station = station_open("redis://no-such-host.invalid", "clubd:test:");
  station_turn(station);
  station_rounds(station, 5);
  assert_true(station_is_lost(station));
  station_close(station); /* a look-up may be under way */
}

static void a_redis_that_died_and_came_back_is_used_again(void **state) {
  struct pair *pair = *state;
  struct station *here = pair->stations[0], *there = pair->stations[1];
  for (int i = 0; i < 1000; i++) {
    char topic[16];
    snprintf(topic, sizeof topic, "t%d", i);
    station_listen(there, topic);
  }
  stations_until(pair->stations, 2, station_is_connected);
  uint64_t before = generation(there);
  redis_server_kill(pair->server);
  stations_until(pair->stations, 2, station_is_lost);
  station_say(here, "t7", "потеряно");
  station_leave(there, "t8");
  station_listen(there, "новая");
  assert_int_equal(bus_redis_counts(here->redis).dropped, 1);
  redis_server_run(pair->server);
  stations_until(pair->stations, 2, station_is_connected);
  assert_int_equal(generation(there), before + 1);
  assert_int_equal(bus_redis_counts(there->redis).reconnects, 1);
  assert_string_equal(redis_server_ask(pair->server, "PUBLISH clubd:test:t8 12345678x"), "0");
  station_say(here, "t0", "a");
  station_say(here, "t999", "b");
  station_say(here, "новая", "c");
  station_turn(here);
  station_until(there, station_heard_something);
  station_rounds(there, 5);
  assert_string_equal(there->heard, "t0:a t999:b новая:c ");
}

static void a_cut_subscriber_comes_back(void **state) {
  struct pair *pair = *state;
  struct station *station = pair->stations[1];
  station_listen(station, "kz");
  station_until(station, station_is_connected);
  uint64_t before = generation(station);
  redis_server_ask(pair->server, "CLIENT KILL TYPE pubsub");
  station_until(station, station_is_lost);
  station_until(station, station_is_connected);
  assert_int_equal(generation(station), before + 1);
  assert_string_equal(redis_server_ask(pair->server, "PUBLISH clubd:test:kz 12345678привет"), "1");
  station_until(station, station_heard_something);
  assert_string_equal(station->heard, "kz:привет ");
}

/* Frozen, it keeps its sockets: only what one says to oneself tells. */
static void a_frozen_redis_is_found_by_the_probe_and_bounds_what_waits(void **state) {
  struct pair *pair = *state;
  struct station *station = pair->stations[0];
  assert_in_range(bus_redis_counts(station->redis).probe_age_ms, 0, 60000);
  kill(pair->server->process, SIGSTOP);
  station->loop.stopped_ms = poll_loop_now(&station->loop);
  station->loop.ahead_ms += 1500;
  station_rounds(station, 2); /* a probe is sent */
  assert_true(station_is_connected(station));
  static char message[65536];
  struct bus *bus = &station->bus;
  for (int i = 0; i < 1000; i++) {
    bus->publish(bus->self, SLICE_LITERAL("kz"), (struct slice){message, sizeof message});
    if (i % 50 == 0) station_turn(station);
  }
  struct bus_redis_counts counts = bus_redis_counts(station->redis);
  assert_int_equal(counts.published + counts.dropped, 1000);
  assert_in_range(counts.published, 40, 300); /* 4 MB of ours, and what the sockets took */
  station->loop.ahead_ms += 4900;
  station_rounds(station, 2);
  assert_true(station_is_connected(station));
  station->loop.ahead_ms += 200;
  station_rounds(station, 2);
  assert_true(station_is_lost(station));
  assert_in_range(bus_redis_counts(station->redis).probe_age_ms, 5000, 60000);
  for (int i = 0; i < 10; i++) {
    station->loop.ahead_ms += 6000; /* lines that are never answered are given up, too */
    station_rounds(station, 2);
  }
  assert_true(station_is_lost(station));
  station->loop.stopped_ms = 0;
  kill(pair->server->process, SIGCONT);
  station_until(station, station_is_connected);
  assert_int_equal(generation(station), 3);
}

static void a_flood_is_taken_in_pieces(void **state) {
  struct pair *pair = *state;
  struct station *here = pair->stations[0], *there = pair->stations[1];
  station_listen(there, "kz");
  station_until(there, station_is_connected);
  for (int i = 0; i < 25000; i++) {
    station_say(here, "kz", "сообщение, каких много, и каждое приходит");
    if (i % 1000 == 0) station_turn(here);
  }
  uint64_t published = bus_redis_counts(here->redis).published;
  assert_int_equal(published, 25000);
  size_t most = 0;
  for (int i = 0; i < 10000 && there->count < 25000; i++) {
    size_t before = there->count;
    station_turn(here);
    poll_loop_wait(&here->loop, 0);
    poll_loop_wait(&there->loop, 5);
    station_turn(there);
    if (there->count - before > most) most = there->count - before;
  }
  assert_int_equal(there->count, 25000);
  assert_in_range(most, 1, 4000); /* 256 KB a turn */
}

static void a_wrong_password_is_complained_of_once_and_not_repeated(void **state) {
  (void)state;
  char log[4096], url[128];
  struct redis_server *server = redis_server_start("правильный");
  log_set_level(LOG_INFO);
  struct station_log kept = station_log_begin();
  snprintf(url, sizeof url, "redis://:GEHEIM@127.0.0.1:%d", server->port);
  struct station *station = station_open(url, "clubd:test:");
  for (int i = 0; i < 10; i++) {
    station_turn(station);
    for (int rounds = 0; rounds < 1000 && station->loop.count > 0; rounds++) station_rounds(station, 1);
    station->loop.ahead_ms += 5000;
  }
  station_log_end(&kept, log, sizeof log);
  log_set_level(LOG_ERROR);
  assert_true(station_is_lost(station));
  assert_non_null(strstr(log, "bus lost"));
  assert_non_null(strstr(log, "AUTH was refused: WRONGPASS"));
  assert_null(strstr(log, "GEHEIM"));
  assert_null(strstr(strstr(log, "bus lost") + 1, "bus lost"));
  station_close(station);
  redis_server_stop(server);
}

static void it_says_when_it_is_lost_and_when_it_is_reached(void **state) {
  struct pair *pair = *state;
  char log[4096], port[32];
  log_set_level(LOG_INFO);
  struct station_log kept = station_log_begin();
  redis_server_kill(pair->server);
  station_until(pair->stations[0], station_is_lost);
  station_rounds(pair->stations[0], 50);
  redis_server_run(pair->server);
  station_until(pair->stations[0], station_is_connected);
  station_log_end(&kept, log, sizeof log);
  log_set_level(LOG_ERROR);
  snprintf(port, sizeof port, "port=%d", pair->server->port);
  const char *lost = strstr(log, "bus lost"), *reached = strstr(log, "bus reached");
  assert_non_null(lost);
  assert_true(reached > lost);
  assert_null(strstr(lost + 1, "bus lost"));
  assert_non_null(strstr(lost, "host=127.0.0.1"));
  assert_non_null(strstr(reached, port));
}

/* Redis refuses the channel: the line is not taken for one that hears. */
static void a_refused_subscription_is_noticed(void **state) {
  struct pair *pair = *state;
  assert_string_equal(
      redis_server_ask(pair->server, "ACL SETUSER default on nopass resetchannels &clubd:test:probe.* +@all"), "OK");
  struct station *station = pair->stations[0];
  station_listen(station, "kz");
  station_until(station, station_is_lost);
  assert_string_equal(redis_server_ask(pair->server, "ACL SETUSER default allchannels"), "OK");
  station_until(station, station_is_connected);
  assert_string_equal(redis_server_ask(pair->server, "PUBLISH clubd:test:kz 12345678x"), "1");
}

#define PAIR_TEST(name) cmocka_unit_test_setup_teardown(name, pair_open, pair_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(what_is_said_is_heard_by_the_others_who_listen),
      PAIR_TEST(any_bytes_arrive_as_they_were_sent),
      PAIR_TEST(clubs_on_one_redis_do_not_hear_each_other),
      PAIR_TEST(as_many_unsubscribe_as_subscribed),
      PAIR_TEST(what_comes_and_goes_within_a_turn_is_not_told),
      cmocka_unit_test(a_password_and_a_database_are_used),
      PAIR_TEST(a_user_with_a_password_is_used),
      PAIR_TEST(a_name_is_looked_up_on_the_side),
      PAIR_TEST(a_redis_that_died_and_came_back_is_used_again),
      PAIR_TEST(a_cut_subscriber_comes_back),
      PAIR_TEST(a_frozen_redis_is_found_by_the_probe_and_bounds_what_waits),
      PAIR_TEST(a_flood_is_taken_in_pieces),
      cmocka_unit_test(a_wrong_password_is_complained_of_once_and_not_repeated),
      PAIR_TEST(it_says_when_it_is_lost_and_when_it_is_reached),
      PAIR_TEST(a_refused_subscription_is_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
