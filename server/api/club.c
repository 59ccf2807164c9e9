/* GET /api/club: made once, the same for everybody. */
#include "exchange.h"

#define CLUB_ANSWER_LIMIT 1048576 /* bytes; the club file is the operator's */

bool club_prepare(struct api *api) {
  struct buffer *club = &api->club;
  buffer_init(club, CLUB_ANSWER_LIMIT);
  if (!club_json(api->services->club, club) || club->size == 0) return false;
  buffer_cut(club, club->size - 1); /* the closing brace */
  buffer_append_char(club, ',');
  encode_key(club, "version");
  encode_string(club, api->services->version);
  buffer_append_char(club, '}');
  return !club->failed;
}

void club_show(struct exchange *exchange, const struct http_request *request) {
  (void)request;
  exchange->reply.body.limit = CLUB_ANSWER_LIMIT;
  buffer_append_slice(&exchange->reply.body, buffer_slice(&exchange->api->club));
  exchange_done(exchange, 200);
}
