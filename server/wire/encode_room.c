#include "encode.h"

static void encode_list(struct buffer *out, const struct slices *list) {
  encode_literal(out, "[");
  for (size_t i = 0; i < list->count; i++) {
    if (i > 0) encode_literal(out, ",");
    encode_string(out, list->items[i]);
  }
  encode_literal(out, "]");
}

void encode_member_card(struct buffer *out, const struct member_record *member, bool online, const bool *blocked,
                        int64_t inviter, struct slice inviter_name) {
  encode_literal(out, "{\"id\":");
  encode_member_id(out, member->key);
  encode_text_field(out, ",\"login\":", member->login);
  encode_text_field(out, ",\"name\":", member->name);
  encode_text_field(out, ",\"title\":", member->title);
  encode_text_field(out, ",\"company\":", member->company);
  encode_text_field(out, ",\"country\":", member->country);
  encode_literal(out, ",\"sectors\":");
  encode_list(out, &member->sectors);
  encode_literal(out, ",\"languages\":");
  encode_list(out, &member->languages);
  encode_text_field(out, ",\"about\":", member->about);
  encode_text_field(out, ",\"offers\":", member->offers);
  encode_text_field(out, ",\"seeks\":", member->seeks);
  encode_text_field(out, ",\"role\":", slice_of(role_text(member->role)));
  encode_bool_field(out, ",\"online\":", online);
  if (blocked) encode_bool_field(out, ",\"blocked\":", *blocked);
  if (inviter > 0) {
    encode_literal(out, ",\"invited_by\":{\"id\":");
    encode_member_id(out, inviter);
    encode_text_field(out, ",\"name\":", inviter_name);
    encode_literal(out, "}");
  }
  encode_literal(out, "}");
}

void encode_member_seen(struct buffer *out, const struct member_record *member, bool online, const bool *blocked) {
  encode_member_card(out, member, online, blocked, 0, SLICE_NONE);
}

void encode_member(struct buffer *out, const struct member_record *member, bool online) {
  encode_member_seen(out, member, online, NULL);
}

static const char *room_kind_text(enum room_kind kind) {
  switch (kind) {
    case ROOM_COUNTRY: return "country";
    case ROOM_SECTOR: return "sector";
    case ROOM_PAIR: return "pair";
    case ROOM_DIRECT: return "direct";
    case ROOM_CUSTOM: return "custom";
  }
  return "custom";
}

static void encode_pinned(struct buffer *out, const struct room_settings *settings) {
  if (settings->pinned_count == 0) return;
  encode_literal(out, ",\"pinned\":[");
  for (size_t i = 0; i < settings->pinned_count; i++) {
    if (i > 0) encode_literal(out, ",");
    buffer_append_int(out, settings->pinned[i]);
  }
  encode_literal(out, "]");
}

static void encode_muted(struct buffer *out, const struct sanction *muted) {
  if (!muted) return;
  encode_literal(out, ",\"muted\":");
  encode_sanction(out, muted);
}

void encode_room(struct buffer *out, const struct room_face *face) {
  const struct room_record *record = face->record;
  const struct room_settings *settings = &record->settings;
  encode_text_field(out, "{\"room\":", record->room);
  encode_text_field(out, ",\"kind\":", slice_of(room_kind_text(record->kind)));
  if (face->country.size > 0) encode_text_field(out, ",\"country\":", face->country);
  if (face->sector.size > 0) encode_text_field(out, ",\"sector\":", face->sector);
  if (record->with) {
    encode_literal(out, ",\"with\":");
    encode_member_seen(out, record->with, face->with_online, &record->blocked);
  }
  encode_text_field(out, ",\"title\":", face->title);
  encode_text_field(out, ",\"topic\":", settings->topic);
  encode_int_field(out, ",\"head\":", record->head);
  encode_int_field(out, ",\"read\":", record->read);
  encode_int_field(out, ",\"unread\":", record->unread);
  encode_int_field(out, ",\"mentions\":", record->mentions);
  encode_int_field(out, ",\"online\":", face->online);
  encode_bool_field(out, ",\"joined\":", face->joined);
  encode_bool_field(out, ",\"locked\":", settings->locked);
  encode_int_field(out, ",\"slow\":", face->slow);
  encode_text_field(out, ",\"role\":", slice_of(face->role));
  encode_pinned(out, settings);
  if (settings->is_private) encode_literal(out, ",\"private\":true");
  if (record->notify != NOTIFY_ALL) encode_text_field(out, ",\"notify\":", slice_of(notify_text(record->notify)));
  encode_muted(out, face->muted);
  if (face->listed) encode_literal(out, ",\"listed\":true");
  encode_literal(out, "}");
}
