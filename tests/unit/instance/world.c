#include "world.h"

#include <stdlib.h>

#include "club/club.h"
#include "inside.h"
#include "world_inside.h"

#define SHADOWED 40 /* one world of so many is held against a store, too: that takes ten times as long */

uint32_t world_random(struct world *world, uint32_t below) { /* splitmix64 */
  uint64_t z = (world->random += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)((z ^ (z >> 31)) >> 33) % below;
}

void world_fail(struct world *world, int client, const char *what, int64_t number) {
  if (world->failures++ < 10)
    fprintf(stderr, "  at %lld ms, client %d: %s (%lld)\n", (long long)world->now, client, what, (long long)number);
}

static void world_stall(struct client *client, bool stall) {
  struct link *link = client->link;
  if (!link || link->dead) return;
  link->stalled = stall;
  if (stall || !link->kept) return;
  link->world->late = true; /* what the transport held was right when it was written */
  client_frame(link->world, link->client, link->kept, link->kept_size);
  link->world->late = false;
  free(link->kept);
  link->kept = NULL;
  link->kept_size = 0;
  link->stalled_at = 0;
  link->woke_at = link->world->now;
  connection_writable(client->link->connection);
}

/* The peer's answer to a ping. */
static void world_pong(struct client *client) {
  struct link *link = client->link;
  if (!link || link->dead || !link->reading || !link->pinged_at) return;
  link->pinged_at = 0;
  connection_heard(client->link->connection);
}

static void world_log_out(struct world *world, int index) {
  struct client *client = &world->clients[index];
  struct model *model = &world->model;
  struct club_event *event = client->ended_at || model->ended[client->member] || client->member == MODEL_MEMBERS
                                 ? NULL
                                 : model_event(model, NULL, CLUB_SESSION_ENDED, client->member);
  if (!event) return;
  for (int i = 0; i < CLIENTS; i++)
    if (world->clients[i].member == client->member) world->clients[i].ended_at = world->now;
  model->ended[client->member] = true;
  event->session = client->member + 10 * model->session[client->member];
}

static void world_line(struct world *world, int index) {
  struct client *client = &world->clients[index];
  uint32_t fate = world_random(world, 16);
  if (fate == 0)
    client_cut(client);
  else if (fate < 4)
    world_stall(client, true);
  else if (world->sites[client->site].stopped_until) /* it takes no notice */
    return;
  else if (fate < 8)
    world_pong(client);
  else if (fate < 12)
    world_stall(client, false);
}

static void world_site(struct world *world, struct site *site) {
  if (site->stopped_until && world->now < site->stopped_until) return;
  site->stopped_until = 0;
  if (!site->server && world->now >= site->dead_until) site_start(site);
  if (site->server && world_random(world, 300) == 0) server_go_away(site->server);
  if (site->server && world_random(world, 120) == 0)
    site_stop(site, 3000 + world_random(world, world_random(world, 4) ? 7000 : 67000));
  if (world_random(world, 100) == 0) site_lose_bus(site, world_random(world, 12000), world_random(world, 2));
  if (site->stopped_until) return;
  if (site->doomed || (!world->calm && world_random(world, 400) == 0))
    site_die(site);
  else
    site_turn(site);
}

static void world_time(struct world *world) {
  static const int64_t steps[] = {1, 5, 20, 60, 100, 300, 1000, 3000};
  int64_t step = steps[world_random(world, world_random(world, 8) + 1)];
  if (world_random(world, 100) == 0) step = 30000 + world_random(world, 40000); /* everything was stopped */
  world->now += step;
  if (step > 3000) world->thawed_at = world->now;
}

static int64_t world_back(void *context, int64_t head) {
  struct world *world = context;
  return head - world_random(world, (uint32_t)head / 3 + 1);
}

static void world_change_epoch(struct world *world) {
  commits_give_up(world);
  model_change_epoch(&world->model, world_back, world);
  world->epoch_at = world->now;
  acts_doubt_settings(world);
  for (int i = 0; i < CLIENTS; i++)
    for (int p = 0; p < world->clients[i].post_count; p++) world->clients[i].posts[p].doubtful = true;
}

/* Does one stand still while the others go on? */
static bool world_is_stopped(const struct world *world) {
  for (int s = 0; s < world->servers; s++)
    if (world->sites[s].stopped_until) return true;
  return false;
}

static void world_step(struct world *world) {
  int index = (int)world_random(world, CLIENTS);
  struct site *site = &world->sites[world_random(world, (uint32_t)world->servers)];
  switch (world_random(world, 16)) {
    case 0:
    case 1:
    case 2: client_act(&world->clients[index], world, index); break;
    case 3: client_tend(&world->clients[index], world, index); break;
    case 4:
    case 5:
    case 6: client_deliver(&world->clients[index], world); break;
    case 7:
    case 8: site_work(site); break;
    case 9:
      for (uint32_t i = world_random(world, 12); i > 0; i--) site_bus(world);
      break;
    case 10: world_line(world, index); break;
    case 11: world_time(world); break;
    default: world_site(world, site);
  }
  if (world_is_stopped(world)) world->now += world_random(world, 20); /* so that it goes on before the end */
  commits_carry_out(world);
  if (world_random(world, 30) == 0) world_moderate(world);
  if (world_random(world, 2000) == 0) world_log_out(world, index);
  if (world_random(world, 6000) == 0 && !world->shadow) world_change_epoch(world);
}

/* ---- the end: everything works again, and all must agree ---- */

#define HEAL_STEP_MS 40

void world_heal_step(struct world *world) {
  commits_carry_out(world);
  for (int s = 0; s < world->servers; s++) {
    struct site *site = &world->sites[s];
    if (site->doomed) site_die(site);
    if (!site->server) site_start(site);
    for (int i = 0; i < 8; i++) site_work(site);
    site_turn(site);
  }
  while (world->bus_count > 0) site_bus(world);
  for (int i = 0; i < CLIENTS; i++) {
    struct client *client = &world->clients[i];
    world_stall(client, false);
    world_pong(client);
    if (!client->link && !client->ended_at) client_connect(client, world, i);
    client_tend(client, world, i);
    client_deliver(client, world);
  }
  world->now += HEAL_STEP_MS;
}

static bool world_client_settled(const struct world *world, const struct client *client) {
  if (client->ended_at) return client->link == NULL;
  if (!client->link || !client->welcome || client->out_count > 0 || !client->listed || client->malformed) return false;
  if (!client_is_current(world, client)) return false;
  for (int r = 0; r < MODEL_ROOMS; r++)
    if (client->follows[r].wanted &&
        (!client->follows[r].joined || client->follows[r].cursor != world->model.rooms[r].head))
      return false;
  for (int i = 0; i < client->post_count; i++)
    if (!client->posts[i].answered) return false;
  for (int i = 0; i < 64; i++)
    if (client->asked[i].id) return false;
  return true;
}

static bool world_settled(const struct world *world) {
  for (int i = 0; i < CLIENTS; i++)
    if (!world_client_settled(world, &world->clients[i])) return false;
  return true;
}

static void world_check_posts(struct world *world) {
  for (int i = 0; i < CLIENTS; i++)
    for (int p = 0; p < world->clients[i].post_count; p++) {
      const struct own_post *post = &world->clients[i].posts[p];
      const struct model_room *room = &world->model.rooms[post->room];
      char client_id[24];
      snprintf(client_id, sizeof client_id, "%d-%d", i + 1, post->number);
      if (post->answered && !post->doubtful &&
          (post->seq > room->head || strcmp(room->entries[post->seq - 1].client_id, client_id) != 0))
        world_fail(world, i, "an answered post is not there", post->seq);
      int64_t found = 0;
      for (int64_t seq = 1; seq <= room->head; seq++)
        found +=
            room->entries[seq - 1].type == ENTRY_MESSAGE && strcmp(room->entries[seq - 1].client_id, client_id) == 0;
      if (found > 1) world_fail(world, i, "a post is there twice", post->number);
    }
}

/* What the instance knows of the member's list. */
static void world_check_counts(struct world *world, int index) {
  const struct client *client = &world->clients[index];
  const struct services *services = server_services(world->sites[client->site].server);
  const struct present *present = presents_find(services->presents, client->member);
  for (const struct listing *listing = present ? present->listings : NULL; listing; listing = listing->next) {
    const struct model_room *room = model_room(&world->model, room_id(listing->watcher.room));
    struct watch_counts counts = room_watch_counts(&listing->watcher);
    if (counts.head != room->head) world_fail(world, index, "another head on the list", counts.head);
    if (counts.read != room->listing[client->member].read)
      world_fail(world, index, "another mark", counts.read - room->listing[client->member].read);
    if (counts.unread != model_unread(room, client->member))
      world_fail(world, index, "another count of unread", counts.unread - model_unread(room, client->member));
    if (counts.mentions != model_mentions(room, client->member))
      world_fail(world, index, "another count of mentions", counts.mentions - model_mentions(room, client->member));
  }
}

/* What the client was told that it may there, and how the room is set. */
static void world_check_rights(struct world *world, int index, int at) {
  const struct told *told = &world->clients[index].told[at];
  const struct model *model = &world->model;
  const struct model_room *room = &model->rooms[at];
  int member = world->clients[index].member;
  bool moderates = !room->pair[0] && model_standing(model, at, member) > STANDING_MEMBER;
  bool muted = model_holds(model, at, SANCTION_MUTE, member) || model_holds(model, MODEL_CLUB, SANCTION_MUTE, member);
  bool told_muted = told->muted && (told->muted_until == 0 || told->muted_until > world->now);
  if (told->moderates != moderates) world_fail(world, index, "told another standing", at);
  if (told_muted != muted) world_fail(world, index, muted ? "not told of being muted" : "told of being muted", at);
  if (told->locked != room->locked) world_fail(world, index, "told another lock", at);
  if (told->slow != room->slow) world_fail(world, index, "told another pace", at);
}

/* What the client was told of it. */
static void world_check_told(struct world *world, int index) {
  const struct client *client = &world->clients[index];
  for (int r = 0; r < MODEL_ROOMS; r++) {
    const struct model_room *room = &world->model.rooms[r];
    const struct told *told = &client->told[r];
    int64_t read = room->listing[client->member].read;
    if (told->listed && !room->listing[client->member].listed) world_fail(world, index, "told of a room not listed", r);
    if (!told->listed && room->listing[client->member].listed) world_fail(world, index, "not told of a room", r);
    if (!told->listed) continue;
    world_check_rights(world, index, r);
    if (told->read != read) world_fail(world, index, "told another mark", told->read - read);
    if (client->follows[r].joined) continue;
    if (told->head != room->head) world_fail(world, index, "told another head", told->head - room->head);
    if (told->unread < 0) continue;
    if (told->unread != model_unread(room, client->member))
      world_fail(world, index, "told another count of unread", told->unread - model_unread(room, client->member));
    if (told->mentions != model_mentions(room, client->member))
      world_fail(world, index, "told another count of mentions", told->mentions - model_mentions(room, client->member));
  }
}

/* Who is in the room, over all instances; the count. */
static int64_t world_online(const struct world *world, int room, bool there[MODEL_MEMBERS + 1]) {
  int64_t online = 0;
  for (int member = 0; member <= MODEL_MEMBERS; member++) there[member] = false;
  for (int i = 0; i < CLIENTS; i++) {
    const struct client *client = &world->clients[i];
    if (!client->link || !client->follows[room].joined || there[client->member]) continue;
    there[client->member] = true;
    online++;
  }
  return online;
}

static void world_check_online(struct world *world, int index) {
  bool there[MODEL_MEMBERS + 1];
  for (int r = 0; r < MODEL_ROOMS; r++) {
    int64_t online = world_online(world, r, there);
    if (world->clients[index].follows[r].joined && world->clients[index].told[r].online != online)
      world_fail(world, index, "told another number online", world->clients[index].told[r].online - online);
  }
}

/* What an instance knows of who is in its rooms. */
static void world_check_attendants(struct world *world, const struct site *site) {
  bool there[MODEL_MEMBERS + 1], more;
  struct attendant found[MODEL_MEMBERS + 1];
  for (int r = 0; r < MODEL_ROOMS; r++) {
    const struct room *room = rooms_find(server_services(site->server)->rooms, slice_of(world->model.rooms[r].id));
    if (!room) continue;
    int64_t online = world_online(world, r, there);
    if (room_online(room) != online) world_fail(world, -1, "another number online", room_online(room) - online);
    size_t count = room_attendants(room, 0, MODEL_MEMBERS + 1, found, &more);
    for (size_t i = 0; i < count; i++)
      if (!there[found[i].member]) world_fail(world, -1, "somebody who is not there", found[i].member);
  }
}

#define KNOWS_AFTER_MS 5000 /* an announcement, a question, an answer */

/* What an instance knows of who is connected, to whichever. */
static void world_check_connected(struct world *world, const struct site *site) {
  bool there[MODEL_MEMBERS + 1] = {false};
  if (world->now - site->born < KNOWS_AFTER_MS) return; /* it went away and came back just now */
  for (int i = 0; i < CLIENTS; i++) there[world->clients[i].member] |= world->clients[i].link != NULL;
  for (int member = 1; member <= MODEL_MEMBERS; member++) {
    bool online = presents_online(server_services(site->server)->presents, member);
    if (online != there[member])
      world_fail(world, -1, online ? "online and not there" : "there and not online", member);
  }
}

static void world_check(struct world *world) {
  world_check_posts(world);
  for (int i = 0; i < CLIENTS; i++) {
    if (!world->clients[i].link) continue;
    world_check_counts(world, i);
    world_check_told(world, i);
    world_check_online(world, i);
    acts_check_told(world, i);
  }
  acts_check(world);
  for (int s = 0; s < world->servers; s++) {
    world_check_attendants(world, &world->sites[s]);
    world_check_connected(world, &world->sites[s]);
    if (world->servers > 1 && !peers_serve(world->sites[s].server)) world_fail(world, -1, "nobody else serves", s);
  }
}

static void world_heal(struct world *world, int steps) {
  for (int i = 0; i < steps; i++) world_heal_step(world);
}

static void world_settle(struct world *world) {
  int rounds = 0;
  while (rounds++ < 2000 && !world_settled(world)) world_heal_step(world);
  if (!world_settled(world)) world_fail(world, -1, "not settled", rounds);
  world_heal(world, 300); /* counts are told once a second, and asked for every five */
}

static void world_lose_buses(struct world *world) {
  for (int s = 0; s < world->servers; s++) site_lose_bus(&world->sites[s], 0, false);
}

#define LOST_STEPS 80 /* what is said of lists is said again after two seconds, and then not any more */

/* Members read what there is and go while one instance hears nothing: it learns of both all the same. */
static void world_lose_one_bus(struct world *world) {
  struct site *site = &world->sites[world_random(world, (uint32_t)world->servers)];
  site_lose_bus(site, LOST_STEPS * HEAL_STEP_MS, false);
  for (int i = 0; i < CLIENTS; i++)
    for (int r = 0; r < MODEL_ROOMS; r++)
      if (world->clients[i].link && world->clients[i].welcome && world_random(world, 3) == 0)
        client_mark(&world->clients[i], world, r, world->model.rooms[r].head);
  client_cut(&world->clients[world_random(world, CLIENTS)]);
  world_heal(world, LOST_STEPS);
}

static void world_end(struct world *world) {
  bool fresh = world->now - world->epoch_at > 10000;
  world->healed = true;
  for (int s = 0; s < world->servers; s++) world->sites[s].stopped_until = 0;
  for (int rounds = 0; rounds < 500 && !world_is_calm(world); rounds++) world_heal_step(world);
  world_lose_buses(world); /* whatever was missed while it failed */
  world_lift(world);
  world_settle(world);
  /* Marks that were under way while the history changed are told to nobody; they are found when lists are read again. */
  if (!fresh) world_lose_buses(world);
  if (!fresh) world_heal(world, 200);
  world_lose_one_bus(world);
  world_moderate_all(world);
  world_heal(world, 100);
  if (!world_settled(world)) world_fail(world, -1, "not settled any more", 0);
  world_check(world);
  for (int s = 0; s < world->servers; s++) site_die(&world->sites[s]);
  while (world->bus_count > 0) free(world->bus[--world->bus_count].bytes);
}

int world_run(const struct world_plan *plan) {
  struct world *world = calloc(1, sizeof *world);
  char error[256];
  world->random = plan->seed;
  world->servers = plan->servers;
  world->calm = plan->seed % 4 == 0;
  world->wordy = plan->seed % 5 == 0;
  for (int i = 0; i < CLIENTS; i++) world->clients[i].member = i % MODEL_MEMBERS + 1;
  world->now = 1700000000000;
  world->club = club_load(NULL, error, sizeof error);
  model_init(&world->model, &world->now);
  cells_init(world);
  if (plan->seed % SHADOWED == 0) world->shadow = shadow_create(world);
  for (int s = 0; s < plan->servers; s++) {
    world->sites[s] = (struct site){.world = world, .index = s, .generation = 1};
    site_start(&world->sites[s]);
  }
  for (int i = 0; i < plan->steps; i++) world_step(world);
  world_end(world);
  int failures = world->failures;
  commits_end(world);
  club_destroy(world->club);
  free(world);
  return failures;
}
