#include "encode.h"

#include "club/clock.h"

#define EACH_BYTE 0x0101010101010101u
#define HIGH_BITS (EACH_BYTE * 0x80)

/* Bytes of `word` that are zero, marked in their high bit; the lowest mark is exact. */
static uint64_t zero_bytes(uint64_t word) {
  return (word - EACH_BYTE) & ~word & HIGH_BITS;
}

static bool needs_escape(unsigned char c) {
  return c < 0x20 || c == '"' || c == '\\';
}

/* Bytes at the start of `text` that stand in a JSON string as they are. Eight at a time: most texts have nothing else. */
static size_t clean_run(const char *text, size_t size) {
  size_t at = 0;
  for (; size - at >= 8; at += 8) {
    uint64_t word;
    memcpy(&word, text + at, sizeof word);
    uint64_t control = (word - EACH_BYTE * 0x20) & ~word & HIGH_BITS;
    if (control | zero_bytes(word ^ EACH_BYTE * '"') | zero_bytes(word ^ EACH_BYTE * '\\')) break;
  }
  while (at < size && !needs_escape((unsigned char)text[at])) at++;
  return at;
}

static void append_escape(struct buffer *out, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
  size_t size = 2;
  switch (c) {
    case '"':
    case '\\': text[1] = (char)c; break;
    case '\b': text[1] = 'b'; break;
    case '\f': text[1] = 'f'; break;
    case '\n': text[1] = 'n'; break;
    case '\r': text[1] = 'r'; break;
    case '\t': text[1] = 't'; break;
    default: size = sizeof text;
  }
  buffer_append(out, text, size);
}

void encode_string(struct buffer *out, struct slice text) {
  encode_literal(out, "\"");
  for (size_t at = 0; at < text.size;) {
    size_t run = clean_run(text.data + at, text.size - at);
    buffer_append(out, text.data + at, run);
    at += run;
    if (at < text.size) append_escape(out, (unsigned char)text.data[at++]);
  }
  encode_literal(out, "\"");
}

void encode_key(struct buffer *out, const char *key) {
  encode_string(out, slice_of(key));
  encode_literal(out, ":");
}

void encode_bool(struct buffer *out, bool value) {
  buffer_append_text(out, value ? "true" : "false");
}

void encode_instant(struct buffer *out, int64_t wall_ms) {
  char text[1 + INSTANT_SIZE]; /* the closing quote takes the place of the zero byte */
  text[0] = '"';
  instant_write(text + 1, wall_ms);
  text[INSTANT_SIZE] = '"';
  buffer_append(out, text, sizeof text);
}

void encode_member_id(struct buffer *out, int64_t member) {
  char id[MEMBER_ID_SIZE];
  member_id_write(id, member);
  encode_literal(out, "\"");
  buffer_append_text(out, id);
  encode_literal(out, "\"");
}

static void encode_id(struct buffer *out, const struct request_id *id) {
  if (!id->present) {
    encode_literal(out, "null");
  } else if (id->is_text) {
    encode_string(out, (struct slice){id->text, id->size});
  } else {
    buffer_append_int(out, id->number);
  }
}

void encode_result_begin(struct buffer *out, const struct request_id *id) {
  encode_literal(out, "{\"jsonrpc\":\"2.0\",\"id\":");
  encode_id(out, id);
  encode_literal(out, ",\"result\":");
}

void encode_result_end(struct buffer *out) {
  encode_literal(out, "}");
}

static const char *problem_message(enum problem problem, enum reason reason) {
  switch (problem) {
    case PROBLEM_PARSE: return "Parse error";
    case PROBLEM_REQUEST: return "Invalid Request";
    case PROBLEM_METHOD: return "Method not found";
    case PROBLEM_PARAMS: return "Invalid params";
    case PROBLEM_NONE:
    case PROBLEM_REASON: break;
  }
  return reason_message(reason);
}

int64_t encode_seconds(int64_t ms) {
  return ms > 0 ? (ms - 1) / 1000 + 1 : 0;
}

static void encode_error_data(struct buffer *out, enum problem problem, enum reason reason, const char *field,
                              int64_t retry_after_ms) {
  encode_literal(out, ",\"data\":{");
  const char *comma = "";
  if (problem == PROBLEM_REASON) {
    encode_text_field(out, "\"reason\":", slice_of(reason_text(reason)));
    comma = ",";
  }
  if (field) {
    buffer_append_text(out, comma);
    encode_text_field(out, "\"field\":", slice_of(field));
    comma = ",";
  }
  if (retry_after_ms > 0) {
    buffer_append_text(out, comma);
    encode_int_field(out, "\"retry_after\":", encode_seconds(retry_after_ms));
  }
  encode_literal(out, "}");
}

void encode_error(struct buffer *out, const struct request_id *id, enum problem problem, enum reason reason,
                  const char *field, int64_t retry_after_ms) {
  encode_literal(out, "{\"jsonrpc\":\"2.0\",\"id\":");
  encode_id(out, id);
  encode_int_field(out, ",\"error\":{\"code\":", problem);
  encode_text_field(out, ",\"message\":", slice_of(problem_message(problem, reason)));
  if (problem == PROBLEM_REASON || field || retry_after_ms > 0) {
    encode_error_data(out, problem, reason, field, retry_after_ms);
  }
  encode_literal(out, "}}");
}

void encode_http_error(struct buffer *out, enum reason reason, const char *field) {
  encode_text_field(out, "{\"error\":{\"reason\":", slice_of(reason_text(reason)));
  encode_text_field(out, ",\"message\":", slice_of(reason_message(reason)));
  if (field) encode_text_field(out, ",\"field\":", slice_of(field));
  encode_literal(out, "}}");
}

void encode_sanction(struct buffer *out, const struct sanction *sanction) {
  encode_literal(out, "{");
  if (sanction->until > 0) encode_instant_field(out, "\"until\":", sanction->until);
  if (sanction->until > 0 && sanction->reason.size > 0) encode_literal(out, ",");
  if (sanction->reason.size > 0) encode_text_field(out, "\"reason\":", sanction->reason);
  encode_literal(out, "}");
}

void encode_http_banned(struct buffer *out, const struct sanction *ban) {
  encode_text_field(out, "{\"error\":{\"reason\":", slice_of(reason_text(REASON_BANNED)));
  encode_text_field(out, ",\"message\":", slice_of(reason_message(REASON_BANNED)));
  encode_literal(out, ",\"ban\":");
  encode_sanction(out, ban);
  encode_literal(out, "}}");
}

void encode_empty(struct buffer *out) {
  encode_literal(out, "{}");
}

void encode_changed(struct buffer *out, int64_t seq, int64_t at) {
  encode_int_field(out, "{\"seq\":", seq);
  encode_instant_field(out, ",\"at\":", at);
  encode_literal(out, "}");
}

void encode_posted(struct buffer *out, int64_t seq, int64_t at, bool duplicate) {
  encode_int_field(out, "{\"seq\":", seq);
  encode_instant_field(out, ",\"at\":", at);
  encode_bool_field(out, ",\"duplicate\":", duplicate);
  encode_literal(out, "}");
}
