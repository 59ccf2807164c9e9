#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "club/config.h"

struct reading {
  struct config config;
  char error[CONFIG_ERROR_SIZE];
  bool fine;
};

/* Arguments and variables end with NULL. */
static struct reading read_all(enum config_scope scope, char *const *arguments, char *const *environment) {
  struct reading reading = {.error = ""};
  char *copies[20];
  int count = 0;
  for (; arguments[count]; count++) copies[count] = arguments[count];
  reading.fine = config_read(&reading.config, scope, &count, copies, environment, reading.error);
  return reading;
}

#define READ(...) read_all(CONFIG_SERVE, (char *[]){__VA_ARGS__, NULL}, (char *[]){NULL})
#define READ_WITH(...) read_all(CONFIG_SERVE, (char *[]){NULL}, (char *[]){__VA_ARGS__, NULL})

static void assert_refused(struct reading reading, const char *name, const char *complaint) {
  assert_false(reading.fine);
  if (!strstr(reading.error, name)) fail_msg("\"%s\" should name %s", reading.error, name);
  if (!strstr(reading.error, complaint)) fail_msg("\"%s\" should say \"%s\"", reading.error, complaint);
  assert_null(strchr(reading.error, '\n'));
}

static void without_anything_the_defaults_hold(void **state) {
  (void)state;
  struct reading reading = read_all(CONFIG_SERVE, (char *[]){NULL}, (char *[]){NULL});
  const struct config *config = &reading.config;
  assert_true(reading.fine);
  assert_string_equal(config->listen.host, "0.0.0.0");
  assert_int_equal(config->listen.port, 8443);
  assert_string_equal(config->admin_listen.host, "127.0.0.1");
  assert_int_equal(config->admin_listen.port, 9464);
  assert_string_equal(config->url, "https://localhost:8443");
  assert_string_equal(config->origin, "https://localhost:8443");
  assert_string_equal(config->data, "var");
  assert_string_equal(config->store, "sqlite:var/club.db");
  assert_true(config->tls);
  assert_true(config->limits);
  assert_true(config->first_day);
  assert_int_equal(config->rate_posts, 10);
  assert_int_equal(config->rate_seconds, 10);
  assert_int_equal(config->origin_count + config->proxy_count, 0);
  assert_string_equal(config->web_root, "");
  assert_string_equal(config->club_file, "");
}

static void a_flag_goes_before_its_variable(void **state) {
  (void)state;
  struct reading reading =
      read_all(CONFIG_SERVE, (char *[]){"--listen", "127.0.0.1:1", "--data=there", NULL},
               (char *[]){"CLUB_LISTEN=127.0.0.1:2", "CLUB_DATA=elsewhere", "CLUB_LIMITS=off", NULL});
  assert_true(reading.fine);
  assert_int_equal(reading.config.listen.port, 1);
  assert_string_equal(reading.config.store, "sqlite:there/club.db");
  assert_false(reading.config.limits);
}

static void an_empty_variable_is_none(void **state) {
  (void)state;
  struct reading reading = READ_WITH("CLUB_REDIS=", "CLUB_LISTEN=", "CLUB_TLS_CERT=", "CLUB_ORIGINS=");
  assert_true(reading.fine);
  assert_int_equal(reading.config.listen.port, 8443);
}

static void the_url_follows_port_and_tls_unless_given(void **state) {
  (void)state;
  struct reading reading = READ("--listen", "[::1]:443");
  assert_string_equal(reading.config.listen.host, "::1");
  assert_string_equal(reading.config.url, "https://localhost:443");
  assert_string_equal(reading.config.origin, "https://localhost");
  reading = READ("--listen", "127.0.0.1:0", "--tls", "off");
  config_set_port(&reading.config, 8080);
  assert_string_equal(reading.config.url, "http://localhost:8080");
  assert_string_equal(reading.config.origin, "http://localhost:8080");
  reading = READ("--url", "https://Club.Example.org:443/", "--listen", "127.0.0.1:0");
  config_set_port(&reading.config, 8080);
  assert_string_equal(reading.config.url, "https://Club.Example.org:443");
  assert_string_equal(reading.config.origin, "https://club.example.org");
}

static void wrong_values_are_refused_and_the_setting_is_named(void **state) {
  (void)state;
  assert_refused(READ("--listen", "8443"), "CLUB_LISTEN", "no address with port");
  assert_refused(READ("--listen", "host:8443"), "CLUB_LISTEN", "no address with port");
  assert_refused(READ("--listen", "1.2.3:8443"), "CLUB_LISTEN", "no address with port");
  assert_refused(READ("--listen", "::1:8443"), "CLUB_LISTEN", "no address with port");
  assert_refused(READ("--listen", "0.0.0.0:70000"), "CLUB_LISTEN", "0 to 65535");
  assert_refused(READ("--listen", "0.0.0.0:-1"), "CLUB_LISTEN", "0 to 65535");
  assert_refused(READ("--listen", "0.0.0.0:"), "CLUB_LISTEN", "0 to 65535");
  assert_refused(READ_WITH("CLUB_ADMIN_LISTEN=x"), "CLUB_ADMIN_LISTEN", "no address with port");
  assert_refused(READ("--url", "club.example.org"), "CLUB_URL", "no address such as https://");
  assert_refused(READ("--url", "ftp://club.example.org"), "CLUB_URL", "no address such as https://");
  assert_refused(READ("--url", "https://"), "CLUB_URL", "no address such as https://");
  assert_refused(READ("--url", "https://club.org/?a"), "CLUB_URL", "no address such as https://");
  assert_refused(READ("--url", "https://club.org:99999"), "CLUB_URL", "no address such as https://");
  assert_refused(READ("--tls", "no"), "CLUB_TLS", "neither on nor off");
  assert_refused(READ("--limits", "1"), "CLUB_LIMITS", "neither on nor off");
  assert_refused(READ("--rate-posts", "10"), "CLUB_RATE_POSTS", "no rate such as 10/10s");
  assert_refused(READ("--rate-posts", "0/10s"), "CLUB_RATE_POSTS", "no rate such as 10/10s");
  assert_refused(READ("--rate-posts", "10/0s"), "CLUB_RATE_POSTS", "no rate such as 10/10s");
  assert_refused(READ("--rate-posts", "10/s"), "CLUB_RATE_POSTS", "no rate such as 10/10s");
  assert_refused(READ("--rate-posts", "s/"), "CLUB_RATE_POSTS", "no rate such as 10/10s");
  assert_refused(READ("--rate-posts", "10/10s/s"), "CLUB_RATE_POSTS", "no rate such as 10/10s");
  assert_refused(READ("--store", "mysql://x"), "CLUB_STORE", "no address of a store");
  assert_refused(READ("--store", "sqlite:"), "CLUB_STORE", "no address of a store");
  assert_refused(READ("--club-file", "/nowhere"), "CLUB_CLUB_FILE", "no file that can be read");
  assert_refused(READ("--web-root", "/etc/passwd"), "CLUB_WEB_ROOT", "no folder that can be read");
  assert_refused(READ("--data", "/etc/passwd"), "CLUB_DATA", "no folder");
  assert_refused(READ("--tls-cert", "/nowhere.pem"), "CLUB_TLS_CERT", "no file that can be read");
  assert_refused(READ("--tls-cert", "/etc/passwd"), "CLUB_TLS_KEY", "is missing");
  assert_refused(READ("--listen", "a\nb:1"), "CLUB_LISTEN", "no address with port");
}

static void addresses_of_stores_and_of_redis_keep_their_secrets(void **state) {
  (void)state;
  assert_refused(READ("--store", "mysql://u:secret@db/club"), "CLUB_STORE", "no address of a store");
  assert_null(strstr(READ("--store", "mysql://u:secret@db/club").error, "secret"));
  assert_refused(READ("--redis", "http://:secret@cache:6379"), "CLUB_REDIS", "no address such as redis://");
  assert_null(strstr(READ("--redis", "http://:secret@cache:6379").error, "secret"));
  assert_string_equal(READ("--redis", "redis://:secret@cache:6379/1").config.redis, "redis://:secret@cache:6379/1");
  assert_string_equal(READ("--redis", "REDISS://cache").config.redis, "REDISS://cache");
  assert_string_equal(READ("--limits", "on").config.redis, "");
  assert_string_equal(READ("--store", "postgresql://u:secret@db/club").config.store, "postgresql://u:secret@db/club");
}

static void unknown_flags_and_arguments_are_refused(void **state) {
  (void)state;
  assert_refused(READ("--listn", "127.0.0.1:1"), "--listn", "unknown flag");
  assert_refused(READ("--tlsx=on"), "--tlsx=on", "unknown flag");
  assert_refused(READ("now"), "now", "unknown argument");
  assert_refused(READ("--listen"), "--listen", "needs a value");
}

static void commands_leave_their_own_flags_alone(void **state) {
  (void)state;
  struct config config;
  char error[CONFIG_ERROR_SIZE];
  char *arguments[] = {"ivan", "--data", "there", "--name", "Иван", "--role=admin"};
  char *environment[] = {"CLUB_WEB_ROOT=/nowhere", "CLUB_REDIS=redis://later", NULL};
  int count = 6;
  assert_true(config_read(&config, CONFIG_COMMAND, &count, arguments, environment, error));
  assert_int_equal(count, 4);
  assert_string_equal(arguments[0], "ivan");
  assert_string_equal(arguments[1], "--name");
  assert_string_equal(arguments[3], "--role=admin");
  assert_string_equal(config.store, "sqlite:there/club.db");
}

static void origins_are_normalised_as_browsers_write_them(void **state) {
  (void)state;
  struct reading reading =
      READ("--origins", "https://Club.example.org:443, http://[::1]:8080/,https://xn--80aff.xn--p1ai");
  assert_true(reading.fine);
  assert_int_equal(reading.config.origin_count, 3);
  assert_string_equal(reading.config.origins[0], "https://club.example.org");
  assert_string_equal(reading.config.origins[1], "http://[::1]:8080");
  assert_string_equal(reading.config.origins[2], "https://xn--80aff.xn--p1ai");
  assert_refused(READ("--origins", "https://a.org/path"), "CLUB_ORIGINS", "no origin");
  assert_refused(READ("--origins", "*"), "CLUB_ORIGINS", "no origin");
  assert_refused(READ("--origins", "null"), "CLUB_ORIGINS", "no origin");
  assert_refused(READ("--origins", "https://user@a.org"), "CLUB_ORIGINS", "no origin");
  assert_refused(READ("--origins", "https://[::1"), "CLUB_ORIGINS", "no origin");
}

static void lists_have_a_limit(void **state) {
  (void)state;
  char list[4000] = "";
  for (int i = 0; i < CONFIG_LIST_LIMIT + 1; i++) strcat(list, "https://a.org,");
  assert_refused(READ("--origins", list), "CLUB_ORIGINS", "more than 64");
  list[0] = '\0';
  for (int i = 0; i < CONFIG_LIST_LIMIT + 1; i++) strcat(list, "10.0.0.1,");
  assert_refused(READ("--trusted-proxies", list), "CLUB_TRUSTED_PROXIES", "more than 64");
}

/* A machine of tests has perhaps only its loopback, which is not taken. */
static void attached_networks_are_those_of_the_machine(void **state) {
  (void)state;
  struct ifaddrs *all = NULL;
  size_t expected = 0;
  struct reading reading = READ("--trusted-proxies", "attached,192.0.2.7");
  assert_true(reading.fine);
  assert_int_equal(getifaddrs(&all), 0);
  for (struct ifaddrs *at = all; at; at = at->ifa_next) {
    if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET || at->ifa_flags & IFF_LOOPBACK) continue;
    struct address own = {{0}};
    memset(own.bytes + 10, 0xff, 2);
    memcpy(own.bytes + 12, &((const struct sockaddr_in *)(const void *)at->ifa_addr)->sin_addr, 4);
    size_t found = 0;
    for (size_t i = 0; i < reading.config.proxy_count; i++) found += network_has(&reading.config.proxies[i], &own);
    assert_true(found > 0);
    expected++;
  }
  freeifaddrs(all);
  struct address loopback;
  assert_true(address_read(SLICE_LITERAL("127.0.0.1"), &loopback));
  for (size_t i = 0; i < reading.config.proxy_count; i++) {
    assert_false(network_has(&reading.config.proxies[i], &loopback));
    assert_true(reading.config.proxies[i].prefix > 0);
  }
  assert_true(reading.config.proxy_count >= expected + 1);
}

static void assert_proxy(const struct config *config, size_t at, const char *address, int prefix) {
  struct address expected;
  assert_true(address_read(slice_of(address), &expected));
  assert_memory_equal(&config->proxies[at].address, &expected, sizeof expected);
  assert_int_equal(config->proxies[at].prefix, prefix);
}

static void trusted_proxies_are_networks(void **state) {
  (void)state;
  struct reading reading = READ("--trusted-proxies", "10.0.0.0/8, 192.0.2.7,2001:db8::/33,::1");
  assert_true(reading.fine);
  assert_int_equal(reading.config.proxy_count, 4);
  assert_proxy(&reading.config, 0, "10.0.0.0", 104);
  assert_proxy(&reading.config, 1, "192.0.2.7", 128);
  assert_proxy(&reading.config, 2, "2001:db8::", 33);
  assert_proxy(&reading.config, 3, "::1", 128);
}

static void what_is_no_network_is_refused(void **state) {
  (void)state;
  static char *const wrong[] = {"proxy", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/-1", "/8"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    assert_refused(READ("--trusted-proxies", wrong[i]), "CLUB_TRUSTED_PROXIES", "neither an address nor a network");
  }
}

static void a_rate_may_be_off(void **state) {
  (void)state;
  struct reading reading = READ("--rate-posts", "off");
  assert_true(reading.fine);
  assert_int_equal(reading.config.rate_posts, 0);
  reading = READ("--rate-posts", "3/60s");
  assert_int_equal(reading.config.rate_posts, 3);
  assert_int_equal(reading.config.rate_seconds, 60);
}

static void a_value_that_is_too_long_is_refused(void **state) {
  (void)state;
  char path[CONFIG_TEXT_SIZE + 1];
  memset(path, 'a', sizeof path - 1);
  path[CONFIG_TEXT_SIZE] = '\0';
  assert_refused(READ("--data", path), "CLUB_DATA", "too long");
  path[CONFIG_TEXT_SIZE - 1] = '\0';
  assert_refused(READ("--data", path), "CLUB_DATA", "too long");
}

static void the_data_folder_is_made_for_its_owner_alone(void **state) {
  (void)state;
  char base[] = "/tmp/config-test-XXXXXX", error[CONFIG_ERROR_SIZE], inner[80];
  struct config config = {.tls = true};
  struct stat found;
  assert_non_null(mkdtemp(base));
  snprintf(inner, sizeof inner, "%s/a", base);
  snprintf(config.data, sizeof config.data, "%s/b", inner);
  assert_true(config_make_data(&config, error));
  assert_true(config_make_data(&config, error));
  assert_int_equal(stat(config.data, &found), 0);
  assert_int_equal(found.st_mode & 0777, 0700);
  assert_int_equal(rmdir(config.data), 0);
  assert_int_equal(rmdir(inner), 0);
  assert_int_equal(rmdir(base), 0);
  snprintf(config.data, sizeof config.data, "/proc/nothing/here");
  assert_false(config_make_data(&config, error));
  assert_non_null(strstr(error, "CLUB_DATA"));
}

static void gather(void *context, const char *text) {
  strcat(context, text);
}

static void the_help_names_every_setting(void **state) {
  (void)state;
  static const char *const names[] = {"CLUB_LISTEN",
                                      "CLUB_URL",
                                      "CLUB_DATA",
                                      "CLUB_TLS_CERT",
                                      "CLUB_TLS_KEY",
                                      "CLUB_TLS ",
                                      "CLUB_STORE",
                                      "CLUB_REDIS",
                                      "CLUB_ORIGINS",
                                      "CLUB_TRUSTED_PROXIES",
                                      "CLUB_WEB_ROOT",
                                      "CLUB_ADMIN_LISTEN",
                                      "CLUB_RATE_POSTS",
                                      "CLUB_LIMITS",
                                      "CLUB_FIRST_DAY",
                                      "CLUB_CLUB_FILE",
                                      "--admin-listen ADDRESS:PORT",
                                      "(10/10s)"};
  char *help = calloc(1, 10000);
  config_write_help(gather, help);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (!strstr(help, names[i])) fail_msg("%s is missing", names[i]);
  }
  free(help);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_anything_the_defaults_hold),
      cmocka_unit_test(a_flag_goes_before_its_variable),
      cmocka_unit_test(an_empty_variable_is_none),
      cmocka_unit_test(the_url_follows_port_and_tls_unless_given),
      cmocka_unit_test(wrong_values_are_refused_and_the_setting_is_named),
      cmocka_unit_test(addresses_of_stores_and_of_redis_keep_their_secrets),
      cmocka_unit_test(unknown_flags_and_arguments_are_refused),
      cmocka_unit_test(commands_leave_their_own_flags_alone),
      cmocka_unit_test(origins_are_normalised_as_browsers_write_them),
      cmocka_unit_test(lists_have_a_limit),
      cmocka_unit_test(trusted_proxies_are_networks),
      cmocka_unit_test(attached_networks_are_those_of_the_machine),
      cmocka_unit_test(what_is_no_network_is_refused),
      cmocka_unit_test(a_rate_may_be_off),
      cmocka_unit_test(a_value_that_is_too_long_is_refused),
      cmocka_unit_test(the_data_folder_is_made_for_its_owner_alone),
      cmocka_unit_test(the_help_names_every_setting),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
