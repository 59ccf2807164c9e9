#include "world.h"

#include <stdlib.h>

#include "club/club.h"
#include "world_inside.h"

uint32_t world_random(struct world *world, uint32_t below) { /* splitmix64 */
  uint64_t z = (world->random += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)((z ^ (z >> 31)) >> 33) % below;
}

void world_fail(struct world *world, int client, const char *what, int64_t number) {
  if (world->failures++ < 10) fprintf(stderr, "  at %lld ms, client %d: %s (%lld)\n", (long long)world->now, client, what, (long long)number);
}

static void world_stall(struct client *client, bool stall) {
  struct link *link = client->link;
  if (!link || link->dead) return;
  link->stalled = stall;
  if (stall || !link->kept) return;
  client_frame(link->world, link->client, link->kept, link->kept_size);
  free(link->kept);
  link->kept = NULL;
  link->kept_size = 0;
  connection_writable(client->connection);
}

static void world_log_out(struct world *world, int index) {
  struct client *client = &world->clients[index];
  if (client->ended_at || world->model.club_head == 256) return;
  client->ended_at = world->now;
  world->model.ended[index + 1] = true;
  world->model.events[world->model.club_head] = (struct club_event){
      .seq = world->model.club_head + 1, .kind = CLUB_SESSION_ENDED, .member = index + 1, .session = index + 1};
  world->model.club_head++;
}

static void world_line(struct world *world, int index) {
  struct client *client = &world->clients[index];
  switch (world_random(world, 12)) {
  case 0: client_cut(client); break;
  case 1:
  case 2: world_stall(client, true); break;
  default: world_stall(client, false);
  }
}

static void world_site(struct world *world, struct site *site) {
  if (!site->server && world->now >= site->dead_until) site_start(site);
  if (world_random(world, 400) == 0)
    site_die(site);
  else
    site_turn(site);
}

static void world_time(struct world *world) {
  static const int64_t steps[] = {1, 5, 20, 60, 100, 300, 1000, 3000};
  world->now += steps[world_random(world, world_random(world, 8) + 1)];
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
  case 9: site_bus(world); break;
  case 10: world_line(world, index); break;
  case 11: world_time(world); break;
  default: world_site(world, site);
  }
  if (world_random(world, 2000) == 0) world_log_out(world, index);
}

/* ---- the end: everything works again, and all must agree ---- */

static void world_heal_step(struct world *world) {
  for (int s = 0; s < world->servers; s++) {
    struct site *site = &world->sites[s];
    if (!site->server) site_start(site);
    for (int i = 0; i < 8; i++) site_work(site);
    site_turn(site);
  }
  while (world->bus_count > 0) site_bus(world);
  for (int i = 0; i < CLIENTS; i++) {
    struct client *client = &world->clients[i];
    world_stall(client, false);
    if (!client->link && !client->ended_at) client_connect(client, world, i);
    client_tend(client, world, i);
    client_deliver(client, world);
  }
  world->now += 40;
}

static bool world_client_settled(const struct world *world, const struct client *client) {
  if (client->ended_at) return client->link == NULL;
  if (!client->link || !client->welcome || client->out_count > 0) return false;
  for (int r = 0; r < MODEL_ROOMS; r++)
    if (client->follows[r].wanted && (!client->follows[r].joined || client->follows[r].cursor != world->model.rooms[r].head)) return false;
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
      if (post->answered && (post->seq > room->head || strcmp(room->entries[post->seq - 1].client_id, client_id) != 0))
        world_fail(world, i, "an answered post is not there", post->seq);
      int64_t found = 0;
      for (int64_t seq = 1; seq <= room->head; seq++)
        found += room->entries[seq - 1].type == ENTRY_MESSAGE && strcmp(room->entries[seq - 1].client_id, client_id) == 0;
      if (found > 1) world_fail(world, i, "a post is there twice", post->number);
    }
}

static void world_check_counts(struct world *world) {
  for (int i = 0; i < CLIENTS; i++) {
    const struct client *client = &world->clients[i];
    if (!client->link) continue;
    const struct services *services = server_services(world->sites[client->site].server);
    const struct present *present = presents_find(services->presents, i + 1);
    for (const struct listing *listing = present ? present->listings : NULL; listing; listing = listing->next) {
      const struct model_room *room = model_room(&world->model, room_id(listing->watcher.room));
      struct watch_counts counts = room_watch_counts(&listing->watcher);
      int64_t read = room->listing[i + 1].read, unread = 0;
      for (int64_t seq = read + 1; seq <= room->head; seq++) {
        const struct model_entry *entry = &room->entries[seq - 1];
        unread += entry->type == ENTRY_MESSAGE && entry->member != i + 1 && !entry->removed_by;
      }
      if (counts.head != room->head) world_fail(world, i, "another head on the list", counts.head);
      if (counts.read == read && counts.unread != unread) {
        world_fail(world, i, "another count of unread", counts.unread - unread);
        if (getenv("V")) fprintf(stderr, "   room %s head %lld read %lld unread %lld real %lld counted_to %lld stale %d refreshing %d\n", room->id, (long long)room->head, (long long)read, (long long)counts.unread, (long long)unread, (long long)listing->watcher.counted_to, listing->watcher.stale, listing->refreshing);
        if (getenv("V")) for (int64_t q = 1; q <= room->head; q++) fprintf(stderr, "   %lld: type %d member %d target %lld removed_by %lld\n", (long long)q, room->entries[q-1].type, room->entries[q-1].member, (long long)room->entries[q-1].target, (long long)room->entries[q-1].removed_by);
      }
    }
  }
}

static void world_end(struct world *world) {
  world->healed = true;
  int rounds = 0;
  while (rounds++ < 2000 && !world_settled(world)) world_heal_step(world);
  if (!world_settled(world)) world_fail(world, -1, "not settled", rounds);
  for (int i = 0; i < 60; i++) world_heal_step(world); /* counts are told once a second */
  world_check_posts(world);
  world_check_counts(world);
  for (int s = 0; s < world->servers; s++) site_die(&world->sites[s]);
  while (world->bus_count > 0) free(world->bus[--world->bus_count].bytes);
}

int world_run(const struct world_plan *plan) {
  struct world *world = calloc(1, sizeof *world);
  char error[256];
  world->random = plan->seed;
  world->servers = plan->servers;
  world->now = 1700000000000;
  world->club = club_load(NULL, error, sizeof error);
  model_init(&world->model, &world->now);
  for (int s = 0; s < plan->servers; s++) {
    world->sites[s] = (struct site){.world = world, .index = s};
    site_start(&world->sites[s]);
  }
  for (int i = 0; i < plan->steps; i++) world_step(world);
  world_end(world);
  int failures = world->failures;
  club_destroy(world->club);
  free(world);
  return failures;
}
