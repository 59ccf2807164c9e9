#ifndef TEST_WIRE_TEXTS_H
#define TEST_WIRE_TEXTS_H
/* What people really write: fortunes of Debian's packages in Russian, Chinese and English. */
#include "check.h"
#include "club/text.h"

static const char *const texts_files[] = {
    "/usr/share/games/fortunes/ru/adv",       "/usr/share/games/fortunes/ru/book", "/usr/share/games/fortunes/chinese",
    "/usr/share/games/fortunes/tang300",      "/usr/share/games/fortunes/law",     "/usr/share/games/fortunes/food",
    "/usr/share/games/fortunes/ru/education",
};

struct texts {
  char *bytes[COUNT_OF(texts_files)]; /* of each file */
  struct slice *items;
  size_t count;
};

static inline char *texts_read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s is missing: install fortunes, fortunes-ru and fortunes-zh", path);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  long size = ftell(file);
  assert_true(size > 0);
  rewind(file);
  char *bytes = malloc((size_t)size + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
  bytes[size] = '\0';
  fclose(file);
  return bytes;
}

static inline void texts_load(struct texts *texts) {
  *texts = (struct texts){.items = calloc(20000, sizeof *texts->items)};
  assert_non_null(texts->items);
  for (size_t i = 0; i < COUNT_OF(texts_files); i++) {
    char *at = texts->bytes[i] = texts_read_file(texts_files[i]);
    while (at && texts->count < 20000) {
      char *end = strstr(at, "\n%\n");
      struct slice text = {at, end ? (size_t)(end - at) : strlen(at)};
      if (text.size > 0 && text_is_utf8(text)) texts->items[texts->count++] = text;
      at = end ? end + 3 : NULL;
    }
  }
  assert_true(texts->count > 1000);
}

static inline void texts_free(struct texts *texts) {
  for (size_t i = 0; i < COUNT_OF(texts_files); i++) free(texts->bytes[i]);
  free(texts->items);
}
#endif
