#include "encode.h"

void encode_author(struct buffer *out, int64_t member, struct slice name, struct slice country, struct slice company) {
  encode_literal(out, "{\"id\":");
  encode_member_id(out, member);
  encode_text_field(out, ",\"name\":", name);
  encode_text_field(out, ",\"country\":", country);
  encode_text_field(out, ",\"company\":", company);
  encode_literal(out, "}");
}

static void encode_mentions(struct buffer *out, const struct entry *entry) {
  if (entry->mention_count == 0) return;
  encode_literal(out, ",\"mentions\":[");
  for (size_t i = 0; i < entry->mention_count; i++) {
    if (i > 0) encode_literal(out, ",");
    encode_member_id(out, entry->mentions[i]);
  }
  encode_literal(out, "]");
}

void encode_reactions(struct buffer *out, const struct reaction *reactions, size_t count) {
  if (count == 0) return;
  encode_literal(out, ",\"reactions\":[");
  for (size_t i = 0; i < count; i++) {
    const struct reaction *reaction = &reactions[i];
    if (i > 0) encode_literal(out, ",");
    encode_text_field(out, "{\"emoji\":", reaction->emoji);
    encode_int_field(out, ",\"count\":", reaction->count);
    encode_bool_field(out, ",\"mine\":", reaction->mine);
    encode_literal(out, "}");
  }
  encode_literal(out, "]");
}

static void encode_message(struct buffer *out, const struct entry *entry) {
  if (!entry->removed) encode_text_field(out, ",\"text\":", entry->text);
  encode_text_field(out, ",\"client_id\":", entry->client_id);
  if (entry->reply_to > 0) encode_int_field(out, ",\"reply_to\":", entry->reply_to);
  if (!entry->removed) encode_mentions(out, entry);
  if (entry->edited_at > 0) encode_instant_field(out, ",\"edited_at\":", entry->edited_at);
  if (entry->removed) encode_literal(out, ",\"removed\":true");
  encode_reactions(out, entry->reactions, entry->reaction_count);
}

static void encode_edit(struct buffer *out, const struct entry *entry) {
  encode_int_field(out, ",\"target\":", entry->target);
  if (entry->removed) {
    encode_literal(out, ",\"removed\":true");
  } else {
    encode_text_field(out, ",\"text\":", entry->text);
  }
}

static void encode_remove(struct buffer *out, const struct entry *entry) {
  encode_int_field(out, ",\"target\":", entry->target);
  if (entry->reason.data) encode_text_field(out, ",\"reason\":", entry->reason);
}

static void encode_react(struct buffer *out, const struct entry *entry) {
  encode_int_field(out, ",\"target\":", entry->target);
  encode_text_field(out, ",\"emoji\":", entry->emoji);
  encode_bool_field(out, ",\"on\":", entry->on);
}

/* What changed was put into the store as it is sent. */
static void encode_settings(struct buffer *out, const struct entry *entry) {
  if (entry->detail.size == 0) return;
  encode_literal(out, ",");
  buffer_append_slice(out, entry->detail);
}

static void encode_moderation(struct buffer *out, const struct entry *entry) {
  encode_text_field(out, ",\"action\":", entry->action);
  encode_literal(out, ",\"member\":");
  encode_member_id(out, entry->target_member);
  if (entry->until > 0) encode_instant_field(out, ",\"until\":", entry->until);
  if (entry->reason.size > 0) encode_text_field(out, ",\"reason\":", entry->reason);
}

static const char *entry_type_text(enum entry_type type) {
  switch (type) {
    case ENTRY_MESSAGE: return "message";
    case ENTRY_EDIT: return "edit";
    case ENTRY_REMOVE: return "remove";
    case ENTRY_REACT: return "react";
    case ENTRY_ROOM: return "room";
    case ENTRY_MODERATION: return "moderation";
  }
  return "unknown";
}

void encode_entry(struct buffer *out, const struct entry *entry) {
  encode_text_field(out, "{\"room\":", entry->room);
  encode_int_field(out, ",\"seq\":", entry->seq);
  encode_instant_field(out, ",\"at\":", entry->at);
  encode_text_field(out, ",\"type\":", slice_of(entry_type_text(entry->type)));
  encode_literal(out, ",\"from\":");
  encode_author(out, entry->from.member, entry->from.name, entry->from.country, entry->from.company);
  switch (entry->type) {
    case ENTRY_MESSAGE: encode_message(out, entry); break;
    case ENTRY_EDIT: encode_edit(out, entry); break;
    case ENTRY_REMOVE: encode_remove(out, entry); break;
    case ENTRY_REACT: encode_react(out, entry); break;
    case ENTRY_ROOM: encode_settings(out, entry); break;
    case ENTRY_MODERATION: encode_moderation(out, entry); break;
  }
  encode_literal(out, "}");
}

void encode_page(struct buffer *out, const struct entry *entries, size_t count, bool more, int64_t as_of) {
  encode_literal(out, "\"entries\":[");
  for (size_t i = 0; i < count; i++) {
    if (i > 0) encode_literal(out, ",");
    encode_entry(out, &entries[i]);
  }
  encode_bool_field(out, "],\"more\":", more);
  encode_int_field(out, ",\"as_of\":", as_of);
}

void encode_entry_notification(struct buffer *out, const struct entry *entry) {
  encode_notification(out, "entry");
  encode_entry(out, entry);
  encode_literal(out, "}");
}
