#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double measure_clock(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) return 0;
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double measure_now(void) {
  return measure_clock(CLOCK_MONOTONIC);
}

bool measure_processes_read(struct measure_processes *processes, const char *text) {
  memset(processes, 0, sizeof *processes);
  while (text && *text) {
    char *end = NULL;
    long pid = strtol(text, &end, 10);
    if (end == text || pid <= 0 || processes->count == MEASURE_PROCESSES) return false;
    processes->pids[processes->count++] = (pid_t)pid;
    if (*end && *end != ',') return false;
    text = *end ? end + 1 : end;
  }
  return true;
}

uint64_t measure_resident(const struct measure_processes *processes) {
  uint64_t sum = 0;
  for (size_t i = 0; i < processes->count; i++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/statm", (int)processes->pids[i]);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    unsigned long long pages = 0;
    int found = fscanf(file, "%*s %llu", &pages);
    fclose(file);
    if (found != 1) return 0;
    sum += (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
  }
  return sum;
}

static void measure_cores(struct measure_use *use, int server_core, int load_core) {
  FILE *file = fopen("/proc/stat", "re");
  if (!file) return;
  char line[512];
  double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
  while (fgets(line, sizeof line, file)) {
    int core = 0;
    unsigned long long t[8] = {0};
    int found = sscanf(line, "cpu%d %llu %llu %llu %llu %llu %llu %llu %llu", &core, &t[0], &t[1], &t[2], &t[3], &t[4],
                       &t[5], &t[6], &t[7]);
    if (found != 9) continue;
    double busy = (double)(t[0] + t[1] + t[2] + t[5] + t[6]) * tick;
    if (core == server_core) use->server_core_busy = busy;
    if (core == load_core) use->load_core_busy = busy;
    if (core == server_core || core == load_core) use->stolen += (double)t[7] * tick;
  }
  fclose(file);
}

struct measure_use measure_use(const struct measure_processes *processes, int server_core, int load_core) {
  struct measure_use use = {0};
  measure_cores(&use, server_core, load_core);
  for (size_t i = 0; i < processes->count; i++) {
    clockid_t clock;
    if (clock_getcpuclockid(processes->pids[i], &clock) == 0) use.server += measure_clock(clock);
  }
  use.load = measure_clock(CLOCK_PROCESS_CPUTIME_ID);
  use.at = measure_now();
  return use;
}

struct measure_use measure_use_between(struct measure_use from, struct measure_use to) {
  return (struct measure_use){
      .at = to.at - from.at,
      .load = to.load - from.load,
      .server = to.server - from.server,
      .server_core_busy = to.server_core_busy - from.server_core_busy,
      .load_core_busy = to.load_core_busy - from.load_core_busy,
      .stolen = to.stolen - from.stolen,
  };
}

bool measure_samples_begin(struct measure_samples *samples, size_t limit) {
  *samples = (struct measure_samples){.values = calloc(limit, sizeof(double)), .limit = limit};
  return samples->values != NULL;
}

void measure_samples_end(struct measure_samples *samples) {
  free(samples->values);
  *samples = (struct measure_samples){0};
}

void measure_samples_add(struct measure_samples *samples, double value) {
  samples->values[samples->next] = value;
  samples->next = samples->next + 1 == samples->limit ? 0 : samples->next + 1;
  if (samples->count < samples->limit) samples->count++;
}

static int measure_compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double measure_samples_at(struct measure_samples *samples, double share) {
  if (samples->count == 0) return 0;
  qsort(samples->values, samples->count, sizeof(double), measure_compare);
  return samples->values[(size_t)(share * (double)(samples->count - 1) + 0.5)];
}
