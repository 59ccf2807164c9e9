#ifndef WIRE_READER_MEMORY_H
#define WIRE_READER_MEMORY_H
/* Memory for jansson while it reads. Where its buffer of text gets none it goes on without that byte (lex_save in load.c of
 * 2.14): the text would be another one, or an assertion would end the process. So while a text is read nothing is refused:
 * what the heap does not give comes from a spare room, and what was read with that is thrown away. On the loop's thread. */
#include <stdbool.h>

void reader_memory_begin(void);
/* True: all came from the heap. Otherwise nothing of what was read since `reader_memory_begin` may be used after this; it must
 * have been given back before the next one begins. */
bool reader_memory_end(void) __attribute__((warn_unused_result));
#endif
