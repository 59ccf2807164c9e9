/* Which sides an address means, and what is a copy for other purposes: the backup of a PostgreSQL database is an SQLite
 * file that a server may serve, and its restoring is a copy of such a file into an empty database. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "copy.h"
#include "sqlite.h"

static const char *path_of(const char *address) {
  static const char scheme[] = "sqlite:";
  return strncmp(address, scheme, sizeof scheme - 1) == 0 ? address + sizeof scheme - 1 : NULL;
}

static bool is_known(const char *address, char *error, size_t error_size) {
  const char *path = path_of(address);
  if (store_is_shared(address) || (path && *path && strlen(path) + 16 < PATH_MAX)) return true;
  snprintf(error, error_size, "not the address of a store (sqlite:PATH or postgresql://USER@HOST/DATABASE)");
  return false;
}

static bool open_source(struct copy_side *side, const char *address) {
  const char *path = path_of(address);
  return path ? copy_sqlite_source(side, path, false) : copy_postgres_source(side, address);
}

static bool open_target(struct copy_side *side, const char *address) {
  const char *path = path_of(address);
  return path ? copy_sqlite_target(side, path) : copy_postgres_target(side, address);
}

static bool copy_between(struct copy_side *from, struct copy_side *to, const struct copy_wish *wish, bool opened,
                         char *error, size_t error_size) {
  bool done = opened && copy_all(from, to, wish, error, error_size);
  if (!opened) snprintf(error, error_size, "%s", from->error[0] ? from->error : to->error);
  if (to->driver) to->driver->close(to);
  if (from->driver) from->driver->close(from);
  return done;
}

bool store_copy(const struct store_copy *copy, char *error, size_t error_size) {
  struct copy_side from = {0}, to = {0};
  struct copy_wish wish = {.sessions = true, .watching = copy};
  if (!is_known(copy->from, error, error_size) || !is_known(copy->to, error, error_size)) return false;
  if (strcmp(copy->from, copy->to) == 0) {
    snprintf(error, error_size, "a store cannot be copied into itself");
    return false;
  }
  bool opened = open_source(&from, copy->from) && open_target(&to, copy->to);
  return copy_between(&from, &to, &wish, opened, error, error_size);
}

/* ---- backups of a PostgreSQL database ---- */

static void remove_part(const char *part) {
  static const char *const endings[] = {"", "-wal", "-shm", "-journal", ".lock"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    char name[PATH_MAX + 16];
    snprintf(name, sizeof name, "%s%s", part, endings[i]);
    (void)unlink(name);
  }
}

bool copy_backup(const char *address, const char *file, char *error, size_t error_size) {
  char part[PATH_MAX];
  struct copy_side from = {0}, to = {0};
  struct copy_wish wish = {.sessions = true};
  if (access(file, F_OK) == 0) {
    snprintf(error, error_size, "%s: exists already", file);
    return false;
  }
  if (snprintf(part, sizeof part, "%s.copy", file) >= (int)sizeof part - 16) {
    snprintf(error, error_size, "%s: too long", file);
    return false;
  }
  remove_part(part);
  bool opened = copy_postgres_source(&from, address) && copy_sqlite_target(&to, part);
  bool done =
      copy_between(&from, &to, &wish, opened, error, error_size) && sqlite_backup(part, file, error, error_size);
  remove_part(part);
  return done;
}

bool copy_restore(const char *address, const char *file, char *error, size_t error_size) {
  struct copy_side from = {0}, to = {0};
  struct copy_wish wish = {.sessions = false};
  bool opened = copy_sqlite_source(&from, file, true) && copy_postgres_target(&to, address);
  return copy_between(&from, &to, &wish, opened, error, error_size);
}
