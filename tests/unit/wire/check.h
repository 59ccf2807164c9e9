#ifndef TEST_WIRE_CHECK_H
#define TEST_WIRE_CHECK_H
/* What the tests of the wire share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "club/wire.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A frame with its first request, which must be there. */
static inline struct frame *check_one(const char *text, struct request *request) {
  struct frame *frame = frame_parse(slice_of(text));
  assert_non_null(frame);
  if (frame_problem(frame) != PROBLEM_NONE) fail_msg("the frame itself was refused: %s", text);
  assert_int_equal(frame_remaining(frame), 1);
  assert_true(frame_next(frame, request));
  assert_int_equal(frame_remaining(frame), 0);
  return frame;
}

static inline enum problem check_whole(struct slice bytes) {
  struct frame *frame = frame_parse(bytes);
  assert_non_null(frame);
  enum problem problem = frame_problem(frame);
  if (problem != PROBLEM_NONE) assert_int_equal(frame_remaining(frame), 0);
  frame_destroy(frame);
  return problem;
}

/* A call of `method` with `params` as JSON. */
static inline struct frame *check_call(const char *method, const char *params, struct request *request) {
  char text[40000];
  int size =
      snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\",\"params\":%s}", method, params);
  assert_in_range(size, 1, sizeof text - 1);
  return check_one(text, request);
}

/* `count` times `piece`. The caller frees it. */
static inline char *check_repeat(const char *piece, size_t count) {
  size_t size = strlen(piece);
  char *text = malloc(size * count + 1);
  assert_non_null(text);
  for (size_t i = 0; i < count; i++) memcpy(text + i * size, piece, size);
  text[size * count] = '\0';
  return text;
}
#endif
