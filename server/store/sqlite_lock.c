/* PATH.lock: flock says that a server runs. Its first bytes carry locks of open file descriptions, which end with the
 * process: one for having the database open, one for writing to it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sqlite.h"

#define USE_BYTE 0
#define WRITE_BYTE 1

int lock_open(const char *path) {
  char name[PATH_MAX];
  if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name) return -1;
  return open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static bool set(int lock, int command, short type, off_t byte) {
  struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  int result;
  do {
    result = fcntl(lock, command, &range);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

bool lock_use(int lock) {
  return set(lock, F_OFD_SETLK, F_RDLCK, USE_BYTE);
}

bool lock_alone(int lock) {
  return set(lock, F_OFD_SETLK, F_WRLCK, USE_BYTE);
}

void lock_write(int lock) {
  (void)set(lock, F_OFD_SETLKW, F_RDLCK, WRITE_BYTE);
}

void lock_write_end(int lock) {
  (void)set(lock, F_OFD_SETLK, F_UNLCK, WRITE_BYTE);
}

bool lock_checkpoint(int lock) {
  return set(lock, F_OFD_SETLK, F_WRLCK, WRITE_BYTE);
}

void lock_checkpoint_end(int lock) {
  lock_write_end(lock);
}

int sqlite_lock_server(const char *path, char *error, size_t error_size) {
  int lock = lock_open(path);
  if (lock < 0) {
    snprintf(error, error_size, "%s.lock: %s", path, strerror(errno));
    return -1;
  }
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    snprintf(error, error_size, "%s: another server serves this database", path);
  } else {
    snprintf(error, error_size, "%s.lock: %s", path, strerror(errno));
  }
  close(lock);
  return -1;
}
