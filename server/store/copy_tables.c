#include <stdio.h>

#include "copy.h"

/* clang-format off */
#define INT(name) {name, COPY_INT}
#define TEXT(name) {name, COPY_TEXT}
#define DIGEST(name) {name, COPY_DIGEST}

const struct copy_table copy_tables[] = {
    {.name = "member", .order = "key", .keys = COPY_KEYS,
     .columns = {INT("key"), TEXT("login"), TEXT("name"), TEXT("title"), TEXT("company"), TEXT("country"),
                 TEXT("about"), TEXT("offers"), TEXT("seeks"), TEXT("sectors"), TEXT("languages"), INT("role"),
                 INT("disabled"), TEXT("password"), INT("author"), INT("made_at"), INT("invited_by"),
                 INT("invite")}},
    {.name = "author", .order = "key", .keys = COPY_KEYS,
     .columns = {INT("key"), INT("member"), TEXT("name"), TEXT("country"), TEXT("company")}},
    {.name = "session", .order = "key", .keys = COPY_KEYS_ONCE, .sessions = true,
     .columns = {INT("key"), DIGEST("digest"), INT("member"), INT("made_at"), INT("used_at"), INT("ended"),
                 TEXT("address"), TEXT("client")}},
    {.name = "room", .order = "key", .keys = COPY_KEYS,
     .columns = {INT("key"), TEXT("id"), INT("kind"), INT("head"), INT("at"), INT("low"), INT("high"),
                 TEXT("title"), TEXT("topic"), INT("locked"), INT("slow"), INT("private"), INT("made_by"), TEXT("client_id")}},
    {.name = "entry", .order = "room, seq", .log = true,
     .columns = {INT("room"), INT("seq"), INT("at"), INT("type"), INT("author"), INT("member"), TEXT("client_id"),
                 TEXT("text"), INT("reply_to"), TEXT("mentions"), INT("edited"), INT("removed"), INT("reacted"),
                 INT("target"), INT("target_member"), TEXT("emoji"), INT("flag"), TEXT("reason"), TEXT("action"), INT("until"),
                 TEXT("detail")}},
    {.name = "reaction", .order = "room, target, emoji",
     .columns = {INT("room"), INT("target"), TEXT("emoji"), INT("count"), INT("first")}},
    {.name = "listing", .order = "member, room", .columns = {INT("member"), INT("room"), INT("read"), INT("notify")}},
    {.name = "block", .order = "member, other", .columns = {INT("member"), INT("other"), INT("at")}},
    {.name = "card_term", .order = "term, member, field", .columns = {TEXT("term"), INT("member"), INT("field")}},
    {.name = "card_cut", .order = "member", .columns = {INT("member"), INT("cutter")}},
    {.name = "mention", .order = "member, room, seq", .columns = {INT("member"), INT("room"), INT("seq")}},
    {.name = "invite", .order = "key", .keys = COPY_KEYS_ONCE,
     .columns = {INT("key"), DIGEST("digest"), INT("role"), TEXT("room"), INT("uses"), INT("used"), INT("made_at"),
                 INT("expires_at"), INT("made_by"), TEXT("client_id"), INT("revoked"), INT("first")}},
    {.name = "standing", .order = "member, room", .columns = {INT("member"), INT("room"), INT("at")}},
    {.name = "admission", .order = "room, member", .columns = {INT("room"), INT("member"), INT("at")}},
    {.name = "pin", .order = "room, seq", .columns = {INT("room"), INT("seq"), INT("at")}},
    {.name = "sanction", .order = "member, room, kind",
     .columns = {INT("member"), INT("room"), INT("kind"), INT("until"), INT("at"), TEXT("reason")}},
    {.name = "posted", .order = "room, member", .columns = {INT("room"), INT("member"), INT("at")}},
    {.name = "switch", .order = "name", .columns = {TEXT("name"), INT("value")}},
    {.name = "audit", .order = "key", .keys = COPY_KEYS_ONCE,
     .columns = {INT("key"), INT("at"), INT("by"), TEXT("action"), INT("room"), INT("member"), INT("seq"), INT("until"),
                 TEXT("reason"), TEXT("detail")}},
    {.name = "report", .order = "key", .keys = COPY_KEYS_ONCE,
     .columns = {INT("key"), INT("at"), INT("member"), TEXT("client_id"), INT("room"), INT("seq"), INT("accused"),
                 TEXT("reason"), TEXT("text"), TEXT("text_id"), INT("reply_to"), TEXT("outcome"), TEXT("note"),
                 INT("settled_by"), INT("settled_at")}},
    {.name = "index_room", .order = "room", .columns = {INT("room"), INT("indexed")}},
    {.name = "index_term", .order = "room, block, term",
     .columns = {INT("room"), INT("block"), TEXT("term"), TEXT("marks")}},
    {.name = "club_log", .order = "seq",
     .columns = {INT("seq"), INT("at"), INT("kind"), INT("member"), INT("session"), TEXT("room")}},
    {.name = NULL},
};
/* clang-format on */

size_t copy_column_count(const struct copy_table *table) {
  size_t count = 0;
  while (count < COPY_COLUMNS && table->columns[count].name) count++;
  return count;
}

void copy_columns(const struct copy_table *table, char *sql, size_t size) {
  size_t at = strlen(sql), count = copy_column_count(table);
  for (size_t i = 0; i < count && at < size; i++) {
    at += (size_t)snprintf(sql + at, size - at, "%s%s", i ? ", " : "", table->columns[i].name);
  }
}

bool copy_select(struct copy_side *side, const struct copy_table *table, char *sql, size_t size) {
  snprintf(sql, size, "SELECT ");
  copy_columns(table, sql, size);
  size_t at = strlen(sql);
  int more = snprintf(sql + at, size - at, " FROM %s ORDER BY %s", table->name, table->order);
  return (size_t)more < size - at || copy_fail(side, "the question for table %s is too long", table->name);
}
