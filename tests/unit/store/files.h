#ifndef TEST_STORE_FILES_H
#define TEST_STORE_FILES_H
/* Fresh SQLite files in a folder of their own. */
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"

static inline void files_make(char *address, size_t size) {
  const char *base = getenv("TMPDIR");
  char folder[112];
  snprintf(folder, sizeof folder, "%.90s/club-store-XXXXXX", base ? base : "/tmp");
  assert_non_null(mkdtemp(folder));
  snprintf(address, size, "sqlite:%s/club.db", folder);
}

static inline const char *files_path(const char *address) {
  return address + strlen("sqlite:");
}

static inline int files_remove_one(const char *path, const struct stat *info, int type, struct FTW *place) {
  (void)info;
  (void)type;
  (void)place;
  return remove(path);
}

static inline void files_remove(const char *address) {
  char folder[256];
  snprintf(folder, sizeof folder, "%.255s", files_path(address));
  *strrchr(folder, '/') = '\0';
  nftw(folder, files_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const struct suite_setup files_setup = {files_make, files_remove, store_driver_open};
#endif
