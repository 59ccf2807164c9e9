#ifndef TEST_STORE_TORTURE_FAULT_H
#define TEST_STORE_TORTURE_FAULT_H
/* What fails on demand, and the memory that is refused to the server's own code: the linker puts these functions in place
 * of malloc and so on (-Wl,--wrap). One for the whole test program: whatever is put in place is handed no context. */
#include <stdbool.h>
#include <stddef.h>

#define FAULT_MEMORY 1U /* a test gives other kinds of faults other bits */
#define FAULT_KINDS 8

struct fault {
  bool counts;            /* what is done now counts */
  unsigned what;          /* of this, the one after `left` more fails … */
  long left;              /* -1: none */
  bool for_good;          /* … and all that come after it */
  long failures;          /* so far */
  long seen[FAULT_KINDS]; /* what there was of each bit while something was to fail */
};
static struct fault fault = {.left = -1};

static inline bool fault_fails(unsigned what) {
  if (!fault.counts || fault.left < 0) return false;
  fault.seen[__builtin_ctz(what)]++;
  if (!(fault.what & what)) return false;
  if (fault.left > 0) return fault.left--, false;
  if (!fault.for_good) fault.left = -1;
  fault.failures++;
  return true;
}

/* Does it, with the piece of memory after `failing` others refused. False: it needs no more than those. */
static inline bool fault_memory(long failing, void (*act)(void *context), void *context) {
  const long before = fault.failures;
  fault.what = FAULT_MEMORY;
  fault.left = failing;
  fault.counts = true;
  act(context);
  fault.counts = false;
  fault.left = -1;
  return fault.failures > before;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size) {
  return fault_fails(FAULT_MEMORY) ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size) {
  return fault_fails(FAULT_MEMORY) ? NULL : __real_calloc(count, size);
}
void *__wrap_realloc(void *old, size_t size) {
  return fault_fails(FAULT_MEMORY) ? NULL : __real_realloc(old, size);
}
#endif
