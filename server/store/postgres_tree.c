/* The tree of invites: who came by whom. */
#include "postgres.h"
#include "tree_sql.h"

static const char member_get[] = TREE_MEMBER("club_now_1($1)");
static const char above_list[] = TREE_ABOVE("club_now_1($3)");
static const char invited_list[] = TREE_THOSE_IN_ORDER("club_now_1($1)", "invited_by");
static const char roots_list[] = TREE_ROOTS("club_now_1($1)");
static const char came_list[] = TREE_THOSE_IN_ORDER("club_now_1($1)", "invite");
static const char invite_get[] = "SELECT " INVITES_SELECT " FROM invite WHERE key = $1";
/* Those below the ones that a branch begins with. */
#define BELOW \
  "UNION ALL SELECT came.key FROM branch, LATERAL (SELECT m.key FROM member m WHERE m.invited_by = branch.key AND " \
  "m.role < $2 OFFSET 0) AS came) " TREE_COUNT
static const char branch_count[] = "WITH RECURSIVE branch AS (SELECT $1 AS key " BELOW;
static const char branches_count[] =
    "WITH RECURSIVE branch AS (SELECT top.key FROM member AS top WHERE top.invite = $1 AND top.role < $2 " BELOW;

static void take_record(const struct ask *ask, struct arena *arena, struct tree_record *record) {
  *record = (struct tree_record){.member = {.key = ask_get_int(ask, 0),
                                            .login = ask_get_text(ask, 1, arena),
                                            .name = ask_get_text(ask, 2, arena),
                                            .company = ask_get_text(ask, 3, arena),
                                            .country = ask_get_text(ask, 4, arena),
                                            .role = (enum role)ask_get_int(ask, 5),
                                            .disabled = ask_get_int(ask, 6) != 0,
                                            .made_at = ask_get_int(ask, 7)},
                                 .invited = ask_get_int(ask, 8),
                                 .frozen = ask_get_int(ask, 9) != 0,
                                 .banned = ask_get_int(ask, 10) != 0,
                                 .invite = ask_get_int(ask, 11)};
}

static bool find_root(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, member_get);
  ask_now(&ask);
  ask_int(&ask, job->tree.member);
  bool found = ask_row(&ask);
  if (found) take_record(&ask, job->arena, &job->tree.root);
  ask_end(&ask);
  return found;
}

static bool find_invite(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, invite_get);
  ask_int(&ask, job->tree.invite);
  bool found = ask_row(&ask);
  if (found) invites_take_record(&ask, 0, job->arena, &job->tree.record);
  ask_end(&ask);
  return found;
}

static void read_above(struct postgres *self, struct store_job *job) {
  struct store_tree *tree = &job->tree;
  struct ask ask = ask_begin(self, above_list);
  ask_int(&ask, tree->member);
  ask_int(&ask, LIMIT_TREE_ABOVE);
  ask_now(&ask);
  tree->above = arena_alloc(job->arena, LIMIT_TREE_ABOVE * sizeof *tree->above);
  while (tree->above && tree->above_count < LIMIT_TREE_ABOVE && ask_row(&ask)) {
    take_record(&ask, job->arena, &tree->above[tree->above_count++]);
  }
  ask_end(&ask);
}

static void read_invited(struct postgres *self, struct store_job *job) {
  struct store_tree *tree = &job->tree;
  struct ask ask = ask_begin(self, tree->member ? invited_list : tree->invite ? came_list : roots_list);
  ask_now(&ask);
  if (tree->member || tree->invite) ask_int(&ask, tree->member ? tree->member : tree->invite);
  ask_int(&ask, tree->after);
  ask_int(&ask, tree->limit + 1); /* one more tells whether there are more */
  size_t limit = (size_t)tree->limit;
  tree->more = ask_count(&ask) > limit;
  tree->invited = arena_alloc(job->arena, limit * sizeof *tree->invited);
  while (tree->invited && tree->count < limit && ask_row(&ask)) {
    take_record(&ask, job->arena, &tree->invited[tree->count++]);
  }
  ask_end(&ask);
}

/* As club_freeze walks it: who stands as high as the asker stays, with all who came through that one. */
static void count_branch(struct postgres *self, struct store_tree *tree, int64_t standing) {
  if (tree->member && (int64_t)tree->root.member.role >= standing - 1) return;
  struct ask ask = ask_begin(self, tree->member ? branch_count : branches_count);
  ask_int(&ask, tree->member ? tree->member : tree->invite);
  ask_int(&ask, standing - 1);
  ask_int(&ask, LIMIT_BRANCH);
  if (ask_row(&ask)) {
    tree->frozen = ask_get_int(&ask, 1);
    tree->open = ask_get_int(&ask, 0) - tree->frozen;
  }
  ask_end(&ask);
}

enum reason postgres_invite_tree(struct postgres *self, struct store_job *job) {
  struct store_tree *tree = &job->tree;
  tree->above_count = tree->count = 0;
  tree->open = tree->frozen = 0;
  tree->more = false;
  int64_t standing = rights_standing(self, tree->asker);
  if (standing < (int64_t)right_of(ACT_FREEZE)->in_club) return REASON_FORBIDDEN;
  if (tree->member) {
    if (!find_root(self, job)) return REASON_NOT_FOUND;
    read_above(self, job);
  } else if (tree->invite && !find_invite(self, job)) {
    return REASON_NOT_FOUND;
  }
  if (tree->member || tree->invite) count_branch(self, tree, standing);
  read_invited(self, job);
  return REASON_NONE;
}
