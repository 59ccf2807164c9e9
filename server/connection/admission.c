/* The way in. So many look-ups of sessions are under way at a time as keep the store at work; the others wait in order of
 * arrival. How long each look-up takes is measured while many wait, and whoever would wait too long is told at once when
 * to come again. The look-ups let all other reads go first, so their pace is what the store has left beside those who are
 * in: one measure for look-ups and for what follows them. */
#include "inside.h"

#define LOOK_UPS 64      /* under way */
#define PATIENCE_MS 5000 /* to wait for a welcome */
#define LOOK_UPS_BESET 2 /* while so many wait to be taken in that these would wait longer, … */
#define PATIENCE_BESET_MS 1000
#define WAITING_LIMIT 8192   /* connections */
#define REFUSALS_A_TURN 128  /* each is a frame and a close */
#define TURN_MOST_MS 1000    /* a turn that took longer: this process was stopped */
#define WINDOW_MS 200        /* of measuring */
#define TAKEN_LEAST 16       /* from whom it is told how long taking in takes, unless it stalls */
#define STALL_MS 1000        /* without any look-up coming back: the store is away, which says nothing of its pace */
#define EACH_FIRST_US 1000   /* before anything was measured */
#define EACH_LEAST_US 20     /* … */
#define EACH_MOST_US 1000000 /* … and whatever was */
#define RETRY_LEAST_MS 1000  /* of a retry_after */
#define RETRY_MOST_MS 20000  /* beyond it nobody can tell */
#define RETRY_FULL_MS 5000   /* there is no room, or no store: nobody knows how long */
#define RETRY_FULL_SPREAD 10000

void admission_init(struct connections *connections) {
  struct admission *admission = &connections->admission;
  for (size_t i = 0; i < LINE_COUNT; i++) TAILQ_INIT(&admission->lines[i]);
  admission->turn_ms = connections_now(connections);
  admission->each_us = EACH_FIRST_US;
}

/* ---- the lines ---- */

static void admission_line_up(struct connection *connection, enum line_up line) {
  struct admission *admission = &connection->all->admission;
  connection->line_up = (uint8_t)line;
  admission->waiting += line == LINE_WAITING;
  TAILQ_INSERT_TAIL(&admission->lines[line], connection, in_line);
}

void admission_leave(struct connection *connection) {
  struct admission *admission = &connection->all->admission;
  if (connection->line_up == LINE_COUNT) return;
  TAILQ_REMOVE(&admission->lines[connection->line_up], connection, in_line);
  admission->waiting -= connection->line_up == LINE_WAITING;
  connection->line_up = LINE_COUNT;
}

void admission_enter(struct connection *connection) {
  connection->came_ms = connection->all->admission.clock_ms;
  connection->all->admission.taken++;
  admission_line_up(connection, LINE_ARRIVED);
}

/* ---- the pace ---- */

void admission_back(struct connections *connections, const struct connection *of) {
  struct admission *admission = &connections->admission;
  admission->under_way--;
  admission->window_done++;
  admission->window_soon += of && admission->clock_ms - of->came_ms < WINDOW_MS;
}

static void admission_begin_window(struct admission *admission) {
  admission->window_ms = admission->clock_ms;
  admission->window_done = admission->window_soon = 0;
  admission->window_busy = admission->waiting > 0;
}

/* Good news is believed at once, bad news by halves. Where not always somebody waited there is only good news, of those who
 * were let in soon: as few as a slow pace lets in do not wait, and it would stand for ever. */
static void admission_learn(struct admission *admission, int64_t took) {
  size_t done = admission->window_busy ? admission->window_done : admission->window_soon;
  int64_t each = done > 0 ? took * 1000 / (int64_t)done : EACH_MOST_US;
  if (each > admission->each_us && !admission->window_busy) return;
  if (each > admission->each_us) each = (each + admission->each_us) / 2;
  admission->each_us = each < EACH_LEAST_US ? EACH_LEAST_US : each > EACH_MOST_US ? EACH_MOST_US : each;
}

static void admission_measure(struct admission *admission) {
  int64_t took = admission->clock_ms - admission->window_ms;
  if (admission->waiting == 0) admission->window_busy = false;
  if (admission->window_busy && admission->window_done == 0) {
    admission->stalled = took >= STALL_MS;
    return;
  }
  if (took < WINDOW_MS) return;
  if (!admission->stalled) admission_learn(admission, took);
  admission->stalled = false;
  admission_begin_window(admission);
}

static void admission_advance(struct connections *connections) {
  struct admission *admission = &connections->admission;
  int64_t now = connections_now(connections), passed = now - admission->turn_ms;
  admission->turn_ms = now;
  admission->clock_ms += passed < TURN_MOST_MS ? passed : TURN_MOST_MS;
}

/* How long one who joins the line now would wait. */
static int64_t admission_wait_us(const struct admission *admission) {
  return (int64_t)(admission->waiting + admission->under_way) * admission->each_us;
}

int64_t admission_retry_ms(struct connections *connections) {
  struct admission *admission = &connections->admission;
  int64_t now_us = admission->clock_ms * 1000, wait_us = admission_wait_us(admission);
  int64_t least_us = (admission->stalled ? RETRY_FULL_MS : RETRY_LEAST_MS) * 1000;
  if (wait_us < least_us) wait_us = least_us;
  if (wait_us > RETRY_MOST_MS * 1000) wait_us = RETRY_MOST_MS * 1000;
  int64_t first_us = now_us + wait_us;
  if (admission->promised_us < first_us) admission->promised_us = first_us;
  if (admission->promised_us - now_us < RETRY_MOST_MS * 1000) admission->promised_us += admission->each_us;
  int64_t ms = (admission->promised_us - now_us) / 1000;
  return ms + connections_chance(connections, 250 + ms / 8);
}

/* ---- those outside ---- */

static void admission_begin_taking(struct admission *admission) {
  admission->taking_ms = admission->clock_ms;
  admission->taken = 0;
}

/* Whoever has connected and was not taken in yet hears nothing, not even for how long. */
static void admission_look_outside(struct connections *connections) {
  struct admission *admission = &connections->admission;
  const struct transport *transport = &connections->setup.transport;
  bool first = admission->outside == 0;
  bool quiet = first && admission->waiting + admission->under_way + admission->taken == 0;
  admission->outside = quiet ? 0 : transport->outside(transport->self);
  if (admission->outside > 0 && !first) return;
  admission_begin_taking(admission);
  admission->taking_us = 0; /* of other times */
}

/* How long it is from one who is taken in to the next one, while there are more. */
static void admission_measure_taking(struct admission *admission) {
  int64_t took = admission->clock_ms - admission->taking_ms;
  if (took < WINDOW_MS || (admission->taken < TAKEN_LEAST && took < STALL_MS)) return;
  admission->taking_us = took * 1000 / (int64_t)(admission->taken ? admission->taken : 1);
  admission_begin_taking(admission);
}

/* Where they would wait too long they are taken in before all else, and most of them are told when to come: the store is
 * given less to do, which may have the same processor, and those who are let in now are few. */
static bool admission_is_beset(const struct admission *admission) {
  int64_t each_us = admission->each_us > admission->taking_us ? admission->each_us : admission->taking_us;
  return admission->outside > 0 &&
         admission_wait_us(admission) + (int64_t)admission->outside * each_us > PATIENCE_MS * 1000;
}

/* ---- the turn ---- */

/* Nobody can be let in now: how long to stay away. 0: somebody can. */
static int64_t admission_closed_ms(struct connections *connections) {
  size_t limit = connections->setup.limit;
  if (connections->refusing) return 1 + leave_retry_ms(connections);
  if (!connections->quiet && (limit == 0 || connections->count - connections->refused <= limit)) return 0;
  return RETRY_FULL_MS + connections_chance(connections, RETRY_FULL_SPREAD);
}

static bool admission_is_crowded(const struct admission *admission) {
  int64_t patience_ms = admission_is_beset(admission) ? PATIENCE_BESET_MS : PATIENCE_MS;
  return admission->waiting >= WAITING_LIMIT || admission_wait_us(admission) > patience_ms * 1000;
}

static void admission_look_at(struct connection *connection) {
  struct connections *connections = connection->all;
  int64_t closed_ms = admission_closed_ms(connections);
  if (closed_ms == 0 && admission_is_crowded(&connections->admission)) closed_ms = admission_retry_ms(connections);
  if (closed_ms > 0) {
    welcome_refuse(connection, closed_ms);
    return;
  }
  admission_leave(connection);
  admission_line_up(connection, LINE_WAITING);
}

/* True: the first of the line has waited too long, or waits for nothing, and was told so. */
static bool admission_tell_first(struct connections *connections, enum line_up line) {
  struct admission *admission = &connections->admission;
  struct connection *first = TAILQ_FIRST(&admission->lines[line]);
  if (!first) return false;
  bool overdue = admission->clock_ms - first->came_ms >= PATIENCE_MS;
  bool in_vain = line == LINE_WAITING && (connections->refusing || connections->quiet);
  if (!overdue && !in_vain) return false;
  welcome_refuse(first, in_vain ? admission_closed_ms(connections) : admission_retry_ms(connections));
  return true;
}

/* At most so many are told in a turn. */
static void admission_tell(struct connections *connections) {
  struct admission *admission = &connections->admission;
  uint64_t *refused = &connections->setup.services->metrics->connections_refused;
  uint64_t most = *refused + REFUSALS_A_TURN;
  while (*refused < most && !TAILQ_EMPTY(&admission->lines[LINE_ARRIVED]))
    admission_look_at(TAILQ_FIRST(&admission->lines[LINE_ARRIVED]));
  while (*refused < most && admission_tell_first(connections, LINE_WAITING)) continue;
  while (*refused < most && admission_tell_first(connections, LINE_ASKING)) continue;
  admission->more = *refused >= most;
}

static void admission_ask(struct connections *connections) {
  struct admission *admission = &connections->admission;
  size_t most = admission_is_beset(admission) ? LOOK_UPS_BESET : LOOK_UPS;
  while (admission->under_way < most && admission->waiting > 0) {
    struct connection *first = TAILQ_FIRST(&admission->lines[LINE_WAITING]);
    admission_leave(first);
    admission_line_up(first, LINE_ASKING);
    first->tries = 1;
    welcome_ask(first);
  }
}

void admission_turn(struct connections *connections, bool asks) {
  struct admission *admission = &connections->admission;
  admission_advance(connections);
  admission_look_outside(connections);
  admission_measure_taking(admission);
  admission_tell(connections);
  if (!asks || connections->refusing || connections->quiet) {
    admission_begin_window(admission); /* what was not asked for says nothing about the pace */
    return;
  }
  admission_ask(connections);
  admission_measure(admission);
}
