/* Not a test: what the writer does a second. `make build/unit/store/measure/posts` builds it, `posts [SECONDS
 * [postgres]]` prints posts a second for batches of 100, what other kinds of posts and reads cost, and what the index of
 * terms costs those who post, on SQLite or on a PostgreSQL of its own. All is durable, as in the server. */
#include <time.h>

#include "store/postgres_server.h"

#define BATCH 100
#define ROOMS 100
#define MEMBERS 100

struct run {
  struct suite *suite;
  char rooms[ROOMS][16];
  struct store_job *jobs[BATCH];
  uint64_t posted;
};

static double seconds(clockid_t id) {
  struct timespec now;
  clock_gettime(id, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fill(struct run *run, struct store_job *job, size_t room_count, const char *text, int64_t reply_to) {
  uint64_t n = run->posted++;
  char client_id[40];
  snprintf(client_id, sizeof client_id, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)rand(), (unsigned)rand() & 0xffff,
           (unsigned)rand() & 0xfff, (unsigned)rand() & 0xfff, (unsigned long long)n);
  job->post.room = slice_of(run->rooms[n % room_count]);
  job->post.member = job->post.author = 4 + (int64_t)(n % MEMBERS);
  job->post.client_id = arena_copy(job->arena, slice_of(client_id));
  job->post.text = arena_copy(job->arena, slice_of(text));
  job->post.reply_to = reply_to;
}

static void measure(struct run *run, const char *what, size_t room_count, size_t batch, const char *text,
                    int64_t reply_to, double length) {
  struct store_driver *writer = &run->suite->writer;
  double wall = 0, processor = 0;
  uint64_t count = 0;
  while (wall < length) {
    for (size_t i = 0; i < batch; i++) {
      run->jobs[i] = store_job_create(STORE_POST);
      fill(run, run->jobs[i], room_count, text, reply_to);
    }
    double begun = seconds(CLOCK_MONOTONIC), processor_begun = seconds(CLOCK_THREAD_CPUTIME_ID);
    writer->write(writer->self, run->jobs, batch);
    wall += seconds(CLOCK_MONOTONIC) - begun;
    processor += seconds(CLOCK_THREAD_CPUTIME_ID) - processor_begun;
    for (size_t i = 0; i < batch; i++) {
      if (run->jobs[i]->outcome != STORE_DONE || run->jobs[i]->post.duplicate) abort();
      store_job_destroy(run->jobs[i]);
    }
    count += batch;
  }
  printf("%-58s %8.0f posts/s   %5.1f us of processor each\n", what, (double)count / wall,
         processor / (double)count * 1e6);
}

/* Words as a language has them: few often, most seldom. */
static void words_of(char *text, size_t size, int words) {
  static const char *const often[] = {"поставка", "партнёры", "logistics", "合作", "хлопок", "trading"};
  size_t used = 0;
  for (int i = 0; i < words; i++) {
    int rare = (rand() % 6000) * (rand() % 6000) / 6000;
    int printed = rand() % 5 ? snprintf(text + used, size - used, "w%dx ", rare)
                             : snprintf(text + used, size - used, "%s ", often[rand() % 6]);
    used += (size_t)printed;
  }
}

/* The writer of the server makes the index between its batches, for a tenth of its time. Without `indexed` it is left. */
static double post_words(struct run *run, bool indexed, double length, uint64_t *count) {
  const struct store_driver *writer = &run->suite->writer;
  double wall = 0, tidied = 0;
  for (*count = 0; wall < length; *count += BATCH) {
    char texts[BATCH][600];
    for (size_t i = 0; i < BATCH; i++) {
      words_of(texts[i], sizeof texts[i], 29);
      run->jobs[i] = store_job_create(STORE_POST);
      fill(run, run->jobs[i], ROOMS, texts[i], 0);
    }
    double begun = seconds(CLOCK_MONOTONIC);
    writer->write(writer->self, run->jobs, BATCH);
    double wrote = seconds(CLOCK_MONOTONIC);
    if (indexed && tidied < wall / 10 && writer->tidy_due(writer->self, true) == 0) writer->tidy(writer->self, true);
    double done = seconds(CLOCK_MONOTONIC);
    tidied += done - wrote;
    wall += done - begun;
    for (size_t i = 0; i < BATCH; i++) {
      if (run->jobs[i]->outcome != STORE_DONE) abort();
      store_job_destroy(run->jobs[i]);
    }
  }
  return wall;
}

/* All that the index does not know yet, with nothing else to do. */
static double catch_up(struct run *run) {
  const struct store_driver *writer = &run->suite->writer;
  double begun = seconds(CLOCK_MONOTONIC);
  while (writer->tidy_due(writer->self, false) == 0) writer->tidy(writer->self, false);
  return seconds(CLOCK_MONOTONIC) - begun;
}

static void measure_index(struct run *run, double length) {
  uint64_t without, with;
  (void)catch_up(run);
  double wall = post_words(run, false, length, &without);
  printf("%-58s %8.0f posts/s\n", "100 rooms, batches of 100, 29 words, not indexed", (double)without / wall);
  double behind = catch_up(run);
  printf("%-58s %8.0f posts/s   %5.1f us each\n", "  indexed after that, with nothing else to do",
         (double)without / behind, behind / (double)without * 1e6);
  wall = post_words(run, true, length, &with);
  behind = catch_up(run);
  printf("%-58s %8.0f posts/s   %5.2f s behind at the end\n", "  posted while the index is made", (double)with / wall,
         behind);
}

static void measure_reads(struct run *run, const char *what, enum store_kind kind, double length) {
  struct store_driver *reader = &run->suite->reader;
  uint64_t count = 0;
  double begun = seconds(CLOCK_MONOTONIC), wall = 0;
  for (; wall < length; count++) {
    struct store_job *job = store_job_create(kind);
    if (kind == STORE_SESSION_FIND) {
      digest_sha256(slice_of("token"), job->session.digest);
      job->session.with_rooms = true;
    } else {
      job->page.room = slice_of(run->rooms[0]);
      job->page.member = run->suite->wang;
      job->page.after = job->page.before = -1;
      job->page.limit = 50;
    }
    reader->read(reader->self, job);
    if (job->outcome != STORE_DONE) abort();
    store_job_destroy(job);
    wall = seconds(CLOCK_MONOTONIC) - begun;
  }
  printf("%-58s %8.0f a second\n", what, (double)count / wall);
}

static void prepare(struct run *run) {
  const char *rooms[ROOMS];
  for (size_t i = 0; i < ROOMS; i++) {
    snprintf(run->rooms[i], sizeof run->rooms[i], "kz.room%zu", i);
    rooms[i] = run->rooms[i];
  }
  assert_done(suite_ensure(run->suite, rooms, ROOMS));
  for (int i = 0; i < MEMBERS; i++) {
    char login[16];
    snprintf(login, sizeof login, "member%d", i);
    (void)suite_member(run->suite, login, "Ольга Смирнова", ROLE_MEMBER);
  }
  (void)suite_room(run->suite, STORE_ROOM_OPEN, run->rooms[0], run->suite->wang);
  (void)suite_session(run->suite, STORE_SESSION_ADD, "token", run->suite->wang);
}

int main(int count, char **arguments) {
  double length = count > 1 ? atof(arguments[1]) : 2;
  bool postgres = count > 2 && strcmp(arguments[2], "postgres") == 0;
  if (postgres) postgres_server_begin(NULL);
  void *state = (void *)(uintptr_t)(postgres ? &postgres_setup : &files_setup);
  suite_begin(&state);
  struct run run = {.suite = state};
  prepare(&run);
  struct clock system = clock_system();
  run.suite->writer.set_clock(run.suite->writer.self, &system);
  char text[201], mention[201];
  memset(text, 'x', 200);
  text[200] = '\0';
  memcpy(mention, text, sizeof text);
  memcpy(mention + 10, " @ivan ", 7);
  measure(&run, "warming up", ROOMS, BATCH, text, 0, length / 2);
  measure(&run, "100 rooms, batches of 100", ROOMS, BATCH, text, 0, length);
  measure(&run, "one room, batches of 100", 1, BATCH, text, 0, length);
  measure(&run, "100 rooms, batches of 10", ROOMS, 10, text, 0, length);
  measure(&run, "100 rooms, one at a time", ROOMS, 1, text, 0, length);
  measure(&run, "one room, batches of 100, each a reply", 1, BATCH, text, 1, length);
  measure(&run, "100 rooms, batches of 100, each mentions one", ROOMS, BATCH, mention, 0, length);
  measure(&run, "100 rooms, batches of 100, again", ROOMS, BATCH, text, 0, length);
  measure_index(&run, length);
  measure_reads(&run, "newest page of 50", STORE_HISTORY, length / 2);
  measure_reads(&run, "session with a room of a thousand unread", STORE_SESSION_FIND, length / 2);
  suite_end(&state);
  return 0;
}
