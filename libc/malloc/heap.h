/* heap.h: where objects and runs of pages lie, and whose a page is.
 *
 * A chunk is 4 MiB of address space from VmmAlloc, aligned to its size: its records, a guard page,
 * pages, and another guard page. Pages are handed out in runs, the lowest first; what was never
 * touched stays uncommitted. A span is a run whose pages hold objects of one class. The records lie
 * apart from the objects, out of reach of an overrun.
 *
 * Locks: each class has one for its spans; heap_pages_lock guards chunks and is taken last. Nothing
 * here knows newlib or the kernel but by port.h. */
#ifndef MOBIUS_MALLOC_HEAP_H
#define MOBIUS_MALLOC_HEAP_H

#include <stdbool.h>

#include "cache.h"
#include "messages.h"
#include "port.h"
#include "sizes.h"

#define CHUNK_SHIFT 22
#define CHUNK_BYTES (1u << CHUNK_SHIFT)
#define CHUNK_PAGES (CHUNK_BYTES / PAGE_BYTES)
#define CHUNK_WORDS (CHUNK_PAGES / 32)
/* Pages of the user range, and of all addresses that a page number of 20 bits can name. */
#define HEAP_PAGES (1u << 20)

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* A free object. The tag says that it is free, and of its bytes' integrity: a write through a stale
 * pointer spoils it. The link is encoded with the tag, which no program can guess. */
struct object {
  uintptr_t tag;
  uintptr_t link;
};

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

/* The class of what lies in a page: of a span in every page, otherwise in the first only. */
extern uint8_t heap_class[HEAP_PAGES];
extern uintptr_t heap_key; /* odd */

static inline unsigned class_at(uintptr_t at) {
  uintptr_t page = at >> PAGE_SHIFT;
  if (sizeof at > 4 && page >= HEAP_PAGES) return CLASS_NONE;
  return heap_class[page];
}

static inline uintptr_t tag_of(const void *object) { return heap_key ^ (uintptr_t)object; }

static inline struct object *next_of(const struct object *object) {
  return (struct object *)(object->link ^ object->tag);
}

static inline void link_before(struct object *object, struct object *next) {
  object->tag = tag_of(object);
  object->link = object->tag ^ (uintptr_t)next;
}

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

/* The first object of the calling thread's list. Requires: there is one. */
static inline void *cache_pop(unsigned class_index) {
  struct object *object = thread_cache()->list[class_index];
  uintptr_t tag = tag_of(object);
  if (unlikely(object->tag != tag)) die_written_after_free(object);
  thread_cache()->list[class_index] = (struct object *)(object->link ^ tag);
  thread_cache()->room[class_index]++;
  object->tag = 0;
  return object;
}

/* The first fresh one, or NULL. */
static inline void *cache_bump(unsigned class_index) {
  char *p = thread_cache()->fresh[class_index].from;
  if (p == thread_cache()->fresh[class_index].end) return NULL;
  thread_cache()->fresh[class_index].from = p + class_bytes[class_index];
  return p;
}

/* ---- pages.c --------------------------------------------------------------------------------- */
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

/* ---- spans.c --------------------------------------------------------------------------------- */
/* Fills `list` with up to `most` objects that were given back, linked, and returns how many: of this
 * class, or, where it has no room left, of one a little larger. Where there are none it takes fresh
 * ones instead and returns 0. NULL in fresh->from: no memory. Requires: *list is NULL, *fresh
 * empty. */
unsigned spans_take(unsigned class_index, unsigned most, struct object **list,
                    struct fresh_objects *fresh);
/* Takes back a linked list of objects, most of them of the class. */
void spans_give(unsigned class_index, struct object *list);
/* Fresh objects that were not used after all. */
void spans_give_fresh(unsigned class_index, struct fresh_objects *fresh);

#endif
