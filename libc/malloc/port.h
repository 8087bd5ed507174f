/* port.h: what the allocator needs of its surroundings. port.c has it for Mobius programs; the
 * host's tests and benchmarks have their own (tests/host/malloc/). */
#ifndef MOBIUS_MALLOC_PORT_H
#define MOBIUS_MALLOC_PORT_H

#include <stdint.h>

#include "vmm.h"

/* The allocator's few variables lie among those that any program has touched before its first
 * malloc: they cost no page fault of their own. */
#define HEAP_STATE __attribute__((section(".data")))

#ifdef MALLOC_PORT_H
#include MALLOC_PORT_H
#else
#include "../futex_lock.h"
#include "../thread_block.h"

typedef uint32_t heap_lock;
static inline void heap_lock_take(heap_lock *lock) { futex_lock(lock); }
static inline void heap_lock_give(heap_lock *lock) { futex_unlock(lock); }

/* The calling thread's cache: a pointer of the compiler's own kind, for fs: addressing. */
#define CACHE_SPACE __seg_fs
#define thread_cache() (&((struct thread_block CACHE_SPACE *)0)->cache)
#endif

/* A number that nobody can guess. */
uintptr_t heap_random(void);
/* The value of the environment's MALLOC_OPTIONS, or NULL. */
const char *heap_options_text(void);
/* Writes a line to standard error and ends the program. */
void heap_die(const char *line) __attribute__((noreturn));
/* From now on, cache_finish() is called in this thread before it ends. */
void heap_thread_started(void);

#endif
