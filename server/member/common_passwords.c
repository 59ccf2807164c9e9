#include "common_passwords.h"

/* Lower case, in the order of their bytes, each line ended by a newline. The assembler takes the file from the folder
 * in which make runs. */
__asm__(".pushsection .rodata\n"
        "common_passwords_begin: .incbin \"server/member/common_passwords.txt\"\n"
        "common_passwords_end: .byte 0\n"
        ".popsection\n");

extern const char common_passwords_begin[], common_passwords_end[];

static struct slice line_at(struct slice list, size_t at) {
  size_t begin = at, end = at;
  while (begin > 0 && list.data[begin - 1] != '\n') begin--;
  while (end < list.size && list.data[end] != '\n') end++;
  return (struct slice){list.data + begin, end - begin};
}

static int compare(struct slice a, struct slice b) {
  int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
  return order ? order : (a.size > b.size) - (a.size < b.size);
}

bool common_passwords_hold(struct slice folded) {
  struct slice rest = {common_passwords_begin, (size_t)(common_passwords_end - common_passwords_begin)};
  if (folded.size == 0) return false;
  while (rest.size > 0) {
    struct slice line = line_at(rest, rest.size / 2);
    int order = compare(folded, line);
    if (order == 0) return true;
    size_t begin = (size_t)(line.data - rest.data), after = begin + line.size + 1;
    if (order < 0) {
      rest.size = begin;
    } else {
      after = after < rest.size ? after : rest.size;
      rest = (struct slice){rest.data + after, rest.size - after};
    }
  }
  return false;
}
