#ifndef TEST_STORE_SUITE_RIGHTS_H
#define TEST_STORE_SUITE_RIGHTS_H
/* Who may do what to whom: every act as every standing on every standing in every kind of room, by the table of
 * rights, and that it is asked anew each time. */
#include "suite_moderate.h"

/* ---- the cast ---- */

enum { RIGHTS_CAST = 12, RIGHTS_ROOMS = 8 };

struct rights_person {
  const char *login;
  enum role role;
  const char *moderates; /* a room that it has standing in; NULL: none */
  int64_t member;
};

struct rights_place {
  const char *room;
  bool direct, is_private;
  const char *in[2];           /* the only ones who may enter; NULL: everybody */
  int64_t says[RIGHTS_CAST];   /* seq of a removed message of each; 0: none */
  int64_t report[RIGHTS_CAST]; /* settled, about that one */
};

struct rights_scene {
  struct rights_person cast[RIGHTS_CAST];
  struct rights_place places[RIGHTS_ROOMS];
};

static inline size_t rights_person(const struct rights_scene *scene, const char *login) {
  size_t i = 0;
  while (i < RIGHTS_CAST && strcmp(scene->cast[i].login, login) != 0) i++;
  assert_true(i < RIGHTS_CAST);
  return i;
}

static inline bool rights_enters(const struct rights_scene *scene, const struct rights_place *place, size_t person) {
  if (!place->in[0]) return true;
  return strcmp(scene->cast[person].login, place->in[0]) == 0 || strcmp(scene->cast[person].login, place->in[1]) == 0;
}

/* Once more, and otherwise than the stores do it. `place` NULL: in the club. */
static inline enum standing rights_standing(const struct rights_person *person, const struct rights_place *place) {
  if (person->role == ROLE_ADMIN) return STANDING_ADMIN;
  if (person->role == ROLE_MODERATOR) return STANDING_CLUB;
  if (!place || !person->moderates) return STANDING_MEMBER;
  bool here = strcmp(person->moderates, place->room) == 0;
  if (strcmp(place->room, "kz.fintech") == 0) {
    here = here || strcmp(person->moderates, "kz") == 0 || strcmp(person->moderates, "fintech") == 0;
  }
  return here ? STANDING_ROOM : STANDING_MEMBER;
}

static inline void rights_appoint(struct suite *suite, struct rights_scene *scene, const char *login,
                                  const char *room) {
  struct rights_person *person = &scene->cast[rights_person(scene, login)];
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, room, person->member, true));
  person->moderates = room;
}

static inline void rights_talk_of(struct suite *suite, struct rights_scene *scene, struct rights_place *place) {
  size_t one = rights_person(scene, place->in[0]), other = rights_person(scene, place->in[1]);
  struct store_job *job = suite_direct(suite, scene->cast[one].member, scene->cast[other].member, "talk");
  assert_done(job);
  place->room = strdup(job->room.record.room.data);
  place->direct = true;
}

static inline void rights_say(struct suite *suite, struct rights_scene *scene, struct rights_place *place, size_t i) {
  int64_t member = scene->cast[i].member;
  char id[64];
  snprintf(id, sizeof id, "%.20s-%zu", place->room, i);
  struct store_job *post = suite_post(suite, place->room, member, id, "Продам контейнер 出售集装箱");
  assert_done(post);
  place->says[i] = post->post.seq;
  /* By somebody else who is there. */
  for (size_t other = 0; other < RIGHTS_CAST && !place->report[i]; other++) {
    if (other == i || !rights_enters(scene, place, other)) continue;
    struct store_job *report = moderate_report(suite, place->room, scene->cast[other].member, place->says[i], id);
    assert_done(report);
    place->report[i] = report->report.key;
  }
  assert_done(suite_remove(suite, place->room, member, place->says[i]));
}

static inline void rights_settle_all(struct suite *suite, const struct rights_scene *scene,
                                     struct rights_place *place) {
  for (size_t i = 0; i < RIGHTS_CAST; i++) {
    if (!place->report[i]) continue;
    /* One of three who may settle anything there is not the accused. */
    int64_t settlers[3] = {scene->cast[rights_person(scene, "club2")].member,
                           scene->cast[rights_person(scene, "club1")].member,
                           scene->cast[rights_person(scene, "priv1")].member};
    bool settled = false;
    for (size_t k = 0; k < 3 && !settled; k++) {
      settled = moderate_settle(suite, settlers[k], place->report[i], "warned")->outcome == STORE_DONE;
    }
    if (!settled) place->report[i] = 0; /* about the only one who may settle there */
  }
}

static inline void rights_people(struct suite *suite, struct rights_scene *scene) {
  static const struct rights_person cast[RIGHTS_CAST] = {
      {.login = "plain1"},
      {.login = "plain2"},
      {.login = "kz1"},
      {.login = "kz2"},
      {.login = "fin1"},
      {.login = "pair1"},
      {.login = "open1"},
      {.login = "priv1"},
      {.login = "club1", .role = ROLE_MODERATOR},
      {.login = "club2", .role = ROLE_MODERATOR},
      {.login = "admin1", .role = ROLE_ADMIN},
      {.login = "admin2", .role = ROLE_ADMIN},
  };
  memcpy(scene->cast, cast, sizeof cast);
  for (size_t i = 0; i < RIGHTS_CAST; i++) {
    scene->cast[i].member = suite_member(suite, cast[i].login, "Кто-то", cast[i].role);
  }
}

static inline struct rights_scene *rights_begin(struct suite *suite) {
  struct rights_scene *scene = calloc(1, sizeof *scene);
  assert_non_null(scene);
  rights_people(suite, scene);
  struct rights_place places[RIGHTS_ROOMS] = {{.room = "kz"},
                                              {.room = "fintech"},
                                              {.room = "kz.fintech"},
                                              {.room = "cn"},
                                              {.room = NULL},
                                              {.is_private = true},
                                              {.in = {"priv1", "club1"}, .is_private = true},
                                              {.in = {"plain1", "club1"}}};
  memcpy(scene->places, places, sizeof places);
  int64_t club1 = scene->cast[rights_person(scene, "club1")].member;
  scene->places[4].room = strdup(moderate_create(suite, suite->ada, "open", false));
  scene->places[5].room = strdup(moderate_create(suite, suite->ada, "private", true));
  scene->places[6].room = strdup(moderate_create(suite, club1, "closed", true));
  scene->cast[rights_person(scene, "club1")].moderates = scene->places[6].room;
  rights_talk_of(suite, scene, &scene->places[7]);
  for (size_t i = 0; i < RIGHTS_CAST; i++) {
    assert_done(moderate_switch(suite, ACT_ADMIT, suite->ada, scene->places[5].room, scene->cast[i].member, true));
  }
  int64_t priv1 = scene->cast[rights_person(scene, "priv1")].member;
  assert_done(moderate_switch(suite, ACT_ADMIT, club1, scene->places[6].room, priv1, true));
  rights_appoint(suite, scene, "kz1", "kz");
  rights_appoint(suite, scene, "kz2", "kz");
  rights_appoint(suite, scene, "fin1", "fintech");
  rights_appoint(suite, scene, "pair1", "kz.fintech");
  rights_appoint(suite, scene, "open1", scene->places[4].room);
  rights_appoint(suite, scene, "priv1", scene->places[5].room);
  for (size_t p = 0; p < RIGHTS_ROOMS; p++) {
    for (size_t i = 0; i < RIGHTS_CAST; i++) {
      if (rights_enters(scene, &scene->places[p], i)) rights_say(suite, scene, &scene->places[p], i);
    }
    rights_settle_all(suite, scene, &scene->places[p]);
    suite_forget_jobs(suite);
  }
  return scene;
}

static inline void rights_end(struct rights_scene *scene) {
  for (size_t p = 4; p < RIGHTS_ROOMS; p++) free((void *)(uintptr_t)scene->places[p].room);
  free(scene);
}

/* ---- every act, so that nothing changes ---- */

static inline bool rights_has(const struct rights_person *person, const struct rights_place *place) {
  return person->moderates && strcmp(person->moderates, place->room) == 0;
}

/* NULL: there is nothing to do that to. */
static inline struct store_job *rights_job(struct suite *suite, const struct rights_scene *scene,
                                           const struct rights_place *place, enum act act, size_t actor,
                                           size_t target) {
  int64_t by = scene->cast[actor].member, on = scene->cast[target].member;
  if (act == ACT_REMOVE) {
    return place->says[target] ? suite_change_job(suite, STORE_REMOVE, place->room, by, place->says[target]) : NULL;
  }
  struct store_job *job = moderate_job(suite, act, by, place ? place->room : NULL, on);
  switch (act) {
    case ACT_PURGE: job->act.seconds = 1; break;
    case ACT_UPDATE: job->act.locked = 0; break;
    case ACT_PIN: job->act.target = place->says[target]; break;
    case ACT_ADMIT:
    case ACT_EXCLUDE:
      job->act.act = ACT_ADMIT;
      job->act.on = act == ACT_ADMIT;
      if (place->is_private && rights_enters(scene, place, target) != job->act.on) return NULL;
      break;
    case ACT_SETTLE:
      job->act.report = place->report[target];
      job->act.outcome = slice_of("warned");
      if (!job->act.report) return NULL;
      break;
    case ACT_APPOINT:
      job->act.role = scene->cast[target].role;
      job->act.on = place && rights_has(&scene->cast[target], place);
      break;
    default: break; /* lifts what is not there */
  }
  return job;
}

/* By the table. */
static inline enum reason rights_expected(const struct rights_scene *scene, const struct rights_place *place,
                                          enum act act, size_t actor, size_t target) {
  const struct right *right = right_of(act);
  enum standing has = rights_standing(&scene->cast[actor], place);
  enum standing needs = place ? right->in_room : right->in_club;
  bool self = actor == target;
  if (act == ACT_SETTLE && place->direct) return has < STANDING_CLUB || self ? REASON_FORBIDDEN : REASON_NONE;
  if (place && !rights_enters(scene, place, actor)) return REASON_NOT_FOUND;
  if (act == ACT_REMOVE && self) return REASON_NONE;
  if (has < needs) return REASON_FORBIDDEN;
  if (right->above && !(right->oneself && self) && rights_standing(&scene->cast[target], place) >= has) {
    return REASON_FORBIDDEN;
  }
  if (place && place->direct && (act == ACT_UPDATE || act == ACT_APPOINT)) return REASON_FORBIDDEN;
  if (act == ACT_APPOINT && place && self && rights_has(&scene->cast[target], place)) return REASON_FORBIDDEN;
  if ((act == ACT_ADMIT || act == ACT_EXCLUDE) && !place->is_private) return REASON_CONFLICT;
  if (act == ACT_PIN) return REASON_NOT_FOUND; /* all that was said is removed */
  return act == ACT_SETTLE && self ? REASON_FORBIDDEN : REASON_NONE;
}

static inline void rights_try(struct suite *suite, const struct rights_scene *scene, const struct rights_place *place,
                              enum act act) {
  struct store_job *jobs[RIGHTS_CAST * RIGHTS_CAST];
  size_t actors[RIGHTS_CAST * RIGHTS_CAST], targets[RIGHTS_CAST * RIGHTS_CAST], count = 0;
  for (size_t actor = 0; actor < RIGHTS_CAST; actor++) {
    for (size_t target = 0; target < RIGHTS_CAST; target++) {
      jobs[count] = rights_job(suite, scene, place, act, actor, target);
      actors[count] = actor;
      targets[count] = target;
      if (jobs[count]) count++;
    }
  }
  if (count == 0) return;
  suite->writer.write(suite->writer.self, jobs, count);
  for (size_t i = 0; i < count; i++) {
    enum reason expected = rights_expected(scene, place, act, actors[i], targets[i]);
    if (jobs[i]->outcome == (expected ? STORE_REFUSED : STORE_DONE) && jobs[i]->reason == expected) continue;
    fail_msg("%s in %s: %s on %s: %s, not %s", right_of(act)->done, place ? place->room : "the club",
             scene->cast[actors[i]].login, scene->cast[targets[i]].login, reason_text(jobs[i]->reason),
             reason_text(expected));
  }
  suite_forget_jobs(suite);
}

static inline void every_standing_may_do_in_every_room_what_the_table_says(void **state) {
  struct suite *suite = *state;
  struct rights_scene *scene = rights_begin(suite);
  suite->now += 10000;
  int64_t newest = moderate_newest(suite)->key;
  for (size_t p = 0; p < RIGHTS_ROOMS; p++) {
    for (enum act act = ACT_REMOVE; act <= ACT_SETTLE; act++) {
      if (right_of(act)->room) rights_try(suite, scene, &scene->places[p], act);
    }
  }
  assert_int_equal(moderate_newest(suite)->key, newest); /* nothing changed, so nothing is noted */
  rights_end(scene);
}

static inline void every_standing_may_do_in_the_club_what_the_table_says(void **state) {
  struct suite *suite = *state;
  struct rights_scene *scene = rights_begin(suite);
  static const enum act acts[] = {ACT_MUTE, ACT_BAN, ACT_APPOINT, ACT_FREEZE, ACT_RAID};
  for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) rights_try(suite, scene, NULL, acts[i]);
  for (size_t i = 0; i < RIGHTS_CAST; i++) {
    bool may = rights_standing(&scene->cast[i], NULL) >= STANDING_CLUB;
    char id[32];
    snprintf(id, sizeof id, "room-of-%zu", i);
    struct store_job *create = suite_run(suite, moderate_create_job(suite, scene->cast[i].member, id, "Зал", false));
    struct store_job *invite = suite_job(suite, STORE_INVITE_CREATE);
    digest_sha256(slice_of(id), invite->invite.digest);
    invite->invite.member = scene->cast[i].member;
    invite->invite.record.uses = 1;
    assert_int_equal(create->outcome, may ? STORE_DONE : STORE_REFUSED);
    assert_int_equal(suite_run(suite, invite)->outcome, may ? STORE_DONE : STORE_REFUSED);
    if (!may) assert_int_equal(create->reason, REASON_FORBIDDEN);
    if (!may) assert_int_equal(invite->reason, REASON_FORBIDDEN);
  }
  rights_end(scene);
}

/* ---- rights that change meanwhile ---- */

static inline void a_moderator_who_was_dismissed_acts_no_more(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->ivan, ROLE_MODERATOR));
  assert_done(suite_post(suite, "kz", suite->wang, "a", "帖子"));
  struct store_job *dismiss = moderate_job(suite, ACT_APPOINT, suite->ada, NULL, suite->ivan);
  dismiss->act.role = ROLE_MEMBER;
  struct store_job *mute = moderate_job(suite, ACT_MUTE, suite->ivan, "kz", suite->wang);
  mute->act.seconds = 60;
  struct store_job *again = moderate_job(suite, ACT_MUTE, suite->ivan, "cn", suite->wang);
  again->act.seconds = 60;
  struct store_job *batch[4] = {mute, dismiss, again, suite_change_job(suite, STORE_REMOVE, "kz", suite->ivan, 1)};
  suite->writer.write(suite->writer.self, batch, 4);
  assert_done(mute);
  assert_done(dismiss);
  assert_refused(again, REASON_FORBIDDEN);
  assert_refused(batch[3], REASON_FORBIDDEN);
  assert_int_equal(moderate_record(suite, suite->wang)->sanction_count, 1);
}

static inline void who_invites_gives_no_more_than_it_has(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->ivan, ROLE_MODERATOR));
  const char *room = moderate_create(suite, suite->ada, "private", true);
  struct store_job *jobs[4];
  static const char *const tokens[4] = {"admin", "room", "mine", "hers"};
  for (int i = 0; i < 4; i++) {
    jobs[i] = suite_job(suite, STORE_INVITE_CREATE);
    digest_sha256(slice_of(tokens[i]), jobs[i]->invite.digest);
    jobs[i]->invite.member = i < 3 ? suite->ivan : suite->ada;
    jobs[i]->invite.record.uses = 1;
  }
  jobs[0]->invite.record.role = ROLE_MODERATOR;
  jobs[1]->invite.record.room = jobs[3]->invite.record.room = slice_of(room);
  assert_refused(suite_run(suite, jobs[0]), REASON_FORBIDDEN);
  assert_refused(suite_run(suite, jobs[1]), REASON_NOT_FOUND);
  assert_done(suite_run(suite, jobs[2]));
  assert_done(suite_run(suite, jobs[3]));
  struct store_job *join = suite_job(suite, STORE_MEMBER_ADD);
  join->member.invited = true;
  digest_sha256(slice_of("hers"), join->member.digest);
  join->member.member.login = slice_of("guest");
  join->member.member.name = slice_of("Гость");
  assert_done(suite_run(suite, join));
  assert_done(suite_page(suite, room, join->member.member.key, 0, -1, 10));
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", join->member.member.key)->room.count, 1);
  struct store_job *revoke = suite_job(suite, STORE_INVITE_REVOKE);
  revoke->invite.member = suite->ivan;
  revoke->invite.record.key = jobs[3]->invite.record.key;
  assert_refused(suite_run(suite, revoke), REASON_NOT_FOUND);
}

#define SUITE_RIGHTS(setup) \
  SUITE_TEST(every_standing_may_do_in_every_room_what_the_table_says, setup), \
      SUITE_TEST(every_standing_may_do_in_the_club_what_the_table_says, setup), \
      SUITE_TEST(a_moderator_who_was_dismissed_acts_no_more, setup), \
      SUITE_TEST(who_invites_gives_no_more_than_it_has, setup)
#endif
