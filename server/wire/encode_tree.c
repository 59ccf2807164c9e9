/* Invites, and members in the tree of them, as moderators see them. */
#include "encode.h"

void invite_id_write(char id[INVITE_ID_SIZE], int64_t key) {
  key_id_write(id, 'i', key);
}

bool invite_id_read(struct slice id, int64_t *key) {
  return key_id_read(id, 'i', key);
}

static void encode_invite_id(struct buffer *out, const char *before, int64_t key) {
  char id[INVITE_ID_SIZE];
  invite_id_write(id, key);
  buffer_append_text(out, before);
  encode_string(out, slice_of(id));
}

void encode_invite(struct buffer *out, const struct invite_record *record) {
  char maker[MEMBER_ID_SIZE] = "";
  if (record->made_by > 0) member_id_write(maker, record->made_by);
  encode_invite_id(out, "{\"invite\":", record->key);
  encode_text_field(out, ",\"role\":", slice_of(role_text(record->role)));
  if (record->room.size > 0) encode_text_field(out, ",\"room\":", record->room);
  encode_int_field(out, ",\"uses\":", record->uses);
  encode_int_field(out, ",\"used\":", record->used);
  encode_text_field(out, ",\"made_by\":", slice_of(maker));
  if (record->made_by_name.size > 0) encode_text_field(out, ",\"made_by_name\":", record->made_by_name);
  encode_instant_field(out, ",\"made_at\":", record->made_at);
  encode_instant_field(out, ",\"expires_at\":", record->expires_at);
  encode_literal(out, "}");
}

void encode_tree_member(struct buffer *out, const struct tree_record *record) {
  const struct member_record *member = &record->member;
  encode_literal(out, "{\"id\":");
  encode_member_id(out, member->key);
  encode_text_field(out, ",\"login\":", member->login);
  encode_text_field(out, ",\"name\":", member->name);
  encode_text_field(out, ",\"company\":", member->company);
  encode_text_field(out, ",\"country\":", member->country);
  encode_text_field(out, ",\"role\":", slice_of(role_text(member->role)));
  encode_instant_field(out, ",\"joined_at\":", member->made_at);
  if (record->invite > 0) encode_invite_id(out, ",\"invite\":", record->invite);
  encode_int_field(out, ",\"invited\":", record->invited);
  encode_bool_field(out, ",\"frozen\":", record->frozen);
  encode_bool_field(out, ",\"banned\":", record->banned || member->disabled);
  encode_literal(out, "}");
}
