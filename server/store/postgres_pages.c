/* Pages of a room's log, each one statement: messages as they stand in the snapshot, or the log as it was sent. */
#include <stdlib.h>

#include "page.h"
#include "postgres.h"
#include "search.h"

/* The room's key, where the member may enter. */
#define ROOM_OF_MEMBER "(SELECT key FROM room WHERE id = $1 AND (kind <> 3 OR $2 IN (low, high)))"

/* Rows of `entry` in one direction. What comes after a page's bytes is not even sent: `before` counts the texts before
 * each one, of edited messages nothing, so that never too little is left. */
#define ENTRIES(room, condition, direction, most, limit, counted) \
  "FROM (SELECT *, sum(" counted ") OVER (ORDER BY seq " direction \
  " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before " \
  "FROM (SELECT * FROM entry WHERE room = " room " AND " condition " ORDER BY seq " direction " LIMIT " most \
  ") AS nearest LIMIT " limit ") AS entry JOIN author ON author.key = entry.author "
#define FITTING "WHERE coalesce(entry.before, 0) < 49152 ORDER BY entry.seq "

#define COLUMNS \
  "SELECT entry.seq, entry.at, entry.type, entry.author, entry.member, entry.client_id, entry.text, entry.reply_to, " \
  "entry.mentions, entry.removed, entry.target, entry.target_member, entry.emoji, entry.flag, entry.reason, " \
  "entry.action, entry.until, entry.detail, author.name, author.country, author.company "

/* Who reacted so: " MEMBER MEMBER …". */
#define REACTORS \
  "CASE WHEN $5 = 1 AND reaction.count <= 4096 THEN (SELECT coalesce(string_agg(' ' || own.member, '' " \
  "ORDER BY own.member), '') " \
  "FROM entry AS own WHERE own.room = entry.room AND own.target = entry.seq AND own.type = 4 AND own.flag = 1 " \
  "AND own.emoji = reaction.emoji AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.room = own.room " \
  "AND later.target = own.target AND later.type = 4 AND later.member = own.member AND later.emoji = own.emoji " \
  "AND later.seq > own.seq)) ELSE '' END"

/* How a message stands: its latest edit, and each emoji as a line "COUNT+EMOJI", "-" where it is not the member's, with
 * those who reacted behind it when the page is for many. */
#define STANDING \
  ", latest.at, latest.text, CASE WHEN entry.reacted = 1 THEN (SELECT string_agg(reaction.count || " \
  "CASE (SELECT own.flag FROM entry AS own WHERE own.room = entry.room AND own.target = entry.seq AND own.type = 4 " \
  "AND own.member = $2 AND own.emoji = reaction.emoji ORDER BY own.seq DESC LIMIT 1) WHEN 1 THEN '+' ELSE '-' END || " \
  "reaction.emoji || " REACTORS ", E'\\n' ORDER BY reaction.first) " \
  "FROM reaction WHERE reaction.room = entry.room AND reaction.target = entry.seq) END "
#define LATEST "LEFT JOIN entry AS latest ON latest.room = entry.room AND latest.seq = entry.edited "
#define UNEDITED "CASE WHEN edited IS NULL THEN octet_length(text) END"

static const char page_after[] = COLUMNS STANDING ENTRIES(ROOM_OF_MEMBER, "seq > $3", "", "100", "$4", UNEDITED)
LATEST FITTING;
static const char page_before[] = COLUMNS STANDING ENTRIES(ROOM_OF_MEMBER, "seq < $3", "DESC", "100", "$4", UNEDITED)
LATEST FITTING "DESC";
static const char log_between[] = COLUMNS ENTRIES("(SELECT key FROM room WHERE id = $1)", "seq >= $2 AND seq <= $3", "",
                                                  "512", "$4", "octet_length(text)") FITTING;
static const char head[] = "SELECT club_entering_1($1, $2, $3), (SELECT head FROM room WHERE id = $1)";
/* The nearest ones on both sides in turn. */
#define NEAR(condition, direction) \
  "(SELECT *, row_number() OVER (ORDER BY seq " direction ") AS near FROM entry " \
  "WHERE room = (SELECT key FROM room WHERE id = $1) AND type = 1 AND " condition " ORDER BY seq " direction \
  " LIMIT $4)"
static const char around[] = COLUMNS STANDING "FROM (" NEAR("seq < $3", "DESC") " UNION ALL " NEAR(
    "seq > $3", "") ") AS entry "
                    "JOIN author ON author.key = entry.author " LATEST "ORDER BY entry.near, entry.seq";
static const char hits[] = COLUMNS STANDING
    "FROM unnest($1::bigint[], $3::bigint[]) WITH ORDINALITY AS wish(room, seq, place) "
    "JOIN entry ON entry.room = wish.room AND entry.seq = wish.seq JOIN author ON author.key = entry.author " LATEST
    "ORDER BY wish.place LIMIT $4";
static const char exists[] = "SELECT 1 FROM room WHERE id = $1";

_Static_assert(LIMIT_PAGE_BYTES == 49152 && LIMIT_HISTORY == 100 && PAGE_ENTRIES == 512 && LIMIT_REACTORS == 4096,
               "the statements name these limits");

/* ---- one entry ---- */

enum column {
  SEQ,
  AT,
  TYPE,
  AUTHOR,
  MEMBER,
  CLIENT_ID,
  TEXT,
  REPLY_TO,
  MENTIONS,
  REMOVED,
  TARGET,
  TARGET_MEMBER,
  EMOJI,
  FLAG,
  REASON,
  ACTION,
  UNTIL,
  DETAIL,
  AUTHOR_NAME,
  AUTHOR_COUNTRY,
  AUTHOR_COMPANY,
  LATEST_AT, /* from here on only where messages stand as they are now */
  LATEST_TEXT,
  REACTIONS
};

static void read_author(struct page *page, const struct ask *ask, int first, struct author *author) {
  int64_t key = ask_get_int(ask, first + AUTHOR);
  const struct author *known = page_author(page, key);
  if (known) {
    *author = *known;
    return;
  }
  *author = (struct author){
      .key = key,
      .member = ask_get_int(ask, first + MEMBER),
      .name = ask_get_text(ask, first + AUTHOR_NAME, page->arena),
      .country = ask_get_text(ask, first + AUTHOR_COUNTRY, page->arena),
      .company = ask_get_text(ask, first + AUTHOR_COMPANY, page->arena),
  };
}

/* Columns from `first` on. */
static void read_entry(struct page *page, const struct ask *ask, int first, struct entry *entry) {
  entry->seq = ask_get_int(ask, first + SEQ);
  entry->at = ask_get_int(ask, first + AT);
  entry->type = (enum entry_type)ask_get_int(ask, first + TYPE);
  entry->client_id = ask_get_text(ask, first + CLIENT_ID, page->arena);
  entry->reply_to = ask_get_int(ask, first + REPLY_TO);
  page_mentions(page, entry, ask_peek_text(ask, first + MENTIONS));
  entry->removed = ask_get_int(ask, first + REMOVED) != 0;
  entry->target = ask_get_int(ask, first + TARGET);
  entry->target_member = ask_get_int(ask, first + TARGET_MEMBER);
  entry->emoji = ask_get_text(ask, first + EMOJI, page->arena);
  entry->on = ask_get_int(ask, first + FLAG) != 0;
  entry->reason = ask_get_text(ask, first + REASON, page->arena);
  entry->action = ask_get_text(ask, first + ACTION, page->arena);
  entry->until = ask_get_int(ask, first + UNTIL);
  entry->detail = ask_get_text(ask, first + DETAIL, page->arena);
  read_author(page, ask, first, &entry->from);
}

/* " 17 23" up to the line's end; gives that. */
static const char *read_reactors(struct page *page, struct reaction *reaction, const char *at) {
  int64_t *members = *at == ' ' ? page_reactors(page, reaction) : NULL, count = 0;
  while (*at == ' ') {
    char *end;
    int64_t member = strtoll(at, &end, 10);
    if (members && count < reaction->count) members[count] = member;
    count++;
    at = end;
  }
  if (count == reaction->count) reaction->members = members;
  return at;
}

/* "12+👍" and so on, lines of it. */
static void read_reactions(struct page *page, struct entry *entry, struct slice lines) {
  const char *at = lines.data;
  while (at && *at) {
    char *sign;
    int64_t count = strtoll(at, &sign, 10);
    if (*sign != '+' && *sign != '-') return;
    struct reaction *reaction = page_reaction(page, entry);
    if (!reaction) return;
    size_t size = strcspn(sign + 1, " \n");
    reaction->count = count;
    reaction->mine = *sign == '+';
    reaction->emoji = arena_copy(page->arena, (struct slice){sign + 1, size});
    at = read_reactors(page, reaction, sign + 1 + size);
    if (*at == '\n') at++;
  }
}

static void read_standing(struct page *page, const struct ask *ask, struct entry *entry) {
  entry->edited_at = ask_get_int(ask, LATEST_AT);
  bool edited = entry->edited_at != 0 && !entry->removed;
  entry->text = ask_get_text(ask, edited ? LATEST_TEXT : TEXT, page->arena);
  read_reactions(page, entry, ask_peek_text(ask, REACTIONS));
}

/* ---- pages ---- */

static void fill(struct page *page, struct ask *ask, bool standing) {
  while (page->count < page->capacity && ask_row(ask)) {
    struct entry *entry = page_next(page);
    read_entry(page, ask, 0, entry);
    if (standing && entry->type == ENTRY_MESSAGE) {
      read_standing(page, ask, entry);
    } else {
      entry->text = ask_get_text(ask, TEXT, page->arena);
    }
    if (!page_keep(page)) break;
  }
}

static struct ask ask_page(struct postgres *self, const struct store_page *wish, int64_t limit) {
  bool forward = wish->after >= 0;
  struct ask ask = ask_begin(self, forward ? page_after : page_before);
  ask_text(&ask, wish->room);
  ask_int(&ask, wish->member);
  ask_int(&ask, forward ? wish->after : wish->before > 0 ? wish->before : INT64_MAX);
  ask_int(&ask, limit);
  ask_int(&ask, wish->for_many);
  return ask;
}

static enum reason take_page(struct ask *ask, struct store_job *job, int64_t limit, int64_t room_head) {
  struct store_page *wish = &job->page;
  struct page page;
  if (wish->after > room_head) return REASON_CONFLICT;
  if (!page_begin(&page, job->arena, wish->room, (size_t)limit)) return REASON_NONE;
  fill(&page, ask, true);
  if (wish->after < 0) page_turn(&page);
  page_answer(&page, wish, room_head);
  return REASON_NONE;
}

static struct ask ask_head(struct postgres *self, const struct store_page *wish) {
  struct ask ask = ask_begin(self, head);
  ask_text(&ask, wish->room);
  ask_int(&ask, wish->member);
  ask_now(&ask);
  return ask;
}

/* The room and its page, both asked before either answers. */
static enum reason answer_page(struct postgres *self, struct store_job *job, bool joining) {
  struct store_page *wish = &job->page;
  int64_t limit = page_limit(wish->limit);
  struct ask room = joining ? rooms_ask(self, wish->room, wish->member) : ask_head(self, wish);
  ask_send(&room);
  struct ask page = ask_page(self, wish, limit);
  ask_send(&page);
  enum reason reason = REASON_NOT_FOUND;
  if (ask_row(&room)) reason = joining ? rooms_take_reason(&room, 0) : ask_get_reason(&room, 0);
  if (reason == REASON_NONE) {
    if (joining) rooms_take(&room, 0, job->arena, &wish->record);
    reason = take_page(&page, job, limit, joining ? wish->record.head : ask_get_int(&room, 1));
  }
  ask_end(&room);
  ask_end(&page);
  return reason;
}

enum reason postgres_room_join(struct postgres *self, struct store_job *job) {
  return answer_page(self, job, true);
}

enum reason postgres_history(struct postgres *self, struct store_job *job) {
  return answer_page(self, job, false);
}

enum reason postgres_entries(struct postgres *self, struct store_job *job) {
  struct store_entries *wish = &job->entries;
  int64_t count = wish->to - wish->from + 1;
  int64_t limit = count < 1 ? 1 : count < PAGE_ENTRIES ? count : PAGE_ENTRIES;
  struct ask room = ask_begin(self, exists);
  ask_text(&room, wish->room);
  ask_send(&room);
  struct ask entries = ask_begin(self, log_between);
  ask_text(&entries, wish->room);
  ask_int(&entries, wish->from);
  ask_int(&entries, wish->to);
  ask_int(&entries, limit);
  ask_send(&entries);
  struct page page;
  wish->count = 0;
  bool found = ask_row(&room);
  ask_end(&room);
  if (found && count >= 1 && page_begin(&page, job->arena, wish->room, (size_t)limit)) {
    fill(&page, &entries, false);
    wish->entries = page.entries;
    wish->count = page.count;
  }
  ask_end(&entries);
  return found ? REASON_NONE : REASON_NOT_FOUND;
}

/* ---- a few entries ---- */

size_t pages_take_added(struct ask *ask, int first, struct arena *arena, struct slice room, struct entry **entries) {
  struct page page;
  size_t capacity = ask_is_absent(ask, first) ? 0 : ask_count(ask);
  *entries = NULL;
  if (capacity == 0 || !page_begin(&page, arena, room, capacity)) return 0;
  do {
    struct entry *entry = page_next(&page);
    read_entry(&page, ask, first, entry);
    entry->text = ask_get_text(ask, first + TEXT, arena);
    page.count++;
  } while (page.count < capacity && ask_row(ask));
  *entries = page.entries;
  return page.count;
}

static int by_seq(const void *one, const void *other) {
  int64_t a = ((const struct entry *)one)->seq, b = ((const struct entry *)other)->seq;
  return a < b ? -1 : a > b;
}

size_t pages_take_around(struct postgres *self, struct slice room, int64_t seq, int64_t member, struct arena *arena,
                         struct entry **entries) {
  struct page page;
  *entries = NULL;
  if (!page_begin(&page, arena, room, 2 * (size_t)LIMIT_AROUND)) return 0;
  page.bytes = LIMIT_PAGE_BYTES / 2;
  struct ask ask = ask_begin(self, around);
  ask_text(&ask, room);
  ask_int(&ask, member);
  ask_int(&ask, seq);
  ask_int(&ask, LIMIT_AROUND);
  ask_int(&ask, 0);
  fill(&page, &ask, true);
  ask_end(&ask);
  qsort(page.entries, page.count, sizeof *page.entries, by_seq);
  *entries = page.entries;
  return page.count;
}

/* ---- hits of a search ---- */

size_t pages_fill_hits(struct postgres *self, struct search *search) {
  size_t count = search->hit_count;
  int64_t rooms[LIMIT_SEARCH + 1], seqs[LIMIT_SEARCH + 1];
  struct page page;
  for (size_t i = 0; i < count; i++) {
    rooms[i] = search->hits[i].place.room;
    seqs[i] = search->hits[i].place.seq;
  }
  struct ask ask = ask_begin(self, hits);
  ask_ints(&ask, rooms, count, search->arena);
  ask_int(&ask, search->wish->member);
  ask_ints(&ask, seqs, count, search->arena);
  ask_int(&ask, (int64_t)count);
  ask_int(&ask, 0);
  if (page_begin(&page, search->arena, SLICE_NONE, count)) {
    while (page.count < count && ask_row(&ask)) {
      page.room = search_room_id(search, rooms[page.count]);
      struct entry *entry = page_next(&page);
      read_entry(&page, &ask, 0, entry);
      read_standing(&page, &ask, entry);
      if (!page_keep(&page)) break;
      search->hits[page.count - 1].entry = *entry;
    }
  }
  ask_end(&ask);
  return page.count ? page.count : 1;
}
