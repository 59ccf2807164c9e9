/* Frames bent at random: no crash, exactly one outcome for each request, and every answer is JSON. A failing seed is
 * printed; FRAME_SEED runs it alone. */
#include <jansson.h>

#include "check.h"
#include "rule.h"

#define SEEDS 50000

struct seen {
  size_t parse, request, method, params, none;
};

static const char *const frames[] = {
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"message.post\",\"params\":{\"room\":\"kz.fintech\",\"client_id\":\"c-1\","
    "\"text\":\"Ищем партнёра в Алматы 🤝 \\u4f60\\ud83d\\udc4d\",\"reply_to\":42}}",
    "[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"room.join\",\"params\":{\"room\":\"cn\",\"after\":17,\"limit\":50}},"
    "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"id\":-7,\"method\":\"message.react\",\"params\":"
    "{\"room\":\"ru\",\"seq\":3,\"emoji\":\"👍🏽\",\"on\":true}}]",
    "{\"jsonrpc\":\"2.0\",\"id\":9007199254740991,\"method\":\"invite.create\",\"params\":{\"client_id\":\"~\",\"role\":"
    "\"admin\",\"uses\":3,\"for\":3600,\"later\":[1e20,-0.5,100000000000000000000,null,false,{\"a\":[[]]}]}}",
};
static const char *const pieces[] = {"\"",
                                     "\\",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     ",",
                                     ":",
                                     "\\u0000",
                                     "\\ud800",
                                     "null",
                                     "1e999",
                                     "-",
                                     "99999999999999999999",
                                     "\xff",
                                     "\xe4\xbd",
                                     "é",
                                     "\"id\":",
                                     "\"jsonrpc\":\"2.0\",",
                                     "[[[[[[[[[[[[[[[[[",
                                     "{\"a\":",
                                     "true",
                                     ".0",
                                     " ",
                                     "\n",
                                     "\x01"};

static uint64_t next(uint64_t *state) {
  *state += 0x9e3779b97f4a7c15u;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t limit) {
  return limit > 0 ? (size_t)(next(state) % limit) : 0;
}

static void splice(char *text, size_t *size, size_t at, size_t cut, const char *piece, size_t piece_size) {
  if (cut > *size - at) cut = *size - at;
  memmove(text + at + piece_size, text + at + cut, *size - at - cut);
  memcpy(text + at, piece, piece_size);
  *size += piece_size - cut;
}

static void mutate(uint64_t *state, char *text, size_t *size) {
  size_t at = below(state, *size + 1);
  const char *piece = pieces[below(state, COUNT_OF(pieces))];
  char byte = (char)below(state, 256);
  switch (below(state, 5)) {
    case 0: splice(text, size, at, 0, piece, strlen(piece)); break;
    case 1: splice(text, size, at, 1 + below(state, 12), "", 0); break;
    case 2: splice(text, size, at, 1, &byte, 1); break;
    case 3: splice(text, size, at, below(state, 4), piece, strlen(piece)); break;
    default: *size = at; break;
  }
}

static void assert_json(struct buffer *out, uint64_t seed) {
  json_t *value = json_loadb(out->data, out->size, JSON_REJECT_DUPLICATES, NULL);
  if (!value || out->failed) fail_msg("seed %llu: wrote %.*s", (unsigned long long)seed, (int)out->size, out->data);
  json_decref(value);
  buffer_clear(out);
}

static void count_problem(struct seen *seen, enum problem problem) {
  switch (problem) {
    case PROBLEM_PARSE: seen->parse++; break;
    case PROBLEM_REQUEST: seen->request++; break;
    case PROBLEM_METHOD: seen->method++; break;
    case PROBLEM_PARAMS: seen->params++; break;
    case PROBLEM_NONE: seen->none++; break;
    case PROBLEM_REASON: break;
  }
}

static void answer(struct buffer *out, const struct request *request, uint64_t seed) {
  switch (request->problem) {
    case PROBLEM_NONE:
      if (request->field || request->reason != REASON_NONE) fail_msg("seed %llu", (unsigned long long)seed);
      encode_result_begin(out, &request->id);
      encode_string(out, slice_of(methods_rules(request->method)->name));
      encode_result_end(out);
      break;
    case PROBLEM_REQUEST:
    case PROBLEM_METHOD:
    case PROBLEM_PARAMS:
    case PROBLEM_REASON: encode_error(out, &request->id, request->problem, request->reason, request->field, 0); break;
    case PROBLEM_PARSE:
    default: fail_msg("seed %llu: problem %d of a request", (unsigned long long)seed, request->problem);
  }
  assert_json(out, seed);
}

static void run(uint64_t seed, struct buffer *out, struct seen *seen) {
  uint64_t state = seed;
  char text[2000];
  size_t size = strlen(frames[seed % COUNT_OF(frames)]);
  memcpy(text, frames[seed % COUNT_OF(frames)], size);
  for (size_t left = below(&state, 6); left > 0; left--) mutate(&state, text, &size);
  /* An exact copy, so that a read beyond it is seen. */
  char *copy = malloc(size > 0 ? size : 1);
  assert_non_null(copy);
  memcpy(copy, text, size);
  struct frame *frame = frame_parse((struct slice){copy, size});
  free(copy);
  assert_non_null(frame);
  struct request request;
  size_t count = frame_remaining(frame), given = 0;
  if ((frame_problem(frame) == PROBLEM_NONE) != (count > 0)) fail_msg("seed %llu", (unsigned long long)seed);
  count_problem(seen, frame_problem(frame));
  for (; frame_next(frame, &request); given++) {
    answer(out, &request, seed);
    count_problem(seen, request.problem);
  }
  if (given != count) fail_msg("seed %llu: %zu of %zu requests", (unsigned long long)seed, given, count);
  frame_destroy(frame);
}

static void any_bytes_have_exactly_one_outcome(void **state) {
  (void)state;
  struct buffer out;
  buffer_init(&out, 1 << 20);
  const char *alone = getenv("FRAME_SEED");
  uint64_t first = alone ? strtoull(alone, NULL, 10) : 0, last = alone ? first : SEEDS;
  struct seen seen = {0};
  for (uint64_t seed = first; seed <= last; seed++) run(seed, &out, &seen);
  if (!alone) assert_true(seen.parse && seen.request && seen.method && seen.params && seen.none);
  buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(any_bytes_have_exactly_one_outcome)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
