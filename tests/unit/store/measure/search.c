/* Not a test: what finding messages takes, without the server. `make build/unit/store/measure/search` builds it, `search
 * ADDRESS [TIMES]` asks a store that `build/bench/load corpus` filled and prints, of each kind of question, the median and
 * the longest of so many times, and the processor's time: this process', and that of PostgreSQL's processes for the
 * address' database where it runs on this machine. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "club/limits.h"
#include "club/store_driver.h"

#define TIMES_MOST 1000

struct question {
  const char *what, *text, *room;
  int64_t from;
};

static const struct question questions[] = {
    {"the commonest English word", "the", NULL, 0},
    {"the commonest Russian word", "не", NULL, 0},
    {"a common character", "不", NULL, 0},
    {"a common word", "жизни", NULL, 0},
    {"a common pair of characters", "人生", NULL, 0},
    {"a rare English word", "harbour", NULL, 0},
    {"a rare Russian word", "договоры", NULL, 0},
    {"a rare pair of characters", "合作", NULL, 0},
    {"a word that nobody wrote", "вертолётоносец", NULL, 0},
    {"two common words", "life time", NULL, 0},
    {"two common words that seldom meet", "любовь война", NULL, 0},
    {"two languages that never meet", "жизни 人生", NULL, 0},
    {"a common and a rare word", "the harbour", NULL, 0},
    {"four common words", "the and you that", NULL, 0},
    {"a long text", "не в и на что он с это как я", NULL, 0},
    {"the commonest word, of one room", "the", "kz", 0},
    {"two words, of one room", "life time", "kz", 0},
    {"the commonest word, of one member", "the", NULL, 7},
    {"a common word, of one member", "жизни", NULL, 7},
    {"a common word of a member in a room", "life", "kz", 7},
};

static double milliseconds(clockid_t id) {
  struct timespec now;
  clock_gettime(id, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Has that process the database's name in its title: "postgres: club corpus [local] idle"? */
static bool serves(const char *process, const char *database) {
  char path[300], title[128] = "", wanted[64];
  snprintf(path, sizeof path, "/proc/%s/cmdline", process);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  (void)!fread(title, 1, sizeof title - 1, file);
  fclose(file);
  snprintf(wanted, sizeof wanted, " %s ", database);
  return strncmp(title, "postgres: ", 10) == 0 && strstr(title, wanted);
}

static double database_milliseconds(const char *database) {
  unsigned long long all = 0, its;
  char path[300];
  DIR *processes = database ? opendir("/proc") : NULL;
  for (struct dirent *it = processes ? readdir(processes) : NULL; it; it = readdir(processes)) {
    if (!isdigit((unsigned char)it->d_name[0]) || !serves(it->d_name, database)) continue;
    snprintf(path, sizeof path, "/proc/%s/schedstat", it->d_name);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%llu", &its) == 1) all += its;
    if (file) fclose(file);
  }
  if (processes) closedir(processes);
  return (double)all / 1e6;
}

static int ascending(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static const char *database_of(const char *address, char name[48]) {
  const char *from = strncmp(address, "postgresql://", 13) == 0 ? strchr(address + 13, '/') : NULL;
  if (!from) return NULL;
  snprintf(name, 48, "%.*s", (int)strcspn(from + 1, "?"), from + 1);
  return name;
}

static void measure(struct store_driver *driver, const struct question *question, int times, const char *database) {
  double took[TIMES_MOST], processor = 0, database_begun = database_milliseconds(database);
  size_t found = 0;
  bool more = false;
  for (int i = 0; i < times; i++) {
    struct store_job *job = store_job_create(STORE_SEARCH);
    job->search = (struct store_search){.member = 1, .from = question->from, .limit = LIMIT_SEARCH};
    job->search.text = slice_of(question->text);
    if (question->room) job->search.room = slice_of(question->room);
    double begun = milliseconds(CLOCK_MONOTONIC), processor_begun = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
    driver->read(driver->self, job);
    took[i] = milliseconds(CLOCK_MONOTONIC) - begun;
    processor += milliseconds(CLOCK_PROCESS_CPUTIME_ID) - processor_begun;
    if (job->outcome != STORE_DONE) abort();
    found = job->search.count;
    more = job->search.more;
    store_job_destroy(job);
  }
  qsort(took, (size_t)times, sizeof *took, ascending);
  printf("%-36s %3zu found%s   least %6.1f  median %6.1f   longest %6.1f ms   processor %5.1f + %5.1f ms\n",
         question->what, found, more ? " of more" : "        ", took[0], took[times / 2], took[times - 1],
         processor / times, (database_milliseconds(database) - database_begun) / times);
  fflush(stdout);
}

int main(int count, char **words) {
  struct store_driver driver;
  char error[256] = "", name[48];
  int times = count > 2 ? atoi(words[2]) : 20;
  if (count < 2 || times < 1 || times > TIMES_MOST) return 2;
  if (!store_driver_open(&driver, words[1], STORE_READER, error, sizeof error)) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  const char *database = database_of(words[1], name);
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) measure(&driver, &questions[i], times, database);
  driver.close(driver.self);
  return 0;
}
