/* Messages that people wrote, in three languages, straight into the store: fortunes of Debian's packages, in all rooms of
 * the club, some of them much busier than others. Then the index of their terms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "club/text.h"
#include "measure.h"
#include "scenario.h"

#define CORPUS_WRITERS 100
#define CORPUS_TEXTS 20000 /* of a language */
#define CORPUS_BYTES 480   /* of a text */
#define CORPUS_LANGUAGES 3
#define CORPUS_ROOMS 164

struct corpus {
  struct batch batch;
  struct member_record writers[CORPUS_WRITERS];
  char *bytes[32];
  size_t files;
  struct slice texts[CORPUS_LANGUAGES][CORPUS_TEXTS];
  size_t counts[CORPUS_LANGUAGES];
  char rooms[CORPUS_ROOMS][32];
  size_t room_count;
  uint64_t random, posted;
};

static const char *const corpus_files[CORPUS_LANGUAGES][8] = {
    {"ru/book", "ru/citates", "ru/art", "ru/computer", "ru/love", "ru/war", "ru/work", "ru/murphy"},
    {"chinese", "tang300", "song100", NULL},
    {"wisdom", "work", "literature", "cookie", "computers", "people", "science", "politics"},
};

static uint32_t corpus_random(struct corpus *corpus) {
  corpus->random = corpus->random * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(corpus->random >> 33);
}

static char *corpus_read(const char *name) {
  char path[128];
  snprintf(path, sizeof path, "/usr/share/games/fortunes/%s", name);
  FILE *file = fopen(path, "rbe");
  char *bytes = file ? calloc(1, (8 << 20) + 1) : NULL;
  if (bytes) (void)!fread(bytes, 1, 8 << 20, file);
  if (file) fclose(file);
  return bytes;
}

/* The Chinese ones are coloured for terminals. */
static void corpus_clean(char *bytes) {
  char *to = bytes;
  for (const char *at = bytes; *at; at++) {
    if (*at == '\x1b') {
      at += strcspn(at, "m");
      if (!*at) break;
    } else if ((unsigned char)*at >= ' ' || *at == '\n') {
      *to++ = *at;
    }
  }
  *to = '\0';
}

static void corpus_split(struct corpus *corpus, int language, char *bytes) {
  for (char *at = bytes; at && corpus->counts[language] < CORPUS_TEXTS;) {
    char *end = strstr(at, "\n%\n");
    struct slice text = {at, end ? (size_t)(end - at) : strlen(at)};
    if (text.size <= CORPUS_BYTES && text_is_writable(text)) corpus->texts[language][corpus->counts[language]++] = text;
    at = end ? end + 3 : NULL;
  }
}

static bool corpus_texts(struct corpus *corpus) {
  for (int language = 0; language < CORPUS_LANGUAGES; language++) {
    for (int i = 0; i < 8 && corpus_files[language][i]; i++) {
      char *bytes = corpus_read(corpus_files[language][i]);
      if (!bytes) continue;
      corpus->bytes[corpus->files++] = bytes;
      corpus_clean(bytes);
      corpus_split(corpus, language, bytes);
    }
    if (corpus->counts[language] < 100) {
      fprintf(stderr, "fortunes are missing: tests/install.sh test\n");
      return false;
    }
  }
  return true;
}

static bool corpus_places(struct corpus *corpus) {
  static const char *const countries[] = {"by", "cn", "in", "ir", "kz", "kg", "pk", "ru", "tj", "uz"};
  static const char *const sectors[] = {"e-commerce",   "artificial-intelligence",
                                        "fintech",      "telecommunications",
                                        "smart-cities", "robotics",
                                        "trade",        "investment",
                                        "finance",      "logistics",
                                        "agriculture",  "energy",
                                        "travel",       "education"};
  for (size_t i = 0; i < 10; i++) snprintf(corpus->rooms[corpus->room_count++], 32, "%s", countries[i]);
  for (size_t i = 0; i < 14; i++) snprintf(corpus->rooms[corpus->room_count++], 32, "%s", sectors[i]);
  for (size_t i = 0; i < 140; i++)
    snprintf(corpus->rooms[corpus->room_count++], 32, "%s.%s", countries[i % 10], sectors[i / 10]);
  struct store_job *ensure = batch_add(&corpus->batch, STORE_ROOMS_ENSURE);
  struct room_head *heads = ensure ? arena_alloc(ensure->arena, CORPUS_ROOMS * sizeof *heads) : NULL;
  if (!heads) return false;
  for (size_t i = 0; i < corpus->room_count; i++) heads[i].room = slice_of(corpus->rooms[i]);
  ensure->pulse.heads = heads;
  ensure->pulse.head_count = corpus->room_count;
  bool made = batch_write(&corpus->batch);
  batch_clear(&corpus->batch);
  return made;
}

static bool corpus_members(struct corpus *corpus, FILE *cookies) {
  char tokens[CORPUS_WRITERS][TOKEN_SIZE + 1];
  if (!batch_members(&corpus->batch, 0, CORPUS_WRITERS, tokens)) return false;
  for (size_t i = 0; i < CORPUS_WRITERS; i++) {
    corpus->writers[i] = corpus->batch.jobs[i]->member.member;
    fprintf(cookies, "%s\n", tokens[i]);
  }
  batch_clear(&corpus->batch);
  return true;
}

/* A third of what is said is said in a few rooms. */
static const char *corpus_room(struct corpus *corpus) {
  double where = corpus_random(corpus) / 2147483648.0;
  return corpus->rooms[(size_t)((double)corpus->room_count * where * where * where)];
}

static bool corpus_post(struct corpus *corpus) {
  struct store_job *job = batch_add(&corpus->batch, STORE_POST);
  if (!job) return false;
  const struct member_record *writer = &corpus->writers[corpus_random(corpus) % CORPUS_WRITERS];
  size_t language = corpus->posted % CORPUS_LANGUAGES;
  char client_id[32];
  int size = snprintf(client_id, sizeof client_id, "corpus-%llu", (unsigned long long)corpus->posted++);
  job->post.room = slice_of(corpus_room(corpus));
  job->post.author = writer->author;
  job->post.member = writer->key;
  job->post.client_id = arena_copy(job->arena, (struct slice){client_id, (size_t)size});
  job->post.text = corpus->texts[language][corpus_random(corpus) % corpus->counts[language]];
  return !arena_failed(job->arena);
}

static bool corpus_fill(struct corpus *corpus, uint64_t messages) {
  while (corpus->posted < messages) {
    for (size_t i = 0; i < BATCH_MAX && corpus->posted < messages; i++)
      if (!corpus_post(corpus)) return false;
    if (!batch_write(&corpus->batch)) return false;
    batch_clear(&corpus->batch);
  }
  return true;
}

static void corpus_index(struct corpus *corpus) {
  const struct store_driver *driver = &corpus->batch.driver;
  while (driver->tidy_due(driver->self, false) >= 0) {
    driver->tidy(driver->self, false);
    if (driver->idle) driver->idle(driver->self);
  }
}

static bool corpus_run(struct corpus *corpus, uint64_t messages, FILE *cookies) {
  if (!corpus_texts(corpus) || !corpus_members(corpus, cookies) || !corpus_places(corpus)) return false;
  double begun = measure_now();
  if (!corpus_fill(corpus, messages)) return false;
  double filled = measure_now();
  corpus_index(corpus);
  double indexed = measure_now();
  printf("scenario=corpus messages=%llu post_seconds=%.1f index_seconds=%.1f\n", (unsigned long long)messages,
         filled - begun, indexed - filled);
  return true;
}

bool scenario_corpus(struct options *options) {
  const char *store = options_text(options, "store", "sqlite:club.db");
  const char *path = options_text(options, "cookies", "cookies");
  uint64_t messages = (uint64_t)options_number(options, "messages", 1000000, 1, 100000000);
  struct corpus *corpus = options_fine(options) ? calloc(1, sizeof *corpus) : NULL;
  FILE *cookies = corpus ? fopen(path, "we") : NULL;
  bool done = cookies && batch_begin(&corpus->batch, store) && corpus_run(corpus, messages, cookies);
  if (cookies && fclose(cookies) != 0) done = false;
  if (corpus) batch_end(&corpus->batch);
  for (size_t i = 0; corpus && i < corpus->files; i++) free(corpus->bytes[i]);
  free(corpus);
  return done;
}
