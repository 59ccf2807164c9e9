#ifndef TEST_STORE_FAULTY_H
#define TEST_STORE_FAULTY_H
/* A disk that fails on demand: a layer between SQLite and the system's files, made the default while it is there. */
#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

enum faulty_operation { FAULTY_WRITE = 1, FAULTY_SYNC = 2, FAULTY_READ = 4, FAULTY_OTHER = 8 };

struct faulty {
  sqlite3_vfs layer;
  sqlite3_vfs *real;
  bool full;        /* writes to the WAL find no space */
  bool sync_fails;  /* flushes of the WAL fail */
  int syncs;        /* flushes of any file */
  unsigned counted; /* faulty_operations on any file, of which the one after `left` more fails … */
  long left;        /* -1: none */
  bool for_good;    /* … and all that come after it */
  bool failed;      /* has one? */
  bool hasty;       /* flushes are counted, not carried out */
  bool unflushed;   /* a WAL could not be flushed that had been written since its last flush */
};

struct faulty_file {
  sqlite3_file file;
  struct faulty *faulty;
  bool is_wal;
  bool written;       /* since its last flush */
  sqlite3_file *real; /* behind this struct */
};

static inline bool faulty_fails(struct faulty *faulty, enum faulty_operation operation) {
  if (!(faulty->counted & operation) || faulty->left < 0) return false;
  if (faulty->left > 0) return faulty->left--, false;
  if (!faulty->for_good) faulty->left = -1;
  return faulty->failed = true;
}

static inline sqlite3_file *faulty_real(sqlite3_file *file) {
  return ((struct faulty_file *)(void *)file)->real;
}

static inline int faulty_close(sqlite3_file *file) {
  return faulty_real(file)->pMethods->xClose(faulty_real(file));
}
static inline int faulty_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at) {
  if (faulty_fails(((struct faulty_file *)(void *)file)->faulty, FAULTY_READ)) return SQLITE_IOERR_READ;
  return faulty_real(file)->pMethods->xRead(faulty_real(file), data, size, at);
}
static inline int faulty_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at) {
  struct faulty_file *self = (struct faulty_file *)(void *)file;
  if (faulty_fails(self->faulty, FAULTY_WRITE)) return SQLITE_IOERR_WRITE;
  if (self->is_wal && self->faulty->full) return SQLITE_FULL;
  self->written = true;
  return self->real->pMethods->xWrite(self->real, data, size, at);
}
static inline int faulty_truncate(sqlite3_file *file, sqlite3_int64 size) {
  if (faulty_fails(((struct faulty_file *)(void *)file)->faulty, FAULTY_OTHER)) return SQLITE_IOERR_TRUNCATE;
  return faulty_real(file)->pMethods->xTruncate(faulty_real(file), size);
}
/* A checkpoint flushes the WAL, too, but what was committed was flushed before and does not depend on that. */
static inline int faulty_sync_fails(const struct faulty_file *self) {
  if (self->is_wal && self->written) self->faulty->unflushed = true;
  return SQLITE_IOERR_FSYNC;
}
static inline int faulty_sync(sqlite3_file *file, int flags) {
  struct faulty_file *self = (struct faulty_file *)(void *)file;
  if (faulty_fails(self->faulty, FAULTY_SYNC)) return faulty_sync_fails(self);
  self->faulty->syncs++;
  if (self->is_wal && self->faulty->sync_fails) return faulty_sync_fails(self);
  self->written = false;
  if (self->faulty->hasty) return SQLITE_OK;
  return self->real->pMethods->xSync(self->real, flags);
}
static inline int faulty_size(sqlite3_file *file, sqlite3_int64 *size) {
  if (faulty_fails(((struct faulty_file *)(void *)file)->faulty, FAULTY_OTHER)) return SQLITE_IOERR_FSTAT;
  return faulty_real(file)->pMethods->xFileSize(faulty_real(file), size);
}
static inline int faulty_lock(sqlite3_file *file, int level) {
  return faulty_real(file)->pMethods->xLock(faulty_real(file), level);
}
static inline int faulty_unlock(sqlite3_file *file, int level) {
  return faulty_real(file)->pMethods->xUnlock(faulty_real(file), level);
}
static inline int faulty_reserved(sqlite3_file *file, int *result) {
  return faulty_real(file)->pMethods->xCheckReservedLock(faulty_real(file), result);
}
static inline int faulty_control(sqlite3_file *file, int what, void *argument) {
  return faulty_real(file)->pMethods->xFileControl(faulty_real(file), what, argument);
}
static inline int faulty_sector(sqlite3_file *file) {
  return faulty_real(file)->pMethods->xSectorSize(faulty_real(file));
}
static inline int faulty_traits(sqlite3_file *file) {
  return faulty_real(file)->pMethods->xDeviceCharacteristics(faulty_real(file));
}
static inline int faulty_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
  if (faulty_fails(((struct faulty_file *)(void *)file)->faulty, FAULTY_OTHER)) return SQLITE_IOERR_SHMMAP;
  return faulty_real(file)->pMethods->xShmMap(faulty_real(file), page, size, extend, memory);
}
static inline int faulty_shared_lock(sqlite3_file *file, int offset, int count, int flags) {
  return faulty_real(file)->pMethods->xShmLock(faulty_real(file), offset, count, flags);
}
static inline void faulty_barrier(sqlite3_file *file) {
  faulty_real(file)->pMethods->xShmBarrier(faulty_real(file));
}
static inline int faulty_unmap(sqlite3_file *file, int remove) {
  return faulty_real(file)->pMethods->xShmUnmap(faulty_real(file), remove);
}

static inline int faulty_open(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags, int *out_flags) {
  static const sqlite3_io_methods methods = {
      .iVersion = 2,
      .xClose = faulty_close,
      .xRead = faulty_read,
      .xWrite = faulty_write,
      .xTruncate = faulty_truncate,
      .xSync = faulty_sync,
      .xFileSize = faulty_size,
      .xLock = faulty_lock,
      .xUnlock = faulty_unlock,
      .xCheckReservedLock = faulty_reserved,
      .xFileControl = faulty_control,
      .xSectorSize = faulty_sector,
      .xDeviceCharacteristics = faulty_traits,
      .xShmMap = faulty_map,
      .xShmLock = faulty_shared_lock,
      .xShmBarrier = faulty_barrier,
      .xShmUnmap = faulty_unmap,
  };
  struct faulty_file *self = (struct faulty_file *)(void *)file;
  self->faulty = layer->pAppData;
  self->is_wal = (flags & SQLITE_OPEN_WAL) != 0;
  self->written = false;
  self->real = (sqlite3_file *)(void *)(self + 1);
  self->file.pMethods = NULL;
  if (faulty_fails(self->faulty, FAULTY_OTHER)) return SQLITE_CANTOPEN;
  int result = self->faulty->real->xOpen(self->faulty->real, name, self->real, flags, out_flags);
  if (self->real->pMethods) self->file.pMethods = &methods;
  return result;
}

static inline void faulty_begin(struct faulty *faulty) {
  *faulty = (struct faulty){.real = sqlite3_vfs_find(NULL), .left = -1};
  faulty->layer = *faulty->real;
  faulty->layer.pNext = NULL;
  faulty->layer.zName = "faulty";
  faulty->layer.pAppData = faulty;
  faulty->layer.szOsFile = (int)sizeof(struct faulty_file) + faulty->real->szOsFile;
  faulty->layer.xOpen = faulty_open;
  sqlite3_vfs_register(&faulty->layer, 1);
}

static inline void faulty_end(struct faulty *faulty) {
  sqlite3_vfs_unregister(&faulty->layer);
  sqlite3_vfs_register(faulty->real, 1);
}
#endif
