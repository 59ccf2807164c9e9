#include "migrations.h"

/* The assembler puts the files' bytes where the names say; paths are seen from the root of the tree. */
#define INCLUDE_BYTES(name, path) \
  __asm__(".pushsection .rodata\n" \
          ".global " #name "\n" #name ":\n.incbin \"server/store/migrations/" path "\"\n.byte 0\n" \
          ".popsection\n"); \
  extern const char name[]

INCLUDE_BYTES(migration_0001, "0001_start.sql");

const struct migration *migration_get(int number) {
  static const struct migration migrations[MIGRATION_COUNT] = {
      {migration_0001, 1},
  };
  return number >= 1 && number <= MIGRATION_COUNT ? &migrations[number - 1] : NULL;
}
