/* room.find: the rooms that one may enter and that fit, page by page. */
#include "club/club.h"

#include "call.h"

static bool find_kind(struct slice text, enum room_kind *kind) {
  static const struct {
    const char *text;
    enum room_kind kind;
  } kinds[] = {{"country", ROOM_COUNTRY}, {"sector", ROOM_SECTOR}, {"pair", ROOM_PAIR}, {"custom", ROOM_CUSTOM}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!slice_equal(text, slice_of(kinds[i].text))) continue;
    *kind = kinds[i].kind;
    return true;
  }
  return false;
}

/* The field that is not as the club has it; NULL: all are. */
static const char *find_wrong(const struct club *club, const struct room_find_params *params, enum room_kind *kind) {
  if (params->country.data && !club_country(club, params->country)) return "country";
  if (params->sector.data && !club_sector(club, params->sector)) return "sector";
  if (params->kind.data && !find_kind(params->kind, kind)) return "kind";
  return NULL;
}

static struct slice find_copy(struct store_job *job, struct slice text) {
  return text.data ? arena_copy(job->arena, text) : SLICE_NONE;
}

static void find_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_find_params *params = &request->params.room_find;
  enum room_kind kind = ROOM_CUSTOM;
  const char *wrong = find_wrong(call->services->club, params, &kind);
  if (wrong) {
    call_params(call, wrong);
    return;
  }
  if (!rate_take_find(call)) return;
  struct store_job *job = call_job(call, STORE_ROOM_FIND);
  if (!job) return;
  job->finding = (struct store_finding){.member = call->member->key,
                                        .club = call->services->club,
                                        .text = find_copy(job, params->text),
                                        .country = find_copy(job, params->country),
                                        .sector = find_copy(job, params->sector),
                                        .has_kind = params->kind.data,
                                        .kind = kind,
                                        .after = find_copy(job, params->after),
                                        .limit = cut_limit(params->has_limit, params->limit)};
  call_submit(call, job, done);
}

static void find_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  const struct store_finding *wish = &job->finding;
  struct answer_list list = answer_list_begin(call, "rooms");
  for (size_t i = 0; i < wish->count; i++) {
    const struct room_record *record = &wish->records[i];
    struct room_view view;
    method_room_view(call->services, call->member, record, call->joined(call, record->room), &view);
    view.face.listed = record->listed;
    answer_list_next(&list);
    encode_room(call->out, &view.face);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, wish->more || list.count < wish->count);
}

const struct steps room_find_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = find_begin, .finish = find_finish};
