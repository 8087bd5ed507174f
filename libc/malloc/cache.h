/* cache.h: what each thread keeps of every class: a list of free objects, perhaps a second one, and
 * a stretch of fresh ones. Taking from it and giving to it needs no lock; whole lists come and go:
 * that is how an object freed by another thread than the one that took it finds its way back.
 *
 * It lies in the thread's block (thread_block.h), all zeros at first. */
#ifndef MOBIUS_MALLOC_CACHE_H
#define MOBIUS_MALLOC_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sizes.h"

/* Objects of the class that a thread takes or gives back at a time. */
#define CACHE_BATCH(class_index) (class_cached[class_index] / 2u)

struct object;

struct cache {
  struct object *list[CLASS_LAST + 1];
  int32_t room[CLASS_LAST + 1]; /* how many more the list may take: CACHE_BATCH in all */
  struct object *spare[CLASS_LAST + 1]; /* NULL, or a list of CACHE_BATCH */
  struct fresh_objects {
    char *from, *end; /* never handed out by this thread */
    bool zero;        /* and all zeros */
  } fresh[CLASS_LAST + 1];
  bool started;
};

/* An object of the class, from the cache or by filling it. Says in *zero whether it is all zeros.
 * NULL: no memory. */
void *cache_take(unsigned class_index, bool *zero);
/* The same, aligned. Requires: the class's bytes are a multiple of the alignment. */
void *cache_take_aligned(unsigned class_index, size_t alignment, bool *zero);
/* The list has taken one more than it may: this one. */
void cache_give_slow(const void *object);
/* Before anything else in a thread, and in a process. */
void cache_start(void);
/* Gives back all that the calling thread keeps. */
void cache_finish(void);

#endif
