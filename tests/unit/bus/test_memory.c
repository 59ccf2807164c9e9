/* Without memory a topic is not subscribed to, and is with the next try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "redis.h"
#include "torture_fault.h"

#define MANY 600 /* so many that a hash grows more than once */

struct trying {
  struct redis_topics topics;
  struct bus bus;
  char name[32];
  int heard;
};

static struct redis_channel channel(const struct trying *trying) {
  struct redis_channel made = {.size = strlen(trying->name)};
  memcpy(made.text, trying->name, made.size);
  return made;
}

static void subscribe_redis(void *context) {
  struct trying *trying = context;
  struct redis_channel made = channel(trying);
  redis_topics_subscribe(&trying->topics, &made);
}

static void topics_of_redis_are_there_or_not(void **state) {
  (void)state;
  struct trying trying = {0};
  redis_topics_init(&trying.topics);
  for (size_t i = 0; i < MANY; i++) {
    snprintf(trying.name, sizeof trying.name, "topic%zu", i);
    for (long failing = 0; fault_memory(failing, subscribe_redis, &trying); failing++) {
      assert_int_equal(trying.topics.count, i);
      assert_int_equal(redis_topics_unconfirmed(&trying.topics), i);
      assert_false(redis_topics_wants(&trying.topics, slice_of(trying.name)));
      struct redis_channel made = channel(&trying);
      redis_topics_unsubscribe(&trying.topics, &made);
    }
    assert_int_equal(trying.topics.count, i + 1);
  }
  for (size_t i = 0; i < MANY; i++) {
    snprintf(trying.name, sizeof trying.name, "topic%zu", i);
    assert_true(redis_topics_wants(&trying.topics, slice_of(trying.name)));
  }
  redis_topics_free(&trying.topics);
}

static void hear(void *context, struct slice topic, struct slice message) {
  (void)topic, (void)message;
  ((struct trying *)context)->heard++;
}

static void subscribe(void *context) {
  struct trying *trying = context;
  trying->bus.subscribe(trying->bus.self, slice_of(trying->name));
}

static int heard(struct trying *trying, struct bus *other, struct bus_end *end) {
  trying->heard = 0;
  other->publish(other->self, slice_of(trying->name), SLICE_LITERAL("收到"));
  bus_end_deliver(end);
  return trying->heard;
}

static void topics_within_the_process_are_there_or_not(void **state) {
  (void)state;
  struct trying trying = {0};
  struct bus_hub *hub = bus_hub_create();
  struct bus_end *end = bus_end_create(hub, hear, &trying), *other_end = bus_end_create(hub, hear, &trying);
  struct bus other = bus_end_bus(other_end);
  trying.bus = bus_end_bus(end);
  for (int i = 0; i < MANY; i++) {
    snprintf(trying.name, sizeof trying.name, "topic%d", i);
    for (long failing = 0; fault_memory(failing, subscribe, &trying); failing++) {
      assert_int_equal(heard(&trying, &other, end), 0);
      trying.bus.unsubscribe(trying.bus.self, slice_of(trying.name));
    }
  }
  for (int i = 0; i < MANY; i++) {
    snprintf(trying.name, sizeof trying.name, "topic%d", i);
    assert_int_equal(heard(&trying, &other, end), 1);
  }
  bus_end_destroy(other_end);
  bus_end_destroy(end);
  bus_hub_destroy(hub);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(topics_of_redis_are_there_or_not),
      cmocka_unit_test(topics_within_the_process_are_there_or_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
