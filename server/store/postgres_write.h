#ifndef STORE_POSTGRES_WRITE_H
#define STORE_POSTGRES_WRITE_H
/* Write jobs, each one call of a function of the server's that looks, decides and changes. */
#include "postgres.h"

/* A kind of write: asks, without sending; and once all is durable, takes what was answered. */
struct write_kind {
  struct ask (*ask)(struct postgres *self, struct store_job *job);
  enum reason (*take)(struct store_job *job, struct ask *ask);
  /* The room whose log it changes: locked before anything of the batch is done. NULL, or absent: none. */
  struct slice (*room)(const struct store_job *job);
  /* What must be known before that, asked before the transaction begins. NULL: nothing. */
  void (*prepare)(struct postgres *self, struct store_job *job);
};

/* The word of the protocol in the present row's first column. */
enum reason write_reason(const struct ask *ask);

/* postgres_posts.c */
struct ask posts_ask(struct postgres *self, struct store_job *job);
/* Several posts that follow each other: a row of the answer for each. */
struct ask posts_ask_many(struct postgres *self, struct store_job **jobs, size_t count, struct arena *arena);
enum reason posts_take(struct store_job *job, struct ask *ask);
struct slice posts_room(const struct store_job *job);
/* Who is named in the text by @login: each once, in order. Their number; `logins` NULL: nobody, or no memory. */
size_t posts_find_logins(struct slice text, struct arena *arena, struct slice **logins);

/* postgres_changes.c */
struct ask changes_ask_edit(struct postgres *self, struct store_job *job);
struct ask changes_ask_remove(struct postgres *self, struct store_job *job);
struct ask changes_ask_react(struct postgres *self, struct store_job *job);
enum reason changes_take(struct store_job *job, struct ask *ask);
enum reason changes_take_remove(struct store_job *job, struct ask *ask);
struct slice changes_room(const struct store_job *job);

/* postgres_listings.c: rooms and members' lists of them */
struct ask listings_ask_mark(struct postgres *self, struct store_job *job);
enum reason listings_take_mark(struct store_job *job, struct ask *ask);
struct ask listings_ask_notify(struct postgres *self, struct store_job *job);
enum reason listings_take_notify(struct store_job *job, struct ask *ask);
struct ask listings_ask_open(struct postgres *self, struct store_job *job);
struct ask listings_ask_direct(struct postgres *self, struct store_job *job);
enum reason listings_take_room(struct store_job *job, struct ask *ask);
struct ask listings_ask_ensure(struct postgres *self, struct store_job *job);
enum reason listings_take_ensure(struct store_job *job, struct ask *ask);

/* postgres_members.c */
struct ask members_ask_add(struct postgres *self, struct store_job *job);
enum reason members_take_add(struct store_job *job, struct ask *ask);
struct ask members_ask_role(struct postgres *self, struct store_job *job);
struct ask members_ask_disable(struct postgres *self, struct store_job *job);
struct ask members_ask_update(struct postgres *self, struct store_job *job);
/* The four params that say how the card, as far as it is given, is found: of club_cut_1() behind the member. */
void cards_ask_rows(struct ask *ask, const struct member_record *given, bool whole, struct arena *arena);
struct ask cards_ask_cut(struct postgres *self, struct store_job *job);
enum reason cards_take_cut(struct store_job *job, struct ask *ask);
struct ask blocks_ask(struct postgres *self, struct store_job *job);
enum reason blocks_take(struct store_job *job, struct ask *ask);
struct ask members_ask_password(struct postgres *self, struct store_job *job);
enum reason members_take_change(struct store_job *job, struct ask *ask);

/* postgres_sessions.c */
struct ask sessions_ask_add(struct postgres *self, struct store_job *job);
enum reason sessions_take_add(struct store_job *job, struct ask *ask);
struct ask sessions_ask_end(struct postgres *self, struct store_job *job);
enum reason sessions_take_end(struct store_job *job, struct ask *ask);
struct ask sessions_ask_touch(struct postgres *self, struct store_job *job);
enum reason sessions_take_touch(struct store_job *job, struct ask *ask);

/* postgres_invites.c */
struct ask invites_ask_create(struct postgres *self, struct store_job *job);
struct ask invites_ask_revoke(struct postgres *self, struct store_job *job);
enum reason invites_take(struct store_job *job, struct ask *ask);
struct ask invites_ask_first(struct postgres *self, struct store_job *job);
enum reason invites_take_first(struct store_job *job, struct ask *ask);

/* postgres_acts.c */
void acts_prepare(struct postgres *self, struct store_job *job);
struct ask acts_ask(struct postgres *self, struct store_job *job);
enum reason acts_take(struct store_job *job, struct ask *ask);
struct slice acts_room(const struct store_job *job);

/* postgres_reports.c */
struct ask reports_ask_send(struct postgres *self, struct store_job *job);
enum reason reports_take_send(struct store_job *job, struct ask *ask);
struct ask reports_ask_hold(struct postgres *self, struct store_job *job);
enum reason reports_take_hold(struct store_job *job, struct ask *ask);
struct slice reports_room(const struct store_job *job);
#endif
