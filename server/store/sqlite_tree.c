/* The tree of invites: who came by whom. */
#include "sqlite.h"

int64_t tree_inviter(struct sqlite *self, int64_t member, struct arena *arena, struct slice *name) {
  int64_t inviter = 0;
  struct query query = query_begin(self, SQL_INVITER);
  query_int(&query, member);
  if (query_row(&query)) {
    inviter = query_get_int(&query, 0);
    *name = query_get_text(&query, 1, arena);
  }
  query_end(&query);
  return inviter;
}

static void read_record(const struct query *query, struct arena *arena, struct tree_record *record) {
  *record = (struct tree_record){.member = {.key = query_get_int(query, 0),
                                            .login = query_get_text(query, 1, arena),
                                            .name = query_get_text(query, 2, arena),
                                            .company = query_get_text(query, 3, arena),
                                            .country = query_get_text(query, 4, arena),
                                            .role = (enum role)query_get_int(query, 5),
                                            .disabled = query_get_int(query, 6) != 0,
                                            .made_at = query_get_int(query, 7)},
                                 .invited = query_get_int(query, 8),
                                 .frozen = query_get_int(query, 9) != 0,
                                 .banned = query_get_int(query, 10) != 0,
                                 .invite = query_get_int(query, 11)};
}

static bool find_root(struct sqlite *self, struct store_job *job) {
  struct query query = query_begin(self, SQL_TREE_MEMBER);
  query_int(&query, self->now);
  query_int(&query, job->tree.member);
  bool found = query_row(&query);
  if (found) read_record(&query, job->arena, &job->tree.root);
  query_end(&query);
  return found;
}

static void read_above(struct sqlite *self, struct store_job *job) {
  struct store_tree *tree = &job->tree;
  tree->above = arena_alloc(job->arena, LIMIT_TREE_ABOVE * sizeof *tree->above);
  if (!tree->above) return;
  struct query query = query_begin(self, SQL_TREE_ABOVE);
  query_int(&query, tree->member);
  query_int(&query, LIMIT_TREE_ABOVE);
  query_int(&query, self->now);
  while (tree->above_count < LIMIT_TREE_ABOVE && query_row(&query)) {
    read_record(&query, job->arena, &tree->above[tree->above_count++]);
  }
  query_end(&query);
}

/* One more than asked for tells whether there are more. */
static void read_invited(struct sqlite *self, struct store_job *job) {
  struct store_tree *tree = &job->tree;
  tree->invited = arena_alloc(job->arena, (size_t)tree->limit * sizeof *tree->invited);
  if (!tree->invited) return;
  struct query query = query_begin(self, tree->member   ? SQL_TREE_INVITED
                                         : tree->invite ? SQL_TREE_CAME
                                                        : SQL_TREE_ROOTS);
  query_int(&query, self->now);
  if (tree->member || tree->invite) query_int(&query, tree->member ? tree->member : tree->invite);
  query_int(&query, tree->after);
  query_int(&query, tree->limit + 1);
  while (!tree->more && query_row(&query)) {
    tree->more = tree->count == (size_t)tree->limit;
    if (!tree->more) read_record(&query, job->arena, &tree->invited[tree->count++]);
  }
  query_end(&query);
}

/* As act_freeze walks it: who stands as high as the asker stays, with all who came through that one. */
static void count_branch(struct sqlite *self, struct store_tree *tree, enum standing standing) {
  if (tree->member && (int)tree->root.member.role >= (int)standing - 1) return;
  struct query query = query_begin(self, tree->member ? SQL_TREE_BRANCH : SQL_TREE_BRANCHES);
  query_int(&query, tree->member ? tree->member : tree->invite);
  query_int(&query, (int64_t)standing - 1);
  query_int(&query, LIMIT_BRANCH);
  if (query_row(&query)) {
    tree->frozen = query_get_int(&query, 1);
    tree->open = query_get_int(&query, 0) - tree->frozen;
  }
  query_end(&query);
}

enum reason sqlite_invite_tree(struct sqlite *self, struct store_job *job) {
  struct store_tree *tree = &job->tree;
  struct deed deed;
  tree->above_count = tree->count = 0;
  tree->open = tree->frozen = 0;
  tree->more = false;
  enum reason reason = rights_check(self, ACT_FREEZE, tree->asker, SLICE_NONE, 0, &deed);
  if (reason) return reason;
  if (tree->member) {
    if (!find_root(self, job)) return REASON_NOT_FOUND;
    read_above(self, job);
  } else if (tree->invite && !invite_find(self, tree->invite, job->arena, &tree->record)) {
    return REASON_NOT_FOUND;
  }
  if (tree->member || tree->invite) count_branch(self, tree, deed.standing);
  read_invited(self, job);
  return REASON_NONE;
}
