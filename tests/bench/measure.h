#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H
/* Time, processor time and memory of this and of other processes, and samples of durations. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Seconds, monotonic. */
double measure_now(void);

#define MEASURE_PROCESSES 8

/* Processes whose processor time counts as the server's: "123" or "123,456"; none: an empty list. */
struct measure_processes {
  pid_t pids[MEASURE_PROCESSES];
  size_t count;
};

bool measure_processes_read(struct measure_processes *processes, const char *text);
/* Bytes resident, all of them together; 0 when one cannot be read. */
uint64_t measure_resident(const struct measure_processes *processes);

/* What was used up to a moment; subtract two of them. `busy` and `stolen` are of a core as the kernel counts them
 * (hundredths of a second: good for a share of some seconds, not for less). */
struct measure_use {
  double at;
  double load;   /* processor seconds of this process */
  double server; /* processor seconds of the server's processes */
  double server_core_busy, load_core_busy;
  double stolen; /* seconds that the machine's host took, over both cores */
};

struct measure_use measure_use(const struct measure_processes *processes, int server_core, int load_core);
struct measure_use measure_use_between(struct measure_use from, struct measure_use to);

/* Durations in seconds, kept as they come up to a limit; later ones replace older ones in turn. */
struct measure_samples {
  double *values;
  size_t count, limit, next;
};

bool measure_samples_begin(struct measure_samples *samples, size_t limit);
void measure_samples_end(struct measure_samples *samples);
void measure_samples_add(struct measure_samples *samples, double value);
/* `share` from 0 to 1; sorts; 0 when there are none. */
double measure_samples_at(struct measure_samples *samples, double share);
#endif
