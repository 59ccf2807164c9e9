/* Lists that a function of the database gives page by page. */
#include "postgres.h"
#include "records.h"

enum reason records_take_page(struct ask *ask, struct records *records, records_take *take, void *context) {
  enum reason reason = REASON_NONE;
  while (!records->more && ask_row(ask)) {
    reason = ask_get_reason(ask, 0);
    if (reason != REASON_NONE) break;
    void *record = records_next(records);
    if (record) records_keep(records, take(context, ask, record));
  }
  ask_end(ask);
  return reason;
}
