#include <stdlib.h>

#include "call.h"

/* The store gives the whole list; where the page begins travels with the job. */
static void list_ask(struct call *call, struct slice after) {
  struct store_job *job = call_job(call, STORE_ROOM_LIST);
  if (!job) return;
  job->room.member = call->member->key;
  if (after.data) job->room.room = arena_copy(job->arena, after);
  call_submit(call, job, call->done);
}

static void list_begin(struct call *call, const struct request *request, store_done done) {
  (void)done; /* the call knows it */
  list_ask(call, request->params.room_list.after);
}

static int list_urgency(const struct room_record *record) {
  if (record->mentions > 0) return 0;
  return record->unread > 0 ? 1 : 2;
}

/* What asks for attention first; otherwise as the store gave them. They lie in one array, so places order them. */
static int list_compare(const void *a, const void *b) {
  const struct room_record *left = *(const struct room_record *const *)a,
                           *right = *(const struct room_record *const *)b;
  int urgency = list_urgency(left) - list_urgency(right);
  if (urgency != 0) return urgency;
  return left < right ? -1 : left > right;
}

/* Where the page behind this room begins; 0: the room is not on the list. */
static size_t list_behind(struct room_record *const *records, size_t count, struct slice room) {
  for (size_t i = 0; i < count; i++)
    if (slice_equal(records[i]->room, room)) return i + 1;
  return 0;
}

static void list_answer(struct call *call, struct room_record **records, size_t count) {
  if (!call_answer_begin(call)) return;
  struct answer_list list = answer_list_begin(call, "rooms");
  for (size_t i = 0; i < count; i++) {
    struct room_view view;
    method_room_view(call->services, call->member, records[i], call->joined(call, records[i]->room), &view);
    answer_list_next(&list);
    encode_room(call->out, &view.face);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, list.count < count);
}

static void list_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job)) return;
  if (call->rights != call->member->rights) {
    list_ask(call, job->room.room); /* a room may be over for the member, and was told as left */
    return;
  }
  size_t count = job->room.count;
  struct room_record **records = arena_alloc(job->arena, (count + 1) * sizeof(struct room_record *));
  if (!records) {
    call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
    return;
  }
  for (size_t i = 0; i < count; i++) records[i] = &job->room.records[i];
  qsort(records, count, sizeof(struct room_record *), list_compare);
  size_t begin = job->room.room.data ? list_behind(records, count, job->room.room) : 0;
  if (job->room.room.data && begin == 0) {
    call_reason(call, REASON_CONFLICT, 0);
    return;
  }
  list_answer(call, records + begin, count - begin);
}

const struct steps room_list_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = list_begin, .finish = list_finish};
