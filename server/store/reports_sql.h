#ifndef STORE_REPORTS_SQL_H
#define STORE_REPORTS_SQL_H
/* Another number whenever a report came or was settled, in words that both databases understand. Each look reads two
 * places and counts fewer than a thousand, however many there are. Keys and times go up; the count sees what neither
 * shows: a report committed after one of a higher key, two settled within a millisecond. */
#define REPORTS_MARK \
  "(coalesce((SELECT max(key) FROM report), 0) + coalesce((SELECT settled_at FROM report WHERE " \
  "settled_at IS NOT NULL ORDER BY settled_at DESC LIMIT 1), 0)) * 1000 + " \
  "(SELECT count(*) FROM (SELECT 1 FROM report WHERE outcome IS NULL LIMIT 999) AS waiting)"
#endif
