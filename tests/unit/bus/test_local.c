#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "club/bus.h"

struct ear {
  char heard[256];
  size_t count, bytes;
  struct bus *answers; /* publishes when it hears */
};

static void ear_hear(void *context, struct slice topic, struct slice message) {
  struct ear *ear = context;
  size_t used = strlen(ear->heard);
  if (message.size < 64)
    snprintf(ear->heard + used, sizeof ear->heard - used, "%.*s:%.*s ", (int)topic.size, topic.data, (int)message.size,
             message.data);
  ear->count++;
  ear->bytes += message.size;
  if (ear->answers) ear->answers->publish(ear->answers->self, topic, SLICE_LITERAL("收到"));
}

struct pair {
  struct bus_hub *hub;
  struct bus_end *ends[2];
  struct bus buses[2];
  struct ear ears[2];
};

static int pair_open(void **state) {
  struct pair *pair = calloc(1, sizeof *pair);
  pair->hub = bus_hub_create();
  for (int i = 0; i < 2; i++) {
    pair->ends[i] = bus_end_create(pair->hub, ear_hear, &pair->ears[i]);
    pair->buses[i] = bus_end_bus(pair->ends[i]);
  }
  *state = pair;
  return 0;
}

static int pair_close(void **state) {
  struct pair *pair = *state;
  for (int i = 0; i < 2; i++) bus_end_destroy(pair->ends[i]);
  bus_hub_destroy(pair->hub);
  free(pair);
  return 0;
}

static void say(struct pair *pair, int from, const char *topic, const char *text) {
  pair->buses[from].publish(pair->buses[from].self, slice_of(topic), slice_of(text));
}

static void listen(struct pair *pair, int at, const char *topic) {
  pair->buses[at].subscribe(pair->buses[at].self, slice_of(topic));
}

static void leave(struct pair *pair, int at, const char *topic) {
  pair->buses[at].unsubscribe(pair->buses[at].self, slice_of(topic));
}

static void what_is_said_is_heard_by_the_others_at_the_end_of_the_turn(void **state) {
  struct pair *pair = *state;
  listen(pair, 0, "kz");
  listen(pair, 1, "kz");
  say(pair, 0, "kz", "привет");
  say(pair, 0, "kz", "你好");
  assert_string_equal(pair->ears[1].heard, "");
  bus_end_deliver(pair->ends[1]);
  bus_end_deliver(pair->ends[0]);
  assert_string_equal(pair->ears[1].heard, "kz:привет kz:你好 ");
  assert_string_equal(pair->ears[0].heard, "");
}

static void only_topics_that_one_listens_to_are_heard(void **state) {
  struct pair *pair = *state;
  listen(pair, 1, "kz");
  say(pair, 0, "kz.fintech", "нет");
  say(pair, 0, "k", "нет");
  say(pair, 0, "kz", "да");
  bus_end_deliver(pair->ends[1]);
  assert_string_equal(pair->ears[1].heard, "kz:да ");
}

static void as_many_unsubscribe_as_subscribed(void **state) {
  struct pair *pair = *state;
  listen(pair, 1, "kz");
  listen(pair, 1, "kz");
  leave(pair, 1, "kz");
  say(pair, 0, "kz", "1");
  leave(pair, 1, "kz");
  say(pair, 0, "kz", "2");
  leave(pair, 1, "kz"); /* harmless */
  bus_end_deliver(pair->ends[1]);
  assert_string_equal(pair->ears[1].heard, "kz:1 ");
}

static void an_answer_waits_for_the_next_turn(void **state) {
  struct pair *pair = *state;
  listen(pair, 0, "kz");
  listen(pair, 1, "kz");
  pair->ears[0].answers = &pair->buses[0];
  pair->ears[1].answers = &pair->buses[1];
  say(pair, 0, "kz", "?");
  bus_end_deliver(pair->ends[1]);
  assert_int_equal(pair->ears[0].count, 0);
  bus_end_deliver(pair->ends[0]);
  assert_int_equal(pair->ears[0].count, 1);
  assert_int_equal(pair->ears[1].count, 1);
}

static void a_queue_that_is_full_drops(void **state) {
  struct pair *pair = *state;
  listen(pair, 1, "kz");
  for (int i = 0; i < 5000; i++) say(pair, 0, "kz", "x");
  bus_end_deliver(pair->ends[1]);
  assert_int_equal(pair->ears[1].count, 4096);
  say(pair, 0, "kz", "x");
  bus_end_deliver(pair->ends[1]);
  assert_int_equal(pair->ears[1].count, 4097);
}

static void a_queue_of_large_messages_drops_sooner(void **state) {
  struct pair *pair = *state;
  static char large[65536];
  listen(pair, 1, "kz");
  for (int i = 0; i < 1000; i++)
    pair->buses[0].publish(pair->buses[0].self, SLICE_LITERAL("kz"), (struct slice){large, sizeof large});
  bus_end_deliver(pair->ends[1]);
  assert_in_range(pair->ears[1].bytes, 15 << 20, 16 << 20);
  say(pair, 0, "kz", "снова");
  bus_end_deliver(pair->ends[1]);
  assert_string_equal(pair->ears[1].heard, "kz:снова ");
}

static void one_end_is_alone(void **state) {
  (void)state;
  struct ear ear = {0};
  struct bus_hub *hub = bus_hub_create();
  struct bus_end *one = bus_end_create(hub, ear_hear, &ear);
  struct bus bus = bus_end_bus(one);
  assert_true(bus.alone(bus.self));
  struct bus_end *two = bus_end_create(hub, ear_hear, &ear);
  assert_false(bus.alone(bus.self));
  bus.subscribe(bus.self, SLICE_LITERAL("kz"));
  struct bus other = bus_end_bus(two);
  other.publish(other.self, SLICE_LITERAL("kz"), SLICE_LITERAL("never delivered"));
  bus_end_destroy(one); /* with what waits and its topics */
  assert_true(other.alone(other.self));
  bus_end_destroy(two);
  bus_end_destroy(NULL);
  bus_hub_destroy(hub);
}

#define PAIR_TEST(name) cmocka_unit_test_setup_teardown(name, pair_open, pair_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(what_is_said_is_heard_by_the_others_at_the_end_of_the_turn),
      PAIR_TEST(only_topics_that_one_listens_to_are_heard),
      PAIR_TEST(as_many_unsubscribe_as_subscribed),
      PAIR_TEST(an_answer_waits_for_the_next_turn),
      PAIR_TEST(a_queue_that_is_full_drops),
      PAIR_TEST(a_queue_of_large_messages_drops_sooner),
      cmocka_unit_test(one_end_is_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
