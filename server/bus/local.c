/* The bus inside a process: ends that share a hub. Queues are bounded; what does not fit is dropped, as any bus may. */
#include <stdlib.h>
#include <uthash.h>

#include "club/bus.h"
#include "club/limits.h"

#define QUEUE_LIMIT 4096
#define QUEUE_BYTES (16 * 1024 * 1024)

struct topic {
  UT_hash_handle hh;
  size_t count;
  size_t size;
  char name[];
};

struct message {
  struct message *next;
  size_t topic_size, size;
  char bytes[]; /* topic, then message */
};

struct bus_end {
  struct bus_hub *hub;
  struct bus_end *next;
  bus_receive receive;
  void *context;
  struct topic *topics;
  struct message *first, **last;
  size_t queued, queued_bytes;
};

struct bus_hub {
  struct bus_end *ends;
};

struct bus_hub *bus_hub_create(void) {
  return calloc(1, sizeof(struct bus_hub));
}

void bus_hub_destroy(struct bus_hub *hub) {
  free(hub);
}

struct bus_end *bus_end_create(struct bus_hub *hub, bus_receive receive, void *context) {
  struct bus_end *end = calloc(1, sizeof *end);
  if (!end) return NULL;
  *end = (struct bus_end){.hub = hub, .next = hub->ends, .receive = receive, .context = context};
  end->last = &end->first;
  hub->ends = end;
  return end;
}

static struct topic *local_topic(struct bus_end *end, struct slice name) {
  struct topic *topic;
  HASH_FIND(hh, end->topics, name.data, name.size, topic);
  return topic;
}

static void local_enqueue(struct bus_end *end, struct slice topic, struct slice text) {
  size_t size = topic.size + text.size;
  if (end->queued == QUEUE_LIMIT || end->queued_bytes + size > QUEUE_BYTES) return;
  struct message *message = malloc(sizeof *message + size);
  if (!message) return;
  *message = (struct message){.topic_size = topic.size, .size = text.size};
  memcpy(message->bytes, topic.data, topic.size);
  memcpy(message->bytes + topic.size, text.data, text.size);
  *end->last = message;
  end->last = &message->next;
  end->queued++;
  end->queued_bytes += size;
}

static void local_publish(void *self, struct slice topic, struct slice message) {
  struct bus_end *from = self;
  for (struct bus_end *end = from->hub->ends; end; end = end->next)
    if (end != from && local_topic(end, topic)) local_enqueue(end, topic, message);
}

static struct topic *local_add(struct bus_end *end, struct slice name) {
  struct topic *topic = calloc(1, sizeof *topic + name.size);
  if (!topic) return NULL;
  memcpy(topic->name, name.data, name.size);
  topic->size = name.size;
  HASH_ADD_KEYPTR(hh, end->topics, topic->name, topic->size, topic);
  if (topic->hh.tbl) return topic;
  free(topic);
  return NULL;
}

static void local_subscribe(void *self, struct slice name) {
  struct bus_end *end = self;
  struct topic *topic = local_topic(end, name);
  if (!topic) topic = local_add(end, name);
  if (topic) topic->count++; /* hints may be missed */
}

static void local_unsubscribe(void *self, struct slice name) {
  struct bus_end *end = self;
  struct topic *topic = local_topic(end, name);
  if (!topic || --topic->count > 0) return;
  HASH_DELETE(hh, end->topics, topic);
  free(topic);
}

static bool local_alone(void *self) {
  const struct bus_end *end = self;
  return !end->hub->ends->next;
}

static uint64_t local_generation(void *self) {
  (void)self;
  return 1;
}

struct bus bus_end_bus(struct bus_end *end) {
  return (struct bus){.self = end,
                      .publish = local_publish,
                      .subscribe = local_subscribe,
                      .unsubscribe = local_unsubscribe,
                      .alone = local_alone,
                      .generation = local_generation};
}

static struct message *local_take_all(struct bus_end *end) {
  struct message *all = end->first;
  end->first = NULL;
  end->last = &end->first;
  end->queued = end->queued_bytes = 0;
  return all;
}

void bus_end_deliver(struct bus_end *end) {
  for (struct message *message = local_take_all(end), *next; message; message = next) {
    next = message->next;
    struct slice topic = {message->bytes, message->topic_size};
    end->receive(end->context, topic, (struct slice){message->bytes + message->topic_size, message->size});
    free(message);
  }
}

void bus_end_destroy(struct bus_end *end) {
  if (!end) return;
  struct bus_end **at = &end->hub->ends;
  while (*at != end) at = &(*at)->next;
  *at = end->next;
  for (struct message *message = local_take_all(end), *next; message; message = next) {
    next = message->next;
    free(message);
  }
  struct topic *topic, *after;
  HASH_ITER(hh, end->topics, topic, after) {
    HASH_DELETE(hh, end->topics, topic);
    free(topic);
  }
  free(end);
}
