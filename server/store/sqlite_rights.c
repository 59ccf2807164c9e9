/* Who may do what: whom the club keeps out, who enters a room, whose word counts there. Looked at in the transaction that
 * acts. The writer remembers what a post needs of its author, as long as nobody else writes. */
#include <stdlib.h>

#include "sqlite.h"

#define SLOTS 16384 /* of members, a power of two; a later one takes the place of an earlier */

struct rights_cache {
  struct rights slots[SLOTS];
};

struct rights_cache *rights_cache_create(void) {
  return calloc(1, sizeof(struct rights_cache));
}

void rights_cache_empty(struct rights_cache *cache) {
  memset(cache, 0, sizeof *cache);
}

void rights_changed(struct sqlite *self, int64_t member) {
  self->rights->slots[(uint64_t)member % SLOTS] = (struct rights){0};
}

static struct rights read_rights(struct sqlite *self, int64_t member) {
  struct rights rights = {.member = member};
  struct query query = query_begin(self, SQL_RIGHTS);
  query_int(&query, member);
  if (query_row(&query)) {
    rights.exists = true;
    rights.role = (enum role)query_get_int(&query, 0);
    rights.disabled = query_get_int(&query, 1) != 0;
    rights.author = query_get_int(&query, 2);
    rights.sanctioned = query_get_int(&query, 3) != 0;
    rights.moderates = query_get_int(&query, 4) != 0;
    rights.was_held = query_get_int(&query, 5) != 0;
  }
  query_end(&query);
  return rights;
}

struct rights rights_of(struct sqlite *self, int64_t member) {
  if (self->role != STORE_WRITER) return read_rights(self, member);
  struct rights *slot = &self->rights->slots[(uint64_t)member % SLOTS];
  if (slot->member == member && slot->exists) return *slot;
  struct rights rights = read_rights(self, member);
  if (self->error == SQLITE_OK) *slot = rights;
  return rights;
}

/* ---- what is forbidden ---- */

static void add_bar(struct bars *bars, enum sanction_kind kind, bool here, int64_t until) {
  if (kind == SANCTION_BAN && here) bars->banned = true;
  if (kind != SANCTION_MUTE && !here) bars->barred = true;
  if (kind != SANCTION_MUTE) return;
  /* Of two mutes the one that lasts longer counts. */
  if (!bars->muted || until == 0 || (bars->muted_until > 0 && until > bars->muted_until)) bars->muted_until = until;
  bars->muted = true;
}

struct bars rights_bars(struct sqlite *self, const struct rights *rights, int64_t room) {
  struct bars bars = {.barred = rights->disabled};
  if (!rights->sanctioned) return bars;
  struct query query = query_begin(self, SQL_SANCTIONS_HERE);
  query_int(&query, rights->member);
  query_int(&query, room);
  query_int(&query, self->now);
  while (query_row(&query)) {
    bool here = room > 0 && query_get_int(&query, 0) == room;
    add_bar(&bars, (enum sanction_kind)query_get_int(&query, 1), here, query_get_int(&query, 2));
  }
  query_end(&query);
  return bars;
}

bool rights_barred(struct sqlite *self, int64_t member) {
  struct rights rights = rights_of(self, member);
  return rights_bars(self, &rights, 0).barred;
}

/* ---- rooms ---- */

bool room_has_admitted(struct sqlite *self, int64_t room, int64_t member) {
  struct query query = query_begin(self, SQL_ADMISSION_GET);
  query_int(&query, room);
  query_int(&query, member);
  return query_number(&query, 0) > 0;
}

enum reason room_admits(struct sqlite *self, const struct room_row *room, int64_t member) {
  if (room->kind == ROOM_DIRECT && room->low != member && room->high != member) return REASON_NOT_FOUND;
  struct rights rights = rights_of(self, member);
  struct bars bars = rights_bars(self, &rights, room->key);
  if (bars.barred) return REASON_FORBIDDEN;
  if (room->is_private && !room_has_admitted(self, room->key, member)) return REASON_NOT_FOUND;
  return bars.banned ? REASON_BANNED : REASON_NONE;
}

enum reason room_enter(struct sqlite *self, struct slice id, int64_t member, struct room_row **room) {
  *room = room_find(self, id);
  return *room ? room_admits(self, *room, member) : REASON_NOT_FOUND;
}

static bool moderates_here(struct sqlite *self, int64_t member, const struct room_row *room) {
  struct slice id = {room->id, room->id_size}, country = SLICE_NONE, sector = SLICE_NONE;
  if (!right_parts(id, &country, &sector)) country = sector = SLICE_NONE;
  struct query query = query_begin(self, SQL_STANDING_AMONG);
  query_int(&query, member);
  query_text(&query, id);
  query_text(&query, country);
  query_text(&query, sector);
  return query_number(&query, 0) > 0;
}

enum standing standing_of(struct sqlite *self, const struct rights *rights, const struct room_row *room) {
  if (rights->role == ROLE_ADMIN) return STANDING_ADMIN;
  if (rights->role == ROLE_MODERATOR) return STANDING_CLUB;
  return room && rights->moderates && moderates_here(self, rights->member, room) ? STANDING_ROOM : STANDING_MEMBER;
}

/* ---- acts ---- */

/* `oneself` is looked at by the act: in which direction one may. */
static enum reason check_target(struct sqlite *self, const struct right *right, int64_t member, struct deed *deed) {
  deed->target = rights_of(self, member);
  if (!deed->target.exists) return REASON_NOT_FOUND;
  if (!right->above || (right->oneself && member == deed->actor.member)) return REASON_NONE;
  return standing_of(self, &deed->target, deed->room) < deed->standing ? REASON_NONE : REASON_FORBIDDEN;
}

enum reason rights_check_actor(struct sqlite *self, int64_t actor, struct deed *deed) {
  *deed = (struct deed){.actor = rights_of(self, actor)};
  bool may = deed->actor.exists && !rights_bars(self, &deed->actor, 0).barred;
  return may ? REASON_NONE : REASON_FORBIDDEN;
}

enum reason rights_check(struct sqlite *self, enum act act, int64_t actor, struct slice room, int64_t member,
                         struct deed *deed) {
  const struct right *right = right_of(act);
  enum reason reason = rights_check_actor(self, actor, deed);
  if (reason) return reason;
  if (right->room && (room.data || !right->club)) {
    reason = room_enter(self, room, actor, &deed->room);
    if (reason) return reason;
  }
  deed->standing = standing_of(self, &deed->actor, deed->room);
  if (deed->standing < (deed->room ? right->in_room : right->in_club)) return REASON_FORBIDDEN;
  return member != 0 ? check_target(self, right, member, deed) : REASON_NONE;
}

/* ---- writing in a room ---- */

bool rights_hinder(struct sqlite *self, const struct room_row *room, int64_t member) {
  return room->locked || room->slow > 0 || room_cache_raid(self) || rights_of(self, member).sanctioned;
}

enum reason rights_to_write(struct sqlite *self, const struct room_row *room, int64_t member, int64_t *muted_ms) {
  struct rights rights = rights_of(self, member);
  struct bars bars = rights_bars(self, &rights, room->key);
  *muted_ms = bars.muted && bars.muted_until > 0 ? bars.muted_until - self->now : 0;
  if (bars.muted) return REASON_MUTED;
  if (room->locked && standing_of(self, &rights, room) < STANDING_ROOM) return REASON_LOCKED;
  return REASON_NONE;
}

int64_t rights_slow(struct sqlite *self, const struct room_row *room, int64_t member) {
  int64_t slow = room_cache_raid(self) && room->slow < RAID_SLOW_SECONDS ? RAID_SLOW_SECONDS : room->slow;
  if (slow == 0) return 0;
  struct rights rights = rights_of(self, member);
  return standing_of(self, &rights, room) < STANDING_ROOM ? slow * 1000 : 0;
}

/* ---- as members and moderators see them ---- */

static void read_standings(struct sqlite *self, struct arena *arena, struct member_record *record) {
  struct slices *standings = &record->standings;
  struct query query = query_begin(self, SQL_STANDINGS);
  query_int(&query, record->key);
  while (standings->count < LIMIT_STANDINGS && query_row(&query)) {
    if (!standings->items) standings->items = arena_alloc(arena, LIMIT_STANDINGS * sizeof *standings->items);
    if (!standings->items) break;
    standings->items[standings->count++] = query_get_text(&query, 0, arena);
  }
  query_end(&query);
}

static void read_sanctions(struct sqlite *self, struct arena *arena, struct member_record *record) {
  struct query query = query_begin(self, SQL_SANCTIONS);
  query_int(&query, record->key);
  query_int(&query, self->now);
  while (record->sanction_count < LIMIT_SANCTIONS + 1 && query_row(&query)) {
    if (!record->sanctions) record->sanctions = arena_alloc(arena, (LIMIT_SANCTIONS + 1) * sizeof *record->sanctions);
    if (!record->sanctions) break;
    record->sanctions[record->sanction_count++] = (struct sanction){
        .kind = (enum sanction_kind)query_get_int(&query, 0),
        .room = query_get_text(&query, 1, arena),
        .until = query_get_int(&query, 2),
        .reason = query_get_text(&query, 3, arena),
    };
  }
  query_end(&query);
}

/* Most members have neither standings nor sanctions: no more is asked about them. */
void rights_fill(struct sqlite *self, struct arena *arena, struct member_record *record) {
  struct rights rights = rights_of(self, record->key);
  record->standings = (struct slices){0};
  record->sanctions = NULL;
  record->sanction_count = 0;
  if (rights.moderates) read_standings(self, arena, record);
  if (rights.sanctioned) read_sanctions(self, arena, record);
}

bool rights_record_barred(const struct member_record *record) {
  bool barred = record->disabled;
  for (size_t i = 0; i < record->sanction_count; i++) {
    if (record->sanctions[i].kind != SANCTION_MUTE && !record->sanctions[i].room.size) barred = true;
  }
  return barred;
}

bool rights_moderates(const struct member_record *record, struct slice room) {
  if (record->role != ROLE_MEMBER) return true;
  struct slice country = SLICE_NONE, sector = SLICE_NONE;
  bool crossing = right_parts(room, &country, &sector);
  for (size_t i = 0; i < record->standings.count; i++) {
    struct slice standing = record->standings.items[i];
    if (slice_equal(standing, room)) return true;
    if (crossing && (slice_equal(standing, country) || slice_equal(standing, sector))) return true;
  }
  return false;
}
