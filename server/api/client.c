/* What a session is shown as to its member: browser and system, from the User-Agent. Of what the client says nothing is kept
 * but words of these tables, or letters and digits of one word. */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "exchange.h"

struct word {
  const char *sign, *name;
};

/* The first one that is found: many name others that they take after. */
static const struct word browsers[] = {
    {"MicroMessenger/", "WeChat"},
    {"MQQBrowser/", "QQ Browser"},
    {"QQBrowser/", "QQ Browser"},
    {"UCBrowser/", "UC Browser"},
    {"UBrowser/", "UC Browser"},
    {"MiuiBrowser/", "Mi Browser"},
    {"HuaweiBrowser/", "Huawei Browser"},
    {"SamsungBrowser/", "Samsung Internet"},
    {"YaBrowser/", "Yandex Browser"},
    {"OPR/", "Opera"},
    {"Vivaldi/", "Vivaldi"},
    {"EdgiOS/", "Edge"},
    {"EdgA/", "Edge"},
    {"Edg/", "Edge"},
    {"FxiOS/", "Firefox"},
    {"Firefox/", "Firefox"},
    {"CriOS/", "Chrome"},
    {"Chromium/", "Chromium"},
    {"Chrome/", "Chrome"},
    {"Safari/", "Safari"},
};

static const struct word systems[] = {
    {"OpenHarmony", "HarmonyOS"}, {"HarmonyOS", "HarmonyOS"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
    {"Android", "Android"},       {"Windows", "Windows"},     {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"},
    {"Linux", "Linux"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define WORD_SIZE 32 /* of one that no table has */

/* NULL: none of them. */
static const char *client_find(struct slice agent, const struct word *table, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (memmem(agent.data, agent.size, table[i].sign, strlen(table[i].sign))) return table[i].name;
  return NULL;
}

static bool client_may_stand(char c) {
  return isascii(c) && (isalnum((unsigned char)c) || strchr("._-", c));
}

/* "curl" of "curl/8.5.0". */
static void client_first_word(struct slice agent, char word[WORD_SIZE]) {
  size_t size = 0;
  while (size < WORD_SIZE - 1 && size < agent.size && client_may_stand(agent.data[size]) && agent.data[size]) {
    word[size] = agent.data[size];
    size++;
  }
  word[size] = '\0';
}

void client_name(char name[LIMIT_CLIENT + 1], struct slice agent) {
  name[0] = '\0';
  if (agent.size == 0) return;
  char word[WORD_SIZE];
  const char *browser = client_find(agent, browsers, COUNT(browsers));
  const char *system = client_find(agent, systems, COUNT(systems));
  if (!browser) {
    client_first_word(agent, word);
    browser = word;
  }
  const char *between = browser[0] && system ? " · " : "";
  snprintf(name, LIMIT_CLIENT + 1, "%s%s%s", browser, between, system ? system : "");
}
