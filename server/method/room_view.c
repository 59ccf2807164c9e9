/* A room as a member sees it: what the store says, with what only the club file and this instance know. */
#include "call.h"

static struct slice part_id(const struct club_part *part) {
  return part ? slice_of(part->id) : (struct slice){"", 0};
}

static struct slice view_title(const struct services *services, const struct room_record *record,
                               struct room_view *view) {
  if (record->settings.title.size > 0) return record->settings.title;
  struct buffer title;
  buffer_init(&title, sizeof view->title);
  /* A title that does not fit is left empty: the id still says which room it is. */
  size_t size = club_title(services->club, record->room, &title) ? title.size : 0;
  if (size) memcpy(view->title, title.data, size);
  buffer_free(&title);
  return (struct slice){view->title, size};
}

static int64_t view_slow(const struct services *services, const struct room_record *record) {
  int64_t slow = record->settings.slow;
  return services->raid && slow < RAID_SLOW_SECONDS ? RAID_SLOW_SECONDS : slow;
}

void method_room_view(const struct services *services, const struct present *member, const struct room_record *record,
                      bool joined, struct room_view *view) {
  const struct club_part *country = NULL, *sector = NULL;
  const struct room *room = rooms_find(services->rooms, record->room);
  const struct member_record *with = record->kind == ROOM_DIRECT ? record->with : NULL;
  if (!club_room_parts(services->club, record->room, &country, &sector)) country = sector = NULL;
  view->face = (struct room_face){
      .record = record,
      .country = part_id(country),
      .sector = part_id(sector),
      .title = with ? with->name : view_title(services, record, view),
      .online = room ? room_online(room) : 0,
      .joined = joined,
      .with_online = with && presents_online(services->presents, with->key),
      .slow = view_slow(services, record),
      .role = standing_in(member, record->room) == STANDING_MEMBER ? "member" : "moderator",
      .muted = standing_sanction(member, SANCTION_MUTE, record->room, clock_wall_ms(&services->clock))};
}
