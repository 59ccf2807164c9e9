#include "postgres_line.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "postgres_hosts.h"

int64_t line_now(void) {
  struct clock clock = clock_system();
  return clock_monotonic_ms(&clock);
}

static void one_line(char *text, const char *words) {
  size_t size = strlen(words);
  while (size > 0 && (words[size - 1] == '\n' || words[size - 1] == ' ')) size--;
  for (size_t i = 0; text[i] && i < size; i++) {
    if ((unsigned char)text[i] < ' ') text[i] = ' ';
  }
}

void line_words(const struct postgres *self, const PGresult *result, char *text, size_t size) {
  const char *words = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
  if (!words && self->line) words = PQerrorMessage(self->line);
  if (!words || !*words) words = "no answer in time";
  snprintf(text, size, "%s", words);
  for (size_t end = strlen(text); end > 0 && text[end - 1] == '\n'; end--) text[end - 1] = '\0';
  one_line(text, words);
}

/* ---- waiting ---- */

/* False: the deadline, or it cannot be waited for. */
static bool wait_for(const struct postgres *self, short events, int64_t deadline) {
  struct pollfd wish = {.fd = PQsocket(self->line), .events = events};
  for (;;) {
    int64_t left = deadline - line_now();
    if (left <= 0 || wish.fd < 0) return false;
    int ready = poll(&wish, 1, (int)left);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/* ---- opening ---- */

static void hear_notice(void *context, const PGresult *result) {
  struct postgres *self = context;
  const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity && strcmp(severity, "WARNING") == 0) self->warned = true;
}

static bool finish_opening(struct postgres *self, int64_t deadline) {
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK) {
    if (status == PGRES_POLLING_FAILED) return false;
    if (!wait_for(self, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) return false;
    status = PQconnectPoll(self->line);
  }
  return true;
}

bool line_open(struct postgres *self, size_t host, int64_t deadline, char *error, size_t error_size) {
  const char *keywords[HOSTS_WORDS], *values[HOSTS_WORDS];
  hosts_words(self->hosts, host, keywords, values);
  line_close(self);
  self->error = POSTGRES_FINE;
  self->line = PQconnectStartParams(keywords, values, 0);
  if (self->line && PQstatus(self->line) != CONNECTION_BAD && finish_opening(self, deadline) &&
      PQsetnonblocking(self->line, 1) == 0) {
    PQsetNoticeReceiver(self->line, hear_notice, self);
    return true;
  }
  line_words(self, NULL, error, error_size);
  if (line_now() >= deadline) snprintf(error, error_size, "no answer in time");
  line_close(self);
  return false;
}

void line_close(struct postgres *self) {
  PQfinish(self->line);
  self->line = NULL;
  self->prepared_count = self->sent_first = self->sent_count = 0;
  self->unsynced = false;
}

void line_lose(struct postgres *self) {
  line_close(self);
  self->error = POSTGRES_LOST;
}

/* ---- sending and receiving ---- */

void line_flush(struct postgres *self) {
  if (self->error == POSTGRES_FINE && PQflush(self->line) < 0) line_lose(self);
}

/* Until the next result can be had without waiting; sends meanwhile what is left to send. */
static bool wait_for_result(struct postgres *self) {
  for (;;) {
    int unsent = PQflush(self->line);
    if (unsent < 0) return false;
    if (!PQisBusy(self->line)) return true;
    if (!wait_for(self, (short)(unsent ? POLLIN | POLLOUT : POLLIN), self->deadline_ms)) return false;
    if (PQconsumeInput(self->line) == 0) return false;
  }
}

PGresult *line_next(struct postgres *self) {
  if (!self->line) return NULL;
  if (!wait_for_result(self)) {
    line_lose(self);
    return NULL;
  }
  return PQgetResult(self->line);
}

/* The session is over, or is not the one that was checked: connection errors, shutdowns, a server that takes no
 * writes any more, and prepared statements that do not fit a changed schema. Or the server itself failed in it (memory,
 * its files, its own code), and may do so there again and again. */
static bool ends_session(const char *state) {
  static const char *const states[] = {"57P0", "25P03", "25006", "08", "53300", "26000", "0A000", "53200", "58", "XX"};
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    if (strncmp(state, states[i], strlen(states[i])) == 0) return true;
  }
  return false;
}

void line_note(struct postgres *self, const PGresult *result) {
  if (self->error != POSTGRES_FINE) return;
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (!state || PQstatus(self->line) == CONNECTION_BAD || ends_session(state)) {
    line_lose(self);
    return;
  }
  self->error = POSTGRES_WRONG;
  snprintf(self->state, sizeof self->state, "%s", state);
}

/* ---- before it is a pipeline ---- */

PGresult *line_simple(struct postgres *self, const char *sql) {
  if (self->error != POSTGRES_FINE || !self->line) return NULL;
  if (PQsendQuery(self->line, sql) == 0) {
    line_lose(self);
    return NULL;
  }
  PGresult *last = NULL, *wrong = NULL;
  for (PGresult *result = line_next(self); result; result = line_next(self)) {
    bool fine = PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
    PGresult **place = fine ? &last : &wrong;
    PQclear(*place);
    *place = result;
  }
  if (wrong) {
    line_note(self, wrong);
    PQclear(wrong);
    PQclear(last);
    return NULL;
  }
  if (self->error == POSTGRES_FINE) return last;
  PQclear(last);
  return NULL;
}

bool line_begin_pipeline(struct postgres *self) {
  if (self->error == POSTGRES_FINE && PQenterPipelineMode(self->line) == 1) return true;
  line_lose(self);
  return false;
}
