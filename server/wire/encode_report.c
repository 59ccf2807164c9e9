/* Reports, as their readers see them. */
#include "encode.h"

void report_id_write(char id[REPORT_ID_SIZE], int64_t key) {
  key_id_write(id, 'p', key);
}

bool report_id_read(struct slice id, int64_t *key) {
  return key_id_read(id, 'p', key);
}

static void encode_person(struct buffer *out, const struct author *author) {
  encode_author(out, author->member, author->name, author->country, author->company);
}

static void encode_message_of(struct buffer *out, const struct report_record *report) {
  encode_text_field(out, ",\"room\":", report->room);
  if (report->seq > 0) encode_int_field(out, ",\"seq\":", report->seq);
  if (report->text.data) encode_text_field(out, ",\"text\":", report->text);
  encode_literal(out, ",\"around\":[");
  for (size_t i = 0; i < report->around_count; i++) {
    if (i > 0) encode_literal(out, ",");
    encode_entry(out, &report->around[i]);
  }
  encode_literal(out, "]");
}

static void encode_outcome(struct buffer *out, const struct report_record *report) {
  if (report->outcome.size == 0) return;
  encode_text_field(out, ",\"outcome\":", report->outcome);
  if (report->note.size > 0) encode_text_field(out, ",\"note\":", report->note);
  if (report->settled_by.member > 0) {
    encode_literal(out, ",\"settled_by\":");
    encode_person(out, &report->settled_by);
  }
  encode_instant_field(out, ",\"settled_at\":", report->settled_at);
}

void encode_report(struct buffer *out, const struct report_record *report) {
  char id[REPORT_ID_SIZE];
  report_id_write(id, report->key);
  encode_text_field(out, "{\"report\":", slice_of(id));
  encode_instant_field(out, ",\"at\":", report->at);
  if (report->sender.member > 0) {
    encode_literal(out, ",\"sender\":");
    encode_person(out, &report->sender);
  }
  encode_literal(out, ",\"accused\":");
  encode_person(out, &report->accused);
  encode_message_of(out, report);
  encode_text_field(out, ",\"reason\":", report->reason);
  encode_int_field(out, ",\"reported_before\":", report->reported_before);
  encode_int_field(out, ",\"upheld_before\":", report->upheld_before);
  encode_outcome(out, report);
  encode_literal(out, "}");
}
