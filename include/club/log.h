#ifndef CLUB_LOG_H
#define CLUB_LOG_H
/* One line an entry on standard error: `time level event key=value …` (logfmt; values quoted when needed). Never a
 * message's text, a password, token or cookie. Any thread: a line is one write(). */
#include <stdint.h>

#include "club/slice.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
  const char *key;
  const char *text; /* NULL: the number counts */
  int64_t number;
};

/* A function, so that arrays can be given without a compiler's warning. */
static inline struct log_field log_text_field(const char *key, const char *text) {
  return (struct log_field){key, text ? text : "", 0};
}

#define LOG_TEXT(k, v) log_text_field((k), (v))
#define LOG_NUMBER(k, v) ((struct log_field){(k), NULL, (int64_t)(v)})

/* `event` is a short lower-case phrase ("store failed"). Lines below `level` set by log_set_level are not written. */
void log_fields(enum log_level level, const char *event, const struct log_field *fields, size_t count);
void log_set_level(enum log_level level);

#define log_line(level, event, ...) \
  log_fields((level), (event), (const struct log_field[]){{0}, ##__VA_ARGS__} + 1, \
             sizeof((const struct log_field[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_field) - 1)
#endif
