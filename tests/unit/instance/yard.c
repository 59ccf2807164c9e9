#include "yard.h"

#include "club/digest.h"
#include "club/seal.h"

/* A link is its guest. */
static int64_t yard_now(void *self) {
  return ((struct yard *)self)->now_ms;
}

static void yard_fill(void *self, void *bytes, size_t size) {
  memset(bytes, ++((struct yard *)self)->random, size);
}

static enum transport_sent yard_write(void *self, struct link *link, char *frame, size_t size) {
  struct yard *yard = self;
  struct guest *guest = (struct guest *)(void *)link;
  size_t used = strlen(guest->said);
  assert_int_equal(guest->code, 0);
  snprintf(guest->said + used, sizeof guest->said - used, "%.*s\n", (int)size, frame);
  guest->frames++;
  yard->now_ms += yard->write_ms;
  return TRANSPORT_SENT;
}

static enum transport_sent yard_ping(void *self, struct link *link) {
  (void)self, (void)link;
  return TRANSPORT_SENT;
}

static int64_t yard_waiting(void *self, struct link *link) {
  (void)self, (void)link;
  return 0;
}

static void yard_read(void *self, struct link *link, bool on) {
  (void)self, (void)link, (void)on;
}

static void yard_end(void *self, struct link *link, int code, const char *text) {
  (void)self, (void)text;
  ((struct guest *)(void *)link)->code = code;
}

static void yard_kill(void *self, struct link *link) {
  yard_end(self, link, 1006, "");
}

static size_t yard_outside(void *self) {
  (void)self;
  return 0;
}

static bool yard_submit(void *self, struct store_job *job) {
  struct yard *yard = self;
  if (yard->store_full) return false;
  assert_in_range(yard->job_count, 0, YARD_JOBS - 1);
  yard->jobs[yard->job_count++] = job;
  return true;
}

static bool yard_writing(void *self) {
  return ((struct yard *)self)->store_writing;
}

static bool yard_hash(void *self, struct hash_job *job) {
  (void)self, (void)job;
  return false;
}

static void yard_answer(void *self, uint64_t exchange, const struct http_reply *reply) {
  (void)self, (void)exchange, (void)reply;
}

static void yard_publish(void *self, struct slice topic, struct slice message) {
  struct yard *yard = self;
  struct said_there *said = &yard->published[yard->published_count++ % YARD_PUBLISHED];
  snprintf(said->topic, sizeof said->topic, "%.*s", (int)topic.size, topic.data);
  snprintf(said->text, sizeof said->text, "%.*s", (int)message.size, message.data);
  said->size = message.size;
}

static void yard_subscribe(void *self, struct slice topic) {
  (void)topic;
  ((struct yard *)self)->subscribed++;
}

static void yard_unsubscribe(void *self, struct slice topic) {
  (void)topic;
  ((struct yard *)self)->subscribed--;
}

static bool yard_alone(void *self) {
  return ((struct yard *)self)->alone;
}

static uint64_t yard_generation(void *self) {
  return ((struct yard *)self)->generation;
}

void yard_hear(struct yard *yard, const char *kind, const char *topic, const char *epoch, const char *text) {
  struct buffer message;
  buffer_init(&message, 4096);
  seal_begin(&message, kind, epoch);
  buffer_append_text(&message, "other ");
  buffer_append_text(&message, text);
  assert_true(seal_end(&message, server_services(yard->server)->secret, slice_of(topic)));
  server_hear(yard->server, slice_of(topic), buffer_slice(&message));
  buffer_free(&message);
}

int yard_said(const struct yard *yard, const char *kind, const char *topic) {
  int count = 0;
  for (size_t i = 0; i < yard->published_count && i < YARD_PUBLISHED; i++)
    count += memcmp(yard->published[i].text, kind, 2) == 0 && strcmp(yard->published[i].topic, topic) == 0;
  return count;
}

static void yard_collect(void *self, struct completions *context) {
  (void)self, (void)context;
}

int yard_open(void **state) {
  char error[256];
  struct yard *yard = calloc(1, sizeof *yard);
  yard->now_ms = 1767225600000; /* 2026-01-01T00:00:00.000Z */
  yard->alone = true;
  yard->generation = 1;
  yard->club = club_load(NULL, error, sizeof error);
  struct server_setup setup = {
      .club = yard->club,
      .clock = {yard, yard_now, yard_now},
      .randomness = {yard, yard_fill},
      .transport = {yard, yard_write, yard_ping, yard_waiting, yard_read, yard_end, yard_kill, yard_outside},
      .store = {yard, yard_submit, yard_writing},
      .store_shared = true,
      .bus = {yard, yard_publish, yard_subscribe, yard_unsubscribe, yard_alone, yard_generation},
      .hasher = {yard, yard_hash},
      .answerer = {yard, yard_answer},
      .collect = yard_collect,
      .collector = yard,
      .url = SLICE_LITERAL("https://club.example.org"),
      .instance = SLICE_LITERAL("yard"),
      .version = SLICE_LITERAL("0.0.1"),
      .tls = true,
      .limits = false,
      .epoch = "first",
      .club_head = 10,
  };
  yard->server = server_create(&setup);
  assert_non_null(yard->server);
  *state = yard;
  return 0;
}

int yard_close(void **state) {
  struct yard *yard = *state;
  for (size_t i = 0; i < yard->guest_count; i++) guest_cut(&yard->guests[i]);
  yard->store_full = true;
  yard_turn(yard);
  while (yard->job_count > 0) yard_finish(yard, yard->jobs[0], STORE_UNAVAILABLE);
  server_destroy(yard->server);
  assert_int_equal(yard->subscribed, 0);
  club_destroy(yard->club);
  free(yard);
  return 0;
}

bool yard_turn(struct yard *yard) {
  return server_turn(yard->server);
}

void yard_pass(struct yard *yard, int64_t ms) {
  for (int64_t end = yard->now_ms + ms; yard->now_ms < end; yard->now_ms += 50) {
    while (yard_jobs(yard, STORE_PULSE) > 0)
      yard_pulse(yard, server_services(yard->server)->epoch, yard_job(yard, STORE_PULSE)->pulse.club_after);
    yard_turn(yard);
  }
}

void yard_freeze(struct yard *yard, int64_t ms) {
  yard->now_ms += ms;
  yard_turn(yard);
}

int yard_jobs(const struct yard *yard, enum store_kind kind) {
  int count = 0;
  for (size_t i = 0; i < yard->job_count; i++) count += yard->jobs[i]->kind == kind;
  return count;
}

struct store_job *yard_job(struct yard *yard, enum store_kind kind) {
  for (size_t i = 0; i < yard->job_count; i++)
    if (yard->jobs[i]->kind == kind) return yard->jobs[i];
  fail_msg("no job of kind %d", kind);
  return NULL;
}

void yard_finish(struct yard *yard, struct store_job *job, enum store_outcome outcome) {
  size_t at = 0;
  while (yard->jobs[at] != job) assert_in_range(++at, 0, yard->job_count - 1);
  memmove(&yard->jobs[at], &yard->jobs[at + 1], (--yard->job_count - at) * sizeof(struct store_job *));
  job->outcome = outcome;
  job->done(server_completions(yard->server), job);
}

void yard_pulse(struct yard *yard, const char *epoch, int64_t club_head) {
  struct store_job *job = yard_job(yard, STORE_PULSE);
  snprintf(job->pulse.epoch, sizeof job->pulse.epoch, "%s", epoch);
  job->pulse.club_head = club_head;
  for (size_t i = 0; i < job->pulse.head_count; i++) job->pulse.heads[i].head = job->pulse.heads[i].known;
  yard_finish(yard, job, STORE_DONE);
}

void yard_pulse_events(struct yard *yard, const struct club_event *events, size_t count) {
  struct store_job *job = yard_job(yard, STORE_PULSE);
  job->pulse.events = (struct club_event *)(uintptr_t)events;
  job->pulse.event_count = count;
  yard_pulse(yard, server_services(yard->server)->epoch, count ? events[count - 1].seq : 0);
}

/* ---- guests ---- */

static struct slice guest_none(void) {
  return (struct slice){"", 0};
}

void guest_knock(struct yard *yard, struct guest *guest, int64_t member) {
  struct address address = {{0}};
  guest->connection = connection_open(server_connections(yard->server), (struct link *)(void *)guest,
                                      SLICE_LITERAL("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq"), &address);
  yard_turn(yard);
  struct store_job *job = yard_job(yard, STORE_SESSION_FIND);
  job->session.session = member * 10 + 1;
  job->session.used_at = job->session.made_at = yard->now_ms;
  job->session.club_head = 1000;
  job->session.record = (struct member_record){.key = member,
                                               .author = member,
                                               .login = SLICE_LITERAL("li.na"),
                                               .name = SLICE_LITERAL("李娜"),
                                               .title = guest_none(),
                                               .company = guest_none(),
                                               .country = SLICE_LITERAL("cn"),
                                               .about = guest_none(),
                                               .offers = guest_none(),
                                               .seeks = guest_none()};
  yard_finish(yard, job, STORE_DONE);
}

struct guest *guest_enter(struct yard *yard, int64_t member) {
  struct guest *guest = &yard->guests[yard->guest_count++];
  guest_knock(yard, guest, member);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"welcome\""));
  return guest;
}

void guest_ask(struct guest *guest, const char *method, const char *params) {
  char frame[512];
  snprintf(frame, sizeof frame, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params);
  connection_received(guest->connection, slice_of(frame), true, false, 0);
}

void guest_join(struct yard *yard, struct guest *guest, int64_t as_of) {
  guest_ask(guest, "room.join", "{\"room\":\"kz\"}");
  yard_turn(yard);
  /* The first one reads the page; for others the store only says how the room stands for them. */
  struct store_job *job = yard_job(yard, yard_jobs(yard, STORE_ROOM_JOIN) > 0 ? STORE_ROOM_JOIN : STORE_ROOM_GET);
  struct room_record record = {.room = SLICE_LITERAL("kz"), .kind = ROOM_COUNTRY, .head = as_of};
  if (job->kind == STORE_ROOM_JOIN) {
    job->page.as_of = as_of;
    job->page.record = record;
  } else {
    job->room.record = record;
  }
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"joined\":true"));
}

void guest_cut(struct guest *guest) {
  if (guest->connection) connection_closed(guest->connection);
  guest->connection = NULL;
}

bool guest_was_told(struct guest *guest, const char *part) {
  bool found = strstr(guest->said, part) != NULL;
  guest->said[0] = 0;
  return found;
}
