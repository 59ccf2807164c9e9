#include "stage.h"

static void every_method_has_a_row(void **state) {
  (void)state;
  for (int method = 0; method < METHOD_COUNT; method++) assert_non_null(method_row((enum method_id)method));
  assert_true(method_row(METHOD_ROOM_JOIN)->subscribes);
  assert_int_equal(method_row(METHOD_ROOM_JOIN)->order, ORDER_READ);
  assert_int_equal(method_row(METHOD_MESSAGE_POST)->order, ORDER_WRITE);
  assert_int_equal(method_row(METHOD_PING)->order, ORDER_LOCAL);
}

static void the_line_answers(void **state) {
  struct stage *stage = *state;
  json_t *answer = stage_answer(stage_call(stage, "ping", "{}"));
  assert_int_equal(json_object_size(house_at(answer, "result")), 0);
  assert_true(json_is_object(house_at(answer, "result")));
  json_decref(answer);
}

struct wish {
  const char *method, *params;
};

/* All that go through the store, however it answers, and whoever waits. */
static const struct wish wishes[] = {
    {"room.list", "{}"},
    {"room.open", "{\"country\":\"kz\"}"},
    {"direct.open", "{\"member\":\"m4\"}"},
    {"room.join", "{\"room\":\"kz\"}"},
    {"room.history", "{\"room\":\"kz\"}"},
    {"room.members", "{\"room\":\"dm.x\"}"},
    {"room.read", "{\"room\":\"kz\",\"seq\":1}"},
    {"message.post", "{\"room\":\"kz\",\"client_id\":\"a\",\"text\":\"" TEXT_ZH "\"}"},
    {"message.edit", "{\"room\":\"kz\",\"seq\":1,\"text\":\"" TEXT_RU "\"}"},
    {"message.remove", "{\"room\":\"kz\",\"seq\":1}"},
    {"message.react", "{\"room\":\"kz\",\"seq\":1,\"emoji\":\"👍\",\"on\":true}"},
    {"invite.create", "{\"client_id\":\"a\"}"},
    {"invite.list", "{}"},
    {"invite.revoke", "{\"invite\":\"i1\"}"},
};
#define WISHES (sizeof wishes / sizeof *wishes)

static void whatever_the_store_cannot_do_is_unavailable(void **state) {
  struct stage *stage = *state;
  stage->member->role = ROLE_ADMIN;
  for (size_t i = 0; i < WISHES; i++) {
    const enum store_outcome outcomes[] = {STORE_UNAVAILABLE, STORE_UNKNOWN};
    for (size_t o = 0; o < 2; o++) {
      struct staged *call = stage_call(stage, wishes[i].method, wishes[i].params);
      assert_int_equal(stage->house->job_count, 1);
      house_finish(stage->house, outcomes[o]);
      assert_int_equal(call->call.effect, EFFECT_NONE);
      stage_refused(call, "unavailable");
    }
    stage->house->store_full = true;
    stage_refused(stage_call(stage, wishes[i].method, wishes[i].params), "unavailable");
    stage->house->store_full = false;
  }
}

static void whatever_the_store_refuses_is_said(void **state) {
  struct stage *stage = *state;
  stage->member->role = ROLE_ADMIN;
  for (size_t i = 0; i < WISHES; i++) {
    struct staged *call = stage_call(stage, wishes[i].method, wishes[i].params);
    house_refuse(stage->house, REASON_NOT_FOUND);
    stage_refused(call, "not_found");
  }
}

static void nobody_need_wait_for_an_answer(void **state) {
  struct stage *stage = *state;
  stage->member->role = ROLE_ADMIN;
  for (size_t i = 0; i < WISHES; i++) {
    struct staged *call = stage_call_as(stage, false, wishes[i].method, wishes[i].params);
    if (!call->call.answered) { /* from memory */
      struct store_job *job = stage->house->jobs[0];
      if (job->kind == STORE_ROOM_OPEN || job->kind == STORE_DIRECT_OPEN)
        job->room.record = house_room("kz", ROOM_COUNTRY, 0, 0);
      if (job->kind == STORE_POST) job->post.seq = 1;
      house_finish(stage->house, STORE_DONE);
    }
    stage_drop(call);
    stage_drop(stage_call_as(stage, false, "room.open", "{\"country\":\"us\"}"));
  }
  while (stage->house->job_count > 0) house_finish(stage->house, STORE_UNAVAILABLE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_method_has_a_row),
      STAGE_TEST(the_line_answers),
      STAGE_TEST(whatever_the_store_cannot_do_is_unavailable),
      STAGE_TEST(whatever_the_store_refuses_is_said),
      STAGE_TEST(nobody_need_wait_for_an_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
