/* messages.h: the program has misused the heap: one line that names the address, the size class
 * and, where blocks know it (options.h), who allocated it. Then it ends. */
#ifndef MOBIUS_MALLOC_MESSAGES_H
#define MOBIUS_MALLOC_MESSAGES_H

/* `function` was handed what is no block: foreign, inside one, or freed and its page given up. */
void die_no_block(const char *function, const void *p) __attribute__((noreturn, cold));
void die_freed_twice(const char *function, const void *p, unsigned class_index)
    __attribute__((noreturn, cold));
void die_written_after_free(const void *p) __attribute__((noreturn, cold));
void die_written_beyond(const void *p, unsigned class_index) __attribute__((noreturn, cold));
void die_wrong_size(const void *p, unsigned class_index) __attribute__((noreturn, cold));

#endif
