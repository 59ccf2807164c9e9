/* libFuzzer: any bytes as a frame and as each HTTP body, and as a text that is cut into terms. What is answered must be JSON
 * again. `make fuzz-frame`. */
#include <jansson.h>
#include <stdlib.h>

#include "club/terms.h"
#include "club/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition) {
  if (!condition) abort();
}

/* Reads every byte that a slice promises. */
static void touch(struct slice slice) {
  volatile unsigned char sum = 0;
  for (size_t i = 0; i < slice.size; i++) sum = (unsigned char)(sum ^ (unsigned char)slice.data[i]);
}

static void answer(const struct request *request) {
  struct buffer out;
  buffer_init(&out, 1 << 20);
  if (request->problem == PROBLEM_NONE) {
    encode_result_begin(&out, &request->id);
    if (request->method == METHOD_MESSAGE_POST) {
      touch(request->params.message_post.room);
      encode_string(&out, request->params.message_post.text);
    } else {
      encode_empty(&out);
    }
    encode_result_end(&out);
  } else {
    encode_error(&out, &request->id, request->problem, request->reason, request->field, 0);
  }
  json_t *value = json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, NULL);
  check(value != NULL);
  json_decref(value);
  buffer_free(&out);
}

static void cut(struct slice text) {
  static struct terms *terms; /* making one takes longer than all the rest */
  if (!terms) terms = terms_create();
  check(terms != NULL);
  for (enum terms_use use = TERMS_STORED; use <= TERMS_ASKED; use++) {
    size_t count = terms_cut(terms, text, use);
    const struct term *list = terms_list(terms);
    check(count <= TERMS_COUNT);
    for (size_t i = 0; i < count; i++) {
      check(list[i].text.size > 0 && list[i].text.size <= TERMS_BYTES);
      check(list[i].from < list[i].until && list[i].until <= text.size);
      touch(list[i].text);
    }
    check(terms_unique(terms) <= count);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct slice bytes = {(const char *)data, size};
  struct request request;
  cut(bytes);
  struct frame *frame = frame_parse(bytes);
  check(frame != NULL);
  size_t count = frame_remaining(frame), given = 0;
  check((frame_problem(frame) == PROBLEM_NONE) == (count > 0));
  for (; frame_next(frame, &request); given++) answer(&request);
  check(given == count);
  frame_destroy(frame);

  for (enum body_id body = 0; body < BODY_COUNT; body++) {
    frame = body_parse(bytes, body, &request);
    check(frame != NULL);
    if (body == BODY_MEMBERS && request.problem == PROBLEM_NONE) {
      const struct slices *lists[] = {&request.params.members_body.sectors, &request.params.members_body.languages};
      for (size_t i = 0; i < 2; i++) {
        for (size_t item = 0; item < lists[i]->count; item++) touch(lists[i]->items[item]);
      }
    }
    frame_destroy(frame);
  }
  return 0;
}
