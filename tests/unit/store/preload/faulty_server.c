/* Loaded into PostgreSQL's processes before everything else: writes to files, flushes and memory fail when the test says
 * so. Sockets, pipes and what is said on standard error stay as they are. */
#include "../faulty_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static struct faulty_server *control;

/* The processes that the server forks have it, too. */
__attribute__((constructor)) static void begin(void) {
  const char *path = getenv(FAULTY_SERVER_NAME);
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *place = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (place != MAP_FAILED) control = place;
}

static bool fails(enum faulty_server_operation operation, int error) {
  if (!control || !atomic_load(&control->counts)) return false;
  atomic_fetch_add(&control->seen[__builtin_ctz(operation)], 1);
  if (!(atomic_load(&control->what) & operation)) return false;
  if (atomic_fetch_sub(&control->left, 1) != 0) return false;
  atomic_store(&control->process, getpid());
  errno = error;
  return true;
}

static bool file_fails(int file, enum faulty_server_operation operation, int error) {
  struct stat about;
  if (file <= STDERR_FILENO || !control || !atomic_load(&control->counts)) return false;
  return fstat(file, &about) == 0 && S_ISREG(about.st_mode) && fails(operation, error);
}

/* ---- files ---- */

ssize_t write(int file, const void *bytes, size_t size) {
  if (file_fails(file, FAULTY_SERVER_WRITE, ENOSPC)) return -1;
  return syscall(SYS_write, file, bytes, size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) {
  if (file_fails(file, FAULTY_SERVER_WRITE, ENOSPC)) return -1;
  return syscall(SYS_pwrite64, file, bytes, size, at);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
  if (file_fails(file, FAULTY_SERVER_WRITE, ENOSPC)) return -1;
  return syscall(SYS_pwritev, file, parts, count, at, 0);
}

/* The names where an offset of 64 bits is asked for by name. */
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
  return pwrite(file, bytes, size, at);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) {
  return pwritev(file, parts, count, at);
}

int fsync(int file) {
  if (file_fails(file, FAULTY_SERVER_FLUSH, EIO)) return -1;
  return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  if (file_fails(file, FAULTY_SERVER_FLUSH, EIO)) return -1;
  return (int)syscall(SYS_fdatasync, file);
}

/* ---- memory ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size) {
  return fails(FAULTY_SERVER_MEMORY, ENOMEM) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  return fails(FAULTY_SERVER_MEMORY, ENOMEM) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  return fails(FAULTY_SERVER_MEMORY, ENOMEM) ? NULL : __libc_realloc(old, size);
}
