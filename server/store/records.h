#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H
/* A page of records of one kind that a driver fills: how many it holds, and what each takes. */
#include "club/store.h"

struct records {
  void *first; /* in the job's arena */
  size_t size; /* of one, there */
  size_t limit, count, bytes;
  bool more; /* there is one that found no place */
};

/* Nothing in it yet, and place for `limit`, at least 1 and at most `most`. False: no memory. */
bool records_begin(struct records *records, struct arena *arena, size_t size, int64_t limit, size_t most)
    CLUB_MUST_CHECK;
/* The place of the next one. NULL: there is none any more. */
void *records_next(struct records *records);
/* Keeps what stands at records_next's place and takes `bytes` as encoded, if the page does not grow beyond
 * LIMIT_PAGE_BYTES with it. One that opens the page always stays. */
void records_keep(struct records *records, size_t bytes);

/* What they take as encoded, about. */
size_t records_audit_bytes(const struct audit_record *record);
size_t records_sanction_bytes(const struct sanction_record *record);
size_t records_report_bytes(const struct report_record *record);
#endif
