#ifndef WIRE_ENCODE_H
#define WIRE_ENCODE_H
/* What the encoders share. Appends are not checked one by one: a buffer keeps the failure. */
#include "club/wire.h"

/* A literal piece of JSON. */
#define encode_literal(out, text) ((void)buffer_append((out), (text), sizeof(text) - 1))

/* `"key":` comes as a literal, with the comma before it where there is one. */
#define encode_text_field(out, key, slice) (encode_literal(out, key), encode_string(out, slice))
#define encode_int_field(out, key, number) (encode_literal(out, key), (void)buffer_append_int(out, number))
#define encode_bool_field(out, key, value) (encode_literal(out, key), encode_bool(out, value))
#define encode_instant_field(out, key, wall_ms) (encode_literal(out, key), encode_instant(out, wall_ms))

/* Milliseconds as whole seconds, rounded up. */
int64_t encode_seconds(int64_t ms);
/* A member's id, with quotes. */
void encode_member_id(struct buffer *out, int64_t member);
/* {"until":…,"reason":…}, each only where there is one. */
void encode_sanction(struct buffer *out, const struct sanction *sanction);
/* `{"jsonrpc":"2.0","method":"<name>","params":`, the name as a literal; a `}` ends it. */
#define encode_notification(out, name) encode_literal(out, "{\"jsonrpc\":\"2.0\",\"method\":\"" name "\",\"params\":")
#endif
