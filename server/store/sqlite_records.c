/* Lists that are read page by page, and not by everybody as a whole. */
#include "records.h"
#include "sqlite.h"

void records_read_page(struct query *query, struct records *records, const struct records_view *view, void *context) {
  while (!records->more && query_row(query)) {
    if (view->shows && !view->shows(context, query)) continue;
    void *record = records_next(records);
    if (record) records_keep(records, view->read(context, query, record));
  }
  query_end(query);
}
