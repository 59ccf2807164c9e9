/* The members who are connected, to whichever instance and in whatever rooms: one more attendance, told and heard as a
 * room's is, under a topic of its own and without faces. It has no log and no followers, is among no rooms, is held by
 * nobody and asked for by no poll. */
#include "inside.h"

static const char online_topic[] = ONLINE_TOPIC;

void online_setup(struct rooms *rooms) {
  struct room *online = &rooms->online;
  online->rooms = rooms;
  memcpy(online->id, online_topic, sizeof online_topic - 1);
  online->id_size = sizeof online_topic - 1;
  attendance_begin(online);
}

void online_finish(struct rooms *rooms) {
  presence_end(&rooms->online);
  remote_end(&rooms->online);
  attendance_clear(&rooms->online);
}

struct room *online_or_room(struct rooms *rooms, struct slice topic) {
  return slice_is(topic, online_topic) ? &rooms->online : rooms_find(rooms, topic);
}

void rooms_member_came(struct rooms *rooms, int64_t member) {
  const struct slice none = SLICE_LITERAL("");
  if (!attendance_enter(&rooms->online, member, none, none, none))
    return; /* no memory: nobody elsewhere learns of it */
}

void rooms_member_went(struct rooms *rooms, int64_t member) {
  attendance_leave(&rooms->online, member);
}

bool rooms_member_is_online(const struct rooms *rooms, int64_t member) {
  return room_attends(&rooms->online, member);
}
