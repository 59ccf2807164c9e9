/* What moderators did: as the audit log shows it, and as those hear it whom it concerns. */
#include "club/rights.h"
#include "encode.h"

void action_id_write(char id[ACTION_ID_SIZE], int64_t key) {
  key_id_write(id, 'a', key);
}

bool action_id_read(struct slice id, int64_t *key) {
  return key_id_read(id, 'a', key);
}

/* What both have. */
static void encode_about(struct buffer *out, const struct audit_record *act) {
  if (act->room.size > 0) encode_text_field(out, ",\"room\":", act->room);
  if (act->seq > 0) encode_int_field(out, ",\"seq\":", act->seq);
  if (act->until > 0) encode_instant_field(out, ",\"until\":", act->until);
  if (act->reason.size > 0) encode_text_field(out, ",\"reason\":", act->reason);
}

static void encode_by(struct buffer *out, const struct audit_record *act) {
  encode_literal(out, ",\"by\":");
  if (act->by > 0)
    encode_member_id(out, act->by);
  else
    encode_literal(out, "\"\"");
  encode_text_field(out, ",\"by_name\":", act->by_name);
}

static void encode_detail(struct buffer *out, const struct audit_record *act) {
  if (act->detail.size == 0) return;
  encode_literal(out, ",\"detail\":{");
  buffer_append_slice(out, act->detail);
  encode_literal(out, "}");
}

void encode_action(struct buffer *out, const struct audit_record *act) {
  char id[ACTION_ID_SIZE];
  action_id_write(id, act->key);
  encode_text_field(out, "{\"id\":", slice_of(id));
  encode_instant_field(out, ",\"at\":", act->at);
  encode_by(out, act);
  encode_text_field(out, ",\"action\":", act->action);
  if (act->member > 0) {
    encode_literal(out, ",\"member\":");
    encode_member_id(out, act->member);
    encode_text_field(out, ",\"member_name\":", act->member_name);
  }
  encode_about(out, act);
  encode_detail(out, act);
  encode_literal(out, "}");
}

void encode_acted(struct buffer *out, const struct audit_record *act, enum role role) {
  encode_notification(out, "acted");
  encode_text_field(out, "{\"action\":", act->action);
  encode_about(out, act);
  if (slice_is(act->action, right_of(ACT_SETTLE)->done))
    encode_detail(out, act); /* whoever reported something need not know who looked at it */
  else if (act->by > 0)
    encode_by(out, act);
  encode_text_field(out, ",\"role\":", slice_of(role_text(role)));
  encode_literal(out, "}}");
}

void encode_left(struct buffer *out, struct slice room, enum reason reason) {
  encode_notification(out, "left");
  encode_text_field(out, "{\"room\":", room);
  encode_text_field(out, ",\"reason\":", slice_of(reason_text(reason)));
  encode_literal(out, "}}");
}

void encode_reports(struct buffer *out) {
  encode_notification(out, "reports");
  encode_literal(out, "{}}");
}

void encode_notice(struct buffer *out, const char *level, const char *code, const char *text) {
  encode_notification(out, "notice");
  encode_text_field(out, "{\"level\":", slice_of(level));
  encode_text_field(out, ",\"code\":", slice_of(code));
  encode_text_field(out, ",\"text\":", slice_of(text));
  encode_literal(out, "}}");
}
