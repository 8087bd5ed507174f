/* options.h: what the environment's MALLOC_OPTIONS asks for, a letter each:
 *
 *   C  canaries: bytes behind what was asked for, looked at when the block is freed
 *   D  debug: blocks know who allocated them, and messages say so
 *   G  guard pages behind blocks of more than RUN_LIMIT bytes
 *   J  junk: new blocks are full of 0xA5, freed ones of 0x5A, and whoever writes there is found
 *
 * With any of them threads keep no objects, so that every call passes here. C and D keep a trailer
 * at the end of the block. */
#ifndef MOBIUS_MALLOC_OPTIONS_H
#define MOBIUS_MALLOC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum { OPTION_CANARY = 1, OPTION_DEBUG = 2, OPTION_GUARD = 4, OPTION_JUNK = 8 };
extern unsigned heap_options;

/* Reads the environment. */
void options_start(void);

/* Bytes that a block of so many needs behind them. */
size_t options_extra(void);
/* A block of `usable` bytes becomes one of `bytes`, of `caller`. */
void options_taken(void *p, size_t bytes, size_t usable, const void *caller);
/* Checks a block that is being freed, and spoils it; but for its first bytes, which say by now that
 * it is free (struct object). */
void options_given(void *p, size_t usable, unsigned class_index);
/* A freed block that is taken again was not written to meanwhile. */
void options_check_junk(const void *p, size_t usable);
/* What the program asked for; `usable` where blocks do not know it. */
size_t options_bytes(const void *p, size_t usable);
/* Who allocated it; NULL where blocks do not know it. */
const void *options_caller(const void *p, size_t usable);

#endif
