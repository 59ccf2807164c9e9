#ifndef CLUB_METRICS_H
#define CLUB_METRICS_H
/* Counters of one instance, counted on the loop. One row each: name as in Prometheus, help. */
#include <stdint.h>

#define METRICS_COUNTERS(row) \
  row(connections_opened, "clubd_connections_opened_total", "WebSocket connections opened") \
      row(connections_refused, "clubd_connections_refused_total", "WebSocket connections refused for a limit") \
          row(frames_received, "clubd_frames_received_total", \
              "Text frames received") row(frames_sent, "clubd_frames_sent_total", "Text frames written") \
              row(bytes_sent, "clubd_bytes_sent_total", "Bytes of frames written") \
                  row(requests, "clubd_requests_total", "JSON-RPC requests carried out") \
                      row(request_errors, "clubd_request_errors_total", "JSON-RPC requests answered with an error") \
                          row(entries, "clubd_entries_total", "Entries appended to room logs in memory") \
                              row(deliveries, "clubd_deliveries_total", "Entries written to subscriptions") \
                                  row(catch_ups, "clubd_catch_up_reads_total", \
                                      "Reads of the store for subscriptions behind the log in memory") \
                                      row(joins_from_memory, "clubd_joins_from_memory_total", \
                                          "Joins answered without asking the store") \
                                          row(pages_shared, "clubd_pages_shared_total", \
                                              "Pages answered from memory or from a read that others waited for, too") \
                                              row(pages_read, "clubd_pages_read_total", \
                                                  "Pages of logs read from the store") \
                                                  row(http_requests, "clubd_http_requests_total", \
                                                      "HTTP requests answered by the API") \
                                                      row(logins_refused, "clubd_logins_refused_total", \
                                                          "Logins refused: wrong, or too many tries") \
                                                          row(slow_closed, "clubd_slow_connections_closed_total", \
                                                              "Connections closed because nothing was taken") \
                                                              row(hints_dropped, "clubd_bus_messages_dropped_total", \
                                                                  "Bus messages that did not check")

struct metrics {
#define METRICS_MEMBER(name, text, help) uint64_t name;
  METRICS_COUNTERS(METRICS_MEMBER)
#undef METRICS_MEMBER
};
#endif
