/* Each write, each flush and each piece of memory of PostgreSQL's own processes fails once. A flush that fails makes the
 * server give up and recover, a piece of memory may end it: the driver lives through all of it, and what was said to be
 * done is there afterwards, what was said not to be done is not, and the database is whole. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "faulty_server.h"
#include "torture_postgres.h"

#define END_MS 100 /* in which a process ends that cannot go on */

static struct faulty_server *control;

/* ---- what fails ---- */

static void arm(unsigned what, bool for_good, long after) {
  assert_false(for_good);
  atomic_store(&control->process, 0);
  atomic_store(&control->left, after);
  for (size_t i = 0; i < FAULTY_SERVER_KINDS; i++) atomic_store(&control->seen[i], 0);
  atomic_store(&control->what, what);
  atomic_store(&control->counts, true);
}

static long seen(unsigned what) {
  unsigned bit = (unsigned)__builtin_ctz(what);
  return bit < FAULTY_SERVER_KINDS ? atomic_load(&control->seen[bit]) : 0;
}

static bool is_gone(pid_t process) {
  return kill(process, 0) != 0;
}

/* A process that gives up takes all others with it: they must not be asked before that. */
static void wait_for_end(pid_t process) {
  for (int i = 0; i < END_MS && !is_gone(process); i++) usleep(1000);
}

static long disarm(void) {
  atomic_store(&control->counts, false);
  pid_t process = atomic_load(&control->process);
  if (process == 0) return atomic_load(&control->left);
  wait_for_end(process);
  return -1;
}

/* ---- the server ---- */

static const char settings[] = "-c autovacuum=off";

static void put_library(const char *folder) {
  char program[200] = "", library[256], kept[128], command[600];
  assert_true(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
  *strrchr(program, '/') = '\0';
  snprintf(library, sizeof library, "%s/faulty_server.so", program);
  snprintf(kept, sizeof kept, "%s/faulty_server.so", folder);
  snprintf(command, sizeof command, "cp '%s' '%s' && chmod 755 '%s'", library, kept, kept);
  assert_int_equal(system(command), 0);
  setenv("LD_PRELOAD", kept, 1); /* for what this program starts */
}

static void put_control(const char *folder) {
  char path[128];
  snprintf(path, sizeof path, "%s/control", folder);
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  assert_true(file >= 0);
  assert_int_equal(fchmod(file, 0666), 0);
  assert_int_equal(ftruncate(file, sizeof *control), 0);
  control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  assert_true(control != MAP_FAILED);
  close(file);
  setenv(FAULTY_SERVER_NAME, path, 1);
}

/* Whoever runs a server has it started again when it ended. */
static void bring_back(void) {
  struct postgres_server *server = &postgres_server;
  for (int i = 0; i < 3000 && !postgres_server_answers(server); i++) {
    if (waitpid(server->process, NULL, WNOHANG) == server->process) postgres_server_launch(server, settings);
    usleep(10000);
  }
  assert_true(postgres_server_answers(server));
}

static void recover(struct script *script) {
  bring_back();
  torture_postgres_recover(script);
}

static const struct torture_store store = {.arm = arm,
                                           .disarm = disarm,
                                           .make = torture_postgres_make,
                                           .remove = torture_postgres_remove,
                                           .recover = recover,
                                           .checkpoint = torture_postgres_checkpoint,
                                           .check_whole = torture_postgres_check,
                                           .seen = seen,
                                           .tries = 2};

TORTURE(a_write_of_the_server_fails, FAULTY_SERVER_WRITE, false)
TORTURE(a_flush_of_the_server_fails, FAULTY_SERVER_FLUSH, false)
TORTURE(a_piece_of_memory_is_refused_to_the_server, FAULTY_SERVER_MEMORY, false)

/* ---- beginning and end ---- */

static int begin(void **state) {
  static struct torture torture = {.store = &store};
  const struct rlimit none = {0, 0};
  assert_int_equal(setrlimit(RLIMIT_CORE, &none), 0);
  postgres_server_make();
  put_control(postgres_server.folder);
  put_library(postgres_server.folder);
  postgres_server_start(&postgres_server, settings);
  torture_postgres_begin(&torture);
  *state = &torture;
  return 0;
}

static int end(void **state) {
  struct torture *torture = *state;
  free(torture->beginning);
  munmap(control, sizeof *control);
  return postgres_server_finish(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_write_of_the_server_fails),
      cmocka_unit_test(a_flush_of_the_server_fails),
      cmocka_unit_test(a_piece_of_memory_is_refused_to_the_server),
  };
  return cmocka_run_group_tests_name("torture of a PostgreSQL server under the store", tests, begin, end);
}
