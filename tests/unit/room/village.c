#include "village.h"

#include "inside.h"

int village_open(void **state) {
  struct village *village = calloc(1, sizeof *village);
  for (int i = 0; i < HALLS; i++) {
    void *hall = NULL;
    hall_open(&hall);
    village->halls[i] = hall;
    village->halls[i]->alone = false;
    snprintf(village->halls[i]->name, sizeof village->halls[i]->name, "hall-%c", 'a' + i);
    village->halls[i]->rooms->setup.instance = slice_of(village->halls[i]->name);
  }
  *state = village;
  return 0;
}

int village_close(void **state) {
  struct village *village = *state;
  for (int i = 0; i < HALLS; i++) {
    void *hall = village->halls[i];
    assert_int_equal(village->halls[i]->metrics.hints_dropped, 0);
    hall_close(&hall);
  }
  free(village);
  return 0;
}

static void village_say(struct village *village, int from, const struct published *message) {
  village->count++;
  if (village->deaf[from] || (village->lose && village->count % village->lose == 0)) return;
  for (int to = 0; to < HALLS; to++) {
    if (village->deaf[to]) continue;
    hall_hear(village->halls[to], message); /* itself too */
    if (village->twice) hall_hear(village->halls[to], message);
  }
}

void village_talk(struct village *village) {
  size_t counts[HALLS];
  for (int i = 0; i < HALLS; i++) counts[i] = village->halls[i]->published_count;
  for (int i = 0; i < HALLS; i++) {
    struct hall *hall = village->halls[i];
    for (size_t m = 0; m < counts[i]; m++)
      village_say(village, i, &hall->published[village->backwards ? counts[i] - 1 - m : m]);
    for (size_t m = 0; m < counts[i]; m++) free(hall->published[m].bytes);
    hall->published_count -= counts[i];
    memmove(hall->published, hall->published + counts[i], hall->published_count * sizeof *hall->published);
  }
}

void village_pass(struct village *village, int64_t ms) {
  for (int64_t passed = 0; passed < ms; passed += 64) {
    for (int i = 0; i < HALLS; i++) hall_pass(village->halls[i], 64);
    village_talk(village);
  }
}

struct published village_said(const struct hall *to, const char *kind, const char *topic, const char *rest) {
  struct published message = {0};
  struct buffer buffer;
  buffer_init(&buffer, LIMIT_FRAME);
  seal_begin(&buffer, kind, to->epoch);
  buffer_append_text(&buffer, rest);
  assert_true(seal_end(&buffer, to->secret, slice_of(topic)));
  snprintf(message.topic, sizeof message.topic, "%s", topic);
  message.bytes = buffer.data;
  message.size = buffer.size;
  return message;
}

void village_hear(struct hall *hall, const char *kind, const char *topic, const char *rest) {
  struct published message = village_said(hall, kind, topic, rest);
  hall_hear(hall, &message);
  free(message.bytes);
}

int village_kinds(const struct hall *hall, const char *kind) {
  int count = 0;
  for (size_t i = 0; i < hall->published_count; i++) count += memcmp(hall->published[i].bytes, kind, 2) == 0;
  return count;
}

void village_enter(struct village *village, struct follower *follower, int hall, int64_t member) {
  follower_enter(follower, village->halls[hall], "kz", member, 0);
}

int64_t village_online(const struct follower *follower) {
  return room_online(follower->subscription.room);
}
