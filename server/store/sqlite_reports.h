#ifndef STORE_SQLITE_REPORTS_H
#define STORE_SQLITE_REPORTS_H
/* A row of reports, as sqlite_reports.c and sqlite_report_list.c read it. */
#include "sqlite.h"

struct report_row {
  int64_t key, at;
  int64_t sender, accused; /* keys of members; sender 0: the club held the text back */
  struct slice room;
  int64_t seq; /* 0: no message */
  struct slice reason, text, text_id;
  int64_t reply_to;
  struct slice outcome, note; /* outcome absent: open */
  int64_t settled_by, settled_at;
};

void report_read(const struct query *query, struct arena *arena, struct report_row *row);
#endif
