#include <stdio.h>

#include "postgres_line.h"

#define IDENTITY_MS 5000

static const char identity_sql[] = "SELECT club_epoch_1(), secret, schema, (SELECT head FROM club) FROM meta";

static bool read_identity(struct postgres *self, struct store_identity *identity) {
  self->deadline_ms = line_now() + IDENTITY_MS;
  struct ask ask = ask_begin(self, identity_sql);
  bool found = ask_row(&ask);
  if (found) {
    struct slice epoch = ask_peek_text(&ask, 0), secret = ask_peek_text(&ask, 1);
    found = epoch.size == TOKEN_SIZE && secret.size == DIGEST_SIZE;
    if (found) memcpy(identity->epoch, epoch.data, TOKEN_SIZE);
    if (found) memcpy(identity->secret, secret.data, DIGEST_SIZE);
    identity->schema = (int)ask_get_int(&ask, 2);
    identity->club_head = ask_get_int(&ask, 3);
  }
  ask_end(&ask);
  return found;
}

bool postgres_identity(const char *address, struct store_identity *identity, char *error, size_t error_size) {
  struct postgres *self = NULL;
  *identity = (struct store_identity){0};
  if (!postgres_open(&self, address, STORE_READER, error, error_size)) return false;
  bool done = read_identity(self, identity);
  postgres_close(self);
  if (!done) snprintf(error, error_size, "the store's identity cannot be read");
  return done;
}
