/* What a client is told is held against the store's model. */
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "world_inside.h"

static int64_t number_of(json_t *object, const char *key) {
  return json_integer_value(json_object_get(object, key));
}

static const char *text_of(json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

static void client_fail(struct world *world, int index, const char *what, int64_t number) {
  if (client_is_current(world, &world->clients[index])) world_fail(world, index, what, number);
}

static int client_room(struct world *world, int index, json_t *object, const char *key) {
  struct model_room *room = model_room(&world->model, slice_of(text_of(object, key)));
  if (room) return (int)(room - world->model.rooms);
  world_fail(world, index, "a room that is none", 0);
  return 0;
}

/* ---- entries ---- */

static void client_look_text(struct world *world, int index, const struct model_room *log, json_t *entry,
                             int64_t as_of) {
  int64_t seq = number_of(entry, "seq");
  json_t *value = json_object_get(entry, "text");
  struct slice text = {json_string_value(value), json_string_length(value)};
  const struct model_entry *real = &log->entries[seq - 1], *expected = real;
  if (real->type == ENTRY_MESSAGE && as_of > 0) expected = model_text(log, seq, as_of);
  if (real->type == ENTRY_MESSAGE && as_of > 0 && (expected == NULL) != (text.data == NULL))
    client_fail(world, index, "a text in an answer that is not as it stands", seq);
  else if (real->type <= ENTRY_EDIT && text.data && (!expected || !model_is_text(expected, text)))
    client_fail(world, index, "another text", seq);
  else if (real->type == ENTRY_MESSAGE && as_of == 0 && !text.data && !real->removed_by)
    client_fail(world, index, "no text", seq);
}

/* With one emoji in the world there is one count. */
static void client_look_reactions(struct world *world, int index, const struct model_room *log, json_t *entry,
                                  int64_t as_of) {
  json_t *reactions = json_object_get(entry, "reactions"), *reaction = json_array_get(reactions, 0);
  int64_t seq = number_of(entry, "seq");
  bool mine;
  int64_t count = model_reactions(log, seq, as_of, world->clients[index].member, &mine, NULL);
  if (number_of(reaction, "count") != count || json_array_size(reactions) != (count > 0))
    client_fail(world, index, "another count of reactions", seq);
  else if (json_is_true(json_object_get(reaction, "mine")) != mine)
    client_fail(world, index, "somebody else's reaction", seq);
}

/* What moderators set, as the log or an answer shows it as of `head`. */
static void client_set(struct told *told, json_t *settings, int64_t head) {
  if (head < told->settings_head) return;
  told->settings_head = head;
  if (json_object_get(settings, "locked")) told->locked = json_is_true(json_object_get(settings, "locked"));
  if (json_object_get(settings, "slow")) told->slow = number_of(settings, "slow");
}

/* `as_of` 0: a notification, which shows the entry as it was sent; else an answer, as it stands then. */
static void client_look(struct world *world, int index, int room, json_t *entry, int64_t as_of) {
  const struct client *client = &world->clients[index];
  struct model_room *log = &world->model.rooms[room];
  int64_t seq = number_of(entry, "seq");
  static const char *const types[] = {"", "message", "edit", "remove", "react", "room", "moderation"};
  if (!client_is_current(world, client)) return;
  if (seq < 1 || seq > log->head) {
    world_fail(world, index, "an entry that the store has not", seq);
    return;
  }
  const struct model_entry *real = &log->entries[seq - 1];
  if (strcmp(text_of(entry, "type"), types[real->type]) != 0) world_fail(world, index, "another type", seq);
  if (real->type != ENTRY_MESSAGE && number_of(entry, "target") != real->target)
    world_fail(world, index, "another target", seq);
  if (!model_may_enter(log, client->member)) world_fail(world, index, "an entry of others' talk", seq);
  client_look_text(world, index, log, entry, as_of);
  if (real->type == ENTRY_MESSAGE && as_of > 0) client_look_reactions(world, index, log, entry, as_of);
  if (client->ended_at && as_of == 0 && !world->late && real->at > client->ended_at + 2500)
    world_fail(world, index, "delivered after the logout", seq);
  int64_t out = model_out_since(&world->model, room, client->member);
  if (out && as_of == 0 && !world->late && real->at > out + 2500)
    world_fail(world, index, "delivered to one who is kept out", seq);
  if (real->type == ENTRY_ROOM && client->follows[room].joined)
    client_set(&world->clients[index].told[room], entry, seq);
  if (real->type == ENTRY_MODERATION && strcmp(text_of(entry, "action"), real->action) != 0)
    world_fail(world, index, "another act", seq);
  /* A removal on the same instance is known at once; on another one when the store was asked, which is slow here. Time in
   * which everything was stopped does not count. */
  int64_t patience = world->servers == 1 ? 2500 : 10000;
  int64_t since = real->removed_by ? log->entries[real->removed_by - 1].at : 0;
  if (since < world->thawed_at) since = world->thawed_at;
  if (!world->late && real->removed_by && json_object_get(entry, "text") && world->now - since > patience)
    world_fail(world, index, "a text that was removed", seq);
}

/* ---- the list ---- */

static void client_told_head(struct told *told, int64_t head, int64_t unread, int64_t mentions) {
  if (head < told->head) return; /* older than what was told already */
  told->head = head;
  told->unread = unread;
  told->mentions = mentions;
}

static void client_told_read(struct told *told, int64_t read) {
  if (read > told->read) told->read = read;
}

static int64_t time_of(const char *text) {
  struct tm tm = {0};
  int ms = 0;
  if (sscanf(text, "%d-%d-%dT%d:%d:%d.%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
             &ms) != 7)
    return 0;
  tm.tm_year -= 1900;
  tm.tm_mon--;
  return timegm(&tm) * INT64_C(1000) + ms;
}

/* What the member may there: as of when it was written, whatever was read before. */
static void client_told_rights(struct told *told, json_t *room) {
  json_t *muted = json_object_get(room, "muted");
  told->moderates = strcmp(text_of(room, "role"), "moderator") == 0;
  told->muted = muted != NULL;
  told->muted_until = time_of(text_of(muted, "until"));
  client_set(told, room, number_of(room, "head"));
}

static int client_told_room(struct world *world, int index, json_t *room) {
  int at = client_room(world, index, room, "room");
  struct told *told = &world->clients[index].told[at];
  told->listed = true;
  /* With an older mark it is an answer that a later one overtook: its counts are of no use. */
  bool overtaken = number_of(room, "read") < told->read;
  client_told_head(told, number_of(room, "head"), overtaken ? -1 : number_of(room, "unread"),
                   number_of(room, "mentions"));
  client_told_read(told, number_of(room, "read"));
  client_told_rights(told, room);
  return at;
}

static void client_heads(struct world *world, int index, json_t *rooms) {
  const char *id;
  json_t *one;
  json_object_foreach(rooms, id, one) {
    struct model_room *room = model_room(&world->model, slice_of(id));
    int at = (int)(room - world->model.rooms);
    struct told *told = &world->clients[index].told[at];
    if (number_of(one, "head") > room->head)
      client_fail(world, index, "a head that the store has not", number_of(one, "head"));
    if (!room->listing[world->clients[index].member].listed && !room->ever_excluded[world->clients[index].member])
      client_fail(world, index, "heads of a room not on the list", at);
    told->listed = true;
    client_told_head(told, number_of(one, "head"), number_of(one, "unread"), number_of(one, "mentions"));
  }
}

static void client_listed(struct world *world, int index, json_t *result) {
  size_t i;
  json_t *room;
  json_array_foreach(json_object_get(result, "rooms"), i, room) client_told_room(world, index, room);
  world->clients[index].listed = true;
}

/* ---- answers ---- */

/* Page and counts are of one state of the log. */
static void client_look_counts(struct world *world, int index, int room, json_t *face, int64_t as_of) {
  const struct model_room *log = &world->model.rooms[room];
  int64_t member = world->clients[index].member;
  if (number_of(face, "head") != as_of) client_fail(world, index, "a join's answer of two states", as_of);
  if (as_of != log->head || !log->listing[member].listed || number_of(face, "read") != log->listing[member].read)
    return;
  if (number_of(face, "unread") != model_unread(log, member))
    client_fail(world, index, "another count of unread in a join's answer", number_of(face, "unread"));
  if (number_of(face, "mentions") != model_mentions(log, member))
    client_fail(world, index, "another count of mentions in a join's answer", number_of(face, "mentions"));
}

static void client_joined(struct world *world, int index, int room, json_t *result) {
  struct follow *follow = &world->clients[index].follows[room];
  json_t *entries = json_object_get(result, "entries");
  int64_t as_of = number_of(result, "as_of");
  size_t i;
  json_t *entry;
  int64_t last = follow->asked_after;
  json_array_foreach(entries, i, entry) {
    int64_t seq = number_of(entry, "seq");
    if ((follow->asked_known || i > 0) && seq != last + 1) client_fail(world, index, "a hole in a join's answer", seq);
    client_look(world, index, room, entry, as_of);
    last = seq;
  }
  bool more = json_is_true(json_object_get(result, "more"));
  if (!more && (json_array_size(entries) > 0 || follow->asked_known) && last != as_of)
    client_fail(world, index, "a join's answer ends before as_of", last);
  if (!more && follow->known && as_of < follow->cursor)
    client_fail(world, index, "a join's answer is older than what was given before", as_of);
  follow->cursor = more ? last : as_of;
  follow->known = true;
  follow->joined = !more;
  client_look_counts(world, index, room, json_object_get(result, "room"), as_of);
  world->clients[index].told[room].online = number_of(json_object_get(result, "room"), "online");
  client_told_rights(&world->clients[index].told[room], json_object_get(result, "room"));
  client_told_read(&world->clients[index].told[room], number_of(json_object_get(result, "room"), "read"));
}

static void client_history_came(struct world *world, int index, const struct asked *asked, json_t *result) {
  json_t *entries = json_object_get(result, "entries");
  int64_t as_of = number_of(result, "as_of"), last = 0;
  size_t i, count = json_array_size(entries);
  bool more = json_is_true(json_object_get(result, "more"));
  json_t *entry;
  json_array_foreach(entries, i, entry) {
    int64_t seq = number_of(entry, "seq");
    if (i > 0 && seq != last + 1) client_fail(world, index, "a hole in a history", seq);
    if (i == 0 && asked->after >= 0 && seq != asked->after + 1)
      client_fail(world, index, "a history begins elsewhere", seq);
    client_look(world, index, asked->room, entry, as_of);
    last = seq;
  }
  int64_t first = last - (int64_t)count + 1;
  if (asked->before > 0 && count > 0 && last != (asked->before <= as_of ? asked->before - 1 : as_of))
    client_fail(world, index, "a history ends elsewhere", last);
  if (asked->after < 0 && count > 0 && more != (first > 1)) client_fail(world, index, "more of a history back", first);
  if (asked->after >= 0 && more != ((count ? last : asked->after) < as_of))
    client_fail(world, index, "more of a history on", last);
}

/* Whoever was answered sees it in what is asked for after that on the same connection. */
static void client_wrote(struct world *world, int index, int room, int64_t seq) {
  struct client *client = &world->clients[index];
  if (client_is_current(world, client) && seq > client->follows[room].written) client->follows[room].written = seq;
  if (world_random(world, 3) == 0) client_history(client, world, room);
}

static void client_look_written(struct world *world, int index, const struct asked *asked, json_t *result) {
  if (number_of(result, "as_of") < asked->written && world->now - world->epoch_at > 10000)
    client_fail(world, index, "an answer without what was written before", asked->written);
}

static void client_posted(struct world *world, int index, int at, int64_t sent, json_t *result) {
  struct client *client = &world->clients[index];
  struct own_post *post = &client->posts[at];
  int64_t seq = number_of(result, "seq");
  bool duplicate = json_is_true(json_object_get(result, "duplicate"));
  if (post->answered && !post->doubtful && post->seq != seq)
    client_fail(world, index, "answered with another seq", seq);
  const struct follow *follow = &client->follows[post->room];
  if (!duplicate && follow->joined && follow->cursor >= seq)
    client_fail(world, index, "the entry came before its author's answer", seq);
  if (!duplicate) acts_look_post(world, index, post->room, sent);
  post->answered = true;
  post->seq = seq;
  client_wrote(world, index, post->room, seq);
  post->doubtful = !client_is_current(world, client) || world->now - world->epoch_at < 10000;
}

static void client_result(struct world *world, int index, const struct asked *asked, json_t *result) {
  struct client *client = &world->clients[index];
  if (strchr("jh", asked->kind)) client_look_written(world, index, asked, result);
  switch (asked->kind) {
    case 'j': client_joined(world, index, asked->room, result); break;
    case 'p': client_posted(world, index, asked->post, asked->sent, result); break;
    case 'a': acts_answered(world, index, asked, number_of(result, "removed") + number_of(result, "members")); break;
    case 'c': client_wrote(world, index, asked->room, number_of(result, "seq")); break;
    case 'h': client_history_came(world, index, asked, result); break;
    case 'l': client_listed(world, index, result); break;
    case 'o': client_told_room(world, index, json_object_get(result, "room")); break;
    case 'r':
      if (!world->model.rooms[asked->room].listing[client->member].listed) break; /* it had no effect */
      client_told_read(&client->told[asked->room], asked->after);
      client->told[asked->room].unread = -1; /* its own mark is no news to it: it counts by itself */
      break;
    case 't':
      if (!client->follows[asked->room].joined && !client->follows[asked->room].asked)
        client_fail(world, index, "typed without a subscription", asked->room);
      break;
    default: break;
  }
}

/* Was there ever a reason to say so? */
static bool client_may_hear(const struct world *world, const struct client *client, int at, char kind,
                            const char *reason) {
  const struct model *model = &world->model;
  int member = client->member;
  bool out = model_ever_out(model, at, member), write = kind == 'p';
  if (strcmp(reason, "not_found") == 0)
    return !model_may_enter(&model->rooms[at], member) || (out && at == MODEL_PRIVATE);
  if (strcmp(reason, "banned") == 0 || strcmp(reason, "forbidden") == 0) return out;
  if (strcmp(reason, "muted") == 0)
    return write && (model->ever[at][SANCTION_MUTE][member] || model->ever[MODEL_CLUB][SANCTION_MUTE][member]);
  if (strcmp(reason, "locked") == 0) return write && model->rooms[at].ever_locked;
  return strcmp(reason, "slow_mode") == 0 && write && model->rooms[at].ever_slow;
}

static void client_refused(struct world *world, int index, const struct asked *asked, json_t *error) {
  const char *reason = text_of(json_object_get(error, "data"), "reason");
  if (asked->kind == 'a') acts_refused(world, index, asked, reason);
  if (!strchr("jph", asked->kind) || strcmp(reason, "unavailable") == 0) return;
  if (client_may_hear(world, &world->clients[index], asked->room, asked->kind, reason)) return;
  if (asked->kind == 'h' && strcmp(reason, "conflict") == 0 && asked->after > 0) return; /* it asked beyond the head */
  if (asked->kind == 'j' && strcmp(reason, "conflict") == 0 && world->now - world->epoch_at < 100000) {
    world->clients[index].follows[asked->room].known = false; /* another history: afresh */
    return;
  }
  client_fail(world, index, reason[0] ? reason : "refused for its form", asked->room);
}

static void client_answer(struct world *world, int index, json_t *message) {
  struct client *client = &world->clients[index];
  int id = (int)number_of(message, "id");
  json_t *result = json_object_get(message, "result");
  if (json_is_null(json_object_get(message, "id"))) {
    if (client->malformed-- == 0) world_fail(world, index, "an answer to what was not sent", 0);
    return;
  }
  for (size_t i = 0; i < 64; i++) {
    if (client->asked[i].id != id || id == 0) continue;
    struct asked asked = client->asked[i];
    client->asked[i].id = 0;
    if (asked.kind == 'j') {
      client->follows[asked.room].asked = false;
      client->follows[asked.room].joined = !result && client->follows[asked.room].was_joined;
    }
    if (asked.kind == 'p') client->posts[asked.post].sent = false;
    if (result)
      client_result(world, index, &asked, result);
    else
      client_refused(world, index, &asked, json_object_get(message, "error"));
    return;
  }
  world_fail(world, index, "an answer to nothing", id);
}

/* ---- notifications ---- */

static void client_entry(struct world *world, int index, json_t *entry) {
  struct client *client = &world->clients[index];
  int room = client_room(world, index, entry, "room");
  struct follow *follow = &client->follows[room];
  int64_t seq = number_of(entry, "seq");
  client_look(world, index, room, entry, 0);
  if (follow->asked) { /* a new join is under way: what comes until it is taken up belongs to the old subscription */
    if (!follow->was_joined) client_fail(world, index, "an entry before the join's answer", seq);
    if (seq > follow->cursor + 1) client_fail(world, index, "a hole", seq);
    if (seq == follow->cursor + 1) follow->cursor = seq;
    return;
  }
  if (!follow->joined) client_fail(world, index, "an entry without a subscription", seq);
  if (seq != follow->cursor + 1) client_fail(world, index, seq <= follow->cursor ? "twice" : "a hole", seq);
  follow->cursor = seq;
}

static void client_welcomed(struct world *world, int index, json_t *welcome) {
  struct client *client = &world->clients[index];
  if (client->welcome) world_fail(world, index, "welcome twice", 0);
  client->welcome = true;
  client->welcomed_at = world->now;
  acts_welcomed(world, index);
  if (strcmp(client->epoch, text_of(welcome, "epoch")) == 0) return;
  snprintf(client->epoch, sizeof client->epoch, "%s", text_of(welcome, "epoch"));
  for (int r = 0; r < MODEL_ROOMS; r++) { /* what was kept is of another history */
    client->follows[r].known = false;
    client->follows[r].cursor = 0;
  }
  for (int i = 0; i < client->post_count; i++) client->posts[i].doubtful = true;
}

static void client_typing(struct world *world, int index, json_t *params) {
  const struct client *client = &world->clients[index];
  int room = client_room(world, index, params, "room");
  char own[16];
  snprintf(own, sizeof own, "m%d", client->member);
  if (strcmp(text_of(json_object_get(params, "from"), "id"), own) == 0)
    world_fail(world, index, "told of its own typing", room);
  if (!client->follows[room].joined && !client->follows[room].asked)
    client_fail(world, index, "typing without a subscription", room);
}

/* Off the list, too. A join that is under way finds no old place any more. */
static void client_left(struct world *world, int index, json_t *params) {
  struct client *client = &world->clients[index];
  int room = client_room(world, index, params, "room");
  if (!model_ever_out(&world->model, room, client->member)) client_fail(world, index, "left for nothing", room);
  client->follows[room].joined = client->follows[room].was_joined = false;
  client->told[room].listed = false;
}

static void client_message(struct world *world, int index, json_t *message) {
  struct client *client = &world->clients[index];
  const char *method = json_string_value(json_object_get(message, "method"));
  json_t *params = json_object_get(message, "params");
  if (!client->welcome && (!method || (strcmp(method, "welcome") != 0 && strcmp(method, "closing") != 0)))
    world_fail(world, index, "something before welcome", 0);
  if (!method)
    client_answer(world, index, message);
  else if (strcmp(method, "entry") == 0)
    client_entry(world, index, params);
  else if (strcmp(method, "welcome") == 0)
    client_welcomed(world, index, params);
  else if (strcmp(method, "heads") == 0)
    client_heads(world, index, json_object_get(params, "rooms"));
  else if (strcmp(method, "room") == 0)
    client_told_room(world, index, params);
  else if (strcmp(method, "read") == 0)
    client_told_read(&client->told[client_room(world, index, params, "room")], number_of(params, "seq"));
  else if (strcmp(method, "presence") == 0)
    client->told[client_room(world, index, params, "room")].online = number_of(params, "online");
  else if (strcmp(method, "left") == 0)
    client_left(world, index, params);
  else if (strcmp(method, "typing") == 0)
    client_typing(world, index, params);
  else if (strcmp(method, "acted") == 0)
    client_acted(world, index, text_of(params, "action"),
                 json_object_get(params, "room") ? client_room(world, index, params, "room") : MODEL_CLUB,
                 text_of(params, "reason"));
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
