/* Preloaded into the server by the tests. What the file named by CLUB_FAULT holds happens to files whose name holds
 * club.db, those of SQLite's -wal and -shm too:
 *   full   writes fail with ENOSPC
 *   sync   flushing fails with EIO
 *   slow   flushing takes twenty seconds
 *   hang   whoever begins to read or write waits
 *   drag   each step of a statement takes a while, on whichever thread */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fault_is(const char *kind) {
  const char *path = getenv("CLUB_FAULT");
  if (!path) return 0;
  char word[16] = "";
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return 0;
  ssize_t size = read(file, word, sizeof word - 1);
  close(file);
  return size > 0 && strncmp(word, kind, strlen(kind)) == 0;
}

static int is_store(int descriptor) {
  char link[64], name[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t size = readlink(link, name, sizeof name - 1);
  if (size < 0) return 0;
  name[size] = '\0';
  return strstr(name, "club.db") != NULL;
}

static int is_full(int descriptor) {
  if (!is_store(descriptor) || !fault_is("full")) return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t at) {
  if (is_full(descriptor)) return -1;
  return syscall(SYS_pwrite64, descriptor, bytes, size, at);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t at) {
  if (is_full(descriptor)) return -1;
  return syscall(SYS_pwrite64, descriptor, bytes, size, at);
}

static int sync_fails(int descriptor) {
  if (!is_store(descriptor)) return 0;
  if (fault_is("slow")) sleep(20);
  if (!fault_is("sync")) return 0;
  errno = EIO;
  return 1;
}

int fsync(int descriptor) {
  if (sync_fails(descriptor)) return -1;
  return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
  if (sync_fails(descriptor)) return -1;
  return (int)syscall(SYS_fdatasync, descriptor);
}

/* SQLite locks before it reads or writes. */
static int lock(int descriptor, int command, void *argument) {
  int locks = command == F_SETLK || command == F_SETLKW;
  while (locks && fault_is("hang") && is_store(descriptor)) usleep(20000);
  return (int)syscall(SYS_fcntl, descriptor, command, argument);
}

int fcntl(int descriptor, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  return lock(descriptor, command, argument);
}

int fcntl64(int descriptor, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  return lock(descriptor, command, argument);
}

int sqlite3_step(void *statement) {
  int (*step)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "sqlite3_step");
  if (fault_is("drag")) usleep(10000);
  return step(statement);
}
