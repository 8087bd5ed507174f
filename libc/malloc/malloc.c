/* malloc.c: malloc and its family over VmmAlloc (R22).
 *
 *   up to 32 KiB    objects of 72 size classes (sizes.h), from the thread's cache (cache.h), which
 *                   is filled from spans of pages (spans.c)
 *   up to 256 KiB   runs of pages (pages.c)
 *   above           a VmmAlloc block each (large.c), new or kept (kept.c)
 *
 * All names that a program may bring itself are in this file: a program that defines malloc gets
 * none of it. The host compiles these files, too (tests/host/malloc/). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "large.h"
#include "options.h"

#define GROWING_BYTES 2048u /* realloc'ed beyond this, a block gets pages with room behind them */

void free_sized(void *p, size_t bytes); /* C23: not in every stdlib.h yet */
void free_aligned_sized(void *p, size_t alignment, size_t bytes);
void *memalign(size_t alignment, size_t bytes);
void *valloc(size_t bytes);
size_t malloc_usable_size(void *p);

/* ---- taking ---------------------------------------------------------------------------------- */
static void *take(size_t bytes, size_t alignment, bool *zero) {
  if (bytes > OBJECT_LIMIT || alignment > PAGE_BYTES) return large_take(bytes, alignment, zero);
  unsigned class_index = class_of(bytes);
  while (class_bytes[class_index] & (alignment - 1)) class_index++;
  return alignment > 16 ? cache_take_aligned(class_index, alignment, zero)
                        : cache_take(class_index, zero);
}

static size_t usable_bytes(const void *p) {
  unsigned class_index = class_at((uintptr_t)p);
  return class_index >= CLASS_RUN ? large_usable(p) : class_bytes[class_index];
}

static HEAP_FIRST_FAST HEAP_APART void *take_slow(size_t bytes, size_t alignment,
                                                   bool *zero, const void *caller) {
  cache_start();
  void *p = NULL;
  if (bytes <= REQUEST_LIMIT && alignment <= REQUEST_LIMIT) {
    p = take(bytes + options_extra(), alignment, zero);
  }
  if (!p) {
    errno = ENOMEM;
  } else if (unlikely(heap_options)) {
    options_taken(p, bytes, usable_bytes(p), caller);
    if (heap_options & OPTION_JUNK) *zero = false;
  }
  return p;
}

static void *malloc_slow(size_t bytes, const void *caller) {
  bool zero;
  return take_slow(bytes, 16, &zero, caller);
}

/* The first of the list was written to. */
static HEAP_APART void *malloc_spoilt(size_t bytes) {
  HEAP_FRAMED();
  return cache_pop(class_of(bytes));
}

/* As malloc, where its first try came to nothing. The same shape, so that the compiler makes a jump
 * of the call, and the return address is that of malloc's caller. */
static HEAP_FIRST_FAST HEAP_APART void *malloc_other(size_t bytes) {
  if (likely(bytes <= OBJECT_LIMIT)) {
    unsigned class_index = class_of(bytes);
    struct object *object = thread_cache()->list[class_index];
    if (object && unlikely(object->tag != tag_of(object))) return malloc_spoilt(bytes);
    if (object) return cache_pop(class_index);
    void *p = cache_bump(class_index);
    if (p) return p;
  }
  return malloc_slow(bytes, __builtin_return_address(0));
}

/* Both this and free are measured in instructions: whatever is rare is a jump elsewhere. */
HEAP_FIRST_FAST void *malloc(size_t bytes) {
  if (unlikely(bytes > TABLE_LIMIT)) return malloc_other(bytes);
  unsigned class_index = class_of_small[bytes];
  struct object *object = thread_cache()->list[class_index];
  if (unlikely(!object)) return malloc_other(bytes);
  uintptr_t tag = tag_of(object);
  if (unlikely(object->tag != tag)) return malloc_other(bytes); /* which finds it again, and ends */
  thread_cache()->list[class_index] = (struct object *)(object->link ^ tag);
  thread_cache()->room[class_index]++;
  object->tag = 0;
  return object;
}

void *calloc(size_t count, size_t bytes) {
  size_t total;
  bool zero = false;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  void *p = take_slow(total, 16, &zero, __builtin_return_address(0));
  return p && !zero ? memset(p, 0, total) : p;
}

static void *take_aligned(size_t alignment, size_t bytes, const void *caller) {
  bool zero;
  if (alignment & (alignment - 1)) {
    errno = EINVAL;
    return NULL;
  }
  return take_slow(bytes, alignment < 16 ? 16 : alignment, &zero, caller);
}

void *memalign(size_t alignment, size_t bytes) {
  return take_aligned(alignment, bytes, __builtin_return_address(0));
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  return take_aligned(alignment, bytes, __builtin_return_address(0));
}

void *valloc(size_t bytes) { return take_aligned(PAGE_BYTES, bytes, __builtin_return_address(0)); }

int posix_memalign(void **out, size_t alignment, size_t bytes) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1))) return EINVAL;
  int saved = errno;
  void *p = take_aligned(alignment, bytes, __builtin_return_address(0));
  errno = saved;
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}

/* ---- giving back ----------------------------------------------------------------------------- */
/* Its first word says free: is that a tag, or by chance the program's? */
static __attribute__((noinline)) bool is_free(const struct object *object, unsigned class_index) {
  const struct object *next = next_of(object);
  return !next || class_at((uintptr_t)next) == class_index;
}

/* The class of a block in the program's hands. */
static unsigned checked_class(const char *function, const void *p) {
  unsigned class_index = class_at((uintptr_t)p);
  if (class_index < CLASS_RUN || class_index >= CLASS_FRESH) {
    if (unlikely(!begins_object((uintptr_t)p, class_index))) die_no_block(function, p);
    const struct object *object = p;
    if (unlikely(object->tag == tag_of(object))) {
      if (is_fresh(object)) die_no_block(function, p);
      if (is_free(object, class_index)) die_freed_twice(function, p, class_index);
    }
  } else if ((uintptr_t)p % PAGE_BYTES) {
    die_no_block(function, p);
  }
  return class_index;
}

static HEAP_APART void free_other(void *p) {
  HEAP_FRAMED();
  if (!p) return;
  unsigned class_index = checked_class("free", p);
  if (class_index < CLASS_RUN) { /* its first word looked like a tag, by chance */
    ((struct object *)p)->tag = 0;
    free(p);
    return;
  }
  if (unlikely(heap_options)) options_given(p, large_usable(p), class_index);
  large_give(p);
}

void free(void *p) {
  struct object *object = p;
  unsigned class_index = class_at((uintptr_t)p);
  if (unlikely(!begins_object((uintptr_t)p, class_index))) return free_other(p);
  uintptr_t tag = tag_of(p);
  if (unlikely(object->tag == tag)) return free_other(p);
  object->tag = tag;
  object->link = tag ^ (uintptr_t)thread_cache()->list[class_index];
  thread_cache()->list[class_index] = object;
  if (unlikely(--thread_cache()->room[class_index] < 0)) cache_give_slow(p);
}

void free_sized(void *p, size_t bytes) {
  HEAP_FRAMED();
  if (p) {
    unsigned class_index = checked_class("free_sized", p);
    if (bytes > options_bytes(p, usable_bytes(p))) die_wrong_size(p, class_index);
  }
  free(p);
}

void free_aligned_sized(void *p, size_t alignment, size_t bytes) {
  (void)alignment;
  free_sized(p, bytes);
}

/* ---- changing -------------------------------------------------------------------------------- */
size_t malloc_usable_size(void *p) {
  HEAP_FRAMED();
  if (!p) return 0;
  checked_class("malloc_usable_size", p);
  return options_bytes(p, usable_bytes(p));
}

/* Is the block already the right one for this many bytes? */
static bool fits(unsigned class_index, size_t usable, size_t bytes) {
  if (bytes > usable || heap_options) return false;
  if (class_index >= CLASS_RUN) return bytes > GROWING_BYTES && bytes + PAGE_BYTES > usable;
  return bytes > usable / 2 || usable <= 64;
}

static void *take_again(size_t bytes, const void *caller) {
  return heap_options ? malloc_slow(bytes, caller) : malloc(bytes);
}

static void *take_growing(size_t bytes, const void *caller) {
  void *p = NULL;
  if (bytes > GROWING_BYTES && bytes <= REQUEST_LIMIT && !heap_options) {
    p = large_take_growing(bytes);
  }
  return p ? p : take_again(bytes, caller);
}

void *realloc(void *p, size_t bytes) {
  HEAP_FRAMED();
  const void *caller = __builtin_return_address(0);
  if (!p) return take_again(bytes, caller);
  unsigned class_index = checked_class("realloc", p);
  size_t usable = usable_bytes(p), old = options_bytes(p, usable);
  if (fits(class_index, usable, bytes)) return p;
  if (class_index >= CLASS_RUN && bytes > GROWING_BYTES && bytes <= REQUEST_LIMIT &&
      !heap_options) {
    void *resized = large_resize(p, bytes);
    if (resized) return resized;
  }
  void *result = bytes > usable ? take_growing(bytes, caller) : take_again(bytes, caller);
  if (!result) return NULL;
  memcpy(result, p, bytes < old ? bytes : old);
  free(p);
  return result;
}
