#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H
/* The schema as numbered steps, built into the program. A step is never changed once released: another one follows. */
#include <stddef.h>

struct migration {
  const char *sql; /* ended by a zero byte */
  int oldest;      /* a program that knows migrations up to this one may still run on the result */
};

#define MIGRATION_COUNT 1

/* The first is number 1. NULL: there is no such. */
const struct migration *migration_get(int number);
#endif
