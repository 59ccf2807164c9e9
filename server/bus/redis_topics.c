/* What is subscribed to, counted, and what Redis was told of it. Changes are told together, once a turn, so that a topic
 * that comes and goes within a turn costs nothing. */
#include <stdlib.h>

#include "redis.h"

#define NAMES_A_COMMAND 128

void redis_topics_init(struct redis_topics *topics) {
  *topics = (struct redis_topics){0};
  topics->changed_last = &topics->changed;
}

static void topics_forget(struct redis_topics *topics, struct redis_topic *topic) {
  HASH_DELETE(hh, topics->all, topic);
  free(topic);
}

void redis_topics_free(struct redis_topics *topics) {
  struct redis_topic *topic, *after;
  HASH_ITER(hh, topics->all, topic, after) {
    topics_forget(topics, topic);
  }
}

static struct redis_topic *topics_find(const struct redis_topics *topics, const char *channel, size_t size) {
  struct redis_topic *topic;
  HASH_FIND(hh, topics->all, channel, size, topic);
  return topic;
}

static void topics_change(struct redis_topics *topics, struct redis_topic *topic) {
  if (topic->changed) return;
  topic->changed = true;
  topic->next_changed = NULL;
  *topics->changed_last = topic;
  topics->changed_last = &topic->next_changed;
}

static void topics_settle_first(struct redis_topics *topics, struct redis_topic *topic) {
  if (topic->first) topics->first_left--;
  topic->first = false;
}

static struct redis_topic *topics_add(struct redis_topics *topics, const struct redis_channel *channel) {
  if (HASH_COUNT(topics->all) >= REDIS_TOPICS_LIMIT) return NULL;
  struct redis_topic *topic = calloc(1, sizeof *topic + channel->size);
  if (!topic) return NULL;
  memcpy(topic->channel, channel->text, channel->size);
  topic->size = channel->size;
  HASH_ADD_KEYPTR(hh, topics->all, topic->channel, topic->size, topic);
  if (topic->hh.tbl) return topic;
  free(topic);
  return NULL;
}

void redis_topics_subscribe(struct redis_topics *topics, const struct redis_channel *channel) {
  struct redis_topic *topic = topics_find(topics, channel->text, channel->size);
  if (!topic) topic = topics_add(topics, channel);
  if (!topic || topic->count++ > 0) return; /* hints may be missed */
  topics->count++;
  topics_change(topics, topic);
}

void redis_topics_unsubscribe(struct redis_topics *topics, const struct redis_channel *channel) {
  struct redis_topic *topic = topics_find(topics, channel->text, channel->size);
  if (!topic || topic->count == 0 || --topic->count > 0) return;
  topics->count--;
  topics_settle_first(topics, topic);
  topics_change(topics, topic);
}

bool redis_topics_wants(const struct redis_topics *topics, struct slice channel) {
  const struct redis_topic *topic = topics_find(topics, channel.data, channel.size);
  return topic && topic->count > 0;
}

bool redis_topics_hears(const struct redis_topics *topics, struct slice channel) {
  const struct redis_topic *topic = topics_find(topics, channel.data, channel.size);
  return topic && topic->count > 0 && topic->told && topic->awaited == 0;
}

size_t redis_topics_unconfirmed(const struct redis_topics *topics) {
  size_t count = topics->awaited;
  for (const struct redis_topic *topic = topics->changed; topic; topic = topic->next_changed) count++;
  return count;
}

void redis_topics_begin(struct redis_topics *topics) {
  struct redis_topic *topic, *after;
  topics->changed_last = &topics->changed;
  topics->changed = NULL;
  topics->awaited = topics->first_left = 0;
  HASH_ITER(hh, topics->all, topic, after) {
    topic->told = topic->changed = false;
    topic->awaited = 0;
    topic->first = topic->count > 0;
    if (topic->first) {
      topics->first_left++;
      topics_change(topics, topic);
    } else {
      topics_forget(topics, topic);
    }
  }
}

static struct redis_topic *topics_take_changed(struct redis_topics *topics) {
  struct redis_topic *topic = topics->changed;
  topics->changed = topic->next_changed;
  if (!topics->changed) topics->changed_last = &topics->changed;
  topic->changed = false;
  return topic;
}

struct command {
  const char *words[NAMES_A_COMMAND + 1];
  size_t sizes[NAMES_A_COMMAND + 1];
  int count;
};

static void topics_add_word(struct command *command, const char *word, size_t size) {
  command->words[command->count] = word;
  command->sizes[command->count++] = size;
}

/* Up to a command of each sort. */
static bool topics_tell_some(struct redis_topics *topics, struct redis_line *line) {
  struct command subscribe = {.count = 0}, unsubscribe = {.count = 0};
  topics_add_word(&subscribe, "SUBSCRIBE", 9);
  topics_add_word(&unsubscribe, "UNSUBSCRIBE", 11);
  while (topics->changed && subscribe.count <= NAMES_A_COMMAND && unsubscribe.count <= NAMES_A_COMMAND) {
    struct redis_topic *topic = topics_take_changed(topics);
    bool wanted = topic->count > 0;
    if (wanted == topic->told) {
      if (!wanted && topic->awaited == 0) topics_forget(topics, topic);
      continue;
    }
    topic->told = wanted;
    topic->awaited++;
    topics->awaited++;
    topics_add_word(wanted ? &subscribe : &unsubscribe, topic->channel, topic->size);
  }
  if (subscribe.count > 1 && !redis_line_command(line, subscribe.count, subscribe.words, subscribe.sizes)) return false;
  return unsubscribe.count <= 1 || redis_line_command(line, unsubscribe.count, unsubscribe.words, unsubscribe.sizes);
}

bool redis_topics_tell(struct redis_topics *topics, struct redis_line *line, int64_t now) {
  bool idle = topics->awaited == 0;
  while (topics->changed && redis_line_waiting(line) < REDIS_ASKING_LIMIT)
    if (!topics_tell_some(topics, line)) return false;
  if (idle && topics->awaited) topics->progress_ms = now;
  return true;
}

bool redis_topics_confirm(struct redis_topics *topics, struct slice channel, int64_t now) {
  struct redis_topic *topic = topics_find(topics, channel.data, channel.size);
  if (!topic || topic->awaited == 0) return false;
  topics->awaited--;
  topics->progress_ms = now;
  if (--topic->awaited > 0) return true;
  topics_settle_first(topics, topic);
  if (topic->count == 0 && !topic->told && !topic->changed) topics_forget(topics, topic);
  return true;
}
