/* Cards that an older release stored are not in the directory: they are cut into terms beside everything else, some at a
 * time, one after the other. What fails is left to the next server that starts. */
#include "club/log.h"
#include "club/member.h"
#include "serve_inside.h"

#define DIRECTORY_CARDS 64 /* read at a time */
#define DIRECTORY_ROUNDS 3 /* a card that changes meanwhile is for the next one */

static void directory_read(const struct server *server, int64_t after, uint64_t round);

/* Writes come back in the order in which they were submitted: the last one of its page carries the round. */
static void directory_cut(void *context, struct store_job *job) {
  const struct server *server = ((struct completions *)context)->server;
  if (job->outcome == STORE_UNAVAILABLE || job->outcome == STORE_UNKNOWN)
    log_line(LOG_WARN, "card not cut", LOG_NUMBER("member", job->member.member.key));
  else if (job->ticket > 0)
    directory_read(server, job->member.member.key, job->ticket);
  store_job_destroy(job);
}

static struct member_record directory_copy(struct arena *arena, const struct member_record *member) {
  return (struct member_record){.key = member->key,
                                .login = arena_copy(arena, member->login),
                                .name = arena_copy(arena, member->name),
                                .title = card_text(arena, member->title),
                                .company = card_text(arena, member->company),
                                .country = card_text(arena, member->country),
                                .about = card_text(arena, member->about),
                                .offers = card_text(arena, member->offers),
                                .seeks = card_text(arena, member->seeks),
                                .sectors = card_list(arena, &member->sectors),
                                .languages = card_list(arena, &member->languages)};
}

static bool directory_submit(const struct store *store, const struct member_record *member, uint64_t ticket) {
  struct store_job *job = store_job_create(STORE_CARD_CUT);
  if (!job) return false;
  job->member.member = directory_copy(job->arena, member);
  job->ticket = ticket;
  job->done = directory_cut;
  if (!arena_failed(job->arena) && store->submit(store->self, job)) return true;
  store_job_destroy(job);
  return false;
}

static void directory_found(void *context, struct store_job *job) {
  const struct server *server = ((struct completions *)context)->server;
  const struct store_people *found = &job->people;
  bool done = job->outcome == STORE_DONE;
  for (size_t i = 0; done && i < found->count; i++)
    done =
        directory_submit(&server_services(server)->store, &found->members[i], i + 1 == found->count ? job->ticket : 0);
  if (!done) log_line(LOG_WARN, "cards not read", LOG_NUMBER("after", found->after));
  /* The end of a round: once more from the beginning, if there was anything. */
  if (done && found->count == 0 && found->after > 0 && job->ticket < DIRECTORY_ROUNDS)
    directory_read(server, 0, job->ticket + 1);
  store_job_destroy(job);
}

static void directory_read(const struct server *server, int64_t after, uint64_t round) {
  const struct store *store = &server_services(server)->store;
  const char *why;
  struct store_job *job = server_is_ready(server, &why) ? store_job_create(STORE_CARDS_UNCUT) : NULL;
  if (!job) return;
  job->patient = true;
  job->people.after = after;
  job->people.limit = DIRECTORY_CARDS;
  job->ticket = round;
  job->done = directory_found;
  if (!store->submit(store->self, job)) store_job_destroy(job);
}

void serve_directory(struct serving *serving) {
  directory_read(serving->server, 0, 1);
}
