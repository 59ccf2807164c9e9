#ifndef TEST_STORE_TORTURE_LIBPQ_H
#define TEST_STORE_TORTURE_LIBPQ_H
/* What libpq asks the system and the C library for, and what the driver waits for, fails on demand. The library's own table
 * of what it calls is changed in memory: nothing else in the program is touched, and the sanitizers keep their own. */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "torture_fault.h"

#define FAULT_LIBRARY_MEMORY 2U
#define FAULT_SEND 4U
#define FAULT_HALF 8U /* a part is sent, and then the line is gone */
#define FAULT_RECEIVE 16U
#define FAULT_END 32U /* the other side is gone */
#define FAULT_CONNECT 64U
#define FAULT_WAIT 128U /* the driver's poll */

/* ---- in place of what libpq calls ---- */

static inline void *libpq_malloc(size_t size) {
  return fault_fails(FAULT_LIBRARY_MEMORY) ? NULL : __real_malloc(size);
}
static inline void *libpq_calloc(size_t count, size_t size) {
  return fault_fails(FAULT_LIBRARY_MEMORY) ? NULL : __real_calloc(count, size);
}
static inline void *libpq_realloc(void *old, size_t size) {
  return fault_fails(FAULT_LIBRARY_MEMORY) ? NULL : __real_realloc(old, size);
}
static inline char *libpq_strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = libpq_malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}

/* A connection that was reset gives nothing any more either. */
static inline ssize_t libpq_send(int to, const void *bytes, size_t size, int flags) {
  bool half = fault_fails(FAULT_HALF);
  if (!half && !fault_fails(FAULT_SEND)) return send(to, bytes, size, flags);
  if (half) (void)!send(to, bytes, size / 2, flags);
  shutdown(to, SHUT_RDWR);
  errno = ECONNRESET;
  return -1;
}
static inline ssize_t libpq_recv(int from, void *bytes, size_t size, int flags) {
  if (fault_fails(FAULT_END)) return 0;
  if (!fault_fails(FAULT_RECEIVE)) return recv(from, bytes, size, flags);
  errno = ECONNRESET;
  return -1;
}
static inline int libpq_connect(int descriptor, const struct sockaddr *address, socklen_t size) {
  if (!fault_fails(FAULT_CONNECT)) return connect(descriptor, address, size);
  errno = ECONNREFUSED;
  return -1;
}

/* ---- putting it there ---- */

struct libpq_call {
  const char *name;
  void (*ours)(void);
};

#define LIBPQ_CALL(function) \
  { #function, (void (*)(void))libpq_##function }
static const struct libpq_call libpq_calls[] = {LIBPQ_CALL(malloc), LIBPQ_CALL(calloc), LIBPQ_CALL(realloc),
                                                LIBPQ_CALL(strdup), LIBPQ_CALL(send),   LIBPQ_CALL(recv),
                                                LIBPQ_CALL(connect)};
#define LIBPQ_CALLS (sizeof libpq_calls / sizeof *libpq_calls)

static inline uintptr_t libpq_entry(const struct dl_phdr_info *info, ElfW(Sxword) tag) {
  for (size_t i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++) {
      if (entry->d_tag == tag) return (uintptr_t)entry->d_un.d_ptr;
    }
  }
  return 0;
}

/* How many were changed. */
static inline size_t libpq_change(const struct dl_phdr_info *info, uintptr_t table, size_t size) {
  const ElfW(Rela) *places = (const ElfW(Rela) *)table;
  const ElfW(Sym) *symbols = (const ElfW(Sym) *)libpq_entry(info, DT_SYMTAB);
  const char *names = (const char *)libpq_entry(info, DT_STRTAB);
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  size_t changed = 0;
  for (size_t i = 0; i < size / sizeof *places; i++) {
    const char *name = names + symbols[places[i].r_info >> 32].st_name;
    for (size_t call = 0; call < LIBPQ_CALLS; call++) {
      if (strcmp(name, libpq_calls[call].name) != 0) continue;
      uintptr_t place = info->dlpi_addr + places[i].r_offset;
      if (mprotect((void *)(place & ~(page - 1)), page, PROT_READ | PROT_WRITE) != 0) abort();
      memcpy((void *)place, &libpq_calls[call].ours, sizeof libpq_calls[call].ours);
      changed++;
    }
  }
  return changed;
}

static inline int libpq_look(struct dl_phdr_info *info, size_t size, void *changed) {
  (void)size;
  if (!strstr(info->dlpi_name, "/libpq.so")) return 0;
  *(size_t *)changed += libpq_change(info, libpq_entry(info, DT_JMPREL), libpq_entry(info, DT_PLTRELSZ));
  *(size_t *)changed += libpq_change(info, libpq_entry(info, DT_RELA), libpq_entry(info, DT_RELASZ));
  return 1;
}

static inline bool libpq_put_in_place(void) {
  size_t changed = 0;
  dl_iterate_phdr(libpq_look, &changed);
  return changed >= LIBPQ_CALLS;
}

/* ---- the driver's own waiting, put in place by the linker ---- */

int __real_poll(struct pollfd *wishes, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *wishes, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *wishes, nfds_t count, int milliseconds) {
  if (!fault_fails(FAULT_WAIT)) return __real_poll(wishes, count, milliseconds);
  errno = ENOMEM;
  return -1;
}

/* Where nobody answers for good, the driver's pauses are made thirty times as short, and its clock goes on as if they were
 * not. */
static int64_t libpq_skipped_ms;

static inline bool libpq_is_dead(void) {
  return fault.for_good && fault.failures > 0;
}

int __real_usleep(useconds_t microseconds);
int __wrap_usleep(useconds_t microseconds);
int __wrap_usleep(useconds_t microseconds) {
  if (!libpq_is_dead()) return __real_usleep(microseconds);
  libpq_skipped_ms += microseconds / 1000;
  return __real_usleep(microseconds / 30);
}

int __real_clock_gettime(clockid_t id, struct timespec *time);
int __wrap_clock_gettime(clockid_t id, struct timespec *time);
int __wrap_clock_gettime(clockid_t id, struct timespec *time) {
  int result = __real_clock_gettime(id, time);
  if (id != CLOCK_MONOTONIC) return result;
  time->tv_sec += libpq_skipped_ms / 1000;
  time->tv_nsec += libpq_skipped_ms % 1000 * 1000000;
  if (time->tv_nsec >= 1000000000) time->tv_sec++, time->tv_nsec -= 1000000000;
  return result;
}
#endif
