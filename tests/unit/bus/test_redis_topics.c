#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "redis.h"

/* Topics, and a line whose output nobody takes. */
struct desk {
  struct redis_topics topics;
  struct redis_line line;
  int far;
};

static int desk_open(void **state) {
  struct desk *desk = *state = calloc(1, sizeof *desk);
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  desk->line.context = redisConnectFd(pair[0]);
  desk->line.state = LINE_READY;
  desk->far = pair[1];
  redis_topics_init(&desk->topics);
  return 0;
}

static int desk_close(void **state) {
  struct desk *desk = *state;
  redis_topics_free(&desk->topics);
  redisFree(desk->line.context);
  close(desk->far);
  free(desk);
  return 0;
}

static struct redis_channel channel(const char *name) {
  struct redis_channel made = {.size = strlen(name)};
  memcpy(made.text, name, made.size);
  return made;
}

static void join(struct desk *desk, const char *name) {
  struct redis_channel made = channel(name);
  redis_topics_subscribe(&desk->topics, &made);
}

static void leave(struct desk *desk, const char *name) {
  struct redis_channel made = channel(name);
  redis_topics_unsubscribe(&desk->topics, &made);
}

static bool confirm(struct desk *desk, const char *name) {
  return redis_topics_confirm(&desk->topics, slice_of(name), 1000);
}

/* What goes out, with spaces for what stands between the words. */
static const char *told(struct desk *desk) {
  static char text[2048];
  const char *at = desk->line.context->obuf;
  size_t used = 0;
  assert_true(redis_topics_tell(&desk->topics, &desk->line, 500));
  at = desk->line.context->obuf;
  for (text[0] = '\0'; *at; at = strchr(at, '\n') + 1)
    if (*at != '*' && *at != '$')
      used += (size_t)snprintf(text + used, sizeof text - used, "%.*s ", (int)strcspn(at, "\r"), at);
  sdsfree(desk->line.context->obuf);
  desk->line.context->obuf = sdsempty();
  return text;
}

static void topics_of_a_turn_are_told_together(void **state) {
  struct desk *desk = *state;
  join(desk, "kz");
  join(desk, "ru");
  join(desk, "kz");
  assert_string_equal(told(desk), "SUBSCRIBE kz ru ");
  assert_string_equal(told(desk), "");
  leave(desk, "ru");
  leave(desk, "kz");
  join(desk, "cn");
  assert_string_equal(told(desk), "SUBSCRIBE cn UNSUBSCRIBE ru ");
  assert_int_equal(desk->topics.count, 2);
}

static void a_topic_hears_once_it_was_confirmed(void **state) {
  struct desk *desk = *state;
  join(desk, "kz");
  assert_false(redis_topics_hears(&desk->topics, SLICE_LITERAL("kz")));
  told(desk);
  assert_int_equal(desk->topics.progress_ms, 500);
  assert_true(redis_topics_wants(&desk->topics, SLICE_LITERAL("kz")));
  assert_false(redis_topics_hears(&desk->topics, SLICE_LITERAL("kz")));
  assert_true(confirm(desk, "kz"));
  assert_true(redis_topics_hears(&desk->topics, SLICE_LITERAL("kz")));
  assert_int_equal(desk->topics.progress_ms, 1000);
  assert_false(confirm(desk, "kz")); /* nobody asked again */
  assert_false(confirm(desk, "ru"));
}

static void a_topic_that_is_left_and_taken_up_again_while_redis_answers(void **state) {
  struct desk *desk = *state;
  join(desk, "kz");
  told(desk);
  leave(desk, "kz");
  assert_string_equal(told(desk), "UNSUBSCRIBE kz ");
  join(desk, "kz");
  assert_string_equal(told(desk), "SUBSCRIBE kz ");
  assert_int_equal(desk->topics.awaited, 3);
  assert_true(confirm(desk, "kz"));
  assert_true(confirm(desk, "kz"));
  assert_false(redis_topics_hears(&desk->topics, SLICE_LITERAL("kz")));
  assert_true(confirm(desk, "kz"));
  assert_true(redis_topics_hears(&desk->topics, SLICE_LITERAL("kz")));
  assert_int_equal(desk->topics.awaited, 0);
}

static void what_is_left_is_forgotten_once_redis_confirmed(void **state) {
  struct desk *desk = *state;
  join(desk, "kz");
  told(desk);
  assert_true(confirm(desk, "kz"));
  leave(desk, "kz");
  assert_false(redis_topics_wants(&desk->topics, SLICE_LITERAL("kz")));
  told(desk);
  assert_int_equal(HASH_COUNT(desk->topics.all), 1);
  assert_true(confirm(desk, "kz"));
  assert_int_equal(HASH_COUNT(desk->topics.all), 0);
  join(desk, "ru"); /* and at once, when Redis never heard of it */
  leave(desk, "ru");
  assert_string_equal(told(desk), "");
  assert_int_equal(HASH_COUNT(desk->topics.all), 0);
}

static void a_new_line_is_told_everything(void **state) {
  struct desk *desk = *state;
  join(desk, "kz");
  join(desk, "ru");
  join(desk, "cn");
  told(desk);
  assert_true(confirm(desk, "kz"));
  leave(desk, "ru");
  redis_topics_begin(&desk->topics);
  assert_int_equal(desk->topics.first_left, 2);
  assert_int_equal(desk->topics.awaited, 0);
  leave(desk, "cn"); /* before it was told */
  assert_int_equal(desk->topics.first_left, 1);
  assert_string_equal(told(desk), "SUBSCRIBE kz ");
  assert_false(confirm(desk, "cn"));
  assert_true(confirm(desk, "kz"));
  assert_int_equal(desk->topics.first_left, 0);
}

static void many_are_told_in_pieces(void **state) {
  struct desk *desk = *state;
  char name[64];
  for (int i = 0; i < 10000; i++) {
    snprintf(name, sizeof name, "a.room.with.a.rather.long.name.%d", i);
    join(desk, name);
  }
  size_t told_in_all = 0;
  for (int pieces = 0; desk->topics.changed; pieces++) {
    assert_true(redis_topics_tell(&desk->topics, &desk->line, 1));
    assert_in_range(redis_line_waiting(&desk->line), 1, REDIS_ASKING_LIMIT + 8192);
    assert_true(desk->topics.awaited > told_in_all);
    told_in_all = desk->topics.awaited;
    size_t awaited = desk->topics.awaited;
    assert_true(redis_topics_tell(&desk->topics, &desk->line, 1)); /* while nothing goes out */
    assert_int_equal(desk->topics.awaited, awaited);
    assert_in_range(pieces, 0, 20);
    sdsfree(desk->line.context->obuf);
    desk->line.context->obuf = sdsempty();
  }
  assert_int_equal(told_in_all, 10000);
}

static void topics_have_a_greatest_number(void **state) {
  struct desk *desk = *state;
  char name[64];
  for (int i = 0; i < REDIS_TOPICS_LIMIT + 10; i++) {
    snprintf(name, sizeof name, "%d", i);
    join(desk, name);
  }
  assert_int_equal(desk->topics.count, REDIS_TOPICS_LIMIT);
  leave(desk, name); /* harmless */
  assert_int_equal(desk->topics.count, REDIS_TOPICS_LIMIT);
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(topics_of_a_turn_are_told_together),
      DESK_TEST(a_topic_hears_once_it_was_confirmed),
      DESK_TEST(a_topic_that_is_left_and_taken_up_again_while_redis_answers),
      DESK_TEST(what_is_left_is_forgotten_once_redis_confirmed),
      DESK_TEST(a_new_line_is_told_everything),
      DESK_TEST(many_are_told_in_pieces),
      DESK_TEST(topics_have_a_greatest_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
