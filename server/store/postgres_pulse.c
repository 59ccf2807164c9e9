/* The question that every instance asks twice a second, in one round trip. */
#include "postgres.h"
#include "reports_sql.h"

#define EVENTS_LIMIT 1000

static const char history[] =
    "SELECT club_epoch_1(), head, (SELECT count(*) FROM switch WHERE name = 'raid' AND value <> 0), " REPORTS_MARK
    " FROM club";
static const char heads[] = "SELECT coalesce(room.head, -1) FROM unnest($1) WITH ORDINALITY AS asked (id, place) "
                            "LEFT JOIN room ON room.id = asked.id ORDER BY asked.place";
static const char events[] =
    "SELECT seq, kind, member, session, room FROM club_log WHERE seq > $1 ORDER BY seq LIMIT 1000";

static void take_history(struct ask *ask, struct store_pulse *pulse) {
  pulse->epoch[0] = '\0';
  if (!ask_row(ask)) return;
  struct slice epoch = ask_peek_text(ask, 0);
  size_t size = epoch.size < TOKEN_SIZE ? epoch.size : TOKEN_SIZE;
  if (size) memcpy(pulse->epoch, epoch.data, size);
  pulse->epoch[size] = '\0';
  pulse->club_head = ask_get_int(ask, 1);
  pulse->raid = ask_get_int(ask, 2) != 0;
  pulse->reports = ask_get_int(ask, 3);
}

static void take_heads(struct ask *ask, struct store_pulse *pulse) {
  for (size_t i = 0; i < pulse->head_count; i++) pulse->heads[i].head = ask_row(ask) ? ask_get_int(ask, 0) : -1;
}

static void take_events(struct ask *ask, struct store_pulse *pulse, struct arena *arena) {
  size_t capacity = ask_count(ask);
  pulse->event_count = 0;
  if (capacity == 0) return;
  if (capacity > EVENTS_LIMIT) capacity = EVENTS_LIMIT;
  pulse->events = arena_alloc(arena, capacity * sizeof *pulse->events);
  while (pulse->events && pulse->event_count < capacity && ask_row(ask)) {
    struct club_event *event = &pulse->events[pulse->event_count++];
    event->seq = ask_get_int(ask, 0);
    event->kind = (enum club_event_kind)ask_get_int(ask, 1);
    event->member = ask_get_int(ask, 2);
    event->session = ask_get_int(ask, 3);
    event->room = ask_get_text(ask, 4, arena);
  }
}

enum reason postgres_pulse(struct postgres *self, struct store_job *job) {
  struct store_pulse *pulse = &job->pulse;
  struct slice *ids = arena_alloc(job->arena, pulse->head_count * sizeof *ids);
  if (!ids) return REASON_NONE;
  for (size_t i = 0; i < pulse->head_count; i++) ids[i] = pulse->heads[i].room;
  struct ask first = ask_begin(self, history);
  ask_send(&first);
  struct ask second = ask_begin(self, heads);
  ask_texts(&second, ids, pulse->head_count, job->arena);
  ask_send(&second);
  struct ask third = ask_begin(self, events);
  ask_int(&third, pulse->club_after);
  ask_send(&third);
  take_history(&first, pulse);
  ask_end(&first);
  take_heads(&second, pulse);
  ask_end(&second);
  take_events(&third, pulse, job->arena);
  ask_end(&third);
  return REASON_NONE;
}
