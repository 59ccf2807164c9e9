/* Before anybody is served: the certificate, the store's schema and rooms, the first admin's invite. */
#include <stdio.h>
#include <stdlib.h>

#include "club/club.h"
#include "club/digest.h"
#include "serve_inside.h"

#define FIRST_INVITE_SECONDS 604800

/* The host that people type, for the self-made certificate. */
static void prepare_host(char host[256], const char *url) {
  const char *begin = strstr(url, "://");
  begin = begin ? begin + 3 : url;
  size_t size = *begin == '[' ? strcspn(begin, "]") + 1 : strcspn(begin, ":/");
  snprintf(host, 256, "%.*s", (int)(size < 255 ? size : 255), begin);
}

bool serve_prepare_certificate(struct serving *serving, char *error, size_t size) {
  struct config *config = serving->config;
  if (!config->tls || config->tls_cert[0]) return true;
  snprintf(config->tls_cert, sizeof config->tls_cert, "%.900s/certificate.pem", config->data);
  snprintf(config->tls_key, sizeof config->tls_key, "%.900s/key.pem", config->data);
  char host[256];
  prepare_host(host, config->url);
  return net_make_certificate(config->tls_cert, config->tls_key, host, error, size);
}

/* Carries out one write before the threads run. */
static bool prepare_write(struct serving *serving, struct store_job *job, char *error, size_t size) {
  struct store_driver driver;
  if (!store_driver_open(&driver, serving->config->store, STORE_WRITER, error, size)) return false;
  driver.write(driver.self, &job, 1);
  driver.close(driver.self);
  if (job->outcome == STORE_DONE) return true;
  snprintf(error, size, "the store could not be written to");
  return false;
}

struct prepare_rooms {
  struct store_job *job;
  size_t count;
};

static void prepare_room(void *context, struct slice id) {
  struct prepare_rooms *rooms = context;
  rooms->job->pulse.heads[rooms->count++].room = arena_copy(rooms->job->arena, id);
}

static bool prepare_rooms(struct serving *serving, char *error, size_t size) {
  struct prepare_rooms rooms = {.job = store_job_create(STORE_ROOMS_ENSURE)};
  if (!rooms.job) return false;
  size_t count = club_room_count(serving->club);
  rooms.job->pulse.heads = arena_alloc(rooms.job->arena, count * sizeof *rooms.job->pulse.heads);
  bool made = false;
  if (rooms.job->pulse.heads) {
    club_rooms(serving->club, prepare_room, &rooms);
    rooms.job->pulse.head_count = rooms.count;
    snprintf(error, size, "no memory for the club's rooms");
    made = !arena_failed(rooms.job->arena) && prepare_write(serving, rooms.job, error, size);
  }
  store_job_destroy(rooms.job);
  return made;
}

bool serve_prepare_store(struct serving *serving, char *error, size_t size) {
  snprintf(error, size, "no memory");
  return prepare_rooms(serving, error, size) &&
         store_identity_read(serving->config->store, &serving->identity, error, size);
}

bool serve_prepare_invite(struct serving *serving, char *error, size_t size) {
  struct store_job *job = store_job_create(STORE_FIRST_INVITE);
  char token[TOKEN_SIZE + 1];
  struct randomness randomness = randomness_system();
  struct clock clock = clock_system();
  snprintf(error, size, "no memory");
  if (!job) return false;
  token_random(token, &randomness);
  digest_sha256(slice_of(token), job->invite.digest);
  job->invite.record.role = ROLE_ADMIN;
  job->invite.record.uses = 1;
  job->invite.record.expires_at = clock_wall_ms(&clock) + FIRST_INVITE_SECONDS * 1000LL;
  bool done = prepare_write(serving, job, error, size);
  if (done && job->invite.needed) memcpy(serving->first_invite, token, sizeof token);
  store_job_destroy(job);
  return done;
}
