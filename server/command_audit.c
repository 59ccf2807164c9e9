/* clubd audit: what moderators did, for the operator: all of it, page by page, as CSV or JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "club/csv.h"
#include "club/limits.h"
#include "club/text.h"
#include "club/wire.h"
#include "command.h"

#define LINES_LIMIT (4 * 1024 * 1024) /* bytes of a page as it is written */

struct audit {
  struct store_driver driver;
  const char *room;
  int64_t member, since;
  bool json, oldest, some;
  struct buffer lines;
  int64_t *pages; /* oldest first: where each page begins, the newest one first */
  size_t page_count, page_capacity;
};

/* ---- one page ---- */

static const char *audit_refused(enum reason reason) {
  return reason == REASON_NOT_FOUND ? "there is no such room or member" : NULL;
}

/* Those before `before` (0: the newest). NULL: said why not. */
static struct store_job *audit_read(struct audit *audit, int64_t before) {
  struct store_job *job = command_job(STORE_AUDIT_LIST);
  if (!job) return NULL;
  job->audit.room = audit->room ? arena_copy(job->arena, slice_of(audit->room)) : SLICE_NONE;
  job->audit.member = audit->member;
  job->audit.before = before;
  job->audit.limit = LIMIT_AUDIT_PAGE;
  audit->driver.read(audit->driver.self, job);
  if (command_outcome(job, audit_refused, "audit") == COMMAND_DONE) return job;
  store_job_destroy(job);
  return NULL;
}

/* How many of the page are not too old; fewer than there are: nothing older is wanted. */
static size_t audit_wanted(const struct audit *audit, const struct store_audit *page) {
  size_t count = 0;
  while (count < page->count && page->records[count].at >= audit->since) count++;
  return count;
}

/* ---- writing ---- */

static struct slice audit_number(char text[24], int64_t number) {
  snprintf(text, 24, "%lld", (long long)number);
  return slice_of(number > 0 ? text : "");
}

static struct slice audit_member_id(char id[MEMBER_ID_SIZE], int64_t member) {
  if (member <= 0) return slice_of("");
  member_id_write(id, member);
  return slice_of(id);
}

static struct slice audit_instant(char text[INSTANT_SIZE], int64_t at) {
  if (at <= 0) return slice_of("");
  instant_write(text, at);
  return slice_of(text);
}

static void audit_csv(struct audit *audit, const struct audit_record *act) {
  char id[ACTION_ID_SIZE], by[MEMBER_ID_SIZE], member[MEMBER_ID_SIZE], at[INSTANT_SIZE], until[INSTANT_SIZE], seq[24];
  action_id_write(id, act->key);
  const struct slice fields[] = {slice_of(id),
                                 audit_instant(at, act->at),
                                 audit_member_id(by, act->by),
                                 act->by_name,
                                 act->action,
                                 act->room,
                                 audit_member_id(member, act->member),
                                 act->member_name,
                                 audit_number(seq, act->seq),
                                 audit_instant(until, act->until),
                                 act->reason,
                                 act->detail};
  csv_append_row(&audit->lines, fields, sizeof fields / sizeof *fields);
}

static void audit_json(struct audit *audit, const struct audit_record *act) {
  buffer_append_text(&audit->lines, audit->some ? ",\n" : "\n");
  encode_action(&audit->lines, act);
}

static void audit_begin(const struct audit *audit) {
  /* With a byte order mark, by which spreadsheets know that it is UTF-8. */
  fputs(audit->json ? "[" : "\xEF\xBB\xBFid,at,by,by_name,action,room,member,member_name,seq,until,reason,detail\r\n",
        stdout);
}

static void audit_end(const struct audit *audit) {
  if (audit->json) fputs(audit->some ? "\n]\n" : "]\n", stdout);
}

static bool audit_write(struct audit *audit, const struct store_audit *page, size_t count) {
  buffer_clear(&audit->lines);
  for (size_t i = 0; i < count; i++) {
    const struct audit_record *act = &page->records[audit->oldest ? count - 1 - i : i];
    (audit->json ? audit_json : audit_csv)(audit, act);
    audit->some = true;
  }
  if (audit->lines.failed) return false;
  return audit->lines.size == 0 || fwrite(audit->lines.data, 1, audit->lines.size, stdout) == audit->lines.size;
}

/* ---- all of it ---- */

static int audit_newest_first(struct audit *audit) {
  int64_t before = 0;
  for (;;) {
    struct store_job *job = audit_read(audit, before);
    if (!job) return COMMAND_FAILED;
    size_t count = audit_wanted(audit, &job->audit);
    bool written = audit_write(audit, &job->audit, count);
    bool more = job->audit.more && count == job->audit.count && count > 0;
    if (more) before = job->audit.records[count - 1].key;
    store_job_destroy(job);
    if (!written) return command_failed("standard output cannot be written");
    if (!more) return COMMAND_DONE;
  }
}

static bool audit_keep(struct audit *audit, int64_t before) {
  if (audit->page_count == audit->page_capacity) {
    size_t capacity = audit->page_capacity ? audit->page_capacity * 2 : 64;
    int64_t *grown = realloc(audit->pages, capacity * sizeof *grown);
    if (!grown) return false;
    audit->pages = grown;
    audit->page_capacity = capacity;
  }
  audit->pages[audit->page_count++] = before;
  return true;
}

/* Where the pages begin, eight bytes for each hundred acts. What is added meanwhile comes before the first of them. */
static int audit_find_pages(struct audit *audit) {
  int64_t before = 0;
  for (;;) {
    struct store_job *job = audit_read(audit, before);
    if (!job) return COMMAND_FAILED;
    size_t count = audit_wanted(audit, &job->audit);
    if (before == 0 && count > 0) before = job->audit.records[0].key + 1;
    bool kept = count == 0 || audit_keep(audit, before);
    bool more = job->audit.more && count == job->audit.count && count > 0;
    if (more) before = job->audit.records[count - 1].key;
    store_job_destroy(job);
    if (!kept) return command_failed("no memory");
    if (!more) return COMMAND_DONE;
  }
}

static int audit_oldest_first(struct audit *audit) {
  int status = audit_find_pages(audit);
  while (status == COMMAND_DONE && audit->page_count > 0) {
    struct store_job *job = audit_read(audit, audit->pages[--audit->page_count]);
    if (!job) return COMMAND_FAILED;
    if (!audit_write(audit, &job->audit, audit_wanted(audit, &job->audit)))
      status = command_failed("standard output cannot be written");
    store_job_destroy(job);
  }
  return status;
}

static int audit_find_member(struct audit *audit, const char *text) {
  char login[33];
  if (!text_fold_login(slice_of(text), login)) return command_failed("\"%.100s\" is no login", text);
  struct store_job *job = command_job(STORE_LOGIN_FIND);
  if (!job) return COMMAND_FAILED;
  job->session.login = arena_copy(job->arena, slice_of(login));
  audit->driver.read(audit->driver.self, job);
  bool nobody = job->outcome == STORE_REFUSED && job->reason == REASON_NOT_FOUND;
  int status =
      nobody ? command_failed("%s: nobody has this login", login) : command_outcome(job, audit_refused, "audit");
  audit->member = job->session.record.key;
  store_job_destroy(job);
  return status;
}

static int audit_run(struct audit *audit, const char *login) {
  int status = login ? audit_find_member(audit, login) : COMMAND_DONE;
  if (status != COMMAND_DONE) return status;
  buffer_init(&audit->lines, LINES_LIMIT);
  audit_begin(audit);
  status = audit->oldest ? audit_oldest_first(audit) : audit_newest_first(audit);
  if (status == COMMAND_DONE) audit_end(audit);
  buffer_free(&audit->lines);
  free(audit->pages);
  return status;
}

int command_audit(const struct command *command, const struct config *config, int count, char **arguments) {
  const char *room = NULL, *login = NULL, *since = NULL, *format = "csv", *order = "newest";
  const struct command_option options[] = {
      {"--room", &room}, {"--member", &login}, {"--since", &since}, {"--format", &format}, {"--order", &order}};
  struct audit audit = {0};
  if (!command_options(command, options, sizeof options / sizeof *options, &count, arguments, 0, 0))
    return COMMAND_USAGE;
  audit.room = room;
  audit.json = strcmp(format, "json") == 0;
  audit.oldest = strcmp(order, "oldest") == 0;
  if (!audit.json && strcmp(format, "csv") != 0) return command_usage(command, "--format is csv or json");
  if (!audit.oldest && strcmp(order, "newest") != 0) return command_usage(command, "--order is newest or oldest");
  if (since && !instant_read(slice_of(since), &audit.since))
    return command_usage(command, "--since is a date (2026-01-31) or a time with its zone (2026-01-31T08:05Z)");
  if (!command_open(config, &audit.driver)) return COMMAND_FAILED;
  int status = audit_run(&audit, login);
  audit.driver.close(audit.driver.self);
  return status;
}
