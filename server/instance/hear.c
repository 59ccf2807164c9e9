/* What instances say to each other beside what belongs to a room, each under a topic of its own:
 *
 *   @instances   I1 instance takes stays       peers.c
 *   @club        L1 instance head              the club log grew: it is read at once
 *   @rooms       A1                            who is in which rooms (room/presence.c)
 *   @online      P1, D1, Q1                    which members are connected, told as for a room (room/online.c)
 *   @m17         M1 instance …                 what member 17 did there: elsewhere.c
 *
 * All of it is a hint: what gets lost is found by the pulse, by the next announcement, or by reading lists again. */
#include <stdarg.h>
#include <stdio.h>

#include "club/log.h"
#include "club/seal.h"
#include "inside.h"

#define SAID_LIMIT 1024 /* bytes of a message */
#define CLUB_TOPIC "@club"
#define SLOWLY_MS 300000 /* in which all lists are read again where others write to the store, too */
#define LISTS_EVERY_MS 100
#define LISTS_AT_ONCE 8 /* under way */

static const char *const hear_topics[] = {INSTANCES_TOPIC, CLUB_TOPIC, ROOMS_TOPIC, ONLINE_TOPIC};
#define HEAR_TOPICS (sizeof hear_topics / sizeof *hear_topics)

/* ---- speaking ---- */

bool hear_is_alone(const struct server *server) {
  const struct bus *bus = &server->services.bus;
  return bus->alone(bus->self);
}

void hear_say(const struct server *server, const char *kind, struct slice topic, const char *format, ...) {
  const struct bus *bus = &server->services.bus;
  char text[SAID_LIMIT];
  struct buffer message;
  va_list list;
  if (hear_is_alone(server)) return;
  va_start(list, format);
  int size = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (size < 0 || (size_t)size >= sizeof text) return;
  buffer_init(&message, SAID_LIMIT);
  seal_begin(&message, kind, server->services.epoch);
  buffer_append_slice(&message, server->services.instance);
  buffer_append_char(&message, ' ');
  buffer_append_text(&message, text);
  if (seal_end(&message, server->services.secret, topic)) bus->publish(bus->self, topic, buffer_slice(&message));
  buffer_free(&message);
}

/* ---- hearing ---- */

bool hear_open(struct server *server, const char *kind, struct slice topic, struct slice message, bool any_epoch,
               struct said *said) {
  const struct services *services = &server->services;
  struct slice peeked, instance;
  if (seal_peek(message, kind, &peeked) && seal_word(&peeked, &instance) && slice_equal(instance, services->instance))
    return false; /* some buses give back what one said */
  if (seal_open(message, kind, services->secret, topic, any_epoch ? NULL : services->epoch, &said->rest) &&
      seal_word(&said->rest, &said->instance))
    return true;
  server->metrics.hints_dropped++;
  return false;
}

static void hear_club(struct server *server, struct slice message) {
  struct said said;
  int64_t head;
  if (!hear_open(server, "L1", SLICE_LITERAL(CLUB_TOPIC), message, false, &said)) return;
  if (!seal_number(&said.rest, &head))
    server->metrics.hints_dropped++;
  else if (head > server->pulse.club_seen)
    pulse_soon(server);
}

void hear_club_log_grew(struct server *server, int64_t head) {
  hear_say(server, "L1", SLICE_LITERAL(CLUB_TOPIC), "%lld ", (long long)head);
  if (head > server->pulse.club_seen) pulse_at_once(server);
}

void server_hear(struct server *server, struct slice topic, struct slice message) {
  int64_t member;
  if (topic.size == 0 || topic.data[0] != '@' || slice_is(topic, ONLINE_TOPIC))
    rooms_hint(server->services.rooms, topic, message);
  else if (slice_is(topic, ROOMS_TOPIC))
    rooms_announced(server->services.rooms, message);
  else if (slice_is(topic, CLUB_TOPIC))
    hear_club(server, message);
  else if (slice_is(topic, INSTANCES_TOPIC))
    peers_hear(server, message);
  else if (member_topic_read(topic, &member))
    elsewhere_hear(server, member, topic, message);
}

/* ---- what may have been missed ---- */

/* Lists of members who are present are read again: all of them, quickly, when messages may have been missed; and now and
 * then, slowly, because a message may be lost without anybody noticing. */
static size_t hear_lists_now(const struct server *server) {
  size_t under_way = server->listings_read.lists, due = LISTS_AT_ONCE;
  if (!server->hear.quickly) due = 1 + presents_count(server->services.presents) * 2 * LISTS_EVERY_MS / SLOWLY_MS;
  size_t left = under_way < LISTS_AT_ONCE ? LISTS_AT_ONCE - under_way : 0;
  return due < left ? due : left;
}

static void hear_read_lists(struct server *server) {
  for (size_t left = hear_lists_now(server); left > 0; left--) {
    const struct present *present = presents_doubtful(server->services.presents);
    if (!present) {
      server->hear.quickly = false;
      return;
    }
    if (!listing_refresh_all(&server->services, present->key)) return; /* with the next round */
  }
}

static void hear_fire(struct wheel_timer *timer) {
  struct server *server = (struct server *)(void *)((char *)timer - offsetof(struct server, hear.timer));
  int64_t now = server_now(server);
  if (server->setup.store_shared && now - server->hear.doubted_ms >= SLOWLY_MS) {
    server->hear.doubted_ms = now;
    presents_doubt(server->services.presents);
  }
  hear_read_lists(server);
  wheel_arm(server->services.wheel, timer, now + LISTS_EVERY_MS);
}

static void hear_missed(struct server *server) {
  server->hear.quickly = true;
  presents_doubt(server->services.presents);
  rooms_missed(server->services.rooms);
  pulse_soon(server);
}

void hear_turn(struct server *server) {
  const struct bus *bus = &server->services.bus;
  uint64_t generation = bus->generation(bus->self);
  if (generation != server->hear.generation) hear_missed(server);
  server->hear.generation = generation;
  elsewhere_turn(server);
  peers_turn(server);
}

/* ---- the beginning and the end ---- */

void hear_begin(struct server *server) {
  const struct bus *bus = &server->services.bus;
  for (size_t i = 0; i < HEAR_TOPICS; i++) bus->subscribe(bus->self, slice_of(hear_topics[i]));
  server->hear =
      (struct hear){.generation = bus->generation(bus->self), .listening = true, .doubted_ms = server_now(server)};
  server->hear.timer.fire = hear_fire;
  wheel_arm(server->services.wheel, &server->hear.timer, server_now(server) + LISTS_EVERY_MS);
}

void hear_end(struct server *server) {
  const struct bus *bus = &server->services.bus;
  elsewhere_end(server);
  if (!server->hear.listening) return;
  wheel_disarm(server->services.wheel, &server->hear.timer);
  for (size_t i = 0; i < HEAR_TOPICS; i++) bus->unsubscribe(bus->self, slice_of(hear_topics[i]));
}
