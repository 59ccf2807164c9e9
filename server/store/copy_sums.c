/* Digests of what was read, to compare what came with what was sent. */
#include <stdlib.h>
#include <uthash.h>

#include "club/buffer.h"
#include "copy.h"

#define ROW_LIMIT (1 << 20) /* bytes of a row as it is digested */
#define ROOM_COLUMN 0
#define SEQ_COLUMN 1
#define WORDS (DIGEST_SIZE / sizeof(uint64_t))

struct group {
  int64_t room; /* 0: of the whole table */
  int64_t rows, last;
  uint64_t sum[WORDS];
  UT_hash_handle hh;
};

struct copy_sums {
  struct group *groups;
  int64_t rows;
  struct buffer row;
};

struct copy_sums *copy_sums_create(void) {
  struct copy_sums *sums = calloc(1, sizeof *sums);
  if (sums) buffer_init(&sums->row, ROW_LIMIT);
  return sums;
}

void copy_sums_destroy(struct copy_sums *sums) {
  if (!sums) return;
  struct group *group, *next;
  HASH_ITER(hh, sums->groups, group, next) {
    HASH_DEL(sums->groups, group);
    free(group);
  }
  buffer_free(&sums->row);
  free(sums);
}

static struct group *get_group(struct copy_sums *sums, int64_t room) {
  struct group *group = NULL;
  HASH_FIND(hh, sums->groups, &room, sizeof room, group);
  if (group) return group;
  group = calloc(1, sizeof *group);
  if (!group) return NULL;
  group->room = room;
  HASH_ADD(hh, sums->groups, room, sizeof group->room, group);
  if (group->hh.tbl) return group;
  free(group);
  return NULL;
}

/* Each value with its kind and its size before it, so that no two rows are written alike. */
static void write_value(struct buffer *row, enum copy_kind kind, const struct copy_value *value) {
  if (value->absent) {
    buffer_append_char(row, '-');
  } else if (kind == COPY_INT) {
    buffer_append_char(row, 'n');
    buffer_append(row, &value->number, sizeof value->number);
  } else {
    buffer_append_char(row, 'b');
    buffer_append(row, &value->bytes.size, sizeof value->bytes.size);
    buffer_append_slice(row, value->bytes);
  }
}

static void add_digest(uint64_t sum[WORDS], struct slice row) {
  unsigned char digest[DIGEST_SIZE];
  uint64_t words[WORDS];
  digest_sha256(row, digest);
  memcpy(words, digest, sizeof words);
  for (size_t i = 0; i < WORDS; i++) sum[i] += words[i];
}

bool copy_sums_add(struct copy_sums *sums, const struct copy_table *table, const struct copy_value *values) {
  struct group *group = get_group(sums, table->log ? values[ROOM_COLUMN].number : 0);
  if (!group) return false;
  size_t columns = copy_column_count(table);
  buffer_clear(&sums->row);
  for (size_t i = 0; i < columns; i++) write_value(&sums->row, table->columns[i].kind, &values[i]);
  if (sums->row.failed) return false;
  add_digest(group->sum, buffer_slice(&sums->row));
  if (table->log && values[SEQ_COLUMN].number > group->last) group->last = values[SEQ_COLUMN].number;
  group->rows++;
  sums->rows++;
  return true;
}

int64_t copy_sums_rows(const struct copy_sums *sums) {
  return sums->rows;
}

static bool same(const struct group *one, const struct group *other) {
  return one->rows == other->rows && one->last == other->last && memcmp(one->sum, other->sum, sizeof one->sum) == 0;
}

static bool has_all(const struct copy_sums *one, const struct copy_sums *other, int64_t *room) {
  for (const struct group *group = one->groups; group; group = group->hh.next) {
    const struct group *there = NULL;
    HASH_FIND(hh, other->groups, &group->room, sizeof group->room, there);
    *room = group->room;
    if (!there || !same(group, there)) return false;
  }
  return true;
}

bool copy_sums_equal(const struct copy_sums *one, const struct copy_sums *other, int64_t *room) {
  return has_all(one, other, room) && has_all(other, one, room);
}
