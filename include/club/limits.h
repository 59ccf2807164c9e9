#ifndef CLUB_LIMITS_H
#define CLUB_LIMITS_H
/* Every list that somebody outside can make grow, in one place. server/ARCHITECTURE.md shows this table with the error
 * that each gets. */

/* What the protocol promises (`welcome.limits`). */
#define LIMIT_TEXT 4000   /* characters of a message */
#define LIMIT_FRAME 65536 /* bytes of a frame, both ways */
#define LIMIT_HISTORY 100 /* entries of a page */
#define LIMIT_HISTORY_DEFAULT 50
#define LIMIT_PAGE_BYTES 49152 /* bytes of a page's entries */
#define LIMIT_IN_FLIGHT 32     /* requests of a connection unanswered */
#define LIMIT_BATCH 32         /* requests in a batch */
#define LIMIT_PING_SECONDS 25  /* between pings; a line silent for two of them is closed */
#define LIMIT_NESTING 32       /* of JSON */

/* Lengths: characters unless said. */
#define LIMIT_NAME 100
#define LIMIT_ABOUT 500
#define LIMIT_OFFERS 500 /* and of what is sought */
#define LIMIT_REASON 500
#define LIMIT_TOPIC 500
#define LIMIT_CLIENT_ID 64  /* bytes */
#define LIMIT_IDENTIFIER 64 /* bytes */
#define LIMIT_EMOJI 32      /* bytes */
#define LIMIT_CLIENT 64     /* bytes of the name of a session's browser and system */
#define LIMIT_PASSWORD_MIN 8
#define LIMIT_PASSWORD_MAX 256
#define LIMIT_MEMBER_LIST 20 /* sectors, languages of a member */

/* Over HTTP. */
#define LIMIT_HTTP_BODY 65536   /* bytes */
#define LIMIT_HTTP_HEADERS 4096 /* bytes */
#define LIMIT_HTTP_SECONDS 10   /* for a whole request to arrive */

/* Of a connection. */
#define LIMIT_JOINED 256              /* rooms joined */
#define LIMIT_INBOX (2 * LIMIT_FRAME) /* bytes received and not carried out */
#define LIMIT_BLOCKED_SECONDS 60      /* without the peer taking anything */
#define LIMIT_MALFORMED 100           /* answers of -32700 or -32600 within 10 seconds: 4008 */
#define LIMIT_MALFORMED_SECONDS 10

/* Connections; `closing` is the answer to a member's surplus, a cut to an address's. */
#define LIMIT_CONNECTIONS_OF_MEMBER 20
#define LIMIT_CONNECTIONS_OF_ADDRESS 512
#define LIMIT_DESCRIPTOR_RESERVE 128 /* descriptors kept for files, store, bus, admin; the rest may be connections */
#define LIMIT_SPARE_SHARE 16 /* of them one in so many is kept for requests over HTTP and for saying `closing` */

/* Of a message and a member. */
#define LIMIT_MENTIONS 20          /* in one message; further ones are plain text */
#define LIMIT_EDITS_OF_MESSAGE 100 /* conflict-free: `rate_limited` without retry_after */
#define LIMIT_EMOJI_OF_MESSAGE 20  /* distinct ones */
#define LIMIT_REACTS_OF_MEMBER 50  /* react entries of one member on one message */
#define LIMIT_REACTORS 4096        /* named on a page that members share; beyond it each must read its own */
#define LIMIT_LISTED 1000          /* rooms on a member's list */
#define LIMIT_UNREAD 1000          /* unread is counted up to this */
#define LIMIT_INVITES 100          /* of a member, usable ones */
#define LIMIT_INVITE_USES 1000
#define LIMIT_INVITE_SECONDS 2592000 /* 30 days */
#define LIMIT_SESSIONS 50            /* of a member; the longest unused ends */
#define LIMIT_BLOCKS 1000            /* members whom one member blocks */
#define LIMIT_FINDS 30               /* searches of a member within LIMIT_FINDS_MS */
#define LIMIT_FINDS_MS 10000
#define LIMIT_MEMBERS_PAGE 100 /* of every list of members, and of those who are muted or banned */

#define LIMIT_SEARCH 50 /* hits of a page */
#define LIMIT_SEARCH_DEFAULT 20
#define LIMIT_SEARCH_TEXT 200     /* characters of a question */
#define LIMIT_SEARCHES 30         /* of a member … */
#define LIMIT_SEARCHES_SECONDS 30 /* … within so long */

/* Moderating. */
#define LIMIT_ACTS 60         /* what a moderator does … */
#define LIMIT_ACTS_SECONDS 60 /* … within so long */
#define LIMIT_SLOW_SECONDS 86400
#define LIMIT_SANCTION_SECONDS 31536000 /* a year; longer is until it is lifted */
#define LIMIT_PURGE_SECONDS 86400
#define LIMIT_PURGE 500         /* messages that one purge removes: the newest */
#define LIMIT_PURGE_LOOK 100000 /* entries of the room that it looks through for them */
#define LIMIT_PINS 20           /* of a room */
#define LIMIT_STANDINGS 100     /* rooms that a member moderates; beyond it conflict */
#define LIMIT_ADMISSIONS 5000   /* of a private room */
#define LIMIT_CUSTOM_ROOMS 1000 /* of the club */
#define LIMIT_SANCTIONS 100     /* of a member */
#define LIMIT_REPORTS_OPEN 20   /* of one who reports */
#define LIMIT_REPORTS_PAGE 20
#define LIMIT_REPORTS_COUNTED 100 /* open ones, for whoever is called to them */
#define LIMIT_AUDIT_PAGE 100
#define LIMIT_AROUND 3          /* messages before and behind one that is reported */
#define LIMIT_BRANCH 10000      /* members that one freeze reaches */
#define LIMIT_ACTED 100         /* members to whom the same was done, read together */
#define LIMIT_TREE_ABOVE 20     /* of those above a member, in one answer */
#define LIMIT_TREE_INVITED 1000 /* counted of those who came by one member */
#define RAID_SLOW_SECONDS 60    /* between a member's posts in any room while there is a raid */

/* Of those who came within the last day, but for those who moderate the club. */
#define YOUNG_SECONDS 86400
#define YOUNG_POSTS_SHARE 3       /* one in so many of the usual rate of posts */
#define YOUNG_OPENS 5             /* direct talks opened … */
#define YOUNG_INVITES 5           /* members let into private rooms … */
#define YOUNG_WITHIN_SECONDS 3600 /* … within so long */

/* The same text from several of them is held back for a moderator's look. */
#define CHORUS_VOICES 3    /* different members who say the same … */
#define CHORUS_SECONDS 600 /* … within so long: what the last of them says is held back */
#define CHORUS_LETTERS 20  /* letters and digits; what has fewer may be said by everybody */
#define CHORUS_TEXTS 16384 /* that an instance remembers */

/* Times. */
#define LIMIT_FRESH_MS 2000           /* what the store confirmed longer ago is not used */
#define SESSION_SECONDS 2592000       /* 30 days */
#define SESSION_UNUSED_SECONDS 604800 /* 7 days */
#define CLOSING_SECONDS 8             /* from SIGTERM to the end */

/* Inside. */
#define LIMIT_WRITE_QUEUE 16384   /* jobs waiting for the writer */
#define LIMIT_WRITE_BATCH 256     /* jobs in one transaction */
#define LIMIT_WRITE_WAIT_MS 10000 /* a write that waited longer for the writer is not begun */
#define LIMIT_READ_QUEUE 32768    /* jobs waiting for the readers */
#define LIMIT_EXCHANGES 1024      /* HTTP requests whose answer is awaited: `unavailable` beyond */
#define LIMIT_HASH_QUEUE 64       /* passwords waiting to be hashed */
#define LIMIT_RING_ENTRIES 1024   /* of a room's log in memory */
#define LIMIT_RING_BYTES 262144
#define LIMIT_RINGS_BYTES 134217728 /* of all rooms' logs together */
#define LIMIT_SHARED_BYTES 33554432 /* of all rooms' pieces for answers */
#define LIMIT_TRACKED 65536         /* logins and addresses whose tries are counted */
#endif
