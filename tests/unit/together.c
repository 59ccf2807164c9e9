/* All unit programs of a folder in one, but for those that are linked otherwise: which of them it is its name says. */
#include <stdio.h>
#include <string.h>

/* TESTS: TEST(test_ring) TEST(test_log) …, as make says. */
#define TEST(name) int name##_main(void);
TESTS
#undef TEST

#define TEST(one) \
  if (strcmp(name, #one) == 0) return one##_main();
int main(int argc, char **argv) {
  const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
  const char *name = slash ? slash + 1 : "";
  TESTS
  fprintf(stderr, "no such program: %s\n", name);
  return 2;
}
