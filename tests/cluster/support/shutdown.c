/* shutdown FOLDER: waits for a line with the numbers of processes, stops them and their children, and cuts the power of
 * the ext4 file system that the folder lies in: nothing more reaches it, and of what was written without being flushed
 * nothing need be there when it is mounted again. Needs root.
 *
 * They are stopped first because a flush that is under way when the power is cut may be told that all went well; whoever
 * runs on could say so. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define EXT4_SHUTDOWN _IOR('X', 125, uint32_t)
#define WITHOUT_FLUSHING_THE_LOG 2

static void stop(int process) {
  char path[64];
  kill(process, SIGSTOP); /* it makes no new children then */
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", process, process);
  FILE *children = fopen(path, "re");
  if (!children) return;
  for (int child = 0; fscanf(children, "%d", &child) == 1;) kill(child, SIGSTOP);
  fclose(children);
}

static void stop_all(char *numbers) {
  char *end = numbers;
  for (long process = strtol(numbers, &end, 10); process > 0; process = strtol(end, &end, 10)) stop((int)process);
}

int main(int count, char **words) {
  if (count != 2) return 2;
  int folder = open(words[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char numbers[1024];
  if (folder >= 0 && !fgets(numbers, sizeof numbers, stdin)) return 0; /* there will be no cut */
  uint32_t how = WITHOUT_FLUSHING_THE_LOG;
  if (folder >= 0) stop_all(numbers);
  if (folder >= 0 && ioctl(folder, EXT4_SHUTDOWN, &how) == 0) return 0;
  perror(words[1]);
  return 1;
}
