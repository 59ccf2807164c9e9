/* Which driver an address means. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sqlite.h"

static const char *sqlite_path(const char *address, char *error, size_t error_size) {
  static const char scheme[] = "sqlite:";
  size_t length = sizeof scheme - 1;
  if (strncmp(address, scheme, length) == 0 && address[length] && strlen(address + length) + 16 < PATH_MAX) {
    return address + length;
  }
  snprintf(error, error_size, "%s: not a store that this program knows (sqlite:PATH)", address);
  return NULL;
}

static bool sqlite_broken(void *self) {
  return ((struct sqlite *)self)->broken;
}

static void close_sqlite(void *self) {
  sqlite_close(self);
}

static void set_clock(void *self, const struct clock *clock) {
  ((struct sqlite *)self)->clock = *clock;
}

bool store_driver_open(struct store_driver *driver, const char *address, enum store_role role, char *error,
                       size_t error_size) {
  const char *path = sqlite_path(address, error, error_size);
  struct sqlite *self = NULL;
  if (!path || !sqlite_open(&self, path, role, error, error_size)) return false;
  *driver = (struct store_driver){
      .self = self,
      .write = sqlite_write,
      .read = sqlite_read,
      .broken = sqlite_broken,
      .idle = checkpoint_idle,
      .idle_due = checkpoint_idle_due,
      .set_clock = set_clock,
      .close = close_sqlite,
  };
  return true;
}

int store_lock_server(const char *address, char *error, size_t error_size) {
  const char *path = sqlite_path(address, error, error_size);
  return path ? sqlite_lock_server(path, error, error_size) : -1;
}

void store_unlock_server(int lock) {
  if (lock >= 0) close(lock);
}

bool store_backup(const char *address, const char *file, char *error, size_t error_size) {
  const char *path = sqlite_path(address, error, error_size);
  return path && sqlite_backup(path, file, error, error_size);
}

bool store_restore(const char *address, const char *file, char *error, size_t error_size) {
  const char *path = sqlite_path(address, error, error_size);
  return path && sqlite_restore(path, file, error, error_size);
}

bool store_identity_read(const char *address, struct store_identity *identity, char *error, size_t error_size) {
  const char *path = sqlite_path(address, error, error_size);
  return path && sqlite_identity(path, identity, error, error_size);
}
