/* Members' cards: anybody's is shown, one's own is changed. */
#include "club/log.h"

#include "call.h"

/* `blocked`: does the asker block that one? NULL: it is the asker. */
static void card_answer(struct call *call, const struct store_member *found, const bool *blocked) {
  if (!call_answer_begin(call)) return;
  bool online = presents_online(call->services->presents, found->member.key);
  buffer_append_char(call->out, '{');
  encode_key(call->out, "member");
  encode_member_card(call->out, &found->member, online, blocked, found->inviter, found->inviter_name);
  buffer_append_char(call->out, '}');
  call_answer_finish(call);
}

/* ---- member.get ---- */

static void get_begin(struct call *call, const struct request *request, store_done done) {
  int64_t key;
  if (!call_member(call, request->params.member_get.member, &key)) return;
  struct store_job *job = call_job(call, STORE_MEMBER_GET);
  if (!job) return;
  job->member.member.key = key;
  job->member.asker = call->member->key;
  call_submit(call, job, done);
}

static void get_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job)) return;
  const struct store_member *found = &job->member;
  card_answer(call, found, found->member.key == call->member->key ? NULL : &found->blocked);
}

/* ---- member.update ---- */

static struct slice update_text(struct store_job *job, struct slice text) {
  return text.data ? card_text(job->arena, text) : SLICE_NONE;
}

static struct slices update_list(struct store_job *job, bool given, const struct slices *list) {
  return given ? card_list(job->arena, list) : (struct slices){NULL, 0};
}

static struct member_record update_record(const struct call *call, struct store_job *job,
                                          const struct member_update_params *params) {
  return (struct member_record){.key = call->member->key,
                                .name = update_text(job, params->name),
                                .title = update_text(job, params->title),
                                .company = update_text(job, params->company),
                                .country = update_text(job, params->country),
                                .about = update_text(job, params->about),
                                .offers = update_text(job, params->offers),
                                .seeks = update_text(job, params->seeks),
                                .sectors = update_list(job, params->has_sectors, &params->sectors),
                                .languages = update_list(job, params->has_languages, &params->languages)};
}

static void update_begin(struct call *call, const struct request *request, store_done done) {
  const struct member_update_params *params = &request->params.member_update;
  const char *wrong = card_wrong(call->services->club, params->country, &params->sectors, &params->languages);
  if (wrong) {
    call_params(call, wrong);
    return;
  }
  if (!rate_take_change(call)) return;
  struct store_job *job = call_job(call, STORE_MEMBER_UPDATE);
  if (job) {
    job->member.member = update_record(call, job, params);
    call_submit(call, job, done);
  }
  if (call->failed) rate_return_change(call); /* it was not even submitted */
}

/* The next post is by who the member is now; the other instances hear of it from the club log. */
static void update_finish(struct call *call, struct store_job *job) {
  bool changed = job->outcome == STORE_DONE && job->club_head > 0;
  if (!changed && job->outcome != STORE_UNKNOWN) rate_return_change(call);
  if (!call_stored(call, job)) return;
  if (changed && job->club_head > call->member->known_as_of) {
    call->member->known_as_of = job->club_head;
    if (!presents_update(call->services->presents, call->member, &job->member.member))
      log_line(LOG_WARN, "changed member not kept",
               LOG_NUMBER("member", call->member->key)); /* the club log tells again */
  }
  card_answer(call, &job->member, NULL);
}

const struct steps member_get_steps = {.row = {.order = ORDER_READ}, .begin = get_begin, .finish = get_finish};
const struct steps member_update_steps = {
    .row = {.order = ORDER_WRITE}, .begin = update_begin, .finish = update_finish};
