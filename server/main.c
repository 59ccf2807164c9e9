/* The command line: finds the command, reads the settings, runs it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "club/broken.h"
#include "club/version.h"
#include "command.h"
#include "serve.h"

static int run_serve(const struct command *command, const struct config *config, int count, char **arguments) {
  (void)command, (void)count, (void)arguments;
  return serve(config);
}

static const struct command commands[] = {
    {"serve", "[SETTINGS]", "serves the club; --help lists the settings", run_serve},
    {"member add",
     "LOGIN --name NAME [--role member|moderator|admin] [--country CC] [--company COMPANY] [--title TITLE] "
     "[--sectors A,B] [--languages A,B]",
     "adds a member; the password is the first line of standard input", command_member_add},
    {"member list", "", "lists all members: id, login, role, state, country, name, company, with tabs between",
     command_member_list},
    {"member role", "LOGIN member|moderator|admin", "gives a member a role", command_member_role},
    {"member disable", "LOGIN", "ends a member's sessions and lets no new one begin", command_member_disable},
    {"member enable", "LOGIN", "undoes disable", command_member_enable},
    {"member password", "LOGIN", "sets a password, the first line of standard input; ends the member's sessions",
     command_member_password},
    {"member import", "FILE", "adds all members of a CSV file (login, password, name, country, company, role, title)",
     command_member_import},
    {"session add", "LOGIN... [--count N]", "begins sessions and prints their cookies' values, one a line",
     command_session_add},
    {"invite", "[--role ROLE] [--room ROOM] [--uses N] [--for 7d]", "makes an invite and prints its link",
     command_invite},
    {"audit", "[--room ROOM] [--member LOGIN] [--since DATE] [--format csv|json] [--order newest|oldest]",
     "prints what moderators did: by whom, when, to whom, why", command_audit},
    {"backup", "FILE", "copies the store into a new file while the server runs", command_backup},
    {"restore", "FILE",
     "puts a backup in the store's place, or into an empty PostgreSQL database; only while no server runs",
     command_restore},
    {"health", "[[http://HOST:]PORT][/PATH]",
     "asks /readyz of the admin listener (the one of the settings) and fails unless it says yes", command_health},
    {"copy", "--from ADDRESS --to ADDRESS",
     "copies a whole store into an empty one, and checks it: sqlite:PATH or postgresql://USER@HOST/DATABASE",
     command_copy},
    {"migrate", "", "makes the store or brings it up to this version", command_migrate},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void write_help(FILE *to) {
  fputs("clubd " CLUB_VERSION ", the chat server of a business club\n\n", to);
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    fprintf(to, "  clubd %s%s%s\n      %s\n", commands[i].name, commands[i].usage[0] ? " " : "", commands[i].usage,
            commands[i].help);
  }
  fputs("  clubd version\n  clubd help\n\n", to);
  fputs("Settings are flags or environment variables (clubd serve --help); commands take --data, --store, --url,\n"
        "--listen, --admin-listen, --tls and --club-file.\n"
        "Exit status: 0 done, 1 failed (one line on standard error says why), 2 wrong usage.\n",
        to);
}

static void write_text(void *to, const char *text) {
  fputs(text, to);
}

static void write_command_help(const struct command *command) {
  printf("usage: clubd %s %s\n%s\n", command->name, command->usage, command->help);
  if (command->run != run_serve) return;
  fputs("\nEvery setting is a flag or an environment variable; the flag goes first:\n", stdout);
  config_write_help(write_text, stdout);
}

/* How many words of the arguments are the command's name; 0: another command. */
static int match_words(const struct command *command, int count, char **arguments) {
  const char *rest = command->name;
  int words = 0;
  while (*rest) {
    size_t size = strcspn(rest, " ");
    if (words == count || strlen(arguments[words]) != size || memcmp(arguments[words], rest, size) != 0) return 0;
    words++;
    rest += size + strspn(rest + size, " ");
  }
  return words;
}

static bool asks_help(int count, char **arguments) {
  for (int i = 0; i < count; i++) {
    if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) return true;
  }
  return false;
}

static int run_command(const struct command *command, int count, char **arguments) {
  static const char serve_name[] = "serve";
  struct config config;
  char error[CONFIG_ERROR_SIZE];
  if (asks_help(count, arguments)) {
    write_command_help(command);
    return COMMAND_DONE;
  }
  enum config_scope scope = strcmp(command->name, serve_name) == 0 ? CONFIG_SERVE : CONFIG_COMMAND;
  if (!config_read(&config, scope, &count, arguments, environ, error)) {
    fprintf(stderr, "clubd: %s\n", error);
    return COMMAND_USAGE;
  }
  return command->run(command, &config, count, arguments);
}

static int find_and_run(int count, char **arguments) {
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    int words = match_words(&commands[i], count, arguments);
    if (words) return run_command(&commands[i], count - words, arguments + words);
  }
  const char *word = count ? arguments[0] : "help";
  if (strcmp(word, "version") == 0 || strcmp(word, "--version") == 0) {
    puts("clubd " CLUB_VERSION);
    if (BROKEN_ANY) puts(BROKEN_WORDS);
    return COMMAND_DONE;
  }
  if (count && (strcmp(word, "help") == 0 || asks_help(count, arguments))) {
    write_help(stdout);
    return COMMAND_DONE;
  }
  if (count) {
    fprintf(stderr, "clubd: there is no command \"%.100s%s%.100s\": clubd help lists them\n", word,
            count > 1 ? " " : "", count > 1 ? arguments[1] : "");
  } else {
    write_help(stderr);
  }
  return COMMAND_USAGE;
}

int main(int count, char **arguments) {
  /* Whatever is made here (store, backup, key) is for this user alone. */
  umask(077);
  int status = find_and_run(count > 0 ? count - 1 : 0, arguments + (count > 0));
  if (fflush(stdout) != 0 && status == COMMAND_DONE) return command_failed("standard output cannot be written");
  return status;
}
