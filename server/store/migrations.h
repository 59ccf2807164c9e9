#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H
/* The schema as numbered steps, built into the program. A step is never changed once released: another one follows. Each
 * driver counts its own. */
#include <stddef.h>

struct migration {
  const char *sql; /* ended by a zero byte */
  int oldest;      /* a program that knows migrations up to this one may still run on the result */
};

#define MIGRATION_COUNT 8           /* SQLite's */
#define POSTGRES_MIGRATION_COUNT 22 /* PostgreSQL's */

/* The first is number 1. NULL: there is no such. */
const struct migration *migration_get(int number);
const struct migration *postgres_migration_get(int number);
#endif
