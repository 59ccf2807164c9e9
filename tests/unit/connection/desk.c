#include "desk.h"

/* ---- the transport ---- */

static void said_add(struct peer *peer, const char *text) {
  size_t used = strlen(peer->said);
  snprintf(peer->said + used, sizeof peer->said - used, "%s", text);
}

static void said_heads(char *text, size_t size, json_t *rooms) {
  const char *id;
  json_t *one;
  size_t used = 0;
  json_object_foreach(rooms, id, one) used +=
      (size_t)snprintf(text + used, used < size ? size - used : 0, "%s%s^%lld/%lld/%lld", used ? "," : "", id,
                       (long long)house_number(one, "head"), (long long)house_number(one, "unread"),
                       (long long)house_number(one, "mentions"));
}

static void said_notification(char *text, size_t size, const char *method, json_t *params) {
  if (strcmp(method, "entry") == 0)
    snprintf(text, size, "%lld", (long long)house_number(params, "seq"));
  else if (strcmp(method, "presence") == 0)
    snprintf(text, size, "p%lld", (long long)house_number(params, "online"));
  else if (strcmp(method, "typing") == 0)
    snprintf(text, size, "t%s", house_text(params, "from.id") + 1);
  else if (strcmp(method, "read") == 0)
    snprintf(text, size, "%s<%lld", house_text(params, "room"), (long long)house_number(params, "seq"));
  else if (strcmp(method, "room") == 0)
    snprintf(text, size, "%s+", house_text(params, "room"));
  else if (strcmp(method, "left") == 0)
    snprintf(text, size, "%s-%s", house_text(params, "room"), house_text(params, "reason"));
  else if (strcmp(method, "acted") == 0 || strcmp(method, "notice") == 0)
    snprintf(text, size, "%s:%s", method, house_text(params, *method == 'a' ? "action" : "code"));
  else if (strcmp(method, "heads") == 0)
    said_heads(text, size, house_at(params, "rooms"));
  else
    snprintf(text, size, "%s", method);
}

static void said_item(struct peer *peer, json_t *item) {
  char text[8192];
  const char *method = json_string_value(json_object_get(item, "method"));
  if (method && strcmp(method, "closing") == 0)
    peer->retry_ms = (int64_t)(json_number_value(house_at(item, "params.retry_after")) * 1000 + 0.5);
  if (method && strcmp(method, "room") == 0) peer->online = (int64_t)house_number(item, "params.online");
  long long id = house_number(item, "id");
  if (method)
    said_notification(text, sizeof text, method, json_object_get(item, "params"));
  else if (json_object_get(item, "result"))
    snprintf(text, sizeof text, "=%lld", id);
  else if (house_number(item, "error.code") == 1000)
    snprintf(text, sizeof text, "!%lld:%s", id, house_text(item, "error.data.reason"));
  else
    snprintf(text, sizeof text, "!%lld:%lld", id, (long long)json_integer_value(house_at(item, "error.code")));
  said_add(peer, text);
}

static enum transport_sent desk_write(void *self, struct link *link, char *frame, size_t size) {
  (void)self;
  assert_int_equal(link->code, 0);
  assert_false(link->kept); /* nothing is written while bytes are kept */
  assert_in_range(size, 1, LIMIT_FRAME);
  if (link->dead) return TRANSPORT_DEAD;
  json_t *value = house_json((struct slice){frame, size});
  if (link->peer->said[0]) said_add(link->peer, "|");
  size_t i;
  json_t *item;
  if (json_is_object(value)) said_item(link->peer, value);
  json_array_foreach(value, i, item) {
    if (i > 0) said_add(link->peer, " ");
    said_item(link->peer, item);
  }
  json_decref(value);
  memset(frame - TRANSPORT_HEADROOM, 'x', TRANSPORT_HEADROOM); /* may be overwritten */
  link->frames++;
  link->bytes += size;
  link->kept = link->stalled;
  return link->kept ? TRANSPORT_KEPT : TRANSPORT_SENT;
}

static enum transport_sent desk_ping(void *self, struct link *link) {
  (void)self;
  assert_false(link->kept);
  link->pings++;
  return link->dead ? TRANSPORT_DEAD : TRANSPORT_SENT;
}

static int64_t desk_waiting(void *self, struct link *link) {
  (void)self;
  return link->waiting;
}

static void desk_read(void *self, struct link *link, bool on) {
  (void)self;
  link->reading = on;
}

static void desk_end(void *self, struct link *link, int code, const char *text) {
  (void)self, (void)text;
  assert_int_equal(link->code, 0);
  link->code = code;
}

static void desk_kill(void *self, struct link *link) {
  desk_end(self, link, 1006, "");
}

/* ---- what rooms and methods call back: as an instance does ---- */

static void desk_wants(void *owner, struct subscription *subscription) {
  (void)owner;
  connection_wants(subscription);
}

static void desk_noticed(void *owner, struct watcher *watcher, bool soon) {
  struct desk *desk = owner;
  struct present *present = presents_find(desk->house->services.presents, watcher->member);
  struct listing *listing = (struct listing *)(void *)((char *)watcher - offsetof(struct listing, watcher));
  listing->change = ++present->change;
  connections_member_changed(desk->connections, present, soon);
}

static struct watcher *desk_watcher_of(void *owner, int64_t member, struct slice room) {
  return house_watcher(((struct desk *)owner)->house, member, room);
}

static bool desk_writing(void *owner, int64_t member, struct slice room) {
  struct desk *desk = owner;
  struct present *present = presents_find(desk->house->services.presents, member);
  return present && connections_is_writing(desk->connections, present, room);
}

static void desk_member_changed(struct server *server, struct present *present, bool soon) {
  connections_member_changed(((struct desk *)(void *)server)->connections, present, soon);
}

static void desk_tell_elsewhere(struct server *server, int64_t member, struct slice room,
                                const struct watch_counts *mark) {
  (void)server, (void)member, (void)room, (void)mark;
}

static void desk_club_log_grew(struct server *server, int64_t head) {
  (void)server, (void)head;
}

static void desk_make_rooms(struct desk *desk) {
  struct services *services = &desk->house->services;
  struct rooms_setup setup = {.clock = &services->clock,
                              .randomness = &services->randomness,
                              .instance = services->instance,
                              .wheel = services->wheel,
                              .store = &services->store,
                              .bus = &services->bus,
                              .metrics = services->metrics,
                              .epoch = services->epoch,
                              .secret = services->secret,
                              .owner = desk,
                              .wants = desk_wants,
                              .noticed = desk_noticed,
                              .writing = desk_writing,
                              .watcher_of = desk_watcher_of};
  presents_destroy(services->presents);
  rooms_destroy(services->rooms);
  services->rooms = rooms_create(&setup);
  services->presents = presents_create(&services->bus, services->rooms);
  assert_non_null(services->presents);
  desk->house->completions.rooms = services->rooms;
}

static size_t desk_outside(void *self) {
  return ((struct desk *)self)->outside;
}

int desk_open(void **state) {
  struct desk *desk = calloc(1, sizeof *desk);
  desk->house = house_open();
  struct services *services = &desk->house->services;
  desk_make_rooms(desk);
  services->server = (struct server *)(void *)desk;
  services->member_changed = desk_member_changed;
  services->club_log_grew = desk_club_log_grew;
  services->tell_elsewhere = desk_tell_elsewhere;
  struct connections_setup setup = {
      .services = services,
      .transport = {desk, desk_write, desk_ping, desk_waiting, desk_read, desk_end, desk_kill, desk_outside},
      .club_seen = &desk->club_seen,
      .limit = DESK_PEERS - 2};
  desk->connections = connections_create(&setup);
  assert_non_null(desk->connections);
  desk->house->completions.connections = desk->connections;
  *state = desk;
  return 0;
}

int desk_close(void **state) {
  struct desk *desk = *state;
  for (size_t i = 0; i < desk->peer_count; i++) {
    peer_cut(desk->peers[i]);
    free(desk->peers[i]);
  }
  (void)!connections_flush(desk->connections);
  assert_int_equal(connections_count(desk->connections), 0);
  while (desk->house->job_count > 0) desk_finish(desk, desk->house->jobs[0], STORE_UNAVAILABLE);
  assert_int_equal(connections_in_flight(desk->connections), 0);
  connections_destroy(desk->connections);
  house_close(desk->house);
  free(desk);
  return 0;
}

/* ---- time ---- */

bool desk_turn(struct desk *desk) {
  wheel_advance(desk->house->services.wheel, desk->house->now_ms);
  rooms_wake(desk->house->services.rooms, &desk->house->completions);
  connections_run(desk->connections);
  rooms_fan_out(desk->house->services.rooms);
  return connections_flush(desk->connections);
}

int desk_settle(struct desk *desk) {
  int turns = 1;
  while (desk_turn(desk)) assert_in_range(++turns, 1, 200);
  return turns;
}

void desk_pass(struct desk *desk, int64_t ms) {
  desk->house->now_ms += ms;
  desk_settle(desk);
}

/* ---- the store ---- */

int desk_jobs(const struct desk *desk, enum store_kind kind) {
  int count = 0;
  for (size_t i = 0; i < desk->house->job_count; i++) count += desk->house->jobs[i]->kind == kind;
  return count;
}

struct store_job *desk_job(struct desk *desk, enum store_kind kind) {
  for (size_t i = 0; i < desk->house->job_count; i++)
    if (desk->house->jobs[i]->kind == kind) return desk->house->jobs[i];
  fail_msg("no job of kind %d", kind);
  return NULL;
}

void desk_finish(struct desk *desk, struct store_job *job, enum store_outcome outcome) {
  struct house *house = desk->house;
  size_t at = 0;
  while (house->jobs[at] != job) assert_in_range(++at, 0, house->job_count - 1);
  memmove(&house->jobs[at], &house->jobs[at + 1], (--house->job_count - at) * sizeof(struct store_job *));
  job->outcome = outcome;
  job->done(&house->completions, job);
}

void desk_refuse(struct desk *desk, struct store_job *job, enum reason reason) {
  job->reason = reason;
  desk_finish(desk, job, STORE_REFUSED);
}

static struct entry desk_entry(const char *room, int64_t seq, struct slice text) {
  return (struct entry){.room = slice_of(room),
                        .seq = seq,
                        .at = 1767225600000,
                        .type = ENTRY_MESSAGE,
                        .from = {5, 5, SLICE_LITERAL("王芳"), SLICE_LITERAL("cn"), SLICE_LITERAL("")},
                        .text = text,
                        .client_id = SLICE_LITERAL("c")};
}

void desk_post(struct desk *desk, const char *room, int64_t seq) {
  struct entry entry = desk_entry(room, seq, SLICE_LITERAL(TEXT_ZH));
  rooms_append(desk->house->services.rooms, &entry, true);
}

void desk_post_text(struct desk *desk, const char *room, int64_t seq, size_t size) {
  char *text = malloc(size);
  memset(text, 'a', size);
  struct entry entry = desk_entry(room, seq, (struct slice){text, size});
  rooms_append(desk->house->services.rooms, &entry, true);
  free(text);
}

void desk_page(struct desk *desk, enum store_kind kind, int64_t first, int64_t as_of, bool more, size_t text) {
  struct store_job *job = desk_job(desk, kind);
  struct store_page *page = &job->page;
  char *bytes = arena_alloc(job->arena, text + 1);
  memset(bytes, 'a', text);
  page->count = (size_t)(as_of - first + 1);
  page->entries = arena_alloc(job->arena, (page->count + 1) * sizeof *page->entries);
  for (size_t i = 0; i < page->count; i++)
    page->entries[i] = desk_entry("kz", first + (int64_t)i, (struct slice){bytes, text});
  page->as_of = as_of;
  page->more = more;
  page->record = (struct room_record){.room = page->room, .kind = ROOM_COUNTRY, .head = as_of, .read = as_of};
  desk_finish(desk, job, STORE_DONE);
}

void desk_posted(struct desk *desk, int64_t seq) {
  struct store_job *job = desk_job(desk, STORE_POST);
  job->post.seq = seq;
  job->post.at = 1767225600000;
  desk_finish(desk, job, STORE_DONE);
}

/* ---- peers ---- */

struct peer *peer_open(struct desk *desk) {
  struct address address = {{0}};
  struct peer *peer = calloc(1, sizeof *peer);
  assert_in_range(desk->peer_count, 0, DESK_PEERS - 1);
  desk->peers[desk->peer_count++] = peer;
  peer->desk = desk;
  peer->link = (struct link){.peer = peer, .reading = true};
  peer->retry_ms = -1;
  peer->connection = connection_open(desk->connections, &peer->link,
                                     SLICE_LITERAL("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq"), &address);
  assert_non_null(peer->connection);
  return peer;
}

void desk_welcome(struct desk *desk, int64_t member, const struct room_record *rooms, size_t count) {
  struct store_job *job = desk_job(desk, STORE_SESSION_FIND);
  char login[16];
  snprintf(login, sizeof login, "m%lld", (long long)member);
  job->session.session = member * 10 + 1;
  job->session.used_at = desk->house->now_ms;
  job->session.club_head = desk->club_seen;
  job->session.record = house_record(member, login, "Айгуль Сериккызы", ROLE_MEMBER);
  job->session.rooms = arena_alloc(job->arena, (count + 1) * sizeof *rooms);
  for (size_t i = 0; i < count; i++) job->session.rooms[i] = rooms[i];
  job->session.room_count = count;
  desk_finish(desk, job, STORE_DONE);
}

struct peer *peer_enter(struct desk *desk, int64_t member) {
  struct peer *peer = peer_open(desk);
  desk_turn(desk);
  desk_welcome(desk, member, NULL, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "welcome");
  return peer;
}

void peer_cut(struct peer *peer) {
  if (!peer->connection) return;
  connection_closed(peer->connection);
  peer->connection = NULL;
}

void peer_wake(struct peer *peer) {
  peer->link.stalled = false;
  if (!peer->link.kept) return;
  peer->link.kept = false;
  connection_writable(peer->connection);
}

void peer_send(struct peer *peer, const char *frame) {
  connection_received(peer->connection, slice_of(frame), true, false, 0);
}

void peer_ask(struct peer *peer, int id, const char *method, const char *params) {
  char frame[8192];
  snprintf(frame, sizeof frame, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":%s}", id, method, params);
  peer_send(peer, frame);
}

const char *peer_said(struct peer *peer) {
  static char copy[sizeof peer->said];
  memcpy(copy, peer->said, sizeof copy);
  peer->said[0] = 0;
  return copy;
}

void desk_record(struct desk *desk, int64_t head) {
  struct store_job *job = desk_job(desk, STORE_ROOM_GET);
  job->room.record = (struct room_record){.room = job->room.room, .kind = ROOM_COUNTRY, .head = head, .read = head};
  desk_finish(desk, job, STORE_DONE);
}

void peer_join(struct peer *peer, const char *room, int64_t as_of) {
  char params[128];
  snprintf(params, sizeof params, "{\"room\":\"%s\"}", room);
  peer_ask(peer, 900, "room.join", params);
  desk_turn(peer->desk);
  if (desk_jobs(peer->desk, STORE_ROOM_JOIN) > 0)
    desk_page(peer->desk, STORE_ROOM_JOIN, as_of + 1, as_of, false, 0);
  else
    desk_record(peer->desk, as_of);
  desk_settle(peer->desk);
  peer->desk->house->now_ms += 1100; /* the count of who is there is told */
  desk_settle(peer->desk);
  peer_said(peer);
}
