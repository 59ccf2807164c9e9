/* What those see who moderate: who is muted or banned, who else moderates a room. */
#include <stdio.h>

#include "encode.h"

static void sanction_id_write(char id[SANCTION_ID_SIZE], const struct sanction_place *place) {
  snprintf(id, SANCTION_ID_SIZE, "s%lld.%lld.%lld", (long long)place->member, (long long)place->room,
           (long long)place->kind);
}

/* Digits up to `end`, or to the end of the text where it is 0. */
static bool read_part(struct slice *rest, char end, int64_t *number) {
  size_t at = 0;
  *number = 0;
  for (; at < rest->size && rest->data[at] >= '0' && rest->data[at] <= '9' && at < 18; at++)
    *number = *number * 10 + (rest->data[at] - '0');
  if (at == 0 || (end ? at == rest->size || rest->data[at] != end : at != rest->size)) return false;
  size_t taken = at + (end ? 1 : 0);
  *rest = (struct slice){rest->data + taken, rest->size - taken};
  return true;
}

bool sanction_id_read(struct slice id, struct sanction_place *place) {
  if (id.size == 0 || id.data[0] != 's') return false;
  struct slice rest = {id.data + 1, id.size - 1};
  return read_part(&rest, '.', &place->member) && read_part(&rest, '.', &place->room) &&
         read_part(&rest, 0, &place->kind);
}

void encode_sanction_seen(struct buffer *out, const struct sanction_record *record) {
  const struct sanction *sanction = &record->sanction;
  char id[SANCTION_ID_SIZE];
  sanction_id_write(id, &record->place);
  encode_text_field(out, "{\"id\":", slice_of(id));
  encode_literal(out, ",\"member\":");
  encode_member_id(out, record->place.member);
  encode_text_field(out, ",\"member_name\":", record->member_name);
  if (sanction->room.size > 0) encode_text_field(out, ",\"room\":", sanction->room);
  encode_text_field(out, ",\"kind\":", slice_of(sanction->kind == SANCTION_BAN ? "ban" : "mute"));
  if (record->by > 0) {
    encode_literal(out, ",\"by\":");
    encode_member_id(out, record->by);
    encode_text_field(out, ",\"by_name\":", record->by_name);
  }
  if (sanction->reason.size > 0) encode_text_field(out, ",\"reason\":", sanction->reason);
  encode_instant_field(out, ",\"since\":", record->since);
  if (sanction->until > 0) encode_instant_field(out, ",\"until\":", sanction->until);
  encode_literal(out, "}");
}

void encode_staff(struct buffer *out, const struct staff_record *record) {
  encode_literal(out, "{\"id\":");
  encode_member_id(out, record->member);
  encode_text_field(out, ",\"name\":", record->name);
  encode_text_field(out, ",\"country\":", record->country);
  encode_text_field(out, ",\"company\":", record->company);
  encode_text_field(out, ",\"role\":", slice_of(role_text(record->role)));
  if (record->room.size > 0) encode_text_field(out, ",\"room\":", record->room);
  encode_literal(out, "}");
}
