#ifndef STORE_SEARCH_SQL_H
#define STORE_SEARCH_SQL_H
/* The rooms among which a member, $1, searches, in words that both databases understand. `now` is $2, in the words of each.
 * Direct talks are kind 3, bans kind 2. */

#define SEARCH_COLUMNS "key, id, head, coalesce((SELECT indexed FROM index_room WHERE index_room.room = room.key), 0)"
#define SEARCH_MAY_ENTER \
  "(private = 0 OR EXISTS (SELECT 1 FROM admission WHERE admission.room = room.key AND admission.member = $1)) "
#define SEARCH_BANNED(now) \
  "EXISTS (SELECT 1 FROM sanction WHERE sanction.member = $1 AND sanction.room = room.key AND sanction.kind = 2 " \
  "AND (sanction.until = 0 OR sanction.until > " now ")) "
/* All that the member may enter and in which something was said. */
#define SEARCH_ROOMS(now) \
  "SELECT " SEARCH_COLUMNS " FROM room WHERE kind <> 3 AND head > 0 AND " SEARCH_MAY_ENTER \
  "AND NOT " SEARCH_BANNED(now) "UNION ALL SELECT " SEARCH_COLUMNS " FROM room WHERE low = $1 AND head > 0 " \
                                "UNION ALL SELECT " SEARCH_COLUMNS " FROM room WHERE high = $1 AND head > 0"
/* The one of the id $3; behind it, whether the member is banned from it. */
#define SEARCH_ROOM(now) \
  "SELECT " SEARCH_COLUMNS ", CASE WHEN " SEARCH_BANNED(now) "THEN 1 ELSE 0 END FROM room WHERE id = $3 AND " \
                                                             "((kind <> 3 AND " SEARCH_MAY_ENTER \
                                                             ") OR (kind = 3 AND $1 IN (low, high)))"
#endif
