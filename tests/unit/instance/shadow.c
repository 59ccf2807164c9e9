/* Beside the model, the store for files carries out the same writes: what it decides must be what the model decides. */
#include <sqlite3.h>

#include "store/files.h"
#include "world_inside.h"

struct shadow {
  struct store_driver writer;
  struct clock clock;
  char address[64];
  int64_t audits[MODEL_AUDIT + 1]; /* the store's keys of the model's acts */
};

static int64_t shadow_now(void *self) {
  return ((struct world *)self)->now;
}

static void shadow_write(struct shadow *shadow, struct store_job *job) {
  shadow->writer.write(shadow->writer.self, &job, 1);
  assert_int_equal(job->outcome, STORE_DONE);
  store_job_destroy(job);
}

static void shadow_add_member(struct shadow *shadow, int number, enum role role) {
  struct store_job *job = store_job_create(STORE_MEMBER_ADD);
  struct member_record *member = &job->member.member;
  const struct slice none = {"", 0};
  char login[8];
  snprintf(login, sizeof login, "m%d", number);
  *member = (struct member_record){.role = role,
                                   .login = arena_copy(job->arena, slice_of(login)),
                                   .name = SLICE_LITERAL("李娜"),
                                   .country = SLICE_LITERAL("kz"),
                                   .title = none,
                                   .company = none,
                                   .about = none,
                                   .offers = none,
                                   .seeks = none};
  job->member.password = SLICE_LITERAL("$argon2id$made-up");
  shadow_write(shadow, job);
}

static void shadow_add_rooms(struct shadow *shadow, const struct model *model) {
  struct store_job *job = store_job_create(STORE_ROOMS_ENSURE);
  struct room_head heads[3];
  for (int at = 0; at < 3; at++) heads[at] = (struct room_head){.room = slice_of(model->rooms[at].id)};
  job->pulse.heads = heads;
  job->pulse.head_count = 3;
  shadow_write(shadow, job);
  for (int at = 3; at < MODEL_PRIVATE; at++) {
    job = store_job_create(STORE_DIRECT_OPEN);
    job->room.member = model->rooms[at].pair[0];
    job->room.other = model->rooms[at].pair[1];
    memcpy(job->room.fresh, model->rooms[at].id + strlen("dm."), strlen(model->rooms[at].id) - strlen("dm."));
    shadow_write(shadow, job);
  }
}

static void shadow_add_private(struct shadow *shadow, const struct model *model) {
  const struct model_room *room = &model->rooms[MODEL_PRIVATE];
  struct store_job *job = store_job_create(STORE_ACT);
  job->act = (struct store_act){.act = ACT_CREATE,
                                .actor = MODEL_MEMBERS,
                                .client_id = SLICE_LITERAL("private"),
                                .title = SLICE_LITERAL("Между нами"),
                                .is_private = true};
  memcpy(job->act.fresh, room->id + strlen("r."), strlen(room->id) - strlen("r."));
  shadow_write(shadow, job);
  for (int member = 1; member < MODEL_MEMBERS; member++) {
    if (!room->admitted[member]) continue;
    job = store_job_create(STORE_ACT);
    job->act = (struct store_act){
        .act = ACT_ADMIT, .actor = MODEL_MEMBERS, .room = slice_of(room->id), .member = member, .on = true};
    shadow_write(shadow, job);
  }
}

/* 3 came through 2, 4 through 3. */
static void shadow_invite(const struct shadow *shadow) {
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(files_path(shadow->address), &db), SQLITE_OK);
  const char *sql = "UPDATE member SET invited_by = key - 1 WHERE key IN (3, 4)";
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

struct shadow *shadow_create(struct world *world) {
  struct shadow *shadow = calloc(1, sizeof *shadow);
  char memory[] = "/dev/shm/club-shadow-XXXXXX", folder[] = "/tmp/club-shadow-XXXXXX", error[256] = "";
  const char *made = mkdtemp(memory);
  if (!made) made = mkdtemp(folder);
  assert_non_null(made);
  snprintf(shadow->address, sizeof shadow->address, "sqlite:%s/club.db", made);
  bool opened = store_driver_open(&shadow->writer, shadow->address, STORE_WRITER, error, sizeof error);
  assert_string_equal(error, "");
  assert_true(opened);
  shadow->clock = (struct clock){world, shadow_now, shadow_now};
  shadow->writer.set_clock(shadow->writer.self, &shadow->clock);
  for (int member = 1; member <= MODEL_MEMBERS; member++) shadow_add_member(shadow, member, world->model.roles[member]);
  shadow_add_rooms(shadow, &world->model);
  shadow_add_private(shadow, &world->model);
  shadow_invite(shadow);
  return shadow;
}

void shadow_destroy(struct shadow *shadow) {
  if (!shadow) return;
  shadow->writer.close(shadow->writer.self);
  files_remove(shadow->address);
  free(shadow);
}

/* ---- the same for both ---- */

static bool shadow_follows(enum store_kind kind) {
  return kind == STORE_POST || kind == STORE_EDIT || kind == STORE_REMOVE || kind == STORE_REACT || kind == STORE_ACT ||
         kind == STORE_INVITE_CREATE || kind == STORE_ACTED;
}

static bool shadow_has_sanction(const struct member_record *record, const struct sanction *sanction) {
  for (size_t i = 0; i < record->sanction_count; i++) {
    const struct sanction *one = &record->sanctions[i];
    if (one->kind == sanction->kind && slice_equal(one->room, sanction->room))
      return one->until == sanction->until && slice_equal(one->reason, sanction->reason);
  }
  return false;
}

static bool shadow_has_member(const struct store_acted *store, const struct member_record *record) {
  const struct member_record *one = NULL;
  for (size_t i = 0; i < store->count && !one; i++)
    if (store->records[i].key == record->key) one = &store->records[i];
  if (!one || one->role != record->role || one->standings.count != record->standings.count) return false;
  bool same = one->sanction_count == record->sanction_count;
  for (size_t i = 0; i < record->sanction_count; i++) same &= shadow_has_sanction(one, &record->sanctions[i]);
  return same;
}

static const char *shadow_differs_acted(const struct store_acted *model, const struct store_acted *store) {
  if (!model->act || !store->act) return "the store or the model does not know an act";
  bool same = slice_equal(model->act->action, store->act->action) && model->act->member == store->act->member &&
              slice_equal(model->act->reason, store->act->reason);
  if (!same) return "the store knows another act";
  if (model->count != store->count) return "the store reads more or fewer of those to whom it was done";
  for (size_t i = 0; i < model->count; i++)
    if (!shadow_has_member(store, &model->records[i])) return "the store reads otherwise one to whom it was done";
  return NULL;
}

static const char *shadow_differs(const struct store_job *model, const struct store_job *store) {
  if (model->outcome != store->outcome) return "the store decides otherwise";
  if (model->outcome == STORE_REFUSED) return model->reason != store->reason ? "the store says another reason" : NULL;
  switch (model->kind) {
    case STORE_POST:
      if (model->post.duplicate != store->post.duplicate) return "the store knows a post otherwise";
      return model->post.seq != store->post.seq ? "the store gives a post another seq" : NULL;
    case STORE_ACT:
      if (model->act.changed != store->act.changed) return "the store changes something else by an act";
      if ((store->act.audit > 0) != model->act.changed) return "the store notes what was not done, or not what was";
      if (model->act.count != store->act.count) return "the store acts on more or fewer";
      return model->act.seq != store->act.seq ? "the store gives an act another seq" : NULL;
    case STORE_INVITE_CREATE: return NULL;
    case STORE_ACTED: return shadow_differs_acted(&model->acted, &store->acted);
    default:
      if (model->change.changed != store->change.changed) return "the store changes something else";
      return model->change.seq != store->change.seq ? "the store gives a change another seq" : NULL;
  }
}

static void shadow_run(struct shadow *shadow, const struct world *world, const struct store_job *job,
                       struct store_job *twin) {
  if (job->kind == STORE_ACTED) {
    twin->acted.key = shadow->audits[job->acted.key];
    shadow->writer.read(shadow->writer.self, twin);
    return;
  }
  shadow->writer.write(shadow->writer.self, &twin, 1);
  if (job->kind == STORE_ACT && job->act.changed) shadow->audits[world->model.audit_count] = twin->act.audit;
}

/* What only the model has no room for happens in neither. */
void world_carry_out(struct world *world, struct store_job *job) {
  struct store_job *twin = world->shadow && shadow_follows(job->kind) ? store_job_create(job->kind) : NULL;
  if (twin) {
    struct arena *arena = twin->arena;
    *twin = *job;
    twin->arena = arena;
  }
  model_run(&world->model, job);
  if (!twin) return;
  if (job->outcome != STORE_REFUSED || job->reason != REASON_UNAVAILABLE) {
    shadow_run(world->shadow, world, job, twin);
    const char *what = shadow_differs(job, twin);
    if (what) world_fail(world, -1, what, job->kind == STORE_ACT ? 100 + (int64_t)job->act.act : (int64_t)job->kind);
  }
  store_job_destroy(twin);
}
