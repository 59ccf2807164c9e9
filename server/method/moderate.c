/* What the acts of moderators share: the job, and what follows for everybody. Whether the actor may is for the store to
 * say, in the transaction that acts. */
#include "call.h"

struct store_job *moderate_job(struct call *call, enum act act, struct slice room) {
  if (room.data && !call_may_enter(call, room)) return NULL;
  struct store_job *job = call_job(call, STORE_ACT);
  if (!job) return NULL;
  if (!rate_take_act(call)) {
    store_job_destroy(job);
    return NULL;
  }
  job->act = (struct store_act){.act = act,
                                .actor = call->member->key,
                                .author = call->member->author.key,
                                .room = arena_copy(job->arena, room),
                                .locked = -1,
                                .slow = -1};
  return job;
}

struct store_job *moderate_job_on(struct call *call, enum act act, struct slice room, struct slice member) {
  int64_t key;
  if (!call_member(call, member, &key)) return NULL;
  struct store_job *job = moderate_job(call, act, room);
  if (job) job->act.member = key;
  return job;
}

void moderate_submit(struct call *call, struct store_job *job, store_done done) {
  call_submit(call, job, done);
  if (call->failed) rate_return_act(call); /* it was not even submitted */
}

bool moderate_done(struct call *call, const struct store_job *job) {
  const struct store_act *act = &job->act;
  struct rooms *rooms = call->services->rooms;
  if (job->outcome != STORE_UNKNOWN && (job->outcome != STORE_DONE || !act->changed)) rate_return_act(call);
  if (!call_stored(call, job)) return false;
  size_t count = act->act == ACT_FREEZE ? 0 : act->count; /* there it counts members */
  for (size_t i = 0; i < count; i++) rooms_append(rooms, &act->entries[i], true);
  if (count == 0 && act->room.data && act->seq > 0) rooms_answered(rooms, act->room, act->seq);
  return true;
}

void moderate_finish_changed(struct call *call, struct store_job *job) {
  if (!moderate_done(call, job) || !call_answer_begin(call)) return;
  encode_changed(call->out, job->act.seq, job->act.at);
  call_answer_finish(call);
}

void moderate_finish_count(struct call *call, struct store_job *job, const char *key) {
  if (!moderate_done(call, job) || !call_answer_begin(call)) return;
  buffer_append_char(call->out, '{');
  encode_key(call->out, key);
  buffer_append_int(call->out, (int64_t)job->act.count);
  buffer_append_char(call->out, '}');
  call_answer_finish(call);
}

void moderate_finish_empty(struct call *call, struct store_job *job) {
  if (moderate_done(call, job)) call_empty(call);
}
