/* Where hiredis has TLS: a real Redis that speaks nothing else. */
#include "redis.h"
#include "redis_server.h"
#include "station.h"

struct vault {
  pid_t process;
  int port;
  char folder[64], certificate[96], key[96];
};

static int run(const char *command) {
  int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void vault_exec(const struct vault *vault) {
  char port[16];
  snprintf(port, sizeof port, "%d", vault->port);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int null = open("/dev/null", O_RDWR);
  dup2(null, 1);
  dup2(null, 2);
  if (chdir(vault->folder) != 0) _exit(127);
  execlp("redis-server", "redis-server", "--port", "0", "--tls-port", port, "--bind", "127.0.0.1", "--save", "",
         "--tls-cert-file", vault->certificate, "--tls-key-file", vault->key, "--tls-ca-cert-file", vault->certificate,
         "--tls-auth-clients", "no", NULL);
  _exit(127);
}

static bool vault_listens(const struct vault *vault) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  address.sin_port = htons((uint16_t)vault->port);
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool listens = connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0;
  close(descriptor);
  return listens;
}

static int vault_open(void **state) {
  if (!redis_tls_available()) return 0;
  struct vault *vault = *state = calloc(1, sizeof *vault);
  char command[512];
  log_set_level(LOG_ERROR);
  snprintf(vault->folder, sizeof vault->folder, "/tmp/clubd-redis-XXXXXX");
  assert_non_null(mkdtemp(vault->folder));
  snprintf(vault->certificate, sizeof vault->certificate, "%s/certificate.pem", vault->folder);
  snprintf(vault->key, sizeof vault->key, "%s/key.pem", vault->folder);
  snprintf(command, sizeof command,
           "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
           "-addext subjectAltName=DNS:localhost -keyout %s -out %s 2>/dev/null",
           vault->key, vault->certificate);
  assert_int_equal(run(command), 0);
  vault->port = redis_server_free_port();
  vault->process = fork();
  if (vault->process == 0) vault_exec(vault);
  for (int i = 0; i < REDIS_START_MS / 10 && !vault_listens(vault); i++) usleep(10000);
  assert_true(vault_listens(vault));
  return 0;
}

static int vault_close(void **state) {
  struct vault *vault = *state;
  if (!vault) return 0;
  unsetenv("SSL_CERT_FILE");
  kill(vault->process, SIGKILL);
  waitpid(vault->process, NULL, 0);
  unlink(vault->certificate);
  unlink(vault->key);
  rmdir(vault->folder);
  free(vault);
  return 0;
}

static struct station *vault_station(const struct vault *vault, const char *scheme, const char *host) {
  char url[128];
  snprintf(url, sizeof url, "%s://%s:%d/1", scheme, host, vault->port);
  return station_open(url, "clubd:test:");
}

static void a_server_with_a_certificate_for_its_name_is_used(void **state) {
  struct vault *vault = *state;
  if (!vault) skip();
  setenv("SSL_CERT_FILE", vault->certificate, 1);
  struct station *stations[2];
  for (int i = 0; i < 2; i++) stations[i] = vault_station(vault, "rediss", "localhost");
  station_listen(stations[1], "kz");
  stations_until(stations, 2, station_is_connected);
  static char large[60000];
  memset(large, 'x', sizeof large);
  for (int i = 0; i < 50; i++)
    stations[0]->bus.publish(stations[0]->bus.self, SLICE_LITERAL("kz"), (struct slice){large, sizeof large});
  station_say(stations[0], "kz", "тайно");
  for (int i = 0; i < 5000 && stations[1]->count < 51; i++) {
    station_turn(stations[0]);
    poll_loop_wait(&stations[0]->loop, 1);
    poll_loop_wait(&stations[1]->loop, 1);
    station_turn(stations[1]);
  }
  assert_int_equal(stations[1]->count, 51);
  assert_int_equal(stations[1]->bytes, 50 * sizeof large + strlen("тайно"));
  kill(vault->process, SIGSTOP); /* found over TLS, too */
  for (int i = 0; i < 4; i++) {
    stations[0]->loop.ahead_ms += 2000;
    station_rounds(stations[0], 3);
  }
  assert_true(station_is_lost(stations[0]));
  kill(vault->process, SIGCONT);
  stations_until(stations, 2, station_is_connected);
  for (int i = 0; i < 2; i++) station_close(stations[i]);
}

static void assert_not_used(const struct vault *vault, const char *scheme, const char *host, const char *reason) {
  char log[4096];
  struct station_log kept = station_log_begin();
  log_set_level(LOG_INFO);
  struct station *station = vault_station(vault, scheme, host);
  for (int i = 0; i < 20; i++) {
    station->loop.ahead_ms += 100;
    station_rounds(station, 10);
  }
  assert_true(station_is_lost(station));
  station_close(station);
  log_set_level(LOG_ERROR);
  station_log_end(&kept, log, sizeof log);
  if (!strstr(log, "bus lost") || !strstr(log, reason)) fail_msg("%s: %s", reason, log);
}

static void who_is_not_whom_he_says_is_not_used(void **state) {
  struct vault *vault = *state;
  if (!vault) skip();
  assert_not_used(vault, "rediss", "localhost", "self-signed certificate"); /* nobody vouches for it */
  setenv("SSL_CERT_FILE", vault->certificate, 1);
  assert_not_used(vault, "rediss", "127.0.0.1", "mismatch"); /* it is for another name */
  assert_not_used(vault, "redis", "localhost", "reason=");
}

#define VAULT_TEST(name) cmocka_unit_test_setup_teardown(name, vault_open, vault_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      VAULT_TEST(a_server_with_a_certificate_for_its_name_is_used),
      VAULT_TEST(who_is_not_whom_he_says_is_not_used),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
