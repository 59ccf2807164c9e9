#ifndef TEST_STORE_POSTGRES_SERVER_H
#define TEST_STORE_POSTGRES_SERVER_H
/* A real PostgreSQL of this program's own, in a folder in memory or under /tmp and on a unix socket in it, ended with the
 * program. As root it runs as the system's user "postgres", which the server insists on. POSTGRES_FILES: the files of an
 * empty one, made before. */
#include <postgresql/libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

#define POSTGRES_SERVER_ROOM 1000000000 /* bytes */

struct postgres_server {
  char folder[64], programs[128];
  pid_t process;
  int made; /* schemas */
};

/* One for the whole test program: cmocka hands no context to a suite's setup. */
static struct postgres_server postgres_server = {.process = -1};

static inline void postgres_server_find(struct postgres_server *server) {
  FILE *found = popen("ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1", "r");
  assert_non_null(found);
  if (!fgets(server->programs, sizeof server->programs, found)) fail_msg("PostgreSQL's programs are not installed");
  server->programs[strcspn(server->programs, "\n")] = '\0';
  pclose(found);
}

/* In the child: gives up root. */
static inline void postgres_server_become_user(void) {
  struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
  if (user && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) _exit(127);
}

static inline pid_t postgres_server_spawn(const struct postgres_server *server, const char *command) {
  char log[128], line[1024];
  snprintf(log, sizeof log, "%s/log", server->folder);
  snprintf(line, sizeof line, "PATH=%s:$PATH; exec %s >>%s 2>&1", server->programs, command, log);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    postgres_server_become_user();
    prctl(PR_SET_PDEATHSIG, SIGQUIT); /* it ends with a test program that is killed */
    if (chdir("/") != 0) _exit(127);
    execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
  }
  return child;
}

static inline void postgres_server_address(const struct postgres_server *server, const char *database, char *address,
                                           size_t size) {
  snprintf(address, size, "postgresql://postgres@/%s?host=%s", database, server->folder);
}

static inline bool postgres_server_answers(const struct postgres_server *server) {
  char address[160];
  postgres_server_address(server, "postgres", address, sizeof address);
  return PQping(address) == PQPING_OK;
}

/* `settings` as on the command line: "-c fsync=off". Does not wait. */
static inline void postgres_server_launch(struct postgres_server *server, const char *settings) {
  char command[512];
  snprintf(command, sizeof command, "postgres -D %s/data -k %s -c listen_addresses= -c max_connections=60 %s",
           server->folder, server->folder, settings);
  server->process = postgres_server_spawn(server, command);
}

static inline void postgres_server_start(struct postgres_server *server, const char *settings) {
  postgres_server_launch(server, settings);
  for (int i = 0; i < 600 && !postgres_server_answers(server); i++) usleep(50000);
  assert_true(postgres_server_answers(server));
}

/* SIGINT: without waiting for clients; SIGQUIT: without writing anything down any more. */
static inline void postgres_server_stop(struct postgres_server *server, int signal) {
  if (server->process < 0) return;
  kill(server->process, SIGCONT);
  kill(server->process, signal);
  waitpid(server->process, NULL, 0);
  server->process = -1;
}

static inline void postgres_server_end(void) {
  if (postgres_server.folder[0] == '\0') return;
  postgres_server_stop(&postgres_server, SIGQUIT);
  nftw(postgres_server.folder, files_remove_one, 8, FTW_DEPTH | FTW_PHYS);
  postgres_server.folder[0] = '\0';
}

/* Where there is room in memory, a flush takes no time. */
static inline const char *postgres_server_place(void) {
  struct statvfs memory;
  bool roomy = statvfs("/dev/shm", &memory) == 0 && access("/dev/shm", W_OK) == 0 &&
               (uint64_t)memory.f_bavail * memory.f_frsize > POSTGRES_SERVER_ROOM;
  return roomy ? "/dev/shm" : "/tmp";
}

/* Copying what initdb made once takes a tenth of its time. */
static inline void postgres_server_fill(const struct postgres_server *server) {
  char command[512];
  const char *files = getenv("POSTGRES_FILES");
  if (files && *files)
    snprintf(command, sizeof command, "cp -R %s %s/data", files, server->folder);
  else
    snprintf(command, sizeof command, "initdb -D %s/data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync",
             server->folder);
  int status = -1;
  waitpid(postgres_server_spawn(server, command), &status, 0);
  assert_int_equal(status, 0);
}

static inline void postgres_server_make(void) {
  struct postgres_server *server = &postgres_server;
  postgres_server_find(server);
  snprintf(server->folder, sizeof server->folder, "%s/club-postgres-XXXXXX", postgres_server_place());
  assert_non_null(mkdtemp(server->folder));
  atexit(postgres_server_end);
  struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
  if (user) assert_int_equal(chown(server->folder, user->pw_uid, user->pw_gid), 0);
  postgres_server_fill(server);
}

/* For cmocka's group setup. */
static inline int postgres_server_begin(void **state) {
  (void)state;
  postgres_server_make();
  postgres_server_start(&postgres_server, "");
  return 0;
}

static inline int postgres_server_finish(void **state) {
  (void)state;
  postgres_server_end();
  return 0;
}

/* ---- a connection of the test's own ---- */

static inline PGconn *postgres_server_connect(const char *address) {
  PGconn *line = PQconnectdb(address);
  assert_int_equal(PQstatus(line), CONNECTION_OK);
  return line;
}

/* The first value, in a buffer of its own. */
static inline const char *postgres_server_ask(PGconn *line, const char *sql) {
  static char value[256];
  PGresult *result = PQexec(line, sql);
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail_msg("%s: %s", sql, PQerrorMessage(line));
  snprintf(value, sizeof value, "%s", status == PGRES_TUPLES_OK && PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
  PQclear(result);
  return value;
}

static inline void postgres_server_run(const char *sql) {
  char address[160];
  postgres_server_address(&postgres_server, "postgres", address, sizeof address);
  PGconn *line = postgres_server_connect(address);
  (void)postgres_server_ask(line, sql);
  PQfinish(line);
}

/* Asks on a new connection each time, for twenty seconds at most, until that is the first value. */
static inline void postgres_server_until(const char *sql, const char *wanted) {
  char address[160];
  postgres_server_address(&postgres_server, "postgres", address, sizeof address);
  bool is = false;
  for (int i = 0; i < 1000 && !is; i++) {
    if (i > 0) usleep(20000);
    PGconn *line = postgres_server_connect(address);
    is = strcmp(postgres_server_ask(line, sql), wanted) == 0;
    PQfinish(line);
  }
  if (!is) fail_msg("%s: never %s", sql, wanted);
}

/* ---- a schema for each test, which takes less time than a database ---- */

static inline void postgres_schema_name(int number, char *name, size_t size) {
  snprintf(name, size, "club%d", number);
}

static inline void postgres_schema_make(char *address, size_t size) {
  char name[32], sql[64];
  postgres_schema_name(++postgres_server.made, name, sizeof name);
  snprintf(sql, sizeof sql, "CREATE SCHEMA %s", name);
  postgres_server_run(sql);
  postgres_server_address(&postgres_server, "postgres", address, size);
  snprintf(address + strlen(address), size - strlen(address), "&options=-csearch_path%%3D%s", name);
}

/* Goes with the server. */
static inline void postgres_schema_remove(const char *address) {
  (void)address;
}

/* ---- or a copy of a database whose migrations have run, which takes less time than running them ---- */

static inline void postgres_copy_prepare(void) {
  char address[160], error[256] = "";
  postgres_server_run("CREATE DATABASE migrated");
  postgres_server_address(&postgres_server, "migrated", address, sizeof address);
  struct store_driver driver;
  if (!store_driver_open(&driver, address, STORE_WRITER, error, sizeof error)) fail_msg("%s", error);
  driver.close(driver.self);
}

static inline void postgres_copy_make(char *address, size_t size) {
  char name[32], sql[96];
  if (postgres_server.made++ == 0) postgres_copy_prepare();
  postgres_schema_name(postgres_server.made, name, sizeof name);
  snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE migrated STRATEGY file_copy", name);
  postgres_server_run(sql);
  postgres_server_address(&postgres_server, name, address, size);
}

static inline void postgres_copy_remove(const char *address) {
  char name[32] = "", sql[96];
  assert_int_equal(sscanf(address, "postgresql://postgres@/%31[a-z0-9]", name), 1);
  snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", name);
  postgres_server_run(sql);
}

static const struct suite_setup postgres_setup = {postgres_copy_make, postgres_copy_remove, store_driver_open};

/* ---- or one database, put back to what the migrations left, which takes the least: only for what goes by the driver ---- */

/* What the migrations left is kept beside it. Replicas' rules: no trigger and no key stands in the way. */
#define POSTGRES_KEEP \
  "CREATE SCHEMA kept; DO $$ DECLARE name text; BEGIN" \
  " FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP" \
  " EXECUTE format('CREATE TABLE kept.%s AS TABLE public.%1$s', name); END LOOP; END $$"
#define POSTGRES_PUT_BACK \
  "SET session_replication_role = replica; DO $$ DECLARE name text; BEGIN" \
  " FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP" \
  " EXECUTE format('DELETE FROM public.%s', name);" \
  " EXECUTE format('INSERT INTO public.%s SELECT * FROM kept.%1$s', name); END LOOP;" \
  " PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences; END $$"

static inline void postgres_one_make(char *address, size_t size) {
  static PGconn *line; /* the first thing that a new session does takes longer than all that the next test does */
  bool first = postgres_server.made == 0;
  if (first) postgres_copy_prepare();
  postgres_server.made++;
  postgres_server_address(&postgres_server, "migrated", address, size);
  if (first) line = postgres_server_connect(address);
  (void)postgres_server_ask(line, first ? POSTGRES_KEEP : POSTGRES_PUT_BACK);
}

static inline void postgres_one_stays(void *driver) {
  (void)driver;
}

/* The reader, which knows nothing of what it has read, stays for the next test, too. */
static inline bool postgres_one_open(struct store_driver *driver, const char *address, enum store_role role,
                                     char *error, size_t size) {
  static struct store_driver reader;
  if (role != STORE_READER) return store_driver_open(driver, address, role, error, size);
  if (!reader.self && !store_driver_open(&reader, address, role, error, size)) return false;
  *driver = reader;
  driver->close = postgres_one_stays;
  return true;
}

static const struct suite_setup postgres_one_setup = {postgres_one_make, postgres_schema_remove, postgres_one_open};
#endif
