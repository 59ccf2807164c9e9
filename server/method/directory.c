/* member.find: whoever fits, page by page. */
#include "club/club.h"

#include "call.h"

/* The field that is not as the club has it; NULL: all are. */
static const char *find_wrong(const struct club *club, const struct member_find_params *params) {
  if (params->country.data && !club_country(club, params->country)) return "country";
  if (params->sector.data && !club_sector(club, params->sector)) return "sector";
  if (params->language.data && !club_has_language(club, params->language)) return "language";
  return NULL;
}

static struct slice find_copy(struct store_job *job, struct slice text) {
  return text.data ? arena_copy(job->arena, text) : SLICE_NONE;
}

static void find_submit(struct call *call, const struct member_find_params *params, int64_t after, store_done done) {
  struct store_job *job = call_job(call, STORE_MEMBER_FIND);
  if (!job) return;
  job->people = (struct store_people){.text = find_copy(job, params->text),
                                      .country = find_copy(job, params->country),
                                      .sector = find_copy(job, params->sector),
                                      .language = find_copy(job, params->language),
                                      .offers = find_copy(job, params->offers),
                                      .seeks = find_copy(job, params->seeks),
                                      .after = after,
                                      .limit = cut_limit(params->has_limit, params->limit)};
  call_submit(call, job, done);
}

static void find_begin(struct call *call, const struct request *request, store_done done) {
  const struct member_find_params *params = &request->params.member_find;
  const char *wrong = find_wrong(call->services->club, params);
  int64_t after = 0;
  if (!wrong && params->after.data && !member_id_read(params->after, &after)) wrong = "after";
  if (wrong)
    call_params(call, wrong);
  else if (rate_take_find(call))
    find_submit(call, params, after, done);
}

static void find_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  struct answer_list list = answer_list_begin(call, "members");
  for (size_t i = 0; i < job->people.count; i++) {
    const struct member_record *member = &job->people.members[i];
    answer_list_next(&list);
    encode_member(call->out, member, presents_online(call->services->presents, member->key));
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, job->people.more || list.count < job->people.count);
}

const struct steps member_find_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = find_begin, .finish = find_finish};
