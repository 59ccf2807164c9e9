/* A member as the protocol asks: joins with `after`, repeats what was not answered. */
#include <stdarg.h>
#include <stdlib.h>

#include "world_inside.h"

static const char *const client_texts[] = {"Здравствуйте, коллеги!", "我们在寻找合作伙伴。", "Who ships to Almaty?",
                                           "Договор подписан",       "下周见 \\\"好\\\"",    "ok"};

void client_cut(struct client *client) {
  if (!client->link) return;
  site_cut(&client->link->world->sites[client->site], client->link);
  client->link = NULL;
  client->welcome = client->listed = false;
  client->malformed = 0;
  memset(client->told, 0, sizeof client->told);
  while (client->out_count > 0) free(client->out[--client->out_count]);
  memset(client->asked, 0, sizeof client->asked);
  for (int r = 0; r < MODEL_ROOMS; r++)
    client->follows[r].joined = client->follows[r].asked = false, client->follows[r].written = 0;
  for (int i = 0; i < client->post_count; i++) client->posts[i].sent = false;
}

void client_connect(struct client *client, struct world *world, int index) {
  int site = (int)world_random(world, (uint32_t)world->servers);
  if (client->link || !world->sites[site].server || world->sites[site].stopped_until) return;
  struct link *link = calloc(1, sizeof *link);
  link->world = world;
  link->client = index;
  link->reading = true;
  char token[TOKEN_SIZE + 1];
  model_log_in(&world->model);
  client->session = world->model.session[client->member];
  model_token(token, client->member, client->session);
  struct address address = {{0}};
  client->link = link;
  client->site = site;
  link->connection = connection_open(server_connections(world->sites[site].server), link, slice_of(token), &address);
}

bool client_ask(struct client *client, char kind, int room, int post, const char *format, ...) {
  size_t at = 0;
  while (at < 64 && client->asked[at].id) at++;
  if (at == 64 || client->out_count == 64) return false;
  char frame[8192];
  int size = snprintf(frame, sizeof frame, "{\"jsonrpc\":\"2.0\",\"id\":%d,", ++client->next_id);
  va_list list;
  va_start(list, format);
  vsnprintf(frame + size, sizeof frame - (size_t)size, format, list);
  va_end(list);
  client->asked[at].id = client->next_id;
  client->asked[at].kind = kind;
  client->asked[at].room = room;
  client->asked[at].post = post;
  client->asked[at].sent = client->link->world->now;
  client->asked[at].written = client->follows[room].written;
  client->out[client->out_count++] = strdup(frame);
  return true;
}

bool client_is_current(const struct world *world, const struct client *client) {
  return strcmp(client->epoch, world->model.epoch) == 0;
}

/* The request that was made last. */
static struct asked *client_asked(struct client *client) {
  size_t at = 0;
  while (client->asked[at].id != client->next_id) at++;
  return &client->asked[at];
}

void client_deliver(struct client *client, struct world *world) {
  if (!client->link || client->link->dead || !client->link->reading || client->out_count == 0) return;
  if (world->sites[client->site].stopped_until) return;
  struct slice frame = slice_of(client->out[0]);
  if (frame.size == 1) client->malformed++;
  size_t first = world_random(world, (uint32_t)frame.size + 1);
  if (first > 0 && first < frame.size)
    connection_received(client->link->connection, (struct slice){frame.data, first}, false, false, frame.size - first);
  else
    first = 0;
  connection_received(client->link->connection, (struct slice){frame.data + first, frame.size - first}, true, false, 0);
  free(client->out[0]);
  memmove(client->out, client->out + 1, (size_t)--client->out_count * sizeof client->out[0]);
}

/* ---- what it does ---- */

const char *client_text(int number) {
  return client_texts[number % 6];
}

static void client_post(struct client *client, struct world *world, int room) {
  if (client->post_count == 128) return;
  int pad = world_random(world, world->wordy ? 2 : 8) == 0 ? 1 + (int)world_random(world, 3800) : 0;
  int mention = world_random(world, 6) == 0 ? 1 + (int)world_random(world, MODEL_MEMBERS) : 0;
  client->posts[client->post_count] =
      (struct own_post){.room = room, .number = client->post_count, .pad = pad, .mention = mention};
  client->post_count++;
}

static void client_send_post(struct client *client, struct world *world, int index, int at) {
  struct own_post *post = &client->posts[at];
  static const char letters[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  char pad[4096] = "", mention[8] = "";
  if (post->pad) pad[0] = '~';
  for (int size = 0; size < post->pad; size += 64)
    memcpy(pad + 1 + size, letters, (size_t)(post->pad - size < 64 ? post->pad - size : 64));
  if (post->mention) snprintf(mention, sizeof mention, "@m%d ", post->mention);
  post->sent = client_ask(
      client, 'p', post->room, at,
      "\"method\":\"message.post\",\"params\":{\"room\":\"%s\",\"client_id\":\"%d-%d\",\"text\":\"%s%s %d%s\"}}",
      world->model.rooms[post->room].id, index + 1, post->number, mention, client_text(post->number), post->number,
      pad);
}

static void client_join(struct client *client, struct world *world, int room) {
  struct follow *follow = &client->follows[room];
  const char *id = world->model.rooms[room].id;
  int64_t after = follow->cursor;
  /* Sometimes as a client would that lost the newest of what it had. */
  if (follow->known && world_random(world, 4) == 0) after -= world_random(world, (uint32_t)after + 1);
  follow->asked =
      follow->known
          ? client_ask(client, 'j', room, 0,
                       "\"method\":\"room.join\",\"params\":{\"room\":\"%s\",\"after\":%lld,\"limit\":%u}}", id,
                       (long long)after, 1 + world_random(world, 9))
          : client_ask(client, 'j', room, 0, "\"method\":\"room.join\",\"params\":{\"room\":\"%s\",\"limit\":5}}", id);
  follow->asked_known = follow->known;
  follow->asked_after = after;
  follow->was_joined = follow->joined;
  if (follow->asked) follow->joined = false; /* nothing is taken for granted until the answer */
}

void client_mark(struct client *client, struct world *world, int room, int64_t seq) {
  if (client_ask(client, 'r', room, 0, "\"method\":\"room.read\",\"params\":{\"room\":\"%s\",\"seq\":%lld}}",
                 world->model.rooms[room].id, (long long)seq))
    client_asked(client)->after = seq;
}

static void client_change(struct client *client, struct world *world, int room) {
  const char *id = world->model.rooms[room].id;
  long long target = 1 + world_random(world, (uint32_t)(world->model.rooms[room].head + 2));
  switch (world_random(world, 4)) {
    case 0:
      client_ask(client, 'c', room, 0,
                 "\"method\":\"message.edit\",\"params\":{\"room\":\"%s\",\"seq\":%lld,\"text\":\"исправлено %u\"}}",
                 id, target, world_random(world, 3));
      break;
    case 1:
      client_ask(client, 'c', room, 0, "\"method\":\"message.remove\",\"params\":{\"room\":\"%s\",\"seq\":%lld}}", id,
                 target);
      break;
    case 2:
      client_ask(client, 'c', room, 0,
                 "\"method\":\"message.react\",\"params\":{\"room\":\"%s\",\"seq\":%lld,\"emoji\":\"👍\",\"on\":%s}}",
                 id, target, world_random(world, 2) ? "true" : "false");
      break;
    default: client_mark(client, world, room, target);
  }
}

void client_history(struct client *client, struct world *world, int room) {
  const char *id = world->model.rooms[room].id;
  int64_t bound = world_random(world, (uint32_t)world->model.rooms[room].head + 2);
  uint32_t kind = world_random(world, 3);
  static const char *const bounds[] = {"", ",\"after\":%lld", ",\"before\":%lld"};
  char text[32];
  if (kind == 2 && bound == 0) bound = 1;
  snprintf(text, sizeof text, kind ? bounds[kind] : "%.0lld", kind ? (long long)bound : 0);
  if (!client_ask(client, 'h', room, 0, "\"method\":\"room.history\",\"params\":{\"room\":\"%s\",\"limit\":%u%s}}", id,
                  1 + world_random(world, 40), text))
    return;
  client_asked(client)->after = kind == 1 ? bound : -1;
  client_asked(client)->before = kind == 2 ? bound : -1;
}

static void client_open(struct client *client, struct world *world) {
  if (world_random(world, 2))
    client_ask(client, 'o', 0, 0, "\"method\":\"direct.open\",\"params\":{\"member\":\"m%d\"}}",
               1 + ((client->member - 1) ^ 1));
  else
    client_ask(client, 'o', 0, 0, "\"method\":\"room.open\",\"params\":{\"country\":\"kz\"%s}}",
               world_random(world, 2) ? ",\"sector\":\"fintech\"" : "");
}

/* Somebody who sends what is no request. */
static void client_babble(struct client *client) {
  if (client->out_count < 64) client->out[client->out_count++] = strdup("{");
}

void client_act(struct client *client, struct world *world, int index) {
  int room = (int)world_random(world, MODEL_ROOMS);
  if (!client->link || client->ended_at) {
    if (!client->ended_at) client_connect(client, world, index);
    return;
  }
  if (!client->welcome) return;
  bool mine = model_may_enter(&world->model.rooms[room], client->member);
  switch (world_random(world, client->member >= 4 ? 21 : 19)) {
    case 18:
    case 19:
    case 20: client_moderate(client, world, index); break;
    case 0: client->follows[room].wanted = mine && (index < 4 || room > 0); break;
    case 1:
    case 16:
    case 17:
      if (client->follows[room].joined) client_join(client, world, room);
      break;
    case 2: client_open(client, world); break;
    case 3:
      client_ask(client, 't', room, 0, "\"method\":\"room.typing\",\"params\":{\"room\":\"%s\"}}",
                 world->model.rooms[room].id);
      break;
    case 4:
    case 5:
    case 6:
    case 7: client_change(client, world, room); break;
    case 8:
    case 9: client_history(client, world, room); break;
    case 10: client_babble(client); break;
    default:
      if (mine) client_post(client, world, room);
  }
}

void client_tend(struct client *client, struct world *world, int index) {
  if (!client->link || client->link->dead || !client->welcome) return;
  bool asked = client->listed;
  for (int i = 0; i < 64; i++) asked |= client->asked[i].id && client->asked[i].kind == 'l';
  if (!asked) client_ask(client, 'l', 0, 0, "\"method\":\"room.list\",\"params\":{}}");
  for (int r = 0; r < MODEL_ROOMS; r++)
    if (client->follows[r].wanted && !client->follows[r].joined && !client->follows[r].asked)
      client_join(client, world, r);
  for (int i = 0; i < client->post_count; i++)
    if (!client->posts[i].sent && !client->posts[i].answered) client_send_post(client, world, index, i);
}
