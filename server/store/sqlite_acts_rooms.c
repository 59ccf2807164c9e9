/* Acts on rooms: their settings, what is pinned, rooms that moderators make, who is let in. */
#include "detail.h"
#include "sqlite.h"

#define ID_SIZE (2 + 22) /* "r." and 132 random bits */

static int64_t count(struct sqlite *self, enum sql sql, int64_t room) {
  struct query query = query_begin(self, sql);
  if (room) query_int(&query, room);
  return query_number(&query, 0);
}

/* Of a pair of a room and another number. */
static void run_pair(struct sqlite *self, enum sql sql, int64_t one, int64_t other, bool with_time) {
  struct query query = query_begin(self, sql);
  query_int(&query, one);
  query_int(&query, other);
  if (with_time) query_int(&query, self->now);
  query_run(&query);
}

/* ---- settings ---- */

static bool are_settings(const struct room_row *room, const struct store_act *act) {
  if (act->locked < -1 || act->locked > 1 || act->slow < -1 || act->slow > LIMIT_SLOW_SECONDS) return false;
  return room->kind != ROOM_CUSTOM || !act->title.data || act->title.size;
}

static void change_text(struct detail *detail, const char *name, struct slice given, struct slice *there) {
  if (!given.data || slice_equal(given, *there)) return;
  detail_text(detail, name, given);
  *there = given;
}

static void save(struct sqlite *self, const struct room_row *room, const struct room_settings *settings) {
  struct query query = query_begin(self, SQL_ROOM_UPDATE);
  query_text(&query, settings->title.size ? settings->title : SLICE_NONE);
  query_text(&query, settings->topic.size ? settings->topic : SLICE_NONE);
  query_int(&query, room->locked);
  query_int(&query, room->slow);
  query_int(&query, room->key);
  query_run(&query);
}

enum reason act_update(struct sqlite *self, struct store_job *job, struct deed *deed) {
  const struct store_act *act = &job->act;
  struct room_row *room = deed->room;
  if (room->kind == ROOM_DIRECT) return REASON_FORBIDDEN;
  if (!are_settings(room, act)) return REASON_INVALID_PARAMS;
  struct room_settings settings = {0};
  struct detail changes;
  detail_begin(&changes);
  room_titles(self, room, job->arena, &settings);
  change_text(&changes, "title", act->title, &settings.title);
  change_text(&changes, "topic", act->topic, &settings.topic);
  if (act->locked >= 0 && room->locked != (act->locked == 1)) {
    room->locked = act->locked == 1;
    detail_flag(&changes, "locked", room->locked);
  }
  if (act->slow >= 0 && room->slow != act->slow) {
    room->slow = act->slow;
    detail_number(&changes, "slow", room->slow);
  }
  struct slice detail = detail_end(&changes, job->arena);
  if (!detail.data) return REASON_NONE;
  save(self, room, &settings);
  act_entry_one(self, job, deed, (struct entry){.type = ENTRY_ROOM, .detail = detail});
  act_note(self, job, deed, false, detail);
  return REASON_NONE;
}

/* ---- pins ---- */

static bool stands(struct sqlite *self, const struct room_row *room, int64_t seq) {
  struct query query = query_begin(self, SQL_ENTRY_GET);
  query_int(&query, room->key);
  query_int(&query, seq);
  bool found = query_row(&query) && query_get_int(&query, 1) == ENTRY_MESSAGE && query_get_int(&query, 5) == 0;
  query_end(&query);
  return found;
}

static bool is_among(const int64_t *seqs, size_t size, int64_t seq) {
  for (size_t i = 0; i < size; i++) {
    if (seqs[i] == seq) return true;
  }
  return false;
}

/* Later than all others, so that their order is that of pinning. */
static void pin(struct sqlite *self, const struct room_row *room, int64_t seq, int64_t newest_at) {
  struct query query = query_begin(self, SQL_PIN_ADD);
  query_int(&query, room->key);
  query_int(&query, seq);
  query_int(&query, self->now > newest_at ? self->now : newest_at + 1);
  query_run(&query);
}

enum reason act_pin(struct sqlite *self, struct store_job *job, struct deed *deed) {
  const struct store_act *act = &job->act;
  int64_t seqs[LIMIT_PINS], newest_at = 0;
  if (!stands(self, deed->room, act->target)) return REASON_NOT_FOUND;
  size_t size = room_pins(self, deed->room, seqs, &newest_at);
  if (is_among(seqs, size, act->target) == act->on) return REASON_NONE;
  if (act->on && size == LIMIT_PINS) return REASON_CONFLICT;
  if (act->on) {
    pin(self, deed->room, act->target, newest_at);
  } else {
    run_pair(self, SQL_PIN_DROP, deed->room->key, act->target, false);
  }
  struct detail pins;
  detail_begin(&pins);
  size = room_pins(self, deed->room, seqs, NULL);
  detail_numbers(&pins, "pinned", seqs, size);
  struct entry entry = {.type = ENTRY_ROOM, .detail = detail_end(&pins, job->arena)};
  act_entry_one(self, job, deed, entry);
  act_note(self, job, deed, !act->on, SLICE_NONE);
  return REASON_NONE;
}

/* ---- a room of its own ---- */

static struct slice find_made(struct sqlite *self, const struct store_act *act, struct arena *arena) {
  struct query query = query_begin(self, SQL_ROOM_BY_CLIENT);
  query_int(&query, act->actor);
  query_text(&query, act->client_id);
  struct slice id = query_row(&query) ? query_get_text(&query, 0, arena) : SLICE_NONE;
  query_end(&query);
  return id;
}

static void insert_room(struct sqlite *self, const struct store_act *act) {
  struct query query = query_begin(self, SQL_ROOM_CREATE);
  query_text(&query, act->room);
  query_int(&query, ROOM_CUSTOM);
  query_text(&query, act->title);
  query_text(&query, act->topic.size ? act->topic : SLICE_NONE);
  query_int(&query, act->is_private);
  query_int(&query, act->actor);
  query_text(&query, act->client_id);
  query_run(&query);
}

static struct slice describe_new(const struct store_act *act, struct arena *arena) {
  struct detail detail;
  detail_begin(&detail);
  detail_text(&detail, "title", act->title);
  detail_flag(&detail, "private", act->is_private);
  return detail_end(&detail, arena);
}

static struct slice fresh_id(const struct store_act *act, struct arena *arena) {
  char id[ID_SIZE];
  memcpy(id, "r.", 2);
  memcpy(id + 2, act->fresh, ID_SIZE - 2);
  return arena_copy(arena, (struct slice){id, sizeof id});
}

static bool make_room(struct sqlite *self, struct store_act *act, struct deed *deed) {
  insert_room(self, act);
  deed->room = room_find(self, act->room);
  if (!deed->room) return false;
  run_pair(self, SQL_STANDING_ADD, act->actor, deed->room->key, true);
  rights_changed(self, act->actor);
  if (act->is_private) run_pair(self, SQL_ADMISSION_ADD, deed->room->key, act->actor, true);
  (void)room_list_for(self, deed->room, act->actor, 0);
  return true;
}

enum reason act_create(struct sqlite *self, struct store_job *job, struct deed *deed) {
  struct store_act *act = &job->act;
  if (!act->client_id.size || !act->title.size) return REASON_INVALID_PARAMS;
  struct slice made = find_made(self, act, job->arena);
  if (made.data) {
    act->room = made;
    enum reason reason = room_enter(self, made, act->actor, &deed->room);
    if (!reason) room_describe(self, deed->room, act->actor, true, job->arena, &act->record);
    return reason;
  }
  act->room = fresh_id(act, job->arena);
  if (count(self, SQL_ROOM_CUSTOM_COUNT, 0) >= LIMIT_CUSTOM_ROOMS || room_find(self, act->room)) {
    return REASON_CONFLICT;
  }
  if (count(self, SQL_STANDING_COUNT, act->actor) >= LIMIT_STANDINGS) return REASON_CONFLICT;
  if (room_list_is_full(self, act->actor)) return REASON_RATE_LIMITED;
  if (!make_room(self, act, deed)) return REASON_NONE;
  club_add(self, job, CLUB_MEMBER_CHANGED, act->actor, 0, SLICE_NONE);
  act_note(self, job, deed, false, describe_new(act, job->arena));
  room_describe(self, deed->room, act->actor, true, job->arena, &act->record);
  return REASON_NONE;
}

/* ---- who is let in ---- */

bool room_admit(struct sqlite *self, const struct room_row *room, int64_t member) {
  if (room_has_admitted(self, room->key, member)) return true;
  if (count(self, SQL_ADMISSION_COUNT, room->key) >= LIMIT_ADMISSIONS) return false;
  run_pair(self, SQL_ADMISSION_ADD, room->key, member, true);
  return true;
}

static void let_in(struct sqlite *self, struct store_job *job, const struct room_row *room) {
  const struct store_act *act = &job->act;
  if (room_list_for(self, room, act->member, room->head) == LISTED_NOW) {
    club_add(self, job, CLUB_LISTED, act->member, 0, act->room);
  }
}

static void put_out(struct sqlite *self, const struct room_row *room, int64_t member) {
  run_pair(self, SQL_ADMISSION_DROP, room->key, member, false);
  run_pair(self, SQL_STANDING_DROP, member, room->key, false);
  rights_changed(self, member);
  room_unlist_for(self, room, member);
}

enum reason act_admit(struct sqlite *self, struct store_job *job, struct deed *deed) {
  const struct store_act *act = &job->act;
  if (!deed->room->is_private) return REASON_CONFLICT;
  if (room_has_admitted(self, deed->room->key, act->member) == act->on) return REASON_NONE;
  if (act->on && !room_admit(self, deed->room, act->member)) return REASON_CONFLICT;
  if (act->on) {
    let_in(self, job, deed->room);
  } else {
    put_out(self, deed->room, act->member);
  }
  act_note(self, job, deed, !act->on, SLICE_NONE);
  return REASON_NONE;
}
