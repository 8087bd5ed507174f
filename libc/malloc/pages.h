/* pages.h: chunks, and the runs of pages in them.
 *
 * A chunk is 4 MiB of address space from VmmAlloc, aligned to its size: its records, a guard page,
 * pages, and another guard page. Pages are handed out in runs, the lowest first; what was never
 * touched stays uncommitted. A span is a run whose pages hold objects of one class. The records lie
 * apart from the objects, out of reach of an overrun.
 *
 * Every call here takes the one lock of the pages. */
#ifndef MOBIUS_MALLOC_PAGES_H
#define MOBIUS_MALLOC_PAGES_H

#include "heap.h"

#define CHUNK_SHIFT 22
#define CHUNK_BYTES (1u << CHUNK_SHIFT)
#define CHUNK_PAGES (CHUNK_BYTES / PAGE_BYTES)
#define CHUNK_WORDS (CHUNK_PAGES / 32)

struct span {
  struct object *free; /* given back, last in first out */
  struct span *next, *previous; /* of those of its class with room */
  uint16_t used;       /* objects in caches and in the program's hands */
  uint16_t fresh;      /* objects from here on were never handed out */
  uint16_t capacity;
  uint16_t pages;      /* of a run: how many */
  bool zero;           /* what is fresh is zeros */
  bool listed;
};

struct chunk {
  struct chunk *next, *previous; /* by address */
  uint32_t free_pages;
  uint32_t no_run;   /* no run of so many free pages, and */
  uint32_t no_group; /* no aligned group of so many: as far as a search has shown */
  uint32_t used[CHUNK_WORDS];    /* a bit a page: handed out */
  uint32_t touched[CHUNK_WORDS]; /* it may hold something else than zeros */
  uint32_t recent[CHUNK_WORDS];  /* it was given back since the last sweep */
  struct span spans[CHUNK_PAGES]; /* by the first page of a span or run */
};

#define CHUNK_FIRST (pages_for(sizeof(struct chunk)) + 1) /* behind the records and their guard */
#define CHUNK_END (CHUNK_PAGES - 1)

static inline struct chunk *chunk_of(const void *p) {
  return (struct chunk *)((uintptr_t)p & ~(uintptr_t)(CHUNK_BYTES - 1));
}

static inline uint32_t page_in_chunk(const void *p) {
  return ((uint32_t)(uintptr_t)p & (CHUNK_BYTES - 1)) >> PAGE_SHIFT;
}

/* The record of the span or run that begins at p's page. Requires: p is in a chunk. */
static inline struct span *span_at(const void *p) {
  return &chunk_of(p)->spans[page_in_chunk(p)];
}

static inline char *span_base(const struct span *span) {
  struct chunk *chunk = chunk_of(span);
  return (char *)chunk + ((size_t)(span - chunk->spans) << PAGE_SHIFT);
}

/* A group of 1, 2, 4, 8 or 16 pages, aligned to its own size. Its record has `pages` and `zero`
 * set. NULL: no memory. */
struct span *pages_take_group(uint32_t pages);
/* A run of up to RUN_LIMIT bytes; if `growing`, where it can become that long, as long as a chunk
 * that is there has such a place. NULL: no memory. */
struct span *pages_take_run(uint32_t pages, bool growing);
/* The first `touched` pages of it may hold something. */
void pages_give(struct span *run, uint32_t touched);
/* The run has `pages` from now on, where it is. False: what follows it is taken. */
bool pages_resize(struct span *run, uint32_t pages);

struct pages_state {
  uint32_t chunks;
  uint32_t used;         /* pages in spans and runs */
  uint32_t touched_free; /* free ones that the kernel has not got back */
};
struct pages_state pages_state(void);

#endif
