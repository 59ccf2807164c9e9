#include "club/log.h"

#include <stdatomic.h>
#include <unistd.h>

#include "club/buffer.h"
#include "club/clock.h"

#define LINE_LIMIT 4000 /* below PIPE_BUF, so that lines of several threads and processes do not mix */
#define VALUE_LIMIT 1000

/* The one setting that belongs to the process and not to a server in it: lines of libraries' callbacks and of every
 * thread obey it too. */
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
static atomic_int least_level = LOG_INFO;

void log_set_level(enum log_level level) {
  atomic_store_explicit(&least_level, (int)level, memory_order_relaxed);
}

static const char *level_text(enum log_level level) {
  switch (level) {
    case LOG_DEBUG: return "debug";
    case LOG_INFO: return "info";
    case LOG_WARN: return "warn";
    case LOG_ERROR: return "error";
  }
  return "error";
}

static bool needs_quotes(const char *text) {
  if (!*text) return true;
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return true;
  }
  return false;
}

static void append_quoted(struct buffer *line, const char *text) {
  buffer_append_char(line, '"');
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') {
      buffer_append_format(line, "\\%c", c);
    } else if (c == '\n') {
      buffer_append_text(line, "\\n");
    } else if (c < ' ' || c == 0x7f) {
      buffer_append_format(line, "\\x%02x", c);
    } else {
      buffer_append_char(line, (char)c);
    }
  }
  buffer_append_char(line, '"');
}

static void append_text(struct buffer *line, const char *text) {
  char cut[VALUE_LIMIT + 4];
  if (strnlen(text, VALUE_LIMIT + 1) > VALUE_LIMIT) {
    memcpy(cut, text, VALUE_LIMIT);
    memcpy(cut + VALUE_LIMIT, "...", 4);
    text = cut;
  }
  if (needs_quotes(text)) {
    append_quoted(line, text);
  } else {
    buffer_append_text(line, text);
  }
}

/* A field that does not fit is left out whole. */
static void append_field(struct buffer *line, const struct log_field *field) {
  size_t before = line->size;
  buffer_append_format(line, " %s=", field->key);
  if (field->text) {
    append_text(line, field->text);
  } else {
    buffer_append_int(line, field->number);
  }
  if (line->failed) {
    buffer_cut(line, before);
    line->failed = false;
  }
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields, size_t count) {
  if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed)) return;
  struct clock clock = clock_system();
  char time[INSTANT_SIZE], memory[LINE_LIMIT + 1];
  instant_write(time, clock_wall_ms(&clock));
  /* On the stack: a line can be written when there is no memory left. */
  struct buffer line = {.data = memory, .capacity = LINE_LIMIT, .limit = LINE_LIMIT};
  buffer_append_format(&line, "%s %s ", time, level_text(level));
  append_text(&line, event);
  for (size_t i = 0; i < count; i++) append_field(&line, &fields[i]);
  memory[line.size] = '\n';
  /* Nothing can be done about a log that takes nothing. */
  ssize_t written = write(STDERR_FILENO, memory, line.size + 1);
  (void)written;
}
