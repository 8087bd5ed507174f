/* host_port.h: the allocator's surroundings on the host (libc/malloc/port.h): the cache is a thread
 * variable of the compiler's, the lock a futex of Linux. With MALLOC_RENAMED the family's names get
 * a prefix, so that it can live beside the host's own. */
#pragma once

#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cache.h"

#ifndef __cplusplus
#ifdef MALLOC_RENAMED
#define malloc mobius_malloc
#define free mobius_free
#define calloc mobius_calloc
#define realloc mobius_realloc
#define memalign mobius_memalign
#define aligned_alloc mobius_aligned_alloc
#define valloc mobius_valloc
#define posix_memalign mobius_posix_memalign
#define malloc_usable_size mobius_malloc_usable_size
#define free_sized mobius_free_sized
#define free_aligned_sized mobius_free_aligned_sized
#endif

/* The library of the benchmarks hides all names but these. */
#pragma GCC visibility push(default)
void *malloc(size_t bytes);
void free(void *p);
void *calloc(size_t count, size_t bytes);
void *realloc(void *p, size_t bytes);
void *memalign(size_t alignment, size_t bytes);
void *aligned_alloc(size_t alignment, size_t bytes);
void *valloc(size_t bytes);
int posix_memalign(void **out, size_t alignment, size_t bytes);
size_t malloc_usable_size(void *p);
#pragma GCC visibility pop
#endif

#define CACHE_SPACE
extern __thread struct cache host_cache __attribute__((tls_model("initial-exec")));
#define thread_cache() (&host_cache)

/* 0 free, 1 taken, 2 taken and somebody may be asleep for it. */
typedef uint32_t heap_lock;

static inline void heap_lock_take(heap_lock *lock) {
  uint32_t expected = 0;
  if (__atomic_compare_exchange_n(lock, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    return;
  }
  while (__atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE) != 0) {
    syscall(SYS_futex, lock, FUTEX_WAIT_PRIVATE, 2, NULL);
  }
}

static inline void heap_lock_give(heap_lock *lock) {
  if (__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2) {
    syscall(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1);
  }
}
