/* Putting a room on one's list: the club's own rooms, those that were made, and direct talks. */
#include <stdio.h>

#include "call.h"

static struct slice part_slice(const struct club_part *part) {
  return part ? slice_of(part->id) : SLICE_NONE;
}

static void open_submit(struct call *call, struct slice room, store_done done) {
  struct store_job *job = call_job(call, STORE_ROOM_OPEN);
  if (!job) return;
  job->room.room = arena_copy(job->arena, room);
  job->room.member = call->member->key;
  call_submit(call, job, done);
}

static void open_parts(struct call *call, const struct room_open_params *params, store_done done) {
  const struct club *club = call->services->club;
  bool has_country = params->country.size > 0, has_sector = params->sector.size > 0;
  if (!has_country && !has_sector) {
    call_params(call, "country");
    return;
  }
  struct slice country = has_country ? part_slice(club_country(club, params->country)) : SLICE_NONE;
  struct slice sector = has_sector ? part_slice(club_sector(club, params->sector)) : SLICE_NONE;
  if ((has_country && !country.data) || (has_sector && !sector.data)) {
    call_reason(call, REASON_NOT_FOUND, 0);
    return;
  }
  char room[2 * LIMIT_IDENTIFIER + 2];
  int size = snprintf(room, sizeof room, "%.*s%s%.*s", (int)country.size, country.size ? country.data : "",
                      country.size && sector.size ? "." : "", (int)sector.size, sector.size ? sector.data : "");
  open_submit(call, (struct slice){room, (size_t)size}, done);
}

static void room_open_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_open_params *params = &request->params.room_open;
  if (!params->room.data)
    open_parts(call, params, done);
  else if (params->country.data || params->sector.data)
    call_params(call, "room"); /* one or the other */
  else if (call_may_enter(call, params->room))
    open_submit(call, params->room, done);
}

static void direct_open_begin(struct call *call, const struct request *request, store_done done) {
  int64_t other;
  if (!call_other(call, request->params.direct_open.member, &other)) return;
  if (!rate_take_open(call)) return;
  struct store_job *job = call_job(call, STORE_DIRECT_OPEN);
  if (!job) return;
  job->room.member = call->member->key;
  job->room.other = other;
  token_random(job->room.fresh, &call->services->randomness);
  call_submit(call, job, done);
}

/* The member's other connections learn of it too. */
static void opened_list(struct call *call, const struct room_record *record) {
  const struct services *services = call->services;
  if (!present_listing(call->member, record->room))
    services->tell_elsewhere(services->server, call->member->key, record->room, NULL);
  bool stands = call->rights == call->member->rights; /* the right to enter, since it was read */
  if (stands && listing_show(services, call->member, record)) return;
  if (!listing_refresh(services, call->member->key, record->room)) return; /* it shows with the next post */
}

void room_open_answer(struct call *call, const struct room_record *record) {
  struct room_view view;
  opened_list(call, record);
  if (!call_answer_begin(call)) return;
  method_room_view(call->services, call->member, record, call->joined(call, record->room), &view);
  buffer_append_char(call->out, '{');
  encode_key(call->out, "room");
  encode_room(call->out, &view.face);
  buffer_append_char(call->out, '}');
  call_answer_finish(call);
}

static void opened_finish(struct call *call, struct store_job *job) {
  bool known = job->outcome == STORE_DONE && present_listing(call->member, job->room.record.room);
  if (job->kind == STORE_DIRECT_OPEN && (known || job->outcome == STORE_UNAVAILABLE)) rate_return_open(call);
  if (call_stored(call, job)) room_open_answer(call, &job->room.record);
}

const struct steps room_open_steps = {.row = {.order = ORDER_WRITE}, .begin = room_open_begin, .finish = opened_finish};
const struct steps direct_open_steps = {
    .row = {.order = ORDER_WRITE}, .begin = direct_open_begin, .finish = opened_finish};
