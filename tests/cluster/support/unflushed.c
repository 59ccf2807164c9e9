/* Preloaded into a store's process: flushing says that all went well and does nothing, as with a disk that lies. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int fsync(int file) {
  (void)file;
  return 0;
}

int fdatasync(int file) {
  (void)file;
  return 0;
}

int syncfs(int file) {
  (void)file;
  return 0;
}

int sync_file_range(int file, off64_t at, off64_t size, unsigned flags) {
  (void)file, (void)at, (void)size, (void)flags;
  return 0;
}

int msync(void *at, size_t size, int flags) {
  (void)at, (void)size, (void)flags;
  return 0;
}
