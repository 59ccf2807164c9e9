#include "club/config.h"

#include <stddef.h>
#include <stdio.h>

#include "config_parse.h"

struct setting {
  const char *variable, *flag, *form;
  const char *standard; /* the default as one would write it; NULL: see `help` */
  const char *help;
  const char *(*parse)(struct config *config, void *field, const char *value);
  size_t field;
  enum config_scope scope; /* CONFIG_COMMAND: commands look at it too */
  bool secret;             /* not repeated in messages */
};

#define FIELD(name) offsetof(struct config, name)

static const struct setting settings[] = {
    {"CLUB_LISTEN", "--listen", "ADDRESS:PORT", "0.0.0.0:8443", "where members connect; [::]:8443 for IPv6",
     config_parse_endpoint, FIELD(listen), CONFIG_COMMAND, false},
    {"CLUB_URL", "--url", "URL", NULL,
     "what people type: its origin is the server's own, links begin with it; https://localhost:PORT unless given",
     config_parse_url, FIELD(url), CONFIG_COMMAND, false},
    {"CLUB_DATA", "--data", "FOLDER", "var", "where the SQLite file and the self-made certificate and key lie",
     config_parse_data, FIELD(data), CONFIG_COMMAND, false},
    {"CLUB_TLS", "--tls", "on|off", "on", "off: behind a proxy that ends TLS", config_parse_switch, FIELD(tls),
     CONFIG_COMMAND, false},
    {"CLUB_TLS_CERT", "--tls-cert", "FILE", NULL,
     "certificate chain in PEM; a self-signed one for localhost unless given", config_parse_file, FIELD(tls_cert),
     CONFIG_SERVE, false},
    {"CLUB_TLS_KEY", "--tls-key", "FILE", NULL, "its key in PEM", config_parse_file, FIELD(tls_key), CONFIG_SERVE,
     false},
    {"CLUB_STORE", "--store", "ADDRESS", NULL,
     "sqlite:PATH or postgresql://USER@HOST/DATABASE; sqlite:FOLDER/club.db in the data folder unless given",
     config_parse_store, FIELD(store), CONFIG_COMMAND, true},
    {"CLUB_REDIS", "--redis", "ADDRESS", NULL,
     "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] (rediss:// for TLS), over which instances hear each other at once",
     config_parse_redis, FIELD(redis), CONFIG_SERVE, true},
    {"CLUB_ORIGINS", "--origins", "LIST", NULL, "more allowed origins, with commas between", config_parse_origins,
     FIELD(origins), CONFIG_SERVE, false},
    {"CLUB_TRUSTED_PROXIES", "--trusted-proxies", "LIST", NULL,
     "addresses and networks whose PROXY protocol or X-Forwarded-For is believed; attached: those this machine is in",
     config_parse_proxies, FIELD(proxies), CONFIG_SERVE, false},
    {"CLUB_WEB_ROOT", "--web-root", "FOLDER", NULL, "serves this folder instead of the built-in browser client",
     config_parse_folder, FIELD(web_root), CONFIG_SERVE, false},
    {"CLUB_ADMIN_LISTEN", "--admin-listen", "ADDRESS:PORT", "127.0.0.1:9464", "/healthz, /readyz, /metrics",
     config_parse_endpoint, FIELD(admin_listen), CONFIG_COMMAND, false},
    {"CLUB_RATE_POSTS", "--rate-posts", "N/Ss|off", "10/10s", "posts of a member in so many seconds", config_parse_rate,
     FIELD(rate_posts), CONFIG_SERVE, false},
    {"CLUB_FIRST_DAY", "--first-day", "on|off", "on", "off: who came within a day is held to no tighter limits",
     config_parse_switch, FIELD(first_day), CONFIG_SERVE, false},
    {"CLUB_LIMITS", "--limits", "on|off", "on", "off: no rates and no connection counts, for load tests",
     config_parse_switch, FIELD(limits), CONFIG_SERVE, false},
    {"CLUB_CLUB_FILE", "--club-file", "FILE", NULL,
     "JSON with name, countries, sectors, languages instead of the built-in club", config_parse_file, FIELD(club_file),
     CONFIG_COMMAND, false},
};

#define SETTING_COUNT (sizeof settings / sizeof settings[0])

static bool refuse(char error[CONFIG_ERROR_SIZE], const struct setting *setting, const char *value, const char *wrong) {
  if (setting->secret) {
    snprintf(error, CONFIG_ERROR_SIZE, "%s (%s) %s", setting->variable, setting->flag, wrong);
  } else {
    snprintf(error, CONFIG_ERROR_SIZE, "%s (%s): \"%.200s\" %s", setting->variable, setting->flag, value, wrong);
  }
  for (char *at = error; *at; at++) {
    if ((unsigned char)*at < ' ') *at = ' ';
  }
  return false;
}

static bool apply(struct config *config, const struct setting *setting, const char *value,
                  char error[CONFIG_ERROR_SIZE]) {
  const char *wrong = setting->parse(config, (char *)config + setting->field, value);
  return wrong ? refuse(error, setting, value, wrong) : true;
}

static const char *find_variable(char *const *environment, const char *name) {
  size_t size = strlen(name);
  for (; environment && *environment; environment++) {
    if (strncmp(*environment, name, size) == 0 && (*environment)[size] == '=') return *environment + size + 1;
  }
  return NULL;
}

/* "--flag value" or "--flag=value". */
static const struct setting *find_flag(const char *argument, enum config_scope scope, const char **value) {
  for (size_t i = 0; i < SETTING_COUNT; i++) {
    size_t size = strlen(settings[i].flag);
    if (settings[i].scope < scope || strncmp(argument, settings[i].flag, size) != 0) continue;
    if (argument[size] != '\0' && argument[size] != '=') continue;
    *value = argument[size] == '=' ? argument + size + 1 : NULL;
    return &settings[i];
  }
  return NULL;
}

/* Takes the flags of settings out of the arguments: `values` gets one for each setting, NULL where there is none. */
static bool take_flags(enum config_scope scope, int *count, char **arguments, const char *values[SETTING_COUNT],
                       char error[CONFIG_ERROR_SIZE]) {
  int kept = 0;
  for (int i = 0; i < *count; i++) {
    const char *value;
    const struct setting *setting = find_flag(arguments[i], scope, &value);
    if (!setting) {
      arguments[kept++] = arguments[i];
      continue;
    }
    if (!value && i + 1 < *count) value = arguments[++i];
    if (!value) {
      snprintf(error, CONFIG_ERROR_SIZE, "%s needs a value: %s", setting->flag, setting->form);
      return false;
    }
    values[setting - settings] = value;
  }
  *count = kept;
  return true;
}

static void derive_url(struct config *config) {
  snprintf(config->url, sizeof config->url, "%s://localhost:%u", config->tls ? "https" : "http", config->listen.port);
  /* It has a host and fits; a default port goes away. */
  if (!config_origin(slice_of(config->url), config->origin)) config->origin[0] = '\0';
}

void config_set_port(struct config *config, uint16_t port) {
  config->listen.port = port;
  if (!config->url_given) derive_url(config);
}

static bool derive(struct config *config, char error[CONFIG_ERROR_SIZE]) {
  if (!config->url_given) derive_url(config);
  if (!config->store[0]) {
    int size = snprintf(config->store, sizeof config->store, "sqlite:%s/club.db", config->data);
    if (size < 0 || (size_t)size >= sizeof config->store) {
      snprintf(error, CONFIG_ERROR_SIZE, "CLUB_DATA (--data) is too long");
      return false;
    }
  }
  if (config->tls && !config->tls_cert[0] != !config->tls_key[0]) {
    snprintf(error, CONFIG_ERROR_SIZE, "CLUB_TLS_CERT and CLUB_TLS_KEY belong together: %s is missing",
             config->tls_cert[0] ? "CLUB_TLS_KEY" : "CLUB_TLS_CERT");
    return false;
  }
  return true;
}

bool config_read(struct config *config, enum config_scope scope, int *count, char **arguments, char *const *environment,
                 char error[CONFIG_ERROR_SIZE]) {
  const char *flags[SETTING_COUNT] = {NULL};
  memset(config, 0, sizeof *config);
  config->tls = config->limits = true;
  if (!take_flags(scope, count, arguments, flags, error)) return false;
  if (scope == CONFIG_SERVE && *count > 0) {
    snprintf(error, CONFIG_ERROR_SIZE, "unknown %s %.200s: clubd serve --help lists the settings",
             arguments[0][0] == '-' ? "flag" : "argument", arguments[0]);
    return false;
  }
  for (size_t i = 0; i < SETTING_COUNT; i++) {
    if (settings[i].scope < scope) continue;
    const char *value = flags[i] ? flags[i] : find_variable(environment, settings[i].variable);
    if (!value || !*value) value = settings[i].standard;
    if (value && !apply(config, &settings[i], value, error)) return false;
  }
  return derive(config, error);
}

void config_write_help(void (*write)(void *context, const char *text), void *context) {
  for (size_t i = 0; i < SETTING_COUNT; i++) {
    const struct setting *setting = &settings[i];
    char line[400], flag[80];
    snprintf(flag, sizeof flag, "%s %s", setting->flag, setting->form);
    snprintf(line, sizeof line, "  %-30s %-21s %s%s%s%s\n", flag, setting->variable, setting->help,
             setting->standard ? " (" : "", setting->standard ? setting->standard : "", setting->standard ? ")" : "");
    write(context, line);
  }
}
