#include <stdlib.h>

#include "internal.h"

static void link_arrived(struct link *link) {
  if (!link->arriving) return;
  link->arriving = false;
  link->net->arriving--;
}

static void link_overdue(struct wheel_timer *timer) {
  struct link *link = (struct link *)((char *)timer - offsetof(struct link, timer));
  if (!link->arriving) {
    link_kill(link);
    return;
  }
  link_arrived(link);
  link_await(link, NET_REQUEST_MS - NET_ARRIVING_MS);
}

struct link *link_create(struct net *net, bool admin, const struct address *address) {
  struct link *link = calloc(1, sizeof *link);
  if (!link) return NULL;
  link->net = net;
  link->admin = admin;
  link->address = *address;
  link->reading = true;
  link->timer.fire = link_overdue;
  TAILQ_INSERT_TAIL(&net->links, link, all);
  net->open++;
  if (admin) net->admin_open++;
  link->arriving = !admin;
  net->arriving += link->arriving;
  link_await(link, admin ? NET_REQUEST_MS : NET_ARRIVING_MS);
  return link;
}

void link_destroy(struct link *link) {
  struct net *net = link->net;
  link_arrived(link);
  http_forget(link);
  socket_closed(link);
  link_await_nothing(link);
  if (link->marked) TAILQ_REMOVE(&net->marked, link, mark);
  if (link->watched) TAILQ_REMOVE(&net->watched, link, watch);
  if (link->counted) census_leave(net, &link->address);
  if (!link->requested && !link->admin && net->setup.tls) net->handshakes_failed++;
  TAILQ_REMOVE(&net->links, link, all);
  net->open--;
  if (link->admin) net->admin_open--;
  free(link->close_text);
  free(link);
}

void link_requested(struct link *link) {
  link_arrived(link);
  link->requested = true;
}

void link_mark(struct link *link) {
  if (link->marked) return;
  link->marked = true;
  TAILQ_INSERT_TAIL(&link->net->marked, link, mark);
}

void link_kill(struct link *link) {
  link->kill_wanted = true;
  link_mark(link);
}

void link_await(struct link *link, int64_t ms) {
  wheel_arm(link->net->wheel, &link->timer, loop_now(link->net) + ms);
}

void link_await_nothing(struct link *link) {
  wheel_disarm(link->net->wheel, &link->timer);
}
