/* Which driver an address means. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"
#include "postgres.h"
#include "sqlite.h"

static bool begins_with(const char *address, const char *scheme) {
  return strncmp(address, scheme, strlen(scheme)) == 0;
}

bool store_is_shared(const char *address) {
  return begins_with(address, "postgresql://") || begins_with(address, "postgres://");
}

/* An address may hold a password, so that no more of it is repeated than its beginning. */
static const char *sqlite_path(const char *address, char *error, size_t error_size) {
  static const char scheme[] = "sqlite:";
  size_t length = sizeof scheme - 1;
  if (begins_with(address, scheme) && address[length] && strlen(address + length) + 16 < PATH_MAX) {
    return address + length;
  }
  snprintf(error, error_size, "%.*s: not a store that this program knows (sqlite:PATH, postgresql://…)",
           (int)strcspn(address, ":/@ "), address);
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

static bool open_sqlite(struct store_driver *driver, const char *address, enum store_role role, char *error,
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
      .tidy = sqlite_tidy,
      .tidy_due = sqlite_tidy_due,
      .set_clock = set_clock,
      .close = close_sqlite,
  };
  return true;
}

/* What was not settled with one line to a server is settled with another: it is never broken. */
static bool postgres_broken(void *self) {
  (void)self;
  return false;
}

static bool open_postgres(struct store_driver *driver, const char *address, enum store_role role, char *error,
                          size_t error_size) {
  struct postgres *self = NULL;
  if (!postgres_open(&self, address, role, error, error_size)) return false;
  *driver = (struct store_driver){
      .self = self,
      .write = postgres_write,
      .read = postgres_read,
      .broken = postgres_broken,
      .tidy = postgres_tidy,
      .tidy_due = postgres_tidy_due,
      .set_clock = postgres_set_clock,
      .close = postgres_close,
  };
  return true;
}

bool store_driver_open(struct store_driver *driver, const char *address, enum store_role role, char *error,
                       size_t error_size) {
  if (store_is_shared(address)) return open_postgres(driver, address, role, error, error_size);
  return open_sqlite(driver, address, role, error, error_size);
}

/* A shared store may be served by many: there is nothing to lock. */
int store_lock_server(const char *address, char *error, size_t error_size) {
  if (store_is_shared(address)) {
    int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (none < 0) snprintf(error, error_size, "/dev/null cannot be opened");
    return none;
  }
  const char *path = sqlite_path(address, error, error_size);
  return path ? sqlite_lock_server(path, error, error_size) : -1;
}

void store_unlock_server(int lock) {
  if (lock >= 0) close(lock);
}

bool store_backup(const char *address, const char *file, char *error, size_t error_size) {
  if (store_is_shared(address)) return copy_backup(address, file, error, error_size);
  const char *path = sqlite_path(address, error, error_size);
  return path && sqlite_backup(path, file, error, error_size);
}

bool store_restore(const char *address, const char *file, char *error, size_t error_size) {
  if (store_is_shared(address)) return copy_restore(address, file, error, error_size);
  const char *path = sqlite_path(address, error, error_size);
  return path && sqlite_restore(path, file, error, error_size);
}

bool store_identity_read(const char *address, struct store_identity *identity, char *error, size_t error_size) {
  if (store_is_shared(address)) return postgres_identity(address, identity, error, error_size);
  const char *path = sqlite_path(address, error, error_size);
  return path && sqlite_identity(path, identity, error, error_size);
}
