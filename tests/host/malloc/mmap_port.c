/* mmap_port.c: VmmAlloc and its kin over mmap, below 2 GiB where the allocator's table looks: for
 * benchmarks beside other allocators, and for fuzzing. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "heap.h"

#define RANGE_BEGIN 0x10000000u
#define RANGE_END 0x80000000u

__thread struct cache host_cache;

static heap_lock lock;
static uint32_t pages_at[RANGE_END / PAGE_BYTES]; /* of each block, by its first page */

static void *map_at(uintptr_t at, size_t bytes) {
  void *p = mmap((void *)at, bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

/* From `hint` on, then from the beginning; in steps that keep it quick. */
static void *map_anywhere(uintptr_t hint, size_t bytes) {
  static uintptr_t next = RANGE_BEGIN;
  uintptr_t from = hint ? hint : next;
  for (int round = 0; round < 2; round++, from = RANGE_BEGIN) {
    for (uintptr_t at = from; at + bytes <= RANGE_END; at += 1u << 20) {
      void *p = map_at(at, bytes);
      if (!p) continue;
      if (!hint) next = at + ((bytes + 0xFFFFF) & ~(size_t)0xFFFFF);
      return p;
    }
  }
  return NULL;
}

void *VmmAlloc(size_t pages, void *base, uint32_t flags) {
  (void)flags;
  if (pages == 0 || pages > RANGE_END / PAGE_BYTES) return NULL;
  heap_lock_take(&lock);
  void *p = map_anywhere((uintptr_t)base, pages * PAGE_BYTES);
  if (p) pages_at[(uintptr_t)p >> PAGE_SHIFT] = (uint32_t)pages;
  heap_lock_give(&lock);
  if (!p) errno = ENOMEM;
  return p;
}

bool VmmFree(void *p) {
  uintptr_t page = (uintptr_t)p >> PAGE_SHIFT;
  heap_lock_take(&lock);
  while (page && !pages_at[page]) page--;
  size_t pages = pages_at[page];
  pages_at[page] = 0;
  munmap((void *)(page << PAGE_SHIFT), pages * PAGE_BYTES);
  heap_lock_give(&lock);
  return pages != 0;
}

bool VmmProtect(void *base, size_t pages, uint32_t flags) {
  int rights = flags & VM_MEM_WRITE ? PROT_READ | PROT_WRITE : flags ? PROT_READ : PROT_NONE;
  return mprotect(base, pages * PAGE_BYTES, rights) == 0;
}

bool VmmAdvise(void *base, size_t pages, uint32_t advice) {
  return advice == VM_ADVISE_DISCARD && madvise(base, pages * PAGE_BYTES, MADV_DONTNEED) == 0;
}

/* Where it is, if the kernel can; else to a place of its own. NULL: there is none. */
static void *resize(void *base, size_t old, size_t pages) {
  if (mremap(base, old * PAGE_BYTES, pages * PAGE_BYTES, 0) != MAP_FAILED) return base;
  void *moved = map_anywhere(0, pages * PAGE_BYTES);
  if (!moved) return NULL;
  mremap(base, old * PAGE_BYTES, pages * PAGE_BYTES, MREMAP_MAYMOVE | MREMAP_FIXED, moved);
  pages_at[(uintptr_t)base >> PAGE_SHIFT] = 0;
  return moved;
}

void *VmmResize(void *base, size_t pages) {
  heap_lock_take(&lock);
  void *moved = resize(base, pages_at[(uintptr_t)base >> PAGE_SHIFT], pages);
  if (moved) pages_at[(uintptr_t)moved >> PAGE_SHIFT] = (uint32_t)pages;
  heap_lock_give(&lock);
  if (!moved) errno = ENOMEM;
  return moved;
}

uintptr_t heap_random(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return ((uintptr_t)now.tv_nsec * 0x9E3779B97F4A7C15u) ^ (uintptr_t)&now;
}

const char *heap_options_text(void) { return getenv("MALLOC_OPTIONS"); }

void heap_die(const char *line) {
  if (write(2, line, strlen(line)) < 0) _exit(134);
  abort();
}

static pthread_key_t at_exit;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void finish(void *nothing) {
  (void)nothing;
  cache_finish();
}
static void make_key(void) { pthread_key_create(&at_exit, finish); }

void heap_thread_started(void) {
  pthread_once(&once, make_key);
  pthread_setspecific(at_exit, &host_cache);
}
