/* heap.h: whose a page is, and what a free object looks like. What the files of this folder share.
 *
 * Locks: each class has one for its spans (spans.h); that of the pages (pages.h) is taken last.
 * Nothing here knows newlib or the kernel but by port.h. */
#ifndef MOBIUS_MALLOC_HEAP_H
#define MOBIUS_MALLOC_HEAP_H

#include <stdbool.h>

#include "cache.h"
#include "messages.h"
#include "port.h"
#include "sizes.h"

/* Pages of the user range, and of all addresses that a page number of 20 bits can name. */
#define HEAP_PAGES (1u << 20)

/* A function that its callers know nothing of. (clang has no such attribute.) */
#ifdef __clang__
#define HEAP_APART __attribute__((noinline))
#else
#define HEAP_APART __attribute__((noipa))
#endif
/* On the way of a process's first malloc: these lie together, on the page that crt.c begins. What
 * is seldom used is made small. */
#define HEAP_FIRST __attribute__((section(".text$2malloc"), cold))
#define HEAP_FIRST_FAST __attribute__((section(".text$2malloc")))
/* In a function that may find misuse: with a frame of its own, though the others have none, the
 * report of what ends the program begins with the function's caller. */
#define HEAP_FRAMED() __asm__ volatile("" : : "r"(__builtin_frame_address(0)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* A free object. The tag says that it is free; a write through a stale pointer spoils it. The link
 * is encoded with the tag: what a program writes there by mistake leads to no tag. */
struct object {
  uintptr_t tag;
  uintptr_t link;
};

/* The class of what lies in a page: of a span in every page, as CLASS_FRESH until the first object
 * that begins there is handed out; otherwise in the first only. */
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

/* An object that was never handed out, in a page where others were: free like any other, so that
 * freeing it is noticed, but for a link that leads nowhere. */
static inline void mark_fresh(struct object *object) {
  object->tag = tag_of(object);
  object->link = ~object->tag;
}

static inline bool is_fresh(const struct object *object) { return object->link == ~object->tag; }

/* `first` is about to be handed out, the first of those that begin in its page: marks the others.
 * Requires: they are the calling thread's, or the class's lock is held. */
void enter_page(unsigned class_index, void *first);

/* A fresh object is about to be handed out. `zero`: its page was never written to. Requires: as
 * enter_page. */
static inline void begin_fresh(unsigned class_index, void *p, bool zero) {
  struct object *object = (struct object *)p;
  if ((uintptr_t)p % PAGE_BYTES < class_bytes[class_index]) {
    enter_page(class_index, p);
    if (!zero) object->tag = 0;
  } else {
    object->tag = object->link = 0; /* it was marked, and may have to be zeros */
  }
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
static inline HEAP_FIRST_FAST void *cache_bump(unsigned class_index) {
  char *p = thread_cache()->fresh[class_index].from;
  if (p == thread_cache()->fresh[class_index].end) return NULL;
  thread_cache()->fresh[class_index].from = p + class_bytes[class_index];
  begin_fresh(class_index, p, thread_cache()->fresh[class_index].zero);
  return p;
}

#endif
