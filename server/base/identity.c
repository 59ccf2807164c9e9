#include <inttypes.h>
#include <stdio.h>

#include "club/entry.h"

const char *role_text(enum role role) {
  switch (role) {
    case ROLE_MEMBER: return "member";
    case ROLE_MODERATOR: return "moderator";
    case ROLE_ADMIN: return "admin";
  }
  return "member";
}

bool role_read(struct slice text, enum role *role) {
  for (enum role each = ROLE_MEMBER; each <= ROLE_ADMIN; each++) {
    if (slice_is(text, role_text(each))) {
      *role = each;
      return true;
    }
  }
  return false;
}

void key_id_write(char id[KEY_ID_SIZE], char kind, int64_t key) {
  snprintf(id, KEY_ID_SIZE, "%c%" PRId64, kind, key);
}

bool key_id_read(struct slice id, char kind, int64_t *key) {
  if (id.size < 2 || id.data[0] != kind || id.data[1] == '0') return false;
  int64_t number = 0;
  for (size_t i = 1; i < id.size; i++) {
    char c = id.data[i];
    if (c < '0' || c > '9') return false;
    int64_t digit = c - '0';
    if (number > (INT64_MAX - digit) / 10) return false;
    number = number * 10 + digit;
  }
  *key = number;
  return true;
}

void member_id_write(char id[MEMBER_ID_SIZE], int64_t key) {
  key_id_write(id, 'm', key);
}

bool member_id_read(struct slice id, int64_t *key) {
  return key_id_read(id, 'm', key);
}

/* ---- what one is told of ---- */

const char *notify_text(enum notify_level level) {
  switch (level) {
    case NOTIFY_ALL: return "all";
    case NOTIFY_MENTIONS: return "mentions";
    case NOTIFY_NONE: return "none";
  }
  return "all";
}

bool notify_read(struct slice text, enum notify_level *level) {
  for (enum notify_level each = NOTIFY_ALL; each <= NOTIFY_NONE; each++) {
    if (!slice_is(text, notify_text(each))) continue;
    *level = each;
    return true;
  }
  return false;
}
