#include "builtin.h"

/* The assembler takes the file from the folder in which make runs. */
__asm__(".pushsection .rodata\n"
        "builtin_club_begin: .incbin \"server/base/club.json\"\n"
        "builtin_club_end: .byte 0\n"
        ".popsection\n");

extern const char builtin_club_begin[], builtin_club_end[];

struct slice builtin_club(void) {
  return (struct slice){builtin_club_begin, (size_t)(builtin_club_end - builtin_club_begin)};
}
