/* large.h: blocks of whole pages: up to RUN_LIMIT runs in chunks, above VmmAlloc blocks of their
 * own, which go back at once or are kept for the next (kept.h), and grow by VmmResize: their pages
 * are moved, never copied. */
#ifndef MOBIUS_MALLOC_LARGE_H
#define MOBIUS_MALLOC_LARGE_H

#include <stdbool.h>
#include <stddef.h>

/* `alignment`: a power of two. *zero: all of it is zeros. NULL: no memory. */
void *large_take(size_t bytes, size_t alignment, bool *zero);
/* A block of a page or more that is likely to grow. Requires: bytes <= RUN_LIMIT. */
void *large_take_growing(size_t bytes);
/* The class at p is that of a run or a block. */
void large_give(void *p);
size_t large_usable(const void *p);
/* The block has so many bytes from now on, perhaps elsewhere. NULL: nothing has changed. */
void *large_resize(void *p, size_t bytes);

struct large_state {
  size_t blocks, bytes; /* VmmAlloc blocks; runs are pages.c's */
};
struct large_state large_state(void);

#endif
