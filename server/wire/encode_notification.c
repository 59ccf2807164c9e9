#include "encode.h"

static void encode_limits(struct buffer *out) {
  encode_int_field(out, "{\"text\":", LIMIT_TEXT);
  encode_int_field(out, ",\"frame\":", LIMIT_FRAME);
  encode_int_field(out, ",\"history\":", LIMIT_HISTORY);
  encode_int_field(out, ",\"in_flight\":", LIMIT_IN_FLIGHT);
  encode_int_field(out, ",\"batch\":", LIMIT_BATCH);
  encode_int_field(out, ",\"ping\":", LIMIT_PING_SECONDS);
  encode_literal(out, "}");
}

void encode_welcome(struct buffer *out, const struct welcome *welcome) {
  encode_notification(out, "welcome");
  encode_literal(out, "{\"protocol\":\"club.v1\",\"member\":");
  encode_member(out, welcome->member, true);
  encode_text_field(out, ",\"instance\":", welcome->instance);
  encode_text_field(out, ",\"epoch\":", welcome->epoch);
  encode_instant_field(out, ",\"time\":", welcome->now_ms);
  encode_literal(out, ",\"limits\":");
  encode_limits(out);
  if (welcome->raid) encode_literal(out, ",\"raid\":true");
  encode_literal(out, "}}");
}

/* With a fraction: whoever is told to come again within a second is spread over it. */
void encode_closing(struct buffer *out, int64_t retry_after_ms) {
  int64_t ms = retry_after_ms > 0 ? retry_after_ms : 0;
  encode_notification(out, "closing");
  encode_int_field(out, "{\"retry_after\":", ms / 1000);
  if (ms % 1000) buffer_append_format(out, ".%03d", (int)(ms % 1000));
  encode_literal(out, "}}");
}

void encode_typing(struct buffer *out, struct slice room, int64_t member, struct slice name, struct slice country,
                   struct slice company) {
  encode_notification(out, "typing");
  encode_text_field(out, "{\"room\":", room);
  encode_literal(out, ",\"from\":");
  encode_author(out, member, name, country, company);
  encode_literal(out, "}}");
}

void encode_presence(struct buffer *out, struct slice room, int64_t online) {
  encode_notification(out, "presence");
  encode_text_field(out, "{\"room\":", room);
  encode_int_field(out, ",\"online\":", online);
  encode_literal(out, "}}");
}

void encode_read(struct buffer *out, struct slice room, int64_t seq, int64_t head, int64_t unread, int64_t mentions) {
  encode_notification(out, "read");
  encode_text_field(out, "{\"room\":", room);
  encode_int_field(out, ",\"seq\":", seq);
  encode_int_field(out, ",\"head\":", head);
  encode_int_field(out, ",\"unread\":", unread);
  encode_int_field(out, ",\"mentions\":", mentions);
  encode_literal(out, "}}");
}

void encode_room_notification(struct buffer *out, const struct room_face *face) {
  encode_notification(out, "room");
  encode_room(out, face);
  encode_literal(out, "}");
}

void encode_heads_begin(struct buffer *out) {
  encode_notification(out, "heads");
  encode_literal(out, "{\"rooms\":{");
}

void encode_heads_item(struct buffer *out, bool first, struct slice room, int64_t head, int64_t unread,
                       int64_t mentions) {
  if (!first) encode_literal(out, ",");
  encode_string(out, room);
  encode_int_field(out, ":{\"head\":", head);
  encode_int_field(out, ",\"unread\":", unread);
  encode_int_field(out, ",\"mentions\":", mentions);
  encode_literal(out, "}");
}

void encode_heads_end(struct buffer *out) {
  encode_literal(out, "}}}");
}
