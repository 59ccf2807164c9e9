/* Not a test: what finding members takes. `make build/unit/store/measure/directory` builds it, `directory [MEMBERS
 * [postgres]]` fills a store with so many cards (100,000 unless said) and prints the median and the longest of 20 searches
 * of each kind, and the time of this process' processor (PostgreSQL has its own). */
#include <time.h>

#include "store/files.h"
#include "store/postgres_server.h"

#define BATCH 200
#define TIMES 20
#define WORDS 6000
#define TEXT_SIZE 600

/* Words as a language has them: few often, most seldom. */
static void text_of(char *text, int words) {
  static const char *const often[] = {"поставка", "партнёр", "logistics", "合作", "хлопок", "trade"};
  size_t size = 0;
  text[0] = '\0';
  for (int i = 0; i < words && size < TEXT_SIZE - 40; i++) {
    if (rand() % 5 == 0)
      size += (size_t)snprintf(text + size, TEXT_SIZE - size, "%s ", often[rand() % 6]);
    else
      size += (size_t)snprintf(text + size, TEXT_SIZE - size, "w%dx ", (rand() % WORDS) * (rand() % WORDS) / WORDS);
  }
}

static double milliseconds(clockid_t id) {
  struct timespec now;
  clock_gettime(id, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct store_job *member_of(int number) {
  static const char *const countries[] = {"kz", "cn", "ru", "uz", "kg", "tj", "in", "pk", "ir", "by"};
  struct store_job *job = store_job_create(STORE_MEMBER_ADD);
  char login[32], text[TEXT_SIZE];
  struct member_record *member = &job->member.member;
  snprintf(login, sizeof login, "member%d", number);
  member->login = arena_copy(job->arena, slice_of(login));
  text_of(text, 2);
  member->name = member->company = arena_copy(job->arena, slice_of(text));
  text_of(text, 12);
  member->about = arena_copy(job->arena, slice_of(text));
  text_of(text, 8);
  member->offers = arena_copy(job->arena, slice_of(text));
  text_of(text, 8);
  member->seeks = arena_copy(job->arena, slice_of(text));
  member->title = (struct slice){"", 0};
  member->country = slice_of(countries[rand() % 10]);
  job->member.password = slice_of("$argon2id$made-up");
  return job;
}

static void fill(struct suite *suite, int members) {
  struct store_job *jobs[BATCH];
  double begun = milliseconds(CLOCK_MONOTONIC);
  for (int done = 0; done < members; done += BATCH) {
    for (int i = 0; i < BATCH; i++) jobs[i] = member_of(done + i);
    suite->writer.write(suite->writer.self, jobs, BATCH);
    for (int i = 0; i < BATCH; i++) {
      if (jobs[i]->outcome != STORE_DONE) abort();
      store_job_destroy(jobs[i]);
    }
  }
  printf("%d members, %.2f ms each\n", members, (milliseconds(CLOCK_MONOTONIC) - begun) / members);
  fflush(stdout);
}

static int ascending(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static void measure(struct suite *suite, const char *what, struct store_people wish) {
  double took[TIMES], processor = 0;
  size_t found = 0;
  wish.limit = 50;
  for (int i = 0; i < TIMES; i++) {
    struct store_job *job = store_job_create(STORE_MEMBER_FIND);
    job->people = wish;
    double begun = milliseconds(CLOCK_MONOTONIC), processor_begun = milliseconds(CLOCK_THREAD_CPUTIME_ID);
    suite->reader.read(suite->reader.self, job);
    took[i] = milliseconds(CLOCK_MONOTONIC) - begun;
    processor += milliseconds(CLOCK_THREAD_CPUTIME_ID) - processor_begun;
    if (job->outcome != STORE_DONE) abort();
    found = job->people.count;
    store_job_destroy(job);
  }
  qsort(took, TIMES, sizeof *took, ascending);
  printf("%-48s %3zu found   median %6.1f   longest %6.1f ms   %5.1f ms of this processor\n", what, found,
         took[TIMES / 2], took[TIMES - 1], processor / TIMES);
}

static void measure_all(struct suite *suite) {
  char long_text[TEXT_SIZE];
  text_of(long_text, 60);
  measure(suite, "everybody", (struct store_people){0});
  measure(suite, "a common word", (struct store_people){.text = slice_of("партнёры")});
  measure(suite, "a rare word", (struct store_people){.text = slice_of("w5801x")});
  measure(suite, "two common words", (struct store_people){.text = slice_of("поставки trade")});
  measure(suite, "six common words",
          (struct store_people){.text = slice_of("поставка партнёр logistics 合作 хлопок trade")});
  measure(suite, "a common and a rare word", (struct store_people){.text = slice_of("поставки w5801x")});
  measure(suite, "a word nobody has", (struct store_people){.text = slice_of("вертолёт")});
  measure(suite, "a common word of a country",
          (struct store_people){.text = slice_of("партнёры"), .country = slice_of("uz")});
  measure(suite, "who offers: common words", (struct store_people){.offers = slice_of("партнёр поставка trade 合作")});
  measure(suite, "who offers: rare words", (struct store_people){.offers = slice_of("w5801x w4811x w99x")});
  measure(suite, "who offers: sixty words", (struct store_people){.offers = slice_of(long_text)});
  measure(suite, "who offers sixty words, of a country",
          (struct store_people){.offers = slice_of(long_text), .country = slice_of("uz")});
}

int main(int count, char **words) {
  int members = count > 1 ? atoi(words[1]) : 100000;
  bool postgres = count > 2;
  void *state = (void *)(uintptr_t)(postgres ? &postgres_setup : &files_setup);
  srand(7);
  if (postgres) postgres_server_begin(NULL);
  suite_begin(&state);
  fill(state, members);
  measure_all(state);
  suite_end(&state);
  if (postgres) postgres_server_finish(NULL);
  return 0;
}
