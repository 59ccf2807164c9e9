#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool options_read(struct options *options, int count, char **words) {
  memset(options, 0, sizeof *options);
  for (int i = 0; i < count; i++) {
    if (!strchr(words[i], '=') || options->count == OPTIONS_LIMIT) {
      fprintf(stderr, "not key=value, or too many: %s\n", words[i]);
      return false;
    }
    options->words[options->count++] = words[i];
  }
  return true;
}

const char *options_text(struct options *options, const char *key, const char *otherwise) {
  size_t size = strlen(key);
  for (size_t i = 0; i < options->count; i++) {
    if (strncmp(options->words[i], key, size) == 0 && options->words[i][size] == '=') {
      options->asked[i] = true;
      return options->words[i] + size + 1;
    }
  }
  return otherwise;
}

long options_number(struct options *options, const char *key, long otherwise, long least, long most) {
  const char *text = options_text(options, key, NULL);
  if (!text) return otherwise;
  char *end = NULL;
  errno = 0;
  long number = strtol(text, &end, 10);
  if (errno == 0 && end != text && *end == '\0' && number >= least && number <= most) return number;
  fprintf(stderr, "%s=%s: a number from %ld to %ld is wanted\n", key, text, least, most);
  options->wrong = true;
  return otherwise;
}

bool options_fine(const struct options *options) {
  bool fine = !options->wrong;
  for (size_t i = 0; i < options->count; i++) {
    if (options->asked[i]) continue;
    fprintf(stderr, "unknown here: %s\n", options->words[i]);
    fine = false;
  }
  return fine;
}
