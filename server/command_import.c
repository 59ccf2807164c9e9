/* clubd member import: all members of a CSV file, or none of them. Everything is checked first, then the passwords are
 * hashed on all cores, then all are written in one go. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "club/csv.h"
#include "club/limits.h"
#include "club/password.h"
#include "club/text.h"
#include "command.h"

#define FILE_LIMIT (16u << 20)
#define MEMBERS_LIMIT 20000

enum column { LOGIN, PASSWORD, NAME, COUNTRY, COMPANY, ROLE, TITLE, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = {"login",   "password", "name", "country",
                                                       "company", "role",     "title"};

struct candidate {
  struct worker_job link;
  struct store_job *job;
  struct slice password; /* in the file's memory; absent: has none for now */
  size_t line;
};

struct import {
  const char *path;
  struct buffer file;
  struct club *club;
  struct csv csv;
  int columns[CSV_FIELDS_LIMIT]; /* which column a field is */
  size_t field_count;
  struct candidate *candidates;
  struct store_job **jobs; /* theirs, for the store */
  size_t count;
};

static bool wrong_line(const struct import *import, size_t line, const char *what) {
  command_failed("%s: line %zu: %s", import->path, line, what);
  return false;
}

static bool read_file(struct import *import) {
  char chunk[16384];
  size_t got;
  FILE *file = fopen(import->path, "re");
  if (!file) {
    command_failed("%s cannot be read: %s", import->path, strerror(errno));
    return false;
  }
  while ((got = fread(chunk, 1, sizeof chunk, file)) > 0 && buffer_append(&import->file, chunk, got)) continue;
  bool broken = ferror(file) != 0;
  fclose(file);
  explicit_bzero(chunk, sizeof chunk);
  if (broken || import->file.failed) {
    command_failed("%s cannot be read, or is larger than 16 MB", import->path);
    return false;
  }
  return import->file.size > 0 ? true : wrong_line(import, 1, "is empty: it names the columns");
}

static int find_column(struct slice name) {
  for (int i = 0; i < COLUMN_COUNT; i++) {
    if (slice_is(name, column_names[i])) return i;
  }
  return -1;
}

static bool has_column(const struct import *import, enum column column) {
  for (size_t i = 0; i < import->field_count; i++) {
    if (import->columns[i] == (int)column) return true;
  }
  return false;
}

static bool read_header(struct import *import) {
  struct csv_row row;
  const char *error = "is missing: it names the columns";
  if (csv_next(&import->csv, &row, &error) != CSV_ROW) return wrong_line(import, row.line, error);
  for (size_t i = 0; i < row.count; i++) {
    int column = find_column(row.fields[i]);
    if (column < 0 || has_column(import, (enum column)column)) {
      return wrong_line(import, row.line,
                        "the columns are login, name, password, country, company, role, title, each "
                        "at most once");
    }
    import->columns[import->field_count++] = column;
  }
  if (has_column(import, LOGIN) && has_column(import, NAME)) return true;
  return wrong_line(import, row.line, "the columns login and name are missing");
}

static bool read_member(struct import *import, const struct csv_row *row) {
  struct slice fields[COLUMN_COUNT] = {SLICE_NONE};
  char wrong[COMMAND_WRONG_SIZE];
  if (row->count != import->field_count) return wrong_line(import, row->line, "has not as many fields as the first");
  for (size_t i = 0; i < row->count; i++) fields[import->columns[i]] = row->fields[i];
  if (fields[PASSWORD].data && !password_is_acceptable(fields[PASSWORD])) {
    return wrong_line(import, row->line, "the password is weak: 8 to 256 characters, and none of the commonest");
  }
  struct candidate *candidate = &import->candidates[import->count];
  candidate->job = command_job(STORE_MEMBER_ADD);
  if (!candidate->job) return false;
  import->jobs[import->count++] = candidate->job;
  candidate->password = fields[PASSWORD];
  candidate->line = row->line;
  candidate->job->member.password = SLICE_LITERAL("");
  struct command_fields member = {.login = fields[LOGIN],
                                  .name = fields[NAME],
                                  .title = fields[TITLE],
                                  .company = fields[COMPANY],
                                  .role = fields[ROLE],
                                  .country = fields[COUNTRY]};
  if (!command_fill_member(candidate->job, import->club, &member, wrong)) return wrong_line(import, row->line, wrong);
  return true;
}

static bool read_members(struct import *import) {
  struct csv_row row;
  const char *error;
  for (;;) {
    enum csv_result result = csv_next(&import->csv, &row, &error);
    if (result == CSV_END) return true;
    if (result == CSV_WRONG) return wrong_line(import, row.line, error);
    if (import->count == MEMBERS_LIMIT) return wrong_line(import, row.line, "more than 20000 members at once");
    if (!read_member(import, &row)) return false;
  }
}

static struct slice login_of(const struct candidate *candidate) {
  return candidate->job->member.member.login;
}

static int compare_logins(const void *a, const void *b) {
  const struct candidate *const *first = a;
  const struct candidate *const *second = b;
  int order = strcmp(login_of(*first).data, login_of(*second).data);
  return order ? order : ((*first)->line > (*second)->line) - ((*first)->line < (*second)->line);
}

static bool check_twins(struct import *import) {
  struct candidate **sorted = calloc(import->count + 1, sizeof(struct candidate *));
  bool fine = sorted != NULL;
  if (!fine) command_failed("no memory");
  for (size_t i = 0; fine && i < import->count; i++) sorted[i] = &import->candidates[i];
  if (fine) qsort(sorted, import->count, sizeof(struct candidate *), compare_logins);
  for (size_t i = 1; fine && i < import->count; i++) {
    if (slice_equal(login_of(sorted[i - 1]), login_of(sorted[i]))) {
      fine = wrong_line(import, sorted[i]->line, "the login stands in an earlier line too");
    }
  }
  free(sorted);
  return fine;
}

/* Refusals by the store leave the other lines alone, so a login that is taken must be found before. */
static bool check_taken(struct import *import, struct store_driver *driver) {
  bool fine = true;
  for (size_t i = 0; fine && i < import->count; i++) {
    struct store_job *job = command_job(STORE_LOGIN_FIND);
    if (!job) return false;
    job->session.login = login_of(&import->candidates[i]);
    driver->read(driver->self, job);
    if (job->outcome == STORE_DONE) {
      fine = wrong_line(import, import->candidates[i].line, "the login is taken");
    } else if (job->outcome != STORE_REFUSED) {
      fine = command_outcome(job, NULL, import->path) == COMMAND_DONE;
    }
    store_job_destroy(job);
  }
  return fine;
}

static void hash_one(void *state, struct worker_job *link) {
  (void)state;
  struct candidate *candidate = (struct candidate *)link;
  char encoded[PASSWORD_ENCODED_SIZE];
  candidate->job->member.password = SLICE_NONE;
  if (!password_hash(candidate->password, encoded)) return;
  candidate->job->member.password = arena_copy(candidate->job->arena, slice_of(encoded));
}

static void ignore_wake(void *context) {
  (void)context;
}

static bool hash_passwords(struct import *import) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  struct workers_setup setup = {.name = "hash",
                                .threads = cores < 1    ? 1
                                           : cores > 64 ? 64
                                                        : (size_t)cores,
                                .queue_limit = MEMBERS_LIMIT,
                                .run = hash_one,
                                .wake = ignore_wake};
  struct workers *workers = workers_create(&setup);
  bool fine = workers != NULL;
  for (size_t i = 0; fine && i < import->count; i++) {
    if (import->candidates[i].password.data) fine = workers_submit(workers, &import->candidates[i].link, WORKER_USUAL);
  }
  workers_destroy(workers, NULL); /* after the last one */
  for (size_t i = 0; fine && i < import->count; i++) {
    fine = import->jobs[i]->member.password.data && !arena_failed(import->jobs[i]->arena);
  }
  if (!fine) command_failed("no memory, or no threads");
  return fine;
}

static bool write_all(struct import *import, struct store_driver *driver) {
  if (import->count) driver->write(driver->self, import->jobs, import->count);
  for (size_t i = 0; i < import->count; i++) {
    if (import->jobs[i]->outcome == STORE_DONE) continue;
    command_outcome(import->jobs[i], NULL, login_of(&import->candidates[i]).data);
    return false;
  }
  return true;
}

static bool run(struct import *import, const struct config *config) {
  char error[CONFIG_ERROR_SIZE];
  struct store_driver driver;
  import->club = club_load(config->club_file, error, sizeof error);
  if (!import->club) {
    command_failed("%s", error);
    return false;
  }
  if (!read_file(import)) return false;
  csv_init(&import->csv, import->file.data, import->file.size);
  if (!read_header(import) || !read_members(import) || !check_twins(import)) return false;
  if (!command_open(config, &driver)) return false;
  bool fine = check_taken(import, &driver) && hash_passwords(import) && write_all(import, &driver);
  driver.close(driver.self);
  return fine;
}

int command_member_import(const struct command *command, const struct config *config, int count, char **arguments) {
  if (!command_options(command, NULL, 0, &count, arguments, 1, 1)) return COMMAND_USAGE;
  struct import import = {.path = arguments[0],
                          .candidates = calloc(MEMBERS_LIMIT, sizeof(struct candidate)),
                          .jobs = calloc(MEMBERS_LIMIT, sizeof(struct store_job *))};
  buffer_init(&import.file, FILE_LIMIT);
  bool memory = import.candidates && import.jobs;
  bool fine = memory ? run(&import, config) : command_failed("no memory") == COMMAND_DONE;
  if (fine) printf("%zu members\n", import.count);
  for (size_t i = 0; memory && i < import.count; i++) store_job_destroy(import.jobs[i]);
  if (import.file.data) explicit_bzero(import.file.data, import.file.size);
  buffer_free(&import.file);
  club_destroy(import.club);
  free(import.candidates);
  free(import.jobs);
  return fine ? COMMAND_DONE : COMMAND_FAILED;
}
