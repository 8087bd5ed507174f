/* malloc_internal.h: shapes of malloc.c: map entries, spans and chunks. */
#ifndef MOBIUS_MALLOC_INTERNAL_H
#define MOBIUS_MALLOC_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kernel/abi/vmm.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES 4096u
#define SMALL_LIMIT 1024u        /* a table knows the class */
#define MEDIUM_LIMIT 32768u      /* above: a VmmAlloc block each */
#define CLASS_COUNT 40
#define SPAN_BYTES 65536u
#define CHUNK_SPANS 16
#define CHUNK_PAGES (CHUNK_SPANS * SPAN_BYTES / PAGE_BYTES)
#define REQUEST_LIMIT 0x7FFF0000u /* nothing larger fits the user range */

/* The user range is 2 GiB; the host's tests keep their fake one at the same place. */
#define MALLOC_MAP_BASE 0u
#define MALLOC_MAP_PAGES (0x80000000u >> PAGE_SHIFT)

/* A map entry of a large block: pages << LARGE_SHIFT | tags, at the page of the address that the
 * program holds, and only there. Span addresses have both tags clear. */
#define LARGE_TAG 1u
#define LARGE_INTERIOR 2u /* the address is not the block's base: such a block is never resized */
#define LARGE_SHIFT 2

struct object {
  struct object *next;
};

struct span {
  struct object *free; /* given back, last in first out */
  char *fresh;         /* from here to `end` nothing was handed out yet */
  char *end;
  uint32_t used; /* objects in the program's hands */
  uint32_t bytes;
  uint32_t class_index;
  bool has_interior; /* holds pointers into objects (memalign) */
  char *base;
  struct chunk *chunk;
  struct span *next, *previous;
};

struct chunk {
  struct span spans[CHUNK_SPANS];
  uint32_t spans_used;
  uint32_t padding[15];
};


/* One lock over it all, not needed while the process has one thread. */
extern bool malloc_threaded;
void malloc_lock_slow(void);
void malloc_unlock_slow(void);

static inline void malloc_lock(void) {
  if (malloc_threaded) malloc_lock_slow();
}

static inline void malloc_unlock(void) {
  if (malloc_threaded) malloc_unlock_slow();
}

/* The program handed in what is no block of ours: says so and ends it. */
void malloc_bad_pointer(const char *function, const void *p) __attribute__((noreturn));

#endif
