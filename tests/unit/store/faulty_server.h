#ifndef TEST_STORE_FAULTY_SERVER_H
#define TEST_STORE_FAULTY_SERVER_H
/* What a test and the library that it puts into PostgreSQL's processes (preload/faulty_server.c) say to each other: a file
 * that all of them have mapped, named by an environment variable. */
#include <stdatomic.h>
#include <stdbool.h>

#define FAULTY_SERVER_NAME "CLUB_FAULTY_SERVER"

enum faulty_server_operation { FAULTY_SERVER_WRITE = 1, FAULTY_SERVER_FLUSH = 2, FAULTY_SERVER_MEMORY = 4 };

#define FAULTY_SERVER_KINDS 3

struct faulty_server {
  atomic_bool counts;
  atomic_uint what; /* of this, in all processes together, the one after `left` more fails, once */
  atomic_long left;
  atomic_int process;                    /* in which it failed; 0: it has not */
  atomic_long seen[FAULTY_SERVER_KINDS]; /* what there was of each bit, while it counts */
};
#endif
