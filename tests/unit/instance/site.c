#include <stdlib.h>

#include "world_inside.h"

/* ---- what is handed in ---- */

static int64_t site_clock(void *self) {
  return ((struct site *)self)->world->now;
}

static void site_fill(void *self, void *bytes, size_t size) {
  struct site *site = self;
  for (size_t i = 0; i < size; i++) ((unsigned char *)bytes)[i] = (unsigned char)world_random(site->world, 256);
}

static enum transport_sent site_write(void *self, struct link *link, char *frame, size_t size) {
  (void)self;
  if (link->kept) world_fail(link->world, link->client, "written to while the transport keeps bytes", (int64_t)size);
  if (size > LIMIT_FRAME) world_fail(link->world, link->client, "frame too large", (int64_t)size);
  if (link->dead) return TRANSPORT_DEAD;
  if (link->stalled) {
    link->kept = malloc(size);
    memcpy(link->kept, frame, size);
    link->kept_size = size;
    link->stalled_at = link->world->now;
    return TRANSPORT_KEPT;
  }
  client_frame(link->world, link->client, frame, size);
  memset(frame - TRANSPORT_HEADROOM, 0, TRANSPORT_HEADROOM); /* may be overwritten, so it is */
  return TRANSPORT_SENT;
}

static enum transport_sent site_ping(void *self, struct link *link) {
  (void)self;
  if (link->kept) world_fail(link->world, link->client, "pinged while the transport keeps bytes", 0);
  link->pinged_at = link->world->now;
  return link->dead ? TRANSPORT_DEAD : TRANSPORT_SENT;
}

static int64_t site_waiting(void *self, struct link *link) {
  (void)self;
  return (int64_t)link->kept_size;
}

static void site_read(void *self, struct link *link, bool on) {
  (void)self;
  link->reading = on;
}

static void site_close(void *self, struct link *link, int code, const char *text) {
  (void)self;
  (void)text;
  const struct client *client = &link->world->clients[link->client];
  const struct model *model = &link->world->model;
  bool over = client->ended_at || client->session < model->session[client->member] || model->ended[client->member];
  bool shut = model_ever_out(model, MODEL_CLUB, client->member);
  if (code != 1001 && code != 1006 && !(code == 4001 && over) && !(code == 4003 && shut))
    world_fail(link->world, link->client, "closed for nothing", code);
  link->dead = link->closed_due = true;
  link->code = code;
}

static void site_kill(void *self, struct link *link) {
  int64_t now = link->world->now;
  /* A close that could not be written, or a minute; it may have woken since that was decided. */
  bool slow = (link->kept && now - link->stalled_at >= 5000) || (link->woke_at && now - link->woke_at < 3000);
  bool silent = link->pinged_at && now - link->pinged_at >= LIMIT_PING_SECONDS * 1000;
  if (!slow && !silent) world_fail(link->world, link->client, "cut for nothing", now);
  site_close(self, link, 1006, "");
}

static size_t site_outside(void *self) {
  (void)self;
  return 0;
}

static bool site_submit(void *self, struct store_job *job) {
  struct site *site = self;
  struct jobs *jobs = job->kind < STORE_WRITES_END ? &site->writes : &site->reads;
  if (site->dying || jobs->count == QUEUE ||
      (!site->world->healed && !site->world->calm && world_random(site->world, 60) == 0))
    return false;
  jobs->items[jobs->count++] = job;
  return true;
}

static bool site_no_hash(void *self, struct hash_job *job) {
  (void)self;
  (void)job;
  return false;
}

static void site_no_answer(void *self, uint64_t exchange, const struct http_reply *reply) {
  (void)self;
  (void)exchange;
  (void)reply;
}

static struct topic *site_topic(struct site *site, struct slice name) {
  for (int i = 0; i < site->topic_count; i++)
    if (slice_is(name, site->topics[i].name)) return &site->topics[i];
  return NULL;
}

static void site_subscribe(void *self, struct slice name) {
  struct site *site = self;
  struct topic *topic = site_topic(site, name);
  if (!topic && site->topic_count == TOPICS) {
    world_fail(site->world, -1, "more topics than there are", TOPICS);
    return;
  }
  if (!topic) {
    topic = &site->topics[site->topic_count++];
    *topic = (struct topic){.count = 0};
    snprintf(topic->name, sizeof topic->name, "%.*s", (int)name.size, name.data);
  }
  topic->count++;
}

static void site_unsubscribe(void *self, struct slice name) {
  struct site *site = self;
  struct topic *topic = site_topic(site, name);
  if (!topic)
    world_fail(site->world, -1, "unsubscribed from what was not subscribed to", (int64_t)name.size);
  else if (--topic->count == 0)
    *topic = site->topics[--site->topic_count];
}

/* Whoever is subscribed then; one who unsubscribes meanwhile does not hear it either. */
static void site_publish(void *self, struct slice topic, struct slice message) {
  struct site *site = self;
  struct world *world = site->world;
  if (site->lost_until && site->dumb) return;
  for (int to = 0; to < world->servers; to++) {
    struct site *other = &world->sites[to];
    if (other == site || world->bus_count == QUEUE || other->lost_until || !site_topic(other, topic)) continue;
    struct bus_message *kept = &world->bus[world->bus_count++];
    kept->to = to;
    snprintf(kept->topic, sizeof kept->topic, "%.*s", (int)topic.size, topic.data);
    kept->bytes = malloc(message.size);
    memcpy(kept->bytes, message.data, message.size);
    kept->size = message.size;
  }
}

static bool site_alone(void *self) {
  return ((struct site *)self)->world->servers == 1;
}

static uint64_t site_generation(void *self) {
  return ((struct site *)self)->generation;
}

void site_lose_bus(struct site *site, int64_t ms, bool dumb) {
  site->lost_until = site->world->now + ms;
  site->dumb = dumb;
}

static void site_reach_bus(struct site *site) {
  site->lost_until = 0;
  site->generation++;
}

/* ---- the store ---- */

static struct store_job *jobs_take(struct jobs *jobs, size_t at) {
  struct store_job *job = jobs->items[at];
  memmove(&jobs->items[at], &jobs->items[at + 1], (--jobs->count - at) * sizeof job);
  return job;
}

void site_work(struct site *site) {
  struct world *world = site->world;
  bool write = site->writes.count > 0 && !commits_hold(site) && (site->reads.count == 0 || world_random(world, 2));
  struct jobs *jobs = write ? &site->writes : &site->reads;
  struct jobs *done = write ? &site->done_writes : &site->done_reads;
  if (jobs->count == 0 || done->count == QUEUE) return;
  struct store_job *job = jobs_take(jobs, write ? 0 : world_random(world, (uint32_t)jobs->count));
  uint32_t fate = world->healed || world->calm ? 99 : world_random(world, 100);
  if (fate < 3) {
    job->outcome = STORE_UNAVAILABLE;
  } else if (fate < 7 && write) {
    if (fate == 3) world_carry_out(world, job);
    if (fate > 4 && world->servers > 1) job = commits_put_off(site, job);
    job->outcome = STORE_UNKNOWN;
    site->doomed = world->servers == 1;
  } else {
    world_carry_out(world, job);
  }
  done->items[done->count++] = job;
}

static void site_collect(void *collector, struct completions *context) {
  struct site *site = collector;
  struct world *world = site->world;
  while (site->done_writes.count > 0 && (world->healed || world_random(world, 4))) {
    struct store_job *job = jobs_take(&site->done_writes, 0);
    job->done(context, job);
  }
  while (site->done_reads.count > 0 && (world->healed || world_random(world, 3))) {
    struct store_job *job = jobs_take(&site->done_reads, world_random(world, (uint32_t)site->done_reads.count));
    job->done(context, job);
  }
}

/* It got through: at once, or later, as does what comes behind a later one. */
static struct store_job *site_leave_write(struct site *site, struct store_job *job) {
  struct world *world = site->world;
  bool later = commits_hold(site) || (world->servers > 1 && !world->healed && world_random(world, 2));
  if (later) return commits_put_off(site, job);
  world_carry_out(world, job);
  return job;
}

/* Whoever asked hears that nothing came of it, though a write may have got through. */
static void jobs_drop(struct site *site, struct jobs *jobs, bool carry_out) {
  while (jobs->count > 0) {
    struct store_job *job = jobs_take(jobs, 0);
    if (carry_out && world_random(site->world, 2)) job = site_leave_write(site, job);
    job->outcome = STORE_UNAVAILABLE;
    job->done(server_completions(site->server), job);
  }
}

static void jobs_drop_all(struct site *site) {
  site->dying = true;
  jobs_drop(site, &site->done_writes, false);
  jobs_drop(site, &site->done_reads, false);
  jobs_drop(site, &site->writes, true);
  jobs_drop(site, &site->reads, false);
  site->dying = false;
}

/* ---- life ---- */

void site_start(struct site *site) {
  struct world *world = site->world;
  snprintf(site->name, sizeof site->name, "site-%d-%d", site->index, ++site->lives);
  struct server_setup setup = {
      .club = world->club,
      .clock = {site, site_clock, site_clock},
      .randomness = {site, site_fill},
      .transport = {site, site_write, site_ping, site_waiting, site_read, site_close, site_kill, site_outside},
      .store = {.self = site, .submit = site_submit},
      .store_shared = world->servers > 1,
      .bus = {site, site_publish, site_subscribe, site_unsubscribe, site_alone, site_generation},
      .hasher = {site, site_no_hash},
      .answerer = {site, site_no_answer},
      .collect = site_collect,
      .collector = site,
      .url = SLICE_LITERAL("https://localhost:8443"),
      .instance = slice_of(site->name),
      .version = SLICE_LITERAL("test"),
      .tls = true,
      .club_head = world->model.club_head,
      .ring_entries = world->wordy ? 2 : 8, /* so that whoever is a little behind is caught up from the store */
  };
  snprintf(setup.epoch, sizeof setup.epoch, "%s", world->model.epoch);
  site->born = world->now;
  site->server = server_create(&setup);
}

void site_stop(struct site *site, int64_t ms) {
  site->stopped_until = site->world->now + ms;
}

static void site_close_link(struct link *link) {
  connection_closed(link->connection);
  free(link->kept);
  free(link);
}

void site_cut(struct site *site, struct link *link) {
  if (!site->stopped_until) {
    site_close_link(link);
    return;
  }
  link->dead = true;
  site->left[site->left_count++] = link;
}

static void site_report_left(struct site *site) {
  while (site->left_count > 0) site_close_link(site->left[--site->left_count]);
}

void site_die(struct site *site) {
  struct world *world = site->world;
  if (!site->server) return;
  for (int i = 0; i < CLIENTS; i++)
    if (world->clients[i].link && world->clients[i].site == site->index) client_cut(&world->clients[i]);
  site_report_left(site);
  jobs_drop_all(site);
  commits_leave(site);
  server_destroy(site->server);
  site->server = NULL;
  if (site->topic_count > 0) world_fail(world, -1, "subscribed beyond its end", site->topic_count);
  site->doomed = false;
  site->dead_until = world->now + (int64_t)world_random(world, 3000);
}

static void site_report_closed(struct site *site) {
  for (int i = 0; i < CLIENTS; i++) {
    struct client *client = &site->world->clients[i];
    if (client->link && client->site == site->index && client->link->closed_due) client_cut(client);
  }
}

void site_turn(struct site *site) {
  if (!site->server) return;
  site_report_left(site);
  site_report_closed(site);
  if (site->lost_until && site->world->now >= site->lost_until) site_reach_bus(site);
  (void)!server_turn(site->server);
  if (server_is_done(site->server)) site_die(site); /* it was told to go away */
}

void site_bus(struct world *world) {
  if (world->bus_count == 0) return;
  size_t at = world_random(world, (uint32_t)world->bus_count);
  struct bus_message *message = &world->bus[at];
  struct site *site = &world->sites[message->to];
  if (site->stopped_until && world_random(world, 2)) return; /* it waits */
  bool hears = !site->lost_until && !site->stopped_until && site_topic(site, slice_of(message->topic));
  struct server *server = hears ? site->server : NULL;
  uint32_t fate = world->healed ? 2 + world_random(world, 8) : world_random(world, 10);
  if (server && fate > 1) server_hear(server, slice_of(message->topic), (struct slice){message->bytes, message->size});
  if (fate == 9) return; /* it comes again */
  if (server && fate == 1 && message->size > 80) {
    message->bytes[60] ^= 1; /* garbled */
    server_hear(server, slice_of(message->topic), (struct slice){message->bytes, message->size});
  }
  free(message->bytes);
  world->bus[at] = world->bus[--world->bus_count];
}
