/* Writing the WAL back into the database: only the writer does it, and never while another process writes. Under load
 * it happens each time that the WAL has grown by some megabytes; a removed text hurries it, since its bytes stand in
 * the WAL until that is cut to nothing. */
#include "sqlite.h"

#define WAL_PAGES_LIMIT 8192    /* pages of 4 KB: 32 MB */
#define WAL_PAGES_AGAIN 1024    /* more of them before it is tried again in vain */
#define IDLE_MS 400             /* without work before the WAL is written back */
#define REMOVAL_IDLE_MS 200     /* the same with a removed text in it */
#define REMOVAL_BUSY_MS 1000    /* a removed text stays at most so long while writes go on */
#define REMOVAL_AGAIN_MS 100    /* after readers held it up */
#define READERS_PATIENCE_MS 100 /* the writer waits so long for readers to let go of the WAL */
#define WRITER_PATIENCE_MS 5000

void checkpoint_note_removal(struct sqlite *self) {
  if (self->removed_at < 0) self->removed_at = clock_monotonic_ms(&self->clock);
}

/* A failed flush leaves it open what is on the disk: this connection is not to be used again. */
static bool may_go_on(struct sqlite *self, int result) {
  if (result == SQLITE_IOERR_FSYNC || result == SQLITE_IOERR_DIR_FSYNC) self->broken = true;
  if (result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY && (result & 0xff) != SQLITE_LOCKED) {
    sqlite_complain(self, "checkpoint failed", result);
  }
  return result == SQLITE_OK;
}

static bool run(struct sqlite *self, int mode) {
  int in_wal = -1, written = -1;
  if (!lock_checkpoint(self->lock)) return false;
  if (mode == SQLITE_CHECKPOINT_TRUNCATE) sqlite3_busy_timeout(self->db, READERS_PATIENCE_MS);
  int result = sqlite3_wal_checkpoint_v2(self->db, NULL, mode, &in_wal, &written);
  if (mode == SQLITE_CHECKPOINT_TRUNCATE) sqlite3_busy_timeout(self->db, WRITER_PATIENCE_MS);
  lock_checkpoint_end(self->lock);
  bool all = may_go_on(self, result) && in_wal == written;
  if (all) self->wal_pages = 0;
  self->wal_tried = self->wal_pages;
  return all;
}

static void cut(struct sqlite *self) {
  if (run(self, SQLITE_CHECKPOINT_TRUNCATE)) {
    self->removed_at = -1;
  } else {
    self->truncate_tried = clock_monotonic_ms(&self->clock);
  }
}

void checkpoint_after_write(struct sqlite *self) {
  if (self->broken) return;
  if (self->removed_at >= 0) {
    int64_t now = clock_monotonic_ms(&self->clock);
    if (now - self->removed_at >= REMOVAL_BUSY_MS && now - self->truncate_tried >= REMOVAL_AGAIN_MS) cut(self);
  }
  if (self->wal_pages < self->wal_tried) self->wal_tried = 0;
  if (self->wal_pages >= WAL_PAGES_LIMIT && self->wal_pages - self->wal_tried >= WAL_PAGES_AGAIN) {
    (void)run(self, SQLITE_CHECKPOINT_PASSIVE);
  }
}

void checkpoint_idle(void *context) {
  struct sqlite *self = context;
  if (self->broken || self->role != STORE_WRITER) return;
  if (self->removed_at >= 0) {
    cut(self);
  } else if (self->wal_pages > 0) {
    (void)run(self, SQLITE_CHECKPOINT_PASSIVE);
  }
}

int64_t checkpoint_idle_due(void *context) {
  const struct sqlite *self = context;
  if (self->broken) return -1;
  if (self->removed_at >= 0) return self->truncate_tried > self->removed_at ? REMOVAL_AGAIN_MS : REMOVAL_IDLE_MS;
  return self->wal_pages > 0 ? IDLE_MS : -1;
}
