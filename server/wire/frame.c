#include <jansson.h>
#include <stdlib.h>

#include "club/arena.h"
#include "club/wire.h"
#include "param.h"
#include "reader.h"
#include "rule.h"

/* 2^53: an integer up to here is the same in everybody's double. */
#define ID_GREATEST 9007199254740992

struct frame {
  json_t *root;
  struct arena *arena; /* lists; NULL: none yet */
  enum problem problem;
  size_t next, count; /* requests */
};

static struct frame *frame_create(struct slice bytes) {
  struct frame *frame = calloc(1, sizeof *frame);
  if (!frame) return NULL;
  switch (reader_parse(bytes, &frame->root)) {
    case READER_VALUE: break;
    case READER_MALFORMED: frame->problem = PROBLEM_PARSE; break;
    case READER_NO_MEMORY: free(frame); return NULL;
  }
  return frame;
}

struct frame *frame_parse(struct slice bytes) {
  struct frame *frame = frame_create(bytes);
  if (!frame || frame->problem != PROBLEM_NONE) return frame;
  if (json_is_object(frame->root)) {
    frame->count = 1;
  } else {
    frame->count = json_array_size(frame->root); /* 0 for what is no array */
    if (frame->count == 0 || frame->count > LIMIT_BATCH) {
      frame->problem = PROBLEM_REQUEST;
      frame->count = 0;
    }
  }
  return frame;
}

void frame_destroy(struct frame *frame) {
  if (!frame) return;
  json_decref(frame->root);
  arena_destroy(frame->arena);
  free(frame);
}

enum problem frame_problem(const struct frame *frame) {
  return frame->problem;
}

size_t frame_remaining(const struct frame *frame) {
  return frame->count - frame->next;
}

static bool read_id(const json_t *value, struct request_id *id) {
  if (json_is_string(value)) {
    size_t size = json_string_length(value);
    if (size > sizeof id->text) return false;
    memcpy(id->text, json_string_value(value), size);
    id->size = (unsigned char)size;
    id->is_text = true;
  } else if (json_is_integer(value)) {
    id->number = json_integer_value(value);
    if (id->number < -ID_GREATEST || id->number > ID_GREATEST) return false;
  } else {
    return false;
  }
  id->present = true;
  return true;
}

static bool is_version(const json_t *value) {
  return json_is_string(value) && strcmp(json_string_value(value), "2.0") == 0;
}

/* The envelope of JSON-RPC 2.0, section 4. What is no request is answered with id null (section 5), so its id is not
 * even read. */
static void read_request(struct frame *frame, const json_t *item, struct request *request) {
  request->problem = PROBLEM_REQUEST;
  const json_t *method = json_object_get(item, "method"), *params = json_object_get(item, "params");
  if (!is_version(json_object_get(item, "jsonrpc")) || !json_is_string(method)) return;
  if (params && !json_is_object(params) && !json_is_array(params)) return;
  const json_t *id = json_object_get(item, "id");
  if (id && !read_id(id, &request->id)) return;

  struct slice name = {json_string_value(method), json_string_length(method)};
  request->problem = PROBLEM_METHOD;
  if (!methods_find(name, &request->method)) return;
  request->problem = PROBLEM_PARAMS;
  if (json_is_array(params)) return;
  request->problem = PROBLEM_NONE;
  param_read_all(methods_rules(request->method), params, &frame->arena, request);
}

bool frame_next(struct frame *frame, struct request *request) {
  if (frame->next == frame->count) return false;
  const json_t *item = json_is_array(frame->root) ? json_array_get(frame->root, frame->next) : frame->root;
  frame->next++;
  memset(request, 0, sizeof *request);
  read_request(frame, item, request);
  return true;
}

struct frame *body_parse(struct slice bytes, enum body_id body, struct request *request) {
  memset(request, 0, sizeof *request);
  struct frame *frame = frame_create(bytes);
  if (!frame) return NULL;
  request->problem = frame->problem;
  if (request->problem != PROBLEM_NONE) return frame;
  if (json_is_object(frame->root)) {
    param_read_all(methods_body_rules(body), frame->root, &frame->arena, request);
  } else {
    request->problem = PROBLEM_PARAMS;
  }
  return frame;
}
