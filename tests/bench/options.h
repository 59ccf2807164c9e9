#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H
/* What stands behind a program's name: `key=value` words. Every key must be asked for at least once: a mistyped one is
 * an error, not a default. */
#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_LIMIT 48

struct options {
  const char *words[OPTIONS_LIMIT];
  bool asked[OPTIONS_LIMIT];
  size_t count;
  bool wrong; /* a value was no number, or out of its range: said on standard error */
};

/* False: a word is no key=value, or there are too many; said on standard error. */
bool options_read(struct options *options, int count, char **words);
const char *options_text(struct options *options, const char *key, const char *otherwise);
long options_number(struct options *options, const char *key, long otherwise, long least, long most);
/* Were all keys asked for and all values right? Says on standard error what was not. */
bool options_fine(const struct options *options);
#endif
