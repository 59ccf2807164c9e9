/* The bus over Redis: its two lines, made and broken together, so that both reach the same server. */
#include "redis.h"

#include <stdio.h>
#include <stdlib.h>

#include "club/log.h"

#define TAG_SIZE 8 /* before each message: whose it is, so that nobody hears himself */
#define PREFIX_SIZE 64
#define STOOD_MS 5000      /* for so long, and the next try comes soon */
#define COMPLAINT_MS 60000 /* between two lines of the log about a bus that stays lost */

enum phase {
  PHASE_RESTING, /* until rest_until_ms */
  PHASE_LOOKING, /* the host's name is looked up */
  PHASE_UP,      /* both lines are open, or on their way */
  PHASE_CLOSED
};

struct bus_redis {
  struct bus_redis_setup setup;
  char prefix[PREFIX_SIZE];
  char tag[TOKEN_SIZE + 1]; /* TAG_SIZE of it are used */
  struct redis_url url;
  struct redis_tls *tls;
  enum phase phase;
  int64_t rest_until_ms, begun_ms;
  unsigned tries; /* since the bus stood for a while */
  struct redis_lookup *lookup;
  struct redis_addresses addresses;
  struct redis_line subscriber, publisher;
  uint64_t unanswered; /* by the publisher's end */
  struct redis_topics topics;
  struct redis_probe probe;
  struct redis_channel probe_channel;
  bool reached; /* all was subscribed to, and a probe was heard */
  int64_t reached_ms;
  char complaint[REDIS_PROBLEM_SIZE];
  int64_t complained_ms; /* 0: not since it was reached */
  uint64_t generation, published, received, dropped, reconnects;
};

static int64_t bus_now(const struct bus_redis *bus) {
  return clock_monotonic_ms(&bus->setup.clock);
}

static bool bus_channel(const struct bus_redis *bus, struct redis_channel *channel, struct slice topic) {
  size_t prefix = strlen(bus->prefix);
  channel->size = prefix + topic.size;
  if (channel->size > sizeof channel->text) return false;
  memcpy(channel->text, bus->prefix, prefix);
  memcpy(channel->text + prefix, topic.data, topic.size);
  return true;
}

static struct slice bus_channel_slice(const struct redis_channel *channel) {
  return (struct slice){channel->text, channel->size};
}

/* ---- what others ask ---- */

static bool bus_say(struct bus_redis *bus, const struct redis_channel *channel, struct slice message) {
  const char *words[] = {"PUBLISH", channel->text, message.data};
  const size_t sizes[] = {7, channel->size, message.size};
  if (!redis_line_command(&bus->publisher, 3, words, sizes)) return false;
  bus->unanswered++;
  return true;
}

static bool bus_may_say(const struct bus_redis *bus, size_t size) {
  return bus->phase == PHASE_UP && bus->publisher.state == LINE_READY && size <= REDIS_MESSAGE_LIMIT &&
         redis_line_waiting(&bus->publisher) + size <= REDIS_OUTPUT_LIMIT;
}

static void redis_publish(void *self, struct slice topic, struct slice message) {
  struct bus_redis *bus = self;
  struct redis_channel channel;
  size_t size = TAG_SIZE + message.size;
  char *tagged = bus_may_say(bus, size) && bus_channel(bus, &channel, topic) ? malloc(size) : NULL;
  bool said = false;
  if (tagged) {
    memcpy(tagged, bus->tag, TAG_SIZE);
    memcpy(tagged + TAG_SIZE, message.data, message.size);
    said = bus_say(bus, &channel, (struct slice){tagged, size});
    free(tagged);
  }
  if (said)
    bus->published++;
  else
    bus->dropped++;
}

static void redis_subscribe(void *self, struct slice topic) {
  struct bus_redis *bus = self;
  struct redis_channel channel;
  if (bus_channel(bus, &channel, topic)) redis_topics_subscribe(&bus->topics, &channel);
}

static void redis_unsubscribe(void *self, struct slice topic) {
  struct bus_redis *bus = self;
  struct redis_channel channel;
  if (bus_channel(bus, &channel, topic)) redis_topics_unsubscribe(&bus->topics, &channel);
}

static bool redis_alone(void *self) {
  (void)self;
  return false;
}

static uint64_t redis_generation(void *self) {
  return ((struct bus_redis *)self)->generation;
}

struct bus bus_redis_bus(struct bus_redis *bus) {
  return (struct bus){.self = bus,
                      .publish = redis_publish,
                      .subscribe = redis_subscribe,
                      .unsubscribe = redis_unsubscribe,
                      .alone = redis_alone,
                      .generation = redis_generation};
}

/* ---- lost and reached ---- */

static void bus_complain(struct bus_redis *bus, const char *problem, int64_t now) {
  bool same = strcmp(bus->complaint, problem) == 0;
  if (bus->complained_ms && (same || now - bus->complained_ms < COMPLAINT_MS)) return;
  bus->complained_ms = now ? now : 1;
  snprintf(bus->complaint, sizeof bus->complaint, "%s", problem);
  log_line(LOG_WARN, "bus lost", LOG_TEXT("host", bus->url.host), LOG_NUMBER("port", bus->url.port),
           LOG_TEXT("reason", problem));
}

/* From half the pause to the whole one, so that many instances do not come at once. */
static int64_t bus_pause(struct bus_redis *bus) {
  int64_t pause = REDIS_REST_LEAST_MS;
  for (unsigned i = 0; i < bus->tries && pause < REDIS_REST_MOST_MS; i++) pause *= 2;
  if (pause > REDIS_REST_MOST_MS) pause = REDIS_REST_MOST_MS;
  uint32_t number;
  bus->setup.randomness.fill(bus->setup.randomness.self, &number, sizeof number);
  return pause / 2 + number % (pause / 2 + 1);
}

static void bus_break(struct bus_redis *bus, const char *problem, int64_t now) {
  bus_complain(bus, problem, now); /* before the text goes */
  redis_line_close(&bus->subscriber);
  redis_line_close(&bus->publisher);
  bus->phase = PHASE_RESTING;
  if (bus->reached && now - bus->reached_ms > STOOD_MS) bus->tries = 0;
  bus->rest_until_ms = now + bus_pause(bus);
  bus->tries++;
  bus->reached = false;
}

static void bus_reach(struct bus_redis *bus, int64_t now) {
  bus->reached = true;
  bus->reached_ms = now;
  bus->complained_ms = 0;
  if (bus->generation++ > 1) bus->reconnects++;
  log_line(LOG_INFO, "bus reached", LOG_TEXT("host", bus->url.host), LOG_NUMBER("port", bus->url.port));
}

/* ---- making the lines ---- */

static void bus_connect(struct bus_redis *bus, int64_t now) {
  if (bus->addresses.count == 0) {
    bus_break(bus, bus->addresses.problem, now);
    return;
  }
  const struct redis_address *address = &bus->addresses.list[bus->tries % bus->addresses.count];
  bus->phase = PHASE_UP;
  bus->begun_ms = now;
  bus->unanswered = 0;
  redis_topics_begin(&bus->topics);
  redis_probe_begin(&bus->probe, &bus->setup.randomness);
  if (!redis_line_open(&bus->subscriber, address))
    bus_break(bus, bus->subscriber.problem, now);
  else if (!redis_line_open(&bus->publisher, address))
    bus_break(bus, bus->publisher.problem, now);
}

/* A numeric host needs no look-up. */
static void bus_look(struct bus_redis *bus, int64_t now) {
  if (redis_addresses_read(&bus->addresses, bus->url.host, bus->url.port)) {
    bus_connect(bus, now);
    return;
  }
  bus->lookup = redis_lookup_begin(&bus->url, bus->setup.wake, bus->setup.context);
  bus->phase = PHASE_LOOKING;
  if (!bus->lookup) bus_break(bus, "no thread to look up its name", now);
}

static void bus_found(struct bus_redis *bus, int64_t now) {
  if (!redis_lookup_take(bus->lookup, &bus->addresses)) return;
  redis_lookup_end(bus->lookup);
  bus->lookup = NULL;
  bus_connect(bus, now);
}

/* ---- what Redis says ---- */

static void bus_hear(struct bus_redis *bus, struct slice channel, struct slice message) {
  if (slice_equal(channel, bus_channel_slice(&bus->probe_channel))) {
    redis_probe_hear(&bus->probe, message);
    return;
  }
  if (message.size < TAG_SIZE || memcmp(message.data, bus->tag, TAG_SIZE) == 0) return;
  if (!redis_topics_wants(&bus->topics, channel)) return;
  size_t prefix = strlen(bus->prefix);
  bus->received++;
  bus->setup.receive(bus->setup.context, (struct slice){channel.data + prefix, channel.size - prefix},
                     (struct slice){message.data + TAG_SIZE, message.size - TAG_SIZE});
}

static bool bus_take_heard(void *context, const redisReply *reply) {
  struct bus_redis *bus = context;
  struct redis_line *line = &bus->subscriber;
  bool array = reply->type == REDIS_REPLY_ARRAY && reply->elements == 3;
  if (!array || reply->element[0]->type != REDIS_REPLY_STRING || reply->element[1]->type != REDIS_REPLY_STRING)
    return redis_line_refused(line, "SUBSCRIBE", reply);
  struct slice kind = {reply->element[0]->str, reply->element[0]->len};
  struct slice channel = {reply->element[1]->str, reply->element[1]->len};
  const redisReply *last = reply->element[2];
  if (slice_is(kind, "message") && last->type == REDIS_REPLY_STRING) {
    bus_hear(bus, channel, (struct slice){last->str, last->len});
    return true;
  }
  if ((slice_is(kind, "subscribe") || slice_is(kind, "unsubscribe")) &&
      redis_topics_confirm(&bus->topics, channel, bus_now(bus)))
    return true;
  return redis_line_fail(line, "it answered what was not asked");
}

static bool bus_take_answer(void *context, const redisReply *reply) {
  struct bus_redis *bus = context;
  if (reply->type != REDIS_REPLY_INTEGER) return redis_line_refused(&bus->publisher, "PUBLISH", reply);
  if (bus->unanswered == 0) return redis_line_fail(&bus->publisher, "it answered what was not asked");
  bus->unanswered--;
  return true;
}

/* ---- a turn ---- */

static const char *bus_late(const struct bus_redis *bus, int64_t now) {
  bool standing = bus->subscriber.state == LINE_READY && bus->publisher.state == LINE_READY;
  if (!standing) return now - bus->begun_ms > REDIS_PATIENCE_MS ? "it does not answer" : NULL;
  if (bus->topics.awaited && now - bus->topics.progress_ms > REDIS_PATIENCE_MS)
    return "a subscription is not confirmed";
  return redis_probe_is_late(&bus->probe, now) ? "what is said is not heard" : NULL;
}

static bool bus_send_probe(struct bus_redis *bus, int64_t now) {
  char text[REDIS_PROBE_SIZE];
  if (bus->publisher.state != LINE_READY) return true;
  if (!redis_topics_hears(&bus->topics, bus_channel_slice(&bus->probe_channel))) return true;
  return !redis_probe_make(&bus->probe, text, now) || bus_say(bus, &bus->probe_channel, slice_of(text));
}

static bool bus_flush_subscriber(struct bus_redis *bus, int64_t now) {
  struct redis_line *line = &bus->subscriber;
  if (line->state == LINE_READY && !redis_topics_tell(&bus->topics, line, now)) return false;
  return redis_line_send(line);
}

void bus_redis_flush(struct bus_redis *bus) {
  if (bus->phase != PHASE_UP) return;
  int64_t now = bus_now(bus);
  if (!bus_flush_subscriber(bus, now))
    bus_break(bus, bus->subscriber.problem, now);
  else if (!bus_send_probe(bus, now) || !redis_line_send(&bus->publisher))
    bus_break(bus, bus->publisher.problem, now);
}

static void bus_receive_all(struct bus_redis *bus, int64_t now) {
  if (!redis_line_receive(&bus->subscriber, bus_take_heard, bus)) {
    bus_break(bus, bus->subscriber.problem, now);
    return;
  }
  if (!redis_line_receive(&bus->publisher, bus_take_answer, bus)) {
    bus_break(bus, bus->publisher.problem, now);
    return;
  }
  const char *late = bus_late(bus, now);
  if (late)
    bus_break(bus, late, now);
  else if (!bus->reached && bus->topics.first_left == 0 && bus->probe.heard > 0)
    bus_reach(bus, now);
}

void bus_redis_turn(struct bus_redis *bus) {
  int64_t now = bus_now(bus);
  if (bus->phase == PHASE_RESTING && now >= bus->rest_until_ms) bus_look(bus, now);
  if (bus->phase == PHASE_LOOKING) bus_found(bus, now);
  if (bus->phase == PHASE_UP) bus_receive_all(bus, now);
}

/* ---- the whole ---- */

static bool bus_read_url(struct redis_url *url, const char *text, char *error, size_t size) {
  if (!redis_url_read(url, text, error, size)) return false;
  if (!url->tls || redis_tls_available()) return true;
  snprintf(error, size, "asks for TLS (rediss://), which the hiredis of this build does not have; use redis://");
  return false;
}

bool bus_redis_check_url(const char *url, char *error, size_t error_size) {
  struct redis_url read;
  return bus_read_url(&read, url, error, error_size);
}

static bool bus_begin(struct bus_redis *bus, char *error, size_t size) {
  if (!bus_read_url(&bus->url, bus->setup.url, error, size)) return false;
  bus->tls = bus->url.tls ? redis_tls_create(bus->url.host) : NULL;
  snprintf(error, size, "cannot be used: no memory");
  if (bus->url.tls && !bus->tls) return false;
  snprintf(bus->prefix, sizeof bus->prefix, "%s", bus->setup.prefix);
  bus->setup.url = bus->setup.prefix = NULL; /* the caller's */
  bus->subscriber.poller = bus->publisher.poller = &bus->setup.poller;
  bus->subscriber.url = bus->publisher.url = &bus->url;
  bus->subscriber.tls = bus->publisher.tls = bus->tls;
  bus->generation = 1;
  token_random(bus->tag, &bus->setup.randomness);
  char own[TOKEN_SIZE + 1], topic[TOKEN_SIZE + 8];
  token_random(own, &bus->setup.randomness);
  snprintf(topic, sizeof topic, "probe.%s", own);
  if (!bus_channel(bus, &bus->probe_channel, slice_of(topic))) return false;
  redis_topics_subscribe(&bus->topics, &bus->probe_channel);
  return true;
}

struct bus_redis *bus_redis_create(const struct bus_redis_setup *setup, char *error, size_t error_size) {
  snprintf(error, error_size, "cannot be used: no memory");
  struct bus_redis *bus = calloc(1, sizeof *bus);
  if (!bus) return NULL;
  bus->setup = *setup;
  redis_topics_init(&bus->topics);
  redis_probe_init(&bus->probe);
  if (bus_begin(bus, error, error_size)) return bus;
  bus_redis_destroy(bus);
  return NULL;
}

void bus_redis_close(struct bus_redis *bus) {
  if (!bus) return;
  redis_line_close(&bus->subscriber);
  redis_line_close(&bus->publisher);
  redis_lookup_end(bus->lookup);
  bus->lookup = NULL;
  bus->reached = false;
  bus->phase = PHASE_CLOSED;
}

void bus_redis_destroy(struct bus_redis *bus) {
  if (!bus) return;
  bus_redis_close(bus);
  redis_topics_free(&bus->topics);
  redis_tls_destroy(bus->tls);
  free(bus);
}

struct bus_redis_counts bus_redis_counts(const struct bus_redis *bus) {
  int64_t sent = bus->probe.heard_sent_ms;
  return (struct bus_redis_counts){.connected = bus->reached,
                                   .probe_age_ms = sent < 0 ? -1 : bus_now(bus) - sent,
                                   .published = bus->published,
                                   .received = bus->received,
                                   .dropped = bus->dropped,
                                   .reconnects = bus->reconnects,
                                   .subscriptions = bus->topics.count - 1,
                                   .unconfirmed = redis_topics_unconfirmed(&bus->topics)};
}
