#include "records.h"

#include "club/limits.h"
#include "page.h"

/* Of an encoded record beside its texts and entries. */
#define AUDIT_BYTES 320
#define SANCTION_BYTES 320
#define REPORT_BYTES 640

bool records_begin(struct records *records, struct arena *arena, size_t size, int64_t limit, size_t most) {
  size_t capacity = limit < 1 ? 1 : (uint64_t)limit > most ? most : (size_t)limit;
  *records = (struct records){.size = size, .limit = capacity};
  records->first = arena_alloc(arena, capacity * size);
  return records->first != NULL;
}

void *records_next(struct records *records) {
  records->more = records->count == records->limit;
  return records->more ? NULL : (char *)records->first + records->count * records->size;
}

void records_keep(struct records *records, size_t bytes) {
  records->bytes += bytes;
  records->more = records->count > 0 && records->bytes > LIMIT_PAGE_BYTES;
  if (!records->more) records->count++;
}

/* ---- what they take ---- */

size_t records_audit_bytes(const struct audit_record *record) {
  return AUDIT_BYTES + page_text_bytes(record->by_name) + page_text_bytes(record->member_name) +
         page_text_bytes(record->reason) + record->detail.size;
}

size_t records_sanction_bytes(const struct sanction_record *record) {
  return SANCTION_BYTES + page_text_bytes(record->by_name) + page_text_bytes(record->member_name) +
         page_text_bytes(record->sanction.reason);
}

static size_t author_bytes(const struct author *author) {
  return page_text_bytes(author->name) + page_text_bytes(author->company);
}

size_t records_report_bytes(const struct report_record *record) {
  size_t bytes = REPORT_BYTES + page_text_bytes(record->text) + page_text_bytes(record->reason) +
                 page_text_bytes(record->note) + author_bytes(&record->sender) + author_bytes(&record->accused) +
                 author_bytes(&record->settled_by);
  for (size_t i = 0; i < record->around_count; i++) bytes += page_entry_bytes(&record->around[i]);
  return bytes;
}
