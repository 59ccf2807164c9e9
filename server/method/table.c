/* The methods: which is which, and the two ends of a call. */
#include "call.h"

static const struct steps *const table[METHOD_COUNT] = {
    [METHOD_PING] = &ping_steps,
    [METHOD_ROOM_LIST] = &room_list_steps,
    [METHOD_ROOM_FIND] = &room_find_steps,
    [METHOD_ROOM_OPEN] = &room_open_steps,
    [METHOD_DIRECT_OPEN] = &direct_open_steps,
    [METHOD_ROOM_JOIN] = &room_join_steps,
    [METHOD_ROOM_LEAVE] = &room_leave_steps,
    [METHOD_ROOM_HISTORY] = &room_history_steps,
    [METHOD_ROOM_MEMBERS] = &room_members_steps,
    [METHOD_ROOM_READ] = &room_read_steps,
    [METHOD_ROOM_NOTIFY] = &room_notify_steps,
    [METHOD_ROOM_TYPING] = &room_typing_steps,
    [METHOD_MESSAGE_POST] = &message_post_steps,
    [METHOD_MESSAGE_EDIT] = &message_edit_steps,
    [METHOD_MESSAGE_REMOVE] = &message_remove_steps,
    [METHOD_MESSAGE_REACT] = &message_react_steps,
    [METHOD_MESSAGE_SEARCH] = &message_search_steps,
    [METHOD_MEMBER_GET] = &member_get_steps,
    [METHOD_MEMBER_UPDATE] = &member_update_steps,
    [METHOD_MEMBER_FIND] = &member_find_steps,
    [METHOD_MEMBER_BLOCK] = &member_block_steps,
    [METHOD_MEMBER_BLOCKED] = &member_blocked_steps,
    [METHOD_SESSION_LIST] = &session_list_steps,
    [METHOD_SESSION_END] = &session_end_steps,
    [METHOD_ROOM_CREATE] = &room_create_steps,
    [METHOD_ROOM_UPDATE] = &room_update_steps,
    [METHOD_ROOM_INVITE] = &room_invite_steps,
    [METHOD_ROOM_PIN] = &room_pin_steps,
    [METHOD_MESSAGE_PURGE] = &message_purge_steps,
    [METHOD_MEMBER_MUTE] = &member_mute_steps,
    [METHOD_MEMBER_BAN] = &member_ban_steps,
    [METHOD_MEMBER_APPOINT] = &member_appoint_steps,
    [METHOD_AUDIT_LIST] = &audit_list_steps,
    [METHOD_SANCTION_LIST] = &sanction_list_steps,
    [METHOD_ROOM_STAFF] = &room_staff_steps,
    [METHOD_ROOM_ADMITTED] = &room_admitted_steps,
    [METHOD_REPORT_SEND] = &report_send_steps,
    [METHOD_REPORT_LIST] = &report_list_steps,
    [METHOD_REPORT_COUNT] = &report_count_steps,
    [METHOD_REPORT_SETTLE] = &report_settle_steps,
    [METHOD_INVITE_CREATE] = &invite_create_steps,
    [METHOD_INVITE_LIST] = &invite_list_steps,
    [METHOD_INVITE_TREE] = &invite_tree_steps,
    [METHOD_INVITE_FREEZE] = &invite_freeze_steps,
    [METHOD_CLUB_RAID] = &club_raid_steps,
    [METHOD_INVITE_REVOKE] = &invite_revoke_steps,
};

const struct method *method_row(enum method_id method) {
  return &table[method]->row;
}

void method_begin(struct call *call, const struct request *request, store_done done) {
  call->done = done;
  table[call->method]->begin(call, request, done);
}

void method_finish(struct call *call, struct store_job *job, store_done done) {
  call->done = done;
  const struct services *services = call->services;
  table[call->method]->finish(call, job);
  if (job->outcome == STORE_DONE && job->club_head > 0) services->club_log_grew(services->server, job->club_head);
  store_job_destroy(job);
}

struct slice method_room(const struct request *request) {
  const union params *params = &request->params;
  switch (request->method) {
    case METHOD_ROOM_OPEN: return params->room_open.room; /* where it is named so */
    case METHOD_ROOM_JOIN: return params->room_join.room;
    case METHOD_ROOM_LEAVE: return params->room_leave.room;
    case METHOD_ROOM_HISTORY: return params->room_history.room;
    case METHOD_ROOM_MEMBERS: return params->room_members.room;
    case METHOD_ROOM_STAFF: return params->room_staff.room;
    case METHOD_SANCTION_LIST: return params->sanction_list.room;
    case METHOD_ROOM_ADMITTED: return params->room_admitted.room;
    case METHOD_ROOM_READ: return params->room_read.room;
    case METHOD_ROOM_NOTIFY: return params->room_notify.room;
    case METHOD_ROOM_TYPING: return params->room_typing.room;
    case METHOD_MESSAGE_POST: return params->message_post.room;
    case METHOD_MESSAGE_EDIT: return params->message_edit.room;
    case METHOD_MESSAGE_REMOVE: return params->message_remove.room;
    case METHOD_MESSAGE_REACT: return params->message_react.room;
    case METHOD_ROOM_UPDATE: return params->room_update.room;
    case METHOD_ROOM_INVITE: return params->room_invite.room;
    case METHOD_ROOM_PIN: return params->room_pin.room;
    case METHOD_MESSAGE_PURGE: return params->message_purge.room;
    case METHOD_MEMBER_MUTE: return params->member_mute.room;
    case METHOD_MEMBER_BAN: return params->member_ban.room;
    case METHOD_MEMBER_APPOINT: return params->member_appoint.room;
    case METHOD_REPORT_SEND: return params->report_send.room;
    /* Nor is the one that a search looks in: it shows messages of many. */
    case METHOD_MESSAGE_SEARCH:
    /* The log's room is not entered. */
    case METHOD_AUDIT_LIST:
    case METHOD_REPORT_LIST:
    case METHOD_REPORT_COUNT:
    case METHOD_REPORT_SETTLE: /* in whichever room its message is */
    case METHOD_ROOM_CREATE:
    /* An invite's room is not entered. */
    case METHOD_PING:
    case METHOD_ROOM_LIST:
    case METHOD_ROOM_FIND:
    case METHOD_DIRECT_OPEN:
    case METHOD_MEMBER_GET:
    case METHOD_MEMBER_UPDATE:
    case METHOD_MEMBER_FIND:
    case METHOD_MEMBER_BLOCK:
    case METHOD_MEMBER_BLOCKED:
    case METHOD_SESSION_LIST:
    case METHOD_SESSION_END:
    case METHOD_INVITE_CREATE:
    case METHOD_INVITE_LIST:
    case METHOD_INVITE_TREE:
    case METHOD_INVITE_FREEZE:
    case METHOD_CLUB_RAID:
    case METHOD_INVITE_REVOKE:
    case METHOD_COUNT: break;
  }
  return SLICE_NONE;
}
