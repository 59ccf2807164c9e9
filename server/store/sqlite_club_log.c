/* The club log, and the question that every instance asks each second. */
#include "sqlite.h"

#define EVENTS_LIMIT 1000

int64_t club_head(struct sqlite *self) {
  if (self->club_head >= 0) return self->club_head;
  struct query query = query_begin(self, SQL_CLUB_HEAD);
  self->club_head = query_number(&query, -1);
  return self->club_head;
}

void club_add(struct sqlite *self, struct store_job *job, enum club_event_kind kind, int64_t member, int64_t session,
              struct slice room) {
  int64_t head = club_head(self);
  if (head < 0) return;
  struct query query = query_begin(self, SQL_CLUB_ADD);
  query_int(&query, head + 1);
  query_int(&query, self->now);
  query_int(&query, kind);
  query_int_or_none(&query, member);
  query_int_or_none(&query, session);
  query_text(&query, room);
  query_run(&query);
  self->club_head = head + 1;
  job->club_head = head + 1;
}

static void read_heads(struct sqlite *self, struct store_pulse *pulse) {
  for (size_t i = 0; i < pulse->head_count; i++) {
    const struct room_row *room = room_find(self, pulse->heads[i].room);
    pulse->heads[i].head = room ? room->head : -1;
  }
}

static void read_events(struct sqlite *self, struct store_pulse *pulse, struct arena *arena) {
  int64_t missing = pulse->club_head - pulse->club_after;
  if (missing <= 0) return;
  size_t capacity = missing < EVENTS_LIMIT ? (size_t)missing : EVENTS_LIMIT;
  pulse->events = arena_alloc(arena, capacity * sizeof *pulse->events);
  if (!pulse->events) return;
  struct query query = query_begin(self, SQL_CLUB_AFTER);
  query_int(&query, pulse->club_after);
  query_int(&query, (int64_t)capacity);
  while (pulse->event_count < capacity && query_row(&query)) {
    struct club_event *event = &pulse->events[pulse->event_count++];
    event->seq = query_get_int(&query, 0);
    event->kind = (enum club_event_kind)query_get_int(&query, 1);
    event->member = query_get_int(&query, 2);
    event->session = query_get_int(&query, 3);
    event->room = query_get_text(&query, 4, arena);
  }
  query_end(&query);
}

static void read_epoch(struct sqlite *self, char epoch[TOKEN_SIZE + 1]) {
  struct query query = query_begin(self, SQL_META);
  if (query_row(&query)) {
    struct slice text = query_peek_text(&query, 0);
    size_t size = text.size < TOKEN_SIZE ? text.size : TOKEN_SIZE;
    if (size) memcpy(epoch, text.data, size);
    epoch[size] = '\0';
  }
  query_end(&query);
}

enum reason sqlite_pulse(struct sqlite *self, struct store_job *job) {
  struct store_pulse *pulse = &job->pulse;
  pulse->event_count = 0;
  read_epoch(self, pulse->epoch);
  pulse->club_head = club_head(self);
  struct query raid = query_begin(self, SQL_RAID);
  pulse->raid = query_number(&raid, 0) != 0;
  struct query reports = query_begin(self, SQL_REPORTS_MARK);
  pulse->reports = query_number(&reports, 0);
  read_heads(self, pulse);
  read_events(self, pulse, job->arena);
  return REASON_NONE;
}
