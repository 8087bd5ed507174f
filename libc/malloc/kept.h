/* kept.h: VmmAlloc blocks that came back, kept for whoever wants one next: without, a program that
 * takes and gives back such blocks in turn, or lets one array after the other grow, pays for every
 * page anew. Who only gives back keeps none; all together are 4 MiB at most (DEMAND_MOST). */
#ifndef MOBIUS_MALLOC_KEPT_H
#define MOBIUS_MALLOC_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPT_BLOCKS 8u

/* The oldest first; behind the last one, pages is 0. */
extern struct kept_block {
  void *base;
  uint32_t pages;
} kept_blocks[KEPT_BLOCKS];

/* So many pages are wanted of the kernel. */
void kept_wanted(size_t pages);
/* The smallest kept block of `least` to `most` pages, holding anything; *pages says how many. NULL:
 * there is none. */
void *kept_take(size_t least, size_t most, size_t *pages);
/* False: the caller frees it. */
bool kept_give(void *base, size_t pages);
/* All go back to the kernel, and what was wanted lately is forgotten. False: there was none. */
bool kept_drop(void);
/* Pages of all kept blocks. */
uint32_t kept_pages(void);

#endif
