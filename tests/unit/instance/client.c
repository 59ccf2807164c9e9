/* A member as the protocol asks: joins with `after`, repeats what was not answered, and looks at everything it is given. */
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

#include "world_inside.h"

static const char *const client_texts[] = {"Здравствуйте, коллеги!", "我们在寻找合作伙伴。", "Who ships to Almaty?",
                                           "Договор подписан", "下周见 \\\"好\\\"", "ok"};

void client_cut(struct client *client) {
  if (!client->link) return;
  connection_closed(client->connection);
  free(client->link->kept);
  free(client->link);
  client->link = NULL;
  client->connection = NULL;
  client->welcome = false;
  while (client->out_count > 0) free(client->out[--client->out_count]);
  memset(client->asked, 0, sizeof client->asked);
  for (int r = 0; r < MODEL_ROOMS; r++) client->follows[r].joined = client->follows[r].asked = false;
  for (int i = 0; i < client->post_count; i++) client->posts[i].sent = false;
}

void client_connect(struct client *client, struct world *world, int index) {
  int site = (int)world_random(world, (uint32_t)world->servers);
  if (client->link || !world->sites[site].server) return;
  struct link *link = calloc(1, sizeof *link);
  link->world = world;
  link->client = index;
  link->reading = true;
  char token[TOKEN_SIZE + 1];
  model_token(token, index + 1);
  struct address address = {{0}};
  client->link = link;
  client->site = site;
  client->connection = connection_open(server_connections(world->sites[site].server), link, slice_of(token), &address);
}

__attribute__((format(printf, 5, 6))) static bool client_ask(struct client *client, char kind, int room, int post,
                                                             const char *format, ...) {
  size_t at = 0;
  while (at < 64 && client->asked[at].id) at++;
  if (at == 64 || client->out_count == 64) return false;
  char frame[512];
  int size = snprintf(frame, sizeof frame, "{\"jsonrpc\":\"2.0\",\"id\":%d,", ++client->next_id);
  va_list list;
  va_start(list, format);
  vsnprintf(frame + size, sizeof frame - (size_t)size, format, list);
  va_end(list);
  client->asked[at].id = client->next_id;
  client->asked[at].kind = kind;
  client->asked[at].room = room;
  client->asked[at].post = post;
  client->out[client->out_count++] = strdup(frame);
  return true;
}

void client_deliver(struct client *client, struct world *world) {
  if (!client->link || client->link->dead || !client->link->reading || client->out_count == 0) return;
  struct slice frame = slice_of(client->out[0]);
  size_t first = world_random(world, (uint32_t)frame.size + 1);
  if (first > 0 && first < frame.size)
    connection_received(client->connection, (struct slice){frame.data, first}, false, false, frame.size - first);
  else
    first = 0;
  connection_received(client->connection, (struct slice){frame.data + first, frame.size - first}, true, false, 0);
  free(client->out[0]);
  memmove(client->out, client->out + 1, (size_t)--client->out_count * sizeof client->out[0]);
}

/* ---- what it does ---- */

static void client_post(struct client *client, struct world *world, int room) {
  if (client->post_count == 128) return;
  client->posts[client->post_count] = (struct own_post){.room = room, .number = client->post_count};
  client->post_count++;
  (void)world;
}

static void client_send_post(struct client *client, int index, int at) {
  struct own_post *post = &client->posts[at];
  post->sent = client_ask(client, 'p', post->room, at,
                          "\"method\":\"message.post\",\"params\":{\"room\":\"%s\",\"client_id\":\"%d-%d\",\"text\":\"%s %d\"}}",
                          post->room == 0 ? "kz" : post->room == 1 ? "fintech" : "kz.fintech", index + 1, post->number,
                          client_texts[post->number % 6], post->number);
}

static void client_join(struct client *client, struct world *world, int room) {
  struct follow *follow = &client->follows[room];
  const char *id = world->model.rooms[room].id;
  follow->asked = follow->known
                      ? client_ask(client, 'j', room, 0,
                                   "\"method\":\"room.join\",\"params\":{\"room\":\"%s\",\"after\":%lld,\"limit\":5}}", id,
                                   (long long)follow->cursor)
                      : client_ask(client, 'j', room, 0, "\"method\":\"room.join\",\"params\":{\"room\":\"%s\",\"limit\":5}}", id);
  follow->asked_known = follow->known;
  follow->asked_after = follow->cursor;
  follow->was_joined = follow->joined;
  if (follow->asked) follow->joined = false; /* nothing is taken for granted until the answer */
}

static void client_change(struct client *client, struct world *world, int room) {
  const char *id = world->model.rooms[room].id;
  long long target = 1 + world_random(world, (uint32_t)(world->model.rooms[room].head + 2));
  switch (world_random(world, 4)) {
  case 0:
    client_ask(client, 'c', room, 0, "\"method\":\"message.edit\",\"params\":{\"room\":\"%s\",\"seq\":%lld,\"text\":\"исправлено %u\"}}",
               id, target, world_random(world, 3));
    break;
  case 1:
    client_ask(client, 'c', room, 0, "\"method\":\"message.remove\",\"params\":{\"room\":\"%s\",\"seq\":%lld}}", id, target);
    break;
  case 2:
    client_ask(client, 'c', room, 0,
               "\"method\":\"message.react\",\"params\":{\"room\":\"%s\",\"seq\":%lld,\"emoji\":\"👍\",\"on\":%s}}", id, target,
               world_random(world, 2) ? "true" : "false");
    break;
  default:
    client_ask(client, 'r', room, 0, "\"method\":\"room.read\",\"params\":{\"room\":\"%s\",\"seq\":%lld}}", id, target);
  }
}

void client_act(struct client *client, struct world *world, int index) {
  int room = (int)world_random(world, MODEL_ROOMS);
  if (!client->link || client->ended_at) {
    if (!client->ended_at) client_connect(client, world, index);
    return;
  }
  if (!client->welcome) return;
  switch (world_random(world, 12)) {
  case 0: client->follows[room].wanted = true; break;
  case 1:
    if (client->follows[room].joined) client_join(client, world, room);
    break;
  case 2:
    client_ask(client, 'o', room, 0, "\"method\":\"room.open\",\"params\":{\"country\":\"kz\"%s}}",
               world_random(world, 2) ? ",\"sector\":\"fintech\"" : "");
    break;
  case 3: client_ask(client, 't', room, 0, "\"method\":\"room.typing\",\"params\":{\"room\":\"%s\"}}", world->model.rooms[room].id); break;
  case 4:
  case 5:
  case 6: client_change(client, world, room); break;
  default: client_post(client, world, room);
  }
}

void client_tend(struct client *client, struct world *world, int index) {
  if (!client->link || client->link->dead || !client->welcome) return;
  for (int r = 0; r < MODEL_ROOMS; r++)
    if (client->follows[r].wanted && !client->follows[r].joined && !client->follows[r].asked) client_join(client, world, r);
  for (int i = 0; i < client->post_count; i++)
    if (!client->posts[i].sent && !client->posts[i].answered) client_send_post(client, index, i);
}

/* ---- what it is told ---- */

/* `as_of` 0: a notification, which shows the entry as it was sent; else an answer, as it stands then. */
static void client_look(struct world *world, int index, int room, json_t *entry, int64_t as_of) {
  struct model_room *log = &world->model.rooms[room];
  int64_t seq = json_integer_value(json_object_get(entry, "seq"));
  if (seq < 1 || seq > log->head) {
    world_fail(world, index, "an entry that the store has not", seq);
    return;
  }
  const struct model_entry *real = &log->entries[seq - 1];
  const char *text = json_string_value(json_object_get(entry, "text"));
  static const char *const types[] = {"", "message", "edit", "remove", "react"};
  if (strcmp(json_string_value(json_object_get(entry, "type")), types[real->type]) != 0)
    world_fail(world, index, "another type", seq);
  if (real->type != ENTRY_MESSAGE && json_integer_value(json_object_get(entry, "target")) != real->target)
    world_fail(world, index, "another target", seq);
  if (real->type == ENTRY_MESSAGE && as_of > 0) {
    const char *expected = model_text(log, seq, as_of);
    if ((expected == NULL) != (text == NULL) || (text && strcmp(text, expected) != 0))
      world_fail(world, index, "another text in an answer", seq);
  } else if (real->type <= ENTRY_EDIT && text && strcmp(text, real->text) != 0) {
    world_fail(world, index, "another text", seq);
  }
  struct client *client = &world->clients[index];
  if (client->ended_at && as_of == 0 && real->at > client->ended_at + 2500)
    world_fail(world, index, "delivered after the logout", seq);
}

static void client_joined(struct world *world, int index, int room, json_t *result) {
  struct follow *follow = &world->clients[index].follows[room];
  json_t *entries = json_object_get(result, "entries");
  int64_t as_of = json_integer_value(json_object_get(result, "as_of"));
  size_t i;
  json_t *entry;
  int64_t last = follow->asked_after;
  json_array_foreach(entries, i, entry) {
    int64_t seq = json_integer_value(json_object_get(entry, "seq"));
    if ((follow->asked_known || i > 0) && seq != last + 1) world_fail(world, index, "a hole in a join's answer", seq);
    client_look(world, index, room, entry, as_of);
    last = seq;
  }
  bool more = json_is_true(json_object_get(result, "more"));
  if (!more && (json_array_size(entries) > 0 || follow->asked_known) && last != as_of)
    world_fail(world, index, "a join's answer ends before as_of", last);
  if (!more && follow->known && as_of < follow->cursor)
    world_fail(world, index, "a join's answer is older than what was given before", as_of);
  follow->cursor = more ? last : as_of;
  follow->known = true;
  follow->joined = !more;
}

static void client_posted(struct world *world, int index, int at, json_t *result) {
  struct client *client = &world->clients[index];
  struct own_post *post = &client->posts[at];
  int64_t seq = json_integer_value(json_object_get(result, "seq"));
  bool duplicate = json_is_true(json_object_get(result, "duplicate"));
  if (post->answered && post->seq != seq) world_fail(world, index, "answered with another seq", seq);
  const struct follow *follow = &client->follows[post->room];
  if (!duplicate && follow->joined && follow->cursor >= seq)
    world_fail(world, index, "the entry came before its author's answer", seq);
  post->answered = true;
  post->seq = seq;
}

static void client_answer(struct world *world, int index, json_t *message) {
  struct client *client = &world->clients[index];
  int id = (int)json_integer_value(json_object_get(message, "id"));
  json_t *result = json_object_get(message, "result");
  for (size_t i = 0; i < 64; i++) {
    if (client->asked[i].id != id || id == 0) continue;
    int room = client->asked[i].room, post = client->asked[i].post;
    char kind = client->asked[i].kind;
    client->asked[i].id = 0;
    if (kind == 'j') {
      client->follows[room].asked = false;
      client->follows[room].joined = !result && client->follows[room].was_joined;
    }
    if (kind == 'p') client->posts[post].sent = false;
    if (kind == 'j' && result) client_joined(world, index, room, result);
    if (kind == 'p' && result) client_posted(world, index, post, result);
    const char *reason = json_string_value(json_object_get(json_object_get(json_object_get(message, "error"), "data"), "reason"));
    if (reason && kind == 'j' && strcmp(reason, "unavailable") != 0) world_fail(world, index, reason, room);
    if (reason && kind == 'p' && strcmp(reason, "unavailable") != 0) world_fail(world, index, reason, room);
    return;
  }
  world_fail(world, index, "an answer to nothing", id);
}

static void client_entry(struct world *world, int index, json_t *entry) {
  struct client *client = &world->clients[index];
  struct model_room *log = model_room(&world->model, slice_of(json_string_value(json_object_get(entry, "room"))));
  int room = (int)(log - world->model.rooms);
  struct follow *follow = &client->follows[room];
  int64_t seq = json_integer_value(json_object_get(entry, "seq"));
  client_look(world, index, room, entry, 0);
  if (follow->asked) { /* a new join is under way: what comes until it is taken up belongs to the old subscription */
    if (seq > follow->cursor + 1) world_fail(world, index, "a hole", seq);
    if (seq == follow->cursor + 1) follow->cursor = seq;
    return;
  }
  if (!follow->joined) world_fail(world, index, "an entry without a subscription", seq);
  if (seq != follow->cursor + 1) world_fail(world, index, seq <= follow->cursor ? "twice" : "a hole", seq);
  follow->cursor = seq;
}

static void client_message(struct world *world, int index, json_t *message) {
  const char *method = json_string_value(json_object_get(message, "method"));
  if (!method)
    client_answer(world, index, message);
  else if (strcmp(method, "entry") == 0)
    client_entry(world, index, json_object_get(message, "params"));
  else if (strcmp(method, "welcome") == 0)
    world->clients[index].welcome = true;
}

void client_frame(struct world *world, int index, const char *frame, size_t size) {
  json_t *root = json_loadb(frame, size, JSON_REJECT_DUPLICATES, NULL);
  if (!root) {
    world_fail(world, index, "a frame that is no JSON", (int64_t)size);
    return;
  }
  size_t i;
  json_t *message;
  if (json_is_array(root)) {
    json_array_foreach(root, i, message) client_message(world, index, message);
  } else {
    client_message(world, index, root);
  }
  json_decref(root);
}
