#ifndef TEST_STORE_SUITE_TREE_H
#define TEST_STORE_SUITE_TREE_H
/* The tree of invites: who came by whom, who may see it, and what a freeze would do to a branch. */
#include "suite_moderate.h"

static inline struct store_job *tree_job(struct suite *suite, int64_t asker, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_INVITE_TREE);
  job->tree = (struct store_tree){.asker = asker, .member = member, .limit = 50};
  return job;
}

static inline struct store_job *tree_of(struct suite *suite, int64_t asker, int64_t member) {
  struct store_job *job = suite_run(suite, tree_job(suite, asker, member));
  assert_done(job);
  return job;
}

/* wang, a moderator, invited root, who invited leaf and high; high, a moderator, invited under. */
struct tree_scene {
  int64_t root, leaf, high, under;
};

static inline struct tree_scene tree_begin(struct suite *suite) {
  struct tree_scene scene;
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  scene.root = moderate_invite(suite, suite->wang, "root");
  assert_done(moderate_role(suite, suite->ada, scene.root, ROLE_MODERATOR));
  scene.leaf = moderate_invite(suite, scene.root, "leaf");
  scene.high = moderate_invite(suite, scene.root, "high");
  assert_done(moderate_role(suite, suite->ada, scene.high, ROLE_MODERATOR));
  scene.under = moderate_invite(suite, scene.high, "under");
  assert_done(moderate_role(suite, suite->ada, scene.root, ROLE_MEMBER));
  return scene;
}

static inline void the_tree_shows_who_came_by_whom(void **state) {
  struct suite *suite = *state;
  struct tree_scene scene = tree_begin(suite);
  const struct store_tree *tree = &tree_of(suite, suite->ada, scene.root)->tree;
  assert_slice(tree->root.member.login, "root");
  assert_int_equal(tree->root.invited, 2);
  assert_int_equal(tree->root.member.made_at, suite->now);
  assert_int_equal(tree->above_count, 1);
  assert_int_equal(tree->above[0].member.key, suite->wang);
  assert_int_equal(tree->count, 2);
  assert_int_equal(tree->invited[0].member.key, scene.leaf);
  assert_int_equal(tree->invited[0].invited, 0);
  assert_int_equal(tree->invited[1].member.key, scene.high);
  assert_int_equal(tree->invited[1].member.role, ROLE_MODERATOR);
  assert_int_equal(tree->invited[1].invited, 1);
  assert_false(tree->more);
  tree = &tree_of(suite, suite->wang, scene.under)->tree;
  assert_int_equal(tree->above_count, 3);
  assert_int_equal(tree->above[0].member.key, scene.high);
  assert_int_equal(tree->above[1].member.key, scene.root);
  assert_int_equal(tree->above[2].member.key, suite->wang);
  assert_int_equal(tree->count, 0);
}

static inline void those_whom_nobody_invited_stand_at_the_top(void **state) {
  struct suite *suite = *state;
  tree_begin(suite);
  struct store_job *job = tree_job(suite, suite->wang, 0);
  job->tree.limit = 2;
  assert_done(suite_run(suite, job));
  assert_int_equal(job->tree.count, 2);
  assert_int_equal(job->tree.invited[0].member.key, suite->ada);
  assert_int_equal(job->tree.invited[1].member.key, suite->ivan);
  assert_true(job->tree.more);
  struct store_job *next = tree_job(suite, suite->wang, 0);
  next->tree.limit = 2;
  next->tree.after = suite->ivan;
  assert_done(suite_run(suite, next));
  assert_int_equal(next->tree.count, 1);
  assert_int_equal(next->tree.invited[0].member.key, suite->wang);
  assert_int_equal(next->tree.invited[0].invited, 1);
  assert_false(next->tree.more);
}

static inline void the_tree_counts_whom_a_freeze_would_reach(void **state) {
  struct suite *suite = *state;
  struct tree_scene scene = tree_begin(suite);
  const struct store_tree *tree = &tree_of(suite, suite->wang, scene.root)->tree;
  assert_int_equal(tree->open, 2); /* the moderator and who came by that one would stay */
  assert_int_equal(tree->frozen, 0);
  assert_int_equal(tree_of(suite, suite->ada, scene.root)->tree.open, 4);
  assert_int_equal(tree_of(suite, suite->wang, scene.high)->tree.open, 0);
  assert_int_equal(tree_of(suite, suite->wang, suite->ada)->tree.open, 0);
  assert_int_equal(moderate_switch(suite, ACT_FREEZE, suite->wang, NULL, scene.leaf, true)->act.count, 1);
  tree = &tree_of(suite, suite->ada, scene.root)->tree;
  assert_int_equal(tree->open, 3);
  assert_int_equal(tree->frozen, 1);
  assert_true(tree->invited[0].frozen);
  assert_false(tree->invited[1].frozen);
  assert_int_equal(moderate_switch(suite, ACT_FREEZE, suite->ada, NULL, scene.root, true)->act.count, 3);
  tree = &tree_of(suite, suite->ada, scene.root)->tree;
  assert_int_equal(tree->open, 0);
  assert_int_equal(tree->frozen, 4);
  assert_true(tree->root.frozen);
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, NULL, scene.leaf, 60));
  assert_true(tree_of(suite, suite->ada, scene.root)->tree.invited[0].banned);
  suite->now += 61 * 1000;
  assert_false(tree_of(suite, suite->ada, scene.root)->tree.invited[0].banned);
}

static inline void only_moderators_of_the_club_see_the_tree(void **state) {
  struct suite *suite = *state;
  assert_refused(suite_run(suite, tree_job(suite, suite->ivan, suite->wang)), REASON_FORBIDDEN);
  assert_refused(suite_run(suite, tree_job(suite, 4711, suite->wang)), REASON_FORBIDDEN);
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  assert_refused(suite_run(suite, tree_job(suite, suite->wang, 4711)), REASON_NOT_FOUND);
  assert_done(suite_run(suite, tree_job(suite, suite->wang, suite->ivan)));
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, NULL, suite->wang, -1));
  assert_refused(suite_run(suite, tree_job(suite, suite->wang, suite->ivan)), REASON_FORBIDDEN);
}

static inline void a_card_says_who_invited(void **state) {
  struct suite *suite = *state;
  struct tree_scene scene = tree_begin(suite);
  struct store_job *job = suite_job(suite, STORE_MEMBER_GET);
  job->member.member.key = scene.leaf;
  job->member.asker = suite->ivan;
  assert_done(suite_run(suite, job));
  assert_int_equal(job->member.inviter, scene.root);
  assert_slice(job->member.inviter_name, "Гость");
  struct store_job *first = suite_job(suite, STORE_MEMBER_GET);
  first->member.member.key = suite->ada;
  first->member.asker = suite->ivan;
  assert_done(suite_run(suite, first));
  assert_int_equal(first->member.inviter, 0);
}

static inline struct store_job *tree_freeze(struct suite *suite, int64_t actor, int64_t invite, bool on) {
  struct store_job *job = moderate_job(suite, ACT_FREEZE, actor, NULL, 0);
  job->act.invite = invite;
  job->act.on = on;
  return suite_run(suite, job);
}

static inline struct store_job *tree_came(struct suite *suite, int64_t asker, int64_t invite) {
  struct store_job *job = tree_job(suite, asker, 0);
  job->tree.invite = invite;
  return suite_run(suite, job);
}

static inline int64_t tree_join(struct suite *suite, const char *invite, const char *login) {
  struct store_job *join = suite_job(suite, STORE_MEMBER_ADD);
  join->member.invited = true;
  digest_sha256(slice_of(invite), join->member.digest);
  join->member.member.login = slice_of(login);
  join->member.member.name = slice_of(login);
  (void)suite_run(suite, join);
  return join->outcome == STORE_DONE ? join->member.member.key : 0;
}

static inline void all_who_came_by_one_invite_are_frozen_together(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  int64_t one = moderate_invite(suite, suite->wang, "one");
  struct store_job *create = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of("leaked"), create->invite.digest);
  create->invite.member = suite->wang;
  create->invite.record.uses = 10;
  assert_done(suite_run(suite, create));
  int64_t invite = create->invite.record.key, first = tree_join(suite, "leaked", "first");
  int64_t second = tree_join(suite, "leaked", "second"), high = tree_join(suite, "leaked", "high");
  assert_done(moderate_role(suite, suite->ada, second, ROLE_MODERATOR));
  int64_t below = moderate_invite(suite, second, "below");
  assert_done(moderate_role(suite, suite->ada, second, ROLE_MEMBER));
  assert_done(moderate_role(suite, suite->ada, high, ROLE_MODERATOR));
  struct store_job *came = tree_came(suite, suite->wang, invite);
  assert_done(came);
  assert_int_equal(came->tree.record.used, 3);
  assert_int_equal(came->tree.record.made_by, suite->wang);
  assert_int_equal(came->tree.count, 3);
  assert_int_equal(came->tree.invited[0].member.key, first);
  assert_int_equal(came->tree.invited[0].invite, invite);
  assert_int_equal(came->tree.open, 3);
  assert_refused(tree_freeze(suite, suite->ivan, invite, true), REASON_FORBIDDEN);
  assert_refused(tree_freeze(suite, suite->wang, 4711, true), REASON_NOT_FOUND);
  assert_refused(tree_came(suite, suite->wang, 4711), REASON_NOT_FOUND);
  int64_t before = moderate_club_head(suite);
  struct store_job *freeze = tree_freeze(suite, suite->wang, invite, true);
  assert_done(freeze);
  assert_int_equal(freeze->act.count, 3); /* first, second, and below that one */
  char detail[64];
  snprintf(detail, sizeof detail, "\"invite\":%lld,\"members\":3", (long long)invite);
  assert_slice(moderate_newest(suite)->detail, detail);
  assert_slice(moderate_newest(suite)->action, "freeze");
  assert_int_equal(moderate_newest(suite)->member, 0);
  assert_true(moderate_heard(suite, before, CLUB_ACTED, below, freeze->act.audit));
  assert_refused(suite_post(suite, "kz", below, "a", "text"), REASON_FORBIDDEN);
  assert_done(suite_post(suite, "kz", one, "a", "text"));
  assert_done(suite_post(suite, "kz", high, "a", "text"));
  assert_int_equal(tree_join(suite, "leaked", "late"), 0); /* nobody comes by it any more */
  moderate_done_nothing(suite, tree_freeze(suite, suite->wang, invite, true), freeze->act.audit);
  struct store_job *thaw = tree_freeze(suite, suite->wang, invite, false);
  assert_int_equal(thaw->act.count, 3);
  assert_slice(moderate_newest(suite)->action, "unfreeze");
  assert_done(suite_post(suite, "kz", below, "b", "text"));
  assert_int_equal(tree_join(suite, "leaked", "later"), 0);
}

static inline void an_invite_by_which_nobody_came_is_void_when_it_is_frozen(void **state) {
  struct suite *suite = *state;
  struct store_job *create = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of("unused"), create->invite.digest);
  create->invite.member = suite->ada;
  create->invite.record.uses = 1;
  assert_done(suite_run(suite, create));
  int64_t invite = create->invite.record.key;
  struct store_job *freeze = tree_freeze(suite, suite->ada, invite, true);
  assert_done(freeze);
  assert_int_equal(freeze->act.count, 0);
  assert_true(freeze->act.changed);
  assert_int_equal(tree_join(suite, "unused", "late"), 0);
  moderate_done_nothing(suite, tree_freeze(suite, suite->ada, invite, true), freeze->act.audit);
  moderate_done_nothing(suite, tree_freeze(suite, suite->ada, invite, false), freeze->act.audit);
}

static inline void what_was_done_to_many_is_read_together(void **state) {
  struct suite *suite = *state;
  struct tree_scene scene = tree_begin(suite);
  struct store_job *freeze = moderate_switch(suite, ACT_FREEZE, suite->wang, NULL, scene.root, true);
  struct store_job *job = suite_job(suite, STORE_ACTED);
  int64_t members[] = {scene.leaf, 4711, scene.high, scene.root};
  job->acted.key = freeze->act.audit;
  job->acted.members = members;
  job->acted.member_count = 4;
  assert_done(suite_run(suite, job));
  assert_slice(job->acted.act->action, "freeze");
  assert_int_equal(job->acted.act->member, scene.root);
  assert_int_equal(job->acted.count, 3);
  for (size_t i = 0; i < 3; i++) {
    const struct member_record *record = &job->acted.records[i];
    bool frozen = record->sanction_count == 1 && record->sanctions[0].kind == SANCTION_FROZEN;
    assert_int_equal(frozen, record->key != scene.high);
  }
  struct store_job *none = suite_job(suite, STORE_ACTED);
  none->acted.key = 4711;
  none->acted.members = members;
  none->acted.member_count = 1;
  assert_done(suite_run(suite, none));
  assert_null(none->acted.act);
  assert_int_equal(none->acted.count, 1);
}

/* One behind the other in the club log, so that instances read them together; what ends comes after. */
static inline void those_who_are_frozen_are_told_before_anything_ends(void **state) {
  struct suite *suite = *state;
  struct tree_scene scene = tree_begin(suite);
  int64_t before = moderate_club_head(suite);
  struct store_job *freeze = moderate_switch(suite, ACT_FREEZE, suite->ada, NULL, scene.root, true);
  const struct store_pulse *pulse = &suite_pulse(suite, "kz", before)->pulse;
  assert_int_equal(freeze->act.count, 4);
  assert_int_equal(pulse->event_count, 8); /* each had a session */
  for (size_t i = 0; i < 8; i++) {
    assert_int_equal(pulse->events[i].kind, i < 4 ? CLUB_ACTED : CLUB_SESSION_ENDED);
    if (i < 4) assert_int_equal(pulse->events[i].session, freeze->act.audit);
  }
}

#define SUITE_TREE(setup) \
  SUITE_TEST(the_tree_shows_who_came_by_whom, setup), SUITE_TEST(those_whom_nobody_invited_stand_at_the_top, setup), \
      SUITE_TEST(the_tree_counts_whom_a_freeze_would_reach, setup), \
      SUITE_TEST(only_moderators_of_the_club_see_the_tree, setup), SUITE_TEST(a_card_says_who_invited, setup), \
      SUITE_TEST(what_was_done_to_many_is_read_together, setup), \
      SUITE_TEST(those_who_are_frozen_are_told_before_anything_ends, setup), \
      SUITE_TEST(all_who_came_by_one_invite_are_frozen_together, setup), \
      SUITE_TEST(an_invite_by_which_nobody_came_is_void_when_it_is_frozen, setup)
#endif
