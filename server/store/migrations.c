#include "migrations.h"

/* The assembler puts the files' bytes where the names say; paths are seen from the root of the tree. */
#define INCLUDE_BYTES(name, path) \
  __asm__(".pushsection .rodata\n" \
          ".global " #name "\n" #name ":\n.incbin \"server/store/migrations/" path "\"\n.byte 0\n" \
          ".popsection\n"); \
  extern const char name[]

INCLUDE_BYTES(migration_0001, "0001_start.sql");
INCLUDE_BYTES(migration_0002, "0002_moderation.sql");
INCLUDE_BYTES(migration_0003, "0003_people.sql");
INCLUDE_BYTES(migration_0004, "0004_directory.sql");
INCLUDE_BYTES(migration_0005, "0005_search.sql");
INCLUDE_BYTES(migration_0006, "0006_notify.sql");
INCLUDE_BYTES(migration_0007, "0007_tree.sql");
INCLUDE_BYTES(migration_0008, "0008_lists.sql");
INCLUDE_BYTES(postgres_migration_0001, "postgres/0001_start.sql");
INCLUDE_BYTES(postgres_migration_0002, "postgres/0002_posts.sql");
INCLUDE_BYTES(postgres_migration_0003, "postgres/0003_members.sql");
INCLUDE_BYTES(postgres_migration_0004, "postgres/0004_reads.sql");
INCLUDE_BYTES(postgres_migration_0005, "postgres/0005_cards.sql");
INCLUDE_BYTES(postgres_migration_0006, "postgres/0006_moderation.sql");
INCLUDE_BYTES(postgres_migration_0007, "postgres/0007_people.sql");
INCLUDE_BYTES(postgres_migration_0008, "postgres/0008_directory.sql");
INCLUDE_BYTES(postgres_migration_0009, "postgres/0009_rights.sql");
INCLUDE_BYTES(postgres_migration_0010, "postgres/0010_guarded.sql");
INCLUDE_BYTES(postgres_migration_0011, "postgres/0011_entering.sql");
INCLUDE_BYTES(postgres_migration_0012, "postgres/0012_acts.sql");
INCLUDE_BYTES(postgres_migration_0013, "postgres/0013_reports.sql");
INCLUDE_BYTES(postgres_migration_0014, "postgres/0014_club.sql");
INCLUDE_BYTES(postgres_migration_0015, "postgres/0015_search.sql");
INCLUDE_BYTES(postgres_migration_0016, "postgres/0016_notify.sql");
INCLUDE_BYTES(postgres_migration_0017, "postgres/0017_held.sql");
INCLUDE_BYTES(postgres_migration_0018, "postgres/0018_purge.sql");
INCLUDE_BYTES(postgres_migration_0019, "postgres/0019_staff.sql");
INCLUDE_BYTES(postgres_migration_0020, "postgres/0020_tree.sql");
INCLUDE_BYTES(postgres_migration_0021, "postgres/0021_lists.sql");
INCLUDE_BYTES(postgres_migration_0022, "postgres/0022_counts.sql");

const struct migration *migration_get(int number) {
  static const struct migration migrations[MIGRATION_COUNT] = {
      {migration_0001, 1}, {migration_0002, 1}, {migration_0003, 1}, {migration_0004, 1},
      {migration_0005, 1}, {migration_0006, 1}, {migration_0007, 1}, {migration_0008, 1},
  };
  return number >= 1 && number <= MIGRATION_COUNT ? &migrations[number - 1] : NULL;
}

const struct migration *postgres_migration_get(int number) {
  static const struct migration migrations[POSTGRES_MIGRATION_COUNT] = {
      {postgres_migration_0001, 1}, {postgres_migration_0002, 1}, {postgres_migration_0003, 1},
      {postgres_migration_0004, 1}, {postgres_migration_0005, 1}, {postgres_migration_0006, 1},
      {postgres_migration_0007, 1}, {postgres_migration_0008, 1}, {postgres_migration_0009, 1},
      {postgres_migration_0010, 1}, {postgres_migration_0011, 1}, {postgres_migration_0012, 1},
      {postgres_migration_0013, 1}, {postgres_migration_0014, 1}, {postgres_migration_0015, 1},
      {postgres_migration_0016, 1}, {postgres_migration_0017, 1}, {postgres_migration_0018, 1},
      {postgres_migration_0019, 1}, {postgres_migration_0020, 1}, {postgres_migration_0021, 1},
      {postgres_migration_0022, 1},
  };
  return number >= 1 && number <= POSTGRES_MIGRATION_COUNT ? &migrations[number - 1] : NULL;
}
