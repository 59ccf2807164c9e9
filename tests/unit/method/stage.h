#ifndef TEST_METHOD_STAGE_H
#define TEST_METHOD_STAGE_H
/* A member who calls methods, as a connection would have it: requests go in as JSON, answers come out as JSON. */
#include "club/method.h"
#include "house.h"

#define STAGE_CALLS 16

struct stage;
struct staged {
  struct call call; /* first */
  struct stage *stage;
  struct buffer out;
  struct frame *frame;
  bool used;
};

struct stage {
  struct house *house;
  struct present *member;
  struct slice joined; /* the room that the connection is subscribed to */
  struct staged calls[STAGE_CALLS];
  uint64_t next_ticket;
};

static inline bool stage_joined(const struct call *call, struct slice room) {
  const struct staged *staged = (const struct staged *)(const void *)call;
  return staged->stage->joined.size > 0 && slice_equal(staged->stage->joined, room);
}

static inline int stage_begin(void **state) {
  struct stage *stage = calloc(1, sizeof *stage);
  stage->house = house_open();
  stage->member = house_enter(stage->house, 17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  stage->house->completions.connections = (struct connections *)(void *)stage;
  *state = stage;
  return 0;
}

static inline int stage_end(void **state) {
  struct stage *stage = *state;
  for (size_t i = 0; i < STAGE_CALLS; i++) assert_false(stage->calls[i].used);
  house_leave(stage->house, stage->member);
  house_close(stage->house);
  free(stage);
  return 0;
}

#define STAGE_TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)

/* What a connection does with a job that is back. */
static inline void stage_done(void *context, struct store_job *job) {
  struct completions *completions = context;
  struct stage *stage = (struct stage *)(void *)completions->connections;
  for (size_t i = 0; i < STAGE_CALLS; i++) {
    if (!stage->calls[i].used || stage->calls[i].call.ticket != job->ticket) continue;
    method_finish(&stage->calls[i].call, job, stage_done); /* answered, or one more job was submitted */
    return;
  }
  fail_msg("nobody waits for this job");
}

/* Begins a call. `waited_for` false: the client is gone before the answer. */
static inline struct staged *stage_call_as(struct stage *stage, bool waited_for, const char *method,
                                           const char *params) {
  struct staged *staged = NULL;
  struct request request;
  char text[70000];
  for (size_t i = 0; i < STAGE_CALLS && !staged; i++)
    if (!stage->calls[i].used) staged = &stage->calls[i];
  assert_non_null(staged);
  int size =
      snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\",\"params\":%s}", method, params);
  assert_in_range(size, 1, sizeof text - 1);
  *staged = (struct staged){.stage = stage, .used = true, .frame = frame_parse(slice_of(text))};
  assert_true(frame_next(staged->frame, &request));
  if (request.problem != PROBLEM_NONE) fail_msg("%s: %d %s", text, request.problem, request.field);
  buffer_init(&staged->out, 4 * LIMIT_FRAME);
  struct slice room = method_room(&request);
  staged->call = (struct call){.services = &stage->house->services,
                               .ticket = ++stage->next_ticket + 1000,
                               .id = request.id,
                               .method = request.method,
                               .member = stage->member,
                               .room = room.data ? rooms_hold(stage->house->services.rooms, room) : NULL,
                               .out = waited_for ? &staged->out : NULL,
                               .joined = stage_joined};
  method_begin(&staged->call, &request, stage_done);
  frame_destroy(staged->frame); /* what the call needs it has copied */
  return staged;
}

static inline struct staged *stage_call(struct stage *stage, const char *method, const char *params) {
  return stage_call_as(stage, true, method, params);
}

/* The answer; the call is over. */
static inline json_t *stage_answer(struct staged *staged) {
  assert_true(staged->call.answered);
  assert_in_range(staged->out.size, 1, LIMIT_FRAME - 2);
  json_t *answer = house_json(buffer_slice(&staged->out));
  assert_int_equal(house_number(answer, "id"), 7);
  buffer_free(&staged->out);
  if (staged->call.room) rooms_release(staged->stage->house->services.rooms, staged->call.room);
  staged->used = false;
  return answer;
}

/* Nobody waited for it. */
static inline void stage_drop(struct staged *staged) {
  assert_true(staged->call.answered);
  assert_int_equal(staged->out.size, 0);
  if (staged->call.room) rooms_release(staged->stage->house->services.rooms, staged->call.room);
  staged->used = false;
}

/* Ends a call that was refused, and shows why: "not_found", or the field of -32602. */
static inline void stage_refused(struct staged *staged, const char *why) {
  bool failed = staged->call.failed;
  json_t *answer = stage_answer(staged);
  int64_t code = house_number(answer, "error.code");
  assert_true(failed);
  if (code == -32602)
    assert_string_equal(house_text(answer, "error.data.field"), why);
  else
    assert_string_equal(house_text(answer, "error.data.reason"), why);
  json_decref(answer);
}

/* ---- somebody who follows a room ---- */

struct follower {
  struct subscription subscription;
  struct stage *stage;
};

static inline void follower_begin(struct follower *follower, struct stage *stage, const char *room, int64_t cursor) {
  struct rooms *rooms = stage->house->services.rooms;
  struct room *held = rooms_hold(rooms, slice_of(room));
  *follower = (struct follower){.stage = stage};
  assert_true(room_subscribe(rooms, held, &follower->subscription, 99, SLICE_LITERAL("Иван"), SLICE_LITERAL("ru"),
                             SLICE_LITERAL(""), cursor));
  rooms_release(rooms, held);
}

static inline void follower_end(struct follower *follower) {
  room_unsubscribe(follower->stage->house->services.rooms, &follower->subscription);
}

/* What it may take now, as an array; how many are there is not told. */
static inline json_t *follower_take(struct follower *follower) {
  struct rooms *rooms = follower->stage->house->services.rooms;
  struct buffer frame;
  size_t items = 0;
  buffer_init(&frame, LIMIT_FRAME);
  rooms_fan_out(rooms);
  buffer_append_char(&frame, '[');
  assert_int_equal(room_take(rooms, &follower->subscription, &frame, LIMIT_FRAME, &items), ROOM_TAKEN_ALL);
  buffer_append_char(&frame, ']');
  json_t *taken = house_json(buffer_slice(&frame));
  buffer_free(&frame);
  for (size_t i = json_array_size(taken); i-- > 0;)
    if (strcmp(house_text(json_array_get(taken, i), "method"), "presence") == 0) json_array_remove(taken, i);
  return taken;
}
#endif
