/* Moderators at work: members ask for acts, the store's administrator does some by hand. What must follow is held against
 * the answers alone: who was answered knows how things stand, as long as nobody asked for anything else meanwhile. */
#include <stdlib.h>

#include "inside.h"
#include "world_inside.h"

/* ---- how things stand for certain ---- */

void cells_init(struct world *world) {
  for (int kind = 0; kind < CELLS; kind++)
    for (int member = 0; member <= MODEL_MEMBERS; member++)
      for (int at = 0; at <= MODEL_CLUB; at++) {
        bool on = kind == CELL_ADMITTED;
        if (kind == CELL_ROLE) on = world->model.roles[member] != ROLE_MEMBER;
        if (kind == CELL_STANDING && at < MODEL_CLUB) on = world->model.rooms[at].moderates[member];
        if (kind == CELL_ADMITTED && at == MODEL_PRIVATE) on = world->model.rooms[at].admitted[member];
        world->cells[kind][member][at] = (struct cell){.known = true, .on = on};
      }
}

void acts_doubt_settings(struct world *world) {
  for (int at = 0; at < MODEL_ROOMS; at++) {
    struct cell *cell = &world->cells[CELL_LOCKED][0][at];
    cell->known = false;
    if (cell->open > 0)
      cell->done = 2; /* whatever is answered of those under way: which of them are left is not known */
  }
}

static struct cell *cell_of(struct world *world, const struct own_act *act) {
  switch (act->act) {
    case ACT_MUTE: return &world->cells[CELL_MUTED][act->member][act->at];
    case ACT_BAN: return &world->cells[CELL_BANNED][act->member][act->at];
    case ACT_FREEZE: return &world->cells[CELL_FROZEN][act->member][MODEL_CLUB];
    case ACT_APPOINT: return &world->cells[act->at == MODEL_CLUB ? CELL_ROLE : CELL_STANDING][act->member][act->at];
    case ACT_ADMIT: return &world->cells[CELL_ADMITTED][act->member][act->at];
    case ACT_UPDATE: return &world->cells[CELL_LOCKED][0][act->at];
    default: return NULL;
  }
}

/* Others are frozen and thawed with somebody: how they stand is not known any more. */
static void cells_doubt_branch(struct world *world, const struct own_act *act) {
  for (int member = act->member + 1; act->act == ACT_FREEZE && act->member > 1 && member <= 4; member++)
    world->cells[CELL_FROZEN][member][MODEL_CLUB].open++;
}

static void cell_close(struct world *world, const struct own_act *act, bool done) {
  struct cell *cell = cell_of(world, act);
  if (!cell) return;
  cell->open--;
  cell->done += done;
  if (done) {
    cell->on = act->on;
    cell->since = world->now;
    cell->until = act->until;
  }
  if (cell->open > 0) return;
  if (cell->done > 0) cell->known = cell->done == 1; /* of two it is not known which was the later one */
  cell->done = 0;
}

static void cell_open(struct world *world, const struct own_act *act) {
  struct cell *cell = cell_of(world, act);
  if (cell) cell->open++;
  cells_doubt_branch(world, act);
}

/* Has it been so since before that time? */
static bool cell_is(const struct world *world, enum cell_kind kind, int member, int at, bool on, int64_t before) {
  const struct cell *cell = &world->cells[kind][member][at];
  return cell->known && cell->open == 0 && cell->on == on && cell->since < before &&
         (cell->until == 0 || world->now < cell->until);
}

static bool cells_have_no_word(const struct world *world, int member, int at, int64_t before) {
  if (!cell_is(world, CELL_ROLE, member, MODEL_CLUB, false, before)) return false;
  if (at == MODEL_CLUB) return true;
  for (int part = 0; at == 2 && part < 2; part++)
    if (!cell_is(world, CELL_STANDING, member, part, false, before)) return false;
  return cell_is(world, CELL_STANDING, member, at, false, before);
}

static bool cells_shut_out(const struct world *world, int member, int at, int64_t before) {
  return cell_is(world, CELL_BANNED, member, MODEL_CLUB, true, before) ||
         cell_is(world, CELL_FROZEN, member, MODEL_CLUB, true, before) ||
         (at < MODEL_CLUB && cell_is(world, CELL_BANNED, member, at, true, before)) ||
         (at == MODEL_PRIVATE && cell_is(world, CELL_ADMITTED, member, at, false, before));
}

void acts_look_post(struct world *world, int index, int at, int64_t sent) {
  int member = world->clients[index].member;
  if (cells_shut_out(world, member, at, sent)) world_fail(world, index, "a post of one who is kept out", at);
  if (cell_is(world, CELL_MUTED, member, MODEL_CLUB, true, sent) || cell_is(world, CELL_MUTED, member, at, true, sent))
    world_fail(world, index, "a post of one who is muted", at);
  if (cell_is(world, CELL_LOCKED, 0, at, true, sent) && cells_have_no_word(world, member, at, sent))
    world_fail(world, index, "a post into a locked room", at);
}

static void acts_look(struct world *world, int index, const struct own_act *act, int64_t sent) {
  int member = world->clients[index].member;
  if (cells_shut_out(world, member, act->at, sent)) world_fail(world, index, "an act of one who is kept out", act->act);
  if (cells_have_no_word(world, member, act->at, sent))
    world_fail(world, index, "an act of one who moderates nothing there", act->act);
}

/* ---- what comes back ---- */

void acts_answered(struct world *world, int index, const struct asked *asked, int64_t count) {
  struct own_act *act = &world->clients[index].acts[asked->post];
  acts_look(world, index, act, asked->sent);
  act->fate = ACT_ANSWERED;
  act->affected = count;
  cell_close(world, act, true);
}

void acts_refused(struct world *world, int index, const struct asked *asked, const char *reason) {
  struct own_act *act = &world->clients[index].acts[asked->post];
  if (strcmp(reason, "unavailable") == 0) return; /* it may have been done */
  if (reason[0] == 0) world_fail(world, index, "an act refused for its form", act->act);
  act->fate = ACT_REFUSED;
  cell_close(world, act, false);
}

/* ---- asking ---- */

static void act_say(const struct world *world, const struct own_act *act, char *text, size_t size) {
  char room[64] = "", seconds[24] = "null";
  const char *on = act->on ? "true" : "false";
  if (act->at < MODEL_CLUB) snprintf(room, sizeof room, "\"room\":\"%s\",", world->model.rooms[act->at].id);
  if (!act->on || act->seconds) snprintf(seconds, sizeof seconds, "%d", act->on ? act->seconds : 0);
  switch (act->act) {
    case ACT_MUTE:
    case ACT_BAN:
      snprintf(text, size, "member.%s\",\"params\":{%s\"member\":\"m%d\",\"for\":%s,\"reason\":\"%s\"}}",
               act->act == ACT_MUTE ? "mute" : "ban", room, act->member, seconds, act->tag);
      break;
    case ACT_FREEZE:
      snprintf(text, size, "invite.freeze\",\"params\":{\"member\":\"m%d\",\"on\":%s,\"reason\":\"%s\"}}", act->member,
               on, act->tag);
      break;
    case ACT_APPOINT:
      snprintf(text, size, "member.appoint\",\"params\":{%s\"member\":\"m%d\",\"role\":\"%s\"}}", room, act->member,
               act->on ? "moderator" : "member");
      break;
    case ACT_ADMIT:
      snprintf(text, size, "room.invite\",\"params\":{%s\"member\":\"m%d\",\"on\":%s}}", room, act->member, on);
      break;
    case ACT_UPDATE:
      snprintf(text, size, "room.update\",\"params\":{%s\"topic\":\"%s\",\"locked\":%s,\"slow\":%d}}", room, act->tag,
               on, act->seconds);
      break;
    case ACT_PURGE:
      snprintf(text, size, "message.purge\",\"params\":{%s\"member\":\"m%d\",\"for\":%d}}", room, act->member,
               act->seconds);
      break;
    case ACT_REMOVE:
      snprintf(text, size, "message.remove\",\"params\":{%s\"seq\":%d,\"reason\":\"%s\"}}", room, act->seconds,
               act->tag);
      break;
    default: snprintf(text, size, "invite.create\",\"params\":{\"client_id\":\"%s\"}}", act->tag);
  }
}

static void act_choose(struct world *world, struct own_act *act) {
  static const enum act kinds[] = {ACT_MUTE,  ACT_MUTE,    ACT_MUTE,    ACT_BAN,   ACT_BAN,    ACT_FREEZE, ACT_APPOINT,
                                   ACT_ADMIT, ACT_APPOINT, ACT_APPOINT, ACT_ADMIT, ACT_UPDATE, ACT_UPDATE, ACT_INVITE};
  act->act = kinds[world_random(world, sizeof kinds / sizeof *kinds)];
  act->on = world_random(world, 2);
  act->member = 1 + (int)world_random(world, MODEL_MEMBERS);
  act->at = (int)world_random(world, 3);
  if (act->act == ACT_ADMIT || world_random(world, 6) == 0) act->at = MODEL_PRIVATE;
  bool anywhere = act->act == ACT_MUTE || act->act == ACT_BAN || act->act == ACT_APPOINT;
  if (act->act == ACT_FREEZE || act->act == ACT_INVITE || (anywhere && world_random(world, 4) == 0))
    act->at = MODEL_CLUB;
  if (act->act == ACT_UPDATE) act->seconds = world_random(world, 2) ? 0 : 3;
  if (act->act == ACT_UPDATE) act->on = world_random(world, 3) == 0;
  if ((act->act == ACT_MUTE || act->act == ACT_BAN) && act->on) act->seconds = (int)world_random(world, 3) * 10;
  if (act->seconds && act->act != ACT_UPDATE) act->until = world->now + act->seconds * 1000;
}

/* Somebody else's message, or all that somebody wrote in the room. */
static void act_choose_removal(struct world *world, struct own_act *act, int number) {
  act->at = (int)world_random(world, 3);
  act->on = true;
  const struct model_room *room = &world->model.rooms[act->at];
  if (world_random(world, 4) == 0 || room->head == 0) {
    act->act = ACT_PURGE;
    act->member = 1 + (int)world_random(world, MODEL_MEMBERS);
    act->seconds = 1000 + number; /* by which it is known */
    snprintf(act->tag, sizeof act->tag, "%d", act->seconds);
    return;
  }
  act->act = ACT_REMOVE;
  act->seconds = 1 + (int)world_random(world, (uint32_t)room->head);
}

static bool client_do(struct client *client, struct world *world, const struct own_act *act) {
  char text[512];
  if (client->act_count == OWN_ACTS) return false;
  client->acts[client->act_count] = *act;
  act_say(world, act, text, sizeof text);
  int room = act->at < MODEL_CLUB ? act->at : 0;
  if (!client_ask(client, 'a', room, client->act_count, "\"method\":\"%s", text)) return false;
  client->act_count++;
  cell_open(world, act);
  return true;
}

void client_moderate(struct client *client, struct world *world, int index) {
  struct own_act act = {.act = ACT_MUTE};
  int number = index * OWN_ACTS + client->act_count;
  if (client->act_count > OWN_ACTS - SPARE_ACTS) return;
  snprintf(act.tag, sizeof act.tag, "act-%d", number);
  if (world_random(world, 5) == 0)
    act_choose_removal(world, &act, number);
  else
    act_choose(world, &act);
  const struct model_room *room = &world->model.rooms[act.at];
  if (act.act == ACT_REMOVE && room->entries[act.seconds - 1].member == client->member) return; /* its own is no act */
  (void)client_do(client, world, &act);
}

/* ---- by hand: as another instance does it, which is not here ---- */

static void world_do(struct world *world, struct own_act *act) {
  struct store_job *job = store_job_create(STORE_ACT);
  snprintf(act->tag, sizeof act->tag, "hand-%d", world->by_hand++);
  job->act = (struct store_act){.act = act->act,
                                .actor = MODEL_MEMBERS,
                                .room = act->at < MODEL_CLUB ? slice_of(world->model.rooms[act->at].id) : SLICE_NONE,
                                .member = act->act == ACT_UPDATE ? 0 : act->member,
                                .on = act->on,
                                .seconds = !act->on       ? 0
                                           : act->seconds ? act->seconds
                                                          : -1,
                                .role = act->on ? ROLE_MODERATOR : ROLE_MEMBER,
                                .reason = slice_of(act->tag),
                                .locked = act->act == ACT_UPDATE ? act->on : -1,
                                .slow = act->act == ACT_UPDATE ? act->seconds : -1};
  cell_open(world, act);
  world_carry_out(world, job);
  cell_close(world, act, job->outcome == STORE_DONE);
  store_job_destroy(job);
}

/* An instance that is alone with its store is told of every entry by itself: nobody else adds one. */
static bool act_adds_entry(const struct own_act *act) {
  return act->at < MODEL_CLUB && act->act != ACT_ADMIT;
}

void world_moderate(struct world *world) {
  struct own_act act = {.act = ACT_MUTE};
  act_choose(world, &act);
  if (act.act == ACT_INVITE) act.act = ACT_BAN, act.at = 0;
  if (world->servers > 1 || !act_adds_entry(&act)) world_do(world, &act);
}

/* ---- at the end ---- */

static bool client_waits_for(const struct client *client, int act) {
  for (int i = 0; i < 64; i++)
    if (client->asked[i].id && client->asked[i].kind == 'a' && client->asked[i].post == act) return true;
  return false;
}

/* By the admin, over whichever line it has, until it is done. */
static void world_demand(struct world *world, struct own_act *act) {
  struct client *admin = &world->clients[MODEL_MEMBERS - 1];
  snprintf(act->tag, sizeof act->tag, "end-%d", world->by_hand++);
  for (int rounds = 0, at = -1; rounds < 500; rounds++) {
    if (at >= 0 && admin->acts[at].fate == ACT_ANSWERED) return;
    bool free = admin->welcome && admin->act_count < OWN_ACTS && (at < 0 || !client_waits_for(admin, at));
    if (free && client_do(admin, world, act)) at = admin->act_count - 1;
    world_heal_step(world);
  }
  world_fail(world, MODEL_MEMBERS - 1, "the admin is not obeyed", act->act);
}

/* Is nothing that moderators asked for under way? */
bool world_is_calm(const struct world *world) {
  for (int i = 0; i < CLIENTS; i++)
    for (int a = 0; a < 64; a++)
      if (world->clients[i].asked[a].id && world->clients[i].asked[a].kind == 'a') return false;
  for (int s = 0; s < world->servers; s++)
    if (world->sites[s].writes.count > 0) return false;
  return commits_are_over(world);
}

/* Also what was over by itself: who is kept out nowhere any more is told so. */
void world_lift(struct world *world) {
  shadow_destroy(world->shadow); /* what follows is done to the model alone */
  world->shadow = NULL;
  for (int at = 0; at <= MODEL_CLUB; at++)
    for (int member = 1; member <= MODEL_MEMBERS; member++) {
      for (int kind = SANCTION_MUTE; kind <= SANCTION_FROZEN; kind++)
        model_lift(&world->model, at, (enum sanction_kind)kind, member);
      for (int kind = CELL_MUTED; kind <= CELL_FROZEN; kind++)
        world->cells[kind][member][at].known = world->cells[kind][member][at].on = false;
    }
  for (int member = 1; member <= MODEL_MEMBERS; member++) {
    model_let_in(&world->model, member);
    world->cells[CELL_ADMITTED][member][MODEL_PRIVATE].known = false;
  }
  for (int at = 0; at < MODEL_ROOMS; at++) {
    struct own_act open = {.act = ACT_UPDATE, .at = at};
    if (world->model.rooms[at].locked || world->model.rooms[at].slow) world_demand(world, &open);
  }
}

/* The bus says that the club log grew: nobody waits for the next pulse, which would be there in half a second. */
static void world_check_club_log(struct world *world) {
  for (int i = 0; i < 5; i++) world_heal_step(world);
  for (int s = 0; s < world->servers; s++) {
    int64_t late = world->model.club_head - world->sites[s].server->pulse.club_seen;
    if (late > 0) world_fail(world, -1, "the club log is not read at once", late);
  }
}

void world_moderate_all(struct world *world) {
  int member = 1 + (int)world_random(world, MODEL_MEMBERS - 1), at = (int)world_random(world, 3);
  struct own_act acts[] = {{.act = ACT_MUTE, .at = at, .member = member, .on = true},
                           {.act = ACT_MUTE, .at = MODEL_CLUB, .member = 1 + member % 5, .on = true},
                           {.act = ACT_UPDATE, .at = at, .on = true, .seconds = 3},
                           {.act = ACT_APPOINT, .at = at, .member = member, .on = world_random(world, 2)},
                           {.act = ACT_APPOINT, .at = MODEL_CLUB, .member = member, .on = world_random(world, 2)}};
  for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
    world_demand(world, &acts[i]);
    world_check_club_log(world);
  }
}

static int64_t acts_noted(const struct world *world, int index, const struct own_act *act) {
  const struct model *model = &world->model;
  bool tagged = act->act != ACT_APPOINT && act->act != ACT_ADMIT;
  int64_t found = 0;
  for (int64_t i = 0; i < model->audit_count; i++) {
    const struct model_act *note = &model->audit[i];
    if (tagged && strcmp(note->tag, act->tag) == 0 && note->by == world->clients[index].member) found++;
  }
  return found;
}

/* One record for each answered act that changed something, none for what was refused. */
static void acts_look_audit(struct world *world, int index, const struct own_act *act) {
  int64_t found = acts_noted(world, index, act);
  bool changes =
      act->act == ACT_UPDATE || act->act == ACT_INVITE || ((act->act == ACT_MUTE || act->act == ACT_BAN) && act->on);
  if (act->act == ACT_PURGE || act->act == ACT_FREEZE) changes = act->affected > 0;
  if (found > 1) world_fail(world, index, "an act noted twice", act->act);
  if (act->fate == ACT_REFUSED && found) world_fail(world, index, "a refused act in the audit log", act->act);
  if (act->fate == ACT_ANSWERED && changes && act->act != ACT_APPOINT && act->act != ACT_ADMIT && !found)
    world_fail(world, index, "an answered act that is not in the audit log", act->act);
  if (act->fate == ACT_ANSWERED && found && (act->act == ACT_PURGE || act->act == ACT_FREEZE) && !act->affected)
    world_fail(world, index, "an act that did nothing in the audit log", act->act);
}

/* Those that cannot be told apart: no more of them are noted than may have been done. */
static void acts_look_alike(struct world *world, const struct model_act *note) {
  int64_t noted = 0, asked = 0;
  bool on = strcmp(note->action, "appoint") == 0 || strcmp(note->action, "admit") == 0;
  bool admit = strcmp(note->action, "admit") == 0 || strcmp(note->action, "exclude") == 0;
  bool appoint = strcmp(note->action, "appoint") == 0 || strcmp(note->action, "dismiss") == 0;
  if ((!admit && !appoint) || note->by == 0 || note->by == MODEL_MEMBERS) return;
  for (int64_t i = 0; i < world->model.audit_count; i++) {
    const struct model_act *other = &world->model.audit[i];
    noted += other->by == note->by && other->action == note->action && other->at_room == note->at_room &&
             other->member == note->member;
  }
  for (int i = 0; i < CLIENTS; i++)
    for (int a = 0; a < world->clients[i].act_count; a++) {
      const struct own_act *act = &world->clients[i].acts[a];
      asked += world->clients[i].member == note->by && act->fate != ACT_REFUSED && act->on == on &&
               act->act == (admit ? ACT_ADMIT : ACT_APPOINT) && act->at == note->at_room && act->member == note->member;
    }
  if (noted > asked) world_fail(world, -1, "more acts noted than asked for", noted - asked);
}

void acts_check(struct world *world) {
  for (int i = 0; i < CLIENTS; i++)
    for (int a = 0; a < world->clients[i].act_count; a++) acts_look_audit(world, i, &world->clients[i].acts[a]);
  for (int64_t i = 0; i < world->model.audit_count; i++) acts_look_alike(world, &world->model.audit[i]);
}

/* Whoever was connected when it was done, and is still, was told. Of a branch: each of its members. */
void acts_check_told(struct world *world, int index) {
  const struct client *client = &world->clients[index];
  for (int64_t i = 0; i < world->model.audit_count; i++) {
    const struct model_act *act = &world->model.audit[i];
    if (!(act->whom & 1u << client->member) || act->at <= client->welcomed_at || act->at <= world->epoch_at) continue;
    if (!(act->told & (1u << index))) world_fail(world, index, "not told what was done", i + 1);
  }
}

void acts_welcomed(struct world *world, int index) {
  for (int64_t i = 0; i < world->model.audit_count; i++) world->model.audit[i].told &= ~(1u << index);
}

/* NULL: there is none of which this line was not told yet. `known`: but others. */
static struct model_act *acts_untold(struct world *world, int index, const struct model_act *like, bool since_welcome,
                                     bool *known) {
  const struct client *client = &world->clients[index];
  for (int64_t i = 0; i < world->model.audit_count; i++) {
    struct model_act *act = &world->model.audit[i];
    if (!(act->whom & 1u << client->member) || act->at_room != like->at_room) continue;
    if (strcmp(act->action, like->action) != 0 || strcmp(act->reasoned ? act->tag : "", like->tag) != 0) continue;
    *known = true;
    if (!(act->told & 1u << index) && (act->at > client->welcomed_at) == since_welcome) return act;
  }
  return NULL;
}

void client_acted(struct world *world, int index, const char *action, int at, const char *reason) {
  struct model_act like = {.action = action, .at_room = at};
  bool known = false;
  snprintf(like.tag, sizeof like.tag, "%s", reason);
  struct model_act *act = acts_untold(world, index, &like, true, &known);
  if (!act) act = acts_untold(world, index, &like, false, &known);
  if (act)
    act->told |= 1u << index;
  else
    world_fail(world, index, known ? "told twice of what was done" : "told of what was not done", at);
}
