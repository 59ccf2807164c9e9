/* invite.tree: who came by whom. Whether the asker may see it is for the store to say. */
#include "call.h"

/* False: not of its form, and answered. Absent: 0. */
static bool tree_member(struct call *call, struct slice id, int64_t *key) {
  *key = 0;
  return !id.data || call_member(call, id, key);
}

static bool tree_invite(struct call *call, struct slice id, int64_t *key) {
  *key = 0;
  if (!id.data || invite_id_read(id, key)) return true;
  call_reason(call, REASON_NOT_FOUND, 0);
  return false;
}

static bool tree_after(struct call *call, struct slice id, int64_t *key) {
  *key = 0;
  if (!id.data || member_id_read(id, key)) return true;
  call_params(call, "after");
  return false;
}

static void tree_begin(struct call *call, const struct request *request, store_done done) {
  const struct invite_tree_params *params = &request->params.invite_tree;
  int64_t member, invite, after;
  if (params->member.data && params->invite.data) {
    call_params(call, "invite");
    return;
  }
  if (!tree_member(call, params->member, &member) || !tree_invite(call, params->invite, &invite) ||
      !tree_after(call, params->after, &after))
    return;
  struct store_job *job = call_job(call, STORE_INVITE_TREE);
  if (!job) return;
  job->tree = (struct store_tree){.asker = call->member->key,
                                  .member = member,
                                  .invite = invite,
                                  .after = after,
                                  .limit = cut_limit(params->has_limit, params->limit)};
  call_submit(call, job, done);
}

static void tree_number(struct buffer *out, const char *key, int64_t number) {
  encode_key(out, key);
  buffer_append_int(out, number);
  buffer_append_char(out, ',');
}

/* Of the one that was asked for. */
static void tree_root(struct buffer *out, const struct store_tree *tree) {
  encode_key(out, "member");
  encode_tree_member(out, &tree->root);
  buffer_append_char(out, ',');
  encode_key(out, "above");
  buffer_append_char(out, '[');
  for (size_t i = 0; i < tree->above_count; i++) {
    if (i > 0) buffer_append_char(out, ',');
    encode_tree_member(out, &tree->above[i]);
  }
  buffer_append_text(out, "],");
}

static void tree_of_invite(struct buffer *out, const struct store_tree *tree) {
  encode_key(out, "invite");
  encode_invite(out, &tree->record);
  buffer_append_char(out, ',');
}

static void tree_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  const struct store_tree *tree = &job->tree;
  buffer_append_char(call->out, '{');
  if (tree->member) tree_root(call->out, tree);
  if (tree->invite) tree_of_invite(call->out, tree);
  if (tree->member || tree->invite) {
    tree_number(call->out, "open", tree->open);
    tree_number(call->out, "frozen", tree->frozen);
  }
  struct answer_list list = answer_list_within(call, "members");
  for (size_t i = 0; i < tree->count; i++) {
    answer_list_next(&list);
    encode_tree_member(call->out, &tree->invited[i]);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, tree->more || list.count < tree->count);
}

const struct steps invite_tree_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = tree_begin, .finish = tree_finish};
